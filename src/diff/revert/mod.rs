//! The new side with some edits undone: which of them decides a change of outcome is found by lowering such texts.
//!
//! An undone declaration is the old one with its old place, so it also reads the data of the old root. What cannot change an
//! outcome (notes, asserts, tests, labels, reasons, citations) is left out, so that no citation keeps a text from lowering; and
//! so is what the policy does not use.

mod clusters;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::structural::{Change, Edit, Part, Side, is_of_words, reached, wordless};
use crate::load::subject::subject;
use crate::load::time::boundary;
use crate::load::{Consolidated, Library, Loaded, LoadedPolicy, LoadedVersion, Used};
use crate::syntax::ast::{DeclKind, Declaration};

pub(crate) use clusters::clusters;

/// The folder under which the old root stands beside the new one. No file has this name.
const OLD_ROOT: &str = "\0";

/// Returns the new side with edits undone: what they replaced is the old text again, what they inserted is gone, what they
/// repealed is back. Everything else stays as the new side has it.
///
/// The sides are those that the edits were found between; of two roots, the new one is loaded beside the old
/// ([`crate::load::load_beside`]). The result holds the asked policy and what it uses: of the asked policy, where the new side
/// names a version, that version alone, under the name it has there.
///
/// It may not lower: where an edit undone declared what another one still reads. [`clusters`] says which edits go together.
pub(crate) fn revert(old: Side, new: Side, edits: &[&Edit]) -> Loaded {
    let mut hybrid = Hybrid { old, new, loaded: beside(old.loaded, new.loaded) };
    hybrid.keep_version();
    edits.iter().for_each(|edit| hybrid.undo(edit));
    hybrid.loaded.policies.iter_mut().for_each(settle);
    hybrid.keep_used();
    hybrid.leave_words_out();
    hybrid.loaded
}

/// Returns the new root with the old one in a folder of its own.
fn beside(old: &Loaded, new: &Loaded) -> Loaded {
    let mut loaded = new.clone();
    loaded.tests.clear();
    loaded.diagnostics.clear();
    if !std::ptr::eq(old, new) {
        let moved = |path: &str| format!("{OLD_ROOT}/{path}");
        loaded.paths.extend(old.paths.iter().map(|(source, path)| (*source, moved(path))));
        loaded.data.extend(old.data.iter().map(|(path, table)| (moved(path), table.clone())));
    }
    loaded
}

struct Hybrid<'a> {
    old: Side<'a>,
    new: Side<'a>,
    loaded: Loaded,
}

impl Hybrid<'_> {
    /// Keeps the asked version alone: another one may declare a fact as it was, or as it no longer is.
    fn keep_version(&mut self) {
        let Some(name) = self.new.version else { return };
        let Some(index) = self.loaded.find_policy(self.new.policy) else { return };
        let versions = &mut self.loaded.policies[index].versions;
        versions.retain(|version| version.name == name);
        for version in versions {
            version.declarations.iter_mut().for_each(|declared| declared.made_by = 0);
            version.amends = None;
        }
    }

    fn undo(&mut self, edit: &Edit) {
        for part in &edit.parts {
            match (part, edit.kind) {
                (Part::Version(policy, before, after), "version") => self.undo_version(policy, before, after),
                (Part::Version(policy, Some(before), Some(after)), "policy") => self.undo_header(policy, before, after),
                (Part::Version(policy, _, Some(after)), _) => {
                    let Some(version) = self.version(policy, after) else { continue };
                    undo_consolidated(&mut version.declarations, edit);
                }
                (Part::Version(..), _) => {}
                (Part::Library(path), _) => {
                    let Some(index) = self.loaded.find_library(path) else { continue };
                    undo_declaration(&mut self.loaded.libraries[index].file.declarations, edit);
                }
            }
        }
    }

    fn version(&mut self, policy: &str, name: &str) -> Option<&mut LoadedVersion> {
        let index = self.loaded.find_policy(policy)?;
        self.loaded.policies[index].versions.iter_mut().find(|version| version.name == name)
    }

    fn old_version(&self, policy: &str, name: &str) -> Option<(&LoadedPolicy, &LoadedVersion)> {
        let policy = &self.old.loaded.policies[self.old.loaded.find_policy(policy)?];
        Some((policy, policy.versions.iter().find(|version| version.name == name)?))
    }

    /// Takes a version out that is new, or puts one back that is gone.
    fn undo_version(&mut self, policy: &str, before: &Option<String>, after: &Option<String>) {
        let Some(index) = self.loaded.find_policy(policy) else { return };
        if let Some(name) = after {
            self.loaded.policies[index].versions.retain(|version| version.name != *name);
        }
        let old = before.as_ref().and_then(|name| self.old_version(policy, name)).map(|(_, version)| version.clone());
        self.loaded.policies[index].versions.extend(old);
    }

    /// Puts a header back. When the version starts and ends is part of it only where both have one name.
    fn undo_header(&mut self, policy: &str, before: &str, after: &str) {
        let Some((_, old)) = self.old_version(policy, before) else { return };
        let old = old.clone();
        let Some(version) = self.version(policy, after) else { return };
        version.decided_by = old.decided_by;
        version.rounding = old.rounding;
        version.zone = old.zone;
        version.title = old.title;
        if before == after {
            version.start = old.start;
            version.header.effective_from = old.header.effective_from;
            version.header.until = old.header.until;
        }
    }

    /// Keeps the policy and what it uses now. What the new side did not use is taken from the old.
    fn keep_used(&mut self) {
        let known = reached(self.new);
        let mut kept = BTreeSet::from([(false, self.new.policy.to_owned())]);
        let mut open: Vec<(bool, String)> = kept.iter().cloned().collect();
        while let Some((is_library, name)) = open.pop() {
            if name != self.new.policy && !known.contains(&(is_library, name.clone())) {
                self.bring(is_library, &name);
            }
            let loaded = &self.loaded;
            let declarations: Vec<&Declaration> = if is_library {
                let library = loaded.find_library(&name).map(|index| &loaded.libraries[index]);
                library.into_iter().flat_map(|library| &library.file.declarations).collect()
            } else {
                let policy = loaded.find_policy(&name).map(|index| &loaded.policies[index]);
                let versions = policy.into_iter().flat_map(|policy| &policy.versions);
                versions.flat_map(|version| &version.declarations).map(|it| &*it.declaration).collect()
            };
            for path in declarations.into_iter().filter_map(|declaration| match &declaration.kind {
                DeclKind::Use(decl) => Some(&decl.path),
                _ => None,
            }) {
                let found = loaded.find_use(path).map(|used| named(loaded, used));
                let found = found.or_else(|| self.old.loaded.find_use(path).map(|used| named(self.old.loaded, used)));
                open.extend(found.filter(|found| kept.insert(found.clone())));
            }
        }
        self.loaded.policies.retain(|policy| kept.contains(&(false, policy.name.clone())));
        self.loaded.libraries.retain(|library| kept.contains(&(true, library.path.clone())));
    }

    /// Puts a library or policy of the old root in place of the new root's of that name.
    fn bring(&mut self, is_library: bool, name: &str) {
        let old = self.old.loaded;
        if is_library {
            let Some(library) = old.find_library(name).map(|index| old.libraries[index].clone()) else { return };
            self.loaded.libraries.retain(|known: &Library| known.path != name);
            self.loaded.libraries.push(library);
            self.loaded.libraries.sort_by(|a, b| a.path.cmp(&b.path));
        } else {
            let Some(policy) = old.find_policy(name).map(|index| old.policies[index].clone()) else { return };
            self.loaded.policies.retain(|known| known.name != name);
            self.loaded.policies.push(policy);
            self.loaded.policies.sort_by(|a, b| a.name.cmp(&b.name));
        }
    }

    fn leave_words_out(&mut self) {
        let counts =
            |declaration: &Declaration| subject(&declaration.kind).is_some_and(|about| !is_of_words(about.kind));
        for version in self.loaded.policies.iter_mut().flat_map(|policy| &mut policy.versions) {
            version.declarations.retain(|declared| counts(&declared.declaration));
            let declared = version.declarations.iter_mut();
            declared.for_each(|declared| declared.declaration = Arc::new(wordless(&declared.declaration)));
        }
        for library in &mut self.loaded.libraries {
            library.file.declarations.retain(counts);
            library.file.declarations.iter_mut().for_each(|declaration| *declaration = wordless(declaration));
        }
    }
}

fn named(loaded: &Loaded, used: Used) -> (bool, String) {
    match used {
        Used::Library(index) => (true, loaded.libraries[index].path.clone()),
        Used::Policy(index) => (false, loaded.policies[index].name.clone()),
    }
}

fn undo_consolidated(declarations: &mut Vec<Consolidated>, edit: &Edit) {
    if let Change::Repealed = edit.change {
        let back = edit.before.iter().map(|before| Consolidated { declaration: before.clone(), made_by: usize::MAX });
        declarations.extend(back);
        return;
    }
    let Some(index) = declarations.iter().position(|declared| Some(declared.declaration.span) == edit.new) else {
        return;
    };
    match &edit.before {
        Some(before) => declarations[index].declaration = before.clone(),
        None => _ = declarations.remove(index),
    }
}

fn undo_declaration(declarations: &mut Vec<Declaration>, edit: &Edit) {
    if let Change::Repealed = edit.change {
        declarations.extend(edit.before.iter().map(|before| (**before).clone()));
        return;
    }
    let Some(index) = declarations.iter().position(|declaration| Some(declaration.span) == edit.new) else { return };
    match &edit.before {
        Some(before) => declarations[index] = (**before).clone(),
        None => _ = declarations.remove(index),
    }
}

/// Puts the versions of a policy in order again, with their ends; each counts as having made its own text.
fn settle(policy: &mut LoadedPolicy) {
    policy.versions.sort_by_key(|version| version.start);
    let starts: Vec<_> = policy.versions.iter().map(|version| version.start).collect();
    for (index, version) in policy.versions.iter_mut().enumerate() {
        let until = version.header.until.as_ref().and_then(|until| boundary(until).ok());
        version.end = until.into_iter().chain(starts.get(index + 1).copied()).min();
        version.amends = None;
        version.declarations.iter_mut().for_each(|declared| declared.made_by = index);
    }
}

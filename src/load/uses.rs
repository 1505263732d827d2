//! What `use` names: a library by its path, a policy by its name.

use std::collections::BTreeMap;

use super::Loaded;
use super::files::{Lost, PolicyFile};
use super::path::folder_of;
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::syntax::ast::{DeclKind, Declaration, Path};

/// What a `use` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Used {
    /// A library, as an index into [`Loaded::libraries`].
    Library(usize),
    /// A policy, as an index into [`Loaded::policies`].
    Policy(usize),
}

impl Loaded {
    /// Finds what a `use` names; nothing where that is already reported.
    pub fn find_use(&self, path: &Path) -> Option<Used> {
        let text = path.text();
        self.find_policy(&text).map(Used::Policy).or_else(|| self.find_library(&text).map(Used::Library))
    }
}

/// Reports uses that name nothing (E041), and policies used by libraries (E048).
pub(super) fn check_uses(policies: &BTreeMap<String, Vec<PolicyFile>>, lost: &Lost, loaded: &mut Loaded) {
    let names = Names { policies, lost, loaded };
    let mut errors = Vec::new();
    for declaration in policies.values().flatten().flat_map(|file| &file.declarations) {
        errors.extend(names.check(declaration, false));
    }
    for library in &loaded.libraries {
        errors.extend(library.file.declarations.iter().filter_map(|declaration| names.check(declaration, true)));
        if policies.contains_key(&library.path) {
            let message = format!("`{}` is a library and a policy: `use` cannot tell them apart", library.path);
            errors.push(
                Diagnostic::error(Code::SAME_VERSION, library.file.span, message)
                    .help("rename the file of the library"),
            );
        }
    }
    for test in &loaded.tests {
        errors.extend(test.file.declarations.iter().filter_map(|declaration| names.check(declaration, false)));
    }
    loaded.diagnostics.extend(errors);
}

struct Names<'a> {
    policies: &'a BTreeMap<String, Vec<PolicyFile>>,
    lost: &'a Lost,
    loaded: &'a Loaded,
}

impl Names<'_> {
    fn check(&self, declaration: &Declaration, in_library: bool) -> Option<Diagnostic> {
        let DeclKind::Use(used) = &declaration.kind else { return None };
        let text = used.path.text();
        if self.policies.contains_key(&text) {
            let message = format!("a library cannot use the policy `{text}`");
            let error = Diagnostic::error(Code::MISPLACED, used.path.span, message);
            return in_library.then(|| error.help("a library has no versions: only policies and tests use policies"));
        }
        if self.loaded.find_library(&text).is_some()
            || self.lost.may_be_library(&text)
            || self.lost.may_be_policy(&text)
        {
            return None;
        }
        let error =
            Diagnostic::error(Code::UNKNOWN_USE, used.path.span, format!("`{text}` is no library and no policy"));
        Some(match self.help(&text) {
            Some(help) => error.help(help),
            None => error,
        })
    }

    fn help(&self, text: &str) -> Option<String> {
        let policies = self.policies.keys().map(String::as_str);
        let libraries = self.loaded.libraries.iter().map(|library| library.path.as_str());
        // `use people` for `common.people`, `use border.flagpoling` for a policy in the folder `border/flagpoling`.
        let ending = libraries.clone().find(|path| path.rsplit('.').next() == Some(text));
        let folder = text.replace('.', "/");
        let in_folder =
            self.policies.iter().find(|(_, files)| files.iter().any(|file| folder_of(&file.path) == folder));
        if let Some(path) = ending.or(in_folder.map(|(name, _)| name.as_str())) {
            return Some(format!("write `use {path}`"));
        }
        match did_you_mean(text, policies.chain(libraries)) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None => Some(
                "a library is named by its path from the policies root, `common.people`; a policy by its name".into(),
            ),
        }
    }
}

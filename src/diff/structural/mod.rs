//! What of the text changed: declaration by declaration, without looking at what follows from it.
//!
//! The consolidated texts of two sides are compared by kind and name, so layout, comments, and a declaration that only moved
//! are no change. The sides are two versions of a policy, or a policy of one root and the same policy of another; then what
//! the policy uses is compared too, and the data that declarations read.

mod data;
mod details;
mod wordless;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::load::subject::subject;
use crate::load::{Loaded, LoadedPolicy, LoadedVersion, Used};
use crate::source::Span;
use crate::syntax::ast::{DeclKind, Declaration, PolicyHeader, RuleDecl};
use crate::syntax::format::{decl_text, start_text};
use crate::syntax::same::same_declaration;

pub(crate) use wordless::{is_of_words, wordless};

/// One side of a comparison.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Side<'a> {
    /// The root it is in. Two sides of one root share it by reference.
    pub(crate) loaded: &'a Loaded,
    /// The policy's name.
    pub(crate) policy: &'a str,
    /// One version of it, by name; nothing for all.
    pub(crate) version: Option<&'a str>,
}

/// What happened to a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Change {
    /// The new side alone has it.
    Inserted,
    /// The old side alone has it.
    Repealed,
    /// Both have it, and it says something else.
    Replaced,
}

#[cfg(test)]
impl Change {
    /// Returns the sign before an edit: `+`, `-` or `~`.
    pub(crate) fn sign(self) -> char {
        match self {
            Change::Inserted => '+',
            Change::Repealed => '-',
            Change::Replaced => '~',
        }
    }
}

/// Where a changed declaration stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    /// In versions of a policy: its name, and the names of the versions that made the declaration.
    Policy(String, Vec<String>),
    /// In a library, by its path.
    Library(String),
    /// Only the data that the declaration reads changed: the file's path from the root.
    Data(String),
}

/// Where an edit can be undone: a text of the new side.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Part {
    /// The consolidated text of a version: the policy's name, the version's name on the old and on the new side.
    Version(String, Option<String>, Option<String>),
    /// A library.
    Library(String),
}

/// One change of text.
#[derive(Debug, Clone)]
pub(crate) struct Edit {
    /// What happened.
    pub(crate) change: Change,
    /// The keyword of the declaration: `rule`; `version` for a whole version, `policy` for a header.
    pub(crate) kind: &'static str,
    /// The declared name, of the new side where it is renamed.
    pub(crate) name: String,
    /// Its clause tags, of the new side if it is there.
    pub(crate) tags: Vec<String>,
    /// Its label, of the new side if it is there.
    pub(crate) label: Option<String>,
    /// Where the old side declares it.
    pub(crate) old: Option<Span>,
    /// Where the new side declares it.
    pub(crate) new: Option<Span>,
    /// Of a replaced declaration, what changed: `age_years >= 17 -> age_years >= 18`, `+ unless us_person`.
    pub(crate) details: Vec<String>,
    /// Whether it can change an outcome: more than words differs.
    pub(crate) meaning: bool,
    /// Where it stands.
    pub(crate) scope: Scope,
    /// The old declaration; nothing for headers and versions.
    pub(crate) before: Option<Arc<Declaration>>,
    /// The new declaration; nothing for headers and versions.
    pub(crate) after: Option<Arc<Declaration>>,
    /// The texts in which it can be undone.
    pub(crate) parts: Vec<Part>,
    /// The names it makes known: its own, and those of what a `use` brings in.
    pub(crate) provides: BTreeSet<String>,
}

#[cfg(test)]
impl Edit {
    /// Returns the edit without its details, as a list of changes shows it: `+ rule ban [FLAG-02]`.
    pub(crate) fn heading(&self) -> String {
        let tags = if self.tags.is_empty() { String::new() } else { format!(" [{}]", self.tags.join(", ")) };
        format!("{} {} {}{tags}", self.change.sign(), self.kind, self.name)
    }

    /// Returns the edit with its details on one line: `~ rule minor: age_years >= 17 -> age_years >= 18`.
    pub(crate) fn text(&self) -> String {
        if self.details.is_empty() {
            self.heading()
        } else {
            format!("{}: {}", self.heading(), self.details.join("; "))
        }
    }
}

/// Returns the changes of text from the old side to the new.
///
/// In the order of reading: the policy before what it uses, its versions by day, within each what is inserted, repealed, then
/// replaced, rules and decisions before what they rest on, in written order. A side without the policy or version has no text.
pub(crate) fn edits(old: Side, new: Side) -> Vec<Edit> {
    let (edits, seen, gone, added) = Default::default();
    let mut compare = Compare { old: old.loaded, new: new.loaded, edits, seen, gone, added };
    match (old.version, new.version) {
        (Some(before), Some(after)) => {
            let (before, after) = (find_version(old, before), find_version(new, after));
            compare.versions(new.policy, before, after);
        }
        _ => compare.policy(find_policy(old), find_policy(new)),
    }
    if !std::ptr::eq(old.loaded, new.loaded) {
        compare.used(old, new);
    }
    compare.moved();
    let mut edits = rename(compare.edits);
    edits.sort_by_cached_key(|edit| order(edit, new.policy));
    edits
}

fn find_policy(side: Side<'_>) -> Option<&LoadedPolicy> {
    side.loaded.find_policy(side.policy).map(|index| &side.loaded.policies[index])
}

fn find_version<'a>(side: Side<'a>, name: &str) -> Option<(&'a LoadedPolicy, usize)> {
    let policy = find_policy(side)?;
    Some((policy, policy.versions.iter().position(|version| version.name == name)?))
}

/// A declaration where it stands.
#[derive(Clone)]
struct Placed {
    declaration: Arc<Declaration>,
    scope: Scope,
    part: Part,
}

struct Compare<'a> {
    old: &'a Loaded,
    new: &'a Loaded,
    edits: Vec<Edit>,
    /// Where each change of one declaration stands in `edits`.
    seen: FxHashMap<(Change, Option<Span>, Option<Span>), usize>,
    /// Declarations of the old side that the same text of the new side lacks; the flag says whether that is an edit.
    gone: Vec<(Placed, bool)>,
    /// Likewise of the new side.
    added: Vec<(Placed, bool)>,
}

impl<'a> Compare<'a> {
    /// Compares all versions of a policy, paired by name.
    fn policy(&mut self, old: Option<&'a LoadedPolicy>, new: Option<&'a LoadedPolicy>) {
        let versions = |policy: Option<&'a LoadedPolicy>| policy.map_or(&[][..], |policy| &policy.versions);
        let find = |policy: Option<&'a LoadedPolicy>, name: &str| {
            Some((policy?, versions(policy).iter().position(|version| version.name == name)?))
        };
        let names: BTreeSet<&str> =
            versions(old).iter().chain(versions(new)).map(|version| version.name.as_str()).collect();
        let Some(policy) = new.or(old).map(|policy| policy.name.as_str()) else { return };
        for name in names {
            let (before, after) = (find(old, name), find(new, name));
            match (before, after) {
                (Some(_), Some(_)) => self.versions(policy, before, after),
                // A version alone is told against the one before it.
                (None, Some((side, index))) => {
                    self.version(policy, Change::Inserted, &side.versions[index]);
                    if let Some(previous) = index.checked_sub(1) {
                        let old = std::mem::replace(&mut self.old, self.new);
                        let (gone, added) = (std::mem::take(&mut self.gone), std::mem::take(&mut self.added));
                        self.versions(policy, Some((side, previous)), after);
                        self.moved();
                        (self.old, self.gone, self.added) = (old, gone, added);
                    }
                }
                (Some((side, index)), None) => self.version(policy, Change::Repealed, &side.versions[index]),
                (None, None) => {}
            }
        }
    }

    fn version(&mut self, policy: &str, change: Change, version: &LoadedVersion) {
        let place = Some(version.header.span);
        let name = Some(version.name.clone());
        let (old, new, names) = match change {
            Change::Inserted => (None, place, (None, name)),
            _ => (place, None, (name, None)),
        };
        self.edits.push(Edit {
            change,
            kind: "version",
            name: version.name.clone(),
            tags: Vec::new(),
            label: version.title.as_ref().map(|title| title.value.clone()),
            old,
            new,
            details: Vec::new(),
            meaning: true,
            scope: Scope::Policy(policy.to_owned(), vec![version.name.clone()]),
            before: None,
            after: None,
            parts: vec![Part::Version(policy.to_owned(), names.0, names.1)],
            provides: BTreeSet::new(),
        });
    }

    /// Compares two versions: their headers and consolidated texts.
    fn versions(
        &mut self,
        policy: &str,
        old: Option<(&'a LoadedPolicy, usize)>,
        new: Option<(&'a LoadedPolicy, usize)>,
    ) {
        let version = |side: Option<(&'a LoadedPolicy, usize)>| side.map(|(policy, index)| &policy.versions[index]);
        let name = |side| version(side).map(|version| version.name.clone());
        let part = Part::Version(policy.to_owned(), name(old), name(new));
        if let (Some(before), Some(after)) = (version(old), version(new)) {
            self.header(policy, before, after, &part);
        }
        let placed = |side: Option<(&'a LoadedPolicy, usize)>| -> Vec<Placed> {
            let Some((of, index)) = side else { return Vec::new() };
            let declared = of.versions[index].declarations.iter();
            let place = |it: &crate::load::Consolidated| Placed {
                declaration: it.declaration.clone(),
                scope: Scope::Policy(
                    of.name.clone(),
                    of.versions.get(it.made_by).map(|made| made.name.clone()).into_iter().collect(),
                ),
                part: part.clone(),
            };
            declared.map(place).collect()
        };
        self.texts(placed(old), placed(new), true);
    }

    fn header(&mut self, policy: &str, old: &LoadedVersion, new: &LoadedVersion, part: &Part) {
        let (details, words) = header_details(old, new);
        if details.is_empty() && words.is_empty() {
            return;
        }
        self.edits.push(Edit {
            change: Change::Replaced,
            kind: "policy",
            name: policy.to_owned(),
            tags: Vec::new(),
            label: new.title.as_ref().map(|title| title.value.clone()),
            old: Some(old.header.span),
            new: Some(new.header.span),
            meaning: !details.is_empty(),
            details: details.into_iter().chain(words).collect(),
            scope: Scope::Policy(policy.to_owned(), vec![new.name.clone()]),
            before: None,
            after: None,
            parts: vec![part.clone()],
            provides: BTreeSet::new(),
        });
    }

    /// Compares what the two sides of different roots use, the texts that both use by their names.
    fn used(&mut self, old: Side<'a>, new: Side<'a>) {
        let (before, after) = (reached(old), reached(new));
        let names: BTreeSet<&(bool, String)> = before.iter().chain(&after).collect();
        for key in names {
            let (is_library, name) = key;
            let both = before.contains(key) && after.contains(key);
            if !is_library {
                let find = |loaded: &'a Loaded| loaded.find_policy(name).map(|index| &loaded.policies[index]);
                if both {
                    self.policy(find(self.old), find(self.new));
                }
                continue;
            }
            let placed = |loaded: &Loaded, reached: bool| -> Vec<Placed> {
                let Some(index) = loaded.find_library(name).filter(|_| reached) else { return Vec::new() };
                let place = |declaration: &Declaration| Placed {
                    declaration: Arc::new(declaration.clone()),
                    scope: Scope::Library(name.clone()),
                    part: Part::Library(name.clone()),
                };
                loaded.libraries[index].file.declarations.iter().map(place).collect()
            };
            // What one side alone uses is told by its `use`; its declarations only show what moved there.
            self.texts(placed(self.old, before.contains(key)), placed(self.new, after.contains(key)), both);
        }
    }

    /// Compares two texts by kind and name.
    fn texts(&mut self, old: Vec<Placed>, new: Vec<Placed>, told: bool) {
        let mut places = FxHashMap::<(&'static str, String), usize>::default();
        for (index, placed) in old.iter().enumerate() {
            if let Some(key) = key(&placed.declaration) {
                places.entry(key).or_insert(index);
            }
        }
        let mut kept = vec![false; old.len()];
        for placed in new {
            match key(&placed.declaration).and_then(|key| places.get(&key)).filter(|&&index| !kept[index]) {
                Some(&index) => {
                    kept[index] = true;
                    self.replaced(&old[index], &placed);
                }
                None => self.added.push((placed, told)),
            }
        }
        self.gone.extend(old.into_iter().zip(kept).filter(|(_, kept)| !kept).map(|(placed, _)| (placed, told)));
    }

    /// Tells the difference of two declarations of one kind and name, if there is any.
    fn replaced(&mut self, old: &Placed, new: &Placed) {
        let (before, after) = (&old.declaration, &new.declaration);
        let same = Arc::ptr_eq(before, after) || same_but_for_verbs(before, after);
        let rows = data::row_changes((self.old, &before.kind), (self.new, &after.kind));
        if same && rows.is_empty() {
            return;
        }
        let mut edit = edit(Change::Replaced, new);
        edit.old = Some(before.span);
        edit.before = Some(before.clone());
        edit.meaning =
            !rows.is_empty() || !(is_of_words(edit.kind) || same_declaration(&wordless(before), &wordless(after)));
        if same {
            let path = data::read_from(&after.kind).and_then(|from| self.new.table(from));
            edit.scope = Scope::Data(path.map_or(String::new(), |table| self.new.path(table.source).to_owned()));
        } else {
            edit.details = details::details(&before.kind, &after.kind);
            if edit.details.is_empty() && rows.is_empty() {
                edit.details.push("its parts in another order".to_owned());
            }
        }
        edit.details.extend(rows);
        self.push(edit);
    }

    /// Adds an edit. One of a declaration that several versions share is one edit.
    fn push(&mut self, edit: Edit) {
        match self.seen.entry((edit.change, edit.old, edit.new)) {
            Entry::Occupied(known) => self.edits[*known.get()].parts.extend(edit.parts),
            Entry::Vacant(free) => {
                free.insert(self.edits.len());
                self.edits.push(edit);
            }
        }
    }

    /// Tells what is left on one side alone, unless it moved: then what changed on the way.
    fn moved(&mut self) {
        let (gone, added) = (std::mem::take(&mut self.gone), std::mem::take(&mut self.added));
        let mut places = FxHashMap::<(&'static str, String), Vec<usize>>::default();
        for (index, (placed, _)) in gone.iter().enumerate() {
            if let Some(key) = key(&placed.declaration) {
                places.entry(key).or_default().push(index);
            }
        }
        let mut moved = vec![false; gone.len()];
        for (placed, told) in added {
            let found = key(&placed.declaration).and_then(|key| places.get(&key));
            match found
                .filter(|found| !subject(&placed.declaration.kind).is_some_and(|it| it.stays()) && !found.is_empty())
            {
                Some(found) => {
                    found.iter().for_each(|&index| moved[index] = true);
                    self.replaced(&gone[found[0]].0, &placed);
                }
                None if told => {
                    let mut edit = edit(Change::Inserted, &placed);
                    edit.provides.extend(brought_in(self.new, &placed.declaration));
                    self.push(edit);
                }
                None => {}
            }
        }
        for ((placed, told), moved) in gone.into_iter().zip(moved) {
            if told && !moved {
                let mut edit = edit(Change::Repealed, &placed);
                edit.provides.extend(brought_in(self.old, &placed.declaration));
                (edit.old, edit.new) = (edit.new, None);
                (edit.before, edit.after) = (edit.after, None);
                self.push(edit);
            }
        }
    }
}

/// An edit of one declaration, as the new side has it.
fn edit(change: Change, placed: &Placed) -> Edit {
    let declaration = &placed.declaration;
    let about = subject(&declaration.kind);
    let kind = about.as_ref().map_or("", |about| about.kind);
    let name = about.as_ref().map_or(String::new(), |about| about.name.clone().into_owned());
    let label = declaration.kind.head().and_then(|head| head.label.as_ref());
    Edit {
        change,
        kind,
        tags: about.iter().flat_map(|about| about.tags).map(|tag| tag.value.clone()).collect(),
        label: label.map(|label| label.value.clone()),
        old: None,
        new: Some(declaration.span),
        details: Vec::new(),
        meaning: !is_of_words(kind),
        scope: placed.scope.clone(),
        before: None,
        after: Some(declaration.clone()),
        parts: vec![placed.part.clone()],
        provides: BTreeSet::from([name.clone()]),
        name,
    }
}

fn key(declaration: &Declaration) -> Option<(&'static str, String)> {
    subject(&declaration.kind).map(|about| (about.kind, about.name.into_owned()))
}

fn same_but_for_verbs(a: &Declaration, b: &Declaration) -> bool {
    let bare = |declaration: &Declaration| Declaration { verb: None, ..declaration.clone() };
    same_declaration(&bare(a), &bare(b))
}

/// Returns the differences of two headers: of meaning, and of words.
///
/// When two versions start is no difference between them: both are held against the same day.
fn header_details(old: &LoadedVersion, new: &LoadedVersion) -> (Vec<String>, Vec<String>) {
    let change = |word: &str, old: Option<String>, new: Option<String>| match (old, new) {
        (old, new) if old == new => None,
        (Some(old), Some(new)) => Some(format!("{word} {old} -> {new}")),
        (Some(old), None) => Some(format!("- {word} {old}")),
        (None, new) => Some(format!("+ {word} {}", new.unwrap_or_default())),
    };
    let start = |header: &PolicyHeader| header.effective_from.as_ref().map(start_text);
    let until = |header: &PolicyHeader| header.until.as_ref().map(start_text);
    let fact = |version: &LoadedVersion| version.decided_by.as_ref().map(|name| name.value.clone());
    let zone = |version: &LoadedVersion| version.zone.as_ref().map(|zone| format!("{:?}", zone.value));
    let rounding = |version: &LoadedVersion| {
        version.rounding.as_ref().map(|rounding| format!("{:?}", rounding.value).to_lowercase())
    };
    let mut meaning = Vec::new();
    if old.name == new.name {
        meaning.extend(change("effective from", start(&old.header), start(&new.header)));
        meaning.extend(change("until", until(&old.header), until(&new.header)));
    }
    meaning.extend(change("decided by", fact(old), fact(new)));
    meaning.extend(change("months round", rounding(old), rounding(new)));
    meaning.extend(change("zone", zone(old), zone(new)));
    let title = |version: &LoadedVersion| version.title.as_ref().map(|title| format!("{:?}", title.value));
    let announced = |version: &LoadedVersion| version.header.announced.as_ref().map(|day| day.value.to_string());
    let mut words: Vec<String> = change("title", title(old), title(new)).into_iter().collect();
    if old.name == new.name {
        words.extend(change("announced", announced(old), announced(new)));
    }
    (meaning, words)
}

/// Returns the libraries (`true`) and policies that a side uses, directly or through others; not its own policy.
pub(crate) fn reached(side: Side<'_>) -> BTreeSet<(bool, String)> {
    let loaded = side.loaded;
    let versions = find_policy(side).map_or(&[][..], |policy| &policy.versions);
    let own = versions.iter().filter(|version| side.version.is_none_or(|name| version.name == name));
    let own = own.flat_map(|version| &version.declarations).map(|it| &*it.declaration);
    let mut open: Vec<Used> = own.filter_map(|declaration| used(loaded, declaration)).collect();
    let mut found = BTreeSet::new();
    while let Some(next) = open.pop() {
        let (is_library, name, declarations): (bool, &str, Vec<&Declaration>) = match next {
            Used::Library(index) => {
                let library = &loaded.libraries[index];
                (true, &library.path, library.file.declarations.iter().collect())
            }
            Used::Policy(index) => {
                let policy = &loaded.policies[index];
                let all = policy.versions.iter().flat_map(|version| &version.declarations).map(|it| &*it.declaration);
                (false, &policy.name, all.collect())
            }
        };
        if name != side.policy && found.insert((is_library, name.to_owned())) {
            open.extend(declarations.into_iter().filter_map(|declaration| used(loaded, declaration)));
        }
    }
    found
}

pub(crate) fn used(loaded: &Loaded, declaration: &Declaration) -> Option<Used> {
    match &declaration.kind {
        DeclKind::Use(decl) => loaded.find_use(&decl.path),
        _ => None,
    }
}

/// Returns the names that a `use` brings in: all of a library and of what it uses, the decisions of a policy.
fn brought_in(loaded: &Loaded, declaration: &Declaration) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut open: Vec<Used> = used(loaded, declaration).into_iter().collect();
    let mut seen = Vec::new();
    while let Some(next) = open.pop() {
        if seen.contains(&next) {
            continue;
        }
        seen.push(next);
        match next {
            Used::Library(index) => {
                let declarations = &loaded.libraries[index].file.declarations;
                names.extend(declarations.iter().filter_map(|it| it.kind.name()).map(str::to_owned));
                open.extend(declarations.iter().filter_map(|declaration| used(loaded, declaration)));
            }
            Used::Policy(index) => {
                let all = loaded.policies[index].versions.iter().flat_map(|version| &version.declarations);
                let decisions = all.filter(|it| matches!(it.declaration.kind, DeclKind::Decision(_)));
                names.extend(decisions.filter_map(|it| it.declaration.kind.name()).map(str::to_owned));
            }
        }
    }
    names
}

/// Tells a rule that is repealed under one name and inserted under another as renamed.
fn rename(mut edits: Vec<Edit>) -> Vec<Edit> {
    let rule = |declaration: &Option<Arc<Declaration>>| match declaration.as_ref().map(|it| &it.kind) {
        Some(DeclKind::Rule(rule)) => Some(rule.clone()),
        _ => None,
    };
    let named: BTreeSet<String> = edits
        .iter()
        .flat_map(|edit| [&edit.before, &edit.after])
        .filter_map(rule)
        .flat_map(|rule: RuleDecl| rule.exception_to)
        .map(|name| name.value)
        .collect();
    let unnamed = |declaration: &Declaration| {
        let mut bare = wordless(declaration);
        if let DeclKind::Rule(rule) = &mut bare.kind {
            rule.head.name.value.clear();
        }
        decl_text(&bare)
    };
    let mut repealed = FxHashMap::<(Vec<Part>, String), Vec<usize>>::default();
    for (index, edit) in edits.iter().enumerate().rev() {
        if let (Change::Repealed, "rule", Some(before)) = (edit.change, edit.kind, &edit.before) {
            repealed.entry((edit.parts.clone(), unnamed(before))).or_default().push(index);
        }
    }
    let mut renamed = vec![false; edits.len()];
    for index in 0..edits.len() {
        let (Change::Inserted, "rule", Some(after)) =
            (edits[index].change, edits[index].kind, edits[index].after.clone())
        else {
            continue;
        };
        let same = repealed.get_mut(&(edits[index].parts.clone(), unnamed(&after)));
        let Some(old) = same.and_then(Vec::pop) else { continue };
        renamed[old] = true;
        let (old_name, old_place, before) = (edits[old].name.clone(), edits[old].old, edits[old].before.clone());
        let edit = &mut edits[index];
        edit.change = Change::Replaced;
        edit.details = vec![format!("renamed from {old_name}")];
        edit.details.extend(before.iter().flat_map(|before| details::details(&before.kind, &after.kind)));
        edit.meaning = named.contains(&old_name) || named.contains(&edit.name);
        edit.provides.insert(old_name);
        (edit.old, edit.before) = (old_place, before);
    }
    edits.into_iter().zip(renamed).filter(|(_, renamed)| !renamed).map(|(edit, _)| edit).collect()
}

/// The kinds of declarations in the order of reading.
const KINDS: [&str; 22] = [
    "version",
    "policy",
    "rule",
    "decision",
    "define",
    "table",
    "parameter",
    "scale",
    "set",
    "note",
    "enum",
    "record",
    "calendar",
    "invariant",
    "assume",
    "fact",
    "assert",
    "question",
    "source",
    "use",
    "profile",
    "test",
];

/// What comes first in a list of edits.
fn order(edit: &Edit, asked: &str) -> impl Ord + use<> {
    // A version that is there alone heads its own changes.
    let (rank, of) = match edit.parts.first() {
        Some(Part::Version(policy, old, new)) => {
            let version = new.as_ref().or(old.as_ref()).cloned().unwrap_or_default();
            (usize::from(policy != asked), (policy.clone(), version))
        }
        Some(Part::Library(path)) => (2, (path.clone(), String::new())),
        None => (3, Default::default()),
    };
    let kind = KINDS.iter().position(|kind| *kind == edit.kind).unwrap_or(KINDS.len());
    (rank, of, kind > 0, edit.change, kind, edit.new.or(edit.old))
}

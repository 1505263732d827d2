//! Which pages there are, what stands on them, and what names on them mean.

use std::collections::{BTreeMap, BTreeSet};

use crate::load::{Loaded, LoadedVersion, Used};
use crate::program::Program;
use crate::syntax::ast::{DeclKind, Declaration, SourceDecl};

/// A policy's version, or a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A policy and its version, as indexes into what is loaded.
    Version(usize, usize),
    /// A library.
    Library(usize),
}

/// A declaration: where it stands, the keyword of its kind, its name.
pub type Key = (Place, &'static str, String);

/// What a name stands for.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// Its label, else its name.
    pub label: String,
    /// Where it is documented; nothing when that page is not made.
    pub href: Option<String>,
    /// The declaration; nothing for what is built in.
    pub key: Option<Key>,
    /// The declared source, of a source.
    pub source: Option<&'a SourceDecl>,
}

/// The names that a page may use: by the family they live in (a value, `question`, `source`, `rule`) and their text.
pub type Names<'a> = BTreeMap<(&'static str, String), Target<'a>>;

/// Everything that pages are made of.
#[derive(Debug)]
pub struct Site<'a> {
    /// The trees.
    pub loaded: &'a Loaded,
    /// What they mean.
    pub program: &'a Program,
    /// The pages that are made.
    pub places: BTreeSet<Place>,
}

impl<'a> Site<'a> {
    /// Picks the policies that are wanted, by the path of any of their files, and the libraries they use.
    pub fn new(loaded: &'a Loaded, program: &'a Program, wanted: impl Fn(&str) -> bool) -> Self {
        let mut places = BTreeSet::new();
        let mut libraries: Vec<usize> = Vec::new();
        for (index, policy) in loaded.policies.iter().enumerate() {
            if policy.versions.iter().any(|version| wanted(loaded.path(version.source))) {
                places.extend((0..policy.versions.len()).map(|version| Place::Version(index, version)));
                for version in &policy.versions {
                    libraries.extend(used(loaded, declarations_of(version)).filter_map(library));
                }
            }
        }
        libraries.extend((0..loaded.libraries.len()).filter(|&it| wanted(loaded.path(loaded.libraries[it].source))));
        while let Some(index) = libraries.pop() {
            if places.insert(Place::Library(index)) {
                libraries.extend(used(loaded, loaded.libraries[index].file.declarations.iter()).filter_map(library));
            }
        }
        Site { loaded, program, places }
    }

    /// The newest version of a policy.
    pub fn newest(&self, policy: usize) -> usize {
        self.loaded.policies[policy].versions.len().saturating_sub(1)
    }

    /// Returns a version.
    pub fn version(&self, policy: usize, version: usize) -> &'a LoadedVersion {
        &self.loaded.policies[policy].versions[version]
    }

    /// Returns what stands on a page, in order.
    pub fn declarations(&self, place: Place) -> Vec<&'a Declaration> {
        match place {
            Place::Version(policy, version) => declarations_of(self.version(policy, version)).collect(),
            Place::Library(library) => self.loaded.libraries[library].file.declarations.iter().collect(),
        }
    }

    /// Returns the path of a page.
    pub fn path(&self, place: Place) -> String {
        match place {
            Place::Version(policy, version) => {
                let name = &self.loaded.policies[policy].name;
                if version == self.newest(policy) {
                    return format!("policy/{name}.html");
                }
                format!("policy/{name}.{}.html", self.version(policy, version).name)
            }
            Place::Library(library) => {
                let path = &self.loaded.libraries[library].path;
                let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
                // A file may have any name; one that is no plain word gets a number.
                let number = if path.chars().all(plain) { String::new() } else { format!("-{library}") };
                let path: String = path.chars().map(|c| if plain(c) { c } else { '_' }).collect();
                format!("library/{path}{number}.html")
            }
        }
    }

    /// Returns the heading of a page.
    pub fn title(&self, place: Place) -> String {
        match place {
            Place::Version(policy, version) => {
                let version = self.version(policy, version);
                version.title.as_ref().map_or_else(|| spaced(&self.loaded.policies[policy].name), |it| it.value.clone())
            }
            Place::Library(library) => {
                let library = &self.loaded.libraries[library];
                match &library.file.header {
                    crate::syntax::ast::Header::Library { title: Some(title), .. } => title.value.clone(),
                    _ => spaced(&library.path),
                }
            }
        }
    }

    /// Returns the address of a declaration as a page links to it; nothing when its page is not made.
    pub fn href(&self, from: &str, key: &Key) -> Option<String> {
        let (place, kind, name) = key;
        if *kind == "fact" {
            return Some(address(from, "facts.html", &anchor("fact", name)));
        }
        self.places.contains(place).then(|| address(from, &self.path(*place), &anchor(kind, name)))
    }

    /// Returns the names that declarations on a page may use, with addresses as seen from `from`.
    pub fn names(&self, place: Place, from: &str) -> Names<'a> {
        let mut names = Names::new();
        let mut value = |name: &str, label: String| {
            let target = Target { label, href: None, key: None, source: None };
            names.insert(("value", name.to_owned()), target);
        };
        value("evaluation_date", "the day asked".into());
        value("evaluation_time", "the moment asked".into());
        if let Place::Version(policy, version) = place {
            value("effective_from", self.version(policy, version).name.clone());
        }
        let mut seen = BTreeSet::from([place]);
        let mut todo = vec![place];
        let mut order = Vec::new();
        while let Some(next) = todo.pop() {
            order.push(next);
            for used in used(self.loaded, self.declarations(next).into_iter()) {
                match used {
                    Used::Library(library) if seen.insert(Place::Library(library)) => {
                        todo.push(Place::Library(library))
                    }
                    Used::Policy(policy) if matches!(next, Place::Version(..)) => {
                        // Older versions first: the newest says what a decision is called.
                        for version in 0..=self.newest(policy) {
                            let decisions = self.declarations(Place::Version(policy, version));
                            for declaration in decisions.iter().filter(|it| matches!(it.kind, DeclKind::Decision(_))) {
                                self.name(&mut names, Place::Version(policy, version), from, declaration);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        for next in order.into_iter().rev() {
            for declaration in self.declarations(next) {
                self.name(&mut names, next, from, declaration);
            }
        }
        names
    }

    fn name(&self, names: &mut Names<'a>, place: Place, from: &str, declaration: &'a Declaration) {
        let Some(head) = declaration.kind.head() else { return };
        let kind = kind_of(&declaration.kind);
        let family = match kind {
            "question" | "source" | "rule" => kind,
            "enum" | "record" => "type",
            "note" | "assert" | "invariant" | "test" | "profile" => return,
            _ => "value",
        };
        let key: Key = (place, kind, head.name.value.clone());
        let label = head.label.as_ref().map_or_else(|| spaced(&head.name.value), |label| label.value.clone());
        let source = if let DeclKind::Source(source) = &declaration.kind { Some(source) } else { None };
        let target = Target { label, href: self.href(from, &key), key: Some(key), source };
        names.insert((family, head.name.value.clone()), target);
    }
}

fn declarations_of(version: &LoadedVersion) -> impl Iterator<Item = &Declaration> {
    version.declarations.iter().map(|it| it.declaration.as_ref())
}

fn used<'a>(loaded: &'a Loaded, all: impl Iterator<Item = &'a Declaration> + 'a) -> impl Iterator<Item = Used> + 'a {
    all.filter_map(|it| if let DeclKind::Use(used) = &it.kind { loaded.find_use(&used.path) } else { None })
}

fn library(used: Used) -> Option<usize> {
    if let Used::Library(index) = used { Some(index) } else { None }
}

/// Returns the keyword of a declaration's kind.
pub fn kind_of(kind: &DeclKind) -> &'static str {
    crate::load::subject::subject(kind).map_or("repeal", |subject| subject.kind)
}

/// Returns a name as words.
pub fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// Returns the id of a declaration on its page.
pub fn anchor(kind: &str, name: &str) -> String {
    format!("{kind}-{name}")
}

/// Returns the way from one page to a place on another.
pub fn address(from: &str, to: &str, anchor: &str) -> String {
    let hash = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
    if from == to && !hash.is_empty() {
        return hash;
    }
    let up = if from.contains('/') { "../" } else { "" };
    format!("{up}{to}{hash}")
}

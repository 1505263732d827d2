//! What an editor asks about policies while they are written: from texts and a place to definitions, completions, edits.
//!
//! A [`Project`] is a policies root as it stands on the screen, loaded and checked. It is made again after each change, which
//! takes a few milliseconds; nothing is kept up to date. Everything here works on texts with mistakes: what could be read of
//! them is a tree, and what could not is still a list of tokens.
//!
//! - [`symbol`]: what can be named, and where it is known;
//! - `declare`, `uses`, `expressions`: from trees to the [`index`] of all names and what each stands for;
//! - [`hover`], [`goto`], [`rename`], [`complete`], [`actions`], [`lens`], [`outline`], [`paint`], [`hints`]: one file a service;
//! - [`words`]: the words of the language, each with a line on what it is for.
//!
//! Places are bytes ([`Span`], offsets); files are named by their path from the root. Positions in lines and UTF-16, files,
//! threads and messages belong to the program (`cli::lsp`).

pub mod actions;
pub mod complete;
mod declare;
mod expressions;
pub mod goto;
pub mod hints;
pub mod hover;
pub mod index;
pub mod lens;
pub mod outline;
pub mod paint;
mod reads;
pub mod rename;
mod scope;
mod skeleton;
pub mod symbol;
#[cfg(test)]
mod tests;
mod uses;
pub mod words;

use std::cell::OnceCell;
use std::sync::Arc;

use crate::check::{Checked, check};
use crate::diagnostic::Diagnostic;
use crate::load::subject::subject;
use crate::load::{Folder, Loaded, LoadedVersion, load_again};
use crate::program::Program;
use crate::source::{SourceId, Span};
use crate::syntax::ast::{Declaration, Header};
use crate::syntax::format::format_checked;
use crate::syntax::{Parse, Parsed, parse};
use index::Index;

/// A policies root as it stands on the screen.
#[derive(Debug)]
pub struct Project {
    /// The files as bytes.
    pub folder: Folder,
    /// The files as trees, amendments applied.
    pub loaded: Loaded,
    /// What is wrong, by place.
    pub findings: Vec<Diagnostic>,
    /// What the files mean, where nothing is wrong.
    pub program: Option<Program>,
    parsed: Parsed,
    texts: OnceCell<Vec<Text>>,
    index: OnceCell<Index>,
}

/// One `.enact` file as it is written: with its verbs, and whatever kind it is.
#[derive(Debug, Clone)]
pub struct Text {
    /// Its path from the root.
    pub path: String,
    /// Its text.
    pub source: SourceId,
    /// Its tree.
    pub parse: Arc<Parse>,
    /// What it is a part of.
    pub place: Place,
}

/// What a file is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// A version of a policy, as indices into [`Loaded::policies`] and its versions.
    Version(usize, usize),
    /// A library, as an index into [`Loaded::libraries`].
    Library(usize),
    /// A file of tests, as an index into [`Loaded::tests`].
    Tests(usize),
    /// A file whose head cannot be read.
    Lost,
}

/// A replacement in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// What stands there then.
    pub text: String,
}

impl Project {
    /// Loads and checks files.
    pub fn new(folder: Folder) -> Self {
        Self::again(folder, Parsed::default())
    }

    /// Loads and checks files of which most were parsed before: those of [`Project::into_parsed`].
    pub fn again(folder: Folder, mut parsed: Parsed) -> Self {
        let loaded = load_again(&folder, &mut parsed);
        let checked = check(&loaded);
        Project { parsed, ..Self::of(folder, loaded, checked) }
    }

    /// Takes files that were loaded and checked before.
    pub fn of(folder: Folder, loaded: Loaded, checked: Checked) -> Self {
        let Checked { program, findings } = checked;
        let (texts, index) = (OnceCell::new(), OnceCell::new());
        Project { folder, loaded, findings, program, parsed: Parsed::default(), texts, index }
    }

    /// Returns the trees, for the project that comes next.
    pub fn into_parsed(self) -> Parsed {
        self.parsed
    }

    /// Returns all `.enact` files that are text, by path.
    pub fn texts(&self) -> &[Text] {
        self.texts.get_or_init(|| self.loaded.paths.iter().filter_map(|(&id, path)| self.read(id, path)).collect())
    }

    fn read(&self, source: SourceId, path: &str) -> Option<Text> {
        let loaded = &self.loaded;
        if !path.ends_with(".enact") {
            return None;
        }
        let version = || {
            let versions = loaded.policies.iter().enumerate();
            let mut versions =
                versions.flat_map(|(index, it)| it.versions.iter().enumerate().map(move |it| (index, it)));
            versions
                .find(|(_, (_, version))| version.source == source)
                .map(|(policy, (it, _))| Place::Version(policy, it))
        };
        let library = || loaded.libraries.iter().position(|it| it.source == source).map(Place::Library);
        let tests = || loaded.tests.iter().position(|it| it.source == source).map(Place::Tests);
        let place = version().or_else(library).or_else(tests).unwrap_or(Place::Lost);
        let parse = self.parsed.get(source).unwrap_or_else(|| Arc::new(parse(&loaded.sources, source)));
        Some(Text { path: path.to_owned(), source, parse, place })
    }

    /// Finds a file by its path from the root.
    pub fn text(&self, path: &str) -> Option<&Text> {
        self.texts().iter().find(|text| text.path == path)
    }

    /// Finds the file of a text.
    pub fn text_of(&self, source: SourceId) -> Option<&Text> {
        self.texts().iter().find(|text| text.source == source)
    }

    /// Returns every name with what it stands for.
    pub fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(self))
    }

    /// Returns the version that a file is.
    pub fn version(&self, place: Place) -> Option<&LoadedVersion> {
        match place {
            Place::Version(policy, version) => self.loaded.policies.get(policy)?.versions.get(version),
            _ => None,
        }
    }

    /// Returns a file laid out in the one canonical way; nothing where it has mistakes.
    pub fn formatted(&self, path: &str) -> Option<String> {
        format_checked(&self.loaded.sources, &self.text(path)?.parse.file).ok()
    }
}

impl Text {
    /// Finds the declaration that holds an offset, its end included.
    pub fn declaration_at(&self, offset: usize) -> Option<&Declaration> {
        let holds = |it: &&Declaration| it.span.start as usize <= offset && offset <= it.span.end as usize;
        self.parse.file.declarations.iter().find(holds)
    }

    /// Finds a declaration by kind and name.
    pub fn find(&self, kind: &str, name: &str) -> Option<&Declaration> {
        let is = |it: &&Declaration| subject(&it.kind).is_some_and(|it| it.kind == kind && it.name == name);
        self.parse.file.declarations.iter().find(is)
    }

    /// Whether its declarations bear verbs.
    pub fn amends(&self) -> bool {
        matches!(&self.parse.file.header, Header::Policy(header) if header.amends.is_some())
    }
}

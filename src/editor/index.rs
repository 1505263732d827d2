//! Every name in every file, and what it stands for.

use indexmap::IndexMap;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::symbol::{Owner, Space, Symbol};
use super::{Place, Project, Text};
use crate::source::{SourceId, Span};
use crate::syntax::ast::{Declaration, TypeExpr};

/// Names a symbol of an [`Index`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SymbolId(pub(super) usize);

impl SymbolId {
    /// Returns its number, from 0.
    pub fn number(self) -> usize {
        self.0
    }
}

/// A name in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// The name.
    pub span: Span,
    /// What it stands for.
    pub symbol: SymbolId,
    /// Whether it is declared here.
    pub declares: bool,
}

/// Where a symbol is declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its name.
    pub span: Span,
    /// The file, as an index into [`Project::texts`].
    pub text: usize,
    /// The declaration or head.
    pub whole: Span,
    /// The declaration, as an index into the file's; nothing for the head of the file.
    pub declaration: Option<usize>,
}

/// What is known of a symbol.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    pub(super) sites: Vec<Site>,
    /// Whose members or fields its value has.
    pub(super) inside: Option<Owner>,
    /// Its type as written.
    pub(super) ty: Option<TypeExpr>,
}

/// Every name in every file.
#[derive(Debug, Default)]
pub struct Index {
    pub(super) symbols: IndexMap<Symbol, Known, FxBuildHasher>,
    occurrences: Vec<Occurrence>,
    /// The declarations in force in each version.
    in_force: FxHashMap<Place, FxHashSet<Span>>,
}

impl Index {
    /// Goes through all files: first what they declare, then what they use.
    pub(super) fn new(project: &Project) -> Self {
        let mut index = Index::default();
        super::declare::declare(project, &mut index);
        super::uses::uses(project, &mut index);
        index.occurrences.sort_by_key(|it| (it.span, !it.declares));
        index.occurrences.dedup_by_key(|it| it.span);
        for text in project.texts() {
            let Some(version) = project.version(text.place) else { continue };
            let declarations = version.declarations.iter().map(|it| it.declaration.span);
            index.in_force.insert(text.place, declarations.collect());
        }
        index
    }

    /// Returns a symbol.
    pub fn symbol(&self, id: SymbolId) -> &Symbol {
        self.symbols.get_index(id.0).expect("ids are given out by this index alone").0
    }

    /// Returns all symbols.
    pub fn symbols(&self) -> impl Iterator<Item = (SymbolId, &Symbol)> {
        self.symbols.keys().enumerate().map(|(index, symbol)| (SymbolId(index), symbol))
    }

    /// Returns where a symbol is declared, by place.
    pub fn sites(&self, id: SymbolId) -> &[Site] {
        &self.symbols[id.0].sites
    }

    /// Returns the type of a symbol as written.
    pub fn ty(&self, id: SymbolId) -> Option<&TypeExpr> {
        self.symbols[id.0].ty.as_ref()
    }

    /// Returns whose members or fields the value of a symbol has.
    pub fn inside(&self, id: SymbolId) -> Option<&Owner> {
        self.symbols[id.0].inside.as_ref()
    }

    /// Finds a symbol.
    pub fn find(&self, space: Space, owner: Owner, name: &str) -> Option<SymbolId> {
        self.symbols.get_index_of(&Symbol { space, owner, name: name.to_owned() }).map(SymbolId)
    }

    /// Returns the names of a file, in order.
    pub fn in_source(&self, source: SourceId) -> &[Occurrence] {
        let start = self.occurrences.partition_point(|it| it.span.source < source);
        let end = self.occurrences.partition_point(|it| it.span.source <= source);
        &self.occurrences[start..end]
    }

    /// Finds the name at an offset, its end included.
    pub fn at(&self, source: SourceId, offset: usize) -> Option<Occurrence> {
        let names = self.in_source(source);
        let next = names.partition_point(|it| it.span.start as usize <= offset);
        let found = names[..next].iter().rev().take(2).find(|it| offset <= it.span.end as usize);
        found.copied()
    }

    /// Returns all names that stand for a symbol, by place.
    pub fn occurrences(&self, id: SymbolId) -> impl Iterator<Item = Occurrence> {
        self.occurrences.iter().copied().filter(move |it| it.symbol == id)
    }

    /// Returns the members or fields of a type or value.
    pub fn parts(&self, owner: &Owner, space: Space) -> impl Iterator<Item = (SymbolId, &Symbol)> {
        self.symbols().filter(move |(_, symbol)| symbol.space == space && symbol.owner == *owner)
    }

    /// Returns the declaration of a symbol that a file sees: that in force in a version, else the newest.
    pub fn site(&self, id: SymbolId, from: Option<&Text>) -> Option<&Site> {
        let sites = self.sites(id);
        let in_force = from.and_then(|text| self.in_force.get(&text.place));
        let in_force = in_force.and_then(|names| sites.iter().find(|site| names.contains(&site.whole)));
        in_force.or(sites.last())
    }

    pub(super) fn add(&mut self, symbol: Symbol) -> SymbolId {
        let entry = self.symbols.entry(symbol);
        let index = entry.index();
        entry.or_default();
        SymbolId(index)
    }

    pub(super) fn occurs(&mut self, span: Span, symbol: SymbolId, declares: bool) {
        self.occurrences.push(Occurrence { span, symbol, declares });
    }
}

impl Site {
    /// Returns the declaration.
    pub fn declaration<'p>(&self, project: &'p Project) -> Option<&'p Declaration> {
        project.texts().get(self.text)?.parse.file.declarations.get(self.declaration?)
    }

    /// Returns the version that the file is, by the day it starts.
    pub fn version<'p>(&self, project: &'p Project) -> Option<&'p str> {
        let place = project.texts().get(self.text)?.place;
        project.version(place).map(|version| version.name.as_str())
    }

    /// Returns what the file is a part of.
    pub fn place(&self, project: &Project) -> Place {
        project.texts().get(self.text).map_or(Place::Lost, |text| text.place)
    }
}

//! What files use: every name in a declaration that is declared elsewhere.

use super::declare::symbol;
use super::expressions::{Walk, members};
use super::index::Index;
use super::scope;
use super::symbol::{Owner, Space};
use super::{Project, Text};
use crate::load::Used;
use crate::source::Span;
use crate::syntax::ast::{
    Cell, CellKind, Common, DeclKind, Declaration, Entry, EntryValue, ExpectOutcome, Given, Header, Hit, Item, Name,
    Otherwise, ReadFrom, SetBody, TableBody, TableDecl, TemplatePart, TestDecl, TypeExpr, TypeKind,
};

/// Adds what all files use.
pub(super) fn uses(project: &Project, index: &mut Index) {
    let mut found = Vec::new();
    let mut bound = Vec::new();
    let members = members(index);
    for text in project.texts() {
        let names = scope::names(project, index, text);
        let mut file = File { project, text, walk: Walk::new(index, names, &members) };
        file.header();
        text.parse.file.declarations.iter().for_each(|it| file.declaration(it));
        let (uses, locals) = file.walk.finish();
        found.extend(uses);
        bound.extend(locals);
    }
    for (span, id) in found {
        index.occurs(span, id, false);
    }
    super::expressions::add_locals(index, bound);
}

struct File<'a> {
    project: &'a Project,
    text: &'a Text,
    walk: Walk<'a>,
}

impl File<'_> {
    fn header(&mut self) {
        if let Header::Policy(header) = &self.text.parse.file.header
            && let Some(fact) = &header.decided_by
        {
            self.walk.name(Space::Value, fact);
        }
    }

    fn declaration(&mut self, declaration: &Declaration) {
        let whole = declaration.span;
        if let Some(head) = declaration.kind.head() {
            head.parameters.iter().for_each(|it| self.ty(&it.ty));
        }
        match &declaration.kind {
            DeclKind::Use(used) => {
                let space = match self.project.loaded.find_use(&used.path) {
                    Some(Used::Policy(_)) => Space::Policy,
                    _ => Space::Library,
                };
                self.walk.text(space, &used.path.text(), used.path.span);
                for outside in &used.outside {
                    self.walk.name(Space::Value, &outside.decision);
                    let inside = self.walk.inside_of(&outside.decision.value);
                    if let Some(value) = &outside.value {
                        self.walk.expr(value, inside.as_ref());
                    }
                    self.common(&outside.common);
                }
                self.common(&used.common);
            }
            DeclKind::Repeal(repeal) => {
                let name = repeal.path.text();
                if repeal.kind.value == "use" {
                    self.walk.text(Space::Library, &name, repeal.path.span);
                    self.walk.text(Space::Policy, &name, repeal.path.span);
                } else if let Some(symbol) = symbol(self.project, self.text, &repeal.kind.value, &name) {
                    self.walk.symbol(&symbol, repeal.path.span);
                }
            }
            DeclKind::Source(decl) => self.common(&decl.common),
            DeclKind::Fact(decl) => {
                self.ty(&decl.ty);
                let inside = self.walk.inside_of(&decl.head.name.value);
                let ends = decl.within.iter().flat_map(|(low, high)| [low, high]);
                ends.chain(&decl.typical).for_each(|it| self.walk.expr(it, inside.as_ref()));
                if let Some(under) = decl.judged.as_ref().and_then(|judged| judged.under.as_ref()) {
                    self.walk.name(Space::Source, under);
                }
                self.common(&decl.common);
            }
            DeclKind::Assume(decl) => {
                self.walk.name(Space::Value, &decl.fact);
                let inside = self.walk.inside_of(&decl.fact.value);
                self.walk.expr(&decl.value, inside.as_ref());
                self.common(&decl.common);
            }
            DeclKind::Invariant(decl) => {
                self.item(&decl.item, None);
                self.common(&decl.common);
            }
            DeclKind::Assert(decl) => {
                self.item(&decl.item, None);
                self.common(&decl.common);
            }
            DeclKind::Enum(decl) => self.common(&decl.common),
            DeclKind::Set(decl) => {
                self.ty(&decl.ty);
                if let SetBody::Members(members) = &decl.body {
                    let inside = self.walk.inside_of(&decl.head.name.value);
                    self.walk.expr(members, inside.as_ref());
                }
                self.common(&decl.common);
            }
            DeclKind::Record(decl) => {
                decl.fields.iter().for_each(|field| self.ty(&field.ty));
                let owner = Owner::Type(decl.head.name.value.clone());
                for end in decl.period.iter().flat_map(|period| [&period.start, &period.end]) {
                    self.walk.part(Space::Field, &owner, end);
                }
                self.common(&decl.common);
            }
            DeclKind::Calendar(decl) => {
                let weekday = Owner::Type("weekday".into());
                if let Some(weekend) = &decl.weekend {
                    self.walk.expr(weekend, Some(&weekday));
                }
                if let Some(SetBody::Members(days)) = &decl.holidays {
                    self.walk.expr(days, None);
                }
                self.common(&decl.common);
            }
            DeclKind::Define(decl) => {
                decl.ty.iter().for_each(|ty| self.ty(ty));
                self.parameters(&decl.head.parameters, whole);
                let inside = self.walk.inside_of(&decl.head.name.value);
                self.item(&decl.item, inside.as_ref());
                self.walk.leave_declaration();
                self.common(&decl.common);
            }
            DeclKind::Parameter(decl) => {
                self.ty(&decl.ty);
                let inside = self.walk.inside_of(&decl.head.name.value);
                for dated in &decl.values {
                    dated.value.iter().for_each(|it| self.walk.expr(it, inside.as_ref()));
                    self.common(&dated.common);
                }
            }
            DeclKind::Scale(decl) => {
                self.ty(&decl.ty);
                for dated in &decl.values {
                    for band in &dated.value {
                        self.walk.expr(&band.rate, None);
                        band.up_to.iter().for_each(|it| self.walk.expr(it, None));
                    }
                    self.common(&dated.common);
                }
            }
            DeclKind::Table(decl) => self.table(decl, whole),
            DeclKind::Decision(decl) => {
                self.ty(&decl.ty);
                let inside = self.walk.inside_of(&decl.head.name.value);
                decl.item.iter().for_each(|it| self.item(it, inside.as_ref()));
                decl.outranks.iter().flatten().for_each(|it| self.walk.expr(it, inside.as_ref()));
                self.otherwise(decl.otherwise.as_ref(), &[inside]);
                self.common(&decl.common);
            }
            DeclKind::Rule(decl) => {
                self.walk.name(Space::Value, &decl.decision);
                let inside = self.walk.inside_of(&decl.decision.value);
                self.walk.expr(&decl.value, inside.as_ref());
                decl.when.iter().chain(&decl.unless).for_each(|it| self.item(it, None));
                decl.exception_to.iter().for_each(|it| self.walk.name(Space::Rule, it));
                self.common(&decl.common);
            }
            DeclKind::Note(decl) => {
                decl.about.iter().for_each(|it| self.walk.name(Space::Value, it));
                decl.when.iter().for_each(|it| self.item(it, None));
                self.common(&decl.common);
            }
            DeclKind::Question(decl) => self.common(&decl.common),
            DeclKind::Profile(decl) => {
                self.entries(&decl.entries, None);
                self.common(&decl.common);
            }
            DeclKind::Test(decl) => self.test(decl),
        }
    }

    /// Lets the body of a declaration name its parameters.
    fn parameters(&mut self, parameters: &[crate::syntax::ast::Typed], whole: Span) {
        for parameter in parameters {
            self.walk.parameter(parameter, whole);
        }
    }

    fn item(&mut self, item: &Item, inside: Option<&Owner>) {
        self.walk.expr(&item.expr, inside);
    }

    fn common(&mut self, common: &Common) {
        for cite in &common.cites {
            self.walk.name(Space::Source, &cite.source);
        }
        common.relies.iter().for_each(|it| self.walk.name(Space::Question, it));
        for part in common.because.iter().flat_map(|because| &because.parts) {
            if let TemplatePart::Hole(path) = part {
                self.walk.path(path, None);
            }
        }
    }

    fn otherwise(&mut self, otherwise: Option<&Otherwise>, inside: &[Option<Owner>]) {
        let Some(otherwise) = otherwise else { return };
        for (at, value) in otherwise.values.iter().enumerate() {
            self.walk.expr(value, inside.get(at).and_then(Option::as_ref));
        }
        self.common(&otherwise.common);
    }

    fn table(&mut self, decl: &TableDecl, whole: Span) {
        decl.outputs.iter().for_each(|it| self.ty(&it.ty));
        self.parameters(&decl.head.parameters, whole);
        let of = |ty: &TypeExpr| super::declare::inside(ty, "");
        let inputs: Vec<_> = decl.head.parameters.iter().map(|it| of(&it.ty)).collect();
        let outputs: Vec<_> = decl.outputs.iter().map(|it| of(&it.ty)).collect();
        if let Hit::Highest(ranks) = &decl.hit.value {
            ranks.iter().for_each(|it| self.walk.expr(it, outputs.first().and_then(Option::as_ref)));
        }
        match &decl.body {
            TableBody::Rows(rows) => {
                for row in rows {
                    for (at, cell) in row.cells.iter().enumerate() {
                        self.cell(cell, inputs.get(at).and_then(Option::as_ref));
                    }
                    for (at, value) in row.outputs.iter().enumerate() {
                        self.walk.expr(value, outputs.get(at).and_then(Option::as_ref));
                    }
                }
            }
            TableBody::Read(from) => self.columns(from, &Owner::Of(decl.head.name.value.clone())),
        }
        self.walk.leave_declaration();
        self.otherwise(decl.otherwise.as_ref(), &outputs);
        self.common(&decl.common);
    }

    fn cell(&mut self, cell: &Cell, inside: Option<&Owner>) {
        match &cell.kind {
            CellKind::Any => {}
            CellKind::Value(value) | CellKind::Compare(_, value) => self.walk.expr(value, inside),
            CellKind::Range(low, high) => [low, high].into_iter().for_each(|it| self.walk.expr(it, inside)),
        }
    }

    /// The inputs and outputs that columns fill.
    fn columns(&mut self, from: &ReadFrom, outputs: &Owner) {
        for column in &from.columns {
            if !self.walk.local(&column.name) {
                self.walk.part(Space::Field, outputs, &column.name);
            }
        }
    }

    fn test(&mut self, decl: &TestDecl) {
        for given in &decl.given {
            match given {
                Given::Profile(name) => self.walk.name(Space::Profile, name),
                Given::Entry(entry) => self.entry(entry, None),
            }
        }
        for expect in &decl.expects {
            self.walk.name(Space::Value, &expect.decision);
            let inside = self.walk.inside_of(&expect.decision.value);
            if let ExpectOutcome::Value(value) = &expect.outcome {
                self.walk.expr(value, inside.as_ref());
            }
            for missing in expect.missing.iter().flatten().filter(|it| !it.value.starts_with('/')) {
                self.walk.name(Space::Value, missing);
            }
        }
        self.common(&decl.common);
    }

    fn entries(&mut self, entries: &[Entry], record: Option<&Owner>) {
        entries.iter().for_each(|entry| self.entry(entry, record));
    }

    /// A fact, or a field of a record.
    fn entry(&mut self, entry: &Entry, record: Option<&Owner>) {
        let inside = match record {
            Some(owner) => self.walk.part(Space::Field, owner, &entry.name),
            None => {
                self.walk.name(Space::Value, &entry.name);
                self.walk.inside_of(&entry.name.value)
            }
        };
        match &entry.value {
            EntryValue::Unknown(_) => {}
            EntryValue::Value(value) => self.walk.expr(value, inside.as_ref()),
            EntryValue::Record(entries, _) => self.entries(entries, Some(&inside.unwrap_or(Owner::Root))),
            EntryValue::List(records, _) => {
                let inside = inside.unwrap_or(Owner::Root);
                records.iter().for_each(|entries| self.entries(entries, Some(&inside)));
            }
        }
    }

    fn ty(&mut self, ty: &TypeExpr) {
        match &ty.kind {
            TypeKind::Named(name) | TypeKind::List(name) => self.walk.name(Space::Type, name),
            TypeKind::Set(element) | TypeKind::Total(element) => self.ty(element),
            TypeKind::YesNo | TypeKind::Money(_) | TypeKind::Members(_) => {}
        }
    }
}

/// Finds a value that a test names without seeing it: facts and decisions mean one thing everywhere.
pub(super) fn everywhere(index: &Index, name: &Name) -> Option<super::index::SymbolId> {
    index.find(Space::Value, Owner::Root, &name.value)
}

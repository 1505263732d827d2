//! What reads what: decisions, definitions, tables and facts, over all policies.

use std::collections::{BTreeMap, BTreeSet};

use super::site::{Key, Names, Place, Site, kind_of};
use super::words::names_in;
use crate::syntax::ast::{
    CellKind, Common, DeclKind, Declaration, Expr, Item, Otherwise, SetBody, TableBody, TemplatePart,
};
use crate::syntax::format::expr_text;

/// Who reads what. A rule counts for its decision.
#[derive(Debug, Default)]
pub struct Reads {
    /// By reader, what it reads.
    pub of: BTreeMap<Key, BTreeSet<Key>>,
    /// By what is read, the declarations that read it: rules by themselves.
    pub by: BTreeMap<Key, BTreeSet<Key>>,
    /// What each is called.
    pub labels: BTreeMap<Key, String>,
}

impl Reads {
    /// Goes through all pages and what they use.
    pub fn new(site: &Site<'_>) -> Self {
        let mut reads = Reads::default();
        let mut places: BTreeSet<Place> = site.places.clone();
        // Arrows lead on through policies that have no page of their own.
        for index in 0..site.loaded.policies.len() {
            places.insert(Place::Version(index, site.newest(index)));
        }
        places.extend((0..site.loaded.libraries.len()).map(Place::Library));
        for place in places {
            let names = site.names(place, "");
            for declaration in site.declarations(place) {
                reads.declaration(place, &names, declaration);
            }
        }
        reads
    }

    fn declaration(&mut self, place: Place, names: &Names<'_>, declaration: &Declaration) {
        let kind = &declaration.kind;
        let Some(head) = kind.head() else { return };
        let own: Key = (place, kind_of(kind), head.name.value.clone());
        let label = head.label.as_ref().map_or_else(|| super::site::spaced(&head.name.value), |it| it.value.clone());
        self.labels.insert(own.clone(), label);
        let reader = match kind {
            DeclKind::Rule(rule) => names.get(&("value", rule.decision.value.clone())).and_then(|it| it.key.clone()),
            _ => Some(own.clone()),
        };
        let locals: BTreeSet<&str> = head.parameters.iter().map(|it| it.name.value.as_str()).collect();
        for text in texts(kind) {
            for name in names_in(&text).into_iter().filter(|name| !locals.contains(name)) {
                let Some(key) = names.get(&("value", name.to_owned())).and_then(|target| target.key.clone()) else {
                    continue;
                };
                if key == own {
                    continue;
                }
                self.by.entry(key.clone()).or_default().insert(own.clone());
                if let Some(reader) = reader.as_ref().filter(|reader| **reader != key) {
                    self.of.entry(reader.clone()).or_default().insert(key);
                }
            }
        }
    }
}

/// Returns the texts of all expressions that a declaration holds.
fn texts(kind: &DeclKind) -> Vec<String> {
    let mut found = Found(Vec::new());
    match kind {
        DeclKind::Invariant(it) => found.item(&it.item),
        DeclKind::Assert(it) => found.item(&it.item),
        DeclKind::Define(it) => found.item(&it.item).common(&it.common),
        DeclKind::Set(it) => match &it.body {
            SetBody::Members(expr) => found.expr(expr),
            SetBody::Read(_) => &mut found,
        },
        DeclKind::Parameter(it) => found.all(it.values.iter().filter_map(|value| value.value.as_ref())),
        DeclKind::Table(it) => {
            if let TableBody::Rows(rows) = &it.body {
                for row in rows {
                    found.all(&row.outputs);
                    for cell in &row.cells {
                        match &cell.kind {
                            CellKind::Any => {}
                            CellKind::Value(expr) | CellKind::Compare(_, expr) => {
                                found.expr(expr);
                            }
                            CellKind::Range(low, high) => {
                                found.expr(low).expr(high);
                            }
                        }
                    }
                }
            }
            found.otherwise(it.otherwise.as_ref())
        }
        DeclKind::Decision(it) => found.items(&it.item).otherwise(it.otherwise.as_ref()).common(&it.common),
        DeclKind::Rule(it) => found.expr(&it.value).items(&it.when).items(&it.unless).common(&it.common),
        DeclKind::Note(it) => found.items(&it.when),
        _ => &mut found,
    };
    found.0
}

struct Found(Vec<String>);

impl Found {
    fn expr(&mut self, expr: &Expr) -> &mut Self {
        self.0.push(expr_text(expr));
        self
    }

    fn all<'a>(&mut self, all: impl IntoIterator<Item = &'a Expr>) -> &mut Self {
        for expr in all {
            self.expr(expr);
        }
        self
    }

    fn item(&mut self, item: &Item) -> &mut Self {
        self.expr(&item.expr)
    }

    fn items<'a>(&mut self, items: impl IntoIterator<Item = &'a Item>) -> &mut Self {
        for item in items {
            self.item(item);
        }
        self
    }

    fn otherwise(&mut self, otherwise: Option<&Otherwise>) -> &mut Self {
        match otherwise {
            Some(otherwise) => self.all(&otherwise.values).common(&otherwise.common),
            None => self,
        }
    }

    fn common(&mut self, common: &Common) -> &mut Self {
        for part in common.because.iter().flat_map(|because| &because.parts) {
            if let TemplatePart::Hole(path) = part {
                self.0.push(path.text());
            }
        }
        self
    }
}

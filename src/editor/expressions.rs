//! Names in expressions: values, members, fields, bound variables.
//!
//! A word that is no value is a member. Of which enum is seen from what it is compared with; where that is not seen, it is the
//! only enum that has such a member, or the word stays unresolved.

use rustc_hash::FxHashMap;

use super::index::{Index, Known, SymbolId};
use super::scope::Names;
use super::symbol::{Owner, Space, Symbol};
use crate::source::Span;
use crate::syntax::ast::{Binder, Expr, ExprKind, Name, Path, TypeExpr, Typed, Unit};

/// A bound variable: what it is, and whose fields it has.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    symbol: Symbol,
    span: Span,
    inside: Option<Owner>,
    ty: Option<TypeExpr>,
    /// Where it is used.
    uses: Vec<Span>,
    /// Whether it is already declared: a parameter.
    declared: bool,
}

/// A walk over the expressions of one file.
pub(super) struct Walk<'a> {
    index: &'a Index,
    names: Names<'a>,
    members: &'a Members<'a>,
    uses: Vec<(Span, SymbolId)>,
    /// Variables in scope, innermost last, as indices into `bound`.
    scope: Vec<usize>,
    bound: Vec<Bound>,
}

/// Members by name; nothing for a name that several enums have.
pub(super) type Members<'i> = FxHashMap<&'i str, Option<SymbolId>>;

/// Returns all members by name.
pub(super) fn members(index: &Index) -> Members<'_> {
    let mut members = Members::default();
    for (id, symbol) in index.symbols().filter(|(_, symbol)| symbol.space == Space::Member) {
        members.entry(symbol.name.as_str()).and_modify(|known| *known = None).or_insert(Some(id));
    }
    members
}

/// Adds bound variables.
pub(super) fn add_locals(index: &mut Index, bound: Vec<Bound>) {
    for Bound { symbol, span, inside, ty, uses, declared } in bound {
        let id = index.add(symbol);
        if !declared {
            index.symbols[id.0] = Known { sites: Vec::new(), inside, ty };
            index.occurs(span, id, true);
        }
        uses.into_iter().for_each(|it| index.occurs(it, id, false));
    }
}

impl<'a> Walk<'a> {
    pub(super) fn new(index: &'a Index, names: Names<'a>, members: &'a Members<'a>) -> Self {
        Walk { index, names, members, uses: Vec::new(), scope: Vec::new(), bound: Vec::new() }
    }

    pub(super) fn finish(self) -> (Vec<(Span, SymbolId)>, Vec<Bound>) {
        (self.uses, self.bound)
    }

    // -- names

    /// A name of a space.
    pub(super) fn name(&mut self, space: Space, name: &Name) {
        let found = self.names.get(&(space, name.value.as_str())).copied();
        let found = found.or_else(|| match space {
            Space::Value => super::uses::everywhere(self.index, name),
            Space::Type => self.index.find(Space::Type, Owner::Root, &name.value),
            _ => None,
        });
        self.uses.extend(found.map(|id| (name.span, id)));
    }

    /// A dotted name of a space.
    pub(super) fn text(&mut self, space: Space, name: &str, span: Span) {
        self.uses.extend(self.names.get(&(space, name)).map(|&id| (span, id)));
    }

    pub(super) fn symbol(&mut self, symbol: &Symbol, span: Span) {
        let found = self.index.find(symbol.space, symbol.owner.clone(), &symbol.name);
        self.uses.extend(found.map(|id| (span, id)));
    }

    /// A member or field; returns whose fields it has in turn.
    pub(super) fn part(&mut self, space: Space, owner: &Owner, name: &Name) -> Option<Owner> {
        let id = self.index.find(space, owner.clone(), &name.value)?;
        self.uses.push((name.span, id));
        self.index.inside(id).cloned()
    }

    /// Returns whose members or fields a value has.
    pub(super) fn inside_of(&self, name: &str) -> Option<Owner> {
        let id = self.names.get(&(Space::Value, name)).copied();
        let id = id.or_else(|| self.index.find(Space::Value, Owner::Root, name))?;
        self.index.inside(id).cloned()
    }

    // -- bound variables

    pub(super) fn parameter(&mut self, parameter: &Typed, whole: Span) {
        let name = &parameter.name;
        let symbol = Symbol { space: Space::Local, owner: Owner::At(whole), name: name.value.clone() };
        let inside = super::declare::inside(&parameter.ty, &name.value);
        let ty = Some(parameter.ty.clone());
        self.bind(Bound { symbol, span: name.span, inside, ty, uses: Vec::new(), declared: true });
    }

    fn bind(&mut self, bound: Bound) {
        self.scope.push(self.bound.len());
        self.bound.push(bound);
    }

    /// Forgets the parameters of a declaration.
    pub(super) fn leave_declaration(&mut self) {
        self.scope.clear();
    }

    /// A use of a bound variable; whether there is one.
    pub(super) fn local(&mut self, name: &Name) -> bool {
        match self.find_local(&name.value) {
            Some(at) => {
                self.bound[at].uses.push(name.span);
                true
            }
            None => false,
        }
    }

    fn find_local(&self, name: &str) -> Option<usize> {
        self.scope.iter().rev().copied().find(|&at| self.bound[at].symbol.name == name)
    }

    /// Walks the domain of a binder, then what it binds over with its variable in scope.
    fn bound(&mut self, binder: &Binder, walk: impl FnOnce(&mut Self)) {
        self.expr(&binder.domain, None);
        binder.to.iter().for_each(|it| self.expr(it, None));
        let inside = if binder.to.is_some() { None } else { self.inside(&binder.domain) };
        let name = &binder.name;
        let symbol = Symbol { space: Space::Local, owner: Owner::At(name.span), name: name.value.clone() };
        self.bind(Bound { symbol, span: name.span, inside, ty: None, uses: Vec::new(), declared: false });
        walk(self);
        self.scope.pop();
    }

    // -- expressions

    /// Returns whose members or fields the value of an expression has.
    fn inside(&self, expr: &Expr) -> Option<Owner> {
        match &expr.kind {
            ExprKind::Path(path) => self.inside_path(path),
            ExprKind::Call(path, _) => self.inside_of(&path.text()),
            ExprKind::Paren(inner) | ExprKind::AsOf(inner, _) | ExprKind::If(_, inner, _) => self.inside(inner),
            ExprKind::Field(record, name) => self.inside_field(&self.inside(record)?, name),
            ExprKind::Set(members) => members.first().and_then(|it| self.inside(it)),
            ExprKind::WeekdayOf(_) => Some(Owner::Type("weekday".into())),
            _ => None,
        }
    }

    fn inside_path(&self, path: &Path) -> Option<Owner> {
        let (first, rest) = path.names.split_first()?;
        let mut inside = match self.find_local(&first.value) {
            Some(at) => self.bound[at].inside.clone(),
            None => self.inside_of(&first.value),
        };
        for name in rest {
            inside = self.inside_field(&inside?, name);
        }
        inside
    }

    fn inside_field(&self, owner: &Owner, name: &Name) -> Option<Owner> {
        self.index.inside(self.index.find(Space::Field, owner.clone(), &name.value)?).cloned()
    }

    /// A name with its fields, or a member, with its type or without.
    pub(super) fn path(&mut self, path: &Path, inside: Option<&Owner>) {
        let Some((first, rest)) = path.names.split_first() else { return };
        let value = self.names.get(&(Space::Value, first.value.as_str())).copied();
        let mut owner = if self.local(first) {
            self.find_local(&first.value).and_then(|at| self.bound[at].inside.clone())
        } else if let Some(id) = value {
            self.uses.push((first.span, id));
            self.index.inside(id).cloned()
        } else if let ([member], Some(id)) = (rest, self.names.get(&(Space::Type, first.value.as_str())).copied()) {
            self.uses.push((first.span, id));
            self.part(Space::Member, &Owner::Type(first.value.clone()), member);
            return;
        } else {
            self.member(first, inside);
            return;
        };
        for name in rest {
            owner = match owner {
                Some(owner) => self.part(Space::Field, &owner, name),
                None => None,
            };
        }
    }

    /// A member by itself.
    fn member(&mut self, name: &Name, inside: Option<&Owner>) {
        if let Some(owner) = inside {
            self.part(Space::Member, owner, name);
            return;
        }
        self.uses.extend(self.members.get(name.value.as_str()).copied().flatten().map(|id| (name.span, id)));
    }

    fn all<'e>(&mut self, all: impl IntoIterator<Item = &'e Expr>) {
        all.into_iter().for_each(|it| self.expr(it, None));
    }

    /// Walks an expression; `inside` is whose members words in it may be.
    pub(super) fn expr(&mut self, expr: &Expr, inside: Option<&Owner>) {
        match &expr.kind {
            ExprKind::Path(path) => self.path(path, inside),
            ExprKind::Set(members) => members.iter().for_each(|it| self.expr(it, inside)),
            ExprKind::Paren(inner) => self.expr(inner, inside),
            ExprKind::Block(_, items) => self.all(items.iter().map(|it| &it.expr)),
            ExprKind::And(parts) | ExprKind::Or(parts) => self.all(parts),
            ExprKind::Compare(_, left, right) => {
                let (of_left, of_right) = (self.inside(left), self.inside(right));
                self.expr(left, of_right.as_ref());
                self.expr(right, of_left.as_ref());
            }
            ExprKind::Implies(left, right) | ExprKind::Arithmetic(_, left, right) => self.all([&**left, right]),
            ExprKind::Period { start, end, .. } => self.all([&**start, end]),
            ExprKind::AsOf(value, day) => {
                self.expr(value, inside);
                self.expr(day, None);
            }
            ExprKind::Call(callee, arguments) => {
                let text = callee.text();
                if let [name] = callee.names.as_slice() {
                    self.uses.extend(self.names.get(&(Space::Value, text.as_str())).map(|&id| (name.span, id)));
                }
                // `or_if_none(fact, member)`: the first says what the others may be.
                let first = arguments.first().and_then(|it| self.inside(&it.value));
                for argument in arguments {
                    match &argument.each {
                        Some((binder, condition)) => self.bound(binder, |walk| {
                            walk.expr(&argument.value, None);
                            condition.iter().for_each(|it| walk.expr(it, None));
                        }),
                        None => self.expr(&argument.value, first.as_ref()),
                    }
                }
            }
            ExprKind::Field(record, name) => {
                self.expr(record, None);
                if let Some(owner) = self.inside(record) {
                    self.part(Space::Field, &owner, name);
                }
            }
            ExprKind::If(condition, then, otherwise) => {
                self.expr(condition, None);
                self.expr(then, inside);
                self.expr(otherwise, inside);
            }
            ExprKind::Quantified(_, binder, body) => self.bound(binder, |walk| walk.expr(body, None)),
            ExprKind::CountWhere(binder, condition) => {
                self.bound(binder, |walk| condition.iter().for_each(|it| walk.expr(it, None)));
            }
            ExprKind::Duration(number, unit) => {
                self.expr(number, None);
                if let Unit::BusinessDays(Some(calendar)) = unit {
                    self.name(Space::Calendar, calendar);
                }
            }
            ExprKind::DaysFrom(a, b) | ExprKind::MonthsFrom(a, b) | ExprKind::DaysCovered(a, b) => self.all([&**a, b]),
            ExprKind::Not(inner)
            | ExprKind::IsEmpty(inner, _)
            | ExprKind::Negate(inner)
            | ExprKind::Rounding(inner, _)
            | ExprKind::Count(inner)
            | ExprKind::Round(inner, _, _)
            | ExprKind::WeekdayOf(inner)
            | ExprKind::EndOfMonth(inner)
            | ExprKind::EndOfDay(inner, _)
            | ExprKind::DateOf(inner, _) => self.expr(inner, None),
            ExprKind::Bool(_)
            | ExprKind::None
            | ExprKind::Number(_)
            | ExprKind::Percent(_)
            | ExprKind::Money(..)
            | ExprKind::Date(_)
            | ExprKind::Time(_)
            | ExprKind::Instant(_)
            | ExprKind::Text(_) => {}
        }
    }
}

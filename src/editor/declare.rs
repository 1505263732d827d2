//! What files declare.

use super::index::{Index, Site, SymbolId};
use super::symbol::{Owner, Space, Symbol, space_of};
use super::{Place, Project, Text};
use crate::load::subject::subject;
use crate::source::Span;
use crate::syntax::ast::{DeclKind, Declaration, EnumBody, Header, Name, TypeExpr, TypeKind, Typed};

/// Adds what all files declare.
pub(super) fn declare(project: &Project, index: &mut Index) {
    for (at, text) in project.texts().iter().enumerate() {
        let mut file = File { project, text, at, index };
        file.header();
        for (position, declaration) in text.parse.file.declarations.iter().enumerate() {
            file.declaration(position, declaration);
        }
    }
}

/// Returns whose members or fields a value of a type has; members of a type without a name are those of `value`.
pub(super) fn inside(ty: &TypeExpr, value: &str) -> Option<Owner> {
    match &ty.kind {
        TypeKind::Named(name) | TypeKind::List(name) => Some(Owner::Type(name.value.clone())),
        TypeKind::Members(_) => Some(Owner::Of(value.to_owned())),
        TypeKind::Set(element) | TypeKind::Total(element) => inside(element, value),
        TypeKind::YesNo | TypeKind::Money(_) => None,
    }
}

/// Returns where names declared in a file are known, those that are not known everywhere.
pub(super) fn owner(project: &Project, text: &Text) -> Owner {
    match text.place {
        Place::Version(policy, _) => {
            Owner::Policy(project.loaded.policies.get(policy).map_or(String::new(), |it| it.name.clone()))
        }
        Place::Library(library) => {
            Owner::Library(project.loaded.libraries.get(library).map_or(String::new(), |it| it.path.clone()))
        }
        Place::Tests(_) | Place::Lost => Owner::File(text.path.clone()),
    }
}

/// Returns the symbol that a declaration of a kind and name is about in a file.
pub(super) fn symbol(project: &Project, text: &Text, kind: &str, name: &str) -> Option<Symbol> {
    let space = space_of(kind)?;
    let owner = match kind {
        "fact" | "decision" | "enum" | "record" | "assume" => Owner::Root,
        "profile" | "test" => Owner::File(text.path.clone()),
        _ => owner(project, text),
    };
    Some(Symbol { space, owner, name: name.to_owned() })
}

struct File<'a> {
    project: &'a Project,
    text: &'a Text,
    at: usize,
    index: &'a mut Index,
}

impl File<'_> {
    fn header(&mut self) {
        match &self.text.parse.file.header {
            Header::Policy(header) => {
                let policy = Symbol { space: Space::Policy, owner: Owner::Root, name: header.name.value.clone() };
                self.add(policy, header.name.span, header.span, None);
            }
            Header::Library { name, span, .. } => {
                if let Owner::Library(path) = owner(self.project, self.text) {
                    let library = Symbol { space: Space::Library, owner: Owner::Root, name: path };
                    self.add(library, name.span, *span, None);
                }
            }
            Header::None => {}
        }
    }

    fn add(&mut self, symbol: Symbol, span: Span, whole: Span, declaration: Option<usize>) -> SymbolId {
        let id = self.index.add(symbol);
        self.index.symbols[id.0].sites.push(Site { span, text: self.at, whole, declaration });
        self.index.occurs(span, id, true);
        id
    }

    fn part(&mut self, space: Space, owner: &Owner, name: &Name, at: usize, ty: Option<&TypeExpr>) -> SymbolId {
        let symbol = Symbol { space, owner: owner.clone(), name: name.value.clone() };
        let whole = self.text.parse.file.declarations.get(at).map_or(name.span, |it| it.span);
        let id = self.add(symbol, name.span, whole, Some(at));
        if let Some(ty) = ty {
            self.typed(id, ty);
        }
        id
    }

    fn typed(&mut self, id: SymbolId, ty: &TypeExpr) {
        let known = &mut self.index.symbols[id.0];
        known.ty.get_or_insert_with(|| ty.clone());
        let own = self.index.symbol(id).name.clone();
        self.index.symbols[id.0].inside = inside(ty, &own);
    }

    /// Adds the members of a type without a name, and gives a value its type.
    fn value_type(&mut self, id: SymbolId, ty: &TypeExpr, at: usize) {
        self.typed(id, ty);
        let mut ty = ty;
        while let TypeKind::Set(inner) | TypeKind::Total(inner) = &ty.kind {
            ty = inner;
        }
        if let TypeKind::Members(members) = &ty.kind {
            let owner = Owner::Of(self.index.symbol(id).name.clone());
            for member in members {
                self.part(Space::Member, &owner, member, at, None);
            }
        }
    }

    fn declaration(&mut self, at: usize, declaration: &Declaration) {
        // An `assume` is about a fact that is declared elsewhere, a `use` about another file.
        if matches!(declaration.kind, DeclKind::Assume(_) | DeclKind::Use(_) | DeclKind::Repeal(_)) {
            return;
        }
        let Some(about) = subject(&declaration.kind) else { return };
        let Some(symbol) = symbol(self.project, self.text, about.kind, &about.name) else { return };
        let name = symbol.name.clone();
        let id = self.add(symbol, about.span, declaration.span, Some(at));
        match &declaration.kind {
            DeclKind::Fact(decl) => self.value_type(id, &decl.ty, at),
            DeclKind::Decision(decl) => self.value_type(id, &decl.ty, at),
            DeclKind::Parameter(decl) => self.value_type(id, &decl.ty, at),
            DeclKind::Scale(decl) => self.value_type(id, &decl.ty, at),
            DeclKind::Set(decl) => self.value_type(id, &decl.ty, at),
            DeclKind::Define(decl) => {
                if let Some(ty) = &decl.ty {
                    self.value_type(id, ty, at);
                }
                self.locals(declaration, &decl.head.parameters, at);
            }
            DeclKind::Table(decl) => {
                self.locals(declaration, &decl.head.parameters, at);
                if let [output] = decl.outputs.as_slice() {
                    self.typed(id, &output.ty);
                } else {
                    self.index.symbols[id.0].inside = Some(Owner::Of(name.clone()));
                }
                for output in &decl.outputs {
                    self.part(Space::Field, &Owner::Of(name.clone()), &output.name, at, Some(&output.ty));
                }
            }
            DeclKind::Enum(decl) => {
                if let EnumBody::Members(members) = &decl.body {
                    for member in members {
                        let id = self.part(Space::Member, &Owner::Type(name.clone()), &member.name, at, None);
                        self.index.symbols[id.0].inside = Some(Owner::Type(name.clone()));
                    }
                }
            }
            DeclKind::Record(decl) => {
                for field in &decl.fields {
                    self.part(Space::Field, &Owner::Type(name.clone()), &field.head.name, at, Some(&field.ty));
                }
            }
            _ => {}
        }
    }

    fn locals(&mut self, declaration: &Declaration, parameters: &[Typed], at: usize) {
        for parameter in parameters {
            self.part(Space::Local, &Owner::At(declaration.span), &parameter.name, at, Some(&parameter.ty));
        }
    }
}

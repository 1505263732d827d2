//! What a declaration is about: its kind and name, as amendments name it.

use std::borrow::Cow;

use crate::source::Span;
use crate::syntax::ast::{DeclKind, Head, Tag};

/// The kind and name of a declaration.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// The keyword of its kind: `rule`.
    pub kind: &'static str,
    /// Its name; the path of a `use`, the fact of an `assume`.
    pub name: Cow<'a, str>,
    /// The place of that name.
    pub span: Span,
    /// Its clause tags.
    pub tags: &'a [Tag],
}

impl Subject<'_> {
    /// Whether it stays with the file that holds it: a test or profile bears no verb and is never inherited (G21).
    pub fn stays(&self) -> bool {
        matches!(self.kind, "test" | "profile")
    }

    /// Returns kind and name as written: `rule ban`.
    pub fn text(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }
}

/// Returns kind and name of a declaration; nothing for a `repeal`, which declares nothing.
pub fn subject(kind: &DeclKind) -> Option<Subject<'_>> {
    let (word, head): (&'static str, &Head) = match kind {
        DeclKind::Use(used) => {
            return Some(Subject { kind: "use", name: used.path.text().into(), span: used.path.span, tags: &[] });
        }
        DeclKind::Assume(assume) => {
            let (name, span) = (assume.fact.value.as_str().into(), assume.fact.span);
            return Some(Subject { kind: "assume", name, span, tags: &[] });
        }
        DeclKind::Repeal(_) => return None,
        DeclKind::Source(decl) => ("source", &decl.head),
        DeclKind::Fact(decl) => ("fact", &decl.head),
        DeclKind::Invariant(decl) => ("invariant", &decl.head),
        DeclKind::Enum(decl) => ("enum", &decl.head),
        DeclKind::Set(decl) => ("set", &decl.head),
        DeclKind::Record(decl) => ("record", &decl.head),
        DeclKind::Calendar(decl) => ("calendar", &decl.head),
        DeclKind::Define(decl) => ("define", &decl.head),
        DeclKind::Parameter(decl) => ("parameter", &decl.head),
        DeclKind::Scale(decl) => ("scale", &decl.head),
        DeclKind::Table(decl) => ("table", &decl.head),
        DeclKind::Decision(decl) => ("decision", &decl.head),
        DeclKind::Rule(decl) => ("rule", &decl.head),
        DeclKind::Note(decl) => ("note", &decl.head),
        DeclKind::Question(decl) => ("question", &decl.head),
        DeclKind::Assert(decl) => ("assert", &decl.head),
        DeclKind::Profile(decl) => ("profile", &decl.head),
        DeclKind::Test(decl) => ("test", &decl.head),
    };
    Some(Subject { kind: word, name: head.name.value.as_str().into(), span: head.name.span, tags: &head.tags })
}

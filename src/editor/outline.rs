//! What stands in a file, as a list, and what can be folded.

use super::Project;
use super::hover::label;
use crate::load::subject::subject;
use crate::source::Span;
use crate::syntax::ast::{DeclKind, EnumBody, Header};

/// A declaration, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The keyword of its kind: `rule`, `policy`, `member`, `field`.
    pub kind: &'static str,
    /// Its name; of a `repeal` what is repealed.
    pub name: String,
    /// Its label.
    pub label: Option<String>,
    /// Its name's place.
    pub span: Span,
    /// All of it.
    pub whole: Span,
    /// Its members or fields.
    pub parts: Vec<Entry>,
}

/// Lines that can be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// From the first byte of the first line that stays to the last of what is hidden.
    pub span: Span,
    /// Whether it is a comment.
    pub comment: bool,
}

impl Project {
    /// Returns what stands in a file, in order.
    pub fn outline(&self, path: &str) -> Vec<Entry> {
        let Some(text) = self.text(path) else { return Vec::new() };
        let mut entries = Vec::new();
        let leaf = |kind, name: &str, label, span, whole| Entry {
            kind,
            name: name.to_owned(),
            label,
            span,
            whole,
            parts: Vec::new(),
        };
        let header = &text.parse.file.header;
        match header {
            Header::Policy(policy) => {
                let title = label(None, Some(header));
                entries.push(leaf("policy", &policy.name.value, title, policy.name.span, policy.span));
            }
            Header::Library { name, span, .. } => {
                entries.push(leaf("library", &name.value, label(None, Some(header)), name.span, *span));
            }
            Header::None => {}
        }
        for declaration in &text.parse.file.declarations {
            let whole = declaration.span;
            if let DeclKind::Repeal(repeal) = &declaration.kind {
                let name = format!("repeal {} {}", repeal.kind.value, repeal.path.text());
                entries.push(leaf("repeal", &name, None, repeal.path.span, whole));
                continue;
            }
            let Some(subject) = subject(&declaration.kind) else { continue };
            let mut entry =
                leaf(subject.kind, &subject.name, label(declaration.kind.head(), None), subject.span, whole);
            match &declaration.kind {
                DeclKind::Enum(decl) => {
                    if let EnumBody::Members(members) = &decl.body {
                        entry.parts.extend(members.iter().map(|member| {
                            let label = member.label.as_ref().map(|label| label.value.clone());
                            leaf("member", &member.name.value, label, member.name.span, member.name.span)
                        }));
                    }
                }
                DeclKind::Record(decl) => entry.parts.extend(decl.fields.iter().map(|field| {
                    let whole = field.head.name.span.to(field.ty.span);
                    leaf("field", &field.head.name.value, label(Some(&field.head), None), field.head.name.span, whole)
                })),
                _ => {}
            }
            entries.push(entry);
        }
        entries
    }

    /// Returns what can be folded in a file: declarations and comments of several lines.
    pub fn folds(&self, path: &str) -> Vec<Fold> {
        let Some(text) = self.text(path) else { return Vec::new() };
        let all = self.loaded.sources.get(text.source).text();
        let several = |span: &Span| self.loaded.sources.slice(*span).contains('\n');
        let declarations = text.parse.file.declarations.iter().map(|it| it.span).filter(several);
        let mut folds: Vec<Fold> = declarations.map(|span| Fold { span, comment: false }).collect();
        let mut begun: Option<(usize, usize)> = None;
        let mut at = 0;
        for line in all.split_inclusive('\n') {
            let end = at + line.trim_end().len();
            begun = match begun {
                Some((from, _)) if line.trim_start().starts_with('#') => Some((from, end)),
                None if line.trim_start().starts_with('#') => Some((at, end)),
                found => {
                    folds.extend(found.map(|(from, to)| comment(Span::new(text.source, from, to))));
                    None
                }
            };
            at += line.len();
        }
        folds.extend(begun.map(|(from, to)| comment(Span::new(text.source, from, to))));
        folds.retain(|fold| several(&fold.span));
        folds.sort_by_key(|fold| fold.span);
        folds
    }
}

fn comment(span: Span) -> Fold {
    Fold { span, comment: true }
}

//! What can be run from where it stands.

use super::Project;
use crate::source::Span;
use crate::syntax::ast::{DeclKind, Header};

/// Something that can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lens {
    /// The name it stands above.
    pub span: Span,
    /// What it does.
    pub run: Run,
}

/// What is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// A test.
    Test(String),
    /// A decision, on facts.
    Decision(String),
    /// The comparison of a policy with its committed text.
    Affected(String),
}

impl Project {
    /// Returns what can be run in a file: its tests, its decisions, and the comparison of its policy.
    pub fn lenses(&self, path: &str) -> Vec<Lens> {
        let Some(text) = self.text(path) else { return Vec::new() };
        let mut lenses = Vec::new();
        if let Header::Policy(header) = &text.parse.file.header {
            lenses.push(Lens { span: header.name.span, run: Run::Affected(header.name.value.clone()) });
        }
        for declaration in &text.parse.file.declarations {
            let (head, run): (_, fn(String) -> Run) = match &declaration.kind {
                DeclKind::Test(decl) => (&decl.head, Run::Test),
                DeclKind::Decision(decl) => (&decl.head, Run::Decision),
                _ => continue,
            };
            lenses.push(Lens { span: head.name.span, run: run(head.name.value.clone()) });
        }
        lenses
    }
}

//! Things worth knowing: tables where written order decides, and open questions.

use crate::diagnostic::{Code, Diagnostic};
use crate::load::Loaded;
use crate::program::Program;
use crate::syntax::ast::{DeclKind, Declaration, Hit};

/// Notes tables in which written order decides.
pub(super) fn first_match(loaded: &Loaded) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for declaration in declarations(loaded) {
        if let DeclKind::Table(table) = &declaration.kind
            && table.hit.value == Hit::First
        {
            found.push(
                Diagnostic::note(
                    Code::FIRST_MATCH,
                    table.hit.span,
                    format!("in `{}` the first matching row decides: the order of rows matters", table.head.name.value),
                )
                .help("with `unique` or `any` it does not"),
            );
        }
    }
    found
}

/// Lists the open points of interpretation.
pub(super) fn open_questions(program: &Program) -> Vec<Diagnostic> {
    let note = |question: &crate::program::Question| {
        let text = question.text.as_deref().unwrap_or(&question.name);
        let note =
            Diagnostic::note(Code::OPEN_QUESTION, question.span, format!("open question `{}`: {text}", question.name));
        match &question.reading {
            Some(reading) => note.help(format!("read meanwhile: {reading}")),
            None => note,
        }
    };
    program.questions.iter().map(note).collect()
}

/// Returns all declarations in force in some version, those of libraries too.
pub(super) fn declarations(loaded: &Loaded) -> impl Iterator<Item = &Declaration> {
    let libraries = loaded.libraries.iter().flat_map(|library| &library.file.declarations);
    let versions = loaded.policies.iter().flat_map(|policy| &policy.versions).flat_map(|version| &version.declarations);
    libraries.chain(versions.map(|consolidated| &*consolidated.declaration))
}

//! What the parser promises, by example.

mod forms;

use super::*;

/// Parses a file; returns its tree and its findings.
fn parse_text(text: &str) -> Parse {
    let mut sources = Sources::new();
    let id = sources.add("test.enact", text);
    parse(&sources, id)
}

/// Parses an expression; returns its tree and its findings as text.
fn parse_expression(text: &str) -> (Option<Item>, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let id = sources.add("test.enact", text);
    parse_item(&sources, id)
}

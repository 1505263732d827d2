//! Text to tree: one file in, its [`ast::File`] and all its findings out.
//!
//! `scan` cuts a file into declarations and bounds what comes later; the grammar (`grammar/enact.pest`) matches each;
//! `build` makes the tree and reports mistakes that the grammar recognises; `recover` goes on after an error.
//!
//! **Invariant:** any text gives a tree and findings: no panic, no overflow, no hang, in time linear in its length.

pub mod ast;
mod build;
mod error;
pub mod format;
mod grammar;
mod hidden;
mod parsed;
mod recover;
pub mod same;
mod scan;
mod words;

use pest::Parser as _;

use crate::diagnostic::{self, Code, Diagnostic, Severity};
use crate::source::{SourceId, Sources, Span};
use ast::{Declaration, File, Header, Item, Name};
use build::Builder;
pub use build::suspect;
use grammar::{EnactParser, Rule};
pub use parsed::Parsed;
pub use scan::{MAX_DEPTH, MAX_FILE_BYTES, MAX_HEIGHT, MAX_LINE_BYTES, Token, TokenKind, is_declaration_word, tokens};

/// How many findings of one file are listed. More help nobody; the last says how many are left out.
pub const MAX_DIAGNOSTICS: usize = 100;

/// What parsing one file gives: a tree in any case, and everything that is wrong with the text.
#[derive(Debug, Clone)]
pub struct Parse {
    /// The tree. Declarations that could not be read are left out.
    pub file: File,
    /// The names of declarations that could not be read: a use of one is no second error.
    pub unparsed: Vec<Name>,
    /// The findings, by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses one file.
pub fn parse(sources: &Sources, id: SourceId) -> Parse {
    let text = sources.get(id).text();
    let scan::Scan { cleaned, pieces, mut diagnostics } = scan::scan(id, text);
    let text = cleaned.as_deref().unwrap_or(text);
    let outcome = recover::Recovery::new(id, text, &pieces).run();
    diagnostics.extend(outcome.diagnostics);
    let header = choose_header(outcome.headers, &outcome.declarations, &mut diagnostics);
    diagnostic::sort(&mut diagnostics);
    limit(&mut diagnostics);
    let file = File { header, declarations: outcome.declarations, span: Span::new(id, 0, text.len()) };
    Parse { file, unparsed: outcome.unparsed, diagnostics }
}

/// Parses one expression with its tags and label, alone in a source: what `--set` and tests take.
pub fn parse_item(sources: &Sources, id: SourceId) -> (Option<Item>, Vec<Diagnostic>) {
    let text = sources.get(id).text();
    let scan::Scan { cleaned, pieces, mut diagnostics } = scan::scan(id, text);
    let text = cleaned.as_deref().unwrap_or(text);
    if let Some(&scan::TooDeep::Depth(at) | &scan::TooDeep::Height(at)) =
        pieces.iter().find_map(|piece| piece.too_deep.as_ref())
    {
        diagnostics.push(Diagnostic::error(Code::TOO_DEEP, Span::new(id, at, at), "this expression is too deep"));
        return (None, diagnostics);
    }
    let mut item = None;
    match EnactParser::parse(Rule::expression_only, text) {
        Ok(mut nodes) => {
            let mut builder = Builder::new(id, text, 0, &|_| false);
            item = nodes.next().map(|node| builder.build_item(node));
            diagnostics.extend(builder.diagnostics);
        }
        Err(error) => {
            let tokens = scan::tokens(text);
            let piece = error::Piece { source: id, base: 0, text, tokens: &tokens };
            diagnostics.push(piece.diagnose(&error::Failure::new(&error), &|_| false));
        }
    }
    diagnostic::sort(&mut diagnostics);
    limit(&mut diagnostics);
    (item, diagnostics)
}

/// Bytes that are not UTF-8 text: where, and what to say. There is no text to point into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUtf8 {
    /// The first byte that fits no character.
    pub offset: usize,
    /// Its line, from 1.
    pub line: usize,
    /// The finding, without a place.
    pub diagnostic: Diagnostic,
}

/// Reads the bytes of a file as UTF-8 text.
///
/// # Errors
/// Bytes in another encoding, such as Latin-1 or UTF-16, with the first wrong byte.
pub fn decode(bytes: &[u8], name: &str) -> Result<String, Box<NotUtf8>> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(text.to_owned()),
        Err(error) => error,
    };
    let offset = error.valid_up_to();
    let line = bytes[..offset].iter().filter(|&&byte| byte == b'\n').count() + 1;
    let help = match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "the file is UTF-16: save it as UTF-8",
        _ => "save the file as UTF-8",
    };
    let byte = bytes.get(offset).copied().unwrap_or(0);
    let message = format!("{name} is no UTF-8 text: byte {offset} on line {line} is 0x{byte:02X}");
    let diagnostic = Diagnostic::new(Severity::Error, Code::NOT_UTF8, message).help(help);
    Err(Box::new(NotUtf8 { offset, line, diagnostic }))
}

/// Returns the head of a file; reports one that does not stand first, and any other.
fn choose_header(headers: Vec<Header>, declarations: &[Declaration], diagnostics: &mut Vec<Diagnostic>) -> Header {
    let place = |header: &Header| match header {
        Header::Policy(policy) => Some(policy.span),
        Header::Library { span, .. } => Some(*span),
        Header::None => None,
    };
    let first_declaration = declarations.iter().map(|declaration| declaration.span).min();
    let mut headers = headers.into_iter();
    let Some(first) = headers.next() else { return Header::None };
    if let (Some(span), Some(declaration)) =
        (place(&first), first_declaration.filter(|declaration| place(&first).is_some_and(|span| *declaration < span)))
    {
        let diagnostic = Diagnostic::error(Code::HEADER, span, "the head of a file stands first")
            .label(declaration, "this stands before it")
            .help("move the head to the top");
        diagnostics.push(diagnostic);
    }
    for other in headers {
        if let (Some(span), Some(first)) = (place(&other), place(&first)) {
            let diagnostic = Diagnostic::error(Code::HEADER, span, "a file has one head")
                .found("the second")
                .label(first, "the first")
                .help("put each version and library into its own file");
            diagnostics.push(diagnostic);
        }
    }
    first
}

/// Cuts a long list of findings and says how many are left out.
fn limit(diagnostics: &mut Vec<Diagnostic>) {
    if diagnostics.len() <= MAX_DIAGNOSTICS {
        return;
    }
    let more = diagnostics.len() - MAX_DIAGNOSTICS;
    let last = diagnostics[MAX_DIAGNOSTICS].span();
    diagnostics.truncate(MAX_DIAGNOSTICS);
    let mut note =
        Diagnostic::new(Severity::Note, Code::SYNTAX, format!("{more} more findings in this file are not listed"));
    if let Some(span) = last {
        note = note.label(span, "the next one");
    }
    diagnostics.push(note.help("mend the first ones: later ones often follow from them"));
}

#[cfg(test)]
mod tests;

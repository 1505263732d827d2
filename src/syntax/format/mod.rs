//! The one layout of enact: what `enact fmt` writes, and how messages print parts of a tree.
//!
//! - *Layout* (lines, indentation, trailing commas) depends on the tree and on nothing else, except that blank lines
//!   between declarations, rows and elements stay where the author put them, at most one each.
//! - *Comments* are kept, each beside what it was written beside.
//! - *Words* are kept: numbers keep their digits, brackets stay. Only the order of clauses is made the same everywhere.
//!
//! Formatting twice changes nothing. [`format_checked`] proves for one file that nothing was lost before anything is
//! written.

mod clauses;
mod comments;
mod decl;
mod expr;
mod printer;
mod scenarios;
#[cfg(test)]
mod tests;
mod words;

use pretty::Arena;

use self::comments::{Comment, Scan, attach};
use self::printer::{Doc, Printer, render};
use super::ast::{Because, Declaration, Expr, File, Header, Start, TypeExpr};
use super::same::same_meaning;
use crate::diagnostic::Diagnostic;
use crate::source::{Sources, Span};

/// Returns the canonical text of a file, comments included: lines of at most 100 characters where they can be broken.
///
/// The file must be free of errors: declarations that were left out of the tree are left out of the text.
pub fn format(sources: &Sources, file: &File) -> String {
    let scan = Scan::new(file.span.source, sources.get(file.span.source).text());
    let mut page = Page::new(&scan);
    if let Some(span) = header_span(&file.header) {
        page.add(span, |printer| printer.header(&file.header));
    }
    for declaration in &file.declarations {
        page.add(declaration.span, |printer| printer.declaration(declaration));
    }
    page.finish()
}

/// Why a file is left as it is.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FormatError {
    /// The text has errors, so its tree may lack declarations: `fact a b`.
    #[error("the file has errors: mend them first")]
    HasErrors(Vec<Diagnostic>),
    /// A fault of the formatter: its text cannot be read.
    #[error("the formatted text would not parse; this is a fault of the formatter, and the file is left as it is")]
    Unreadable(Vec<Diagnostic>),
    /// A fault of the formatter: its text says something else.
    #[error(
        "the formatted text would not mean the same; this is a fault of the formatter, and the file is left as it is"
    )]
    MeaningChanged,
    /// A fault of the formatter: a comment was lost, changed or doubled.
    #[error("a comment would be lost; this is a fault of the formatter, and the file is left as it is")]
    CommentsChanged,
}

/// Returns the canonical text of a file after proving that nothing is lost: the text it was read from is free of errors,
/// the new text parses, both trees mean the same, and both texts hold the same comments.
///
/// Comments are compared without regard to their order, as clauses may change theirs.
pub fn format_checked(sources: &Sources, file: &File) -> Result<String, FormatError> {
    let before = errors(super::parse(sources, file.span.source).diagnostics);
    if !before.is_empty() {
        return Err(FormatError::HasErrors(before));
    }
    let text = format(sources, file);
    let original = sources.get(file.span.source);
    let mut result = Sources::new();
    let id = result.add(original.name(), text.as_str());
    let parsed = super::parse(&result, id);
    let after = errors(parsed.diagnostics);
    if !after.is_empty() {
        return Err(FormatError::Unreadable(after));
    }
    if !same_meaning(file, &parsed.file) {
        return Err(FormatError::MeaningChanged);
    }
    if comment_texts(&Scan::new(id, original.text())) != comment_texts(&Scan::new(id, &text)) {
        return Err(FormatError::CommentsChanged);
    }
    Ok(text)
}

fn errors(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.retain(Diagnostic::is_error);
    diagnostics
}

fn comment_texts<'t>(scan: &Scan<'t>) -> Vec<&'t str> {
    let mut texts: Vec<&str> = scan.comments().iter().map(|comment| comment.text).collect();
    texts.sort_unstable();
    texts
}

/// Returns the canonical text of an expression on one line, however long.
pub fn expr_text(expr: &Expr) -> String {
    let arena = Arena::new();
    let printer = Printer::new(&arena, None, &[]);
    let mut text = String::new();
    // Cannot fail: a `String` takes all text. The width is never reached, so no group is broken.
    let _ = printer.expr(expr, self::expr::Level::Whole).1.render_fmt(usize::MAX, &mut text);
    text
}

/// Returns a type as written.
pub fn type_text(ty: &TypeExpr) -> String {
    words::type_text(ty)
}

/// Returns the start of a version or value: `2024-02-29`, or `2024-02-29 23:30 "America/Toronto"`.
pub fn start_text(start: &Start) -> String {
    words::start(start)
}

/// Returns the text of a `because`, in quotes.
pub fn because_text(because: &Because) -> String {
    words::template(because)
}

/// Returns the canonical text of a declaration without comments: several lines if it is long, without a line end.
pub fn decl_text(declaration: &Declaration) -> String {
    let arena = Arena::new();
    render(&Printer::new(&arena, None, &[]).declaration(declaration))
}

/// Returns the canonical text of a file's header without comments, without a line end; empty for a file without one.
pub fn header_text(header: &Header) -> String {
    let arena = Arena::new();
    render(&Printer::new(&arena, None, &[]).header(header))
}

fn header_span(header: &Header) -> Option<Span> {
    match header {
        Header::Policy(policy) => Some(policy.span),
        Header::Library { span, .. } => Some(*span),
        Header::None => None,
    }
}

/// The text under construction: declarations, the comments between them, and blank lines.
struct Page<'t> {
    scan: &'t Scan<'t>,
    text: String,
    /// Where the last declaration ends in the source.
    end: usize,
}

impl<'t> Page<'t> {
    fn new(scan: &'t Scan<'t>) -> Self {
        Page { scan, text: String::new(), end: 0 }
    }

    /// Adds a declaration with the comments before it, and a blank line where the author left one or more.
    fn add(&mut self, span: Span, print: impl for<'a> Fn(&Printer<'a>) -> Doc<'a>) {
        let span = self.scan.trim(span);
        let (start, end) = (span.start as usize, span.end as usize);
        let before = self.trailing_first(start);
        let (text, hoisted) = print_with_comments(self.scan, span, print);
        let first = before.first().map_or(start, |comment| comment.start);
        if !self.text.is_empty() && self.scan.blank_before(first) {
            self.text.push('\n');
        }
        self.comments(before);
        if !before.is_empty() && self.scan.blank_before(start) {
            self.text.push('\n');
        }
        for comment in hoisted {
            self.line(comment.text);
        }
        self.line(&text);
        self.end = end;
    }

    /// Puts a comment on the line of the last declaration at its end, and returns the comments between it and a place.
    fn trailing_first(&mut self, until: usize) -> &'t [Comment<'t>] {
        let between = self.scan.comments_in(self.end, until);
        let Some((first, rest)) = between.split_first() else { return between };
        if first.own_line || self.text.is_empty() || !self.scan.same_line(self.end, first.start) {
            return between;
        }
        self.text.truncate(self.text.trim_end().len());
        self.text.push_str("  ");
        self.line(first.text);
        rest
    }

    /// Adds comments, each on its line, with the blank lines between them.
    fn comments(&mut self, comments: &[Comment]) {
        for (index, comment) in comments.iter().enumerate() {
            if index > 0 && self.scan.blank_before(comment.start) {
                self.text.push('\n');
            }
            self.line(comment.text);
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Adds the comments at the end of the file and returns the text.
    fn finish(mut self) -> String {
        let rest = self.trailing_first(usize::MAX);
        if let Some(first) = rest.first()
            && !self.text.is_empty()
            && self.scan.blank_before(first.start)
        {
            self.text.push('\n');
        }
        self.comments(rest);
        self.text
    }
}

/// Prints a declaration with the comments inside it. Comments that found no place in it are returned: they go above it.
fn print_with_comments<'t>(
    scan: &'t Scan<'t>,
    span: Span,
    print: impl for<'a> Fn(&Printer<'a>) -> Doc<'a>,
) -> (String, Vec<Comment<'t>>) {
    let arena = Arena::new();
    let printer = Printer::new(&arena, Some(scan), &[]);
    printer.root(span);
    let doc = print(&printer);
    let comments = scan.comments_in(span.start as usize, span.end as usize);
    if comments.is_empty() {
        return (render(&doc), Vec::new());
    }
    let attached = attach(scan, &printer.into_anchors(), comments);
    let arena = Arena::new();
    let printer = Printer::new(&arena, Some(scan), &attached);
    printer.root(span);
    let text = render(&print(&printer));
    (text, attached.first().map(|root| root.lead.clone()).unwrap_or_default())
}

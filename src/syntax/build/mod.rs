//! From what the grammar matched to the tree: one function a form, `build_x`.
//!
//! The builder reports what the grammar let through on purpose (mistake rules, `and` beside `or`, days that do not
//! exist) and still builds what was meant, so that later stages see the rest of the file.
//!
//! **Invariant:** nothing here panics on any text. Depth is bounded before: `scan` refuses what is nested too deep.

mod clauses;
mod declarations;
mod expressions;
mod literals;
mod mistakes;
mod miswritten;
mod operators;
mod tests_and_profiles;
mod types;

pub(super) use declarations::Built;
pub(super) use literals::parse_date;
pub use mistakes::suspect;

use super::ast::*;
use super::grammar::{Node, Nodes, Rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceId, Span, Spanned};

/// Builds trees from one piece of a file, and collects findings.
pub(super) struct Builder<'t> {
    source: SourceId,
    /// The parsed text.
    text: &'t str,
    /// Where the parsed text starts in the file. Negative when a misspelt keyword was replaced by a longer one.
    base: i64,
    /// Words that the file declares: `unknown` may be one.
    declares: &'t dyn Fn(&str) -> bool,
    /// Findings so far, in the order they were met.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// How many `round (…)` are open: `/` stands only inside one.
    rounds: u32,
}

impl<'t> Builder<'t> {
    /// Starts a builder for text that begins at `base` in the file.
    pub(super) fn new(source: SourceId, text: &'t str, base: i64, declares: &'t dyn Fn(&str) -> bool) -> Self {
        Builder { source, text, base, declares, diagnostics: Vec::new(), rounds: 0 }
    }

    /// Returns the place of bytes of the parsed text.
    fn place(&self, start: usize, end: usize) -> Span {
        let at = |offset: usize| usize::try_from(offset as i64 + self.base).unwrap_or(0);
        Span::new(self.source, at(start), at(end))
    }

    /// Returns the place of a word or another rule that ends where its text ends.
    fn span(&self, node: &Node<'_>) -> Span {
        let span = node.as_span();
        self.place(span.start(), span.end())
    }

    /// Returns the place of a rule without the blanks and comments that its last, absent part skipped.
    fn tight(&self, node: &Node<'_>) -> Span {
        let start = node.as_span().start();
        let mut last = node.clone();
        loop {
            let text = last.as_str();
            if !text.ends_with(char::is_whitespace) && !text.contains('#') {
                break;
            }
            match last.clone().into_inner().next_back() {
                Some(inner) => last = inner,
                None => break,
            }
        }
        self.place(start, last.as_span().end())
    }

    /// Makes a word from a token.
    fn word(&self, node: &Node<'_>) -> Name {
        Spanned::new(node.as_str().to_owned(), self.span(node))
    }

    /// Returns the text at a place for a message, blanks and comments made one blank, the end of a long text cut.
    fn text(&self, span: Span) -> String {
        /// More than this is no help in a message, and chains of errors would repeat each other.
        const MOST_BYTES: usize = 240;
        let at = |offset: u32| usize::try_from(i64::from(offset) - self.base).unwrap_or(0);
        let text = self.text.get(at(span.start)..at(span.end)).unwrap_or("");
        if text.len() > MOST_BYTES {
            let end = (0..=MOST_BYTES).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
            return format!("{} …", text[..end].split_whitespace().collect::<Vec<_>>().join(" "));
        }
        let lines: Vec<&str> = text.lines().map(|line| line.split(" #").next().unwrap_or(line).trim()).collect();
        lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Reports a finding.
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports an error at a place, with what was found there and what to type.
    fn error(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        found: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report(Diagnostic::error(code, span, message).found(found).help(help));
    }

    /// Reports text that the grammar matched and the builder has no place for. Does not happen: a test builds every form.
    fn drift(&mut self, node: &Node<'t>) {
        let span = self.tight(node);
        self.error(Code::SYNTAX, span, "this does not fit here", "", "move or remove it");
    }
}

/// Returns what a rule holds, skipping words that only mark a place.
fn inner<'t>(node: Node<'t>) -> Nodes<'t> {
    node.into_inner()
}

/// Makes the expression that stands where an error left nothing.
fn missing(span: Span) -> Expr {
    Expr { kind: ExprKind::None, span }
}

/// Which clauses of a declaration were given, to report the second.
#[derive(Default)]
struct Seen(Vec<(&'static str, Span)>);

impl Builder<'_> {
    /// Notes a clause; reports it and returns false when it was given before.
    fn first(&mut self, seen: &mut Seen, clause: &'static str, span: Span) -> bool {
        match seen.0.iter().find(|(name, _)| *name == clause) {
            None => {
                seen.0.push((clause, span));
                true
            }
            Some(&(_, first)) => {
                let diagnostic = Diagnostic::error(Code::CLAUSE_TWICE, span, format!("`{clause}` is given twice"))
                    .found("the second")
                    .label(first, "the first")
                    .help(format!("keep one `{clause}`"));
                self.report(diagnostic);
                false
            }
        }
    }
}

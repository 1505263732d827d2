//! One file: its pieces parsed one by one, so that an error in one hides nothing in the others.
//!
//! A piece that does not match is looked at again: does a declaration start inside it (indented, on the same line, or
//! with a misspelt keyword)? Then each part is parsed alone. Else the error is reported, the clause it stands in is
//! blanked out, and the rest is parsed for further errors.

use std::cell::OnceCell;
use std::collections::HashSet;

use pest::Parser as _;

use super::MAX_DIAGNOSTICS;
use super::ast::{Declaration, Header, Name, PolicyHeader, Start};
use super::build::{Builder, Built};
use super::error::{self, Failure};
use super::grammar::{EnactParser, Rule};
use super::scan::{self, DECLARATION_WORDS, Token, TokenKind, TooDeep, is_declaration_word};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::source::{SourceId, Span, Spanned};

/// The largest piece whose further errors are looked for after the first. No declaration written by hand comes near.
const MAX_RECOVERY_BYTES: usize = 64 << 10;
/// How many errors of one declaration are looked for.
const MAX_RECOVERIES: usize = 8;
/// How many words of one piece are compared with keywords. Text that has more has other troubles.
const MAX_LOOKUPS: usize = 500;
/// Words that begin a clause wherever they stand outside texts: all are reserved.
const CLAUSE_WORDS: &[&str] = &["when", "unless", "because", "cite", "relies", "exception", "otherwise"];

/// Other words that may begin a line of a declaration.
const LANGUAGE_WORDS: &[&str] = &[
    "about",
    "above",
    "accessed",
    "adds",
    "all",
    "amends",
    "and",
    "announced",
    "any",
    "as",
    "ask",
    "at",
    "by",
    "changeable",
    "collect",
    "column",
    "columns",
    "count",
    "covers",
    "date",
    "days",
    "decided",
    "effective",
    "else",
    "end",
    "every",
    "expect",
    "first",
    "for",
    "from",
    "given",
    "has",
    "highest",
    "holidays",
    "if",
    "implies",
    "in",
    "includes",
    "is",
    "judged",
    "jurisdiction",
    "missing",
    "months",
    "no",
    "none",
    "not",
    "of",
    "on",
    "open",
    "or",
    "outranks",
    "outside",
    "overlaps",
    "owner",
    "private",
    "published",
    "read",
    "reading",
    "round",
    "rounding",
    "split",
    "stated",
    "then",
    "through",
    "to",
    "typical",
    "under",
    "unique",
    "until",
    "up",
    "url",
    "valid",
    "weekday",
    "weekend",
    "where",
    "within",
    "written",
    "yes",
    "zone",
];

/// What a file gives.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) headers: Vec<Header>,
    pub(super) declarations: Vec<Declaration>,
    pub(super) unparsed: Vec<Name>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Parses the pieces of a file.
pub(super) struct Recovery<'t> {
    source: SourceId,
    text: &'t str,
    pieces: &'t [scan::Piece],
    declared: OnceCell<HashSet<&'t str>>,
    outcome: Outcome,
}

impl<'t> Recovery<'t> {
    pub(super) fn new(source: SourceId, text: &'t str, pieces: &'t [scan::Piece]) -> Self {
        Recovery { source, text, pieces, declared: OnceCell::new(), outcome: Outcome::default() }
    }

    /// Parses all pieces.
    pub(super) fn run(mut self) -> Outcome {
        for piece in self.pieces {
            match piece.too_deep {
                Some(limit) => self.too_deep(piece, limit),
                None => self.parse_piece(piece.start, &self.text[piece.start..piece.end]),
            }
        }
        self.outcome
    }

    fn parse_piece(&mut self, start: usize, text: &'t str) {
        if let Err(failure) = self.parse(start as i64, text, true) {
            self.recover(start, text, &failure);
        }
    }

    /// Parses a text that begins at `base` in the file. What it holds is kept if asked for.
    fn parse(&mut self, base: i64, text: &str, keep: bool) -> Result<(), Failure> {
        let nodes = EnactParser::parse(Rule::file, text).map_err(|error| Failure::new(&error))?;
        let declares = |word: &str| self.declares(word);
        let mut builder = Builder::new(self.source, text, base, &declares);
        let built: Vec<Built> = nodes.filter_map(|node| builder.build_top(node)).collect();
        let diagnostics = builder.diagnostics;
        self.outcome.diagnostics.extend(diagnostics);
        for built in built.into_iter().filter(|_| keep) {
            match built {
                Built::Header(header) => self.outcome.headers.push(header),
                Built::Declaration(declaration) => self.outcome.declarations.push(*declaration),
            }
        }
        Ok(())
    }

    /// Finds out what is wrong with a piece, and parses what is right in it.
    fn recover(&mut self, start: usize, text: &'t str, failure: &Failure) {
        if self.outcome.diagnostics.len() > MAX_DIAGNOSTICS {
            // Only counted: pieces come in order, so no earlier finding can push this one into the list.
            let at = start + failure.at.min(text.len());
            self.outcome.diagnostics.push(Diagnostic::error(
                Code::SYNTAX,
                Span::new(self.source, at, at),
                "this does not fit here",
            ));
            return;
        }
        let tokens = scan::tokens(text);
        let starts = self.inner_starts(text, &tokens);
        if starts.iter().all(|inner| inner.token == 0 && inner.meant.is_none()) {
            self.report_failure(start, text, &tokens, failure);
            return;
        }
        if starts[0].token > 0 {
            let end = tokens[starts[0].token - 1].end;
            self.parse_part(start, &text[..end], tokens[0].start);
        }
        for (index, inner) in starts.iter().enumerate() {
            let from = tokens[inner.token];
            let end = starts.get(index + 1).map_or(text.len(), |next| tokens[next.token - 1].end);
            match inner.meant {
                None => self.parse_part(start, &text[..end], from.start),
                Some(word) => {
                    let written = &text[from.start..from.end];
                    let span = Span::new(self.source, start + from.start, start + from.end);
                    let diagnostic =
                        Diagnostic::error(Code::SYNTAX, span, format!("`{written}` begins no declaration"))
                            .help(format!("did you mean `{word}`?"));
                    self.outcome.diagnostics.push(diagnostic);
                    // The rest keeps its places: the text starts earlier or later by the difference of the words.
                    let mended = format!("{word}{}", &text[from.end..end]);
                    let base = (start + from.end) as i64 - word.len() as i64;
                    if let Err(failure) = self.parse(base, &mended, true) {
                        self.report_part(base, &mended, &failure);
                    }
                }
            }
        }
    }

    /// Parses a part of a piece that begins at a token; it is not cut again.
    fn parse_part(&mut self, start: usize, text: &'t str, from: usize) {
        let (base, text) = (start + from, &text[from..]);
        if let Err(failure) = self.parse(base as i64, text, true) {
            self.report_failure(base, text, &scan::tokens(text), &failure);
        }
    }

    /// Finds declarations inside a piece: reserved words that begin one at the start of a line, and misspelt ones in column 1.
    fn inner_starts(&self, text: &'t str, tokens: &[Token]) -> Vec<InnerStart> {
        let mut starts = Vec::new();
        let mut looked_up = 0;
        for (index, token) in tokens.iter().enumerate() {
            if token.kind != TokenKind::Word || starts.len() > MAX_DIAGNOSTICS {
                continue;
            }
            let gap = index.checked_sub(1).map_or("\n", |index| &text[tokens[index].end..token.start]);
            if !gap.contains('\n') {
                continue;
            }
            let word = &text[token.start..token.end];
            let next = tokens.get(index + 1).map_or("", |token| &text[token.start..token.end]);
            let before = index.checked_sub(1).map_or("", |index| &text[tokens[index].start..tokens[index].end]);
            if is_declaration_word(word) {
                let inside = matches!(before, "insert" | "replace" | "repeal") || word == "set" && next == "of";
                if !inside {
                    starts.push(InnerStart { token: index, meant: None });
                }
            } else if looked_up < MAX_LOOKUPS
                && (index == 0 || gap.ends_with('\n'))
                && tokens.get(index + 1).is_some_and(|token| token.kind == TokenKind::Word)
                && !CLAUSE_WORDS.contains(&word)
                && !matches!(
                    next,
                    "is" | "includes"
                        | "adds"
                        | "outranks"
                        | "and"
                        | "or"
                        | "in"
                        | "not"
                        | "from"
                        | "by"
                        | "on"
                        | "as"
                        | "of"
                )
            {
                looked_up += 1;
                match misspelt(word) {
                    Some(meant) => starts.push(InnerStart { token: index, meant: Some(meant) }),
                    None if !LANGUAGE_WORDS.contains(&word) && !LANGUAGE_WORDS.contains(&next) => {
                        starts.push(InnerStart { token: index, meant: None })
                    }
                    None => {}
                }
            }
        }
        starts
    }

    fn report_part(&mut self, base: i64, text: &str, failure: &Failure) {
        let tokens = scan::tokens(text);
        let declares = |word: &str| self.declares(word);
        let piece = error::Piece { source: self.source, base, text, tokens: &tokens };
        let diagnostic = piece.diagnose(failure, &declares);
        self.outcome.diagnostics.push(diagnostic);
        self.note_unparsed(base, text, &tokens);
    }

    /// Reports the failure and looks for further errors in the other clauses.
    fn report_failure(&mut self, start: usize, text: &str, tokens: &[Token], failure: &Failure) {
        self.report_part(start as i64, text, failure);
        self.rescue_header(start, text, tokens);
        if text.len() > MAX_RECOVERY_BYTES {
            return;
        }
        let clauses: Vec<usize> = tokens
            .iter()
            .filter(|token| CLAUSE_WORDS.contains(&&text[token.start..token.end]))
            .map(|token| token.start)
            .collect();
        // What is parsed next, and where it starts in the piece.
        let mut rest = text.to_owned();
        let mut shift = 0;
        let mut at = failure.at;
        for _ in 0..MAX_RECOVERIES {
            if at >= text.len() {
                return;
            }
            let from = clauses.iter().rev().find(|&&clause| clause <= at).copied();
            let to = clauses.iter().find(|&&clause| clause > at).copied().unwrap_or(text.len());
            match from {
                Some(from) => {
                    let range = (from as i64 - shift) as usize..(to as i64 - shift) as usize;
                    rest.replace_range(range, &" ".repeat(to - from));
                }
                // The head itself is wrong: its clauses are parsed after another head.
                None => {
                    let stub = match tokens
                        .iter()
                        .map(|token| &text[token.start..token.end])
                        .find(|word| is_declaration_word(word))
                    {
                        Some("rule") => "rule r r is yes ",
                        Some("decision") => "decision d: yes/no ",
                        _ => return,
                    };
                    rest = format!("{stub}{}", &text[to..]);
                    shift = to as i64 - stub.len() as i64;
                }
            }
            let parsed = self.parse(start as i64 + shift, &rest, false).map_err(|failure| failure.moved(shift));
            match parsed {
                Ok(()) => return,
                Err(next) if next.at <= at => return,
                Err(next) => {
                    let declares = |word: &str| self.declares(word);
                    let piece = error::Piece { source: self.source, base: start as i64, text, tokens };
                    let diagnostic = piece.diagnose(&next, &declares);
                    self.outcome.diagnostics.push(diagnostic);
                    at = next.at;
                }
            }
        }
    }

    /// Keeps the name of a declaration that could not be read: what refers to it is no second error.
    fn note_unparsed(&mut self, base: i64, text: &str, tokens: &[Token]) {
        let mut words = tokens.iter().skip_while(|token| !is_declaration_word(&text[token.start..token.end]));
        let mut name = words.nth(1);
        if name.is_some_and(|token| is_declaration_word(&text[token.start..token.end])) {
            name = words.next();
        }
        if let Some(token) = name.filter(|token| token.kind == TokenKind::Word) {
            let at = |offset: usize| usize::try_from(offset as i64 + base).unwrap_or(0);
            let span = Span::new(self.source, at(token.start), at(token.end));
            self.outcome.unparsed.push(Spanned::new(text[token.start..token.end].to_owned(), span));
        }
    }

    /// Keeps what can be read of a broken head: without it the file would pass for one of tests.
    fn rescue_header(&mut self, start: usize, text: &str, tokens: &[Token]) {
        let word = |index: usize| tokens.get(index).map_or("", |token: &Token| &text[token.start..token.end]);
        let span = Span::new(self.source, start, start + text.len());
        let Some(name) = tokens.get(1).filter(|token| token.kind == TokenKind::Word) else { return };
        let name = Spanned::new(word(1).to_owned(), Span::new(self.source, start + name.start, start + name.end));
        match word(0) {
            "library" => self.outcome.headers.push(Header::Library { name, title: None, span }),
            "policy" => {
                let date_after = |word: &str| {
                    let at = text.find(word)? + word.len();
                    let at = at + text[at..].find(|c: char| !c.is_whitespace())?;
                    let date = super::build::parse_date(text.get(at..at + 10)?)?;
                    Some(Spanned::new(date, Span::new(self.source, start + at, start + at + 10)))
                };
                let effective_from =
                    date_after("effective from").map(|date| Start { date: date.value, clock: None, span: date.span });
                self.outcome.headers.push(Header::Policy(Box::new(PolicyHeader {
                    name,
                    title: None,
                    jurisdiction: None,
                    effective_from,
                    until: None,
                    announced: None,
                    amends: date_after("amends"),
                    decided_by: None,
                    rounding: None,
                    zone: None,
                    span,
                })));
            }
            _ => {}
        }
    }

    fn too_deep(&mut self, piece: &scan::Piece, limit: TooDeep) {
        let (at, message, found, help) = match limit {
            TooDeep::Depth(at) => (
                at,
                format!("this stands more than {} deep in other brackets, blocks or conditions", scan::MAX_DEPTH),
                "too deep here",
                "give inner parts a name with `define`",
            ),
            TooDeep::Height(at) => (
                at,
                format!("more than {} operators stand on top of each other", scan::MAX_HEIGHT),
                "too long here",
                "use `sum(… for x in …)`, or give parts a name with `define`",
            ),
        };
        let span = Span::new(self.source, at, at + self.text[at..].chars().next().map_or(0, char::len_utf8));
        self.outcome.diagnostics.push(Diagnostic::error(Code::TOO_DEEP, span, message).found(found).help(help));
        // The name stands at the front: no need to cut the whole piece into tokens.
        let mut end = piece.end.min(piece.start + 200);
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let text = &self.text[piece.start..end];
        self.note_unparsed(piece.start as i64, text, &scan::tokens(text));
    }

    /// Whether the file may mean a value of its own by a word such as `unknown`.
    fn declares(&self, word: &str) -> bool {
        let declared = self.declared.get_or_init(|| self.declared_words());
        let elsewhere = matches!(word, "unknown" | "known" | "missing")
            && (declared.contains("use") || declared.contains("amends"));
        declared.contains(word) || elsewhere
    }

    /// Collects the words after declaration keywords and in braces after types, and `use` and `amends` where other files count.
    fn declared_words(&self) -> HashSet<&'t str> {
        let mut words = HashSet::new();
        for piece in self.pieces {
            let text = &self.text[piece.start..piece.end];
            let tokens = scan::tokens(text);
            let word = |index: usize| tokens.get(index).map_or("", |token| &text[token.start..token.end]);
            let head = usize::from(matches!(word(0), "insert" | "replace"));
            match word(head) {
                "use" => {
                    words.insert("use");
                }
                "policy" if tokens.iter().any(|token| &text[token.start..token.end] == "amends") => {
                    words.insert("amends");
                }
                _ => {}
            }
            if is_declaration_word(word(head)) {
                words.insert(word(head + 1));
            }
            let members = matches!(word(head), "enum" | "record");
            // Inside the braces of a type: `fact status: {known, unknown}`.
            let mut typed = false;
            for index in 1..tokens.len() {
                match word(index - 1) {
                    "{" => typed = index >= 2 && word(index - 2) == ":",
                    "}" => typed = false,
                    _ => {}
                }
                let follows = matches!(word(index - 1), "{" | ",")
                    && (matches!(word(index + 1), "," | "}" | "written")
                        || tokens.get(index + 1).is_some_and(|token| token.kind == TokenKind::Text));
                if follows && (members || typed) {
                    words.insert(word(index));
                }
            }
        }
        words
    }
}

/// A declaration that starts inside a piece.
struct InnerStart {
    /// Its first token.
    token: usize,
    /// The keyword meant by a misspelt one.
    meant: Option<&'static str>,
}

/// Returns the keyword that a word in column 1 is a misspelling of.
fn misspelt(word: &str) -> Option<&'static str> {
    if word.len() > 12 {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    DECLARATION_WORDS
        .iter()
        .find(|&&keyword| keyword == lower)
        .copied()
        .or_else(|| did_you_mean(word, DECLARATION_WORDS.iter().copied()))
}

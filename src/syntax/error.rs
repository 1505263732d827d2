//! From a failed match to a finding in an author's words: what stands there, and what may stand there.
//!
//! pest knows the furthest place it reached and the rules it tried there. No name of a rule reaches an author: `words`
//! has what people call each.

use super::grammar::Rule;
use super::scan::{Token, TokenKind, is_declaration_word};
use super::words::words;
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::source::{SourceId, Span};

/// How many different things an error lists as possible.
const MOST_EXPECTED: usize = 5;
/// What is listed only where nothing else may stand.
const CURRENCY: &str = "a currency such as `CAD`";
/// What the end of a piece is called.
const NEXT_DECLARATION: &str = "the next declaration";

/// A failed match: where, and what was tried there.
pub(super) struct Failure {
    /// First byte that fits nothing, in the parsed piece.
    pub(super) at: usize,
    /// What could stand there, in an author's words, each once.
    expected: Vec<&'static str>,
    /// Whether a name could stand there.
    name: bool,
}

impl Failure {
    /// Reads pest's error.
    pub(super) fn new(error: &pest::error::Error<Rule>) -> Self {
        let (pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _))) = error.location;
        let mut expected = Vec::new();
        let mut name = false;
        if let pest::error::ErrorVariant::ParsingError { positives, .. } = &error.variant {
            for &rule in positives {
                name |= matches!(rule, Rule::name | Rule::head | Rule::head_with_parameters);
                if let Some(words) = words(rule)
                    && !expected.contains(&words)
                {
                    expected.push(words);
                }
            }
        }
        // A specific word helps more than a whole class.
        expected.sort_by_key(|words| *words == NEXT_DECLARATION);
        if expected.last() == Some(&NEXT_DECLARATION) {
            expected.retain(|words| *words != "a declaration");
        }
        if expected.len() > 1 {
            expected.retain(|words| *words != CURRENCY);
        }
        Failure { at, expected, name }
    }

    /// Moves the place: the failed text was a part of another.
    pub(super) fn moved(mut self, by: i64) -> Failure {
        self.at = usize::try_from(self.at as i64 + by).unwrap_or(0);
        self
    }

    /// Returns the keywords that could stand there.
    fn keywords(&self) -> impl Iterator<Item = &'static str> {
        self.expected
            .iter()
            .flat_map(|words| words.split('`').skip(1).step_by(2))
            .filter_map(|words| words.split(' ').next())
            .filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
    }

    /// Says what could stand there: `expected a name, `:` or `from``.
    fn expectation(&self) -> String {
        match self.expected.split_last() {
            None => String::new(),
            Some((only, [])) => format!("expected {only}"),
            Some((_, _)) if self.expected.len() > MOST_EXPECTED => {
                format!("expected {}, …", self.expected[..MOST_EXPECTED].join(", "))
            }
            Some((last, others)) => format!("expected {} or {last}", others.join(", ")),
        }
    }
}

/// What is known of a piece that did not match.
pub(super) struct Piece<'t> {
    /// The file.
    pub(super) source: SourceId,
    /// Where the piece starts in the file.
    pub(super) base: i64,
    /// Its text.
    pub(super) text: &'t str,
    /// Its tokens.
    pub(super) tokens: &'t [Token],
}

impl<'t> Piece<'t> {
    fn span(&self, start: usize, end: usize) -> Span {
        let at = |offset: usize| usize::try_from(offset as i64 + self.base).unwrap_or(0);
        Span::new(self.source, at(start), at(end))
    }

    /// Says more exactly what is expected from what stands before: a name after `is` is any value.
    fn in_context(&self, failure: &Failure) -> Failure {
        let index = self.tokens.iter().position(|token| token.end > failure.at).unwrap_or(self.tokens.len());
        let before = index.checked_sub(1).map_or("", |index| self.token(index));
        let value = matches!(
            before,
            "+" | "-"
                | "*"
                | "/"
                | "<"
                | ">"
                | "="
                | "("
                | "and"
                | "or"
                | "not"
                | "is"
                | "in"
                | "overlaps"
                | "within"
                | "implies"
                | "if"
                | "then"
                | "else"
                | "when"
                | "unless"
        );
        let fact = self.token(0) == "fact";
        let expected = failure.expected.iter().map(|&words| match words {
            "a name" if value => "a value",
            "an operator" if fact => "`or none`",
            _ => words,
        });
        Failure { at: failure.at, expected: expected.collect(), name: failure.name }
    }

    /// Returns the text of a token.
    pub(super) fn token(&self, index: usize) -> &'t str {
        self.tokens.get(index).map_or("", |token| &self.text[token.start..token.end])
    }

    /// Says which declaration this is: `` the rule `visa_needed` ``.
    fn declaration(&self) -> String {
        let verbs = usize::from(matches!(self.token(0), "insert" | "replace"));
        let (kind, name) = (self.token(verbs), self.token(verbs + 1));
        match self.tokens.get(verbs + 1) {
            _ if !is_declaration_word(kind) => "this".to_owned(),
            Some(token) if token.kind == TokenKind::Word && token.end < self.text.len() => {
                format!("the {kind} `{name}`")
            }
            _ => format!("this {kind}"),
        }
    }

    /// Turns a failure into a finding.
    pub(super) fn diagnose(&self, failure: &Failure, declared: &dyn Fn(&str) -> bool) -> Diagnostic {
        let failure = &self.in_context(failure);
        let Some(index) = self.tokens.iter().position(|token| token.end > failure.at) else {
            return self.unfinished(failure);
        };
        let token = &self.tokens[index];
        let text = self.token(index);
        let span = self.span(token.start, token.end);
        if let Some(open) = self.unclosed_text(index) {
            return open;
        }
        match token.kind {
            TokenKind::Text
                if self.tokens[..index].iter().any(|token| &self.text[token.start..token.end] == ":")
                    && self.token(0) == "fact" =>
            {
                Diagnostic::error(Code::SYNTAX, span, format!("{text} does not fit here"))
                    .found(failure.expectation())
                    .help("a label stands before the colon")
            }
            TokenKind::Bracket if text == "(" && index > 0 && self.token(index - 1) == "of" => {
                Diagnostic::error(Code::SYNTAX, span, "a set holds no `none`")
                    .found(failure.expectation())
                    .help("write `set of T or none`: the whole set may be absent")
            }
            TokenKind::Word => self.diagnose_word(failure, index, text, span, declared),
            TokenKind::Bracket if matches!(text, ")" | "}" | "]") && !self.is_open(index) => {
                Diagnostic::error(Code::SYNTAX, span, format!("this `{text}` closes nothing"))
                    .help("remove it, or open it before")
            }
            TokenKind::Sign
                if index > 0
                    && text == "-"
                    && failure
                        .expected
                        .iter()
                        .any(|words| matches!(*words, "`:`" | "a quoted text" | "a tag in brackets")) =>
            {
                let (before, after) = (self.token(index - 1), self.token(index + 1));
                Diagnostic::error(Code::SYNTAX, span, "a name holds no hyphen")
                    .found("a hyphen subtracts")
                    .help(format!("write `{before}_{after}`"))
            }
            TokenKind::Sign
                if !text.is_ascii() || matches!(text, "@" | "~" | "^" | "`" | "?" | "'" | "\\" | "&" | "$" | "!") =>
            {
                let help = if text == "'" {
                    "texts stand in double quotes: `\"…\"`".to_owned()
                } else {
                    format!("remove `{text}`, or put it into a text or a comment")
                };
                Diagnostic::error(Code::SYNTAX, span, format!("`{text}` is no sign of the language"))
                    .found(failure.expectation())
                    .help(help)
            }
            _ => Diagnostic::error(Code::SYNTAX, span, format!("`{text}` does not fit here"))
                .found(failure.expectation()),
        }
    }

    fn diagnose_word(
        &self,
        failure: &Failure,
        index: usize,
        text: &str,
        span: Span,
        declared: &dyn Fn(&str) -> bool,
    ) -> Diagnostic {
        let reserved = is_reserved(text);
        let before = index.checked_sub(1).map_or("", |index| self.token(index));
        let declares_here = is_declaration_word(before) || before == "(" || before == "{" || before == ",";
        if failure.name && reserved && declares_here {
            return Diagnostic::error(
                Code::RESERVED_WORD,
                span,
                format!("`{text}` is a word of the language, not a name"),
            )
            .found("a name stands here")
            .help(format!("try `{}`", instead_of(text)));
        }
        if before.starts_with(|c: char| c.is_ascii_uppercase())
            && index > 1
            && is_declaration_word(self.token(index - 2))
        {
            let span = self.span(self.tokens[index - 1].start, self.tokens[index - 1].end);
            return Diagnostic::error(Code::SYNTAX, span, "a name starts with a small letter")
                .help(format!("write `{}`", snake_case(before)));
        }
        if failure.name && is_declaration_word(before) && text.starts_with(|c: char| c.is_ascii_uppercase()) {
            return Diagnostic::error(Code::SYNTAX, span, "a name starts with a small letter")
                .help(format!("write `{}`", snake_case(text)));
        }
        if index == 0 && !reserved {
            return Diagnostic::error(Code::SYNTAX, span, format!("`{text}` begins no declaration")).help(
                did_you_mean(text, super::scan::DECLARATION_WORDS.iter().copied())
                    .map_or("declarations begin with words such as `fact`, `decision`, `rule`".to_owned(), |word| {
                        format!("did you mean `{word}`?")
                    }),
            );
        }
        if matches!(text, "when" | "unless") && self.token(0) == "decision" {
            let help = format!("write a rule: `rule some_name {} is … {text} …`", self.token(1));
            return Diagnostic::error(Code::SYNTAX, span, format!("`{text}` does not fit here"))
                .found("rules have conditions, a decision has none")
                .help(help);
        }
        if before == "money" {
            return Diagnostic::error(Code::SYNTAX, span, format!("`{text}` is no currency"))
                .help(format!("currencies have three capitals: `money {}`", text.to_ascii_uppercase()));
        }
        if text == "to" && failure.expected.contains(&"`..`") {
            return Diagnostic::error(Code::SYNTAX, span, "a range is written with `..`")
                .help(format!("write `{before}..{}`", self.token(index + 1)));
        }
        if let Some(word) = did_you_mean(text, failure.keywords()) {
            return Diagnostic::error(Code::SYNTAX, span, format!("`{text}` does not fit here"))
                .found(failure.expectation())
                .help(format!("did you mean `{word}`?"));
        }
        let beside =
            index > 0 && self.tokens[index - 1].kind == TokenKind::Word && !is_reserved(before) && !is_reserved(text);
        if beside && failure.expected.contains(&"an operator") {
            let joined = snake_case(&format!("{before}_{text}"));
            let help = if declared(&joined) {
                format!("did you mean `{joined}`?")
            } else {
                format!("write an operator between them, or one name: `{joined}`")
            };
            let both = self.span(self.tokens[index - 1].start, self.tokens[index].end);
            return Diagnostic::error(Code::SYNTAX, both, format!("`{before}` and `{text}` stand side by side"))
                .found(failure.expectation())
                .help(help);
        }
        Diagnostic::error(Code::SYNTAX, span, format!("`{text}` does not fit here")).found(failure.expectation())
    }

    /// Reports a text without its end among the tokens before a place: it swallowed what was meant to follow.
    fn unclosed_text(&self, before: usize) -> Option<Diagnostic> {
        let token = self.tokens[..before].iter().find(|token| {
            let text = &self.text[token.start..token.end];
            token.kind == TokenKind::Text
                && (text.len() < 2 || !text.ends_with('"') || text.ends_with("\\\"") && !text.ends_with("\\\\\""))
        })?;
        let span = self.span(token.start, token.start + 1);
        Some(
            Diagnostic::error(Code::STRING, span, "this text has no end on its line")
                .found("opened here")
                .help("write the closing `\"` on the same line"),
        )
    }

    /// Reports a declaration that ends too early, at its end (G19).
    fn unfinished(&self, failure: &Failure) -> Diagnostic {
        if let Some(open) = self.unclosed_text(self.tokens.len()) {
            return open;
        }
        let end = self.tokens.last().map_or(self.text.len(), |token| token.end);
        let span = self.span(end, end);
        let diagnostic = Diagnostic::error(Code::UNFINISHED, span, format!("{} is not finished", self.declaration()))
            .found(failure.expectation());
        match self.open_bracket() {
            Some(open) => {
                let text = self.token(open);
                let closing = match text {
                    "(" => ")",
                    "[" => "]",
                    _ => "}",
                };
                let token = &self.tokens[open];
                diagnostic
                    .label(self.span(token.start, token.end), "opened here")
                    .help(format!("write the closing `{closing}`"))
            }
            None => diagnostic,
        }
    }

    /// Returns the last bracket that is not closed.
    fn open_bracket(&self) -> Option<usize> {
        let mut open = Vec::new();
        for (index, token) in self.tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Bracket) {
            match self.text.as_bytes()[token.start] {
                b'(' | b'{' | b'[' => open.push(index),
                _ => drop(open.pop()),
            }
        }
        open.pop()
    }

    /// Whether a closing bracket has an opening one before it.
    fn is_open(&self, index: usize) -> bool {
        let closing = self.token(index);
        let opening = match closing {
            ")" => "(",
            "]" => "[",
            _ => "{",
        };
        let count = |text: &str| (0..index).filter(|&index| self.token(index) == text).count();
        count(opening) > count(closing)
    }
}

/// Whether no name may be this word.
fn is_reserved(word: &str) -> bool {
    use pest::Parser as _;
    super::grammar::EnactParser::parse(Rule::reserved, word).is_ok_and(|nodes| nodes.as_str() == word)
}

/// Returns a name near a reserved word.
fn instead_of(word: &str) -> String {
    match word {
        "source" => "source_of_funds".to_owned(),
        "day" | "week" | "month" | "year" | "hour" | "minute" => format!("{word}_number"),
        "days" | "weeks" | "months" | "years" | "hours" | "minutes" => format!("number_of_{word}"),
        _ => format!("{word}_kind"),
    }
}

/// Writes `trvRequired`, `TRV required` as `trv_required`.
pub(super) fn snake_case(text: &str) -> String {
    let mut name = String::with_capacity(text.len() + 2);
    let mut small = false;
    for c in text.chars() {
        if c.is_ascii_uppercase() && small {
            name.push('_');
        }
        small = c.is_ascii_lowercase() || c.is_ascii_digit();
        name.push(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    }
    name
}

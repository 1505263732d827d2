//! What is looked at before the grammar: sizes, characters that hide what a text says, depth, and where each
//! declaration starts.
//!
//! One pass over the bytes that knows texts, comments, words and brackets, and nothing else. It bounds what the grammar
//! and every later stage recurse on: a tree is never deeper than [`MAX_DEPTH`] brackets and [`MAX_HEIGHT`] operators.

use super::hidden;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceId, Span};

/// The largest file, 16 MiB: about 65,000 rules. Spans count bytes in 32 bits; time and memory stay proportional.
pub const MAX_FILE_BYTES: usize = 16 << 20;
/// The longest line, 1 MiB: longer lines are data, not text, and no terminal shows them.
pub const MAX_LINE_BYTES: usize = 1 << 20;
/// How deep brackets, blocks, conditionals, quantifiers and runs of `not` may stand inside each other. Real policies
/// stay under 8; every stage fits a stack of 2 MiB at this depth, in a debug build too.
pub const MAX_DEPTH: usize = 64;
/// How many operators of sums may stand on top of each other, brackets included: `1 + 1 + …` makes a tree as high as
/// the sum is long.
pub const MAX_HEIGHT: usize = 192;

/// Words that begin a declaration or a head, and the verbs of amending files.
pub(super) const DECLARATION_WORDS: &[&str] = &[
    "policy",
    "library",
    "use",
    "source",
    "fact",
    "assume",
    "invariant",
    "enum",
    "set",
    "record",
    "calendar",
    "define",
    "parameter",
    "scale",
    "table",
    "decision",
    "rule",
    "note",
    "question",
    "assert",
    "profile",
    "test",
    "insert",
    "replace",
    "repeal",
];

/// A part of a file that is parsed by itself: one declaration, unless several stand on one line or are indented.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    /// First byte: a declaration word, or the first token of the file.
    pub(super) start: usize,
    /// One past its last token: no blanks or comments follow.
    pub(super) end: usize,
    /// The first bracket, operator or word past a limit.
    pub(super) too_deep: Option<TooDeep>,
}

/// Where a limit is passed, and which.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TooDeep {
    /// Nesting past [`MAX_DEPTH`].
    Depth(usize),
    /// Operators past [`MAX_HEIGHT`].
    Height(usize),
}

/// What the scan found.
pub(super) struct Scan {
    /// The text with hidden characters made blanks, if there were any; as long as the original.
    pub(super) cleaned: Option<String>,
    /// The pieces, in order.
    pub(super) pieces: Vec<Piece>,
    /// Findings.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Scans a file.
pub(super) fn scan(source: SourceId, text: &str) -> Scan {
    if text.len() > MAX_FILE_BYTES {
        let span = Span::new(source, 0, 0);
        let diagnostic = Diagnostic::error(Code::TOO_LARGE, span, format!("the file has {} bytes", text.len()))
            .found(format!("at most {MAX_FILE_BYTES} are read"))
            .help("split the policy, or move data to CSV files");
        return Scan { cleaned: None, pieces: Vec::new(), diagnostics: vec![diagnostic] };
    }
    let mut diagnostics = Vec::new();
    if let Some(line) = long_line(text) {
        let diagnostic = Diagnostic::error(
            Code::TOO_LARGE,
            Span::new(source, line.start, line.start),
            format!("this line has {} bytes", line.len()),
        )
        .found(format!("at most {MAX_LINE_BYTES} are read"))
        .help("break the line: layout carries no meaning");
        return Scan { cleaned: None, pieces: Vec::new(), diagnostics: vec![diagnostic] };
    }
    let cleaned = if text.is_ascii() { None } else { hidden::clean(source, text, &mut diagnostics) };
    let pieces = Scanner::new(cleaned.as_deref().unwrap_or(text)).run();
    Scan { cleaned, pieces, diagnostics }
}

/// Returns the bytes of the first line past the limit.
fn long_line(text: &str) -> Option<std::ops::Range<usize>> {
    if text.len() <= MAX_LINE_BYTES {
        return None;
    }
    let mut start = 0;
    text.split_inclusive('\n').find_map(|line| {
        let range = start..start + line.len();
        start = range.end;
        (range.len() > MAX_LINE_BYTES).then_some(range)
    })
}

/// Returns the byte after a quoted text that opens at `at`, or the end of its line.
pub(super) fn text_end(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\n' => return at,
            b'\\' if bytes.get(at + 1).is_some_and(|&next| next != b'\n') => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Whether a byte belongs to a word.
pub(super) fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// One bracket level.
#[derive(Default, Clone, Copy)]
struct Level {
    /// Open conditionals and quantifiers: they reach to the next comma or clause.
    scopes: usize,
    /// Prefix forms such as `weekday of` since the last operator that ends them.
    forms: usize,
    /// Operators of the current sum.
    operators: usize,
    /// The highest operand of the current sum.
    operand: usize,
    /// The highest finished sum.
    height: usize,
    /// Whether it is `[…]`: a tag holds no operators.
    tag: bool,
}

impl Level {
    /// Ends a sum: what follows does not stand on top of it.
    fn end_sum(&mut self) {
        self.height = self.height.max(self.operand + self.operators);
        (self.operand, self.operators, self.forms) = (0, 0, 0);
    }
}

/// A token as far as the scan tells them apart.
#[derive(Clone, Copy, PartialEq)]
enum Seen<'t> {
    Word(&'t [u8]),
    Other,
}

struct Scanner<'t> {
    bytes: &'t [u8],
    pieces: Vec<Piece>,
    levels: Vec<Level>,
    /// All scopes and forms of the open levels.
    open: usize,
    /// How many `not` or minus signs stand directly before here.
    run: usize,
    /// The last three tokens, newest first.
    last: [Seen<'t>; 3],
    /// Whether the last token closed a bracket, or is a field after one: `f(x).a.b` is a tree as high as it is long.
    closed: bool,
    /// One past the last token.
    end: usize,
    too_deep: Option<TooDeep>,
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str) -> Self {
        Scanner {
            bytes: text.as_bytes(),
            pieces: Vec::new(),
            levels: vec![Level::default()],
            open: 0,
            run: 0,
            last: [Seen::Other; 3],
            closed: false,
            end: 0,
            too_deep: None,
        }
    }

    fn run(mut self) -> Vec<Piece> {
        let bytes = self.bytes;
        let mut at = if bytes.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
        let mut start = None;
        while let Some(&byte) = bytes.get(at) {
            let from = at;
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {
                    at += 1;
                    continue;
                }
                b'#' => {
                    at += bytes[at..].iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len() - at);
                    continue;
                }
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                    at += bytes[at..].iter().position(|&byte| !in_word(byte)).unwrap_or(bytes.len() - at);
                    let word = &bytes[from..at];
                    if (from == 0 || bytes[from - 1] == b'\n') && self.starts_declaration(word, at) {
                        self.finish_piece(start.replace(from));
                    }
                    self.word(word, from);
                }
                b'0'..=b'9' => at = self.number_end(at),
                b'"' => at = text_end(bytes, at),
                b'(' | b'{' | b'[' => {
                    at += 1;
                    self.open_bracket(from, byte == b'[');
                }
                b')' | b'}' | b']' => {
                    at += 1;
                    self.close_bracket();
                }
                b'+' | b'-' | b'*' | b'/' => {
                    at += 1;
                    self.operator(byte, from);
                }
                b'|' if bytes.get(at + 1) == Some(&b'|') => {
                    at += 2;
                    self.end_sum();
                }
                b'!' => {
                    at += 1;
                    self.run += 1;
                    self.deep(from);
                }
                b',' | b';' | b'|' => {
                    at += 1;
                    self.separator();
                }
                b'.' => {
                    at += 1;
                    if self.closed {
                        self.level().operators += 1;
                        self.high(from);
                    }
                }
                b'<' | b'>' | b'=' | b':' => {
                    at += 1;
                    self.end_sum();
                }
                0xE2 if opens_curly(&bytes[at..]) => at = curly_end(bytes, at),
                _ => at += 1,
            }
            start.get_or_insert(from);
            let token =
                if in_word(byte) && !byte.is_ascii_digit() { Seen::Word(&bytes[from..at]) } else { Seen::Other };
            self.last = [token, self.last[0], self.last[1]];
            if !matches!(byte, b'-' | b'!') && !matches!(token, Seen::Word(b"not" | b"NOT" | b"either")) {
                self.run = 0;
            }
            self.closed = byte == b')' || self.closed && (byte == b'.' || token != Seen::Other);
            self.end = at;
        }
        self.finish_piece(start);
        self.pieces
    }

    /// Whether a word in column 1 begins a declaration: not after a verb, and not `set of T`.
    fn starts_declaration(&self, word: &[u8], after: usize) -> bool {
        let Ok(word) = std::str::from_utf8(word) else { return false };
        if !DECLARATION_WORDS.contains(&word) {
            return false;
        }
        if let Seen::Word(b"insert" | b"replace" | b"repeal") = self.last[0] {
            return false;
        }
        word != "set" || !self.bytes[after..].trim_ascii_start().starts_with(b"of ")
    }

    fn finish_piece(&mut self, start: Option<usize>) {
        let too_deep = self.too_deep.take();
        if let Some(start) = start {
            self.pieces.push(Piece { start, end: self.end, too_deep });
        }
        self.levels.clear();
        self.levels.push(Level::default());
        (self.open, self.run) = (0, 0);
        self.last = [Seen::Other; 3];
    }

    fn level(&mut self) -> &mut Level {
        if self.levels.is_empty() {
            self.levels.push(Level::default());
        }
        let last = self.levels.len() - 1;
        &mut self.levels[last]
    }

    fn deep(&mut self, at: usize) {
        if self.levels.len() - 1 + self.open + self.run > MAX_DEPTH {
            self.too_deep.get_or_insert(TooDeep::Depth(at));
        }
    }

    fn high(&mut self, at: usize) {
        let level = self.level();
        if level.operand + level.operators > MAX_HEIGHT {
            self.too_deep.get_or_insert(TooDeep::Height(at));
        }
    }

    fn open_bracket(&mut self, at: usize, tag: bool) {
        self.levels.push(Level { tag, ..Level::default() });
        self.deep(at);
    }

    fn close_bracket(&mut self) {
        if self.levels.len() < 2 {
            return;
        }
        self.end_sum();
        // The guard above leaves at least two levels.
        let closed = self.levels.pop().unwrap_or_default();
        self.open -= closed.scopes;
        let level = self.level();
        level.operand = level.operand.max(closed.height + 1);
    }

    fn operator(&mut self, byte: u8, at: usize) {
        if self.level().tag {
            return;
        }
        self.level().operators += 1;
        if byte == b'-' {
            self.run += 1;
            self.deep(at);
        }
        self.high(at);
    }

    /// Ends a sum and the forms in it.
    fn end_sum(&mut self) {
        let level = self.level();
        let forms = level.forms;
        level.end_sum();
        self.open -= forms;
    }

    /// Ends everything that reaches to the next comma or clause.
    fn separator(&mut self) {
        self.end_sum();
        let level = self.level();
        let scopes = std::mem::take(&mut level.scopes);
        self.open -= scopes;
    }

    fn scope(&mut self, at: usize) {
        self.level().scopes += 1;
        self.open += 1;
        self.deep(at);
    }

    fn form(&mut self, at: usize) {
        self.level().forms += 1;
        self.open += 1;
        self.deep(at);
    }

    fn word(&mut self, word: &[u8], at: usize) {
        use Seen::Word;
        match word {
            b"not" | b"NOT" | b"either" => {
                self.end_sum();
                self.run += 1;
                self.deep(at);
            }
            b"if" => self.scope(at),
            b"in" => {
                self.end_sum();
                if let Word(b"every" | b"any" | b"no") = self.last[1] {
                    self.scope(at);
                }
            }
            b"and" | b"or" | b"implies" | b"is" | b"then" | b"else" | b"overlaps" => self.end_sum(),
            b"when" | b"unless" | b"because" | b"cite" | b"relies" | b"otherwise" | b"exception" => self.separator(),
            b"of" if matches!(self.last[0], Word(b"weekday" | b"date")) => self.form(at),
            b"month" | b"day" if matches!(self.last[..2], [Word(b"of"), Word(b"end")]) => self.form(at),
            b"by" if self.last[0] == Word(b"covered") => self.form(at),
            b"from" if matches!(self.last[0], Word(b"days" | b"months")) => self.form(at),
            _ => {}
        }
    }

    /// Returns the byte after digits, a date, a time or an amount: a hyphen in a date is no operator.
    fn number_end(&self, at: usize) -> usize {
        let rest = &self.bytes[at..];
        let digits = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        let date = digits == 4 && rest.get(4) == Some(&b'-') && rest.get(5).is_some_and(u8::is_ascii_digit);
        let part = |&byte: &u8| in_word(byte) || date && matches!(byte, b'-' | b':' | b'.');
        at + rest.iter().position(|byte| !part(byte)).unwrap_or(rest.len())
    }
}

/// Whether a typographic quote opens here: `“ ” „ ‘ ’`.
fn opens_curly(bytes: &[u8]) -> bool {
    matches!(bytes, [0xE2, 0x80, 0x98 | 0x99 | 0x9C | 0x9D | 0x9E, ..])
}

/// Returns the byte after a text in typographic quotes, or the end of its line.
fn curly_end(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 3;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\n' | b'"' => return at,
            0xE2 if opens_curly(&bytes[at..]) => return at + 3,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Kinds of tokens, for messages and editors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TokenKind {
    /// Letters, digits and `_`, not starting with a digit.
    Word,
    /// What starts with a digit.
    Number,
    /// A quoted text, closed or not.
    Text,
    /// `( ) [ ] { }`.
    Bracket,
    /// Any other character, or a run of the same.
    Sign,
}

/// A token, as far as tokens are told apart without the grammar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Token {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What it is.
    pub kind: TokenKind,
}

/// Cuts any text into tokens, comments left out: to find where to go on in what does not parse and what to say of it, and to
/// know what stands before a cursor.
pub fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        let run = |from: usize, part: fn(u8) -> bool| {
            from + bytes[from..].iter().position(|&byte| !part(byte)).unwrap_or(bytes.len() - from)
        };
        let kind = match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'#' => {
                at = run(at, |byte| byte != b'\n');
                continue;
            }
            b'"' => {
                at = text_end(bytes, at);
                TokenKind::Text
            }
            b'0'..=b'9' => {
                at = run(at, in_word);
                TokenKind::Number
            }
            b'(' | b')' | b'[' | b']' | b'{' | b'}' => {
                at += 1;
                TokenKind::Bracket
            }
            _ if in_word(byte) => {
                at = run(at, in_word);
                TokenKind::Word
            }
            _ => {
                at += text[at..].chars().next().map_or(1, char::len_utf8);
                TokenKind::Sign
            }
        };
        tokens.push(Token { start, end: at, kind });
    }
    tokens
}

/// Whether a word begins a declaration or a head, or is a verb.
pub fn is_declaration_word(word: &str) -> bool {
    DECLARATION_WORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        Scanner::new(text).run().iter().map(|piece| &text[piece.start..piece.end]).collect()
    }

    #[test]
    fn a_declaration_ends_at_its_last_token() {
        assert_eq!(
            pieces("# head\nfact a: yes/no   # one\n\n# two\nrule r ok is yes\n  when a\n"),
            ["fact a: yes/no", "rule r ok is yes\n  when a"]
        );
    }

    #[test]
    fn a_declaration_word_after_a_verb_or_in_a_type_starts_nothing() {
        assert_eq!(pieces("insert\nrule r ok is yes\nrepeal\nfact a"), ["insert\nrule r ok is yes", "repeal\nfact a"]);
        assert_eq!(pieces("fact a:\nset of country\nset b: c = {}"), ["fact a:\nset of country", "set b: c = {}"]);
        assert_eq!(pieces("fact a \"x\nrule\": yes/no"), ["fact a \"x", "rule\": yes/no"]);
        assert_eq!(pieces("fact a \"x # y\"\nfacts is b\nrule_x"), ["fact a \"x # y\"\nfacts is b\nrule_x"]);
    }

    #[test]
    fn words_of_other_tokens_do_not_add_depth() {
        let flat = "a is no and ".repeat(1000);
        assert_eq!(Scanner::new(&flat).run()[0].too_deep, None);
        let forms = "weekday of d is monday or ".repeat(1000);
        assert_eq!(Scanner::new(&forms).run()[0].too_deep, None);
        let dates = "2024-01-01, ".repeat(1000);
        assert_eq!(Scanner::new(&dates).run()[0].too_deep, None);
        let tags = format!("a [{}]", "A-1-2-3, ".repeat(1000));
        assert_eq!(Scanner::new(&tags).run()[0].too_deep, None);
    }

    #[test]
    fn every_kind_of_nesting_is_bounded() {
        for unit in [
            "(",
            "{",
            "not ",
            "NOT ",
            "either ",
            "!",
            "- ",
            "-",
            "if a then ",
            "a || every x in l: ",
            "every x in l: ",
            "no x in l: ",
            "weekday of ",
            "end of month ",
            "days from ",
            "f(1, ",
        ] {
            let text = unit.repeat(MAX_DEPTH + 1);
            assert!(matches!(Scanner::new(&text).run()[0].too_deep, Some(TooDeep::Depth(_))), "{unit}");
            let text = unit.repeat(MAX_DEPTH);
            assert_eq!(Scanner::new(&text).run()[0].too_deep, None, "{unit}");
        }
        assert!(matches!(Scanner::new(&"1+".repeat(1000)).run()[0].too_deep, Some(TooDeep::Height(_))));
    }
}

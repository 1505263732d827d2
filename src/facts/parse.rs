//! Strict JSON (RFC 8259): text to a tree that keeps what other readers lose.
//!
//! Numbers stay text, so that no digit is lost; keys stay in order, so that doubled ones are seen; nesting is limited before
//! anything recurses. `serde_json` keeps the last of two equal keys and offers no way to see the first.

/// How deep arrays and objects may stand inside each other: facts need three levels, records in records a few more.
pub(super) const MAX_DEPTH: usize = 32;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    /// A number as written.
    Number(&'a str),
    Text(String),
    Array(Vec<Json<'a>>),
    /// Keys and values as written; keys may repeat.
    Object(Vec<(String, Json<'a>)>),
}

impl Json<'_> {
    /// Returns what it is, with an article.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Json::Null => "`null`",
            Json::Bool(true) => "`true`",
            Json::Bool(false) => "`false`",
            Json::Number(_) => "a number",
            Json::Text(_) => "text",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        }
    }
}

/// What is wrong with a text, and the byte at which it is.
#[derive(Debug, PartialEq)]
pub(super) struct JsonError {
    pub(super) at: usize,
    pub(super) what: &'static str,
}

impl JsonError {
    /// Returns line and column, both from 1, columns in characters.
    pub(super) fn location(&self, text: &str) -> (u32, u32) {
        let before = text.get(..self.at).unwrap_or(text);
        let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        (line as u32, column as u32)
    }
}

/// Parses one JSON value that fills the text.
pub(super) fn parse_json(text: &str) -> Result<Json<'_>, JsonError> {
    let mut parser = Parser { text, at: 0 };
    parser.skip_blanks();
    let value = parser.value(0)?;
    parser.skip_blanks();
    if parser.at < text.len() { parser.error("there is more text after the end") } else { Ok(value) }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn error<T>(&self, what: &'static str) -> Result<T, JsonError> {
        Err(JsonError { at: self.at, what })
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        match self.peek() {
            Some(b'{' | b'[') if depth == MAX_DEPTH => {
                self.error("arrays and objects stand more than 32 deep inside each other")
            }
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Json::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b'a'..=b'z' | b'A'..=b'Z') => self.word(),
            Some(b'\'') => self.error("a text stands in double quotes, not `'`"),
            Some(b'#' | b'/') => self.error("JSON has no comments"),
            Some(b'+' | b'.') => self.error("a number begins with a digit or `-`"),
            Some(_) => self.error("this begins no value"),
            None => self.error("a value is missing"),
        }
    }

    fn word(&mut self) -> Result<Json<'a>, JsonError> {
        let rest = &self.text[self.at..];
        let word = &rest[..rest.bytes().take_while(u8::is_ascii_alphanumeric).count()];
        let value = match word {
            "null" => Json::Null,
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            "yes" | "True" | "TRUE" => return self.error("write `true`"),
            "no" | "False" | "FALSE" => return self.error("write `false`"),
            "none" | "None" | "nil" | "NULL" => return self.error("write `null`"),
            "unknown" => return self.error("write `{\"unknown\": true}`"),
            _ => return self.error("a text stands in double quotes"),
        };
        self.at += word.len();
        Ok(value)
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at > start
    }

    fn number(&mut self) -> Result<Json<'a>, JsonError> {
        let start = self.at;
        self.eat(b'-');
        let first = self.at;
        if !self.digits() {
            return self.error("a digit is missing");
        }
        if self.at - first > 1 && self.text.as_bytes()[first] == b'0' {
            self.at = first;
            return self.error("a number does not begin with 0 and another digit");
        }
        if self.eat(b'.') && !self.digits() {
            return self.error("a digit is missing after the point");
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if !self.eat(b'+') {
                self.eat(b'-');
            }
            if !self.digits() {
                return self.error("a digit is missing in the exponent");
            }
        }
        Ok(Json::Number(&self.text[start..self.at]))
    }

    fn array(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_blanks();
        if self.eat(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            self.skip_blanks();
            items.push(self.value(depth + 1)?);
            self.skip_blanks();
            if self.eat(b']') {
                return Ok(Json::Array(items));
            }
            self.comma(b']', "a comma or `]` is missing")?;
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        self.at += 1;
        let mut entries = Vec::new();
        self.skip_blanks();
        if self.eat(b'}') {
            return Ok(Json::Object(entries));
        }
        loop {
            self.skip_blanks();
            if self.peek() != Some(b'"') {
                return self.error("a key in double quotes is missing");
            }
            let key = self.string()?;
            self.skip_blanks();
            if !self.eat(b':') {
                return self.error("a colon is missing after the key");
            }
            self.skip_blanks();
            entries.push((key, self.value(depth + 1)?));
            self.skip_blanks();
            if self.eat(b'}') {
                return Ok(Json::Object(entries));
            }
            self.comma(b'}', "a comma or `}` is missing")?;
        }
    }

    fn comma(&mut self, close: u8, missing: &'static str) -> Result<(), JsonError> {
        if !self.eat(b',') {
            return self.error(missing);
        }
        self.skip_blanks();
        if self.peek() == Some(close) { self.error("a comma stands before the end") } else { Ok(()) }
    }

    fn string(&mut self) -> Result<String, JsonError> {
        let opened = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let start = self.at;
            // Quotes, backslashes and control characters are single bytes that occur inside no other character.
            while self.peek().is_some_and(|byte| byte != b'"' && byte != b'\\' && byte >= 0x20) {
                self.at += 1;
            }
            text.push_str(&self.text[start..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => return self.error("a control character or line end inside a text"),
                None => return Err(JsonError { at: opened, what: "a text without its end begins" }),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let start = self.at;
        let letter = self.text.as_bytes().get(start + 1).copied();
        self.at += 2;
        Ok(match letter {
            Some(letter @ (b'"' | b'\\' | b'/')) => letter as char,
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let first = self.hex();
                let point = match first {
                    // A character outside the basic plane is written as two halves.
                    Some(high @ 0xD800..0xDC00) if self.eat(b'\\') && self.eat(b'u') => match self.hex() {
                        Some(low @ 0xDC00..0xE000) => Some(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)),
                        _ => None,
                    },
                    other => other,
                };
                match point.and_then(char::from_u32) {
                    Some(character) => character,
                    None => return Err(JsonError { at: start, what: "an escape that is no character" }),
                }
            }
            _ => return Err(JsonError { at: start, what: "an unknown escape" }),
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        let value =
            digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())??;
        self.at += 4;
        Some(value)
    }
}

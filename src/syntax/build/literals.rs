//! Literals: numbers, amounts, dates, times, texts, and the ways they are miswritten.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeZone as _};
use rust_decimal::Decimal;

use super::*;

impl<'t> Builder<'t> {
    /// Builds `42`, `3.5`: at most 28 digits.
    pub(super) fn build_number(&mut self, node: &Node<'t>) -> Decimal {
        let span = self.span(node);
        self.decimal(node.as_str(), span)
    }

    /// Reads digits with at most one point.
    pub(super) fn decimal(&mut self, text: &str, span: Span) -> Decimal {
        Decimal::from_str_exact(text).unwrap_or_else(|_| {
            self.error(
                Code::NUMBER,
                span,
                "this number has too many digits",
                format!("{} digits", text.bytes().filter(u8::is_ascii_digit).count()),
                "numbers are exact to 28 digits",
            );
            Decimal::ZERO
        })
    }

    /// Builds a whole number that fits 32 bits: places, `at least 2 of`.
    pub(super) fn build_count(&mut self, node: &Node<'t>) -> u32 {
        node.as_str().parse().unwrap_or_else(|_| {
            let span = self.span(node);
            self.error(
                Code::NUMBER,
                span,
                "a whole number stands here",
                format!("`{}`", node.as_str()),
                "write a number such as `2`",
            );
            0
        })
    }

    /// Builds `2024-12-24`.
    pub(super) fn build_date(&mut self, node: &Node<'t>) -> NaiveDate {
        let span = self.span(node);
        if node.as_rule() == Rule::oops_date {
            return self.mistaken_date(node.as_str(), span);
        }
        match parse_date(node.as_str()) {
            Some(date) => date,
            None => self.unreal_date(node.as_str(), span),
        }
    }

    /// Builds `2024-12-24` with its place.
    pub(super) fn build_spanned_date(&mut self, node: &Node<'t>) -> Spanned<NaiveDate> {
        Spanned::new(self.build_date(node), self.span(node))
    }

    /// Builds `09:30`; `24:00` ends a day.
    pub(super) fn build_clock(&mut self, node: &Node<'t>) -> u16 {
        let text = node.as_str();
        parse_clock(text).unwrap_or_else(|| {
            let span = self.span(node);
            self.error(
                Code::DATE,
                span,
                format!("`{text}` is no time of day"),
                "",
                "hours go from `00:00` to `23:59`; `24:00` is the end of the day",
            );
            0
        })
    }

    /// Builds `2024-12-24T23:59:00Z`; seconds may be left out.
    pub(super) fn build_instant(&mut self, node: &Node<'t>) -> DateTime<FixedOffset> {
        let text = node.as_str();
        let span = self.span(node);
        if let Some(instant) = parse_instant(text) {
            return instant;
        }
        let date = match parse_date(&text[..10]) {
            Some(date) => {
                self.error(
                    Code::DATE,
                    span,
                    format!("`{text}` is no moment"),
                    "",
                    "write hours, minutes and offset as in `2024-12-24T23:59:00-05:00`",
                );
                date
            }
            None => self.unreal_date(&text[..10], self.place(node.as_span().start(), node.as_span().start() + 10)),
        };
        date.and_time(chrono::NaiveTime::MIN).and_utc().fixed_offset()
    }

    /// Builds `2024-02-29`, `2024-02-29 23:30 "America/Toronto"`.
    pub(super) fn build_start(&mut self, node: Node<'t>) -> Start {
        let span = self.tight(&node);
        let mut start = Start { date: NaiveDate::MIN, clock: None, span };
        for part in inner(node) {
            match part.as_rule() {
                Rule::date | Rule::oops_date => start.date = self.build_date(&part),
                Rule::clock => start.clock = Some((self.build_clock(&part), Spanned::new(String::new(), span))),
                _ => {
                    let text = self.build_text(part);
                    start.clock = start.clock.take().map(|(minutes, _)| (minutes, text));
                }
            }
        }
        start
    }

    /// Builds a quoted text.
    pub(super) fn build_text(&mut self, node: Node<'t>) -> Text {
        let span = self.span(&node);
        let text = node.as_str();
        let value = match node.as_rule() {
            Rule::oops_unclosed => self.unclosed_text(text, span),
            Rule::oops_quotes => self.curly_text(text, span),
            _ => {
                for part in inner(node) {
                    self.unknown_escape(&part);
                }
                let content = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
                self.tabs(content, span.start + 1);
                unescape(content)
            }
        };
        Spanned::new(value, span)
    }

    /// Reports tabs and no-break spaces in a text that begins at a byte of the file.
    fn tabs(&mut self, content: &str, start: u32) {
        if let Some(at) = content.find(['\t', '\u{a0}', '\u{202f}', '\u{2007}']) {
            let length = content[at..].chars().next().map_or(1, char::len_utf8);
            let found = if content.as_bytes()[at] == b'\t' { "a tab" } else { "a no-break space" };
            let span = Span::new(self.source, start as usize + at, start as usize + at + length);
            self.error(Code::STRING, span, format!("{found} stands in a text"), found, "write a plain space");
        }
    }

    fn unknown_escape(&mut self, node: &Node<'t>) {
        if node.as_rule() == Rule::oops_escape {
            let span = self.span(node);
            let text = node.as_str();
            self.error(
                Code::STRING,
                span,
                format!("`{text}` is no escape"),
                "",
                format!("only `\\\"` and `\\\\` are escapes; for a backslash write `\\{text}`"),
            );
        }
    }

    /// Builds the text of `because` with its holes.
    pub(super) fn build_because(&mut self, node: Node<'t>) -> Because {
        let span = self.span(&node);
        if node.as_rule() != Rule::template {
            let text = self.build_text(node);
            return Because { parts: vec![TemplatePart::Text(text.value)], span };
        }
        let text = node.as_str();
        let base = node.as_span().start();
        let mut parts = Vec::new();
        let mut from = 1;
        for part in inner(node) {
            let at = part.as_span();
            match part.as_rule() {
                Rule::hole => {
                    push_text(&mut parts, &text[from..at.start() - base]);
                    from = at.end() - base;
                    if let Some(path) = inner(part).next() {
                        parts.push(TemplatePart::Hole(self.build_path(path)));
                    }
                }
                Rule::oops_hole => self.mistaken_hole(&part),
                Rule::template_text => {}
                _ => self.unknown_escape(&part),
            }
        }
        let content = &text[1..text.len().max(2) - 1];
        self.tabs(content, span.start + 1);
        push_text(&mut parts, text.get(from..text.len() - 1).unwrap_or(""));
        Because { parts, span }
    }
}

/// Adds plain text of a template, escapes and doubled braces undone.
fn push_text(parts: &mut Vec<TemplatePart>, text: &str) {
    if !text.is_empty() {
        parts.push(TemplatePart::Text(unescape(text).replace("{{", "{").replace("}}", "}")));
    }
}

/// Undoes `\"` and `\\`; another backslash stays.
pub(super) fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, chars.as_str().chars().next()) {
            ('\\', Some(next @ ('"' | '\\'))) => {
                plain.push(next);
                chars.next();
            }
            _ => plain.push(c),
        }
    }
    plain
}

/// Reads `YYYY-MM-DD` if the day exists.
pub(in crate::syntax) fn parse_date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 {
        return None;
    }
    let digits = |range: std::ops::Range<usize>| {
        bytes[range].iter().try_fold(0u32, |number, b| b.is_ascii_digit().then(|| number * 10 + u32::from(b - b'0')))
    };
    NaiveDate::from_ymd_opt(digits(0..4)? as i32, digits(5..7)?, digits(8..10)?)
}

/// Reads `HH:MM` as minutes after midnight.
pub(super) fn parse_clock(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60 || hours == 24 && minutes == 0).then_some(hours * 60 + minutes)
}

/// Reads an RFC 3339 instant whose seconds may be missing.
fn parse_instant(text: &str) -> Option<DateTime<FixedOffset>> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant);
    }
    let (day, rest) = (text.get(..16)?, text.get(16..)?);
    let local = NaiveDateTime::parse_from_str(day, "%Y-%m-%dT%H:%M").ok()?;
    let offset = if rest == "Z" {
        FixedOffset::east_opt(0)?
    } else {
        let minutes = i32::from(parse_clock(rest.get(1..)?)?) * 60;
        FixedOffset::east_opt(if rest.starts_with('-') { -minutes } else { minutes })?
    };
    offset.from_local_datetime(&local).single()
}

//! Answers to lines: CSV or JSONL.
//!
//! An `id` leads each line, then what is kept of the row, then of each thing asked its value, its status, what decided, what is
//! missing and the version in force.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::diagnostic::render::escape_json;

use super::answer::{Asked, RowAnswer};
use super::chunk::{Chunk, RawRow};
use super::columns::ID;
use super::known::Entry;
use super::split::Form;

/// Where something copied stands in a chunk; nothing where the row does not have it.
pub(super) type Cell = Option<(u32, u32)>;

/// How the output is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A header, then a line a row. Lists stand between semicolons.
    Csv,
    /// An object a line.
    Jsonl,
}

/// What of each thing asked has a column of CSV, after its value; the last only where texts are compared.
const PARTS: [&str; 5] = ["status", "rules", "missing", "version", "before"];

/// A row that lines are written of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'c> {
    pub(super) chunk: &'c Chunk,
    pub(super) raw: &'c RawRow,
    pub(super) text: &'c str,
}

impl<'c> Source<'c> {
    fn part(&self, (start, end): (u32, u32)) -> &'c str {
        let at = |place: u32| (place - self.raw.span.0) as usize;
        self.text.get(at(start)..at(end)).unwrap_or("")
    }
}

/// Writes lines.
#[derive(Debug)]
pub(super) struct Writer<'p> {
    layout: Layout,
    form: Form,
    kept: Vec<String>,
    asked: Vec<Asked<'p>>,
    compared: bool,
    /// Of JSONL: what stands before the value of each column.
    keys: Vec<String>,
}

impl<'p> Writer<'p> {
    pub(super) fn new(
        layout: Layout,
        form: Form,
        kept: Vec<String>,
        asked: Vec<Asked<'p>>,
        compared: bool,
    ) -> Writer<'p> {
        let names = kept.iter().map(String::as_str).chain(asked.iter().map(Asked::name));
        let keys = names.map(|name| format!(",{}:", json_text(name))).collect();
        Writer { layout, form, kept, asked, compared, keys }
    }

    /// The names of the columns, in their order.
    pub(super) fn columns(&self) -> Vec<String> {
        let parts = &PARTS[..PARTS.len() - usize::from(!self.compared)];
        let of = |name: &str| -> Vec<String> {
            let parts = parts.iter().map(|part| format!("{name}.{part}"));
            std::iter::once(name.to_owned()).chain(parts).collect()
        };
        let beside = std::iter::once(ID.to_owned()).chain(self.kept.iter().cloned());
        beside.chain(self.asked.iter().flat_map(|asked| of(asked.name()))).collect()
    }

    pub(super) fn header(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if self.layout == Layout::Csv {
            for (place, name) in self.columns().iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                csv_cell(name, &mut out);
            }
            out.push(b'\n');
        }
        out
    }

    /// The id of a row as text: what its `id` says, or its number.
    pub(super) fn id(&self, row: Source, cell: Cell) -> String {
        cell.map_or_else(|| row.raw.number.to_string(), |cell| self.copied_text(row, cell).into_owned())
    }

    /// The id and what is kept as texts; nothing where the row does not have it, or nothing stands there.
    pub(super) fn texts(&self, row: Source, copied: &[Cell]) -> impl Iterator<Item = Option<String>> {
        let text = move |cell: &Cell| cell.map(|cell| self.copied_text(row, cell).into_owned());
        copied.iter().map(move |cell| text(cell).filter(|text| !text.is_empty()))
    }

    /// Begins a line: the id and what is kept.
    pub(super) fn begin(&self, row: Source, copied: &[Cell], out: &mut Vec<u8>) {
        if self.layout == Layout::Jsonl {
            out.extend_from_slice(b"{\"id\":");
        }
        for (place, &cell) in copied.iter().enumerate() {
            match (self.layout, cell) {
                (Layout::Csv, cell) => {
                    if place > 0 {
                        out.push(b',');
                    }
                    match cell {
                        Some(cell) => csv_cell(&self.copied_text(row, cell), out),
                        None if place == 0 => out.extend_from_slice(row.raw.number.to_string().as_bytes()),
                        None => {}
                    }
                }
                (Layout::Jsonl, cell) => {
                    if let Some(kept) = place.checked_sub(1) {
                        out.extend_from_slice(self.keys[kept].as_bytes());
                    }
                    let text = match cell {
                        Some(cell) if self.form == Form::Jsonl => escape_json(row.part(cell)),
                        Some(cell) => json_text(&self.copied_text(row, cell)),
                        None if place == 0 => row.raw.number.to_string(),
                        None => "null".to_owned(),
                    };
                    out.extend_from_slice(text.as_bytes());
                }
            }
        }
    }

    /// Writes the answer to one of the things asked, and that of the text before.
    pub(super) fn answer(&self, place: usize, answer: &mut Entry, before: Option<&mut Entry>, out: &mut Vec<u8>) {
        if answer.written.is_empty() {
            answer.written = match self.layout {
                Layout::Csv => self.csv_answer(place, &answer.answer),
                Layout::Jsonl => self.json_answer(place, &answer.answer),
            };
        }
        out.extend_from_slice(&answer.written);
        if let Some(before) = before {
            if before.written.is_empty() {
                before.written = self.before(place, &before.answer);
            }
            out.extend_from_slice(&before.written);
        }
        if self.layout == Layout::Jsonl {
            out.push(b'}');
        }
    }

    pub(super) fn end(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.layout == Layout::Csv { b"\n" } else { b"}\n" });
    }

    /// What a row says of an id or of something kept, as text.
    pub(super) fn copied_text<'c>(&self, row: Source<'c>, cell: (u32, u32)) -> Cow<'c, str> {
        match self.form {
            Form::Csv => row.chunk.cell(row.text, row.raw, cell),
            Form::Jsonl => {
                let json = row.part(cell);
                match serde_json::from_str(json) {
                    Ok(Json::String(text)) => Cow::Owned(text),
                    Ok(Json::Null) => Cow::Borrowed(""),
                    _ => Cow::Borrowed(json),
                }
            }
        }
    }

    fn csv_answer(&self, place: usize, answer: &RowAnswer) -> Vec<u8> {
        let asked = &self.asked[place];
        let reasons = match asked.reasons(answer) {
            // One or the other.
            none if none.is_empty() => asked.either(answer).join("|"),
            all => all.join(";"),
        };
        let cells = [
            csv_value(&asked.value(answer)),
            answer.status.text().to_owned(),
            reasons,
            asked.missing(answer).join(";"),
            asked.version(answer).to_owned(),
        ];
        let mut out = Vec::new();
        for cell in &cells {
            out.push(b',');
            csv_cell(cell, &mut out);
        }
        out
    }

    fn json_answer(&self, place: usize, answer: &RowAnswer) -> Vec<u8> {
        let object = self.asked[place].json(answer);
        let object = object.to_string();
        let open = object.strip_suffix('}').unwrap_or(&object);
        format!("{}{}", self.keys[self.kept.len() + place], escape_json(open)).into_bytes()
    }

    /// The value under the text before, or its status.
    fn before(&self, place: usize, answer: &RowAnswer) -> Vec<u8> {
        let value = match self.asked[place].value(answer) {
            Json::Null => answer.status.text().into(),
            value => value,
        };
        let mut out = Vec::new();
        match self.layout {
            Layout::Csv => {
                out.push(b',');
                csv_cell(&csv_value(&value), &mut out);
            }
            Layout::Jsonl => out.extend_from_slice(escape_json(&format!(",\"before\":{value}")).as_bytes()),
        }
        out
    }
}

fn json_text(text: &str) -> String {
    escape_json(&Json::from(text).to_string())
}

/// A value in a cell: a set between semicolons, lists and records as JSON.
fn csv_value(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(members) if members.iter().all(Json::is_string) => {
            members.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(";")
        }
        other => other.to_string(),
    }
}

/// Writes a cell that no spreadsheet executes: a text that begins like a formula gets an apostrophe before it, numbers stay as
/// they are (OWASP, *CSV Injection*).
pub(super) fn csv_cell(text: &str, out: &mut Vec<u8>) {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number(text);
    let quoted = text.contains(['"', ',', '\n', '\r']) || text.starts_with([' ', '\t', '#']) || text.ends_with(' ');
    if quoted {
        out.push(b'"');
    }
    if formula {
        out.push(b'\'');
    }
    if quoted {
        out.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

/// Whether a text is digits with at most a sign and a point.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    [whole, part].iter().all(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_numbers_stay_numbers() {
        let written = |text: &str| {
            let mut out = Vec::new();
            csv_cell(text, &mut out);
            String::from_utf8(out).expect("UTF-8")
        };
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-5.20", "-5.20"),
            ("+1", "+1"),
            ("-", "'-"),
            ("-1+2", "'-1+2"),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("=a,\"b\"", "\"'=a,\"\"b\"\"\""),
            ("#7", "\"#7\""),
            ("a b", "a b"),
            ("", ""),
        ] {
            assert_eq!(written(text), cell);
        }
    }
}

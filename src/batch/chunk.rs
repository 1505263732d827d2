//! Rows as they were read, before anything is understood of them.

use std::borrow::Cow;

use super::problem::Problem;

/// Rows that were read together, as bytes.
#[derive(Debug, Default)]
pub struct Chunk {
    /// What the rows are cut from, if it is not UTF-8.
    pub(super) bytes: Vec<u8>,
    /// The same, if it is.
    pub(super) text: String,
    /// Where the cells of all rows stand, quotes included; rows of JSONL have none.
    pub(super) cells: Vec<(u32, u32)>,
    pub(super) rows: Vec<RawRow>,
    /// How much of the input it took: bytes, or rows where rows come in cells.
    pub(super) taken: u64,
}

/// One row.
#[derive(Debug)]
pub(super) struct RawRow {
    /// Its number, from 1, empty lines and the header not counted.
    pub(super) number: u64,
    /// Its line in the file, from 1.
    pub(super) line: u64,
    /// Its bytes, without the line end.
    pub(super) span: (u32, u32),
    /// Its cells, from the first to the one after the last.
    pub(super) cells: (u32, u32),
    /// Why it cannot be cut into cells.
    pub(super) fault: Option<Problem>,
}

impl Chunk {
    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How much of the input it took: bytes, or rows where rows come in cells.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Finds out whether all of it is UTF-8, once all rows are cut: then none is looked at again.
    pub(super) fn seal(&mut self) {
        match String::from_utf8(std::mem::take(&mut self.bytes)) {
            Ok(text) => self.text = text,
            Err(error) => self.bytes = error.into_bytes(),
        }
    }

    /// Returns the number and the text of each row; rows that are no UTF-8 have none.
    pub fn texts(&self) -> impl Iterator<Item = (u64, Option<&str>)> {
        self.rows.iter().map(|row| (row.number, self.text(row).ok()))
    }

    pub(super) fn part(&self, (start, end): (u32, u32)) -> &[u8] {
        let bytes = if self.bytes.is_empty() { self.text.as_bytes() } else { &self.bytes };
        &bytes[start as usize..end as usize]
    }

    /// The text of a row; nothing if it is not UTF-8.
    pub(super) fn text(&self, row: &RawRow) -> Result<&str, Problem> {
        if let Some(text) = self.text.get(row.span.0 as usize..row.span.1 as usize) {
            return Ok(text);
        }
        std::str::from_utf8(self.part(row.span)).map_err(|error| Problem::not_utf8(error.valid_up_to()))
    }

    /// The cells of a row, quotes included.
    pub(super) fn cells(&self, row: &RawRow) -> &[(u32, u32)] {
        &self.cells[row.cells.0 as usize..row.cells.1 as usize]
    }

    /// The text of a cell of a row whose text is UTF-8, without quotes and the blanks around it.
    #[inline]
    pub(super) fn cell<'c>(&self, text: &'c str, row: &RawRow, cell: (u32, u32)) -> Cow<'c, str> {
        let at = |place: u32| (place - row.span.0) as usize;
        let raw = text.get(at(cell.0)..at(cell.1)).unwrap_or("");
        match raw.as_bytes() {
            // Most are so.
            [only] if only.is_ascii_alphanumeric() => Cow::Borrowed(raw),
            [first, .., last] if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() => Cow::Borrowed(raw),
            _ => bare(raw),
        }
    }
}

/// Takes quotes and the blanks around them away.
fn bare(raw: &str) -> Cow<'_, str> {
    let raw = raw.trim();
    match raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) {
        Some(inside) if inside.contains('"') => Cow::Owned(inside.replace("\"\"", "\"").trim().to_owned()),
        Some(inside) => Cow::Borrowed(inside.trim()),
        None => Cow::Borrowed(raw),
    }
}

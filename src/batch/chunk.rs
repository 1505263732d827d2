//! Rows as they were read, before anything is understood of them.

use std::borrow::Cow;

use super::problem::Problem;

/// Rows that were read together, as bytes.
#[derive(Debug, Default)]
pub struct Chunk {
    /// What the rows are cut from.
    pub(super) bytes: Vec<u8>,
    /// Where the cells of all rows stand, quotes included; rows of JSONL have none.
    pub(super) cells: Vec<(u32, u32)>,
    pub(super) rows: Vec<RawRow>,
    /// How many bytes of the input it took.
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

    /// How many bytes of the input it took.
    pub fn taken(&self) -> u64 {
        self.taken
    }

    /// Returns the number and the text of each row; rows that are no UTF-8 have none.
    pub fn texts(&self) -> impl Iterator<Item = (u64, Option<&str>)> {
        self.rows.iter().map(|row| (row.number, self.text(row).ok()))
    }

    pub(super) fn part(&self, (start, end): (u32, u32)) -> &[u8] {
        &self.bytes[start as usize..end as usize]
    }

    /// The text of a row; nothing if it is not UTF-8.
    pub(super) fn text(&self, row: &RawRow) -> Result<&str, Problem> {
        std::str::from_utf8(self.part(row.span)).map_err(|error| Problem::not_utf8(error.valid_up_to()))
    }

    /// The cells of a row, quotes included.
    pub(super) fn cells(&self, row: &RawRow) -> &[(u32, u32)] {
        &self.cells[row.cells.0 as usize..row.cells.1 as usize]
    }

    /// The text of a cell of a row whose text is UTF-8, without quotes and the blanks around it.
    pub(super) fn cell<'c>(&self, text: &'c str, row: &RawRow, cell: (u32, u32)) -> Cow<'c, str> {
        let at = |place: u32| (place - row.span.0) as usize;
        let raw = trimmed(text.get(at(cell.0)..at(cell.1)).unwrap_or(""));
        match raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) {
            Some(inside) if inside.contains('"') => Cow::Owned(inside.replace("\"\"", "\"").trim().to_owned()),
            Some(inside) => Cow::Borrowed(inside.trim()),
            None => Cow::Borrowed(raw),
        }
    }
}

/// Takes blanks around a text away. Most have none.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [] => text,
        [one] if one.is_ascii_graphic() => text,
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

//! Bytes to rows: CSV (RFC 4180) and JSONL, cut into chunks that are read, decided and written together.
//!
//! CSV is cut as strictly as data files are, for the same reason: a quote out of place is an error of its row, not a guess. After
//! such a row reading goes on with the line after its first one, so that one quote too many costs one row. Lines that begin
//! with `#` are comments. Text is not checked here: that is left to those who decide, side by side.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter};

use super::chunk::{Chunk, RawRow};
use super::problem::Problem;
use crate::facts::MAX_FACTS_BYTES;

/// How much is read at once: some thousand rows, small enough that what is under way stays in the caches and a run of any
/// length takes the same memory.
pub const CHUNK_BYTES: usize = 256 * 1024;

/// The longest row, in bytes.
pub const MAX_ROW_BYTES: usize = MAX_FACTS_BYTES;

/// How rows are written in an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A header of column names, then rows of cells.
    Csv,
    /// A JSON object a line.
    Jsonl,
}

/// The rows of an input, in order.
#[derive(Debug)]
pub struct Rows<R> {
    input: R,
    form: Form,
    /// What was read and belongs to no row yet.
    rest: Vec<u8>,
    /// The rest of a row that is too long is on its way.
    skipping: bool,
    ended: bool,
    begun: bool,
    row: u64,
    line: u64,
    /// Cells of the header.
    columns: Option<usize>,
    /// Bytes read that no chunk has counted.
    taken: u64,
}

/// What stands at a place of a text.
enum Found {
    /// A row that ends before this place; its line end is this long.
    Row { end: usize, line_end: usize, cells: usize },
    /// A row that breaks the form.
    Bad(Problem),
    /// Nothing that counts, up to this place.
    Nothing(usize),
    /// A row whose end is not read yet.
    Part,
}

impl<R: Read> Rows<R> {
    /// Begins to read.
    pub fn new(input: R, form: Form) -> Rows<R> {
        Rows {
            input,
            form,
            rest: Vec::new(),
            skipping: false,
            ended: false,
            begun: false,
            row: 0,
            line: 1,
            columns: None,
            taken: 0,
        }
    }

    /// Reads the header of CSV: the names of the columns. Errors of the second kind: there is none, or it breaks the form.
    pub fn header(&mut self) -> io::Result<Result<Vec<String>, Problem>> {
        let Some(chunk) = self.read(1)? else {
            return Ok(Err(Problem::shape("the file has no row of column names", None)));
        };
        let Some(row) = chunk.rows.first() else { return Ok(Ok(Vec::new())) };
        if let Some(fault) = &row.fault {
            return Ok(Err(fault.clone()));
        }
        let names = chunk.text(row).map(|text| {
            let cells = chunk.cells(row).iter();
            cells.map(|&cell| chunk.cell(text, row, cell).into_owned()).collect::<Vec<_>>()
        });
        self.columns = names.as_ref().ok().map(Vec::len);
        self.row = 0;
        Ok(names)
    }

    /// Reads the next rows; nothing at the end.
    pub fn next_chunk(&mut self) -> io::Result<Option<Chunk>> {
        let mut chunk = self.read(usize::MAX)?;
        if let Some(chunk) = &mut chunk {
            chunk.taken = std::mem::take(&mut self.taken);
        }
        Ok(chunk)
    }

    fn read(&mut self, most: usize) -> io::Result<Option<Chunk>> {
        let mut chunk = Chunk { bytes: std::mem::take(&mut self.rest), ..Chunk::default() };
        let mut at = 0;
        let mut wanted = CHUNK_BYTES;
        loop {
            let before = chunk.bytes.len();
            if !self.ended && before < wanted {
                (&mut self.input).take((wanted - before) as u64).read_to_end(&mut chunk.bytes)?;
                self.ended = chunk.bytes.len() < wanted;
                self.taken += (chunk.bytes.len() - before) as u64;
            }
            if !std::mem::replace(&mut self.begun, true) && chunk.bytes.starts_with(b"\xef\xbb\xbf") {
                at = 3;
            }
            at = self.cut(&mut chunk, at, most);
            if !chunk.rows.is_empty() || (self.ended && at >= chunk.bytes.len()) {
                break;
            }
            // One row fills it: more of it is read.
            wanted = chunk.bytes.len() + CHUNK_BYTES;
        }
        self.rest = chunk.bytes.split_off(at);
        chunk.seal();
        Ok(if chunk.rows.is_empty() { None } else { Some(chunk) })
    }

    /// Cuts rows from a place on; returns where the first row begins that is not whole.
    fn cut(&mut self, chunk: &mut Chunk, mut at: usize, most: usize) -> usize {
        if self.skipping {
            let end = memchr(b'\n', &chunk.bytes[at..]);
            self.skipping = end.is_none();
            self.line += u64::from(end.is_some());
            at = end.map_or(chunk.bytes.len(), |end| at + end + 1);
        }
        while at < chunk.bytes.len() && chunk.rows.len() < most {
            let first = chunk.cells.len();
            let found = match self.form {
                Form::Csv => csv_row(&chunk.bytes, at, self.ended, &mut chunk.cells),
                Form::Jsonl => json_row(&chunk.bytes, at, self.ended),
            };
            let (end, fault) = match found {
                Found::Nothing(end) => {
                    self.line += lines(&chunk.bytes[at..end]);
                    at = end;
                    continue;
                }
                Found::Part if chunk.bytes.len() - at <= MAX_ROW_BYTES => {
                    chunk.cells.truncate(first);
                    break;
                }
                Found::Part => (None, Some(too_long())),
                Found::Row { end, .. } if end - at > MAX_ROW_BYTES => (None, Some(too_long())),
                Found::Bad(problem) => (None, Some(problem)),
                Found::Row { end, line_end, cells } => (Some((end, end + line_end)), self.misfit(cells)),
            };
            if fault.is_some() {
                chunk.cells.truncate(first);
            }
            // A row that breaks the form ends with its first line.
            let (end, next) = end.unwrap_or_else(|| {
                let line = memchr(b'\n', &chunk.bytes[at..]);
                self.skipping = line.is_none() && !self.ended;
                let end = line.map_or(chunk.bytes.len(), |line| at + line);
                (end, (end + 1).min(chunk.bytes.len()))
            });
            self.row += 1;
            chunk.rows.push(RawRow {
                number: self.row,
                line: self.line,
                span: (at as u32, end as u32),
                cells: (first as u32, chunk.cells.len() as u32),
                fault,
            });
            self.line += lines(&chunk.bytes[at..next]);
            at = next;
        }
        at
    }

    fn misfit(&self, cells: usize) -> Option<Problem> {
        let columns = self.columns.filter(|&columns| columns != cells)?;
        let help = (cells > columns).then_some("a cell that holds a comma is quoted: `\"a, b\"`");
        let word = if cells == 1 { "cell" } else { "cells" };
        Some(Problem::shape(format!("the row has {cells} {word}, the header {columns}"), help))
    }
}

pub(super) fn too_long() -> Problem {
    Problem::shape(format!("the row is longer than {MAX_ROW_BYTES} bytes"), None)
}

fn lines(bytes: &[u8]) -> u64 {
    memchr_iter(b'\n', bytes).count() as u64
}

/// The length of the line end at a place; nothing if it is not known yet.
fn line_end(bytes: &[u8], at: usize, ended: bool) -> Option<usize> {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => Some(2),
        (Some(b'\r'), None) if !ended => None,
        (Some(b'\r' | b'\n'), _) => Some(1),
        _ => Some(0),
    }
}

fn json_row(bytes: &[u8], at: usize, ended: bool) -> Found {
    let Some(length) = memchr(b'\n', &bytes[at..]) else {
        return if !ended {
            Found::Part
        } else if bytes[at..].trim_ascii().is_empty() {
            Found::Nothing(bytes.len())
        } else {
            Found::Row { end: bytes.len(), line_end: 0, cells: 0 }
        };
    };
    let end = at + length;
    if bytes[at..end].trim_ascii().is_empty() {
        Found::Nothing(end + 1)
    } else {
        Found::Row { end, line_end: 1, cells: 0 }
    }
}

/// The bytes a cell without quotes does not hold.
const ENDS_CELL: [bool; 256] = {
    let mut ends = [false; 256];
    ends[b',' as usize] = true;
    ends[b'\n' as usize] = true;
    ends[b'\r' as usize] = true;
    ends[b'"' as usize] = true;
    ends
};

/// Cuts one row of CSV at a place that is not the end.
fn csv_row(bytes: &[u8], start: usize, ended: bool, cells: &mut Vec<(u32, u32)>) -> Found {
    match bytes[start] {
        b'\n' => return Found::Nothing(start + 1),
        b'\r' => return Found::Nothing(start + 1),
        b'#' => {
            return match memchr(b'\n', &bytes[start..]) {
                Some(length) => Found::Nothing(start + length + 1),
                None if ended => Found::Nothing(bytes.len()),
                None => Found::Part,
            };
        }
        _ => {}
    }
    let first = cells.len();
    let mut at = start;
    loop {
        while matches!(bytes.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        let cell = at;
        if bytes.get(at) == Some(&b'"') {
            loop {
                at += 1;
                match (bytes.get(at), bytes.get(at + 1)) {
                    (None, _) if ended => return Found::Bad(Problem::shape("a quoted cell without its end", None)),
                    (None, _) => return Found::Part,
                    (Some(b'"'), None) if !ended => return Found::Part,
                    (Some(b'"'), Some(b'"')) => at += 1,
                    (Some(b'"'), _) => break,
                    _ => {}
                }
            }
            at += 1;
            cells.push((cell as u32, at as u32));
            while matches!(bytes.get(at), Some(b' ' | b'\t')) {
                at += 1;
            }
            if !matches!(bytes.get(at), None | Some(b',' | b'\n' | b'\r')) {
                let help = "a quote inside a quoted cell is doubled: `\"a \"\"b\"\"\"`";
                return Found::Bad(Problem::shape("text after the closing quote of a cell", Some(help)));
            }
        } else {
            let length = bytes[at..].iter().position(|&byte| ENDS_CELL[usize::from(byte)]);
            at = length.map_or(bytes.len(), |length| at + length);
            if bytes.get(at) == Some(&b'"') {
                let help = "quote the cell and double the quotes in it: `\"a \"\"b\"\"\"`";
                return Found::Bad(Problem::shape("a quote inside a cell that is not quoted", Some(help)));
            }
            cells.push((cell as u32, at as u32));
        }
        match bytes.get(at) {
            None if !ended => return Found::Part,
            Some(b',') => at += 1,
            _ => break,
        }
    }
    let Some(line_end) = line_end(bytes, at, ended) else { return Found::Part };
    // A line of blanks in a file of one column is an empty line.
    match cells[first..] {
        [(from, to)] if from == to => {
            cells.truncate(first);
            Found::Nothing(at + line_end)
        }
        _ => Found::Row { end: at, line_end, cells: cells.len() - first },
    }
}

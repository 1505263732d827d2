//! Many applicants: the same steps over columns.
//!
//! A column holds one slot of all rows: verdicts as two bitmaps, members as bytes, days as 32-bit and numbers as 64-bit
//! integers, in Arrow's layout. Rows are decided in blocks that stay in the cache; a verdict of 64 rows is two words. Steps
//! that most policies are made of run over whole blocks; the others ask [`TruthStep::verdict`] and its kin row by row.

mod answers;
mod block;

pub use answers::{Answers, Mark};

use super::layout::{BEYOND, FIRST, Kind, Layout, Members, NOT_STATED, Row, Typed, UNKNOWN};
use crate::program::Program;

/// The least byte that is no member but one of the four cells that are no number: an enum of up to 252 members fits.
const NO_MEMBER: u8 = 252;
/// The least 32-bit cell that is a number.
const FIRST_WORD: i32 = i32::MIN + (FIRST - NOT_STATED) as i32;

/// One slot of many rows.
#[derive(Debug, Clone, PartialEq)]
enum Column {
    /// Two bitmaps, and one of rows about which nothing is stated.
    Verdicts { yes: Vec<u64>, no: Vec<u64>, not_stated: Vec<u64> },
    /// Members by index.
    Bytes(Cells<u8>),
    /// Days, small numbers.
    Words(Cells<i32>),
    /// Numbers.
    Longs(Cells<i64>),
    /// Sets: members, and cells that say whether they are known.
    Sets(Vec<Members>, Vec<i64>),
}

/// Cells of a column.
#[derive(Debug, Clone, PartialEq)]
struct Cells<T> {
    cells: Vec<T>,
    /// Whether all are numbers: then what is not yes is no.
    plain: bool,
}

impl<T: Copy> Cells<T> {
    fn new() -> Cells<T> {
        Cells { cells: Vec::new(), plain: true }
    }

    fn push(&mut self, cell: T, plain: bool) {
        self.cells.push(cell);
        self.plain &= plain;
    }

    fn clear(&mut self) {
        self.cells.clear();
        self.plain = true;
    }

    fn gather(&self, rows: &[u32]) -> Cells<T> {
        Cells { cells: rows.iter().map(|&row| self.cells[row as usize]).collect(), plain: self.plain }
    }
}

/// Applicants in typed columns, one for each slot of a layout.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    rows: usize,
    columns: Vec<Column>,
}

impl Columns {
    /// Makes columns without rows.
    pub fn new(program: &Program, layout: &Layout) -> Columns {
        let column = |slot: &Typed| match slot.kind {
            Kind::YesNo => Column::Verdicts { yes: Vec::new(), no: Vec::new(), not_stated: Vec::new() },
            Kind::Member(id) if program.enum_type(id).members.len() <= usize::from(NO_MEMBER) => {
                Column::Bytes(Cells::new())
            }
            Kind::Member(_) | Kind::Date | Kind::Time => Column::Words(Cells::new()),
            Kind::Number(_) if slot.narrow => Column::Words(Cells::new()),
            Kind::Number(_) => Column::Longs(Cells::new()),
            Kind::Set(_) => Column::Sets(Vec::new(), Vec::new()),
        };
        Columns { rows: 0, columns: layout.slots.iter().map(column).collect() }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Takes all rows away and keeps the space.
    pub fn clear(&mut self) {
        self.rows = 0;
        for column in &mut self.columns {
            match column {
                Column::Verdicts { yes, no, not_stated } => [yes, no, not_stated].into_iter().for_each(Vec::clear),
                Column::Bytes(cells) => cells.clear(),
                Column::Words(cells) => cells.clear(),
                Column::Longs(cells) => cells.clear(),
                Column::Sets(sets, cells) => {
                    sets.clear();
                    cells.clear();
                }
            }
        }
    }

    /// Adds a row.
    pub fn push(&mut self, row: &Row) {
        let (word, bit) = (self.rows / 64, self.rows % 64);
        for (slot, column) in self.columns.iter_mut().enumerate() {
            let cell = row.cells[slot];
            match column {
                Column::Verdicts { yes, no, not_stated } => {
                    for (bits, holds) in [(yes, cell == 1), (no, cell == 0), (not_stated, cell == NOT_STATED)] {
                        if bit == 0 {
                            bits.push(0);
                        }
                        bits[word] |= u64::from(holds) << bit;
                    }
                }
                Column::Bytes(cells) => cells.push(to_byte(cell), cell >= FIRST),
                Column::Words(cells) => cells.push(to_word(cell), to_word(cell) >= FIRST_WORD),
                Column::Longs(cells) => cells.push(cell, cell >= FIRST),
                Column::Sets(sets, cells) => {
                    sets.push(row.sets[slot]);
                    cells.push(cell);
                }
            }
        }
        self.rows += 1;
    }

    /// Takes some of the rows.
    fn gather(&self, rows: &[u32]) -> Columns {
        let columns = self.columns.iter().map(|column| match column {
            Column::Verdicts { yes, no, not_stated } => Column::Verdicts {
                yes: gather_bits(yes, rows),
                no: gather_bits(no, rows),
                not_stated: gather_bits(not_stated, rows),
            },
            Column::Bytes(cells) => Column::Bytes(cells.gather(rows)),
            Column::Words(cells) => Column::Words(cells.gather(rows)),
            Column::Longs(cells) => Column::Longs(cells.gather(rows)),
            Column::Sets(sets, cells) => {
                let sets = rows.iter().map(|&row| sets[row as usize]).collect();
                Column::Sets(sets, rows.iter().map(|&row| cells[row as usize]).collect())
            }
        });
        Columns { rows: rows.len(), columns: columns.collect() }
    }

    /// The least and the greatest cell of a slot of days, if all are known.
    fn ends(&self, slot: usize) -> Option<(i64, i64)> {
        let Column::Words(Cells { cells, plain: true }) = &self.columns[slot] else { return None };
        let (least, greatest) = cells.iter().fold((i32::MAX, i32::MIN), |(a, b), &cell| (a.min(cell), b.max(cell)));
        (!cells.is_empty()).then_some((i64::from(least), i64::from(greatest)))
    }

    fn cell(&self, slot: usize, row: usize) -> i64 {
        match &self.columns[slot] {
            Column::Verdicts { yes, no, not_stated } => match (bit(yes, row), bit(no, row), bit(not_stated, row)) {
                (true, ..) => 1,
                (_, true, _) => 0,
                (_, _, true) => NOT_STATED,
                _ => UNKNOWN,
            },
            Column::Bytes(cells) => from_byte(cells.cells[row]),
            Column::Words(cells) => from_word(cells.cells[row]),
            Column::Longs(cells) => cells.cells[row],
            Column::Sets(_, cells) => cells[row],
        }
    }

    /// Reads a row back.
    pub fn row(&self, row: usize, into: &mut Row) {
        for slot in 0..self.columns.len() {
            into.cells[slot] = self.cell(slot, row);
            if let Column::Sets(sets, _) = &self.columns[slot] {
                into.sets[slot] = sets[row];
            }
        }
    }
}

/// Whether the bit of a row is set.
fn bit(bits: &[u64], row: usize) -> bool {
    bits[row / 64] >> (row % 64) & 1 == 1
}

fn gather_bits(bits: &[u64], rows: &[u32]) -> Vec<u64> {
    let word = |rows: &[u32]| {
        let add = |word: u64, (place, &row): (usize, &u32)| word | u64::from(bit(bits, row as usize)) << place;
        rows.iter().enumerate().fold(0, add)
    };
    rows.chunks(64).map(word).collect()
}

fn to_byte(cell: i64) -> u8 {
    match cell {
        cell if cell < FIRST => NO_MEMBER + (cell - NOT_STATED) as u8,
        cell => u8::try_from(cell).ok().filter(|&byte| byte < NO_MEMBER).unwrap_or(to_byte(BEYOND)),
    }
}

fn from_byte(byte: u8) -> i64 {
    if byte < NO_MEMBER { i64::from(byte) } else { NOT_STATED + i64::from(byte - NO_MEMBER) }
}

fn to_word(cell: i64) -> i32 {
    match cell {
        cell if cell < FIRST => i32::MIN + (cell - NOT_STATED) as i32,
        cell => i32::try_from(cell).ok().filter(|&word| word >= FIRST_WORD).unwrap_or(to_word(BEYOND)),
    }
}

fn from_word(word: i32) -> i64 {
    if word >= FIRST_WORD { i64::from(word) } else { NOT_STATED + i64::from(word - i32::MIN) }
}

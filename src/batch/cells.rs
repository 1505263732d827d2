//! Rows that come in cells, as from Parquet: they become the chunk that the same rows are as CSV.

use super::chunk::{Chunk, RawRow};
use super::problem::Problem;
use super::split::{MAX_ROW_BYTES, too_long};

/// A chunk under construction, cell by cell.
#[derive(Debug, Default)]
pub struct Cells {
    chunk: Chunk,
}

impl Cells {
    /// How many rows may stand in one chunk: places in it are 32-bit numbers, and no row is longer than [`MAX_ROW_BYTES`].
    pub const MAX_ROWS: usize = u32::MAX as usize / MAX_ROW_BYTES;

    /// Adds a row of so many cells. `write` adds the text of a cell, by its place; nothing for one that states nothing. What it
    /// finds wrong is what is wrong with the row.
    pub fn row(
        &mut self,
        number: u64,
        columns: usize,
        mut write: impl FnMut(usize, &mut Vec<u8>) -> Result<(), Problem>,
    ) {
        let chunk = &mut self.chunk;
        let (start, first) = (chunk.bytes.len(), chunk.cells.len());
        let mut fault = None;
        for column in 0..columns {
            let from = chunk.bytes.len();
            fault = write(column, &mut chunk.bytes).err();
            quote(&mut chunk.bytes, from);
            if chunk.bytes.len() - start > MAX_ROW_BYTES {
                fault = Some(too_long());
            }
            if fault.is_some() {
                chunk.bytes.truncate(start);
                chunk.cells.truncate(first);
                break;
            }
            chunk.cells.push((from as u32, chunk.bytes.len() as u32));
        }
        let (span, cells) = ((start, chunk.bytes.len()), (first, chunk.cells.len()));
        let narrow = |(start, end): (usize, usize)| (start as u32, end as u32);
        chunk.rows.push(RawRow { number, line: number, span: narrow(span), cells: narrow(cells), fault });
        chunk.taken += 1;
    }

    /// Ends the chunk. What its rows took is counted in rows.
    pub fn finish(mut self) -> Chunk {
        self.chunk.seal();
        self.chunk
    }
}

/// Quotes a cell that would else lose its own quotes; JSON of lists and records keeps them.
fn quote(bytes: &mut Vec<u8>, from: usize) {
    if matches!(bytes.get(from), None | Some(b'[' | b'{')) || !bytes[from..].contains(&b'"') {
        return;
    }
    let text = bytes.split_off(from);
    bytes.push(b'"');
    for byte in text {
        if byte == b'"' {
            bytes.push(byte);
        }
        bytes.push(byte);
    }
    bytes.push(b'"');
}

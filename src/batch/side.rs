//! One text of a policy, ready to decide rows: what is asked, and the two ways to read a row for it.

use std::collections::BTreeSet;

use crate::compile::{Compiled, Kind, Reader, Row, reads};
use crate::eval::{Request, evaluate};
use crate::facts::rows::{read_column, read_row};
use crate::facts::{Facts, Slot, read_facts_beside};
use crate::program::{FactId, Program};

use super::answer::{Asked, RowAnswer};
use super::chunk::{Chunk, RawRow};
use super::columns::{Beside, no_fact};
use super::problem::Problem;
use super::split::Form;

/// A text and what is asked of it.
#[derive(Debug, Clone)]
pub struct Side<'p> {
    pub(super) program: &'p Program,
    pub(super) request: Request,
    pub(super) compiled: Compiled,
    reader: Reader,
    /// What is stated of every row, whatever stands in it.
    stated: Facts,
    /// The same in slots.
    slots: Vec<(usize, Kind, Slot)>,
    /// Facts that answers can rest on.
    reads: BTreeSet<FactId>,
    /// Of CSV: the place of each cell that is a fact, the fact, and its column of the reader.
    cells: Vec<(usize, FactId, usize)>,
}

/// What a row is read with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'c> {
    pub(super) form: Form,
    pub(super) beside: &'c Beside,
    /// All programs that a key may be a fact of.
    pub(super) sides: &'c [Side<'c>],
}

impl<'p> Side<'p> {
    /// Compiles what is asked. `stated` holds of every row, whatever stands in it.
    pub fn new(program: &'p Program, request: Request, stated: Facts) -> Side<'p> {
        let compiled = Compiled::new(program, &request);
        let reader = Reader::new(program, compiled.layout());
        let slot = |(fact, slot): (FactId, &Slot)| {
            let at = compiled.layout().slot(fact)?;
            Some((at, compiled.layout().slots[at].kind, slot.clone()))
        };
        let slots = stated.iter().filter_map(slot).collect();
        let reads = reads(program, &request);
        Side { program, request, reader, stated, slots, reads, cells: Vec::new(), compiled }
    }

    /// Takes the columns of a table that are facts.
    pub(super) fn take_header(&mut self, header: &[String]) {
        let fact = |(place, name): (usize, &String)| {
            let fact = read_column(self.program, name).ok()?;
            Some((place, fact, self.reader.column(name)?))
        };
        self.cells = header.iter().enumerate().filter_map(fact).collect();
    }

    /// What is asked, with the words for answers.
    pub(super) fn asked(&self) -> Vec<Asked<'p>> {
        self.request.asked.iter().map(|&family| Asked::new(self.program, family)).collect()
    }

    /// Reads a row of CSV straight to slots, if it is spelt plainly.
    pub(super) fn cells(&self, chunk: &Chunk, raw: &RawRow, text: &str, row: &mut Row) -> bool {
        let cells = chunk.cells(raw);
        let plain = |&(place, _, column): &(usize, FactId, usize)| {
            self.reader.cell(column, &chunk.cell(text, raw, cells[place]), row)
        };
        self.cells.iter().all(plain) && self.state(row)
    }

    /// Reads a row of JSONL straight to slots, if it is spelt plainly. What stands beside the facts goes to `copy`.
    pub(super) fn object<'t>(
        &self,
        context: Context,
        text: &'t str,
        row: &mut Row,
        mut copy: impl FnMut(&'t str, &'t str) -> bool,
    ) -> bool {
        let mut beside = |key: &'t str, json: &'t str| self.may_stand(context, key) && copy(key, json);
        self.reader.json_beside(text, row, &mut beside) && self.state(row)
    }

    /// Reads a row as facts, strictly, with everything that is wrong.
    pub(super) fn facts(
        &self,
        context: Context,
        chunk: &Chunk,
        raw: &RawRow,
        text: &str,
    ) -> Result<Facts, Vec<Problem>> {
        let read = match context.form {
            Form::Csv => {
                let cells = chunk.cells(raw);
                let facts: Vec<FactId> = self.cells.iter().map(|&(_, fact, _)| fact).collect();
                let cells = self.cells.iter().map(|&(place, ..)| chunk.cell(text, raw, cells[place]));
                read_row(self.program, &facts, cells)
            }
            Form::Jsonl => read_facts_beside(self.program, text, |key| self.may_stand(context, key)),
        };
        let mut facts = read.map_err(|errors| errors.iter().map(no_fact).collect::<Vec<_>>())?;
        for (fact, slot) in self.stated.iter() {
            facts.set(fact, slot.clone());
        }
        Ok(facts)
    }

    /// Puts facts into slots.
    pub(super) fn slots(&self, facts: &Facts, row: &mut Row) {
        row.read(self.compiled.layout(), facts);
    }

    /// Asks the interpreter.
    pub(super) fn evaluate(&self, facts: &Facts) -> impl Iterator<Item = RowAnswer> {
        evaluate(self.program, &self.request, facts).answers.into_iter().map(RowAnswer::from)
    }

    /// What is stated on the facts that answers can rest on: rows alike in it have the same answers.
    pub(super) fn relevant(&self, facts: &Facts) -> Vec<(FactId, Slot)> {
        let stated = facts.iter().filter(|(fact, _)| self.reads.contains(fact));
        stated.map(|(fact, slot)| (fact, slot.clone())).collect()
    }

    fn may_stand(&self, context: Context, key: &str) -> bool {
        context.beside.allows(key) || context.sides.iter().any(|side| side.reader.column(key).is_some())
    }

    fn state(&self, row: &mut Row) -> bool {
        for (slot, kind, stated) in &self.slots {
            row.state(*slot, *kind, stated);
        }
        true
    }
}

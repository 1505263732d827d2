//! Chunks of rows to chunks of answers.
//!
//! Plain rows go from text to typed slots and are decided together; what that leaves open is read again as facts and given to the
//! interpreter, which answers rows that are alike once.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde_json::value::RawValue;

use crate::compile::{Columns, Residue, Row, Trace};
use crate::facts::Slot;
use crate::facts::rows::read_column;
use crate::program::{FactId, Program};

use super::answer::{Asked, RowAnswer};
use super::chunk::{Chunk, RawRow};
use super::columns::{Beside, ID};
use super::known::Known;
use super::problem::{Problem, Refused};
use super::side::{Context, Side};
use super::split::Form;
use super::summary::Summary;
use super::table::{AskedColumn, Table};
use super::write::{Cell, Layout, Source, Writer};

/// How many rows of the interpreter one worker remembers: some megabytes.
const MAX_REMEMBERED: usize = 16_384;

/// What all workers share: how rows are read, what is asked, how answers are written.
#[derive(Debug)]
pub struct Job<'p> {
    form: Form,
    beside: Beside,
    /// The text that is asked, and the one before it if they are compared.
    sides: Vec<Side<'p>>,
    /// Of CSV: the columns of the id and of what is kept.
    copied: Vec<Option<usize>>,
    pub(super) writer: Writer<'p>,
    /// Answers are not written as lines but given as columns.
    columns: bool,
}

/// The answers for a chunk.
#[derive(Debug, Default)]
pub struct Decided {
    /// How many rows there were.
    pub rows: u64,
    /// How much of the input they took, as the chunk counts it.
    pub taken: u64,
    /// The lines of the output.
    pub out: Vec<u8>,
    /// The same as columns, for a job without lines.
    pub table: Option<Table>,
    /// Rows that are not decided.
    pub refused: Vec<Refused>,
}

impl<'p> Job<'p> {
    /// Makes a job. `header` are the columns of CSV; with `before`, each answer is compared with the one there; without a
    /// `layout`, answers come as columns.
    ///
    /// Errors: columns that are no facts, and columns that are wanted but not there.
    pub fn new(
        form: Form,
        header: &[String],
        beside: Beside,
        asked: Side<'p>,
        before: Option<Side<'p>>,
        layout: impl Into<Option<Layout>>,
    ) -> Result<Job<'p>, Vec<Problem>> {
        let mut sides: Vec<Side<'p>> = std::iter::once(asked).chain(before).collect();
        let mut copied = vec![None; beside.keep.len() + 1];
        if form == Form::Csv {
            let programs: Vec<&Program> = sides.iter().map(|side| side.program).collect();
            copied = beside.find(&programs, header)?;
            sides.iter_mut().for_each(|side| side.take_header(header));
        }
        let compared = sides.len() > 1;
        let names: Vec<&str> =
            sides[0].request.asked.iter().map(|&id| sides[0].program.family(id).name.as_str()).collect();
        if let Some(name) = beside.keep.iter().find(|name| names.contains(&name.as_str())) {
            let message = format!("`{name}` is asked: a column of that name cannot be kept beside it");
            return Err(vec![Problem::shape(message, None)]);
        }
        let layout = layout.into();
        let lines = layout.unwrap_or(Layout::Csv);
        let writer = Writer::new(lines, form, beside.keep.clone(), sides[0].asked(), compared);
        Ok(Job { form, beside, sides, copied, writer, columns: layout.is_none() })
    }

    /// Returns the first line of the output, if it has one.
    pub fn header(&self) -> Vec<u8> {
        if self.columns { Vec::new() } else { self.writer.header() }
    }

    /// What is asked, in the order asked.
    pub fn asked(&self) -> Vec<AskedColumn> {
        let mut before = self.sides.get(1).map(Side::asked).unwrap_or_default().into_iter();
        let column = |asked: Asked| AskedColumn {
            name: asked.name().to_owned(),
            before: before.next().map(|before| before.ty),
            ty: asked.ty,
        };
        self.sides[0].asked().into_iter().map(column).collect()
    }

    /// Whether answers come as columns, not as lines.
    pub fn by_columns(&self) -> bool {
        self.columns
    }

    /// Whether a column or key is a fact, of any of the texts.
    pub fn is_fact(&self, key: &str) -> bool {
        self.sides.iter().any(|side| read_column(side.program, key).is_ok())
    }

    /// Makes a worker; each thread has its own.
    pub fn worker(&self) -> Worker<'_, 'p> {
        let desk = |side: &Side<'p>| Desk {
            row: side.compiled.layout().row(),
            columns: Columns::new(side.program, side.compiled.layout()),
            remembered: FxHashMap::default(),
            trace: Trace::default(),
            answers: Vec::new(),
        };
        Worker {
            job: self,
            desks: self.sides.iter().map(desk).collect(),
            known: self.sides.iter().map(|side| Known::new(side.asked())).collect(),
            good: Vec::new(),
            copied: Vec::new(),
            summary: Summary::new(self.sides[0].asked(), self.sides.len() > 1),
        }
    }

    /// Whether something that is kept may be a fact too, which is read without being copied.
    fn keeps_facts(&self) -> bool {
        !self.beside.keep.is_empty()
    }

    /// Finds the id and what is kept in a row of JSONL.
    fn members(&self, text: &str, at: impl Fn(&str) -> (u32, u32)) -> Vec<Cell> {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap_or_default();
        let names = std::iter::once(ID).chain(self.beside.keep.iter().map(String::as_str));
        names.map(|name| members.get(name).map(|json| at(json.get()))).collect()
    }

    fn context(&self) -> Context<'_> {
        Context { form: self.form, beside: &self.beside, sides: &self.sides }
    }
}

/// One worker: it decides chunk after chunk, and counts.
#[derive(Debug)]
pub struct Worker<'j, 'p> {
    job: &'j Job<'p>,
    /// One for each side.
    desks: Vec<Desk>,
    known: Vec<Known<'p>>,
    /// The rows of the chunk that can be decided, by their place.
    good: Vec<usize>,
    /// Of each of them, where the id and what is kept stand in the chunk.
    copied: Vec<Cell>,
    summary: Summary<'p>,
}

/// Where rows lie while one side decides them.
#[derive(Debug)]
struct Desk {
    row: Row,
    columns: Columns,
    /// Answers of the interpreter.
    remembered: FxHashMap<Alike, Vec<u32>>,
    trace: Trace,
    /// By row and what is asked: the answer as [`Known`] numbers it.
    answers: Vec<u32>,
}

impl<'p> Worker<'_, 'p> {
    /// Decides the rows of a chunk.
    pub fn decide(&mut self, chunk: &Chunk) -> Decided {
        let mut decided = Decided { rows: chunk.len() as u64, taken: chunk.taken, ..Decided::default() };
        if self.known.iter().any(Known::is_full) {
            self.count();
        }
        self.desks.iter_mut().for_each(|desk| desk.columns.clear());
        self.good.clear();
        self.copied.clear();
        for (place, raw) in chunk.rows.iter().enumerate() {
            match self.read(chunk, raw) {
                Ok(()) => self.good.push(place),
                Err(problems) => {
                    self.copied.truncate(self.good.len() * self.job.copied.len());
                    decided.refused.push(Refused { row: raw.number, line: raw.line, problems });
                }
            }
        }
        for side in 0..self.desks.len() {
            self.answer(chunk, side);
        }
        self.write(chunk, &mut decided);
        self.summary.rows += decided.rows;
        self.summary.refused += decided.refused.len() as u64;
        decided
    }

    /// Ends the work.
    pub fn finish(mut self) -> Summary<'p> {
        self.count();
        self.summary
    }

    /// Counts what is known so far, and forgets it.
    fn count(&mut self) {
        self.summary.count(&self.known[0]);
        self.known.iter_mut().for_each(Known::clear);
        self.desks.iter_mut().for_each(|desk| desk.remembered.clear());
    }

    /// Reads a row into the columns of all sides, or says what is wrong with it.
    fn read(&mut self, chunk: &Chunk, raw: &RawRow) -> Result<(), Vec<Problem>> {
        if let Some(fault) = &raw.fault {
            return Err(vec![fault.clone()]);
        }
        let text = chunk.text(raw).map_err(|problem| vec![problem])?;
        let job = self.job;
        let first = self.copied.len();
        self.copied.resize(first + job.copied.len(), None);
        let copied = &mut self.copied[first..];
        let at = |part: &str| {
            let start = raw.span.0 + (part.as_ptr().addr() - text.as_ptr().addr()) as u32;
            (start, start + part.len() as u32)
        };
        let mut plain = true;
        for (side, desk) in job.sides.iter().zip(&mut self.desks) {
            let read = match job.form {
                Form::Csv => side.cells(chunk, raw, text, &mut desk.row),
                Form::Jsonl => side.object(job.context(), text, &mut desk.row, |key, json| {
                    // What is named twice is an error, which is found the long way.
                    job.beside.place(key).is_none_or(|place| {
                        let before = copied[place].replace(at(json));
                        before.is_none_or(|before| before == at(json))
                    })
                }),
            };
            if !read {
                plain = false;
                let facts = side.facts(job.context(), chunk, raw, text)?;
                side.slots(&facts, &mut desk.row);
            }
        }
        match job.form {
            Form::Csv => {
                let cells = chunk.cells(raw);
                let cell = |column: &Option<usize>| column.map(|column| cells[column]);
                copied.iter_mut().zip(&job.copied).for_each(|(copied, column)| *copied = cell(column));
            }
            Form::Jsonl if !plain || job.keeps_facts() => copied.copy_from_slice(&job.members(text, at)),
            Form::Jsonl => {}
        }
        self.desks.iter_mut().for_each(|desk| desk.columns.push(&desk.row));
        Ok(())
    }

    /// Answers all that is asked of one side, by columns, and of the rows that are left open one by one.
    fn answer(&mut self, chunk: &Chunk, side: usize) {
        let (desk, known) = (&mut self.desks[side], &mut self.known[side]);
        let side = &self.job.sides[side];
        let answers = side.compiled.decide_columns(&desk.columns);
        let asked = side.request.asked.len();
        desk.answers.clear();
        for (row, &good) in self.good.iter().enumerate() {
            let first = desk.answers.len();
            for place in 0..asked {
                let settled = || side.compiled.settled_row(&answers, row, place).map(RowAnswer::from);
                let number = match side.compiled.mark(&answers, row, place) {
                    Some(mark) => known.marked(place, mark, settled),
                    None => settled().map(|answer| known.number(place, answer)),
                };
                match number {
                    Some(number) => desk.answers.push(number),
                    None => {
                        desk.answers.truncate(first);
                        desk.ask(self.job, side, known, chunk, (row, &chunk.rows[good]));
                        break;
                    }
                }
            }
        }
    }

    fn write(&mut self, chunk: &Chunk, decided: &mut Decided) {
        let writer = &self.job.writer;
        let asked = self.job.sides[0].request.asked.len();
        let [known, before @ ..] = &mut self.known[..] else { return };
        let width = self.job.copied.len();
        let mut table = self.job.columns.then(|| Table::new(width, asked, self.job.sides.len() > 1));
        let out = &mut decided.out;
        for (row, &good) in self.good.iter().enumerate() {
            let source = Source { chunk, raw: &chunk.rows[good], text: chunk.text(&chunk.rows[good]).unwrap_or("") };
            let copied = &self.copied[row * width..(row + 1) * width];
            match &mut table {
                Some(table) => table.begin(good, source.raw.number, writer.texts(source, copied)),
                None => writer.begin(source, copied, out),
            }
            for place in 0..asked {
                let number = |desk: &Desk| desk.answers[row * asked + place];
                if let Some(table) = &mut table {
                    table.asked[place].push(number(&self.desks[0]), known);
                    if let Some(before) = before.first() {
                        table.before[place].push(number(&self.desks[1]), before);
                    }
                }
                let answer = known.get(number(&self.desks[0]));
                answer.rows += 1;
                let mut before = before.first_mut().map(|known| known.get(number(&self.desks[1])));
                if table.is_none() {
                    writer.answer(place, answer, before.as_deref_mut(), out);
                }
                if let Some(before) = before {
                    let id = || writer.id(source, copied[0]);
                    self.summary.compare(place, (before, answer), source.raw.number, id);
                }
            }
            if table.is_none() {
                writer.end(out);
            }
        }
        decided.table = table;
    }
}

impl Desk {
    /// Asks the interpreter about a row, unless it was asked about one like it.
    fn ask(&mut self, job: &Job, side: &Side, known: &mut Known, chunk: &Chunk, (row, raw): (usize, &RawRow)) {
        self.columns.row(row, &mut self.row);
        side.compiled.decide(&self.row, &mut self.trace);
        let left = side.compiled.residue(&self.trace).map(Alike::Left);
        if let Some(numbers) = left.as_ref().and_then(|left| self.remembered.get(left)) {
            self.answers.extend_from_slice(numbers);
            return;
        }
        // The row was read before: it is good.
        let Ok(text) = chunk.text(raw) else { return };
        let Ok(facts) = side.facts(job.context(), chunk, raw, text) else { return };
        let alike = left.unwrap_or_else(|| Alike::Stated(side.relevant(&facts)));
        let numbers = match self.remembered.get(&alike) {
            Some(numbers) => numbers.clone(),
            None => {
                let answers = side.evaluate(&facts).enumerate();
                let numbers: Vec<u32> = answers.map(|(place, answer)| known.number(place, answer)).collect();
                if self.remembered.len() >= MAX_REMEMBERED {
                    self.remembered.clear();
                }
                self.remembered.insert(alike, numbers.clone());
                numbers
            }
        };
        self.answers.extend(numbers);
    }
}

/// What rows have in common that have the same answers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Alike {
    /// What is left to be asked when all that is known is put in.
    Left(Residue),
    /// All that is stated on facts that are read; where no slot holds one of them.
    Stated(Vec<(FactId, Slot)>),
}

//! Many applicants: the same steps over columns.
//!
//! A column holds one slot of all rows: verdicts as two bitmaps, members as bytes, days as 32-bit and numbers as 64-bit
//! integers, in Arrow's layout. Rows are decided in blocks that stay in the cache; a verdict of 64 rows is two words. Steps
//! that most policies are made of run over whole blocks; the others ask [`TruthStep::verdict`] and its kin row by row.

use super::layout::{FIRST, Kind, Layout, Members, NONE, NOT_STATED, Row, UNKNOWN};
use super::plan::{Asked, CONSTANT_VERDICTS, Operand, Plan, Registers, Relation, Step, Truth, TruthStep, Verdict};
use super::row::Settled;
use super::{Compiled, axes};
use crate::eval::Status;
use crate::program::Program;
use crate::value::Value;

/// Rows of a block: its registers fit the cache nearest to a core.
const BLOCK: usize = 1024;
const WORDS: usize = BLOCK / 64;

/// Bytes of members: the three greatest say that there is none, so an enum of up to 253 members fits.
const BYTE_FIRST_SPECIAL: u8 = 253;

/// One slot of many rows.
#[derive(Debug, Clone, PartialEq)]
enum Column {
    /// Two bitmaps, and one of rows about which nothing is stated.
    Verdicts { yes: Vec<u64>, no: Vec<u64>, not_stated: Vec<u64> },
    /// Members by index.
    Bytes(Vec<u8>),
    /// Days, small numbers.
    Words(Vec<i32>),
    /// Numbers.
    Longs(Vec<i64>),
    /// Sets: members, and cells that say whether they are known.
    Sets(Vec<Members>, Vec<i64>),
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
        let column = |kind| match kind {
            Kind::YesNo => Column::Verdicts { yes: Vec::new(), no: Vec::new(), not_stated: Vec::new() },
            Kind::Member(id) if program.enum_type(id).members.len() <= usize::from(BYTE_FIRST_SPECIAL) => {
                Column::Bytes(Vec::new())
            }
            Kind::Member(_) | Kind::Date | Kind::Time => Column::Words(Vec::new()),
            Kind::Number(_) => Column::Longs(Vec::new()),
            Kind::Set(_) => Column::Sets(Vec::new(), Vec::new()),
        };
        Columns { rows: 0, columns: layout.slots.iter().map(|slot| column(slot.kind)).collect() }
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
        let (word, bit) = (self.rows / 64, 1u64 << (self.rows % 64));
        for (slot, column) in self.columns.iter_mut().enumerate() {
            let cell = row.cells[slot];
            match column {
                Column::Verdicts { yes, no, not_stated } => {
                    for (bits, holds) in [(yes, cell == 1), (no, cell == 0), (not_stated, cell == NOT_STATED)] {
                        bits.resize(word + 1, 0);
                        if holds {
                            bits[word] |= bit;
                        }
                    }
                }
                Column::Bytes(cells) => cells.push(to_byte(cell)),
                Column::Words(cells) => cells.push(to_word(cell)),
                Column::Longs(cells) => cells.push(cell),
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
            Column::Bytes(cells) => Column::Bytes(rows.iter().map(|&row| cells[row as usize]).collect()),
            Column::Words(cells) => Column::Words(rows.iter().map(|&row| cells[row as usize]).collect()),
            Column::Longs(cells) => Column::Longs(rows.iter().map(|&row| cells[row as usize]).collect()),
            Column::Sets(sets, cells) => {
                let sets = rows.iter().map(|&row| sets[row as usize]).collect();
                Column::Sets(sets, rows.iter().map(|&row| cells[row as usize]).collect())
            }
        });
        Columns { rows: rows.len(), columns: columns.collect() }
    }

    fn cell(&self, slot: usize, row: usize) -> i64 {
        match &self.columns[slot] {
            Column::Verdicts { yes, no, not_stated } => {
                let bit = |bits: &[u64]| bits[row / 64] >> (row % 64) & 1 == 1;
                match (bit(yes), bit(no), bit(not_stated)) {
                    (true, ..) => 1,
                    (_, true, _) => 0,
                    (_, _, true) => NOT_STATED,
                    _ => UNKNOWN,
                }
            }
            Column::Bytes(cells) => from_byte(cells[row]),
            Column::Words(cells) => from_word(cells[row]),
            Column::Longs(cells) | Column::Sets(_, cells) => cells[row],
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

fn gather_bits(bits: &[u64], rows: &[u32]) -> Vec<u64> {
    let word = |rows: &[u32]| {
        let bit = |word: u64, (place, &row): (usize, &u32)| word | (bits[row as usize / 64] >> (row % 64) & 1) << place;
        rows.iter().enumerate().fold(0, bit)
    };
    rows.chunks(64).map(word).collect()
}

fn to_byte(cell: i64) -> u8 {
    match cell {
        NOT_STATED => BYTE_FIRST_SPECIAL,
        NONE => BYTE_FIRST_SPECIAL + 2,
        cell => u8::try_from(cell).ok().filter(|&byte| byte < BYTE_FIRST_SPECIAL).unwrap_or(BYTE_FIRST_SPECIAL + 1),
    }
}

fn from_byte(byte: u8) -> i64 {
    if byte < BYTE_FIRST_SPECIAL { i64::from(byte) } else { NOT_STATED + i64::from(byte - BYTE_FIRST_SPECIAL) }
}

fn to_word(cell: i64) -> i32 {
    match cell {
        NOT_STATED | UNKNOWN | NONE => i32::MIN + (cell - NOT_STATED) as i32,
        cell => i32::try_from(cell).ok().filter(|&word| word >= i32::MIN + 3).unwrap_or(i32::MIN + 1),
    }
}

fn from_word(word: i32) -> i64 {
    if word >= i32::MIN + 3 { i64::from(word) } else { NOT_STATED + (i64::from(word) - i64::from(i32::MIN)) }
}

/// The rows of a block that are yes, and those that are no.
#[derive(Debug, Clone, Copy)]
struct Bits {
    yes: [u64; WORDS],
    no: [u64; WORDS],
}

impl Bits {
    fn all(verdict: Verdict) -> Bits {
        let fill = |set: bool| [if set { u64::MAX } else { 0 }; WORDS];
        Bits { yes: fill(verdict.is_yes()), no: fill(verdict.is_no()) }
    }

    fn get(&self, row: usize) -> Verdict {
        let bit = |bits: &[u64; WORDS]| bits[row / 64] >> (row % 64) & 1 == 1;
        if bit(&self.yes) {
            Verdict::YES
        } else if bit(&self.no) {
            Verdict::NO
        } else {
            Verdict::UNKNOWN
        }
    }

    fn set(&mut self, row: usize, verdict: Verdict) {
        self.yes[row / 64] |= u64::from(verdict.is_yes()) << (row % 64);
        self.no[row / 64] |= u64::from(verdict.is_no()) << (row % 64);
    }
}

/// What every step came to for the rows of a block, and space for the next.
#[derive(Debug, Clone, Default)]
struct Block {
    first: usize,
    rows: usize,
    verdicts: Vec<Bits>,
    /// After those of the slots.
    cells: Vec<Vec<i64>>,
    sets: Vec<Vec<Option<Members>>>,
    /// Slots about which nothing is stated, filled in.
    assumed: Vec<Option<(i64, Members)>>,
}

/// One row of a block.
struct At<'b> {
    columns: &'b Columns,
    block: &'b Block,
    row: usize,
}

impl Registers for At<'_> {
    fn verdict(&self, at: Truth) -> Verdict {
        let verdict = self.block.verdicts[at.at as usize].get(self.row);
        if at.not { verdict.not() } else { verdict }
    }

    fn cell(&self, at: u32) -> i64 {
        let slots = self.columns.columns.len();
        match (at as usize).checked_sub(slots) {
            Some(place) => self.block.cells[place][self.row],
            None => {
                match (self.columns.cell(at as usize, self.block.first + self.row), &self.block.assumed[at as usize]) {
                    (NOT_STATED, Some((cell, _))) => *cell,
                    (cell, _) => cell,
                }
            }
        }
    }

    fn set(&self, at: u32) -> Option<Members> {
        let slots = self.columns.columns.len();
        if let Some(place) = (at as usize).checked_sub(slots) {
            return self.block.sets[place][self.row];
        }
        let Column::Sets(sets, cells) = &self.columns.columns[at as usize] else { return None };
        let row = self.block.first + self.row;
        match (cells[row], &self.block.assumed[at as usize]) {
            (NOT_STATED, Some((_, members))) => Some(*members),
            (cell, _) => (cell >= FIRST).then(|| sets[row]),
        }
    }
}

impl Block {
    fn enter(&mut self, plan: &Plan, columns: &Columns, first: usize, rows: usize) {
        (self.first, self.rows) = (first, rows);
        self.verdicts.clear();
        self.assumed.clear();
        self.assumed.resize(columns.columns.len(), None);
        for &(slot, cell, members) in &plan.assumed {
            self.assumed[slot] = Some((cell, members));
        }
        for (slot, column) in columns.columns.iter().enumerate() {
            let mut bits = Bits::all(Verdict::UNKNOWN);
            if let Column::Verdicts { yes, no, not_stated } = column {
                let word = first / 64;
                let words = rows.div_ceil(64);
                bits.yes[..words].copy_from_slice(&yes[word..word + words]);
                bits.no[..words].copy_from_slice(&no[word..word + words]);
                let filled = match self.assumed[slot] {
                    Some((1, _)) => Some(&mut bits.yes),
                    Some((0, _)) => Some(&mut bits.no),
                    _ => None,
                };
                if let Some(filled) = filled {
                    filled.iter_mut().zip(&not_stated[word..word + words]).for_each(|(bits, more)| *bits |= more);
                }
            }
            self.verdicts.push(bits);
        }
        self.verdicts.extend(CONSTANT_VERDICTS.map(Bits::all));
    }

    fn run(&mut self, plan: &Plan, columns: &Columns) {
        let (mut cells, mut sets) = (0, 0);
        for step in &plan.steps {
            match step {
                Step::Truth(step) => {
                    let bits = self.truth(step, columns);
                    self.verdicts.push(bits);
                }
                Step::Cell(step) => {
                    let mut column = take(&mut self.cells, cells);
                    column.clear();
                    column.extend((0..self.rows).map(|row| step.cell(&At { columns, block: self, row })));
                    self.cells[cells] = column;
                    cells += 1;
                }
                Step::Set(step) => {
                    let mut column = take(&mut self.sets, sets);
                    column.clear();
                    column.extend((0..self.rows).map(|row| step.members(&At { columns, block: self, row })));
                    self.sets[sets] = column;
                    sets += 1;
                }
            }
        }
    }

    fn truth(&self, step: &TruthStep, columns: &Columns) -> Bits {
        match step {
            TruthStep::All(parts) => self.all(parts.iter().copied()),
            TruthStep::Any(parts) => {
                let Bits { yes, no } = self.all(parts.iter().map(|part| part.not()));
                Bits { yes: no, no: yes }
            }
            TruthStep::CompareTo(relation, cell, constant) => {
                self.compare_to(*relation, *cell, *constant, columns).unwrap_or_else(|| self.each(step, columns))
            }
            TruthStep::Compare(relation, a, b) => {
                self.compare(*relation, *a, *b, columns).unwrap_or_else(|| self.each(step, columns))
            }
            TruthStep::OneOf(cell, members) => match self.column(*cell, columns) {
                Some(Column::Bytes(cells)) => {
                    let mut table = [Verdict::UNKNOWN; 256];
                    for (member, verdict) in table.iter_mut().enumerate().take(usize::from(BYTE_FIRST_SPECIAL)) {
                        *verdict = Verdict::of(members.contains(member as i64));
                    }
                    let cells = &cells[self.first..self.first + self.rows];
                    bits_of(cells, |byte| table[usize::from(byte)].is_yes(), |byte| table[usize::from(byte)].is_no())
                }
                _ => self.each(step, columns),
            },
            TruthStep::Among(cell, all) => match (self.column(*cell, columns), &all[..]) {
                (Some(Column::Bytes(cells)), &[one]) => {
                    let cells = &cells[self.first..self.first + self.rows];
                    let one = to_byte(one);
                    bits_of(cells, |byte| byte == one, |byte| byte != one && byte < BYTE_FIRST_SPECIAL)
                }
                _ => self.each(step, columns),
            },
            TruthStep::Outcome { yes, no, both, neither } => self.outcome(*yes, *no, *both, *neither),
            _ => self.each(step, columns),
        }
    }

    fn bits(&self, at: Truth) -> (&[u64; WORDS], &[u64; WORDS]) {
        let bits = &self.verdicts[at.at as usize];
        if at.not { (&bits.no, &bits.yes) } else { (&bits.yes, &bits.no) }
    }

    fn all(&self, parts: impl Iterator<Item = Truth>) -> Bits {
        let mut all = Bits::all(Verdict::YES);
        for part in parts {
            let (yes, no) = self.bits(part);
            all.yes.iter_mut().zip(yes).for_each(|(all, part)| *all &= part);
            all.no.iter_mut().zip(no).for_each(|(all, part)| *all |= part);
        }
        all
    }

    fn outcome(&self, yes: Truth, no: Truth, both: Option<bool>, neither: Option<Truth>) -> Bits {
        let (yes, no) = (self.bits(yes), self.bits(no));
        let both = Bits::all(both.map_or(Verdict::UNKNOWN, Verdict::of));
        let unknown = Bits::all(Verdict::UNKNOWN);
        let neither = neither.map_or((&unknown.yes, &unknown.no), |at| self.bits(at));
        let mut outcome = unknown;
        for word in 0..WORDS {
            // Each of the four ways is out of the question, or says what comes out.
            let never = [
                yes.1[word] | no.1[word],
                yes.1[word] | no.0[word],
                yes.0[word] | no.1[word],
                yes.0[word] | no.0[word],
            ];
            outcome.yes[word] = (never[0] | both.yes[word]) & never[2] & (never[3] | neither.0[word]);
            outcome.no[word] = (never[0] | both.no[word]) & never[1] & (never[3] | neither.1[word]);
        }
        outcome
    }

    /// The column of a slot that nothing fills in.
    fn column<'c>(&self, cell: u32, columns: &'c Columns) -> Option<&'c Column> {
        let column = columns.columns.get(cell as usize)?;
        self.assumed[cell as usize].is_none().then_some(column)
    }

    fn compare_to(&self, relation: Relation, cell: u32, constant: i64, columns: &Columns) -> Option<Bits> {
        let rows = self.first..self.first + self.rows;
        match self.column(cell, columns)? {
            Column::Bytes(cells) if relation == Relation::Equal && constant >= FIRST => {
                let constant = to_byte(constant);
                // `none` is another value than this one; what is not known is neither.
                let known = |byte: u8| byte < BYTE_FIRST_SPECIAL || byte == BYTE_FIRST_SPECIAL + 2;
                Some(bits_of(&cells[rows], |byte| byte == constant, |byte| byte != constant && known(byte)))
            }
            Column::Words(cells) => {
                let constant = i32::try_from(constant).ok().filter(|&constant| constant >= i32::MIN + 3)?;
                Some(compared(relation, &cells[rows], i32::MIN + 2, i32::MIN + 3, constant))
            }
            Column::Longs(cells) => Some(compared(relation, &cells[rows], NONE, FIRST, constant)),
            _ => None,
        }
    }

    fn compare(&self, relation: Relation, a: u32, b: u32, columns: &Columns) -> Option<Bits> {
        let (Column::Words(a), Column::Words(b)) = (self.column(a, columns)?, self.column(b, columns)?) else {
            return None;
        };
        let rows = self.first..self.first + self.rows;
        let least = if relation == Relation::Equal { i32::MIN + 2 } else { i32::MIN + 3 };
        let pairs = a[rows.clone()].iter().zip(&b[rows]).map(|(&a, &b)| (a, b));
        Some(bits_of_iter(
            pairs.clone().map(|(a, b)| a >= least && b >= least && relation.holds(a, b)),
            pairs.map(|(a, b)| a >= least && b >= least && !relation.holds(a, b)),
        ))
    }

    /// Row by row.
    fn each(&self, step: &TruthStep, columns: &Columns) -> Bits {
        let mut bits = Bits::all(Verdict::UNKNOWN);
        for row in 0..self.rows {
            bits.set(row, step.verdict(&At { columns, block: self, row }));
        }
        bits
    }
}

fn take<T: Default>(all: &mut Vec<T>, place: usize) -> T {
    if all.len() <= place {
        all.resize_with(place + 1, T::default);
    }
    std::mem::take(&mut all[place])
}

fn compared<T: Copy + Ord>(relation: Relation, cells: &[T], none: T, first: T, constant: T) -> Bits {
    match relation {
        Relation::Equal => bits_of(cells, |cell| cell == constant, |cell| cell != constant && cell >= none),
        Relation::Less => bits_of(cells, |cell| cell < constant && cell >= first, |cell| cell >= constant),
        Relation::LessEqual => bits_of(cells, |cell| cell <= constant && cell >= first, |cell| cell > constant),
        Relation::Greater => bits_of(cells, |cell| cell > constant, |cell| cell <= constant && cell >= first),
        Relation::GreaterEqual => bits_of(cells, |cell| cell >= constant, |cell| cell < constant && cell >= first),
    }
}

fn bits_of<T: Copy>(cells: &[T], yes: impl Fn(T) -> bool, no: impl Fn(T) -> bool) -> Bits {
    bits_of_iter(cells.iter().map(|&cell| yes(cell)), cells.iter().map(|&cell| no(cell)))
}

fn bits_of_iter(yes: impl Iterator<Item = bool>, no: impl Iterator<Item = bool>) -> Bits {
    Bits { yes: packed(yes), no: packed(no) }
}

/// Packs truths eight at a time: bytes that are 0 or 1, times a number that moves the lowest bit of each to the top byte.
fn packed(truths: impl Iterator<Item = bool>) -> [u64; WORDS] {
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let mut bytes = [0u8; BLOCK];
    bytes.iter_mut().zip(truths).for_each(|(byte, truth)| *byte = u8::from(truth));
    let mut words = [0u64; WORDS];
    for (word, bytes) in words.iter_mut().zip(bytes.as_chunks::<64>().0) {
        for (place, eight) in bytes.as_chunks::<8>().0.iter().enumerate() {
            *word |= (u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56) << (place * 8);
        }
    }
    words
}

/// What one of the things asked came to for many rows.
#[derive(Debug, Clone, Default)]
struct AskedColumns {
    /// Rows that are settled.
    settled: Vec<u64>,
    value: Values,
    /// By rule: the rows for which it stands.
    stands: Vec<Vec<u64>>,
}

#[derive(Debug, Clone, Default)]
enum Values {
    /// The same for all rows, or not in force.
    #[default]
    Constant,
    /// Rows that are yes.
    Yes(Vec<u64>),
    Cells(Vec<i64>),
    Sets(Vec<Option<Members>>),
}

/// Rows with the same plan.
#[derive(Debug, Clone)]
struct Part {
    plan: usize,
    asked: Vec<AskedColumns>,
}

/// The answers for all rows of columns.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    parts: Vec<Part>,
    /// By row: its part and its place in it; nothing where there is no plan.
    places: Vec<Option<(u32, u32)>>,
}

impl Compiled {
    /// Decides all rows. Rows of different plans, such as of different versions, are told apart first.
    pub fn decide_columns(&self, columns: &Columns) -> Answers {
        let mut answers = Answers { parts: Vec::new(), places: vec![None; columns.len()] };
        let mut rows_of: Vec<(usize, Vec<u32>)> = Vec::new();
        let plans = axes::places(&self.axes, columns.len(), |slot, row| columns.cell(slot, row));
        for (row, plan) in plans.into_iter().enumerate() {
            let Some(plan) = plan.filter(|&plan| self.plans[plan].is_some()) else { continue };
            match rows_of.iter_mut().find(|(other, _)| *other == plan) {
                Some((_, rows)) => rows.push(row as u32),
                None => rows_of.push((plan, vec![row as u32])),
            }
        }
        for (place, rows) in rows_of {
            let Some(plan) = &self.plans[place] else { continue };
            let asked =
                if rows.len() == columns.len() { run(plan, columns) } else { run(plan, &columns.gather(&rows)) };
            let part = answers.parts.len() as u32;
            rows.iter().enumerate().for_each(|(at, &row)| answers.places[row as usize] = Some((part, at as u32)));
            answers.parts.push(Part { plan: place, asked });
        }
        answers
    }

    /// What one of the things asked comes to for a row; nothing where the interpreter must be asked.
    pub fn settled_row(&self, answers: &Answers, row: usize, asked: usize) -> Option<Settled> {
        let (part, at) = answers.places[row]?;
        let part = &answers.parts[part as usize];
        let (of, columns) = (&self.plans[part.plan].as_ref()?.asked[asked], &part.asked[asked]);
        let at = at as usize;
        let bit = |bits: &[u64]| bits[at / 64] >> (at % 64) & 1 == 1;
        if !bit(&columns.settled) {
            return None;
        }
        let value = match (&columns.value, &of.value) {
            (Values::Yes(yes), _) => Value::Bool(bit(yes)),
            (Values::Cells(cells), Operand::Cell(_, kind)) => kind.value(cells[at], &Members::default())?,
            (Values::Sets(sets), Operand::Set(_, id)) => Kind::Set(*id).value(0, sets[at].as_ref()?)?,
            (_, Operand::Value(value)) => value.clone(),
            _ => return Some(Settled::not_in_force()),
        };
        let because = of.because(&value, |rule| bit(&columns.stands[rule]));
        Some(Settled { status: Status::Decided, value: Some(value), version: of.version, because })
    }
}

impl Answers {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether something asked is settled and yes, or settled and no; for yes/no decisions.
    pub fn verdict(&self, row: usize, asked: usize) -> Verdict {
        let Some((part, at)) = self.places[row] else { return Verdict::UNKNOWN };
        let columns = &self.parts[part as usize].asked[asked];
        let bit = |bits: &[u64]| bits[at as usize / 64] >> (at % 64) & 1 == 1;
        match &columns.value {
            Values::Yes(yes) if bit(&columns.settled) => Verdict::of(bit(yes)),
            _ => Verdict::UNKNOWN,
        }
    }
}

fn run(plan: &Plan, columns: &Columns) -> Vec<AskedColumns> {
    let mut block = Block::default();
    let mut all: Vec<AskedColumns> = plan.asked.iter().map(AskedColumns::new).collect();
    for first in (0..columns.len()).step_by(BLOCK) {
        block.enter(plan, columns, first, BLOCK.min(columns.len() - first));
        block.run(plan, columns);
        for (asked, into) in plan.asked.iter().zip(&mut all) {
            into.take(plan, asked, &block, columns);
        }
    }
    all
}

impl AskedColumns {
    fn new(asked: &Asked) -> AskedColumns {
        let value = match asked.value {
            Operand::Truth(_) => Values::Yes(Vec::new()),
            Operand::Cell(..) => Values::Cells(Vec::new()),
            Operand::Set(..) => Values::Sets(Vec::new()),
            Operand::Value(_) | Operand::Period(..) | Operand::Open => Values::Constant,
        };
        AskedColumns { settled: Vec::new(), value, stands: vec![Vec::new(); asked.rules.len()] }
    }

    /// Takes the answers of a block.
    fn take(&mut self, plan: &Plan, asked: &Asked, block: &Block, columns: &Columns) {
        let words = block.rows.div_ceil(64);
        let in_force = asked.version.is_some();
        let open = in_force && matches!(asked.value, Operand::Period(..) | Operand::Open);
        let mut settled = [if open { 0 } else { u64::MAX }; WORDS];
        if in_force {
            for &invariant in &plan.invariants {
                settled.iter_mut().zip(block.bits(invariant).0).for_each(|(settled, yes)| *settled &= yes);
            }
        }
        for ((_, stands, _), into) in asked.rules.iter().zip(&mut self.stands) {
            let (yes, no) = block.bits(*stands);
            settled.iter_mut().zip(yes.iter().zip(no)).for_each(|(settled, (yes, no))| *settled &= yes | no);
            into.extend_from_slice(&yes[..words]);
        }
        let mut forget = |row: usize| settled[row / 64] &= !(1 << (row % 64));
        match (&mut self.value, &asked.value) {
            (Values::Yes(into), Operand::Truth(truth)) => {
                let (yes, no) = block.bits(*truth);
                settled.iter_mut().zip(yes.iter().zip(no)).for_each(|(settled, (yes, no))| *settled &= yes | no);
                into.extend_from_slice(&yes[..words]);
            }
            (Values::Cells(into), Operand::Cell(cell, _)) => {
                for row in 0..block.rows {
                    let cell = At { columns, block, row }.cell(*cell);
                    into.push(cell);
                    if cell < NONE {
                        forget(row);
                    }
                }
            }
            (Values::Sets(into), Operand::Set(set, _)) => {
                for row in 0..block.rows {
                    let members = At { columns, block, row }.set(*set);
                    into.push(members);
                    if members.is_none() {
                        forget(row);
                    }
                }
            }
            _ => {}
        }
        self.settled.extend_from_slice(&settled[..words]);
    }
}

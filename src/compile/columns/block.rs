//! A block of rows: what every step comes to for each of them.

use super::{Cells, Column, Columns, FIRST_WORD, NO_MEMBER, bit, to_byte};
use crate::compile::layout::{FIRST, Members, NONE, NOT_STATED};
use crate::compile::plan::{
    CONSTANT_VERDICTS, CellStep, Plan, Registers, Relation, SetStep, Step, Truth, TruthStep, Verdict, outcome,
};

/// Rows of a block: its registers fit the cache nearest to a core.
pub(super) const BLOCK: usize = 1024;
pub(super) const WORDS: usize = BLOCK / 64;

/// So many members are looked for one by one.
const FEW: usize = 6;

/// The rows of a block that are yes, and those that are no.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bits {
    yes: [u64; WORDS],
    no: [u64; WORDS],
}

impl Bits {
    fn all(verdict: Verdict) -> Bits {
        let fill = |set: bool| [if set { u64::MAX } else { 0 }; WORDS];
        Bits { yes: fill(verdict.is_yes()), no: fill(verdict.is_no()) }
    }

    fn get(&self, row: usize) -> Verdict {
        if bit(&self.yes, row) {
            Verdict::YES
        } else if bit(&self.no, row) {
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
pub(super) struct Block {
    first: usize,
    pub(super) rows: usize,
    verdicts: Vec<Bits>,
    /// After those of the slots.
    cells: Vec<Vec<i64>>,
    sets: Vec<Vec<Option<Members>>>,
    /// Slots about which nothing is stated, filled in.
    assumed: Vec<Option<(i64, Members)>>,
}

/// One row of a block.
pub(super) struct At<'b> {
    pub(super) columns: &'b Columns,
    pub(super) block: &'b Block,
    pub(super) row: usize,
}

impl Registers for At<'_> {
    fn verdict(&self, at: Truth) -> Verdict {
        at.of(self.block.verdicts[at.register() as usize].get(self.row))
    }

    fn cell(&self, at: u32) -> i64 {
        let slots = self.columns.columns.len();
        match (at as usize).checked_sub(slots) {
            Some(place) => of_row(&self.block.cells[place], self.row),
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
            return of_row(&self.block.sets[place], self.row);
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
    pub(super) fn enter(&mut self, plan: &Plan, columns: &Columns, first: usize, rows: usize) {
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

    pub(super) fn run(&mut self, plan: &Plan, columns: &Columns) {
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
                    let rows = if matches!(step, CellStep::Constant(_)) { 1 } else { self.rows };
                    column.extend((0..rows).map(|row| step.cell(&At { columns, block: self, row })));
                    self.cells[cells] = column;
                    cells += 1;
                }
                Step::Set(step) => {
                    let mut column = take(&mut self.sets, sets);
                    column.clear();
                    let rows = if matches!(step, SetStep::Constant(_)) { 1 } else { self.rows };
                    column.extend((0..rows).map(|row| step.members(&At { columns, block: self, row })));
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
                Some(Column::Bytes(cells)) => self.one_of(cells, members),
                _ => self.each(step, columns),
            },
            TruthStep::Is(cell, one) => match self.column(*cell, columns) {
                Some(Column::Bytes(cells)) => {
                    let one = to_byte(*one);
                    self.bits_of(cells, |byte| byte == one, |byte| byte != one && byte < NO_MEMBER)
                }
                _ => self.each(step, columns),
            },
            TruthStep::Outcome { yes, no, both, neither } => self.outcome(*yes, *no, *both, *neither),
            _ => self.each(step, columns),
        }
    }

    pub(super) fn bits(&self, at: Truth) -> (&[u64; WORDS], &[u64; WORDS]) {
        let bits = &self.verdicts[at.register() as usize];
        if at.is_not() { (&bits.no, &bits.yes) } else { (&bits.yes, &bits.no) }
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
        let mut bits = unknown;
        for word in 0..WORDS {
            let given = [yes, no, (&both.yes, &both.no), neither].map(|(yes, no)| [yes[word], no[word]]);
            [bits.yes[word], bits.no[word]] = outcome(given);
        }
        bits
    }

    /// The column of a slot that nothing fills in.
    fn column<'c>(&self, cell: u32, columns: &'c Columns) -> Option<&'c Column> {
        let column = columns.columns.get(cell as usize)?;
        self.assumed[cell as usize].is_none().then_some(column)
    }

    fn compare_to(&self, relation: Relation, cell: u32, constant: i64, columns: &Columns) -> Option<Bits> {
        match self.column(cell, columns)? {
            Column::Bytes(cells) if relation == Relation::Equal && constant >= FIRST => {
                let constant = to_byte(constant);
                // `none` is another value than this one; what is not known is neither.
                let known = |byte: u8| byte < NO_MEMBER || byte == to_byte(NONE);
                Some(self.bits_of(cells, |byte| byte == constant, |byte| byte != constant && known(byte)))
            }
            Column::Words(cells) => {
                let constant = i32::try_from(constant).ok().filter(|&constant| constant >= FIRST_WORD)?;
                Some(self.compared(relation, cells, FIRST_WORD - 1, FIRST_WORD, constant))
            }
            Column::Longs(cells) => Some(self.compared(relation, cells, NONE, FIRST, constant)),
            _ => None,
        }
    }

    fn compared<T: Copy + Ord>(&self, relation: Relation, cells: &Cells<T>, none: T, first: T, constant: T) -> Bits {
        let known = |cell: T| cell >= first;
        match relation {
            Relation::Equal => self.bits_of(cells, |cell| cell == constant, |cell| cell != constant && cell >= none),
            Relation::Less => self.bits_of(cells, |cell| cell < constant && known(cell), |cell| cell >= constant),
            Relation::LessEqual => self.bits_of(cells, |cell| cell <= constant && known(cell), |cell| cell > constant),
            Relation::Greater => self.bits_of(cells, |cell| cell > constant, |cell| cell <= constant && known(cell)),
            Relation::GreaterEqual => {
                self.bits_of(cells, |cell| cell >= constant, |cell| cell < constant && known(cell))
            }
        }
    }

    fn compare(&self, relation: Relation, a: u32, b: u32, columns: &Columns) -> Option<Bits> {
        let (Column::Words(a), Column::Words(b)) = (self.column(a, columns)?, self.column(b, columns)?) else {
            return None;
        };
        Some(match relation {
            Relation::Equal => self.bits_of_two(a, b, FIRST_WORD - 1, |a, b| a == b),
            Relation::Less => self.bits_of_two(a, b, FIRST_WORD, |a, b| a < b),
            Relation::LessEqual => self.bits_of_two(a, b, FIRST_WORD, |a, b| a <= b),
            Relation::Greater => self.bits_of_two(a, b, FIRST_WORD, |a, b| a > b),
            Relation::GreaterEqual => self.bits_of_two(a, b, FIRST_WORD, |a, b| a >= b),
        })
    }

    fn one_of(&self, cells: &Cells<u8>, members: &Members) -> Bits {
        let all: Vec<u8> = (0..NO_MEMBER).filter(|&member| members.contains(i64::from(member))).collect();
        let known = |byte: u8| byte < NO_MEMBER;
        // A few comparisons of many bytes at a time are faster than a table.
        let mut few = [all.first().copied().unwrap_or(u8::MAX); FEW];
        if !all.is_empty() && all.len() <= FEW {
            few.iter_mut().zip(&all).for_each(|(few, &member)| *few = member);
            let is_one = |byte: u8| few.iter().fold(false, |found, &member| found | (byte == member));
            return self.bits_of(cells, is_one, |byte| !is_one(byte) & known(byte));
        }
        let mut table = [false; 256];
        all.iter().for_each(|&member| table[usize::from(member)] = true);
        let is_one = |byte: u8| table[usize::from(byte)];
        self.bits_of(cells, is_one, |byte| !is_one(byte) & known(byte))
    }

    fn bits_of<T: Copy>(&self, cells: &Cells<T>, yes: impl Fn(T) -> bool, no: impl Fn(T) -> bool) -> Bits {
        let plain = cells.plain;
        let cells = &cells.cells[self.first..self.first + self.rows];
        let yes = packed(cells.iter().map(|&cell| yes(cell)));
        Bits { yes, no: if plain { opposite(&yes) } else { packed(cells.iter().map(|&cell| no(cell))) } }
    }

    fn bits_of_two(&self, a: &Cells<i32>, b: &Cells<i32>, least: i32, holds: impl Fn(i32, i32) -> bool) -> Bits {
        let rows = self.first..self.first + self.rows;
        let pairs = a.cells[rows.clone()].iter().zip(&b.cells[rows]).map(|(&a, &b)| (a, b));
        if a.plain && b.plain {
            let yes = packed(pairs.map(|(a, b)| holds(a, b)));
            return Bits { yes, no: opposite(&yes) };
        }
        let known = |a: i32, b: i32| (a >= least) & (b >= least);
        let yes = packed(pairs.clone().map(|(a, b)| known(a, b) & holds(a, b)));
        Bits { yes, no: packed(pairs.map(|(a, b)| known(a, b) & !holds(a, b))) }
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

/// What a step came to for a row: a constant stands in its column once.
fn of_row<T: Copy>(column: &[T], row: usize) -> T {
    column[row.min(column.len() - 1)]
}

fn take<T: Default>(all: &mut Vec<T>, place: usize) -> T {
    if all.len() <= place {
        all.resize_with(place + 1, T::default);
    }
    std::mem::take(&mut all[place])
}

fn opposite(words: &[u64; WORDS]) -> [u64; WORDS] {
    words.map(|word| !word)
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

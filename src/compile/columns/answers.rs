//! The answers for all rows of columns.

use super::block::{At, BLOCK, Block, WORDS};
use super::{Columns, bit};
use crate::compile::layout::{Kind, Members, NONE, UNKNOWN};
use crate::compile::plan::{Asked, Operand, Plan, Registers, Verdict};
use crate::compile::row::Settled;
use crate::compile::{Compiled, axes};
use crate::eval::Status;
use crate::value::Value;

/// What a settled answer is known by: rows with the same have the same answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mark {
    plan: u32,
    cell: i64,
    /// Which rules stand.
    stands: u64,
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
    rows: usize,
    parts: Vec<Part>,
    /// By row: its part and its place in it, nothing where there is no plan. Nothing at all where all rows have the one plan.
    places: Option<Vec<Option<(u32, u32)>>>,
}

impl Compiled {
    /// Decides all rows. Rows of different plans, such as of different versions, are told apart first.
    pub fn decide_columns(&self, columns: &Columns) -> Answers {
        let rows = columns.len();
        if let Some((place, plan)) =
            self.one_place(columns).and_then(|place| Some((place, self.plans.get(place)?.as_ref()?)))
        {
            let parts = vec![Part { plan: place, asked: run(plan, columns) }];
            return Answers { rows, parts, places: None };
        }
        let mut parts = Vec::new();
        let mut places = vec![None; rows];
        let mut rows_of: Vec<(usize, Vec<u32>)> = Vec::new();
        for row in 0..rows {
            let place = axes::place(&self.axes, |slot| columns.cell(slot, row));
            let Some(place) = place.filter(|&place| self.plans.get(place).is_some_and(Option::is_some)) else {
                continue;
            };
            match rows_of.iter_mut().find(|(other, _)| *other == place) {
                Some((_, rows)) => rows.push(row as u32),
                None => rows_of.push((place, vec![row as u32])),
            }
        }
        for (place, rows) in rows_of {
            let Some(plan) = &self.plans[place] else { continue };
            let part = parts.len() as u32;
            rows.iter().enumerate().for_each(|(at, &row)| places[row as usize] = Some((part, at as u32)));
            parts.push(Part { plan: place, asked: run(plan, &columns.gather(&rows)) });
        }
        Answers { rows, parts, places: Some(places) }
    }

    /// The place of the plan of all rows, if the least and the greatest day of each axis lie in one stretch.
    fn one_place(&self, columns: &Columns) -> Option<usize> {
        let ends = self.axes.iter().map(|axis| columns.ends(axis.slot)).collect::<Option<Vec<_>>>()?;
        let place = |end: fn(&(i64, i64)) -> i64| {
            axes::place(&self.axes, |slot| {
                let axis = self.axes.iter().position(|axis| axis.slot == slot);
                axis.map_or(UNKNOWN, |axis| end(&ends[axis]))
            })
        };
        place(|ends| ends.0).filter(|least| place(|ends| ends.1) == Some(*least))
    }

    /// Returns the mark of an answer; nothing where the interpreter must be asked, and where an answer is too large for one.
    pub fn mark(&self, answers: &Answers, row: usize, asked: usize) -> Option<Mark> {
        let (part, at) = answers.place(row)?;
        let part = &answers.parts[part as usize];
        let (columns, at) = (&part.asked[asked], at as usize);
        if !bit(&columns.settled, at) || columns.stands.len() > u64::BITS as usize {
            return None;
        }
        let cell = match &columns.value {
            Values::Constant => 0,
            Values::Yes(yes) => i64::from(bit(yes, at)),
            Values::Cells(cells) => cells[at],
            Values::Sets(_) => return None,
        };
        let stands = columns.stands.iter().rev().fold(0, |all, stands| all << 1 | u64::from(bit(stands, at)));
        Some(Mark { plan: part.plan as u32, cell, stands })
    }

    /// What one of the things asked comes to for a row; nothing where the interpreter must be asked.
    pub fn settled_row(&self, answers: &Answers, row: usize, asked: usize) -> Option<Settled> {
        let (part, at) = answers.place(row)?;
        let part = &answers.parts[part as usize];
        let (of, columns) = (&self.plans[part.plan].as_ref()?.asked[asked], &part.asked[asked]);
        let at = at as usize;
        if !bit(&columns.settled, at) {
            return None;
        }
        let value = match (&columns.value, &of.value) {
            (Values::Yes(yes), _) => Value::Bool(bit(yes, at)),
            (Values::Cells(cells), Operand::Cell(_, kind)) => kind.value(cells[at], &Members::default())?,
            (Values::Sets(sets), Operand::Set(_, id)) => Kind::Set(*id).value(0, sets[at].as_ref()?)?,
            (_, Operand::Value(value)) => value.clone(),
            _ => return Some(Settled::not_in_force()),
        };
        let because = of.because(&value, |rule| bit(&columns.stands[rule], at));
        Some(Settled { status: Status::Decided, value: Some(value), version: of.version, because })
    }
}

impl Answers {
    /// The part of a row, and its place in it.
    fn place(&self, row: usize) -> Option<(u32, u32)> {
        match &self.places {
            Some(places) => places[row],
            None => Some((0, row as u32)),
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Whether something asked is settled and yes, or settled and no; for yes/no decisions.
    pub fn verdict(&self, row: usize, asked: usize) -> Verdict {
        let Some((part, at)) = self.place(row) else { return Verdict::UNKNOWN };
        let columns = &self.parts[part as usize].asked[asked];
        match &columns.value {
            Values::Yes(yes) if bit(&columns.settled, at as usize) => Verdict::of(bit(yes, at as usize)),
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

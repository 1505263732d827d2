//! What is left of a question when everything known is put in: two applicants with the same residue get the same answer.
//!
//! An answer that is not known on what is stated takes the interpreter much longer than a pass over steps. Among many
//! applicants most questions are asked more than once: what is known differs, what is left of the rules does not. A residue
//! names what is left: from what is asked down through every step that is not known, the known values that these read.

use super::Compiled;
use super::layout::{BEYOND, FIRST, Members};
use super::plan::{CellStep, Operand, Plan, SetStep, Step, Truth, TruthStep, Verdict};
use super::row::Trace;

/// What is left to be asked of one applicant, as a key: equal residues of one [`Compiled`] have equal answers, but for the
/// rules that are set aside, which are no part of an outcome or its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Residue(Box<[u64]>);

/// What a key says of a step that is needed: with the key of what is needed before it, each can be told from the others.
const OPEN: u64 = 0;
const NO: u64 = 1;
/// Yes, or known: the value follows.
const YES: u64 = 2;

/// A register that a step reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Register {
    Truth(u32),
    Cell(u32),
    Set(u32),
}

impl Operand {
    /// The registers where it stands.
    pub(crate) fn registers(&self) -> impl Iterator<Item = Register> {
        let (first, second) = match self {
            Operand::Truth(truth) => (Some(Register::Truth(truth.register())), None),
            Operand::Cell(cell, _) => (Some(Register::Cell(*cell)), None),
            Operand::Set(set, _) => (Some(Register::Set(*set)), None),
            Operand::Period(start, end, _) => (Some(Register::Cell(*start)), end.map(Register::Cell)),
            Operand::Value(_) | Operand::Open => (None, None),
        };
        first.into_iter().chain(second)
    }
}

impl Step {
    /// Calls `f` with each register that the step reads.
    fn registers(&self, mut f: impl FnMut(Register)) {
        match self {
            Step::Truth(step) => truth_registers(step, f),
            Step::Cell(step) => cell_registers(step, f),
            Step::Set(step) => match step {
                SetStep::Constant(_) => {}
                SetStep::If(condition, a, b) => {
                    f(Register::Truth(condition.register()));
                    [*a, *b].map(Register::Set).into_iter().for_each(f);
                }
                SetStep::Lookup { day, .. } => f(Register::Cell(*day)),
                SetStep::Gather(parts) => parts.iter().for_each(|(stands, set)| {
                    f(Register::Truth(stands.register()));
                    f(Register::Set(*set));
                }),
            },
        }
    }
}

fn truth_registers(step: &TruthStep, mut f: impl FnMut(Register)) {
    let truth = |truth: &Truth| Register::Truth(truth.register());
    match step {
        TruthStep::All(parts) | TruthStep::Any(parts) | TruthStep::AtLeast(_, parts) => {
            parts.iter().map(truth).for_each(f);
        }
        TruthStep::If(a, b, c) => [a, b, c].map(truth).into_iter().for_each(f),
        TruthStep::Same(a, b) => [a, b].map(truth).into_iter().for_each(f),
        TruthStep::Compare(_, a, b) => [*a, *b].map(Register::Cell).into_iter().for_each(f),
        TruthStep::CompareTo(_, cell, _)
        | TruthStep::OneOf(cell, _)
        | TruthStep::Is(cell, _)
        | TruthStep::Among(cell, _)
        | TruthStep::IsNone(cell) => f(Register::Cell(*cell)),
        TruthStep::Holds(set, _) | TruthStep::IsEmpty(set) => f(Register::Set(*set)),
        TruthStep::HoldsCell(set, cell) => {
            f(Register::Set(*set));
            f(Register::Cell(*cell));
        }
        TruthStep::Overlaps(a, b) | TruthStep::Within(a, b) | TruthStep::SameSet(a, b) => {
            [*a, *b].map(Register::Set).into_iter().for_each(f);
        }
        TruthStep::InPeriod(day, start, end, _) => {
            [Some(*day), Some(*start), *end].into_iter().flatten().map(Register::Cell).for_each(f);
        }
        TruthStep::Outcome { yes, no, neither, .. } => {
            [Some(yes), Some(no), neither.as_ref()].into_iter().flatten().map(truth).for_each(f);
        }
    }
}

fn cell_registers(step: &CellStep, mut f: impl FnMut(Register)) {
    match step {
        CellStep::Constant(_) => {}
        CellStep::Add(a, b)
        | CellStep::Subtract(a, b)
        | CellStep::Multiply(a, b)
        | CellStep::AddMonths(a, b, _)
        | CellStep::AddDays(a, b)
        | CellStep::DaysBetween(a, b)
        | CellStep::MonthsBetween(a, b, ..) => [*a, *b].map(Register::Cell).into_iter().for_each(f),
        CellStep::Scale(a, _)
        | CellStep::Round(a, ..)
        | CellStep::Whole(a, _)
        | CellStep::WeekdayOf(a)
        | CellStep::EndOfMonth(a)
        | CellStep::Civil(a)
        | CellStep::Lookup { day: a, .. }
        | CellStep::Marginal { amount: a, .. } => f(Register::Cell(*a)),
        CellStep::Min(parts) | CellStep::Max(parts) => parts.iter().copied().map(Register::Cell).for_each(f),
        CellStep::Count(set) => f(Register::Set(*set)),
        CellStep::If(condition, a, b) => {
            f(Register::Truth(condition.register()));
            [*a, *b].map(Register::Cell).into_iter().for_each(f);
        }
        CellStep::FirstRow { rows, otherwise } | CellStep::Agreed { rows, otherwise } => {
            rows.iter().for_each(|(condition, cell)| {
                f(Register::Truth(condition.register()));
                f(Register::Cell(*cell));
            });
            otherwise.iter().copied().map(Register::Cell).for_each(f);
        }
        CellStep::Ranked { values, otherwise } => {
            values.iter().for_each(|(stands, ..)| f(Register::Truth(stands.register())));
            otherwise.iter().copied().map(Register::Cell).for_each(f);
        }
        CellStep::Sum(parts) => parts.iter().for_each(|(stands, cell)| {
            f(Register::Truth(stands.register()));
            f(Register::Cell(*cell));
        }),
    }
}

/// Which registers are needed.
struct Needed {
    truths: Vec<bool>,
    cells: Vec<bool>,
    sets: Vec<bool>,
}

impl Needed {
    fn mark(&mut self, register: Register) {
        match register {
            Register::Truth(at) => self.truths[at as usize] = true,
            Register::Cell(at) => self.cells[at as usize] = true,
            Register::Set(at) => self.sets[at as usize] = true,
        }
    }
}

impl Compiled {
    /// Returns what is left to be asked of an applicant after [`Compiled::decide`]. Nothing where there is no plan, or it
    /// rests on facts that no slot holds.
    pub fn residue(&self, trace: &Trace) -> Option<Residue> {
        let place = trace.place?;
        let plan = self.plans[place].as_ref().filter(|plan| !plan.reads_more)?;
        let mut needed = Needed {
            truths: vec![false; trace.verdicts.len()],
            cells: vec![false; trace.cells.len()],
            sets: vec![false; trace.sets.len()],
        };
        asked(plan, |register| needed.mark(register));
        let mut key = vec![place as u64];
        let slots = self.layout.slots.len();
        let (mut truth, mut cell, mut set) = (trace.verdicts.len(), trace.cells.len(), trace.sets.len());
        // From the last step to the first: a step is needed by steps behind it only.
        for step in plan.steps.iter().rev() {
            match step {
                Step::Truth(_) => {
                    truth -= 1;
                    match trace.verdicts[truth] {
                        _ if !needed.truths[truth] => continue,
                        Verdict::UNKNOWN => {}
                        verdict => {
                            key.push(if verdict.is_yes() { YES } else { NO });
                            continue;
                        }
                    }
                }
                Step::Cell(_) => {
                    cell -= 1;
                    if !needed.cells[cell] {
                        continue;
                    }
                    if trace.cells[cell] >= FIRST {
                        key.extend([YES, trace.cells[cell] as u64]);
                        continue;
                    }
                }
                Step::Set(_) => {
                    set -= 1;
                    if !needed.sets[set] {
                        continue;
                    }
                    if let Some(Members(words)) = trace.sets[set] {
                        key.push(YES);
                        key.extend(words);
                        continue;
                    }
                }
            }
            key.push(OPEN);
            step.registers(|register| needed.mark(register));
        }
        for slot in 0..slots {
            if needed.truths[slot] || needed.cells[slot] || needed.sets[slot] {
                if trace.cells[slot] == BEYOND {
                    return None;
                }
                key.push(trace.cells[slot] as u64);
                if let Some(Members(words)) = trace.sets[slot].filter(|_| needed.sets[slot]) {
                    key.extend(words);
                }
            }
        }
        Some(Residue(key.into()))
    }
}

/// The registers that answers rest on: outcomes, rules, invariants, and what steps could not take in.
fn asked(plan: &Plan, mut f: impl FnMut(Register)) {
    plan.invariants.iter().for_each(|truth| f(Register::Truth(truth.register())));
    for asked in &plan.asked {
        asked.value.registers().for_each(&mut f);
        asked.rules.iter().for_each(|(_, stands, _)| f(Register::Truth(stands.register())));
    }
    plan.beside.iter().copied().for_each(f);
}

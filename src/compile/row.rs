//! One applicant: a pass over the steps of a plan.

use super::layout::{FIRST, Kind, Members, NOT_STATED, Row, UNKNOWN};
use super::plan::{Asked, CONSTANT_VERDICTS, Operand, Plan, Registers, Step, Truth, Verdict};
use super::{Compiled, axes};
use crate::eval::{Reason, Status};
use crate::program::{RuleId, VersionId};
use crate::value::Value;

/// What every step came to for one applicant: compact, and kept from one row to the next so that deciding allocates
/// nothing.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// The plan; nothing where there is none for the row.
    pub(super) place: Option<usize>,
    pub(super) verdicts: Vec<Verdict>,
    pub(super) cells: Vec<i64>,
    pub(super) sets: Vec<Option<Members>>,
}

/// One thing asked that is settled.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// Decided, or not in force.
    pub status: Status,
    /// The value, if decided.
    pub value: Option<Value>,
    /// The version in force.
    pub version: Option<VersionId>,
    /// What decided (D9).
    pub because: Vec<Reason>,
}

impl Registers for Trace {
    fn verdict(&self, at: Truth) -> Verdict {
        at.of(self.verdicts[at.register() as usize])
    }

    fn cell(&self, at: u32) -> i64 {
        self.cells[at as usize]
    }

    fn set(&self, at: u32) -> Option<Members> {
        self.sets[at as usize]
    }
}

impl Compiled {
    /// Decides one applicant. The trace holds what every step came to; whether something asked is settled says
    /// [`Compiled::settled`].
    pub fn decide(&self, row: &Row, trace: &mut Trace) {
        trace.place = axes::place(&self.axes, |slot| row.cells[slot])
            .filter(|&place| self.plans.get(place).is_some_and(Option::is_some));
        let Some(plan) = trace.place.and_then(|place| self.plans[place].as_ref()) else { return };
        let slots = &self.layout.slots;
        trace.cells.clear();
        trace.cells.extend_from_slice(&row.cells);
        // Those of slots that are no sets stay as they are: nothing.
        trace.sets.truncate(slots.len());
        trace.sets.resize(slots.len(), None);
        for &slot in &self.set_slots {
            trace.sets[slot] = (row.cells[slot] >= FIRST).then(|| row.sets[slot]);
        }
        for &(slot, cell, members) in &plan.assumed {
            if trace.cells[slot] == NOT_STATED {
                trace.cells[slot] = cell;
                if self.set_slots.contains(&slot) {
                    trace.sets[slot] = Some(members);
                }
            }
        }
        trace.verdicts.clear();
        trace.verdicts.extend(trace.cells.iter().map(|&cell| Verdict::of_cell(cell)));
        trace.verdicts.extend(CONSTANT_VERDICTS);
        let (mut truth, mut cell, mut set) = (trace.verdicts.len(), trace.cells.len(), trace.sets.len());
        trace.verdicts.resize(truth + plan.truths, Verdict::UNKNOWN);
        trace.cells.resize(cell + plan.cells, UNKNOWN);
        trace.sets.resize(set + plan.sets, None);
        for step in &plan.steps {
            match step {
                Step::Truth(step) => {
                    trace.verdicts[truth] = step.verdict(trace);
                    truth += 1;
                }
                Step::Cell(step) => {
                    trace.cells[cell] = step.cell(trace);
                    cell += 1;
                }
                Step::Set(step) => {
                    trace.sets[set] = step.members(trace);
                    set += 1;
                }
            }
        }
    }

    /// What one of the things asked, by its place in the request, comes to; nothing where the interpreter must be asked.
    pub fn settled(&self, trace: &Trace, asked: usize) -> Option<Settled> {
        let plan = self.plans[trace.place?].as_ref()?;
        let asked = &plan.asked[asked];
        if asked.version.is_none() {
            return Some(Settled::not_in_force());
        }
        if !is_settled(plan, asked, trace) {
            return None;
        }
        let value = value(asked, trace)?;
        let because = asked.because(&value, |rule| trace.verdict(asked.rules[rule].1).is_yes());
        Some(Settled { status: Status::Decided, value: Some(value), version: asked.version, because })
    }

    /// Whether one of the things asked is decided yes or no: the shortest way to an answer that is one.
    pub fn verdict(&self, trace: &Trace, asked: usize) -> Verdict {
        let plan = trace.place.and_then(|place| self.plans[place].as_ref());
        match plan.map(|plan| (plan, &plan.asked[asked])) {
            Some((plan, asked)) if asked.version.is_some() && is_settled(plan, asked, trace) => match &asked.value {
                Operand::Truth(truth) => trace.verdict(*truth),
                Operand::Value(Value::Bool(yes)) => Verdict::of(*yes),
                _ => Verdict::UNKNOWN,
            },
            _ => Verdict::UNKNOWN,
        }
    }
}

/// Whether all invariants hold and it is known of each rule whether it stands: then the answer is the interpreter's.
pub(super) fn is_settled(plan: &Plan, asked: &Asked, row: &impl Registers) -> bool {
    plan.invariants.iter().all(|&invariant| row.verdict(invariant).is_yes())
        && asked.rules.iter().all(|(_, stands, _)| row.verdict(*stands) != Verdict::UNKNOWN)
}

fn value(asked: &Asked, row: &impl Registers) -> Option<Value> {
    match &asked.value {
        Operand::Value(value) => Some(value.clone()),
        Operand::Truth(truth) => match row.verdict(*truth) {
            Verdict::UNKNOWN => None,
            verdict => Some(Value::Bool(verdict.is_yes())),
        },
        Operand::Cell(cell, kind) => kind.value(row.cell(*cell), &Members::default()),
        Operand::Set(set, id) => row.set(*set).and_then(|members| Kind::Set(*id).value(0, &members)),
        Operand::Period(..) | Operand::Open => None,
    }
}

impl Asked {
    /// The reasons of an outcome, by which rules stand.
    pub(super) fn because(&self, outcome: &Value, stands: impl Fn(usize) -> bool) -> Vec<Reason> {
        if self.by_expression {
            return self.origin.map(Reason::Expression).into_iter().collect();
        }
        let counts = |(place, (rule, _, with)): (usize, &(RuleId, Truth, Option<Value>))| {
            (stands(place) && with.as_ref().is_none_or(|with| with == outcome)).then_some(Reason::Rule(*rule))
        };
        let mut because: Vec<Reason> = self.rules.iter().enumerate().filter_map(counts).collect();
        if because.is_empty() {
            because.extend(self.origin.map(Reason::Otherwise));
        }
        because
    }
}

impl Settled {
    pub(super) fn not_in_force() -> Settled {
        Settled { status: Status::NotInForce, value: None, version: None, because: Vec::new() }
    }
}

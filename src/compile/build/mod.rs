//! From the lowered form to steps, for days between two boundaries.
//!
//! The order of evaluation is [`Walk`]'s, as for every engine; what an operation means for operands that are the same for
//! every row is the kernel's. Only operations on registers are decided here, by type.

use std::collections::{BTreeSet, HashMap};

use super::layout::{Kind, Layout, Members, members_of};
use super::plan::{Asked, CellStep, Operand, Plan, Step, Truth, TruthStep};
use super::residue::Register;
use crate::eval::kernel::decide::exceptions_first;
use crate::eval::kernel::{self, Key, apply};
use crate::eval::scope::Scope;
use crate::eval::walk::{Algebra, Elements, Parts, Walk, each};
use crate::eval::{Picked, Request};
use crate::facts::Slot;
use crate::program::{DecisionId, EVALUATION_TIME, FactId, FoldKind, NodeId, Op, PolicyId, Program, RuleId};
use crate::value::{EnumId, Evaluated, Value};

mod apply;
mod compare;
mod data;
mod decide;
mod registers;

/// The most steps of a plan; a larger one would take longer than it saves.
const MAX_STEPS: usize = 20_000;
/// The most decimals of a number in a cell: nine digits are left before them.
const MAX_SCALE: u32 = 9;

/// Makes steps, each once.
pub(super) struct Builder<'p> {
    pub(super) program: &'p Program,
    scope: &'p Scope,
    layout: &'p Layout,
    steps: Vec<Step>,
    known: HashMap<Step, u32>,
    truths: Vec<usize>,
    cells: u32,
    sets: u32,
    /// Whether each rule of a decision stands, and its value where that is the same for everybody.
    decisions: HashMap<DecisionId, Vec<(RuleId, Truth, Option<Value>)>>,
    /// What operations that came to nothing here read.
    beside: BTreeSet<Register>,
    /// Whether a fact without a slot was read.
    reads_more: bool,
}

/// Compiles what is asked for the versions that a scope has picked. Nothing where that takes too many steps, or a version
/// is not picked.
pub(super) fn plan(program: &Program, layout: &Layout, request: &Request, scope: &Scope) -> Option<Plan> {
    let settled = |&policy: &PolicyId| scope.picked[policy.index()] != Some(Picked::Unknown);
    if !scope.reached().iter().all(settled) {
        return None;
    }
    let builder = Builder {
        program,
        scope,
        layout,
        steps: Vec::new(),
        known: HashMap::new(),
        truths: Vec::new(),
        cells: layout.slots.len() as u32,
        sets: layout.slots.len() as u32,
        decisions: HashMap::new(),
        beside: BTreeSet::new(),
        reads_more: false,
    };
    let mut walk = Walk::new(program, scope, builder);
    let mut invariants = Vec::new();
    let mut asked = Vec::new();
    for &family in &request.asked {
        let policy = program.family(family).policy.unwrap_or(request.policy);
        let Some(version) = scope.version(policy) else {
            let value = Operand::Open;
            asked.push(Asked { version: None, value, rules: Vec::new(), origin: None, by_expression: false });
            continue;
        };
        let value = walk.asked(family, &[version], true);
        asked.push(decide::asked(&mut walk.algebra, family, version, value));
        for (invariant, _) in scope.invariants(program, policy) {
            let truth = walk.node(invariant.node);
            let truth = walk.algebra.truth(&truth);
            if truth != walk.algebra.always() && !invariants.contains(&truth) {
                invariants.push(truth);
            }
        }
    }
    let builder = walk.algebra;
    let assumed = scope.assumed.keys().filter_map(|&fact| {
        let slot = layout.slot(fact)?;
        let Slot::Given(value) = scope.slot(fact) else { return None };
        let kind = layout.slots[slot].kind;
        match kind {
            Kind::Set(id) => Some((slot, 0, members_of(id, value)?)),
            kind => Some((slot, kind.cell(value), Members::default())),
        }
    });
    let assumed = assumed.collect();
    let beside = builder.beside.into_iter().collect();
    let slots = layout.slots.len();
    let plan = Plan {
        assumed,
        truths: builder.truths.len(),
        cells: builder.cells as usize - slots,
        sets: builder.sets as usize - slots,
        steps: builder.steps,
        invariants,
        asked,
        beside,
        reads_more: builder.reads_more,
    };
    (plan.steps.len() <= MAX_STEPS).then_some(plan)
}

impl Algebra for Builder<'_> {
    type Result = Operand;

    fn constant(&mut self, value: Evaluated) -> Operand {
        constant(&value)
    }

    fn fact(&mut self, fact: FactId) -> Operand {
        let Some(slot) = self.layout.slot(fact) else {
            self.reads_more |= fact != EVALUATION_TIME;
            return Operand::Open;
        };
        match self.layout.slots[slot].kind {
            Kind::YesNo => Operand::Truth(Truth::at(slot as u32)),
            Kind::Set(id) => Operand::Set(slot as u32, id),
            kind => Operand::Cell(slot as u32, kind),
        }
    }

    fn apply(&mut self, key: Key, operands: &[Operand]) -> Operand {
        if let Key::InForce(version) = key {
            return constant(&self.scope.in_force(self.program, version));
        }
        let values: Option<Vec<Evaluated>> = operands
            .iter()
            .map(|operand| match operand {
                Operand::Value(value) => Some(Evaluated::Value(value.clone())),
                _ => None,
            })
            .collect();
        if let Some(values) = values {
            return constant(&apply(self.program, key, &values.iter().collect::<Vec<_>>()));
        }
        let result = self.apply_key(key, operands);
        if result == Operand::Open {
            self.beside.extend(operands.iter().flat_map(Operand::registers));
        }
        result
    }

    fn field(&mut self, _: NodeId, record: &Operand, index: u32) -> Operand {
        match record {
            Operand::Value(value) => constant(&kernel::field(&Evaluated::Value(value.clone()), index)),
            // The fields of records have no slots.
            _ => Operand::Open,
        }
    }

    fn elements(&mut self, _: NodeId, domain: &Operand, _: Option<FoldKind>) -> Elements<Operand> {
        match domain {
            Operand::Value(value) => match kernel::elements(&Evaluated::Value(value.clone())) {
                Ok(values) => each(values, Operand::Value),
                Err(whole) => Elements::Whole(constant(&whole)),
            },
            &Operand::Set(set, id) => {
                let members = 0..self.program.enum_type(id).members.len() as u32;
                let element = |member| {
                    let holds = self.truth_step(TruthStep::Holds(set, member));
                    (Some(Operand::Truth(holds)), Operand::Value(Value::Member(id, member)))
                };
                Elements::Each(members.map(element).collect())
            }
            _ => Elements::Whole(Operand::Open),
        }
    }

    fn range(&mut self, from: &Operand, to: &Operand) -> Elements<Operand> {
        match (from, to) {
            (Operand::Value(from), Operand::Value(to)) => {
                match kernel::range(&Evaluated::Value(from.clone()), &Evaluated::Value(to.clone())) {
                    Ok(values) => each(values, Operand::Value),
                    Err(whole) => Elements::Whole(constant(&whole)),
                }
            }
            _ => Elements::Whole(Operand::Open),
        }
    }

    fn decide(&mut self, id: DecisionId, parts: Parts<Operand>) -> Operand {
        decide::by_rules(self, id, &parts)
    }

    fn finish(&mut self, id: DecisionId, value: &Operand) -> Operand {
        let ty = self.program.decision(id).ty.clone();
        self.ranged(&ty, value.clone())
    }
}

impl Builder<'_> {
    /// Applies an operation to operands not all of which are the same for every row.
    fn apply_key(&mut self, key: Key, operands: &[Operand]) -> Operand {
        match key {
            Key::Node(id) => {
                // The moment inside a day matters to no plan, but to what compares it.
                if !matches!(self.program.op(id), Op::Dated(..) | Op::Scale(..)) {
                    let moment = |node: NodeId| *self.program.op(node) == Op::Fact(EVALUATION_TIME);
                    self.reads_more |= self.program.op(id).children().into_iter().any(moment);
                }
                self.apply_op(id, operands)
            }
            Key::All | Key::Any => {
                let parts: Vec<Truth> = operands.iter().map(|part| self.truth(part)).collect();
                if key == Key::All { self.all(&parts) } else { self.any(&parts) }
            }
            Key::Not => match &operands[0] {
                Operand::Truth(truth) => Operand::Truth(truth.not()),
                _ => Operand::Open,
            },
            Key::If => self.choose(&operands[0], &operands[1], &operands[2]),
            Key::Fold(FoldKind::Count) => {
                let one = Operand::Value(Value::integer(1));
                let parts: Vec<(Truth, &Operand)> =
                    operands.iter().step_by(2).map(|condition| (self.truth(condition), &one)).collect();
                self.sum(&parts)
            }
            Key::Fold(FoldKind::Sum) => {
                let parts: Vec<(Truth, &Operand)> =
                    operands.chunks_exact(2).map(|pair| (self.truth(&pair[0]), &pair[1])).collect();
                self.sum(&parts)
            }
            _ => Operand::Open,
        }
    }

    /// Whether each rule stands (D4), in the order of the rules.
    pub(super) fn standing(&mut self, applies: &[Operand], exceptions: &[Vec<usize>]) -> Vec<Truth> {
        let mut stands: Vec<Truth> = applies.iter().map(|applies| self.truth(applies)).collect();
        for rule in exceptions_first(exceptions) {
            if !exceptions[rule].is_empty() {
                let parts: Vec<Truth> = [stands[rule]]
                    .into_iter()
                    .chain(exceptions[rule].iter().map(|&other| stands[other].not()))
                    .collect();
                let all = self.all(&parts);
                stands[rule] = self.truth(&all);
            }
        }
        stands
    }

    /// The sum of amounts that count.
    pub(super) fn sum(&mut self, parts: &[(Truth, &Operand)]) -> Operand {
        let zero = Operand::Value(Value::integer(0));
        let amounts: Vec<&Operand> = parts.iter().map(|&(_, amount)| amount).chain([&zero]).collect();
        match self.cells(&amounts) {
            Some((cells, kind @ Kind::Number(_))) => {
                let parts = parts.iter().map(|&(stands, _)| stands).zip(cells).collect();
                Operand::Cell(self.cell_step(CellStep::Sum(parts)), kind)
            }
            _ => Operand::Open,
        }
    }
}

/// What is the same for every row: a value, or (unknown, an error) nothing that counts.
fn constant(result: &Evaluated) -> Operand {
    match result {
        Evaluated::Value(value) => Operand::Value(value.clone()),
        _ => Operand::Open,
    }
}

fn kind_of(value: &Value) -> Option<Kind> {
    match value {
        Value::Number(number) => Some(Kind::Number(number.normalize().scale())),
        Value::Date(_) => Some(Kind::Date),
        Value::Time(_) => Some(Kind::Time),
        Value::Member(id, _) => Some(Kind::Member(*id)),
        _ => None,
    }
}

fn enum_of(value: &Value) -> Option<EnumId> {
    match value {
        Value::Set(members) => members.iter().find_map(|member| match member {
            Value::Member(id, _) => Some(*id),
            _ => None,
        }),
        _ => None,
    }
}

//! From the lowered form to steps, for days between two boundaries.
//!
//! The order of evaluation is [`Walk`]'s, as for every engine; what an operation means for operands that are the same for
//! every row is the kernel's. Only operations on registers are decided here, by type.

use std::collections::HashMap;

use super::decide;
use super::layout::{FIRST, Kind, Layout, MAX_SET_MEMBERS, Members, NONE, UNKNOWN, day_number, members_of, scaled};
use super::plan::{Asked, CellAt, CellStep, Operand, Plan, Relation, SetAt, SetStep, Step, Truth, TruthStep};
use crate::eval::Request;
use crate::eval::kernel::decide::exceptions_first;
use crate::eval::kernel::{self, Key, apply};
use crate::eval::scope::Scope;
use crate::eval::walk::{Algebra, Elements, Parts, Walk, each};
use crate::facts::Slot;
use crate::program::{Clock, DecisionId, FactId, FoldKind, HitKind, NodeId, Op, Program, RuleId};
use crate::value::{EnumId, Evaluated, Type, Value};

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
    pub(super) decisions: HashMap<DecisionId, Vec<(RuleId, Truth, Option<Value>)>>,
}

/// Compiles what is asked for the versions that a scope has picked. Nothing where that takes too many steps, or a version
/// is not picked.
pub(super) fn plan(program: &Program, layout: &Layout, request: &Request, scope: &Scope) -> Option<Plan> {
    let settled =
        |&policy: &crate::program::PolicyId| scope.picked[policy.index()] != Some(crate::eval::Picked::Unknown);
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
    (builder.steps.len() <= MAX_STEPS).then_some(Plan { assumed, steps: builder.steps, invariants, asked })
}

impl Builder<'_> {
    /// The register that is always yes.
    pub(super) fn always(&self) -> Truth {
        Truth { at: self.layout.slots.len() as u32, not: false }
    }

    fn open_truth(&self) -> Truth {
        Truth { at: self.layout.slots.len() as u32 + 1, not: false }
    }

    pub(super) fn truth_step(&mut self, step: TruthStep) -> Truth {
        let base = self.layout.slots.len() as u32 + 2;
        let step = Step::Truth(step);
        if let Some(&at) = self.known.get(&step) {
            return Truth { at, not: false };
        }
        let at = base + self.truths.len() as u32;
        self.truths.push(self.steps.len());
        self.known.insert(step.clone(), at);
        self.steps.push(step);
        Truth { at, not: false }
    }

    pub(super) fn cell_step(&mut self, step: CellStep) -> CellAt {
        let step = Step::Cell(step);
        if let Some(&at) = self.known.get(&step) {
            return at;
        }
        self.known.insert(step.clone(), self.cells);
        self.steps.push(step);
        self.cells += 1;
        self.cells - 1
    }

    pub(super) fn set_step(&mut self, step: SetStep) -> SetAt {
        let step = Step::Set(step);
        if let Some(&at) = self.known.get(&step) {
            return at;
        }
        self.known.insert(step.clone(), self.sets);
        self.steps.push(step);
        self.sets += 1;
        self.sets - 1
    }

    /// The verdict register of an operand.
    pub(super) fn truth(&self, operand: &Operand) -> Truth {
        match operand {
            Operand::Value(Value::Bool(yes)) => Truth { not: !yes, ..self.always() },
            Operand::Truth(truth) => *truth,
            _ => self.open_truth(),
        }
    }

    fn step_of(&self, truth: Truth) -> Option<&TruthStep> {
        let place = (truth.at as usize).checked_sub(self.layout.slots.len() + 2)?;
        match self.steps.get(*self.truths.get(place)?) {
            Some(Step::Truth(step)) => Some(step),
            _ => None,
        }
    }

    /// `and` of verdicts.
    pub(super) fn all(&mut self, parts: &[Truth]) -> Operand {
        match self.junction(parts) {
            truth if truth == self.always() => Operand::Value(Value::Bool(true)),
            truth if truth == self.always().not() => Operand::Value(Value::Bool(false)),
            truth if truth.at == self.open_truth().at => Operand::Open,
            truth => Operand::Truth(truth),
        }
    }

    /// `or` of verdicts.
    pub(super) fn any(&mut self, parts: &[Truth]) -> Operand {
        let denied: Vec<Truth> = parts.iter().map(|part| part.not()).collect();
        match self.all(&denied) {
            Operand::Value(Value::Bool(yes)) => Operand::Value(Value::Bool(!yes)),
            Operand::Truth(truth) => Operand::Truth(truth.not()),
            other => other,
        }
    }

    /// `and`; its opposite is the `or` of the opposites, so that there is one form of both.
    fn junction(&mut self, parts: &[Truth]) -> Truth {
        let (yes, no) = (self.always(), self.always().not());
        let mut kept: Vec<Truth> = Vec::new();
        // Members that a set must not hold: one test for all of them.
        let mut without: Vec<(SetAt, Members)> = Vec::new();
        for &part in parts {
            if part == no {
                return no;
            }
            match self.step_of(part) {
                Some(&TruthStep::Holds(set, member)) if part.not => {
                    match without.iter_mut().find(|(other, _)| *other == set) {
                        Some((_, members)) => members.insert(member),
                        None => {
                            let mut members = Members::default();
                            members.insert(member);
                            without.push((set, members));
                        }
                    }
                }
                _ if part == yes || kept.contains(&part) => {}
                _ => kept.push(part),
            }
        }
        for (set, members) in without {
            let member = members.only();
            let step = match member {
                Some(member) => TruthStep::Holds(set, member),
                None => {
                    let constant = self.set_step(SetStep::Constant(members));
                    TruthStep::Overlaps(set, constant)
                }
            };
            kept.push(self.truth_step(step).not());
        }
        match kept[..] {
            [] => yes,
            [one] => one,
            _ if kept.iter().all(|part| part.not) => {
                let parts = kept.iter().map(|part| part.not()).collect();
                self.truth_step(TruthStep::Any(parts)).not()
            }
            _ => self.truth_step(TruthStep::All(kept.into())),
        }
    }

    fn constant(&mut self, cell: i64) -> CellAt {
        self.cell_step(CellStep::Constant(cell))
    }

    fn scaled_to(&mut self, cell: CellAt, from: u32, to: u32) -> CellAt {
        if from == to { cell } else { self.cell_step(CellStep::Scale(cell, 10i64.pow(to - from))) }
    }

    /// Brings operands to cells of one kind. Nothing where they are of different kinds, or no cells.
    pub(super) fn cells(&mut self, operands: &[&Operand]) -> Option<(Vec<CellAt>, Kind)> {
        let mut common: Option<Kind> = None;
        for operand in operands {
            let kind = match operand {
                Operand::Cell(_, kind) => *kind,
                Operand::Value(Value::None) | Operand::Open => continue,
                Operand::Value(value) => kind_of(value)?,
                _ => return None,
            };
            common = match (common, kind) {
                (None, kind) => Some(kind),
                (Some(Kind::Number(a)), Kind::Number(b)) => Some(Kind::Number(a.max(b))),
                (Some(other), kind) if other == kind => Some(kind),
                _ => return None,
            };
        }
        let common = common?;
        if matches!(common, Kind::Number(scale) if scale > MAX_SCALE) {
            return None;
        }
        let mut cells = Vec::new();
        for operand in operands {
            cells.push(match (operand, common) {
                (&&Operand::Cell(cell, Kind::Number(from)), Kind::Number(to)) => self.scaled_to(cell, from, to),
                (&&Operand::Cell(cell, _), _) => cell,
                (Operand::Value(value), kind) => {
                    let cell = kind.cell(value);
                    self.constant(cell)
                }
                _ => self.constant(UNKNOWN),
            });
        }
        Some((cells, common))
    }

    fn compare(&mut self, relation: Relation, a: &Operand, b: &Operand) -> Operand {
        match (a, b) {
            (Operand::Value(_), Operand::Cell(..)) => self.compare(relation.turned(), b, a),
            (&Operand::Cell(cell, kind), Operand::Value(value)) => {
                let (cell, constant) = match (kind, value) {
                    (Kind::Number(scale), Value::Number(number)) => {
                        let finer = number.normalize().scale().max(scale);
                        if finer > MAX_SCALE {
                            return Operand::Open;
                        }
                        (self.scaled_to(cell, scale, finer), scaled(*number, finer).unwrap_or(UNKNOWN))
                    }
                    (kind, value) => (cell, kind.cell(value)),
                };
                if constant == UNKNOWN || (constant == NONE && relation != Relation::Equal) {
                    return Operand::Open;
                }
                Operand::Truth(self.truth_step(TruthStep::CompareTo(relation, cell, constant)))
            }
            (Operand::Cell(..), Operand::Cell(..)) => match self.cells(&[a, b]) {
                Some((cells, _)) => Operand::Truth(self.truth_step(TruthStep::Compare(relation, cells[0], cells[1]))),
                None => Operand::Open,
            },
            (Operand::Truth(truth), Operand::Value(Value::Bool(yes)))
            | (Operand::Value(Value::Bool(yes)), Operand::Truth(truth))
                if relation == Relation::Equal =>
            {
                Operand::Truth(Truth { not: truth.not == *yes, ..*truth })
            }
            (Operand::Truth(a), Operand::Truth(b)) if relation == Relation::Equal => {
                Operand::Truth(self.truth_step(TruthStep::Same(*a, *b)))
            }
            (Operand::Set(..), _) | (_, Operand::Set(..)) if relation == Relation::Equal => {
                self.two_sets(a, b, TruthStep::SameSet)
            }
            _ => Operand::Open,
        }
    }

    /// The set registers of two operands, one of which is a register.
    fn two_sets(&mut self, a: &Operand, b: &Operand, step: impl Fn(SetAt, SetAt) -> TruthStep) -> Operand {
        match self.sets(&[a, b]) {
            Some((sets, _)) => Operand::Truth(self.truth_step(step(sets[0], sets[1]))),
            None => Operand::Open,
        }
    }

    /// Brings operands to sets of members of one enum.
    pub(super) fn sets(&mut self, operands: &[&Operand]) -> Option<(Vec<SetAt>, EnumId)> {
        let id = operands.iter().find_map(|operand| match operand {
            Operand::Set(_, id) => Some(*id),
            Operand::Value(value) => enum_of(value),
            _ => None,
        })?;
        let mut sets = Vec::new();
        for operand in operands {
            sets.push(match operand {
                Operand::Set(set, of) if *of == id => *set,
                Operand::Value(value) => {
                    let members = members_of(id, value)?;
                    self.set_step(SetStep::Constant(members))
                }
                _ => return None,
            });
        }
        Some((sets, id))
    }

    fn is_in(&mut self, value: &Operand, of: &Operand) -> Operand {
        let step = match (value, of) {
            (Operand::Cell(cell, Kind::Member(id)), Operand::Value(set))
                if self.program.enum_type(*id).members.len() <= MAX_SET_MEMBERS =>
            {
                // Other values of an open enum are in no cell; as parts of a set they are passed over.
                let Value::Set(all) = set else { return Operand::Open };
                let mut members = Members::default();
                for member in all.iter() {
                    if let Value::Member(of, index) = member
                        && of == id
                    {
                        members.insert(*index);
                    }
                }
                match members.only() {
                    Some(member) => {
                        // `none` is in no set, but it is an error to ask: not the verdict of a comparison.
                        TruthStep::Among(*cell, [i64::from(member)].into())
                    }
                    None => TruthStep::OneOf(*cell, Box::new(members)),
                }
            }
            (Operand::Cell(cell, kind), Operand::Value(Value::Set(all))) => {
                let cells: Option<Vec<i64>> =
                    all.iter().map(|value| Some(kind.cell(value)).filter(|&cell| cell >= FIRST)).collect();
                let Some(mut cells) = cells else { return Operand::Open };
                cells.sort_unstable();
                TruthStep::Among(*cell, cells.into())
            }
            (Operand::Cell(cell, Kind::Date), Operand::Value(Value::Period { start, end })) => {
                let cell = Operand::Cell(*cell, Kind::Date);
                let from = self.compare(Relation::GreaterEqual, &cell, &Operand::Value(Value::Date(*start)));
                let mut parts = vec![self.truth(&from)];
                if let Some(end) = end {
                    let to = self.compare(Relation::Less, &cell, &Operand::Value(Value::Date(*end)));
                    parts.push(self.truth(&to));
                }
                return self.all(&parts);
            }
            (Operand::Cell(cell, Kind::Date), &Operand::Period(start, end, through)) => {
                TruthStep::InPeriod(*cell, start, end, through)
            }
            (Operand::Value(day @ Value::Date(_)), &Operand::Period(start, end, through)) => {
                let day = self.constant(Kind::Date.cell(day));
                TruthStep::InPeriod(day, start, end, through)
            }
            (Operand::Value(Value::Member(_, member)), Operand::Set(set, _)) => TruthStep::Holds(*set, *member),
            (Operand::Cell(cell, Kind::Member(a)), Operand::Set(set, b)) if a == b => TruthStep::HoldsCell(*set, *cell),
            _ => return Operand::Open,
        };
        Operand::Truth(self.truth_step(step))
    }

    fn choose(&mut self, condition: &Operand, a: &Operand, b: &Operand) -> Operand {
        let condition = match condition {
            Operand::Value(Value::Bool(true)) => return a.clone(),
            Operand::Value(Value::Bool(false)) => return b.clone(),
            other => self.truth(other),
        };
        match (a, b) {
            _ if a == b && *a != Operand::Open => a.clone(),
            (Operand::Truth(_) | Operand::Value(Value::Bool(_)), _) | (_, Operand::Truth(_)) => {
                let step = TruthStep::If(condition, self.truth(a), self.truth(b));
                Operand::Truth(self.truth_step(step))
            }
            (Operand::Set(..) | Operand::Value(Value::Set(_)), _) => match self.sets(&[a, b]) {
                Some((sets, id)) => Operand::Set(self.set_step(SetStep::If(condition, sets[0], sets[1])), id),
                None => Operand::Open,
            },
            _ => match self.cells(&[a, b]) {
                Some((cells, kind)) => Operand::Cell(self.cell_step(CellStep::If(condition, cells[0], cells[1])), kind),
                None => Operand::Open,
            },
        }
    }

    fn arithmetic(&mut self, a: &Operand, b: &Operand, step: fn(CellAt, CellAt) -> CellStep) -> Operand {
        match self.cells(&[a, b]) {
            Some((cells, kind @ Kind::Number(_))) => Operand::Cell(self.cell_step(step(cells[0], cells[1])), kind),
            _ => Operand::Open,
        }
    }

    /// The cells of two operands of given kinds.
    fn two(&mut self, a: (&Operand, Kind), b: (&Operand, Kind)) -> Option<(CellAt, CellAt)> {
        let (first, kind) = self.cells(&[a.0])?;
        let (second, other) = self.cells(&[b.0])?;
        (kind == a.1 && other == b.1).then(|| (first[0], second[0]))
    }

    fn of_two(
        &mut self,
        a: (&Operand, Kind),
        b: (&Operand, Kind),
        kind: Kind,
        step: impl Fn(CellAt, CellAt) -> CellStep,
    ) -> Operand {
        match self.two(a, b) {
            Some((a, b)) => Operand::Cell(self.cell_step(step(a, b)), kind),
            None => Operand::Open,
        }
    }

    /// The value of dated data whose day is a register: the same for every row if it is the day that the plan is for.
    fn day_of(&self, clock: &Clock, day: &Operand) -> Option<Evaluated> {
        match (self.program.op(clock.day), day) {
            (_, Operand::Value(value)) => Some(Evaluated::Value(value.clone())),
            (Op::Fact(fact), _) => match self.scope.slot(*fact) {
                Slot::Given(value) if !self.scope.assumed.contains_key(fact) => Some(Evaluated::Value(value.clone())),
                _ => None,
            },
            _ => None,
        }
    }

    fn apply_op(&mut self, id: NodeId, operands: &[Operand]) -> Operand {
        let program = self.program;
        let number = Kind::Number(0);
        match (program.op(id), operands) {
            (Op::Clause(..), [a]) => a.clone(),
            (Op::All(_), parts) => {
                let parts: Vec<Truth> = parts.iter().map(|part| self.truth(part)).collect();
                self.all(&parts)
            }
            (Op::Any(_), parts) => {
                let parts: Vec<Truth> = parts.iter().map(|part| self.truth(part)).collect();
                self.any(&parts)
            }
            (Op::AtLeast(least, _), parts) => {
                let parts = parts.iter().map(|part| self.truth(part)).collect();
                Operand::Truth(self.truth_step(TruthStep::AtLeast(*least, parts)))
            }
            (Op::Not(_), [Operand::Truth(truth)]) => Operand::Truth(truth.not()),
            (Op::If(..), [condition, a, b]) => self.choose(condition, a, b),
            (Op::Equal(..), [a, b]) => self.compare(Relation::Equal, a, b),
            (Op::Less(..), [a, b]) => self.compare(Relation::Less, a, b),
            (Op::LessEqual(..), [a, b]) => self.compare(Relation::LessEqual, a, b),
            (Op::IsNone(_), [Operand::Cell(cell, _)]) => Operand::Truth(self.truth_step(TruthStep::IsNone(*cell))),
            (Op::IsEmpty(_), [Operand::Set(set, _)]) => Operand::Truth(self.truth_step(TruthStep::IsEmpty(*set))),
            (Op::In(..), [a, b]) => self.is_in(a, b),
            (Op::Within(..), [a, b]) => self.two_sets(a, b, TruthStep::Within),
            (Op::Overlaps(..), [a, b]) => self.two_sets(a, b, TruthStep::Overlaps),
            (Op::Add(..), [a, b]) => self.arithmetic(a, b, CellStep::Add),
            (Op::Subtract(..), [a, b]) => self.arithmetic(a, b, CellStep::Subtract),
            (Op::Negate(_), [a]) => self.arithmetic(&Operand::Value(Value::integer(0)), a, CellStep::Subtract),
            (Op::Multiply(..), [a, b]) => match (self.cells(&[a]), self.cells(&[b])) {
                (Some((x, Kind::Number(p))), Some((y, Kind::Number(q)))) if p + q <= MAX_SCALE => {
                    Operand::Cell(self.cell_step(CellStep::Multiply(x[0], y[0])), Kind::Number(p + q))
                }
                _ => Operand::Open,
            },
            (Op::Round(_, places, half), [a]) => match a {
                Operand::Cell(_, Kind::Number(scale)) if scale <= places => a.clone(),
                Operand::Cell(cell, Kind::Number(scale)) => {
                    let step = CellStep::Round(*cell, 10i64.pow(scale - places), *half);
                    Operand::Cell(self.cell_step(step), Kind::Number(*places))
                }
                _ => Operand::Open,
            },
            (Op::Min(_), parts) => self.extreme(parts, CellStep::Min),
            (Op::Max(_), parts) => self.extreme(parts, CellStep::Max),
            (Op::AddMonths(_, _, rounding), [day, months]) => {
                let rounding = rounding.unwrap_or(crate::syntax::ast::Rounding::Down);
                let step = |day, months| CellStep::AddMonths(day, months, rounding);
                self.of_two((day, Kind::Date), (months, number), Kind::Date, step)
            }
            (Op::AddDays(..), [day, days]) => {
                self.of_two((day, Kind::Date), (days, number), Kind::Date, CellStep::AddDays)
            }
            (Op::DaysBetween(..), [a, b]) => {
                self.of_two((a, Kind::Date), (b, Kind::Date), number, CellStep::DaysBetween)
            }
            (Op::MonthsBetween(_, _, rounding), [a, b]) => {
                let step = |a, b| CellStep::MonthsBetween(a, b, *rounding, 1);
                self.of_two((a, Kind::Date), (b, Kind::Date), number, step)
            }
            (Op::Age(_, _, rounding), [a, b]) => {
                let step = |a, b| CellStep::MonthsBetween(a, b, *rounding, 12);
                self.of_two((a, Kind::Date), (b, Kind::Date), number, step)
            }
            (Op::WeekdayOf(_), [Operand::Cell(day, Kind::Date)]) => {
                Operand::Cell(self.cell_step(CellStep::WeekdayOf(*day)), Kind::Member(EnumId::WEEKDAY))
            }
            (Op::EndOfMonth(_), [Operand::Cell(day, Kind::Date)]) => {
                Operand::Cell(self.cell_step(CellStep::EndOfMonth(*day)), Kind::Date)
            }
            (Op::Count(_), [Operand::Set(set, _)]) => Operand::Cell(self.cell_step(CellStep::Count(*set)), number),
            (Op::Period(_, _, through), [start, end]) => {
                let Some((start, Kind::Date)) = self.cells(&[start]) else { return Operand::Open };
                let end = match end {
                    Operand::Value(Value::None) => None,
                    end => match self.cells(&[end]) {
                        Some((end, Kind::Date)) => Some(end[0]),
                        _ => return Operand::Open,
                    },
                };
                Operand::Period(start[0], end, *through)
            }
            (Op::Dated(table, clock), [day, ..]) => self.dated(*table, clock, day),
            (Op::Scale(scale, _, clock), [amount, day, ..]) => self.marginal(*scale, clock, amount, day),
            (Op::Rows { hit, rows, otherwise }, parts) => {
                let (pairs, rest) = parts.split_at(rows.len() * 2);
                debug_assert_eq!(rest.len(), usize::from(otherwise.is_some()));
                self.rows(hit, pairs, rest.first())
            }
            _ => Operand::Open,
        }
    }

    fn extreme(&mut self, parts: &[Operand], step: fn(Box<[CellAt]>) -> CellStep) -> Operand {
        match self.cells(&parts.iter().collect::<Vec<_>>()) {
            Some((cells, kind)) => Operand::Cell(self.cell_step(step(cells.into())), kind),
            None => Operand::Open,
        }
    }

    fn dated(&mut self, table: crate::program::DatedId, clock: &Clock, day: &Operand) -> Operand {
        let table = &self.program.dated[table.index()];
        if let Some(day) = self.day_of(clock, day) {
            return constant(&kernel::clock::dated(table, &day, None));
        }
        let &Operand::Cell(day, Kind::Date) = day else { return Operand::Open };
        if table.values.iter().any(|(boundary, _)| boundary.moment.is_some()) {
            return Operand::Open;
        }
        let starts = table.values.iter().map(|(boundary, _)| day_number(boundary.date)).collect();
        if let Some(id) = table.values.iter().find_map(|(_, value)| value.as_ref().and_then(enum_of)) {
            let set = |value: &Option<Value>| value.as_ref().and_then(|value| members_of(id, value));
            let sets = table.values.iter().map(|(_, value)| set(value)).collect();
            return Operand::Set(self.set_step(SetStep::Lookup { day, starts, sets }), id);
        }
        let kinds = table.values.iter().filter_map(|(_, value)| value.as_ref().and_then(kind_of));
        let kind = kinds.reduce(|a, b| match (a, b) {
            (Kind::Number(a), Kind::Number(b)) => Kind::Number(a.max(b)),
            (a, _) => a,
        });
        let Some(kind) = kind else { return Operand::Open };
        let cells = table.values.iter().map(|(_, value)| value.as_ref().map_or(UNKNOWN, |value| kind.cell(value)));
        let step = CellStep::Lookup { day, starts, cells: cells.collect() };
        Operand::Cell(self.cell_step(step), kind)
    }

    fn marginal(&mut self, scale: crate::program::ScaleId, clock: &Clock, amount: &Operand, day: &Operand) -> Operand {
        let table = &self.program.scales[scale.index()];
        let Some(Evaluated::Value(Value::Date(day))) = self.day_of(clock, day) else { return Operand::Open };
        let passed = table.values.iter().take_while(|(boundary, _)| boundary.date <= day).last();
        let Some((_, bands)) = passed else { return Operand::Open };
        let &Operand::Cell(amount, Kind::Number(decimals)) = amount else { return Operand::Open };
        let rate_scale = bands.iter().map(|(rate, _)| rate.normalize().scale()).max().unwrap_or(0);
        if rate_scale + decimals > MAX_SCALE {
            return Operand::Open;
        }
        let band = |(rate, end): &crate::program::Band| {
            let end = match end {
                Some(end) => scaled(*end, decimals)?,
                None => i64::MAX,
            };
            Some((scaled(*rate, rate_scale)?, end))
        };
        let Some(bands) = bands.iter().map(band).collect::<Option<_>>() else { return Operand::Open };
        let step = CellStep::Marginal { amount, bands };
        Operand::Cell(self.cell_step(step), Kind::Number(rate_scale + decimals))
    }

    fn rows(&mut self, hit: &HitKind, pairs: &[Operand], otherwise: Option<&Operand>) -> Operand {
        let outputs: Vec<&Operand> = pairs.iter().skip(1).step_by(2).chain(otherwise).collect();
        let Some((cells, kind)) = self.cells(&outputs) else { return Operand::Open };
        let conditions: Vec<Truth> = pairs.iter().step_by(2).map(|condition| self.truth(condition)).collect();
        let rows = conditions.iter().copied().zip(cells.iter().copied()).collect();
        let otherwise = otherwise.and(cells.last().copied());
        let step = match hit {
            HitKind::First => CellStep::FirstRow { rows, otherwise },
            HitKind::Unique | HitKind::Any => CellStep::Agreed { rows, otherwise },
            HitKind::Highest(_) | HitKind::Collect => return Operand::Open,
        };
        Operand::Cell(self.cell_step(step), kind)
    }

    /// The operand of an outcome within the range of its type; what is outside is an error.
    pub(super) fn ranged(&mut self, ty: &Type, value: Operand) -> Operand {
        match (ty.required(), value) {
            (Type::Date, Operand::Cell(cell, kind)) => Operand::Cell(self.cell_step(CellStep::Civil(cell)), kind),
            (Type::Money(_), Operand::Cell(cell, Kind::Number(scale))) if scale > 2 => {
                Operand::Cell(self.cell_step(CellStep::Whole(cell, 10i64.pow(scale - 2))), Kind::Number(2))
            }
            (Type::Integer | Type::Months | Type::Days | Type::Minutes, Operand::Cell(cell, Kind::Number(scale)))
                if scale > 0 =>
            {
                Operand::Cell(self.cell_step(CellStep::Whole(cell, 10i64.pow(scale))), Kind::Number(0))
            }
            (_, Operand::Value(value)) => constant(&kernel::outcome::checked(ty, Evaluated::Value(value))),
            (_, Operand::Period(..)) => Operand::Open,
            (_, other) => other,
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

impl Algebra for Builder<'_> {
    type Result = Operand;

    fn constant(&mut self, value: Evaluated) -> Operand {
        constant(&value)
    }

    fn fact(&mut self, fact: FactId) -> Operand {
        let Some(slot) = self.layout.slot(fact) else { return Operand::Open };
        match self.layout.slots[slot].kind {
            Kind::YesNo => Operand::Truth(Truth { at: slot as u32, not: false }),
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
        match key {
            Key::Node(id) => self.apply_op(id, operands),
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

    fn field(&mut self, _: NodeId, record: &Operand, index: u32) -> Operand {
        match record {
            Operand::Value(value) => constant(&kernel::field(&Evaluated::Value(value.clone()), index)),
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

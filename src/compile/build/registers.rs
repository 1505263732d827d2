//! Registers: each step once, operands brought to one form.

use super::{Builder, MAX_SCALE, enum_of, kind_of};
use crate::compile::layout::{Kind, Members, UNKNOWN, members_of};
use crate::compile::plan::{CellAt, CellStep, Operand, SetAt, SetStep, Step, Truth, TruthStep};
use crate::value::{EnumId, Value};

impl Builder<'_> {
    /// The register that is always yes.
    pub(super) fn always(&self) -> Truth {
        Truth::at(self.layout.slots.len() as u32)
    }

    pub(super) fn open_truth(&self) -> Truth {
        Truth::at(self.layout.slots.len() as u32 + 1)
    }

    pub(super) fn truth_step(&mut self, step: TruthStep) -> Truth {
        let base = self.layout.slots.len() as u32 + 2;
        let step = Step::Truth(step);
        if let Some(&at) = self.known.get(&step) {
            return Truth::at(at);
        }
        let at = base + self.truths.len() as u32;
        self.truths.push(self.steps.len());
        self.known.insert(step.clone(), at);
        self.steps.push(step);
        Truth::at(at)
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
            Operand::Value(Value::Bool(yes)) => self.always().is(*yes),
            Operand::Truth(truth) => *truth,
            _ => self.open_truth(),
        }
    }

    pub(super) fn step_of(&self, truth: Truth) -> Option<&TruthStep> {
        let place = (truth.register() as usize).checked_sub(self.layout.slots.len() + 2)?;
        match self.steps.get(*self.truths.get(place)?) {
            Some(Step::Truth(step)) => Some(step),
            _ => None,
        }
    }

    pub(super) fn constant(&mut self, cell: i64) -> CellAt {
        self.cell_step(CellStep::Constant(cell))
    }

    pub(super) fn scaled_to(&mut self, cell: CellAt, from: u32, to: u32) -> CellAt {
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

    /// `and` of verdicts.
    pub(super) fn all(&mut self, parts: &[Truth]) -> Operand {
        match self.junction(parts) {
            truth if truth == self.always() => Operand::Value(Value::Bool(true)),
            truth if truth == self.always().not() => Operand::Value(Value::Bool(false)),
            truth if truth.register() == self.open_truth().register() => Operand::Open,
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
    pub(super) fn junction(&mut self, parts: &[Truth]) -> Truth {
        let (yes, no) = (self.always(), self.always().not());
        let mut kept: Vec<Truth> = Vec::new();
        // Members that a set must not hold: one test for all of them.
        let mut without: Vec<(SetAt, Members)> = Vec::new();
        for &part in parts {
            if part == no {
                return no;
            }
            match self.step_of(part) {
                Some(&TruthStep::Holds(set, member)) if part.is_not() => {
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
            _ if kept.iter().all(|part| part.is_not()) => {
                let parts = kept.iter().map(|part| part.not()).collect();
                self.truth_step(TruthStep::Any(parts)).not()
            }
            _ => self.truth_step(TruthStep::All(kept.into())),
        }
    }
}

//! Comparisons, and what is in a set or period.

use super::{Builder, MAX_SCALE};
use crate::compile::layout::{BEYOND, FIRST, Kind, MAX_SET_MEMBERS, Members, NONE, scaled};
use crate::compile::plan::{Operand, Relation, SetAt, TruthStep};
use crate::value::Value;

impl Builder<'_> {
    pub(super) fn compare(&mut self, relation: Relation, a: &Operand, b: &Operand) -> Operand {
        match (a, b) {
            (Operand::Value(_), Operand::Cell(..)) => self.compare(relation.turned(), b, a),
            (&Operand::Cell(cell, kind), Operand::Value(value)) => {
                let (cell, constant) = match (kind, value) {
                    (Kind::Number(scale), Value::Number(number)) => {
                        let finer = number.normalize().scale().max(scale);
                        if finer > MAX_SCALE {
                            return Operand::Open;
                        }
                        (self.scaled_to(cell, scale, finer), scaled(*number, finer).unwrap_or(BEYOND))
                    }
                    (kind, value) => (cell, kind.cell(value)),
                };
                if constant < NONE || (constant == NONE && relation != Relation::Equal) {
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
                Operand::Truth(truth.is(*yes))
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
    pub(super) fn two_sets(&mut self, a: &Operand, b: &Operand, step: impl Fn(SetAt, SetAt) -> TruthStep) -> Operand {
        match self.sets(&[a, b]) {
            Some((sets, _)) => Operand::Truth(self.truth_step(step(sets[0], sets[1]))),
            None => Operand::Open,
        }
    }

    pub(super) fn is_in(&mut self, value: &Operand, of: &Operand) -> Operand {
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
                        TruthStep::Is(*cell, i64::from(member))
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
}

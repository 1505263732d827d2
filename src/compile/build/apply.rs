//! Operations on registers, by type.

use super::{Builder, MAX_SCALE};
use crate::compile::layout::Kind;
use crate::compile::plan::{CellAt, CellStep, Operand, Relation, SetStep, TruthStep};
use crate::eval::kernel::Key;
use crate::program::{NodeId, Op};
use crate::syntax::ast::Rounding;
use crate::value::{EnumId, Value};

impl Builder<'_> {
    pub(super) fn apply_op(&mut self, id: NodeId, operands: &[Operand]) -> Operand {
        let program = self.program;
        let number = Kind::Number(0);
        match (program.op(id), operands) {
            (Op::Clause(..), [a]) => a.clone(),
            (Op::All(_), parts) => self.apply_key(Key::All, parts),
            (Op::Any(_), parts) => self.apply_key(Key::Any, parts),
            (Op::Not(_), parts) => self.apply_key(Key::Not, parts),
            (Op::If(..), parts) => self.apply_key(Key::If, parts),
            (Op::AtLeast(least, _), parts) => {
                let parts = parts.iter().map(|part| self.truth(part)).collect();
                Operand::Truth(self.truth_step(TruthStep::AtLeast(*least, parts)))
            }
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
                let rounding = rounding.unwrap_or(Rounding::Down);
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

    pub(super) fn choose(&mut self, condition: &Operand, a: &Operand, b: &Operand) -> Operand {
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

    pub(super) fn arithmetic(&mut self, a: &Operand, b: &Operand, step: fn(CellAt, CellAt) -> CellStep) -> Operand {
        match self.cells(&[a, b]) {
            Some((cells, kind @ Kind::Number(_))) => Operand::Cell(self.cell_step(step(cells[0], cells[1])), kind),
            _ => Operand::Open,
        }
    }

    /// The cells of two operands of given kinds.
    pub(super) fn two(&mut self, a: (&Operand, Kind), b: (&Operand, Kind)) -> Option<(CellAt, CellAt)> {
        let (first, kind) = self.cells(&[a.0])?;
        let (second, other) = self.cells(&[b.0])?;
        (kind == a.1 && other == b.1).then(|| (first[0], second[0]))
    }

    pub(super) fn of_two(
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

    pub(super) fn extreme(&mut self, parts: &[Operand], step: fn(Box<[CellAt]>) -> CellStep) -> Operand {
        match self.cells(&parts.iter().collect::<Vec<_>>()) {
            Some((cells, kind)) => Operand::Cell(self.cell_step(step(cells.into())), kind),
            None => Operand::Open,
        }
    }
}

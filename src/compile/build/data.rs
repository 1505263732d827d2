//! Dated data, scales, tables, and the range of outcomes.

use super::{Builder, MAX_SCALE, constant, enum_of, kind_of};
use crate::compile::layout::{Kind, UNKNOWN, day_number, members_of, scaled};
use crate::compile::plan::{CellStep, Operand, SetStep, Truth};
use crate::eval::kernel;
use crate::facts::Slot;
use crate::program::{Band, Clock, DatedId, HitKind, Op, ScaleId};
use crate::value::{Evaluated, Type, Value};

impl Builder<'_> {
    /// The value of dated data whose day is a register: the same for every row if it is the day that the plan is for.
    pub(super) fn day_of(&self, clock: &Clock, day: &Operand) -> Option<Evaluated> {
        match (self.program.op(clock.day), day) {
            (_, Operand::Value(value)) => Some(Evaluated::Value(value.clone())),
            (Op::Fact(fact), _) => match self.scope.slot(*fact) {
                Slot::Given(value) if !self.scope.assumed.contains_key(fact) => Some(Evaluated::Value(value.clone())),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn dated(&mut self, table: DatedId, clock: &Clock, day: &Operand) -> Operand {
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

    pub(super) fn marginal(&mut self, scale: ScaleId, clock: &Clock, amount: &Operand, day: &Operand) -> Operand {
        let table = &self.program.scales[scale.index()];
        let Some(Evaluated::Value(Value::Date(day))) = self.day_of(clock, day) else { return Operand::Open };
        let passed = table.values.iter().take_while(|(boundary, _)| boundary.date <= day).last();
        let Some((_, bands)) = passed else { return Operand::Open };
        let &Operand::Cell(amount, Kind::Number(decimals)) = amount else { return Operand::Open };
        let rate_scale = bands.iter().map(|(rate, _)| rate.normalize().scale()).max().unwrap_or(0);
        if rate_scale + decimals > MAX_SCALE {
            return Operand::Open;
        }
        let band = |(rate, end): &Band| {
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

    pub(super) fn rows(&mut self, hit: &HitKind, pairs: &[Operand], otherwise: Option<&Operand>) -> Operand {
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

//! What a node computes from its operands, in SQL.

use std::rc::Rc;

use super::date::Calendar;
use super::emit::{Emit, no_set, not_single};
use super::expr::{Sql, all, case, int};
use super::logic;
use super::number::Number;
use super::refuse::{ENGINE, Refusal};
use super::shape::{ERROR, Kind, Shape, State, YES};
use super::time::{self, Day};
use super::{date, set, working};
use crate::eval::kernel;
use crate::program::{NodeId, Op};
use crate::value::{Evaluated, Value};

/// Microseconds of a day.
const MICROSECONDS: i64 = 86_400_000_000;

impl Emit<'_> {
    pub(super) fn operation(&mut self, id: NodeId, operands: &[Shape]) -> Result<Shape, Refusal> {
        let program = self.program;
        let logics = |operands: &[Shape]| operands.iter().map(Shape::logic).collect::<Option<Vec<_>>>();
        let conditions = || logics(operands).ok_or_else(|| Refusal::new("a condition of this kind", ENGINE));
        Ok(match program.op(id) {
            Op::Clause(..) => operands[0].clone(),
            Op::All(_) => self.logic(logic::all(&conditions()?)),
            Op::Any(_) => self.logic(logic::any(&conditions()?)),
            Op::Not(_) => self.logic(logic::not(&conditions()?[0])),
            Op::AtLeast(least, _) => self.logic(logic::at_least(*least, &conditions()?)),
            Op::If(..) => self.choose(&operands[0], &operands[1], &operands[2])?,
            Op::Equal(..) => self.equal(&operands[0], &operands[1])?,
            Op::Less(..) => self.compare(&operands[0], &operands[1], Sql::lt)?,
            Op::LessEqual(..) => self.compare(&operands[0], &operands[1], Sql::le)?,
            Op::IsNone(_) => self.is_none(&operands[0]),
            Op::Field(_, index) => self.field(&operands[0], *index)?,
            Op::IsEmpty(_) | Op::Count(_) => {
                let (state, members) = self.members(&operands[0]).ok_or_else(no_set)?;
                let state = logic::strict(&[&state]);
                if let Op::IsEmpty(_) = program.op(id) {
                    self.logic(logic::compare(&state, set::is_empty(&members)))
                } else {
                    let kind = Kind::Number { scale: 0, least: 0, most: i128::from(u32::MAX) };
                    self.scalar(state, set::count(self.dialect, &members), kind)
                }
            }
            Op::In(..) => self.is_in(&operands[0], &operands[1])?,
            Op::Within(..) | Op::Overlaps(..) => {
                let overlaps = matches!(program.op(id), Op::Overlaps(..));
                self.together(&operands[0], &operands[1], overlaps)?
            }
            Op::SetOf(_) => return Err(Refusal::new("a set of parts that are computed", ENGINE)),
            Op::Add(..) => self.arithmetic(operands, super::number::add)?,
            Op::Subtract(..) => self.arithmetic(operands, super::number::subtract)?,
            Op::Multiply(..) => self.arithmetic(operands, super::number::multiply)?,
            Op::Negate(_) => {
                let (state, a) = self.number(&operands[0])?;
                let result = super::number::negate(&a)?;
                self.scalar(logic::strict(&[&state]), result.sql.clone(), result.kind())
            }
            Op::Divide(..) => return Err(Refusal::new("a division", ENGINE)),
            Op::Round(_, places, half) => {
                let (state, a) = self.number(&operands[0])?;
                let result = super::number::round(&mut self.layers, self.dialect, &a, *places, *half)?;
                self.scalar(logic::strict(&[&state]), result.sql.clone(), result.kind())
            }
            Op::Min(_) | Op::Max(_) => self.extreme(operands, matches!(program.op(id), Op::Min(_)))?,
            Op::AddDays(..) => {
                let ((a, day, bounds), (b, days)) = (self.date(&operands[0])?, self.number(&operands[1])?);
                let (days, least, most) = clamped(&days)?;
                let sum = (bounds.0 + least, bounds.1 + most);
                self.dated(logic::strict(&[&a, &b]), day.plus(days), sum)
            }
            Op::AddMonths(_, _, rounding) => {
                let ((a, day, bounds), (b, months)) = (self.date(&operands[0])?, self.number(&operands[1])?);
                let (months, least, most) = clamped(&months)?;
                // No month is longer than 31 days.
                let sum = (bounds.0 + 31 * least.min(0), bounds.1 + 31 * most.max(0) + 31);
                let rounding = rounding.unwrap_or(crate::syntax::ast::Rounding::Down);
                let day = self.layers.column(day);
                let days = self.calendar().add_months(&day, months, rounding);
                self.dated(logic::strict(&[&a, &b]), days, sum)
            }
            Op::DaysBetween(..) => {
                let ((a, from, x), (b, to, y)) = (self.date(&operands[0])?, self.date(&operands[1])?);
                let kind = Kind::Number { scale: 0, least: i128::from(y.0 - x.1), most: i128::from(y.1 - x.0) };
                self.scalar(logic::strict(&[&a, &b]), to.minus(from), kind)
            }
            Op::MonthsBetween(_, _, rounding) | Op::Age(_, _, rounding) => {
                let unit = if matches!(program.op(id), Op::Age(..)) { 12 } else { 1 };
                let ((a, from, x), (b, to, y)) = (self.date(&operands[0])?, self.date(&operands[1])?);
                // No month is shorter than 28 days.
                let most = (y.1 - x.0).max(x.1 - y.0).max(0) / 28 + 1;
                let kind = Kind::Number { scale: 0, least: i128::from(-most - 1), most: i128::from(most) };
                let (from, to) = (self.layers.column(from), self.layers.column(to));
                let months = self.calendar().months_between(&from, &to, *rounding, unit);
                self.scalar(logic::strict(&[&a, &b]), months, kind)
            }
            Op::WeekdayOf(_) => {
                let (a, day, _) = self.date(&operands[0])?;
                let weekday = self.calendar().weekday(&day);
                let days: Vec<(i64, Value)> =
                    (0..7).map(|day| (day, Value::Member(crate::value::EnumId::WEEKDAY, day as u32))).collect();
                let state = self.state(logic::strict(&[&a]));
                Shape::Choice(state, self.layers.column(weekday), Rc::from(days))
            }
            Op::EndOfMonth(_) => {
                let (a, day, bounds) = self.date(&operands[0])?;
                let day = self.layers.column(day);
                let last = self.calendar().end_of_month(&day);
                self.dated(logic::strict(&[&a]), last, (bounds.0, bounds.1 + 31))
            }
            Op::EndOfDay(_, zone) if *zone == chrono_tz::UTC => {
                let (a, day, bounds) = self.date(&operands[0])?;
                if bounds.0 < date::CIVIL.0 || bounds.1 > date::CIVIL.1 {
                    return Err(Refusal::new("the end of a day that may lie far off", ENGINE));
                }
                self.scalar(logic::strict(&[&a]), day.plus(int(1)).times(int(MICROSECONDS)), Kind::Instant)
            }
            Op::Period(_, _, through) => self.make_period(&operands[0], &operands[1], *through)?,
            Op::Dated(table, _) => {
                let table = &program.dated[table.index()];
                let boundaries: Vec<_> = table.values.iter().map(|(boundary, _)| *boundary).collect();
                let (state, key, of) = self.lookup(operands, &boundaries, &|entry| {
                    let value = entry.checked_sub(1).and_then(|entry| table.values[entry].1.clone());
                    value.map_or_else(|| kernel::fault(crate::value::FaultKind::NoValue), Evaluated::Value)
                })?;
                Shape::Choice(state, key, of)
            }
            Op::Scale(scale, ..) => {
                let bands = &program.scales[scale.index()].values;
                let boundaries: Vec<_> = bands.iter().map(|(boundary, _)| *boundary).collect();
                let (day, key, of) = self.lookup(&operands[1..], &boundaries, &|entry| match entry {
                    0 => kernel::fault(crate::value::FaultKind::NoValue),
                    entry => Evaluated::Value(Value::integer(entry as i64)),
                })?;
                let (state, amount) = self.number(&operands[0])?;
                let results = of.iter().map(|(at, entry)| {
                    let entry = bands.iter().enumerate().find(|(index, _)| *entry == Value::integer(*index as i64 + 1));
                    let bands = entry.map_or(&[][..], |(_, (_, bands))| &bands[..]);
                    Ok((*at, super::number::marginal(&amount, bands)?))
                });
                let results = results.collect::<Result<Vec<_>, Refusal>>()?;
                let scale = results.iter().map(|(_, result)| result.scale).max().unwrap_or(0);
                let mut kind = Kind::Nothing;
                let mut arms = Vec::new();
                for (at, result) in results {
                    let result = result.at_scale(scale)?;
                    kind = super::shape::join(&kind, &result.kind()).ok_or_else(not_single)?;
                    arms.push((key.clone().eq(int(at)), result.sql));
                }
                self.scalar(logic::strict(&[&state, &day]), case(arms, super::expr::null()), kind)
            }
            Op::Rows { hit, rows, otherwise } => {
                let rows = rows.len();
                let otherwise = otherwise.and_then(|_| operands.last().cloned());
                self.rows(hit, &operands[..2 * rows], otherwise)?
            }
            Op::AddBusinessDays(_, _, calendar) => {
                let (a, day, _) = self.date(&operands[0])?;
                let count = match operands[1].known() {
                    Some(Value::Number(number)) => i64::try_from(*number).ok(),
                    _ => None,
                };
                let count = count.ok_or_else(|| Refusal::new("a number of working days that is computed", ENGINE))?;
                let calendar = &program.calendars[calendar.index()];
                let day = self.layers.column(day);
                let (inside, last) = working::add(&mut self.layers, self.dialect, calendar, &day, count)?;
                let there = logic::strict(&[&a]);
                let outside = all(vec![there.when(YES), inside.not()]);
                let may = [there.all(), vec![ERROR]].concat();
                let state = State::new(case(vec![(outside, int(ERROR))], there.sql.clone()), &may);
                self.scalar(state, last, Kind::Date { least: date::CIVIL.0, most: date::CIVIL.1 })
            }
            Op::AddMinutes(..) | Op::EndOfDay(..) | Op::DateOf(..) => {
                return Err(Refusal::new("clock time in a zone", ENGINE));
            }
            Op::DaysCovered { .. } => return Err(Refusal::new("days covered by periods", ENGINE)),
            Op::Tuple(_) => return Err(Refusal::new("several outputs that are computed", ENGINE)),
            _ => return Err(Refusal::new("this operation", ENGINE)),
        })
    }

    pub(super) fn calendar(&mut self) -> Calendar<'_> {
        Calendar { layers: &mut self.layers, dialect: self.dialect }
    }

    pub(super) fn lookup(
        &mut self,
        operands: &[Shape],
        boundaries: &[crate::program::Boundary],
        at: &dyn Fn(usize) -> Evaluated,
    ) -> Result<time::Choice, Refusal> {
        if boundaries.windows(2).any(|pair| pair[0].date == pair[1].date) {
            return Err(Refusal::new("data that change twice on one day", ENGINE));
        }
        let day = Day::new(self.program, operands).ok_or_else(not_single)?;
        Ok(time::lookup(&mut self.layers, &day, boundaries, at))
    }

    pub(super) fn arithmetic(
        &mut self,
        operands: &[Shape],
        op: fn(&Number, &Number) -> Result<Number, Refusal>,
    ) -> Result<Shape, Refusal> {
        let ((a, x), (b, y)) = (self.number(&operands[0])?, self.number(&operands[1])?);
        let result = op(&x, &y)?;
        Ok(self.scalar(logic::strict(&[&a, &b]), result.sql.clone(), result.kind()))
    }

    pub(super) fn extreme(&mut self, operands: &[Shape], least: bool) -> Result<Shape, Refusal> {
        let parts = operands.iter().map(|shape| shape.scalar(self.program)).collect::<Option<Vec<_>>>();
        let parts = parts.ok_or_else(not_single)?;
        let state = logic::strict(&parts.iter().map(|(state, ..)| state).collect::<Vec<_>>());
        let numbers: Option<Vec<Number>> = parts.iter().map(|(_, sql, kind)| Number::new(sql.clone(), kind)).collect();
        if let Some(numbers) = numbers {
            let result = super::number::extreme(least, &numbers)?;
            return Ok(self.scalar(state, result.sql.clone(), result.kind()));
        }
        let mut kind = Kind::Nothing;
        for (_, _, of) in &parts {
            kind = super::shape::join(&kind, of).ok_or_else(not_single)?;
        }
        if kind == Kind::Word {
            return Err(not_single());
        }
        let name = if least { "LEAST" } else { "GREATEST" };
        let value = super::expr::call(name, parts.into_iter().map(|(_, sql, _)| sql).collect());
        Ok(self.scalar(state, value, kind))
    }

    pub(super) fn number(&self, shape: &Shape) -> Result<(State, Number), Refusal> {
        let (state, sql, kind) = shape.scalar(self.program).ok_or_else(not_single)?;
        Ok((state, Number::new(sql, &kind).ok_or_else(not_single)?))
    }

    /// A date: its state, its day, and its bounds.
    pub(super) fn date(&self, shape: &Shape) -> Result<(State, Sql, (i64, i64)), Refusal> {
        match shape.scalar(self.program).ok_or_else(not_single)? {
            (state, sql, Kind::Date { least, most }) => Ok((state, sql, (least, most))),
            (state, sql, Kind::Nothing) => Ok((state, sql, (0, 0))),
            _ => Err(not_single()),
        }
    }

    /// A date that was computed: `!` outside the interpreter's calendar.
    pub(super) fn dated(&mut self, state: State, days: Sql, bounds: (i64, i64)) -> Shape {
        let (first, last) = date::calendar();
        let (least, most) = (bounds.0.max(first), bounds.1.min(last));
        let days = self.layers.column(days);
        if (least, most) == bounds {
            return self.scalar(state, days, Kind::Date { least, most });
        }
        let inside = days.clone().between(first, last);
        let state = State::new(
            case(vec![(all(vec![state.when(YES), inside.clone().not()]), int(ERROR))], state.sql.clone()),
            &[state.all(), vec![ERROR]].concat(),
        );
        let days = case(vec![(inside, days)], super::expr::null());
        self.scalar(state, days, Kind::Date { least, most })
    }
}

/// A number of days or months, held within what a calendar can hold: beyond it any number is as far out.
fn clamped(number: &Number) -> Result<(Sql, i64, i64), Refusal> {
    const FAR: i64 = 200_000_000;
    if number.scale > 0 {
        return Err(not_single());
    }
    let inside = |bound: i128| i64::try_from(bound).ok().filter(|bound| bound.abs() <= FAR);
    if let (Some(least), Some(most)) = (inside(number.least), inside(number.most)) {
        return Ok((number.sql.clone(), least, most));
    }
    let held = super::expr::call("GREATEST", vec![number.sql.clone(), int(-FAR)]);
    Ok((super::expr::call("LEAST", vec![held, int(FAR)]), -FAR, FAR))
}

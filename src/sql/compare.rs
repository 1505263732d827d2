//! Comparisons, sets, periods, and one of two values.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::emit::{Emit, not_single};
use super::expr::{Sql, all, any, case, int};
use super::logic;
use super::number::Number;
use super::refuse::{ENGINE, Refusal};
use super::shape::{ERROR, Kind, Members, NO, NONE, Shape, State, UNKNOWN, YES};
use super::{date, set};
use crate::compile::day_number;
use crate::value::{Evaluated, Value};

impl Emit<'_> {
    /// Two single values written alike: their states, and both.
    pub(super) fn aligned(&self, a: &Shape, b: &Shape) -> Result<(State, Sql, State, Sql, Kind), Refusal> {
        let (s, x, k) = a.scalar(self.program).ok_or_else(not_single)?;
        let (t, y, l) = b.scalar(self.program).ok_or_else(not_single)?;
        match (Number::new(x.clone(), &k), Number::new(y.clone(), &l)) {
            (Some(x), Some(y)) if k != Kind::Nothing && l != Kind::Nothing => {
                let (x, y) = super::number::aligned(&x, &y)?;
                let kind = super::shape::join(&x.kind(), &y.kind()).ok_or_else(not_single)?;
                Ok((s, x.sql, t, y.sql, kind))
            }
            _ => Ok((s, x, t, y, super::shape::join(&k, &l).ok_or_else(not_single)?)),
        }
    }

    pub(super) fn compare(&mut self, a: &Shape, b: &Shape, op: fn(Sql, Sql) -> Sql) -> Result<Shape, Refusal> {
        let (s, x, t, y, _) = self.aligned(a, b)?;
        let operands = logic::strict(&[&s, &t]);
        Ok(self.logic(logic::compare(&operands, op(x, y))))
    }

    pub(super) fn equal(&mut self, a: &Shape, b: &Shape) -> Result<Shape, Refusal> {
        let (s, t, same) = if let (Some((s, x)), Some((t, y))) = (self.members(a), self.members(b)) {
            (s, t, set::equal(self.program, self.dialect, &x, &y)?)
        } else if let (Some(s), Some(t)) = (a.logic(), b.logic()) {
            let same = s.sql.clone().eq(t.sql.clone());
            (s, t, same)
        } else {
            let (s, x, t, y, _) = self.aligned(a, b)?;
            (s, t, x.eq(y))
        };
        // `none` is `none` and nothing else.
        let none = any(vec![s.when(NONE), t.when(NONE)]);
        let both = all(vec![s.when(NONE), t.when(NONE)]);
        let arms = vec![
            (any(vec![s.when(ERROR), t.when(ERROR)]), int(ERROR)),
            (any(vec![s.when(UNKNOWN), t.when(UNKNOWN)]), int(UNKNOWN)),
            (both, int(YES)),
            (none, int(NO)),
            (same, int(YES)),
        ];
        Ok(self.logic(State::new(case(arms, int(NO)), &[NO, YES, UNKNOWN, ERROR])))
    }

    pub(super) fn is_none(&mut self, a: &Shape) -> Shape {
        let state = match a {
            Shape::Choice(state, key, of) => {
                let none = super::shape::keys_of(of, key, |value| *value == Value::None);
                let arms = vec![(state.when(UNKNOWN), int(UNKNOWN)), (state.when(ERROR), int(ERROR)), (none, int(YES))];
                State::new(case(arms, int(NO)), &[state.all(), vec![NO]].concat())
            }
            other => {
                let state = other.state();
                let arms = vec![
                    (state.when(UNKNOWN), int(UNKNOWN)),
                    (state.when(ERROR), int(ERROR)),
                    (state.when(NONE), int(YES)),
                ];
                State::new(case(arms, int(NO)), &[state.all(), vec![NO, YES]].concat())
            }
        };
        self.logic(state)
    }

    pub(super) fn is_in(&mut self, value: &Shape, of: &Shape) -> Result<Shape, Refusal> {
        let (program, a) = (self.program, value.state());
        if let Some((b, members)) = self.members(of) {
            let (a, holds) = match value.known() {
                Some(member) => (a, set::holds(program, &members, member)?),
                None => {
                    let (a, sql, kind) = value.scalar(program).ok_or_else(not_single)?;
                    let sql = self.layers.column(sql);
                    (a, set::holds_value(program, &members, &sql, &kind)?)
                }
            };
            return Ok(self.logic(logic::compare(&logic::strict(&[&a, &b]), holds)));
        }
        let (b, start, end) = self.period(of)?;
        let (a, day, _) = self.date(value)?;
        let day = self.layers.column(day);
        let holds = all(vec![start.le(day.clone()), any(vec![end.clone().missing(), day.lt(end)])]);
        Ok(self.logic(logic::compare(&logic::strict(&[&a, &b]), holds)))
    }

    pub(super) fn together(&mut self, a: &Shape, b: &Shape, overlaps: bool) -> Result<Shape, Refusal> {
        let program = self.program;
        if let (Some((s, x)), Some((t, y))) = (self.members(a), self.members(b)) {
            let holds =
                if overlaps { set::overlaps(program, &x, &y)? } else { set::within(program, self.dialect, &x, &y)? };
            return Ok(self.logic(logic::compare(&logic::strict(&[&s, &t]), holds)));
        }
        let ((s, a, x), (t, b, y)) = (self.period(a)?, self.period(b)?);
        let holds = if overlaps {
            let start = self.layers.column(super::expr::call("GREATEST", vec![a, b]));
            let before = |end: Sql| any(vec![end.clone().missing(), start.clone().lt(end)]);
            all(vec![before(x), before(y)])
        } else {
            let empty = all(vec![x.clone().missing().not(), x.clone().eq(a.clone())]);
            let ends = any(vec![y.clone().missing(), all(vec![x.clone().missing().not(), x.le(y)])]);
            any(vec![empty, all(vec![b.le(a), ends])])
        };
        Ok(self.logic(logic::compare(&logic::strict(&[&s, &t]), holds)))
    }

    /// The members of a set.
    pub(super) fn members(&self, shape: &Shape) -> Option<(State, Members)> {
        match shape {
            Shape::Set(state, members) => Some((state.clone(), members.clone())),
            Shape::Const(Evaluated::Value(Value::Set(members))) => {
                let listed = members.iter().map(|member| (member.clone(), super::expr::truth(true))).collect();
                Some((State::always(YES), Members::Listed(listed)))
            }
            Shape::Const(Evaluated::Value(Value::None) | Evaluated::Unknown | Evaluated::Error(_)) => {
                Some((shape.state(), Members::Listed(Vec::new())))
            }
            Shape::Choice(state, key, of) => {
                let mut keys: BTreeMap<Value, Vec<Sql>> = BTreeMap::new();
                let mut none = Vec::new();
                for (at, value) in of.iter() {
                    match value {
                        Value::Set(members) => {
                            members.iter().for_each(|member| keys.entry(member.clone()).or_default().push(int(*at)));
                        }
                        Value::None => none.push(int(*at)),
                        _ => return None,
                    }
                }
                let always = of.len() - none.len();
                let listed = keys.into_iter().map(|(member, at)| {
                    let when = if at.len() == always { super::expr::truth(true) } else { key.clone().one_of(at) };
                    (member, when)
                });
                let listed = Members::Listed(listed.collect());
                let mut may = state.all();
                if none.is_empty() {
                    return Some((state.clone(), listed));
                }
                may.push(NONE);
                let absent = all(vec![state.when(YES), key.clone().one_of(none)]);
                Some((State::new(case(vec![(absent, int(NONE))], state.sql.clone()), &may), listed))
            }
            _ => None,
        }
    }

    pub(super) fn field(&mut self, record: &Shape, index: u32) -> Result<Shape, Refusal> {
        let Shape::Choice(state, key, of) = record else { return Err(Refusal::new("a field of a record", ENGINE)) };
        let mut fields = Vec::new();
        let mut absent = Vec::new();
        for (at, value) in of.iter() {
            match value {
                Value::Record(parts) => match parts.get(index as usize).and_then(Evaluated::value) {
                    Some(value) => fields.push((*at, value.clone())),
                    None => return Err(Refusal::new("a field that is not stated", ENGINE)),
                },
                _ => absent.push(int(*at)),
            }
        }
        let absent = all(vec![state.when(YES), key.clone().one_of(absent)]);
        let may = [state.all(), vec![ERROR]].concat();
        let state = self.state(State::new(case(vec![(absent, int(ERROR))], state.sql.clone()), &may));
        Ok(Shape::Choice(state, key.clone(), Rc::from(fields)))
    }

    /// A period: state, start, and the day after its end, `NULL` where it is open.
    pub(super) fn period(&self, shape: &Shape) -> Result<(State, Sql, Sql), Refusal> {
        match shape {
            Shape::Period(state, start, end) => Ok((state.clone(), start.clone(), end.clone())),
            Shape::Const(Evaluated::Value(Value::Period { start, end })) => {
                let day = |day: chrono::NaiveDate| int(day_number(day));
                Ok((State::always(YES), day(*start), end.map_or_else(super::expr::null, day)))
            }
            Shape::Const(_) => Ok((shape.state(), super::expr::null(), super::expr::null())),
            _ => Err(Refusal::new("a period here", ENGINE)),
        }
    }

    pub(super) fn make_period(&mut self, start: &Shape, end: &Shape, through: bool) -> Result<Shape, Refusal> {
        let ((a, first, _), (b, last, bounds)) = (self.date(start)?, self.date(end)?);
        if bounds.1 >= date::calendar().1 {
            return Err(Refusal::new("a period that may end far off", ENGINE));
        }
        let first = self.layers.column(first);
        let after = self.layers.column(last.plus(int(i64::from(through))));
        // An end that is `none` is open; one before the start is `!`.
        let there = logic::strict(&[&a]);
        let both = logic::strict(&[&a, &b]);
        let arms = vec![
            (b.when(NONE), there.sql.clone()),
            (both.when(ERROR), int(ERROR)),
            (both.when(UNKNOWN), int(UNKNOWN)),
            (after.clone().lt(first.clone()), int(ERROR)),
        ];
        let state = self.state(State::new(case(arms, int(YES)), &[YES, UNKNOWN, ERROR]));
        let after = self.layers.column(case(vec![(b.when(NONE), super::expr::null())], after));
        Ok(Shape::Period(state, first, after))
    }

    pub(super) fn choose(&mut self, c: &Shape, a: &Shape, b: &Shape) -> Result<Shape, Refusal> {
        let c = c.logic().ok_or_else(|| Refusal::new("a condition of this kind", ENGINE))?;
        if c.is(YES) {
            return Ok(a.clone());
        }
        if c.is(NO) {
            return Ok(b.clone());
        }
        if let (Some(a), Some(b)) = (a.logic(), b.logic()) {
            let known = any([NO, YES, NONE].map(|state| a.when(state)).to_vec());
            let agree = all(vec![a.sql.clone().eq(b.sql.clone()), known]);
            return Ok(self.logic(logic::choose(&c, &a, &b, agree)));
        }
        if let (Some((s, x)), Some((t, y))) = (self.members(a), self.members(b)) {
            let (Members::Listed(x), Members::Listed(y)) = (x, y) else {
                return Err(Refusal::new("one of two sets, one of which is a fact", ENGINE));
            };
            let mut members: BTreeMap<Value, (Sql, Sql)> = BTreeMap::new();
            let absent = || (super::expr::truth(false), super::expr::truth(false));
            x.iter().for_each(|(member, when)| members.entry(member.clone()).or_insert_with(absent).0 = when.clone());
            y.iter().for_each(|(member, when)| members.entry(member.clone()).or_insert_with(absent).1 = when.clone());
            let same = set::equal(self.program, self.dialect, &Members::Listed(x), &Members::Listed(y))?;
            let agree = all(vec![s.when(YES), t.when(YES), same]);
            let state = self.state(logic::choose(&c, &s, &t, agree));
            let listed = members.into_iter().map(|(member, (x, y))| {
                let when = any(vec![all(vec![c.when(YES).not(), y]), all(vec![c.when(YES), x])]);
                (member, self.layers.column(when))
            });
            return Ok(Shape::Set(state, Members::Listed(listed.collect())));
        }
        let (s, x, t, y, kind) = self.aligned(a, b)?;
        let (x, y) = (self.layers.column(x), self.layers.column(y));
        let equal = all(vec![s.when(YES), t.when(YES), x.clone().eq(y.clone())]);
        let agree = any(vec![equal, all(vec![s.when(NONE), t.when(NONE)])]);
        let value = case(vec![(c.when(NO), y)], x);
        Ok(self.scalar(logic::choose(&c, &s, &t, agree), value, kind))
    }
}

//! The third algebra of [`Walk`]: results are columns. What an operation means is in `eval::kernel`; here it is said again in
//! SQL, and `tests/scale` holds the two together.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::date::Calendar;
use super::dialect::Dialect;
use super::expr::{Sql, all, any, case, int};
use super::facts::Inputs;
use super::layers::Layers;
use super::logic;
use super::refuse::{ENGINE, Refusal};
use super::settle::{self, Rules, Voice};
use super::shape::{ERROR, Kind, Members, NO, NONE, Shape, State, UNKNOWN, YES};
use super::time::{self, Day};
use super::{date, number::Number, set, working};
use crate::eval::kernel::decide::{exceptions, exceptions_first, rules};
use crate::eval::kernel::{self, Key};
use crate::eval::scope::{Scope, deciding};
use crate::eval::walk::{Algebra, Elements, Parts};
use crate::facts::Facts;
use crate::program::{
    DecisionBody, DecisionId, EVALUATION_DATE, EVALUATION_TIME, FactId, FoldKind, HitKind, NodeId, Op, Program,
    VersionId,
};
use crate::value::{Evaluated, Type, Value};

/// How many columns a query has at most.
const MAX_COLUMNS: usize = 4_000;
/// How many members an enum has at most over whose sets a quantifier is written out.
/// Countries are 249.
const MAX_MEMBERS: usize = 300;
/// How many constants of a range a quantifier is written out for.
const MAX_RANGE: usize = 100;

/// Makes the columns of one query.
pub(crate) struct Emit<'p> {
    pub(crate) program: &'p Program,
    pub(crate) scope: &'p Scope,
    pub(crate) dialect: Dialect,
    /// The day the whole query is asked on, if one is given.
    pub(crate) fixed: Facts,
    pub(crate) layers: Layers,
    pub(crate) inputs: Inputs,
    facts: BTreeMap<FactId, Shape>,
    /// By rule: whether it applies, whether it stands.
    pub(crate) rules: Vec<Option<(State, State)>>,
    /// By decision: the conditions that its rules conflict, and that it rests on what was tried.
    pub(crate) decided: Vec<Option<(Sql, Sql)>>,
}

impl<'p> Emit<'p> {
    pub(crate) fn new(program: &'p Program, scope: &'p Scope, dialect: Dialect, fixed: Facts) -> Self {
        Emit {
            program,
            scope,
            dialect,
            fixed,
            layers: Layers::default(),
            inputs: Inputs::default(),
            facts: BTreeMap::new(),
            rules: vec![None; program.rules.len()],
            decided: vec![None; program.decisions.len()],
        }
    }

    /// Makes a column of a state.
    pub(crate) fn state(&mut self, state: State) -> State {
        let may = state.all();
        State::new(self.layers.column(state.sql), &may)
    }

    fn logic(&mut self, state: State) -> Shape {
        Shape::Logic(self.state(state))
    }

    fn scalar(&mut self, state: State, value: Sql, kind: Kind) -> Shape {
        let state = self.state(state);
        Shape::Scalar(state, self.layers.column(value), kind)
    }

    /// Whether a version is in force.
    pub(crate) fn in_force(&mut self, version: VersionId) -> State {
        if let Some(pinned) = self.scope.pinned_in_force(self.program, version) {
            return State::always(i64::from(pinned));
        }
        let operands: Vec<Shape> = deciding(self.program, version).into_iter().map(|fact| self.fact(fact)).collect();
        match self.apply(Key::InForce(version), &operands) {
            shape @ (Shape::Logic(_) | Shape::Const(_)) => shape.state(),
            _ => State::always(UNKNOWN),
        }
    }

    /// A fact as it is stated, or assumed where it is not (V8).
    fn stated(&mut self, fact: FactId) -> Result<Shape, Refusal> {
        if [EVALUATION_DATE, EVALUATION_TIME].contains(&fact)
            && let crate::facts::Slot::Given(value) = self.fixed.get(fact)
        {
            return Ok(Shape::Const(Evaluated::Value(value.clone())));
        }
        let (program, dialect) = (self.program, self.dialect);
        let stated = self.inputs.read(program, dialect, &mut self.layers, fact)?;
        let mut assumptions = Vec::new();
        for (id, version) in program.versions.iter().enumerate() {
            let id = VersionId(id as u32);
            let reached = self.scope.candidates(version.policy).contains(&id);
            for assumption in version.assumptions.iter().filter(|it| reached && it.fact == fact) {
                assumptions.push((id, assumption.value.clone()));
            }
        }
        if assumptions.is_empty() {
            return Ok(stated);
        }
        if program.policies.iter().any(|policy| policy.decided_by == fact) {
            return Err(Refusal::new("an assumption about the day that picks a version", ENGINE));
        }
        let policy = |id: VersionId| program.version(id).policy;
        if assumptions.iter().any(|(id, _)| policy(*id) != policy(assumptions[0].0)) {
            return Err(Refusal::new("a fact about which two policies assume something", ENGINE));
        }
        let open = self.inputs.not_stated(dialect, program, &mut self.layers, fact);
        let mut result = stated;
        for (version, value) in assumptions {
            let applies = all(vec![open.clone(), self.in_force(version).when(YES)]);
            let applies = State::new(case(vec![(applies, int(YES))], int(NO)), &[YES, NO]);
            let applies = self.logic(applies);
            result = self.apply(Key::If, &[applies, Shape::Const(Evaluated::Value(value)), result]);
        }
        Ok(result)
    }

    /// The members of a set.
    fn members(&self, shape: &Shape) -> Option<(State, Members)> {
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

    fn number(&self, shape: &Shape) -> Result<(State, Number), Refusal> {
        let (state, sql, kind) = shape.scalar(self.program).ok_or_else(not_single)?;
        Ok((state, Number::new(sql, &kind).ok_or_else(not_single)?))
    }

    /// A date: its state, its day, and its bounds.
    fn date(&self, shape: &Shape) -> Result<(State, Sql, (i64, i64)), Refusal> {
        match shape.scalar(self.program).ok_or_else(not_single)? {
            (state, sql, Kind::Date { least, most }) => Ok((state, sql, (least, most))),
            (state, sql, Kind::Nothing) => Ok((state, sql, (0, 0))),
            _ => Err(not_single()),
        }
    }

    /// A date that was computed: `!` outside the interpreter's calendar.
    fn dated(&mut self, state: State, days: Sql, bounds: (i64, i64)) -> Shape {
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

    /// A period: state, start, and the day after its end, `NULL` where it is open.
    fn period(&self, shape: &Shape) -> Result<(State, Sql, Sql), Refusal> {
        match shape {
            Shape::Period(state, start, end) => Ok((state.clone(), start.clone(), end.clone())),
            Shape::Const(Evaluated::Value(Value::Period { start, end })) => {
                let day = |day: chrono::NaiveDate| int(super::shape::days(day));
                Ok((State::always(YES), day(*start), end.map_or_else(super::expr::null, day)))
            }
            Shape::Const(_) => Ok((shape.state(), super::expr::null(), super::expr::null())),
            _ => Err(Refusal::new("a period here", ENGINE)),
        }
    }

    fn operation(&mut self, id: NodeId, operands: &[Shape]) -> Result<Shape, Refusal> {
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

    fn calendar(&mut self) -> Calendar<'_> {
        Calendar { layers: &mut self.layers, dialect: self.dialect }
    }

    fn lookup(
        &mut self,
        operands: &[Shape],
        boundaries: &[crate::program::Boundary],
        at: &dyn Fn(usize) -> Evaluated,
    ) -> Result<(State, Sql, Rc<[(i64, Value)]>), Refusal> {
        if boundaries.windows(2).any(|pair| pair[0].date == pair[1].date) {
            return Err(Refusal::new("data that change twice on one day", ENGINE));
        }
        let day = Day::new(self.program, operands).ok_or_else(not_single)?;
        Ok(time::lookup(&mut self.layers, &day, boundaries, at))
    }

    fn arithmetic(
        &mut self,
        operands: &[Shape],
        op: fn(&Number, &Number) -> Result<Number, Refusal>,
    ) -> Result<Shape, Refusal> {
        let ((a, x), (b, y)) = (self.number(&operands[0])?, self.number(&operands[1])?);
        let result = op(&x, &y)?;
        Ok(self.scalar(logic::strict(&[&a, &b]), result.sql.clone(), result.kind()))
    }

    /// Two single values written alike: their states, and both.
    fn aligned(&self, a: &Shape, b: &Shape) -> Result<(State, Sql, State, Sql, Kind), Refusal> {
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

    fn compare(&mut self, a: &Shape, b: &Shape, op: fn(Sql, Sql) -> Sql) -> Result<Shape, Refusal> {
        let (s, x, t, y, _) = self.aligned(a, b)?;
        let operands = logic::strict(&[&s, &t]);
        Ok(self.logic(logic::compare(&operands, op(x, y))))
    }

    fn equal(&mut self, a: &Shape, b: &Shape) -> Result<Shape, Refusal> {
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

    fn is_none(&mut self, a: &Shape) -> Shape {
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

    fn field(&mut self, record: &Shape, index: u32) -> Result<Shape, Refusal> {
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

    fn is_in(&mut self, value: &Shape, of: &Shape) -> Result<Shape, Refusal> {
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
        let holds = all(vec![start.le(day.clone()), any(vec![end.clone().is_null(), day.lt(end)])]);
        Ok(self.logic(logic::compare(&logic::strict(&[&a, &b]), holds)))
    }

    fn together(&mut self, a: &Shape, b: &Shape, overlaps: bool) -> Result<Shape, Refusal> {
        let program = self.program;
        if let (Some((s, x)), Some((t, y))) = (self.members(a), self.members(b)) {
            let holds =
                if overlaps { set::overlaps(program, &x, &y)? } else { set::within(program, self.dialect, &x, &y)? };
            return Ok(self.logic(logic::compare(&logic::strict(&[&s, &t]), holds)));
        }
        let ((s, a, x), (t, b, y)) = (self.period(a)?, self.period(b)?);
        let holds = if overlaps {
            let start = self.layers.column(super::expr::call("GREATEST", vec![a, b]));
            let before = |end: Sql| any(vec![end.clone().is_null(), start.clone().lt(end)]);
            all(vec![before(x), before(y)])
        } else {
            let empty = all(vec![x.clone().is_null().not(), x.clone().eq(a.clone())]);
            let ends = any(vec![y.clone().is_null(), all(vec![x.clone().is_null().not(), x.le(y)])]);
            any(vec![empty, all(vec![b.le(a), ends])])
        };
        Ok(self.logic(logic::compare(&logic::strict(&[&s, &t]), holds)))
    }

    fn make_period(&mut self, start: &Shape, end: &Shape, through: bool) -> Result<Shape, Refusal> {
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

    fn extreme(&mut self, operands: &[Shape], least: bool) -> Result<Shape, Refusal> {
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

    fn choose(&mut self, c: &Shape, a: &Shape, b: &Shape) -> Result<Shape, Refusal> {
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

    fn rows(&mut self, hit: &HitKind, operands: &[Shape], otherwise: Option<Shape>) -> Result<Shape, Refusal> {
        let conditions = operands.iter().step_by(2).map(|shape| Some(self.state(shape.logic()?)));
        let conditions = conditions.collect::<Option<Vec<_>>>();
        let conditions = conditions.ok_or_else(|| Refusal::new("a row's condition of this kind", ENGINE))?;
        let outputs: Vec<&Shape> = operands.iter().skip(1).step_by(2).collect();
        let constants: Option<Vec<Value>> = outputs.iter().map(|shape| shape.known().cloned()).collect();
        match (hit, constants) {
            (HitKind::First, Some(values)) => settle::first(&mut self.layers, &conditions, &values, otherwise.as_ref()),
            (HitKind::Unique | HitKind::Any, Some(values)) => {
                let voices: Vec<(State, Value)> = conditions.into_iter().zip(values).collect();
                let rules = Rules { outranks: &[], otherwise, tied: false };
                let settled = settle::constants(&mut self.layers, &voices, &rules);
                self.based(settled.shape, rules.otherwise)
            }
            (HitKind::Unique | HitKind::Any, None) => {
                let voices: Vec<Voice> = conditions.into_iter().zip(outputs.into_iter().cloned()).collect();
                let rules = Rules { outranks: &[], otherwise, tied: false };
                Ok(settle::computed(self.program, &mut self.layers, &voices, &rules)?.shape)
            }
            (HitKind::First, None) => Err(Refusal::new("a table read in order whose outputs are computed", ENGINE)),
            _ => Err(Refusal::new("a table with this hit word", ENGINE)),
        }
    }

    /// A choice of constants whose base is computed.
    fn based(&mut self, shape: Shape, otherwise: Option<Shape>) -> Result<Shape, Refusal> {
        let (Shape::Choice(_, key, _), Some(base)) = (&shape, otherwise) else { return Ok(shape) };
        if matches!(base, Shape::Const(_)) {
            return Ok(shape);
        }
        // Where the base holds, its state is there already, and its value takes the place of the choice.
        let holds = State::new(case(vec![(key.clone().eq(int(settle::SILENT)), int(YES))], int(NO)), &[YES, NO]);
        let holds = self.logic(holds);
        self.choose(&holds, &base, &shape)
    }

    /// Decides by rules (D3 to D7).
    fn by_rules(&mut self, id: DecisionId, parts: Parts<Shape>) -> Result<Shape, Refusal> {
        let program = self.program;
        let decision = program.decision(id);
        let ids = rules(&decision.body);
        let at = |place: usize, refusal: &Refusal| refusal.at(program.rule(ids[place]).origin);
        for (place, shape) in parts.applies.iter().zip(&parts.values).enumerate() {
            for part in [shape.0, shape.1] {
                if let Shape::Refused(refusal) = part {
                    return Err(at(place, refusal));
                }
            }
        }
        if let Some(Shape::Refused(refusal)) = &parts.otherwise {
            return Err(refusal.at(decision.origin));
        }
        let applies = parts.applies.iter().map(|shape| Some(self.state(shape.logic()?)));
        let applies = applies.collect::<Option<Vec<_>>>();
        let applies = applies.ok_or_else(|| Refusal::new("a rule's condition of this kind", ENGINE))?;
        let exceptions = exceptions(program, ids);
        let mut stands = applies.clone();
        for rule in exceptions_first(&exceptions) {
            if !exceptions[rule].is_empty() {
                let denied = exceptions[rule].iter().map(|&exception| logic::not(&stands[exception]));
                let denied: Vec<State> = denied.collect::<Vec<_>>().into_iter().map(|it| self.state(it)).collect();
                let all = logic::all(&[vec![applies[rule].clone()], denied].concat());
                stands[rule] = self.state(all);
            }
        }
        for (place, &rule) in ids.iter().enumerate() {
            self.rules[rule.index()] = Some((applies[place].clone(), stands[place].clone()));
        }
        let tied = exceptions.iter().any(|list| !list.is_empty());
        let constants: Option<Vec<Value>> = parts.values.iter().map(|shape| shape.known().cloned()).collect();
        let no_constants = || Refusal::new("rules that include or add what is computed", ENGINE);
        match &decision.body {
            DecisionBody::Expr(_) => Err(no_constants()),
            DecisionBody::Rules { outranks, .. } => {
                let rules = Rules { outranks, otherwise: parts.otherwise, tied };
                let settled = match constants {
                    Some(values) => {
                        let voices: Vec<(State, Value)> = stands.into_iter().zip(values).collect();
                        settle::constants(&mut self.layers, &voices, &rules)
                    }
                    None => {
                        let voices: Vec<Voice> = stands.into_iter().zip(parts.values).collect();
                        settle::computed(program, &mut self.layers, &voices, &rules)?
                    }
                };
                let conflict = self.layers.column(settled.conflict);
                let tried = self.layers.column(settled.tried);
                self.decided[id.index()] = Some((conflict, tried));
                match settled.shape {
                    choice @ Shape::Choice(..) => self.based(choice, rules.otherwise),
                    other => Ok(other),
                }
            }
            DecisionBody::Includes(_) => {
                let values = constants.ok_or_else(no_constants)?;
                let (shape, tried) = settle::included(&mut self.layers, &stands, &values, tied);
                self.decided[id.index()] = Some((super::expr::truth(false), tried));
                Ok(shape)
            }
            DecisionBody::Adds(_) => {
                let (shape, tried) = settle::added(program, &mut self.layers, &stands, &parts.values, tied)?;
                self.decided[id.index()] = Some((super::expr::truth(false), tried));
                Ok(shape)
            }
        }
    }

    /// The outcome of a value: `!` outside the range of its type.
    pub(crate) fn checked(&mut self, ty: &Type, shape: Shape) -> Result<Shape, Refusal> {
        let Shape::Scalar(state, value, kind) = &shape else { return Ok(shape) };
        let (low, high) = match (ty.required(), kind) {
            (Type::Money(_), Kind::Number { scale, .. }) if *scale > 2 => {
                return Err(Refusal::new("an outcome that may have parts of a cent", "round it to 2 places"));
            }
            (Type::Integer | Type::Months | Type::Days | Type::Minutes, Kind::Number { scale, least, most }) => {
                let fits = |bound: &i128| i64::try_from(*bound).is_ok();
                if *scale > 0 || !fits(least) || !fits(most) {
                    let help = format!("state `within` for the facts it is made of, or {ENGINE}");
                    return Err(Refusal::new("an outcome that may need more than 64 bits", help));
                }
                return Ok(shape);
            }
            (_, Kind::Date { least, most }) if *least < date::CIVIL.0 || *most > date::CIVIL.1 => date::CIVIL,
            _ => return Ok(shape),
        };
        let outside = all(vec![state.when(YES), value.clone().between(low, high).not()]);
        let may = [state.all(), vec![ERROR]].concat();
        let state = State::new(case(vec![(outside, int(ERROR))], state.sql.clone()), &may);
        Ok(self.scalar(state, value.clone(), Kind::Date { least: low, most: high }))
    }

    fn fold(&mut self, kind: FoldKind, pairs: &[Shape]) -> Result<Shape, Refusal> {
        let conditions = pairs.iter().step_by(2).map(|shape| Some(self.state(shape.logic()?)));
        let conditions = conditions.collect::<Option<Vec<_>>>();
        let conditions = conditions.ok_or_else(|| Refusal::new("a condition of this kind", ENGINE))?;
        let values: Vec<&Shape> = pairs.iter().skip(1).step_by(2).collect();
        match kind {
            FoldKind::Count => {
                let ones = vec![Shape::Const(Evaluated::Value(Value::integer(1))); values.len()];
                settle::folded(self.program, &mut self.layers, &conditions, &ones)
            }
            FoldKind::Sum => {
                let values: Vec<Shape> = values.into_iter().cloned().collect();
                settle::folded(self.program, &mut self.layers, &conditions, &values)
            }
            _ => Err(Refusal::new("the least or greatest of what a condition picks", ENGINE)),
        }
    }

    /// What came of it; a refusal is a shape too, so that the walk goes on and finds what can be carried.
    fn carried(&self, result: Result<Shape, Refusal>) -> Shape {
        let too_many = || {
            let help = "ask for fewer decisions with `--decision`";
            Refusal::new(format!("it takes more than {MAX_COLUMNS} columns"), help)
        };
        let result = if self.layers.len() > MAX_COLUMNS { Err(too_many()) } else { result };
        result.unwrap_or_else(|refusal| Shape::Refused(Rc::new(refusal)))
    }
}

/// Microseconds of a day.
const MICROSECONDS: i64 = 86_400_000_000;

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

fn not_single() -> Refusal {
    Refusal::new("a value here that is neither a number, a date nor a word", ENGINE)
}

fn no_set() -> Refusal {
    Refusal::new("a list of records", ENGINE)
}

impl Algebra for Emit<'_> {
    type Result = Shape;

    fn constant(&mut self, value: Evaluated) -> Shape {
        Shape::Const(value)
    }

    fn fact(&mut self, fact: FactId) -> Shape {
        if let Some(shape) = self.facts.get(&fact) {
            return shape.clone();
        }
        let stated = self.stated(fact);
        let shape = self.carried(stated);
        self.facts.insert(fact, shape.clone());
        shape
    }

    fn apply(&mut self, key: Key, operands: &[Shape]) -> Shape {
        if let Some(refused) = operands.iter().find(|operand| matches!(operand, Shape::Refused(_))) {
            // The innermost declaration around it is its place.
            return match (refused, key) {
                (Shape::Refused(refusal), Key::Node(id)) => match self.program.op(id) {
                    Op::Clause(origin, _) => Shape::Refused(Rc::new(refusal.at(*origin))),
                    _ => refused.clone(),
                },
                _ => refused.clone(),
            };
        }
        let known: Option<Vec<&Evaluated>> = operands
            .iter()
            .map(|operand| match operand {
                Shape::Const(value) => Some(value),
                _ => None,
            })
            .collect();
        if let Some(known) = known {
            return Shape::Const(kernel::apply(self.program, key, &known));
        }
        let logics = || operands.iter().map(Shape::logic).collect::<Option<Vec<_>>>();
        let conditions = || logics().ok_or_else(|| Refusal::new("a condition of this kind", ENGINE));
        let result = match key {
            Key::Node(id) => self.operation(id, operands),
            Key::All => conditions().map(|parts| self.logic(logic::all(&parts))),
            Key::Any => conditions().map(|parts| self.logic(logic::any(&parts))),
            Key::Not => conditions().map(|parts| self.logic(logic::not(&parts[0]))),
            Key::If => self.choose(&operands[0], &operands[1], &operands[2]),
            Key::Fold(kind) => self.fold(kind, operands),
            Key::InForce(version) => match Day::new(self.program, operands) {
                Some(day) => {
                    let version = self.program.version(version);
                    Ok(Shape::Logic(time::in_force(&mut self.layers, &day, &version.start, version.end.as_ref())))
                }
                None => Err(not_single()),
            },
            _ => Err(Refusal::new("this operation", ENGINE)),
        };
        self.carried(result)
    }

    fn field(&mut self, _node: NodeId, record: &Shape, index: u32) -> Shape {
        let result = match record {
            Shape::Refused(_) => return record.clone(),
            Shape::Const(known) => Ok(Shape::Const(kernel::field(known, index))),
            other => self.field(other, index),
        };
        self.carried(result)
    }

    fn elements(&mut self, node: NodeId, domain: &Shape, _fold: Option<FoldKind>) -> Elements<Shape> {
        let refuse = |refusal: Refusal| Elements::Whole(Shape::Refused(Rc::new(refusal)));
        match domain {
            Shape::Refused(_) => return Elements::Whole(domain.clone()),
            Shape::Const(known) => {
                return match kernel::elements(known) {
                    Ok(values) => crate::eval::walk::each(values, |value| Shape::Const(Evaluated::Value(value))),
                    Err(other) => Elements::Whole(Shape::Const(other)),
                };
            }
            _ => {}
        }
        let Some((_, members)) = self.members(domain) else { return refuse(no_set()) };
        let program = self.program;
        let members: Vec<(Value, Sql)> = match (members, &program.info(node).ty) {
            (Members::Listed(list), _) => list,
            (column, Type::Set(inner)) => match inner.as_ref() {
                Type::Enum(id)
                    if !program.enum_type(*id).open && program.enum_type(*id).members.len() <= MAX_MEMBERS =>
                {
                    let all = (0..program.enum_type(*id).members.len()).map(|index| Value::Member(*id, index as u32));
                    let each = all.map(|member| Ok((member.clone(), set::holds(program, &column, &member)?)));
                    match each.collect::<Result<_, Refusal>>() {
                        Ok(list) => list,
                        Err(refusal) => return refuse(refusal),
                    }
                }
                _ => {
                    let what = format!("a quantifier over a set of more than {MAX_MEMBERS} possible members");
                    return refuse(Refusal::new(what, "compare the set with `overlaps` or `within`"));
                }
            },
            _ => return refuse(no_set()),
        };
        let each = members.into_iter().map(|(member, when)| {
            let guard = self.logic(State::new(case(vec![(when, int(YES))], int(NO)), &[YES, NO]));
            (Some(guard), Shape::Const(Evaluated::Value(member)))
        });
        Elements::Each(each.collect())
    }

    /// A set that is not known makes the whole not known, whatever its members would make it.
    fn walked(&mut self, domain: &Shape, result: Shape) -> Shape {
        let state = domain.state();
        if matches!(domain, Shape::Const(_) | Shape::Refused(_)) || state.is(YES) {
            return result;
        }
        let there = State::new(logic::strict(&[&state]).sql, &[YES, UNKNOWN, ERROR]);
        let carried = match result {
            Shape::Refused(_) => return result,
            Shape::Scalar(of, value, kind) => Ok(self.scalar(logic::strict(&[&there, &of]), value, kind)),
            other => other.logic().ok_or_else(not_single).map(|of| {
                let arms = [UNKNOWN, ERROR].map(|bad| (there.when(bad), int(bad))).to_vec();
                let may = [of.all(), there.all()].concat();
                self.logic(State::new(case(arms, of.sql), &may))
            }),
        };
        self.carried(carried)
    }

    fn range(&mut self, from: &Shape, to: &Shape) -> Elements<Shape> {
        let known = |shape: &Shape| match shape {
            Shape::Const(known) => Some(known.clone()),
            _ => None,
        };
        let (Some(from), Some(to)) = (known(from), known(to)) else {
            return Elements::Whole(Shape::Refused(Rc::new(Refusal::new("a range whose ends are computed", ENGINE))));
        };
        match kernel::range(&from, &to) {
            Ok(values) if values.len() > MAX_RANGE => {
                let what = format!("a range of more than {MAX_RANGE} numbers");
                Elements::Whole(Shape::Refused(Rc::new(Refusal::new(what, ENGINE))))
            }
            Ok(values) => crate::eval::walk::each(values, |value| Shape::Const(Evaluated::Value(value))),
            Err(other) => Elements::Whole(Shape::Const(other)),
        }
    }

    fn decide(&mut self, decision: DecisionId, parts: Parts<Shape>) -> Shape {
        let result = self.by_rules(decision, parts);
        let ty = &self.program.decision(decision).ty;
        let result = result.and_then(|shape| self.checked(ty, shape));
        let origin = self.program.decision(decision).origin;
        self.carried(result.map_err(|refusal| refusal.at(origin)))
    }

    fn finish(&mut self, decision: DecisionId, value: &Shape) -> Shape {
        let declared = self.program.decision(decision);
        let result = match value {
            Shape::Refused(refusal) => Err(refusal.at(declared.origin)),
            Shape::Const(known) => Ok(Shape::Const(kernel::decide::finish(declared, known.clone()))),
            other => self.checked(&declared.ty, other.clone()),
        };
        self.carried(result.map_err(|refusal| refusal.at(declared.origin)))
    }
}

//! What a node is in SQL: its state, and how its value is written.

use std::rc::Rc;

use rust_decimal::Decimal;

use super::expr::{Sql, case, int, null, text};
use super::refuse::Refusal;
use crate::compile::day_number;
use crate::program::Program;
use crate::value::{Evaluated, Value};

/// `n` of a condition.
pub(crate) const NO: i64 = 0;
/// `y` of a condition; of anything else, that it has a value.
pub(crate) const YES: i64 = 1;
/// `?`.
pub(crate) const UNKNOWN: i64 = 2;
/// `!`.
pub(crate) const ERROR: i64 = 3;
/// `none`, of a `T or none`.
pub(crate) const NONE: i64 = 4;

/// A state: an expression that gives one of the five numbers, and which of them it can give (bit by number).
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) sql: Sql,
    may: u8,
}

impl State {
    /// A state that can be any of these.
    pub(crate) fn new(sql: Sql, may: &[i64]) -> Self {
        match sql.as_int() {
            Some(number) => Self::always(number),
            None => State { sql, may: may.iter().fold(0, |bits, &state| bits | 1 << state) },
        }
    }

    /// A state that is known.
    pub(crate) fn always(state: i64) -> Self {
        State { sql: int(state), may: 1 << state }
    }

    /// Whether it can be this.
    pub(crate) fn may(&self, state: i64) -> bool {
        self.may & 1 << state != 0
    }

    /// Whether it can be nothing else.
    pub(crate) fn is(&self, state: i64) -> bool {
        self.may == 1 << state
    }

    /// The condition that it is this.
    pub(crate) fn when(&self, state: i64) -> Sql {
        if !self.may(state) {
            super::expr::truth(false)
        } else if self.is(state) {
            super::expr::truth(true)
        } else {
            self.sql.clone().eq(int(state))
        }
    }

    /// All it can be.
    pub(crate) fn all(&self) -> Vec<i64> {
        [NO, YES, UNKNOWN, ERROR, NONE].into_iter().filter(|&state| self.may(state)).collect()
    }
}

/// What the value of a node that is no condition is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A number times ten to the power of `scale`, between two.
    Number { scale: u32, least: i128, most: i128 },
    /// Days since 1970-01-01, between two.
    Date { least: i64, most: i64 },
    /// Minutes after midnight.
    Time,
    /// Microseconds since 1970-01-01T00:00:00Z.
    Instant,
    /// A member of an enum as data spell it, or a text.
    Word,
    /// There is never a value.
    Nothing,
}

/// The members of a set.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "few live at a time: what is large is an expression, soon a column")]
pub(crate) enum Members {
    /// A text: each member between semicolons, in the order of the enum; `;` is the empty set.
    Column(Sql),
    /// All that can be in it, in order, each with the condition under which it is.
    Listed(Vec<(Value, Sql)>),
}

/// What a node is in SQL.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "few live at a time: what is large is an expression, soon a column")]
pub(crate) enum Shape {
    /// Known when the policy is compiled.
    Const(Evaluated),
    /// A condition.
    Logic(State),
    /// A number, date, time, instant, member or text.
    Scalar(State, Sql, Kind),
    /// One of a few constants, picked by a number.
    Choice(State, Sql, Rc<[(i64, Value)]>),
    /// A set.
    Set(State, Members),
    /// A period: first day, and the day after the last, `NULL` where it is open.
    Period(State, Sql, Sql),
    /// It cannot be carried.
    Refused(Rc<Refusal>),
}

impl Shape {
    /// The state of whatever it is.
    pub(crate) fn state(&self) -> State {
        match self {
            Shape::Const(Evaluated::Value(Value::None)) => State::always(NONE),
            Shape::Const(Evaluated::Value(Value::Bool(yes))) => State::always(i64::from(*yes)),
            Shape::Const(Evaluated::Value(_)) => State::always(YES),
            Shape::Const(Evaluated::Unknown) => State::always(UNKNOWN),
            Shape::Const(Evaluated::Error(_)) => State::always(ERROR),
            Shape::Logic(state)
            | Shape::Scalar(state, ..)
            | Shape::Choice(state, ..)
            | Shape::Set(state, _)
            | Shape::Period(state, ..) => state.clone(),
            Shape::Refused(_) => State::always(UNKNOWN),
        }
    }

    /// The value, if it is a known one.
    pub(crate) fn known(&self) -> Option<&Value> {
        match self {
            Shape::Const(Evaluated::Value(value)) => Some(value),
            _ => None,
        }
    }

    /// It as a condition, if it is one.
    pub(crate) fn logic(&self) -> Option<State> {
        match self {
            Shape::Logic(state) => Some(state.clone()),
            Shape::Const(Evaluated::Value(Value::Bool(_) | Value::None) | Evaluated::Unknown | Evaluated::Error(_)) => {
                Some(self.state())
            }
            Shape::Choice(state, key, of) if of.iter().all(|(_, v)| matches!(v, Value::Bool(_) | Value::None)) => {
                let keys = |wanted: &Value| keys_of(of, key, |value| value == wanted);
                let arms = [(Value::Bool(false), NO), (Value::None, NONE)].map(|(value, to)| (keys(&value), int(to)));
                let mut may: Vec<i64> = state.all();
                may.extend([NO, NONE]);
                let arms = [UNKNOWN, ERROR].map(|bad| (state.when(bad), int(bad))).into_iter().chain(arms).collect();
                Some(State::new(case(arms, int(YES)), &may))
            }
            _ => None,
        }
    }

    /// It as a single value, if it is one: state, value, kind.
    pub(crate) fn scalar(&self, program: &Program) -> Option<(State, Sql, Kind)> {
        match self {
            Shape::Scalar(state, value, kind) => Some((state.clone(), value.clone(), kind.clone())),
            Shape::Const(Evaluated::Value(Value::None) | Evaluated::Unknown | Evaluated::Error(_)) => {
                Some((self.state(), null(), Kind::Nothing))
            }
            Shape::Const(Evaluated::Value(value)) => {
                let (sql, kind) = literal(program, value, 0)?;
                Some((State::always(YES), sql, kind))
            }
            Shape::Choice(state, key, of) => {
                let scale = of.iter().map(|(_, value)| scale_of(value)).max().unwrap_or(0);
                let mut kind = Kind::Nothing;
                let mut arms = Vec::new();
                let mut none = false;
                for (at, value) in of.iter() {
                    if *value == Value::None {
                        none = true;
                        continue;
                    }
                    let (sql, of_value) = literal(program, value, scale)?;
                    kind = join(&kind, &of_value)?;
                    arms.push((key.clone().eq(int(*at)), sql));
                }
                let mut may = state.all();
                let with_none = match none {
                    true => {
                        may.push(NONE);
                        let is_none = keys_of(of, key, |value| *value == Value::None);
                        let absent = super::expr::all(vec![state.when(YES), is_none]);
                        case(vec![(absent, int(NONE))], state.sql.clone())
                    }
                    false => state.sql.clone(),
                };
                Some((State::new(with_none, &may), case(arms, null()), kind))
            }
            _ => None,
        }
    }
}

/// The condition that a choice falls on a value of this sort.
pub(crate) fn keys_of(of: &[(i64, Value)], key: &Sql, mut wanted: impl FnMut(&Value) -> bool) -> Sql {
    key.clone().one_of(of.iter().filter(|(_, value)| wanted(value)).map(|(at, _)| int(*at)).collect())
}

/// The kind that holds values of both kinds; numbers and dates of one scale.
pub(crate) fn join(a: &Kind, b: &Kind) -> Option<Kind> {
    match (a, b) {
        (Kind::Nothing, other) | (other, Kind::Nothing) => Some(other.clone()),
        (Kind::Number { scale: x, least: a, most: b }, Kind::Number { scale: y, least: c, most: d }) if x == y => {
            Some(Kind::Number { scale: *x, least: *a.min(c), most: *b.max(d) })
        }
        (Kind::Date { least: a, most: b }, Kind::Date { least: c, most: d }) => {
            Some(Kind::Date { least: *a.min(c), most: *b.max(d) })
        }
        (a, b) if a == b => Some(a.clone()),
        _ => None,
    }
}

/// How many decimals a number has.
pub(crate) fn scale_of(value: &Value) -> u32 {
    match value {
        Value::Number(number) => number.normalize().scale(),
        _ => 0,
    }
}

/// A single value as a literal; numbers with at least so many decimals. Nothing where it does not fit 64 bits.
pub(crate) fn literal(program: &Program, value: &Value, scale: u32) -> Option<(Sql, Kind)> {
    Some(match value {
        Value::Number(number) => {
            let scale = scale.max(scale_of(value));
            let scaled = scaled(*number, scale)?;
            let fits = i64::try_from(scaled).ok()?;
            (int(fits), Kind::Number { scale, least: scaled, most: scaled })
        }
        Value::Date(date) => {
            let days = day_number(*date);
            (int(days), Kind::Date { least: days, most: days })
        }
        Value::Time(minutes) => (int(i64::from(*minutes)), Kind::Time),
        Value::Instant(instant) if instant.timestamp_subsec_nanos() % 1_000 == 0 => {
            (int(instant.timestamp_micros()), Kind::Instant)
        }
        Value::Member(..) | Value::Text(_) => (text(&word(program, value)?), Kind::Word),
        _ => return None,
    })
}

/// A number times ten to the power of `scale`, if that is whole.
pub(crate) fn scaled(number: Decimal, scale: u32) -> Option<i128> {
    let number = number.normalize();
    let power = scale.checked_sub(number.scale())?;
    number.mantissa().checked_mul(10i128.checked_pow(power)?)
}

/// A member as data spell it, or a text.
pub(crate) fn word(program: &Program, value: &Value) -> Option<String> {
    match value {
        Value::Member(id, index) => {
            let (_, member) = program.enum_type(*id).members.get_index(*index as usize)?;
            Some(member.written.clone())
        }
        Value::Text(text) => Some(text.to_string()),
        _ => None,
    }
}

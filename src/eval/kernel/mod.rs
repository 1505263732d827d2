//! What each operation means, pointwise: operands that are known, `?` or `!` in, one result out (SEMANTICS V1 to V12).
//!
//! There is one implementation of every operation. The interpreter applies it to what is stated about one applicant, the
//! exact engine to each cell of what is not. Nothing here walks a graph, and nothing here short-circuits: the order of
//! operands never matters, except for which of several faults is shown.

pub(crate) mod clock;
pub(crate) mod date;
pub(crate) mod decide;
pub(crate) mod logic;
pub(crate) mod number;
pub(crate) mod outcome;
pub(crate) mod rows;
pub(crate) mod set;

use crate::program::{DecisionId, FamilyId, FoldKind, NodeId, Op, Program, VersionId};
use crate::value::{Evaluated, Fault, FaultKind, Value};

/// An operation as both engines name it: a node's own, or one that decisions and quantifiers are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// What the node computes from its operands, in the order of [`operands`].
    Node(NodeId),
    /// `and`; also `every` over the elements.
    All,
    /// `or`; also `any x in L` over the elements.
    Any,
    /// `not`.
    Not,
    /// `if`: condition, then, else. Also which version of a used decision counts.
    If,
    /// Condition and value of each element in turn.
    Fold(FoldKind),
    /// The deciding fact, then the moment if the deciding fact is `evaluation_date`.
    InForce(VersionId),
    /// Whether a member is in a set: guards the elements of a set that is not known.
    In,
    /// `a < b`: guards the elements of a list that is not known by its length.
    Less,
    /// A record of its operands.
    Record,
    /// A list of its operands.
    List,
    /// What standing rules gathered so far, whether the next one stands, its value. The order of rules never matters.
    Gather(DecisionId),
    /// The outcome of a definition that is asked.
    Asked(FamilyId),
}

/// Makes an error value without a place.
pub(crate) fn fault(kind: FaultKind) -> Evaluated {
    Evaluated::Error(Fault { kind, origin: None })
}

/// Gives an error value without a place the given one.
pub(crate) fn placed(result: Evaluated, origin: u32) -> Evaluated {
    match result {
        Evaluated::Error(Fault { kind, origin: None }) => Evaluated::Error(Fault { kind, origin: Some(origin) }),
        other => other,
    }
}

/// Calls `f` with each operand of an operation that [`apply`] takes as [`Key::Node`], in order.
///
/// Quantifiers, decisions, used decisions, facts and bound variables have none: the engines build their operands.
pub(crate) fn operands(op: &Op, mut f: impl FnMut(NodeId)) {
    match op {
        Op::Const(_) | Op::Fact(_) | Op::Bound(_) | Op::Fail(_) => {}
        Op::Every { .. } | Op::Exists { .. } | Op::Fold { .. } => {}
        Op::Decision(_) | Op::Used(..) | Op::InForce(_) => {}
        Op::Clause(_, a)
        | Op::Field(a, _)
        | Op::Not(a)
        | Op::IsNone(a)
        | Op::IsEmpty(a)
        | Op::Negate(a)
        | Op::Round(a, ..)
        | Op::WeekdayOf(a)
        | Op::EndOfMonth(a)
        | Op::EndOfDay(a, _)
        | Op::DateOf(a, _)
        | Op::Count(a) => f(*a),
        Op::Tuple(all)
        | Op::All(all)
        | Op::Any(all)
        | Op::AtLeast(_, all)
        | Op::Min(all)
        | Op::Max(all)
        | Op::SetOf(all) => all.iter().copied().for_each(f),
        Op::If(a, b, c) => [*a, *b, *c].into_iter().for_each(f),
        Op::Equal(a, b)
        | Op::Less(a, b)
        | Op::LessEqual(a, b)
        | Op::In(a, b)
        | Op::Within(a, b)
        | Op::Overlaps(a, b)
        | Op::Add(a, b)
        | Op::Subtract(a, b)
        | Op::Multiply(a, b)
        | Op::Divide(a, b)
        | Op::AddMonths(a, b, _)
        | Op::AddDays(a, b)
        | Op::AddBusinessDays(a, b, _)
        | Op::AddMinutes(a, b)
        | Op::DaysBetween(a, b)
        | Op::MonthsBetween(a, b, _)
        | Op::Age(a, b, _)
        | Op::Period(a, b, _)
        | Op::DaysCovered { list: a, within: b, .. } => [*a, *b].into_iter().for_each(f),
        Op::Scale(_, amount, clock) => {
            f(*amount);
            f(clock.day);
            clock.moment.into_iter().for_each(f);
        }
        Op::Dated(_, clock) => {
            f(clock.day);
            clock.moment.into_iter().for_each(f);
        }
        Op::Rows { rows, otherwise, .. } => {
            for &(condition, output) in rows {
                f(condition);
                f(output);
            }
            otherwise.iter().copied().for_each(f);
        }
    }
}

/// Applies an operation to its operands.
pub(crate) fn apply(program: &Program, key: Key, operands: &[&Evaluated]) -> Evaluated {
    match key {
        Key::Node(id) => apply_op(program, program.op(id), operands),
        Key::All => logic::all(operands),
        Key::Any => logic::any(operands),
        Key::Not => logic::not(operands[0]),
        Key::If => logic::if_then_else(operands[0], operands[1], operands[2]),
        Key::Fold(kind) => number::fold(kind, operands),
        Key::InForce(version) => {
            let version = program.version(version);
            clock::in_force(&version.start, version.end.as_ref(), operands[0], operands.get(1).copied())
        }
        Key::In => strict2(operands, set::is_in),
        Key::Less => strict2(operands, |a, b| Ok((a < b).into())),
        Key::Record => Evaluated::Value(Value::Record(operands.iter().map(|&part| part.clone()).collect())),
        Key::List => strict_list(operands, |values| Value::List(values.iter().map(|&value| value.clone()).collect())),
        Key::Gather(decision) => {
            decide::gather(&program.decision(decision).body, operands[0], operands[1], operands[2])
        }
        Key::Asked(family) => outcome::of_definition(program, family, operands[0]),
    }
}

fn apply_op(program: &Program, op: &Op, operands: &[&Evaluated]) -> Evaluated {
    match op {
        Op::Const(value) => Evaluated::Value(value.clone()),
        Op::Fail(kind) => fault(*kind),
        Op::Clause(origin, _) => placed(operands[0].clone(), origin.0),
        Op::Field(_, index) => field(operands[0], *index),
        Op::Tuple(_) => Evaluated::Value(Value::Record(operands.iter().map(|&part| part.clone()).collect())),

        Op::All(_) => logic::all(operands),
        Op::Any(_) => logic::any(operands),
        Op::Not(_) => logic::not(operands[0]),
        Op::AtLeast(least, _) => logic::at_least(*least, operands),
        Op::If(..) => logic::if_then_else(operands[0], operands[1], operands[2]),

        Op::Equal(..) => set::equal(operands[0], operands[1]),
        Op::IsNone(_) => strict_or_none(operands[0], |value| Ok((*value == Value::None).into())),
        Op::Less(..) => strict2(operands, |a, b| Ok((a < b).into())),
        Op::LessEqual(..) => strict2(operands, |a, b| Ok((a <= b).into())),
        Op::IsEmpty(_) => strict1(operands, set::is_empty),
        Op::In(..) => strict2(operands, set::is_in),
        Op::Within(..) => strict2(operands, set::within),
        Op::Overlaps(..) => strict2(operands, set::overlaps),

        Op::Add(..) => strict2(operands, number::add),
        Op::Subtract(..) => strict2(operands, number::subtract),
        Op::Multiply(..) => strict2(operands, number::multiply),
        Op::Divide(..) => strict2(operands, number::divide),
        Op::Negate(_) => strict1(operands, number::negate),
        Op::Round(_, places, half) => strict1(operands, |value| number::round(value, *places, *half)),
        Op::Min(_) => {
            strict(operands, |values| Ok(values.iter().min().map_or(Value::None, |&value| value.clone()).into()))
        }
        Op::Max(_) => {
            strict(operands, |values| Ok(values.iter().max().map_or(Value::None, |&value| value.clone()).into()))
        }
        Op::Scale(id, ..) => {
            let scale = &program.scales[id.index()];
            clock::scale(scale, operands[0], operands[1], operands.get(2).copied())
        }

        Op::AddMonths(_, _, rounding) => strict2(operands, |day, months| date::add_months(day, months, *rounding)),
        Op::AddDays(..) => strict2(operands, date::add_days),
        Op::AddBusinessDays(_, _, calendar) => {
            let calendar = &program.calendars[calendar.index()];
            strict2(operands, |day, days| date::add_business_days(calendar, day, days))
        }
        Op::AddMinutes(..) => strict2(operands, date::add_minutes),
        Op::DaysBetween(..) => strict2(operands, date::days_between),
        Op::MonthsBetween(_, _, rounding) => strict2(operands, |from, to| date::months_between(from, to, *rounding, 1)),
        Op::Age(_, _, rounding) => strict2(operands, |born, day| date::months_between(born, day, *rounding, 12)),
        Op::WeekdayOf(_) => strict1(operands, date::weekday_of),
        Op::EndOfMonth(_) => strict1(operands, date::end_of_month),
        Op::EndOfDay(_, zone) => strict1(operands, |day| date::end_of_day(day, *zone)),
        Op::DateOf(_, zone) => strict1(operands, |instant| date::date_of(instant, *zone)),
        Op::Period(_, _, through) => set::period(operands[0], operands[1], *through),
        Op::DaysCovered { fields, .. } => strict2(operands, |list, within| set::days_covered(list, within, *fields)),

        Op::SetOf(_) => strict(operands, |values| Ok(Value::set(values.iter().map(|&value| value.clone())).into())),
        Op::Count(_) => strict1(operands, set::count),
        Op::Dated(id, _) => clock::dated(&program.dated[id.index()], operands[0], operands.get(1).copied()),
        Op::Rows { hit, rows, otherwise } => {
            let (pairs, rest) = operands.split_at(rows.len() * 2);
            let rows: Vec<_> = pairs.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
            debug_assert_eq!(rest.len(), usize::from(otherwise.is_some()));
            rows::rows(hit, &rows, rest.first().copied())
        }

        // The engines build the operands of these themselves and never ask here; an unknown is sound.
        Op::Fact(_) | Op::Bound(_) | Op::Every { .. } | Op::Exists { .. } | Op::Fold { .. } => Evaluated::Unknown,
        Op::Decision(_) | Op::Used(..) | Op::InForce(_) => Evaluated::Unknown,
    }
}

/// Returns a field of a record. A field that is not stated is `?`.
pub(crate) fn field(record: &Evaluated, index: u32) -> Evaluated {
    match record {
        Evaluated::Value(Value::Record(fields)) => fields.get(index as usize).cloned().unwrap_or(Evaluated::Unknown),
        Evaluated::Value(_) => fault(FaultKind::Absent),
        other => other.clone(),
    }
}

/// What an operation on known values comes to; `Err` is an error value.
pub(crate) type Applied = Result<Known, FaultKind>;

/// A known result, or `?` where a field inside an operand is not stated.
pub(crate) enum Known {
    /// A value.
    Value(Value),
    /// Not known after all.
    Unknown,
}

impl From<Value> for Known {
    fn from(value: Value) -> Self {
        Known::Value(value)
    }
}

impl From<bool> for Known {
    fn from(yes: bool) -> Self {
        Known::Value(Value::Bool(yes))
    }
}

/// Applies `f` to known operands: `!` if any operand is `!`, else `?` if any is `?` (V4). `none` never reaches an operator
/// whose result counts (V5), so it is `!` here: where the other side of a guard decides, errors do not count.
pub(crate) fn strict(operands: &[&Evaluated], f: impl FnOnce(&[&Value]) -> Applied) -> Evaluated {
    let mut values = Vec::with_capacity(operands.len());
    let mut unknown = false;
    for operand in operands {
        match operand {
            Evaluated::Value(Value::None) => return fault(FaultKind::Absent),
            Evaluated::Value(value) => values.push(value),
            Evaluated::Unknown => unknown = true,
            Evaluated::Error(fault) => return Evaluated::Error(*fault),
        }
    }
    if unknown { Evaluated::Unknown } else { f(&values).into() }
}

fn strict1(operands: &[&Evaluated], f: impl FnOnce(&Value) -> Applied) -> Evaluated {
    strict(operands, |values| f(values[0]))
}

fn strict2(operands: &[&Evaluated], f: impl FnOnce(&Value, &Value) -> Applied) -> Evaluated {
    strict(operands, |values| f(values[0], values[1]))
}

/// As [`strict`], for the operators that take `none`.
pub(crate) fn strict_or_none(operand: &Evaluated, f: impl FnOnce(&Value) -> Applied) -> Evaluated {
    match operand {
        Evaluated::Value(value) => f(value).into(),
        other => other.clone(),
    }
}

impl From<Applied> for Evaluated {
    fn from(applied: Applied) -> Self {
        match applied {
            Ok(Known::Value(value)) => Evaluated::Value(value),
            Ok(Known::Unknown) => Evaluated::Unknown,
            Err(kind) => fault(kind),
        }
    }
}

/// Returns the elements of a list or set, or what it came to instead.
pub(crate) fn elements(domain: &Evaluated) -> Result<Vec<Value>, Evaluated> {
    match domain {
        Evaluated::Value(Value::List(items)) => Ok(items.to_vec()),
        Evaluated::Value(Value::Set(members)) => Ok(members.iter().cloned().collect()),
        Evaluated::Value(_) => Err(fault(FaultKind::NoValue)),
        other => Err(other.clone()),
    }
}

/// How many numbers a range may hold: `k in 0 to 4` is what ranges are for, and each is evaluated one by one.
pub(crate) const MAX_RANGE: i64 = 10_000;

/// Returns the numbers of a range, or what it came to instead. From a larger to a smaller number there are none.
pub(crate) fn range(from: &Evaluated, to: &Evaluated) -> Result<Vec<Value>, Evaluated> {
    let mut ends = None;
    let result = strict(&[from, to], |values| {
        ends = Some((number::whole(values[0])?, number::whole(values[1])?));
        Ok(Known::Unknown)
    });
    match ends {
        Some((from, to)) if to.saturating_sub(from) < MAX_RANGE => Ok((from..=to).map(Value::integer).collect()),
        Some(_) => Err(fault(FaultKind::Overflow)),
        None => Err(result),
    }
}

/// Whether a value holds a field that is not stated, at any depth that lists and records can have.
pub(crate) fn has_unknown(value: &Value) -> bool {
    let in_part = |part: &Evaluated| match part {
        Evaluated::Unknown => true,
        Evaluated::Value(value) => has_unknown(value),
        Evaluated::Error(_) => false,
    };
    match value {
        Value::Record(fields) => fields.iter().any(in_part),
        Value::List(items) => items.iter().any(has_unknown),
        _ => false,
    }
}

/// Makes one value of known parts, `none` among them: `!` if any part is `!`, else `?` if any is `?`.
pub(crate) fn strict_list(parts: &[&Evaluated], f: impl FnOnce(&[&Value]) -> Value) -> Evaluated {
    if let Some(error) = parts.iter().find(|part| matches!(part, Evaluated::Error(_))) {
        return (*error).clone();
    }
    let values: Vec<&Value> = parts.iter().filter_map(|part| part.value()).collect();
    if values.len() < parts.len() { Evaluated::Unknown } else { Evaluated::Value(f(&values)) }
}

//! Sets: of a fact, as text; or of what can be in them, each member under a condition.

use super::dialect::Dialect;
use super::expr::{Sql, all, any, call, case, int, sum, text};
use super::refuse::{ENGINE, Refusal};
use super::shape::{Kind, Members, literal, word};
use crate::program::Program;
use crate::value::Value;

/// What stands before, between and after the members of a set in a text.
pub(crate) const SEPARATOR: char = ';';

/// The condition that a member is in a set.
pub(crate) fn holds(program: &Program, set: &Members, member: &Value) -> Result<Sql, Refusal> {
    match set {
        Members::Column(column) => {
            let word = word(program, member).ok_or_else(no_words)?;
            Ok(column.clone().holds(text(&format!("{SEPARATOR}{word}{SEPARATOR}"))))
        }
        Members::Listed(list) => {
            let found = list.iter().filter(|(value, _)| value == member).map(|(_, when)| when.clone());
            Ok(any(found.collect()))
        }
    }
}

/// The condition that a value that is not known is in a set.
pub(crate) fn holds_value(program: &Program, set: &Members, value: &Sql, kind: &Kind) -> Result<Sql, Refusal> {
    let list = match set {
        Members::Column(column) => {
            let mark = || text(&SEPARATOR.to_string());
            return Ok(column.clone().holds(mark().join(value.clone()).join(mark())));
        }
        Members::Listed(list) => list,
    };
    let scale = if let Kind::Number { scale, .. } = kind { *scale } else { 0 };
    let (mut always, mut sometimes) = (Vec::new(), Vec::new());
    for (member, when) in list {
        let (literal, of) = literal(program, member, scale).ok_or_else(no_words)?;
        // A number with more decimals than the value can have is not it.
        if matches!(of, Kind::Number { scale: more, .. } if more > scale) {
            continue;
        }
        match when.as_truth() {
            Some(true) => always.push(literal),
            _ => sometimes.push(all(vec![value.clone().eq(literal), when.clone()])),
        }
    }
    sometimes.insert(0, value.clone().one_of(always));
    Ok(any(sometimes))
}

/// How many members a set has.
pub(crate) fn count(dialect: Dialect, set: &Members) -> Sql {
    match set {
        Members::Column(column) => {
            let none = call("replace", vec![column.clone(), text(&SEPARATOR.to_string()), text("")]);
            dialect.length(column.clone()).minus(dialect.length(none)).minus(int(1))
        }
        Members::Listed(list) => sum(list.iter().map(|(_, when)| one_if(when.clone())).collect()),
    }
}

/// The condition that a set has no member.
pub(crate) fn is_empty(set: &Members) -> Sql {
    match set {
        Members::Column(column) => column.clone().eq(text(&SEPARATOR.to_string())),
        Members::Listed(list) => any(list.iter().map(|(_, when)| when.clone()).collect()).not(),
    }
}

/// The condition that each member of one is a member of the other.
pub(crate) fn within(program: &Program, dialect: Dialect, a: &Members, b: &Members) -> Result<Sql, Refusal> {
    match (a, b) {
        (Members::Listed(list), b) => {
            let each = |(member, when): &(Value, Sql)| Ok(any(vec![when.clone().not(), holds(program, b, member)?]));
            Ok(all(list.iter().map(each).collect::<Result<_, Refusal>>()?))
        }
        (Members::Column(_), Members::Listed(list)) => {
            let each = |(member, when): &(Value, Sql)| Ok(one_if(all(vec![when.clone(), holds(program, a, member)?])));
            let common = list.iter().map(each).collect::<Result<_, Refusal>>()?;
            Ok(count(dialect, a).eq(sum(common)))
        }
        (Members::Column(_), Members::Column(_)) => Err(two_columns()),
    }
}

/// The condition that they have a common member.
pub(crate) fn overlaps(program: &Program, a: &Members, b: &Members) -> Result<Sql, Refusal> {
    let (list, other) = match (a, b) {
        (Members::Listed(list), other) | (other, Members::Listed(list)) => (list, other),
        _ => return Err(two_columns()),
    };
    let each = |(member, when): &(Value, Sql)| Ok(all(vec![holds(program, other, member)?, when.clone()]));
    Ok(any(list.iter().map(each).collect::<Result<_, Refusal>>()?))
}

/// The condition that they have the same members.
pub(crate) fn equal(program: &Program, dialect: Dialect, a: &Members, b: &Members) -> Result<Sql, Refusal> {
    match (a, b) {
        (Members::Column(a), Members::Column(b)) => Ok(a.clone().eq(b.clone())),
        _ => Ok(all(vec![within(program, dialect, a, b)?, within(program, dialect, b, a)?])),
    }
}

/// A set as text, as facts write it.
pub(crate) fn written(program: &Program, set: &Members) -> Option<Sql> {
    match set {
        Members::Column(column) => Some(column.clone()),
        Members::Listed(list) => {
            let mut whole = text(&SEPARATOR.to_string());
            for (member, when) in list {
                let word = word(program, member)?;
                whole = whole.join(case(vec![(when.clone(), text(&format!("{word}{SEPARATOR}")))], text("")));
            }
            Some(whole)
        }
    }
}

fn one_if(when: Sql) -> Sql {
    case(vec![(when, int(1))], int(0))
}

fn two_columns() -> Refusal {
    Refusal::new("two sets of facts are compared, and neither is of known members", ENGINE)
}

fn no_words() -> Refusal {
    Refusal::new("a set of values that are no words", ENGINE)
}

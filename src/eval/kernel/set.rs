//! Equality, sets, lists and periods (V9 to V11).

use chrono::NaiveDate;

use super::date::date;
use super::{Applied, Known, strict};
use crate::value::{Evaluated, FaultKind, Value};

/// `a is b`: also of two `none`, which are equal; `none` equals nothing else (V5). `!` if either is `!`, else `?` (V4).
pub(crate) fn equal(a: &Evaluated, b: &Evaluated) -> Evaluated {
    match (a, b) {
        (Evaluated::Error(_), _) => a.clone(),
        (_, Evaluated::Error(_)) => b.clone(),
        (Evaluated::Unknown, _) | (_, Evaluated::Unknown) => Evaluated::Unknown,
        (Evaluated::Value(a), Evaluated::Value(b)) => same(a, b),
    }
}

/// Compares values. Records with fields that are not stated differ where stated fields differ, else it is `?`.
pub(crate) fn same(a: &Value, b: &Value) -> Evaluated {
    let parts: Vec<Evaluated> = match (a, b) {
        (Value::Record(a), Value::Record(b)) if a.len() == b.len() => {
            a.iter().zip(b.iter()).map(|(a, b)| equal(a, b)).collect()
        }
        (Value::List(a), Value::List(b)) if a.len() == b.len() => {
            a.iter().zip(b.iter()).map(|(a, b)| same(a, b)).collect()
        }
        _ => return (a == b).into(),
    };
    super::logic::all(&parts.iter().collect::<Vec<_>>())
}

/// `s is empty`.
pub(crate) fn is_empty(value: &Value) -> Applied {
    match value {
        Value::Set(members) => Ok(members.is_empty().into()),
        Value::List(items) => Ok(items.is_empty().into()),
        _ => Err(FaultKind::NoValue),
    }
}

/// `count(s)`.
pub(crate) fn count(value: &Value) -> Applied {
    match value {
        Value::Set(members) => Ok(Value::integer(members.len() as i64).into()),
        Value::List(items) => Ok(Value::integer(items.len() as i64).into()),
        _ => Err(FaultKind::NoValue),
    }
}

/// `x in s`: a member of a set, or a day of a period.
pub(crate) fn is_in(value: &Value, of: &Value) -> Applied {
    match (value, of) {
        (value, Value::Set(members)) => Ok(members.contains(value).into()),
        (Value::Date(day), Value::Period { start, end }) => {
            Ok((start <= day && end.is_none_or(|end| *day < end)).into())
        }
        _ => Err(FaultKind::NoValue),
    }
}

/// `a within b`: each member of `a` is one of `b`; each day of `a` is one of `b`, so an empty period lies within any.
pub(crate) fn within(a: &Value, b: &Value) -> Applied {
    match (a, b) {
        (Value::Set(a), Value::Set(b)) => Ok(a.is_subset(b).into()),
        (Value::Period { start: a, end: x }, Value::Period { start: b, end: y }) => {
            let empty = *x == Some(*a);
            let ends = y.is_none_or(|y| x.is_some_and(|x| x <= y));
            Ok((empty || (b <= a && ends)).into())
        }
        _ => Err(FaultKind::NoValue),
    }
}

/// `a overlaps b`: a member, or a day, in common.
pub(crate) fn overlaps(a: &Value, b: &Value) -> Applied {
    match (a, b) {
        (Value::Set(a), Value::Set(b)) => Ok((!a.is_disjoint(b)).into()),
        (Value::Period { start: a, end: x }, Value::Period { start: b, end: y }) => {
            let start = *a.max(b);
            Ok((x.is_none_or(|x| start < x) && y.is_none_or(|y| start < y)).into())
        }
        _ => Err(FaultKind::NoValue),
    }
}

/// `a until b`, `a through b`; an end that is `none` is open. An end before the start is `!`; an empty period is not.
pub(crate) fn period(start: &Evaluated, end: &Evaluated, through: bool) -> Evaluated {
    if let Evaluated::Value(Value::None) = end {
        return strict(&[start], |values| Ok(Value::Period { start: date(values[0])?, end: None }.into()));
    }
    strict(&[start, end], |values| {
        let (start, end) = span(values[0], values[1], through)?;
        Ok(Value::Period { start, end }.into())
    })
}

/// Returns first day and end, excluded, of a period; the end may be `none`.
fn span(start: &Value, end: &Value, through: bool) -> Result<(NaiveDate, Option<NaiveDate>), FaultKind> {
    let start = date(start)?;
    let end = match end {
        Value::None => return Ok((start, None)),
        end if through => date(end)?.succ_opt().ok_or(FaultKind::DateRange)?,
        end => date(end)?,
    };
    if end < start { Err(FaultKind::Period) } else { Ok((start, Some(end))) }
}

/// `days covered by L within P`: how many days of `P` lie in a period of `L`, each counted once.
///
/// `L` is a list of records with fields for start and end (`fields`), or one period or a set of them. `?` when a start or
/// end is not stated; days without end are out of range.
pub(crate) fn days_covered(list: &Value, within: &Value, fields: Option<(u32, u32, bool)>) -> Applied {
    let mut spans = Vec::new();
    match (list, fields) {
        (Value::List(items), Some((start, end, through))) => {
            let mut unknown = false;
            for item in items.iter() {
                let item = Evaluated::Value(item.clone());
                match period(&super::field(&item, start), &super::field(&item, end), through) {
                    Evaluated::Value(Value::Period { start, end }) => spans.push((start, end)),
                    Evaluated::Error(fault) => return Err(fault.kind),
                    _ => unknown = true,
                }
            }
            if unknown {
                return Ok(Known::Unknown);
            }
        }
        (Value::Period { start, end }, _) => spans.push((*start, *end)),
        (Value::Set(members), _) => {
            for member in members.iter() {
                let Value::Period { start, end } = member else { return Err(FaultKind::NoValue) };
                spans.push((*start, *end));
            }
        }
        _ => return Err(FaultKind::NoValue),
    }
    let Value::Period { start: first, end: last } = within else { return Err(FaultKind::NoValue) };
    spans.sort_unstable();
    let mut counted = 0;
    let mut reached = *first;
    for (start, end) in spans {
        let start = start.max(reached);
        let end = match (end, *last) {
            (Some(end), Some(last)) => end.min(last),
            (Some(end), None) | (None, Some(end)) => end,
            (None, None) => return Err(FaultKind::DateRange),
        };
        if start < end {
            counted += end.signed_duration_since(start).num_days();
            reached = end;
        }
    }
    Ok(Value::integer(counted).into())
}

/// Adds what a rule includes to a set: its members, or the one value.
pub(crate) fn include(set: &mut std::collections::BTreeSet<Value>, value: &Value) {
    match value {
        Value::Set(members) => set.extend(members.iter().cloned()),
        value => {
            set.insert(value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::kernel::fault;

    fn d(text: &str) -> Value {
        Value::Date(text.parse().expect("a date"))
    }

    fn known(value: Value) -> Evaluated {
        Evaluated::Value(value)
    }

    fn until(a: &str, b: &str) -> Value {
        match period(&known(d(a)), &known(d(b)), false) {
            Evaluated::Value(value) => value,
            other => panic!("{other:?}"),
        }
    }

    fn yes(applied: Applied) -> bool {
        Evaluated::from(applied).is_yes()
    }

    #[test]
    fn a_period_that_ends_before_it_starts_is_an_error_and_an_empty_one_is_not() {
        let of = |a: &str, b: &str, through| period(&known(d(a)), &known(d(b)), through);
        assert_eq!(of("2024-01-02", "2024-01-01", false), fault(FaultKind::Period));
        assert!(matches!(of("2024-01-01", "2024-01-01", false), Evaluated::Value(_)));
        assert!(matches!(of("2024-01-02", "2024-01-01", true), Evaluated::Value(_)));
        assert_eq!(of("2024-01-03", "2024-01-01", true), fault(FaultKind::Period));
        let open = Value::Period { start: "2024-01-03".parse().unwrap(), end: None };
        assert_eq!(period(&known(d("2024-01-03")), &known(Value::None), true), known(open));
    }

    #[test]
    fn until_leaves_its_last_day_out() {
        let p = until("2024-01-01", "2024-02-01");
        assert!(yes(is_in(&d("2024-01-31"), &p)) && !yes(is_in(&d("2024-02-01"), &p)));
        assert!(yes(within(&until("2024-01-05", "2024-02-01"), &p)));
        assert!(!yes(within(&until("2024-01-05", "2024-02-02"), &p)));
        assert!(yes(within(&until("2030-01-01", "2030-01-01"), &p)));
        assert!(!yes(overlaps(&until("2024-02-01", "2024-03-01"), &p)));
        assert!(yes(overlaps(&until("2024-01-31", "2024-03-01"), &p)));
        assert!(!yes(overlaps(&until("2024-01-05", "2024-01-05"), &p)));
    }

    #[test]
    fn days_in_several_stays_count_once() {
        let stay = |a: &str, b: Value| Value::Record([known(d(a)), known(b)].into());
        let stays = Value::List(
            [stay("2024-01-10", d("2024-01-12")), stay("2024-01-01", d("2024-01-10")), stay("2024-01-31", Value::None)]
                .into(),
        );
        let days = |list: &Value, p: Value| Evaluated::from(days_covered(list, &p, Some((0, 1, true))));
        assert_eq!(days(&stays, until("2024-01-05", "2024-02-03")), known(Value::integer(8 + 3)));
        assert_eq!(days(&Value::List([].into()), until("2024-01-05", "2024-02-03")), known(Value::integer(0)));
        let unknown = Value::List([Value::Record([known(d("2024-01-01")), Evaluated::Unknown].into())].into());
        assert_eq!(days(&unknown, until("2024-01-05", "2024-02-03")), Evaluated::Unknown);
    }

    #[test]
    fn none_is_none_and_nothing_else() {
        let (none, one) = (known(Value::None), known(Value::integer(1)));
        assert!(equal(&none, &none).is_yes());
        assert!(equal(&none, &one).is_no());
        assert_eq!(equal(&none, &Evaluated::Unknown), Evaluated::Unknown);
        assert_eq!(equal(&Evaluated::Unknown, &fault(FaultKind::Overflow)), fault(FaultKind::Overflow));
    }

    #[test]
    fn records_differ_where_stated_fields_differ() {
        let record = |a: Evaluated, b: i64| Value::Record([a, known(Value::integer(b))].into());
        assert_eq!(same(&record(Evaluated::Unknown, 1), &record(Evaluated::YES, 1)), Evaluated::Unknown);
        assert_eq!(same(&record(Evaluated::Unknown, 1), &record(Evaluated::YES, 2)), Evaluated::NO);
    }
}

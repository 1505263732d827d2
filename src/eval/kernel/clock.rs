//! Boundaries in time: versions, parameters, scales and dated sets (T2, T4, T9).

use super::{fault, number, strict};
use crate::program::{Boundary, Dated, Scale};
use crate::value::{Evaluated, FaultKind, Value};

/// Whether a boundary is passed on a day: `n` before it, `y` after it. On the very day of a boundary with a moment it takes
/// the moment: without one to read (after `as of`) it is `!`, with one that is not stated `?` (T4).
///
/// A deciding fact that is an instant is compared as one; a boundary without a moment then begins at midnight UTC.
pub(crate) fn passed(boundary: &Boundary, day: &Evaluated, moment: Option<&Evaluated>) -> Evaluated {
    match day {
        Evaluated::Value(Value::Date(day)) if *day != boundary.date => (*day > boundary.date).into(),
        Evaluated::Value(Value::Date(_)) => match (boundary.moment, moment) {
            (None, _) => Evaluated::YES,
            (Some(_), None) => fault(FaultKind::Moment),
            (Some(start), Some(Evaluated::Value(Value::Instant(moment)))) => (*moment >= start).into(),
            (Some(_), Some(Evaluated::Error(fault))) => Evaluated::Error(*fault),
            (Some(_), Some(_)) => Evaluated::Unknown,
        },
        Evaluated::Value(Value::Instant(instant)) => (*instant >= start_of(boundary)).into(),
        Evaluated::Value(_) => fault(FaultKind::NoValue),
        other => other.clone(),
    }
}

/// Returns the moment a boundary begins at.
pub(crate) fn start_of(boundary: &Boundary) -> chrono::DateTime<chrono::Utc> {
    boundary.moment.map_or_else(|| boundary.date.and_time(chrono::NaiveTime::MIN).and_utc(), |moment| moment.to_utc())
}

/// Whether a version with this start and end is in force (T2).
pub(crate) fn in_force(
    start: &Boundary,
    end: Option<&Boundary>,
    day: &Evaluated,
    moment: Option<&Evaluated>,
) -> Evaluated {
    let started = passed(start, day, moment);
    let ended = end.map_or(Evaluated::NO, |end| passed(end, day, moment));
    super::logic::all(&[&started, &super::logic::not(&ended)])
}

/// Returns which entries may hold: their indexes, 0 for *before the first*, and what is in the way if there are several.
fn lookup(
    boundaries: impl Iterator<Item = Boundary>,
    day: &Evaluated,
    moment: Option<&Evaluated>,
) -> (std::ops::RangeInclusive<usize>, Option<Evaluated>) {
    let (mut least, mut most, mut obstacle) = (0, 0, None);
    for boundary in boundaries {
        match passed(&boundary, day, moment) {
            Evaluated::Value(Value::Bool(true)) => {
                least += 1;
                most += 1;
            }
            Evaluated::Value(_) => {}
            other => {
                most += 1;
                obstacle = obstacle.or(Some(other));
            }
        }
    }
    (least..=most, obstacle)
}

/// The common result of entries that may hold; else what is in the way.
fn settle(
    entries: std::ops::RangeInclusive<usize>,
    obstacle: Option<Evaluated>,
    at: impl Fn(Option<usize>) -> Evaluated,
) -> Evaluated {
    let mut results = entries.map(|entry| at(entry.checked_sub(1)));
    let first = results.next().unwrap_or(Evaluated::Unknown);
    match obstacle {
        Some(obstacle) if results.any(|other| !super::logic::agree(&first, &other)) => obstacle,
        _ => first,
    }
}

/// The value of a parameter or dated set.
pub(crate) fn dated(table: &Dated, day: &Evaluated, moment: Option<&Evaluated>) -> Evaluated {
    if !matches!(day, Evaluated::Value(_)) {
        return day.clone();
    }
    let (entries, obstacle) = lookup(table.values.iter().map(|(boundary, _)| *boundary), day, moment);
    settle(entries, obstacle, |entry| match entry.and_then(|entry| table.values[entry].1.as_ref()) {
        Some(value) => Evaluated::Value(value.clone()),
        None => fault(FaultKind::NoValue),
    })
}

/// A scale applied to an amount.
pub(crate) fn scale(scale: &Scale, amount: &Evaluated, day: &Evaluated, moment: Option<&Evaluated>) -> Evaluated {
    strict(&[amount, day], |values| {
        let amount = values[0];
        let (entries, obstacle) = lookup(scale.values.iter().map(|(boundary, _)| *boundary), day, moment);
        let result = settle(entries, obstacle, |entry| match entry {
            Some(entry) => number::marginal(amount, &scale.values[entry].1).into(),
            None => fault(FaultKind::NoValue),
        });
        match result {
            Evaluated::Value(value) => Ok(value.into()),
            Evaluated::Unknown => Ok(super::Known::Unknown),
            Evaluated::Error(fault) => Err(fault.kind),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::OriginId;

    fn day(text: &str) -> Evaluated {
        Evaluated::Value(Value::Date(text.parse().expect("a date")))
    }

    fn moment(text: &str) -> Evaluated {
        Evaluated::Value(Value::Instant(text.parse().expect("an instant")))
    }

    fn at(date: &str, moment: Option<&str>) -> Boundary {
        Boundary { date: date.parse().expect("a date"), moment: moment.map(|text| text.parse().expect("an instant")) }
    }

    #[test]
    fn t4_a_boundary_inside_a_day_takes_the_moment_on_that_day_only() {
        let start = at("2024-02-29", Some("2024-03-01T04:30:00Z"));
        assert_eq!(passed(&start, &day("2024-02-28"), None), Evaluated::NO);
        assert_eq!(passed(&start, &day("2024-03-01"), None), Evaluated::YES);
        assert_eq!(passed(&start, &day("2024-02-29"), Some(&Evaluated::Unknown)), Evaluated::Unknown);
        assert_eq!(passed(&start, &day("2024-02-29"), Some(&moment("2024-03-01T04:29:59Z"))), Evaluated::NO);
        assert_eq!(passed(&start, &day("2024-02-29"), Some(&moment("2024-03-01T04:30:00Z"))), Evaluated::YES);
        assert_eq!(passed(&start, &day("2024-02-29"), None), fault(FaultKind::Moment));
        assert_eq!(passed(&start, &moment("2024-03-01T04:30:00Z"), None), Evaluated::YES);
    }

    #[test]
    fn t9_a_parameter_has_the_value_of_its_day_and_none_before_the_first() {
        let fee = |number| Some(Value::integer(number));
        let table = Dated {
            origin: OriginId(0),
            values: vec![
                (at("2024-01-01", None), fee(100)),
                (at("2025-01-01", None), fee(110)),
                (at("2026-01-01", None), None),
            ],
            origins: vec![None; 3],
            rows: Vec::new(),
        };
        assert_eq!(dated(&table, &day("2024-12-31"), None), Evaluated::Value(Value::integer(100)));
        assert_eq!(dated(&table, &day("2025-01-01"), None), Evaluated::Value(Value::integer(110)));
        assert_eq!(dated(&table, &day("2023-12-31"), None), fault(FaultKind::NoValue));
        assert_eq!(dated(&table, &day("2026-01-01"), None), fault(FaultKind::NoValue));
        assert_eq!(dated(&table, &Evaluated::Unknown, None), Evaluated::Unknown);
    }

    #[test]
    fn t4_answers_that_agree_on_both_sides_of_the_moment_are_decided() {
        let inside = at("2024-02-29", Some("2024-02-29T12:00:00Z"));
        let table = |before, after| Dated {
            origin: OriginId(0),
            values: vec![(at("2024-01-01", None), Some(Value::integer(before))), (inside, Some(Value::integer(after)))],
            origins: vec![None; 2],
            rows: Vec::new(),
        };
        let of = |table| dated(&table, &day("2024-02-29"), Some(&Evaluated::Unknown));
        assert_eq!(of(table(1, 2)), Evaluated::Unknown);
        assert_eq!(of(table(1, 1)), Evaluated::Value(Value::integer(1)));
    }
}

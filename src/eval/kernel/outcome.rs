//! The ranges of outcomes: what a decision or an asked definition may come to.
//!
//! Inside an expression numbers and dates range wider. The limits hold here so that an unstated date does not make `error`
//! possible because of the year 9999.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::program::{Asked, FamilyId, Op, Program};
use crate::value::{Evaluated, FaultKind, Type, Value};

/// Returns the outcome, or the error value in its place: an integer beyond 64 bits, a date outside 0001-01-01 to
/// 9999-12-31, an amount with parts of a cent.
pub(crate) fn checked(ty: &Type, outcome: Evaluated) -> Evaluated {
    match &outcome {
        Evaluated::Value(value) => match breach(ty, value) {
            Some(kind) => super::fault(kind),
            None => outcome,
        },
        _ => outcome,
    }
}

/// Returns the outcome of a definition that is asked: within its range, placed at the definition.
pub(crate) fn of_definition(program: &Program, family: FamilyId, result: &Evaluated) -> Evaluated {
    match program.family(family).members.first() {
        Some(&(_, Asked::Define(node))) => {
            let result = checked(&program.info(node).ty, result.clone());
            match program.op(node) {
                Op::Clause(origin, _) => super::placed(result, origin.0),
                _ => result,
            }
        }
        _ => result.clone(),
    }
}

fn breach(ty: &Type, value: &Value) -> Option<FaultKind> {
    match (ty.required(), value) {
        (Type::Integer | Type::Months | Type::Days | Type::Minutes, Value::Number(number)) => {
            (!number.fract().is_zero() || number.to_i64().is_none()).then_some(FaultKind::Overflow)
        }
        (Type::Money(_), Value::Number(number)) => part_of_cent(*number).then_some(FaultKind::PartOfCent),
        (_, Value::Date(date)) => outside(*date).then_some(FaultKind::DateRange),
        (_, Value::Instant(instant)) => outside(instant.date_naive()).then_some(FaultKind::DateRange),
        (_, Value::Period { start, end }) => {
            // The last day of an open or closed period; `end` is the first day after it.
            let last = end.and_then(|end| end.pred_opt());
            (outside(*start) || last.is_some_and(|last| last >= *start && outside(last)))
                .then_some(FaultKind::DateRange)
        }
        (Type::Set(inner), Value::Set(members)) => members.iter().find_map(|member| breach(inner, member)),
        _ => None,
    }
}

fn part_of_cent(number: Decimal) -> bool {
    number.normalize().scale() > 2
}

fn outside(date: NaiveDate) -> bool {
    !(1..=9999).contains(&date.year())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::kernel::fault;
    use crate::value::Currency;

    #[test]
    fn an_outcome_keeps_to_the_range_of_its_type() {
        let number = |text: &str| Evaluated::Value(Value::Number(text.parse().expect("a number")));
        let cad = Type::Money(Currency(*b"CAD"));
        assert_eq!(checked(&cad, number("1.005")), fault(FaultKind::PartOfCent));
        assert_eq!(checked(&cad, number("1.0500")), number("1.05"));
        assert_eq!(checked(&Type::Decimal, number("1.005")), number("1.005"));
        assert_eq!(checked(&Type::Integer, number("9223372036854775808")), fault(FaultKind::Overflow));
        let date = |year| Evaluated::Value(Value::Date(NaiveDate::from_ymd_opt(year, 1, 1).expect("a date")));
        assert_eq!(checked(&Type::Date, date(10_000)), fault(FaultKind::DateRange));
        assert_eq!(checked(&Type::Date.optional(), date(0)), fault(FaultKind::DateRange));
        assert_eq!(checked(&Type::Date, date(9999)), date(9999));
    }
}

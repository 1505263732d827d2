//! Exact numbers: integers, decimals, amounts, and numbers of months, days and minutes.
//!
//! All are [`Decimal`]: 28 digits. Inside an expression only what does not fit is an error; the narrower ranges of integers
//! and amounts hold for outcomes ([`super::outcome`]), so that a fact that is not stated does not make an error possible by
//! being absurdly large.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::{Applied, Known, strict};
use crate::program::FoldKind;
use crate::syntax::ast::HalfWay;
use crate::value::{Evaluated, FaultKind, Value};

/// Returns the number in a value.
pub(crate) fn number(value: &Value) -> Result<Decimal, FaultKind> {
    match value {
        Value::Number(number) => Ok(*number),
        _ => Err(FaultKind::NoValue),
    }
}

/// Returns the whole number in a value. A number beyond 64 bits, or with decimals, is an overflow.
pub(crate) fn whole(value: &Value) -> Result<i64, FaultKind> {
    let number = number(value)?;
    if number.fract().is_zero() { number.to_i64().ok_or(FaultKind::Overflow) } else { Err(FaultKind::Overflow) }
}

fn fits(result: Option<Decimal>) -> Applied {
    result.map(|number| Value::Number(number).into()).ok_or(FaultKind::Overflow)
}

/// `a + b`.
pub(crate) fn add(a: &Value, b: &Value) -> Applied {
    fits(number(a)?.checked_add(number(b)?))
}

/// `a - b`.
pub(crate) fn subtract(a: &Value, b: &Value) -> Applied {
    fits(number(a)?.checked_sub(number(b)?))
}

/// `a * b`.
pub(crate) fn multiply(a: &Value, b: &Value) -> Applied {
    fits(number(a)?.checked_mul(number(b)?))
}

/// `-a`.
pub(crate) fn negate(a: &Value) -> Applied {
    fits(Some(-number(a)?))
}

/// `a / b`, to 28 digits; it stands only inside `round`.
pub(crate) fn divide(a: &Value, b: &Value) -> Applied {
    let (a, b) = (number(a)?, number(b)?);
    if b.is_zero() {
        return Err(FaultKind::DivisionByZero);
    }
    fits(a.checked_div(b))
}

/// Rounds to a number of decimals. More than 28 decimals leave the number as it is.
pub(crate) fn round(a: &Value, places: u32, half: HalfWay) -> Applied {
    let strategy = match half {
        HalfWay::Down => RoundingStrategy::MidpointTowardZero,
        HalfWay::Up => RoundingStrategy::MidpointAwayFromZero,
        HalfWay::Even => RoundingStrategy::MidpointNearestEven,
    };
    fits(Some(number(a)?.round_dp_with_strategy(places, strategy)))
}

/// An aggregate over pairs of a condition and a value. The value of an element whose condition is `n` does not count.
///
/// With a condition that is `?`, the result is `?` even if that element's value is `!`: another completion leaves it out.
pub(crate) fn fold(kind: FoldKind, pairs: &[&Evaluated]) -> Evaluated {
    let mut taken: Vec<&Evaluated> = Vec::with_capacity(pairs.len());
    let mut count = 0;
    for pair in pairs.chunks_exact(2) {
        match pair[0] {
            Evaluated::Value(Value::Bool(false)) => {}
            Evaluated::Value(Value::Bool(true)) => {
                count += 1;
                if kind != FoldKind::Count {
                    taken.push(pair[1]);
                }
            }
            other => taken.push(other),
        }
    }
    strict(&taken, |values| match kind {
        FoldKind::Count => Ok(Value::integer(count).into()),
        FoldKind::Sum => sum(values),
        FoldKind::Min => values.iter().min().map(|&value| value.clone().into()).ok_or(FaultKind::Empty),
        FoldKind::Max => values.iter().max().map(|&value| value.clone().into()).ok_or(FaultKind::Empty),
    })
}

/// Adds up numbers; nothing is zero.
pub(crate) fn sum(values: &[&Value]) -> Applied {
    let mut sum = Decimal::ZERO;
    for value in values {
        sum = sum.checked_add(number(value)?).ok_or(FaultKind::Overflow)?;
    }
    Ok(Known::Value(Value::Number(sum)))
}

/// Applies a marginal scale: rate times part for each slice, a bound belonging to the slice below. Nothing below zero.
pub(crate) fn marginal(amount: &Value, bands: &[(Decimal, Option<Decimal>)]) -> Applied {
    let amount = number(amount)?;
    let mut lower = Decimal::ZERO;
    let mut total = Decimal::ZERO;
    for (rate, upper) in bands {
        let end = upper.map_or(amount, |upper| upper.min(amount));
        if end > lower {
            let part = end.checked_sub(lower).and_then(|slice| slice.checked_mul(*rate));
            total = part.and_then(|part| total.checked_add(part)).ok_or(FaultKind::Overflow)?;
            lower = end;
        }
    }
    Ok(Known::Value(Value::Number(total)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::kernel::fault;

    fn n(text: &str) -> Value {
        Value::Number(text.parse().expect("a number"))
    }

    fn got(applied: Applied) -> Evaluated {
        applied.into()
    }

    fn is(text: &str) -> Evaluated {
        Evaluated::Value(n(text))
    }

    #[test]
    fn numbers_are_exact_and_equal_by_value() {
        assert_eq!(got(add(&n("0.1"), &n("0.2"))), is("0.30"));
        assert_eq!(got(multiply(&n("1250.00"), &n("0.15"))), is("187.5"));
        assert_eq!(got(multiply(&n("79228162514264337593543950335"), &n("2"))), fault(FaultKind::Overflow));
        assert_eq!(got(add(&n("9223372036854775807"), &n("1"))), is("9223372036854775808"));
    }

    #[test]
    fn rounding_names_what_happens_half_way() {
        assert_eq!(got(round(&n("2.345"), 2, HalfWay::Up)), is("2.35"));
        assert_eq!(got(round(&n("2.345"), 2, HalfWay::Down)), is("2.34"));
        assert_eq!(got(round(&n("2.345"), 2, HalfWay::Even)), is("2.34"));
        assert_eq!(got(round(&n("-2.345"), 2, HalfWay::Up)), is("-2.35"));
        assert_eq!(got(round(&n("2.5"), 40, HalfWay::Up)), is("2.5"));
    }

    #[test]
    fn division_by_zero_is_an_error_value() {
        assert_eq!(got(divide(&n("1"), &n("0"))), fault(FaultKind::DivisionByZero));
        assert_eq!(got(divide(&n("1"), &n("8"))), is("0.125"));
    }

    #[test]
    fn a_scale_taxes_each_slice_and_a_bound_belongs_below() {
        let bands = [("0.15".parse().unwrap(), Some("50000".parse().unwrap())), ("0.26".parse().unwrap(), None)];
        assert_eq!(got(marginal(&n("50000"), &bands)), is("7500"));
        assert_eq!(got(marginal(&n("50100"), &bands)), is("7526"));
        assert_eq!(got(marginal(&n("-5"), &bands)), is("0"));
    }

    #[test]
    fn an_aggregate_leaves_out_what_its_condition_leaves_out() {
        let (y, no, q) = (Evaluated::YES, Evaluated::NO, Evaluated::Unknown);
        let (one, bad) = (is("1"), fault(FaultKind::Overflow));
        assert_eq!(fold(FoldKind::Sum, &[&y, &one, &no, &bad]), one);
        assert_eq!(fold(FoldKind::Sum, &[&y, &one, &q, &bad]), q);
        assert_eq!(fold(FoldKind::Sum, &[&y, &bad, &q, &one]), bad);
        assert_eq!(fold(FoldKind::Count, &[&y, &one, &y, &one]), is("2"));
        assert_eq!(fold(FoldKind::Sum, &[]), is("0"));
        assert_eq!(fold(FoldKind::Min, &[]), fault(FaultKind::Empty));
    }
}

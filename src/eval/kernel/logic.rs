//! `and`, `or`, `not`, `at least`, `if` over `y n ? !` (V2 to V4).

use super::fault;
use crate::value::{Evaluated, FaultKind, Value};

/// `n` if any part is `n`; else `?` if any is `?`; else `!` if any is `!`; else `y` (V2).
pub(crate) fn all(parts: &[&Evaluated]) -> Evaluated {
    junction(parts, false)
}

/// `y` if any part is `y`; else `?` if any is `?`; else `!` if any is `!`; else `n` (V2).
pub(crate) fn any(parts: &[&Evaluated]) -> Evaluated {
    junction(parts, true)
}

/// The value `decides` wins over `?`, which wins over `!`, which wins over the other value.
fn junction(parts: &[&Evaluated], decides: bool) -> Evaluated {
    let mut unknown = false;
    let mut error = None;
    for part in parts {
        match part {
            Evaluated::Value(Value::Bool(yes)) if *yes == decides => return decides.into(),
            Evaluated::Value(Value::Bool(_)) => {}
            Evaluated::Value(_) => error = error.or(Some(fault(FaultKind::NoValue))),
            Evaluated::Unknown => unknown = true,
            Evaluated::Error(_) => error = error.or_else(|| Some((*part).clone())),
        }
    }
    match error {
        _ if unknown => Evaluated::Unknown,
        Some(error) => error,
        None => (!decides).into(),
    }
}

/// Swaps `y` and `n`, keeps `?` and `!` (V2).
pub(crate) fn not(part: &Evaluated) -> Evaluated {
    match part {
        Evaluated::Value(Value::Bool(yes)) => (!yes).into(),
        Evaluated::Value(_) => fault(FaultKind::NoValue),
        other => other.clone(),
    }
}

/// `y` when `least` parts are `y`; `n` when fewer than that are not `n`; else `?` if any part is `?`, else `!` (V3).
pub(crate) fn at_least(least: u32, parts: &[&Evaluated]) -> Evaluated {
    let least = least as usize;
    let yes = parts.iter().filter(|part| part.is_yes()).count();
    let not_no = parts.iter().filter(|part| !part.is_no()).count();
    if yes >= least {
        Evaluated::YES
    } else if not_no < least {
        Evaluated::NO
    } else if parts.contains(&&Evaluated::Unknown) {
        Evaluated::Unknown
    } else {
        let first = parts.iter().find(|part| matches!(part, Evaluated::Error(_)));
        first.map_or_else(|| fault(FaultKind::NoValue), |&part| part.clone())
    }
}

/// With `c` `?` or `!`, the common value of both branches if they agree; else `?` if `c` or a branch is `?`, else `!` (V4).
/// For `!` that is V6: an error counts only where the result depends on it; were it otherwise, learning that `c` is `!`
/// would change a decided answer (V7).
pub(crate) fn if_then_else(c: &Evaluated, a: &Evaluated, b: &Evaluated) -> Evaluated {
    match c {
        Evaluated::Value(Value::Bool(true)) => a.clone(),
        Evaluated::Value(Value::Bool(false)) => b.clone(),
        _ if agree(a, b) => a.clone(),
        Evaluated::Unknown => Evaluated::Unknown,
        _ if [a, b].into_iter().any(is_open) => Evaluated::Unknown,
        Evaluated::Value(_) => fault(FaultKind::NoValue),
        Evaluated::Error(_) => c.clone(),
    }
}

fn is_open(result: &Evaluated) -> bool {
    match result {
        Evaluated::Unknown => true,
        Evaluated::Value(value) => super::has_unknown(value),
        Evaluated::Error(_) => false,
    }
}

/// Whether two results are the same for every completion: equal values without unknown fields, or the same error. (Two
/// different ones may be different outcomes: a conflict, an overflow.)
pub(crate) fn agree(a: &Evaluated, b: &Evaluated) -> bool {
    match (a, b) {
        (Evaluated::Value(x), Evaluated::Value(y)) => x == y && !super::has_unknown(x),
        (Evaluated::Error(x), Evaluated::Error(y)) => x == y,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const Y: Evaluated = Evaluated::YES;
    const N: Evaluated = Evaluated::NO;
    const Q: Evaluated = Evaluated::Unknown;

    fn e() -> Evaluated {
        fault(FaultKind::Overflow)
    }

    #[test]
    fn v2_and_is_no_then_unknown_then_error_then_yes() {
        assert_eq!(all(&[&Y, &e(), &Q, &N]), N);
        assert_eq!(all(&[&Y, &e(), &Q]), Q);
        assert_eq!(all(&[&Y, &e()]), e());
        assert_eq!(all(&[&Y, &Y]), Y);
        assert_eq!(all(&[]), Y);
    }

    #[test]
    fn v2_or_is_yes_then_unknown_then_error_then_no() {
        assert_eq!(any(&[&N, &e(), &Q, &Y]), Y);
        assert_eq!(any(&[&N, &e(), &Q]), Q);
        assert_eq!(any(&[&N, &e()]), e());
        assert_eq!(any(&[&N]), N);
        assert_eq!(any(&[]), N);
    }

    #[test]
    fn v2_the_order_of_parts_never_matters() {
        let parts = [Y, N, Q, e()];
        for a in &parts {
            for b in &parts {
                assert_eq!(all(&[a, b]), all(&[b, a]));
                assert_eq!(any(&[a, b]), any(&[b, a]));
                assert_eq!(not(&all(&[a, b])), any(&[&not(a), &not(b)]));
            }
        }
    }

    #[test]
    fn v3_at_least_counts_what_is_settled() {
        assert_eq!(at_least(2, &[&Y, &Q, &Y]), Y);
        assert_eq!(at_least(2, &[&N, &Q, &N]), N);
        assert_eq!(at_least(2, &[&Y, &Q, &e()]), Q);
        assert_eq!(at_least(2, &[&Y, &N, &e()]), e());
        assert_eq!(at_least(0, &[&e()]), Y);
    }

    #[test]
    fn v4_an_unknown_condition_takes_the_common_value() {
        let one = Evaluated::Value(Value::integer(1));
        assert_eq!(if_then_else(&Q, &one, &one), one);
        assert_eq!(if_then_else(&Q, &one, &Q), Q);
        assert_eq!(if_then_else(&Y, &one, &e()), one);
        assert_eq!(if_then_else(&e(), &one, &one), one);
        assert_eq!(if_then_else(&e(), &one, &Y), e());
        assert_eq!(if_then_else(&e(), &one, &Q), Q);
    }
}

//! Decision tables (V12): a row is a condition, its output counts where it holds.

use super::{fault, logic, set};
use crate::program::HitKind;
use crate::value::{Evaluated, FaultKind, Value};

/// How many rows with `!` conditions are tried holding and not holding before the result is simply `!`.
const MAX_TRIALS: u32 = 6;

/// What a table comes to: condition and output of each row in order, and the value where no row matches.
///
/// With conditions that are `?`, the common output of all rows that may match, else `?`. A row whose condition is `!` is
/// tried holding and not holding, like a rule (D6).
pub(crate) fn rows(hit: &HitKind, rows: &[(&Evaluated, &Evaluated)], otherwise: Option<&Evaluated>) -> Evaluated {
    let errors: Vec<usize> = (0..rows.len()).filter(|&row| matches!(rows[row].0, Evaluated::Error(_))).collect();
    if errors.is_empty() {
        return tried(hit, rows, otherwise);
    }
    let first = rows[errors[0]].0;
    if errors.len() as u32 > MAX_TRIALS {
        return first.clone();
    }
    let results = (0..1u32 << errors.len()).map(|mask| {
        let mut rows = rows.to_vec();
        for (bit, &row) in errors.iter().enumerate() {
            rows[row].0 = if mask >> bit & 1 == 1 { &Evaluated::YES } else { &Evaluated::NO };
        }
        tried(hit, &rows, otherwise)
    });
    common(results, first)
}

/// What several trials come to: the same result is the answer, two different ones are the error that made them necessary.
pub(crate) fn common(results: impl IntoIterator<Item = Evaluated>, error: &Evaluated) -> Evaluated {
    let mut unknown = false;
    let mut settled: Option<Evaluated> = None;
    for result in results {
        match &settled {
            _ if result == Evaluated::Unknown => unknown = true,
            None => settled = Some(result),
            Some(other) if *other == result || logic::agree(other, &result) => {}
            Some(_) => return error.clone(),
        }
    }
    if unknown { Evaluated::Unknown } else { settled.unwrap_or_else(|| error.clone()) }
}

/// As [`rows`], no condition being `!`.
fn tried(hit: &HitKind, rows: &[(&Evaluated, &Evaluated)], otherwise: Option<&Evaluated>) -> Evaluated {
    let none = fault(FaultKind::NoRow);
    let otherwise = otherwise.unwrap_or(&none);
    let certain: Vec<&Evaluated> = rows.iter().filter(|row| row.0.is_yes()).map(|row| row.1).collect();
    let maybe: Vec<&Evaluated> = rows.iter().filter(|row| *row.0 == Evaluated::Unknown).map(|row| row.1).collect();
    match hit {
        HitKind::Collect if maybe.is_empty() => {
            super::strict_list(&certain, |values| Value::List(values.iter().map(|&value| value.clone()).collect()))
        }
        HitKind::Collect => Evaluated::Unknown,
        HitKind::First => {
            let mut candidates = Vec::new();
            let open = rows.iter().filter(|row| !row.0.is_no());
            for (condition, output) in open {
                candidates.push(*output);
                if condition.is_yes() {
                    return one_of(&candidates);
                }
            }
            candidates.push(otherwise);
            one_of(&candidates)
        }
        HitKind::Unique | HitKind::Any | HitKind::Highest(_) => {
            let ranks: &[(Value, Value)] = if let HitKind::Highest(ranks) = hit { ranks } else { &[] };
            if certain.is_empty() {
                return one_of(&maybe.into_iter().chain([otherwise]).collect::<Vec<_>>());
            }
            let result = agreed(&certain, ranks);
            // A row that may match changes nothing if its output is the result, or the result outranks it.
            let changes_nothing = |output: &&Evaluated| match (&result, output) {
                (Evaluated::Value(kept), Evaluated::Value(value)) => {
                    logic::agree(&result, output) || ranked(rank_of(kept), rank_of(value), ranks)
                }
                (Evaluated::Error(_), _) => ranks.is_empty(),
                _ => false,
            };
            if maybe.iter().all(changes_nothing) { result } else { Evaluated::Unknown }
        }
    }
}

/// The result of matching rows: those dropped that another outranks, the rest must agree.
fn agreed(outputs: &[&Evaluated], ranks: &[(Value, Value)]) -> Evaluated {
    if let Some(error) = outputs.iter().find(|output| matches!(output, Evaluated::Error(_))) {
        return (*error).clone();
    }
    let mut values = Vec::new();
    for output in outputs {
        match output {
            Evaluated::Value(value) => values.push(value),
            _ => return Evaluated::Unknown,
        }
    }
    let kept: Vec<&Value> = values
        .iter()
        .copied()
        .filter(|value| !values.iter().any(|other| ranked(rank_of(other), rank_of(value), ranks)))
        .collect();
    let Some((first, rest)) = kept.split_first() else { return fault(FaultKind::RowsDisagree) };
    let same: Vec<Evaluated> = rest.iter().map(|other| set::same(first, other)).collect();
    match super::logic::all(&same.iter().collect::<Vec<_>>()) {
        Evaluated::Value(Value::Bool(true)) => Evaluated::Value((*first).clone()),
        Evaluated::Value(_) => fault(FaultKind::RowsDisagree),
        other => other,
    }
}

/// The common result of candidates, one of which holds; else `?`.
fn one_of(candidates: &[&Evaluated]) -> Evaluated {
    match candidates.split_first() {
        Some((first, rest)) if rest.is_empty() || rest.iter().all(|other| logic::agree(first, other)) => {
            (*first).clone()
        }
        _ => Evaluated::Unknown,
    }
}

/// The output that ranks compare: the first.
fn rank_of(output: &Value) -> Option<&Value> {
    match output {
        Value::Record(fields) => fields.first().and_then(Evaluated::value),
        value => Some(value),
    }
}

fn ranked(higher: Option<&Value>, lower: Option<&Value>, ranks: &[(Value, Value)]) -> bool {
    ranks.iter().any(|(high, low)| Some(high) == higher && Some(low) == lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    const Y: Evaluated = Evaluated::YES;
    const N: Evaluated = Evaluated::NO;
    const Q: Evaluated = Evaluated::Unknown;

    fn v(number: i64) -> Evaluated {
        Evaluated::Value(Value::integer(number))
    }

    fn e() -> Evaluated {
        fault(FaultKind::Overflow)
    }

    #[test]
    fn v12_matching_rows_with_different_outputs_are_an_error() {
        let (one, two) = (v(1), v(2));
        assert_eq!(rows(&HitKind::Unique, &[(&Y, &one), (&N, &two)], None), one);
        assert_eq!(rows(&HitKind::Unique, &[(&Y, &one), (&Y, &one)], None), one);
        assert_eq!(rows(&HitKind::Any, &[(&Y, &one), (&Y, &two)], None), fault(FaultKind::RowsDisagree));
        assert_eq!(rows(&HitKind::Any, &[(&N, &one)], Some(&two)), two);
        assert_eq!(rows(&HitKind::Any, &[(&N, &one)], None), fault(FaultKind::NoRow));
    }

    #[test]
    fn v12_highest_drops_outranked_rows() {
        let (one, two, three) = (v(1), v(2), v(3));
        let ranks = [(Value::integer(2), Value::integer(1))];
        let highest = HitKind::Highest(ranks.into());
        assert_eq!(rows(&highest, &[(&Y, &one), (&Y, &two)], None), two);
        assert_eq!(rows(&highest, &[(&Y, &two), (&Q, &one)], None), two);
        assert_eq!(rows(&highest, &[(&Y, &one), (&Q, &two)], None), Q);
        assert_eq!(rows(&highest, &[(&Y, &one), (&Y, &three)], None), fault(FaultKind::RowsDisagree));
    }

    #[test]
    fn v12_first_lets_written_order_decide_and_collect_lists_all() {
        let (one, two) = (v(1), v(2));
        assert_eq!(rows(&HitKind::First, &[(&N, &e()), (&Y, &one), (&Y, &two)], None), one);
        assert_eq!(rows(&HitKind::First, &[(&Q, &two), (&Y, &one)], None), Q);
        assert_eq!(rows(&HitKind::First, &[(&Q, &one), (&Y, &one), (&Q, &two)], None), one);
        let list = Evaluated::Value(Value::List([Value::integer(1), Value::integer(2)].into()));
        assert_eq!(rows(&HitKind::Collect, &[(&Y, &one), (&Y, &two)], None), list);
        assert_eq!(rows(&HitKind::Collect, &[(&N, &one)], None), Evaluated::Value(Value::List([].into())));
        assert_eq!(rows(&HitKind::Collect, &[(&Q, &one)], None), Q);
    }

    #[test]
    fn v12_unknown_inputs_give_the_common_output() {
        let (one, two) = (v(1), v(2));
        assert_eq!(rows(&HitKind::Any, &[(&Q, &one), (&Q, &one)], Some(&one)), one);
        assert_eq!(rows(&HitKind::Any, &[(&Q, &one), (&Q, &one)], Some(&two)), Q);
        assert_eq!(rows(&HitKind::Any, &[(&Y, &one), (&Q, &one)], None), one);
        assert_eq!(rows(&HitKind::Any, &[(&Y, &one), (&Q, &two)], None), Q);
    }

    #[test]
    fn v6_an_error_in_a_condition_counts_only_where_it_matters() {
        let (one, two) = (v(1), v(2));
        assert_eq!(rows(&HitKind::First, &[(&Y, &one), (&e(), &two)], None), one);
        assert_eq!(rows(&HitKind::Any, &[(&Y, &one), (&e(), &one)], None), one);
        assert_eq!(rows(&HitKind::Any, &[(&Y, &one), (&e(), &two)], None), e());
        assert_eq!(rows(&HitKind::Any, &[(&N, &e())], Some(&two)), two);
    }
}

//! `and`, `or`, `not`, `at least`, `if` over the four states, as `eval::kernel::logic` has them.

use super::expr::{Sql, case, int, sum, truth};
use super::shape::{ERROR, NO, NONE, State, UNKNOWN, YES};

/// `n` over `?` over `!` over `y`.
pub(crate) fn all(parts: &[State]) -> State {
    junction(parts, NO)
}

/// `y` over `?` over `!` over `n`.
pub(crate) fn any(parts: &[State]) -> State {
    junction(parts, YES)
}

/// `decides` over `?` over `!` over the other.
fn junction(parts: &[State], decides: i64) -> State {
    let weakest = YES - decides;
    if parts.iter().any(|part| part.is(decides)) {
        return State::always(decides);
    }
    let open: Vec<&State> = parts.iter().filter(|part| !part.is(weakest)).collect();
    if let [only] = open[..]
        && !only.may(NONE)
    {
        return only.clone();
    }
    let mut arms = Vec::new();
    let mut may = vec![];
    for (to, of) in [(decides, &[decides][..]), (UNKNOWN, &[UNKNOWN]), (ERROR, &[ERROR, NONE])] {
        let found = of.iter().map(|&state| one_is(open.iter().copied(), state)).collect();
        let found = super::expr::any(found);
        if found.as_truth() != Some(false) {
            may.push(to);
        }
        arms.push((found, int(to)));
    }
    may.push(weakest);
    State::new(case(arms, int(weakest)), &may)
}

/// The condition that one of some states is this.
fn one_is<'s>(states: impl Iterator<Item = &'s State>, state: i64) -> Sql {
    let (mut columns, mut sure) = (Vec::new(), false);
    for it in states.filter(|it| it.may(state)) {
        sure |= it.is(state);
        columns.push(it.sql.clone());
    }
    match columns.len() {
        _ if sure => truth(true),
        1 => columns.swap_remove(0).eq(int(state)),
        0 => truth(false),
        _ => int(state).one_of(columns),
    }
}

/// Swaps `y` and `n`.
pub(crate) fn not(part: &State) -> State {
    let arms = vec![
        (part.when(NO), int(YES)),
        (part.when(YES), int(NO)),
        (part.when(NONE), int(ERROR)),
        (part.when(UNKNOWN), int(UNKNOWN)),
    ];
    let may: Vec<i64> = part.all().into_iter().map(|state| [YES, NO, UNKNOWN, ERROR, ERROR][state as usize]).collect();
    State::new(case(arms, int(ERROR)), &may)
}

/// `y` when `least` parts are `y`, `n` when fewer than that are not `n`, else `?` over `!`.
pub(crate) fn at_least(least: u32, parts: &[State]) -> State {
    let count = |counted: &dyn Fn(&State) -> Sql| {
        sum(parts.iter().map(|part| case(vec![(counted(part), int(1))], int(0))).collect())
    };
    let yes = count(&|part| part.when(YES));
    let not_no = count(&|part| part.when(NO).not());
    let least = int(i64::from(least));
    let arms = vec![
        (yes.ge(least.clone()), int(YES)),
        (not_no.lt(least), int(NO)),
        (one_is(parts.iter(), UNKNOWN), int(UNKNOWN)),
    ];
    State::new(case(arms, int(ERROR)), &[NO, YES, UNKNOWN, ERROR])
}

/// The state of `if c then a else b`; `agree` is the condition that both branches have the same value.
///
/// Two branches that are both `!` may be so for one reason or two: they are taken for two, and the whole for `?`.
pub(crate) fn choose(c: &State, a: &State, b: &State, agree: Sql) -> State {
    let bad = super::expr::any(vec![a.when(UNKNOWN), b.when(UNKNOWN)]);
    let arms = vec![
        (c.when(YES), a.sql.clone()),
        (c.when(NO), b.sql.clone()),
        (agree, a.sql.clone()),
        (c.when(UNKNOWN), int(UNKNOWN)),
        (bad, int(UNKNOWN)),
    ];
    let mut may = [a.all(), b.all()].concat();
    if c.may(UNKNOWN) || c.may(ERROR) || c.may(NONE) {
        may.extend([UNKNOWN, ERROR]);
    }
    State::new(case(arms, int(ERROR)), &may)
}

/// Whether operands are all there (V4): `!` over `?` over a value. `none` never reaches an operator (V5).
pub(crate) fn strict(parts: &[&State]) -> State {
    if let [only] = parts
        && only.all().iter().all(|state| [YES, UNKNOWN, ERROR].contains(state))
    {
        return (*only).clone();
    }
    let error = super::expr::any([ERROR, NONE].map(|bad| one_is(parts.iter().copied(), bad)).to_vec());
    let unknown = one_is(parts.iter().copied(), UNKNOWN);
    let mut may = vec![YES];
    for (found, state) in [(&error, ERROR), (&unknown, UNKNOWN)] {
        if found.as_truth() != Some(false) {
            may.push(state);
        }
    }
    State::new(case(vec![(error, int(ERROR)), (unknown, int(UNKNOWN))], int(YES)), &may)
}

/// A comparison of operands that may not be there.
pub(crate) fn compare(operands: &State, holds: Sql) -> State {
    let arms = vec![(operands.when(ERROR), int(ERROR)), (operands.when(UNKNOWN), int(UNKNOWN)), (holds, int(YES))];
    let mut may = vec![NO, YES];
    may.extend([UNKNOWN, ERROR].into_iter().filter(|&bad| operands.may(bad)));
    State::new(case(arms, int(NO)), &may)
}

//! Which of several values holds, as rules and rows decide it (D6, V12).
//!
//! Of a condition that is `!` both ways are tried by the interpreter. What comes out the same either way is settled here as for
//! one that is `?`; where it does not, this says `!` only if nothing else is open, else `?`: never another value.

use std::rc::Rc;

use super::expr::{Sql, all, any, case, int, null, sum};
use super::layers::Layers;
use super::logic;
use super::number::Number;
use super::refuse::{ENGINE, Refusal};
use super::shape::{ERROR, Kind, NO, NONE, Shape, State, UNKNOWN, YES, join};
use crate::program::Program;
use crate::value::Value;

/// One who may speak: whether it does, and for which value.
pub(crate) type Voice = (State, Shape);

/// What came out.
pub(crate) struct Settled {
    /// The value.
    pub(crate) shape: Shape,
    /// The condition that voices conflict.
    pub(crate) conflict: Sql,
    /// The condition that it rests on what a condition that is `!` would have been.
    pub(crate) tried: Sql,
}

/// How voices are weighed.
pub(crate) struct Rules<'r> {
    /// Pairs of values: the first outranks the second.
    pub(crate) outranks: &'r [(Value, Value)],
    /// What holds when nobody speaks; nothing is an error.
    pub(crate) otherwise: Option<Shape>,
    /// Whether voices silence each other: then a `!` may come out the same either way without showing it here.
    pub(crate) tied: bool,
}

/// The state of what is not settled.
fn open(states: &[State], tied: bool) -> Sql {
    let unknown = states.iter().map(|state| state.when(UNKNOWN)).collect();
    case(vec![(any(unknown), int(UNKNOWN))], int(if tied { UNKNOWN } else { ERROR }))
}

/// Settles voices that all speak for constants.
pub(crate) fn constants(layers: &mut Layers, voices: &[(State, Value)], rules: &Rules<'_>) -> Settled {
    let mut values: Vec<(Value, Vec<State>)> = Vec::new();
    for (speaks, value) in voices {
        match values.iter_mut().find(|(other, _)| other == value) {
            Some((_, states)) => states.push(speaks.clone()),
            None => values.push((value.clone(), vec![speaks.clone()])),
        }
    }
    let values: Vec<(Value, State)> = values
        .into_iter()
        .map(|(value, states)| {
            let state = logic::any(&states);
            let all = state.all();
            (value, State::new(layers.column(state.sql), &all))
        })
        .collect();
    let outranks = |a: &Value, b: &Value| rules.outranks.iter().any(|(high, low)| high == a && low == b);
    let absent = |state: &State| state.when(NO);
    let alone = |value: &Value, present: &State| {
        let others = values.iter().filter(|(other, _)| other != value && !outranks(value, other));
        let others = others.map(|(_, state)| absent(state));
        all(std::iter::once(present.when(YES)).chain(others).collect())
    };
    // Of a conflict two values are left that nothing outranks.
    let kept = values.iter().map(|(value, present)| {
        let above = values.iter().filter(|(other, _)| outranks(other, value)).map(|(_, state)| absent(state));
        all(std::iter::once(present.when(YES)).chain(above).collect())
    });
    let conflict = match &kept.collect::<Vec<_>>()[..] {
        [] | [_] => super::expr::truth(false),
        [a, b] => all(vec![a.clone(), b.clone()]),
        many => sum(many.iter().map(|kept| case(vec![(kept.clone(), int(1))], int(0))).collect()).ge(int(2)),
    };
    let otherwise = rules.otherwise.clone();
    let silent = values.iter().map(|(value, state)| {
        let same = otherwise.as_ref().and_then(Shape::known) == Some(value);
        if same { state.when(YES).not() } else { absent(state) }
    });
    let silent = all(silent.collect());
    let mut arms: Vec<(Sql, Sql)> =
        values.iter().enumerate().map(|(at, (value, state))| (alone(value, state), int(at as i64 + 1))).collect();
    arms.push((conflict, int(CONFLICT)));
    arms.push((silent, int(SILENT)));
    let code = layers.column(case(arms, int(OPEN)));
    let states: Vec<State> = values.iter().map(|(_, state)| state.clone()).collect();
    let open = open(&states, rules.tied);
    let may_open = [UNKNOWN, ERROR];
    let base = otherwise.as_ref().map_or(State::always(ERROR), Shape::state);
    let tried = all(vec![code.clone().eq(int(OPEN)), any(states.iter().map(|state| state.when(ERROR)).collect())]);
    let conflict = code.clone().eq(int(CONFLICT));
    let mut may = [base.all(), may_open.to_vec()].concat();
    may.push(YES);
    let mut choice: Vec<(i64, Value)> =
        values.iter().enumerate().map(|(at, (value, _))| (at as i64 + 1, value.clone())).collect();
    // A base that is a constant is one more choice.
    let base = match otherwise.as_ref().and_then(Shape::known) {
        Some(value) => {
            choice.push((SILENT, value.clone()));
            State::always(YES)
        }
        None => base,
    };
    let state = case(
        vec![
            (code.clone().ge(int(1)), int(YES)),
            (code.clone().eq(int(SILENT)), base.sql.clone()),
            (code.clone().eq(int(CONFLICT)), int(ERROR)),
        ],
        open,
    );
    let state = State::new(layers.column(state), &may);
    Settled { shape: Shape::Choice(state, code, Rc::from(choice)), conflict, tried }
}

/// Nobody speaks: the base holds.
pub(crate) const SILENT: i64 = 0;
/// Values are left that nothing orders.
const CONFLICT: i64 = -1;
/// It rests on what is not known.
const OPEN: i64 = -2;

/// A value that is there, is `none`, or is not there.
struct Single {
    state: State,
    value: Sql,
}

/// Settles voices that speak for whatever nodes come to. Nothing outranks.
pub(crate) fn computed(
    program: &Program,
    layers: &mut Layers,
    voices: &[Voice],
    rules: &Rules<'_>,
) -> Result<Settled, Refusal> {
    if !rules.outranks.is_empty() {
        return Err(Refusal::new("ranks of values that are computed", ENGINE));
    }
    let shapes: Vec<&Shape> = voices.iter().map(|(_, shape)| shape).chain(&rules.otherwise).collect();
    let (singles, kind) = singles(program, layers, &shapes)?;
    let (base, singles) = match rules.otherwise {
        Some(_) => {
            let (last, rest) = singles.split_last().ok_or_else(|| Refusal::new("nothing to decide", ENGINE))?;
            (Some(last), rest)
        }
        None => (None, &singles[..]),
    };
    let voices: Vec<(&State, &Single)> = voices.iter().map(|(speaks, _)| speaks).zip(singles).collect();
    let first = |of: &dyn Fn(&Single) -> Sql, otherwise: Sql| {
        case(voices.iter().map(|(speaks, single)| (speaks.when(YES), of(single))).collect(), otherwise)
    };
    let state = first(&|single| single.state.sql.clone(), base.map_or(int(ERROR), |base| base.state.sql.clone()));
    let state = layers.column(state);
    let value = layers.column(first(&|single| single.value.clone(), base.map_or(null(), |base| base.value.clone())));
    let same = |single: &Single| {
        let equal = all(vec![single.state.when(YES), single.value.clone().eq(value.clone())]);
        let equal = any(vec![single.state.when(NONE), equal]);
        all(vec![single.state.sql.clone().eq(state.clone()), equal])
    };
    let speaks = |when: &dyn Fn(&Single) -> Sql| {
        any(voices.iter().map(|(speaks, single)| all(vec![speaks.when(YES), when(single)])).collect())
    };
    let maybe = |when: &dyn Fn(&Single) -> Sql| {
        let may = |speaks: &State| any(vec![speaks.when(UNKNOWN), speaks.when(ERROR)]);
        any(voices.iter().map(|(speaks, single)| all(vec![may(speaks), when(single)])).collect())
    };
    let known = |single: &Single| any(vec![single.state.when(YES), single.state.when(NONE)]);
    let states: Vec<State> = voices.iter().map(|(speaks, _)| (*speaks).clone()).collect();
    let code = case(
        vec![
            (speaks(&|single| single.state.when(ERROR)), int(ERROR)),
            (speaks(&|single| single.state.when(UNKNOWN)), int(UNKNOWN)),
            (
                all(vec![speaks(&|single| same(single).not()), maybe(&|single| known(single).not()).not()]),
                int(CONFLICT),
            ),
            (any(vec![speaks(&|single| same(single).not()), maybe(&|single| same(single).not())]), int(OPEN)),
        ],
        int(YES),
    );
    let code = layers.column(code);
    let open = open(&states, rules.tied);
    let settled = case(
        vec![
            (code.clone().eq(int(YES)), state),
            (code.clone().eq(int(CONFLICT)), int(ERROR)),
            (code.clone().eq(int(OPEN)), open),
        ],
        code.clone(),
    );
    let settled = State::new(layers.column(settled), &[YES, UNKNOWN, ERROR, NONE]);
    let tried = all(vec![code.clone().eq(int(OPEN)), any(states.iter().map(|state| state.when(ERROR)).collect())]);
    Ok(Settled { shape: Shape::Scalar(settled, value, kind), conflict: code.eq(int(CONFLICT)), tried })
}

/// Single values of one kind.
fn singles(program: &Program, layers: &mut Layers, shapes: &[&Shape]) -> Result<(Vec<Single>, Kind), Refusal> {
    let no_single = || Refusal::new("values here that are neither single nor constant", ENGINE);
    let parts = shapes.iter().map(|shape| shape.scalar(program).ok_or_else(no_single));
    let parts = parts.collect::<Result<Vec<_>, _>>()?;
    let scale = parts.iter().map(|(_, _, kind)| if let Kind::Number { scale, .. } = kind { *scale } else { 0 }).max();
    let mut whole = Kind::Nothing;
    let mut singles = Vec::new();
    for (state, value, kind) in parts {
        let (value, kind) = match Number::new(value.clone(), &kind) {
            Some(number) if kind != Kind::Nothing => {
                let number = number.at_scale(scale.unwrap_or(0))?;
                (number.sql.clone(), number.kind())
            }
            _ => (value, kind),
        };
        whole = join(&whole, &kind).ok_or_else(no_single)?;
        let may = state.all();
        singles.push(Single { state: State::new(layers.column(state.sql), &may), value: layers.column(value) });
    }
    Ok((singles, whole))
}

/// The first row that matches (V12, `first`), outputs being constants.
pub(crate) fn first(
    layers: &mut Layers,
    conditions: &[State],
    values: &[Value],
    otherwise: Option<&Shape>,
) -> Result<Shape, Refusal> {
    let base =
        match otherwise {
            None => None,
            Some(shape) => {
                let known = shape.known().cloned();
                Some(known.ok_or_else(|| {
                    Refusal::new("a table read in order with an `otherwise` that is computed", ENGINE)
                })?)
            }
        };
    let mut distinct: Vec<Value> = Vec::new();
    let mut key_of = |value: &Value| {
        let at = distinct.iter().position(|other| other == value).unwrap_or_else(|| {
            distinct.push(value.clone());
            distinct.len() - 1
        });
        at as i64 + 1
    };
    let keys: Vec<i64> = values.iter().map(&mut key_of).collect();
    let base_key = base.as_ref().map_or(SILENT, key_of);
    let places = conditions.iter().enumerate().map(|(place, state)| (state.when(YES), int(place as i64 + 1)));
    let place = layers.column(case(places.collect(), int(0)));
    let taken = conditions.iter().zip(&keys).map(|(state, key)| (state.when(YES), int(*key)));
    let key = layers.column(case(taken.collect(), int(base_key)));
    // A row before it that may match, with another output.
    let doubts = conditions.iter().zip(&keys).enumerate().map(|(at, (state, of))| {
        let may = any(vec![state.when(UNKNOWN), state.when(ERROR)]);
        let before = any(vec![place.clone().eq(int(0)), place.clone().gt(int(at as i64 + 1))]);
        all(vec![may, before, key.clone().ne(int(*of))])
    });
    let doubt = any(doubts.collect());
    let nothing = if base.is_none() { key.clone().eq(int(SILENT)) } else { super::expr::truth(false) };
    let state = case(vec![(doubt, open(conditions, false)), (nothing, int(ERROR))], int(YES));
    let state = State::new(layers.column(state), &[YES, UNKNOWN, ERROR]);
    let choice: Vec<(i64, Value)> =
        distinct.into_iter().enumerate().map(|(at, value)| (at as i64 + 1, value)).collect();
    Ok(Shape::Choice(state, key, Rc::from(choice)))
}

/// A set that standing rules include into, of constants (D7), and the condition that it rests on what was tried.
pub(crate) fn included(layers: &mut Layers, stands: &[State], values: &[Value], tied: bool) -> (Shape, Sql) {
    let mut members: std::collections::BTreeMap<Value, Vec<State>> = std::collections::BTreeMap::new();
    for (state, value) in stands.iter().zip(values) {
        let mut add = |member: &Value| members.entry(member.clone()).or_default().push(state.clone());
        match value {
            Value::Set(set) => set.iter().for_each(&mut add),
            value => add(value),
        }
    }
    let mut states = Vec::new();
    let mut listed = Vec::new();
    for (member, of) in members {
        let state = logic::any(&of);
        let may = state.all();
        let state = State::new(layers.column(state.sql), &may);
        listed.push((member, state.when(YES)));
        states.push(state);
    }
    let open_now = |wanted: i64| any(states.iter().map(|state| state.when(wanted)).collect());
    let arms = vec![(any(vec![open_now(UNKNOWN), open_now(ERROR)]), open(&states, tied))];
    let state = State::new(layers.column(case(arms, int(YES))), &[YES, UNKNOWN, ERROR]);
    let tried = layers.column(open_now(ERROR));
    (Shape::Set(state, super::shape::Members::Listed(listed)), tried)
}

/// A total that standing rules add to (D7), and the condition that it rests on what was tried.
pub(crate) fn added(
    program: &Program,
    layers: &mut Layers,
    stands: &[State],
    values: &[Shape],
    tied: bool,
) -> Result<(Shape, Sql), Refusal> {
    let (singles, numbers) = numbers(program, layers, values)?;
    let zero = Value::integer(0);
    let counts: Vec<bool> = values.iter().map(|value| value.known() != Some(&zero)).collect();
    let speaks = |wanted: i64| {
        any(stands.iter().zip(&singles).map(|(s, single)| all(vec![s.when(YES), single.state.when(wanted)])).collect())
    };
    let maybe = |wanted: i64| {
        any(stands.iter().zip(&counts).filter(|(_, counts)| **counts).map(|(s, _)| s.when(wanted)).collect())
    };
    let arms = vec![
        (speaks(ERROR), int(ERROR)),
        (speaks(UNKNOWN), int(UNKNOWN)),
        (any(vec![maybe(UNKNOWN), maybe(ERROR)]), open(stands, tied)),
    ];
    let state = State::new(layers.column(case(arms, int(YES))), &[YES, UNKNOWN, ERROR]);
    let total = picked(stands, &numbers)?;
    let tried = layers.column(maybe(ERROR));
    Ok((Shape::Scalar(state, layers.column(total.sql.clone()), total.kind()), tried))
}

/// The sum of values over the elements whose condition holds.
pub(crate) fn folded(
    program: &Program,
    layers: &mut Layers,
    conditions: &[State],
    values: &[Shape],
) -> Result<Shape, Refusal> {
    let (singles, numbers) = numbers(program, layers, values)?;
    let bad = |wanted: &[i64]| {
        let each = conditions.iter().zip(&singles).flat_map(|(condition, single)| {
            let value = wanted.iter().map(|&state| single.state.when(state)).collect();
            let own = wanted.iter().map(|&state| condition.when(state)).collect();
            [any(own), all(vec![condition.when(YES), any(value)])]
        });
        any(each.collect())
    };
    let arms = vec![(bad(&[ERROR, NONE]), int(ERROR)), (bad(&[UNKNOWN]), int(UNKNOWN))];
    let state = State::new(layers.column(case(arms, int(YES))), &[YES, UNKNOWN, ERROR]);
    let total = picked(conditions, &numbers)?;
    Ok(Shape::Scalar(state, layers.column(total.sql.clone()), total.kind()))
}

fn numbers(program: &Program, layers: &mut Layers, values: &[Shape]) -> Result<(Vec<Single>, Vec<Number>), Refusal> {
    let shapes: Vec<&Shape> = values.iter().collect();
    let (singles, _) = singles(program, layers, &shapes)?;
    let scale_of = |kind: &Kind| if let Kind::Number { scale, .. } = kind { *scale } else { 0 };
    let kinds: Vec<Kind> = values.iter().filter_map(|shape| shape.scalar(program)).map(|(_, _, kind)| kind).collect();
    let scale = kinds.iter().map(scale_of).max().unwrap_or(0);
    let each = singles.iter().zip(&kinds).map(|(single, kind)| {
        let no_number = || Refusal::new("a sum of what is no number", ENGINE);
        let bounds = Number::new(single.value.clone(), kind).ok_or_else(no_number)?.at_scale(scale)?;
        // The column is at that scale already.
        Ok(Number { sql: single.value.clone(), ..bounds })
    });
    let numbers = each.collect::<Result<Vec<_>, Refusal>>()?;
    Ok((singles, numbers))
}

/// The sum of the numbers whose condition holds.
fn picked(conditions: &[State], numbers: &[Number]) -> Result<Number, Refusal> {
    let each = conditions.iter().zip(numbers).map(|(condition, number)| Number {
        sql: case(vec![(condition.when(YES), number.sql.clone())], int(0)),
        least: number.least.min(0),
        most: number.most.max(0),
        ..number.clone()
    });
    super::number::total(&each.collect::<Vec<_>>())
}

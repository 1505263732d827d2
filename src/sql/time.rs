//! Versions in force and dated data: which boundaries a day has passed (T2, T4, T9).

use std::rc::Rc;

use super::expr::{Sql, any, case, int, sum};
use super::layers::Layers;
use super::logic;
use super::shape::{ERROR, Kind, NO, Shape, State, UNKNOWN, YES};
use crate::compile::day_number;
use crate::eval::kernel::clock;
use crate::program::{Boundary, Program};
use crate::value::{Evaluated, Value};

/// The day, and the moment inside it, by which data is picked.
pub(crate) struct Day {
    state: State,
    value: Sql,
    is_instant: bool,
    moment: Option<(State, Sql)>,
}

impl Day {
    /// Reads day and moment; nothing if they are no date or instant.
    pub(crate) fn new(program: &Program, operands: &[Shape]) -> Option<Self> {
        let (state, value, kind) = operands.first()?.scalar(program)?;
        let moment = match operands.get(1) {
            Some(shape) => shape.scalar(program).map(|(state, value, _)| (state, value)),
            None => None,
        };
        let is_instant = kind == Kind::Instant;
        matches!(kind, Kind::Date { .. } | Kind::Instant).then_some(Day { state, value, is_instant, moment })
    }

    /// Whether a boundary is passed, of a day that is known: `y n`, and on the day of a moment `? !` too.
    fn passed(&self, boundary: &Boundary) -> State {
        let start = clock::start_of(boundary).timestamp_micros();
        if self.is_instant {
            return State::new(case(vec![(self.value.clone().ge(int(start)), int(YES))], int(NO)), &[NO, YES]);
        }
        let date = int(day_number(boundary.date));
        let on_that_day = match (&boundary.moment, &self.moment) {
            (None, _) => State::always(YES),
            (Some(_), None) => State::always(ERROR),
            (Some(_), Some((state, moment))) => {
                let mut may = vec![NO, YES];
                may.extend([UNKNOWN, ERROR].into_iter().filter(|&bad| state.may(bad)));
                let begun = case(vec![(moment.clone().ge(int(start)), int(YES))], int(NO));
                State::new(case(vec![(state.when(YES), begun)], state.sql.clone()), &may)
            }
        };
        let arms = vec![(self.value.clone().gt(date.clone()), int(YES)), (self.value.clone().lt(date), int(NO))];
        let mut may = on_that_day.all();
        may.extend([YES, NO]);
        State::new(case(arms, on_that_day.sql), &may)
    }
}

/// Whether a version is in force.
pub(crate) fn in_force(layers: &mut Layers, day: &Day, start: &Boundary, end: Option<&Boundary>) -> State {
    let started = column(layers, day.passed(start));
    let both = match end {
        Some(end) => {
            let ended = logic::not(&day.passed(end));
            let ended = column(layers, ended);
            logic::all(&[started, ended])
        }
        None => started,
    };
    let mut arms: Vec<(Sql, Sql)> = [UNKNOWN, ERROR].into_iter().map(|bad| (day.state.when(bad), int(bad))).collect();
    arms.retain(|(when, _)| when.as_truth() != Some(false));
    let mut may = both.all();
    may.extend(day.state.all().into_iter().filter(|&state| state != YES));
    column(layers, State::new(case(arms, both.sql), &may))
}

/// One of a few constants: state, key, values by key.
pub(crate) type Choice = (State, Sql, Rc<[(i64, Value)]>);

/// What a dated table comes to: the result of each entry, 0 for before the first.
pub(crate) fn lookup(
    layers: &mut Layers,
    day: &Day,
    boundaries: &[Boundary],
    at: &dyn Fn(usize) -> Evaluated,
) -> Choice {
    let passed: Vec<State> = boundaries.iter().map(|boundary| column(layers, day.passed(boundary))).collect();
    // Twice the entry, plus one where the next boundary is of that day and its moment is not known.
    let count = |when: &dyn Fn(&State) -> Sql| {
        sum(passed.iter().map(|passed| case(vec![(when(passed), int(1))], int(0))).collect())
    };
    let open = |passed: &State| any(vec![passed.when(UNKNOWN), passed.when(ERROR)]);
    let entry = int(2).times(count(&|passed| passed.when(YES)));
    let key = layers.column(entry.plus(count(&open)));
    let mut choice = Vec::new();
    let (mut unknown, mut error) = (Vec::new(), Vec::new());
    for entry in 0..=boundaries.len() {
        let result = at(entry);
        let key = 2 * entry as i64;
        match &result {
            Evaluated::Value(value) => choice.push((key, value.clone())),
            Evaluated::Unknown => unknown.push(int(key)),
            Evaluated::Error(_) => error.push(int(key)),
        }
        if entry < boundaries.len() && boundaries[entry].moment.is_some() {
            match (&result, at(entry + 1)) {
                (Evaluated::Value(a), Evaluated::Value(b)) if *a == b => choice.push((key + 1, b)),
                (Evaluated::Error(a), Evaluated::Error(b)) if *a == b => error.push(int(key + 1)),
                _ => unknown.push(int(key + 1)),
            }
        }
    }
    // What is open is `?` where the moment is, and `!` where there is none to read.
    let obstacle = if day.moment.is_some() { UNKNOWN } else { ERROR };
    let mut arms: Vec<(Sql, Sql)> = [UNKNOWN, ERROR].into_iter().map(|bad| (day.state.when(bad), int(bad))).collect();
    arms.push((key.clone().one_of(unknown), int(obstacle)));
    arms.push((key.clone().one_of(error), int(ERROR)));
    let state = State::new(layers.column(case(arms, int(YES))), &[YES, UNKNOWN, ERROR]);
    (state, key, Rc::from(choice))
}

fn column(layers: &mut Layers, state: State) -> State {
    let may = state.all();
    State::new(layers.column(state.sql), &may)
}

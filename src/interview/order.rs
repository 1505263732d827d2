//! Which question is the most useful: the one whose answers leave least to ask.

use crate::eval::{Missing, Status};
use crate::facts::Slot;
use crate::program::{Program, VersionId};
use crate::trace::Run;
use crate::trace::aside::few_values;
use crate::value::{Type, Value};

/// How many runs are spent on finding the most useful question: a few tenths of a second for large policies.
pub const RUNS: usize = 96;
/// How many members stand for a long enum.
const SAMPLE: usize = 6;

/// Returns what is open, most useful first.
///
/// The day that picks a version comes first, what an officer judges last. Between them: what most answers settle, then what
/// leaves least open on average over values that stand for all, then as given. What is not tried counts as settling nothing.
pub(super) fn order(run: &Run, open: Vec<Missing>, runs: usize) -> Vec<Missing> {
    if open.len() < 2 {
        return open;
    }
    let program = run.program;
    let mut left = runs;
    let all = open.len();
    let mut ranked: Vec<(bool, bool, usize, usize, Missing)> = Vec::with_capacity(all);
    for missing in open {
        let values =
            if missing.path.is_empty() { stand_ins(program, &program.fact(missing.fact).ty) } else { Vec::new() };
        let (undecided, remaining) = if values.is_empty() || values.len() > left {
            (100, (all - 1) * 100)
        } else {
            left -= values.len();
            outcome(run, &missing, values, all)
        };
        let judged = program.fact(missing.fact).judged.is_some();
        ranked.push((judged, !picks(run, &missing), undecided, remaining, missing));
    }
    ranked.sort_by_key(|&(judged, later, undecided, remaining, _)| (judged, later, undecided, remaining));
    ranked.into_iter().map(|(.., missing)| missing).collect()
}

/// Returns how many answers in a hundred leave the matter open, and a hundred times what is missing then, on average.
fn outcome(run: &Run, missing: &Missing, values: Vec<Value>, all: usize) -> (usize, usize) {
    let (mut tried, mut undecided, mut remaining) = (0usize, 0usize, 0usize);
    for value in values {
        let mut facts = run.facts.clone();
        facts.set(missing.fact, Slot::Given(value));
        let evaluation = run.again(&facts);
        // What cannot be is no answer.
        let Some(answer) = evaluation.answers.first().filter(|answer| answer.status != Status::Contradictory) else {
            continue;
        };
        tried += 1;
        if answer.status == Status::Undetermined {
            undecided += 1;
            remaining += answer.missing.len();
        }
    }
    let average = |sum: usize, none: usize| (sum * 100).checked_div(tried).unwrap_or(none);
    (average(undecided, 100), average(remaining, all * 100))
}

/// Whether a fact picks the version of the policy asked, and none is picked yet.
fn picks(run: &Run, missing: &Missing) -> bool {
    let version: Option<VersionId> = run.evaluation.answers.get(run.index).and_then(|answer| answer.version);
    version.is_none() && run.program.policies[run.request.policy.index()].decided_by == missing.fact
}

/// Returns values that stand for all of a type; none where no few do.
fn stand_ins(program: &Program, ty: &Type) -> Vec<Value> {
    if let Some(values) = few_values(program, ty) {
        return values;
    }
    match ty.required() {
        Type::Enum(id) => {
            let count = program.enum_type(*id).members.len();
            let step = count.div_ceil(SAMPLE).max(1);
            (0..count).step_by(step).map(|index| Value::Member(*id, index as u32)).collect()
        }
        Type::Set(inner) => match **inner {
            Type::Enum(id) if !program.enum_type(id).members.is_empty() => {
                vec![Value::set([]), Value::set([Value::Member(id, 0)])]
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

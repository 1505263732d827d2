//! `POST /v1/decide`.

use std::sync::Arc;

use enact::batch::RowAnswer;
use enact::eval::Request;
use enact::facts::Facts;
use enact::log::Entry;
use enact::program::Program;
use enact::run::{Run, Shortcut};

use super::{Ask, DECISIONS, FACTS, ON, POLICIES, POLICY};
use crate::serve::answer::{Answer, JSON};
use crate::serve::members::{Kind, Member, optional};
use crate::serve::problem::Problem;
use crate::serve::state::Served;

/// What it takes.
pub const MEMBERS: &[Member] = &[
    POLICY,
    DECISIONS,
    ON,
    FACTS,
    optional(
        "detail",
        Kind::Choice(&["full", "value"]),
        "`full`, the record `enact.decision/1`; or `value`, a line of `enact batch`: values, rules, missing facts and versions, much \
         faster, as what would change the answer, or would be another day, is not looked for",
    ),
    POLICIES,
];

/// Answers without waiting, where it can be done in some microseconds: `value` is enough, all was compiled before, and the facts
/// are spelt plainly and settle the answer.
pub fn quick(ask: &Ask) -> Option<Answer> {
    // To write a log is to wait.
    if !wants_value(ask) || ask.members.files("policies").is_some() || ask.app.decisions.is_some() {
        return None;
    }
    let served = ask.app.current.get();
    let shortcut = served.shortcut(ask.policy(), ask.members.texts("decisions"))?;
    let program = &served.ready.program;
    let answers = shortcut.settle(ask.members.facts("facts")?, ask.members.day("on"))?;
    count(ask, program, &shortcut.request, &answers);
    Some(Answer::new(JSON, shortcut.line(program, &answers)))
}

/// Answers in full, or what was not settled the short way.
pub fn run(ask: &Ask) -> Result<Answer, Problem> {
    let case = ask.case()?;
    let program = &case.served.ready.program;
    if wants_value(ask) {
        let shortcut = case.served.compile(ask.policy(), ask.members.texts("decisions"), case.request);
        let answers = shortcut.answer(program, &case.facts);
        return value(ask, &case.served, &shortcut, &answers, &case.facts);
    }
    let hashes = case.served.hashes(case.request.policy);
    let run = Run::with(&case.served.ready, case.request.clone(), &case.facts, case.all, hashes);
    let record = run.json(true)?;
    let answers: Vec<RowAnswer> = run.evaluation.answers.iter().cloned().map(RowAnswer::from).collect();
    let request = Request { asked: run.evaluation.answers.iter().map(|it| it.asked).collect(), ..case.request };
    note(ask, &case.served, &request, &answers, &case.facts)?;
    Ok(Answer::record(record))
}

fn wants_value(ask: &Ask) -> bool {
    ask.members.choice("detail") == Some("value")
}

fn value(
    ask: &Ask,
    served: &Arc<Served>,
    shortcut: &Shortcut,
    answers: &[RowAnswer],
    facts: &Facts,
) -> Result<Answer, Problem> {
    note(ask, served, &shortcut.request, answers, facts)?;
    Ok(Answer::new(JSON, shortcut.line(&served.ready.program, answers)))
}

fn count(ask: &Ask, program: &Program, request: &Request, answers: &[RowAnswer]) {
    let policy = &program.policies[request.policy.index()].name;
    for (&family, answer) in request.asked.iter().zip(answers) {
        ask.app.metrics.decision(policy, &program.family(family).name, answer.status.text());
    }
}

/// Counts decisions, and puts them on record. What is tried with texts of the request is none.
fn note(ask: &Ask, served: &Served, request: &Request, answers: &[RowAnswer], facts: &Facts) -> Result<(), Problem> {
    if ask.members.files("policies").is_some() {
        return Ok(());
    }
    let program = &served.ready.program;
    count(ask, program, request, answers);
    let Some(log) = &ask.app.decisions else { return Ok(()) };
    log.write(ask.app, served, request, facts, Entry::decisions(program, request, answers))
}

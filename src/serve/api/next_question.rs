//! `POST /v1/next-question`: one step of the interview that `enact ask` holds.

use enact::batch::{Asked, RowAnswer};
use enact::interview::Interview;
use serde_json::{Value as Json, json};

use super::describe::Describer;
use super::{Ask, FACTS, ON, POLICIES, POLICY};
use crate::serve::answer::Answer;
use crate::serve::members::{Kind, Member, required};
use crate::serve::problem::Problem;

/// What it takes.
pub const MEMBERS: &[Member] =
    &[POLICY, required("decision", Kind::Text, "the decision, or definition, that is asked"), ON, FACTS, POLICIES];

/// Answers with the most useful question, `null` when there is none; how the decision stands; and all that can still matter.
///
/// What is stated unknown is not asked again: answering *not known* is stating `{"unknown": true}`.
pub fn run(ask: &Ask) -> Result<Answer, Problem> {
    let served = ask.served()?;
    let program = &served.ready.program;
    let (policy, pinned) = served.find(ask.policy())?;
    let asked = super::asked(program, policy, &[ask.members.text("decision").unwrap_or("").to_owned()])?;
    let request = enact::eval::Request { policy, pinned, asked };
    let facts = ask.facts(program)?;
    let interview = Interview::new(program, &served.ready.loaded.sources, request, facts);
    let stands = interview.answer().cloned().map(|answer| {
        let family = answer.asked;
        Asked::new(program, family).json(&RowAnswer::from(answer))
    });
    let open: Vec<String> = interview.open().iter().map(|missing| missing.text(program)).collect();
    let why = interview.why().map(|why| {
        let hangs = |one: &enact::interview::Hangs| json!({ "label": one.label, "clauses": one.tags, "at": one.at.line_text() });
        json!({ "picks": why.picks, "hangs": why.hangs.iter().map(hangs).collect::<Vec<Json>>() })
    });
    let mut describer = Describer::new(program);
    let question = interview.question().map(|question| describer.question(question));
    Ok(Answer::json(&json!({
        "decision": ask.members.text("decision"),
        "answer": stands,
        "question": question,
        "enums": describer.enums(),
        "why": why,
        "open": open,
    })))
}

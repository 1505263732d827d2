//! The record of a run: `enact.decision/1`. Stable key order, no clock, no host names.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::eval::{Evaluation, Outcome, Possible, Reason, Request, SetAsideBy};
use crate::facts::{Facts, record_json};
use crate::program::Program;
use crate::source::Sources;
use crate::value::Value;

use super::aside::Asides;
use super::explain::{ENGINE, assumed, day_asked, decisions_read, notes, open_questions};
use super::hash::Hashes;
use super::look::Look;
use super::support::Support;
use super::tree::{FaultText, OpenQuestion};

/// The schema every record names.
pub const DECISION_SCHEMA: &str = "enact.decision/1";

/// What was decided in one run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Record {
    /// [`DECISION_SCHEMA`].
    pub schema: &'static str,
    /// The policy asked.
    pub policy: String,
    /// Its version in force, by the day it starts.
    pub version: Option<String>,
    /// `evaluation_date`.
    pub on: Option<String>,
    /// The version of the program that decided.
    pub engine: &'static str,
    /// What was decided upon, by content.
    pub hashes: Hashes,
    /// One for each thing asked, in the order asked.
    pub decisions: Vec<DecisionRecord>,
}

/// The answer to one thing asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecisionRecord {
    /// The decision or definition.
    pub name: String,
    /// `decided`, `undetermined`, `contradictory`, `conflict`, `error`, `not_in_force`.
    pub status: &'static str,
    /// The value, when decided.
    pub value: Option<Json>,
    /// A list of outcomes, or `{"at_least","at_most"}`, or `{"certainly","possibly"}`; null when anything is possible.
    pub possible: Json,
    /// Facts that can still change the answer, as facts files spell them, or JSON pointers to fields.
    pub missing: Vec<String>,
    /// Tags of broken invariants; the name of one without a tag.
    pub violated: Vec<String>,
    /// What stands in every completion.
    pub because: Vec<Because>,
    /// Rules that apply and do not decide.
    pub set_aside: Vec<SetAsideRecord>,
    /// Facts filled in by an assumption that the answer rests on.
    pub assumed: Vec<AssumedRecord>,
    /// Open points of interpretation that the answer rests on.
    pub open_questions: Vec<OpenQuestion>,
    /// The stated facts that alone decide, as facts files spell them: whatever all others are, the answer is the same.
    pub enough: Vec<String>,
    /// The smallest changes of facts that change the answer.
    pub what_would: Vec<WhatWouldRecord>,
    /// Alternative reasons, when none stands in every completion.
    pub either: Vec<Because>,
    /// Whether `possible` and `missing` are exact.
    pub exact: bool,
    /// Notes that show.
    pub notes: Vec<NoteRecord>,
    /// The answer on both sides of the nearest boundaries.
    pub across: Vec<AcrossRecord>,
    /// What went wrong, for `error`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<FaultText>,
}

/// A reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Because {
    /// The rule; `otherwise`; the name of a decision or definition that is an expression.
    pub rule: String,
    /// The tags of the rule and of everything it rests on, across policies.
    pub clauses: Vec<String>,
    /// Its policy; null in a library.
    pub policy: Option<String>,
    /// The version in force of that policy.
    pub version: Option<String>,
    /// `file:line:column`.
    pub at: String,
}

/// A rule that applies and does not decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SetAsideRecord {
    /// The rule.
    pub rule: String,
    /// Its tags.
    pub clauses: Vec<String>,
    /// Its policy.
    pub policy: String,
    /// The version in force of that policy.
    pub version: String,
    /// `file:line:column`.
    pub at: String,
    /// The rules that are exceptions to it and stand.
    pub exceptions: Vec<String>,
    /// The outcome that outranks its own.
    pub outranked_by: Option<Json>,
}

/// A fact filled in by an assumption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AssumedRecord {
    /// The fact.
    pub fact: String,
    /// The value, as people read it.
    pub value: String,
    /// Why.
    pub because: Option<String>,
}

/// A smallest change of facts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WhatWouldRecord {
    /// Facts and values, both as facts files spell them.
    pub set: Map<String, Json>,
    /// The value then.
    pub value: Json,
}

/// A note that shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoteRecord {
    /// The note.
    pub name: String,
    /// Its tags.
    pub clauses: Vec<String>,
    /// What it says.
    pub text: String,
}

/// The answer beyond a boundary.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AcrossRecord {
    /// The first day after the boundary.
    pub date: String,
    /// `before`: the value is that of the day before; `after`: that of the day itself.
    pub side: &'static str,
    /// The status there.
    pub status: &'static str,
    /// The value there; null if it is not decided.
    pub value: Option<Json>,
    /// The tags of the clauses that make the difference.
    pub clauses: Vec<String>,
}

/// Makes the record of a run. `asides` are one for each answer; missing ones count as empty.
pub fn record(
    program: &Program,
    sources: &Sources,
    request: &Request,
    facts: &Facts,
    evaluation: &Evaluation,
    asides: &[Asides],
    hashes: Hashes,
) -> Record {
    let none = Asides::default();
    let looks = evaluation.answers.iter().map(|answer| Look { program, sources, facts, evaluation, answer });
    let decisions =
        looks.clone().enumerate().map(|(index, look)| decision_record(&look, asides.get(index).unwrap_or(&none)));
    let own = |look: &Look| program.family(look.answer.asked).policy == Some(request.policy);
    let version = looks.clone().filter(own).find_map(|look| look.answer.version).or(request.pinned);
    let version = version.or_else(|| match evaluation.verdicts.picked.get(request.policy.index()) {
        Some(Some(crate::eval::Picked::Version(version))) => Some(*version),
        _ => None,
    });
    Record {
        schema: DECISION_SCHEMA,
        policy: program.policies[request.policy.index()].name.clone(),
        version: version.map(|version| program.version(version).name.clone()),
        on: looks.clone().next().and_then(|look| day_asked(&look)),
        engine: ENGINE,
        hashes,
        decisions: decisions.collect(),
    }
}

/// Makes the record of one answer.
pub fn decision_record(look: &Look, asides: &Asides) -> DecisionRecord {
    let program = look.program;
    let answer = look.answer;
    let support = Support::with_failures(look);
    let invariant = |&id: &crate::program::OriginId| {
        let origin = program.origin(id);
        if origin.tags.is_empty() { vec![origin.name.clone()] } else { origin.tags.clone() }
    };
    let note = |(_, id): (_, crate::program::OriginId)| {
        let origin = program.origin(id);
        NoteRecord { name: origin.name.clone(), clauses: origin.tags.clone(), text: look.origin_label(origin) }
    };
    DecisionRecord {
        name: program.family(answer.asked).name.clone(),
        status: answer.status.text(),
        value: answer.value.as_ref().map(|value| record_json(program, &answer.ty, value)),
        possible: possible_json(look),
        missing: answer.missing.iter().map(|missing| missing.text(program)).collect(),
        violated: answer.violated.iter().flat_map(invariant).collect(),
        because: answer.because.iter().map(|&reason| because(look, reason)).collect(),
        set_aside: answer.set_aside.iter().map(|aside| set_aside(look, aside)).collect(),
        assumed: assumed(look, &support)
            .into_iter()
            .map(|assumed| AssumedRecord { fact: assumed.fact, value: assumed.value, because: assumed.because })
            .collect(),
        open_questions: open_questions(look, &support),
        enough: asides.enough.iter().map(|it| it.fact.clone()).collect(),
        what_would: asides
            .what_would
            .iter()
            .map(|it| WhatWouldRecord { set: it.set.clone(), value: it.value.clone() })
            .collect(),
        either: answer.either.iter().map(|&reason| because(look, reason)).collect(),
        exact: answer.exact,
        notes: notes(look, &decisions_read(look)).into_iter().map(note).collect(),
        across: asides
            .across
            .iter()
            .map(|it| AcrossRecord {
                date: it.date.clone(),
                side: it.side,
                status: it.status,
                value: it.value.clone(),
                clauses: it.clauses.clone(),
            })
            .collect(),
        fault: super::explain::fault(look),
    }
}

fn because(look: &Look, reason: Reason) -> Because {
    let program = look.program;
    let origin = program.origin(look.reason_origin(reason));
    let version = match reason {
        Reason::Rule(rule) => Some(program.decision(program.rule(rule).decision).version),
        Reason::Otherwise(_) | Reason::Expression(_) => look.answer.version,
    };
    let rule = match reason {
        Reason::Otherwise(_) => "otherwise".to_owned(),
        Reason::Expression(_) => program.family(look.answer.asked).name.clone(),
        Reason::Rule(_) => origin.name.clone(),
    };
    Because {
        rule,
        clauses: Support::of_reason(look, reason).tags(look),
        policy: version.map(|id| program.policies[program.version(id).policy.index()].name.clone()),
        version: version.map(|id| program.version(id).name.clone()),
        at: look.sources.place(origin.span),
    }
}

fn set_aside(look: &Look, aside: &crate::eval::SetAside) -> SetAsideRecord {
    let program = look.program;
    let rule = program.rule(aside.rule);
    let origin = program.origin(rule.origin);
    let decision = program.decision(rule.decision);
    let version = program.version(decision.version);
    let (exceptions, outranked_by) = match &aside.by {
        SetAsideBy::Exceptions(rules) => {
            (rules.iter().map(|&rule| program.origin(program.rule(rule).origin).name.clone()).collect(), None)
        }
        SetAsideBy::Outranked(value) => (Vec::new(), Some(record_json(program, &decision.ty, value))),
    };
    SetAsideRecord {
        rule: origin.name.clone(),
        clauses: origin.tags.clone(),
        policy: program.policies[version.policy.index()].name.clone(),
        version: version.name.clone(),
        at: look.sources.place(origin.span),
        exceptions,
        outranked_by,
    }
}

/// Returns the outcomes still possible, as records write them.
fn possible_json(look: &Look) -> Json {
    let value = |value: &Value| record_json(look.program, &look.answer.ty, value);
    let outcome = |outcome: &Outcome| match outcome {
        Outcome::Value(known) => value(known),
        Outcome::Conflict => "conflict".into(),
        Outcome::Error(_) => "error".into(),
        Outcome::NoRule => "no_rule".into(),
        Outcome::NotInForce => "not_in_force".into(),
    };
    // Several error values are one outcome to the reader of a record.
    let listed = |outcomes: &[Outcome]| {
        let mut found: Vec<Json> = Vec::new();
        for outcome in outcomes.iter().map(outcome) {
            if !found.contains(&outcome) {
                found.push(outcome);
            }
        }
        found
    };
    let pair = |names: [&str; 2], values: [&Value; 2], more: &[Outcome]| {
        let mut object = Map::new();
        for (name, known) in names.into_iter().zip(values) {
            object.insert(name.into(), value(known));
        }
        if !more.is_empty() {
            object.insert("or".into(), listed(more).into());
        }
        Json::Object(object)
    };
    match &look.answer.possible {
        Possible::Listed(outcomes) => listed(outcomes).into(),
        Possible::Between(least, greatest, more) => pair(["at_least", "at_most"], [least, greatest], more),
        Possible::Sets(certainly, possibly, more) => pair(["certainly", "possibly"], [certainly, possibly], more),
        Possible::Anything => Json::Null,
    }
}

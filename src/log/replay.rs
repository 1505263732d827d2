//! An entry of the log, decided again.

use serde::Serialize;
use serde_json::Value as Json;

use super::entry::Entry;
use crate::batch::{Asked, RowAnswer};
use crate::eval::{Answer, Outcome as Way, Possible, Request, Status, evaluate};
use crate::facts::{Facts, FactsError, Slot, read_facts, record_json};
use crate::program::{FamilyId, PolicyId, Program, VersionId};

/// What came of an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// How it compares.
    pub outcome: Outcome,
    /// What was left out of the log and counted as unknown, by key.
    pub redacted: Vec<String>,
}

/// How an entry compares with what comes out now.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// All that was decided comes out the same. With private facts left out: whatever they are.
    Same,
    /// Decisions that come out otherwise.
    Different(Vec<Difference>),
    /// Nothing is known to come out otherwise, but what private facts are can matter to these decisions.
    Open(Vec<String>),
    /// It cannot be decided any more: why.
    Impossible(Vec<String>),
}

/// A decision that comes out otherwise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// The decision.
    pub decision: String,
    /// As the log has it.
    pub before: Json,
    /// As it comes out now.
    pub after: Json,
}

/// Decides an entry again. With `reasons`, rules, missing facts and versions are compared beside values and statuses; where
/// private facts were left out, values and statuses alone can be.
pub fn replay(program: &Program, entry: &Entry, reasons: bool) -> Replayed {
    let redacted = entry.redacted.clone();
    let outcome = match prepare(program, entry) {
        Err(why) => Outcome::Impossible(why),
        Ok((request, facts)) => {
            let evaluation = evaluate(program, &request, &facts);
            compare(program, entry, &evaluation.answers, reasons)
        }
    };
    Replayed { outcome, redacted }
}

/// Finds what is asked, and reads what was stated.
fn prepare(program: &Program, entry: &Entry) -> Result<(Request, Facts), Vec<String>> {
    let Some(policy) = program.find_policy(&entry.policy) else {
        return Err(vec![format!("there is no policy `{}`", entry.policy)]);
    };
    let pinned = match &entry.pinned {
        None => None,
        Some(name) => match version(program, policy, name) {
            Some(version) => Some(version),
            None => return Err(vec![format!("`{}` has no version `{name}`", entry.policy)]),
        },
    };
    let mut wrong = Vec::new();
    let mut asked = Vec::new();
    for name in entry.decisions.keys() {
        match family(program, policy, name) {
            Some(family) => asked.push(family),
            None => wrong.push(format!("`{}` has no decision `{name}`", entry.policy)),
        }
    }
    let facts = read_facts(program, Json::Object(entry.facts.clone()).to_string());
    let mut facts = facts.unwrap_or_else(|errors| {
        wrong.extend(errors.iter().map(fact_error));
        Facts::new(program)
    });
    for key in &entry.redacted {
        match program.facts.iter().position(|fact| fact.key == *key) {
            Some(fact) => facts.set(crate::program::FactId(fact as u32), Slot::StatedUnknown),
            None => wrong.push(format!("no policy declares a fact `{key}`")),
        }
    }
    if wrong.is_empty() { Ok((Request { policy, pinned, asked }, facts)) } else { Err(wrong) }
}

fn compare(program: &Program, entry: &Entry, answers: &[Answer], reasons: bool) -> Outcome {
    let private = !entry.redacted.is_empty();
    let (mut different, mut open) = (Vec::new(), Vec::new());
    for ((name, before), answer) in entry.decisions.iter().zip(answers) {
        let after = Asked::new(program, answer.asked).json(&RowAnswer::from(answer.clone()));
        let same = |part: &str| before.get(part) == after.get(part);
        let same_value = same("value") && same("status");
        if private && !same_value && may_be(program, answer, before) {
            open.push(name.clone());
        } else if !same_value || reasons && !private && *before != after {
            different.push(Difference { decision: name.clone(), before: before.clone(), after });
        }
    }
    match (different.is_empty(), open.is_empty()) {
        (false, _) => Outcome::Different(different),
        (true, false) => Outcome::Open(open),
        (true, true) => Outcome::Same,
    }
}

/// Whether an answer that rests on unknown facts leaves room for what was decided with them.
fn may_be(program: &Program, answer: &Answer, before: &Json) -> bool {
    let status = before.get("status").and_then(Json::as_str).and_then(Status::from_text);
    if answer.status != Status::Undetermined {
        // What is not known breaks no invariant that what is known may break.
        return status == Some(Status::Contradictory);
    }
    let Possible::Listed(ways) = &answer.possible else { return true };
    let value = before.get("value").unwrap_or(&Json::Null);
    match status {
        Some(Status::Decided) => ways.iter().any(|way| match way {
            Way::Value(known) => record_json(program, &answer.ty, known) == *value,
            _ => false,
        }),
        Some(Status::Conflict) => ways.contains(&Way::Conflict),
        Some(Status::NotInForce) => ways.contains(&Way::NotInForce),
        Some(Status::Error) => ways.iter().any(|way| matches!(way, Way::Error(_) | Way::NoRule)),
        _ => true,
    }
}

/// What is wrong with a fact, with its place.
fn fact_error(error: &FactsError) -> String {
    match error.pointer().filter(|pointer| !pointer.is_empty()) {
        Some(pointer) => format!("{pointer}: {error}"),
        None => error.to_string(),
    }
}

fn version(program: &Program, policy: PolicyId, name: &str) -> Option<VersionId> {
    let versions = &program.policies[policy.index()].versions;
    versions.iter().copied().find(|&id| program.version(id).name == name)
}

/// Finds a decision or definition of a policy, its own or that of a library.
fn family(program: &Program, policy: PolicyId, name: &str) -> Option<FamilyId> {
    let of = |owner: Option<PolicyId>| {
        program.families.iter().position(|family| family.name == name && family.policy == owner)
    };
    of(Some(policy)).or_else(|| of(None)).map(|index| FamilyId(index as u32))
}

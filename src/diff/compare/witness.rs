//! Examples: somebody of a group who is as ordinary as can be, and the nearest who is not affected.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::Map;

use crate::diff::model::{Because, Verdict, Witness};
use crate::eval::{Answer, Reason, Request, Status, evaluate};
use crate::facts::{Facts, Slot, fact_json};
use crate::program::{EVALUATION_DATE, EVALUATION_TIME, FactId, FamilyId, Program, TemplatePart};
use crate::solve::Space;
use crate::solve::example::{Example, closest, fixed, needed};
use crate::solve::sat::Lit;
use crate::syntax::ast::Effort;
use crate::value::{Type, Value};

/// Both texts as they are asked about one decision.
pub(super) struct Asked<'a> {
    pub(super) old: &'a Request,
    pub(super) new: &'a Request,
    pub(super) old_family: FamilyId,
    pub(super) new_family: FamilyId,
    /// What is given for everybody: the day.
    pub(super) given: &'a [(FactId, Value)],
    /// An ordinary day.
    pub(super) today: NaiveDate,
}

/// Makes a witness of an example: decided again by the interpreter under both texts. It holds the facts that settle `goal`, and
/// those of the variables `read`.
/// Nothing if the interpreter does not find `from` and `to`.
pub(super) fn witness(
    space: &mut Space,
    example: &Example,
    asked: &Asked,
    (goal, read): (Lit, &BTreeSet<u32>),
    turn: (&str, &str),
) -> Option<Witness> {
    let program = space.encoder.ground.program;
    let old = decide(program, asked.old, asked.old_family, &example.facts);
    let new = decide(program, asked.new, asked.new_family, &example.facts);
    if !alike(program, &old, turn.0) || !alike(program, &new, turn.1) {
        return None;
    }
    let mut needed = needed(space, &example.model, goal);
    needed.extend(read.iter().map(|&variable| space.encoder.ground.variable(variable).at.fact));
    let mut facts = Map::new();
    let (mut words, mut unusual) = (Vec::new(), Vec::new());
    for (id, slot) in example.facts.iter() {
        let Slot::Given(value) = slot else { continue };
        let given = asked.given.iter().any(|(fact, _)| *fact == id);
        if !needed.contains(&id) && !given {
            continue;
        }
        let fact = program.fact(id);
        facts.insert(fact.key.clone(), fact_json(program, &fact.ty, value));
        words.push(format!("{} {}", fact.label.as_ref().unwrap_or(&fact.name), program.value_text(value, &fact.ty)));
        if *value != crate::solve::applicant::ordinary(program, id, asked.today) {
            unusual.push(fact.key.clone());
        }
    }
    Some(Witness { facts, words, unusual, old: verdict(program, &old), new: verdict(program, &new) })
}

/// Finds the nearest one whose outcome is as `goal` says: the fewest facts changed, those that change most easily first; what
/// never changes stays. Returns the facts that differ.
pub(super) fn nearest(
    space: &mut Space,
    example: &Example,
    goal: Lit,
    asked: &Asked,
    any: bool,
) -> Option<(Example, Vec<FactId>)> {
    let program = space.encoder.ground.program;
    let mut fixed = fixed(space, &example.model);
    let effort = |fact: FactId| {
        let declared = program.fact(fact);
        match declared.changeable {
            _ if fact == EVALUATION_DATE || fact == EVALUATION_TIME => 3,
            _ if declared.judged.is_some() => 3,
            Some(Effort::Never) => 3,
            Some(Effort::Easy) => 0,
            Some(Effort::Hard) => 2,
            None => 1,
        }
    };
    // What changes least easily is held first.
    fixed.sort_by_key(|(variable, _)| {
        let fact = space.encoder.ground.variable(*variable).at.fact;
        (std::cmp::Reverse(effort(fact)), *variable)
    });
    let hard: Vec<Lit> = fixed
        .iter()
        .filter(|(variable, _)| !any && effort(space.encoder.ground.variable(*variable).at.fact) == 3)
        .map(|(_, lit)| *lit)
        .chain([goal])
        .collect();
    let soft: Vec<Lit> = fixed.iter().map(|(_, lit)| *lit).collect();
    let mut model = closest(space, &hard, &soft)?;
    let before = space.usual.clone();
    for (variable, place) in &example.model.places {
        space.usual.insert(*variable, *place);
    }
    space.usual(&mut model);
    let facts = space.applicant(&model, asked.given, asked.today);
    space.usual = before;
    let changed = program_facts(program).filter(|&fact| facts.get(fact) != example.facts.get(fact)).collect();
    Some((Example { model, facts }, changed))
}

fn program_facts(program: &Program) -> impl Iterator<Item = FactId> + use<> {
    (0..program.facts.len() as u32).map(FactId)
}

/// Says in words which facts change to what.
pub(super) fn change_words(program: &Program, facts: &Facts, changed: &[FactId]) -> Vec<String> {
    let words = |&id: &FactId| {
        let fact = program.fact(id);
        let Slot::Given(value) = facts.get(id) else { return String::new() };
        format!("\"{}\" = {}", fact.label.as_ref().unwrap_or(&fact.name), program.value_text(value, &fact.ty))
    };
    changed.iter().map(words).filter(|words| !words.is_empty()).collect()
}

pub(super) fn decide(program: &Program, request: &Request, family: FamilyId, facts: &Facts) -> Answer {
    let request = Request { asked: vec![family], ..request.clone() };
    let mut answers = evaluate(program, &request, facts).answers;
    answers.remove(0)
}

/// Whether an answer is an outcome in words.
pub(super) fn alike(program: &Program, answer: &Answer, expected: &str) -> bool {
    let members = |value: &Value| match (value, answer.ty.required()) {
        (Value::Set(members), Type::Set(inner)) => {
            members.iter().map(|member| program.value_text(member, inner)).collect::<Vec<_>>()
        }
        _ => Vec::new(),
    };
    let value = answer.value.as_ref();
    match expected {
        "a value" | "another value" => answer.status == Status::Decided,
        "unclear" => true,
        _ => match (expected.strip_prefix("with "), expected.strip_prefix("without "), value) {
            (Some(member), _, Some(value @ Value::Set(_))) => members(value).iter().any(|one| one == member),
            (_, Some(member), Some(value @ Value::Set(_))) => !members(value).iter().any(|one| one == member),
            _ => answer.text(program) == expected,
        },
    }
}

fn verdict(program: &Program, answer: &Answer) -> Verdict {
    let because = answer.because.iter().chain(&answer.either).map(|reason| {
        let (origin, rule) = match *reason {
            Reason::Rule(rule) => (program.rule(rule).origin, None),
            Reason::Otherwise(origin) | Reason::Expression(origin) => (origin, Some("otherwise")),
        };
        let origin = program.origin(origin);
        let text: String = origin
            .because
            .iter()
            .filter_map(|part| match part {
                TemplatePart::Text(text) => Some(text.as_str()),
                TemplatePart::Value(_) => None,
            })
            .collect();
        let label = match (&origin.label, rule) {
            (Some(label), _) => label.clone(),
            (None, Some(_)) if !text.is_empty() => text,
            _ if matches!(reason, Reason::Otherwise(_)) => "no rule says otherwise".into(),
            _ => origin.name.clone(),
        };
        let rule = if origin.name.is_empty() { "otherwise".to_owned() } else { origin.name.clone() };
        Because { label, rule, tags: origin.tags.clone(), at: origin.span }
    });
    Verdict { status: answer.status.text(), value: answer.text(program), because: because.collect(), undo: Vec::new() }
}

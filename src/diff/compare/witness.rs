//! Examples: somebody of a group who is as ordinary as can be, and the nearest who is not affected.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::Map;

use crate::diff::model::{Because, Verdict, Witness};
use crate::eval::exact::shape::Side;
use crate::eval::{Answer, Outcome, Possible, Reason, Request, Status, evaluate};
use crate::facts::{Facts, Slot, fact_json};
use crate::program::{EVALUATION_DATE, EVALUATION_TIME, FactId, FamilyId, Program, TemplatePart};
use crate::solve::domain::Domain;
use crate::solve::sat::Lit;
use crate::solve::{Answer as Found, Model, Space};
use crate::syntax::ast::Effort;
use crate::value::{Type, Value};

/// How many facts of an example are unusual at most for it to be proved that fewer will not do.
const MAX_PROVED: usize = 6;

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

/// Somebody, with what is so of each fact.
pub(super) struct Example {
    pub(super) model: Model,
    pub(super) facts: Facts,
}

/// Finds the most ordinary one for whom all of these hold: as few facts as possible that are not ordinary.
pub(super) fn ordinary(space: &mut Space, who: &[Lit], asked: &Asked) -> Option<Example> {
    let soft: Vec<Lit> = usual(space).into_iter().map(|(_, lit)| lit).collect();
    let mut model = closest(space, who, &soft)?;
    let missed = soft.iter().filter(|&&lit| !model.holds(lit)).count();
    if (2..=MAX_PROVED).contains(&missed) {
        let denied: Vec<Lit> = soft.iter().map(|&lit| !lit).collect();
        let reached = space.encoder.gates.at_least(&denied, missed);
        for fewer in (1..missed).rev() {
            let mut ask = who.to_vec();
            ask.push(!reached[fewer]);
            match space.ask(&ask) {
                Found::Yes(better) => model = better,
                _ => break,
            }
        }
    }
    space.usual(&mut model);
    let facts = space.applicant(&model, asked.given, asked.today);
    Some(Example { model, facts })
}

/// Finds somebody for whom all of `hard` hold and as much of `soft` as can, the first before the later.
pub(super) fn closest(space: &mut Space, hard: &[Lit], soft: &[Lit]) -> Option<Model> {
    let mut held = hard.to_vec();
    let mut model = space.ask(&held).model()?;
    for &lit in soft {
        if model.holds(lit) {
            held.push(lit);
            continue;
        }
        held.push(lit);
        match space.ask(&held) {
            Found::Yes(better) => model = better,
            _ => drop(held.pop()),
        }
    }
    Some(model)
}

/// What is so of ordinary applicants, fact by fact, with the variable.
fn usual(space: &mut Space) -> Vec<(u32, Lit)> {
    let mut list = Vec::new();
    let sides = space.encoder.compared.keys().flat_map(|(a, b)| [a, b]).filter_map(Side::node);
    let compared: BTreeSet<u32> = sides.flat_map(|node| space.encoder.ground.reads(node).iter().copied()).collect();
    for variable in 0..space.encoder.domains.len() as u32 {
        let usual = space.usual.get(&variable).copied();
        match space.encoder.domains[variable as usize].clone() {
            Some(Domain::Finite { values, line }) if values.len() > 1 && !line.reached.is_empty() => {
                list.push((variable, space.encoder.is_value(variable, 0)));
            }
            Some(Domain::Ordered { present, line, .. }) => {
                if present != Lit::TRUE {
                    list.push((variable, !present));
                } else if let Some(at) = usual.filter(|_| !line.reached.is_empty() || compared.contains(&variable)) {
                    list.push((variable, space.encoder.between(variable, at, at)));
                }
            }
            Some(Domain::Members { members, present }) => {
                if present != Lit::TRUE {
                    list.push((variable, !present));
                }
                list.extend(members.iter().map(|(_, lit)| (variable, !*lit)));
            }
            _ => {}
        }
    }
    list
}

/// What is so of somebody, fact by fact: together they fix every fact that the texts tell apart.
fn fixed(space: &mut Space, model: &Model) -> Vec<(u32, Lit)> {
    let mut list = Vec::new();
    for variable in 0..space.encoder.domains.len() as u32 {
        match space.encoder.domains[variable as usize].clone() {
            Some(Domain::Finite { line, .. }) if !line.reached.is_empty() => {
                let (low, _) = line.range(|lit| model.holds(lit));
                list.push((variable, space.encoder.is_value(variable, low.0 as usize)));
            }
            Some(Domain::Ordered { axis, present, line }) => {
                let there = model.holds(present);
                let mut lit = if there { present } else { !present };
                if there {
                    let (low, high) = line.range(|lit| model.holds(lit));
                    let at = model.places.get(&variable).copied().unwrap_or(low.0).clamp(axis.least, axis.greatest);
                    let at = at.clamp(low.0, high.0);
                    let here = space.encoder.between(variable, at, at);
                    lit = space.encoder.gates.and(&[lit, here]);
                }
                list.push((variable, lit));
            }
            Some(Domain::Members { members, present }) => {
                let there = model.holds(present);
                let mut parts = vec![if there { present } else { !present }];
                parts.extend(members.iter().map(|(_, lit)| if model.holds(*lit) { *lit } else { !*lit }));
                list.push((variable, space.encoder.gates.and(&parts)));
            }
            _ => {}
        }
    }
    list
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

/// The facts of somebody that alone settle a goal, whatever else is so: the fewest in a fixed order.
fn needed(space: &mut Space, model: &Model, goal: Lit) -> Vec<FactId> {
    let mut all = fixed(space, model);
    // What is asked of everybody comes last: it is kept if it can be.
    all.sort_by_key(|(variable, _)| {
        let fact = space.encoder.ground.variable(*variable).at.fact;
        (fact == EVALUATION_TIME || fact == EVALUATION_DATE, *variable)
    });
    let mut held = all.clone();
    let ask = |space: &mut Space, held: &[(u32, Lit)]| {
        let mut lits = vec![!goal];
        lits.extend(held.iter().map(|(_, lit)| *lit));
        space.ask(&lits)
    };
    if let Found::No(core) = ask(space, &held) {
        held.retain(|(_, lit)| core.contains(lit));
        let mut index = 0;
        while index < held.len() {
            let mut without = held.clone();
            without.remove(index);
            match ask(space, &without) {
                Found::No(_) => held = without,
                _ => index += 1,
            }
        }
    }
    let mut facts: Vec<FactId> =
        held.iter().map(|(variable, _)| space.encoder.ground.variable(*variable).at.fact).collect();
    facts.sort_unstable();
    facts.dedup();
    facts
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
            _ => outcome_text(program, answer) == expected,
        },
    }
}

/// Returns what an answer came to, as people read it.
pub(super) fn outcome_text(program: &Program, answer: &Answer) -> String {
    match (&answer.value, answer.status) {
        (Some(value), _) => program.value_text(value, &answer.ty),
        (None, Status::Error) => match &answer.possible {
            Possible::Listed(outcomes) if outcomes[..] == [Outcome::NoRule] => "no rule".into(),
            _ => "error".into(),
        },
        (None, status) => status.text().replace('_', " "),
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
            _ if !origin.name.is_empty() => origin.name.clone(),
            _ => "otherwise".into(),
        };
        let rule = if origin.name.is_empty() { "otherwise".to_owned() } else { origin.name.clone() };
        Because { label, rule, tags: origin.tags.clone(), at: origin.span }
    });
    Verdict {
        status: answer.status.text(),
        value: outcome_text(program, answer),
        because: because.collect(),
        undo: Vec::new(),
    }
}

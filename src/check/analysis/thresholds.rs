//! W111: two thresholds of one fact that leave out a single value between two rules, or give it to both.

use super::claims::Claims;
use super::look::{Anyone, Look};
use crate::diagnostic::{Code, Diagnostic};
use crate::eval::{Answer, Reason, Status};
use crate::facts::{Facts, Slot};
use crate::program::{FactId, RuleId};
use crate::solve::domain::Domain;
use crate::value::Value;

/// How many values between two thresholds are looked at in one version.
const MAX_VALUES: usize = 200;

/// A single value that the texts tell apart from its neighbours.
struct Alone {
    variable: u32,
    fact: FactId,
    place: i128,
    /// The value below it, it, the value above.
    values: [Value; 3],
}

/// Reports single values between the thresholds of two rules that no rule takes in, or both do.
pub(super) fn thresholds(look: &mut Look, claims: &mut Claims) {
    let program = look.program;
    for alone in alone(look).into_iter().take(MAX_VALUES) {
        let list: Vec<RuleId> = look
            .decisions()
            .into_iter()
            .flat_map(|decision| crate::eval::kernel::decide::rules(&program.decision(decision).body).to_vec())
            .collect();
        for rule in list {
            let Some(terms) = look.graphed.rules.get(&rule).copied() else { continue };
            if !look.space.encoder.ground.reads(terms.applies).contains(&alone.variable) {
                continue;
            }
            let stands = look.space.encoder.truth(terms.stands).yes;
            let place = look.place(program.rule(rule).origin);
            let below = look.space.encoder.between(alone.variable, alone.place - 1, alone.place - 1);
            if claims.is_found(Code::OFF_BY_ONE, place) || look.anyone(&[stands, below]) != Anyone::Yes {
                continue;
            }
            let Some(example) = look.example(&[stands, below]) else { continue };
            if let Some(finding) = between(look, rule, &alone, &example.facts) {
                claims.found(finding);
            }
        }
    }
}

/// Values that stand alone between two cuts: no comparison with them by `is`.
fn alone(look: &Look) -> Vec<Alone> {
    let encoder = &look.space.encoder;
    let mut list = Vec::new();
    for (index, domain) in encoder.domains.iter().enumerate() {
        let variable = encoder.ground.variable(index as u32);
        let Some(Domain::Ordered { axis, line, .. }) = domain else { continue };
        if !variable.at.path.is_empty() {
            continue;
        }
        for &place in line.reached.keys().filter(|&&place| line.reached.contains_key(&(place + 1))) {
            if place > axis.least && place < axis.greatest {
                let values = [place - 1, place, place + 1].map(|place| axis.value(place));
                list.push(Alone { variable: index as u32, fact: variable.at.fact, place, values });
            }
        }
    }
    list
}

/// Decides about somebody with each of the three values.
fn between(look: &Look, rule: RuleId, alone: &Alone, facts: &Facts) -> Option<Diagnostic> {
    let program = look.program;
    let family = program.decision(program.rule(rule).decision).family;
    let mut answers: Vec<Answer> = Vec::new();
    for value in &alone.values {
        let mut facts = facts.clone();
        facts.set(alone.fact, Slot::Given(value.clone()));
        answers.push(look.decide(family, &facts)?);
    }
    let by_rule = |answer: &Answer| match (answer.status, answer.because.first()) {
        (Status::Decided, Some(&Reason::Rule(rule))) => Some(rule),
        _ => None,
    };
    let (first, second) = (by_rule(&answers[0])?, by_rule(&answers[2])?);
    if first == second || answers[0].value == answers[2].value {
        return None;
    }
    let what = match by_rule(&answers[1]) {
        None if answers[1].status == Status::Conflict => "both take it in",
        None if !matches!(answers[1].because.first(), Some(Reason::Rule(_))) => "neither takes it in",
        _ => return None,
    };
    let fact = program.fact(alone.fact);
    let text = program.value_text(&alone.values[1], &fact.ty);
    let (first, second) = (program.rule(first).origin, program.rule(second).origin);
    let names = [first, second].map(|origin| program.origin(origin).name.clone());
    let mut facts = facts.clone();
    facts.set(alone.fact, Slot::Given(alone.values[1].clone()));
    let witness = look.shown("it is for", &facts, |id| id == alone.fact);
    let message = format!("`{}` {text} lies alone between `{}` and `{}`: {what}", fact.name, names[0], names[1]);
    Some(
        Diagnostic::warning(Code::OFF_BY_ONE, look.place(first), message)
            .label(look.place(second), "the other rule")
            .witness(Some(witness))
            .help("one of `<` and `<=`, or `>` and `>=`, may be meant as the other"),
    )
}

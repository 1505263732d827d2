//! Decisions as steps: from whether rules apply to an outcome (D4 to D7) and its reasons (D9).

use super::Builder;
use crate::compile::plan::{Asked, CellStep, Operand, SetStep, Truth, TruthStep};
use crate::eval::conclude::{decision_in, define_in, type_of};
use crate::eval::kernel::decide::{exceptions, rules};
use crate::eval::walk::Parts;
use crate::program::{DecisionBody, DecisionId, FamilyId, VersionId};
use crate::value::Value;

/// The most different values that rules of one decision may give to be ranked by a step.
const MAX_RANKED: usize = 64;

/// The outcome of a decision by rules. Whether each rule stands is kept for the reasons.
pub(super) fn by_rules(builder: &mut Builder<'_>, id: DecisionId, parts: &Parts<Operand>) -> Operand {
    let decision = builder.program.decision(id);
    let ids = rules(&decision.body);
    let stands = builder.standing(&parts.applies, &exceptions(builder.program, ids));
    let constant = |value: &Operand| match value {
        Operand::Value(value) => Some(value.clone()),
        _ => None,
    };
    let reasons = ids.iter().zip(&stands).zip(&parts.values);
    let reasons = reasons.map(|((&rule, &stands), value)| (rule, stands, constant(value))).collect();
    builder.decisions.insert(id, reasons);
    let outcome = match &decision.body {
        DecisionBody::Expr(_) => Operand::Open,
        DecisionBody::Rules { outranks, .. } => {
            let constant: Option<Vec<&Value>> = parts
                .values
                .iter()
                .map(|value| match value {
                    Operand::Value(value) => Some(value),
                    _ => None,
                })
                .collect();
            match constant {
                Some(values) => ranked(builder, &stands, &values, outranks, parts.otherwise.as_ref()),
                None => agreed(builder, &stands, &parts.values, parts.otherwise.as_ref()),
            }
        }
        DecisionBody::Includes(_) => {
            let sets: Vec<Operand> = parts.values.iter().map(as_set).collect();
            match builder.sets(&sets.iter().collect::<Vec<_>>()) {
                Some((sets, id)) => {
                    let parts = stands.iter().copied().zip(sets).collect();
                    Operand::Set(builder.set_step(SetStep::Gather(parts)), id)
                }
                None => Operand::Open,
            }
        }
        DecisionBody::Adds(_) => {
            let parts: Vec<(Truth, &Operand)> = stands.iter().copied().zip(&parts.values).collect();
            builder.sum(&parts)
        }
    };
    builder.ranged(&decision.ty, outcome)
}

/// A member as a set of one.
fn as_set(value: &Operand) -> Operand {
    match value {
        Operand::Value(member @ Value::Member(..)) => Operand::Value(Value::set([member.clone()])),
        other => other.clone(),
    }
}

/// The outcome where each rule has a value that is the same for everybody.
fn ranked(
    builder: &mut Builder<'_>,
    stands: &[Truth],
    values: &[&Value],
    outranks: &[(Value, Value)],
    otherwise: Option<&Operand>,
) -> Operand {
    let mut different: Vec<&Value> = Vec::new();
    values.iter().for_each(|value| {
        if !different.contains(value) {
            different.push(value);
        }
    });
    let mut standing = |value: &Value| {
        let of: Vec<Truth> =
            stands.iter().zip(values).filter(|(_, other)| **other == value).map(|(&stands, _)| stands).collect();
        let any = builder.any(&of);
        builder.truth(&any)
    };
    let outranked = |value: &Value, by: &Value| outranks.iter().any(|(high, low)| high == by && low == value);
    if different.iter().all(|value| matches!(value, Value::Bool(_)))
        && !matches!(otherwise, Some(Operand::Cell(..) | Operand::Set(..)))
    {
        let (yes, no) = (Value::Bool(true), Value::Bool(false));
        let both = match (outranked(&no, &yes), outranked(&yes, &no)) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        };
        let (yes, no) = (standing(&yes), standing(&no));
        let neither = otherwise.map(|value| builder.truth(value));
        return Operand::Truth(builder.truth_step(TruthStep::Outcome { yes, no, both, neither }));
    }
    if different.len() > MAX_RANKED {
        return Operand::Open;
    }
    let standing: Vec<Truth> = different.iter().map(|value| standing(value)).collect();
    let operands: Vec<Operand> = different.iter().map(|&value| Operand::Value(value.clone())).collect();
    let all: Vec<&Operand> = operands.iter().chain(otherwise).collect();
    let Some((cells, kind)) = builder.cells(&all) else { return Operand::Open };
    let ranked = different.iter().enumerate().map(|(place, value)| {
        let above = different.iter().enumerate().filter(|(_, by)| outranked(value, by));
        (standing[place], kind.cell(value), above.fold(0, |mask, (by, _)| mask | 1 << by))
    });
    let ranked = ranked.collect();
    let otherwise = otherwise.and(cells.last().copied());
    Operand::Cell(builder.cell_step(CellStep::Ranked { values: ranked, otherwise }), kind)
}

/// The outcome where rules have values of their own: what all that stand give alike. Ranks need two different ones, which
/// the interpreter compares.
fn agreed(builder: &mut Builder<'_>, stands: &[Truth], values: &[Operand], otherwise: Option<&Operand>) -> Operand {
    let all: Vec<&Operand> = values.iter().chain(otherwise).collect();
    let Some((cells, kind)) = builder.cells(&all) else { return Operand::Open };
    let rows = stands.iter().copied().zip(cells.iter().copied()).collect();
    let otherwise = otherwise.and(cells.last().copied());
    Operand::Cell(builder.cell_step(CellStep::Agreed { rows, otherwise }), kind)
}

/// What is asked in a version, with its reasons.
pub(super) fn asked(builder: &mut Builder<'_>, family: FamilyId, version: VersionId, value: Operand) -> Asked {
    let program = builder.program;
    let mut asked = Asked { version: Some(version), value, rules: Vec::new(), origin: None, by_expression: false };
    match decision_in(program, family, version) {
        Some(id) => {
            let decision = program.decision(id);
            let stands = builder.decisions.get(&id).cloned().unwrap_or_default();
            // What is gathered is made of all that stands; an outcome only of rules that say it.
            let outcome = matches!(decision.body, DecisionBody::Rules { .. });
            let reason = |(rule, stands, value): (_, _, Option<Value>)| (rule, stands, value.filter(|_| outcome));
            asked.rules = stands.into_iter().map(reason).collect();
            match &decision.body {
                DecisionBody::Expr(_) => (asked.origin, asked.by_expression) = (Some(decision.origin), true),
                DecisionBody::Rules { otherwise: Some((origin, _)), .. } => asked.origin = Some(*origin),
                _ => {}
            }
        }
        None => {
            asked.origin = define_in(program, family, version);
            asked.by_expression = true;
            let ty = type_of(program, family);
            asked.value = builder.ranged(&ty, asked.value);
        }
    }
    asked
}

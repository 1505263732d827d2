//! E105: two rules give one decision different outcomes, and nothing orders them.

use super::claims::Claims;
use super::look::{Anyone, Look, differ};
use crate::diagnostic::{Code, Diagnostic};
use crate::eval::Status;
use crate::program::{DecisionBody, DecisionId, Op, RuleId};
use crate::solve::encode::{Case, Cases};
use crate::solve::sat::Lit;
use crate::value::{Evaluated, FaultKind, Value};

/// How many pairs of rules of one decision are asked about; more are counted as *at least*.
const MAX_PAIRS: usize = 2_000;

/// A rule, and when it stands with nothing that outranks it.
pub(super) struct Kept {
    pub(super) rule: RuleId,
    pub(super) stands: Lit,
    pub(super) kept: Lit,
    pub(super) value: Cases,
    pub(super) constant: Option<Value>,
}

/// The rules of a decision as the graph has them.
pub(super) fn kept(look: &mut Look, decision: DecisionId) -> Vec<Kept> {
    let program = look.program;
    let body = &program.decision(decision).body;
    let (list, outranks): (&[RuleId], &[(Value, Value)]) = match body {
        DecisionBody::Rules { rules, outranks, .. } => (rules, outranks),
        DecisionBody::Includes(rules) | DecisionBody::Adds(rules) => (rules, &[]),
        DecisionBody::Expr(_) => return Vec::new(),
    };
    let mut all = Vec::new();
    for &rule in list {
        let Some(terms) = look.graphed.rules.get(&rule).copied() else { continue };
        let stands = look.space.encoder.truth(terms.stands).yes;
        let value = look.space.encoder.cases(terms.value);
        let constant = constant(look, rule);
        all.push(Kept { rule, stands, kept: stands, value, constant });
    }
    for index in 0..all.len() {
        let outranked = |other: &&Kept| match (&other.constant, &all[index].constant) {
            (Some(higher), Some(lower)) => outranks.iter().any(|(a, b)| a == higher && b == lower),
            _ => false,
        };
        let mut parts: Vec<Lit> = all.iter().filter(outranked).map(|other| !other.stands).collect();
        parts.push(all[index].stands);
        all[index].kept = look.space.encoder.gates.and(&parts);
    }
    all
}

/// The value of a rule, if it does not depend on facts.
fn constant(look: &Look, rule: RuleId) -> Option<Value> {
    let mut node = look.program.rule(rule).value;
    loop {
        match look.program.op(node) {
            Op::Clause(_, inner) => node = *inner,
            Op::Const(value) => return Some(value.clone()),
            _ => return None,
        }
    }
}

/// When a decision comes to one of its own pseudo-outcomes.
pub(super) fn pseudo(look: &mut Look, decision: DecisionId, kind: FaultKind) -> Lit {
    let Some(&id) = look.graphed.decisions.get(&decision) else { return Lit::FALSE };
    let own = look.program.decision(decision).origin.0;
    let cases = look.space.encoder.cases(id);
    let is = |case: &Case| matches!(case, Case::Known(Evaluated::Error(fault)) if fault.kind == kind && fault.origin == Some(own));
    let lits: Vec<Lit> = cases.iter().filter(|(_, case)| is(case)).map(|(lit, _)| *lit).collect();
    look.space.encoder.gates.or(&lits)
}

/// Reports decisions whose rules conflict for somebody: the first pair in the text, and how many others.
pub(super) fn conflicts(look: &mut Look, claims: &mut Claims) {
    for decision in look.decisions() {
        let conflict = pseudo(look, decision, FaultKind::Conflict);
        if look.anyone(&[conflict]) != Anyone::Yes {
            continue;
        }
        let it = look.program.decision(decision);
        let rules = kept(look, decision);
        let mut pairs: Vec<(usize, usize, Lit)> = Vec::new();
        let mut asked = 0;
        for a in 0..rules.len() {
            for b in a + 1..rules.len() {
                if rules[a].constant.is_some() && rules[a].constant == rules[b].constant || asked >= MAX_PAIRS {
                    continue;
                }
                let differ = differ(&mut look.space.encoder, &rules[a].value, &rules[b].value);
                let both = look.space.encoder.gates.and(&[rules[a].kept, rules[b].kept, differ]);
                asked += 1;
                if look.anyone(&[both]) == Anyone::Yes {
                    pairs.push((a, b, both));
                }
            }
        }
        let Some(&(a, b, both)) = pairs.first() else { continue };
        let name = &look.program.family(it.family).name;
        let (first, second) = (&rules[a], &rules[b]);
        let place = look.place(look.program.rule(first.rule).origin);
        if claims.is_found(Code::CONFLICT, place) {
            continue;
        }
        let Some(example) = look.example(&[both]) else { continue };
        let conflicts = look.decide(it.family, &example.facts).is_some_and(|it| it.status == Status::Conflict);
        if !conflicts {
            continue;
        }
        let witness = look.witness("both apply to", &example, both);
        let says = |rule: &Kept| format!("says {}", look.value_text(look.program.rule(rule.rule).value, &it.ty));
        let at_least = if asked >= MAX_PAIRS { "at least " } else { "" };
        let same = |pair: &&(usize, usize, Lit)| {
            let values = [&rules[pair.0].constant, &rules[pair.1].constant];
            values == [&first.constant, &second.constant] || values == [&second.constant, &first.constant]
        };
        let settled = pairs.iter().filter(same).count() - 1;
        let help = match (&first.constant, &second.constant) {
            (Some(x), Some(y)) => {
                let (x, y) = if matches!(y, Value::Bool(false)) { (y, x) } else { (x, y) };
                let text = |value: &Value| look.program.value_text(value, &it.ty);
                let others = match settled {
                    0 => String::new(),
                    1 => " (settles this and 1 other pair)".to_owned(),
                    count => format!(" (settles this and {at_least}{count} other pairs)"),
                };
                format!(
                    "write `{} outranks {}` in the decision{others}, or `unless` in one of the rules",
                    text(x),
                    text(y)
                )
            }
            _ => "write `exception to` or `unless` in one of the rules".to_owned(),
        };
        let message = format!("two rules give `{name}` different outcomes, and nothing orders them");
        let finding = Diagnostic::error(Code::CONFLICT, place, message)
            .found(says(first))
            .label(look.place(look.program.rule(second.rule).origin), says(second))
            .witness(Some(witness));
        let rest = pairs.len() - 1 - settled;
        let more = match rest {
            0 => String::new(),
            1 => "\n1 more pair of other outcomes conflicts".into(),
            count => format!("\n{count} more pairs of other outcomes conflict"),
        };
        claims.found(finding.help(help + &more));
    }
}

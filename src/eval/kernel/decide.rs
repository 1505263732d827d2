//! From rules to an outcome (D3 to D7), of one decision in one version.

use std::collections::{BTreeSet, HashMap};

use super::rows::common;
use super::{fault, logic, number, outcome, placed, set};
use crate::eval::answer::{SetAside, SetAsideBy};
use crate::program::{Decision, DecisionBody, DecisionId, Program, RuleId};
use crate::value::{Evaluated, Fault, FaultKind, Value};

/// How many rules with `!` conditions, or groups of those that are tried together, are tried standing and not standing. With more
/// of them the outcome is an error unless it does not depend on them (V3).
pub(crate) const MAX_TRIALS: usize = 8;

/// What a decision comes to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decided {
    /// Its outcome. A conflict, and no rule standing, are faults placed at the decision's own origin.
    pub(crate) outcome: Evaluated,
    /// Whether each rule stands, in the order of its rules.
    pub(crate) stands: Vec<Evaluated>,
    /// Whether the `otherwise` holds.
    pub(crate) otherwise: Evaluated,
    /// Rules that apply but do not decide.
    pub(crate) set_aside: Vec<SetAside>,
}

/// The rules of a decision, in written order.
pub(crate) fn rules(body: &DecisionBody) -> &[RuleId] {
    match body {
        DecisionBody::Expr(_) => &[],
        DecisionBody::Rules { rules, .. } | DecisionBody::Includes(rules) | DecisionBody::Adds(rules) => rules,
    }
}

/// The outcome of a decision `= expr`, or of anything else once computed: within its range, placed at the decision.
pub(crate) fn finish(decision: &Decision, result: Evaluated) -> Evaluated {
    placed(outcome::checked(&decision.ty, result), decision.origin.0)
}

/// Decides by rules: whether each applies and its value, and the value of the `otherwise`.
pub(crate) fn decide(
    program: &Program,
    decision: &Decision,
    applies: &[&Evaluated],
    values: &[&Evaluated],
    otherwise: Option<&Evaluated>,
) -> Decided {
    let ids = rules(&decision.body);
    let exceptions = exceptions(program, ids);
    let stands = standing(applies, &exceptions);
    let at_rule = |place: usize, result: &Evaluated| placed(result.clone(), program.rule(ids[place]).origin.0);
    let values: Vec<Evaluated> = values.iter().enumerate().map(|(place, value)| at_rule(place, value)).collect();
    let values: &[&Evaluated] = &values.iter().collect::<Vec<_>>();
    let settle = |stands: &[Evaluated]| {
        let result = settle(decision, stands, values, otherwise);
        finish(decision, result)
    };
    let errors: Vec<usize> = (0..ids.len()).filter(|&rule| matches!(applies[rule], Evaluated::Error(_))).collect();
    let same = |a: usize, b: usize| values[a].value().is_some() && values[a] == values[b];
    let groups = tried_together(&decision.body, &exceptions, &errors, same);
    let settled_with = |tried: &dyn Fn(usize) -> &'static Evaluated| {
        let mut applies = applies.to_vec();
        errors.iter().for_each(|&rule| applies[rule] = tried(rule));
        settle(&standing(&applies, &exceptions))
    };
    let outcome = match errors.first() {
        None => settle(&stands),
        Some(&first) if groups.len() > MAX_TRIALS => match settled_with(&|_| &Evaluated::Unknown) {
            Evaluated::Unknown if !has_open(applies, values, otherwise) => {
                finish(decision, at_rule(first, applies[first]))
            }
            settled => settled,
        },
        // D6: a rule whose condition is `!` is tried standing and not standing. What is tried is whether it applies, so
        // that the rules it is an exception to follow.
        Some(&first) => {
            let results = (0..1u32 << groups.len()).map(|mask| {
                let bit = |rule| {
                    groups.iter().position(|group| group.contains(&rule)).is_some_and(|bit| mask >> bit & 1 == 1)
                };
                settled_with(&|rule| if bit(rule) { &Evaluated::YES } else { &Evaluated::NO })
            });
            finish(decision, common(results, &at_rule(first, applies[first])))
        }
    };
    let holds = match &stands {
        _ if otherwise.is_none() => Evaluated::NO,
        stands if stands.iter().any(Evaluated::is_yes) => Evaluated::NO,
        stands if stands.iter().all(Evaluated::is_no) => Evaluated::YES,
        _ => Evaluated::Unknown,
    };
    let set_aside = set_aside(decision, ids, &exceptions, applies, &stands, values);
    Decided { outcome, stands, otherwise: holds, set_aside }
}

/// Puts rules together whose conditions are `!`: those of the same value that set nothing aside, since whether one of them applies
/// or several comes to the same. What rules add counts each time.
pub(crate) fn tried_together(
    body: &DecisionBody,
    exceptions: &[Vec<usize>],
    failing: &[usize],
    same: impl Fn(usize, usize) -> bool,
) -> Vec<Vec<usize>> {
    let alone = |rule: usize| matches!(body, DecisionBody::Adds(_)) || exceptions.iter().any(|of| of.contains(&rule));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for &rule in failing {
        let with = |group: &&mut Vec<usize>| !alone(rule) && !alone(group[0]) && same(group[0], rule);
        match groups.iter_mut().find(with) {
            Some(group) => group.push(rule),
            None => groups.push(vec![rule]),
        }
    }
    groups
}

/// Whether anything is not known yet.
fn has_open(applies: &[&Evaluated], values: &[&Evaluated], otherwise: Option<&Evaluated>) -> bool {
    applies.iter().chain(values).copied().chain(otherwise).any(|part| *part == Evaluated::Unknown)
}

/// For each rule the places of the rules that are exceptions to it.
pub(crate) fn exceptions(program: &Program, ids: &[RuleId]) -> Vec<Vec<usize>> {
    let places: HashMap<RuleId, usize> = ids.iter().enumerate().map(|(place, &rule)| (rule, place)).collect();
    let of =
        |&rule: &RuleId| program.rule(rule).exceptions.iter().filter_map(|other| places.get(other).copied()).collect();
    ids.iter().map(of).collect()
}

/// The places of rules such that exceptions come before what they are exceptions to. Rules on a cycle, which is an error at
/// load, are left out.
pub(crate) fn exceptions_first(exceptions: &[Vec<usize>]) -> Vec<usize> {
    let mut waiting: Vec<usize> = exceptions.iter().map(Vec::len).collect();
    let mut rules_of: Vec<Vec<usize>> = vec![Vec::new(); exceptions.len()];
    for (rule, list) in exceptions.iter().enumerate() {
        list.iter().for_each(|&exception| rules_of[exception].push(rule));
    }
    let mut order: Vec<usize> = (0..exceptions.len()).filter(|&rule| waiting[rule] == 0).collect();
    let mut next = 0;
    while next < order.len() {
        for &rule in &rules_of[order[next]] {
            waiting[rule] -= 1;
            if waiting[rule] == 0 {
                order.push(rule);
            }
        }
        next += 1;
    }
    order
}

/// D4: a rule stands when it applies and no rule that is an exception to it stands.
fn standing(applies: &[&Evaluated], exceptions: &[Vec<usize>]) -> Vec<Evaluated> {
    let mut stands: Vec<Evaluated> = applies.iter().map(|&applies| applies.clone()).collect();
    for rule in exceptions_first(exceptions) {
        if !exceptions[rule].is_empty() {
            let denied: Vec<Evaluated> =
                exceptions[rule].iter().map(|&exception| logic::not(&stands[exception])).collect();
            let parts: Vec<&Evaluated> = [applies[rule]].into_iter().chain(&denied).collect();
            stands[rule] = logic::all(&parts);
        }
    }
    stands
}

/// The outcome of rules that stand (`y`) or may stand (`?`). Their standing is never `!` here.
fn settle(
    decision: &Decision,
    stands: &[Evaluated],
    values: &[&Evaluated],
    otherwise: Option<&Evaluated>,
) -> Evaluated {
    // A standing rule whose value is `!`: with it the outcome is an error, without it not, or an error anyway.
    let standing = || stands.iter().zip(values).filter(|(stands, _)| stands.is_yes()).map(|(_, &value)| value);
    let maybe =
        || stands.iter().zip(values).filter(|(stands, _)| **stands == Evaluated::Unknown).map(|(_, &value)| value);
    if let Some(error) = standing().find(|value| matches!(value, Evaluated::Error(_))) {
        return error.clone();
    }
    if standing().any(|value| *value == Evaluated::Unknown) {
        return Evaluated::Unknown;
    }
    let present: BTreeSet<&Value> = standing().filter_map(Evaluated::value).collect();
    match &decision.body {
        DecisionBody::Expr(_) => Evaluated::Unknown,
        DecisionBody::Rules { outranks, .. } => {
            let none = pseudo_outcome(decision, FaultKind::NoRule);
            if present.is_empty() {
                let base = otherwise.unwrap_or(&none);
                return if maybe().all(|value| logic::agree(value, base)) { base.clone() } else { Evaluated::Unknown };
            }
            let kept = undominated(&present, outranks);
            if let [only] = kept[..] {
                // Rules that may stand change nothing if their value is the outcome or the outcome outranks it.
                let idle = |value: &Evaluated| match value {
                    Evaluated::Value(value) => value == only || outranked(value, only, outranks),
                    _ => false,
                };
                return if maybe().all(idle) { Evaluated::Value(only.clone()) } else { Evaluated::Unknown };
            }
            // A conflict stays one if two of its values are outranked by nothing that may be present.
            let may_be: Vec<&Evaluated> = maybe().collect();
            let safe = |value: &&&Value| {
                may_be.iter().all(|other| match other {
                    Evaluated::Value(other) => !outranked(value, other, outranks),
                    _ => false,
                })
            };
            let certain = kept.iter().filter(safe).count() >= 2;
            if certain { pseudo_outcome(decision, FaultKind::Conflict) } else { Evaluated::Unknown }
        }
        DecisionBody::Includes(_) => {
            let mut all = BTreeSet::new();
            present.iter().for_each(|value| set::include(&mut all, value));
            let idle = |value: &Evaluated| match value {
                Evaluated::Value(Value::Set(members)) => members.is_subset(&all),
                Evaluated::Value(value) => all.contains(value),
                _ => false,
            };
            if maybe().all(idle) { Evaluated::Value(Value::Set(all.into())) } else { Evaluated::Unknown }
        }
        DecisionBody::Adds(_) => {
            let zero = Evaluated::Value(Value::integer(0));
            if maybe().any(|value| *value != zero) {
                return Evaluated::Unknown;
            }
            // Not `present`: equal amounts of two rules are both added.
            let amounts: Vec<&Value> = standing().filter_map(Evaluated::value).collect();
            number::sum(&amounts).into()
        }
    }
}

/// Decides from the operands in one list: whether each rule applies, their values, the `otherwise` if there is one.
pub(crate) fn outcome_of(program: &Program, id: DecisionId, operands: &[&Evaluated]) -> Evaluated {
    let decision = program.decision(id);
    let count = rules(&decision.body).len();
    let (applies, rest) = operands.split_at(count);
    let (values, otherwise) = rest.split_at(count);
    decide(program, decision, applies, values, otherwise.first().copied()).outcome
}

/// What gathers before the first rule.
pub(crate) fn gathered_none(body: &DecisionBody) -> Value {
    match body {
        DecisionBody::Adds(_) => Value::integer(0),
        _ => Value::set([]),
    }
}

/// Adds the value of a rule, if it stands, to what was gathered. Not a value where `?` or `!` make the whole of [`decide`]
/// necessary.
pub(crate) fn gather(body: &DecisionBody, gathered: &Evaluated, stands: &Evaluated, value: &Evaluated) -> Evaluated {
    let Evaluated::Value(so_far) = gathered else { return gathered.clone() };
    match (stands, value) {
        (Evaluated::Value(Value::Bool(false)), _) => gathered.clone(),
        (Evaluated::Value(Value::Bool(true)), Evaluated::Value(value)) => match (body, so_far) {
            (DecisionBody::Adds(_), amount) => number::sum(&[amount, value]).into(),
            (body, Value::Set(members)) => {
                let mut members = members.as_ref().clone();
                match body {
                    DecisionBody::Includes(_) => set::include(&mut members, value),
                    _ => drop(members.insert(value.clone())),
                }
                Evaluated::Value(Value::Set(members.into()))
            }
            _ => Evaluated::Unknown,
        },
        (Evaluated::Value(_), other) | (other, _) => other.clone(),
    }
}

/// The outcome of all that standing rules gathered.
pub(crate) fn gathered(decision: &Decision, gathered: &Value, otherwise: Option<&Evaluated>) -> Evaluated {
    let values: Vec<Evaluated> = match (&decision.body, gathered) {
        (DecisionBody::Rules { .. }, Value::Set(values)) => values.iter().cloned().map(Evaluated::Value).collect(),
        (_, all) => vec![Evaluated::Value(all.clone())],
    };
    let stands = vec![Evaluated::YES; values.len()];
    finish(decision, settle(decision, &stands, &values.iter().collect::<Vec<_>>(), otherwise))
}

/// A pseudo-outcome of a decision: its place tells the decision's own from one it reads (P3).
fn pseudo_outcome(decision: &Decision, kind: FaultKind) -> Evaluated {
    placed(fault(kind), decision.origin.0)
}

/// Returns the decision's own pseudo-outcome an outcome stands for, if it does.
pub(crate) fn own_fault(decision: &Decision, outcome: &Evaluated) -> Option<FaultKind> {
    match outcome {
        Evaluated::Error(Fault { kind: kind @ (FaultKind::Conflict | FaultKind::NoRule), origin }) => {
            let by_rules = matches!(decision.body, DecisionBody::Rules { .. });
            (by_rules && *origin == Some(decision.origin.0)).then_some(*kind)
        }
        _ => None,
    }
}

/// Whether the second value outranks the first.
fn outranked(value: &Value, by: &Value, outranks: &[(Value, Value)]) -> bool {
    outranks.iter().any(|(higher, lower)| higher == by && lower == value)
}

/// D6: the values that no present value outranks.
pub(crate) fn undominated<'v>(present: &BTreeSet<&'v Value>, outranks: &[(Value, Value)]) -> Vec<&'v Value> {
    present.iter().copied().filter(|value| !present.iter().any(|other| outranked(value, other, outranks))).collect()
}

fn set_aside(
    decision: &Decision,
    ids: &[RuleId],
    exceptions: &[Vec<usize>],
    applies: &[&Evaluated],
    stands: &[Evaluated],
    values: &[&Evaluated],
) -> Vec<SetAside> {
    let present: BTreeSet<&Value> = stands
        .iter()
        .zip(values)
        .filter(|(stands, _)| stands.is_yes())
        .filter_map(|(_, value)| value.value())
        .collect();
    let ranks: &[(Value, Value)] = match &decision.body {
        DecisionBody::Rules { outranks, .. } => outranks,
        _ => &[],
    };
    let kept = undominated(&present, ranks);
    let mut list = Vec::new();
    for (place, &rule) in ids.iter().enumerate().filter(|&(place, _)| applies[place].is_yes()) {
        if stands[place].is_no() {
            let by = exceptions[place]
                .iter()
                .filter(|&&exception| stands[exception].is_yes())
                .map(|&exception| ids[exception]);
            list.push(SetAside { rule, by: SetAsideBy::Exceptions(by.collect()) });
        } else if let (true, Some(value)) = (stands[place].is_yes(), values[place].value())
            && let Some(&by) = kept.iter().find(|by| outranked(value, by, ranks))
        {
            list.push(SetAside { rule, by: SetAsideBy::Outranked(by.clone()) });
        }
    }
    list
}

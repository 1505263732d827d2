//! Who comes to the same outcome for other reasons: another rule decides.

use std::collections::BTreeMap;

use super::outcomes::Outcomes;
use crate::eval::conclude::decision_in;
use crate::eval::kernel::decide::rules;
use crate::program::{DecisionBody, FamilyId, OriginId, Program};
use crate::solve::Space;
use crate::solve::graph::Graphed;
use crate::solve::sat::Lit;

/// A rule, or the `otherwise`, that decides under one text, by its name.
type Deciding = BTreeMap<String, Lit>;

/// A reason that counts under one text and not under the other.
pub(super) struct Reason {
    /// The name of the rule; empty for the `otherwise`.
    pub(super) name: String,
    /// When it counts under one text alone.
    pub(super) differs: Lit,
}

/// Returns, for what a decision comes to under a text, when each rule is a reason of it (D9): it stands, and its value is the
/// outcome. Only decisions by rules have reasons that can differ.
fn deciding(space: &mut Space, program: &Program, family: FamilyId, side: &Graphed, outcomes: &Outcomes) -> Deciding {
    let mut reasons: BTreeMap<String, Vec<Lit>> = BTreeMap::new();
    for (version, in_force) in &side.candidates {
        let Some(decision) = decision_in(program, family, *version) else { continue };
        let body = &program.decision(decision).body;
        let in_force = in_force.map_or(Lit::TRUE, |id| space.encoder.truth(id).yes);
        let ranked = matches!(body, DecisionBody::Rules { .. });
        let mut standing = Vec::new();
        for rule in rules(body) {
            let Some(terms) = side.rules.get(rule) else { continue };
            let stands = space.encoder.truth(terms.stands).yes;
            standing.push(stands);
            let mut counts = Lit::TRUE;
            if ranked {
                let values = space.encoder.cases(terms.value);
                let mut equal = Vec::new();
                for (a, value) in values.iter() {
                    for (b, outcome) in outcomes.cases.iter() {
                        let same = space.encoder.same(value, outcome);
                        equal.push(space.encoder.gates.and(&[*a, *b, same]));
                    }
                }
                counts = space.encoder.gates.or(&equal);
            }
            let lit = space.encoder.gates.and(&[in_force, stands, counts]);
            reasons.entry(name(program, program.rule(*rule).origin)).or_default().push(lit);
        }
        if let DecisionBody::Rules { otherwise: Some(_), .. } = body {
            let any = space.encoder.gates.or(&standing);
            let lit = space.encoder.gates.and(&[in_force, !any]);
            reasons.entry(String::new()).or_default().push(lit);
        }
    }
    reasons.into_iter().map(|(name, lits)| (name, space.encoder.gates.or(&lits))).collect()
}

fn name(program: &Program, origin: OriginId) -> String {
    program.origin(origin).name.clone()
}

/// Returns the reasons that count under one text alone, by name.
pub(super) fn differing(
    space: &mut Space,
    program: &Program,
    old: (FamilyId, &Outcomes, &Graphed),
    new: (FamilyId, &Outcomes, &Graphed),
) -> Vec<Reason> {
    let before = deciding(space, program, old.0, old.2, old.1);
    let after = deciding(space, program, new.0, new.2, new.1);
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let of = |reasons: &Deciding, name: &String| reasons.get(name).copied().unwrap_or(Lit::FALSE);
    let mut list = Vec::new();
    for name in names {
        let equal = space.encoder.equal(of(&before, name), of(&after, name));
        if equal != Lit::TRUE {
            list.push(Reason { name: name.clone(), differs: !equal });
        }
    }
    list
}

//! E101, W103, W104, W108, I114: rules that never apply, never decide, are covered by another; exceptions that never bite.

use super::claims::{Claims, RULE};
use super::conflicts::{Kept, kept};
use super::look::{Anyone, Look};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{DecisionBody, DecisionId, Op, OriginId, RuleId};
use crate::solve::encode::Truth;
use crate::solve::sat::Lit;

/// How many pairs of rules of one decision are compared by questions; models settle the others.
const MAX_COMPARED: usize = 1_000;

/// Looks at all rules of the version.
pub(super) fn rules(look: &mut Look, claims: &mut Claims) {
    for decision in look.decisions() {
        let all = kept(look, decision);
        let mut alive: Vec<Kept> = Vec::new();
        for rule in all {
            if exceptions(look, claims, decision, &rule) {
                alive.push(rule);
            }
        }
        if !matches!(look.program.decision(decision).body, DecisionBody::Adds(_)) {
            covered(look, claims, &alive);
        }
    }
}

/// Looks at one rule alone. Returns whether it decides for somebody.
fn exceptions(look: &mut Look, claims: &mut Claims, decision: DecisionId, kept: &Kept) -> bool {
    let program = look.program;
    let rule = program.rule(kept.rule);
    let origin = program.origin(rule.origin);
    let (span, name) = (origin.span, &origin.name);
    let place = look.place(rule.origin);
    let Some(terms) = look.graphed.rules.get(&kept.rule).copied() else { return false };
    let applies = look.space.encoder.truth(terms.applies).yes;
    let when = truth_of(look, rule.when).yes;
    let unless: Vec<(OriginId, Truth)> = rule
        .unless
        .iter()
        .filter_map(|&node| match *program.op(node) {
            Op::Clause(origin, _) => Some((origin, truth_of(look, Some(node)))),
            _ => None,
        })
        .collect();

    // The rule as a whole.
    let dead = look.never(&[applies]);
    let swallowing = unless.iter().find(|(_, truth)| dead && look.never(&[when, truth.no])).copied();
    let impossible = dead && look.never(&[when]);
    let finding = (dead && (impossible || swallowing.is_none())).then(|| {
        let why = if impossible {
            "nobody who keeps the invariants satisfies its `when`"
        } else {
            "its `unless` clauses together take in everybody"
        };
        let mut finding = Diagnostic::error(Code::NEVER_TRUE, place, format!("the rule `{name}` never applies"));
        for (origin, text) in clash(look, kept.rule) {
            finding = finding.label(look.place(origin), text);
        }
        finding.help(format!("{why}: mend it, or take the rule out"))
    });
    claims.always(span, Code::NEVER_TRUE, RULE, finding);

    // Its exceptions.
    let swallowing = swallowing.filter(|_| !impossible).map(|(origin, _)| {
        let inner = look.place(origin);
        Diagnostic::warning(Code::IDLE_EXCEPTION, inner, format!("this `unless` swallows the whole rule `{name}`"))
            .label(place, "never applies")
            .help("whoever satisfies the rule satisfies it too: narrow it, or take the rule out")
    });
    claims.always(span, Code::IDLE_EXCEPTION, "swallows", swallowing);
    for &(origin, truth) in &unless {
        let inner = program.origin(origin).span;
        let idle =
            !impossible && !claims.is_refuted(inner, Code::IDLE_EXCEPTION, "idle") && look.never(&[when, !truth.no]);
        let finding = idle.then(|| {
            Diagnostic::warning(
                Code::IDLE_EXCEPTION,
                look.head(inner),
                format!("this `unless` never bites: nobody whom `{name}` is for satisfies it"),
            )
            .label(place, "the rule")
            .help("take it out, or mend the rule")
        });
        claims.always(inner, Code::IDLE_EXCEPTION, "idle", finding);
    }
    for &exception in &rule.exceptions {
        let it = program.rule(exception);
        let key = program.origin(it.origin);
        let stands = look.graphed.rules.get(&exception).copied();
        let stands = stands.map_or(Lit::FALSE, |terms| look.space.encoder.truth(terms.stands).yes);
        let idle = !dead && look.anyone(&[stands]) == Anyone::Yes && look.never(&[applies, stands]);
        let finding = idle.then(|| {
            Diagnostic::warning(
                Code::IDLE_EXCEPTION,
                look.place(it.origin),
                format!("the exception `{}` never bites: it and `{name}` never apply together", key.name),
            )
            .label(place, "the rule")
            .help("take out `exception to`, or mend its `when`")
        });
        claims.always(key.span, Code::IDLE_EXCEPTION, "idle", finding);
    }

    // Whether it ever decides.
    let silent = !dead && look.never(&[kept.kept]);
    let finding = silent.then(|| {
        let never_stands = look.never(&[kept.stands]);
        let mut finding =
            Diagnostic::warning(Code::NEVER_DECIDES, place, format!("the rule `{name}` applies, but never decides"));
        let others: Vec<RuleId> = match &program.decision(decision).body {
            _ if never_stands => rule.exceptions.clone(),
            DecisionBody::Rules { rules, .. } => rules.clone(),
            _ => Vec::new(),
        };
        let mut named = 0;
        for other in others {
            let Some(terms) = look.graphed.rules.get(&other).copied() else { continue };
            let stands = look.space.encoder.truth(terms.stands).yes;
            if other != kept.rule && named < 3 && look.never(&[kept.stands, !stands]) && look.never(&[applies, !stands])
            {
                let text =
                    if never_stands { "the exception always stands" } else { "always stands too, and outranks it" };
                finding = finding.label(look.place(program.rule(other).origin), text);
                named += 1;
            }
        }
        let help = if never_stands {
            "an exception always sets it aside: narrow the exception, or take the rule out"
        } else {
            "rules that outrank it always stand too: it may be left over, or the rank is the wrong way round"
        };
        finding.help(help)
    });
    claims.always(span, Code::NEVER_DECIDES, "", finding);
    !dead && !silent
}

fn truth_of(look: &mut Look, node: Option<crate::program::NodeId>) -> Truth {
    let id = node.and_then(|node| look.graph_of(node));
    match id {
        Some(id) => look.space.encoder.truth(id),
        None => Truth { yes: Lit::TRUE, no: Lit::FALSE },
    }
}

/// The conditions of a rule that exclude each other: the fewest in a fixed order, at most three.
fn clash(look: &mut Look, rule: RuleId) -> Vec<(OriginId, &'static str)> {
    let program = look.program;
    let it = program.rule(rule);
    let mut parts: Vec<(OriginId, Lit)> = Vec::new();
    if let Some(when) = it.when {
        for (origin, node) in conjuncts(look, when) {
            if let Some(id) = look.graph_of(node) {
                parts.push((origin, look.space.encoder.truth(id).yes));
            }
        }
    }
    for &node in &it.unless {
        if let (&Op::Clause(origin, _), Some(id)) = (program.op(node), look.graph_of(node)) {
            parts.push((origin, look.space.encoder.truth(id).no));
        }
    }
    let lits = |parts: &[(OriginId, Lit)]| parts.iter().map(|(_, lit)| *lit).collect::<Vec<_>>();
    if !look.never(&lits(&parts)) {
        return Vec::new();
    }
    let mut index = 0;
    while index < parts.len() {
        let mut without = parts.clone();
        without.remove(index);
        if look.never(&lits(&without)) { parts = without } else { index += 1 }
    }
    let text = if parts.len() == 1 { "never so" } else { "these exclude each other" };
    parts.into_iter().take(3).map(|(origin, _)| (origin, text)).collect()
}

/// The labelled parts of a conjunction; the whole if it is none.
pub(super) fn conjuncts(look: &Look, node: crate::program::NodeId) -> Vec<(OriginId, crate::program::NodeId)> {
    let program = look.program;
    let mut found = Vec::new();
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        let Op::Clause(origin, inner) = *program.op(node) else { continue };
        match program.op(inner) {
            Op::All(parts) if parts.iter().all(|&part| matches!(program.op(part), Op::Clause(..))) => {
                waiting.extend(parts.iter().rev());
            }
            Op::Clause(..) => waiting.push(inner),
            _ => found.push((origin, node)),
        }
    }
    found
}

/// Reports rules that add nothing to another of the same outcome.
fn covered(look: &mut Look, claims: &mut Claims, rules: &[Kept]) {
    let program = look.program;
    let mut asked = 0;
    for (index, rule) in rules.iter().enumerate() {
        let origin = program.origin(program.rule(rule.rule).origin);
        let mut cover: Option<(&Kept, bool)> = None;
        for (other, candidate) in rules.iter().enumerate() {
            let same = candidate.constant.is_some() && candidate.constant == rule.constant;
            if other == index || !same || asked >= MAX_COMPARED {
                continue;
            }
            let before = look.space.questions;
            let within = look.never(&[rule.stands, !candidate.stands]);
            asked += look.space.questions - before;
            if within {
                let equal = look.never(&[candidate.stands, !rule.stands]);
                // Of two that say the same, the later is told.
                if !equal || other < index {
                    cover = Some((candidate, equal));
                    break;
                }
            }
        }
        let place = look.place(program.rule(rule.rule).origin);
        let finding = |equal: bool| {
            let (candidate, _) = cover.filter(|(_, is)| *is == equal)?;
            let other = program.origin(program.rule(candidate.rule).origin);
            let (name, other_name) = (&origin.name, &other.name);
            // A rule that states a clause of its own has its reason to stand beside another.
            let states = origin.tags.iter().any(|tag| !other.tags.contains(tag));
            let finding = if equal {
                let message = format!("the rules `{other_name}` and `{name}` stand for the same people");
                Diagnostic::note(Code::EQUIVALENT, place, message)
                    .help("one of them may go, unless each states a clause of its own")
            } else {
                let message =
                    format!("the rule `{name}` adds nothing: `{other_name}` gives everybody of it the same outcome");
                match states {
                    true => Diagnostic::note(Code::COVERED, place, message),
                    false => Diagnostic::warning(Code::COVERED, place, message),
                }
                .help("take it out, or mend the one that is too wide")
            };
            Some(finding.label(look.place(program.rule(candidate.rule).origin), "this rule"))
        };
        let (wider, equal) = (finding(false), finding(true));
        claims.always(origin.span, Code::COVERED, "", wider);
        claims.always(origin.span, Code::EQUIVALENT, "", equal);
    }
}

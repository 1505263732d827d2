//! What the texts alone show: assumptions that differ, sources that came too late, `every` of nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::claims::Claims;
use crate::diagnostic::{Code, Diagnostic};
use crate::load::Loaded;
use crate::program::{Assumption, Domain, NodeId, Op, OriginId, PolicyId, Program, VersionId};
use crate::source::Span;
use crate::value::Type;

/// Reports policies that are read together and assume different values for one fact: the first that is reached wins, which
/// nobody wrote (V8).
pub(super) fn assumptions(program: &Program, claims: &mut Claims) {
    for root in 0..program.policies.len() {
        let mut first: BTreeMap<u32, Vec<(VersionId, &Assumption)>> = BTreeMap::new();
        for policy in program.with_used([PolicyId(root as u32)]) {
            for &version in &program.policies[policy.index()].versions {
                for assumption in &program.version(version).assumptions {
                    let earlier = first.entry(assumption.fact.0).or_default();
                    for &(other, it) in earlier.iter() {
                        let others = program.version(other).policy != policy;
                        if others && it.value != assumption.value && meet(program, other, version) {
                            claims.found(differing(program, it, assumption));
                        }
                    }
                    earlier.push((version, assumption));
                }
            }
        }
    }
}

/// Whether two versions can be in force on one day.
fn meet(program: &Program, a: VersionId, b: VersionId) -> bool {
    let (a, b) = (program.version(a), program.version(b));
    a.end.is_none_or(|end| b.start < end) && b.end.is_none_or(|end| a.start < end)
}

fn differing(program: &Program, first: &Assumption, second: &Assumption) -> Diagnostic {
    let fact = program.fact(first.fact);
    let text = |it: &Assumption| format!("assumes {}", program.value_text(&it.value, &fact.ty));
    let place = |it: &Assumption| program.origin(it.origin).span;
    let message = format!("two policies that are read together assume different values for `{}`", fact.name);
    Diagnostic::warning(Code::ASSUMPTIONS, place(second), message)
        .found(text(second))
        .label(place(first), format!("{}, and is reached first", text(first)))
        .help("assume the same in both, or let facts state it")
}

/// Reports citations of sources that were published after the text had ceased to be in force: they cannot be what it rests on.
pub(super) fn late_sources(loaded: &Loaded, program: &Program, claims: &mut Claims) {
    for version in &program.versions {
        let Some(end) = version.end else { continue };
        let rules =
            program.rules.iter().filter(|rule| version.decisions.contains(&rule.decision)).map(|rule| rule.origin);
        let decisions = version.decisions.iter().map(|&decision| program.decision(decision).origin);
        for origin in decisions.chain(rules) {
            let it = program.origin(origin);
            for citation in &it.cites {
                let source = &program.cited[citation.source.index()];
                let Some(published) = source.published.filter(|day| *day >= end.date) else { continue };
                let head = loaded.sources.slice(it.span);
                let length = head.find(&it.name).map_or(head.len(), |at| at + it.name.len());
                let place = Span { end: it.span.start + length as u32, ..it.span };
                let name = &source.name;
                let message = format!("this cites `{name}`, which was published after the version had ended");
                let finding = Diagnostic::note(Code::LATE_SOURCE, place, message)
                    .found(format!("in force until {}", end.date))
                    .label(source.span, format!("published {published}"))
                    .help("cite what was in force then, or mend the day");
                // A text that a later version still has may rest on it there.
                if !kept_later(program, origin, published) {
                    claims.found(finding);
                }
            }
        }
    }
}

/// Whether a text stands in a version that is in force on a day or later.
fn kept_later(program: &Program, origin: OriginId, day: chrono::NaiveDate) -> bool {
    let span = program.origin(origin).span;
    program.versions.iter().any(|version| {
        let later = version.end.is_none_or(|end| end.date > day);
        let has = |other: OriginId| program.origin(other).span == span;
        later
            && (version.decisions.iter().any(|&decision| has(program.decision(decision).origin))
                || program.rules.iter().any(|rule| version.decisions.contains(&rule.decision) && has(rule.origin)))
    })
}

/// Notes each `every` over a list or set that nothing tests for being empty: of nothing it is yes (V10).
pub(super) fn every(program: &Program, claims: &mut Claims) {
    let mut tested: BTreeSet<NodeId> = BTreeSet::new();
    for op in program.nodes.keys() {
        match op {
            Op::IsEmpty(list) | Op::Count(list) => drop(tested.insert(*list)),
            Op::Exists { domain: Domain::Each(list), .. } => drop(tested.insert(*list)),
            Op::Fold { domain: Domain::Each(list), .. } => drop(tested.insert(*list)),
            _ => {}
        }
    }
    let fact = |mut node: NodeId| loop {
        match program.op(node) {
            Op::Clause(_, inner) => node = *inner,
            Op::Fact(_) => return true,
            _ => return false,
        }
    };
    for op in program.nodes.keys() {
        let Op::Clause(origin, inner) = op else { continue };
        let mut node = *inner;
        while let Op::Not(below) = program.op(node) {
            node = *below;
        }
        let Op::Every { domain: Domain::Each(list), .. } = program.op(node) else { continue };
        let is_list = matches!(program.info(*list).ty.required(), Type::List(_) | Type::Set(_));
        // `no x in L` is an `every` too, and means what it says of nothing.
        let it = program.origin(*origin);
        if !is_list || !fact(*list) || tested.contains(list) || !it.text.starts_with("every") {
            continue;
        }
        let note = Diagnostic::note(Code::EVERY_OF_NOTHING, it.span, "of an empty list this `every` is yes")
            .help("if that is not meant, say `… is not empty and every …`");
        claims.found(note);
    }
}

//! The words in which people are described: the conditions of the texts, in their authors' words.

use std::collections::{BTreeSet, HashSet};

use crate::eval::exact::ground::Gid;
use crate::program::{Op, OriginId, OriginKind, Program};
use crate::solve::Space;
use crate::solve::encode::Truth;
use crate::solve::graph::Graphed;
use crate::solve::sat::Lit;
use crate::source::Span;
use crate::value::Type;

/// A condition of a text.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    pub(super) label: String,
    pub(super) tags: Vec<String>,
    pub(super) at: Span,
    pub(super) truth: Truth,
    pub(super) rank: Rank,
    /// What it reads.
    pub(super) reads: Vec<u32>,
    /// It is that a rule applies.
    pub(super) is_rule: bool,
}

/// How gladly a condition is used for describing: the first the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Membership in a group that is listed elsewhere.
    Group,
    /// It has a label, tags or a name.
    Named,
    /// It has only its text.
    Text,
    /// It means something else under the other text.
    Changed,
}

/// What of a text is new or gone: conditions written there may be used although the other text has them not.
pub(super) struct Edited<'a> {
    /// Declarations that only one text has.
    pub(super) whole: &'a [Span],
}

/// Collects the conditions of both texts: of one meaning one, the most general last. The first text is the new one.
pub(super) fn conditions(space: &mut Space, program: &Program, sides: &[&Graphed], edited: &Edited) -> Vec<Condition> {
    let mut found: Vec<Condition> = Vec::new();
    let everywhere: Vec<HashSet<Gid>> = sides
        .iter()
        .map(|side| side.nodes.iter().flatten().copied().chain(side.decisions.values().copied()).collect())
        .collect();
    let mut truths: Vec<BTreeSet<(Lit, Lit)>> = Vec::new();
    for nodes in &everywhere {
        let mut nodes: Vec<Gid> = nodes.iter().copied().collect();
        nodes.sort_unstable();
        let mut all = BTreeSet::new();
        for id in nodes {
            if space.encoder.is_condition(id) {
                let truth = space.encoder.truth(id);
                all.insert((truth.yes, truth.no));
            }
        }
        truths.push(all);
    }
    for (index, side) in sides.iter().enumerate() {
        let mut written: Vec<(OriginId, Gid)> = Vec::new();
        for &node in &side.order {
            if let (Op::Clause(origin, _), Some(id), Type::YesNo) =
                (program.op(node), side.nodes[node.index()], program.info(node).ty.required())
            {
                written.push((*origin, id));
            }
        }
        let mut decisions: Vec<_> = side.decisions.iter().collect();
        decisions.sort_unstable();
        for (&decision, &id) in decisions {
            let decision = program.decision(decision);
            if decision.ty == Type::YesNo {
                written.push((decision.origin, id));
            }
        }
        // A rule as a whole is the last word: what it asks says more.
        let mut rules: Vec<_> = side.rules.iter().collect();
        rules.sort_unstable_by_key(|(rule, _)| **rule);
        written.extend(rules.into_iter().map(|(&rule, terms)| (program.rule(rule).origin, terms.applies)));
        for (origin, id) in written {
            if space.encoder.ground.reads(id).is_empty() || !space.encoder.is_condition(id) {
                continue;
            }
            let origin = program.origin(origin);
            let truth = space.encoder.truth(id);
            let reads = space.encoder.ground.reads(id).to_vec();
            let common = truths.iter().all(|side| side.contains(&(truth.yes, truth.no)));
            let within = |span: &Span| {
                span.source == origin.span.source && span.start <= origin.span.start && origin.span.end <= span.end
            };
            let named = origin.label.is_some() || !origin.tags.is_empty() || !origin.name.is_empty();
            let is_rule = origin.kind == OriginKind::Rule;
            let rank = match (common || edited.whole.iter().any(within), named) {
                _ if is_rule => Rank::Changed,
                (false, _) => Rank::Changed,
                (true, true) => Rank::Named,
                (true, false) => Rank::Text,
            };
            let kind = matches!(
                origin.kind,
                OriginKind::Condition | OriginKind::Part | OriginKind::Define | OriginKind::Decision | OriginKind::Rule
            );
            // A condition on one fact without a label says no more than the fact.
            if !kind || (!named && reads.len() == 1) {
                continue;
            }
            let label = match (&origin.label, &origin.name) {
                (_, name) if is_rule => format!("rule `{name}` applies"),
                (Some(label), _) => label.clone(),
                (None, _) if !origin.text.is_empty() => origin.text.clone(),
                (None, name) => name.clone(),
            };
            let when = if rank == Rank::Changed { [" (new text)", " (old text)"][index.min(1)] } else { "" };
            let condition = Condition {
                label: format!("{label}{when}"),
                tags: origin.tags.clone(),
                at: origin.span,
                truth,
                rank,
                reads,
                is_rule,
            };
            match found.iter_mut().find(|other| !is_rule && other.truth == truth) {
                Some(other)
                    if condition.rank < other.rank
                        || (!is_rule
                            && other.tags.is_empty()
                            && !condition.tags.is_empty()
                            && condition.rank == other.rank) =>
                {
                    *other = condition
                }
                Some(_) => {}
                None => found.push(condition),
            }
        }
    }
    found
}

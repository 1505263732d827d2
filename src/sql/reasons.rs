//! What each rule and labelled condition came to, packed: two bits each, 31 in a number of 64 bits.

use indexmap::IndexMap;
use sqlparser::ast::DataType;

use super::emit::Emit;
use super::expr::{Sql, case, int, null, sum};
use super::shape::{NO, Shape, State};
use crate::eval::kernel::decide::rules;
use crate::eval::walk::{Walk, all_children};
use crate::program::{
    Asked, DecisionBody, DecisionId, FamilyId, NodeId, Op, OriginId, PolicyId, Program, RuleId, VersionId,
};
use crate::value::Type;

/// How many states one column holds: 62 bits, so that the sign is never set.
pub const PER_COLUMN: usize = 31;

/// What a place in the columns of reasons tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// Whether a rule applies.
    Applies(RuleId),
    /// Whether it stands: no exception to it does.
    Stands(RuleId),
    /// What a labelled condition or definition comes to.
    Condition(NodeId),
}

/// A place in the columns of reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What it tells.
    pub reason: Reason,
    /// Tags, label and place in the text.
    pub origin: OriginId,
    /// The decisions of used policies through which alone it is read: it is 0 while none of their versions may be in force.
    pub through: Vec<VersionId>,
}

/// Returns the places of what is asked, in one version: its own rules first, then those of all it reads.
pub(crate) fn places(program: &Program, counts: impl Fn(VersionId) -> bool, own: PolicyId, asked: Asked) -> Vec<Place> {
    let mut found: IndexMap<Reason, (OriginId, Vec<VersionId>, bool)> = IndexMap::new();
    let mut decisions: Vec<Option<DecisionId>> = Vec::new();
    let (mut waiting, mut next) = (Vec::new(), 0);
    match asked {
        Asked::Decision(id) => decisions.push(Some(id)),
        Asked::Define(node) => {
            decisions.push(None);
            waiting.push(node);
        }
    }
    while let Some(&id) = decisions.get(next) {
        next += 1;
        let version = id.map(|id| program.decision(id).version);
        let mut note = |reason: Reason, origin: OriginId| {
            let entry = found.entry(reason).or_insert_with(|| (origin, Vec::new(), false));
            match version {
                Some(version) if program.version(version).policy != own => entry.1.push(version),
                _ => entry.2 = true,
            }
        };
        if let Some(id) = id {
            let body = &program.decision(id).body;
            match body {
                DecisionBody::Expr(node) => waiting.push(*node),
                DecisionBody::Rules { otherwise: Some((_, node)), .. } => waiting.push(*node),
                _ => {}
            }
            for &rule in rules(body) {
                let declared = program.rule(rule);
                note(Reason::Applies(rule), declared.origin);
                note(Reason::Stands(rule), declared.origin);
                waiting.extend(declared.when.iter().chain(&declared.unless).chain([&declared.value]));
            }
        }
        let mut seen = std::collections::BTreeSet::new();
        while let Some(node) = waiting.pop() {
            if !seen.insert(node) {
                continue;
            }
            let op = program.op(node);
            let info = program.info(node);
            match op {
                Op::Clause(origin, _) if info.ty == Type::YesNo && info.free == 0 => {
                    let declared = program.origin(*origin);
                    if declared.label.is_some() || !declared.tags.is_empty() {
                        note(Reason::Condition(node), *origin);
                    }
                }
                Op::Decision(other) => add(&mut decisions, *other),
                Op::Used(family, _) => {
                    for (version, asked) in &program.family(*family).members {
                        match asked {
                            Asked::Decision(other) if version.is_none_or(&counts) => add(&mut decisions, *other),
                            Asked::Define(node) if version.is_none() => waiting.push(*node),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
            all_children(op, |child| waiting.push(child));
        }
    }
    let place = |(reason, (origin, through, always)): (Reason, (OriginId, Vec<VersionId>, bool))| Place {
        reason,
        origin,
        through: if always { Vec::new() } else { through },
    };
    found.into_iter().map(place).collect()
}

fn add(decisions: &mut Vec<Option<DecisionId>>, id: DecisionId) {
    if !decisions.contains(&Some(id)) {
        decisions.push(Some(id));
    }
}

/// Packs the places of each version into columns: those of the version in force, `NULL` where none is or it is not known.
pub(crate) fn packed(walk: &mut Walk<'_, Emit<'_>>, code: &Sql, by_version: &[Vec<Place>]) -> Vec<Sql> {
    let mut columns = Vec::new();
    let most = by_version.iter().map(Vec::len).max().unwrap_or(0);
    for first in (0..most).step_by(PER_COLUMN) {
        let mut arms = Vec::new();
        for (at, places) in by_version.iter().enumerate() {
            let mut parts = Vec::new();
            for (position, place) in places.iter().skip(first).take(PER_COLUMN).enumerate() {
                let state = state(walk, place).cast(DataType::BigInt(None));
                parts.push(state.times(int(1 << (2 * position))));
            }
            let whole = walk.algebra.layers.column(sum(parts));
            arms.push((code.clone().eq(int(at as i64 + 1)), whole));
        }
        columns.push(case(arms, null()));
    }
    columns
}

fn state(walk: &mut Walk<'_, Emit<'_>>, place: &Place) -> Sql {
    let of_rule = |walk: &Walk<'_, Emit<'_>>, rule: RuleId| walk.algebra.rules[rule.index()].clone();
    let state: Option<State> = match place.reason {
        Reason::Applies(rule) => of_rule(walk, rule).map(|(applies, _)| applies),
        Reason::Stands(rule) => of_rule(walk, rule).map(|(_, stands)| stands),
        Reason::Condition(node) => walk.nodes[node.index()].as_ref().and_then(Shape::logic),
    };
    // Everything asked was carried, so all it reads was visited.
    let state = state.unwrap_or_else(|| State::always(NO));
    if place.through.is_empty() {
        return state.sql;
    }
    let off: Vec<Sql> = place.through.iter().map(|&version| walk.algebra.in_force(version).when(NO)).collect();
    case(vec![(super::expr::all(off), int(NO))], state.sql)
}

/// Returns what is asked, in one version.
pub(crate) fn member(program: &Program, family: FamilyId, version: VersionId) -> Option<Asked> {
    let members = &program.family(family).members;
    members.iter().find(|(of, _)| of.is_none() || *of == Some(version)).map(|&(_, asked)| asked)
}

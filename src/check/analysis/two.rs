//! Two applicants side by side under one version: the same but for what is asked.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::look::{differ, fails};
use crate::eval::Request;
use crate::eval::exact::ground::Gid;
use crate::facts::Facts;
use crate::program::{FactId, NodeId, Program};
use crate::solve::domain::Domain;
use crate::solve::example::ordinary;
use crate::solve::graph::{Graphed, doubled, graph_of_two, meant, nothing_but, scopes};
use crate::solve::sat::Lit;
use crate::solve::{Answer, Space};

/// Two applicants.
pub(super) struct Two<'p> {
    program: &'p Program,
    pub(super) space: Space<'p>,
    pub(super) sides: Vec<Graphed>,
    /// How many facts there are: that far on lies the twin of a fact.
    count: u32,
    today: NaiveDate,
    /// When each fact is the same for both, as far as the texts tell values apart.
    pub(super) equal: BTreeMap<FactId, Lit>,
    /// When each thing asked comes to different outcomes, in the order asked.
    pub(super) differs: Vec<Lit>,
    /// When both keep the invariants, in the time of the version.
    pub(super) meant: Lit,
}

/// Looks at two applicants of a version.
pub(super) fn with<R>(program: &Program, request: &Request, today: NaiveDate, look: impl FnOnce(&mut Two) -> R) -> R {
    let double = doubled(program);
    let requests = [request.clone(), request.clone()];
    let scopes = scopes(&double, &requests, &nothing_but(&double, &[]));
    let count = program.facts.len() as u32;
    let (ground, sides) = graph_of_two(&double, &requests, &scopes, count);
    let mut space = Space::of_our_time(ground);
    space.expect_ordinary(today);
    let meant: Vec<Lit> = sides.iter().map(|side| meant(&mut space, side)).collect();
    let meant = space.encoder.gates.and(&meant);
    let roots: Vec<(Gid, Gid)> = sides[0].roots.iter().copied().zip(sides[1].roots.iter().copied()).collect();
    let mut differs = Vec::new();
    for (a, b) in roots {
        differs.push(apart(&mut space, a, b));
    }
    let equal = equalities(&mut space, count);
    look(&mut Two { program, space, sides, count, today, equal, differs, meant })
}

/// When two outcomes are not the same: other values, or an error and none.
pub(super) fn apart(space: &mut Space, a: Gid, b: Gid) -> Lit {
    if a == b {
        return Lit::FALSE;
    }
    let (x, y) = (space.encoder.cases(a), space.encoder.cases(b));
    let values = differ(&mut space.encoder, &x, &y);
    let (x, y) = (fails(&mut space.encoder, a), fails(&mut space.encoder, b));
    let errors = space.encoder.equal(x, y);
    space.encoder.gates.or(&[values, !errors])
}

impl Two<'_> {
    /// States that all facts are the same but these.
    pub(super) fn equal_but(&self, other: impl Fn(FactId) -> bool) -> Vec<Lit> {
        self.equal.iter().filter(|(fact, _)| !other(**fact)).map(|(_, lit)| *lit).collect()
    }

    /// Finds two as ordinary as can be, for whom all of these hold.
    pub(super) fn example(&mut self, who: &[Lit]) -> Option<[Facts; 2]> {
        if let Answer::No(_) | Answer::Unknown = self.space.ask(who) {
            return None;
        }
        let example = ordinary(&mut self.space, who, &[], self.today)?;
        let mut pair = [Facts::new(self.program), Facts::new(self.program)];
        for fact in (0..self.count).map(FactId) {
            pair[0].set(fact, example.facts.get(fact).clone());
            pair[1].set(fact, example.facts.get(FactId(fact.0 + self.count)).clone());
        }
        Some(pair)
    }

    /// What a node is for each of them; nothing where it was not looked at.
    pub(super) fn both(&self, node: NodeId) -> Option<[Gid; 2]> {
        let of = |side: &Graphed| side.nodes.get(node.index()).copied().flatten();
        Some([of(&self.sides[0])?, of(&self.sides[1])?])
    }

    /// The variable of a fact, and of its twin.
    pub(super) fn variables(&self, index: u32) -> Option<[u32; 2]> {
        let mut twin = self.space.encoder.ground.variable(index).at.clone();
        twin.fact = FactId(twin.fact.0 + self.count);
        let other = self.space.encoder.ground.variables.get_index_of(&twin)?;
        Some([index, other as u32])
    }
}

/// When each fact is the same for both, as far as the texts tell values apart.
fn equalities(space: &mut Space, count: u32) -> BTreeMap<FactId, Lit> {
    let mut parts: BTreeMap<FactId, Vec<Lit>> = BTreeMap::new();
    for index in 0..space.encoder.domains.len() as u32 {
        let at = space.encoder.ground.variable(index).at.clone();
        if at.fact.0 >= count {
            continue;
        }
        let mut twin = at.clone();
        twin.fact = FactId(at.fact.0 + count);
        let Some(other) = space.encoder.ground.variables.get_index_of(&twin) else { continue };
        let pairs = pairs(space, index, other as u32);
        for (a, b) in pairs {
            let same = space.encoder.equal(a, b);
            parts.entry(at.fact).or_default().push(same);
        }
    }
    parts.into_iter().map(|(fact, lits)| (fact, space.encoder.gates.and(&lits))).collect()
}

/// The literals that tell values of a variable apart, with those of its twin.
fn pairs(space: &mut Space, a: u32, b: u32) -> Vec<(Lit, Lit)> {
    let (Some(x), Some(y)) = (space.encoder.domain(a).cloned(), space.encoder.domain(b).cloned()) else {
        return Vec::new();
    };
    match (x, y) {
        (Domain::Members { members, present }, Domain::Members { members: others, present: there }) => {
            let mut pairs: Vec<(Lit, Lit)> = members.iter().zip(&others).map(|(x, y)| (x.1, y.1)).collect();
            pairs.push((present, there));
            pairs
        }
        (Domain::Ordered { present, line, .. }, Domain::Ordered { present: there, line: other, .. }) => {
            let places: BTreeSet<i128> = line.reached.keys().chain(other.reached.keys()).copied().collect();
            let mut pairs = vec![(present, there)];
            for place in places {
                pairs.push((space.encoder.at_or_after(a, place), space.encoder.at_or_after(b, place)));
            }
            pairs
        }
        (Domain::Finite { values, .. }, Domain::Finite { .. }) => (0..values.len())
            .map(|place| (space.encoder.is_value(a, place), space.encoder.is_value(b, place)))
            .collect(),
        _ => Vec::new(),
    }
}

//! To which group an applicant belongs.

use std::collections::BTreeSet;

use super::witness::{alike, decide};
use crate::diff::{Comparison, DecisionDiff, Group};
use crate::eval::Request;
use crate::facts::Facts;
use crate::program::FamilyId;

impl Comparison {
    /// Returns the number of the group of a decision, by its index, that an applicant belongs to; nothing if the outcome is the
    /// same. All facts must be stated. Of a set that changes in several members, the first group.
    pub fn group_of(&self, decision: usize, facts: &Facts) -> Option<usize> {
        let program = &self.program;
        let decision = self.diff.decisions.get(decision)?;
        let (old, new) = (self.family(&self.old, decision)?, self.family(&self.new, decision)?);
        let (before, after) = (decide(program, &self.old, old, facts), decide(program, &self.new, new, facts));
        let moves = |group: &&Group| {
            alike(program, &before, &group.from)
                && alike(program, &after, &group.to)
                && (group.from != "a value" || before.text(program) != after.text(program))
        };
        let groups: Vec<&Group> = decision.groups.iter().filter(moves).collect();
        if groups.len() < 2 {
            return groups.first().map(|group| group.number);
        }
        if decision.reached {
            let belongs: BTreeSet<usize> = self
                .diff
                .decisions
                .iter()
                .enumerate()
                .filter(|(_, decision)| !decision.reached)
                .filter_map(|(index, _)| self.group_of(index, facts))
                .collect();
            let exact = groups.iter().find(|group| group.follows.iter().copied().collect::<BTreeSet<_>>() == belongs);
            return exact.or(groups.last()).map(|group| group.number);
        }
        let mut cause: Vec<usize> = Vec::new();
        for hybrid in &self.hybrids {
            let Some(family) = self.family(&hybrid.request, decision) else { continue };
            let answer = decide(program, &hybrid.request, family, facts);
            let back = match groups[0].from.as_str() {
                "a value" => answer.text(program) == before.text(program),
                from => alike(program, &answer, from),
            };
            if back {
                cause.extend(hybrid.edits.iter().filter(|&&edit| self.diff.edits[edit].meaning));
            }
        }
        cause.sort_unstable();
        let exact = groups.iter().find(|group| if cause.is_empty() { group.together } else { group.cause == cause });
        exact.or(groups.last()).map(|group| group.number)
    }

    fn family(&self, request: &Request, decision: &DecisionDiff) -> Option<FamilyId> {
        let program = &self.program;
        request.asked.iter().copied().find(|&family| {
            let it = program.family(family);
            it.name == decision.name
                && it.policy.is_some_and(|policy| program.policies[policy.index()].name == decision.policy)
        })
    }
}

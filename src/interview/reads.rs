//! What an answer reads that is not stated, where the exact engine had too much to work through.

use std::collections::BTreeSet;

use crate::eval::{Answer, Missing, Picked, Verdicts};
use crate::program::{Asked, DecisionBody, DecisionId, FactId, FamilyId, NodeId, Op, Program};
use crate::value::Evaluated;

/// Returns the facts that something not settled reads, in declared order: every fact that can still change the answer is among
/// them, some others too.
pub(super) fn reads(program: &Program, verdicts: &Verdicts, answer: &Answer) -> Vec<Missing> {
    let mut walk = Walk { program, verdicts, waiting: Vec::new(), seen: BTreeSet::new(), facts: BTreeSet::new() };
    walk.family(answer.asked);
    while let Some(node) = walk.waiting.pop() {
        if walk.seen.insert(node) {
            walk.node(node);
        }
    }
    walk.facts.into_iter().map(|fact| Missing { fact, path: Vec::new() }).collect()
}

struct Walk<'p> {
    program: &'p Program,
    verdicts: &'p Verdicts,
    waiting: Vec<NodeId>,
    seen: BTreeSet<NodeId>,
    facts: BTreeSet<FactId>,
}

impl Walk<'_> {
    /// Whether a node has no value yet. What stands under a quantifier has none of its own.
    fn is_open(&self, id: NodeId) -> bool {
        !matches!(self.verdicts.nodes.get(id.index()), Some(Some(Evaluated::Value(_) | Evaluated::Error(_))))
    }

    fn node(&mut self, id: NodeId) {
        if !self.is_open(id) {
            return;
        }
        match self.program.op(id) {
            Op::Fact(fact) => {
                self.facts.insert(*fact);
            }
            Op::Decision(decision) => self.decision(*decision),
            Op::InForce(version) => {
                let policy = self.program.version(*version).policy;
                self.facts.insert(self.program.policies[policy.index()].decided_by);
            }
            op => {
                if let Op::Used(family, _) = op {
                    self.family(*family);
                }
                self.waiting.extend(op.children());
            }
        }
    }

    /// Adds a decision or definition in every version that can be in force, and what picks it.
    fn family(&mut self, id: FamilyId) {
        let family = self.program.family(id);
        let picked = family.policy.and_then(|policy| self.verdicts.picked.get(policy.index()).copied().flatten());
        if let (Some(policy), Some(Picked::Unknown)) = (family.policy, picked) {
            self.facts.insert(self.program.policies[policy.index()].decided_by);
        }
        for (version, asked) in &family.members {
            match (version, picked, asked) {
                (Some(version), Some(Picked::Version(in_force)), _) if *version != in_force => {}
                (.., Asked::Decision(decision)) => self.decision(*decision),
                (.., Asked::Define(node)) => self.waiting.push(*node),
            }
        }
    }

    fn decision(&mut self, id: DecisionId) {
        let body = &self.program.decision(id).body;
        let rules = match body {
            DecisionBody::Expr(node) => {
                self.waiting.push(*node);
                return;
            }
            DecisionBody::Rules { rules, otherwise, .. } => {
                self.waiting.extend(otherwise.iter().map(|(_, node)| *node));
                rules
            }
            DecisionBody::Includes(rules) | DecisionBody::Adds(rules) => rules,
        };
        for &rule in rules {
            let verdict = self.verdicts.rules.get(rule.index()).and_then(Option::as_ref);
            // A rule that cannot apply has nothing left to say.
            if verdict.is_none_or(|verdict| !verdict.applies.is_no()) {
                let rule = self.program.rule(rule);
                self.waiting.extend(rule.when.iter().chain(&rule.unless).copied().chain([rule.value]));
            }
        }
    }
}

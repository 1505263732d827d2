//! What something reads, by the text: nodes, decisions, facts.

use std::collections::BTreeSet;

use super::kernel::decide::rules;
use super::scope::deciding;
use super::walk::all_children;
use crate::program::{Asked, DecisionBody, DecisionId, FactId, FamilyId, NodeId, Op, PolicyId, Program, VersionId};

/// Everything reached so far.
pub(crate) struct Reach<'p> {
    program: &'p Program,
    pub(crate) nodes: BTreeSet<NodeId>,
    pub(crate) decisions: BTreeSet<DecisionId>,
    pub(crate) families: BTreeSet<FamilyId>,
    pub(crate) facts: BTreeSet<FactId>,
    waiting: Vec<NodeId>,
}

impl<'p> Reach<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        let (nodes, decisions) = (BTreeSet::new(), BTreeSet::new());
        Reach { program, nodes, decisions, families: BTreeSet::new(), facts: BTreeSet::new(), waiting: Vec::new() }
    }

    /// Adds what picks a version.
    pub(crate) fn deciding(&mut self, version: VersionId) {
        self.facts.extend(deciding(self.program, version));
    }

    /// Adds a decision or definition in all versions that `counts` lets through, and all it reads. What picks the version of
    /// a policy counts as read where `varies` says so.
    pub(crate) fn family(
        &mut self,
        family: FamilyId,
        counts: &impl Fn(FamilyId, Option<VersionId>) -> bool,
        varies: &impl Fn(PolicyId) -> bool,
    ) {
        self.add_family(family, counts);
        self.run(counts, varies);
    }

    /// Adds a node and all it reads, as [`Reach::family`] does.
    pub(crate) fn node(
        &mut self,
        node: NodeId,
        counts: &impl Fn(FamilyId, Option<VersionId>) -> bool,
        varies: &impl Fn(PolicyId) -> bool,
    ) {
        self.waiting.push(node);
        self.run(counts, varies);
    }

    fn add_family(&mut self, family: FamilyId, counts: &impl Fn(FamilyId, Option<VersionId>) -> bool) {
        if !self.families.insert(family) {
            return;
        }
        for &(version, asked) in &self.program.family(family).members {
            if counts(family, version) {
                match asked {
                    Asked::Decision(decision) => self.add_decision(decision),
                    Asked::Define(node) => self.waiting.push(node),
                }
            }
        }
    }

    fn add_decision(&mut self, id: DecisionId) {
        if !self.decisions.insert(id) {
            return;
        }
        let body = &self.program.decision(id).body;
        match body {
            DecisionBody::Expr(node) => self.waiting.push(*node),
            DecisionBody::Rules { otherwise: Some((_, node)), .. } => self.waiting.push(*node),
            _ => {}
        }
        for &rule in rules(body) {
            let rule = self.program.rule(rule);
            self.waiting.extend(rule.when.iter().chain(&rule.unless).chain([&rule.value]));
        }
    }

    fn run(&mut self, counts: &impl Fn(FamilyId, Option<VersionId>) -> bool, varies: &impl Fn(PolicyId) -> bool) {
        while let Some(node) = self.waiting.pop() {
            if !self.nodes.insert(node) {
                continue;
            }
            let op = self.program.op(node);
            match op {
                Op::Fact(fact) => drop(self.facts.insert(*fact)),
                Op::Decision(decision) => self.add_decision(*decision),
                Op::InForce(version) => self.deciding(*version),
                Op::Used(family, _) => {
                    if let Some(policy) = self.program.family(*family).policy.filter(|&policy| varies(policy)) {
                        let first = self.program.policies[policy.index()].versions.first().copied();
                        first.into_iter().for_each(|version| self.deciding(version));
                    }
                    self.add_family(*family, counts);
                }
                _ => {}
            }
            all_children(op, |child| self.waiting.push(child));
        }
    }
}

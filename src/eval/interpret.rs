//! The interpreter: what every node, rule and decision comes to on what is stated (V1 to V8), in one pass.

use std::collections::BTreeMap;

use super::kernel::decide::{self, rules};
use super::kernel::{self, Key, apply, field, placed};
use super::scope::Scope;
use super::walk::{Algebra, Elements, Parts, Walk, each};
use super::{DecisionVerdict, RuleVerdict, Verdicts};
use crate::program::{DecisionId, FactId, FoldKind, NodeId, OriginId, Program};
use crate::value::Evaluated;

/// Results are values, `?` or `!`.
pub(crate) struct Interpret<'p> {
    program: &'p Program,
    scope: &'p Scope,
    elements: BTreeMap<(NodeId, Vec<u32>), Evaluated>,
    rules: Vec<Option<RuleVerdict>>,
    decisions: Vec<Option<DecisionVerdict>>,
    assumed: BTreeMap<FactId, OriginId>,
}

impl<'p> Interpret<'p> {
    /// Starts a walk that interprets.
    pub(crate) fn walk(program: &'p Program, scope: &'p Scope) -> Walk<'p, Self> {
        let interpret = Interpret {
            program,
            scope,
            elements: BTreeMap::new(),
            rules: vec![None; program.rules.len()],
            decisions: vec![None; program.decisions.len()],
            assumed: BTreeMap::new(),
        };
        Walk::new(program, scope, interpret)
    }

    /// Returns what the walk came to.
    pub(crate) fn verdicts(walk: Walk<'p, Self>) -> Verdicts {
        let interpret = walk.algebra;
        Verdicts {
            nodes: walk.nodes,
            elements: interpret.elements,
            rules: interpret.rules,
            decisions: interpret.decisions,
            picked: interpret.scope.picked.clone(),
            assumed: interpret.assumed,
        }
    }

    /// What a decision came to, if it was visited.
    pub(crate) fn verdict(&self, decision: DecisionId) -> Option<&DecisionVerdict> {
        self.decisions[decision.index()].as_ref()
    }

    /// What the rules of all decisions visited came to.
    pub(crate) fn rules(&self) -> &[Option<RuleVerdict>] {
        &self.rules
    }
}

impl Algebra for Interpret<'_> {
    type Result = Evaluated;

    fn constant(&mut self, value: Evaluated) -> Evaluated {
        value
    }

    fn fact(&mut self, fact: FactId) -> Evaluated {
        if let Some(&origin) = self.scope.assumed.get(&fact) {
            self.assumed.insert(fact, origin);
        }
        self.scope.fact(fact)
    }

    fn apply(&mut self, key: Key, operands: &[Evaluated]) -> Evaluated {
        // Most operations have few operands.
        match operands {
            [a] => apply(self.program, key, &[a]),
            [a, b] => apply(self.program, key, &[a, b]),
            many => apply(self.program, key, &many.iter().collect::<Vec<_>>()),
        }
    }

    fn field(&mut self, _node: NodeId, record: &Evaluated, index: u32) -> Evaluated {
        field(record, index)
    }

    fn elements(&mut self, _node: NodeId, domain: &Evaluated, _fold: Option<FoldKind>) -> Elements<Evaluated> {
        kernel::elements(domain).map_or_else(Elements::Whole, |values| each(values, Evaluated::Value))
    }

    fn range(&mut self, from: &Evaluated, to: &Evaluated) -> Elements<Evaluated> {
        kernel::range(from, to).map_or_else(Elements::Whole, |values| each(values, Evaluated::Value))
    }

    fn decide(&mut self, id: DecisionId, parts: Parts<Evaluated>) -> Evaluated {
        let decision = self.program.decision(id);
        let applies: Vec<&Evaluated> = parts.applies.iter().collect();
        let values: Vec<&Evaluated> = parts.values.iter().collect();
        let decided = decide::decide(self.program, decision, &applies, &values, parts.otherwise.as_ref());
        let verdicts = parts.applies.into_iter().zip(decided.stands).zip(parts.values);
        for (&rule, ((applies, stands), value)) in rules(&decision.body).iter().zip(verdicts) {
            let origin = self.program.rule(rule).origin.0;
            let verdict = RuleVerdict { applies: placed(applies, origin), stands: placed(stands, origin), value };
            self.rules[rule.index()] = Some(verdict);
        }
        let outcome = decided.outcome.clone();
        let verdict =
            DecisionVerdict { outcome: decided.outcome, otherwise: decided.otherwise, set_aside: decided.set_aside };
        self.decisions[id.index()] = Some(verdict);
        outcome
    }

    fn finish(&mut self, id: DecisionId, value: &Evaluated) -> Evaluated {
        let outcome = decide::finish(self.program.decision(id), value.clone());
        let verdict = DecisionVerdict { outcome: outcome.clone(), otherwise: Evaluated::NO, set_aside: Vec::new() };
        self.decisions[id.index()] = Some(verdict);
        outcome
    }

    fn visited(&mut self, node: NodeId, elements: &[u32], result: &Evaluated) {
        if !elements.is_empty() {
            self.elements.insert((node, elements.to_vec()), result.clone());
        }
    }
}

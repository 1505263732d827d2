//! Which stated facts alone decide: whatever all else is, the outcome is the same.

use std::collections::BTreeSet;

use super::Exact;
use super::ties::few_values;
use crate::eval::conclude::{evaluate, outcome};
use crate::eval::interpret::Interpret;
use crate::eval::kernel::outcome::of_definition;
use crate::eval::reach::Reach;
use crate::eval::scope::Scope;
use crate::eval::walk::Walk;
use crate::eval::{Outcome, Request, Status};
use crate::facts::{Facts, Slot};
use crate::program::{EVALUATION_DATE, EVALUATION_TIME, FactId, FamilyId, PolicyId, Program};
use crate::value::{Evaluated, Value};

/// Returns a smallest sufficient reason of a decided answer: stated facts that give the same value whatever all others are,
/// within types and invariants, and of which none can be left out. In the order of the program; empty if the value hangs on no
/// fact. Nothing if no value is decided.
///
/// There may be several such sets. Facts are left out one by one, first as long as V2 to V4 alone still decide, then exactly: those
/// that only invariants read before the others, each from the last declared to the first, so that of two that say the same the
/// one declared first stays. The day and moment of the run are always kept and not listed; other facts that pick versions are
/// kept and listed. Assumptions hold as long as nothing else is stated. Where the engine cannot tell (D13) a fact stays.
///
/// Source: a prime implicant of the outcome (Shih, Choi, Darwiche, *A symbolic approach to explaining Bayesian network
/// classifiers*, 2018); found by deleting blocks (Junker, *QuickXplain*, 2004).
pub fn sufficient(program: &Program, request: &Request, facts: &Facts, asked: FamilyId) -> Option<Vec<FactId>> {
    let request = Request { asked: vec![asked], ..request.clone() };
    let answer = evaluate(program, &request, facts).answers.into_iter().next()?;
    let value = answer.value.filter(|_| answer.status == Status::Decided)?;
    let search = Search { program, request: &request, asked, value };
    let given = |fact: &FactId| matches!(facts.get(*fact), Slot::Given(_));
    let mut stated: Vec<FactId> = (0..program.facts.len() as u32).map(FactId).filter(given).collect();
    let mut deciding: BTreeSet<FactId> = program.policies.iter().map(|policy| policy.decided_by).collect();
    deciding.insert(EVALUATION_TIME);
    let read = search.read(facts);
    let mut facts = facts.clone();
    for by_text in [true, false] {
        let left = |of_read: bool| -> Vec<FactId> {
            let left = stated.iter().rev().copied();
            left.filter(|fact| !deciding.contains(fact) && read.contains(fact) == of_read).collect()
        };
        // The last is tried first.
        let mut waiting: Vec<Vec<FactId>> = vec![left(true), left(false)];
        while let Some(block) = waiting.pop() {
            if block.is_empty() {
                continue;
            }
            let mut without = facts.clone();
            block.iter().for_each(|&fact| without.set(fact, Slot::StatedUnknown));
            let enough = match (by_text, &block[..]) {
                (true, _) => search.by_text(&without),
                (false, &[fact]) => !search.refuted(&without, fact) && search.exactly(&without),
                // Single facts are mostly told by an example; blocks take the exact engine.
                (false, _) => stated.len() > MAX_SINGLE && search.exactly(&without),
            };
            // Whoever knows less decides less (V7): a block that can be left out can be left out one by one.
            if enough {
                facts = without;
                stated.retain(|fact| !block.contains(fact));
            } else if block.len() > 1 {
                let (first, second) = block.split_at(block.len() / 2);
                waiting.push(second.to_vec());
                waiting.push(first.to_vec());
            }
        }
    }
    let listed = |fact: &FactId| ![EVALUATION_DATE, EVALUATION_TIME].contains(fact);
    stated.retain(|fact| listed(fact) && (read.contains(fact) || !deciding.contains(fact)));
    Some(stated)
}

/// Up to so many facts each is tried by itself at once.
const MAX_SINGLE: usize = 12;

struct Search<'p> {
    program: &'p Program,
    request: &'p Request,
    asked: FamilyId,
    value: Value,
}

impl Search<'_> {
    /// Whether the value is the only outcome (D1).
    fn exactly(&self, facts: &Facts) -> bool {
        let answers = evaluate(self.program, self.request, facts).answers;
        answers
            .first()
            .is_some_and(|answer| answer.status == Status::Decided && answer.value.as_ref() == Some(&self.value))
    }

    /// What V2 to V4 give.
    fn result<'p>(&self, scope: &'p Scope, walk: &mut Walk<'p, Interpret<'p>>) -> Evaluated {
        let policy = self.policy();
        let result = walk.asked(self.asked, scope.candidates(policy), scope.version(policy).is_some());
        of_definition(self.program, self.asked, &result)
    }

    /// Whether a result that is not `?` is the value.
    fn is_same(&self, result: &Evaluated) -> bool {
        outcome(self.program, self.asked, result) == Outcome::Value(self.value.clone())
    }

    fn policy(&self) -> PolicyId {
        self.program.family(self.asked).policy.unwrap_or(self.request.policy)
    }

    /// Whether V2 to V4 give the value.
    fn by_text(&self, facts: &Facts) -> bool {
        let scope = Scope::new(self.program, self.request, facts);
        let result = self.result(&scope, &mut Interpret::walk(self.program, &scope));
        result != Evaluated::Unknown && self.is_same(&result)
    }

    /// Whether another value of one fact shows that the others do not decide: with it the outcome is another.
    fn refuted(&self, facts: &Facts, fact: FactId) -> bool {
        let declared = self.program.fact(fact);
        few_values(self.program, &declared.ty, declared.within.as_ref()).into_iter().any(|value| {
            let mut other = facts.clone();
            other.set(fact, Slot::Given(value));
            self.differs(&other)
        })
    }

    /// Whether V2 to V4 give another outcome, and the facts can be true.
    fn differs(&self, facts: &Facts) -> bool {
        let scope = Scope::new(self.program, self.request, facts);
        let mut walk = Interpret::walk(self.program, &scope);
        let result = self.result(&scope, &mut walk);
        if result == Evaluated::Unknown || self.is_same(&result) {
            return false;
        }
        for (invariant, _) in scope.invariants(self.program, self.policy()) {
            walk.node(invariant.node);
        }
        let mut exact = Exact::new(self.program, &scope, &walk.nodes);
        let open = exact.invariants(self.policy());
        exact.clash(&open) == Ok(None)
    }

    /// The facts that what is asked reads, those that pick versions among them.
    fn read(&self, facts: &Facts) -> BTreeSet<FactId> {
        let scope = Scope::new(self.program, self.request, facts);
        let mut reach = Reach::new(self.program);
        let in_force = |_, version: Option<_>| {
            version.is_none_or(|version| scope.candidates(self.program.version(version).policy).contains(&version))
        };
        reach.family(self.asked, &in_force, &|_| false);
        let mut read: BTreeSet<FactId> = reach.facts.into_iter().collect();
        let reached = scope.reached().iter().map(|policy| self.program.policies[policy.index()].decided_by);
        read.extend(reached);
        read
    }
}

//! Which stated facts alone decide: whatever all else is, the outcome is the same.

use std::collections::BTreeSet;

use crate::eval::conclude::evaluate;
use crate::eval::reach::Reach;
use crate::eval::scope::Scope;
use crate::eval::{Request, Status};
use crate::facts::{Facts, Slot};
use crate::program::{EVALUATION_DATE, EVALUATION_TIME, FactId, FamilyId, Program};
use crate::value::Value;

/// Returns a smallest sufficient reason of a decided answer: stated facts that give the same value whatever all others are,
/// within types and invariants, and of which none can be left out. In the order of the program; empty if the value hangs on no
/// fact. Nothing if no value is decided.
///
/// There may be several such sets. Facts are left out one by one: first those that only invariants read, then the others, each
/// from the last declared to the first, so that of two that say the same the one declared first stays. The day and moment of the run are always kept and not listed; other facts that pick
/// versions are kept and listed. Assumptions hold as long as nothing else is stated. Where the engine cannot tell (D13) a fact
/// stays.
///
/// Source: a prime implicant of the outcome (Shih, Choi, Darwiche, *A symbolic approach to explaining Bayesian network
/// classifiers*, 2018); found by deleting blocks (Junker, *QuickXplain*, 2004).
pub fn sufficient(program: &Program, request: &Request, facts: &Facts, asked: FamilyId) -> Option<Vec<FactId>> {
    let request = Request { asked: vec![asked], ..request.clone() };
    let mut search = Search { program, request: &request, value: None };
    search.value = Some(search.decided(facts)?);
    let given = |fact: &FactId| matches!(facts.get(*fact), Slot::Given(_));
    let mut stated: Vec<FactId> = (0..program.facts.len() as u32).map(FactId).filter(given).collect();
    let mut deciding: BTreeSet<FactId> = program.policies.iter().map(|policy| policy.decided_by).collect();
    deciding.insert(EVALUATION_TIME);
    let read = search.read(facts, asked);
    let left = |of_read: bool| -> Vec<FactId> {
        let left = stated.iter().rev().copied();
        left.filter(|fact| !deciding.contains(fact) && read.contains(fact) == of_read).collect()
    };
    // The last is tried first.
    let mut waiting: Vec<Vec<FactId>> = vec![left(true), left(false)];
    let mut facts = facts.clone();
    while let Some(block) = waiting.pop() {
        if block.is_empty() {
            continue;
        }
        let mut without = facts.clone();
        block.iter().for_each(|&fact| without.set(fact, Slot::StatedUnknown));
        // Whoever knows less decides less (V7): a block that can be left out can be left out one by one.
        if search.decided(&without) == search.value {
            facts = without;
            stated.retain(|fact| !block.contains(fact));
        } else if block.len() > 1 {
            let (first, second) = block.split_at(block.len() / 2);
            waiting.push(second.to_vec());
            waiting.push(first.to_vec());
        }
    }
    stated.retain(|fact| {
        ![EVALUATION_DATE, EVALUATION_TIME].contains(fact) && (read.contains(fact) || !deciding.contains(fact))
    });
    Some(stated)
}

struct Search<'p> {
    program: &'p Program,
    request: &'p Request,
    value: Option<Value>,
}

impl Search<'_> {
    /// The value, if one is decided.
    fn decided(&self, facts: &Facts) -> Option<Value> {
        let answer = evaluate(self.program, self.request, facts).answers.into_iter().next()?;
        answer.value.filter(|_| answer.status == Status::Decided)
    }

    /// The facts that what is asked reads, those that pick versions among them.
    fn read(&self, facts: &Facts, asked: FamilyId) -> BTreeSet<FactId> {
        let scope = Scope::new(self.program, self.request, facts);
        let mut reach = Reach::new(self.program);
        let in_force = |_, version: Option<_>| {
            version.is_none_or(|version| scope.candidates(self.program.version(version).policy).contains(&version))
        };
        reach.family(asked, &in_force, &|_| false);
        let mut read: BTreeSet<FactId> = reach.facts.into_iter().collect();
        let reached = scope.reached().iter().map(|policy| self.program.policies[policy.index()].decided_by);
        read.extend(reached);
        read
    }
}

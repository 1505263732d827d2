//! The smallest changes, the facts that alone decide and the order of questions against brute force, on random programs.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::brute::{Dice, World, cases, outcome_of, world};
use crate::eval::{Outcome, Request, Status, next_questions, sufficient, what_would};
use crate::facts::{Facts, Slot};
use crate::program::{FactId, PolicyId};
use crate::syntax::ast::Effort;
use crate::value::Value;

/// A random program, what is stated of its facts, and the outcome of every full set of facts that invariants allow.
struct Case {
    world: World,
    given: Vec<Option<usize>>,
    table: BTreeMap<Vec<usize>, Outcome>,
}

impl Case {
    fn new(dice: &mut Dice) -> Option<Case> {
        let mut world = world(dice);
        if world.facts.iter().map(|(_, values)| values.len()).product::<usize>() > 250 {
            return None;
        }
        for index in 0..world.facts.len() {
            let fact = world.b.fact_of(world.facts[index].0);
            let efforts = [None, Some(Effort::Easy), Some(Effort::Hard), Some(Effort::Never)];
            world.b.program.facts[fact.index()].changeable = efforts[dice.roll(4)];
        }
        let nothing: Vec<Option<usize>> = vec![None; world.facts.len()];
        let mut table = BTreeMap::new();
        for full in world.completions(&nothing) {
            let indexes: Vec<Option<usize>> = full.iter().copied().map(Some).collect();
            if let Some(outcome) = outcome_of(&world.ask(&world.values(&indexes))) {
                table.insert(full, outcome);
            }
        }
        let given = world.facts.iter().map(|(_, values)| (dice.roll(4) > 0).then(|| dice.roll(values.len()))).collect();
        Some(Case { world, given, table })
    }

    fn outcomes(&self, given: &[Option<usize>]) -> BTreeSet<Outcome> {
        self.world.completions(given).iter().filter_map(|full| self.table.get(full).cloned()).collect()
    }

    /// The one value left, if it is one.
    fn value(&self, given: &[Option<usize>]) -> Option<Value> {
        match self.outcomes(given).into_iter().collect::<Vec<_>>().as_slice() {
            [Outcome::Value(value)] => Some(value.clone()),
            _ => None,
        }
    }

    fn fact(&self, place: usize) -> FactId {
        self.world.b.fact_of(self.world.facts[place].0)
    }

    fn weight(&self, place: usize) -> Option<u32> {
        match self.world.b.program.facts[self.fact(place).index()].changeable {
            Some(Effort::Never) => None,
            Some(Effort::Easy) => Some(1),
            _ => Some(10),
        }
    }

    fn facts(&self) -> Facts {
        let mut facts = self.world.b.facts(&[]);
        for (place, value) in self.world.values(&self.given).into_iter().enumerate() {
            if let Some(value) = value {
                facts.set(self.fact(place), Slot::Given(value));
            }
        }
        facts
    }

    fn request(&self) -> (Request, crate::program::FamilyId) {
        let asked = self.world.b.program.decision(self.world.asked).family;
        (Request { policy: PolicyId(0), pinned: None, asked: vec![asked] }, asked)
    }

    /// The sets of places that can be changed, all of them, so that another value is decided.
    fn changes(&self, now: &Value) -> Vec<BTreeSet<usize>> {
        let count = self.given.len();
        let mut found = Vec::new();
        for mask in 1u32..1 << count {
            let places: BTreeSet<usize> = (0..count).filter(|place| mask >> place & 1 == 1).collect();
            if places.iter().any(|&place| self.weight(place).is_none()) {
                continue;
            }
            let mut tries = vec![self.given.clone()];
            for &place in &places {
                let values = 0..self.world.facts[place].1.len();
                let others = values.filter(|&value| Some(value) != self.given[place]);
                tries = others
                    .flat_map(|value| {
                        tries.iter().map(move |so_far| {
                            let mut next = so_far.clone();
                            next[place] = Some(value);
                            next
                        })
                    })
                    .collect();
            }
            if tries.iter().any(|given| self.value(given).is_some_and(|value| value != *now)) {
                found.push(places);
            }
        }
        found
    }
}

fn smallest_changes(seed: u64) -> Result<(), TestCaseError> {
    let mut dice = Dice(seed | 1);
    let Some(case) = Case::new(&mut dice) else { return Ok(()) };
    let (request, asked) = case.request();
    let found = what_would(&case.world.b.program, &request, &case.facts(), asked);
    let Some(now) = case.value(&case.given) else {
        prop_assert!(found.is_empty());
        return Ok(());
    };
    let possible = case.changes(&now);
    let weight = |places: &BTreeSet<usize>| places.iter().filter_map(|&place| case.weight(place)).sum::<u32>();
    let mut sets: Vec<BTreeSet<usize>> = Vec::new();
    for change in &found {
        let mut given = case.given.clone();
        let mut places = BTreeSet::new();
        for (fact, value) in &change.set {
            let place = (0..given.len()).find(|&place| case.fact(place) == *fact).expect("a fact of the program");
            let index = case.world.facts[place].1.iter().position(|other| other == value).expect("a value of the fact");
            prop_assert_ne!(given[place], Some(index));
            given[place] = Some(index);
            places.insert(place);
        }
        prop_assert_eq!(case.value(&given), Some(change.value.clone()));
        prop_assert_ne!(&change.value, &now);
        sets.push(places);
    }
    for (index, set) in sets.iter().enumerate() {
        prop_assert!(!possible.iter().any(|other| other != set && other.is_subset(set)), "not smallest: {:?}", set);
        prop_assert!(sets[..index].iter().all(|before| weight(before) <= weight(set)));
        prop_assert!(!sets[..index].contains(set));
    }
    let least = possible.iter().map(&weight).min();
    prop_assert_eq!(sets.first().map(&weight), least);
    // Fewer than are returned at most: there are no others.
    if sets.len() < 3 {
        let covered = possible.iter().all(|other| sets.iter().any(|set| set.is_subset(other)));
        prop_assert!(covered, "found {:?} of {:?}", sets, possible);
    }
    Ok(())
}

fn facts_that_alone_decide(seed: u64) -> Result<(), TestCaseError> {
    let mut dice = Dice(seed | 1);
    let Some(case) = Case::new(&mut dice) else { return Ok(()) };
    let (request, asked) = case.request();
    let facts = case.facts();
    let found = sufficient(&case.world.b.program, &request, &facts, asked);
    // Answers that are decided without an allowed set of facts are contradictory.
    let Some(now) = case.value(&case.given) else {
        prop_assert_eq!(found, None);
        return Ok(());
    };
    let found = found.expect("it is decided");
    let only = |facts: &[FactId]| -> Vec<Option<usize>> {
        (0..case.given.len()).map(|place| case.given[place].filter(|_| facts.contains(&case.fact(place)))).collect()
    };
    prop_assert_eq!(case.value(&only(&found)), Some(now.clone()), "{:?}", &found);
    for &fact in &found {
        let without: Vec<FactId> = found.iter().copied().filter(|&other| other != fact).collect();
        prop_assert_ne!(case.value(&only(&without)), Some(now.clone()), "{:?} without {:?}", &found, fact);
    }
    Ok(())
}

fn questions_are_what_is_missing(seed: u64) -> Result<(), TestCaseError> {
    let mut dice = Dice(seed | 1);
    let Some(case) = Case::new(&mut dice) else { return Ok(()) };
    let (request, asked) = case.request();
    let answer = case.world.ask(&case.world.values(&case.given));
    if answer.status == Status::Undetermined {
        let mut order = next_questions(&case.world.b.program, &request, &case.facts(), asked, &answer.missing);
        order.sort();
        prop_assert_eq!(order, answer.missing);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changes_are_the_smallest_of_all(seed in any::<u64>()) {
        smallest_changes(seed)?;
    }

    #[test]
    fn facts_that_alone_decide_do_and_none_can_be_left_out(seed in any::<u64>()) {
        facts_that_alone_decide(seed)?;
    }

    #[test]
    fn questions_are_put_in_order_none_more_and_none_less(seed in any::<u64>()) {
        questions_are_what_is_missing(seed)?;
    }
}

//! The exact engine against brute force over all completions, on random programs.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::eval::exact::cells::{MAX_WHOLE, WHOLE};
use crate::eval::testing::*;
use crate::eval::{Answer, Outcome, Possible, Status};
use crate::facts::{Facts, Slot};
use crate::program::*;
use crate::syntax::ast::Rounding;
use crate::value::{EnumId, Fault, FaultKind, Type, Value};

thread_local! {
    static EXACT: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    static INEXACT: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// A small deterministic source of choices (xorshift), seeded by proptest.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }

    fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.roll(list.len())]
    }
}

/// A random program: its facts with all their values, and the decision asked.
pub(super) struct World {
    pub(super) b: Build,
    pub(super) facts: Vec<(NodeId, Vec<Value>)>,
    pub(super) asked: DecisionId,
    conditions: Vec<NodeId>,
    numbers: Vec<NodeId>,
    dates: Vec<NodeId>,
    /// The same without invariants, and its outcomes so far.
    without: Build,
    bare: RefCell<BTreeMap<Vec<Option<usize>>, Option<Outcome>>>,
}

const KIND: EnumId = EnumId(2);

pub(super) fn world(dice: &mut Dice) -> World {
    let mut b = Build::new();
    b.enumeration("kind", &["a", "b", "c"], false);
    let kind = Type::Enum(KIND);
    let mut facts = Vec::new();
    let mut conditions = Vec::new();
    let (mut numbers, mut dates) = (Vec::new(), Vec::new());
    for index in 0..1 + dice.roll(3) {
        let node = b.flag(&format!("flag{index}"));
        facts.push((node, vec![NO, YES]));
        conditions.push(node);
    }
    if dice.roll(2) == 0 {
        let node = b.read("kind", kind.clone());
        facts.push((node, (0..3).map(|index| Value::Member(KIND, index)).collect()));
        for index in 0..2 {
            let member = b.constant(Value::Member(KIND, index), kind.clone());
            conditions.push(b.yes(Op::Equal(node, member)));
        }
    }
    for index in 0..dice.roll(3) {
        let node = b.read(&format!("number{index}"), Type::Integer);
        let last = 2 + dice.roll(3) as i64;
        let fact = b.fact_of(node);
        b.program.facts[fact.index()].within = Some((int(0), int(last)));
        facts.push((node, (0..=last).map(int).collect()));
        numbers.push(node);
    }
    for index in 0..dice.roll(3) {
        let ty = if dice.roll(3) == 0 { Type::Date.optional() } else { Type::Date };
        let node = b.read(&format!("date{index}"), ty.clone());
        let first = "2024-02-27".parse::<chrono::NaiveDate>().expect("a date");
        let days: Vec<Value> = (0..4).map(|day| Value::Date(first + chrono::Days::new(day))).collect();
        let fact = b.fact_of(node);
        b.program.facts[fact.index()].within = Some((days[0].clone(), days[3].clone()));
        let none = ty.is_optional().then_some(Value::None);
        facts.push((node, none.into_iter().chain(days).collect()));
        if ty.is_optional() {
            conditions.push(b.yes(Op::IsNone(node)));
        }
        dates.push(node);
    }
    let (without, bare) = (Build::new(), RefCell::default());
    let mut world = World { b, facts, asked: DecisionId(0), conditions, numbers, dates, without, bare };
    for _ in 0..dice.roll(4) {
        world.compare(dice);
    }
    for _ in 0..dice.roll(2) {
        let bad = world.b.fail();
        world.conditions.push(bad);
    }
    for _ in 0..dice.roll(3) {
        let node = world.condition(dice, 2);
        world.b.invariant(node);
    }
    let inner = world.decision(dice, "inner");
    let read = world.b.yes(Op::Decision(inner));
    world.conditions.push(read);
    world.asked = world.decision(dice, "asked");
    world.without.program = world.b.program.clone();
    world.without.program.versions[0].invariants.clear();
    world
}

impl World {
    fn number(&mut self, dice: &mut Dice) -> NodeId {
        if self.numbers.is_empty() || dice.roll(3) == 0 {
            let number = dice.roll(5) as i64 - 1;
            return self.b.number(number);
        }
        let one = dice.one_of(&self.numbers);
        let other = dice.one_of(&self.numbers);
        let two = self.b.number(2);
        match dice.roll(7) {
            0 => self.b.op(Op::Add(one, other), Type::Integer),
            1 => self.b.op(Op::Subtract(one, two), Type::Integer),
            2 => self.b.op(Op::Multiply(two, one), Type::Integer),
            3 => self.b.op(Op::Divide(two, one), Type::Integer),
            4 => self.b.op(Op::Min([one, two].into()), Type::Integer),
            _ => one,
        }
    }

    fn date(&mut self, dice: &mut Dice) -> NodeId {
        if self.dates.is_empty() || dice.roll(4) == 0 {
            let day = dice.one_of(&["2024-02-28", "2024-02-29", "2024-03-01"]);
            return self.b.day(day);
        }
        let one = dice.one_of(&self.dates);
        let day = self.b.number(dice.roll(3) as i64 - 1);
        let month = self.b.constant(int(1), Type::Months);
        match dice.roll(5) {
            0 => self.b.op(Op::AddDays(one, day), Type::Date),
            1 => self.b.op(Op::AddMonths(one, month, Some(Rounding::Up)), Type::Date),
            2 => self.b.op(Op::EndOfMonth(one), Type::Date),
            _ => one,
        }
    }

    fn compare(&mut self, dice: &mut Dice) {
        let node = if dice.roll(2) == 0 {
            let (a, c) = (self.number(dice), self.number(dice));
            if dice.roll(2) == 0 { Op::Less(a, c) } else { Op::Equal(a, c) }
        } else {
            let (a, c) = (self.date(dice), self.date(dice));
            match dice.roll(4) {
                0 => {
                    let days = self.b.op(Op::DaysBetween(a, c), Type::Days);
                    let one = self.b.number(1);
                    Op::LessEqual(days, one)
                }
                1 => {
                    let d = self.date(dice);
                    let period = self.b.op(Op::Period(a, c, dice.roll(2) == 0), Type::Period);
                    Op::In(d, period)
                }
                _ => Op::LessEqual(a, c),
            }
        };
        let node = self.b.yes(node);
        self.conditions.push(node);
    }

    fn condition(&mut self, dice: &mut Dice, depth: usize) -> NodeId {
        if depth == 0 || dice.roll(4) == 0 {
            return dice.one_of(&self.conditions);
        }
        let parts: Vec<NodeId> = (0..2 + dice.roll(2)).map(|_| self.condition(dice, depth - 1)).collect();
        match dice.roll(5) {
            0 => self.b.not(parts[0]),
            1 => self.b.any(&parts),
            2 => self.b.yes(Op::If(parts[0], parts[1], *parts.last().expect("two or three"))),
            3 => self.b.yes(Op::AtLeast(2, parts.into())),
            _ => self.b.all(&parts),
        }
    }

    fn decision(&mut self, dice: &mut Dice, name: &str) -> DecisionId {
        if dice.roll(4) == 0 {
            let node = self.condition(dice, 2);
            return self.b.decision(name, Type::YesNo, DecisionBody::Expr(node));
        }
        let ranks = [(NO, YES)];
        let ranks = if dice.roll(2) == 0 { &ranks[..] } else { &[] };
        let otherwise = [None, Some(NO), Some(YES)][dice.roll(3)].clone();
        let d = self.b.ruled(name, Type::YesNo, ranks, otherwise);
        let mut rules = Vec::new();
        for _ in 0..1 + dice.roll(3) {
            let when = self.condition(dice, 2);
            let value = self.b.bool(dice.roll(2) == 0);
            let exception_to: Vec<RuleId> =
                if rules.is_empty() || dice.roll(2) == 0 { vec![] } else { vec![dice.one_of(&rules)] };
            rules.push(self.b.rule(d, value, Some(when), &exception_to));
        }
        d
    }

    pub(super) fn ask(&self, values: &[Option<Value>]) -> Answer {
        self.ask_of(&self.b, values)
    }

    fn ask_of(&self, b: &Build, values: &[Option<Value>]) -> Answer {
        let mut facts: Facts = self.b.facts(&[]);
        for ((node, _), value) in self.facts.iter().zip(values) {
            if let Some(value) = value {
                facts.set(self.b.fact_of(*node), Slot::Given(value.clone()));
            }
        }
        b.run(self.asked, &facts).answers.remove(0)
    }

    /// Whether another value of a fact ever changes the outcome, invariants apart.
    fn matters(&self, given: &[Option<usize>], fact: FactId) -> bool {
        let place = self.facts.iter().position(|(node, _)| self.b.fact_of(*node) == fact).expect("one of the facts");
        self.completions(given).iter().any(|full| {
            let mut indexes: Vec<Option<usize>> = full.iter().copied().map(Some).collect();
            let one = self.bare_outcome(&indexes);
            (0..self.facts[place].1.len()).any(|value| {
                indexes[place] = Some(value);
                self.bare_outcome(&indexes) != one
            })
        })
    }

    fn bare_outcome(&self, indexes: &[Option<usize>]) -> Option<Outcome> {
        if let Some(known) = self.bare.borrow().get(indexes) {
            return known.clone();
        }
        let outcome = outcome_of(&self.ask_of(&self.without, &self.values(indexes)));
        self.bare.borrow_mut().insert(indexes.to_vec(), outcome.clone());
        outcome
    }

    /// All full sets of facts that agree with what is given, as indexes of values.
    pub(super) fn completions(&self, given: &[Option<usize>]) -> Vec<Vec<usize>> {
        let mut all = vec![vec![]];
        for ((_, values), given) in self.facts.iter().zip(given) {
            let choices: Vec<usize> = given.map_or_else(|| (0..values.len()).collect(), |one| vec![one]);
            all =
                all.iter().flat_map(|so_far| choices.iter().map(move |&one| [&so_far[..], &[one]].concat())).collect();
        }
        all
    }

    pub(super) fn values(&self, indexes: &[Option<usize>]) -> Vec<Option<Value>> {
        let value =
            |((_, values), index): (&(NodeId, Vec<Value>), &Option<usize>)| index.map(|index| values[index].clone());
        self.facts.iter().zip(indexes).map(value).collect()
    }
}

/// Outcomes with one fault for all errors.
fn plain(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Error(_) => Outcome::Error(Fault { kind: FaultKind::NoValue, origin: None }),
        other => other,
    }
}

pub(super) fn outcome_of(answer: &Answer) -> Option<Outcome> {
    match (&answer.status, &answer.possible) {
        (Status::Contradictory, _) => None,
        (_, Possible::Listed(outcomes)) if outcomes.len() == 1 => Some(plain(outcomes[0].clone())),
        other => panic!("a full set of facts gives one outcome: {other:?}"),
    }
}

fn agree(seed: u64, whole: i128) -> Result<(), TestCaseError> {
    WHOLE.set(whole);
    let mut dice = Dice(seed | 1);
    let world = world(&mut dice);
    if world.facts.iter().map(|(_, values)| values.len()).product::<usize>() > 250 {
        return Ok(());
    }
    let nothing: Vec<Option<usize>> = vec![None; world.facts.len()];
    let mut table: BTreeMap<Vec<usize>, Outcome> = BTreeMap::new();
    for full in world.completions(&nothing) {
        let indexes: Vec<Option<usize>> = full.iter().copied().map(Some).collect();
        if let Some(outcome) = outcome_of(&world.ask(&world.values(&indexes))) {
            table.insert(full, outcome);
        }
    }
    let known = RefCell::new(BTreeMap::<Vec<Option<usize>>, BTreeSet<Outcome>>::new());
    let outcomes = |given: &[Option<usize>]| -> BTreeSet<Outcome> {
        if let Some(set) = known.borrow().get(given) {
            return set.clone();
        }
        let set: BTreeSet<Outcome> =
            world.completions(given).iter().filter_map(|full| table.get(full).cloned()).collect();
        known.borrow_mut().insert(given.to_vec(), set.clone());
        set
    };
    for _ in 0..4 {
        // Some facts given, the others not.
        let given: Vec<Option<usize>> =
            world.facts.iter().map(|(_, values)| (dice.roll(3) == 0).then(|| dice.roll(values.len()))).collect();
        let answer = world.ask(&world.values(&given));
        let expected = outcomes(&given);
        if !answer.exact && whole == 0 {
            INEXACT.set(INEXACT.get() + 1);
            continue;
        }
        EXACT.set(EXACT.get() + 1);
        prop_assert!(answer.exact, "not exact: {:?}", answer);
        if expected.is_empty() {
            prop_assert_eq!(answer.status, Status::Contradictory);
            prop_assert!(!answer.violated.is_empty());
            continue;
        }
        prop_assert_ne!(answer.status, Status::Contradictory);
        let Possible::Listed(possible) = &answer.possible else { panic!("few outcomes") };
        let possible: BTreeSet<Outcome> = possible.iter().cloned().map(plain).collect();
        prop_assert_eq!(&possible, &expected);
        // D11 by its definition.
        let reads = reads(&world);
        let unknown: Vec<usize> = (0..given.len()).filter(|&fact| given[fact].is_none()).collect();
        let mut missing = BTreeSet::new();
        for &fact in &unknown {
            let others: Vec<usize> = unknown.iter().copied().filter(|&other| other != fact).collect();
            let mut partial = vec![given.clone()];
            for &other in &others {
                let count = world.facts[other].1.len();
                partial = partial
                    .into_iter()
                    .flat_map(|so_far| {
                        (0..=count).map(move |value| {
                            let mut next = so_far.clone();
                            next[other] = value.checked_sub(1);
                            next
                        })
                    })
                    .collect();
            }
            let differs = partial.iter().any(|filled| {
                let sets: BTreeSet<BTreeSet<Outcome>> = (0..world.facts[fact].1.len())
                    .map(|value| {
                        let mut next = filled.clone();
                        next[fact] = Some(value);
                        outcomes(&next)
                    })
                    .filter(|set| !set.is_empty())
                    .collect();
                sets.len() > 1
            });
            if differs {
                missing.insert(world.b.fact_of(world.facts[fact].0));
            }
        }
        // A fact is read if it is in the text, and once what is given settles a part, no longer in that part. So what is
        // missing lies between the facts that matter to the bare decision and those in its text.
        let matters: BTreeSet<FactId> = missing.iter().copied().filter(|fact| world.matters(&given, *fact)).collect();
        missing.retain(|fact| reads.contains(fact));
        if expected.len() == 1 {
            prop_assert!(answer.missing.is_empty());
        } else {
            let found: BTreeSet<FactId> = answer.missing.iter().map(|missing| missing.fact).collect();
            prop_assert!(found.is_subset(&missing), "missing {:?} of {:?}, given {:?}", found, missing, given);
            prop_assert!(
                found.is_superset(&matters),
                "missing {:?}, not all of {:?}, given {:?}",
                found,
                matters,
                given
            );
        }
    }
    Ok(())
}

fn reads(world: &World) -> BTreeSet<FactId> {
    let family = world.b.program.decision(world.asked).family;
    let mut reach = crate::eval::reach::Reach::new(&world.b.program);
    reach.family(family, &|_, _| true, &|_| false);
    reach.facts
}

/// `PROPTEST_CASES=10000` looks further.
pub(super) fn cases() -> u32 {
    ProptestConfig::default().cases
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn outcomes_and_missing_facts_are_those_of_brute_force(seed in any::<u64>()) {
        agree(seed, MAX_WHOLE)?;
    }

    #[test]
    fn cuts_stand_for_all_values_between_them(seed in any::<u64>()) {
        agree(seed, 0)?;
        // Few comparisons are beyond the engine: of a fact with itself, moved.
        prop_assert!(INEXACT.get() <= 20 + EXACT.get() / 10, "{} of {} not exact", INEXACT.get(), EXACT.get());
    }
}

#[test]
fn seeds_that_once_failed() {
    for (seed, whole) in [
        (6389514714922754244, MAX_WHOLE),
        (10409335068708838098, 0),
        (12421577975140826212, 0),
        (5380290133790763452, MAX_WHOLE),
    ] {
        agree(seed, whole).expect("agrees");
    }
}

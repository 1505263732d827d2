//! Random policies: what is found of everybody, the interpreter says of each of many random applicants.
//!
//! A finding that says *never* or *always* is tried on all of them. A finding that shows somebody names the facts that alone settle
//! it: whoever has those, and random others, must show it too.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::analyse;
use super::look::request;
use crate::diagnostic::{Diagnostic, Witness};
use crate::eval::{Answer, Evaluation, Possible, Reason, Request, Status, evaluate};
use crate::facts::{Facts, Slot, read_facts};
use crate::load::Loaded;
use crate::program::{EVALUATION_DATE, NodeId, Op, PolicyId, Program, RuleId};
use crate::source::{Sources, Span};
use crate::testing::applicants::Applicants;
use crate::testing::random::dice::Dice;
use crate::testing::random::edits::{Edit, edit};
use crate::testing::random::typed::typed;
use crate::testing::written;
use crate::value::{Evaluated, Value};

/// How many policies, and how many applicants of each.
const POLICIES: u64 = 80;
/// Policies that take longer than all others together, unoptimized.
const SLOW: [u64; 10] = [2, 22, 28, 40, 42, 43, 49, 64, 69, 77];
const APPLICANTS: usize = 40;

/// A random policy and random people, as the interpreter decides about them.
struct World {
    seed: u64,
    loaded: Loaded,
    program: Program,
    request: Request,
    applicants: Applicants,
    people: Vec<(Facts, Evaluation)>,
}

impl World {
    fn new(seed: u64) -> World {
        let mut dice = Dice::new(seed);
        // Edits make what authors overlook: conditions found elsewhere, and denied ones.
        let (loaded, program) = loop {
            let mut policy = typed(&mut dice);
            edit(&mut dice, &mut policy, 2, &[Edit::AddUnless, Edit::Deny, Edit::Effect, Edit::Exception]);
            if let Ok(written) = written(&policy, &Sources::default()) {
                break written;
            }
        };
        let version = program.policies[0].versions[0];
        let request = request(&program, PolicyId(0), version);
        let applicants = Applicants::new(&program);
        let mut world = World { seed, loaded, program, request, applicants, people: Vec::new() };
        for _ in 0..APPLICANTS {
            let facts = world.applicants.draw(&world.program, &mut dice);
            let decided = world.decide(&facts);
            world.people.extend(decided.map(|decided| (facts, decided)));
        }
        world
    }

    /// What is decided about somebody; nothing for those whom the policy is not meant for.
    fn decide(&self, facts: &Facts) -> Option<Evaluation> {
        let start = NaiveDate::from_ymd_opt(2020, 1, 1)?;
        let Slot::Given(Value::Date(day)) = facts.get(EVALUATION_DATE) else { return None };
        let decided = evaluate(&self.program, &self.request, facts);
        let meant = *day >= start && decided.answers.iter().all(|answer| answer.status != Status::Contradictory);
        meant.then_some(decided)
    }

    fn rule(&self, name: &str) -> RuleId {
        let rules = &self.program.rules;
        let index = rules.iter().position(|rule| self.program.origin(rule.origin).name == name);
        RuleId(index.unwrap_or_else(|| panic!("no rule {name}")) as u32)
    }

    /// The condition at a place.
    fn condition(&self, span: Span) -> Option<NodeId> {
        let is = |node: &NodeId| matches!(*self.program.op(*node), Op::Clause(origin, _) if self.program.origin(origin).span == span);
        (0..self.program.nodes.len() as u32).map(NodeId).find(is)
    }

    /// Those who have the facts of a witness, and are otherwise as somebody drawn.
    fn like(&self, witness: &Witness) -> Vec<(Facts, Evaluation)> {
        let text = serde_json::Value::Object(witness.facts.clone()).to_string();
        let shown = read_facts(&self.program, &text).unwrap_or_else(|_| panic!("seed {}: {text}", self.seed));
        let like = |(facts, _): &(Facts, Evaluation)| {
            let mut facts = facts.clone();
            shown.iter().for_each(|(fact, slot)| facts.set(fact, slot.clone()));
            let decided = self.decide(&facts)?;
            Some((facts, decided))
        };
        self.people.iter().filter_map(like).collect()
    }

    /// Asserts that something holds for everybody.
    fn all(&self, finding: &Diagnostic, holds: impl Fn(&Evaluation) -> Option<bool>) {
        for (facts, decided) in &self.people {
            assert_ne!(holds(decided), Some(false), "{}, but {facts:?}", self.text(finding));
        }
    }

    fn text(&self, finding: &Diagnostic) -> String {
        let place = finding.span().map_or("", |span| self.loaded.sources.slice(span));
        let text = self.loaded.sources.iter().find(|(_, source)| source.name().ends_with(".enact"));
        format!("seed {}:\n{}\n{} `{place}`", self.seed, text.map_or("", |(_, source)| source.text()), finding.message)
    }

    /// Tries one finding. Whether there is a way to try it.
    fn tries(&self, finding: &Diagnostic) -> bool {
        let Some(span) = finding.span() else { return false };
        let names: Vec<&str> = finding.message.split('`').skip(1).step_by(2).collect();
        let applies = |decided: &Evaluation, rule: RuleId| verdict(decided, rule).map(|it| it.0);
        let stands = |decided: &Evaluation, rule: RuleId| verdict(decided, rule).map(|it| it.1);
        match (finding.code.number, names.as_slice()) {
            ("E101", [name]) if finding.message.ends_with("never applies") => {
                let rule = self.rule(name);
                self.all(finding, |decided| applies(decided, rule).map(|applies| !applies));
            }
            ("E101" | "W102", _) => {
                let Some(node) = self.condition(span) else { return false };
                let always = finding.code.number == "W102";
                self.all(finding, |decided| is_yes(decided, node).map(|yes| yes == always));
            }
            ("W103", [name]) => {
                let reason = Reason::Rule(self.rule(name));
                let decides = |decided: &Evaluation| decided.answers.iter().any(|it| it.because.contains(&reason));
                self.all(finding, |decided| Some(!decides(decided)));
            }
            ("W104", [name, other]) => {
                let (rule, other) = (self.rule(name), self.rule(other));
                self.all(finding, |decided| Some(!stands(decided, rule)? || stands(decided, other)?));
            }
            ("I114", [name, other]) => {
                let (rule, other) = (self.rule(name), self.rule(other));
                self.all(finding, |decided| Some(stands(decided, rule)? == stands(decided, other)?));
            }
            ("W107", _) => return self.redundant(finding, span),
            ("W108", ["unless", name]) => {
                let rule = self.rule(name);
                let Some(unless) = self.condition(span) else { return false };
                let swallows = finding.message.contains("swallows");
                let when = self.program.rule(rule).when;
                self.all(finding, |decided| {
                    let when = when.map_or(Some(true), |when| is_yes(decided, when))?;
                    let unless = decided.verdicts.nodes.get(unless.index())?.as_ref()?;
                    Some(!when || if swallows { !unless.is_no() } else { unless.is_no() })
                });
            }
            ("W108", [name, other]) => {
                let (exception, rule) = (self.rule(name), self.rule(other));
                self.all(finding, |decided| Some(!(stands(decided, exception)? && applies(decided, rule)?)));
            }
            ("W109", [name]) => self.idle(finding, name),
            ("E105" | "W106" | "I112", _) => return self.shown(finding, &names),
            _ => return false,
        }
        true
    }

    /// Of an `and` or `or` a part that goes with the others.
    fn redundant(&self, finding: &Diagnostic, span: Span) -> bool {
        let Some(part) = self.condition(span) else { return false };
        let whole = (0..self.program.nodes.len() as u32).find_map(|node| match self.program.op(NodeId(node)) {
            Op::All(parts) if parts.contains(&part) => Some((true, parts)),
            Op::Any(parts) if parts.contains(&part) => Some((false, parts)),
            _ => None,
        });
        let Some((all, parts)) = whole else { return false };
        self.all(finding, |decided| {
            let others = parts.iter().filter(|&&other| other != part);
            let others: Option<Vec<bool>> = others.map(|&other| is_yes(decided, other)).collect();
            let alike = others?.iter().all(|&yes| yes == all);
            Some(!alike || is_yes(decided, part)? == all)
        });
        true
    }

    /// A fact of which no value changes an outcome.
    fn idle(&self, finding: &Diagnostic, name: &str) {
        let fact = self.program.find_fact(name).expect("a fact");
        let only = self.applicants.clone().only(&[fact]);
        let mut dice = Dice::new(self.seed);
        for (facts, decided) in &self.people {
            for _ in 0..4 {
                let mut other = facts.clone();
                other.set(fact, only.draw(&self.program, &mut dice).get(fact).clone());
                let Some(changed) = self.decide(&other) else { continue };
                let outcomes = |decided: &Evaluation| decided.answers.iter().map(outcome).collect::<Vec<_>>();
                assert_eq!(outcomes(decided), outcomes(&changed), "{}, but {facts:?}", self.text(finding));
            }
        }
    }

    /// Somebody who shows it: so does whoever has these facts.
    fn shown(&self, finding: &Diagnostic, names: &[&str]) -> bool {
        let Some(witness) = &finding.witness else { panic!("{}: nobody is shown", self.text(finding)) };
        let family = |name: &str| {
            let at = |asked| self.program.family(asked).name == name;
            self.request.asked.iter().position(|&asked| at(asked))
        };
        let words = names.iter().find_map(|words| Some((family(words)?, *words)));
        // What is so of an `or` need not be an outcome.
        let Some((place, _)) = words else { return false };
        let like = self.like(witness);
        let first = like.first().map(|(_, decided)| decided.answers[place].text(&self.program));
        for (facts, decided) in &like {
            let answer = &decided.answers[place];
            let so = match finding.code.number {
                "E105" => answer.status == Status::Conflict,
                "W106" => answer.status == Status::Error && answer.text(&self.program) == "no rule",
                _ => answer.status == Status::Decided && Some(answer.text(&self.program)) == first,
            };
            assert!(so, "{}; {}; not {facts:?}: {answer:?}", self.text(finding), witness.text());
        }
        !like.is_empty()
    }
}

/// Whether a rule applies and stands, each for certain.
fn verdict(decided: &Evaluation, rule: RuleId) -> Option<(bool, bool)> {
    let verdict = decided.verdicts.rules.get(rule.index())?.as_ref()?;
    Some((verdict.applies.is_yes(), verdict.stands.is_yes()))
}

fn is_yes(decided: &Evaluation, node: NodeId) -> Option<bool> {
    decided.verdicts.nodes.get(node.index())?.as_ref().map(Evaluated::is_yes)
}

/// What somebody comes to; of errors only that they are.
fn outcome(answer: &Answer) -> (Status, Option<Possible>) {
    (answer.status, (answer.status != Status::Error).then(|| answer.possible.clone()))
}

#[test]
fn what_is_found_is_so_of_everybody_or_of_those_shown() {
    let mut tried: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in (0..POLICIES).filter(|seed| !SLOW.contains(seed)) {
        let world = World::new(seed);
        for finding in analyse(&world.loaded, &world.program).findings {
            if world.tries(&finding) {
                *tried.entry(finding.code.number).or_default() += 1;
            }
        }
    }
    for code in ["E101", "W102", "W103", "W104", "E105", "W106", "W107", "W108", "W109", "I112"] {
        assert!(tried.contains_key(code), "{code}: {tried:?}");
    }
}

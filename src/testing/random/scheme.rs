//! Random policies of the size of real schemes.
//!
//! *Modular*: each rule belongs to a program and shares a few facts with all others, as in real schemes. *Hard*: conditions are
//! drawn over all facts alike, which no policy does.

use super::dice::Dice;
use super::edits::{Edit, edit};
use super::policy::{Atom, Cond, Decision, Policy, Rule, Slot};

/// How large, and of which kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub rules: usize,
    pub facts: usize,
    pub hard: bool,
}

/// Facts that rules of every program read.
const SHARED: usize = 8;
/// How many rules one program has.
const RULES_OF_A_PROGRAM: usize = 8;

const KINDS: &[&str] = &["worker", "student", "visitor", "family"];

/// Writes a policy and the same with four edits.
pub fn pair(seed: u64, size: Size) -> (Policy, Policy) {
    let mut dice = Dice::new(seed);
    let old = scheme(&mut dice, size);
    let mut new = old.clone();
    let edits = [Edit::Threshold, Edit::Date, Edit::Drop, Edit::AddUnless, Edit::RemoveUnless, Edit::Effect];
    edit(&mut dice, &mut new, 4, &edits);
    (old, new)
}

/// Writes a policy.
pub fn scheme(dice: &mut Dice, size: Size) -> Policy {
    let programs = if size.hard { 1 } else { size.rules.div_ceil(RULES_OF_A_PROGRAM) };
    let mut policy = Policy::default();
    if programs > 1 {
        let members: Vec<String> = (0..programs).map(|program| format!("program_{program}")).collect();
        policy.declares.push(format!("enum program {{ {} }}", members.join(", ")));
        policy.declares.push("fact asked_program: program".into());
    }
    policy.declares.push(format!("enum kind {{ {} }}", KINDS.join(", ")));
    for fact in 0..size.facts {
        let ty = ["yes/no", "integer within 0..120", "kind", "date", "yes/no"][fact % 5];
        policy.declares.push(format!("fact fact_{fact}: {ty}"));
    }
    let mut rules = Vec::new();
    for number in 0..size.rules {
        let program = number % programs;
        // The facts of a program: those shared by all, and a window of its own.
        let fact = |dice: &mut Dice| {
            if size.hard {
                dice.roll(size.facts)
            } else if dice.one_in(3) {
                dice.roll(SHARED)
            } else {
                let own = (size.facts - SHARED) / programs;
                SHARED + (program * own + dice.roll(own.max(5))) % (size.facts - SHARED)
            }
        };
        let mut when: Vec<Cond> = Vec::new();
        if programs > 1 {
            let text = format!("asked_program is program_{program}");
            when.push(Cond::Atom(Atom { text, slot: Slot::Fixed }));
        }
        for _ in 0..2 + dice.roll(3) {
            let fact = fact(dice);
            when.push(literal(dice, fact));
        }
        let unless = (0..dice.roll(3))
            .map(|_| {
                let fact = fact(dice);
                literal(dice, fact)
            })
            .collect();
        // Every third rule refuses.
        let value = if number % 3 == 2 { "refused" } else { "eligible" };
        rules.push(Rule {
            name: format!("rule_{number}"),
            value: value.into(),
            when,
            unless,
            exception_to: Vec::new(),
        });
    }
    policy.decisions.push(Decision {
        name: "outcome".into(),
        ty: "{not_covered, eligible, refused}".into(),
        verb: "is",
        values: vec!["eligible".into(), "refused".into()],
        outranks: vec![("refused".into(), "eligible".into())],
        otherwise: Some("not_covered".into()),
        body: None,
        rules,
    });
    policy
}

fn literal(dice: &mut Dice, fact: usize) -> Cond {
    let (text, slot) = match fact % 5 {
        1 => (format!("fact_{fact} {} {{}}", dice.one_of(&[">=", "<"])), Slot::Number(dice.between(10, 110))),
        2 => (format!("fact_{fact} is {{}}"), Slot::Word(KINDS, dice.roll(KINDS.len()))),
        3 => (format!("fact_{fact} {} {{}}", dice.one_of(&[">=", "<"])), Slot::Day(dice.between(-300, 600))),
        _ => (format!("fact_{fact}"), Slot::Fixed),
    };
    let atom = Cond::Atom(Atom { text, slot });
    if fact % 5 != 1 && fact % 5 != 3 && dice.one_in(2) { Cond::Not(Box::new(atom)) } else { atom }
}

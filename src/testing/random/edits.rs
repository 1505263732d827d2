//! Edits as authors make them: each is a mutation operator whose effect a diff must show, or prove absent.

use super::dice::Dice;
use super::policy::{Atom, Cond, Policy, Slot};

/// What is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// A number or amount is moved a little.
    Threshold,
    /// A day is moved.
    Date,
    /// A word is swapped for another.
    Word,
    /// A part of a conjunction is dropped.
    Drop,
    /// A condition is denied.
    Deny,
    /// An `unless` is added, from a condition found elsewhere.
    AddUnless,
    /// An `unless` is removed.
    RemoveUnless,
    /// A rule becomes an exception to an earlier one, or no longer is one.
    Exception,
    /// A rule gets another value.
    Effect,
    /// A rule is removed.
    RemoveRule,
    /// The `otherwise` changes.
    Otherwise,
    /// The rank of two values is turned round or goes.
    Rank,
    /// Rules change places: never a difference.
    Reorder,
}

impl Edit {
    /// All of them.
    pub const ALL: [Edit; 13] = [
        Edit::Threshold,
        Edit::Date,
        Edit::Word,
        Edit::Drop,
        Edit::Deny,
        Edit::AddUnless,
        Edit::RemoveUnless,
        Edit::Exception,
        Edit::Effect,
        Edit::RemoveRule,
        Edit::Otherwise,
        Edit::Rank,
        Edit::Reorder,
    ];

    /// Makes one such edit somewhere; `false` if the policy has no place for it.
    pub fn make(self, dice: &mut Dice, policy: &mut Policy) -> bool {
        match self {
            Edit::Threshold => moved(dice, policy, |slot| matches!(slot, Slot::Number(_) | Slot::Cents(_))),
            Edit::Date => moved(dice, policy, |slot| matches!(slot, Slot::Day(_))),
            Edit::Word => moved(dice, policy, |slot| matches!(slot, Slot::Word(..))),
            Edit::Reorder => {
                let decisions = policy.decisions.iter_mut().filter(|decision| decision.rules.len() > 1);
                let mut lists: Vec<_> = decisions.map(|decision| &mut decision.rules).collect();
                let Some(list) = pick(dice, &mut lists) else { return false };
                list.reverse();
                true
            }
            Edit::Otherwise => {
                let ruled =
                    policy.decisions.iter_mut().filter(|decision| decision.verb == "is" && decision.body.is_none());
                let mut ruled: Vec<_> = ruled.collect();
                let Some(decision) = pick(dice, &mut ruled) else { return false };
                let other = dice.one_of(&decision.values).clone();
                let other = (decision.otherwise.as_ref() != Some(&other)).then_some(other);
                decision.otherwise = other;
                true
            }
            Edit::Rank => {
                let ranked = policy.decisions.iter_mut().filter(|decision| !decision.outranks.is_empty());
                let mut ranked: Vec<_> = ranked.collect();
                let Some(decision) = pick(dice, &mut ranked) else { return false };
                if dice.one_in(2) || decision.outranks.len() > 1 {
                    decision.outranks.pop();
                } else {
                    decision.outranks.iter_mut().for_each(|(higher, lower)| std::mem::swap(higher, lower));
                }
                true
            }
            _ => self.of_a_rule(dice, policy),
        }
    }

    fn of_a_rule(self, dice: &mut Dice, policy: &mut Policy) -> bool {
        let places: Vec<(usize, usize)> = policy
            .decisions
            .iter()
            .enumerate()
            .flat_map(|(index, decision)| (0..decision.rules.len()).map(move |rule| (index, rule)))
            .collect();
        if places.is_empty() {
            return false;
        }
        // A few attempts: not every rule has a place for the edit.
        for _ in 0..40 {
            let (at, place) = *dice.one_of(&places);
            let (found, found_in) = found(dice, policy, at);
            let decision = &mut policy.decisions[at];
            let names: Vec<String> = decision.rules.iter().map(|rule| rule.name.clone()).collect();
            let values = decision.values.clone();
            let rule = &mut decision.rules[place];
            match self {
                Edit::Drop if rule.when.len() > 1 => drop(rule.when.remove(dice.roll(rule.when.len()))),
                Edit::Drop => {
                    let Some(Cond::All(parts) | Cond::Any(parts)) = rule.when.first_mut() else { continue };
                    if parts.len() < 2 {
                        continue;
                    }
                    parts.remove(dice.roll(parts.len()));
                }
                Edit::Deny => {
                    let index = dice.roll(rule.when.len().max(1));
                    let Some(cond) = rule.when.get_mut(index) else { continue };
                    *cond = match cond.clone() {
                        Cond::Not(inner) => *inner,
                        other => Cond::Not(Box::new(other)),
                    };
                }
                Edit::AddUnless if found_in => rule.unless.extend(found),
                Edit::RemoveUnless if !rule.unless.is_empty() => {
                    drop(rule.unless.remove(dice.roll(rule.unless.len())));
                }
                Edit::Exception if !rule.exception_to.is_empty() => rule.exception_to.clear(),
                Edit::Exception if place > 0 => rule.exception_to.push(names[dice.roll(place)].clone()),
                Edit::Effect if values.len() > 1 => {
                    let others: Vec<&String> = values.iter().filter(|value| **value != rule.value).collect();
                    rule.value = (*dice.one_of(&others)).clone();
                }
                Edit::RemoveRule if names.len() > 1 => {
                    decision.rules.remove(place);
                    for rule in &mut decision.rules {
                        rule.exception_to.retain(|name| *name != names[place]);
                    }
                }
                _ => continue,
            }
            return true;
        }
        false
    }
}

/// Makes so many edits; which ones.
pub fn edit(dice: &mut Dice, policy: &mut Policy, count: usize, of: &[Edit]) -> Vec<Edit> {
    let mut made = Vec::new();
    for _ in 0..count * 20 {
        let edit = *dice.one_of(of);
        if made.len() < count && edit.make(dice, policy) {
            made.push(edit);
        }
    }
    made
}

fn pick<'a, T>(dice: &mut Dice, list: &'a mut [T]) -> Option<&'a mut T> {
    if list.is_empty() {
        return None;
    }
    let index = dice.roll(list.len());
    list.get_mut(index)
}

/// A condition that some rule of this or an earlier decision reads.
fn found(dice: &mut Dice, policy: &Policy, last: usize) -> (Option<Cond>, bool) {
    let rules = policy.decisions[..=last].iter().flat_map(|decision| &decision.rules);
    let all: Vec<&Cond> = rules.flat_map(|rule| rule.when.iter().chain(&rule.unless)).collect();
    if all.is_empty() {
        return (None, false);
    }
    (Some((*dice.one_of(&all)).clone()), true)
}

fn moved(dice: &mut Dice, policy: &mut Policy, fits: impl Fn(&Slot) -> bool) -> bool {
    let mut atoms: Vec<&mut Atom> = Vec::new();
    policy.atoms(&mut |atom| {
        if fits(&atom.slot) {
            atoms.push(atom);
        }
    });
    let Some(atom) = pick(dice, &mut atoms) else { return false };
    match &mut atom.slot {
        Slot::Fixed => return false,
        Slot::Number(number) => {
            let by = dice.between(1, 3);
            *number = if *number < by || dice.one_in(2) { *number + by } else { *number - by };
        }
        Slot::Cents(cents) => {
            let by = *dice.one_of(&[1, 50, 1000]);
            *cents = if *cents < by || dice.one_in(2) { *cents + by } else { *cents - by };
        }
        Slot::Day(days) => *days += *dice.one_of(&[-31, -7, -1, 1, 2, 30, 365]),
        Slot::Word(words, index) => {
            if words.len() < 2 {
                return false;
            }
            *index = (*index + 1 + dice.roll(words.len() - 1)) % words.len();
        }
    }
    true
}

//! Who is affected, in words: the fewest conditions and facts that say it exactly.
//!
//! A group is described relative to a context, *of those who came to this before*, and to the groups before it. A region begins
//! with somebody in the group: of all that is so of this one, the least that already makes everybody of the context belong to
//! the group is kept (QuickXplain: Junker, *Preferred explanations and relaxations for over-constrained problems*, AAAI 2004,
//! over cores), the author's own conditions rather than facts. Facts that stay are widened as far as the group reaches, and no
//! further. Then the next region is sought among those not yet described, until nobody is left: that is the proof.

use std::collections::BTreeMap;

use super::vocabulary::{Condition, Rank};
use crate::diff::model::{Context, Part, Region, Test};
use crate::eval::exact::ground::{Gid, Term, enum_of};
use crate::eval::exact::shape::Side;
use crate::program::{FactId, Program};
use crate::solve::domain::Domain;
use crate::solve::sat::Lit;
use crate::solve::{Answer, Model, Space};
use crate::source::Span;
use crate::value::{Type, Value};

/// How many regions a description in one context has at most, if the other context may do with fewer.
const FEW_REGIONS: usize = 8;
/// With no more regions than this, no other words are tried.
const PLAIN_REGIONS: usize = 2;
/// How many regions a group has at most.
const MAX_REGIONS: usize = 64;

/// How many values are written out in words; the record has them all.
const MAX_WORDS: usize = 12;

/// One thing that is so of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Trait {
    /// A condition holds, or not.
    Condition(usize, bool),
    /// A fact is one of a list of values, by index, in a region some of them.
    Values(u32, Vec<usize>),
    /// A fact lies between two places.
    Between(u32, i128, i128),
    /// A fact is absent, or not.
    Present(u32, bool),
    /// A set holds a member, or not.
    Member(u32, usize, bool),
    /// A day is this one of the week.
    Weekday(Gid, Vec<usize>),
    /// A comparison of several facts, by index, holds, or not.
    Comparison(usize, bool),
}

/// A group to be described.
#[derive(Debug, Clone)]
pub(super) struct Wanted<'a> {
    /// Who belongs to it.
    pub(super) who: Lit,
    /// Who need not be excluded: they are listed before.
    pub(super) listed: &'a [Lit],
    /// Its outcome before, and after.
    pub(super) from: Lit,
    pub(super) to: Lit,
    /// What the edits that cause it declare, in the order of the text.
    pub(super) cause: &'a [Span],
    /// Where the decision is declared.
    pub(super) at: Span,
    /// When the decision itself is yes, under each text.
    pub(super) own: &'a [Lit],
}

/// A description: in which context, the regions, and whether they are all.
pub(super) struct Described {
    pub(super) context: Context,
    pub(super) regions: Vec<Region>,
    pub(super) complete: bool,
}

/// Describes a group.
pub(super) fn describe(space: &mut Space, conditions: &[Condition], wanted: &Wanted) -> Described {
    let program = space.encoder.ground.program;
    let mut writer = Writer { space, program, conditions, wanted, every_word: false };
    let weight = |regions: &[Region]| (regions.len(), regions.iter().map(|region| region.all.len()).sum::<usize>());
    let mut best: Option<(Context, Vec<Region>)> = None;
    // What changed its meaning is no plain word: it is used where nothing shorter is found without.
    for every_word in [false, true] {
        writer.every_word = every_word;
        // One region in either context is the shortest there is: only where neither has it are more of them written.
        let contexts = [(Context::Old, wanted.from), (Context::New, wanted.to)];
        let tries =
            [1, FEW_REGIONS].into_iter().flat_map(|most| contexts.map(|(context, outcome)| (most, context, outcome)));
        for (most, context, outcome) in tries {
            if best.as_ref().is_some_and(|(_, regions)| regions.len() == 1) {
                break;
            }
            let most = best.as_ref().map_or(most, |(_, regions)| regions.len().min(most));
            let Some(regions) = writer.cover(outcome, most) else { continue };
            if best.as_ref().is_none_or(|(_, best)| weight(&regions) < weight(best)) {
                best = Some((context, regions));
            }
        }
        if best.as_ref().is_some_and(|(_, regions)| regions.len() <= PLAIN_REGIONS) {
            break;
        }
    }
    match best {
        Some((context, regions)) => Described { context, regions, complete: true },
        None => {
            let (regions, complete) = writer.cover_up_to(wanted.from, MAX_REGIONS);
            Described { context: Context::Old, regions, complete }
        }
    }
}

struct Writer<'a, 'p> {
    space: &'a mut Space<'p>,
    program: &'p Program,
    conditions: &'a [Condition],
    wanted: &'a Wanted<'a>,
    /// Whether conditions that changed their meaning are words like others.
    every_word: bool,
}

impl Writer<'_, '_> {
    fn cover(&mut self, context: Lit, most: usize) -> Option<Vec<Region>> {
        let (regions, complete) = self.cover_up_to(context, most);
        complete.then_some(regions)
    }

    fn cover_up_to(&mut self, context: Lit, most: usize) -> (Vec<Region>, bool) {
        let mut regions = Vec::new();
        let mut ask = vec![self.wanted.who];
        ask.extend(self.wanted.listed.iter().map(|&lit| !lit));
        loop {
            let model = match self.space.ask(&ask) {
                Answer::No(_) => return (regions, true),
                Answer::Unknown => return (regions, false),
                Answer::Yes(model) => model,
            };
            if regions.len() == most {
                return (regions, false);
            }
            // Who of the context satisfies this and does not belong to the group?
            let mut outside = vec![context, !self.wanted.who];
            outside.extend(self.wanted.listed.iter().map(|&lit| !lit));
            let Some(traits) = self.least(&model, &outside) else { return (regions, false) };
            let traits = self.widened(traits, &outside, &ask);
            let lits: Vec<Lit> = traits.iter().map(|one| self.lit(one)).collect();
            let all = self.space.encoder.gates.and(&lits);
            ask.push(!all);
            regions.push(self.region(&traits));
        }
    }

    /// Returns the least of what is so of somebody that excludes everybody outside; the most wanted first.
    fn least(&mut self, model: &Model, outside: &[Lit]) -> Option<Vec<Trait>> {
        for tier in self.tiers(model) {
            let lits: Vec<Lit> = tier.iter().map(|one| self.lit(one)).collect();
            if self.excludes(&lits, outside) {
                let all: Vec<usize> = (0..tier.len()).collect();
                let kept = self.explain(&lits, &[], &[], &all, outside);
                let mut kept: Vec<usize> = kept.into_iter().collect();
                kept.sort_unstable();
                return Some(kept.into_iter().map(|index| tier[index].clone()).collect());
            }
        }
        None
    }

    fn excludes(&mut self, lits: &[Lit], outside: &[Lit]) -> bool {
        let mut ask = outside.to_vec();
        ask.extend(lits);
        self.space.nobody(&ask)
    }

    /// QuickXplain: the preferred least part of `rest` that with `held` excludes everybody outside.
    fn explain(
        &mut self,
        lits: &[Lit],
        held: &[usize],
        added: &[usize],
        rest: &[usize],
        outside: &[Lit],
    ) -> Vec<usize> {
        let of = |list: &[usize]| -> Vec<Lit> { list.iter().map(|&index| lits[index]).collect() };
        if !added.is_empty() && self.excludes(&of(held), outside) {
            return Vec::new();
        }
        if let [only] = rest {
            if added.is_empty() && self.excludes(&of(held), outside) {
                return Vec::new();
            }
            return vec![*only];
        }
        if rest.is_empty() {
            return Vec::new();
        }
        // The first half is preferred: the second is reduced with all of the first held.
        let (first, second) = rest.split_at(rest.len() / 2);
        let held_first = [held, first].concat();
        let later = self.explain(lits, &held_first, first, second, outside);
        let held_later = [held, &later[..]].concat();
        let earlier = self.explain(lits, &held_later, &later, first, outside);
        [earlier, later].concat()
    }

    /// What is so of somebody, in larger and larger vocabularies, the most wanted first in each.
    fn tiers(&mut self, model: &Model) -> Vec<Vec<Trait>> {
        let holds = |condition: &Condition| {
            if model.holds(condition.truth.yes) { Some(true) } else { model.holds(condition.truth.no).then_some(false) }
        };
        let own = |condition: &Condition| self.wanted.cause.iter().position(|span| contains(span, &condition.at));
        let (mut groups, mut own_rules): (Vec<Trait>, Vec<Trait>) = (Vec::new(), Vec::new());
        let mut named: Vec<(usize, usize, Trait)> = Vec::new();
        let (mut texts, mut changed) = (Vec::new(), Vec::new());
        let mut touched: Vec<u32> = Vec::new();
        for (index, condition) in self.conditions.iter().enumerate() {
            let Some(holds) = holds(condition) else { continue };
            let one = Trait::Condition(index, holds);
            // That the outcome is the outcome says nothing.
            if condition.rank != Rank::Group && self.wanted.own.contains(&condition.truth.yes) {
                // But that a rule gives it is better than a list of elements.
                own_rules.extend(condition.is_rule.then_some(one));
                continue;
            }
            match condition.rank {
                Rank::Group => groups.push(one),
                Rank::Changed if self.every_word => {
                    named.push((usize::MAX, self.conditions.len() - index, one));
                    touched.extend(&condition.reads);
                }
                // Those of the cause in written order, then from the most general.
                Rank::Named => match own(condition) {
                    Some(edit) => named.push((edit, condition.at.start as usize, one)),
                    None => named.push((usize::MAX, self.conditions.len() - index, one)),
                },
                Rank::Text => texts.push(one),
                Rank::Changed => {
                    changed.push(one);
                    touched.extend(&condition.reads);
                }
            }
            if own(condition).is_some() {
                touched.extend(&condition.reads);
            }
        }
        named.sort_by_key(|&(edit, place, _)| (edit, place));
        let named: Vec<Trait> = groups.into_iter().chain(named.into_iter().map(|(_, _, one)| one)).collect();
        texts.reverse();
        changed.reverse();
        touched.sort_unstable();
        touched.dedup();
        // Elements of lists have no names: conditions on the whole list are better words.
        let (elements, facts): (Vec<Trait>, Vec<Trait>) =
            self.facts(model).into_iter().partition(|one| self.is_of_element(one));
        let compared = self.space.encoder.compared.values().enumerate();
        let compared: Vec<Trait> = compared.map(|(index, &lit)| Trait::Comparison(index, model.holds(lit))).collect();
        let of_touched: Vec<Trait> = facts.iter().filter(|one| self.reads_only(one, &touched)).cloned().collect();
        vec![
            named.clone(),
            [&named[..], &of_touched].concat(),
            [&named[..], &facts].concat(),
            [&named[..], &texts, &facts].concat(),
            [&named[..], &texts, &facts, &compared].concat(),
            [&named[..], &texts, &facts, &compared, &changed].concat(),
            [&named[..], &texts, &facts, &compared, &changed, &own_rules].concat(),
            [&named[..], &texts, &facts, &compared, &changed, &elements].concat(),
        ]
    }

    fn is_of_element(&self, one: &Trait) -> bool {
        let of_element = |variable: u32| {
            let at = &self.space.encoder.ground.variable(variable).at;
            !at.path.is_empty() && matches!(self.program.fact(at.fact).ty.required(), Type::List(_))
        };
        match one {
            Trait::Condition(..) | Trait::Comparison(..) => false,
            Trait::Values(variable, _)
            | Trait::Between(variable, ..)
            | Trait::Present(variable, _)
            | Trait::Member(variable, ..) => of_element(*variable),
            Trait::Weekday(day, _) => {
                self.space.encoder.ground.reads(*day).iter().any(|&variable| of_element(variable))
            }
        }
    }

    fn reads_only(&self, one: &Trait, variables: &[u32]) -> bool {
        match one {
            Trait::Condition(..) | Trait::Comparison(..) => false,
            Trait::Values(variable, _)
            | Trait::Between(variable, ..)
            | Trait::Present(variable, _)
            | Trait::Member(variable, ..) => variables.contains(variable),
            Trait::Weekday(day, _) => self.space.encoder.ground.reads(*day).iter().all(|v| variables.contains(v)),
        }
    }

    /// What facts are, of somebody.
    fn facts(&self, model: &Model) -> Vec<Trait> {
        let mut facts = Vec::new();
        for (index, domain) in self.space.encoder.domains.iter().enumerate() {
            let variable = index as u32;
            match domain {
                Some(Domain::Finite { values, line }) => {
                    let (low, _) = line.range(|lit| model.holds(lit));
                    if values.len() > 1 && !line.reached.is_empty() {
                        facts.push(Trait::Values(variable, vec![low.0 as usize]));
                    }
                }
                Some(Domain::Ordered { present, line, .. }) => {
                    let there = model.holds(*present);
                    if *present != Lit::TRUE {
                        facts.push(Trait::Present(variable, there));
                    }
                    if there && !line.reached.is_empty() {
                        let (low, high) = line.range(|lit| model.holds(lit));
                        facts.push(Trait::Between(variable, low.0, high.0));
                    }
                }
                Some(Domain::Members { members, present }) => {
                    if *present != Lit::TRUE {
                        facts.push(Trait::Present(variable, model.holds(*present)));
                    }
                    for (member, (_, lit)) in members.iter().enumerate() {
                        facts.push(Trait::Member(variable, member, model.holds(*lit)));
                    }
                }
                _ => {}
            }
        }
        for (&day, lits) in &self.space.encoder.weekdays {
            // Only of a fact itself, not of a day some days after: the words are `weekday of issued`.
            let fact = matches!(self.space.encoder.ground.term(day), Term::Variable(_));
            if let Some(weekday) = lits.iter().position(|&lit| model.holds(lit)).filter(|_| fact) {
                facts.push(Trait::Weekday(day, vec![weekday]));
            }
        }
        facts
    }

    fn lit(&mut self, one: &Trait) -> Lit {
        match one {
            Trait::Condition(index, holds) => {
                let truth = self.conditions[*index].truth;
                if *holds { truth.yes } else { truth.no }
            }
            Trait::Values(variable, values) => {
                let lits: Vec<Lit> =
                    values.iter().map(|&value| self.space.encoder.is_value(*variable, value)).collect();
                self.space.encoder.gates.or(&lits)
            }
            Trait::Between(variable, low, high) => {
                let between = self.space.encoder.between(*variable, *low, *high);
                let present = self.present(*variable);
                self.space.encoder.gates.and(&[between, present])
            }
            Trait::Present(variable, there) => {
                let present = self.present(*variable);
                if *there { present } else { !present }
            }
            Trait::Member(variable, member, holds) => match self.space.encoder.domains.get(*variable as usize) {
                Some(Some(Domain::Members { members, .. })) => {
                    let lit = members[*member].1;
                    if *holds { lit } else { !lit }
                }
                _ => Lit::FALSE,
            },
            Trait::Comparison(index, holds) => {
                let lit = self.space.encoder.compared[*index];
                if *holds { lit } else { !lit }
            }
            Trait::Weekday(day, days) => {
                let lits: Vec<Lit> = self
                    .space
                    .encoder
                    .weekdays
                    .get(day)
                    .map_or_else(Vec::new, |lits| days.iter().map(|&day| lits[day]).collect());
                self.space.encoder.gates.or(&lits)
            }
        }
    }

    fn present(&self, variable: u32) -> Lit {
        match self.space.encoder.domains.get(variable as usize) {
            Some(Some(Domain::Ordered { present, .. } | Domain::Members { present, .. })) => *present,
            _ => Lit::TRUE,
        }
    }

    /// Widens facts to all that the group reaches: values that still exclude everybody outside, and that somebody has.
    fn widened(&mut self, mut traits: Vec<Trait>, outside: &[Lit], inside: &[Lit]) -> Vec<Trait> {
        for index in 0..traits.len() {
            let mut others: Vec<Lit> = Vec::new();
            for (other, one) in traits.clone().iter().enumerate() {
                if other != index {
                    others.push(self.lit(one));
                }
            }
            match traits[index].clone() {
                Trait::Values(variable, values) => {
                    let count = match self.space.encoder.domains.get(variable as usize) {
                        Some(Some(Domain::Finite { values, .. })) => values.len(),
                        _ => 0,
                    };
                    let mut wide = values.clone();
                    for value in (0..count).filter(|value| !values.contains(value)) {
                        let lit = self.space.encoder.is_value(variable, value);
                        if self.fits(lit, &others, outside, inside) {
                            wide.push(value);
                        }
                    }
                    traits[index] = Trait::Values(variable, wide);
                }
                Trait::Weekday(day, days) => {
                    let Some(lits) = self.space.encoder.weekdays.get(&day).copied() else { continue };
                    let mut wide = days.clone();
                    for other in (0..7).filter(|other| !days.contains(other)) {
                        if self.fits(lits[other], &others, outside, inside) {
                            wide.push(other);
                        }
                    }
                    wide.sort_unstable();
                    traits[index] = Trait::Weekday(day, wide);
                }
                Trait::Between(variable, low, high) => {
                    traits[index] = self.stretched(variable, (low, high), &others, outside, inside);
                }
                _ => {}
            }
        }
        traits
    }

    /// Whether a further value of a fact keeps everybody outside excluded, and somebody inside has it.
    fn fits(&mut self, lit: Lit, others: &[Lit], outside: &[Lit], inside: &[Lit]) -> bool {
        let with = [others, &[lit]].concat();
        let inside = [&with, inside].concat();
        // What earlier answers tell of the second question may spare the first.
        self.space.nobody_yet(&inside) != Some(true) && self.excludes(&with, outside) && self.space.somebody(&inside)
    }

    /// Stretches an interval over its neighbours, cell by cell.
    fn stretched(
        &mut self,
        variable: u32,
        (mut low, mut high): (i128, i128),
        others: &[Lit],
        outside: &[Lit],
        inside: &[Lit],
    ) -> Trait {
        let starts: Vec<i128> = match self.space.encoder.domains.get(variable as usize) {
            Some(Some(Domain::Ordered { line, .. })) => {
                std::iter::once(line.least).chain(line.reached.keys().copied()).collect()
            }
            _ => Vec::new(),
        };
        while let Some(&before) = starts.iter().rev().find(|&&start| start < low) {
            let cell = self.lit(&Trait::Between(variable, before, low - 1));
            if !self.fits(cell, others, outside, inside) {
                break;
            }
            low = before;
        }
        while let Some(&after) = starts.iter().find(|&&start| start > high) {
            let end = starts.iter().find(|&&start| start > after).map(|start| start - 1);
            let end = end.unwrap_or_else(|| self.greatest(variable));
            let cell = self.lit(&Trait::Between(variable, after, end));
            if !self.fits(cell, others, outside, inside) {
                break;
            }
            high = end;
        }
        Trait::Between(variable, low, high)
    }

    fn greatest(&self, variable: u32) -> i128 {
        match self.space.encoder.domains.get(variable as usize) {
            Some(Some(Domain::Ordered { line, .. })) => line.greatest,
            _ => 0,
        }
    }

    // -- words

    fn region(&self, traits: &[Trait]) -> Region {
        let mut parts: Vec<(u8, Part)> = Vec::new();
        let mut members: BTreeMap<(u32, bool), Vec<Value>> = BTreeMap::new();
        for one in traits {
            match one {
                Trait::Condition(index, holds) => {
                    let condition = &self.conditions[*index];
                    let part = Part::Condition {
                        label: condition.label.clone(),
                        tags: condition.tags.clone(),
                        holds: *holds,
                        at: condition.at,
                    };
                    parts.push((u8::from(!holds), part));
                }
                Trait::Member(variable, member, holds) => {
                    if let Some(Some(Domain::Members { members: all, .. })) =
                        self.space.encoder.domains.get(*variable as usize)
                    {
                        members.entry((*variable, *holds)).or_default().push(all[*member].0.clone());
                    }
                }
                Trait::Comparison(index, holds) => {
                    let part = Part::Condition {
                        label: self.comparison(*index, *holds),
                        tags: Vec::new(),
                        holds: true,
                        at: self.wanted.at,
                    };
                    parts.push((1, part));
                }
                fact => parts.extend(self.fact(fact).map(|part| (2, part))),
            }
        }
        for ((variable, holds), members) in members {
            // Each member that must be there is a part of its own; of those that must not, none is.
            let each: Vec<Vec<Value>> =
                if holds { members.into_iter().map(|member| vec![member]).collect() } else { vec![members] };
            for members in each {
                let members = self.all_of(variable, members);
                let test = if holds { Test::Holds(members) } else { Test::HoldsNone(members) };
                parts.push((2, self.part(variable, test)));
            }
        }
        parts.sort_by_key(|(order, _)| *order);
        Region { all: parts.into_iter().map(|(_, part)| part).collect() }
    }

    fn fact(&self, one: &Trait) -> Option<Part> {
        match one {
            Trait::Values(variable, chosen) => {
                let Some(Some(Domain::Finite { values, .. })) = self.space.encoder.domains.get(*variable as usize)
                else {
                    return None;
                };
                let of = |inside: bool| -> Vec<Value> {
                    let indexes = (0..values.len()).filter(|index| chosen.contains(index) == inside);
                    indexes.map(|index| values[index].clone()).collect()
                };
                let (inside, others) = (self.all_of(*variable, of(true)), self.all_of(*variable, of(false)));
                let test = if others.len() < inside.len() { Test::NotIn(others) } else { Test::In(inside) };
                Some(self.part(*variable, test))
            }
            Trait::Between(variable, low, high) => {
                let Some(Some(Domain::Ordered { axis, line, .. })) = self.space.encoder.domains.get(*variable as usize)
                else {
                    return None;
                };
                let end = |place: i128, end: i128| (place != end).then(|| axis.value(place));
                Some(self.part(*variable, Test::Between(end(*low, line.least), end(*high, line.greatest))))
            }
            Trait::Present(variable, there) => {
                let none = vec![Value::None];
                Some(self.part(*variable, if *there { Test::NotIn(none) } else { Test::In(none) }))
            }
            Trait::Weekday(day, days) => {
                let [variable] = self.space.encoder.ground.reads(*day)[..] else { return None };
                Some(self.part(variable, Test::Weekday(days.iter().map(|&day| day as u32).collect())))
            }
            Trait::Condition(..) | Trait::Member(..) | Trait::Comparison(..) => None,
        }
    }

    /// A comparison as an author would write it.
    fn comparison(&self, index: usize, holds: bool) -> String {
        let Some(((a, b), _)) = self.space.encoder.compared.get_index(index) else { return String::new() };
        let side = |side: &Side| self.space.encoder.side_text(side);
        if holds { format!("{} < {}", side(a), side(b)) } else { format!("{} <= {}", side(b), side(a)) }
    }

    /// All members that representatives of a country or another enum stand for, sorted.
    fn all_of(&self, variable: u32, mut values: Vec<Value>) -> Vec<Value> {
        values.sort();
        let ty = &self.space.encoder.ground.variable(variable).ty;
        let group = enum_of(ty).and_then(|id| self.space.encoder.ground.groups.made(id));
        let Some(group) = group else { return values };
        let mut all = group.all_of(&values);
        all.extend(values.into_iter().filter(|value| !matches!(value, Value::Member(..))));
        all.sort();
        all.dedup();
        all
    }

    fn part(&self, variable: u32, test: Test) -> Part {
        let variable = self.space.encoder.ground.variable(variable);
        let fact = self.program.fact(variable.at.fact);
        let key = variable.at.text(self.program);
        let label = match (&fact.label, variable.at.path.is_empty()) {
            (Some(label), true) => label.clone(),
            _ => key.clone(),
        };
        let (key, name) = match variable.at.path[..] {
            [] => (key, fact.name.clone()),
            [u32::MAX] => (fact.key.clone(), format!("count({})", fact.name)),
            _ => (key.clone(), key),
        };
        let words = test_words(self.program, &name, &variable.ty, &test);
        Part::Fact { fact: FactId(variable.at.fact.0), key, label, test, words }
    }
}

/// What a fact is, as an author would write it.
fn test_words(program: &Program, name: &str, ty: &Type, test: &Test) -> String {
    let text = |value: &Value| program.value_text(value, ty);
    let member = |value: &Value| match ty.required() {
        Type::Set(inner) => program.value_text(value, inner),
        _ => program.value_text(value, ty),
    };
    let list = |values: &[Value]| short(values.iter().map(text).collect());
    let members = |values: &[Value]| short(values.iter().map(member).collect());
    match test {
        Test::In(values) if *ty == Type::YesNo && values.len() == 1 => match &values[0] {
            Value::Bool(true) => name.to_owned(),
            _ => format!("not {name}"),
        },
        Test::In(values) => match &values[..] {
            [only] => format!("{name} is {}", text(only)),
            many => format!("{name} in {{{}}}", list(many)),
        },
        Test::NotIn(values) => match &values[..] {
            [] => format!("any {name}"),
            [only] => format!("{name} is not {}", text(only)),
            many => format!("{name} not in {{{}}}", list(many)),
        },
        Test::Between(Some(low), Some(high)) if low == high => format!("{name} is {}", text(low)),
        Test::Between(Some(low), Some(high)) => format!("{} <= {name} <= {}", text(low), text(high)),
        Test::Between(Some(low), None) => format!("{name} >= {}", text(low)),
        Test::Between(None, Some(high)) => format!("{name} <= {}", text(high)),
        Test::Between(None, None) => format!("any {name}"),
        Test::Holds(values) => match &values[..] {
            [only] => format!("{} in {name}", member(only)),
            many => format!("{name} overlaps {{{}}}", members(many)),
        },
        Test::HoldsNone(values) => match &values[..] {
            [only] => format!("{} not in {name}", member(only)),
            many => format!("not {name} overlaps {{{}}}", members(many)),
        },
        Test::Weekday(days) => {
            const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
            let days: Vec<&str> = days.iter().filter_map(|&day| DAYS.get(day as usize).copied()).collect();
            format!("weekday of {name} in {{{}}}", days.join(", "))
        }
    }
}

/// A list on which nobody counts to fifty.
fn short(mut words: Vec<String>) -> String {
    let count = words.len();
    if count > MAX_WORDS {
        words.truncate(MAX_WORDS);
        words.push(format!("… {} more", count - MAX_WORDS));
    }
    words.join(", ")
}

fn contains(outer: &Span, inner: &Span) -> bool {
    outer.source == inner.source && outer.start <= inner.start && inner.end <= outer.end
}

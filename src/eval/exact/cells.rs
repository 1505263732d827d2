//! For each variable a finite list of values that stands for all of them.
//!
//! Values are alike when every node that reads only this variable comes to the same; one of each kind is kept. Finite types
//! are listed whole, sets by the groups of their members, ordered types by the places where a comparison turns: the last
//! place before and the first place after each turn, and both ends.
//!
//! Two unknown values compared with each other turn at each other's values, so their places are carried over, once for each
//! ordered variable: eliminating a variable from comparisons of two (`x + c <= y`) adds up at most as many of them as there
//! are variables. Comparisons of three and more are carried over too, but are exact only where they share no variable with
//! another; otherwise, and beyond the limits below, the node counts as opaque and the answer says so (D13).

use std::collections::{BTreeSet, HashMap, HashSet};

use indexmap::IndexMap;

use super::axis::Axis;
use super::ground::{Gid, Ground, Term, children, cone};
use super::groups::members;
use super::shape::{Points, Side, date_range, leaves, pairs, pieces};
use crate::eval::MAX_POSSIBLE;
use crate::eval::kernel::{Key, decide};
use crate::program::Op;
use crate::value::{Evaluated, Type, Value};

/// An ordered variable with at most so many places is listed whole: ages, counts, days of a short period.
pub(crate) const MAX_WHOLE: i128 = 200;

#[cfg(test)]
thread_local! {
    /// Tests of the search for cuts list nothing whole.
    pub(crate) static WHOLE: std::cell::Cell<i128> = const { std::cell::Cell::new(MAX_WHOLE) };
}

fn listed_whole(axis: &Axis) -> bool {
    #[cfg(test)]
    let most = WHOLE.get();
    #[cfg(not(test))]
    let most = MAX_WHOLE;
    axis.greatest - axis.least < most
}

/// How many places of one ordered variable are told apart.
const MAX_PLACES: usize = 400;

/// How many values of the other variables one comparison is tried with.
const MAX_COMBINATIONS: usize = 4096;

/// How many comparisons are followed; with more, all of them are opaque.
const MAX_COMPARISONS: usize = 300;

/// How many nodes the search evaluates in all; after that, what is not settled is opaque.
const MAX_EVALUATIONS: usize = 1_000_000;

/// The cells of every variable of one analysis.
pub(crate) struct Cells {
    /// By variable; empty for variables that are not part of the analysis.
    pub(crate) values: Vec<Vec<Value>>,
    /// Nodes taken for opaque.
    pub(crate) opaque: HashSet<Gid>,
}

/// Two sides that nodes compare.
struct Comparison {
    nodes: Vec<Gid>,
    a: Side,
    b: Side,
    /// The variables they read, and of those the ordered ones.
    reads: BTreeSet<u32>,
    ordered: Vec<u32>,
    /// By ordered variable, as many values of each variable read as were tried before.
    tried: Vec<Vec<usize>>,
}

struct Search<'a, 'g, 'p> {
    ground: &'g Ground<'p>,
    points: Points<'g, 'p>,
    cone: &'a [Gid],
    variables: Vec<u32>,
    axes: Vec<Option<Axis>>,
    places: Vec<BTreeSet<i128>>,
    /// The same, in the order in which they were found.
    found: Vec<Vec<i128>>,
    finite: Vec<Vec<Value>>,
    opaque: HashSet<Gid>,
    /// Ordered variables listed whole: nothing about them is to be found out.
    whole: BTreeSet<u32>,
    /// By variable: the value of the present combination.
    chosen: Vec<usize>,
    seeds: &'a HashMap<u32, Value>,
}

/// Finds the cells of all variables below `roots`, whose cone is given. `terms` are roots whose value is an outcome.
/// With `seeds`, the values some variables have at present: they are among the cells, first, and values near them next.
pub(crate) fn cells(
    ground: &Ground<'_>,
    cone: &[Gid],
    roots: &[Gid],
    terms: &[Gid],
    seeds: &HashMap<u32, Value>,
) -> Cells {
    let count = ground.variables.len();
    let mut used = BTreeSet::new();
    cone.iter().for_each(|&id| used.extend(ground.reads(id)));
    let mut search = Search {
        ground,
        points: Points::new(ground),
        cone,
        variables: used.into_iter().collect(),
        axes: vec![None; count],
        places: vec![BTreeSet::new(); count],
        found: vec![Vec::new(); count],
        finite: vec![Vec::new(); count],
        opaque: HashSet::new(),
        whole: BTreeSet::new(),
        chosen: vec![0; count],
        seeds,
    };
    search.start();
    search.compare(!terms.is_empty());
    search.weekdays();
    search.outcomes(terms);
    search.finish(roots)
}

impl Search<'_, '_, '_> {
    fn start(&mut self) {
        let ground = self.ground;
        let texts = self.texts();
        let added = self.added_to_dates();
        for index in self.variables.clone() {
            let variable = ground.variable(index);
            let (place, ty) = (index as usize, variable.ty.required());
            if variable.ty.is_optional() {
                self.finite[place].push(Value::None);
            }
            let values = match ty {
                Type::YesNo => vec![Value::Bool(false), Value::Bool(true)],
                Type::Enum(id) => {
                    let mut values = members(ground.program, *id);
                    if ground.program.enum_type(*id).open {
                        values.extend(texts.iter().cloned());
                    }
                    values.sort();
                    values.dedup();
                    values
                }
                Type::Text => texts.iter().cloned().collect(),
                Type::Set(inner) => match inner.as_ref() {
                    Type::Enum(id) => ground.groups.made(*id).map_or_else(Vec::new, |group| group.subsets()),
                    _ => Vec::new(),
                },
                ordered => {
                    let axis = Axis::new(ordered, variable.within.as_ref(), added.contains(&index));
                    if let Some(axis) = axis {
                        self.see(place, [axis.least, axis.greatest]);
                        if listed_whole(&axis) {
                            self.see(place, axis.least..=axis.greatest);
                            self.whole.insert(index);
                        }
                    }
                    self.axes[place] = axis;
                    Vec::new()
                }
            };
            self.finite[place].extend(values);
            if let Some(seed) = self.seeds.get(&index) {
                self.seed(place, seed);
            }
        }
    }

    /// Adds places of a variable.
    fn see(&mut self, place: usize, places: impl IntoIterator<Item = i128>) {
        for at in places {
            if self.places[place].insert(at) {
                self.found[place].push(at);
            }
        }
    }

    /// Adds a value a variable has at present, and of sets those with one member more or less.
    fn seed(&mut self, place: usize, seed: &Value) {
        if let Some(axis) = self.axes[place] {
            self.see(place, axis.place(seed).filter(|at| (axis.least..=axis.greatest).contains(at)));
            return;
        }
        let mut near = vec![seed.clone()];
        if let Value::Set(members) = seed {
            let known: BTreeSet<Value> = self.finite[place]
                .iter()
                .filter_map(|value| match value {
                    Value::Set(members) => Some(members.iter().cloned()),
                    _ => None,
                })
                .flatten()
                .chain(members.iter().cloned())
                .collect();
            for member in known {
                let mut other = members.as_ref().clone();
                if !other.remove(&member) {
                    other.insert(member);
                }
                near.push(Value::Set(other.into()));
            }
        }
        near.retain(|value| !self.finite[place].contains(value));
        self.finite[place].extend(near);
    }

    /// The texts that nodes know, and one for each unknown text that is none of them.
    fn texts(&self) -> BTreeSet<Value> {
        let mut texts = BTreeSet::new();
        for &id in self.cone {
            if let Term::Known(Evaluated::Value(value)) = self.ground.term(id) {
                match value {
                    Value::Text(_) => drop(texts.insert(value.clone())),
                    Value::Set(members) => {
                        texts.extend(members.iter().filter(|member| matches!(member, Value::Text(_))).cloned())
                    }
                    _ => {}
                }
            }
        }
        let free = |ty: &Type| match ty.required() {
            Type::Text => true,
            Type::Enum(id) => self.ground.program.enum_type(*id).open,
            _ => false,
        };
        let wanted = self.variables.iter().filter(|&&index| free(&self.ground.variable(index).ty)).count();
        let (mut added, mut number) = (0, 1);
        while added < wanted {
            let text = if number == 1 { "other".to_string() } else { format!("other {number}") };
            added += usize::from(texts.insert(Value::Text(text.into())));
            number += 1;
        }
        texts
    }

    /// The variables that count months, days or minutes added to a date.
    fn added_to_dates(&self) -> BTreeSet<u32> {
        let mut added = BTreeSet::new();
        for &id in self.cone {
            if let Term::Apply(Key::Node(node), parts) = self.ground.term(id) {
                let op = self.ground.program.op(*node);
                if matches!(op, Op::AddMonths(..) | Op::AddDays(..) | Op::AddMinutes(..) | Op::AddBusinessDays(..)) {
                    added.extend(self.ground.reads(parts[1]));
                }
            }
        }
        added
    }

    fn ordered(&self, variables: &BTreeSet<u32>) -> Vec<u32> {
        let open = |index: &u32| self.axes[*index as usize].is_some() && !self.whole.contains(index);
        variables.iter().copied().filter(open).collect()
    }

    /// The parts of the earliest or latest of dates that share no unknown fact: as an outcome it is taken apart.
    fn dates_apart(&self, id: Gid) -> Option<&[Gid]> {
        let Term::Apply(Key::Node(node), parts) = self.ground.term(id) else { return None };
        let info = self.ground.program.info(*node);
        let apart = |place: usize| {
            let reads = self.ground.reads(parts[place]);
            parts[..place].iter().all(|&other| self.ground.reads(other).iter().all(|index| !reads.contains(index)))
        };
        let extreme = matches!(self.ground.program.op(*node), Op::Min(_) | Op::Max(_)) && info.ty == Type::Date;
        (extreme && (0..parts.len()).all(apart)).then_some(parts)
    }

    /// The comparisons of all nodes, each once, taken apart where a side is one of several. `outcomes`: also those within dates
    /// that are outcomes.
    fn comparisons(&self, outcomes: bool) -> Vec<Comparison> {
        let ground = self.ground;
        let mut found: IndexMap<(Side, Side), Vec<Gid>> = IndexMap::new();
        let mut note = |id: Gid, a: &Side, b: &Side| {
            let pair = if a <= b { (a.clone(), b.clone()) } else { (b.clone(), a.clone()) };
            let nodes = found.entry(pair).or_default();
            if nodes.last() != Some(&id) {
                nodes.push(id);
            }
        };
        for &id in self.cone {
            for (a, b) in pairs(ground, id) {
                let (left, right) = (leaves(ground, &a), leaves(ground, &b));
                left.0.iter().for_each(|a| right.0.iter().for_each(|b| note(id, a, b)));
                for (side, _) in [left, right].into_iter().filter(|(_, ranged)| *ranged) {
                    side.iter().for_each(|a| date_range().iter().for_each(|b| note(id, a, b)));
                }
            }
            let parts = self.dates_apart(id).filter(|_| outcomes).unwrap_or_default();
            for (place, &part) in parts.iter().enumerate() {
                date_range().iter().for_each(|b| note(id, &Side::Node(part), b));
                parts[..place].iter().for_each(|&other| note(id, &Side::Node(part), &Side::Node(other)));
            }
        }
        let comparison = |((a, b), nodes): ((Side, Side), Vec<Gid>)| {
            let mut reads = BTreeSet::new();
            [&a, &b].into_iter().filter_map(Side::node).for_each(|node| reads.extend(ground.reads(node)));
            let ordered = self.ordered(&reads);
            let tried = vec![Vec::new(); ordered.len()];
            Comparison { nodes, a, b, reads, ordered, tried }
        };
        found.into_iter().map(comparison).filter(|comparison| !comparison.ordered.is_empty()).collect()
    }

    /// Adds the places where comparisons turn.
    fn compare(&mut self, outcomes: bool) {
        let mut list = self.comparisons(outcomes);
        // Sums of three and more must not share a variable with another comparison of several.
        for Comparison { nodes, ordered, .. } in &list {
            let shares = |other: &Vec<u32>| {
                other.len() > 1 && other != ordered && other.iter().any(|variable| ordered.contains(variable))
            };
            if ordered.len() > 2 && list.iter().any(|other| shares(&other.ordered)) {
                self.opaque.extend(nodes);
            }
        }
        // Too many to follow each from place to place; and where a product of two unknowns equals a number depends on its factors,
        // which no finite list of places holds.
        let too_many = list.len() > MAX_COMPARISONS;
        for Comparison { nodes, ordered, .. } in &list {
            for &id in nodes {
                if too_many || (ordered.len() > 1 && self.multiplies_unknowns(id)) {
                    self.opaque.insert(id);
                }
            }
        }
        let most = self.axes.iter().flatten().count();
        for round in 0..=most {
            let mut grown = false;
            for comparison in &mut list {
                let opaque = comparison.nodes.iter().all(|id| self.opaque.contains(id));
                if opaque || (round > 0 && comparison.ordered.len() < 2) {
                    continue;
                }
                for place in 0..comparison.ordered.len() {
                    let variable = comparison.ordered[place];
                    match self.turns(comparison, place) {
                        Some(breaks) => grown |= self.add(variable, breaks),
                        None => self.opaque.extend(&comparison.nodes),
                    }
                    if self.places[variable as usize].len() > MAX_PLACES {
                        self.opaque.extend(&comparison.nodes);
                    }
                }
            }
            if !grown {
                break;
            }
        }
    }

    /// Whether a node holds a product or quotient of two unknown numbers.
    fn multiplies_unknowns(&self, id: Gid) -> bool {
        let moving = |part: Gid| {
            let reads: BTreeSet<u32> = self.ground.reads(part).iter().copied().collect();
            !self.ordered(&reads).is_empty()
        };
        cone(self.ground, &[id]).into_iter().any(|node| match self.ground.term(node) {
            Term::Apply(Key::Node(op), parts) => {
                matches!(self.ground.program.op(*op), Op::Multiply(..) | Op::Divide(..))
                    && parts.iter().all(|&part| moving(part))
            }
            _ => false,
        })
    }

    /// Adds both sides of each break.
    fn add(&mut self, variable: u32, breaks: BTreeSet<i128>) -> bool {
        let Some(axis) = self.axes[variable as usize] else { return false };
        let (places, found) = (&mut self.places[variable as usize], &mut self.found[variable as usize]);
        let before = found.len();
        for place in breaks.into_iter().flat_map(|place| [place - 1, place]) {
            if (axis.least..=axis.greatest).contains(&place) && places.insert(place) {
                found.push(place);
            }
        }
        found.len() > before
    }

    /// The breaks of a comparison in one of its variables, with the others at each of their places: those not tried before.
    fn turns(&mut self, comparison: &mut Comparison, place: usize) -> Option<BTreeSet<i128>> {
        let variable = comparison.ordered[place];
        let axis = self.axes[variable as usize]?;
        let mut all = BTreeSet::new();
        let (a, b) = (&comparison.a, &comparison.b);
        let counts = self.each_combination(&comparison.reads, variable, &comparison.tried[place], |points| {
            all.extend(points.crossing(a, b, variable, &axis).ok()?);
            Some(())
        })?;
        comparison.tried[place] = counts;
        Some(all)
    }

    /// Calls `f` with all variables but one at each combination of their values, but for those of the first `tried` values of
    /// each. Returns how many values each has. Nothing if there are too many combinations.
    fn each_combination(
        &mut self,
        reads: &BTreeSet<u32>,
        but: u32,
        tried: &[usize],
        mut f: impl FnMut(&mut Points<'_, '_>) -> Option<()>,
    ) -> Option<Vec<usize>> {
        let others: Vec<(u32, Vec<Value>)> =
            reads.iter().filter(|&&index| index != but).map(|&index| (index, self.candidates(index))).collect();
        let counts: Vec<usize> = others.iter().map(|(_, values)| values.len()).collect();
        let total = counts.iter().copied().fold(1usize, usize::saturating_mul);
        if total > MAX_COMBINATIONS {
            return None;
        }
        for number in 0..total {
            let mut rest = number;
            let mut new = tried.is_empty();
            for (place, (index, values)) in others.iter().enumerate() {
                let value = rest % values.len();
                new |= tried.get(place).is_some_and(|&tried| value >= tried);
                self.chosen[*index as usize] = value;
                rest /= values.len();
            }
            if !new {
                continue;
            }
            for (index, values) in &others {
                self.points.set(*index, values[self.chosen[*index as usize]].clone());
            }
            if self.points.evaluated > MAX_EVALUATIONS {
                return None;
            }
            f(&mut self.points)?;
        }
        Some(counts)
    }

    /// The values of a variable, those found last at the end.
    fn candidates(&self, index: u32) -> Vec<Value> {
        let place = index as usize;
        let ordered = self.axes[place].iter().flat_map(|axis| self.found[place].iter().map(|&at| axis.value(at)));
        self.finite[place].iter().cloned().chain(ordered).collect()
    }

    /// Where the day of the week is read, every day of a week.
    fn weekdays(&mut self) {
        let compared: BTreeSet<u32> = self
            .cone
            .iter()
            .flat_map(|&id| {
                let two = |(a, b): &(Side, Side)| {
                    let mut reads = BTreeSet::new();
                    [a, b].into_iter().filter_map(Side::node).for_each(|node| reads.extend(self.ground.reads(node)));
                    let ordered = self.ordered(&reads);
                    if ordered.len() > 1 { ordered } else { Vec::new() }
                };
                pairs(self.ground, id).iter().flat_map(two).collect::<Vec<_>>()
            })
            .collect();
        for &id in self.cone {
            let Term::Apply(Key::Node(node), parts) = self.ground.term(id) else { continue };
            if !matches!(self.ground.program.op(*node), Op::WeekdayOf(_)) {
                continue;
            }
            match self.ground.term(parts[0]) {
                Term::Variable(index) if self.whole.contains(index) => {}
                Term::Variable(index) if !compared.contains(index) => {
                    let (place, Some(axis)) = (*index as usize, self.axes[*index as usize]) else { continue };
                    let starts: Vec<i128> = self.places[place].iter().copied().collect();
                    let within = |day: &i128| *day <= axis.greatest;
                    self.see(place, starts.iter().flat_map(|start| start + 1..start + 7).filter(within));
                }
                _ if self.ground.reads(parts[0]).iter().all(|index| self.whole.contains(index)) => {}
                _ => drop(self.opaque.insert(id)),
            }
        }
    }

    /// Adds the places where an outcome that moves changes its value, as many as are listed one by one.
    fn outcomes(&mut self, roots: &[Gid]) {
        // A value, and the check of its range around it: where that fails, the outcome is an error.
        let mut waiting: Vec<(Gid, Option<Gid>)> = roots.iter().map(|&root| (root, None)).collect();
        let mut seen = HashSet::new();
        while let Some((id, checked)) = waiting.pop() {
            // Of what is opaque nothing is to be found out.
            if self.opaque.contains(&id) || !seen.insert((id, checked)) {
                continue;
            }
            match self.ground.term(id) {
                Term::Finish(_, part) => waiting.push((*part, Some(id))),
                Term::Decide(decision, _, parts) => {
                    let count = decide::rules(&self.ground.program.decision(*decision).body).len();
                    waiting.extend(parts[count..].iter().map(|&part| (part, checked)));
                }
                Term::Apply(Key::If, parts) => waiting.extend(parts[1..].iter().map(|&part| (part, checked))),
                Term::Apply(Key::Asked(_), parts) => waiting.push((parts[0], checked.or(Some(id)))),
                Term::Apply(Key::Node(node), parts) => match self.ground.program.op(*node) {
                    Op::Clause(..) => waiting.push((parts[0], checked)),
                    Op::Rows { .. } => {
                        let last = parts.len() - 1;
                        let outputs = parts.iter().enumerate();
                        let outputs = outputs.filter(|(place, _)| place % 2 == 1 || *place == last);
                        waiting.extend(outputs.map(|(_, &part)| (part, checked)));
                    }
                    Op::SetOf(_) => waiting.extend(parts.iter().map(|&part| (part, checked))),
                    Op::Min(_) | Op::Max(_) if self.dates_apart(id).is_some() => {
                        waiting.extend(parts.iter().map(|&part| (part, None)));
                    }
                    _ => self.values_of(id, checked),
                },
                _ => self.values_of(id, checked),
            }
        }
    }

    fn values_of(&mut self, id: Gid, checked: Option<Gid>) {
        let reads: BTreeSet<u32> = self.ground.reads(id).iter().copied().collect();
        for variable in self.ordered(&reads) {
            let Some(axis) = self.axes[variable as usize] else { continue };
            let places = self.places[variable as usize].clone();
            let mut turns = BTreeSet::new();
            let found = self.each_combination(&reads, variable, &[], |points| {
                // Within its own breaks and the places so far it only rises or only falls.
                let breaks = points.breaks(id, variable, &axis).ok()?;
                for (mut from, to) in pieces(&breaks.union(&places).copied().collect(), &axis) {
                    let fails = |points: &mut Points<'_, '_>| {
                        checked.map(|checked| matches!(points.at(checked), Evaluated::Error(_)))
                    };
                    turns.extend(points.turn(variable, &axis, (from, to), None, &mut { fails }));
                    // The last place before a piece shows its value too: the next may be the first error.
                    turns.insert(from);
                    if points.evaluated > MAX_EVALUATIONS {
                        return None;
                    }
                    for _ in 0..MAX_POSSIBLE {
                        match points.turn(variable, &axis, (from, to), Some(from + 1), &mut |points| points.at(id)) {
                            Some(turn) => {
                                turns.insert(turn);
                                from = turn;
                            }
                            None => break,
                        }
                    }
                }
                turns.extend(breaks);
                Some(())
            });
            match found {
                Some(_) => drop(self.add(variable, turns)),
                None => drop(self.opaque.insert(id)),
            }
            if self.places[variable as usize].len() > 8 * MAX_PLACES {
                self.opaque.insert(id);
            }
        }
    }

    /// Keeps one value of each kind.
    fn finish(mut self, roots: &[Gid]) -> Cells {
        // The largest nodes that read one variable alone: through them it acts on everything else.
        let mut alone: Vec<BTreeSet<Gid>> = vec![BTreeSet::new(); self.axes.len()];
        let mut covered: HashSet<Gid> = HashSet::new();
        for &id in self.cone.iter().rev() {
            let reads = self.ground.reads(id);
            if let ([only], false) = (reads, covered.contains(&id)) {
                alone[*only as usize].insert(id);
            }
            if reads.len() == 1 {
                children(self.ground.term(id), |child| covered.extend([child]));
            }
        }
        // A node covered by one parent may be read by another that reads more.
        for &id in self.cone {
            if self.ground.reads(id).len() > 1 {
                children(self.ground.term(id), |child| {
                    if let [only] = self.ground.reads(child) {
                        alone[*only as usize].insert(child);
                    }
                });
            }
        }
        for &id in roots {
            if let [only] = self.ground.reads(id) {
                alone[*only as usize].insert(id);
            }
        }
        let mut values = vec![Vec::new(); self.axes.len()];
        for &index in &self.variables.clone() {
            let nodes = &alone[index as usize];
            let mut kinds: HashSet<Vec<Evaluated>> = HashSet::new();
            let axis = self.axes[index as usize];
            let ordered = axis.iter().flat_map(|axis| self.places[index as usize].iter().map(|&at| axis.value(at)));
            let mut candidates: Vec<Value> = self.finite[index as usize].iter().cloned().chain(ordered).collect();
            if let Some(seed) = self.seeds.get(&index) {
                candidates.sort_by_cached_key(|value| distance(axis.as_ref(), seed, value));
            }
            for value in candidates {
                self.points.set(index, value.clone());
                let kind: Vec<Evaluated> = nodes.iter().map(|&node| self.points.at(node)).collect();
                if kinds.insert(kind) {
                    values[index as usize].push(value);
                }
            }
        }
        Cells { values, opaque: self.opaque }
    }
}

/// How far a value is from another: 0 only for itself.
fn distance(axis: Option<&Axis>, from: &Value, to: &Value) -> u128 {
    match (axis.and_then(|axis| Some((axis.place(from)?, axis.place(to)?))), from, to) {
        (Some((from, to)), _, _) => from.abs_diff(to),
        (None, Value::Set(from), Value::Set(to)) => from.symmetric_difference(to).count() as u128,
        (None, from, to) => u128::from(from != to),
    }
}

//! Whether comparisons of several ordered facts can hold together.
//!
//! The solver of clauses knows a comparison such as `issued + 12 months < today` only as a literal. A model is checked here:
//! each fact lies between two places, and each comparison, or its opposite, must hold. Every comparison gets truer when one of
//! its facts rises and falser when another does. So we start with all facts at their least places and raise what a broken
//! comparison needs raised, by the least that mends it: if any solution exists, the least one is found (a monotone system, as
//! in difference logic; months and calendars are judged by the interpreter's own operations). When nothing can be raised,
//! the comparisons and ends involved cannot all hold, and the solver is told so.
//!
//! A circle of comparisons each of which moves a fact on would be raised without end; it is found before, on what follows plainly
//! from each comparison ([`Demand::gap`]), as Bellman and Ford find negative circles.
//!
//! Where two facts of one comparison could be raised, each is tried; if both fail nothing is known.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::Gap;
use super::sat::Lit;
use crate::eval::exact::axis::Axis;
use crate::eval::exact::ground::{Gid, Term};
use crate::eval::exact::shape::{Points, Side};
use crate::value::{Evaluated, Value};

/// What must hold of some facts.
#[derive(Debug, Clone)]
pub(crate) struct Demand {
    pub(crate) what: What,
    /// What follows from it, if that is plain.
    pub(crate) gap: Option<Gap>,
    /// The literals that demand it.
    pub(crate) because: Vec<Lit>,
}

/// A comparison, or the day of the week.
#[derive(Debug, Clone)]
pub(crate) enum What {
    /// `a < b`, or (`false`) not; raising the variables of `ups` makes it truer, of `downs` falser.
    Less { a: Side, b: Side, holds: bool, ups: Vec<u32>, downs: Vec<u32> },
    /// The day of a node is this one of the week, 0 is monday.
    Weekday { day: u32, of: u32, weekday: u32 },
}

/// A variable and where it lies.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) axis: Axis,
    pub(crate) low: (i128, Lit),
    pub(crate) high: (i128, Lit),
}

/// Where facts lie, and what must hold of them.
#[derive(Debug, Clone)]
pub(crate) struct Demands {
    pub(crate) places: BTreeMap<u32, Place>,
    pub(crate) demands: Vec<Demand>,
    /// What holds anyway between nodes that are so many months apart.
    pub(crate) links: Vec<Gap>,
    /// The variables on whose range links rest: what clashes by a link clashes because of it.
    pub(crate) ranges: BTreeSet<u32>,
}

/// What the demands came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Settled {
    /// They hold at these places.
    At(BTreeMap<u32, i128>),
    /// They cannot hold together because of these literals.
    Clash(Vec<Lit>),
    /// Not known.
    Open,
}

/// How often facts are raised in one check. A chain of thirty comparisons raises each fact a few times.
const MAX_RAISES: usize = 4_000;
/// How many ways to raise are tried in one check.
const MAX_BRANCHES: usize = 64;
/// A fact with fewer places than this is tried at each of them.
const MAX_LISTED: i128 = 200;
/// How many days are looked through for a day of the week.
const MAX_DAYS: i128 = 800;

/// Checks whether all demands can hold.
pub(crate) fn settle(points: &mut Points<'_, '_>, all: &Demands) -> Settled {
    let Demands { places, demands, links, ranges } = all;
    let (places, relaxed) = (places.clone(), BTreeSet::new());
    let mut check = Check { points, places, demands, links, ranges, raises: 0, branches: 0, relaxed };
    let all: Vec<usize> = (0..demands.len()).collect();
    match check.solve(&all, check.start()) {
        Found::At(at) => Settled::At(at),
        Found::Open => Settled::Open,
        Found::Clash(involved) => Settled::Clash(check.blame(involved)),
    }
}

enum Found {
    At(BTreeMap<u32, i128>),
    Clash(Vec<usize>),
    Open,
}

struct Check<'a, 'b, 'g, 'p> {
    points: &'b mut Points<'g, 'p>,
    places: BTreeMap<u32, Place>,
    demands: &'a [Demand],
    links: &'a [Gap],
    ranges: &'a BTreeSet<u32>,
    raises: usize,
    branches: usize,
    /// Facts that lie in each demand where that likes them best: what fails even so cannot hold.
    relaxed: BTreeSet<u32>,
}

impl Check<'_, '_, '_, '_> {
    /// Returns the literals of a clash, without those that are not needed: short clauses teach the solver more.
    fn blame(&mut self, involved: Vec<usize>) -> Vec<Lit> {
        let mut needed = involved;
        let mut index = 0;
        while index < needed.len() {
            let mut without = needed.clone();
            without.remove(index);
            match self.again(&without) {
                Found::Clash(smaller) => needed.retain(|demand| smaller.contains(demand)),
                _ => index += 1,
            }
        }
        let mut lits: BTreeSet<Lit> = BTreeSet::new();
        let variables: BTreeSet<u32> = needed.iter().flat_map(|&demand| self.variables(demand)).collect();
        for variable in variables {
            let Some(place) = self.places.get(&variable).cloned() else { continue };
            for low in [true, false] {
                let (lit, end) =
                    if low { (place.low.1, place.axis.least) } else { (place.high.1, place.axis.greatest) };
                let before = self.places.clone();
                if let Some(place) = self.places.get_mut(&variable) {
                    *(if low { &mut place.low } else { &mut place.high }) = (end, Lit::TRUE);
                }
                if !matches!(self.again(&needed), Found::Clash(_)) {
                    self.places = before;
                    lits.insert(lit);
                }
            }
        }
        // Links were made for these ranges, and are not made again for wider ones.
        let ranges = self.ranges.iter().filter_map(|variable| self.places.get(variable));
        lits.extend(ranges.flat_map(|place| [place.low.1, place.high.1]));
        lits.extend(needed.iter().flat_map(|&demand| self.demands[demand].because.iter().copied()));
        lits.remove(&Lit::TRUE);
        lits.into_iter().collect()
    }

    fn again(&mut self, demands: &[usize]) -> Found {
        (self.raises, self.branches) = (0, 0);
        self.solve(demands, self.start())
    }

    fn start(&self) -> BTreeMap<u32, i128> {
        self.places.iter().map(|(&variable, place)| (variable, place.low.0)).collect()
    }

    fn variables(&self, demand: usize) -> Vec<u32> {
        match &self.demands[demand].what {
            What::Less { ups, downs, .. } => ups.iter().chain(downs).copied().collect(),
            What::Weekday { of, .. } => vec![*of],
        }
    }

    /// Whether a demand is met, all variables being set.
    fn met(&mut self, demand: usize) -> bool {
        match &self.demands[demand].what {
            What::Less { a, b, holds, ups, downs } => {
                for (list, best) in [(ups, true), (downs, false)] {
                    for variable in list.iter().filter(|variable| self.relaxed.contains(variable)) {
                        let place = &self.places[variable];
                        let at = if best { place.high.0 } else { place.low.0 };
                        self.points.set(*variable, place.axis.value(at));
                    }
                }
                self.points.is_less(a, b) == *holds
            }
            What::Weekday { day, weekday, .. } => match self.points.at(*day) {
                Evaluated::Value(Value::Date(date)) => {
                    chrono::Datelike::weekday(&date).num_days_from_monday() == *weekday
                }
                _ => false,
            },
        }
    }

    fn set(&mut self, at: &BTreeMap<u32, i128>) {
        for (variable, place) in at {
            self.points.set(*variable, self.places[variable].axis.value(*place));
        }
    }

    /// Raises facts by what follows plainly from the demands; the demands of a circle that never ends.
    fn spread(
        &self,
        demands: &[usize],
        at: &mut BTreeMap<u32, i128>,
        raised: &mut BTreeMap<u32, BTreeSet<usize>>,
    ) -> Option<Vec<usize>> {
        let gaps = demands.iter().filter_map(|&demand| Some((self.demands[demand].gap?, Some(demand))));
        let gaps: Vec<(Gap, Option<usize>)> = gaps.chain(self.links.iter().map(|&link| (link, None))).collect();
        let ground = self.points.ground;
        let node = |variable: u32| ground.terms.get_index_of(&Term::Variable(variable)).map(|id| id as Gid);
        let nodes: BTreeMap<Gid, u32> = at.keys().filter_map(|&variable| Some((node(variable)?, variable))).collect();
        let mut least: BTreeMap<Gid, i128> = nodes.iter().map(|(&node, variable)| (node, at[variable])).collect();
        let mut cause: BTreeMap<Gid, (Option<usize>, Gid)> = BTreeMap::new();
        let most = least.len() + self.links.len();
        for round in 0..=most {
            let mut last = None;
            for &((low, high, gap), demand) in &gaps {
                let Some(&from) = least.get(&low) else { continue };
                if least.get(&high).is_none_or(|&to| from + gap > to) {
                    least.insert(high, from + gap);
                    cause.insert(high, (demand, low));
                    last = Some(high);
                }
            }
            let Some(mut node) = last else { break };
            if round == most {
                // Walk back into the circle, then once around it.
                for _ in 0..most {
                    node = cause.get(&node)?.1;
                }
                let start = node;
                let mut circle = Vec::new();
                loop {
                    let &(demand, before) = cause.get(&node)?;
                    circle.extend(demand);
                    node = before;
                    if node == start {
                        return Some(circle);
                    }
                }
            }
        }
        for (&node, &variable) in &nodes {
            let (mut blame, mut seen) = (BTreeSet::new(), BTreeSet::new());
            let mut next = node;
            while let Some(&(demand, before)) = cause.get(&next).filter(|_| seen.insert(next)) {
                blame.extend(demand);
                next = before;
            }
            if !blame.is_empty() {
                at.insert(variable, least[&node]);
                raised.insert(variable, blame);
            }
        }
        None
    }

    fn solve(&mut self, demands: &[usize], mut at: BTreeMap<u32, i128>) -> Found {
        // Which demands raised a variable: those a clash may be blamed on.
        let mut raised: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
        if let Some(circle) = self.spread(demands, &mut at, &mut raised) {
            return Found::Clash(circle);
        }
        if let Some((variable, _)) = at.iter().find(|(variable, place)| **place > self.places[variable].high.0) {
            return Found::Clash(raised.get(variable).into_iter().flatten().copied().collect());
        }
        self.set(&at);
        loop {
            let Some(broken) = demands.iter().copied().find(|&demand| !self.met(demand)) else {
                return Found::At(at);
            };
            let mut blame = BTreeSet::from([broken]);
            for variable in self.variables(broken) {
                blame.extend(raised.get(&variable).into_iter().flatten());
            }
            self.raises += 1;
            if self.raises > MAX_RAISES {
                return Found::Open;
            }
            let mut candidates: Vec<u32> = match &self.demands[broken].what {
                What::Less { ups, .. } => ups.clone(),
                What::Weekday { of, .. } => vec![*of],
            };
            candidates
                .retain(|variable| at[variable] < self.places[variable].high.0 && !self.relaxed.contains(variable));
            let raises: Vec<(u32, Option<i128>)> =
                candidates.iter().map(|&variable| (variable, self.raise(broken, variable, at[&variable]))).collect();
            match raises[..] {
                [] => return Found::Clash(blame.into_iter().collect()),
                [(variable, to)] => {
                    let Some(to) = to else { return Found::Clash(blame.into_iter().collect()) };
                    at.insert(variable, to);
                    self.points.set(variable, self.places[&variable].axis.value(to));
                    raised.entry(variable).or_default().extend(blame);
                }
                _ => return self.either(demands, &raises, at, blame),
            }
        }
    }

    /// Several facts could be raised: a fact of few places is tried at each of them, else each fact is raised in turn.
    fn either(
        &mut self,
        demands: &[usize],
        raises: &[(u32, Option<i128>)],
        at: BTreeMap<u32, i128>,
        mut blame: BTreeSet<usize>,
    ) -> Found {
        let width = |place: &Place| place.high.0 - place.low.0;
        let few =
            raises.iter().map(|(variable, _)| *variable).find(|v| (1..MAX_LISTED).contains(&width(&self.places[v])));
        if let Some(variable) = few {
            self.relaxed.insert(variable);
            let found = self.solve(demands, self.start());
            self.relaxed.remove(&variable);
            if let Found::Clash(more) = found {
                blame.extend(more);
                return Found::Clash(blame.into_iter().collect());
            }
            let before = self.places[&variable].clone();
            let mut open = false;
            for place in (before.low.0..=before.high.0).rev() {
                if let Some(fixed) = self.places.get_mut(&variable) {
                    (fixed.low.0, fixed.high.0) = (place, place);
                }
                // Recursion: a fact that is fixed is not tried again.
                let found = self.solve(demands, self.start());
                match found {
                    Found::At(at) => {
                        self.places.insert(variable, before);
                        return Found::At(at);
                    }
                    Found::Clash(more) => blame.extend(more),
                    Found::Open => open = true,
                }
            }
            self.places.insert(variable, before);
            return if open { Found::Open } else { Found::Clash(blame.into_iter().collect()) };
        }
        for &(variable, to) in raises {
            self.branches += 1;
            let Some(to) = to.filter(|_| self.branches <= MAX_BRANCHES) else { continue };
            let mut next = at.clone();
            next.insert(variable, to);
            // Recursion: at most `MAX_BRANCHES` deep.
            if let Found::At(at) = self.solve(demands, next) {
                return Found::At(at);
            }
        }
        Found::Open
    }

    /// Returns the least place from here on at which a demand is met, all other variables staying.
    fn raise(&mut self, demand: usize, variable: u32, from: i128) -> Option<i128> {
        let place = &self.places[&variable];
        let (axis, last) = (place.axis, place.high.0);
        let weekly = matches!(self.demands[demand].what, What::Weekday { .. });
        let met = |check: &mut Self, at: i128| {
            check.points.set(variable, axis.value(at));
            check.met(demand)
        };
        let found = if weekly {
            (from + 1..=last.min(from + MAX_DAYS)).find(|&at| met(self, at))
        } else if from >= last || !met(self, last) {
            None
        } else {
            let (mut not, mut yes) = (from, last);
            while yes - not > 1 {
                let middle = not + (yes - not) / 2;
                if met(self, middle) { yes = middle } else { not = middle }
            }
            Some(yes)
        };
        self.points.set(variable, axis.value(from));
        found
    }
}

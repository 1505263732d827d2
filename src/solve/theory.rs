//! Whether comparisons of several ordered facts can hold together.
//!
//! The solver of clauses knows a comparison such as `issued + 12 months < today` only as a literal. A model is checked here:
//! each fact lies between two places, and each comparison, or its opposite, must hold. Every comparison gets truer when one of
//! its facts rises and falser when another does. So we start with all facts at their least places and raise what a broken
//! comparison needs raised, by the least that mends it: if any solution exists, the least one is found (a monotone system, as
//! in difference logic; months and calendars are judged by the interpreter's own operations). When nothing can be raised,
//! the comparisons and ends involved cannot all hold, and the solver is told so.
//!
//! Where two facts of one comparison could be raised, each is tried; if both fail nothing is known.

use std::collections::{BTreeMap, BTreeSet};

use super::sat::Lit;
use crate::eval::exact::axis::Axis;
use crate::eval::exact::shape::{Points, Side};
use crate::value::{Evaluated, Value};

/// What must hold of some facts.
#[derive(Debug, Clone)]
pub(crate) struct Demand {
    pub(crate) what: What,
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
/// How many days are looked through for a day of the week.
const MAX_DAYS: i128 = 800;

/// Checks demands on the facts at these places.
pub(crate) fn settle(points: &mut Points<'_, '_>, places: &BTreeMap<u32, Place>, demands: &[Demand]) -> Settled {
    let mut check = Check { points, places: places.clone(), demands, raises: 0, branches: 0 };
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
    raises: usize,
    branches: usize,
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
            What::Less { a, b, holds, .. } => self.points.is_less(a, b) == *holds,
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
            self.points.values[*variable as usize] = self.places[variable].axis.value(*place);
        }
    }

    fn solve(&mut self, demands: &[usize], mut at: BTreeMap<u32, i128>) -> Found {
        self.set(&at);
        // Which demands raised a variable: those a clash may be blamed on.
        let mut raised: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
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
            let candidates: Vec<u32> = match &self.demands[broken].what {
                What::Less { ups, .. } => ups.clone(),
                What::Weekday { of, .. } => vec![*of],
            };
            let raises: Vec<(u32, Option<i128>)> =
                candidates.iter().map(|&variable| (variable, self.raise(broken, variable, at[&variable]))).collect();
            match raises[..] {
                [] => return Found::Clash(blame.into_iter().collect()),
                [(variable, to)] => {
                    let Some(to) = to else { return Found::Clash(blame.into_iter().collect()) };
                    at.insert(variable, to);
                    self.points.values[variable as usize] = self.places[&variable].axis.value(to);
                    raised.entry(variable).or_default().extend(blame);
                }
                _ => {
                    for (variable, to) in raises {
                        self.branches += 1;
                        let Some(to) = to.filter(|_| self.branches <= MAX_BRANCHES) else { continue };
                        let mut next = at.clone();
                        next.insert(variable, to);
                        // Recursion: at most `MAX_BRANCHES` deep.
                        if let Found::At(at) = self.solve(demands, next) {
                            return Found::At(at);
                        }
                    }
                    return Found::Open;
                }
            }
        }
    }

    /// Returns the least place from here on at which a demand is met, all other variables staying.
    fn raise(&mut self, demand: usize, variable: u32, from: i128) -> Option<i128> {
        let place = &self.places[&variable];
        let (axis, last) = (place.axis, place.high.0);
        let weekly = matches!(self.demands[demand].what, What::Weekday { .. });
        let mut met = |check: &mut Self, at: i128| {
            check.points.values[variable as usize] = axis.value(at);
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
        self.points.values[variable as usize] = axis.value(from);
        found
    }
}

//! Questions about all applicants at once: is there anybody for whom …, and if not, why not.
//!
//! ```text
//! sat       clauses, assumptions, cores: a solver behind a trait
//! gates     conditions as literals
//! domain    what a fact can be, as literals
//! encode    what a node comes to, case by case; compare, decide: ordered values; rules and tables
//! theory    whether comparisons of several ordered facts can hold together
//! applicant a model as facts that the interpreter can decide again
//! example   somebody as ordinary as can be, and which facts matter
//! ```
//!
//! [`Space`] takes the graph that [`crate::eval::exact::ground`] makes of what is not known, when nothing is. A *no* is a proof.
//! A *yes* comes with an applicant. What could not be taken apart is listed ([`Space::vague`]); an answer that rests on it must
//! be checked by the interpreter, and is no proof.

pub(crate) mod applicant;
pub(crate) mod compare;
pub(crate) mod decide;
pub(crate) mod domain;
pub(crate) mod encode;
pub(crate) mod example;
pub(crate) mod gates;
pub(crate) mod graph;
pub(crate) mod sat;
pub(crate) mod theory;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use chrono::NaiveDate;

use crate::eval::exact::ground::Ground;
use crate::eval::exact::shape::{Points, Seen, Side};

use domain::Domain;
use encode::Encoder;
use sat::{Lit, Solver, Verdict};
use theory::{Demand, Demands, Place, Settled, What, settle};

/// Dates that analyses think of: sums of dates then stay within the calendar, and nobody is told what changes in the year 9999.
pub const FIRST_YEAR: i32 = 1900;
/// See [`FIRST_YEAR`].
pub const LAST_YEAR: i32 = 2199;

/// How many times one question is refined because comparisons could not hold together.
const MAX_REFINEMENTS: usize = 2_000;

/// What a question came to.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// There is somebody.
    Yes(Model),
    /// There is nobody: these assumptions exclude each other.
    No(Vec<Lit>),
    /// Not known: the effort was not enough.
    Unknown,
}

impl Answer {
    /// Whether it is proved that there is nobody.
    pub(crate) fn is_no(&self) -> bool {
        matches!(self, Answer::No(_))
    }
}

/// Somebody: which conditions hold, and where ordered facts lie.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    holds: Rc<[bool]>,
    pub(crate) places: BTreeMap<u32, i128>,
}

impl Model {
    /// Whether it tells of a condition: one that was made after it is not told.
    pub(crate) fn tells(&self, lit: Lit) -> bool {
        lit.variable() < self.holds.len()
    }

    /// Whether a condition holds.
    pub(crate) fn holds(&self, lit: Lit) -> bool {
        self.holds.get(lit.variable()).copied().unwrap_or(false) == lit.is_positive()
    }
}

/// Answers of one kind that are remembered, the latest.
const MAX_PAST: usize = 256;

/// What earlier questions came to. What holds of everybody only grows, so it stays true.
#[derive(Default)]
struct Past {
    /// Somebody, each.
    found: VecDeque<Rc<[bool]>>,
    /// Conditions that exclude each other, each list sorted.
    excluded: VecDeque<Vec<Lit>>,
}

impl Past {
    fn found(&mut self, model: &Model) {
        self.found.truncate(MAX_PAST - 1);
        self.found.push_front(model.holds.clone());
    }

    fn excluded(&mut self, mut core: Vec<Lit>) {
        core.sort_unstable();
        self.excluded.truncate(MAX_PAST - 1);
        self.excluded.push_front(core);
    }

    /// Whether there is nobody for whom all of these hold; nothing if that was not asked before.
    fn nobody(&self, assumptions: &[Lit]) -> Option<bool> {
        // One that was found before a condition was made is not known to satisfy it.
        let holds = |holds: &[bool], lit: &Lit| holds.get(lit.variable()) == Some(&lit.is_positive());
        if self.found.iter().any(|one| assumptions.iter().all(|lit| holds(one, lit))) {
            return Some(false);
        }
        let mut sorted = assumptions.to_vec();
        sorted.sort_unstable();
        let within = |core: &Vec<Lit>| core.iter().all(|lit| sorted.binary_search(lit).is_ok());
        self.excluded.iter().any(within).then_some(true)
    }
}

/// All applicants, as the graph of a policy tells them apart.
pub(crate) struct Space<'p> {
    pub(crate) encoder: Encoder<'p>,
    /// How many questions were answered.
    pub(crate) questions: usize,
    /// Where an ordered fact lies of an ordinary applicant, by variable.
    pub(crate) usual: BTreeMap<u32, i128>,
    past: Past,
    seen: Seen,
}

impl<'p> Space<'p> {
    /// Everybody, with all dates there are.
    #[cfg(test)]
    pub(crate) fn new(ground: Ground<'p>) -> Self {
        Space::over(Encoder::new(ground, None))
    }

    /// Everybody whose dates without bounds of their own lie from [`FIRST_YEAR`] to [`LAST_YEAR`].
    pub(crate) fn of_our_time(ground: Ground<'p>) -> Self {
        let ends = NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).zip(NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31));
        Space::over(Encoder::new(ground, ends))
    }

    fn over(encoder: Encoder<'p>) -> Self {
        Space { encoder, questions: 0, usual: BTreeMap::new(), past: Past::default(), seen: Seen::default() }
    }

    /// Whether answers may rest on conditions that stand for something not understood.
    pub(crate) fn is_vague(&self) -> bool {
        !self.encoder.vague.is_empty() || !self.encoder.alike.is_empty()
    }

    /// States that something holds of everybody.
    pub(crate) fn require(&mut self, any: &[Lit]) {
        self.encoder.gates.require(any);
        // Somebody found before may not satisfy it; who was nobody still is.
        self.past.found.clear();
    }

    /// Looks for somebody for whom all of these hold.
    pub(crate) fn ask(&mut self, assumptions: &[Lit]) -> Answer {
        self.questions += 1;
        for _ in 0..MAX_REFINEMENTS {
            match self.encoder.gates.solver.solve(assumptions) {
                Verdict::Unsat => {
                    let core = self.encoder.gates.solver.core();
                    self.past.excluded(core.clone());
                    return Answer::No(core);
                }
                Verdict::Unknown => return Answer::Unknown,
                Verdict::Sat => {}
            }
            let holds = self.encoder.gates.solver.model();
            let mut model = Model { holds: holds.into(), places: BTreeMap::new() };
            let demands = self.demands(&model);
            let mut points = Points::resume(&self.encoder.ground, std::mem::take(&mut self.seen));
            let settled = settle(&mut points, &demands);
            self.seen = points.rest();
            match settled {
                Settled::At(at) => {
                    model.places = at;
                    self.past.found(&model);
                    return Answer::Yes(model);
                }
                Settled::Clash(lits) => self.encoder.gates.forbid(&lits),
                Settled::Open => return Answer::Unknown,
            }
        }
        Answer::Unknown
    }

    /// Whether it is proved that nobody satisfies all of these. Most such questions were answered by others before.
    pub(crate) fn nobody(&mut self, assumptions: &[Lit]) -> bool {
        self.nobody_yet(assumptions).unwrap_or_else(|| self.ask(assumptions).is_no())
    }

    /// Whether somebody satisfies all of these.
    pub(crate) fn somebody(&mut self, assumptions: &[Lit]) -> bool {
        self.nobody_yet(assumptions).map_or_else(|| matches!(self.ask(assumptions), Answer::Yes(_)), |nobody| !nobody)
    }

    /// Whether there is nobody for whom all of these hold, as far as earlier answers tell.
    pub(crate) fn nobody_yet(&self, assumptions: &[Lit]) -> Option<bool> {
        self.past.nobody(assumptions)
    }

    /// Moves ordered facts of a model to where they usually lie, as far as everything that holds still does.
    pub(crate) fn usual(&mut self, model: &mut Model) {
        let mut demands = self.demands(model);
        let mut points = Points::resume(&self.encoder.ground, std::mem::take(&mut self.seen));
        let variables: Vec<u32> = demands.places.keys().copied().collect();
        for variable in variables {
            let Some(&usual) = self.usual.get(&variable) else { continue };
            let Some(place) = demands.places.get_mut(&variable) else { continue };
            let before = place.clone();
            let at = usual.clamp(before.low.0, before.high.0);
            (place.low.0, place.high.0) = (at, at);
            match settle(&mut points, &demands) {
                Settled::At(at) => model.places = at,
                _ => drop(demands.places.insert(variable, before)),
            }
        }
        self.seen = points.rest();
    }

    /// Where ordered facts lie in a model, and what their comparisons demand there.
    fn demands(&mut self, model: &Model) -> Demands {
        let mut places = BTreeMap::new();
        let mut present: BTreeMap<u32, Lit> = BTreeMap::new();
        for (index, domain) in self.encoder.domains.iter().enumerate() {
            if let Some(Domain::Ordered { axis, present: lit, line }) = domain
                && model.holds(*lit)
            {
                let (low, high) = line.range(|lit| model.holds(lit));
                places.insert(index as u32, Place { axis: *axis, low, high });
                present.insert(index as u32, *lit);
            }
        }
        let (mut demands, mut later) = (Vec::new(), Vec::new());
        let ranges = std::cell::RefCell::new(BTreeSet::new());
        let compared: Vec<((Side, Side), Lit)> =
            self.encoder.compared.iter().map(|(sides, &lit)| (sides.clone(), lit)).collect();
        for ((a, b), lit) in compared {
            let Some(ways) = self.encoder.less_ways(&a, &b) else { continue };
            if !ways.keys().all(|variable| present.contains_key(variable)) {
                continue;
            }
            let holds = model.holds(lit);
            let mut because = vec![if holds { lit } else { !lit }];
            because.extend(ways.keys().map(|variable| present[variable]));
            let moved = |up: bool| ways.iter().filter(|&(_, &way)| (way == holds) == up).map(|(&v, _)| v).collect();
            let range = |index: u32| {
                ranges.borrow_mut().insert(index);
                places.get(&index).map(|place: &Place| (place.low.0, place.high.0))
            };
            for side in [&a, &b] {
                later.extend(self.encoder.later(side, &range));
            }
            let gap = self.encoder.gap(&a, &b, holds);
            let what = What::Less { a, b, holds, ups: moved(true), downs: moved(false) };
            demands.push(Demand { what, gap, because });
        }
        for (&day, lits) in &self.encoder.weekdays {
            let [of] = self.encoder.ground.reads(day)[..] else { continue };
            if let (Some(weekday), Some(&there)) = (lits.iter().position(|&lit| model.holds(lit)), present.get(&of)) {
                let what = What::Weekday { day, of, weekday: weekday as u32 };
                demands.push(Demand { what, gap: None, because: vec![lits[weekday], there] });
            }
        }
        later.sort_unstable();
        later.dedup();
        Demands { places, demands, links: compare::links(&later), ranges: ranges.into_inner() }
    }
}

#[cfg(test)]
mod tests;

//! The cheapest ways through a diagram from present cells to results that are wanted.
//!
//! Dynamic programming from the results upwards finds the cheapest way, linear in the size of the diagram. The next ways are
//! found as Reiter finds diagnoses (*A theory of diagnosis from first principles*, 1987, section 4): a way that contains all facts
//! of one found before must leave one of them as it is, so the search goes on with each of them in turn left as it is.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::diagram::{Budget, Diagrams, Id, as_result};
use crate::program::FactId;
use crate::value::Value;

/// How many searches one question takes: for three ways of three facts each there are 13.
const MAX_SEARCHES: usize = 200;

/// A fact in the diagram.
pub(crate) struct Place {
    pub(crate) fact: FactId,
    pub(crate) level: u32,
    /// What it costs to change it; more than 0.
    pub(crate) weight: u32,
    /// Its values, the nearest first; the first is as it is, nothing means that it is left open.
    pub(crate) cells: Vec<Option<Value>>,
    /// Which of them may be chosen.
    pub(crate) allowed: Vec<bool>,
}

/// A way through the diagram.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Path {
    weight: u32,
    /// The places that change, in order.
    pub(crate) changed: BTreeSet<usize>,
    /// How far all cells together are from the first.
    distance: usize,
    /// The cell of each place that changes, in order.
    pub(crate) cells: Vec<(usize, usize)>,
    /// What it comes to.
    pub(crate) result: u32,
}

/// Returns the cheapest ways, at most so many: by weight, then by places in order, then the nearest cells. None changes all
/// places that another changes. A cell that some place lacks is its first.
pub(crate) fn cheapest(
    diagrams: &Diagrams,
    root: Id,
    places: &[Place],
    most: usize,
    goal: &impl Fn(u32) -> bool,
) -> Result<Vec<Path>, Budget> {
    let by_level: FxHashMap<u32, usize> =
        places.iter().enumerate().map(|(index, place)| (place.level, index)).collect();
    let search = |kept: &BTreeSet<usize>| {
        let mut search = Search { diagrams, places, by_level: &by_level, kept, goal, known: FxHashMap::default() };
        search.best(root)
    };
    let mut found: Vec<Path> = Vec::new();
    let mut waiting: Vec<(Path, BTreeSet<usize>)> =
        search(&BTreeSet::new()).map(|path| (path, BTreeSet::new())).into_iter().collect();
    let mut seen: BTreeSet<BTreeSet<usize>> = BTreeSet::new();
    while found.len() < most {
        let Some(next) = (0..waiting.len()).min_by(|&a, &b| waiting[a].cmp(&waiting[b])) else { break };
        let (path, kept) = waiting.swap_remove(next);
        let within =
            found.iter().find(|other| other.changed.is_subset(&path.changed)).map(|other| other.changed.clone());
        let split = within.unwrap_or_else(|| {
            found.push(path.clone());
            path.changed.clone()
        });
        for place in split {
            let mut more = kept.clone();
            more.insert(place);
            if seen.insert(more.clone()) {
                if seen.len() > MAX_SEARCHES {
                    return Ok(found);
                }
                waiting.extend(search(&more).map(|path| (path, more)));
            }
        }
    }
    Ok(found)
}

struct Search<'a, G> {
    diagrams: &'a Diagrams,
    places: &'a [Place],
    by_level: &'a FxHashMap<u32, usize>,
    /// Places that stay as they are.
    kept: &'a BTreeSet<usize>,
    goal: &'a G,
    known: FxHashMap<Id, Option<Path>>,
}

impl<G: Fn(u32) -> bool> Search<'_, G> {
    /// The best way from a node on. Which of two ways of one weight is better does not depend on what lies before them: neither
    /// changes all that the other does, so the first place in which they differ decides.
    fn best(&mut self, id: Id) -> Option<Path> {
        if let Some(result) = as_result(id) {
            let end = Path { weight: 0, changed: BTreeSet::new(), distance: 0, cells: Vec::new(), result };
            return (self.goal)(result).then_some(end);
        }
        if let Some(known) = self.known.get(&id) {
            return known.clone();
        }
        let diagrams = self.diagrams;
        let index = *self.by_level.get(&diagrams.level(id))?;
        let place = &self.places[index];
        let mut best: Option<Path> = None;
        for (cell, &branch) in diagrams.branches(id).iter().enumerate() {
            let changes = cell > 0;
            if changes && (self.kept.contains(&index) || !place.allowed[cell]) {
                continue;
            }
            // Recursion: one level per variable.
            let Some(mut path) = self.best(branch) else { continue };
            if changes {
                path.weight += place.weight;
                path.changed.insert(index);
                path.distance += cell;
                path.cells.push((index, cell));
                path.cells.sort_unstable();
            }
            if best.as_ref().is_none_or(|best| path < *best) {
                best = Some(path);
            }
        }
        self.known.insert(id, best.clone());
        best
    }
}

//! One analysis: diagrams of an outcome, its reasons and the invariants tied to it, over the cells of what is unknown.

use std::collections::HashMap;

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use super::cells::{Cells, cells};
use super::diagram::{Budget, Diagrams, Id, Memo, as_result, result};
use super::ground::{Gid, Ground, Term, children, cone};
use crate::eval::kernel::{self, Key, apply, decide, number};
use crate::program::FoldKind;
use crate::value::{Evaluated, Value};

/// How many variables one analysis takes; diagrams recurse once per variable.
pub(crate) const MAX_VARIABLES: usize = 400;

/// Diagrams over the cells of one cone.
pub(crate) struct Analysis<'g, 'p> {
    pub(crate) ground: &'g Ground<'p>,
    pub(crate) cells: Cells,
    pub(crate) diagrams: Diagrams,
    /// What results of diagrams of nodes mean.
    values: IndexSet<Evaluated, FxBuildHasher>,
    made: HashMap<Gid, Id>,
    levels: HashMap<u32, u32>,
}

impl<'g, 'p> Analysis<'g, 'p> {
    /// Prepares the diagrams of `roots`. Variables are asked in the order in which the first roots read them.
    pub(crate) fn new(ground: &'g Ground<'p>, roots: &[Gid], terms: &[Gid]) -> Result<Self, Budget> {
        Analysis::near(ground, roots, terms, &HashMap::new())
    }

    /// As [`Analysis::new`], with the values some variables have at present.
    pub(crate) fn near(
        ground: &'g Ground<'p>,
        roots: &[Gid],
        terms: &[Gid],
        seeds: &HashMap<u32, Value>,
    ) -> Result<Self, Budget> {
        let all = cone(ground, roots);
        let order = order(ground, roots);
        if order.len() > MAX_VARIABLES {
            return Err(Budget);
        }
        let cells = cells(ground, &all, roots, terms, seeds);
        let levels = order.into_iter().enumerate().map(|(level, variable)| (variable, level as u32)).collect();
        let (diagrams, values, made) = (Diagrams::default(), IndexSet::default(), HashMap::new());
        Ok(Analysis { ground, cells, diagrams, values, made, levels })
    }

    /// Returns the level at which a variable is asked, if it is part of the analysis.
    pub(crate) fn level(&self, variable: u32) -> Option<u32> {
        self.levels.get(&variable).copied()
    }

    /// Returns what a result of a node's diagram stands for.
    pub(crate) fn value(&self, number: u32) -> &Evaluated {
        &self.values[number as usize]
    }

    fn known(&mut self, value: Evaluated) -> Id {
        result(self.values.insert_full(value).0 as u32)
    }

    /// Returns the diagram of a node.
    pub(crate) fn diagram(&mut self, id: Gid) -> Result<Id, Budget> {
        let ground = self.ground;
        if let Some(&made) = self.made.get(&id) {
            return Ok(made);
        }
        let mut waiting = vec![id];
        while let Some(&node) = waiting.last() {
            if self.made.contains_key(&node) {
                waiting.pop();
                continue;
            }
            let before = waiting.len();
            if !self.cells.opaque.contains(&node) {
                children(ground.term(node), |child| {
                    if !self.made.contains_key(&child) {
                        waiting.push(child);
                    }
                });
            }
            if waiting.len() == before {
                let made = self.make(node)?;
                self.made.insert(node, made);
                waiting.pop();
            }
        }
        Ok(self.made[&id])
    }

    fn make(&mut self, id: Gid) -> Result<Id, Budget> {
        let ground = self.ground;
        if self.cells.opaque.contains(&id) {
            return Ok(self.known(Evaluated::Unknown));
        }
        match ground.term(id) {
            Term::Known(value) => Ok(self.known(value.clone())),
            Term::Given(value, _) => Ok(self.known(Evaluated::Value(value.clone()))),
            Term::Listed(..) | Term::Opaque(_) => Ok(self.known(Evaluated::Unknown)),
            Term::Variable(index) => {
                let Some(level) = self.level(*index) else { return Ok(self.known(Evaluated::Unknown)) };
                let values = self.cells.values[*index as usize].clone();
                let branches = values.into_iter().map(|value| self.known(Evaluated::Value(value))).collect();
                Ok(self.diagrams.node(level, branches))
            }
            Term::Finish(decision, part) => {
                let decision = ground.program.decision(*decision);
                let parts = [self.made[part]];
                self.pointwise(&parts, |parts| decide::finish(decision, parts[0].clone()))
            }
            Term::Decide(id, gathered, parts) => {
                let decision = ground.program.decision(*id);
                let gathered = self.made[gathered];
                let plain = self.diagrams.results(gathered).iter().all(|&number| self.value(number).value().is_some());
                if plain {
                    let rules = decide::rules(&decision.body).len();
                    let operands: Vec<Id> =
                        [gathered].into_iter().chain(parts.get(rules * 2).map(|last| self.made[last])).collect();
                    return self.pointwise(&operands, |operands| match operands {
                        [Evaluated::Value(gathered), rest @ ..] => {
                            // Unknown only while it is not settled yet: nothing standing waits for the `otherwise`.
                            decide::gathered(decision, gathered, rest.first().copied())
                        }
                        _ => Evaluated::Unknown,
                    });
                }
                let operands: Vec<Id> = parts.iter().map(|part| self.made[part]).collect();
                self.pointwise(&operands, |operands| decide::outcome_of(ground.program, *id, operands))
            }
            Term::Apply(key, parts) => {
                let operands: Vec<Id> = parts.iter().map(|part| self.made[part]).collect();
                self.operation(*key, &operands)
            }
        }
    }

    fn operation(&mut self, key: Key, operands: &[Id]) -> Result<Id, Budget> {
        let program = self.ground.program;
        match (key, operands) {
            // `and` and `or` two by two: the kernel's are associative.
            (Key::All | Key::Any, [first, rest @ ..]) => rest
                .iter()
                .try_fold(*first, |so_far, &next| self.pointwise(&[so_far, next], |parts| apply(program, key, parts))),
            // Sums and counts element by element.
            (Key::Fold(kind @ (FoldKind::Sum | FoldKind::Count)), pairs) => {
                let mut total = self.known(Evaluated::Value(Value::integer(0)));
                let one = self.known(Evaluated::Value(Value::integer(1)));
                for pair in pairs.chunks_exact(2) {
                    let value = if kind == FoldKind::Count { one } else { pair[1] };
                    total = self.pointwise(&[total, pair[0], value], |parts| {
                        number::fold(FoldKind::Sum, &[&Evaluated::YES, parts[0], parts[1], parts[2]])
                    })?;
                }
                Ok(total)
            }
            (key, operands) => self.pointwise(operands, |parts| apply(program, key, parts)),
        }
    }

    /// Applies a function of results at each combination of cells. What is not settled yet is `?` to it, so it may answer
    /// early; with all settled, `?` is its answer.
    pub(crate) fn pointwise(
        &mut self,
        operands: &[Id],
        mut f: impl FnMut(&[&Evaluated]) -> Evaluated,
    ) -> Result<Id, Budget> {
        let Analysis { diagrams, values, .. } = self;
        diagrams.apply(operands, &mut Memo::default(), &mut |settled| {
            let parts: Vec<&Evaluated> = settled
                .iter()
                .map(|number| number.map_or(&Evaluated::Unknown, |number| &values[number as usize]))
                .collect();
            let answer = f(&parts);
            let early = settled.contains(&None);
            let vague = match &answer {
                Evaluated::Unknown => true,
                Evaluated::Value(value) => kernel::has_unknown(value),
                Evaluated::Error(_) => false,
            };
            (!early || !vague).then(|| values.insert_full(answer).0 as u32)
        })
    }

    /// Turns a diagram of values into one of numbers the caller chooses, restricted to what is allowed.
    pub(crate) fn under(
        &mut self,
        allowed: Id,
        of: Id,
        forbidden: u32,
        mut f: impl FnMut(&Evaluated) -> u32,
    ) -> Result<Id, Budget> {
        let Analysis { diagrams, values, .. } = self;
        diagrams.apply(&[allowed, of], &mut Memo::default(), &mut |settled| match settled {
            [Some(0), _] => Some(forbidden),
            [Some(_), Some(number)] => Some(f(&values[*number as usize])),
            _ => None,
        })
    }

    /// Returns where no invariant is broken: 1, else 0. Whether an invariant could not be settled comes with it.
    pub(crate) fn allowed(&mut self, invariants: &[Gid]) -> Result<(Id, bool), Budget> {
        let mut allowed = result(1);
        let mut vague = false;
        for &invariant in invariants {
            let diagram = self.diagram(invariant)?;
            let Analysis { diagrams, values, .. } = self;
            allowed = diagrams.apply(&[allowed, diagram], &mut Memo::default(), &mut |settled| match settled {
                [Some(0), _] => Some(0),
                [Some(_), Some(number)] => Some(u32::from(!values[*number as usize].is_no())),
                _ => None,
            })?;
            vague |= self.diagrams.results(diagram).iter().any(|&number| *self.value(number) == Evaluated::Unknown);
        }
        Ok((allowed, vague))
    }
}

/// Whether nothing is allowed.
pub(crate) fn is_empty(allowed: Id) -> bool {
    as_result(allowed) == Some(0)
}

/// The variables below the roots: those of the first in the order of a walk, those of the next right behind the last variable
/// that ties them to what came before. So a diagram forgets them at once.
fn order(ground: &Ground<'_>, roots: &[Gid]) -> IndexSet<u32> {
    let mut order: IndexSet<u32> = IndexSet::new();
    let mut seen: IndexSet<Gid> = IndexSet::new();
    for &root in roots {
        let mut place = order.len();
        if let Some(last) = ground.reads(root).iter().filter_map(|index| order.get_index_of(index)).max() {
            place = last + 1;
        }
        let mut waiting = vec![root];
        while let Some(id) = waiting.pop() {
            if ground.reads(id).is_empty() || !seen.insert(id) {
                continue;
            }
            if let Term::Variable(index) = ground.term(id)
                && !order.contains(index)
            {
                order.shift_insert(place, *index);
                place += 1;
            }
            let from = waiting.len();
            children(ground.term(id), |child| waiting.push(child));
            waiting[from..].reverse();
        }
    }
    order
}

//! Counting real rows: what happens to each applicant of a population under both texts.

use std::collections::BTreeMap;

use crate::eval::{Answer, Request, Status, evaluate};
use crate::facts::Facts;
use crate::program::{FamilyId, Program};
use crate::value::Type;

use super::{Comparison, DecisionDiff, Fate, Population};

/// How many different things that are wrong with rows are told apart; the rest are counted together.
const MAX_REASONS: usize = 20;

/// Says to which group of a decision, by its index, an applicant belongs: the number of the group.
pub type GroupOf<'a> = dyn Fn(usize, &Facts) -> Option<usize> + 'a;

/// A count under way: rows in, a [`Population`] out.
pub struct Census<'a> {
    comparison: &'a Comparison,
    group_of: &'a GroupOf<'a>,
    /// Of each decision that somebody is affected in, or may be: its index, and what each text is asked for it.
    decisions: Vec<(usize, FamilyId, FamilyId)>,
    rows: usize,
    refused: BTreeMap<String, Refused>,
    others: usize,
    groups: BTreeMap<usize, usize>,
    matrix: BTreeMap<(usize, String, String), usize>,
}

struct Refused {
    /// What is wrong, as people read it; its first row is told.
    what: String,
    rows: usize,
    /// In the order in which they are met.
    order: usize,
}

impl<'a> Census<'a> {
    /// Begins a count.
    pub fn new(comparison: &'a Comparison, group_of: &'a GroupOf<'a>) -> Self {
        let program = &comparison.program;
        let family = |request: &Request, decision: &DecisionDiff| {
            request.asked.iter().copied().find(|&family| {
                let family = program.family(family);
                let policy = family.policy.map(|policy| &program.policies[policy.index()].name);
                family.name == decision.name && policy == Some(&decision.policy)
            })
        };
        let decisions = comparison.diff.decisions.iter().enumerate();
        // A decision that only one text has is not asked of the other.
        let decisions = decisions
            .filter(|(_, decision)| matches!(decision.fate, Fate::Affected | Fate::Unknown))
            .filter_map(|(index, it)| Some((index, family(&comparison.old, it)?, family(&comparison.new, it)?)))
            .collect();
        Census {
            comparison,
            group_of,
            decisions,
            rows: 0,
            refused: BTreeMap::new(),
            others: 0,
            groups: BTreeMap::new(),
            matrix: BTreeMap::new(),
        }
    }

    /// Counts rows that cannot be read; `kind` tells which are alike, `what` is said of the first.
    pub fn refuse(&mut self, kind: &str, what: impl FnOnce() -> String, rows: usize) {
        self.rows += rows;
        self.note(kind, what, rows);
    }

    fn note(&mut self, kind: &str, what: impl FnOnce() -> String, rows: usize) {
        let order = self.refused.len();
        match self.refused.get_mut(kind) {
            Some(refused) => refused.rows += rows,
            None if order < MAX_REASONS => {
                self.refused.insert(kind.to_owned(), Refused { what: what(), rows, order });
            }
            None => self.others += rows,
        }
    }

    /// Counts one applicant.
    pub fn add(&mut self, facts: &Facts) {
        self.rows += 1;
        let comparison = self.comparison;
        let program = &comparison.program;
        let ask = |request: &Request, asked: Vec<FamilyId>| {
            evaluate(program, &Request { asked, ..request.clone() }, facts).answers
        };
        let old = ask(&comparison.old, self.decisions.iter().map(|&(_, old, _)| old).collect());
        let new = ask(&comparison.new, self.decisions.iter().map(|&(.., new)| new).collect());
        // A row that an undetermined decision refuses is refused once for each thing that it lacks.
        for ((&(index, ..), old), new) in self.decisions.clone().iter().zip(&old).zip(&new) {
            let name = comparison.diff.decisions[index].name.clone();
            if let Some(what) =
                undetermined(program, old, &name, "old").or_else(|| undetermined(program, new, &name, "new"))
            {
                self.note(&what.clone(), || what, 1);
                continue;
            }
            let (from, to) = outcomes(program, old, new);
            let moved = from != to;
            *self.matrix.entry((index, from, to)).or_default() += 1;
            if moved && let Some(group) = (self.group_of)(index, facts) {
                *self.groups.entry(group).or_default() += 1;
            }
        }
    }

    /// Ends the count.
    pub fn finish(self) -> Population {
        let diff = &self.comparison.diff;
        let mut refused: Vec<Refused> = self.refused.into_values().collect();
        refused.sort_by_key(|refused| refused.order);
        let mut refused: Vec<(String, usize)> =
            refused.into_iter().map(|refused| (refused.what, refused.rows)).collect();
        if self.others > 0 {
            refused.push(("for other reasons".to_owned(), self.others));
        }
        let groups = diff.groups().map(|(_, group)| group.number);
        let matrix = self.matrix.into_iter();
        Population {
            rows: self.rows,
            refused,
            groups: groups.map(|number| (number, self.groups.get(&number).copied().unwrap_or(0))).collect(),
            matrix: matrix
                .map(|((index, from, to), rows)| (diff.decisions[index].name.clone(), from, to, rows))
                .collect(),
        }
    }
}

/// Says what an undetermined answer lacks.
fn undetermined(program: &Program, answer: &Answer, decision: &str, text: &str) -> Option<String> {
    if answer.status != Status::Undetermined {
        return None;
    }
    let missing: Vec<String> = answer.missing.iter().map(|missing| missing.text(program)).collect();
    Some(format!("`{decision}` is undetermined under the {text} text: `{}` not stated", missing.join("`, `")))
}

/// Returns the outcomes as people read them. Of types with many values only whether they differ is told.
fn outcomes(program: &Program, old: &Answer, new: &Answer) -> (String, String) {
    let few = |ty: &Type| matches!(ty.required(), Type::YesNo | Type::Enum(_));
    if let (Some(before), Some(after)) = (&old.value, &new.value)
        && !(few(&old.ty) && few(&new.ty))
    {
        let after = if before == after { "a value" } else { "another value" };
        return ("a value".to_owned(), after.to_owned());
    }
    (outcome(program, old), outcome(program, new))
}

fn outcome(program: &Program, answer: &Answer) -> String {
    match &answer.value {
        Some(value) => program.value_text(value, &answer.ty),
        None => answer.status.text().replace('_', " "),
    }
}

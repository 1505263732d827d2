//! Conditions as literals: conjunctions, disjunctions and counts, each made once.

use std::collections::HashMap;

use super::sat::{Cdcl, Lit, Solver};

/// A solver, and what conditions are in it.
#[derive(Default)]
pub(crate) struct Gates {
    pub(crate) solver: Cdcl,
    made: HashMap<Box<[Lit]>, Lit>,
}

impl Gates {
    /// Makes a condition that is free.
    pub(crate) fn fresh(&mut self) -> Lit {
        self.solver.new_lit()
    }

    /// Returns the condition that all of these hold.
    pub(crate) fn and(&mut self, parts: &[Lit]) -> Lit {
        let mut parts: Vec<Lit> = parts.iter().copied().filter(|&lit| lit != Lit::TRUE).collect();
        parts.sort_unstable();
        parts.dedup();
        // A literal and its opposite are neighbours.
        if parts.contains(&Lit::FALSE) || parts.windows(2).any(|pair| pair[0] == !pair[1]) {
            return Lit::FALSE;
        }
        match parts[..] {
            [] => return Lit::TRUE,
            [only] => return only,
            _ => {}
        }
        if let Some(&made) = self.made.get(&parts[..]) {
            return made;
        }
        let all = self.solver.new_gate();
        let mut clause: Vec<Lit> = vec![all];
        for &part in &parts {
            self.solver.add(&[!all, part]);
            clause.push(!part);
        }
        self.solver.add(&clause);
        self.made.insert(parts.into(), all);
        all
    }

    /// Returns the condition that any of these holds.
    pub(crate) fn or(&mut self, parts: &[Lit]) -> Lit {
        let denied: Vec<Lit> = parts.iter().map(|&lit| !lit).collect();
        !self.and(&denied)
    }

    /// Returns the conditions that at least 1, 2, … up to `most` of these hold: a sequential counter.
    pub(crate) fn at_least(&mut self, parts: &[Lit], most: usize) -> Vec<Lit> {
        let mut reached = vec![Lit::FALSE; most];
        for &part in parts {
            for count in (0..most).rev() {
                let below = if count == 0 { Lit::TRUE } else { reached[count - 1] };
                let next = self.and(&[part, below]);
                reached[count] = self.or(&[reached[count], next]);
            }
        }
        reached
    }

    /// States that this never happens: not all of these hold.
    pub(crate) fn forbid(&mut self, all: &[Lit]) {
        let clause: Vec<Lit> = all.iter().map(|&lit| !lit).collect();
        self.solver.add(&clause);
    }

    /// States that one of these holds.
    pub(crate) fn require(&mut self, any: &[Lit]) {
        self.solver.add(any);
    }
}

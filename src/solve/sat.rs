//! Questions of plain logic: a solver of clauses behind a small trait.
//!
//! [`Cdcl`] is `batsat`, a port of MiniSat: incremental, with assumptions and cores. Its effort is bounded by clauses learnt,
//! never by a clock, so that the same question has the same answer everywhere.

use batsat::{Callbacks, ClauseKind, Solver as Batsat, SolverInterface, lbool};

/// A literal: a variable or its opposite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Lit(u32);

impl std::ops::Not for Lit {
    type Output = Lit;

    fn not(self) -> Lit {
        Lit(self.0 ^ 1)
    }
}

impl Lit {
    /// Always true; the first variable of every solver.
    pub(crate) const TRUE: Lit = Lit(0);
    /// Never true.
    pub(crate) const FALSE: Lit = Lit(1);

    /// The index of its variable.
    pub(crate) fn variable(self) -> usize {
        (self.0 >> 1) as usize
    }

    /// Whether it is the variable itself, not its opposite.
    pub(crate) fn is_positive(self) -> bool {
        self.0 & 1 == 0
    }
}

/// What a question came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// There is a model.
    Sat,
    /// There is none.
    Unsat,
    /// The effort was not enough to tell.
    Unknown,
}

/// What the analyses need of a solver.
pub(crate) trait Solver {
    /// Makes a variable.
    fn new_lit(&mut self) -> Lit;
    /// Makes a variable whose value follows from others in every model: the solver need not try it.
    fn new_gate(&mut self) -> Lit;
    /// Adds a clause: one of these holds.
    fn add(&mut self, clause: &[Lit]);
    /// Looks for a model in which all assumptions hold.
    fn solve(&mut self, assumptions: &[Lit]) -> Verdict;
    /// The last model, by variable.
    fn model(&self) -> Vec<bool>;
    /// The assumptions that the last question without a model failed for.
    fn core(&self) -> Vec<Lit>;
}

/// Clauses learnt by one question at most. Questions about policies of 400 rules learn some hundreds.
const MAX_LEARNT: usize = 20_000;

/// Counts what is learnt, and stops when it is too much.
#[derive(Default)]
struct Effort {
    learnt: usize,
}

impl Callbacks for Effort {
    fn on_start(&mut self) {
        self.learnt = 0;
    }

    fn on_new_clause(&mut self, _clause: &[batsat::Lit], kind: ClauseKind) {
        self.learnt += usize::from(kind != ClauseKind::Axiom);
    }

    fn stop(&self) -> bool {
        self.learnt > MAX_LEARNT
    }
}

/// Conflict-driven clause learning.
pub(crate) struct Cdcl {
    inner: Batsat<Effort>,
    clause: Vec<batsat::Lit>,
}

impl Default for Cdcl {
    fn default() -> Self {
        let mut solver = Cdcl { inner: Batsat::new(Default::default(), Effort::default()), clause: Vec::new() };
        let first = solver.new_lit();
        solver.add(&[first]);
        solver
    }
}

fn outward(lit: batsat::Lit) -> Lit {
    Lit(lit.var().idx() << 1 | u32::from(!lit.sign()))
}

impl Cdcl {
    fn inward(&mut self, lit: Lit) -> batsat::Lit {
        batsat::Lit::new(self.inner.var_of_int(lit.0 >> 1), lit.0 & 1 == 0)
    }
}

impl Solver for Cdcl {
    fn new_lit(&mut self) -> Lit {
        Lit(self.inner.new_var_default().idx() << 1)
    }

    fn new_gate(&mut self) -> Lit {
        Lit(self.inner.new_var(lbool::UNDEF, false).idx() << 1)
    }

    fn add(&mut self, clause: &[Lit]) {
        let mut inner = std::mem::take(&mut self.clause);
        inner.clear();
        inner.extend(clause.iter().map(|&lit| self.inward(lit)));
        self.inner.add_clause_reuse(&mut inner);
        self.clause = inner;
    }

    fn solve(&mut self, assumptions: &[Lit]) -> Verdict {
        let assumptions: Vec<_> = assumptions.iter().map(|&lit| self.inward(lit)).collect();
        match self.inner.solve_limited(&assumptions) {
            answer if answer == lbool::TRUE => Verdict::Sat,
            answer if answer == lbool::FALSE => Verdict::Unsat,
            _ => Verdict::Unknown,
        }
    }

    fn model(&self) -> Vec<bool> {
        self.inner.get_model().iter().map(|&value| value == lbool::TRUE).collect()
    }

    fn core(&self) -> Vec<Lit> {
        // The solver keeps them denied, as the clause it learnt.
        self.inner.unsat_core().iter().map(|&lit| !outward(lit)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_core_names_the_assumptions_that_clash() {
        let mut solver = Cdcl::default();
        let (a, b, c) = (solver.new_lit(), solver.new_lit(), solver.new_lit());
        solver.add(&[!a, !b]);
        assert_eq!(solver.solve(&[c, a]), Verdict::Sat);
        let model = solver.model();
        let holds = |lit: Lit| model[lit.variable()] == lit.is_positive();
        assert!(holds(a) && holds(!b) && holds(Lit::TRUE) && !holds(Lit::FALSE));
        assert_eq!(solver.solve(&[c, a, b]), Verdict::Unsat);
        let mut core = solver.core();
        core.sort();
        assert_eq!(core, [a, b]);
        solver.add(&[a]);
        assert_eq!(solver.solve(&[b]), Verdict::Unsat);
        assert_eq!(solver.solve(&[!b, c]), Verdict::Sat);
    }
}

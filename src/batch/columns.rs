//! What stands beside the facts: an id, columns that are kept, columns that are passed over.

use crate::diagnostic::did_you_mean;
use crate::facts::FactsError;
use crate::facts::rows::read_column;
use crate::program::Program;

use super::problem::Problem;

/// The column that tells rows apart, if an input has it; else rows are told apart by their number.
pub const ID: &str = "id";

/// Columns that need not be facts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// Copied to the output, in this order.
    pub keep: Vec<String>,
    /// Passed over.
    pub ignore: Vec<String>,
}

impl Beside {
    /// Whether something that is no fact may stand in an input.
    pub(super) fn allows(&self, name: &str) -> bool {
        name == ID || self.keep.iter().chain(&self.ignore).any(|beside| beside == name)
    }

    /// The place of what is copied from a column: 0 is the id, then come those that are kept.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        match self.keep.iter().position(|kept| kept == name) {
            Some(kept) => Some(kept + 1),
            None => (name == ID).then_some(0),
        }
    }

    /// Finds what is copied among the columns of a header: the id if there is one, then each that is kept.
    ///
    /// Errors: every column that no program declares as a fact and that may not stand beside them; a column named twice; one to
    /// keep or pass over that is not there.
    pub(super) fn find(&self, programs: &[&Program], header: &[String]) -> Result<Vec<Option<usize>>, Vec<Problem>> {
        let mut problems = Vec::new();
        for (place, name) in header.iter().enumerate() {
            if header[..place].contains(name) {
                problems.push(Problem::shape(format!("two columns have the name `{name}`"), None));
            }
            let mut found = programs.iter().map(|program| read_column(program, name));
            if let Some(Err(error)) = found.next()
                && found.all(|found| found.is_err())
                && !self.allows(name)
            {
                problems.push(no_fact(&error));
            }
        }
        let names = || header.iter().map(String::as_str);
        for name in self.keep.iter().chain(&self.ignore).filter(|&name| !header.contains(name)) {
            let near = did_you_mean(name, names()).map(|near| format!("did you mean `{near}`?"));
            problems.push(Problem::shape(format!("the input has no column `{name}`"), near.as_deref()));
        }
        let column = |name: &str| names().position(|column| column == name);
        let copied = std::iter::once(ID).chain(self.keep.iter().map(String::as_str));
        if problems.is_empty() { Ok(copied.map(column).collect()) } else { Err(problems) }
    }
}

/// What to do with a column that is no fact: true of the options of the program, of a query over HTTP and of arguments in Python.
const BESIDE: &str = "name it under `keep` to copy it to the output, under `ignore` to pass it over";

/// A column or key that is no fact, and what to do about it.
pub(super) fn no_fact(error: &FactsError) -> Problem {
    let mut problem = Problem::from(error);
    if let FactsError::UnknownFact { help, .. } = error {
        problem.help = Some(match help {
            Some(help) => format!("{help} Else {BESIDE}"),
            None => BESIDE.to_owned(),
        });
    }
    problem
}

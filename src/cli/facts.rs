//! Facts from files and options.

use std::path::Path;

use enact::diagnostic::{Diagnostic, Severity};
use enact::facts::{Facts, FactsError, MAX_FACTS_BYTES, read_facts, set_fact};
use enact::program::Program;

use super::exit::Failure;
use super::files::read_input;

/// Reads a facts file; `-` is standard input.
pub fn read(program: &Program, path: &Path) -> Result<Facts, Failure> {
    let bytes = read_input(path, MAX_FACTS_BYTES)?;
    read_facts(program, bytes).map_err(|errors| failure(&path.display().to_string(), &errors))
}

/// States one fact from `fact=value`.
pub fn set(program: &Program, facts: &mut Facts, assignment: &str) -> Result<(), Failure> {
    set_fact(program, facts, assignment).map_err(|error| failure(&format!("--set {assignment}"), &[error]))
}

/// What is wrong with facts, as findings without a place; the message begins with the JSON pointer.
pub fn findings(from: &str, errors: &[FactsError]) -> Vec<Diagnostic> {
    let finding = |error: &FactsError| {
        let at = error
            .pointer()
            .filter(|pointer| !pointer.is_empty())
            .map_or(String::new(), |pointer| format!(" at `{pointer}`"));
        let mut diagnostic = Diagnostic::new(Severity::Error, error.code(), format!("`{from}`{at}: {error}"));
        diagnostic.help = error.help().map(str::to_owned);
        diagnostic
    };
    errors.iter().map(finding).collect()
}

/// The same as the reason why a command could not do its work.
pub fn failure(from: &str, errors: &[FactsError]) -> Failure {
    Failure::Errors(findings(from, errors), Box::default())
}

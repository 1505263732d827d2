//! Facts from files and options.

use std::path::Path;

use chrono::{DateTime, FixedOffset};
use enact::diagnostic::{Diagnostic, Severity};
use enact::facts::{Facts, FactsError, MAX_FACTS_BYTES, Slot, read_facts, set_fact};
use enact::load::time::{read_date, read_instant_at};
use enact::program::{EVALUATION_DATE, EVALUATION_TIME, Program};
use enact::syntax::ast::On;
use enact::value::Value;

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

/// States the day, and the moment if one is given (T10).
pub fn set_on(facts: &mut Facts, on: On) {
    match on {
        On::Date(date) => facts.set(EVALUATION_DATE, Slot::Given(Value::Date(date))),
        On::Instant(instant) => {
            facts.set(EVALUATION_DATE, Slot::Given(Value::Date(instant.date_naive())));
            facts.set(EVALUATION_TIME, Slot::Given(Value::Instant(instant.to_utc())));
        }
    }
}

/// Reads `--on`: a day, or a moment with its offset.
pub fn read_on(text: &str) -> Result<On, String> {
    if text.contains('T') {
        let instant: DateTime<FixedOffset> = read_instant_at(text)?;
        return Ok(On::Instant(instant));
    }
    read_date(text).map(On::Date)
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

//! What is wrong, as the exceptions of `enact._errors`: a message, and the same as JSON.

use enact::batch::Problem;
use enact::diagnostic::Code;
use enact::diagnostic::render::{Findings, escape_json};
use enact::facts::FactsError as Unread;
use enact::run::Refused;
use pyo3::{PyErr, import_exception};
use serde_json::to_string;

import_exception!(enact._errors, FactsError);
import_exception!(enact._errors, PolicyError);
import_exception!(enact._errors, UsageError);

/// Policies with errors, a folder that cannot be read, or a name that names nothing.
pub fn refused(refused: Refused) -> PyErr {
    if let [finding] = refused.findings.as_slice()
        && finding.code == Code::USAGE
    {
        let help = finding.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
        return usage(format!("{}{help}", finding.message));
    }
    // Strings, numbers and lists always serialise.
    let findings = to_string(&Findings::new(&refused.findings, &refused.sources, None)).unwrap_or_default();
    PolicyError::new_err((refused.to_string(), escape_json(&findings)))
}

/// Facts that cannot be read.
pub fn facts(errors: &[Unread]) -> PyErr {
    problems(&errors.iter().map(Problem::from).collect::<Vec<_>>())
}

/// Facts, or columns of them, that cannot be used.
pub fn problems(problems: &[Problem]) -> PyErr {
    let lines: Vec<String> = problems.iter().map(line).collect();
    FactsError::new_err((lines.join("\n"), escape_json(&to_string(problems).unwrap_or_default())))
}

/// One option that is wrong.
pub fn usage(message: impl Into<String>) -> PyErr {
    UsageError::new_err((message.into(),))
}

fn line(problem: &Problem) -> String {
    let at = if problem.pointer.is_empty() { String::new() } else { format!(" at {}", problem.pointer) };
    let help = problem.help.as_ref().map_or_else(String::new, |help| format!("; {help}"));
    format!("{}{at}: {}{help}", problem.code, problem.message)
}

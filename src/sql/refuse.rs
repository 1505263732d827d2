//! What SQL does not carry: said with its place and the next step.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::program::{OriginId, Program};

/// Why something is not carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// What is not carried, as a sentence goes on after *SQL does not carry*.
    pub(crate) what: String,
    /// What to do instead.
    pub(crate) help: String,
    /// The innermost declaration around it.
    pub(crate) origin: Option<OriginId>,
}

impl Refusal {
    pub(crate) fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Refusal { what: what.into(), help: help.into(), origin: None }
    }

    /// Gives it a place, unless it has one.
    pub(crate) fn at(&self, origin: OriginId) -> Self {
        Refusal { origin: self.origin.or(Some(origin)), ..self.clone() }
    }

    /// As a finding: about a decision, with those that can be carried.
    pub(crate) fn diagnostic(&self, program: &Program, asked: &str, carried: &[&str]) -> Diagnostic {
        let message = format!("SQL cannot carry `{asked}`: {}", self.what);
        let mut found = Diagnostic::new(Severity::Error, Code::NOT_IN_SQL, message);
        if let Some(origin) = self.origin {
            found = found.label(program.origin(origin).span, "");
        }
        let instead = match carried {
            [] => String::new(),
            names => {
                let options: Vec<String> = names.iter().map(|name| format!("--decision {name}")).collect();
                format!("; what can be carried: {}", options.join(" "))
            }
        };
        found.help(format!("{}{instead}", self.help))
    }
}

/// The engine decides what SQL does not.
pub(crate) const ENGINE: &str = "decide these rows with `enact eval`";

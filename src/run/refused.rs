//! Why nothing can be asked.

use std::error::Error;
use std::fmt;

use crate::diagnostic::render::render_plain;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::Sources;

/// A folder that cannot be read, texts with errors, or a name that names nothing. It is shown with a line for each finding.
#[derive(Debug)]
pub struct Refused {
    /// What is wrong, by place; never empty.
    pub findings: Vec<Diagnostic>,
    /// The texts that findings point into.
    pub sources: Box<Sources>,
}

impl Refused {
    /// Something is named that is not there.
    pub fn usage(message: impl Into<String>, help: Option<String>) -> Refused {
        Refused::one(Code::USAGE, message, help)
    }

    /// One error without a place.
    pub fn one(code: Code, message: impl Into<String>, help: Option<String>) -> Refused {
        let mut finding = Diagnostic::new(Severity::Error, code, message);
        finding.help = help;
        Refused { findings: vec![finding], sources: Box::default() }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(render_plain(&self.findings, &self.sources).trim_end())
    }
}

impl Error for Refused {}

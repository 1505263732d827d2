//! How a run ends: the exit code, and what is said when a command cannot do its work.

use std::process::ExitCode;

use enact::diagnostic::{Code, Diagnostic};
use enact::files::io_text;
use enact::run::Refused;
use enact::source::Sources;

/// The four ways a run can end. Nothing else leaves the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Findings: check errors, failed tests, unformatted files, `--fail-unless` not met.
    Findings = 1,
    /// A usage, file, syntax or facts error.
    Usage = 2,
    /// An analysis ran out of its budget.
    Incomplete = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// What is wrong, with the texts it points into: exit code 2.
    Errors(Vec<Diagnostic>, Box<Sources>),
    /// Nobody reads the output any more: not an error.
    ClosedPipe,
}

/// What a command gives.
pub type Outcome = Result<Exit, Failure>;

impl Failure {
    /// A mistake on the command line.
    pub fn usage(message: impl Into<String>, help: Option<String>) -> Self {
        Self::one(Code::USAGE, message, help)
    }

    /// A file or folder that cannot be read or written.
    pub fn file(action: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::one(Code::UNREADABLE, format!("cannot {action} `{}`: {}", path.display(), io_text(error)), None)
    }

    /// One error without a place.
    pub fn one(code: Code, message: impl Into<String>, help: Option<String>) -> Self {
        Refused::one(code, message, help).into()
    }
}

impl From<Refused> for Failure {
    fn from(Refused { findings, sources }: Refused) -> Failure {
        Failure::Errors(findings, sources)
    }
}

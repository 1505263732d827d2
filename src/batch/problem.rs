//! What is wrong with a row.

use serde::Serialize;

use crate::diagnostic::Code;
use crate::facts::FactsError;

/// One thing that is wrong with a row, as the file of errors has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The code: `E083`.
    pub code: &'static str,
    /// The place as a JSON pointer, `/age_years`; empty for the row as a whole.
    pub pointer: String,
    /// What is wrong. It quotes the row.
    pub message: String,
    /// What to write instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// A row that is not decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Its number, from 1.
    pub row: u64,
    /// Its line in the file, from 1; the number of the row where the file has no lines.
    pub line: u64,
    /// All that is wrong with it, from left to right.
    pub problems: Vec<Problem>,
}

impl From<&FactsError> for Problem {
    fn from(error: &FactsError) -> Problem {
        Problem {
            code: error.code().number,
            pointer: error.pointer().unwrap_or("").to_owned(),
            message: error.to_string(),
            help: error.help().map(str::to_owned),
        }
    }
}

impl Problem {
    /// A row that cannot be cut into cells.
    pub(super) fn shape(message: impl Into<String>, help: Option<&str>) -> Problem {
        Problem {
            code: Code::CSV.number,
            pointer: String::new(),
            message: message.into(),
            help: help.map(str::to_owned),
        }
    }

    pub(super) fn not_utf8(good: usize) -> Problem {
        Problem::from(&FactsError::NotUtf8 { good })
    }
}

//! What can be wrong with stated facts.

use crate::diagnostic::Code;

use super::MAX_FACTS_BYTES;

/// Why a text is no value of a type: what is wrong with it, in words that complete a sentence, and what to write.
///
/// The message quotes the text: logs that must not hold personal data leave it out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ValueError {
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl ValueError {
    /// Says what is wrong.
    pub fn new(message: impl Into<String>) -> Self {
        ValueError { message: message.into(), help: None }
    }

    /// Says what to write instead.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// One thing wrong with stated facts. Its text is one line; the place is [`FactsError::pointer`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FactsError {
    /// The facts are larger than [`MAX_FACTS_BYTES`].
    #[error("the facts have {bytes} bytes; at most {MAX_FACTS_BYTES} are read")]
    TooLarge {
        /// How large they are.
        bytes: usize,
    },
    /// The bytes are not UTF-8.
    #[error("the facts are not UTF-8 text: {good} bytes in")]
    NotUtf8 {
        /// How many bytes are.
        good: usize,
    },
    /// The text is not JSON.
    #[error("the facts are not JSON: {what} on line {line}, column {column}")]
    Syntax {
        /// What is wrong there.
        what: String,
        /// The line, from 1.
        line: u32,
        /// The column in characters, from 1.
        column: u32,
    },
    /// The JSON is no object.
    #[error("the facts are {found}, not an object of facts")]
    NotAnObject {
        /// What they are.
        found: &'static str,
    },
    /// A key that no version of any policy declares.
    #[error("no policy declares a fact `{key}`")]
    UnknownFact {
        /// The place.
        pointer: String,
        /// The key.
        key: String,
        /// What to write.
        help: Option<String>,
    },
    /// A key of a record that is no field of it.
    #[error("`{record}` has no field `{key}`")]
    UnknownField {
        /// The place.
        pointer: String,
        /// The record's name.
        record: String,
        /// The key.
        key: String,
        /// What to write.
        help: Option<String>,
    },
    /// A key twice in one object.
    #[error("the key `{key}` stands twice in one object")]
    DuplicateKey {
        /// The place.
        pointer: String,
        /// The key.
        key: String,
    },
    /// A value of the wrong type or form, or outside its bounds.
    #[error("{error}")]
    Value {
        /// The place.
        pointer: String,
        /// What is wrong.
        error: ValueError,
    },
    /// `null` where nothing may be absent.
    #[error("`{name}` cannot be none: its type is `{ty}`, without `or none`")]
    None {
        /// The place.
        pointer: String,
        /// The fact or field.
        name: String,
        /// Its type.
        ty: String,
        /// What to write.
        help: String,
    },
    /// There are more errors than are listed.
    #[error("there are {count} more errors")]
    More {
        /// How many.
        count: usize,
    },
}

impl FactsError {
    /// Returns the code, E080 to E084.
    pub fn code(&self) -> Code {
        match self {
            FactsError::TooLarge { .. } | FactsError::NotUtf8 { .. } | FactsError::Syntax { .. } => Code::FACTS,
            FactsError::NotAnObject { .. } | FactsError::More { .. } => Code::FACTS,
            FactsError::UnknownFact { .. } | FactsError::UnknownField { .. } => Code::UNKNOWN_FACT,
            FactsError::DuplicateKey { .. } => Code::DUPLICATE_KEY,
            FactsError::Value { .. } => Code::FACT_VALUE,
            FactsError::None { .. } => Code::FACT_NONE,
        }
    }

    /// Returns the place as a JSON pointer (RFC 6901): `/stays/0/start`; nothing for the facts as a whole.
    pub fn pointer(&self) -> Option<&str> {
        match self {
            FactsError::UnknownFact { pointer, .. }
            | FactsError::UnknownField { pointer, .. }
            | FactsError::DuplicateKey { pointer, .. }
            | FactsError::Value { pointer, .. }
            | FactsError::None { pointer, .. } => Some(pointer),
            _ => None,
        }
    }

    /// Returns what to do next.
    pub fn help(&self) -> Option<&str> {
        match self {
            FactsError::UnknownFact { help, .. } | FactsError::UnknownField { help, .. } => help.as_deref(),
            FactsError::Value { error, .. } => error.help.as_deref(),
            FactsError::None { help, .. } => Some(help),
            FactsError::NotUtf8 { .. } => Some("save the facts as UTF-8"),
            FactsError::DuplicateKey { .. } => Some("keep one of them"),
            _ => None,
        }
    }
}

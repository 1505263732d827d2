//! One line of the log.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::batch::{Asked, RowAnswer};
use crate::eval::Request;
use crate::facts::{Facts, Slot, write_facts};
use crate::program::{FactId, Program};
use crate::trace::ENGINE;
use crate::trace::hash::hash_bytes;

/// The schema every entry names.
pub const LOG_SCHEMA: &str = "enact.log/1";

/// What was decided in one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// [`LOG_SCHEMA`].
    pub schema: String,
    /// When it was decided, as whoever writes the log says: RFC 3339.
    pub time: String,
    /// The policy asked.
    pub policy: String,
    /// The version that was named; null where the date picks.
    pub pinned: Option<String>,
    /// The version of the program that decided.
    pub engine: String,
    /// What was decided upon, by content.
    pub hashes: LogHashes,
    /// What was stated, the day among it, as a facts file has it; private facts are left out.
    pub facts: Map<String, Json>,
    /// The private facts that were stated, by their keys.
    pub redacted: Vec<String>,
    /// By what was asked: `value`, `status`, `rules`, `missing`, `version`, as a row of `enact batch` has them.
    pub decisions: Map<String, Json>,
}

/// What a decision was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogHashes {
    /// The policy texts.
    pub policy: String,
    /// The data files.
    pub data: String,
    /// The facts; null where private ones are among them, which few guesses would find.
    pub facts: Option<String>,
}

impl Entry {
    /// Puts a run on record. `decisions` are what [`Entry::decisions`] makes of its answers, `texts` the hashes of policy and data.
    pub fn new(
        program: &Program,
        request: &Request,
        facts: &Facts,
        decisions: Map<String, Json>,
        texts: (&str, &str),
        time: String,
    ) -> Entry {
        let private: Vec<FactId> = facts.iter().map(|(id, _)| id).filter(|&id| program.fact(id).private).collect();
        let redacted: Vec<String> = private.iter().map(|&id| program.fact(id).key.clone()).collect();
        let mut told = facts.clone();
        private.into_iter().for_each(|id| told.set(id, Slot::NotStated));
        let told = write_facts(program, &told);
        let hash = redacted.is_empty().then(|| hash_bytes(told.to_string().as_bytes()));
        Entry {
            schema: LOG_SCHEMA.to_owned(),
            time,
            policy: program.policies[request.policy.index()].name.clone(),
            pinned: request.pinned.map(|version| program.version(version).name.clone()),
            engine: ENGINE.to_owned(),
            hashes: LogHashes { policy: texts.0.to_owned(), data: texts.1.to_owned(), facts: hash },
            facts: match told {
                Json::Object(facts) => facts,
                _ => Map::new(),
            },
            redacted,
            decisions,
        }
    }

    /// Returns answers, in the order of what is asked, as an entry has them.
    pub fn decisions(program: &Program, request: &Request, answers: &[RowAnswer]) -> Map<String, Json> {
        let decision = |(&family, answer): (&_, &RowAnswer)| {
            let asked = Asked::new(program, family);
            (asked.name().to_owned(), asked.json(answer))
        };
        request.asked.iter().zip(answers).map(decision).collect()
    }

    /// Reads a line. The error says what is wrong with it.
    pub fn read(line: &str) -> Result<Entry, String> {
        let entry: Entry = serde_json::from_str(line).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => "this is no entry of a decision log".to_owned(),
            _ => format!("this is no JSON: column {}", error.column()),
        })?;
        match entry.schema.as_str() {
            LOG_SCHEMA => Ok(entry),
            other => Err(format!("the schema is `{}`, not `{LOG_SCHEMA}`", crate::load::time::shorten(other))),
        }
    }
}

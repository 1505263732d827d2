//! The legend `enact.sql/1`: what the columns of a query are, and what each place of the reasons tells.

use serde::Serialize;

use super::reasons::{PER_COLUMN, Place, Reason};
use super::{Asked, Compiled, Output};
use crate::program::{OriginId, Program};
use crate::source::Sources;

/// The version of what this module writes.
pub const SCHEMA: &str = "enact.sql/1";
/// The version of the way SQL is made: it changes whenever the same policy gives other SQL.
pub const EMITTER: &str = "1";

/// What the columns of a query are.
#[derive(Debug, Serialize)]
pub struct Legend<'a> {
    schema: &'static str,
    emitter: &'static str,
    policy: &'a str,
    version: Option<&'a str>,
    policy_sha256: &'a str,
    data_sha256: &'a str,
    dialect: &'static str,
    on: Option<String>,
    table: &'a str,
    facts: Vec<Input<'a>>,
    columns: Vec<Column>,
    /// Two bits a place: 0 no, 1 yes, 2 unknown, 3 error; the first place is the lowest.
    states: [&'static str; 4],
    reasons: Vec<Entry<'a>>,
}

#[derive(Debug, Serialize)]
struct Input<'a> {
    column: &'a str,
    #[serde(rename = "type")]
    ty: String,
    fact: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Column {
    column: String,
    #[serde(rename = "type")]
    ty: String,
    decision: Option<String>,
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    column: String,
    position: usize,
    /// The version in force under which the place has this meaning.
    version: &'a str,
    kind: &'static str,
    name: &'a str,
    label: Option<&'a str>,
    tags: &'a [String],
    at: String,
}

impl Compiled {
    /// Returns the legend.
    pub fn legend<'a>(&'a self, program: &'a Program, sources: &Sources) -> Legend<'a> {
        let mut columns = vec![Column { column: super::facts::ID.into(), ty: "as given".into(), decision: None }];
        let mut reasons = Vec::new();
        for asked in &self.asked {
            columns.extend(asked.columns().into_iter().map(|(column, ty)| Column {
                column,
                ty,
                decision: Some(asked.name.clone()),
            }));
            for (version, places) in asked.places.iter() {
                for (index, place) in places.iter().enumerate() {
                    reasons.push(entry(program, sources, asked, program.version(*version).name.as_str(), index, place));
                }
            }
        }
        let input = |column: &'a super::facts::Column| Input {
            column: &column.name,
            ty: column.ty.text(),
            fact: column.fact.map(|fact| program.fact(fact).name.as_str()),
        };
        Legend {
            schema: SCHEMA,
            emitter: EMITTER,
            policy: &program.policies[self.policy.index()].name,
            version: self.pinned.map(|version| program.version(version).name.as_str()),
            policy_sha256: &self.options.policy_sha256,
            data_sha256: &self.options.data_sha256,
            dialect: self.options.dialect.text(),
            on: self.on.clone(),
            table: &self.options.table,
            facts: self.facts.iter().map(input).collect(),
            columns,
            states: ["no", "yes", "unknown", "error"],
            reasons,
        }
    }
}

fn entry<'a>(
    program: &'a Program,
    sources: &Sources,
    asked: &Asked,
    version: &'a str,
    index: usize,
    place: &Place,
) -> Entry<'a> {
    let origin: OriginId = place.origin;
    let origin = program.origin(origin);
    Entry {
        column: asked.reasons_column(index / PER_COLUMN),
        position: index % PER_COLUMN,
        version,
        kind: match place.reason {
            Reason::Applies(_) => "applies",
            Reason::Stands(_) => "stands",
            Reason::Condition(_) => "condition",
        },
        name: &origin.name,
        label: origin.label.as_deref(),
        tags: &origin.tags,
        at: sources.place(origin.span),
    }
}

impl Asked {
    /// The names and types of its columns.
    pub fn columns(&self) -> Vec<(String, String)> {
        let mut columns = vec![
            (format!("{}_status", self.name), "TEXT".to_owned()),
            (
                format!("{}_value", self.name),
                match self.value {
                    Output::Column(ty) => ty.text(),
                    Output::Decimal { scale } => format!("DECIMAL, {scale} decimals"),
                },
            ),
            (format!("{}_version", self.name), "TEXT".to_owned()),
        ];
        columns.extend((0..self.words()).map(|word| (self.reasons_column(word), "BIGINT".to_owned())));
        columns
    }

    /// How many columns of reasons it has.
    pub fn words(&self) -> usize {
        self.places.iter().map(|(_, places)| places.len().div_ceil(PER_COLUMN)).max().unwrap_or(0)
    }

    /// The name of a column of reasons, counted from 0.
    pub fn reasons_column(&self, word: usize) -> String {
        format!("{}_reasons_{}", self.name, word + 1)
    }
}

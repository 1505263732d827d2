//! A policy as one SQL query: a row of facts in, status, value, version and reasons out.
//!
//! ```text
//! emit     the third algebra of `eval::walk`: every node a column or two; in operate, compare, decide what they compute
//! shape    what a node is in SQL: state and value
//! logic, number, date, working, set, settle, time   what operations mean, said in whole numbers and text equality
//! facts    the table of facts        answer, reasons   the columns of answers
//! layers, expr, dialect   how a query is written     legend   what its columns are
//! ```
//!
//! A condition is a number: 0 no, 1 yes, 2 unknown, 3 error, never `NULL`, so that three-valued logic and errors are ours and
//! not the engine's. Rows that this cannot settle are `deferred`: they are for the engine ([`crate::eval`]).
//!
//! **Invariant:** a row that is not deferred has the status, value and version that [`crate::eval::evaluate`] gives.
//! **Invariant:** 0, 1 and 3 among the reasons are what the interpreter says; 2 is *not known, or not settled here*.
//! **Invariant:** no row raises an error in an engine: nothing is parsed from text, divided by what may be zero, or computed
//! beyond the bounds shown for it. What cannot be carried so is refused ([`crate::diagnostic::Code::NOT_IN_SQL`]).

mod answer;
mod compare;
mod date;
mod decide;
mod dialect;
mod emit;
mod expr;
mod facts;
mod layers;
mod legend;
mod logic;
mod number;
mod operate;
mod reasons;
mod refuse;
mod set;
mod settle;
mod shape;
#[cfg(test)]
mod tests;
mod time;
mod working;

pub use dialect::Dialect;
pub use facts::{Column, ColumnType, ID, NONE_SUFFIX, UNKNOWN_SUFFIX};
pub use legend::{EMITTER, Legend, SCHEMA};
pub use reasons::{PER_COLUMN, Place, Reason};

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::eval::Request;
use crate::eval::scope::Scope;
use crate::eval::walk::Walk;
use crate::facts::{Facts, Slot};
use crate::program::{EVALUATION_DATE, FamilyId, PolicyId, Program, VersionId};
use crate::value::Value;
use emit::Emit;
use expr::Sql;
use refuse::Refusal;

/// How a query is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// For which engine.
    pub dialect: Dialect,
    /// The table of facts; dots part its name.
    pub table: String,
    /// What the texts of the policy hash to.
    pub policy_sha256: String,
    /// What its data files hash to.
    pub data_sha256: String,
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// As a column of facts.
    Column(ColumnType),
    /// A number with so many decimals.
    Decimal {
        /// How many.
        scale: u32,
    },
}

/// One thing asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What is asked.
    pub family: FamilyId,
    /// Its name.
    pub name: String,
    /// The type of its value.
    pub value: Output,
    /// By version, the places of its reasons.
    pub places: Vec<(VersionId, Vec<Place>)>,
}

/// A policy as a query.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The query.
    pub sql: String,
    /// The columns of the table of facts that it reads, the name of a row first.
    pub facts: Vec<Column>,
    /// What is asked, in the order of the columns.
    pub asked: Vec<Asked>,
    policy: PolicyId,
    pinned: Option<VersionId>,
    on: Option<String>,
    options: Options,
}

/// Compiles what is asked of a policy. `fixed` holds the day of the whole query, if it is given.
///
/// Errors: each thing asked that SQL does not carry, with its place and what can be carried; a query that does not read back.
pub fn compile(
    program: &Program,
    request: &Request,
    fixed: &Facts,
    options: &Options,
) -> Result<Compiled, Vec<Diagnostic>> {
    let scope = Scope::new(program, request, fixed);
    let emit = Emit::new(program, &scope, options.dialect, fixed.clone());
    let mut walk = Walk::new(program, &scope, emit);
    let (mut asked, mut columns, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for &family in &request.asked {
        match one(&mut walk, request, family) {
            Ok((one, made)) => {
                asked.push(one);
                columns.extend(made);
            }
            Err(refusal) => refused.push((family, refusal)),
        }
    }
    if !refused.is_empty() || asked.is_empty() {
        let carried: Vec<&str> = asked.iter().map(|asked| asked.name.as_str()).collect();
        let each = refused.iter().map(|(family, it)| it.diagnostic(program, &program.family(*family).name, &carried));
        return Err(each.collect());
    }
    let emit = walk.algebra;
    let mut layers = emit.layers;
    let id = layers.input(options.dialect, ID);
    let mut outputs = vec![(options.dialect.quoted(ID), id)];
    outputs.extend(columns.into_iter().map(|(name, sql)| (options.dialect.quoted(&name), sql)));
    let (query, read) = layers.query(options.dialect, &options.table, outputs);
    let head = format!(
        "-- enact {EMITTER} {} policy {} data {}\n",
        options.dialect.text(),
        options.policy_sha256,
        options.data_sha256
    );
    let text = format!("{query:#}");
    if options.dialect.escapes() && text.contains('\\') {
        let message = format!("SQL for {} cannot carry a text with a backslash", options.dialect.text());
        return Err(vec![Diagnostic::new(Severity::Error, Code::NOT_IN_SQL, message).help(refuse::ENGINE)]);
    }
    if let Err(how) = reads_back(options.dialect, &text) {
        let message = format!("the query for {} does not read back as it was written: {how}", options.dialect.text());
        let help = "this is a fault of `enact`: please report it with the policy";
        return Err(vec![Diagnostic::new(Severity::Error, Code::SQL_NOT_READ_BACK, message).help(help)]);
    }
    let mut facts = vec![Column { name: ID.into(), ty: ColumnType::Text, fact: None }];
    facts.extend(read.iter().filter_map(|name| emit.inputs.get(name)).cloned());
    let on = match fixed.get(EVALUATION_DATE) {
        Slot::Given(Value::Date(day)) => Some(day.to_string()),
        _ => None,
    };
    let (policy, pinned) = (request.policy, request.pinned);
    Ok(Compiled { sql: head + &text + "\n", facts, asked, policy, pinned, on, options: options.clone() })
}

/// Compiles one thing asked: what it is, and its columns by name.
fn one(
    walk: &mut Walk<'_, Emit<'_>>,
    request: &Request,
    family: FamilyId,
) -> Result<(Asked, Vec<(String, Sql)>), Refusal> {
    let program = walk.algebra.program;
    let policy = program.family(family).policy.unwrap_or(request.policy);
    let frame = answer::frame(walk, policy)?;
    let answer = answer::answer(walk, &frame, family, policy)?;
    let versions = walk.algebra.scope.candidates(policy).to_vec();
    let places: Vec<(VersionId, Vec<Place>)> = versions
        .iter()
        .map(|&version| {
            let counts =
                |other: VersionId| walk.algebra.scope.candidates(program.version(other).policy).contains(&other);
            let member = reasons::member(program, family, version);
            (version, member.map_or_else(Vec::new, |asked| reasons::places(program, counts, policy, asked)))
        })
        .collect();
    let lists: Vec<Vec<Place>> = places.iter().map(|(_, places)| places.clone()).collect();
    let packed = reasons::packed(walk, &answer.code, &lists);
    let asked = Asked { family, name: program.family(family).name.clone(), value: answer.ty, places };
    let all = [answer.status, answer.value, answer.version].into_iter().chain(packed);
    let names = asked.columns().into_iter().map(|(name, _)| name);
    let columns = names.zip(all).collect();
    Ok((asked, columns))
}

/// Reads a query back with the parser of its dialect. `Err` is what went wrong, or the first line that differs.
fn reads_back(dialect: Dialect, text: &str) -> Result<(), String> {
    let parser = dialect.parser();
    let parsed = sqlparser::parser::Parser::new(parser.as_ref())
        .with_recursion_limit(MAX_DEPTH)
        .try_with_sql(text)
        .and_then(|mut parser| parser.parse_query())
        .map_err(|error| error.to_string())?;
    let again = format!("{parsed:#}");
    let differs = again.lines().zip(text.lines()).find(|(again, line)| again != line);
    match differs {
        Some((again, line)) => Err(format!("`{line}` as `{again}`")),
        None if again.len() != text.len() => Err("it breaks off".into()),
        None => Ok(()),
    }
}

/// How deep an expression of a query nests at most. Ours nest a few levels: what is shared or deep is a column.
const MAX_DEPTH: usize = 100;

//! `enact compile`: a policy as a query for a database engine.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use enact::diagnostic::render::escape_json;
use enact::eval::Request;
use enact::facts::Facts;
use enact::run::{TextHashes, find_all_asked};
use enact::sql::{Compiled, Dialect, Options, compile};
use enact::syntax::ast::On;

use super::exit::{Exit, Failure, Outcome};
use super::files::write_whole;
use super::policy::{self, Named};
use super::terminal::Terminal;

/// Arguments of `compile`.
#[derive(Debug, Args)]
pub struct CompileArgs {
    /// `NAME`, `NAME@VERSION`, a folder or file, or `git:REV:PATH`.
    policy: String,
    /// The language to write.
    #[arg(long, value_enum, default_value_t = Language::Sql)]
    to: Language,
    /// The engine that will run it.
    #[arg(long, value_enum)]
    dialect: Engine,
    /// What is asked: a decision, or a definition without parameters; all decisions when none is given.
    #[arg(long, value_name = "NAME")]
    decision: Vec<String>,
    /// The day, or moment, on which it is asked of every row; without it the column `evaluation_date` tells.
    #[arg(long, value_name = "DATE|INSTANT", value_parser = enact::facts::read_on)]
    on: Option<On>,
    /// The table of facts: a row an applicant, a column a fact.
    #[arg(long, value_name = "NAME", default_value = "facts")]
    table: String,
    /// The file for the query; standard output without it.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The file for the legend `enact.sql/1`: what columns are needed and made, and what each place of the reasons tells.
    #[arg(long, value_name = "FILE")]
    legend: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    /// One query.
    Sql,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// DuckDB.
    Duckdb,
    /// Apache Spark 4 with `spark.sql.ansi.enabled`.
    Spark,
    /// PostgreSQL.
    Postgres,
    /// Apache DataFusion.
    Datafusion,
}

impl From<Engine> for Dialect {
    fn from(engine: Engine) -> Self {
        match engine {
            Engine::Duckdb => Dialect::DuckDb,
            Engine::Spark => Dialect::Spark,
            Engine::Postgres => Dialect::Postgres,
            Engine::Datafusion => Dialect::DataFusion,
        }
    }
}

/// Runs the command.
pub fn run(args: &CompileArgs, policies: Option<&Path>, terminal: &Terminal) -> Outcome {
    let Named { ready, policy, pinned } = policy::find(&args.policy, policies)?;
    let program = &ready.program;
    let asked = find_all_asked(program, policy, &args.decision)?;
    let mut fixed = Facts::new(program);
    if let Some(on) = args.on {
        enact::facts::set_on(&mut fixed, on);
    }
    let hashes = TextHashes::of(&ready, policy);
    let options = Options {
        dialect: args.dialect.into(),
        table: args.table.clone(),
        policy_sha256: hashes.policy,
        data_sha256: hashes.data,
    };
    let Language::Sql = args.to;
    let compiled = compile(program, &Request { policy, pinned, asked }, &fixed, &options)
        .map_err(|findings| Failure::Errors(findings, Box::new(ready.loaded.sources.clone())))?;
    if let Some(path) = &args.legend {
        write_whole(path, &legend(&compiled, program, &ready.loaded.sources)?)?;
    }
    match &args.output {
        Some(path) => write_whole(path, &compiled.sql)?,
        None => terminal.data(&compiled.sql)?,
    }
    Ok(Exit::Done)
}

fn legend(
    compiled: &Compiled,
    program: &enact::program::Program,
    sources: &enact::source::Sources,
) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(&compiled.legend(program, sources));
    let text = text.map_err(|error| Failure::usage(format!("cannot write the legend: {error}"), None))?;
    Ok(escape_json(&text) + "\n")
}

//! `enact test`: declared tests and case files.

mod case;
mod cover;
pub mod declared;
mod report;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use enact::coverage::Coverage;
use enact::coverage::record::Record;
use enact::coverage::text::render as text_of;
use enact::eval::{Evaluation, Request, evaluate_asserts};
use enact::facts::Facts;
use enact::program::FamilyId;
use enact::run::{Ready, Run};
use enact::trace::{Level, Trace, at_level, tags_at_why, text};
use enact::value::Evaluated;
use regex::Regex;

use cover::{Cover, CoverArgs};
#[cfg(feature = "lsp")]
pub use declared::facts;

use super::exit::{Exit, Outcome};
use super::root::Selection;
use super::terminal::Terminal;

/// Arguments of `test`.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Files and folders whose tests are run; all under the policies folder when none is given.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// A file of cases, one JSON object a line; may be given several times.
    #[arg(long, value_name = "FILE.jsonl")]
    cases: Vec<PathBuf>,
    /// Run only tests whose name, and cases whose id, match this expression.
    #[arg(long, value_name = "REGEX")]
    run: Option<Regex>,
    /// Leave out what cases say of the explanation (`decisive_rules`).
    #[arg(long)]
    ignore_reasons: bool,
    #[command(flatten)]
    cover: CoverArgs,
    /// How results are shown.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Failures with their explanation, then a count.
    Human,
    /// `enact.tests/1`.
    Json,
    /// JUnit XML.
    Junit,
}

/// What one test or case came to.
#[derive(Debug)]
pub struct TestResult {
    /// The file it stands in.
    pub suite: String,
    /// Its name or id.
    pub name: String,
    /// What it is about, in words.
    pub label: Option<String>,
    /// `file:line` or `file:line:column`.
    pub at: String,
    /// What is not as expected; empty when it passed.
    pub mismatches: Vec<Mismatch>,
    /// The explanation of what came out, of a failed one.
    pub explanation: Option<String>,
}

/// One thing that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What was looked at: a decision, its missing facts, its explanation, an assert.
    pub what: String,
    /// What should have come out.
    pub expected: String,
    /// What came out.
    pub actual: String,
}

impl Mismatch {
    fn new(what: impl Into<String>, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Mismatch { what: what.into(), expected: expected.into(), actual: actual.into() }
    }
}

/// Returns what the declared tests reach of the files selected.
pub fn coverage(ready: &Ready, selection: &Selection) -> Coverage {
    let mut cover = Cover::new(ready);
    declared::run(ready, selection, |_| true, &mut cover);
    cover.of(ready, selection).unwrap_or_else(|| Coverage::new(&ready.program))
}

/// Runs one declared test of a file; nothing where there is none.
#[cfg(feature = "lsp")]
pub fn run_one(ready: &Ready, path: &str, name: &str) -> Option<TestResult> {
    let selection = Selection { root: std::path::PathBuf::new(), inside: vec![path.to_owned()] };
    declared::run(ready, &selection, |it| it == name, &mut Cover::none()).into_iter().next()
}

/// Says of a test what is not as expected, and why.
#[cfg(feature = "lsp")]
pub fn report_of(result: &TestResult) -> String {
    report::human(std::slice::from_ref(result), None)
}

/// Runs the command.
pub fn run(args: &TestArgs, policies: Option<&Path>, terminal: &Terminal) -> Outcome {
    let selection = Selection::of(policies, &args.paths)?;
    let ready = Ready::read(&selection.root)?;
    let wanted = |name: &str| args.run.as_ref().is_none_or(|regex| regex.is_match(name));
    let mut cover = args.cover.begin(&ready);
    let mut results = declared::run(&ready, &selection, wanted, &mut cover);
    for path in &args.cases {
        results.extend(case::run(&ready, path, wanted, args.ignore_reasons, &mut cover)?);
    }
    let coverage = cover.of(&ready, &selection);
    let sources = &ready.loaded.sources;
    let text = match args.format {
        Format::Human => report::human(&results, coverage.as_ref().map(|coverage| text_of(coverage, sources))),
        Format::Json => report::json(&results, coverage.as_ref().map(|coverage| Record::new(coverage, sources))),
        Format::Junit => report::junit(&results)?,
    };
    terminal.data(&text)?;
    if results.is_empty() {
        terminal.say("no test was found");
    }
    let enough = match &coverage {
        Some(coverage) => args.cover.finish(coverage, &ready, terminal)?,
        None => true,
    };
    let passed = !results.is_empty() && results.iter().all(|result| result.mismatches.is_empty());
    Ok(if passed && enough { Exit::Done } else { Exit::Findings })
}

/// Asks one thing of the policy that decides it.
fn ask<'a>(ready: &'a Ready, family: FamilyId, facts: &'a Facts, cover: &mut Cover) -> Option<(Request, Run<'a>)> {
    // A definition of a library belongs to no policy; any that uses it may be asked.
    let policy = ready.program.family(family).policy.or_else(|| {
        let first = ready.program.policies.first();
        first.and_then(|policy| ready.program.find_policy(&policy.name))
    })?;
    let request = Request { policy, pinned: None, asked: vec![family] };
    let run = Run::new(ready, request.clone(), facts, false);
    cover.see(&run.evaluation);
    Some((request, run))
}

/// The asserts that are no or an error.
fn broken_asserts(ready: &Ready, request: &Request, facts: &Facts) -> Vec<Mismatch> {
    let program = &ready.program;
    let broken = |(origin, value): (_, Evaluated)| {
        let actual = match &value {
            value if value.is_no() => "no".to_owned(),
            Evaluated::Error(_) => "error".to_owned(),
            _ => return None,
        };
        let origin = program.origin(origin);
        let what = format!("assert {} ({})", origin.name, ready.loaded.sources.place(origin.span));
        Some(Mismatch::new(what, "yes", actual))
    };
    evaluate_asserts(program, request, facts).into_iter().filter_map(broken).collect()
}

/// Says what came out: the value as policies write it, else the status.
fn actual(ready: &Ready, evaluation: &Evaluation) -> String {
    let Some(answer) = evaluation.answers.first() else { return "nothing".into() };
    match &answer.value {
        Some(value) => ready.program.value_text(value, &answer.ty),
        None => answer.status.text().to_owned(),
    }
}

/// Compares the tags of the explanation at level `why` with those that must be in it.
fn check_tags(trace: &Trace, wanted: &[String], mismatches: &mut Vec<Mismatch>, what: &str) {
    let tags = tags_at_why(trace);
    let missing: Vec<&str> = wanted.iter().map(String::as_str).filter(|tag| !tags.contains(*tag)).collect();
    if !missing.is_empty() {
        let actual: Vec<&str> = tags.iter().map(String::as_str).collect();
        mismatches.push(Mismatch::new(
            format!("explanation of {what}"),
            format!("[{}]", missing.join(", ")),
            format!("only [{}]", actual.join(", ")),
        ));
    }
}

/// Compares missing facts as sets.
fn check_missing(found: &[String], wanted: &[String], mismatches: &mut Vec<Mismatch>, what: &str) {
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort();
        names.dedup();
        names
    };
    let (found, wanted) = (sorted(found), sorted(wanted));
    if found != wanted {
        let text = |names: &[String]| format!("{{{}}}", names.join(", "));
        mismatches.push(Mismatch::new(format!("missing facts of {what}"), text(&wanted), text(&found)));
    }
}

/// The explanation that a failure shows.
fn explanation(trace: &Trace) -> String {
    text::render(&at_level(trace, Level::Why), 100).to_string()
}

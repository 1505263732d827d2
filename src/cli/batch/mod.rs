//! `enact batch`: a policy over many rows.

mod formats;
mod output;
mod pipe;
mod say;

use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::Instant;

use clap::Args;
use enact::batch::{Beside, Form, ID, Job, Problem, Refused, Side};
use enact::diagnostic::render::escape_json;
use enact::diagnostic::{CODES, Code, Diagnostic, Severity};
use enact::eval::Request;
use enact::facts::Facts;
use enact::load::time::read_date;
use enact::program::{FamilyId, Program, VersionId};
use enact::run::{by_version, find_all_asked};
use enact::syntax::ast::On;

use super::exit::{Exit, Failure, Outcome};
use super::facts;
use super::parquet::{Columns, lay_out};
use super::policy::{self, Named};
use super::terminal::Terminal;
use formats::{Format, Input};
use output::{Errors, Output};
use pipe::Source;
use say::Progress;

/// Arguments of `batch`.
#[derive(Debug, Args)]
#[command(after_help = "\
Columns are facts by their keys, as `enact schema POLICY --format csv` lists them; a column `id` leads each line of the output,
else the number of the row does. Rows that cannot be read are left out of the output and do not stop the run.

Exit codes: 0 every row was decided; 1 some rows were refused; 2 usage, file or syntax error, or a refused row with `--strict`.

Examples:
  enact batch flagpoling applicants.csv -o decided.csv --on 2025-03-01 --errors refused.jsonl
  enact batch flagpoling@2024-12-24 applicants.csv --compare 2024-05-30 --summary
  cat applicants.jsonl | enact batch flagpoling - --in-format jsonl --decision flagpoling_bar_applies")]
pub struct BatchArgs {
    /// `NAME`, `NAME@VERSION`, a folder or file, or `git:REV:PATH`.
    policy: String,
    /// The rows, `.csv`, `.jsonl` or `.parquet`; `-` is standard input.
    ///
    /// Parquet is read and written by programs that were built with it: `--features parquet`.
    input: PathBuf,
    /// Where the answers go, `.csv`, `.jsonl` or `.parquet`: standard output when it is left out. The file
    /// is there when all is done.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// What is asked: a decision, or a definition without parameters; all decisions when none is given.
    #[arg(long, value_name = "NAME")]
    decision: Vec<String>,
    /// The day, `2024-12-24`, or the moment, `2024-12-24T23:59-05:00`, on which every row is asked.
    #[arg(long, value_name = "DATE|INSTANT", value_parser = enact::facts::read_on)]
    on: Option<On>,
    /// States a fact of every row: `age_years=17`, `age_years=unknown`.
    #[arg(long, value_name = "FACT=VALUE")]
    set: Vec<String>,
    /// The text before: another version, `2024-05-30`, or another policy. Answers are compared with those under it.
    #[arg(long, value_name = "VERSION|POLICY")]
    compare: Option<String>,
    /// Copy a column to the output; it need not be a fact.
    #[arg(long, value_name = "COLUMN")]
    keep: Vec<String>,
    /// Pass over a column that is no fact.
    #[arg(long, value_name = "COLUMN")]
    ignore: Vec<String>,
    /// Write rows that are refused here, as JSONL: row, line, and each problem with its code and place.
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// Stop at the first row that is refused.
    #[arg(long)]
    strict: bool,
    /// Write the summary as JSON to standard output, and the answers only if `--output` says where.
    #[arg(long)]
    summary: bool,
    /// How many rows are decided at the same time, by chunks: as many as there are cores when it is left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// The form of the input, where its name does not say it.
    #[arg(long, value_name = "FORMAT", value_enum)]
    in_format: Option<Format>,
    /// The form of the output, where its name does not say it; that of the input when it has no name.
    #[arg(long, value_name = "FORMAT", value_enum)]
    out_format: Option<Format>,
}

/// Runs the command.
pub fn run(args: &BatchArgs, policies: Option<&Path>, terminal: &Terminal) -> Outcome {
    let after = policy::find(&args.policy, policies)?;
    let before = args.compare.as_deref().map(|text| Before::find(text, &after, policies)).transpose()?;
    let asked = find_all_asked(&after.ready.program, after.policy, &args.decision)?;
    let mut input = Input::open(&args.input, args.in_format)?;
    let layout = formats::layout(args.output.as_deref(), args.out_format, &input)?;
    let header = input.header().map_err(|error| Failure::file("read", &args.input, &error))?;
    let header = header.map_err(|problem| unfit(&args.input, None, &[problem]))?;
    // The id is copied anyway.
    let keep: Vec<String> = args.keep.iter().filter(|name| *name != ID).cloned().collect();
    let beside = Beside { keep: keep.clone(), ignore: args.ignore.clone() };
    let before = before.as_ref().map(|before| before.side(args, &after, &asked)).transpose()?;
    let request = Request { policy: after.policy, pinned: after.pinned, asked };
    let after = Side::new(&after.ready.program, request, stated(args, &after.ready.program)?);
    let job = Job::new(input.form, &header, beside, after, before, layout)
        .map_err(|problems| unfit(&args.input, None, &problems))?;
    let has_id = input.form == Form::Jsonl || header.iter().any(|name| name == ID);
    let columns = args.output.as_deref().filter(|_| job.by_columns());
    let columns = columns.map(|path| lay_out(path, job.asked(), &keep, has_id, input.table())).transpose()?;
    let size = input.size;
    let mut rows =
        input.begin(&job, &keep).map_err(|errors| facts::failure(&args.input.display().to_string(), &errors))?;
    decide(args, &job, &mut *rows, size, columns.as_ref(), terminal)
}

/// Decides all rows and says what they came to.
fn decide(
    args: &BatchArgs,
    job: &Job,
    rows: &mut dyn Source,
    size: Option<u64>,
    columns: Option<&Columns>,
    terminal: &Terminal,
) -> Outcome {
    let begun = Instant::now();
    let mut output = Output::create(args.output.as_deref(), columns, !args.summary)?;
    let mut errors = Errors::create(args.errors.as_deref())?;
    let progress = Progress::new(size, terminal);
    output.write(&job.header())?;
    let workers = args.jobs.map_or_else(|| available_parallelism().map_or(1, usize::from), usize::from);
    let summary = pipe::run(job, rows, &args.input, workers, columns, |ready| {
        let decided = &ready.decided;
        progress.advance(decided.rows, decided.taken);
        errors.take(&decided.refused)?;
        match decided.refused.first() {
            Some(refused) if args.strict => Err(unfit(&args.input, Some(refused), &refused.problems)),
            _ => output.take(&ready),
        }
    });
    progress.finish();
    let summary = summary?.record();
    output.finish()?;
    errors.finish(&args.input, terminal)?;
    if args.summary {
        let text = serde_json::to_string_pretty(&summary)
            .map_err(|error| Failure::usage(format!("cannot write the summary: {error}"), None))?;
        terminal.data(&(escape_json(&text) + "\n"))?;
    } else {
        say::summary(&summary).iter().for_each(|line| terminal.say(line));
    }
    if terminal.verbose {
        terminal.say(&say::speed(summary.rows, begun.elapsed(), workers));
    }
    Ok(if summary.refused > 0 { Exit::Findings } else { Exit::Done })
}

/// What is stated of every row.
fn stated(args: &BatchArgs, program: &Program) -> Result<Facts, Failure> {
    let mut stated = Facts::new(program);
    for assignment in &args.set {
        facts::set(program, &mut stated, assignment)?;
    }
    if let Some(on) = args.on {
        enact::facts::set_on(&mut stated, on);
    }
    Ok(stated)
}

/// The text before.
enum Before {
    /// Another version of the policy that is asked.
    Version(VersionId),
    /// Another policy, or the same from somewhere else.
    Policy(Box<Named>),
}

impl Before {
    fn find(text: &str, after: &Named, policies: Option<&Path>) -> Result<Before, Failure> {
        if read_date(text).is_ok() {
            return Ok(Before::Version(by_version(&after.ready.program, after.policy, text)?));
        }
        policy::find(text, policies).map(|named| Before::Policy(Box::new(named)))
    }

    /// Asks it for decisions of the same names.
    fn side<'p>(&'p self, args: &BatchArgs, after: &'p Named, asked: &[FamilyId]) -> Result<Side<'p>, Failure> {
        let program = &after.ready.program;
        let (program, request) = match self {
            Before::Version(version) => {
                (program, Request { policy: after.policy, pinned: Some(*version), asked: asked.to_vec() })
            }
            Before::Policy(other) => {
                let names: Vec<String> = asked.iter().map(|&id| program.family(id).name.clone()).collect();
                let asked = find_all_asked(&other.ready.program, other.policy, &names)?;
                (&other.ready.program, Request { policy: other.policy, pinned: other.pinned, asked })
            }
        };
        Ok(Side::new(program, request, stated(args, program)?))
    }
}

/// What is wrong with an input as a whole, or with one row of it.
fn unfit(input: &Path, row: Option<&Refused>, problems: &[Problem]) -> Failure {
    let finding = |problem: &Problem| {
        let code = CODES.iter().map(|(code, _)| *code).find(|code| code.number == problem.code);
        let row = row.map_or_else(String::new, |row| format!(", row {}, line {}", row.row, row.line));
        let at = if problem.pointer.is_empty() { String::new() } else { format!(" at `{}`", problem.pointer) };
        let message = format!("`{}`{row}{at}: {}", input.display(), problem.message);
        let mut finding = Diagnostic::new(Severity::Error, code.unwrap_or(Code::CSV), message);
        finding.help.clone_from(&problem.help);
        finding
    };
    Failure::Errors(problems.iter().map(finding).collect(), Box::default())
}

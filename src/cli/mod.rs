//! The command line: arguments, files, terminal, exit codes. One file per command.
//!
//! ```text
//! exit      how a run ends
//! terminal  where output goes
//! files     folders and files to bytes, and back
//! root      which folder is the policies root
//! world     a root, loaded and checked
//! policy    the policy that an argument names
//! inputs    what `eval`, `explain` and `ask` are asked about whom
//! parquet   Parquet files, or what stands in for them without that feature
//! ```

mod ask;
mod batch;
pub(crate) mod check;
mod clauses;
#[cfg(feature = "sql")]
mod compile;
mod completions;
pub(crate) mod diff;
mod doc;
mod eval;
pub(crate) mod exit;
pub(crate) mod explain;
pub(crate) mod facts;
pub(crate) mod files;
mod fmt;
mod git;
pub(crate) mod help_error;
mod inputs;
#[cfg(feature = "lsp")]
mod lsp;
mod new;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(not(feature = "parquet"))]
#[path = "no_parquet.rs"]
mod parquet;
pub(crate) mod policy;
mod replay;
mod root;
mod schema;
#[cfg(feature = "serve")]
mod serve;
pub(crate) mod show;
pub(crate) mod terminal;
pub(crate) mod test;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use exit::{Exit, Outcome};
use terminal::Terminal;

/// Rules as law-like text: decide, explain, test.
#[derive(Debug, Parser)]
#[command(name = "enact", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "\
Exit codes: 0 done; 1 findings (errors of `check`, failed tests, unformatted files, `--fail-unless` or `--expect` not met);
2 usage, file, syntax or facts error; 3 incomplete (an analysis ran out of its budget).

Examples:
  enact new parking_permit
  enact check
  enact eval parking_permit --facts applicant.json --on 2025-03-01
  enact help-error E105")]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// The folder in which policy names resolve.
    #[arg(long, value_name = "DIR", global = true, env = "ENACT_POLICIES")]
    policies: Option<PathBuf>,
    /// When to use colours; `NO_COLOR` is respected.
    #[arg(long, value_name = "WHEN", global = true, value_enum, default_value_t = ColorChoice::Auto)]
    color: ColorChoice,
    /// How errors are shown.
    #[arg(long, value_name = "FORMAT", global = true, value_enum, default_value_t = ErrorFormat::Human, env = "ENACT_ERROR_FORMAT")]
    error_format: ErrorFormat,
    /// Say less: results and errors only.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ColorChoice {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ErrorFormat {
    Human,
    Plain,
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Find mistakes in policies.
    Check(check::CheckArgs),
    /// Decide about one applicant.
    Eval(eval::EvalArgs),
    /// Show the reasons of a decision.
    Explain(explain::ExplainArgs),
    /// Ask for the facts one by one: only what can still matter, most useful first.
    Ask(ask::AskArgs),
    /// Decide about every row of a table.
    Batch(batch::BatchArgs),
    /// Compare two texts of a policy: what changed, and who is affected.
    Diff(diff::DiffArgs),
    /// Run declared tests and case files.
    Test(test::TestArgs),
    /// Write a policy as a query that a database engine runs on many applicants.
    #[cfg(feature = "sql")]
    Compile(compile::CompileArgs),
    /// Lay out policies in the one canonical way.
    Fmt(fmt::FmtArgs),
    /// Show the text in force, amendments applied.
    Show(show::ShowArgs),
    /// Write readable pages of policies.
    ///
    /// Law beside rule, facts, versions, pictures; and the text of each file, coloured as editors colour it, with names that lead to
    /// what they name, marks of what the tests reach, and a place to link to on every line: `text/NAME.VERSION.html#L12`.
    Doc(doc::DocArgs),
    /// Show what rests on what in a policy.
    Graph(doc::GraphArgs),
    /// Show what facts a policy asks for.
    Schema(schema::SchemaArgs),
    /// Answer over HTTP.
    #[cfg(feature = "serve")]
    Serve(serve::ServeArgs),
    /// Decide again what a decision log holds, and say what comes out otherwise.
    Replay(replay::ReplayArgs),
    /// Start a policy: a small complete folder with a test.
    New(new::NewArgs),
    /// Help an editor while policies are written.
    #[cfg(feature = "lsp")]
    Lsp(lsp::LspArgs),
    /// Print a completion script for a shell.
    Completions(completions::CompletionsArgs),
    /// Print the manual page.
    Man,
    /// Show the page of an error code.
    HelpError(help_error::HelpErrorArgs),
}

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; neither is a reader who has gone.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    let terminal = Terminal::new(&cli.global);
    run(&cli, &terminal).unwrap_or_else(|failure| terminal.fail(failure)).into()
}

fn run(cli: &Cli, terminal: &Terminal) -> Outcome {
    let policies = cli.global.policies.as_deref();
    match &cli.command {
        Command::Check(args) => check::run(args, policies, terminal),
        Command::Eval(args) => eval::run(args, policies, terminal),
        Command::Explain(args) => explain::run(args, policies, terminal),
        Command::Ask(args) => ask::run(args, policies, terminal),
        Command::Batch(args) => batch::run(args, policies, terminal),
        Command::Diff(args) => diff::run(args, policies, terminal),
        Command::Test(args) => test::run(args, policies, terminal),
        #[cfg(feature = "sql")]
        Command::Compile(args) => compile::run(args, policies, terminal),
        Command::Fmt(args) => fmt::run(args, policies, terminal),
        Command::Show(args) => show::run(args, policies, terminal),
        Command::Doc(args) => doc::run(args, policies, terminal),
        Command::Graph(args) => doc::graph(args, policies, terminal),
        Command::Schema(args) => schema::run(args, policies, terminal),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::run(args, policies, terminal),
        Command::Replay(args) => replay::run(args, policies, terminal),
        Command::New(args) => new::run(args, policies, terminal),
        #[cfg(feature = "lsp")]
        Command::Lsp(args) => lsp::run(args, policies),
        Command::Completions(args) => completions::run(args, terminal),
        Command::Man => completions::man(terminal),
        Command::HelpError(args) => help_error::run(args, terminal),
    }
}

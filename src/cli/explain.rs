//! `enact explain`: the reasons.

use std::path::Path;

use clap::{Args, ValueEnum};
use enact::diagnostic::render::escape_json;
use enact::run::Run;
use enact::trace::style::Styled;
use enact::trace::{Level, Trace, answer, at_level, dot, html, markdown, mermaid, text};

use super::exit::{Exit, Failure, Outcome};
use super::inputs::{InputArgs, Inputs};
use super::terminal::Terminal;

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    #[command(flatten)]
    inputs: InputArgs,
    /// How much is explained.
    #[arg(long, value_enum, default_value_t = ShownLevel::Why)]
    level: ShownLevel,
    /// Explain why this rule does not decide.
    #[arg(long, value_name = "RULE")]
    why_not: Option<String>,
    /// How the explanation is shown; JSON is one `enact.trace/1`, or a list of them when several decisions are asked.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ShownLevel {
    /// What decided.
    Reason,
    /// The deciding branches, bars, near misses.
    Why,
    /// Everything that was looked at.
    Full,
}

impl From<ShownLevel> for Level {
    fn from(level: ShownLevel) -> Level {
        match level {
            ShownLevel::Reason => Level::Reason,
            ShownLevel::Why => Level::Why,
            ShownLevel::Full => Level::Full,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A tree for people.
    Human,
    /// `enact.trace/1`.
    Json,
    /// Markdown.
    Md,
    /// One page of HTML.
    Html,
    /// A Mermaid chart.
    Mermaid,
    /// A DOT graph.
    Dot,
}

/// Runs the command.
pub fn run(args: &ExplainArgs, policies: Option<&Path>, terminal: &Terminal) -> Outcome {
    let Inputs { ready, request, facts, all } = args.inputs.read(policies, &[])?;
    let run = Run::new(&ready, request, &facts, all);
    let traces = traces(&run, args.level.into(), args.why_not.as_deref())?;
    let shown = match args.format {
        Format::Human => human(&traces, terminal.out.width, |styled| terminal.paint(styled)),
        Format::Json => json(&traces)?,
        Format::Md => traces.iter().map(markdown::render).collect::<Vec<_>>().join("\n"),
        Format::Html => html::render(only(&traces)?),
        Format::Mermaid => mermaid::render(only(&traces)?),
        Format::Dot => dot::render(only(&traces)?),
    };
    terminal.data(&shown)?;
    Ok(Exit::Done)
}

/// Returns what is explained: all at a level, or why a rule does not decide.
pub fn traces(run: &Run, level: Level, why_not: Option<&str>) -> Result<Vec<Trace>, Failure> {
    match why_not {
        None => Ok(run.traces().iter().map(|trace| at_level(trace, level)).collect()),
        Some(rule) => Ok(run.why_not(rule)?),
    }
}

/// The one trace of formats that show one.
fn only(traces: &[Trace]) -> Result<&Trace, Failure> {
    match traces {
        [trace] => Ok(trace),
        traces => {
            let names: Vec<&str> = traces.iter().map(|trace| trace.decision.as_str()).collect();
            let message = format!("this format shows one decision, and {} are asked", traces.len());
            Err(Failure::usage(message, Some(format!("name one with `--decision`: {}", names.join(", ")))))
        }
    }
}

/// Returns trees for people, and how to come to the same once more.
pub fn human(traces: &[Trace], width: usize, paint: impl Fn(&Styled) -> String) -> String {
    let trees: Vec<String> = traces.iter().map(|trace| paint(&text::render(trace, width))).collect();
    let mut shown = trees.join("\n");
    if let Some(replay) = traces.first().and_then(answer::replay).filter(|_| !shown.contains("Replay: ")) {
        shown += &paint(&replay);
    }
    shown
}

/// Returns one `enact.trace/1` as text, or a list of them.
pub fn json(traces: &[Trace]) -> Result<String, Failure> {
    let text = match traces {
        [trace] => serde_json::to_string_pretty(trace),
        traces => serde_json::to_string_pretty(traces),
    };
    let text = text.map_err(|error| Failure::usage(format!("cannot write the explanation: {error}"), None))?;
    Ok(escape_json(&text) + "\n")
}

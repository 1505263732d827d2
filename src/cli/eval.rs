//! `enact eval`: the answer, short.

use std::path::Path;

use clap::{Args, ValueEnum};
use enact::eval::{Answer, Status};
use enact::facts::read_text;
use enact::program::Program;
use enact::run::Run;
use enact::trace::answer;
use enact::value::Value;

use super::exit::{Exit, Failure, Outcome};
use super::inputs::{InputArgs, Inputs};
use super::terminal::Terminal;

/// Arguments of `eval`.
#[derive(Debug, Args)]
pub struct EvalArgs {
    #[command(flatten)]
    inputs: InputArgs,
    /// How the answer is shown.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// End with exit code 1 unless the decision has this value, or this status: `may_apply=yes`, `may_apply=undetermined`.
    #[arg(long, value_name = "DECISION=VALUE")]
    fail_unless: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A few lines for people.
    Human,
    /// `enact.decision/1`.
    Json,
    /// The same on one line.
    Jsonl,
}

/// Runs the command.
pub fn run(args: &EvalArgs, policies: Option<&Path>, terminal: &Terminal) -> Outcome {
    let conditions = args.fail_unless.iter().map(|text| split(text)).collect::<Result<Vec<_>, _>>()?;
    let named: Vec<&str> = conditions.iter().map(|&(name, _)| name).collect();
    let Inputs { ready, request, facts, all } = args.inputs.read(policies, &named)?;
    let run = Run::new(&ready, request, &facts, all);
    let mut met = true;
    for (name, value) in conditions {
        let answers = &run.evaluation.answers;
        let answer = answers.iter().find(|answer| ready.program.family(answer.asked).name == name);
        met &= answer.map_or(Ok(false), |answer| holds(&ready.program, answer, name, value))?;
    }
    match args.format {
        Format::Human => {
            let answers: Vec<String> =
                run.traces().iter().map(|trace| terminal.paint(&answer::render(trace, terminal.out.width))).collect();
            terminal.data(&answers.join("\n"))?;
        }
        Format::Json => terminal.data(&run.json(true)?)?,
        Format::Jsonl => terminal.data(&run.json(false)?)?,
    }
    Ok(if met { Exit::Done } else { Exit::Findings })
}

fn split(text: &str) -> Result<(&str, &str), Failure> {
    text.split_once('=').map(|(name, value)| (name.trim(), value.trim())).ok_or_else(|| {
        let help = "write `DECISION=VALUE`: `--fail-unless may_apply=yes`";
        Failure::usage(format!("`--fail-unless {text}` names no value"), Some(help.into()))
    })
}

/// Whether an answer has a value as facts and records spell it, or a status.
fn holds(program: &Program, answer: &Answer, name: &str, wanted: &str) -> Result<bool, Failure> {
    if wanted == answer.status.text() {
        return Ok(true);
    }
    let none = (wanted == "none" && answer.ty.is_optional()).then_some(Value::None);
    match none.map_or_else(|| read_text(program, &answer.ty, wanted), Ok) {
        Ok(value) => Ok(answer.value.as_ref() == Some(&value)),
        Err(_) if is_status(wanted) => Ok(false),
        Err(error) => Err(Failure::usage(format!("`{name}` cannot be `{wanted}`: {error}"), error.help)),
    }
}

fn is_status(text: &str) -> bool {
    Status::from_text(text).is_some()
}

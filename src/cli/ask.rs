//! `enact ask`: the interview.

use std::io::{self, BufRead, IsTerminal, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use enact::diagnostic::render::escape_json;
use enact::facts::{ValueError, write_facts};
use enact::files::io_text;
use enact::interview::{Clash, Interview, Reply};
use enact::run::Run;
use enact::trace::{Level, at_level, text};

use super::exit::{Exit, Failure, Outcome};
use super::files::write_whole;
use super::inputs::{InputArgs, Inputs};
use super::terminal::Terminal;

mod words;

/// The longest answer, in bytes: that of the longest facts.
const MAX_ANSWER: u64 = 1024 * 1024;

/// Arguments of `ask`.
#[derive(Debug, Args)]
#[command(after_help = "\
Only what can still change the answer is asked, the most useful question first. To a question, write the answer, `-` if it is
not known, `?` for why it is asked and what hangs on it, `back` to answer the last one again, `quit` to stop. Answers are read
from standard input, one a line; where it ends, the rest is not known. Questions go to standard error; the explanation and the
facts, as a JSON object that `--facts` takes, to standard output.

Examples:
  enact ask poe_work_permit --decision may_apply_for_work_permit_at_poe --on 2025-03-01
  enact ask parking_permit --facts applicant.json --set age_years=30 --save applicant.json")]
pub struct AskArgs {
    #[command(flatten)]
    inputs: InputArgs,
    /// Write the facts to this file in the end, also when stopping with `quit`; it is replaced as a whole.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
}

/// How the conversation ended.
enum End {
    /// Nothing more is asked.
    Over,
    /// By `quit`.
    Quit,
}

/// Runs the command.
pub fn run(args: &AskArgs, policies: Option<&Path>, terminal: &Terminal) -> Outcome {
    if args.inputs.facts.as_deref() == Some(Path::new("-")) {
        let help = "name a file with `--facts`";
        return Err(Failure::usage("answers come from standard input, so facts cannot", Some(help.into())));
    }
    let Inputs { ready, request, facts, .. } = args.inputs.read(policies, &[])?;
    let &[asked] = request.asked.as_slice() else {
        let names: Vec<&str> = request.asked.iter().map(|&id| ready.program.family(id).name.as_str()).collect();
        let message = format!("an interview is about one decision, and {} are asked", names.len());
        return Err(Failure::usage(message, Some(format!("name one with `--decision`: {}", names.join(", ")))));
    };
    let mut interview = Interview::new(&ready.program, &ready.loaded.sources, request.clone(), facts);
    let narrates = !terminal.quiet;
    if narrates && interview.question().is_some() {
        terminal.show(&words::welcome(&ready.program, asked, terminal.err.width));
    }
    let end = converse(&mut interview, terminal)?;
    let facts = interview.facts().clone();
    let json = escape_json(&format!("{:#}", write_facts(&ready.program, &facts))) + "\n";
    match end {
        End::Quit => terminal.data(&json)?,
        End::Over => {
            let run = Run::new(&ready, request, &facts, false);
            let traces = run.traces();
            let shown: Vec<String> = traces
                .iter()
                .map(|trace| terminal.paint(&text::render(&at_level(trace, Level::Why), terminal.out.width)))
                .collect();
            terminal.data(&format!("{}\nFacts:\n{json}", shown.join("\n")))?;
        }
    }
    if let Some(path) = &args.save {
        write_whole(path, &json)?;
        terminal.say(&format!("the facts are in {}", path.display()));
    } else if matches!(end, End::Quit) {
        terminal.say("stopped: give these facts with `--facts` to go on");
    }
    Ok(Exit::Done)
}

/// Asks until nothing can change the answer any more, or nobody answers.
fn converse(interview: &mut Interview<'_>, terminal: &Terminal) -> Result<End, Failure> {
    let mut input = io::stdin().lock();
    // Without a terminal nobody typed the answers, and nothing shows them.
    let echo = !input.is_terminal();
    let shows = !(terminal.quiet && echo);
    let mut shown = false;
    while let Some(question) = interview.question() {
        if shows && !shown {
            let (number, open) = (interview.answered() + 1, interview.open().len());
            terminal.show(&words::question(question, number, open, terminal.err.width));
            shown = true;
        }
        if shows {
            terminal.prompt("> ");
        }
        let Some(line) = line(&mut input)? else {
            if shows {
                terminal.prompt("\n");
            }
            interview.end();
            return Ok(End::Over);
        };
        if shows && echo {
            terminal.say(&line);
        }
        match interview.read(&line) {
            Ok(Reply::Value(value)) => match interview.state(Some(value)) {
                Ok(()) => shown = false,
                Err(clash) => refuse(terminal, &clash),
            },
            Ok(Reply::Unknown) => {
                // What is not known breaks nothing.
                let _ = interview.state(None);
                shown = false;
            }
            Ok(Reply::Why) => {
                if let (Some(question), Some(why)) = (interview.question(), interview.why()) {
                    terminal.show(&words::why(question, &why, terminal.err.width));
                }
            }
            Ok(Reply::Back) if interview.back() => shown = false,
            Ok(Reply::Back) => explain(terminal, &ValueError::new("this is the first question")),
            Ok(Reply::Quit) => return Ok(End::Quit),
            Err(error) => explain(terminal, &error),
        }
    }
    Ok(End::Over)
}

fn explain(terminal: &Terminal, error: &ValueError) {
    terminal.show(&words::wrong(&error.message, error.help.as_deref(), terminal.err.width));
}

fn refuse(terminal: &Terminal, clash: &Clash) {
    terminal.show(&words::clash(clash, terminal.err.width));
}

/// Reads a line; nothing at the end of input. What is no UTF-8 becomes marks that no answer holds.
fn line(input: &mut impl BufRead) -> Result<Option<String>, Failure> {
    let mut bytes = Vec::new();
    let read = input.by_ref().take(MAX_ANSWER).read_until(b'\n', &mut bytes);
    read.map_err(|error| Failure::usage(format!("cannot read standard input: {}", io_text(&error)), None))?;
    if bytes.is_empty() {
        return Ok(None);
    }
    if bytes.len() as u64 == MAX_ANSWER && bytes.last() != Some(&b'\n') {
        return Err(Failure::usage("an answer is longer than 1 MiB", Some("write one answer a line".into())));
    }
    Ok(Some(String::from_utf8_lossy(&bytes).trim_end_matches(['\n', '\r']).to_owned()))
}

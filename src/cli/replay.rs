//! `enact replay`: a decision log, decided again.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use enact::diagnostic::render::{escape, escape_json, quantity};
use enact::log::{Entry, Outcome as Came, Replayed, replay};
use enact::run::Ready;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::exit::{Exit, Failure, Outcome};
use super::root::Selection;
use super::terminal::Terminal;

/// The longest line, in bytes: the longest facts, and what was decided about them.
const MAX_LINE_BYTES: u64 = 4 * 1024 * 1024;
/// How many lines are listed of each kind; all are counted.
const MAX_LISTED: usize = 1000;

/// Arguments of `replay`.
#[derive(Debug, Args)]
#[command(after_help = "\
Facts that the log leaves out, as they are private, count as unknown. Such a line came out the same if what was decided comes
out whatever they are; it stays open if they can matter, and is counted as that.

Exit codes: 0 all comes out the same; 1 something comes out otherwise, or cannot be decided any more; 2 usage, file or syntax
error, or a line that is no entry of a log; 3 nothing comes out otherwise, but some lines stay open.

Examples:
  enact replay decisions.jsonl
  enact replay decisions.jsonl --policies /tmp/edited/policies --format json")]
pub struct ReplayArgs {
    /// The log that `enact serve --decision-log` wrote; `-` is standard input.
    file: PathBuf,
    /// Compare values and statuses alone.
    #[arg(long)]
    ignore_reasons: bool,
    /// How it is shown.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for each difference.
    Human,
    /// `enact.replay/1`.
    Json,
}

/// What all lines came to.
#[derive(Debug, Serialize)]
struct Report {
    schema: &'static str,
    /// Lines that are not blank.
    entries: u64,
    same: u64,
    different: u64,
    /// Private facts, which the log leaves out, can matter.
    open: u64,
    /// What was asked or stated is not there any more.
    impossible: u64,
    /// No entries of a log.
    bad: u64,
    /// Entries with private facts left out, among all of those.
    redacted: u64,
    /// The first [`MAX_LISTED`] that did not come out the same.
    lines: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    line: u64,
    outcome: &'static str,
    policy: Option<String>,
    /// Private facts that counted as unknown.
    redacted: Vec<String>,
    /// By outcome: differences, open decisions, or what is wrong.
    about: Json,
}

/// Runs the command.
pub fn run(args: &ReplayArgs, policies: Option<&Path>, terminal: &Terminal) -> Outcome {
    let input: Box<dyn Read> = match args.file == Path::new("-") {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(&args.file).map_err(|error| Failure::file("read", &args.file, &error))?),
    };
    let ready = Ready::read(&Selection::all(policies)?.root)?;
    let mut input = BufReader::new(input);
    let mut report = Report {
        schema: "enact.replay/1",
        entries: 0,
        same: 0,
        different: 0,
        open: 0,
        impossible: 0,
        bad: 0,
        redacted: 0,
        lines: Vec::new(),
    };
    let mut number = 0;
    while let Some(text) = line(&mut input, &args.file)? {
        number += 1;
        if text.trim().is_empty() {
            continue;
        }
        report.entries += 1;
        match Entry::read(&text) {
            Err(what) => report.refuse(number, what),
            Ok(entry) => {
                let replayed = replay(&ready.program, &entry, !args.ignore_reasons);
                report.take(number, entry, replayed);
            }
        }
    }
    let shown = match args.format {
        Format::Human => human(&report),
        Format::Json => {
            let text = serde_json::to_string_pretty(&report);
            let text = text.map_err(|error| Failure::usage(format!("cannot write the report: {error}"), None))?;
            escape_json(&text) + "\n"
        }
    };
    terminal.data(&shown)?;
    Ok(match report {
        Report { bad: 1.., .. } => Exit::Usage,
        Report { different: 1.., .. } | Report { impossible: 1.., .. } => Exit::Findings,
        Report { open: 1.., .. } => Exit::Incomplete,
        _ => Exit::Done,
    })
}

/// Reads a line; nothing at the end.
fn line(input: &mut impl BufRead, path: &Path) -> Result<Option<String>, Failure> {
    let mut bytes = Vec::new();
    let read = input.take(MAX_LINE_BYTES).read_until(b'\n', &mut bytes);
    read.map_err(|error| Failure::file("read", path, &error))?;
    if bytes.len() as u64 == MAX_LINE_BYTES {
        return Err(Failure::usage(format!("a line of `{}` is longer than 4 MiB", path.display()), None));
    }
    Ok(if bytes.is_empty() { None } else { Some(String::from_utf8_lossy(&bytes).into_owned()) })
}

impl Report {
    fn take(&mut self, line: u64, entry: Entry, replayed: Replayed) {
        let Replayed { outcome, redacted } = replayed;
        self.redacted += u64::from(!redacted.is_empty());
        let (count, outcome, about) = match outcome {
            Came::Same => {
                self.same += 1;
                return;
            }
            Came::Different(differences) => (&mut self.different, "different", json!(differences)),
            Came::Open(decisions) => (&mut self.open, "open", json!(decisions)),
            Came::Impossible(why) => (&mut self.impossible, "impossible", json!(why)),
        };
        *count += 1;
        self.list(Line { line, outcome, policy: Some(entry.policy), redacted, about });
    }

    fn refuse(&mut self, line: u64, what: String) {
        self.bad += 1;
        self.list(Line { line, outcome: "bad", policy: None, redacted: Vec::new(), about: json!([what]) });
    }

    fn list(&mut self, line: Line) {
        if self.lines.len() < MAX_LISTED {
            self.lines.push(line);
        }
    }
}

fn human(report: &Report) -> String {
    let mut text = String::new();
    for line in &report.lines {
        let head =
            format!("line {}{}: ", line.line, line.policy.as_ref().map_or(String::new(), |name| format!(", {name}")));
        let about = line.about.as_array().map_or(&[][..], Vec::as_slice);
        for one in about {
            let what = match line.outcome {
                "different" => difference(one),
                "open" => format!("{} can hang on {}", plain(one), line.redacted.join(", ")),
                _ => plain(one),
            };
            text += &format!("{}\n", escape(&format!("{head}{what}")));
        }
    }
    let hidden = report.different + report.open + report.impossible + report.bad - report.lines.len() as u64;
    if hidden > 0 {
        text += &format!("and {hidden} more lines\n");
    }
    let entries = quantity(usize::try_from(report.entries).unwrap_or(usize::MAX), "line");
    text += &format!("{entries}: {} the same, {} different", report.same, report.different);
    for (count, what) in [
        (report.impossible, "that cannot be decided any more"),
        (report.open, "open, as private facts can matter"),
        (report.bad, "that are no entries"),
    ] {
        if count > 0 {
            text += &format!(", {count} {what}");
        }
    }
    if report.redacted > 0 {
        text += &format!("; private facts are left out in {}", report.redacted);
    }
    text + "\n"
}

/// `fee: no [young] -> yes [otherwise]`.
fn difference(difference: &Json) -> String {
    let side = |answer: &Json| {
        let value = match &answer["value"] {
            Json::Null => plain(&answer["status"]),
            value => plain(value),
        };
        let list = |name: &str| {
            answer[name].as_array().map_or(String::new(), |all| all.iter().map(plain).collect::<Vec<_>>().join(", "))
        };
        let rules = list("rules");
        let rules = if rules.is_empty() { list("either") } else { rules };
        let version = answer["version"].as_str().map_or(String::new(), |version| format!(", {version}"));
        if rules.is_empty() { format!("{value}{version}") } else { format!("{value} [{rules}]{version}") }
    };
    format!("{}: {} -> {}", plain(&difference["decision"]), side(&difference["before"]), side(&difference["after"]))
}

fn plain(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}

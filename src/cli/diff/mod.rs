//! `enact diff`: what changed in the text, and who is affected.

mod rows;
mod stand_in;
#[cfg(test)]
mod tests;
pub(crate) mod texts;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use enact::diagnostic::Code;
use enact::diagnostic::render::{escape_json, quantity};
use enact::diff::expect::{self, Unmet};
use enact::diff::text::{self, Look};
use enact::diff::{Comparison, Diff, Options, Text, compare, emit, html, markdown, record};
use enact::source::Sources;
use enact::syntax::ast::On;
use enact::trace::style::{Style, Styled, piece};

use super::exit::{Exit, Failure, Outcome};
use super::files::{read_input, write_whole};
use super::terminal::Terminal;
use texts::{Pair, resolve};

/// The largest expectation, in bytes: a saved record of many groups stays far below.
const MAX_EXPECT_BYTES: usize = 64 * 1024 * 1024;

/// Arguments of `diff`.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 compared; 1 with `--exit-code` and a difference, or `--expect` not met;
2 usage, file or syntax error; 3 where it is not proved that nobody else is affected.

Examples:
  enact diff flagpoling@2024-05-30 flagpoling@2024-12-24
  enact diff git:HEAD:policies/flagpoling flagpoling --exit-code
  enact diff policies/flagpoling/2024-12-24.enact /tmp/copy.enact
  enact diff git:main:policies policies --format md > comment.md
  enact diff git:main:policies/tax tax --format json > intended.json
  enact diff git:main:policies/tax tax --expect intended.json")]
pub struct DiffArgs {
    /// The text before: `NAME`, `NAME@VERSION`, a folder or file, or `git:REV:PATH`.
    old: String,
    /// The text after. A copy of a version or of a policy's folder stands in for it, wherever it lies.
    new: String,
    /// The day, `2024-12-24`, or the moment, on which people are compared; every day when it is left out.
    #[arg(long, value_name = "DATE|INSTANT", value_parser = enact::facts::read_on)]
    on: Option<On>,
    /// Count real applicants: CSV with a column for each fact (members of a set between semicolons, blank is not stated),
    /// JSONL, or Parquet in programs built with it; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    population: Option<PathBuf>,
    /// Fail unless exactly these groups are affected: a saved `--format json`, or `{"groups": [{"decision", "from", "to"}]}`.
    #[arg(long, value_name = "FILE")]
    expect: Option<PathBuf>,
    /// Show where only the reasons differ, too.
    #[arg(long)]
    reasons: bool,
    /// Write each example and its neighbour who is not affected as tests into this folder.
    #[arg(long, value_name = "DIR")]
    emit_tests: Option<PathBuf>,
    /// How the difference is shown; JSON is one `enact.diff/1`, or a list of them when several policies are compared.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// End with 1 where somebody is affected.
    #[arg(long)]
    exit_code: bool,
    /// Show only groups that go from one outcome to another: `no:yes`.
    #[arg(long, value_name = "FROM:TO", value_parser = read_only)]
    only: Option<(String, String)>,
    /// Show every region of every group, however many.
    #[arg(long)]
    cubes: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One screen for people.
    Human,
    /// `enact.diff/1`.
    Json,
    /// Markdown: a comment on a pull request.
    Md,
    /// One page of HTML.
    Html,
}

fn read_only(text: &str) -> Result<(String, String), String> {
    let outcomes = text.split_once(':').map(|(from, to)| (from.trim().to_owned(), to.trim().to_owned()));
    outcomes.ok_or_else(|| "write `FROM:TO`: `no:yes`".to_owned())
}

/// Runs the command.
pub fn run(args: &DiffArgs, policies: Option<&Path>, terminal: &Terminal) -> Outcome {
    if args.only.is_some() && args.format != Format::Human {
        let help = "leave one of them out: records and pages hold everything".to_owned();
        return Err(Failure::usage("`--only` goes with `--format human`", Some(help)));
    }
    let intended = args.expect.as_deref().map(read_expected).transpose()?;
    let population = args.population.as_deref().map(rows::read).transpose()?;
    let pair = resolve(&args.old, &args.new, policies)?;
    let mut comparisons = Vec::new();
    for compared in &pair.compared {
        let (old, new) = (pair.old.text(&compared.old), pair.new.text(&compared.new));
        let mut comparison = compare(&old, &new, &Options { on: args.on, reasons: args.reasons });
        if let Some(population) = &population {
            comparison.diff.population = Some(rows::count(&comparison, population, args.on)?);
        }
        comparisons.push(comparison);
    }
    terminal.data(&shown(args, &pair, &comparisons, terminal)?)?;
    if let Some(folder) = &args.emit_tests {
        for (comparison, compared) in comparisons.iter().zip(&pair.compared) {
            write_tests(comparison, &pair.new.text(&compared.new), folder, terminal)?;
        }
    }
    let diffs: Vec<&Diff> = comparisons.iter().map(|comparison| &comparison.diff).collect();
    let unmet = intended.map(|intended| expect::compare(&diffs, &intended)).unwrap_or_default();
    say_unmet(&unmet, terminal);
    let differs = diffs.iter().any(|diff| diff.differs()) || !pair.only_old.is_empty() || !pair.only_new.is_empty();
    Ok(if diffs.iter().any(|diff| !diff.complete) {
        Exit::Incomplete
    } else if !unmet.is_empty() || args.exit_code && differs {
        Exit::Findings
    } else {
        Exit::Done
    })
}

fn read_expected(path: &Path) -> Result<Vec<expect::Expected>, Failure> {
    let bytes = read_input(path, MAX_EXPECT_BYTES)?;
    let wrong = |what: String| {
        let help = "save what is intended with `--format json`".to_owned();
        Failure::usage(format!("`{}` says not what is expected: {what}", path.display()), Some(help))
    };
    expect::read(&String::from_utf8(bytes).map_err(|_| wrong("it is no UTF-8 text".into()))?).map_err(wrong)
}

fn shown(args: &DiffArgs, pair: &Pair, comparisons: &[Comparison], terminal: &Terminal) -> Result<String, Failure> {
    let sources = pair.sources();
    Ok(match args.format {
        Format::Human => {
            let width = terminal.out.width;
            let look = Look { width, all_regions: args.cubes, full: terminal.verbose, only: args.only.clone() };
            terminal.paint(&human(&look, pair, comparisons))
        }
        Format::Json => json(comparisons, sources)?,
        Format::Md => {
            let page = |comparison: &Comparison| match comparisons {
                [_, _, ..] if still(&comparison.diff) => markdown::render_line(&comparison.diff),
                _ => markdown::render(&comparison.diff, sources),
            };
            let pages: Vec<String> = comparisons.iter().map(page).collect();
            let only = only_one(pair).into_iter().map(|line| format!("- {}\n", enact::trace::markdown::escape(&line)));
            pages.into_iter().chain(only).collect::<Vec<_>>().join("\n")
        }
        Format::Html => {
            let diffs: Vec<&Diff> = comparisons.iter().map(|comparison| &comparison.diff).collect();
            html::render(&diffs, sources)
        }
    })
}

/// Whether a diff is told in one line among others.
fn still(diff: &Diff) -> bool {
    diff.complete && !diff.differs() && diff.reason_groups().next().is_none()
}

/// Returns one screen for people.
pub fn human(look: &Look, pair: &Pair, comparisons: &[Comparison]) -> Styled {
    let several = comparisons.len() > 1;
    let mut styled = Styled::default();
    // First what needs to be read.
    for comparison in comparisons.iter().filter(|comparison| !several || !still(&comparison.diff)) {
        if several {
            styled.lines.push(vec![piece(Style::Strong, format!("== {} ==", comparison.diff.new.policy))]);
        }
        styled.extend(text::render(&comparison.diff, pair.sources(), look));
        if several {
            styled.lines.push(Vec::new());
        }
    }
    for comparison in comparisons.iter().filter(|comparison| several && still(&comparison.diff)) {
        styled.extend(text::render_line(&comparison.diff));
    }
    for line in only_one(pair) {
        styled.lines.push(vec![piece(Style::Plain, line)]);
    }
    styled
}

/// Policies that only one side has.
fn only_one(pair: &Pair) -> Vec<String> {
    let old = pair.only_old.iter().map(|name| format!("{name}: only the old text has it"));
    let new = pair.only_new.iter().map(|name| format!("{name}: only the new text has it"));
    old.chain(new).collect()
}

/// Returns one `enact.diff/1` as text, or a list of them.
pub fn json(comparisons: &[Comparison], sources: &Sources) -> Result<String, Failure> {
    let records: Vec<_> = comparisons.iter().map(|comparison| record::record(comparison, sources)).collect();
    let text = match records.as_slice() {
        [record] => serde_json::to_string_pretty(record),
        records => serde_json::to_string_pretty(records),
    };
    let text = text.map_err(|error| Failure::usage(format!("cannot write the difference: {error}"), None))?;
    Ok(escape_json(&text) + "\n")
}

fn write_tests(comparison: &Comparison, new: &Text, folder: &Path, terminal: &Terminal) -> Result<(), Failure> {
    let diff = &comparison.diff;
    let emitted = emit::emit(comparison, new, "diff");
    for why in &emitted.left_out {
        terminal.say(&format!("no test: {why}"));
    }
    if emitted.tests == 0 {
        terminal.say(&format!("{}: no tests to write", diff.new.policy));
        return Ok(());
    }
    std::fs::create_dir_all(folder).map_err(|error| Failure::file("make", folder, &error))?;
    let path = folder.join(format!("diff_{}.enact", file_name(diff)));
    write_whole(&path, &emitted.text)?;
    terminal.say(&format!("wrote {} to {}", quantity(emitted.tests, "test"), path.display()));
    Ok(())
}

/// Names a diff by its policy and both texts: letters, digits, `-` and `_` only.
fn file_name(diff: &Diff) -> String {
    let side = |side: &enact::diff::Side| side.version.clone().unwrap_or_else(|| side.name.clone());
    let (old, new) = (side(&diff.old), side(&diff.new));
    let names = if old == new { vec![&diff.new.policy, &new] } else { vec![&diff.new.policy, &old, &new] };
    let name = names.into_iter().map(String::as_str).collect::<Vec<_>>().join("_");
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect()
}

fn say_unmet(unmet: &Unmet, terminal: &Terminal) {
    let mut styled = Styled::default();
    for (head, groups) in
        [("affected, and not expected:", &unmet.unlisted), ("expected, and not affected:", &unmet.absent)]
    {
        if groups.is_empty() {
            continue;
        }
        styled.lines.push(vec![piece(Style::Fault, head)]);
        styled.lines.extend(groups.iter().map(|group| vec![piece(Style::Plain, format!("  {group}"))]));
    }
    if !styled.lines.is_empty() {
        terminal.show(&styled);
    }
}

/// A file that is read is no population.
fn unreadable(path: &Path, what: &str, help: &str) -> Failure {
    Failure::one(Code::UNREADABLE, format!("`{}` {what}", path.display()), Some(help.to_owned()))
}

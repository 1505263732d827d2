//! `enact check`: everything that is wrong with policies, in all files.

mod sweep;
pub(crate) mod watch;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use enact::check::{self, Analysis, Clauses, PairTests, Threshold, analyse};
use enact::diagnostic::render::{self, Findings, Totals, quantity};
use enact::diagnostic::{self, Diagnostic, Severity};
use enact::run::World;
use enact::source::{SourceId, Sources};

use super::clauses;
use super::exit::{Exit, Failure, Outcome};
use super::files::write_whole;
use super::root::Selection;
use super::terminal::Terminal;

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Files and folders whose findings are shown; all under the policies folder when none is given.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How findings are shown.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Compare a list of all clauses, a CSV file with a column `clause`, with the tags under the root.
    #[arg(long, value_name = "FILE.csv")]
    clauses: Option<PathBuf>,
    /// Show what decisions come to just below, at and just above each number and date.
    #[arg(long)]
    sweep: bool,
    /// Write a pair of tests for each condition: two applicants who differ in it alone, with different outcomes.
    #[arg(long, value_name = "DIR")]
    emit_tests: Option<PathBuf>,
    /// Check again whenever a file changes, until Ctrl-C.
    #[arg(long)]
    watch: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, with the lines concerned.
    Human,
    /// `enact.finding/1`.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
}

/// Runs the command.
pub fn run(args: &CheckArgs, policies: Option<&Path>, terminal: &Terminal) -> Outcome {
    if args.sweep && !matches!(args.format, Format::Human | Format::Json) {
        let help = "`--format human` or `--format json` shows it".to_owned();
        return Err(Failure::usage("`--sweep` is no finding: this format has no place for it", Some(help)));
    }
    let selection = Selection::of(policies, &args.paths)?;
    if args.watch {
        return watch::watch(&selection.root, terminal, || once(args, &selection, terminal));
    }
    once(args, &selection, terminal)
}

/// Checks once. The whole root is checked in any case, as its files depend on each other.
fn once(args: &CheckArgs, selection: &Selection, terminal: &Terminal) -> Outcome {
    let mut world = World::read(&selection.root)?;
    let clauses = match &args.clauses {
        Some(path) => clauses::compare(path, &mut world)?,
        None => None,
    };
    let analysis = world.program().map(|program| analyse(&world.loaded, program)).unwrap_or_default();
    world.findings.extend(analysis.findings.iter().cloned());
    let sources = &world.loaded.sources;
    let shown = |finding: &&Diagnostic| {
        let mut labels = finding.labels.iter();
        finding.labels.is_empty() || labels.any(|label| selection.holds_shown(sources.get(label.span.source).name()))
    };
    let meant = |source: SourceId| selection.holds(world.loaded.path(source));
    let thresholds = match world.program() {
        Some(program) if args.sweep => Some(check::sweep(&world.loaded, program, meant)),
        _ => None,
    };
    let (mut here, elsewhere): (Vec<Diagnostic>, Vec<Diagnostic>) =
        world.findings.iter().cloned().partition(|finding| shown(&finding));
    // A list of clauses is about the whole root.
    let of_clauses = clauses.iter().flat_map(|clauses| clauses.findings.iter().cloned());
    let wrong_list = of_clauses.clone().any(|finding| finding.is_error());
    here.extend(of_clauses);
    diagnostic::sort(&mut here);
    let files = world.folder.files.keys().filter(|path| path.ends_with(".enact") && selection.holds(path)).count();
    let rules = world.rules(|path| selection.holds(path));
    let numbers = clauses.as_ref().map(clauses::text).unwrap_or_default();
    let looked = format!("{}, {}", quantity(files, "file"), quantity(rules, "rule"));
    let count = format!("{numbers}{looked}: {}{}", render::count_text(&here), proved_text(&analysis));

    match args.format {
        Format::Human => {
            let (notes, serious): (Vec<Diagnostic>, Vec<Diagnostic>) =
                here.into_iter().partition(|finding| finding.severity == Severity::Note);
            terminal.data(&render::render_human(&serious, sources, terminal.out))?;
            // What is only worth knowing takes a line each, so that it does not bury what is wrong.
            terminal.data(&if terminal.verbose {
                render::render_human(&notes, sources, terminal.out)
            } else {
                render::render_plain(&notes, sources)
            })?;
            if let Some(thresholds) = &thresholds {
                terminal.data(&sweep::text(thresholds, sources))?;
            }
            terminal.data(&format!("{count}\n"))?;
        }
        Format::Json => {
            let totals = Totals { files, rules };
            terminal.data(&json(&here, sources, totals, clauses.as_ref(), &analysis, thresholds.as_deref()))?;
        }
        Format::Sarif => terminal.data(&render::render_sarif(&here, sources))?,
        Format::Github => {
            terminal.data(&render::render_github(&here, sources))?;
            terminal.data(&format!("{count}\n"))?;
        }
    }
    let hiding = elsewhere.iter().filter(|finding| finding.is_error()).count();
    if hiding > 0 {
        terminal.say(&format!(
            "{} in other files of {} may hide findings in these; `enact check` without paths shows all",
            quantity(hiding, "error"),
            selection.root.display()
        ));
    }
    if args.clauses.is_some() && clauses.is_none() {
        terminal.say("clauses are compared once there are no errors");
    }
    if let (Some(folder), Some(program)) = (&args.emit_tests, world.program()) {
        write_tests(&check::pair_tests(&world.loaded, program, meant), folder, terminal)?;
    }
    let errors = wrong_list || world.findings.iter().any(Diagnostic::is_error);
    Ok(match (errors, analysis.open) {
        (true, _) => Exit::Findings,
        (false, true) => Exit::Incomplete,
        (false, false) => Exit::Done,
    })
}

/// Writes tests of conditions, a file for each policy, and says which conditions have none.
fn write_tests(files: &[PairTests], folder: &Path, terminal: &Terminal) -> Result<(), Failure> {
    for file in files {
        for why in &file.left_out {
            terminal.say(&format!("no test: {why}"));
        }
        if file.tests == 0 {
            continue;
        }
        std::fs::create_dir_all(folder).map_err(|error| Failure::file("make", folder, &error))?;
        let path = folder.join(format!("conditions_of_{}.enact", file.policy));
        write_whole(&path, &file.text)?;
        let (tests, conditions) = (quantity(file.tests, "test"), quantity(file.covered, "condition"));
        terminal.say(&format!("wrote {tests} for {conditions} to {}", path.display()));
    }
    Ok(())
}

/// Says what was proved: nothing where nothing could be looked at.
fn proved_text(analysis: &Analysis) -> String {
    match (analysis.versions, analysis.proved) {
        (0, _) | (_, 0) => String::new(),
        (_, asserts) => format!("; {} proved", quantity(asserts, "assert")),
    }
}

/// Returns what is found in a whole root, and by an analysis of it, as `enact.finding/1`.
#[cfg(feature = "serve")]
pub fn record(mut world: World, analysis: &Analysis) -> String {
    world.findings.extend(analysis.findings.iter().cloned());
    diagnostic::sort(&mut world.findings);
    let files = world.folder.files.keys().filter(|path| path.ends_with(".enact")).count();
    let totals = Totals { files, rules: world.rules(|_| true) };
    json(&world.findings, &world.loaded.sources, totals, None, analysis, None)
}

/// Renders the record `enact.finding/1`, with the numbers of clauses if a list was given.
fn json(
    findings: &[Diagnostic],
    sources: &Sources,
    totals: Totals,
    clauses: Option<&Clauses>,
    analysis: &Analysis,
    thresholds: Option<&[Threshold]>,
) -> String {
    // Strings, numbers and lists always serialise.
    let mut record = serde_json::to_value(Findings::new(findings, sources, Some(totals))).unwrap_or_default();
    if let Some(record) = record.as_object_mut().filter(|_| analysis.versions > 0) {
        let proved = serde_json::json!({ "versions": analysis.versions, "asserts": analysis.proved });
        record.insert("proved".into(), proved);
    }
    if let (Some(record), Some(clauses)) = (record.as_object_mut(), clauses) {
        record.insert("clauses".into(), clauses::json(clauses));
    }
    if let (Some(record), Some(thresholds)) = (record.as_object_mut(), thresholds) {
        record.insert("sweep".into(), sweep::json(thresholds, sources));
    }
    render::escape_json(&serde_json::to_string_pretty(&record).unwrap_or_default()) + "\n"
}

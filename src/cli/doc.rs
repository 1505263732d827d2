//! `enact doc`: readable pages; `enact graph`: what rests on what.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use enact::check::Checked;
use enact::diagnostic::render::quantity;
use enact::editor::Project;
use enact::run::Ready;

use super::exit::{Exit, Failure, Outcome};
use super::files::write_whole;
use super::policy::{self, Named};
use super::root::Selection;
use super::terminal::Terminal;

/// The file that tells a folder of pages from others; it lists what was written.
const MARKER: &str = ".enact-doc";

/// The folders that pages lie in, besides the outermost.
const FOLDERS: [&str; 3] = ["policy", "library", "text"];

/// Arguments of `doc`.
#[derive(Debug, Args)]
pub struct DocArgs {
    /// Files and folders whose policies get pages; all under the policies folder when none is given.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The folder to write: a new or empty one, or one that this command wrote.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
}

/// Arguments of `graph`.
#[derive(Debug, Args)]
pub struct GraphArgs {
    /// `NAME`, `NAME@VERSION`, a folder or file, or `git:REV:PATH`.
    policy: String,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::Mermaid)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A Mermaid flow chart.
    Mermaid,
    /// Graphviz.
    Dot,
}

/// Runs `doc`.
pub fn run(args: &DocArgs, policies: Option<&Path>, terminal: &Terminal) -> Outcome {
    let selection = Selection::of(policies, &args.paths)?;
    let ready = Ready::read(&selection.root)?;
    let coverage = super::test::coverage(&ready, &selection);
    let checked = Checked { program: Some(ready.program), findings: Vec::new() };
    let project = Project::of(ready.folder, ready.loaded, checked);
    let pages = enact::doc::pages(&project, |path| selection.holds(path), Some(&coverage));
    let old = written_before(&args.output)?;
    make(&args.output)?;
    // From the first page on, the folder is known as ours: a run that breaks off can be repeated.
    let names: Vec<&str> = pages.keys().map(String::as_str).collect();
    let both: Vec<&str> = names.iter().copied().chain(old.iter().map(String::as_str)).collect();
    write_whole(&args.output.join(MARKER), &listed(&both))?;
    for (path, page) in &pages {
        let file = args.output.join(path);
        if let Some(folder) = file.parent() {
            make(folder)?;
        }
        // Pages are made of strings.
        write_whole(&file, &String::from_utf8_lossy(page))?;
    }
    for path in old.iter().filter(|path| !pages.contains_key(*path)) {
        let file = args.output.join(path);
        if fs::symlink_metadata(&file).is_ok() {
            fs::remove_file(&file).map_err(|error| Failure::file("remove", &file, &error))?;
        }
    }
    write_whole(&args.output.join(MARKER), &listed(&names))?;
    terminal.say(&format!("{} written to {}", quantity(pages.len(), "page"), args.output.display()));
    Ok(Exit::Done)
}

/// Runs `graph`.
pub fn graph(args: &GraphArgs, policies: Option<&Path>, terminal: &Terminal) -> Outcome {
    let Named { ready, policy, pinned } = policy::find(&args.policy, policies)?;
    let version = pinned.map(|version| ready.program.version(version).name.as_str());
    let graph = enact::doc::graph(&ready.loaded, &ready.program, policy, version);
    terminal.data(&match args.format {
        Format::Mermaid => graph.mermaid(),
        Format::Dot => graph.dot(),
    })?;
    Ok(Exit::Done)
}

fn listed(paths: &[&str]) -> String {
    let mut paths = paths.to_vec();
    paths.sort_unstable();
    paths.dedup();
    paths.iter().map(|path| format!("{path}\n")).collect()
}

fn make(folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::file("make", folder, &error))
}

/// Returns the pages an earlier run wrote. A folder with files and without their list, or with others, is not ours.
fn written_before(output: &Path) -> Result<Vec<String>, Failure> {
    let refuse = |what: String| {
        Err(Failure::usage(
            format!("`{}` {what}; nothing was written", output.display()),
            Some("name a new or empty folder".into()),
        ))
    };
    let mut files = Vec::new();
    match fs::metadata(output) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Failure::file("read", output, &error)),
        Ok(metadata) if !metadata.is_dir() => return refuse("is no folder".into()),
        Ok(_) => collect(output, "", &mut files)?,
    }
    let old: Vec<String> = match fs::read_to_string(output.join(MARKER)) {
        Ok(text) => text.lines().map(str::to_owned).filter(|path| is_page(path)).collect(),
        Err(_) => Vec::new(),
    };
    match files.iter().find(|file| *file != MARKER && !old.contains(file)) {
        Some(file) => refuse(format!("holds `{file}`, which `enact doc` did not write")),
        None => Ok(old),
    }
}

/// Whether a path may be one of ours: `index.html`, `policy/x.html`. What leads elsewhere is never touched.
fn is_page(path: &str) -> bool {
    let inside = match path.split_once('/') {
        Some((folder, inside)) if FOLDERS.contains(&folder) => inside,
        _ => path,
    };
    inside.ends_with(".html") && !inside.contains(['/', '\\'])
}

fn collect(folder: &Path, inside: &str, files: &mut Vec<String>) -> Result<(), Failure> {
    let entries = fs::read_dir(folder).map_err(|error| Failure::file("read", folder, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| Failure::file("read", folder, &error))?;
        let name = format!("{inside}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().map_err(|error| Failure::file("read", folder, &error))?;
        // Our pages lie at most one folder deep; anything deeper is not ours, and is named.
        match kind.is_dir() && FOLDERS.contains(&name.as_str()) {
            true => collect(&entry.path(), &format!("{name}/"), files)?,
            false => files.push(name),
        }
    }
    files.sort();
    Ok(())
}

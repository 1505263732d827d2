//! Literate tests: a Markdown file whose sections hold input and result side by side.
//!
//! The blocks of a section form one world. `enact` and `csv` blocks are its files: the path stands in the info string, or follows
//! from the header; text without either belongs to the policy `p` of 2024-01-01. `enact PATH draft` is no part of the world: only
//! commands that come after it read it, until the next of that path; `csv PATH rows` likewise are applicants. `facts` says whom results are about. Results:
//!
//! | block | holds |
//! |---|---|
//! | `outcome [decision=a,b] [on=DATE] [policy=NAME] [version=V]` | each answer in one line |
//! | `trace [level=reason\|why\|full]` | the explanation |
//! | `record` | the decisions of `enact.decision/1` |
//! | `diagnostics [human]` | all findings; a section without this block has no error |
//! | `format` | the last text in canonical layout |
//! | `console` | `$ enact …` and what it prints, in the repository, or beside the section's files if it has any |
//!
//! `ENACT_BLESS=1 cargo test` writes what comes out into the files.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use similar::TextDiff;

use super::markdown::{Block, Section, sections};
use super::world::World;

/// Runs every file of a folder.
pub fn run_folder(folder: &str) {
    let mut files: Vec<PathBuf> = fs::read_dir(root().join(folder))
        .map(|entries| entries.map(|entry| entry.expect("an entry").path()).collect())
        .unwrap_or_default();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    files.sort();
    run_files(&files);
}

/// Runs one file.
pub fn run_file(path: &Path) {
    run_files(&[root().join(path)]);
}

fn run_files(files: &[PathBuf]) {
    let bless = std::env::var_os("ENACT_BLESS").is_some_and(|bless| bless == "1");
    let mut failures = Vec::new();
    for path in files {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut changes: Vec<(Range<usize>, String)> = Vec::new();
        let mut console = Console::default();
        for section in sections(&text) {
            let shown = path.strip_prefix(root()).unwrap_or(path).display();
            let title = format!("{shown}:{}: {}", section.line, section.name);
            failures.extend(
                run_section(&section, &mut console, &mut changes, bless).into_iter().map(|it| format!("{title}\n{it}")),
            );
        }
        if !changes.is_empty() {
            let mut text = text;
            for (range, new) in changes.into_iter().rev() {
                text.replace_range(range, &new);
            }
            fs::write(path, text).expect("written");
        }
    }
    assert!(failures.is_empty(), "{} failed:\n\n{}", failures.len(), failures.join("\n"));
}

fn run_section(
    section: &Section,
    console: &mut Console,
    changes: &mut Vec<(Range<usize>, String)>,
    bless: bool,
) -> Vec<String> {
    let mut world = World::default();
    let mut failures = Vec::new();
    let mut judged = false;
    for block in &section.blocks {
        let result = match block.kind.as_str() {
            "enact" if block.has("draft") => {
                console.write(block.path().unwrap_or("draft.enact"), block.text.as_bytes());
                continue;
            }
            "csv" if block.has("rows") => {
                console.write(block.path().unwrap_or("rows.csv"), block.text.as_bytes());
                continue;
            }
            "enact" | "csv" => {
                world.add(block);
                continue;
            }
            "facts" => {
                world.state(block);
                continue;
            }
            "outcome" | "trace" | "record" | "diagnostics" | "format" => {
                judged |= block.kind == "diagnostics" || block.kind == "format";
                world.result(block)
            }
            "json" | "jsonl" if block.path().is_some() => {
                console.write(block.path().unwrap_or_default(), block.text.as_bytes());
                continue;
            }
            "console" => {
                for (path, bytes) in world.files() {
                    console.write(&path, bytes);
                }
                judged = true;
                console.run(block)
            }
            _ => continue,
        };
        match result {
            Ok(actual) if actual == block.text => {}
            Ok(actual) if bless => changes.push((block.range.clone(), actual)),
            Ok(actual) => failures.push(difference(block, &actual)),
            Err(error) => failures.push(format!("  the `{}` block cannot be made:\n{}", block.kind, indent(&error))),
        }
    }
    if !judged && !world.is_empty() {
        let errors = world.errors();
        if !errors.is_empty() {
            failures.push(format!("  errors that no `diagnostics` block expects:\n{}", indent(&errors)));
        }
    }
    failures
}

fn difference(block: &Block, actual: &str) -> String {
    let diff = TextDiff::from_lines(block.text.as_str(), actual);
    let diff = diff.unified_diff().context_radius(3).to_string();
    format!("  `{}` differs (- expected, + actual):\n{}", block.kind, indent(&diff))
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

/// Commands of one file. They run in the repository, or, once a section has files of its own or makes some, in a folder of the
/// file's own.
#[derive(Debug, Default)]
struct Console {
    folder: Option<tempfile::TempDir>,
}

impl Console {
    fn own(&mut self) -> PathBuf {
        self.folder.get_or_insert_with(|| tempfile::tempdir().expect("a folder")).path().to_owned()
    }

    fn write(&mut self, path: &str, bytes: &[u8]) {
        let path = self.own().join(path);
        fs::create_dir_all(path.parent().expect("a file has a parent")).expect("made");
        fs::write(path, bytes).expect("written");
    }

    /// Runs the commands of a block and returns it with what they print now.
    fn run(&mut self, block: &Block) -> Result<String, String> {
        let mut shown = String::new();
        for line in block.text.lines().filter(|line| line.starts_with("$ ")) {
            let mut words = split(line.trim_start_matches("$ "));
            if words.first().is_none_or(|program| program != "enact") {
                return Err(format!("only `enact` is run: {line}"));
            }
            words.remove(0);
            if words.first().is_some_and(|command| command == "new") {
                self.own();
            }
            let folder = self.folder.as_ref().map_or_else(root, |folder| folder.path().to_owned());
            shown += &format!("{line}\n{}", run_enact(&folder, &words));
        }
        Ok(shown)
    }
}

/// Runs the program and returns what it prints, and its exit code if that is not 0.
pub fn run_enact(folder: &Path, words: &[String]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_enact"))
        .args(words)
        .current_dir(folder)
        .env_remove("ENACT_POLICIES")
        .env_remove("ENACT_ERROR_FORMAT")
        .env("NO_COLOR", "1")
        .output()
        .expect("the program runs");
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text += &String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(0) => {}
        code => text += &format!("[exit code {}]\n", code.map_or("none".into(), |code| code.to_string())),
    }
    text
}

/// Splits a command into words; quotes keep blanks.
fn split(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in command.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, ' ') => words.push(String::new()),
            (_, c) => words.last_mut().expect("never empty").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The folder of the package.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

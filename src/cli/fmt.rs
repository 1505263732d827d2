//! `enact fmt`: the one layout.

use std::path::{Path, PathBuf};

use clap::Args;
use enact::diagnostic::render::{escape, quantity};
use enact::diagnostic::{Code, Diagnostic, Severity};
use enact::files::{read_folder, shown_root};
use enact::source::Sources;
use enact::syntax::format::{FormatError, format_checked};
use enact::syntax::{MAX_FILE_BYTES, parse};
use similar::{ChangeTag, TextDiff};

use super::exit::{Exit, Failure, Outcome};
use super::files::{read_input, write_whole};
use super::root::Selection;
use super::terminal::Terminal;

/// Arguments of `fmt`.
#[derive(Debug, Args)]
pub struct FmtArgs {
    /// Files and folders to lay out, all under the policies folder when none is given; `-` is standard input.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing; list the files that would change, and end with exit code 1 if there are any.
    #[arg(long)]
    check: bool,
    /// Write nothing; show what would change, and end with exit code 1 if anything would.
    #[arg(long)]
    diff: bool,
}

/// A file as read.
struct Text {
    /// Where to write it; nothing for standard input.
    path: Option<PathBuf>,
    name: String,
    bytes: Vec<u8>,
}

/// Runs the command. A file with errors is left as it is, and does not keep others from being laid out.
pub fn run(args: &FmtArgs, policies: Option<&Path>, terminal: &Terminal) -> Outcome {
    let texts = texts(args, policies)?;
    let only_look = args.check || args.diff;
    let (mut changed, mut errors, mut sources) = (0, Vec::new(), Sources::new());
    for text in &texts {
        let new = match format(text, &mut sources) {
            Ok(new) => new,
            Err(found) => {
                errors.extend(found);
                continue;
            }
        };
        let same = new.as_bytes() == text.bytes;
        changed += usize::from(!same);
        if args.diff && !same {
            // The old text is UTF-8: it could be laid out.
            terminal.data(&diff(&text.name, &String::from_utf8_lossy(&text.bytes), &new, terminal.out.color))?;
        } else if args.check && !same {
            terminal.data(&format!("{}\n", escape(&text.name)))?;
        }
        match &text.path {
            _ if only_look => {}
            None => terminal.data(&new)?,
            Some(_) if same => {}
            Some(path) => write_whole(path, &new)?,
        }
    }
    if !errors.is_empty() {
        return Err(Failure::Errors(errors, Box::new(sources)));
    }
    if texts.iter().any(|text| text.path.is_some()) {
        let verb = if only_look { "would change" } else { "changed" };
        let files = quantity(texts.len(), "file");
        terminal.say(&if changed == 0 {
            format!("{files}: nothing to change")
        } else {
            format!("{changed} of {files} {verb}")
        });
    }
    Ok(if only_look && changed > 0 { Exit::Findings } else { Exit::Done })
}

fn texts(args: &FmtArgs, policies: Option<&Path>) -> Result<Vec<Text>, Failure> {
    let dash = PathBuf::from("-");
    if args.paths.contains(&dash) {
        if args.paths.len() > 1 {
            return Err(Failure::usage("`-` stands alone: standard input is one text", None));
        }
        return Ok(vec![Text { path: None, name: "-".into(), bytes: read_input(&dash, MAX_FILE_BYTES)? }]);
    }
    let paths = if args.paths.is_empty() { vec![Selection::all(policies)?.root] } else { args.paths.clone() };
    let mut texts: Vec<Text> = Vec::new();
    for path in &paths {
        if path.is_dir() {
            let (folder, findings) = read_folder(path)?;
            if !findings.is_empty() {
                return Err(Failure::Errors(findings, Box::default()));
            }
            for (inside, bytes) in folder.files.into_iter().filter(|(inside, _)| inside.ends_with(".enact")) {
                let name = if folder.name.is_empty() { inside.clone() } else { format!("{}/{inside}", folder.name) };
                texts.push(Text { path: Some(path.join(inside)), name, bytes });
            }
        } else {
            texts.push(Text {
                path: Some(path.clone()),
                name: shown_root(path),
                bytes: read_input(path, MAX_FILE_BYTES)?,
            });
        }
    }
    texts.sort_by(|a, b| a.path.cmp(&b.path));
    texts.dedup_by(|a, b| a.path == b.path);
    Ok(texts)
}

/// Lays out one text; `Err` says what keeps it from being laid out.
fn format(text: &Text, sources: &mut Sources) -> Result<String, Vec<Diagnostic>> {
    let fault = |code, message: String| vec![Diagnostic::new(Severity::Error, code, message)];
    let Ok(old) = std::str::from_utf8(&text.bytes) else {
        return Err(fault(Code::NOT_UTF8, format!("`{}` is not UTF-8 text", text.name)));
    };
    let id = sources.add(text.name.clone(), old);
    let parsed = parse(sources, id);
    format_checked(sources, &parsed.file).map_err(|error| match error {
        FormatError::HasErrors(errors) => errors,
        error => fault(Code::SYNTAX, format!("`{}`: {error}", text.name)),
    })
}

/// A unified diff, in colour if asked.
fn diff(name: &str, old: &str, new: &str, color: bool) -> String {
    let diff = TextDiff::from_lines(old, new);
    let mut text = format!("--- {0}\n+++ {0}, formatted\n", escape(name));
    for hunk in diff.unified_diff().context_radius(2).iter_hunks() {
        text += &format!("{}\n", hunk.header());
        for change in hunk.iter_changes() {
            let (sign, look) = match change.tag() {
                ChangeTag::Delete => ("-", "\u{1b}[31m"),
                ChangeTag::Insert => ("+", "\u{1b}[32m"),
                ChangeTag::Equal => (" ", ""),
            };
            let line = escape(change.value().trim_end_matches(['\n', '\r'])).into_owned();
            text += &match (color, look) {
                (true, look) if !look.is_empty() => format!("{look}{sign}{line}\u{1b}[0m\n"),
                _ => format!("{sign}{line}\n"),
            };
        }
    }
    text
}

//! `enact new`: a small complete policy to start from.

use std::fs;
use std::path::Path;

use clap::Args;
use enact::files::shown_root;
use enact::source::Sources;
use enact::syntax::format::format_checked;
use enact::syntax::parse;

use super::exit::{Exit, Failure, Outcome};
use super::files::write_whole;
use super::terminal::Terminal;

/// The start of the new policy's first version. Not today: the same command writes the same files on every day.
const START: &str = "2025-01-01";

/// Arguments of `new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The policy's name: lower-case letters, digits and `_`, such as `parking_permit`.
    name: String,
}

/// Runs the command.
pub fn run(args: &NewArgs, policies: Option<&Path>, terminal: &Terminal) -> Outcome {
    let name = &args.name;
    check_name(name)?;
    let root = policies.unwrap_or(Path::new("policies"));
    let folder = root.join(name);
    if fs::symlink_metadata(&folder).is_ok() {
        let message = format!("`{}` exists already; nothing was written", folder.display());
        return Err(Failure::usage(message, Some("choose another name, or remove it first".into())));
    }
    let make = |path: &Path| fs::create_dir_all(path).map_err(|error| Failure::file("make", path, &error));
    make(&folder.join("tests"))?;
    make(&folder.join("facts"))?;
    let title = title(name);
    let files = [
        (format!("{START}.enact"), include_str!("new/policy.enact")),
        (format!("tests/{name}.enact"), include_str!("new/tests.enact")),
        ("facts/example.json".to_owned(), include_str!("new/facts.json")),
    ];
    let mut written = String::new();
    for (path, template) in files {
        let text = template.replace("POLICY_NAME", name).replace("POLICY_TITLE", &title).replace("POLICY_START", START);
        let text = if path.ends_with(".enact") { laid_out(text) } else { text };
        write_whole(&folder.join(&path), &text)?;
        written += &format!("  {}/{name}/{path}\n", shown_root(root));
    }
    let option = policies.map_or(String::new(), |root| format!(" --policies {}", root.display()));
    terminal.data(&format!(
        "Written:\n{written}\nNext:\n  enact check{option}\n  enact test{option}\n  enact eval {name} --facts {}/{name}/facts/example.json --on {START}{option}\n",
        shown_root(root)
    ))?;
    Ok(Exit::Done)
}

/// A name that the language takes, and that is safe as a folder.
fn check_name(name: &str) -> Result<(), Failure> {
    let fits = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && name.len() <= 64;
    if !fits {
        let help =
            Some("write lower-case letters, digits and `_`, at most 64, a letter first: `parking_permit`".into());
        return Err(Failure::usage(format!("`{name}` cannot be the name of a policy"), help));
    }
    let mut sources = Sources::new();
    let id = sources.add("name", format!("policy {name} effective from {START}\n"));
    if parse(&sources, id).diagnostics.iter().any(|diagnostic| diagnostic.is_error()) || name == "tests" {
        let help = Some(format!("try `{name}_policy`"));
        return Err(Failure::usage(format!("`{name}` is a reserved word"), help));
    }
    Ok(())
}

/// Lays a text out: where lines break depends on the length of the name.
fn laid_out(text: String) -> String {
    let mut sources = Sources::new();
    let id = sources.add("new", text);
    let parsed = parse(&sources, id);
    format_checked(&sources, &parsed.file).unwrap_or_else(|_| sources.get(id).text().to_owned())
}

/// `parking_permit` to `Parking permit`.
fn title(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

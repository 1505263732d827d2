//! `enact show`: the consolidated text in force.

use std::path::Path;

use clap::{Args, ValueEnum};
use enact::diagnostic::render::escape_json;
use enact::load::subject::subject;
use enact::load::{Consolidated, Loaded, LoadedPolicy, LoadedVersion};
use enact::program::Boundary;
use enact::run::Ready;
use enact::syntax::ast::{Header, On};
use enact::syntax::format::{decl_text, header_text};
use serde::Serialize;

use super::exit::{Exit, Failure, Outcome};
use super::policy::{self, Named};
use super::terminal::Terminal;

/// Arguments of `show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// `NAME`, `NAME@VERSION`, a folder or file, or `git:REV:PATH`.
    policy: String,
    /// The day whose text is shown; without it and a version, the newest.
    #[arg(long, value_name = "DATE|INSTANT", value_parser = enact::facts::read_on)]
    on: Option<On>,
    /// How the text is shown.
    #[arg(long, value_enum, default_value_t = Format::Enact)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// As one file, each declaration below the version that made it.
    Enact,
    /// `enact.text/1`.
    Json,
    /// Markdown.
    Md,
}

/// The text of a version.
#[derive(Debug, Serialize)]
struct Text {
    schema: &'static str,
    policy: String,
    version: String,
    title: Option<String>,
    from: String,
    until: Option<String>,
    header: String,
    declarations: Vec<Part>,
}

/// A declaration.
#[derive(Debug, Serialize)]
struct Part {
    kind: &'static str,
    name: String,
    tags: Vec<String>,
    /// The version that inserted or last replaced it.
    version: String,
    /// `file:line:column`.
    at: String,
    text: String,
}

/// Runs the command.
pub fn run(args: &ShowArgs, policies: Option<&Path>, terminal: &Terminal) -> Outcome {
    let Named { ready, policy, pinned } = policy::find(&args.policy, policies)?;
    let Ready { loaded, program, .. } = &ready;
    let name = &program.policies[policy.index()].name;
    // A policy of the program was loaded.
    let policy = loaded.policies.iter().find(|policy| policy.name == *name);
    let policy = policy.ok_or_else(|| Failure::usage(format!("there is no policy `{name}`"), None))?;
    let version = match (pinned, args.on) {
        (Some(id), _) => policy.versions.iter().find(|version| version.name == program.version(id).name),
        (None, Some(on)) => in_force(policy, on),
        (None, None) => {
            let newest = policy.versions.last();
            if let Some(newest) = newest.filter(|_| policy.versions.len() > 1) {
                let count = policy.versions.len();
                terminal
                    .say(&format!("{name} {}, the newest of {count} versions; `--on DATE` picks another", newest.name));
            }
            newest
        }
    };
    let version = version.ok_or_else(|| {
        let names: Vec<&str> = policy.versions.iter().map(|version| version.name.as_str()).collect();
        Failure::usage(
            format!("no version of `{name}` is in force then"),
            Some(format!("its versions start on {}", names.join(", "))),
        )
    })?;
    let text = text(loaded, policy, version);
    terminal.data(&match args.format {
        Format::Enact => enact(&text),
        // Texts always serialise.
        Format::Json => escape_json(&serde_json::to_string_pretty(&text).unwrap_or_default()) + "\n",
        Format::Md => markdown(&text),
    })?;
    Ok(Exit::Done)
}

/// Returns the text of a version as one file, amendments applied; nothing for what is not there.
pub fn consolidated(loaded: &Loaded, policy: &str, version: &str) -> Option<String> {
    let policy = loaded.policies.iter().find(|known| known.name == policy)?;
    let version = policy.versions.iter().find(|known| known.name == version)?;
    Some(enact(&text(loaded, policy, version)))
}

/// The version in force on a day; where one starts inside that day and no moment is given, the later.
fn in_force(policy: &LoadedPolicy, on: On) -> Option<&LoadedVersion> {
    let started = |boundary: &Boundary| match (on, boundary.moment) {
        (On::Instant(instant), Some(moment)) => instant.to_utc() >= moment,
        (On::Instant(instant), None) => instant.date_naive() >= boundary.date,
        (On::Date(date), _) => date >= boundary.date,
    };
    let last = policy.versions.iter().rev().find(|version| started(&version.start))?;
    (!last.end.as_ref().is_some_and(started)).then_some(last)
}

fn text(loaded: &Loaded, policy: &LoadedPolicy, version: &LoadedVersion) -> Text {
    let boundary = |boundary: &Boundary| match boundary.moment {
        Some(moment) => moment.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        None => boundary.date.to_string(),
    };
    // What an amendment does not say itself is that of the version it amends; its end is its own.
    let mut header = version.header.clone();
    let mut amended = version;
    while header.jurisdiction.is_none()
        && let Some(earlier) = amended.amends.and_then(|index| policy.versions.get(index))
        && earlier.start < amended.start
    {
        header.jurisdiction.clone_from(&earlier.header.jurisdiction);
        amended = earlier;
    }
    header.amends = None;
    header.title.clone_from(&version.title);
    header.decided_by.clone_from(&version.decided_by);
    header.rounding.clone_from(&version.rounding);
    header.zone.clone_from(&version.zone);
    let part = |it: &Consolidated| {
        let subject = subject(&it.declaration.kind).filter(|subject| !subject.stays())?;
        Some(Part {
            kind: subject.kind,
            name: subject.name.to_string(),
            tags: subject.tags.iter().map(|tag| tag.value.clone()).collect(),
            version: policy.versions.get(it.made_by).map_or(String::new(), |made| made.name.clone()),
            at: loaded.sources.place(it.declaration.span),
            text: decl_text(&it.declaration),
        })
    };
    Text {
        schema: "enact.text/1",
        policy: policy.name.clone(),
        version: version.name.clone(),
        title: version.title.as_ref().map(|title| title.value.clone()),
        from: boundary(&version.start),
        until: version.end.as_ref().map(boundary),
        header: header_text(&Header::Policy(Box::new(header))),
        declarations: version.declarations.iter().filter_map(part).collect(),
    }
}

fn enact(text: &Text) -> String {
    let mut shown = format!("{}\n", text.header);
    let mut version = &text.version;
    for part in &text.declarations {
        if part.version != *version || part.kind != "use" {
            shown.push('\n');
        }
        shown += &format!("# {} at {}\n", part.version, part.at);
        shown += &format!("{}\n", part.text);
        version = &part.version;
    }
    shown
}

fn markdown(text: &Text) -> String {
    let title = text.title.as_ref().unwrap_or(&text.policy);
    let until = text.until.as_ref().map_or(String::new(), |until| format!(" until {until}, excluded"));
    let mut shown =
        format!("# {title}\n\n`{}`, version {}, in force from {}{until}.\n", text.policy, text.version, text.from);
    shown += &format!("\n```enact\n{}\n```\n", text.header);
    for part in &text.declarations {
        let tags = if part.tags.is_empty() { String::new() } else { format!(" [{}]", part.tags.join(", ")) };
        shown += &format!("\n## {} {}{tags}\n\n", part.kind, part.name);
        shown += &format!("Since {}, `{}`.\n\n```enact\n{}\n```\n", part.version, part.at, part.text);
    }
    shown
}

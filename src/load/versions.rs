//! The versions of a policy: their starts and ends, what they inherit, and whether they go together (T1 to T3, T7).

use std::collections::BTreeMap;

use super::LoadedVersion;
use super::amend::{amend, consolidate};
use super::files::{Lost, PolicyFile, strip_verbs};
use super::path::{folder_of, stem_of};
use super::time::{boundary, read_date, zone};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::Boundary;
use crate::source::Span;
use crate::syntax::ast::{Name, Start};

/// The fact that decides which version is in force, unless the header names another.
const DEFAULT_DECIDING_FACT: &str = "evaluation_date";

/// Reports a policy whose files lie in several folders, and a folder whose files name several policies (E043).
pub(super) fn check_folders(policies: &BTreeMap<String, Vec<PolicyFile>>, diagnostics: &mut Vec<Diagnostic>) {
    let mut folders = BTreeMap::<&str, Vec<&PolicyFile>>::new();
    for (name, files) in policies {
        let Some((first, others)) = files.split_first() else { continue };
        for other in others.iter().filter(|other| folder_of(&other.path) != folder_of(&first.path)) {
            let message = format!("`{name}` is declared in two folders");
            let error = Diagnostic::error(Code::SAME_VERSION, other.header.name.span, message);
            diagnostics.push(error.label(first.header.name.span, "the other folder").help("a policy is one folder"));
        }
        for file in files {
            folders.entry(folder_of(&file.path)).or_default().push(file);
        }
    }
    for files in folders.values() {
        // The name that most files of the folder bear is the right one; of two, the earlier file's.
        let count = |name: &str| files.iter().filter(|file| file.header.name.value == name).count();
        let Some(right) =
            files.iter().max_by_key(|file| (count(&file.header.name.value), std::cmp::Reverse(&file.path)))
        else {
            continue;
        };
        for file in files.iter().filter(|file| file.header.name.value != right.header.name.value) {
            let (name, other) = (&file.header.name, &right.header.name);
            let message = format!("`{}` stands in the folder of `{}`", name.value, other.value);
            let error =
                Diagnostic::error(Code::SAME_VERSION, name.span, message).label(other.span, "the folder's policy");
            diagnostics.push(
                error.help(format!("write `policy {}`, or give `{}` a folder of its own", other.value, name.value)),
            );
        }
    }
}

/// A version before its amendments are applied.
struct Draft {
    file: PolicyFile,
    start: Boundary,
    until: Option<Boundary>,
}

/// Puts the versions of one policy in order and applies amendments.
pub(super) fn versions(
    policy: &str,
    files: Vec<PolicyFile>,
    lost: &Lost,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<LoadedVersion> {
    let mut drafts: Vec<Draft> = files.into_iter().filter_map(|file| draft(file, diagnostics)).collect();
    drafts.sort_by(|a, b| (a.start, &a.file.path).cmp(&(b.start, &b.file.path)));
    drop_same_day(policy, &mut drafts, diagnostics);
    check_siblings(&drafts, diagnostics);
    let days: Vec<String> = drafts.iter().map(|draft| draft.start.date.to_string()).collect();
    let starts: Vec<Boundary> = drafts.iter().map(|draft| draft.start).collect();
    let mut versions = Vec::<LoadedVersion>::with_capacity(drafts.len());
    for (index, draft) in drafts.into_iter().enumerate() {
        let amends = amended(policy, &draft, index, &days, lost, diagnostics);
        let next = starts.get(index + 1).copied();
        let end = draft.until.into_iter().chain(next).min();
        versions.push(version(draft, index, end, amends.map(|base| (base, &versions[base])), diagnostics));
    }
    check_deciding_facts(policy, &versions, diagnostics);
    versions
}

/// Works out when a file's version starts and ends on its own. Nothing when it does not say when it starts.
fn draft(file: PolicyFile, diagnostics: &mut Vec<Diagnostic>) -> Option<Draft> {
    let header = &file.header;
    let stem = stem_of(&file.path);
    let start = match &header.effective_from {
        Some(start) => {
            let day = start.date.to_string();
            if day != stem {
                let error = Diagnostic::error(
                    Code::FILE_NAME,
                    start.span,
                    format!("the file is named `{stem}.enact`, its version {day}"),
                );
                let other =
                    if read_date(stem).is_ok() { format!(", or write `effective from {stem}`") } else { String::new() };
                diagnostics.push(error.help(format!("rename the file to `{day}.enact`{other}")));
            }
            resolve(start, diagnostics)
        }
        None => {
            let named = read_date(stem).ok();
            if !file.broken {
                let message = format!("`policy {}` does not say when it starts", header.name.value);
                let day = named.map_or("2024-12-24".into(), |day| day.to_string());
                let error = Diagnostic::error(Code::HEADER, header.name.span, message);
                diagnostics.push(error.help(format!("add `effective from {day}`")));
            }
            Boundary { date: named?, moment: None }
        }
    };
    if let Some(zone_name) = &header.zone {
        diagnostics.extend(zone(zone_name).err());
    }
    let mut until = header.until.as_ref().map(|until| resolve(until, diagnostics));
    if let (Some(end), Some(written), Some(from)) = (until, &header.until, &header.effective_from)
        && end <= start
    {
        let message = format!("the version ends on {}, before it starts on {}", end.date, start.date);
        let message =
            if end == start { format!("the version ends on the day it starts, {}", start.date) } else { message };
        let error = Diagnostic::error(Code::VERSION_TIME, written.span, message).label(from.span, "it starts here");
        diagnostics.push(error.help("`until` names the first day on which the version is no longer in force"));
        until = None;
    }
    Some(Draft { file, start, until })
}

/// Resolves a start; after an error its day stands for it.
fn resolve(start: &Start, diagnostics: &mut Vec<Diagnostic>) -> Boundary {
    boundary(start).unwrap_or_else(|error| {
        diagnostics.push(error);
        Boundary { date: start.date, moment: None }
    })
}

/// Keeps the first of several versions of one day (E043).
fn drop_same_day(policy: &str, drafts: &mut Vec<Draft>, diagnostics: &mut Vec<Diagnostic>) {
    drafts.dedup_by(|later, first| {
        let same = later.start.date == first.start.date;
        // Files in two folders are reported as such.
        if same && folder_of(&later.file.path) == folder_of(&first.file.path) {
            let message = format!("`{policy}` has two versions of {}", later.start.date);
            let error = Diagnostic::error(Code::SAME_VERSION, start_span(later), message);
            diagnostics
                .push(error.label(start_span(first), "the other").help("a version is named by the day it starts"));
        }
        same
    });
}

fn start_span(draft: &Draft) -> Span {
    draft.file.header.effective_from.as_ref().map_or(draft.file.header.name.span, |start| start.span)
}

/// Reports versions that amend the same version while both would be in force (T7).
///
/// A later version ends an earlier one (T2), so two versions are never in force on one day. What T7 guards against is the later
/// sibling silently dropping what the earlier one changed. So the time of an amendment lasts here until its own `until`, or
/// until a version that restates the whole.
fn check_siblings(drafts: &[Draft], diagnostics: &mut Vec<Diagnostic>) {
    let mut latest = BTreeMap::<chrono::NaiveDate, &Draft>::new();
    for draft in drafts {
        let Some(amends) = &draft.file.header.amends else {
            latest.clear();
            continue;
        };
        if let Some(earlier) = latest.insert(amends.value, draft)
            && earlier.until.is_none_or(|until| until > draft.start)
            && let Some(other) = &earlier.file.header.amends
        {
            let (first, second) = (earlier.start.date, draft.start.date);
            let message =
                format!("{first} and {second} both amend {}: {second} would drop what {first} changed", amends.value);
            let error =
                Diagnostic::error(Code::TWO_AMENDMENTS, amends.span, message).label(other.span, "the other amendment");
            diagnostics.push(error.help(format!("write `amends {first}`, or let {first} end: `until {second}`")));
        }
    }
}

/// Returns the index of the version a draft amends, if it is there and starts earlier (E044).
fn amended(
    policy: &str,
    draft: &Draft,
    index: usize,
    days: &[String],
    lost: &Lost,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<usize> {
    let amends = draft.file.header.amends.as_ref()?;
    let day = amends.value.to_string();
    let error = |message: String| Diagnostic::error(Code::UNKNOWN_VERSION, amends.span, message);
    let found = days.iter().position(|candidate| *candidate == day);
    let report = match found {
        Some(base) if base < index => return Some(base),
        Some(base) if base == index => error(format!("{day} amends itself")),
        Some(_) => error(format!("{} amends {day}, which starts after it", days[index])),
        None if lost.may_be_version(folder_of(&draft.file.path), &day) => return None,
        None => error(format!("`{policy}` has no version of {day}")),
    };
    let others: Vec<&str> = days[..index].iter().map(String::as_str).collect();
    diagnostics.push(match others.as_slice() {
        [] => report.help("no version starts before this one: drop `amends` and state the whole"),
        [.., last] => {
            let shown = others[others.len().saturating_sub(5)..].join(", ");
            report.help(format!("write `amends {last}`; earlier versions: {shown}"))
        }
    });
    None
}

/// Builds a version; `base` is the version it amends, with its index.
fn version(
    draft: Draft,
    index: usize,
    end: Option<Boundary>,
    base: Option<(usize, &LoadedVersion)>,
    diagnostics: &mut Vec<Diagnostic>,
) -> LoadedVersion {
    let Draft { file, start, .. } = draft;
    let PolicyFile { source, header, mut declarations, broken, .. } = file;
    let inherited = base.map(|(_, version)| version);
    let (declarations, repealed) = if header.amends.is_some() {
        amend(declarations, index, inherited, diagnostics)
    } else {
        strip_verbs(&mut declarations, "the header says no `amends`", diagnostics);
        (consolidate(declarations, index), Vec::new())
    };
    let incomplete = broken || (header.amends.is_some() && inherited.is_none_or(|base| base.incomplete));
    LoadedVersion {
        name: start.date.to_string(),
        source,
        start,
        end,
        amends: base.map(|(base, _)| base),
        decided_by: header.decided_by.clone().or_else(|| inherited?.decided_by.clone()),
        rounding: header.rounding.clone().or_else(|| inherited?.rounding.clone()),
        zone: header.zone.clone().or_else(|| inherited?.zone.clone()),
        title: header.title.clone().or_else(|| inherited?.title.clone()),
        header,
        declarations,
        repealed,
        incomplete,
    }
}

/// Reports versions with a deciding fact other than that of the first (T3).
fn check_deciding_facts(policy: &str, versions: &[LoadedVersion], diagnostics: &mut Vec<Diagnostic>) {
    let fact = |version: &LoadedVersion| {
        version.decided_by.as_ref().map_or(DEFAULT_DECIDING_FACT.to_owned(), |name| name.value.clone())
    };
    // What a version inherits from one that is not there is unknown.
    let known = |version: &&LoadedVersion| version.decided_by.is_some() || !version.incomplete;
    let mut known_versions = versions.iter().filter(known);
    let Some(first) = known_versions.next() else { return };
    let place = |version: &LoadedVersion| {
        let own = version.decided_by.as_ref().filter(|name| name.span.source == version.source);
        own.map_or(version.header.name.span, |name: &Name| name.span)
    };
    for version in known_versions.filter(|version| fact(version) != fact(first)) {
        // An amendment that only inherits says nothing of its own.
        if version.header.decided_by.is_none() && version.amends.is_some() {
            continue;
        }
        let (here, there) = (fact(version), fact(first));
        let message = format!("{} is decided by `{here}`, {} by `{there}`", version.name, first.name);
        let error = Diagnostic::error(Code::DECIDING_FACT, place(version), message)
            .label(place(first), format!("`{there}` here"));
        let help = format!(
            "all versions of `{policy}` are picked by one fact: a transition by another date is a condition in the new version"
        );
        diagnostics.push(error.help(help));
    }
}

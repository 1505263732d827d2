//! Clauses against rules: a list of all clauses of a subject, and what under the root carries their tags.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::load::{CsvTable, Loaded};
use crate::program::{NodeId, Op, OriginKind, Program, Rule};
use crate::source::Span;

/// The column with the clauses' tags.
const COLUMN: &str = "clause";

/// How a list of clauses and the rules under a root fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clauses {
    /// How many clauses the list holds.
    pub listed: usize,
    /// Those that nothing carries, in the order of the list.
    pub missing: Vec<String>,
    /// Tags of the list's families (`POE-W-14` is of the family `POE-W`) that it does not hold, sorted.
    pub unlisted: Vec<String>,
    /// Rules that neither carry a tag nor have a condition that does, in the order of places.
    pub untagged: Vec<String>,
    /// All of it as findings: W120, W121, W122; E049 where the list is no list of clauses.
    pub findings: Vec<Diagnostic>,
}

/// Compares a list of clauses with everything under a root. A clause is carried by any declaration, condition or question
/// that bears its tag.
pub fn clauses(loaded: &Loaded, program: &Program, list: &CsvTable) -> Clauses {
    let mut found =
        Clauses { listed: 0, missing: Vec::new(), unlisted: Vec::new(), untagged: Vec::new(), findings: Vec::new() };
    let Some(column) = list.column(COLUMN) else {
        let message = format!("a list of clauses has a column `{COLUMN}`");
        found.findings.push(Diagnostic::error(Code::CSV, list.header, message));
        return found;
    };
    let mut listed: BTreeMap<&str, Span> = BTreeMap::new();
    let carried = tags(loaded, program);
    for row in &list.rows {
        let (tag, span) = (row.cells[column].as_str(), row.spans[column]);
        if tag.is_empty() {
            found.findings.push(Diagnostic::error(Code::CSV, row.span, "a row without a clause"));
            continue;
        }
        if let Some(&first) = listed.get(tag) {
            let message = format!("the clause `{tag}` is listed twice");
            found.findings.push(Diagnostic::error(Code::CSV, span, message).label(first, "the first"));
            continue;
        }
        listed.insert(tag, span);
        found.listed += 1;
        if !carried.contains_key(tag) {
            found.missing.push(tag.to_owned());
            let message = format!("nothing carries the clause `{tag}`");
            let help = format!("tag what states it with `[{tag}]`");
            found.findings.push(Diagnostic::warning(Code::CLAUSE_WITHOUT_RULE, span, message).help(help));
        }
    }
    let families: BTreeSet<&str> = listed.keys().filter_map(|tag| family(tag)).collect();
    for (tag, span) in &carried {
        if listed.contains_key(tag.as_str()) || !family(tag).is_some_and(|family| families.contains(family)) {
            continue;
        }
        found.unlisted.push(tag.clone());
        let message = format!("the list of clauses has no `{tag}`");
        let help = suggest(tag, listed.keys().copied()).unwrap_or_else(|| "add it to the list, or mend the tag".into());
        let mut finding = Diagnostic::warning(Code::UNLISTED_CLAUSE, *span, message);
        finding.help = Some(help);
        found.findings.push(finding);
    }
    for (span, name) in untagged(program) {
        let first_line = loaded.sources.slice(span).lines().next().map_or(0, str::len);
        let span = Span { end: span.start + first_line as u32, ..span };
        let message = format!("the rule `{name}` names no clause");
        let help = format!("say which clause it states: `rule {name} [TAG]`");
        found.findings.push(Diagnostic::warning(Code::RULE_WITHOUT_CLAUSE, span, message).help(help));
        found.untagged.push(name.to_owned());
    }
    crate::diagnostic::sort(&mut found.findings);
    found
}

/// Returns what stands before the last dash of a tag.
fn family(tag: &str) -> Option<&str> {
    tag.rsplit_once('-').map(|(family, _)| family)
}

/// Returns all tags under a root with the first place of each.
fn tags(loaded: &Loaded, program: &Program) -> BTreeMap<String, Span> {
    let mut places: BTreeMap<String, Span> = BTreeMap::new();
    let mut add = |tag: &str, span: Span| {
        let place = places.entry(tag.to_owned()).or_insert(span);
        *place = (*place).min(span);
    };
    let libraries = loaded.libraries.iter().flat_map(|library| &library.file.declarations);
    let versions = loaded.policies.iter().flat_map(|policy| &policy.versions).flat_map(|version| &version.declarations);
    for declaration in libraries.chain(versions.map(|consolidated| &*consolidated.declaration)) {
        for tag in declaration.kind.head().iter().flat_map(|head| &head.tags) {
            add(&tag.value, tag.span);
        }
    }
    // Declarations stand above already, with the exact place of their tags.
    let condition = |kind| matches!(kind, OriginKind::Condition | OriginKind::Row);
    for origin in program.origins.iter().filter(|origin| condition(origin.kind)) {
        for tag in &origin.tags {
            add(tag, written_after(loaded, origin.span, tag));
        }
    }
    places
}

/// Finds a tag that is written after an expression, on whatever line.
fn written_after(loaded: &Loaded, span: Span, tag: &str) -> Span {
    let rest = loaded.sources.get(span.source).text().get(span.end as usize..).unwrap_or_default();
    let ends = |at: usize| rest[at + tag.len()..].starts_with([']', ',', ' ']);
    match rest.match_indices(tag).find(|&(at, _)| ends(at)) {
        Some((at, _)) => {
            let start = span.end as usize + at;
            Span::new(span.source, start, start + tag.len())
        }
        None => span,
    }
}

/// Returns the rules without a tag by their place, each once.
fn untagged(program: &Program) -> BTreeMap<Span, &str> {
    let without = program.rules.iter().filter(|rule| !has_tag(program, rule));
    let origins = without.map(|rule| program.origin(rule.origin));
    origins.map(|origin| (origin.span, origin.name.as_str())).collect()
}

/// Whether a rule or a condition written in it carries a tag; what a definition carries is its own.
fn has_tag(program: &Program, rule: &Rule) -> bool {
    if !program.origin(rule.origin).tags.is_empty() {
        return true;
    }
    let mut waiting: Vec<NodeId> = rule.when.iter().chain(&rule.unless).copied().collect();
    let mut seen: BTreeSet<NodeId> = BTreeSet::new();
    while let Some(node) = waiting.pop() {
        let op = program.op(node);
        if let Op::Clause(origin, _) = op {
            let origin = program.origin(*origin);
            match origin.kind {
                OriginKind::Condition | OriginKind::Part if !origin.tags.is_empty() => return true,
                OriginKind::Condition | OriginKind::Part => {}
                _ => continue,
            }
        }
        waiting.extend(op.children().into_iter().filter(|&child| seen.insert(child)));
    }
    false
}

//! Both texts, and the new one with edits undone, in one program; and which decisions are compared.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::diagnostic::Diagnostic;
use crate::diff::join::{Joined, join};
use crate::diff::revert::revert;
use crate::diff::structural::{self, Scope};
use crate::diff::{Change, Edit, Hybrid, Side, Text};
use crate::eval::Request;
use crate::eval::reach::Reach;
use crate::lower::lower;
use crate::program::{Asked, FamilyId, PolicyId, Program, VersionId};
use crate::source::Span;
use crate::syntax::ast::On;
use crate::value::Type;

/// How many edits are undone one by one; with more, causes are named together.
const MAX_HYBRIDS: usize = 24;

/// A decision that may be affected.
pub(super) struct Subject {
    pub(super) name: String,
    pub(super) label: Option<String>,
    pub(super) policy: String,
    pub(super) reached: bool,
    pub(super) ty: Type,
    pub(super) at: Span,
    pub(super) old: Option<FamilyId>,
    pub(super) new: Option<FamilyId>,
}

pub(super) fn side_of<'a>(text: &Text<'a>) -> structural::Side<'a> {
    let policy = &text.program.policies[text.policy.index()].name;
    let version = text.pinned.map(|version| text.program.version(version).name.as_str());
    structural::Side { loaded: text.loaded, policy, version }
}

pub(super) fn named(text: &Text) -> Side {
    let policy = text.program.policies[text.policy.index()].name.clone();
    let version = text.pinned.map(|version| text.program.version(version).name.clone());
    let reach = text.loaded.find_policy(&policy).map(|index| text.loaded.reach(index)).unwrap_or_default();
    let paths = text.loaded.paths.iter().filter(|(_, path)| reach.texts.contains(*path));
    let texts = paths.map(|(&source, path)| (path.as_str(), text.loaded.sources.get(source).text().as_bytes()));
    let hash = crate::trace::hash_files(texts);
    Side { name: text.name.to_owned(), policy, version, hash }
}

pub(super) fn edit_of(edit: &structural::Edit) -> Edit {
    let scope = match &edit.scope {
        Scope::Policy(policy, versions) => format!("{policy} {}", versions.join(", ")),
        Scope::Library(path) | Scope::Data(path) => path.clone(),
    };
    Edit {
        change: match edit.change {
            structural::Change::Inserted => Change::Inserted,
            structural::Change::Repealed => Change::Repealed,
            structural::Change::Replaced => Change::Replaced,
        },
        kind: edit.kind.to_owned(),
        name: edit.name.clone(),
        tags: edit.tags.clone(),
        label: edit.label.clone(),
        old: edit.old,
        new: edit.new,
        details: edit.details.clone(),
        meaning: edit.meaning,
        scope,
    }
}

/// Lists the decisions of the policy, in written order, and those of other policies that read it.
pub(super) fn subjects(program: &Program, old: &Text, new: &Text, joined: Option<&Joined>) -> Vec<Subject> {
    let there = |text: &Text, family: FamilyId| {
        let members = &text.program.family(family).members;
        members.iter().any(|(version, asked)| {
            matches!(asked, Asked::Decision(_)) && text.pinned.is_none_or(|pinned| *version == Some(pinned))
        })
    };
    let in_joint = |family: FamilyId| joined.map_or(family, |joined| joined.families[family.index()]);
    let mut list: Vec<Subject> = Vec::new();
    let mut add = |name: &str, policy: &str, reached: bool, old: Option<FamilyId>, new: Option<FamilyId>| {
        let Some(any) = new.or(old) else { return };
        let Some(Asked::Decision(decision)) = program.family(any).members.last().map(|(_, asked)| *asked) else {
            return;
        };
        let decision = program.decision(decision);
        list.push(Subject {
            name: name.to_owned(),
            label: program.origin(decision.origin).label.clone(),
            policy: policy.to_owned(),
            reached,
            ty: decision.ty.clone(),
            at: program.origin(decision.origin).span,
            old,
            new,
        });
    };
    let families = |text: &Text, policy: PolicyId| -> Vec<(String, FamilyId)> {
        let families = text.program.policies[policy.index()].families.iter();
        families.map(|&family| (text.program.family(family).name.clone(), family)).collect()
    };
    let policy = &new.program.policies[new.policy.index()].name;
    let before: Vec<_> = families(old, old.policy).into_iter().filter(|&(_, family)| there(old, family)).collect();
    let after: Vec<_> = families(new, new.policy).into_iter().filter(|&(_, family)| there(new, family)).collect();
    for (name, family) in &after {
        let other = before.iter().find(|(other, _)| other == name).map(|&(_, family)| family);
        add(name, policy, false, other, Some(in_joint(*family)));
    }
    for (name, family) in before.iter().filter(|(name, _)| !after.iter().any(|(other, _)| other == name)) {
        add(name, policy, false, Some(*family), None);
    }
    // Decisions of other policies that read one of these, in any version.
    let own: BTreeSet<FamilyId> = after.iter().map(|&(_, family)| family).collect();
    for (index, other) in new.program.policies.iter().enumerate() {
        let id = PolicyId(index as u32);
        if id == new.policy {
            continue;
        }
        let Some(counterpart) = old.program.find_policy(&other.name) else { continue };
        for (name, family) in families(new, id) {
            if !matches!(new.program.family(family).members.last(), Some((_, Asked::Decision(_)))) {
                continue;
            }
            let mut reach = Reach::new(new.program);
            reach.family(family, &|_, _| true, &|_| false);
            if reach.families.is_disjoint(&own) {
                continue;
            }
            let before = families(old, counterpart).into_iter().find(|(other, _)| *other == name);
            let Some((_, before)) = before else { continue };
            add(&name, &other.name, true, Some(before), Some(in_joint(family)));
        }
    }
    list
}

pub(super) fn request(
    text: &Text,
    subjects: &[Subject],
    joined: Option<&Joined>,
    family: impl Fn(&Subject) -> Option<FamilyId>,
) -> Request {
    let policy = joined.map_or(text.policy, |joined| joined.policies[text.policy.index()]);
    let version = |version: VersionId| joined.map_or(version, |joined| joined.versions[version.index()]);
    Request { policy, pinned: text.pinned.map(version), asked: subjects.iter().filter_map(family).collect() }
}

/// Lowers the new text with each cluster of edits undone, where that can be done.
pub(super) fn hybrids(
    program: &mut Program,
    sides: &(structural::Side, structural::Side),
    found: &[structural::Edit],
    clusters: &[Vec<usize>],
    new: &Text,
    subjects: &[Subject],
) -> Vec<Hybrid> {
    let mut hybrids = Vec::new();
    if clusters.len() < 2 || clusters.len() > MAX_HYBRIDS {
        return hybrids;
    }
    let name = &new.program.policies[new.policy.index()].name;
    for (index, cluster) in clusters.iter().enumerate() {
        let undone: Vec<&structural::Edit> = cluster.iter().map(|&edit| &found[edit]).collect();
        let text = revert(sides.0, sides.1, &undone);
        let lowered = lower(&text);
        if text.diagnostics.iter().chain(&lowered.diagnostics).any(Diagnostic::is_error) {
            continue;
        }
        let Some(policy) = lowered.program.find_policy(name) else { continue };
        let joined = join(program, &lowered.program);
        let version = new.pinned.and_then(|pinned| {
            let wanted = &new.program.version(pinned).name;
            let versions = &lowered.program.policies[policy.index()].versions;
            versions.iter().copied().find(|&version| lowered.program.version(version).name == *wanted)
        });
        if version.is_none() && new.pinned.is_some() {
            continue;
        }
        let families: Vec<Option<FamilyId>> = subjects
            .iter()
            .map(|subject| {
                let families = &lowered.program.policies[policy.index()].families;
                let named = |family: &&FamilyId| lowered.program.family(**family).name == subject.name;
                let family = families.iter().find(named).filter(|_| !subject.reached)?;
                Some(joined.families[family.index()])
            })
            .collect();
        let request = Request {
            policy: joined.policies[policy.index()],
            pinned: version.map(|version| joined.versions[version.index()]),
            asked: families.iter().flatten().copied().collect(),
        };
        hybrids.push(Hybrid { cluster: index, edits: cluster.clone(), request, families });
    }
    hybrids
}

/// The day of an ordinary applicant: the one asked, else the first of the new text.
pub(super) fn today(program: &Program, on: Option<On>, new: &Request) -> NaiveDate {
    match on {
        Some(On::Date(date)) => date,
        Some(On::Instant(instant)) => instant.date_naive(),
        None => {
            let version = new.pinned.or_else(|| program.policies[new.policy.index()].versions.last().copied());
            version.map_or(NaiveDate::MIN, |version| program.version(version).start.date)
        }
    }
}

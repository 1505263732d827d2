//! Who is affected by a change of text, exactly: the semantic diff of two texts.
//!
//! 1. [`subjects`](fn@subjects): both texts in one program; which decisions may be affected.
//! 2. [`outcomes`]: what each decision comes to under each text, as conditions over one space of applicants; the ways they differ.
//! 3. Causes: the new text with one edit undone is a text too. An edit decides for those who get the old outcome back when it
//!    alone is undone.
//! 4. [`regions`]: each group in the authors' words ([`vocabulary`]), until nobody is left: that is the proof.
//! 5. [`witness`]: an example of each group, decided again by the interpreter under both texts before it is shown.
//!
//! Source: *Semantic diff and static analysis*: regions relative to a context, sequential, attributed before they are described.

mod outcomes;
mod reasons;
mod regions;
mod vocabulary;
mod witness;

use std::collections::BTreeSet;

use chrono::NaiveDate;

use self::outcomes::{Class, Outcomes, Turn, same, turns};
use self::reasons::differing;
use self::regions::{Wanted, describe};
use self::vocabulary::{Condition, Edited, Rank, conditions};
use self::witness::{Asked as Between, change_words, decide, nearest, witness};
use super::join::{Joined, join};
use super::revert::{clusters, revert};
use super::structural::{self, Scope};
use super::{Change, Checks, Comparison, DecisionDiff, Diff, Edit, Fate, Group, Hybrid, Side, Text};
use crate::diagnostic::Diagnostic;
use crate::eval::Request;
use crate::eval::reach::Reach;
use crate::facts::Facts;
use crate::lower::lower;
use crate::program::{Asked, EVALUATION_DATE, EVALUATION_TIME, FactId, FamilyId, PolicyId, Program, VersionId};
use crate::solve::encode::{Case, Truth};
use crate::solve::example::ordinary;
use crate::solve::graph::{Graphed, graph, nothing_but, scopes};
use crate::solve::sat::Lit;
use crate::solve::{Answer, Space};
use crate::source::Span;
use crate::syntax::ast::On;
use crate::value::{Type, Value};

/// How many edits are undone one by one; with more, causes are named together.
const MAX_HYBRIDS: usize = 24;
/// How many groups one change of outcome has by cause; the rest is one group of several causes.
const MAX_GROUPS: usize = 12;

/// How to compare.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The day, or moment, on which people are compared; nothing is every day.
    pub on: Option<On>,
    /// Whether groups are listed in which only the reasons differ.
    pub reasons: bool,
}

/// A decision that may be affected.
struct Subject {
    name: String,
    label: Option<String>,
    policy: String,
    reached: bool,
    ty: Type,
    at: Span,
    old: Option<FamilyId>,
    new: Option<FamilyId>,
}

/// Compares two texts of a policy.
///
/// The same person on the same day under both: everybody whose facts keep the invariants of either text, all facts being stated.
/// Both roots must be free of errors; the new one is loaded beside the old ([`crate::load::load_beside`]) unless they are one.
pub fn compare(old: &Text, new: &Text, options: &Options) -> Comparison {
    let sides = (side_of(old), side_of(new));
    let found = structural::edits(sides.0, sides.1);
    let edits: Vec<Edit> = found.iter().map(edit_of).collect();
    let mut program = old.program.clone();
    let joined = (!std::ptr::eq(old.program, new.program)).then(|| join(&mut program, new.program));
    let subjects = subjects(&program, old, new, joined.as_ref());
    let mut clusters: Vec<Vec<usize>> = clusters(&found);
    clusters.retain(|cluster| cluster.iter().any(|&edit| found[edit].meaning));
    let hybrids = hybrids(&mut program, &sides, &found, &clusters, new, &subjects);
    let old_request = request(old, &subjects, None, |subject| subject.old);
    let new_request = request(new, &subjects, joined.as_ref(), |subject| subject.new);
    let mut diff = Diff {
        old: named(old),
        new: named(new),
        on: options.on.map(|on| match on {
            On::Date(date) => date.to_string(),
            On::Instant(instant) => instant.to_rfc3339(),
        }),
        edits,
        decisions: Vec::new(),
        no_effect: Vec::new(),
        complete: true,
        gaps: Vec::new(),
        approximated: Vec::new(),
        notes: Vec::new(),
        checks: Checks { certified: true, ..Checks::default() },
        population: None,
    };
    if let Some(joined) = &joined {
        for &fact in &joined.retyped {
            diff.complete = false;
            diff.gaps
                .push(format!("`{}` is of another type in each text: they are not one fact", program.fact(fact).name));
        }
    }
    for edit in diff.edits.iter().filter(|edit| edit.kind == "assume" && edit.meaning) {
        diff.notes.push(format!(
            "`{}`: people who do not state it are not compared; everybody here states every fact",
            edit.name
        ));
    }
    let today = today(&program, options.on, &new_request);
    let given: Vec<(FactId, Value)> = match options.on {
        Some(On::Date(date)) => vec![(EVALUATION_DATE, Value::Date(date))],
        Some(On::Instant(instant)) => vec![
            (EVALUATION_DATE, Value::Date(instant.date_naive())),
            (EVALUATION_TIME, Value::Instant(instant.to_utc())),
        ],
        None => Vec::new(),
    };
    Comparing {
        program: &program,
        old: &old_request,
        new: &new_request,
        hybrids: &hybrids,
        clusters: &clusters,
        subjects: &subjects,
        given: &given,
        today,
        reasons: options.reasons,
        diff: &mut diff,
    }
    .run();
    Comparison { program, old: old_request, new: new_request, diff, hybrids }
}

fn side_of<'a>(text: &Text<'a>) -> structural::Side<'a> {
    let policy = &text.program.policies[text.policy.index()].name;
    let version = text.pinned.map(|version| text.program.version(version).name.as_str());
    structural::Side { loaded: text.loaded, policy, version }
}

fn named(text: &Text) -> Side {
    let policy = text.program.policies[text.policy.index()].name.clone();
    let version = text.pinned.map(|version| text.program.version(version).name.clone());
    let reach = text.loaded.find_policy(&policy).map(|index| text.loaded.reach(index)).unwrap_or_default();
    let paths = text.loaded.paths.iter().filter(|(_, path)| reach.texts.contains(*path));
    let texts = paths.map(|(&source, path)| (path.as_str(), text.loaded.sources.get(source).text().as_bytes()));
    let hash = crate::trace::hash_files(texts);
    Side { name: text.name.to_owned(), policy, version, hash }
}

fn edit_of(edit: &structural::Edit) -> Edit {
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
fn subjects(program: &Program, old: &Text, new: &Text, joined: Option<&Joined>) -> Vec<Subject> {
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

fn request(
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
fn hybrids(
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
fn today(program: &Program, on: Option<On>, new: &Request) -> NaiveDate {
    match on {
        Some(On::Date(date)) => date,
        Some(On::Instant(instant)) => instant.date_naive(),
        None => {
            let version = new.pinned.or_else(|| program.policies[new.policy.index()].versions.last().copied());
            version.map_or(NaiveDate::MIN, |version| program.version(version).start.date)
        }
    }
}

/// A comparison under way.
struct Comparing<'a, 'd> {
    program: &'a Program,
    old: &'a Request,
    new: &'a Request,
    hybrids: &'a [Hybrid],
    clusters: &'a [Vec<usize>],
    subjects: &'a [Subject],
    given: &'a [(FactId, Value)],
    today: NaiveDate,
    /// Whether groups in which only the reasons differ are wanted.
    reasons: bool,
    diff: &'d mut Diff,
}

/// A group found, and who belongs to it.
struct Found {
    group: Group,
    who: Lit,
    /// Where the decision is declared.
    at: Span,
}

/// What one subject comes to under each text.
struct Sided {
    old: Option<(FamilyId, Outcomes)>,
    new: Option<(FamilyId, Outcomes)>,
    /// Under each hybrid, if it has it.
    hybrids: Vec<Option<(FamilyId, Outcomes)>>,
}

impl Comparing<'_, '_> {
    fn run(mut self) {
        let mut requests = vec![self.old.clone(), self.new.clone()];
        requests.extend(self.hybrids.iter().map(|hybrid| hybrid.request.clone()));
        let facts = nothing_but(self.program, self.given);
        let scopes = scopes(self.program, &requests, &facts);
        let (ground, graphed) = graph(self.program, &requests, &scopes);
        let mut space = Space::of_our_time(ground);
        space.expect_ordinary(self.today);
        let valid: Vec<Lit> = graphed.iter().map(|side| valid(&mut space, side)).collect();
        space.require(&valid[..2]);
        // Two versions are compared on days on which either is in force, whatever picks them.
        let times: Vec<Lit> =
            graphed[..2].iter().filter_map(|side| side.in_time).map(|id| space.encoder.truth(id).yes).collect();
        if times.len() == 2 {
            space.require(&times);
        }
        let sided = self.sided(&mut space, &requests, &graphed, &valid);
        // Other policies are looked at in the time of the new text: before it they read another one.
        let in_time = graphed[1].in_time.map(|id| space.encoder.truth(id).yes);
        let whole: Vec<Span> = self
            .diff
            .edits
            .iter()
            .filter(|edit| edit.change != Change::Replaced)
            .flat_map(|edit| edit.old.iter().chain(&edit.new).copied())
            .collect();
        // The words are needed only where somebody is affected.
        let mut words: Option<Vec<Condition>> = None;
        let mut own: Vec<Found> = Vec::new();
        let mut decisions = Vec::new();
        for (subject, sided) in self.subjects.iter().zip(&sided) {
            let mut decision = DecisionDiff {
                name: subject.name.clone(),
                label: subject.label.clone(),
                policy: subject.policy.clone(),
                reached: subject.reached,
                fate: Fate::Same,
                groups: Vec::new(),
                reasons: Vec::new(),
            };
            let (Some(old), Some(new)) = (&sided.old, &sided.new) else {
                decision.fate = if sided.new.is_some() { Fate::Inserted } else { Fate::Repealed };
                decisions.push(decision);
                continue;
            };
            let mut list = turns(&mut space.encoder, self.program, (old.0, &old.1), (new.0, &new.1), &subject.ty);
            let mut settled = true;
            let mut found: Vec<Found> = Vec::new();
            for turn in &mut list {
                let time = in_time.filter(|_| subject.reached).unwrap_or(Lit::TRUE);
                turn.when = space.encoder.gates.and(&[turn.when, time]);
                match space.ask(&[turn.when]) {
                    Answer::No(_) => continue,
                    Answer::Unknown => {
                        settled = false;
                        continue;
                    }
                    Answer::Yes(_) => {}
                }
                let words = words.get_or_insert_with(|| {
                    let edited = Edited { whole: &whole };
                    conditions(&mut space, self.program, &[&graphed[1], &graphed[0]], &edited)
                });
                settled &= self.groups(&mut space, words, subject, sided, turn, time, &own, &mut found);
            }
            decision.fate = match (found.is_empty(), settled) {
                (false, _) => Fate::Affected,
                (true, true) => Fate::Same,
                (true, false) => Fate::Unknown,
            };
            if self.reasons && !subject.reached {
                let words = words.get_or_insert_with(|| {
                    let edited = Edited { whole: &whole };
                    conditions(&mut space, self.program, &[&graphed[1], &graphed[0]], &edited)
                });
                let sides = ((old.0, &old.1, &graphed[0]), (new.0, &new.1, &graphed[1]));
                settled &= self.other_reasons(&mut space, words, subject, sides, &mut decision.reasons);
            }
            self.diff.complete &= settled;
            self.diff.checks.certified &= settled;
            if !settled {
                self.diff.gaps.push(format!("`{}` is not settled for everybody", subject.name));
            }
            decision.groups = found.iter().map(|found| found.group.clone()).collect();
            if !subject.reached {
                own.extend(found);
            }
            let silent = subject.reached && decision.fate == Fate::Same;
            if !silent {
                decisions.push(decision);
            }
        }
        self.number(&mut decisions);
        self.diff.decisions = decisions;
        self.without_effect(&mut space, &sided);
        // Where nobody is affected, nothing rests on what was approximated.
        if space.is_vague() && self.diff.differs() {
            self.vague(&mut space);
        }
        self.diff.checks.questions = space.questions;
    }

    fn sided(&self, space: &mut Space, requests: &[Request], graphed: &[Graphed], valid: &[Lit]) -> Vec<Sided> {
        let mut outcome = |side: usize, family: Option<FamilyId>| -> Option<(FamilyId, Outcomes)> {
            let family = family?;
            let place = requests[side].asked.iter().position(|&asked| asked == family)?;
            let cases = space.encoder.cases(graphed[side].roots[place]);
            Some((family, Outcomes { cases, valid: valid[side] }))
        };
        self.subjects
            .iter()
            .enumerate()
            .map(|(index, subject)| Sided {
                old: outcome(0, subject.old),
                new: outcome(1, subject.new),
                hybrids: self
                    .hybrids
                    .iter()
                    .enumerate()
                    .map(|(hybrid, it)| outcome(hybrid + 2, it.families[index]))
                    .collect(),
            })
            .collect()
    }

    /// Finds the groups of one change of outcome, by cause. Returns whether all of them were found.
    #[allow(clippy::too_many_arguments)]
    fn groups(
        &mut self,
        space: &mut Space,
        words: &[Condition],
        subject: &Subject,
        sided: &Sided,
        turn: &Turn,
        time: Lit,
        own: &[Found],
        found: &mut Vec<Found>,
    ) -> bool {
        let (Some(old), Some(new)) = (&sided.old, &sided.new) else { return true };
        // What tells causes apart: the old outcome is back when a cluster is undone; of other policies, the groups followed.
        let signs: Vec<Lit> = if subject.reached {
            own.iter().map(|group| group.who).collect()
        } else {
            self.hybrids
                .iter()
                .zip(&sided.hybrids)
                .map(|(_, outcomes)| match outcomes {
                    Some((family, outcomes)) => self.back(space, &turn.from, (old.0, &old.1), (*family, outcomes)),
                    None => Lit::FALSE,
                })
                .collect()
        };
        let mut left = vec![turn.when];
        let mut here: Vec<Lit> = Vec::new();
        for round in 0.. {
            let model = match space.ask(&left) {
                Answer::No(_) => return true,
                Answer::Unknown => return false,
                Answer::Yes(model) => model,
            };
            let last = round == MAX_GROUPS;
            let holding: Vec<usize> = (0..signs.len()).filter(|&sign| !last && model.holds(signs[sign])).collect();
            let mut parts = vec![turn.when];
            if !last {
                parts.extend(
                    (0..signs.len()).map(|sign| if holding.contains(&sign) { signs[sign] } else { !signs[sign] }),
                );
            }
            let who = space.encoder.gates.and(&parts);
            left.push(!who);
            let (cause, together, follows) = self.cause(subject, &holding, own);
            let from = old.1.is(&mut space.encoder, self.program, old.0, &turn.from);
            let to = new.1.is(&mut space.encoder, self.program, new.0, &turn.to);
            let (from, to) = (space.encoder.gates.and(&[from, time]), space.encoder.gates.and(&[to, time]));
            let mut spans: Vec<Span> =
                cause.iter().filter_map(|&edit| self.diff.edits[edit].new.or(self.diff.edits[edit].old)).collect();
            spans.sort_by_key(|span| (span.source, span.start));
            let own_truths = [&old.1, &new.1].map(|outcomes| space.encoder.truth_of(&outcomes.cases).yes);
            let wanted = Wanted { who, listed: &here, from, to, cause: &spans, at: subject.at, own: &own_truths };
            let described = if subject.reached {
                let words = [&follow_words(own, &follows)[..], words].concat();
                describe(space, &words, &wanted)
            } else {
                describe(space, words, &wanted)
            };
            if !described.complete {
                self.diff.complete = false;
                self.diff.gaps.push(format!("a group of `{}` is described in part only", subject.name));
            }
            let Some(group) = self.group(space, subject, sided, turn, who, described) else {
                self.diff.complete = false;
                self.diff.gaps.push(format!("an example for `{}` rests on a term that is approximated", subject.name));
                here.push(who);
                continue;
            };
            here.push(who);
            found.push(Found { group: Group { cause, together, follows, ..group }, who, at: subject.at });
        }
        true
    }

    /// When undoing an edit brings the old outcome back.
    fn back(&self, space: &mut Space, from: &Class, old: (FamilyId, &Outcomes), hybrid: (FamilyId, &Outcomes)) -> Lit {
        match from {
            Class::AnyValue => same(&mut space.encoder, old.1, hybrid.1),
            class => hybrid.1.is(&mut space.encoder, self.program, hybrid.0, class),
        }
    }

    /// The edits that decide, whether only together, and the groups that are followed: indexes into `own`, for now.
    fn cause(&self, subject: &Subject, holding: &[usize], own: &[Found]) -> (Vec<usize>, bool, Vec<usize>) {
        if subject.reached {
            let mut cause: Vec<usize> = holding.iter().flat_map(|&index| own[index].group.cause.clone()).collect();
            cause.sort_unstable();
            cause.dedup();
            return (cause, false, holding.to_vec());
        }
        let meaning = |edit: &usize| self.diff.edits[*edit].meaning;
        let (clusters, together): (Vec<usize>, bool) = if self.clusters.len() == 1 {
            (vec![0], false)
        } else if holding.is_empty() {
            ((0..self.clusters.len()).collect(), true)
        } else {
            (holding.iter().map(|&hybrid| self.hybrids[hybrid].cluster).collect(), false)
        };
        // Of edits that go together, those that decide: what only they read follows from them.
        let deciding = |cluster: usize| -> Vec<usize> {
            let edits: Vec<usize> = self.clusters[cluster].iter().copied().filter(meaning).collect();
            let decides = |edit: &usize| matches!(self.diff.edits[*edit].kind.as_str(), "rule" | "decision");
            let deciding: Vec<usize> = edits.iter().copied().filter(decides).collect();
            if deciding.is_empty() { edits } else { deciding }
        };
        let mut cause: Vec<usize> = clusters.into_iter().flat_map(deciding).collect();
        cause.sort_unstable();
        (cause, together, Vec::new())
    }

    /// Makes a group with its example; nothing if the interpreter finds another outcome.
    fn group(
        &mut self,
        space: &mut Space,
        subject: &Subject,
        sided: &Sided,
        turn: &Turn,
        who: Lit,
        described: regions::Described,
    ) -> Option<Group> {
        let (Some((old_family, old)), Some((new_family, new))) = (&sided.old, &sided.new) else { return None };
        let between = Between {
            old: self.old,
            new: self.new,
            old_family: *old_family,
            new_family: *new_family,
            given: self.given,
            today: self.today,
        };
        let from = turn.from.text(self.program, &subject.ty, false);
        let to = turn.to.text(self.program, &subject.ty, true);
        let example = ordinary(space, &[who], self.given, self.today)?;
        // Of values that move with facts, the facts that they are made of.
        let read: BTreeSet<u32> = [old, new]
            .into_iter()
            .flat_map(|outcomes| outcomes.cases.iter())
            .filter_map(|(lit, case)| match case {
                Case::Term(id) if example.model.holds(*lit) => Some(space.encoder.ground.reads(*id).to_vec()),
                _ => None,
            })
            .flatten()
            .collect();
        let mut shown = witness(space, &example, &between, (turn.when, &read), (&from, &to))?;
        self.diff.checks.replayed += 1;
        // What the applicant could change to come to the old outcome again.
        let back = match &turn.from {
            Class::AnyValue => None,
            class => Some(new.is(&mut space.encoder, self.program, *new_family, class)),
        };
        // Of other policies, the group that is followed says it.
        if let Some(back) = back.filter(|_| !subject.reached)
            && let Some((other, changed)) = nearest(space, &example, back, &between, false)
        {
            let answer = decide(self.program, self.new, *new_family, &other.facts);
            if changed.len() <= 2 && answer.text(self.program) == from {
                shown.new.undo = change_words(self.program, &other.facts, &changed);
            }
        }
        let unchanged = same(&mut space.encoder, old, new);
        let neighbour = if subject.reached { None } else { nearest(space, &example, unchanged, &between, true) };
        let neighbour = neighbour.and_then(|(other, _)| {
            let before = decide(self.program, self.old, *old_family, &other.facts);
            let after = decide(self.program, self.new, *new_family, &other.facts);
            let (before, after) = (before.text(self.program), after.text(self.program));
            (before == after).then(|| witness(space, &other, &between, (unchanged, &read), (&before, &after))).flatten()
        });
        self.diff.checks.replayed += usize::from(neighbour.is_some());
        Some(Group {
            number: 0,
            from,
            to,
            cause: Vec::new(),
            together: false,
            follows: Vec::new(),
            context: described.context,
            after: Vec::new(),
            regions: described.regions,
            witness: shown,
            nearest_unchanged: neighbour,
        })
    }

    /// Finds the groups in which only the reasons differ. Returns whether all of them were found.
    fn other_reasons(
        &mut self,
        space: &mut Space,
        words: &[Condition],
        subject: &Subject,
        (old, new): ((FamilyId, &Outcomes, &Graphed), (FamilyId, &Outcomes, &Graphed)),
        found: &mut Vec<Group>,
    ) -> bool {
        let same = same(&mut space.encoder, old.1, new.1);
        let kept = space.encoder.gates.and(&[same, old.1.valid, new.1.valid]);
        let list = differing(space, self.program, old, new);
        let any: Vec<Lit> = list.iter().map(|reason| reason.differs).collect();
        let any = space.encoder.gates.or(&any);
        let mut left = vec![kept, any];
        let mut here: Vec<Lit> = Vec::new();
        for _ in 0..MAX_GROUPS {
            let model = match space.ask(&left) {
                Answer::No(_) => return true,
                Answer::Unknown => return false,
                Answer::Yes(model) => model,
            };
            let mut parts = vec![kept];
            let holding = |reason: &&reasons::Reason| model.holds(reason.differs);
            let names: Vec<String> = list.iter().filter(holding).map(|reason| reason.name.clone()).collect();
            parts.extend(
                list.iter().map(|reason| if model.holds(reason.differs) { reason.differs } else { !reason.differs }),
            );
            let who = space.encoder.gates.and(&parts);
            left.push(!who);
            let edits = self.diff.edits.iter().enumerate();
            let mut cause: Vec<usize> = edits
                .filter(|(_, edit)| edit.kind == "rule" && names.contains(&edit.name))
                .map(|(index, _)| index)
                .collect();
            let together = cause.is_empty();
            if together {
                let meant = self.diff.edits.iter().enumerate().filter(|(_, edit)| edit.meaning);
                cause = meant.map(|(index, _)| index).collect();
            }
            let spans: Vec<Span> =
                cause.iter().filter_map(|&edit| self.diff.edits[edit].new.or(self.diff.edits[edit].old)).collect();
            let own = [old.1, new.1].map(|outcomes| space.encoder.truth_of(&outcomes.cases).yes);
            let wanted = Wanted { who, listed: &here, from: kept, to: kept, cause: &spans, at: subject.at, own: &own };
            let described = describe(space, words, &wanted);
            here.push(who);
            let between = Between {
                old: self.old,
                new: self.new,
                old_family: old.0,
                new_family: new.0,
                given: self.given,
                today: self.today,
            };
            let Some(example) = ordinary(space, &[who], between.given, between.today) else { return false };
            let outcome = decide(self.program, self.old, old.0, &example.facts).text(self.program);
            let none = BTreeSet::new();
            let Some(shown) = witness(space, &example, &between, (who, &none), (&outcome, &outcome)) else {
                return false;
            };
            self.diff.checks.replayed += 1;
            found.push(Group {
                number: 0,
                from: outcome.clone(),
                to: outcome,
                cause,
                together,
                follows: Vec::new(),
                context: super::Context::Anyone,
                after: Vec::new(),
                regions: described.regions,
                witness: shown,
                nearest_unchanged: None,
            });
        }
        // More groups than anybody reads.
        false
    }

    /// Numbers the groups over all decisions, and what refers to them.
    fn number(&self, decisions: &mut [DecisionDiff]) {
        let mut number = 0;
        let mut own: Vec<usize> = Vec::new();
        for decision in decisions {
            let mut earlier: Vec<(String, String, usize)> = Vec::new();
            for group in &mut decision.groups {
                number += 1;
                group.number = number;
                group.follows = group.follows.iter().filter_map(|&index| own.get(index).copied()).collect();
                group.after = earlier
                    .iter()
                    .filter(|(from, to, _)| *from == group.from && *to == group.to)
                    .map(|&(_, _, number)| number)
                    .collect();
                earlier.push((group.from.clone(), group.to.clone(), number));
                if !decision.reached {
                    own.push(number);
                }
            }
            for group in &mut decision.reasons {
                number += 1;
                group.number = number;
            }
        }
    }

    /// Finds the edits that change no outcome of any decision of the policy.
    fn without_effect(&mut self, space: &mut Space, sided: &[Sided]) {
        let caused: BTreeSet<usize> = self
            .diff
            .decisions
            .iter()
            .flat_map(|decision| &decision.groups)
            .flat_map(|group| group.cause.iter().copied())
            .collect();
        let affected = self.diff.decisions.iter().any(|decision| decision.fate != Fate::Same);
        for (index, cluster) in self.clusters.iter().enumerate() {
            if cluster.iter().any(|edit| caused.contains(edit)) {
                continue;
            }
            let idle = match self.hybrids.iter().position(|hybrid| hybrid.cluster == index) {
                Some(hybrid) => sided.iter().all(|sided| match (&sided.new, &sided.hybrids[hybrid]) {
                    (Some((_, new)), Some((_, other))) => {
                        let same = same(&mut space.encoder, new, other);
                        space.nobody(&[!same])
                    }
                    _ => true,
                }),
                None => !affected && self.diff.complete,
            };
            if idle {
                // What is assumed of those who do not state a fact is not compared.
                let compared = |edit: &usize| self.diff.edits[*edit].meaning && self.diff.edits[*edit].kind != "assume";
                let idle: Vec<usize> = cluster.iter().copied().filter(compared).collect();
                self.diff.no_effect.extend(idle);
            }
        }
        self.diff.no_effect.sort_unstable();
    }

    /// Says what was approximated.
    fn vague(&mut self, space: &mut Space) {
        for &id in space.encoder.vague.keys() {
            let text = space.encoder.place_of(id);
            if !self.diff.approximated.contains(&text) {
                self.diff.approximated.push(text);
            }
        }
    }
}

/// Groups of other decisions as conditions: `in group 1`. Groups of the policy itself are numbered as they are found.
fn follow_words(own: &[Found], follows: &[usize]) -> Vec<Condition> {
    let condition = |&index: &usize| Condition {
        label: format!("in group {}", index + 1),
        tags: Vec::new(),
        at: own[index].at,
        truth: Truth { yes: own[index].who, no: !own[index].who },
        rank: Rank::Group,
        reads: Vec::new(),
    };
    follows.iter().map(condition).collect()
}

/// When facts keep all invariants of a text.
fn valid(space: &mut Space, side: &Graphed) -> Lit {
    let mut kept = Vec::new();
    for &(_, invariant) in &side.invariants {
        kept.push(!space.encoder.truth(invariant).no);
    }
    space.encoder.gates.and(&kept)
}

impl Comparison {
    /// Returns the number of the group of a decision, by its index, that an applicant belongs to; nothing if the outcome is the
    /// same. All facts must be stated. Of a set that changes in several members, the first group.
    pub fn group_of(&self, decision: usize, facts: &Facts) -> Option<usize> {
        let program = &self.program;
        let decision = self.diff.decisions.get(decision)?;
        let (old, new) = (self.family(&self.old, decision)?, self.family(&self.new, decision)?);
        let (before, after) = (decide(program, &self.old, old, facts), decide(program, &self.new, new, facts));
        let moves = |group: &&Group| {
            witness::alike(program, &before, &group.from)
                && witness::alike(program, &after, &group.to)
                && (group.from != "a value" || before.text(program) != after.text(program))
        };
        let groups: Vec<&Group> = decision.groups.iter().filter(moves).collect();
        if groups.len() < 2 {
            return groups.first().map(|group| group.number);
        }
        if decision.reached {
            let belongs: BTreeSet<usize> = self
                .diff
                .decisions
                .iter()
                .enumerate()
                .filter(|(_, decision)| !decision.reached)
                .filter_map(|(index, _)| self.group_of(index, facts))
                .collect();
            let exact = groups.iter().find(|group| group.follows.iter().copied().collect::<BTreeSet<_>>() == belongs);
            return exact.or(groups.last()).map(|group| group.number);
        }
        let mut cause: Vec<usize> = Vec::new();
        for hybrid in &self.hybrids {
            let Some(family) = self.family(&hybrid.request, decision) else { continue };
            let answer = decide(program, &hybrid.request, family, facts);
            let back = match groups[0].from.as_str() {
                "a value" => answer.text(program) == before.text(program),
                from => witness::alike(program, &answer, from),
            };
            if back {
                cause.extend(hybrid.edits.iter().filter(|&&edit| self.diff.edits[edit].meaning));
            }
        }
        cause.sort_unstable();
        let exact = groups.iter().find(|group| if cause.is_empty() { group.together } else { group.cause == cause });
        exact.or(groups.last()).map(|group| group.number)
    }

    fn family(&self, request: &Request, decision: &DecisionDiff) -> Option<FamilyId> {
        let program = &self.program;
        request.asked.iter().copied().find(|&family| {
            let it = program.family(family);
            it.name == decision.name
                && it.policy.is_some_and(|policy| program.policies[policy.index()].name == decision.policy)
        })
    }
}

//! Who is affected by a change of text, exactly: the semantic diff of two texts.
//!
//! 1. [`sides`]: both texts in one program; which decisions may be affected.
//! 2. [`outcomes`]: what each decision comes to under each text, as conditions over one space of applicants; the ways they differ.
//! 3. [`groups`]: causes. The new text with one edit undone is a text too. An edit decides for those who get the old outcome back when it
//!    alone is undone.
//! 4. [`regions`]: each group in the authors' words ([`vocabulary`]), until nobody is left: that is the proof.
//! 5. [`witness`]: an example of each group, decided again by the interpreter under both texts before it is shown.
//!
//! Source: *Semantic diff and static analysis*: regions relative to a context, sequential, attributed before they are described.

mod groups;
mod members;
mod outcomes;
mod reasons;
mod regions;
mod sides;
mod vocabulary;
mod witness;

use std::collections::BTreeSet;

use chrono::NaiveDate;

use self::groups::{Found, Sided, Turning};
use self::outcomes::{Class, Outcomes, same, turns};
use self::sides::{Subject, edit_of, hybrids, named, request, side_of, subjects, today};
use self::vocabulary::{Condition, Edited, conditions};
use super::join::join;
use super::revert::clusters;
use super::{Change, Checks, Comparison, DecisionDiff, Diff, Edit, Fate, Hybrid, Text, structural};
use crate::eval::Request;
use crate::program::{EVALUATION_DATE, EVALUATION_TIME, FactId, FamilyId, Program};
use crate::solve::graph::{Graphed, graph, nothing_but, scopes};
use crate::solve::sat::Lit;
use crate::solve::{Answer, Space};
use crate::source::Span;
use crate::syntax::ast::On;
use crate::value::Value;

/// How to compare.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The day, or moment, on which people are compared; nothing is every day.
    pub on: Option<On>,
    /// Whether groups are listed in which only the reasons differ.
    pub reasons: bool,
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
        if times.len() == 2 && self.given.is_empty() {
            space.require(&times);
        }
        let sided = self.sided(&mut space, &requests, &graphed, &valid);
        // Other policies are looked at in the time of the new text: before it they read another one.
        let in_time = graphed[1].in_time.filter(|_| self.given.is_empty());
        let in_time = in_time.map(|id| space.encoder.truth(id).yes);
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
                    // What the engine cannot tell is no outcome that people could be told of.
                    Answer::Yes(_) if turn.from == Class::Vague || turn.to == Class::Vague => {
                        settled = false;
                        continue;
                    }
                    Answer::Yes(_) => {}
                }
                let words = words.get_or_insert_with(|| {
                    let edited = Edited { whole: &whole };
                    conditions(&mut space, self.program, &[&graphed[1], &graphed[0]], &edited)
                });
                let turning = Turning { subject, sided, turn, time };
                let (more, all) = self.groups(&mut space, words, &turning, &own);
                found.extend(more);
                settled &= all;
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
            self.diff.checks.certified &= settled;
            if !settled {
                self.gap(format!("`{}` is not settled for everybody", subject.name));
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

    /// Says what is not proved, once.
    fn gap(&mut self, text: String) {
        self.diff.complete = false;
        if !self.diff.gaps.contains(&text) {
            self.diff.gaps.push(text);
        }
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

/// When facts keep all invariants of a text.
fn valid(space: &mut Space, side: &Graphed) -> Lit {
    let mut kept = Vec::new();
    for &(_, invariant) in &side.invariants {
        kept.push(!space.encoder.truth(invariant).no);
    }
    space.encoder.gates.and(&kept)
}

//! The groups of one change of outcome: by cause, described, each with an example.

use std::collections::BTreeSet;

use super::Comparing;
use super::outcomes::{Class, Outcomes, Turn, same};
use super::reasons::{Reason, differing};
use super::regions::{Described, Wanted, describe};
use super::sides::Subject;
use super::vocabulary::{Condition, Rank};
use super::witness::{Asked, change_words, decide, nearest, witness};
use crate::diff::{Context, Group};
use crate::program::FamilyId;
use crate::solve::encode::{Case, Truth};
use crate::solve::example::ordinary;
use crate::solve::graph::Graphed;
use crate::solve::sat::Lit;
use crate::solve::{Answer, Space};
use crate::source::Span;

/// How many groups one change of outcome has by cause; the rest is one group of several causes.
const MAX_GROUPS: usize = 12;

/// A group found, and who belongs to it.
pub(super) struct Found {
    pub(super) group: Group,
    pub(super) who: Lit,
    /// Where the decision is declared.
    at: Span,
}

/// What one subject comes to under each text.
pub(super) struct Sided {
    pub(super) old: Option<(FamilyId, Outcomes)>,
    pub(super) new: Option<(FamilyId, Outcomes)>,
    /// Under each hybrid, if it has it.
    pub(super) hybrids: Vec<Option<(FamilyId, Outcomes)>>,
}

/// A change of outcome of a decision that is looked at.
#[derive(Clone, Copy)]
pub(super) struct Turning<'a> {
    pub(super) subject: &'a Subject,
    pub(super) sided: &'a Sided,
    pub(super) turn: &'a Turn,
    /// When the decision is looked at.
    pub(super) time: Lit,
}

impl Comparing<'_, '_> {
    /// Finds the groups of one change of outcome, by cause, and whether these are all.
    pub(super) fn groups(
        &mut self,
        space: &mut Space,
        words: &[Condition],
        turning: &Turning,
        own: &[Found],
    ) -> (Vec<Found>, bool) {
        let Turning { subject, sided, turn, time } = *turning;
        let mut found = Vec::new();
        let (Some(old), Some(new)) = (&sided.old, &sided.new) else { return (found, true) };
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
        let mut settled = true;
        for round in 0.. {
            let model = match space.ask(&left) {
                Answer::No(_) => return (found, settled),
                Answer::Unknown => return (found, false),
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
            let whole = described.complete;
            let Some(group) = self.group(space, subject, sided, turn, who, described) else {
                settled = false;
                self.gap(format!("an example for `{}` rests on a term that is approximated", subject.name));
                continue;
            };
            if !whole {
                self.gap(format!("a group of `{}` is described in part only", subject.name));
            }
            here.push(who);
            found.push(Found { group: Group { cause, together, follows, ..group }, who, at: subject.at });
        }
        (found, settled)
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
        described: Described,
    ) -> Option<Group> {
        let (Some((old_family, old)), Some((new_family, new))) = (&sided.old, &sided.new) else { return None };
        let between = Asked {
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
    pub(super) fn other_reasons(
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
            let holding = |reason: &&Reason| model.holds(reason.differs);
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
            let between = Asked {
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
                context: Context::Anyone,
                after: Vec::new(),
                regions: described.regions,
                witness: shown,
                nearest_unchanged: None,
            });
        }
        // More groups than anybody reads.
        false
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
        is_rule: false,
    };
    follows.iter().map(condition).collect()
}

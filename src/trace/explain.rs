//! Puts the explanation of one answer together.

use std::collections::{BTreeSet, HashMap};

use crate::eval::{Answer, Evaluation, Outcome, Possible, Reason, Request, Status};
use crate::facts::{Facts, record_json};
use crate::program::{
    DecisionBody, DecisionId, EVALUATION_DATE, FactId, FamilyId, NodeId, Op, OriginId, PolicyId, Program, VersionId,
};
use crate::source::Sources;
use crate::value::{Evaluated, Value};

use super::aside::Asides;
use super::build::Builder;
use super::hash::Hashes;
use super::look::{Look, Run, Target};
use super::phrase::{family_label, shown};
use super::remark::boundary_text;
use super::support::Support;
use super::tree::{Assumed, FaultText, InForce, Level, NoteText, OpenQuestion, ReasonText, TRACE_SCHEMA, Trace};

/// The version of the program that decides.
pub const ENGINE: &str = env!("CARGO_PKG_VERSION");

/// Explains one answer in full. Only the program and the verdicts are read; `asides` brings what needed other runs.
#[expect(clippy::too_many_arguments, reason = "everything an answer was made from; `Run` holds the first six")]
pub fn explain(
    program: &Program,
    sources: &Sources,
    request: &Request,
    facts: &Facts,
    evaluation: &Evaluation,
    index: usize,
    asides: Asides,
    hashes: Option<Hashes>,
) -> Trace {
    explain_run(&Run { program, sources, request, facts, evaluation, index }, asides, hashes)
}

/// As [`explain`].
pub fn explain_run(run: &Run, asides: Asides, hashes: Option<Hashes>) -> Trace {
    let Run { program, request, .. } = *run;
    let look = run.look();
    let answer = look.answer;
    let support = Support::of_answer(&look);
    let wide = Support::with_failures(&look);
    let read = decisions_read(&look);
    let notes = notes(&look, &read);
    let on = day_asked(&look);
    let mut by_decision: HashMap<DecisionId, Vec<OriginId>> = HashMap::new();
    for &(decision, origin) in &notes {
        by_decision.entry(decision).or_default().push(origin);
    }
    let branches = Builder::new(look, &support, by_decision, on.clone()).branches();
    let family = program.family(answer.asked);
    let origin = asked_origin(&look).map(|id| program.origin(id));
    let show = |value: &Value| shown(program, value, &answer.ty);
    Trace {
        schema: TRACE_SCHEMA,
        level: Level::Full,
        policy: program.policies[request.policy.index()].name.clone(),
        version: answer.version.map(|version| program.version(version).name.clone()),
        on,
        engine: ENGINE,
        hashes,
        decision: family.name.clone(),
        label: origin.and_then(|origin| origin.label.clone()).or_else(|| newest_label(program, answer.asked)),
        tags: origin.map(|origin| origin.tags.clone()).unwrap_or_default(),
        at: origin.map(|origin| look.place(origin.span)),
        status: answer.status.text(),
        value: answer.value.as_ref().map(|value| record_json(program, &answer.ty, value)),
        value_text: answer.value.as_ref().map(show),
        possible: possible_text(&look),
        exact: answer.exact,
        under: under(&look, &support),
        in_force: (answer.status == Status::NotInForce).then(|| not_in_force(&look, request.policy)),
        fault: fault(&look),
        reasons: reasons(&look),
        branches,
        questions: asides.questions,
        assumed: assumed(&look, &wide),
        open_questions: open_questions(&look, &wide),
        notes: notes.iter().map(|&(decision, origin)| note(&look, decision, origin)).collect(),
        enough: asides.enough,
        what_would: asides.what_would,
        across: asides.across,
    }
}

/// Returns the origin of what was asked, in the version in force.
pub fn asked_origin(look: &Look) -> Option<OriginId> {
    match look.asked() {
        Target::Decision(id) => Some(look.program.decision(id).origin),
        Target::Define(node) => match look.program.op(node) {
            Op::Clause(origin, _) => Some(*origin),
            _ => None,
        },
        Target::NotInForce | Target::Unknown => None,
    }
}

fn newest_label(program: &Program, id: FamilyId) -> Option<String> {
    let label = family_label(program, id);
    (label != program.family(id).name).then_some(label)
}

/// Returns `evaluation_date`, if it is known.
pub fn day_asked(look: &Look) -> Option<String> {
    match look.fact_value(EVALUATION_DATE) {
        Some(Value::Date(day)) => Some(day.to_string()),
        _ => None,
    }
}

/// Returns the versions that the answer rests on, that of the asked policy first.
fn under(look: &Look, support: &Support) -> Vec<InForce> {
    let program = look.program;
    let mut versions: Vec<VersionId> = look.answer.version.into_iter().collect();
    versions.extend(support.versions.iter().filter(|&version| Some(*version) != look.answer.version));
    let own = look.answer.version.map(|version| program.policies[program.version(version).policy.index()].decided_by);
    let in_force = |id: &VersionId| {
        let version = program.version(*id);
        let policy = &program.policies[version.policy.index()];
        let other = policy.decided_by != own.unwrap_or(EVALUATION_DATE) || policy.decided_by != EVALUATION_DATE;
        let on = other.then(|| look.reading(policy.decided_by).text());
        InForce { policy: policy.name.clone(), version: version.name.clone(), on }
    };
    versions.iter().map(in_force).collect()
}

/// Says between which versions the day lies.
fn not_in_force(look: &Look, policy: PolicyId) -> String {
    let program = look.program;
    let owner = program.family(look.answer.asked).policy.unwrap_or(policy);
    let policy = &program.policies[owner.index()];
    let Some(Value::Date(day)) = look.fact_value(policy.decided_by) else {
        return match policy.versions.first() {
            Some(&first) => format!("first in force on {}", boundary_text(&program.version(first).start)),
            None => "it has no version".into(),
        };
    };
    let versions = || policy.versions.iter().map(|&id| program.version(id));
    let next = versions().find(|version| version.start.date > day);
    let ended = versions().rfind(|version| version.start.date <= day).and_then(|version| version.end);
    match (ended, next) {
        (None, Some(first)) => format!("first in force on {}", boundary_text(&first.start)),
        (Some(end), Some(next)) => {
            format!("not in force since {}; next in force on {}", boundary_text(&end), boundary_text(&next.start))
        }
        (Some(end), None) => format!("not in force since {}", boundary_text(&end)),
        (None, None) => "no version is in force".into(),
    }
}

/// Returns what went wrong and where, for `error`.
pub fn fault(look: &Look) -> Option<FaultText> {
    let program = look.program;
    let fault = look.answer.fault.or(match &look.answer.possible {
        Possible::Listed(outcomes) if look.answer.status == Status::Error => {
            outcomes.iter().find_map(|outcome| match outcome {
                Outcome::Error(fault) => Some(*fault),
                _ => None,
            })
        }
        _ => None,
    });
    if fault.is_none() && look.answer.status == Status::Error {
        return Some(FaultText { text: "no rule decides, and there is no otherwise".into(), label: None, at: None });
    }
    let fault = fault?;
    let origin = fault.origin.and_then(|id| program.origins.get(id as usize));
    Some(FaultText {
        text: fault.kind.text().into(),
        label: origin.map(|origin| look.origin_label(origin)),
        at: origin.map(|origin| look.place(origin.span)),
    })
}

/// Returns the outcomes still possible, as people read them.
pub fn possible_text(look: &Look) -> Vec<String> {
    let show = |value: &Value| shown(look.program, value, &look.answer.ty);
    let mut texts = Vec::new();
    let others = |outcomes: &[Outcome], texts: &mut Vec<String>| {
        texts.extend(outcomes.iter().map(|outcome| outcome_text(look, outcome)));
    };
    match &look.answer.possible {
        Possible::Listed(outcomes) => {
            others(outcomes, &mut texts);
            // Values are sorted, `no` before `yes`; people say it the other way round.
            if texts.starts_with(&["no".to_owned(), "yes".to_owned()]) {
                texts.swap(0, 1);
            }
        }
        Possible::Between(least, greatest, more) => {
            texts.push(format!("{} to {}", show(least), show(greatest)));
            others(more, &mut texts);
        }
        Possible::Sets(certainly, possibly, more) => {
            texts.push(format!("certainly {}, possibly {}", show(certainly), show(possibly)));
            others(more, &mut texts);
        }
        Possible::Anything => texts.push("any value".into()),
    }
    texts
}

/// Returns an outcome as people read it.
pub fn outcome_text(look: &Look, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Value(value) => shown(look.program, value, &look.answer.ty),
        Outcome::Conflict => "a conflict of rules".into(),
        Outcome::Error(fault) => format!("an error ({})", fault.kind.text()),
        Outcome::NoRule => "no rule decides".into(),
        Outcome::NotInForce => "not in force".into(),
    }
}

/// Returns the short reasons of the answer.
pub fn reasons(look: &Look) -> Vec<ReasonText> {
    let answer: &Answer = look.answer;
    // Rules in conflict are shown against each other instead.
    if answer.status == Status::Conflict {
        return Vec::new();
    }
    let either = answer.because.is_empty();
    let all: Vec<Reason> = answer.because.iter().chain(&answer.either).copied().collect();
    all.into_iter()
        .map(|reason| {
            let mut spine = vec![(look.reason_origin(reason), true)];
            if let Reason::Rule(rule) = reason {
                pass_on(look, look.program.rule(rule).when, &mut spine);
            }
            let mut tags: Vec<String> = Vec::new();
            for tag in spine.iter().flat_map(|&(origin, _)| &look.program.origin(origin).tags) {
                if !tags.contains(tag) {
                    tags.push(tag.clone());
                }
            }
            let origins: Vec<OriginId> =
                spine.into_iter().filter(|&(_, rule)| rule).map(|(origin, _)| origin).collect();
            // The innermost that says why in words speaks for all; else the innermost.
            let speaks = |id: &&OriginId| !look.program.origin(**id).because.is_empty();
            let words = origins.iter().rev().find(speaks).or(origins.last()).map(|&id| look.program.origin(id));
            let cites = origins.iter().flat_map(|&id| look.cites(&look.program.origin(id).cites)).collect();
            let Some(origin) = words else {
                return ReasonText { label: String::new(), tags, text: None, cites, at: None, either };
            };
            let mut label = look.origin_label(origin);
            let mut text = look.because(origin);
            if let Reason::Otherwise(_) = reason {
                label = text.take().unwrap_or_else(|| "no rule stands".into());
            }
            ReasonText { label, tags, text, cites, at: Some(look.place(origin.span)), either }
        })
        .collect()
}

/// Follows a `when` that is a decision which one rule decides: the reader wants that rule. Conditions passed on the way lend
/// their tags only (`false`).
fn pass_on(look: &Look, when: Option<NodeId>, spine: &mut Vec<(OriginId, bool)>) {
    let mut next = when;
    while let Some(node) = next {
        let decision = match look.program.op(node) {
            Op::Clause(origin, inner) => {
                if look.program.origin(*origin).name.is_empty() {
                    spine.push((*origin, false));
                }
                next = Some(*inner);
                continue;
            }
            Op::Decision(decision) => *decision,
            Op::Used(family, _) => match look.target(*family) {
                Target::Decision(decision) => decision,
                _ => return,
            },
            _ => return,
        };
        if !look.decision(decision).is_some_and(|value| value.is_yes()) {
            return;
        }
        // Ends: a decision may not reach itself (P5).
        match look.reasons(decision).as_slice() {
            [Reason::Rule(rule)] => {
                spine.push((look.program.rule(*rule).origin, true));
                next = look.program.rule(*rule).when;
            }
            _ => return,
        }
    }
}

/// Returns the assumptions among the facts that the answer rests on.
pub fn assumed(look: &Look, support: &Support) -> Vec<Assumed> {
    // An open or contradictory answer rests on everything that was read.
    let open = matches!(look.answer.status, Status::Undetermined | Status::Contradictory);
    let read = |fact: FactId| {
        let node = look.program.nodes.get_index_of(&Op::Fact(fact));
        node.is_some_and(|node| look.evaluation.verdicts.nodes.get(node).is_some_and(Option::is_some))
    };
    let counts = |fact: &FactId| if open { read(*fact) } else { support.facts.contains(fact) };
    let found = look.evaluation.verdicts.assumed.iter().filter(|(fact, _)| counts(fact));
    found
        .map(|(&fact, &origin)| {
            let declared = look.program.fact(fact);
            let origin = look.program.origin(origin);
            let value = look
                .program
                .versions
                .iter()
                .flat_map(|version| &version.assumptions)
                .find(|assumption| assumption.fact == fact && look.program.origin(assumption.origin) == origin)
                .map(|assumption| shown(look.program, &assumption.value, &declared.ty));
            Assumed {
                fact: declared.key.clone(),
                value: value.or_else(|| look.reading(fact).value).unwrap_or_default(),
                because: look.because(origin),
                at: Some(look.place(origin.span)),
            }
        })
        .collect()
}

/// Returns the open questions that the answer rests on.
pub fn open_questions(look: &Look, support: &Support) -> Vec<OpenQuestion> {
    support
        .questions(look)
        .into_iter()
        .map(|id| {
            let question = &look.program.questions[id.index()];
            OpenQuestion {
                name: question.name.clone(),
                clauses: question.tags.clone(),
                text: question.text.clone(),
                reading: question.reading.clone(),
                owner: question.owner.clone(),
            }
        })
        .collect()
}

/// Returns every decision that the asked one reads, itself first.
pub fn decisions_read(look: &Look) -> Vec<DecisionId> {
    let program = look.program;
    let mut read: Vec<DecisionId> = Vec::new();
    let mut seen: BTreeSet<DecisionId> = BTreeSet::new();
    let mut nodes: BTreeSet<NodeId> = BTreeSet::new();
    let mut todo: Vec<NodeId> = Vec::new();
    let enter =
        |id: DecisionId, read: &mut Vec<DecisionId>, todo: &mut Vec<NodeId>, seen: &mut BTreeSet<DecisionId>| {
            if !seen.insert(id) {
                return;
            }
            read.push(id);
            match &program.decision(id).body {
                DecisionBody::Expr(node) => todo.push(*node),
                DecisionBody::Includes(rules) | DecisionBody::Adds(rules) | DecisionBody::Rules { rules, .. } => {
                    for rule in rules.iter().rev().map(|&rule| program.rule(rule)) {
                        todo.push(rule.value);
                        todo.extend(rule.unless.iter().rev().chain(&rule.when));
                    }
                }
            }
        };
    match look.asked() {
        Target::Decision(id) => enter(id, &mut read, &mut todo, &mut seen),
        Target::Define(node) => todo.push(node),
        Target::NotInForce | Target::Unknown => {}
    }
    while let Some(node) = todo.pop() {
        if !nodes.insert(node) {
            continue;
        }
        let op = program.op(node);
        let target = match op {
            Op::Decision(id) => Some(Target::Decision(*id)),
            Op::Used(family, _) => Some(look.target(*family)),
            _ => None,
        };
        match target {
            Some(Target::Decision(id)) => enter(id, &mut read, &mut todo, &mut seen),
            Some(Target::Define(node)) => todo.push(node),
            _ => {
                todo.extend(op.children().into_iter().rev());
            }
        }
    }
    read
}

/// Returns the notes that show, each beside the decision it is about.
pub fn notes(look: &Look, read: &[DecisionId]) -> Vec<(DecisionId, OriginId)> {
    let program = look.program;
    if !matches!(look.answer.status, Status::Decided | Status::Undetermined | Status::Conflict | Status::Error) {
        return Vec::new();
    }
    let mut shown = Vec::new();
    for (index, &id) in read.iter().enumerate() {
        let decision = program.decision(id);
        // A note about no decision shows once, with the first decision of its policy.
        let first = read.iter().position(|&other| program.decision(other).version == decision.version) == Some(index);
        for note in &program.version(decision.version).notes {
            let about = note.about == Some(decision.family) || note.about.is_none() && first;
            let holds = note.when.is_none_or(|when| look.value(when, &[]).is_some_and(Evaluated::is_yes));
            if about && holds {
                shown.push((id, note.origin));
            }
        }
    }
    shown
}

fn note(look: &Look, decision: DecisionId, id: OriginId) -> NoteText {
    let origin = look.program.origin(id);
    NoteText {
        name: origin.name.clone(),
        clauses: origin.tags.clone(),
        text: look.origin_label(origin),
        about: Some(look.program.family(look.program.decision(decision).family).name.clone()),
    }
}

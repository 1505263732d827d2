//! What an answer rests on: the clauses, facts, versions and open questions without which it would not follow.
//!
//! A `yes` of an `and` rests on all its parts, a `no` on the parts that are no; an `or` the other way round. A rule that stands
//! rests on its `when`; one that does not, on the failing parts of its `when`, on the exceptions that hold, or on the rules that
//! set it aside. An exception that does not hold lets a rule stand and is not counted among what the rule rests on.

use std::collections::BTreeSet;

use crate::eval::{Reason, SetAside, SetAsideBy, Status};
use crate::program::{DecisionBody, DecisionId, FactId, NodeId, Op, OriginId, QuestionId, RuleId, VersionId};
use crate::value::Evaluated;

use super::look::{Look, Target};

/// What something rests on. Everything is in the order in which it is met, the deciding rule first.
#[derive(Debug, Clone, Default)]
pub struct Support {
    /// Clauses, definitions, rules, decisions.
    pub origins: Vec<OriginId>,
    /// Facts read.
    pub facts: Vec<FactId>,
    /// Versions in force.
    pub versions: Vec<VersionId>,
    /// Decisions.
    pub decisions: Vec<DecisionId>,
    /// Rules.
    pub rules: BTreeSet<RuleId>,
    /// Nodes.
    pub nodes: BTreeSet<NodeId>,
    seen_origins: BTreeSet<OriginId>,
    seen_facts: BTreeSet<FactId>,
    seen_decisions: BTreeSet<DecisionId>,
    /// Whether the failures of rules that would have changed the outcome are followed too.
    with_failures: bool,
}

/// What is still to be followed.
#[derive(Debug, Clone, Copy)]
enum Item {
    Node(NodeId),
    Decision(DecisionId),
    Rule(RuleId),
    Origin(OriginId),
}

impl Support {
    /// Returns what the whole answer rests on: its reasons; while it is open or faulty, what is open or faulty.
    pub fn of_answer(look: &Look) -> Support {
        Support::default().answer(look)
    }

    /// Returns what the answer rests on, and what made rules fail that would have changed it: an assumption or reading that
    /// lifts a bar belongs to the answer as much as one that grants.
    pub fn with_failures(look: &Look) -> Support {
        Support { with_failures: true, ..Support::default() }.answer(look)
    }

    fn answer(self, look: &Look) -> Support {
        let mut support = self;
        // Nothing was decided upon: the facts cannot all be true.
        if look.answer.status == Status::Contradictory {
            return support;
        }
        let reasons: Vec<Reason> = look.answer.because.iter().chain(&look.answer.either).copied().collect();
        let start = match look.asked() {
            Target::Decision(id) => {
                support.enter(look, id);
                let decided = look.answer.status == Status::Decided && !reasons.is_empty();
                if decided { Vec::new() } else { vec![Item::Decision(id)] }
            }
            Target::Define(node) => vec![Item::Node(node)],
            Target::NotInForce | Target::Unknown => Vec::new(),
        };
        support.follow(look, start);
        for reason in reasons {
            support.follow(look, reason_items(look, reason));
        }
        if let (true, Target::Decision(id)) = (support.with_failures, look.asked()) {
            support.follow(look, failures(look, id));
        }
        support
    }

    /// Returns what one reason rests on.
    pub fn of_reason(look: &Look, reason: Reason) -> Support {
        let mut support = Support::default();
        support.follow(look, reason_items(look, reason));
        support
    }

    /// Returns the clause tags, each once, in the order in which they are met.
    pub fn tags(&self, look: &Look) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let all = self.origins.iter().flat_map(|&origin| &look.program.origin(origin).tags);
        all.filter(|&tag| seen.insert(tag)).cloned().collect()
    }

    /// Returns the open questions that something here relies on, each once.
    pub fn questions(&self, look: &Look) -> Vec<QuestionId> {
        let mut questions: Vec<QuestionId> = Vec::new();
        for &origin in &self.origins {
            for &question in &look.program.origin(origin).relies {
                if !questions.contains(&question) {
                    questions.push(question);
                }
            }
        }
        questions
    }

    fn enter(&mut self, look: &Look, id: DecisionId) {
        if !self.seen_decisions.insert(id) {
            return;
        }
        let decision = look.program.decision(id);
        self.decisions.push(id);
        self.add_origin(decision.origin);
        if !self.versions.contains(&decision.version) {
            self.versions.push(decision.version);
        }
    }

    fn add_origin(&mut self, id: OriginId) {
        if self.seen_origins.insert(id) {
            self.origins.push(id);
        }
    }

    // A list of things to do instead of recursion: definitions may be nested as deep as a policy is long.
    fn follow(&mut self, look: &Look, start: Vec<Item>) {
        let mut todo: Vec<Item> = start;
        todo.reverse();
        let mut next = Vec::new();
        while let Some(item) = todo.pop() {
            match item {
                Item::Origin(id) => self.add_origin(id),
                Item::Node(id) => {
                    if self.nodes.insert(id) {
                        self.node(look, id, &mut next);
                    }
                }
                Item::Rule(id) => {
                    if self.rules.insert(id) {
                        self.add_origin(look.program.rule(id).origin);
                        rule_items(look, id, &mut next);
                    }
                }
                Item::Decision(id) => {
                    let known = self.seen_decisions.contains(&id);
                    self.enter(look, id);
                    if !known || look.asked_decision() == Some(id) {
                        decision_items(look, id, &mut next);
                        if self.with_failures {
                            next.extend(failures(look, id));
                        }
                    }
                }
            }
            todo.extend(next.drain(..).rev());
        }
    }

    fn node(&mut self, look: &Look, id: NodeId, next: &mut Vec<Item>) {
        let verdict = look.value(id, &[]);
        let op = look.program.op(id);
        match op {
            Op::Clause(origin, inner) => {
                self.add_origin(*origin);
                next.push(Item::Node(*inner));
            }
            Op::Fact(fact) => {
                if self.seen_facts.insert(*fact) {
                    self.facts.push(*fact);
                }
            }
            Op::All(parts) => next.extend(resting(look, parts, verdict, Evaluated::is_no)),
            Op::Any(parts) => next.extend(resting(look, parts, verdict, Evaluated::is_yes)),
            Op::AtLeast(_, parts) => {
                let yes = verdict.is_some_and(Evaluated::is_yes);
                let no = verdict.is_some_and(Evaluated::is_no);
                next.extend(
                    parts
                        .iter()
                        .filter(|&&part| {
                            let part = look.value(part, &[]);
                            !(yes && part.is_some_and(|part| !part.is_yes())
                                || no && part.is_some_and(Evaluated::is_yes))
                        })
                        .map(|&part| Item::Node(part)),
                );
            }
            Op::If(condition, yes, no) => {
                next.push(Item::Node(*condition));
                let chosen = look.value(*condition, &[]);
                if !chosen.is_some_and(Evaluated::is_no) {
                    next.push(Item::Node(*yes));
                }
                if !chosen.is_some_and(Evaluated::is_yes) {
                    next.push(Item::Node(*no));
                }
            }
            Op::Rows { rows, otherwise, .. } => {
                let matches = |condition: NodeId| look.value(condition, &[]).is_some_and(Evaluated::is_yes);
                let known_no = |condition: NodeId| look.value(condition, &[]).is_some_and(Evaluated::is_no);
                let any = rows.iter().any(|&(condition, _)| matches(condition));
                for &(condition, output) in rows {
                    if !any || matches(condition) {
                        next.push(Item::Node(condition));
                    }
                    if !known_no(condition) && (!any || matches(condition)) {
                        next.push(Item::Node(output));
                    }
                }
                if !any {
                    next.extend(otherwise.iter().map(|&node| Item::Node(node)));
                }
            }
            Op::Dated(dated, _) => {
                self.add_origin(look.program.dated[dated.index()].origin);
                next.extend(op.children().into_iter().map(Item::Node));
            }
            Op::Scale(scale, _, _) => {
                self.add_origin(look.program.scales[scale.index()].origin);
                next.extend(op.children().into_iter().map(Item::Node));
            }
            Op::Decision(decision) => next.push(Item::Decision(*decision)),
            Op::Used(family, outside) => match look.target(*family) {
                Target::Decision(decision) => next.push(Item::Decision(decision)),
                Target::Define(node) => next.push(Item::Node(node)),
                Target::NotInForce => next.extend(outside.iter().map(|&node| Item::Node(node))),
                Target::Unknown => {
                    let policy = look.program.family(*family).policy;
                    let decided_by = policy.map(|policy| look.program.policies[policy.index()].decided_by);
                    if let Some(fact) = decided_by
                        && self.seen_facts.insert(fact)
                    {
                        self.facts.push(fact);
                    }
                }
            },
            _ => next.extend(op.children().into_iter().map(Item::Node)),
        }
    }
}

/// The parts that a block's verdict rests on: those that settle it alone, else those of its own verdict, else all.
fn resting<'a>(
    look: &'a Look,
    parts: &'a [NodeId],
    verdict: Option<&'a Evaluated>,
    settles: fn(&Evaluated) -> bool,
) -> impl Iterator<Item = Item> + 'a {
    parts
        .iter()
        .copied()
        .filter(move |&part| {
            let (Some(whole), Some(part)) = (verdict, look.value(part, &[])) else { return true };
            match whole {
                whole if settles(whole) => settles(part),
                Evaluated::Unknown => matches!(part, Evaluated::Unknown),
                Evaluated::Error(_) => matches!(part, Evaluated::Error(_)),
                Evaluated::Value(_) => true,
            }
        })
        .map(Item::Node)
}

fn reason_items(look: &Look, reason: Reason) -> Vec<Item> {
    match reason {
        Reason::Rule(rule) => vec![Item::Rule(rule)],
        Reason::Expression(origin) => {
            let mut items = vec![Item::Origin(origin)];
            match look.asked() {
                Target::Decision(id) => {
                    if let DecisionBody::Expr(node) = look.program.decision(id).body {
                        items.push(Item::Node(node));
                    }
                }
                Target::Define(node) => items.push(Item::Node(node)),
                Target::NotInForce | Target::Unknown => {}
            }
            items
        }
        Reason::Otherwise(origin) => {
            let mut items = vec![Item::Origin(origin)];
            if let Some(id) = look.asked_decision() {
                otherwise_items(look, id, &mut items);
            }
            items
        }
    }
}

/// An `otherwise` rests on every rule that does not stand.
fn otherwise_items(look: &Look, id: DecisionId, next: &mut Vec<Item>) {
    if let DecisionBody::Rules { rules, otherwise, .. } = &look.program.decision(id).body {
        next.extend(otherwise.iter().flat_map(|&(origin, node)| [Item::Origin(origin), Item::Node(node)]));
        next.extend(rules.iter().map(|&rule| Item::Rule(rule)));
    }
}

fn rule_items(look: &Look, id: RuleId, next: &mut Vec<Item>) {
    let rule = look.program.rule(id);
    let verdict = look.rule(id);
    let applies = verdict.map(|verdict| &verdict.applies);
    if applies.is_none_or(|applies| !applies.is_no()) {
        next.extend(rule.when.iter().map(|&node| Item::Node(node)));
        next.push(Item::Node(rule.value));
    } else {
        let fails = |node: &&NodeId| look.value(**node, &[]).is_some_and(Evaluated::is_no);
        next.extend(rule.when.iter().filter(fails).map(|&node| Item::Node(node)));
    }
    // Exceptions that hold, are open or faulty; those that are no let the rule apply, and are no ground for it.
    let matters = |node: &&NodeId| look.value(**node, &[]).is_some_and(|value| !value.is_no());
    if applies.is_none_or(|applies| !applies.is_yes()) {
        next.extend(rule.unless.iter().filter(matters).map(|&node| Item::Node(node)));
    }
    if verdict.is_some_and(|verdict| !verdict.stands.is_yes() && !verdict.applies.is_no()) {
        let stands = |rule: &&RuleId| look.rule(**rule).is_some_and(|verdict| !verdict.stands.is_no());
        next.extend(rule.exceptions.iter().filter(stands).map(|&rule| Item::Rule(rule)));
    }
}

/// Returns what made the rules of a decided decision fail whose outcome no present one outranks.
fn failures(look: &Look, id: DecisionId) -> Vec<Item> {
    let (DecisionBody::Rules { rules, outranks, .. }, Some(Evaluated::Value(outcome))) =
        (&look.program.decision(id).body, look.decision(id))
    else {
        return Vec::new();
    };
    let would_change = |rule: &&RuleId| {
        look.rule(**rule).is_some_and(|verdict| {
            let other = verdict.value.value().is_some_and(|value| {
                *value != outcome && !outranks.iter().any(|(high, low)| *high == outcome && low == value)
            });
            other && verdict.stands.is_no()
        })
    };
    let mut items = Vec::new();
    rules.iter().filter(would_change).for_each(|&rule| rule_items(look, rule, &mut items));
    items
}

fn decision_items(look: &Look, id: DecisionId, next: &mut Vec<Item>) {
    let decision = look.program.decision(id);
    let outcome = look.decision(id);
    match &decision.body {
        DecisionBody::Expr(node) => next.push(Item::Node(*node)),
        DecisionBody::Includes(rules) | DecisionBody::Adds(rules) => {
            let counts = |rule: &&RuleId| look.rule(**rule).is_none_or(|verdict| !verdict.stands.is_no());
            next.extend(rules.iter().filter(counts).map(|&rule| Item::Rule(rule)));
        }
        DecisionBody::Rules { rules, .. } => {
            let reasons = look.reasons(id);
            if let Some(Evaluated::Value(_)) = outcome
                && !reasons.is_empty()
            {
                for reason in reasons {
                    match reason {
                        Reason::Rule(rule) => next.push(Item::Rule(rule)),
                        Reason::Otherwise(_) => otherwise_items(look, id, next),
                        Reason::Expression(origin) => next.push(Item::Origin(origin)),
                    }
                }
                return;
            }
            // Open, in conflict or faulty: every rule that may still stand.
            let open = |rule: &&RuleId| look.rule(**rule).is_none_or(|verdict| !verdict.stands.is_no());
            let found: Vec<Item> = rules.iter().filter(open).map(|&rule| Item::Rule(rule)).collect();
            if found.is_empty() {
                otherwise_items(look, id, next);
            }
            next.extend(found);
        }
    }
}

/// Returns the words for what set a rule aside.
pub fn set_aside_by(look: &Look, aside: &SetAside) -> String {
    let program = look.program;
    let ty = &program.decision(program.rule(aside.rule).decision).ty;
    match &aside.by {
        SetAsideBy::Outranked(winner) => {
            let own = look.rule(aside.rule).and_then(|verdict| verdict.value.value());
            let quoted = |value: &crate::value::Value| format!("\"{}\"", super::phrase::shown(program, value, ty));
            match own {
                Some(own) => format!("{} outranks {}", quoted(winner), quoted(own)),
                None => format!("{} outranks it", quoted(winner)),
            }
        }
        SetAsideBy::Exceptions(rules) => {
            let labels: Vec<String> = rules
                .iter()
                .map(|&rule| {
                    let origin = program.origin(program.rule(rule).origin);
                    let tags =
                        if origin.tags.is_empty() { String::new() } else { format!(" [{}]", origin.tags.join(", ")) };
                    format!("{}{tags}", look.origin_label(origin))
                })
                .collect();
            format!("exception: {}", super::phrase::join_words(&labels, "and"))
        }
    }
}

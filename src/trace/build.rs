//! Builds the tree: decisions and their rules. Conditions are in [`super::condition`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::eval::{Reason, SetAside, Status};
use crate::program::{DecisionBody, DecisionId, NodeId, Op, Origin, OriginId, RuleId};
use crate::value::{Evaluated, Value};

use super::look::{Look, Target};
use super::phrase::{Around, Phrases, shown};
use super::support::{Support, set_aside_by};
use super::tree::{Kind, NearMiss, Node, Role, Verdict};

/// How deep the tree may grow before what lies deeper becomes a branch of its own: a policy may nest definitions without end.
const MAX_DEPTH: u32 = 48;

/// What is expanded once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// An expression.
    Node(NodeId),
    /// A decision of a version.
    Decision(DecisionId),
}

/// Builds the nodes of one answer.
pub struct Builder<'a> {
    /// What is explained.
    pub look: Look<'a>,
    /// Words.
    pub phrases: Phrases<'a>,
    /// What the answer rests on.
    pub support: &'a Support,
    /// The notes that show, by decision.
    pub notes: HashMap<DecisionId, Vec<OriginId>>,
    /// What was expanded, and where.
    pub expanded: HashMap<Key, u32>,
    /// What lies too deep and is expanded as a branch of its own.
    deferred: Vec<(NodeId, u32)>,
    next: u32,
    /// How deep the node under construction lies.
    pub depth: u32,
    /// How many more elements of lists are shown.
    pub elements_left: u32,
}

impl<'a> Builder<'a> {
    /// Starts with nothing expanded.
    pub fn new(
        look: Look<'a>,
        support: &'a Support,
        notes: HashMap<DecisionId, Vec<OriginId>>,
        on: Option<String>,
    ) -> Self {
        Builder {
            look,
            phrases: Phrases { program: look.program, on },
            support,
            notes,
            expanded: HashMap::new(),
            deferred: Vec::new(),
            next: 0,
            depth: 0,
            elements_left: 2000,
        }
    }

    /// Returns the branches of the answer.
    pub fn branches(&mut self) -> Vec<Node> {
        let mut branches: Vec<Node> = Vec::new();
        for &origin in &self.look.answer.violated {
            branches.push(self.violated(origin));
        }
        if self.look.answer.status != Status::Contradictory {
            match self.look.asked() {
                Target::Decision(id) => {
                    let id_of_root = self.fresh();
                    self.expanded.insert(Key::Decision(id), id_of_root);
                    branches.extend(self.decision_parts(id));
                }
                Target::Define(node) => branches.push(self.condition(node, Role::DecidedBy, &Around::default())),
                Target::NotInForce | Target::Unknown => {}
            }
        }
        // What lay too deep, until nothing does. Each is expanded once, so this ends.
        let mut done = 0;
        while done < self.deferred.len() {
            let (node, id) = self.deferred[done];
            done += 1;
            let mut branch = self.condition(node, Role::More, &Around::default());
            branch.id = id;
            branches.push(branch);
        }
        branches
    }

    /// Returns the next number.
    pub fn fresh(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// Returns a node with nothing but its words.
    pub fn plain(&mut self, kind: Kind, role: Role, label: String, verdict: Verdict) -> Node {
        Node {
            id: self.fresh(),
            kind,
            role,
            name: String::new(),
            label,
            verdict,
            value: None,
            tags: Vec::new(),
            summary: None,
            near_miss: None,
            reads: Vec::new(),
            remarks: Vec::new(),
            because: None,
            cites: Vec::new(),
            relies: Vec::new(),
            at: None,
            under: None,
            rests: false,
            matters: true,
            children: Vec::new(),
            folded: Vec::new(),
            see: None,
        }
    }

    /// Fills in what the author wrote around a declaration.
    pub fn describe(&self, node: &mut Node, origin: &Origin) {
        if node.name.is_empty() {
            node.name.clone_from(&origin.name);
        }
        for tag in &origin.tags {
            if !node.tags.contains(tag) {
                node.tags.push(tag.clone());
            }
        }
        if node.because.is_none() {
            node.because = self.look.because(origin);
        }
        node.cites.extend(self.look.cites(&origin.cites));
        for &question in &origin.relies {
            node.relies.push(self.look.program.questions[question.index()].name.clone());
        }
        node.at = Some(self.look.place(origin.span));
    }

    /// Whether a thing may be expanded here; if not, the node at which it is, or will be, expanded.
    pub fn expand(&mut self, key: Key, own: u32, node: NodeId) -> Option<u32> {
        if let Some(&id) = self.expanded.get(&key) {
            return Some(id);
        }
        if self.depth >= MAX_DEPTH {
            let id = match self.deferred.iter().find(|&&(deferred, _)| deferred == node) {
                Some(&(_, id)) => id,
                None => {
                    let id = self.fresh();
                    self.deferred.push((node, id));
                    id
                }
            };
            return Some(id);
        }
        // A deferred thing is expanded under the number it was promised.
        let promised = self.deferred.iter().find(|&&(deferred, _)| deferred == node && self.depth == 0);
        let id = promised.map_or(own, |&(_, id)| id);
        self.expanded.insert(key, id);
        None
    }

    /// Returns the rules of a decision by what they do for it, its expression, its `otherwise` and its notes.
    pub fn decision_parts(&mut self, id: DecisionId) -> Vec<Node> {
        self.depth += 1;
        let program = self.look.program;
        let mut parts = match &program.decision(id).body {
            DecisionBody::Expr(node) => {
                let asked = self.look.asked_decision() == Some(id);
                let role = if asked { Role::DecidedBy } else { Role::Part };
                let mut whole = self.condition(*node, role.clone(), &Around::default());
                // A decision that is a block is the block.
                let block = matches!(program.op(self.inside(*node)), Op::All(_) | Op::Any(_) | Op::AtLeast(..));
                if block && !asked { std::mem::take(&mut whole.children) } else { vec![whole] }
            }
            DecisionBody::Includes(rules) | DecisionBody::Adds(rules) => self.rules(id, rules),
            DecisionBody::Rules { rules, otherwise, .. } => {
                let mut parts = self.rules(id, rules);
                if let Some((origin, node)) = otherwise {
                    parts.extend(self.otherwise(id, *origin, *node));
                }
                parts.sort_by_key(|part| rank(&part.role));
                parts
            }
        };
        for origin in self.notes.get(&id).cloned().unwrap_or_default() {
            parts.push(self.note(origin));
        }
        self.depth -= 1;
        parts
    }

    fn rules(&mut self, id: DecisionId, rules: &[RuleId]) -> Vec<Node> {
        let reasons: BTreeSet<Reason> = self.look.reasons(id).into_iter().collect();
        let verdict = self.look.evaluation.verdicts.decisions.get(id.index()).and_then(Option::as_ref);
        let asked = self.look.asked_decision() == Some(id);
        let set_aside: &[SetAside] = match verdict {
            _ if asked => &self.look.answer.set_aside,
            Some(verdict) => &verdict.set_aside,
            None => &[],
        };
        let set_aside: BTreeMap<RuleId, &SetAside> = set_aside.iter().map(|aside| (aside.rule, aside)).collect();
        let outcome = self.look.decision(id);
        let collects = !matches!(self.look.program.decision(id).body, DecisionBody::Rules { .. });
        let mut first = true;
        let mut roles: Vec<(RuleId, Role)> = Vec::new();
        for &rule in rules {
            let reason = reasons.contains(&Reason::Rule(rule));
            let gives = self.gives(rule);
            let role = match self.look.rule(rule).map(|verdict| &verdict.stands) {
                _ if reason && asked && self.look.answer.because.is_empty() => Role::Either,
                _ if reason && (collects || asked && self.look.answer.status == Status::Conflict) => Role::Gives(gives),
                _ if reason => {
                    let role = if first { Role::DecidedBy } else { Role::Also };
                    first = false;
                    role
                }
                _ if set_aside.contains_key(&rule) => Role::SetAside(set_aside_by(&self.look, set_aside[&rule])),
                Some(stands) if stands.is_yes() => Role::Gives(gives),
                Some(Evaluated::Unknown) => Role::Open(gives),
                Some(Evaluated::Error(_)) => Role::Faulty,
                _ => self.role_of_failed(rule, outcome.as_ref(), gives),
            };
            roles.push((rule, role));
        }
        // The rules that decide are expanded first: what they share with others is shown where it matters most.
        roles.sort_by_key(|(_, role)| rank(role));
        roles.into_iter().map(|(rule, role)| self.rule(rule, role)).collect()
    }

    fn gives(&self, rule: RuleId) -> String {
        let program = self.look.program;
        let node = program.rule(rule).value;
        let ty = &program.info(node).ty;
        match self.look.rule(rule).map(|verdict| &verdict.value) {
            Some(Evaluated::Value(value)) => shown(program, value, ty),
            Some(Evaluated::Error(_)) => "an error".into(),
            Some(Evaluated::Unknown) | None => self.phrases.node(node, &Around::default()),
        }
    }

    fn role_of_failed(&self, rule: RuleId, outcome: Option<&Evaluated>, gives: String) -> Role {
        let value = self.look.rule(rule).map(|verdict| &verdict.value);
        let bars = value.is_some_and(|value| matches!(value, Evaluated::Value(Value::Bool(false))));
        match outcome {
            _ if bars => Role::NotBarred,
            Some(outcome) if value == Some(outcome) => Role::NotNeeded,
            _ => Role::WhyNot(gives),
        }
    }

    /// Returns a rule with its conditions and exceptions.
    pub fn rule(&mut self, id: RuleId, role: Role) -> Node {
        let program = self.look.program;
        let rule = program.rule(id);
        let origin = program.origin(rule.origin);
        let verdict = self.look.rule(id);
        let (stands, _) = self.look.verdict(verdict.map(|verdict| &verdict.stands), &crate::value::Type::YesNo);
        let mut node = self.plain(Kind::Rule, role, self.look.origin_label(origin), stands);
        self.describe(&mut node, origin);
        node.under = Some(self.look.under(rule.decision));
        node.rests = self.support.rules.contains(&id);
        node.value = Some(self.gives(id));
        self.depth += 1;
        let around = Around::default();
        if let Some(when) = rule.when {
            node.children.extend(self.conjuncts(when));
        }
        let held = node.children.iter().filter(|child| child.verdict == Verdict::Yes).count();
        let total = node.children.len();
        for &unless in &rule.unless {
            node.children.push(self.condition(unless, Role::Unless, &around));
        }
        let exempted = node.children.iter().any(|child| child.role == Role::Unless && child.verdict == Verdict::Yes);
        if total > 1 && held + 1 == total && !exempted {
            let fails = node.children.iter().find(|child| child.role == Role::When && child.verdict == Verdict::No);
            node.near_miss = fails.map(|child| NearMiss { held, total, fails: child.label.clone() });
        }
        for &exception in &rule.exceptions {
            let seen = self.exception(exception, Role::Exception);
            node.children.push(seen);
        }
        // A rule whose `when` fails needs no exception; one that holds but for an exception shows both.
        let fails = |child: &Node| child.role == Role::When && !matches!(child.verdict, Verdict::Yes | Verdict::Value);
        let when_no = rule.when.is_some_and(|when| self.look.value(when, &[]).is_some_and(Evaluated::is_no));
        let some_fail = total > 1 && node.children.iter().any(fails);
        for child in &mut node.children {
            child.matters = match child.role {
                Role::When if some_fail => fails(child) && !(when_no && child.verdict == Verdict::Unknown),
                Role::Unless | Role::Exception => {
                    !when_no && !matches!(child.verdict, Verdict::No | Verdict::NotNeeded)
                }
                _ => true,
            };
        }
        let value = rule.value;
        if !matches!(program.op(value), Op::Const(_)) {
            let mut part = self.condition(value, Role::Part, &around);
            if part.label == "yes" || part.label == "no" {
                part.label = "outcome".into();
            }
            node.children.push(part);
        }
        self.depth -= 1;
        node
    }

    /// A rule that is an exception is listed among the rules of its decision; here it is named with its verdict.
    fn exception(&mut self, id: RuleId, role: Role) -> Node {
        let program = self.look.program;
        let origin = program.origin(program.rule(id).origin);
        let (verdict, _) =
            self.look.verdict(self.look.rule(id).map(|verdict| &verdict.stands), &crate::value::Type::YesNo);
        let mut node = self.plain(Kind::Rule, role, self.look.origin_label(origin), verdict);
        node.tags.clone_from(&origin.tags);
        node.name.clone_from(&origin.name);
        node.at = Some(self.look.place(origin.span));
        node.rests = self.support.rules.contains(&id);
        node
    }

    /// Returns the parts of a `when`: those of an `and` that has no words or tags of its own.
    fn conjuncts(&mut self, when: NodeId) -> Vec<Node> {
        let around = Around::default();
        match self.look.program.op(self.inside(when)) {
            Op::All(parts) => parts.iter().map(|&part| self.condition(part, Role::When, &around)).collect(),
            _ => vec![self.condition_as(when, Role::When, &around, true)],
        }
    }

    /// Returns what stands inside conditions without words or tags of their own.
    pub fn inside(&self, id: NodeId) -> NodeId {
        let program = self.look.program;
        let mut node = id;
        while let Op::Clause(origin, inner) = program.op(node) {
            let origin = program.origin(*origin);
            let bare =
                origin.tags.is_empty() && origin.label.is_none() && origin.name.is_empty() && origin.relies.is_empty();
            if !bare {
                break;
            }
            node = *inner;
        }
        node
    }

    fn otherwise(&mut self, id: DecisionId, origin: OriginId, value: NodeId) -> Option<Node> {
        let program = self.look.program;
        let verdict = self.look.evaluation.verdicts.decisions.get(id.index())?.as_ref()?;
        let (held, _) = self.look.verdict(Some(&verdict.otherwise), &crate::value::Type::YesNo);
        let asked = self.look.asked_decision() == Some(id);
        let reason = self.look.reasons(id).contains(&Reason::Otherwise(origin));
        let text = match self.look.value(value, &[]) {
            Some(Evaluated::Value(known)) => shown(program, known, &program.info(value).ty),
            _ => self.phrases.node(value, &Around::default()),
        };
        let role = match held {
            _ if reason && asked && self.look.answer.because.is_empty() => Role::Either,
            _ if reason => Role::DecidedBy,
            Verdict::Unknown if !(asked && self.look.answer.status == Status::Decided) => Role::Open(text.clone()),
            Verdict::Error => Role::Faulty,
            _ => Role::NotNeeded,
        };
        let declared = program.origin(origin);
        let label = self.look.because(declared).unwrap_or_else(|| "no rule stands".into());
        let mut node = self.plain(Kind::Otherwise, role, format!("otherwise {text}: {label}"), held);
        self.describe(&mut node, declared);
        node.because = None;
        node.under = Some(self.look.under(id));
        node.rests = reason;
        node.value = Some(text);
        Some(node)
    }

    fn note(&mut self, id: OriginId) -> Node {
        let origin = self.look.program.origin(id);
        let mut node = self.plain(Kind::Note, Role::Note, self.look.origin_label(origin), Verdict::Yes);
        self.describe(&mut node, origin);
        node
    }

    fn violated(&mut self, id: OriginId) -> Node {
        let program = self.look.program;
        let origin = program.origin(id);
        let found = program.versions.iter().flat_map(|version| &version.invariants).chain(&program.invariants);
        let condition = found.into_iter().find(|invariant| invariant.origin == id).map(|invariant| invariant.node);
        let mut node = self.plain(Kind::Invariant, Role::Violated, self.look.origin_label(origin), Verdict::No);
        self.describe(&mut node, origin);
        node.rests = true;
        if let Some(condition) = condition {
            node.verdict = self.look.verdict(self.look.value(condition, &[]), &crate::value::Type::YesNo).0;
            let mut facts = BTreeSet::new();
            let mut seen = BTreeSet::new();
            let mut todo = vec![condition];
            while let Some(next) = todo.pop() {
                if !seen.insert(next) {
                    continue;
                }
                if let Op::Fact(fact) = program.op(next) {
                    facts.insert(*fact);
                }
                todo.extend(program.op(next).children());
            }
            node.reads = facts.into_iter().map(|fact| self.look.reading(fact)).collect();
        } else if let Some(assumption) =
            program.versions.iter().flat_map(|version| &version.assumptions).find(|it| it.origin == id)
        {
            node.reads = vec![self.look.reading(assumption.fact)];
        }
        node
    }
}

/// The order in which rules are shown.
fn rank(role: &Role) -> u8 {
    match role {
        Role::Violated => 0,
        Role::DecidedBy => 1,
        Role::Also => 2,
        Role::Either => 3,
        Role::Gives(_) => 4,
        Role::Faulty => 5,
        Role::Open(_) => 6,
        Role::SetAside(_) => 7,
        Role::NotBarred => 8,
        Role::WhyNot(_) => 9,
        Role::NotNeeded => 10,
        _ => 11,
    }
}

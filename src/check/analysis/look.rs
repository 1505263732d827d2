//! One version of a policy: its graph, and questions about everybody it is meant for.

use std::collections::{BTreeSet, VecDeque};

use chrono::NaiveDate;
use serde_json::Map;

use super::MAX_QUESTIONS;
use super::claims::Claims;
use crate::diagnostic::{Code, Diagnostic, Witness};
use crate::eval::exact::ground::Gid;
use crate::eval::kernel::decide::rules;
use crate::eval::scope::Scope;
use crate::eval::{Answer, Request, evaluate};
use crate::facts::{Facts, Slot, fact_json};
use crate::load::Loaded;
use crate::program::{
    Asked, DecisionBody, DecisionId, FactId, FamilyId, NodeId, Op, OriginId, PolicyId, Program, VersionId,
};
use crate::solve::encode::{Case, Cases, Encoder};
use crate::solve::example::{Example, needed, ordinary};
use crate::solve::graph::{Graphed, graph_with, meant};
use crate::solve::sat::Lit;
use crate::solve::{Answer as Found, Model, Space};
use crate::source::{SourceId, Span};
use crate::value::{Evaluated, Type, Value};

/// How many applicants are kept, the latest, who answer further questions at no cost.
const MAX_KEPT: usize = 256;

/// What a question about everybody came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anyone {
    /// There is somebody.
    Yes,
    /// There is provably nobody.
    No,
    /// The effort was not enough.
    Unknown,
}

/// One version, looked at.
pub(super) struct Look<'p> {
    pub(super) loaded: &'p Loaded,
    pub(super) program: &'p Program,
    pub(super) version: VersionId,
    pub(super) request: Request,
    pub(super) graphed: Graphed,
    pub(super) space: Space<'p>,
    /// The day of an ordinary applicant: the version's first.
    pub(super) today: NaiveDate,
    /// When facts keep the invariants on a day of the version: whom it is meant for.
    meant: Lit,
    /// Labelled expressions that its decisions and notes rest on; not those of invariants and asserts.
    read: BTreeSet<NodeId>,
    /// Texts that belong to this policy or to a library: what other policies write is looked at with them.
    own: BTreeSet<SourceId>,
    /// Applicants found so far.
    kept: VecDeque<Model>,
    /// Whether a question was left open.
    open: bool,
}

/// What is asked about a version: all its decisions.
pub(super) fn request(program: &Program, policy: PolicyId, version: VersionId) -> Request {
    let has = |family: &FamilyId| {
        let members = &program.family(*family).members;
        members.iter().any(|(of, asked)| *of == Some(version) && matches!(asked, Asked::Decision(_)))
    };
    let asked = program.policies[policy.index()].families.iter().copied().filter(has).collect();
    Request { policy, pinned: Some(version), asked }
}

impl<'p> Look<'p> {
    pub(super) fn new(
        loaded: &'p Loaded,
        program: &'p Program,
        version: VersionId,
        request: Request,
        scopes: &'p [Scope],
    ) -> Self {
        let it = program.version(version);
        let others: Vec<NodeId> =
            it.asserts.iter().map(|&(_, node)| node).chain(it.notes.iter().filter_map(|note| note.when)).collect();
        let (ground, mut graphed) = graph_with(program, std::slice::from_ref(&request), scopes, &others);
        let graphed = graphed.remove(0);
        let mut space = Space::of_our_time(ground);
        let today = it.start.date;
        space.expect_ordinary(today);
        let meant = meant(&mut space, &graphed);
        let policy = &program.policies[it.policy.index()];
        let mut own: BTreeSet<SourceId> = policy.versions.iter().map(|&other| program.version(other).source).collect();
        own.extend(loaded.libraries.iter().map(|library| library.source));
        Look {
            loaded,
            program,
            version,
            request,
            graphed,
            space,
            today,
            meant,
            read: read(program, version),
            own,
            kept: VecDeque::new(),
            open: false,
        }
    }

    /// Whether the version is meant for nobody at all.
    pub(super) fn nobody(&mut self) -> bool {
        self.anyone(&[]) == Anyone::No
    }

    /// Whether there is somebody the version is meant for, for whom all of these hold.
    pub(super) fn anyone(&mut self, who: &[Lit]) -> Anyone {
        let mut who = who.to_vec();
        who.push(self.meant);
        self.anyone_at_all(&who)
    }

    /// Whether there is somebody for whom all of these hold, whatever invariants say.
    pub(super) fn anyone_at_all(&mut self, who: &[Lit]) -> Anyone {
        let holds = |model: &Model| who.iter().all(|&lit| model.tells(lit) && model.holds(lit));
        if self.kept.iter().rev().any(holds) {
            return Anyone::Yes;
        }
        if who.contains(&Lit::FALSE) {
            return Anyone::No;
        }
        if self.space.questions >= MAX_QUESTIONS {
            self.open = true;
            return Anyone::Unknown;
        }
        match self.space.ask(who) {
            Found::Yes(model) => {
                self.kept.push_back(model);
                if self.kept.len() > MAX_KEPT {
                    self.kept.pop_front();
                }
                Anyone::Yes
            }
            Found::No(_) => Anyone::No,
            Found::Unknown => {
                self.open = true;
                Anyone::Unknown
            }
        }
    }

    /// Returns somebody the version is meant for, for whom all of these hold: the latest found, or a new one.
    pub(super) fn somebody(&mut self, who: &[Lit]) -> Option<Model> {
        if self.anyone(who) != Anyone::Yes {
            return None;
        }
        let holds = |model: &&Model| who.iter().all(|&lit| model.tells(lit) && model.holds(lit));
        self.kept.iter().rev().find(holds).cloned()
    }

    /// Takes note that something was left out because it would have taken too long.
    pub(super) fn leave_open(&mut self) {
        self.open = true;
    }

    /// Whether it is proved that there is nobody.
    pub(super) fn never(&mut self, who: &[Lit]) -> bool {
        self.anyone(who) == Anyone::No
    }

    /// Makes an applicant as ordinary as can be.
    pub(super) fn example(&mut self, who: &[Lit]) -> Option<Example> {
        if self.space.questions >= MAX_QUESTIONS {
            self.open = true;
            return None;
        }
        let mut who = who.to_vec();
        who.push(self.meant);
        ordinary(&mut self.space, &who, &[], self.today)
    }

    /// Shows an applicant by the facts that alone settle `goal`.
    pub(super) fn witness(&mut self, intro: &str, example: &Example, goal: Lit) -> Witness {
        let needed = self.needed(example, goal);
        self.shown(intro, &example.facts, |fact| needed.contains(&fact))
    }

    /// The facts of an applicant that alone settle `goal`.
    pub(super) fn needed(&mut self, example: &Example, goal: Lit) -> Vec<FactId> {
        let goal = self.space.encoder.gates.or(&[goal, !self.meant]);
        needed(&mut self.space, &example.model, goal)
    }

    /// Shows an applicant by some facts.
    pub(super) fn shown(&self, intro: &str, facts: &Facts, wanted: impl Fn(FactId) -> bool) -> Witness {
        let (mut words, mut record) = (Vec::new(), Map::new());
        for (id, slot) in facts.iter() {
            let Slot::Given(value) = slot else { continue };
            if wanted(id) {
                let fact = self.program.fact(id);
                let value_text = self.program.value_text(value, &fact.ty);
                words.push(format!("{} {value_text}", fact.label.as_ref().unwrap_or(&fact.name)));
                record.insert(fact.key.clone(), fact_json(self.program, &fact.ty, value));
            }
        }
        Witness { intro: intro.to_owned(), words, facts: record, comes_to: Vec::new() }
    }

    /// Decides about an applicant by the interpreter.
    pub(super) fn decide(&self, family: FamilyId, facts: &Facts) -> Option<Answer> {
        let request = Request { asked: vec![family], ..self.request.clone() };
        evaluate(self.program, &request, facts).answers.into_iter().next()
    }

    /// The decisions of this version, in written order.
    pub(super) fn decisions(&self) -> Vec<DecisionId> {
        self.program.version(self.version).decisions.clone()
    }

    /// What a thing asked is in this version.
    pub(super) fn decision_of(&self, family: FamilyId) -> Option<DecisionId> {
        self.decisions().into_iter().find(|&decision| self.program.decision(decision).family == family)
    }

    /// What a node came to in the graph, if it is there.
    pub(super) fn graph_of(&self, node: NodeId) -> Option<Gid> {
        self.graphed.nodes.get(node.index()).copied().flatten()
    }

    /// Whether a text is looked at here: not one of another policy.
    pub(super) fn is_own(&self, span: Span) -> bool {
        self.own.contains(&span.source)
    }

    /// The labelled expressions that decisions and notes rest on, of this policy and its libraries, parts before the whole:
    /// origin, inner node, what it came to.
    pub(super) fn clauses(&self) -> Vec<(OriginId, NodeId, Gid)> {
        let clause = |&node: &NodeId| match *self.program.op(node) {
            Op::Clause(origin, inner) if self.read.contains(&node) && self.is_own(self.program.origin(origin).span) => {
                Some((origin, inner, self.graph_of(node)?))
            }
            _ => None,
        };
        self.graphed.order.iter().filter_map(clause).collect()
    }

    /// The first line of a declaration: what a label underlines.
    pub(super) fn head(&self, span: Span) -> Span {
        let line = self.loaded.sources.slice(span).lines().next().map_or(0, |line| line.trim_end().len());
        Span { end: span.start + line as u32, ..span }
    }

    /// What a label underlines of a declaration: `rule ban`.
    pub(super) fn named(&self, span: Span, name: &str) -> Span {
        let head = self.head(span);
        match self.loaded.sources.slice(head).find(name).filter(|_| !name.is_empty()) {
            Some(at) => Span { end: head.start + (at + name.len()) as u32, ..head },
            None => head,
        }
    }

    /// What a label underlines of an origin: a declaration up to its name, the first line of a condition.
    pub(super) fn place(&self, origin: OriginId) -> Span {
        let origin = self.program.origin(origin);
        self.named(origin.span, &origin.name)
    }

    /// Says what a value is: itself where it is constant, else its text.
    pub(super) fn value_text(&self, node: NodeId, ty: &Type) -> String {
        let mut inner = node;
        while let Op::Clause(origin, below) = self.program.op(inner) {
            if matches!(self.program.op(*below), Op::Const(_)) {
                inner = *below;
                continue;
            }
            let text = &self.program.origin(*origin).text;
            return if text.is_empty() { "a value".into() } else { format!("`{text}`") };
        }
        match self.program.op(inner) {
            Op::Const(value) => self.program.value_text(value, one_of(value, ty)),
            Op::Fact(fact) => format!("`{}`", self.program.fact(*fact).name),
            _ => "a value".into(),
        }
    }

    /// Whether a question was left open because it would have taken too long.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Says what could not be taken apart, and that the budget ended.
    pub(super) fn say_vague(&mut self, claims: &mut Claims) {
        let version = self.program.version(self.version);
        let mut places: Vec<String> = Vec::new();
        let vague: Vec<Gid> = self.space.encoder.vague.keys().copied().collect();
        // Whether somebody is there for whom it is vague decides only what is said here: left open, it is said.
        let open = self.open;
        for id in vague {
            // What is vague only for people the version is not meant for matters to nobody.
            let cases = self.space.encoder.cases(id);
            let lits: Vec<Lit> =
                cases.iter().filter(|(_, case)| matches!(case, Case::Vague(_))).map(|(lit, _)| *lit).collect();
            if !lits.is_empty() && lits.iter().all(|&lit| self.never(&[lit])) {
                continue;
            }
            let text = self.space.encoder.place_of(id);
            if !places.contains(&text) {
                places.push(text);
            }
        }
        self.open = open;
        if self.open {
            places.push("questions that would take too long".into());
        }
        if let Some((first, rest)) = places.split_first() {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            let message = format!("not everything here could be settled: {first}{more}");
            let help = "findings that are shown are right; some may be missing where this matters";
            claims.found(Diagnostic::note(Code::NOT_SETTLED, version.span, message).help(help));
        }
    }
}

/// The nodes that the decisions and notes of a version rest on, without those behind other policies.
fn read(program: &Program, version: VersionId) -> BTreeSet<NodeId> {
    let version = program.version(version);
    let notes = version.notes.iter().filter_map(|note| note.when).collect();
    rests_on(program, notes, version.decisions.clone())
}

/// The nodes that some nodes and decisions rest on, without those behind other policies.
pub(super) fn rests_on(
    program: &Program,
    mut waiting: Vec<NodeId>,
    mut decisions: Vec<DecisionId>,
) -> BTreeSet<NodeId> {
    let mut seen: BTreeSet<NodeId> = BTreeSet::new();
    let mut entered: BTreeSet<DecisionId> = BTreeSet::new();
    loop {
        if let Some(node) = waiting.pop() {
            if seen.insert(node) {
                let op = program.op(node);
                waiting.extend(op.children());
                if let Op::Decision(decision) = op {
                    decisions.push(*decision);
                }
            }
        } else if let Some(decision) = decisions.pop() {
            if !entered.insert(decision) {
                continue;
            }
            let body = &program.decision(decision).body;
            match body {
                DecisionBody::Expr(node) => waiting.push(*node),
                DecisionBody::Rules { otherwise, .. } => waiting.extend(otherwise.iter().map(|(_, node)| *node)),
                _ => {}
            }
            for &rule in rules(body) {
                let rule = program.rule(rule);
                waiting.extend(rule.when.iter().chain(&rule.unless).chain([&rule.value]));
            }
        } else {
            return seen;
        }
    }
}

/// The type as which a value is shown: of a set its members'.
fn one_of<'t>(value: &Value, ty: &'t Type) -> &'t Type {
    match (value, ty.required()) {
        (Value::Set(_), _) => ty,
        (_, Type::Set(inner)) => inner,
        _ => ty,
    }
}

/// When two nodes come to different values; neither is an error.
pub(super) fn differ(encoder: &mut Encoder, a: &Cases, b: &Cases) -> Lit {
    let mut parts = Vec::new();
    for (x, case) in a.iter().filter(|(_, case)| !is_error(case)) {
        for (y, other) in b.iter().filter(|(_, case)| !is_error(case)) {
            let same = encoder.same(case, other);
            parts.push(encoder.gates.and(&[*x, *y, !same]));
        }
    }
    encoder.gates.or(&parts)
}

/// Whether a case is an error value.
pub(super) fn is_error(case: &Case) -> bool {
    matches!(case, Case::Known(Evaluated::Error(_)))
}

/// When a node comes to an error.
pub(super) fn fails(encoder: &mut Encoder, id: Gid) -> Lit {
    let cases = encoder.cases(id);
    let lits: Vec<Lit> = cases.iter().filter(|(_, case)| is_error(case)).map(|(lit, _)| *lit).collect();
    encoder.gates.or(&lits)
}

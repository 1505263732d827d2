//! The order of evaluation: what is asked, then all it reads, each once.
//!
//! [`Walk`] visits nodes and decisions with an explicit stack, so a chain of ten thousand definitions takes no more of the
//! program's stack than one. It leaves to an [`Algebra`] what results are: what a run comes to (the interpreter), or a graph
//! of what facts that are not stated could make of it (the exact engine). It alone knows in which order things are read and
//! which elements a quantifier walks.
//!
//! Nothing is skipped because something else already decides: explanations show every part.

use std::collections::HashMap;
use std::rc::Rc;

use super::kernel::decide::rules;
use super::kernel::{self, Key};
use super::scope::{Scope, deciding};
use crate::program::{
    Asked, DecisionBody, DecisionId, Domain, FactId, FamilyId, FoldKind, NodeId, Op, OriginId, Program, TemplatePart,
    VersionId,
};
use crate::value::{Evaluated, Fault, FaultKind, Value};

/// How many nodes are visited under quantifiers in one run; beyond it their result is an overflow. Lists of ten thousand
/// elements with a dozen conditions each fit.
pub(crate) const MAX_ELEMENT_STEPS: usize = 500_000;

/// The origin of the fault that stands for *what is asked is outside every version*.
pub(crate) const ASKED: u32 = u32::MAX;

/// What results are.
pub(crate) trait Algebra {
    /// A result.
    type Result: Clone;
    /// Makes the result of something known.
    fn constant(&mut self, value: Evaluated) -> Self::Result;
    /// Reads a fact.
    fn fact(&mut self, fact: FactId) -> Self::Result;
    /// Applies an operation.
    fn apply(&mut self, key: Key, operands: &[Self::Result]) -> Self::Result;
    /// Reads a field of a record.
    fn field(&mut self, node: NodeId, record: &Self::Result, index: u32) -> Self::Result;
    /// Returns the elements of a list or set that `node` came to, for a quantifier or (`fold`) an aggregate.
    fn elements(&mut self, node: NodeId, domain: &Self::Result, fold: Option<FoldKind>) -> Elements<Self::Result>;
    /// Returns the numbers of a range.
    fn range(&mut self, from: &Self::Result, to: &Self::Result) -> Elements<Self::Result>;
    /// Takes note that a quantifier or aggregate over a list or set came to this.
    fn walked(&mut self, _domain: &Self::Result, result: Self::Result) -> Self::Result {
        result
    }
    /// Decides by rules: whether each applies, their values, the value of the `otherwise`.
    fn decide(&mut self, decision: DecisionId, parts: Parts<Self::Result>) -> Self::Result;
    /// Turns the value of an expression into the outcome of a decision.
    fn finish(&mut self, decision: DecisionId, value: &Self::Result) -> Self::Result;
    /// Takes note of the result of a node under quantifiers: the indexes of the elements around it, outermost first.
    fn visited(&mut self, _node: NodeId, _elements: &[u32], _result: &Self::Result) {}
}

/// What a decision by rules is made from.
pub(crate) struct Parts<R> {
    /// Whether each rule applies, in the order of the rules.
    pub(crate) applies: Vec<R>,
    /// Their values.
    pub(crate) values: Vec<R>,
    /// The value of the `otherwise`.
    pub(crate) otherwise: Option<R>,
}

/// What a quantifier walks.
pub(crate) enum Elements<R> {
    /// Each of these, with a condition under which it is an element at all.
    Each(Vec<(Option<R>, R)>),
    /// There are no elements to walk: the whole comes to this.
    Whole(R),
}

/// The nodes inside a quantifier.
struct Plan {
    /// Nodes that do not read its variable or any outer one: evaluated before.
    closed: Vec<NodeId>,
    /// Nodes whose innermost variable is its own, children first.
    own: Vec<NodeId>,
}

#[derive(Clone, Copy)]
enum Task {
    Node(NodeId),
    Decision(DecisionId),
}

/// Results so far, and how to get more.
pub(crate) struct Walk<'p, A: Algebra> {
    program: &'p Program,
    scope: &'p Scope,
    /// What results are.
    pub(crate) algebra: A,
    /// By node: results of nodes without free variables.
    pub(crate) nodes: Vec<Option<A::Result>>,
    /// By decision: outcomes.
    pub(crate) decisions: Vec<Option<A::Result>>,
    entered: Vec<bool>,
    entered_decisions: Vec<bool>,
    plans: HashMap<NodeId, Rc<Plan>>,
    /// By level of quantifier: the element and its index.
    bound: Vec<Option<(A::Result, u32)>>,
    /// By level of quantifier: results of nodes for the present element.
    frames: Vec<HashMap<NodeId, A::Result>>,
    steps: usize,
    /// The nodes visited, in the order they were finished.
    pub(crate) finished: Vec<NodeId>,
    /// The decisions visited, in the order they were finished.
    pub(crate) finished_decisions: Vec<DecisionId>,
}

impl<'p, A: Algebra> Walk<'p, A> {
    /// Starts without results.
    pub(crate) fn new(program: &'p Program, scope: &'p Scope, algebra: A) -> Self {
        Walk {
            program,
            scope,
            algebra,
            nodes: vec![None; program.nodes.len()],
            decisions: vec![None; program.decisions.len()],
            entered: vec![false; program.nodes.len()],
            entered_decisions: vec![false; program.decisions.len()],
            plans: HashMap::new(),
            bound: Vec::new(),
            frames: Vec::new(),
            steps: 0,
            finished: Vec::new(),
            finished_decisions: Vec::new(),
        }
    }

    /// Returns the result of a node without free variables.
    pub(crate) fn node(&mut self, id: NodeId) -> A::Result {
        self.run(Task::Node(id));
        self.get(id)
    }

    /// Returns what something asked comes to, by the versions of its policy that may be in force; outside all of them a
    /// fault with the origin [`ASKED`].
    pub(crate) fn asked(&mut self, family: FamilyId, versions: &[VersionId], certain: bool) -> A::Result {
        for &version in versions {
            if let Some(task) = self.member(family, version) {
                self.run(task);
            }
        }
        let outside = Evaluated::Error(Fault { kind: FaultKind::NotInForce, origin: Some(ASKED) });
        let outside = self.algebra.constant(outside);
        self.select(family, versions, certain, outside)
    }

    /// Returns whether a version is in force.
    pub(crate) fn in_force(&mut self, version: VersionId) -> A::Result {
        if let Some(pinned) = self.scope.pinned_in_force(self.program, version) {
            return self.algebra.constant(pinned.into());
        }
        let operands: Vec<_> =
            deciding(self.program, version).into_iter().map(|fact| self.algebra.fact(fact)).collect();
        self.algebra.apply(Key::InForce(version), &operands)
    }

    /// Visits all nodes shown in the texts of what was visited so far, and of the given origins.
    pub(crate) fn texts(&mut self, origins: &[OriginId]) {
        let program = self.program;
        let mut waiting: Vec<OriginId> = origins.to_vec();
        let (mut node, mut decision) = (0, 0);
        loop {
            while let Some(origin) = waiting.pop() {
                for part in &program.origin(origin).because {
                    if let &TemplatePart::Value(node) = part {
                        self.run(Task::Node(node));
                    }
                }
            }
            if let Some(&id) = self.finished.get(node) {
                node += 1;
                if let &Op::Clause(origin, _) = program.op(id) {
                    waiting.push(origin);
                }
            } else if let Some(&id) = self.finished_decisions.get(decision) {
                decision += 1;
                let decision = program.decision(id);
                waiting.push(decision.origin);
                waiting.extend(rules(&decision.body).iter().map(|&rule| program.rule(rule).origin));
                if let DecisionBody::Rules { otherwise: Some((origin, _)), .. } = decision.body {
                    waiting.push(origin);
                }
            } else {
                return;
            }
        }
    }

    fn run(&mut self, task: Task) {
        let mut stack = vec![(task, false)];
        let mut needs = Vec::new();
        while let Some((task, ready)) = stack.pop() {
            if ready {
                match task {
                    Task::Node(id) => {
                        let result = self.compute(id);
                        self.algebra.visited(id, &[], &result);
                        self.nodes[id.index()] = Some(result);
                        self.finished.push(id);
                    }
                    Task::Decision(id) => {
                        let result = self.decide(id);
                        self.decisions[id.index()] = Some(result);
                        self.finished_decisions.push(id);
                    }
                }
                continue;
            }
            let entered = match task {
                Task::Node(id) if self.program.info(id).free != 0 => continue,
                Task::Node(id) => &mut self.entered[id.index()],
                Task::Decision(id) => &mut self.entered_decisions[id.index()],
            };
            // Entered and not finished is a decision that reaches itself through versions that are never in force together
            // (P5 is checked at load); what it reads there never counts.
            if std::mem::replace(entered, true) {
                continue;
            }
            stack.push((task, true));
            needs.clear();
            match task {
                Task::Node(id) => self.needs_of_node(id, &mut needs),
                Task::Decision(id) => self.needs_of_decision(id, &mut needs),
            }
            stack.extend(needs.iter().rev().map(|&need| (need, false)));
        }
    }

    fn needs_of_node(&mut self, id: NodeId, needs: &mut Vec<Task>) {
        let op = self.program.op(id);
        match op {
            Op::Every { domain, .. } | Op::Exists { domain, .. } | Op::Fold { domain, .. } => {
                let (first, second) = domain_nodes(*domain);
                needs.push(Task::Node(first));
                needs.extend(second.map(Task::Node));
                needs.extend(self.plan(id).closed.iter().map(|&node| Task::Node(node)));
            }
            Op::Decision(decision) => needs.push(Task::Decision(*decision)),
            Op::Used(family, outside) => {
                if let Some(policy) = self.program.family(*family).policy {
                    let versions = self.scope.candidates(policy);
                    needs.extend(versions.iter().filter_map(|&version| self.member(*family, version)));
                } else {
                    needs.extend(self.library_member(*family));
                }
                needs.extend(outside.map(Task::Node));
            }
            op => kernel::operands(op, |node| needs.push(Task::Node(node))),
        }
    }

    fn needs_of_decision(&mut self, id: DecisionId, needs: &mut Vec<Task>) {
        let body = &self.program.decision(id).body;
        if let &DecisionBody::Expr(node) = body {
            needs.push(Task::Node(node));
        }
        for &rule in rules(body) {
            let rule = self.program.rule(rule);
            needs.extend(rule.when.iter().chain(&rule.unless).chain([&rule.value]).map(|&node| Task::Node(node)));
        }
        if let DecisionBody::Rules { otherwise: Some((_, node)), .. } = body {
            needs.push(Task::Node(*node));
        }
    }

    /// What a decision or definition is in a version.
    fn member(&self, family: FamilyId, version: VersionId) -> Option<Task> {
        let members = &self.program.family(family).members;
        let found = members.iter().find(|(of, _)| of.is_none() || *of == Some(version));
        found.map(|&(_, asked)| task_of(asked))
    }

    fn library_member(&self, family: FamilyId) -> Option<Task> {
        self.program.family(family).members.first().map(|&(_, asked)| task_of(asked))
    }

    fn select(&mut self, family: FamilyId, versions: &[VersionId], certain: bool, outside: A::Result) -> A::Result {
        let mut result = outside;
        for &version in versions.iter().rev() {
            let Some(task) = self.member(family, version) else { continue };
            let value = match task {
                Task::Node(node) => self.get(node),
                Task::Decision(decision) => self.get_decision(decision),
            };
            if certain {
                return value;
            }
            let in_force = self.in_force(version);
            result = self.algebra.apply(Key::If, &[in_force, value, result]);
        }
        result
    }

    fn compute(&mut self, id: NodeId) -> A::Result {
        let program = self.program;
        match program.op(id) {
            Op::Const(value) => self.algebra.constant(Evaluated::Value(value.clone())),
            Op::Fact(fact) => self.algebra.fact(*fact),
            Op::Bound(level) => match self.bound.get(*level as usize) {
                Some(Some((element, _))) => element.clone(),
                _ => self.algebra.constant(Evaluated::Unknown),
            },
            Op::Field(record, index) => {
                let record = self.get(*record);
                self.algebra.field(id, &record, *index)
            }
            Op::Every { domain, level, body } => {
                let elements = self.quantify(id, *domain, *level, |walk, guard| {
                    let body = walk.get(*body);
                    match guard {
                        Some(guard) => {
                            let absent = walk.algebra.apply(Key::Not, &[guard]);
                            walk.algebra.apply(Key::Any, &[absent, body])
                        }
                        None => body,
                    }
                });
                let result = elements.unwrap_or_else(|parts| self.algebra.apply(Key::All, &parts));
                self.walked(*domain, result)
            }
            Op::Exists { domain, level, body } => {
                let elements = self.quantify(id, *domain, *level, |walk, guard| {
                    let body = walk.get(*body);
                    match guard {
                        Some(guard) => walk.algebra.apply(Key::All, &[guard, body]),
                        None => body,
                    }
                });
                let result = elements.unwrap_or_else(|parts| self.algebra.apply(Key::Any, &parts));
                self.walked(*domain, result)
            }
            Op::Fold { fold, domain, level, value, filter } => {
                let mut values = Vec::new();
                let conditions = self.quantify(id, *domain, *level, |walk, guard| {
                    values.push(walk.get(*value));
                    let filter = filter.map(|filter| walk.get(filter));
                    match (guard, filter) {
                        (Some(guard), Some(filter)) => walk.algebra.apply(Key::All, &[guard, filter]),
                        (Some(one), None) | (None, Some(one)) => one,
                        (None, None) => walk.algebra.constant(Evaluated::YES),
                    }
                });
                let result = conditions.unwrap_or_else(|conditions| {
                    let pairs: Vec<_> = conditions.into_iter().zip(values).flat_map(|(a, b)| [a, b]).collect();
                    self.algebra.apply(Key::Fold(*fold), &pairs)
                });
                self.walked(*domain, result)
            }
            Op::Decision(decision) => self.get_decision(*decision),
            Op::Used(family, outside) => {
                let policy = program.family(*family).policy;
                let outside = match outside {
                    Some(node) => self.get(*node),
                    None => self.algebra.constant(kernel::fault(FaultKind::NotInForce)),
                };
                let Some(policy) = policy else {
                    return match self.library_member(*family) {
                        Some(Task::Node(node)) => self.get(node),
                        Some(Task::Decision(decision)) => self.get_decision(decision),
                        None => outside,
                    };
                };
                let scope = self.scope;
                self.select(*family, scope.candidates(policy), scope.version(policy).is_some(), outside)
            }
            Op::InForce(version) => self.in_force(*version),
            op => {
                let mut operands = Vec::new();
                kernel::operands(op, |node| operands.push(node));
                let operands: Vec<_> = operands.into_iter().map(|node| self.get(node)).collect();
                self.algebra.apply(Key::Node(id), &operands)
            }
        }
    }

    fn walked(&mut self, domain: Domain, result: A::Result) -> A::Result {
        match domain {
            Domain::Each(node) => {
                let domain = self.get(node);
                self.algebra.walked(&domain, result)
            }
            Domain::Range(..) => result,
        }
    }

    fn decide(&mut self, id: DecisionId) -> A::Result {
        let program = self.program;
        let decision = program.decision(id);
        if let DecisionBody::Expr(node) = decision.body {
            let value = self.get(node);
            return self.algebra.finish(id, &value);
        }
        let mut parts = Parts { applies: Vec::new(), values: Vec::new(), otherwise: None };
        for &rule in rules(&decision.body) {
            // D3: `when`, and not any `unless`.
            let rule = program.rule(rule);
            let mut conditions: Vec<_> = rule.when.iter().map(|&node| self.get(node)).collect();
            for &unless in &rule.unless {
                let unless = self.get(unless);
                conditions.push(self.algebra.apply(Key::Not, &[unless]));
            }
            parts.applies.push(self.algebra.apply(Key::All, &conditions));
            parts.values.push(self.get(rule.value));
        }
        if let DecisionBody::Rules { otherwise: Some((_, node)), .. } = decision.body {
            parts.otherwise = Some(self.get(node));
        }
        self.algebra.decide(id, parts)
    }

    fn get(&mut self, id: NodeId) -> A::Result {
        let free = self.program.info(id).free;
        let result = match free.checked_ilog2() {
            None => self.nodes[id.index()].clone(),
            Some(level) => self.frames.get(level as usize).and_then(|frame| frame.get(&id)).cloned(),
        };
        // Nothing only where a decision reaches itself in versions that are never in force together.
        result.unwrap_or_else(|| self.algebra.constant(Evaluated::Unknown))
    }

    fn get_decision(&mut self, id: DecisionId) -> A::Result {
        let result = self.decisions[id.index()].clone();
        result.unwrap_or_else(|| self.algebra.constant(Evaluated::Unknown))
    }

    /// Evaluates the inside of a quantifier for each element. `Ok` is a result of the whole, `Err` one part per element.
    fn quantify(
        &mut self,
        id: NodeId,
        domain: Domain,
        level: u32,
        mut part: impl FnMut(&mut Self, Option<A::Result>) -> A::Result,
    ) -> Result<A::Result, Vec<A::Result>> {
        let elements = match domain {
            Domain::Each(node) => {
                let domain = self.get(node);
                let fold = match self.program.op(id) {
                    Op::Fold { fold, .. } => Some(*fold),
                    _ => None,
                };
                self.algebra.elements(node, &domain, fold)
            }
            Domain::Range(from, to) => {
                let (from, to) = (self.get(from), self.get(to));
                self.algebra.range(&from, &to)
            }
        };
        let elements = match elements {
            Elements::Each(elements) => elements,
            Elements::Whole(result) => return Ok(result),
        };
        let plan = self.plan(id);
        let level = level as usize;
        if self.bound.len() <= level {
            self.bound.resize(level + 1, None);
            self.frames.resize_with(level + 1, HashMap::new);
        }
        let before = self.bound[level].take();
        let frame = std::mem::take(&mut self.frames[level]);
        let mut parts = Vec::with_capacity(elements.len());
        for (index, (guard, element)) in elements.into_iter().enumerate() {
            self.steps += plan.own.len() + 1;
            if self.steps > MAX_ELEMENT_STEPS {
                return Ok(self.algebra.constant(kernel::fault(FaultKind::Overflow)));
            }
            self.bound[level] = Some((element, index as u32));
            self.frames[level].clear();
            let path: Vec<u32> = self.bound.iter().flatten().map(|&(_, index)| index).collect();
            for &node in &plan.own {
                // Recursion: at most one level per nested quantifier, of which the parser allows 64.
                let result = self.compute(node);
                self.algebra.visited(node, &path, &result);
                self.frames[level].insert(node, result);
            }
            parts.push(part(self, guard));
        }
        self.bound[level] = before;
        self.frames[level] = frame;
        Err(parts)
    }

    fn plan(&mut self, id: NodeId) -> Rc<Plan> {
        if let Some(plan) = self.plans.get(&id) {
            return plan.clone();
        }
        let program = self.program;
        let (inside, level): (Vec<NodeId>, u32) = match program.op(id) {
            Op::Every { level, body, .. } | Op::Exists { level, body, .. } => (vec![*body], *level),
            Op::Fold { level, value, filter, .. } => ([Some(*value), *filter].into_iter().flatten().collect(), *level),
            _ => (Vec::new(), 0),
        };
        let mut seen: HashMap<NodeId, ()> = HashMap::new();
        let mut plan = Plan { closed: Vec::new(), own: Vec::new() };
        let mut waiting = inside;
        while let Some(node) = waiting.pop() {
            if seen.insert(node, ()).is_some() {
                continue;
            }
            let free = program.info(node).free;
            match free.checked_ilog2() {
                None => {
                    plan.closed.push(node);
                    continue;
                }
                Some(innermost) if innermost == level => plan.own.push(node),
                Some(_) => {}
            }
            all_children(program.op(node), |child| waiting.push(child));
        }
        // Children have smaller indexes than their parents.
        plan.own.sort_unstable();
        plan.closed.sort_unstable();
        let plan = Rc::new(plan);
        self.plans.insert(id, plan.clone());
        plan
    }
}

fn task_of(asked: Asked) -> Task {
    match asked {
        Asked::Decision(decision) => Task::Decision(decision),
        Asked::Define(node) => Task::Node(node),
    }
}

fn domain_nodes(domain: Domain) -> (NodeId, Option<NodeId>) {
    match domain {
        Domain::Each(node) => (node, None),
        Domain::Range(from, to) => (from, Some(to)),
    }
}

/// Calls `f` with each node that an operation reads, those inside quantifiers too. Decisions and facts are no nodes.
pub(crate) fn all_children(op: &Op, mut f: impl FnMut(NodeId)) {
    let mut domain_of = |domain: Domain| {
        let (first, second) = domain_nodes(domain);
        f(first);
        if let Some(second) = second {
            f(second);
        }
    };
    match op {
        Op::Every { domain, body, .. } | Op::Exists { domain, body, .. } => {
            domain_of(*domain);
            f(*body);
        }
        Op::Fold { domain, value, filter, .. } => {
            domain_of(*domain);
            f(*value);
            filter.iter().copied().for_each(f);
        }
        Op::Used(_, Some(outside)) => f(*outside),
        op => kernel::operands(op, f),
    }
}

/// Returns a list as results of its elements.
pub(crate) fn each<R>(values: Vec<Value>, mut constant: impl FnMut(Value) -> R) -> Elements<R> {
    Elements::Each(values.into_iter().map(|value| (None, constant(value))).collect())
}

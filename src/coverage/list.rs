//! Everything there is to reach in a program.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Coverage, Item, Kind, Watch};
use crate::program::{Asked, DecisionBody, NodeId, Op, OriginKind, PolicyId, Program, RuleId};
use crate::source::Span;
use crate::value::Type;

/// How many characters of a condition's own words stand for it.
const MAX_WORDS: usize = 60;

/// Where a thing is declared; for an exception also where the rule that gives way is.
type Place = (Span, Kind, Option<Span>);

#[derive(Default)]
struct List {
    items: BTreeMap<Place, (Item, Vec<Watch>)>,
}

impl Coverage {
    /// Lists everything there is to reach. Conditions that only an `assert` reads are none of it: an assert that came to no
    /// would be a failure.
    pub fn new(program: &Program) -> Self {
        let mut list = List::default();
        for index in 0..program.rules.len() {
            list.rule(program, RuleId(index as u32));
        }
        list.conditions(program);
        for (index, policy) in program.policies.iter().enumerate() {
            for &id in &policy.versions {
                let version = program.version(id);
                let name = format!("version {} of `{}`", version.name, policy.name);
                let watch = Watch::Version(PolicyId(index as u32), id);
                list.add(Kind::Version, version.span, None, name, false, watch);
            }
        }
        let mut coverage = Coverage { items: Vec::new(), watches: Vec::new() };
        for (item, watches) in list.items.into_values() {
            coverage.watches.extend(watches.into_iter().map(|watch| (watch, coverage.items.len())));
            coverage.items.push(item);
        }
        coverage
    }
}

impl List {
    /// Adds a thing, or another version or call of it.
    fn add(&mut self, kind: Kind, place: Span, other: Option<Span>, name: String, two_sided: bool, watch: Watch) {
        let item = Item { kind, place, name, two_sided, yes: false, no: false };
        let (item, watches) = self.items.entry((place, kind, other)).or_insert_with(|| (item, Vec::new()));
        item.two_sided |= two_sided;
        watches.push(watch);
    }

    fn rule(&mut self, program: &Program, id: RuleId) {
        let rule = program.rule(id);
        let origin = program.origin(rule.origin);
        let two_sided = rule.when.is_some() || !rule.unless.is_empty() || !rule.exceptions.is_empty();
        self.add(Kind::Rule, origin.span, None, format!("rule `{}`", origin.name), two_sided, Watch::Rule(id));
        for &unless in &rule.unless {
            if let Op::Clause(condition, _) = program.op(unless) {
                let condition = program.origin(*condition);
                let name = format!("`unless {}` of rule `{}`", shorten(&condition.text), origin.name);
                let watch = Watch::Unless(rule.when, unless);
                self.add(Kind::Exception, condition.span, None, name, true, watch);
            }
        }
        for &target in &rule.exception_to {
            let to = program.origin(program.rule(target).origin);
            let name = format!("rule `{}` as an exception to `{}`", origin.name, to.name);
            self.add(Kind::Exception, origin.span, Some(to.span), name, true, Watch::Exception(target, id));
        }
    }

    fn conditions(&mut self, program: &Program) {
        let names: FxHashMap<NodeId, &str> = program
            .versions
            .iter()
            .flat_map(|version| &version.invariants)
            .chain(&program.invariants)
            .map(|invariant| (invariant.node, program.origin(invariant.origin).name.as_str()))
            .collect();
        let read = read(program);
        // A definition with a tag of its own inside is one condition, not two.
        let inner = |node: NodeId| match program.op(node) {
            Op::Clause(origin, inner) if program.origin(*origin).kind == OriginKind::Define => Some(*inner),
            _ => None,
        };
        let doubled: FxHashSet<NodeId> = read.iter().filter_map(|&node| inner(node)).collect();
        for &node in &read {
            let &Op::Clause(origin, _) = program.op(node) else { continue };
            let origin = program.origin(origin);
            let name = match origin.kind {
                OriginKind::Define => format!("definition `{}`", origin.name),
                OriginKind::Condition if doubled.contains(&node) => continue,
                OriginKind::Condition => match names.get(&node) {
                    Some(invariant) => format!("invariant `{invariant}`"),
                    None => format!("condition `{}`", shorten(&origin.text)),
                },
                _ => continue,
            };
            if program.info(node).ty == Type::YesNo {
                self.add(Kind::Condition, origin.span, None, name, true, Watch::Condition(node));
            }
        }
    }
}

/// Returns all nodes that answers rest on, in their order.
fn read(program: &Program) -> Vec<NodeId> {
    let mut waiting: Vec<NodeId> = Vec::new();
    for rule in &program.rules {
        waiting.extend([rule.value].iter().chain(&rule.when).chain(&rule.unless));
    }
    for decision in &program.decisions {
        match &decision.body {
            DecisionBody::Expr(node) | DecisionBody::Rules { otherwise: Some((_, node)), .. } => waiting.push(*node),
            DecisionBody::Rules { .. } | DecisionBody::Includes(_) | DecisionBody::Adds(_) => {}
        }
    }
    for (_, asked) in program.families.iter().flat_map(|family| &family.members) {
        if let Asked::Define(node) = asked {
            waiting.push(*node);
        }
    }
    for version in &program.versions {
        waiting.extend(version.invariants.iter().map(|invariant| invariant.node));
        waiting.extend(version.notes.iter().filter_map(|note| note.when));
    }
    waiting.extend(program.invariants.iter().map(|invariant| invariant.node));
    let mut read = vec![false; program.nodes.len()];
    while let Some(node) = waiting.pop() {
        if !std::mem::replace(&mut read[node.index()], true) {
            waiting.extend(program.op(node).children());
        }
    }
    (0..read.len()).filter(|&index| read[index]).map(|index| NodeId(index as u32)).collect()
}

/// Returns the beginning of a condition's own words.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_WORDS) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

//! What the words of a diff say of one person: an independent reading of its groups and regions.

use crate::diff::{Comparison, Context, Group, Part, Region, Test};
use crate::eval::Outcome;
use crate::eval::conclude::outcome;
use crate::eval::interpret::Interpret;
use crate::eval::scope::Scope;
use crate::eval::{Request, walk::Walk};
use crate::facts::{Facts, Slot};
use crate::program::{FamilyId, NodeId, Op, PolicyId, Program};
use crate::source::Span;
use crate::value::{Evaluated, Type, Value};

/// What one person comes to: errors are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Comes {
    Contradictory,
    Error,
    To(Outcome),
}

/// Decides for somebody about whom everything is stated, by V1 to V8 alone: for such a person that is the answer.
pub(super) struct Person<'p> {
    program: &'p Program,
    scope: &'p Scope,
    policy: PolicyId,
    walk: Walk<'p, Interpret<'p>>,
    contradictory: bool,
}

impl<'p> Person<'p> {
    pub(super) fn new(program: &'p Program, request: &Request, scope: &'p Scope) -> Self {
        let mut walk = Interpret::walk(program, scope);
        let invariants = scope.invariants(program, request.policy);
        let contradictory = invariants.iter().any(|(invariant, _)| walk.node(invariant.node).is_no());
        Person { program, scope, policy: request.policy, walk, contradictory }
    }

    pub(super) fn comes_to(&mut self, family: FamilyId) -> Comes {
        let (candidates, certain) = (self.scope.candidates(self.policy), self.scope.version(self.policy).is_some());
        if certain && self.contradictory {
            return Comes::Contradictory;
        }
        let result = self.walk.asked(family, candidates, certain);
        match outcome(self.program, family, &result) {
            Outcome::Error(_) => Comes::Error,
            outcome => Comes::To(outcome),
        }
    }

    /// Whether a condition holds: nothing if it is not one that stands in the text by itself.
    fn condition(&mut self, conditions: &Conditions, label: &str, at: Span) -> Option<Evaluated> {
        let node = conditions.find(label, at)?;
        Some(self.walk.node(node))
    }
}

/// Where the conditions of the texts are.
pub(super) struct Conditions(Vec<(Span, String, NodeId)>);

impl Conditions {
    pub(super) fn new(program: &Program) -> Conditions {
        let clauses = (0..program.nodes.len() as u32).filter_map(|node| {
            let node = NodeId(node);
            let Op::Clause(origin, _) = program.op(node) else { return None };
            let origin = program.origin(*origin);
            let label =
                origin.label.as_ref().or(Some(&origin.text).filter(|text| !text.is_empty())).unwrap_or(&origin.name);
            (program.info(node).free == 0 && program.info(node).ty == Type::YesNo)
                .then(|| (origin.span, label.clone(), node))
        });
        Conditions(clauses.collect())
    }

    fn find(&self, label: &str, at: Span) -> Option<NodeId> {
        let label = label.trim_end_matches(" (new text)").trim_end_matches(" (old text)");
        self.0.iter().find(|(span, text, _)| *span == at && text == label).map(|(_, _, node)| *node)
    }
}

/// Whether a word for an outcome fits what somebody comes to.
pub(super) fn fits(program: &Program, ty: &Type, word: &str, comes: &Comes) -> bool {
    let set = match comes {
        Comes::To(Outcome::Value(Value::Set(members))) => Some(members),
        _ => None,
    };
    let has = |member: &str| match (set, ty.required()) {
        (Some(members), Type::Set(inner)) => Some(members.iter().any(|one| program.value_text(one, inner) == member)),
        _ => None,
    };
    match (word, word.strip_prefix("with "), word.strip_prefix("without ")) {
        ("a value" | "another value", ..) => matches!(comes, Comes::To(Outcome::Value(_))),
        ("unclear", ..) => true,
        (_, Some(member), _) => has(member) == Some(true),
        (_, _, Some(member)) => has(member) == Some(false),
        _ => match comes {
            Comes::Contradictory => word == "contradictory",
            Comes::Error => word == "error",
            Comes::To(Outcome::Value(value)) => program.value_text(value, ty) == word,
            Comes::To(Outcome::Conflict) => word == "conflict",
            Comes::To(Outcome::NoRule) => word == "no rule",
            Comes::To(Outcome::NotInForce) => word == "not in force",
            Comes::To(Outcome::Error(_)) => word == "error",
        },
    }
}

/// Whether somebody who comes to these belongs to the change of outcome of a group, whatever its words.
pub(super) fn moves(program: &Program, ty: &Type, group: &Group, before: &Comes, after: &Comes) -> bool {
    fits(program, ty, &group.from, before) && fits(program, ty, &group.to, after) && before != after
}

/// Whether the context of a group holds.
pub(super) fn in_context(program: &Program, ty: &Type, group: &Group, before: &Comes, after: &Comes) -> bool {
    match group.context {
        Context::Old => fits(program, ty, &group.from, before),
        Context::New => fits(program, ty, &group.to, after),
        Context::Anyone => true,
    }
}

/// Whether a region holds for somebody: nothing where its words cannot be read here.
pub(super) fn holds(
    comparison: &Comparison,
    conditions: &Conditions,
    person: &mut Person<'_>,
    facts: &Facts,
    region: &Region,
) -> Option<bool> {
    let mut all = Some(true);
    for part in &region.all {
        let part = match part {
            Part::Condition { label, holds, at, .. } => person
                .condition(conditions, label, *at)
                .map(|value| if *holds { value.is_yes() } else { value.is_no() }),
            Part::Fact { fact, key, test, .. } => {
                let declared = comparison.program.fact(*fact);
                match facts.get(*fact) {
                    Slot::Given(value) if *key == declared.key => tested(value, test),
                    _ => None,
                }
            }
        };
        match part {
            Some(false) => return Some(false),
            Some(true) => {}
            None => all = None,
        }
    }
    all
}

fn tested(value: &Value, test: &Test) -> Option<bool> {
    let free = |values: &[Value]| values.iter().any(|value| matches!(value, Value::Text(_)));
    let any = |members: &[Value]| match value {
        Value::Set(set) => Some(members.iter().any(|member| set.contains(member))),
        _ => Some(false),
    };
    match test {
        // `other` is any text that no text names.
        Test::In(values) | Test::NotIn(values) if free(values) => None,
        Test::In(values) => Some(values.contains(value)),
        Test::NotIn(values) => Some(!values.contains(value)),
        Test::Between(low, high) => Some(
            *value != Value::None
                && low.as_ref().is_none_or(|low| low <= value)
                && high.as_ref().is_none_or(|high| value <= high),
        ),
        Test::Holds(members) => any(members),
        Test::HoldsNone(members) => any(members).map(|any| !any),
        Test::Weekday(days) => match value {
            Value::Date(day) => Some(days.contains(&chrono::Datelike::weekday(day).num_days_from_monday())),
            _ => Some(false),
        },
    }
}

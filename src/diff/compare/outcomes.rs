//! What a decision comes to under one text, as conditions; and how it can differ between two.

use crate::eval::Outcome;
use crate::eval::conclude::outcome;
use crate::program::{FamilyId, Program};
use crate::solve::encode::{Case, Cases, Encoder};
use crate::solve::sat::Lit;
use crate::value::{Evaluated, Type, Value};

/// How many values of an ordered type are told apart; with more, a change is from *a value* to *another value*.
const MAX_VALUES: usize = 6;

/// An outcome that people would tell apart from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// One value, or an outcome that is none.
    Of(Outcome),
    /// Any of many values.
    AnyValue,
    /// A set that has a member.
    With(Value),
    /// A set that has not.
    Without(Value),
    /// The facts break an invariant of the text.
    Contradictory,
    /// The engine cannot tell.
    Vague,
}

/// What a decision comes to under one text.
#[derive(Debug, Clone)]
pub(super) struct Outcomes {
    pub(super) cases: Cases,
    /// When the facts keep the invariants of the text.
    pub(super) valid: Lit,
}

/// A change of outcome: from, to, and when.
#[derive(Debug, Clone)]
pub(super) struct Turn {
    pub(super) from: Class,
    pub(super) to: Class,
    pub(super) when: Lit,
}

impl Outcomes {
    /// Returns the classes that are told apart one by one, with their conditions; sets are not.
    pub(super) fn classes(
        &self,
        encoder: &mut Encoder,
        program: &Program,
        family: FamilyId,
        fine: bool,
    ) -> Vec<(Class, Lit)> {
        let mut classes: Vec<(Class, Vec<Lit>)> = vec![(Class::Contradictory, vec![!self.valid])];
        for (lit, case) in self.cases.iter() {
            let lit = encoder.gates.and(&[*lit, self.valid]);
            let class = match case {
                Case::Known(value @ Evaluated::Value(Value::None)) => Class::Of(outcome(program, family, value)),
                Case::Known(Evaluated::Value(_)) if !fine => Class::AnyValue,
                Case::Known(value) => Class::Of(plain(outcome(program, family, value))),
                Case::Term(_) | Case::Set(_) => Class::AnyValue,
                Case::Vague(_) => Class::Vague,
            };
            match classes.iter_mut().find(|(other, _)| *other == class) {
                Some((_, lits)) => lits.push(lit),
                None => classes.push((class, vec![lit])),
            }
        }
        let joined = classes.into_iter().map(|(class, lits)| (class, encoder.gates.or(&lits)));
        joined.filter(|(_, lit)| *lit != Lit::FALSE).collect()
    }

    /// Whether each of its values is worth telling apart.
    fn is_fine(&self, ty: &Type) -> bool {
        let moving = self.cases.iter().any(|(_, case)| matches!(case, Case::Term(_) | Case::Set(_)));
        !moving && (!ty.required().is_ordered() || self.cases.len() <= MAX_VALUES)
    }

    /// Returns the condition of a class.
    pub(super) fn is(&self, encoder: &mut Encoder, program: &Program, family: FamilyId, class: &Class) -> Lit {
        if let Class::With(member) | Class::Without(member) = class {
            let holds = self.has(encoder, member);
            let sets = self.sets(encoder);
            let side = if matches!(class, Class::With(_)) { holds } else { !holds };
            return encoder.gates.and(&[sets, side]);
        }
        let fine = !matches!(class, Class::AnyValue);
        let classes = self.classes(encoder, program, family, fine);
        classes.iter().find(|(other, _)| other == class).map_or(Lit::FALSE, |(_, lit)| *lit)
    }

    /// When it is a set that has a member.
    fn has(&self, encoder: &mut Encoder, member: &Value) -> Lit {
        let mut parts = Vec::new();
        for (lit, case) in self.cases.iter() {
            let there = match case {
                Case::Set(members) => {
                    members.iter().find(|(other, _)| other == member).map_or(Lit::FALSE, |(_, lit)| *lit)
                }
                Case::Known(Evaluated::Value(Value::Set(members))) if members.contains(member) => Lit::TRUE,
                _ => Lit::FALSE,
            };
            parts.push(encoder.gates.and(&[*lit, there]));
        }
        encoder.gates.or(&parts)
    }

    /// When it is a set at all.
    fn sets(&self, encoder: &mut Encoder) -> Lit {
        let is_set = |case: &Case| matches!(case, Case::Set(_) | Case::Known(Evaluated::Value(Value::Set(_))));
        let sets: Vec<Lit> = self.cases.iter().filter(|(_, case)| is_set(case)).map(|(lit, _)| *lit).collect();
        let sets = encoder.gates.or(&sets);
        encoder.gates.and(&[sets, self.valid])
    }

    fn members(&self) -> Vec<Value> {
        let of = |case: &Case| match case {
            Case::Set(members) => members.iter().map(|(member, _)| member.clone()).collect(),
            Case::Known(Evaluated::Value(Value::Set(members))) => members.iter().cloned().collect(),
            _ => Vec::new(),
        };
        self.cases.iter().flat_map(|(_, case)| of(case)).collect()
    }
}

/// Errors are one outcome.
pub(super) fn plain(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Error(_) => {
            Outcome::Error(crate::value::Fault { kind: crate::value::FaultKind::NoValue, origin: None })
        }
        other => other,
    }
}

/// When two texts come to the same, whatever it is.
pub(super) fn same(encoder: &mut Encoder, old: &Outcomes, new: &Outcomes) -> Lit {
    let mut parts = vec![encoder.gates.and(&[!old.valid, !new.valid])];
    for (a, case) in old.cases.iter() {
        for (b, other) in new.cases.iter() {
            let both = encoder.gates.and(&[*a, *b, old.valid, new.valid]);
            if both != Lit::FALSE {
                let same = if is_error(case) && is_error(other) { Lit::TRUE } else { encoder.same(case, other) };
                parts.push(encoder.gates.and(&[both, same]));
            }
        }
    }
    encoder.gates.or(&parts)
}

fn is_error(case: &Case) -> bool {
    *case == Case::Known(crate::solve::encode::error())
}

/// Returns all ways in which an outcome may differ: refusals first, then in the order of values.
pub(super) fn turns(
    encoder: &mut Encoder,
    program: &Program,
    (old_family, old): (FamilyId, &Outcomes),
    (new_family, new): (FamilyId, &Outcomes),
    ty: &Type,
) -> Vec<Turn> {
    let mut turns = Vec::new();
    let fine = old.is_fine(ty) && new.is_fine(ty);
    let set = matches!(ty.required(), Type::Set(_));
    let from = old.classes(encoder, program, old_family, fine && !set);
    let to = new.classes(encoder, program, new_family, fine && !set);
    for (a, when) in &from {
        for (b, then) in &to {
            if a != b {
                let when = encoder.gates.and(&[*when, *then]);
                turns.push(Turn { from: a.clone(), to: b.clone(), when });
            } else if *a == Class::Vague || *a == Class::AnyValue && !set {
                let same = same(encoder, old, new);
                let when = encoder.gates.and(&[*when, *then, !same]);
                turns.push(Turn { from: a.clone(), to: b.clone(), when });
            }
        }
    }
    if set {
        let mut members: Vec<Value> = old.members().into_iter().chain(new.members()).collect();
        members.sort();
        members.dedup();
        let (a, b) = (old.sets(encoder), new.sets(encoder));
        for member in members {
            let (before, after) = (old.has(encoder, &member), new.has(encoder, &member));
            let (with, without) = (Class::With(member.clone()), Class::Without(member));
            let lost = encoder.gates.and(&[a, b, before, !after]);
            turns.push(Turn { from: with.clone(), to: without.clone(), when: lost });
            let won = encoder.gates.and(&[a, b, !before, after]);
            turns.push(Turn { from: without, to: with, when: won });
        }
    }
    turns.retain(|turn| turn.when != Lit::FALSE);
    // Who loses comes first.
    let loses = |turn: &Turn| match &turn.to {
        Class::Of(Outcome::Value(Value::Bool(yes))) => *yes,
        Class::With(_) => true,
        _ => false,
    };
    turns.sort_by_key(|turn| (loses(turn), turn.from.clone(), turn.to.clone()));
    turns
}

impl Class {
    /// Returns the class as people read it; `to` says that it is what something became.
    pub(super) fn text(&self, program: &Program, ty: &Type, to: bool) -> String {
        let member = |member: &Value| match ty.required() {
            Type::Set(inner) => program.value_text(member, inner),
            ty => program.value_text(member, ty),
        };
        match self {
            Class::Of(Outcome::Value(value)) => program.value_text(value, ty),
            Class::Of(Outcome::Conflict) => "conflict".into(),
            Class::Of(Outcome::Error(_)) => "error".into(),
            Class::Of(Outcome::NoRule) => "no rule".into(),
            Class::Of(Outcome::NotInForce) => "not in force".into(),
            Class::AnyValue => if to { "another value" } else { "a value" }.into(),
            Class::With(value) => format!("with {}", member(value)),
            Class::Without(value) => format!("without {}", member(value)),
            Class::Contradictory => "contradictory".into(),
            Class::Vague => "unclear".into(),
        }
    }
}

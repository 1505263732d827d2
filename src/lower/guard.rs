//! Values that may be `none` (V5): which uses a neighbour guards.
//!
//! Each use of a `T or none` where a `T` is needed leaves an obligation. A chain, block, `implies`, `if` or rule discharges it
//! when another of its parts says that the value is there.

use std::collections::HashSet;

use crate::diagnostic::{Code, Diagnostic};
use crate::program::{NodeId, Op, Program};
use crate::value::{Type, Value};

use super::Lowerer;
use super::graph::Typed;
use super::scope::{Obligation, Unit};

/// Adds to `found` the nodes that are certainly not `none` when `node` is yes (`truth`) or no.
pub(super) fn present(program: &Program, node: NodeId, truth: bool, found: &mut HashSet<NodeId>) {
    match program.op(node) {
        Op::Clause(_, inner) => present(program, *inner, truth, found),
        Op::Not(inner) => present(program, *inner, !truth, found),
        Op::IsNone(inner) if !truth => {
            found.insert(*inner);
        }
        Op::All(parts) if truth => parts.iter().for_each(|&part| present(program, part, truth, found)),
        Op::Any(parts) if !truth => parts.iter().for_each(|&part| present(program, part, truth, found)),
        Op::Equal(a, b) if truth => {
            for (one, other) in [(*a, *b), (*b, *a)] {
                let other_is_there =
                    !program.info(other).ty.is_optional() && !matches!(program.op(other), Op::Const(Value::None));
                if program.info(one).ty.is_optional() && other_is_there {
                    found.insert(one);
                }
            }
        }
        _ => {}
    }
}

/// Which outcome of its neighbours lets a part decide: in `and` that they are yes, in `or` that they are no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chain {
    And,
    Or,
}

impl<'a> Lowerer<'a> {
    /// Takes a value where `none` is not allowed: the type without `or none`, and an obligation.
    pub(super) fn required(&mut self, unit: &mut Unit<'a>, value: Typed, span: crate::source::Span) -> Typed {
        match value.ty {
            Type::Optional(inner) => {
                unit.obligations.push(Obligation { node: value.node, span });
                Typed { node: value.node, ty: *inner }
            }
            _ => value,
        }
    }

    /// Discharges what a neighbour guards: `parts` are the parts of one chain with their obligations. The rest goes to `unit`.
    pub(super) fn discharge_chain(&mut self, unit: &mut Unit<'a>, chain: Chain, parts: Vec<(NodeId, Vec<Obligation>)>) {
        if parts.iter().all(|(_, obligations)| obligations.is_empty()) {
            return;
        }
        for (index, (_, obligations)) in parts.iter().enumerate() {
            if obligations.is_empty() {
                continue;
            }
            let mut guarded = HashSet::new();
            for (other, (node, _)) in parts.iter().enumerate() {
                if other != index {
                    present(&self.graph.program, *node, chain == Chain::And, &mut guarded);
                }
            }
            unit.obligations
                .extend(obligations.iter().filter(|obligation| !guarded.contains(&obligation.node)).cloned());
        }
    }

    /// Discharges the obligations added since `from` that hold when `guard` is yes (`truth`) or no.
    pub(super) fn discharge(&mut self, unit: &mut Unit<'a>, from: usize, guard: NodeId, truth: bool) {
        if unit.obligations.len() == from {
            return;
        }
        let mut guarded = HashSet::new();
        present(&self.graph.program, guard, truth, &mut guarded);
        let late = unit.obligations.split_off(from);
        unit.obligations.extend(late.into_iter().filter(|obligation| !guarded.contains(&obligation.node)));
    }

    /// Returns a value without `or none` where a condition that is yes (`truth`) or no says that it is there.
    pub(super) fn narrowed(&self, value: Typed, guard: NodeId, truth: bool) -> Typed {
        let mut guarded = HashSet::new();
        present(&self.graph.program, guard, truth, &mut guarded);
        match value.ty {
            Type::Optional(inner) if guarded.contains(&value.node) => Typed { node: value.node, ty: *inner },
            _ => value,
        }
    }

    /// Reports the obligations left that read the bound variable of `level`, or all of them.
    pub(super) fn report_obligations(&mut self, unit: &mut Unit<'a>, level: Option<u32>) {
        for obligation in std::mem::take(&mut unit.obligations) {
            let free = self.graph.program.info(obligation.node).free;
            if level.is_some_and(|level| free & (1 << level) == 0) {
                unit.obligations.push(obligation);
                continue;
            }
            let text = self.text(obligation.span);
            self.report(
                Diagnostic::error(Code::UNGUARDED_NONE, obligation.span, format!("`{text}` may be none here"))
                    .found("is used as if it were there")
                    .help(format!(
                        "say what holds without it: `{text} is not none and …` or `{text} is none or …`, or take a value with `or_if_none({text}, …)`"
                    )),
            );
        }
    }
}

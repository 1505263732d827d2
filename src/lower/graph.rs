//! Building the graph: each distinct computation once, constants folded where that loses nothing.

use rustc_hash::FxHashMap;

use crate::program::{Domain, NodeId, NodeInfo, Op, Origin, OriginId, OriginKind, Program, VersionId};
use crate::source::Span;
use crate::value::{Type, Value};

/// A node with its type.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Typed {
    pub node: NodeId,
    pub ty: Type,
}

/// Interns nodes and origins into a program.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub program: Program,
    origins: FxHashMap<OriginKey, OriginId>,
}

/// Two declarations are one origin when the same text plays the same part for the same version.
type OriginKey = (Span, OriginKind, Option<VersionId>);

impl Graph {
    /// Starts with the built-in enums.
    pub fn new() -> Self {
        let mut graph = Graph::default();
        graph.program.enums = crate::countries::built_in_enums();
        graph
    }

    /// Adds a node, or returns the one there is.
    pub fn node(&mut self, op: Op, ty: Type) -> NodeId {
        let op = fold(&self.program, op);
        if let Some(index) = self.program.nodes.get_index_of(&op) {
            return NodeId(index as u32);
        }
        let free = free_levels(&self.program, &op);
        let (index, _) = self.program.nodes.insert_full(op, NodeInfo { ty, free });
        NodeId(index as u32)
    }

    /// Adds a node and keeps its type beside it.
    pub fn typed(&mut self, op: Op, ty: Type) -> Typed {
        Typed { node: self.node(op, ty.clone()), ty }
    }

    /// Adds a constant.
    pub fn constant(&mut self, value: Value, ty: Type) -> Typed {
        self.typed(Op::Const(value), ty)
    }

    /// Returns a node's constant value, through labels.
    pub fn constant_value(&self, node: NodeId) -> Option<&Value> {
        match self.program.op(node) {
            Op::Const(value) => Some(value),
            Op::Clause(_, inner) => self.constant_value(*inner),
            _ => None,
        }
    }

    /// Finds the origin of a text that plays a part for a version.
    pub fn find_origin(&self, span: Span, kind: OriginKind, made_by: Option<VersionId>) -> Option<OriginId> {
        self.origins.get(&(span, kind, made_by)).copied()
    }

    /// Adds an origin, or returns the one of the same text, kind and version.
    pub fn origin(&mut self, origin: Origin) -> OriginId {
        let key = (origin.span, origin.kind, origin.made_by);
        if let Some(&id) = self.origins.get(&key) {
            return id;
        }
        let id = OriginId(self.program.origins.len() as u32);
        self.program.origins.push(origin);
        self.origins.insert(key, id);
        id
    }
}

/// Sets, periods and signs of constants are constants, so that members of a set are known without evaluation.
fn fold(program: &Program, op: Op) -> Op {
    let constant = |node: NodeId| match program.op(node) {
        Op::Const(value) => Some(value),
        _ => None,
    };
    match &op {
        Op::SetOf(parts) => match parts.iter().map(|&part| constant(part).cloned()).collect::<Option<Vec<_>>>() {
            Some(members) => Op::Const(Value::set(members)),
            None => op,
        },
        Op::Negate(inner) => match constant(*inner) {
            Some(Value::Number(number)) => Op::Const(Value::Number(-*number)),
            _ => op,
        },
        Op::Period(start, end, inclusive) => match (constant(*start), constant(*end)) {
            (Some(&Value::Date(start)), Some(Value::None)) => Op::Const(Value::Period { start, end: None }),
            (Some(&Value::Date(start)), Some(&Value::Date(last))) => {
                let end = if *inclusive { last.succ_opt() } else { Some(last) };
                match end {
                    Some(end) if start <= end => Op::Const(Value::Period { start, end: Some(end) }),
                    _ => op,
                }
            }
            _ => op,
        },
        _ => op,
    }
}

/// Returns the levels of bound variables an operation reads from outside.
fn free_levels(program: &Program, op: &Op) -> u64 {
    let free = |node: NodeId| program.info(node).free;
    let domain = |domain: &Domain| match *domain {
        Domain::Each(node) => free(node),
        Domain::Range(first, last) => free(first) | free(last),
    };
    match op {
        Op::Bound(level) => 1 << level,
        Op::Every { domain: over, level, body } | Op::Exists { domain: over, level, body } => {
            domain(over) | (free(*body) & !(1 << level))
        }
        Op::Fold { domain: over, level, value, filter, .. } => {
            domain(over) | ((free(*value) | filter.map_or(0, free)) & !(1 << level))
        }
        other => other.children().into_iter().fold(0, |all, child| all | free(child)),
    }
}

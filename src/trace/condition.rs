//! Builds the nodes of conditions and values: blocks, comparisons, definitions, used decisions. Lists and tables are in
//! [`super::collection`].

use std::collections::BTreeSet;

use crate::program::{DecisionBody, DecisionId, NodeId, Op, OriginKind};
use crate::value::{Evaluated, Type};

use super::build::{Builder, Key};
use super::look::{Target, pointer};
use super::phrase::{Around, count_word, shown};
use super::remark;
use super::tree::{Kind, NearMiss, Node, Reading, Role, Stated, Verdict};

impl Builder<'_> {
    /// Returns the node of a condition or value, with its parts.
    pub fn condition(&mut self, id: NodeId, role: Role, around: &Around) -> Node {
        self.condition_as(id, role, around, false)
    }

    /// As [`Builder::condition`]; `bare` shows what a `not` denies, with its own verdict, instead of the denial.
    pub fn condition_as(&mut self, id: NodeId, role: Role, around: &Around, bare: bool) -> Node {
        let program = self.look.program;
        let mut shown_node = id;
        let mut node = self.plain(Kind::Condition, role, String::new(), Verdict::NotNeeded);
        let mut label: Option<String> = None;
        let mut name: Option<String> = None;
        let mut negated = false;
        let mut current = id;
        loop {
            match program.op(current) {
                Op::Clause(origin, inner) => {
                    let origin = program.origin(*origin);
                    let kind = match origin.kind {
                        OriginKind::Define => Some(Kind::Definition),
                        OriginKind::Table => Some(Kind::Table),
                        OriginKind::Data => Some(Kind::Data),
                        OriginKind::Row => Some(Kind::Row),
                        OriginKind::Outside => Some(Kind::Outside),
                        _ => None,
                    };
                    // A definition that is another one keeps it as its part.
                    if kind.is_some() && node.kind != Kind::Condition {
                        break;
                    }
                    node.kind = kind.unwrap_or(node.kind);
                    self.describe(&mut node, origin);
                    label = label.or_else(|| origin.label.clone());
                    if origin.kind == OriginKind::Row {
                        label = label.or_else(|| Some(format!("row {}", origin.text.trim_start_matches('|').trim())));
                    }
                    if name.is_none() && !origin.name.is_empty() {
                        name = Some(origin.name.clone());
                    }
                    current = *inner;
                }
                Op::Not(inner) if label.is_none() && name.is_none() && !remark::is_comparison(program.op(*inner)) => {
                    if bare && !negated {
                        shown_node = *inner;
                    } else {
                        negated = !negated;
                    }
                    current = *inner;
                }
                _ => break,
            }
        }
        let ty = &program.info(shown_node).ty;
        (node.verdict, node.value) = self.look.verdict(self.look.value(shown_node, &around.path), ty);
        node.rests = self.support.nodes.contains(&id);
        self.structure(&mut node, id, current, around, negated);
        let words = label.or(name).unwrap_or_else(|| self.words(current, around, negated));
        let block =
            matches!(program.op(current), Op::Any(_)) && node.kind == Kind::Condition && words.starts_with("none of");
        node.label = if negated && !block { format!("not: {words}") } else { words };
        node
    }

    fn words(&self, id: NodeId, around: &Around, negated: bool) -> String {
        match self.look.program.op(id) {
            Op::All(_) => "all of these hold".into(),
            Op::Any(_) if negated => "none of these holds".into(),
            Op::Any(_) => "at least one of these holds".into(),
            Op::AtLeast(least, _) => format!("at least {} of these hold", count_word(*least as usize)),
            _ => self.phrases.node(id, around),
        }
    }

    /// Fills in the parts, readings and remarks of what stands inside the labels.
    fn structure(&mut self, node: &mut Node, id: NodeId, current: NodeId, around: &Around, negated: bool) {
        let program = self.look.program;
        let op = program.op(current);
        match op {
            Op::Decision(decision) => self.decision_node(node, id, *decision),
            Op::Used(family, outside) => match self.look.target(*family) {
                Target::Decision(decision) => {
                    self.other_day(node, decision);
                    self.decision_node(node, id, decision);
                }
                Target::Define(define) => node.children = vec![self.condition(define, Role::Part, around)],
                Target::NotInForce => {
                    node.kind = Kind::Decision;
                    node.summary = Some("outside its time".into());
                    if let Some(outside) = outside {
                        let part = self.condition(*outside, Role::Part, around);
                        node.remarks.extend(part.because.clone());
                        node.children = vec![part];
                    }
                }
                Target::Unknown => {
                    node.kind = Kind::Decision;
                    node.remarks.push("which version is in force is not known".into());
                }
            },
            Op::All(parts) | Op::Any(parts) | Op::AtLeast(_, parts) => {
                node.summary = self.block_summary(current, around, negated);
                if self.first_time(node, current, id) {
                    node.children = self.parts(parts, around);
                    self.finish_block(node, current, around);
                }
            }
            Op::Clause(..) | Op::Not(_) if !remark::is_denied_comparison(program, op) => {
                let inner = if let Op::Not(inner) = op { *inner } else { current };
                if self.first_time(node, current, id) {
                    node.children = self.parts(&[inner], around);
                }
            }
            Op::If(condition, yes, no) => {
                if self.first_time(node, current, id) {
                    let mut parts = vec![*condition];
                    match self.look.value(*condition, &around.path) {
                        Some(value) if value.is_yes() => parts.push(*yes),
                        Some(value) if value.is_no() => parts.push(*no),
                        _ => parts.extend([*yes, *no]),
                    }
                    node.children = self.parts(&parts, around);
                    if let Some(first) = node.children.first_mut() {
                        first.label = format!("if {}", first.label);
                    }
                }
            }
            Op::Every { domain, body, level } | Op::Exists { domain, body, level } => {
                if self.first_time(node, current, id) {
                    self.elements(node, *domain, Some(*body), *level, around, matches!(op, Op::Every { .. }));
                }
            }
            Op::Fold { domain, filter, level, .. } => {
                if self.first_time(node, current, id) {
                    self.elements(node, *domain, *filter, *level, around, false);
                }
            }
            Op::Rows { rows, otherwise, .. } => {
                if self.first_time(node, current, id) {
                    self.rows(node, rows, *otherwise, around);
                }
            }
            Op::Dated(..) | Op::Scale(..) => {
                if node.kind == Kind::Condition {
                    node.kind = Kind::Data;
                }
                self.data(node, current, around);
            }
            _ => {
                if matches!(op, Op::Fact(_)) && node.kind == Kind::Condition {
                    node.kind = Kind::Fact;
                } else if matches!(op, Op::Const(_)) && node.kind == Kind::Condition {
                    node.kind = Kind::Value;
                }
                self.comparison(node, current, around);
            }
        }
    }

    fn parts(&mut self, parts: &[NodeId], around: &Around) -> Vec<Node> {
        self.depth += 1;
        let nodes = parts.iter().map(|&part| self.condition(part, Role::Part, around)).collect();
        self.depth -= 1;
        nodes
    }

    /// Whether this is where a thing is expanded; else the node names where it is.
    fn first_time(&mut self, node: &mut Node, current: NodeId, id: NodeId) -> bool {
        if self.look.program.info(current).free != 0 {
            return true;
        }
        node.see = self.expand(Key::Node(current), node.id, id);
        node.see.is_none()
    }

    fn decision_node(&mut self, node: &mut Node, id: NodeId, decision: DecisionId) {
        let program = self.look.program;
        let origin = program.origin(program.decision(decision).origin);
        node.kind = Kind::Decision;
        self.describe(node, origin);
        node.name.clone_from(&program.family(program.decision(decision).family).name);
        node.under = Some(self.look.under(decision));
        if let DecisionBody::Expr(body) = program.decision(decision).body {
            node.summary = self.block_summary(self.inside(body), &Around::default(), false);
        }
        node.see = self.expand(Key::Decision(decision), node.id, id);
        if node.see.is_none() {
            node.children = self.decision_parts(decision);
            if let DecisionBody::Expr(body) = program.decision(decision).body {
                self.finish_block(node, self.inside(body), &Around::default());
            }
        }
    }

    /// Says by which day a used policy's version was picked, where it is not the day of the policy asked.
    fn other_day(&self, node: &mut Node, decision: DecisionId) {
        let program = self.look.program;
        let policy = program.version(program.decision(decision).version).policy;
        let decided_by = program.policies[policy.index()].decided_by;
        let own = self.look.answer.version.map(|version| program.version(version).policy);
        if own.is_some_and(|own| program.policies[own.index()].decided_by != decided_by) {
            node.remarks.push(format!("version picked by {}", self.look.reading(decided_by).text()));
        }
    }

    /// Returns how many parts of a block hold.
    fn block_summary(&self, id: NodeId, around: &Around, negated: bool) -> Option<String> {
        let (parts, needed) = match self.look.program.op(id) {
            Op::All(parts) => (parts, None),
            Op::Any(parts) => (parts, Some(1)),
            Op::AtLeast(least, parts) => (parts, Some(*least as usize)),
            _ => return None,
        };
        let of = |test: fn(&Evaluated) -> bool| {
            parts.iter().filter(|&&part| self.look.value(part, &around.path).is_some_and(test)).count()
        };
        let held = of(Evaluated::is_yes);
        let open = of(|value| matches!(value, Evaluated::Unknown));
        let total = parts.len();
        let value = self.look.value(id, &around.path)?;
        if matches!(value, Evaluated::Unknown) {
            let open =
                if open == total { "all".into() } else { format!("{} of {}", count_word(open), count_word(total)) };
            return Some(format!("{open} not known"));
        }
        match needed {
            None if value.is_yes() => None,
            None | Some(1) if held == 0 && total == 2 && !negated => Some("neither holds".into()),
            None if held == 0 => Some(format!("none of {} holds", count_word(total))),
            None => Some(format!("{held} of {total} conditions hold")),
            Some(1) if held == 0 && negated && value.is_no() => None,
            Some(1) if held == 0 => Some(format!("none of {} holds", count_word(total))),
            Some(1) => Some(format!(
                "{} of {} {}",
                count_word(held),
                count_word(total),
                if held == 1 { "holds" } else { "hold" }
            )),
            Some(least) => {
                let verb = if held == 1 { "holds" } else { "hold" };
                Some(format!("{} of {} {verb}, {} needed", count_word(held), count_word(total), count_word(least)))
            }
        }
    }

    /// Returns where in the facts a value stands, if it is a fact or a part of one.
    pub fn pointer_of(&self, id: NodeId, around: &Around) -> Option<String> {
        let program = self.look.program;
        match program.op(id) {
            Op::Fact(fact) => Some(pointer(&program.fact(*fact).key)),
            Op::Bound(level) => around.bound.get(*level as usize)?.pointer.clone(),
            Op::Clause(_, inner) => self.pointer_of(*inner, around),
            Op::Field(record, index) => {
                let Type::Record(ty) = program.info(*record).ty.required() else { return None };
                let field = program.record(*ty).fields.get(*index as usize)?;
                Some(format!("{}{}", self.pointer_of(*record, around)?, pointer(&field.key)))
            }
            _ => None,
        }
    }

    /// Returns what is stated about a field of an element or record.
    pub fn field_reading(&self, id: NodeId, around: &Around) -> Option<Reading> {
        let pointer = self.pointer_of(id, around)?;
        let ty = &self.look.program.info(id).ty;
        let (state, value) = match self.look.value(id, &around.path) {
            Some(Evaluated::Value(value)) => (Stated::Given, Some(shown(self.look.program, value, ty))),
            _ => (Stated::NotGiven, None),
        };
        Some(Reading { pointer, label: self.phrases.node(id, around), state, value, judged_by: None })
    }

    /// Fills in what a comparison or computation reads: facts as readings, everything with a name of its own as a part.
    fn comparison(&mut self, node: &mut Node, current: NodeId, around: &Around) {
        let program = self.look.program;
        let mut parts: Vec<NodeId> = Vec::new();
        let mut reads: Vec<Reading> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut todo = vec![current];
        while let Some(next) = todo.pop() {
            if !seen.insert(next) {
                continue;
            }
            let op = program.op(next);
            match op {
                Op::Fact(fact)
                    if *fact == crate::program::EVALUATION_DATE && next != current && self.phrases.on.is_some() => {}
                Op::Fact(fact) => reads.push(self.look.reading(*fact)),
                Op::Field(record, _) => match self.field_reading(next, around) {
                    Some(reading) => reads.push(reading),
                    None => todo.push(*record),
                },
                Op::Bound(_) => {}
                Op::Clause(..) if self.phrases.is_constant(next) => {}
                Op::Clause(origin, _) if next != current => match program.origin(*origin).kind {
                    OriginKind::Condition | OriginKind::Part | OriginKind::Row => todo.extend(op.children()),
                    _ => parts.push(next),
                },
                Op::Decision(_)
                | Op::Used(..)
                | Op::Rows { .. }
                | Op::Fold { .. }
                | Op::Every { .. }
                | Op::Exists { .. }
                | Op::Scale(..)
                | Op::If(..)
                | Op::All(_)
                | Op::Any(_)
                | Op::AtLeast(..)
                    if next != current =>
                {
                    parts.push(next)
                }
                Op::Dated(dated, _) if next != current => {
                    let members = remark::membership(&self.look, program.op(current), *dated, next, around);
                    if members.is_empty() {
                        parts.push(next);
                    } else {
                        let origin = program.origin(program.dated[dated.index()].origin);
                        node.tags.extend(origin.tags.iter().cloned());
                        node.remarks.extend(members);
                    }
                }
                op => todo.extend(op.children().into_iter().rev()),
            }
        }
        node.reads.extend(reads);
        node.remarks.extend(remark::comparison(&self.look, &self.phrases, current, around));
        if let Some(Evaluated::Error(fault)) = self.look.value(current, &around.path) {
            node.remarks.push(fault.kind.text().into());
        }
        parts.dedup();
        if !parts.is_empty() {
            node.children.extend(self.parts(&parts, around));
        }
    }

    /// Fills in since when a dated value holds, and who says so.
    fn data(&mut self, node: &mut Node, current: NodeId, around: &Around) {
        let program = self.look.program;
        match program.op(current) {
            Op::Dated(dated, _) => {
                let dated = &program.dated[dated.index()];
                self.describe(node, program.origin(dated.origin));
                let Some(index) = remark::entry(&self.look, dated, current, around) else { return };
                node.remarks.push(format!("since {}", remark::boundary_text(&dated.values[index].0)));
                if let Some(Some(origin)) = dated.origins.get(index) {
                    self.describe(node, program.origin(*origin));
                }
            }
            Op::Scale(scale, amount, _) => {
                self.describe(node, program.origin(program.scales[scale.index()].origin));
                node.children = self.parts(&[*amount], around);
            }
            _ => {}
        }
    }

    /// Marks the parts that settle a block, and whether it fails on one part alone.
    fn finish_block(&self, node: &mut Node, block: NodeId, around: &Around) {
        let op = self.look.program.op(block);
        let (Op::All(_) | Op::Any(_) | Op::AtLeast(..)) = op else { return };
        let (verdict, _) = self.look.verdict(self.look.value(block, &around.path), &Type::YesNo);
        let settles = match (op, verdict) {
            (Op::All(_), Verdict::No) => Some(Verdict::No),
            (Op::Any(_) | Op::AtLeast(..), Verdict::Yes) => Some(Verdict::Yes),
            (_, Verdict::Unknown | Verdict::Error) => Some(verdict),
            _ => None,
        };
        let total = node.children.iter().filter(|child| child.role == Role::Part).count();
        for child in &mut node.children {
            child.matters = child.role != Role::Part || settles.is_none_or(|verdict| child.verdict == verdict);
        }
        let of = |verdict: Verdict| {
            node.children.iter().filter(move |child| child.role == Role::Part && child.verdict == verdict)
        };
        if let (Op::All(_), Verdict::No, true) = (op, verdict, of(Verdict::Yes).count() + 1 == total && total > 1) {
            let fails = of(Verdict::No).next().map(|child| child.label.clone());
            node.near_miss = fails.map(|fails| NearMiss { held: total - 1, total, fails });
        }
    }
}

//! Builds the nodes of conditions and values: blocks, comparisons, definitions, quantifiers, tables, used decisions.

use std::collections::BTreeSet;

use crate::program::{DecisionBody, DecisionId, Domain, NodeId, Op, OriginKind};
use crate::value::{Evaluated, Type, Value};

use super::build::{Builder, Key};
use super::look::{Target, pointer};
use super::phrase::{Around, Bound, count_word, shown};
use super::remark;
use super::tree::{Kind, NearMiss, Node, Reading, Role, Stated, Verdict};

/// How many elements of one list, and open rows of one table, are shown.
const ELEMENTS_SHOWN: usize = 16;

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

    /// Fills in the elements that settle a quantifier, or that an aggregate counts.
    fn elements(
        &mut self,
        node: &mut Node,
        domain: Domain,
        body: Option<NodeId>,
        level: u32,
        around: &Around,
        every: bool,
    ) {
        let elements = self.domain(domain, around);
        self.domain_reads(node, domain, around);
        let Some((elements, ty, base)) = elements else { return };
        let total = elements.len();
        let Some(body) = body else {
            node.remarks.push(format!("{} in all", count_word(total)));
            return;
        };
        let mut shown_elements: Vec<(u32, Value)> = Vec::new();
        let mut held = 0;
        for (index, element) in elements.into_iter().enumerate() {
            let mut path = around.path.clone();
            path.push(index as u32);
            let value = self.look.value(body, &path);
            held += usize::from(value.is_some_and(Evaluated::is_yes));
            let matters = match node.verdict {
                Verdict::Yes | Verdict::No => {
                    let wanted = if every { Verdict::No } else { Verdict::Yes };
                    let settled = (node.verdict == Verdict::Yes) != every;
                    !settled || self.look.verdict(value, &Type::YesNo).0 == wanted
                }
                _ => !value.is_some_and(Evaluated::is_no),
            };
            if matters && shown_elements.len() < ELEMENTS_SHOWN {
                shown_elements.push((index as u32, element));
            }
        }
        node.summary = Some(match total {
            0 => "there is none".to_owned(),
            _ => format!("{} of {} {}", count_word(held), count_word(total), if held == 1 { "holds" } else { "hold" }),
        });
        for (index, element) in shown_elements {
            if self.elements_left == 0 {
                node.remarks.push("more elements are not shown".into());
                return;
            }
            self.elements_left -= 1;
            let mut inner = around.clone();
            inner.path.push(index);
            inner.bound.resize(level as usize + 1, Bound::default());
            let record = matches!(ty, Type::Record(_));
            // The order of a set in the facts file is not kept: its members are named by value, lists by position.
            let pointer = if record { base.as_ref().map(|base| format!("{base}/{index}")) } else { base.clone() };
            inner.bound[level as usize] =
                Bound { value: Some(element), ty: Some(ty.clone()), pointer: pointer.clone() };
            self.depth += 1;
            let mut part = self.condition(body, Role::Part, &inner);
            self.depth -= 1;
            part.kind = Kind::Element;
            if let (true, Some(pointer)) = (record, pointer) {
                part.label = format!("{pointer}: {}", part.label);
            }
            node.children.push(part);
        }
    }

    /// Returns the elements that are walked, their type and where they stand in the facts.
    fn domain(&self, domain: Domain, around: &Around) -> Option<(Vec<Value>, Type, Option<String>)> {
        match domain {
            Domain::Each(list) => {
                let ty = match self.look.program.info(list).ty.required() {
                    Type::Set(inner) => (**inner).clone(),
                    Type::List(record) => Type::Record(*record),
                    _ => return None,
                };
                let base = self.pointer_of(list, around);
                match self.look.value(list, &around.path)?.value()? {
                    Value::Set(members) => Some((members.iter().cloned().collect(), ty, base)),
                    Value::List(items) => Some((items.to_vec(), ty, base)),
                    _ => None,
                }
            }
            Domain::Range(from, to) => {
                let whole = |id: NodeId| match self.look.value(id, &around.path)?.value()? {
                    Value::Number(number) => i64::try_from(number.trunc()).ok(),
                    _ => None,
                };
                let (from, to) = (whole(from)?, whole(to)?);
                let last = to.min(from.saturating_add(10_000));
                Some(((from..=last).map(Value::integer).collect(), Type::Integer, None))
            }
        }
    }

    fn domain_reads(&self, node: &mut Node, domain: Domain, around: &Around) {
        let mut add = |id: NodeId| {
            let reading = match self.look.program.op(id) {
                Op::Fact(fact) => Some(self.look.reading(*fact)),
                Op::Field(..) => self.field_reading(id, around),
                _ => None,
            };
            node.reads.extend(reading);
        };
        match domain {
            Domain::Each(list) => add(list),
            Domain::Range(from, to) => {
                add(from);
                add(to);
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

    fn field_reading(&self, id: NodeId, around: &Around) -> Option<Reading> {
        let pointer = self.pointer_of(id, around)?;
        let ty = &self.look.program.info(id).ty;
        let (state, value) = match self.look.value(id, &around.path) {
            Some(Evaluated::Value(value)) => (Stated::Given, Some(shown(self.look.program, value, ty))),
            _ => (Stated::NotGiven, None),
        };
        Some(Reading { pointer, label: self.phrases.node(id, around), state, value, judged_by: None })
    }

    fn rows(&mut self, node: &mut Node, rows: &[(NodeId, NodeId)], otherwise: Option<NodeId>, around: &Around) {
        let program = self.look.program;
        let mut shown_rows = 0;
        let mut matched = 0;
        let mut facts = BTreeSet::new();
        for &(condition, output) in rows {
            let value = self.look.value(condition, &around.path);
            matched += usize::from(value.is_some_and(Evaluated::is_yes));
            let own_facts = self.facts_below(condition);
            facts.extend(own_facts);
            if value.is_none_or(Evaluated::is_no) || shown_rows == ELEMENTS_SHOWN {
                continue;
            }
            shown_rows += 1;
            self.depth += 1;
            let mut part = self.condition(condition, Role::Part, around);
            self.depth -= 1;
            let result = match self.look.value(output, &around.path) {
                Some(Evaluated::Value(value)) => shown(program, value, &program.info(output).ty),
                _ => self.phrases.node(output, around),
            };
            part.kind = Kind::Row;
            part.value = Some(result);
            node.children.push(part);
        }
        node.reads.extend(facts.into_iter().map(|fact| self.look.reading(fact)));
        if matched == 0 {
            node.summary = Some(match (otherwise, shown_rows) {
                (_, 1..) => format!("{shown_rows} of {} rows may match", rows.len()),
                (Some(_), 0) => format!("none of {} rows matches, so the otherwise", rows.len()),
                (None, 0) => format!("none of {} rows matches", rows.len()),
            });
        }
    }

    fn facts_below(&self, id: NodeId) -> BTreeSet<crate::program::FactId> {
        let program = self.look.program;
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut todo = vec![id];
        while let Some(next) = todo.pop() {
            if !seen.insert(next) {
                continue;
            }
            match program.op(next) {
                Op::Fact(fact) => {
                    found.insert(*fact);
                }
                // A row's own label is no boundary; a definition explains itself.
                Op::Clause(origin, _) if program.origin(*origin).kind == OriginKind::Define => {}
                op => todo.extend(op.children()),
            }
        }
        found
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

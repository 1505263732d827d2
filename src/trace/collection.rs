//! Builds the nodes of what walks over many things: quantifiers and aggregates over lists, rows of tables.

use std::collections::BTreeSet;

use crate::program::{Domain, NodeId, Op, OriginKind};
use crate::value::{Evaluated, Type, Value};

use super::build::Builder;
use super::phrase::{Around, Bound, count_word, shown};
use super::tree::{Kind, Node, Role, Verdict};

/// How many elements of one list, and open rows of one table, are shown.
const ELEMENTS_SHOWN: usize = 16;

impl Builder<'_> {
    /// Fills in the elements that settle a quantifier, or that an aggregate counts.
    pub fn elements(
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

    /// Fills in the rows of a table that match or may match, and the facts that all rows compare.
    pub fn rows(&mut self, node: &mut Node, rows: &[(NodeId, NodeId)], otherwise: Option<NodeId>, around: &Around) {
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
}

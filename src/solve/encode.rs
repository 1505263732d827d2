//! Nodes as cases: what a node comes to, and the condition under which it does.
//!
//! A node of the graph has a few [`Case`]s, of which exactly one holds for each applicant. What a case comes to is a known value
//! or error, a *term* (an ordered value that moves with ordered facts), or a set whose members have conditions. Operations
//! work case by case, by the interpreter's own kernel where all operands are known; comparisons of terms become literals
//! ([`compare`](super::compare)). What cannot be taken apart becomes a free condition and is remembered as *vague*: an answer
//! that rests on it says so.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use chrono::NaiveDate;
use indexmap::{IndexMap, IndexSet};

use super::domain::{Domain, Line};
use super::gates::Gates;
use super::sat::Lit;
use crate::eval::exact::axis::Axis;
use crate::eval::exact::ground::{Gid, Ground, Term, children};
use crate::eval::exact::groups::members;
use crate::eval::exact::shape::Side;
use crate::eval::kernel::{Key, fault};
use crate::eval::walk::{ASKED, Algebra};
use crate::program::{FoldKind, Op};
use crate::value::{Evaluated, Fault, FaultKind, Type, Value};

/// How many combinations of operands one operation is taken through.
const MAX_COMBINATIONS: usize = 4_096;
/// How many cases a node may have.
const MAX_CASES: usize = 1_024;

/// What a node comes to in one case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Case {
    /// A value or an error.
    Known(Evaluated),
    /// An ordered value or a period that moves with ordered facts.
    Term(Gid),
    /// A set: each member it may have, with its condition.
    Set(Rc<[(Value, Lit)]>),
    /// Nothing that can be told; the node that is at fault.
    Vague(Gid),
}

/// The cases of a node, each with its condition.
pub(crate) type Cases = Rc<[(Lit, Case)]>;

/// A yes/no node: when it is yes, when no. Neither is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Truth {
    pub(crate) yes: Lit,
    pub(crate) no: Lit,
}

/// The one error that stands for all: outcomes do not tell them apart.
pub(crate) fn error() -> Evaluated {
    fault(FaultKind::NoValue)
}

/// The graph, the solver, and what nodes are in it.
pub(crate) struct Encoder<'p> {
    pub(crate) ground: Ground<'p>,
    pub(crate) gates: Gates,
    cases: HashMap<Gid, Cases>,
    pub(crate) domains: Vec<Option<Domain>>,
    /// The ordinary value of each fact variable, by index, as far as given.
    pub(crate) ordinary: HashMap<u32, Value>,
    /// Comparisons of several facts: the literal of `a < b`.
    pub(crate) compared: IndexMap<(Side, Side), Lit>,
    /// Days of the week of nodes, monday first.
    pub(crate) weekdays: IndexMap<Gid, [Lit; 7]>,
    /// Nodes that became free conditions: when they are yes, when no; neither is an error.
    pub(crate) vague: IndexMap<Gid, Truth>,
    /// Comparisons `a < b` that are not understood: free conditions too.
    pub(crate) freely: HashMap<(Side, Side), Lit>,
    /// When two values of which one is vague are the same: free conditions too.
    pub(crate) alike: HashMap<(Case, Case), Lit>,
    /// Between which days unstated dates lie.
    horizon: Option<(NaiveDate, NaiveDate)>,
    texts: Option<Vec<Value>>,
    added: Option<BTreeSet<u32>>,
}

impl<'p> Encoder<'p> {
    pub(crate) fn new(ground: Ground<'p>, horizon: Option<(NaiveDate, NaiveDate)>) -> Self {
        Encoder {
            ground,
            gates: Gates::default(),
            cases: HashMap::new(),
            domains: Vec::new(),
            ordinary: HashMap::new(),
            compared: IndexMap::new(),
            weekdays: IndexMap::new(),
            vague: IndexMap::new(),
            freely: HashMap::new(),
            alike: HashMap::new(),
            horizon,
            texts: None,
            added: None,
        }
    }

    /// Returns when a yes/no node is yes and when it is no.
    pub(crate) fn truth(&mut self, id: Gid) -> Truth {
        let cases = self.cases(id);
        self.truth_of(&cases)
    }

    /// A side of a comparison as an author would write it.
    pub(crate) fn side_text(&self, side: &Side) -> String {
        match side {
            Side::Node(id) => self.term_text(*id),
            Side::DayAfter(id) => format!("{} + 1 day", self.term_text(*id)),
            Side::Value(value) => match value {
                Value::Number(number) => number.normalize().to_string(),
                Value::Date(day) => day.to_string(),
                value => self.ground.program.value_text(value, &Type::Text),
            },
        }
    }

    fn term_text(&self, id: Gid) -> String {
        let program = self.ground.program;
        let text = |part: Gid| self.term_text(part);
        match self.ground.term(id) {
            Term::Variable(index) => {
                let variable = self.ground.variable(*index);
                let name = &program.fact(variable.at.fact).name;
                if variable.at.path.is_empty() { name.clone() } else { variable.at.text(program) }
            }
            Term::Known(Evaluated::Value(Value::Number(number))) => number.normalize().to_string(),
            Term::Finish(_, part) => text(*part),
            // Recursion: as deep as an expression.
            Term::Apply(Key::Node(node), parts) => match program.op(*node) {
                Op::Clause(..) => text(parts[0]),
                Op::AddMonths(..) => format!("{} + {} months", text(parts[0]), text(parts[1])),
                Op::AddDays(..) => format!("{} + {} days", text(parts[0]), text(parts[1])),
                Op::AddBusinessDays(..) => format!("{} + {} business days", text(parts[0]), text(parts[1])),
                Op::Add(..) => format!("{} + {}", text(parts[0]), text(parts[1])),
                Op::Subtract(..) => format!("{} - {}", text(parts[0]), text(parts[1])),
                Op::Multiply(..) => format!("{} * {}", text(parts[0]), text(parts[1])),
                Op::DaysBetween(..) => format!("days from {} to {}", text(parts[0]), text(parts[1])),
                Op::MonthsBetween(..) => format!("months from {} to {}", text(parts[0]), text(parts[1])),
                Op::Age(..) => format!("age({}, {})", text(parts[0]), text(parts[1])),
                Op::EndOfMonth(_) => format!("end of month {}", text(parts[0])),
                _ => self.place_of(id),
            },
            _ => self.place_of(id),
        }
    }

    /// Says in words what a node is: the text of the nearest clause around it, or the facts it reads.
    pub(crate) fn place_of(&self, id: Gid) -> String {
        let program = self.ground.program;
        let facts: BTreeSet<String> =
            self.ground.reads(id).iter().map(|&index| self.ground.variable(index).at.text(program)).collect();
        let facts: Vec<String> = facts.into_iter().collect();
        let what = match self.ground.term(id) {
            Term::Apply(Key::Node(node), _) => {
                let clause = program.nodes.keys().find_map(|op| match op {
                    Op::Clause(origin, inner) if inner == node => Some(program.origin(*origin)),
                    _ => None,
                });
                clause.map(|origin| origin.text.clone()).filter(|text| !text.is_empty())
            }
            _ => None,
        };
        match (what, facts.is_empty()) {
            (Some(text), _) => format!("`{text}`"),
            (None, false) => format!("what is read of {}", facts.join(", ")),
            (None, true) => "a value that cannot be taken apart".into(),
        }
    }

    /// Whether a node is a yes/no condition of somebody.
    pub(crate) fn is_condition(&mut self, id: Gid) -> bool {
        let yes_or_no = |case: &Case| match case {
            Case::Known(value) => value.is_yes() || value.is_no(),
            _ => false,
        };
        self.cases(id).iter().any(|(_, case)| yes_or_no(case))
    }

    pub(crate) fn truth_of(&mut self, cases: &Cases) -> Truth {
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        let mut fails = false;
        for (lit, case) in cases.iter() {
            match case {
                Case::Known(value) if value.is_yes() => yes.push(*lit),
                Case::Known(value) if value.is_no() => no.push(*lit),
                Case::Vague(id) => {
                    let free = self.free(*id);
                    yes.push(self.gates.and(&[*lit, free.yes]));
                    no.push(self.gates.and(&[*lit, free.no]));
                    fails = true;
                }
                _ => fails = true,
            }
        }
        let yes = self.gates.or(&yes);
        Truth { yes, no: if fails { self.gates.or(&no) } else { !yes } }
    }

    /// Returns the free conditions that stand for a node which cannot be taken apart: whatever it is, it may be an error.
    pub(crate) fn free(&mut self, id: Gid) -> Truth {
        let Encoder { vague, gates, .. } = self;
        *vague.entry(id).or_insert_with(|| {
            let (yes, no) = (gates.fresh(), gates.fresh());
            gates.forbid(&[yes, no]);
            Truth { yes, no }
        })
    }

    /// Returns a yes/no node's cases.
    pub(crate) fn of_truth(&mut self, truth: Truth) -> Cases {
        let failed = self.gates.and(&[!truth.yes, !truth.no]);
        let cases = [
            (truth.yes, Case::Known(Evaluated::YES)),
            (truth.no, Case::Known(Evaluated::NO)),
            (failed, Case::Known(error())),
        ];
        cases.into_iter().filter(|(lit, _)| *lit != Lit::FALSE).collect()
    }

    /// Joins cases that come to the same.
    pub(crate) fn merged(&mut self, cases: impl IntoIterator<Item = (Lit, Case)>) -> Cases {
        let mut by_case: IndexMap<Case, Vec<Lit>> = IndexMap::new();
        for (lit, case) in cases {
            if lit != Lit::FALSE {
                by_case.entry(case).or_default().push(lit);
            }
        }
        by_case.into_iter().map(|(case, lits)| (self.gates.or(&lits), case)).collect()
    }

    /// Returns the cases of a node.
    pub(crate) fn cases(&mut self, id: Gid) -> Cases {
        if let Some(known) = self.cases.get(&id) {
            return known.clone();
        }
        // Children first, with a stack of our own: graphs are deep.
        let mut waiting = vec![id];
        while let Some(&node) = waiting.last() {
            if self.cases.contains_key(&node) {
                waiting.pop();
                continue;
            }
            let before = waiting.len();
            self.needed(node, &mut waiting);
            if waiting.len() == before {
                waiting.pop();
                let cases = self.make(node);
                let cases = if cases.len() > MAX_CASES { self.one(Case::Vague(node)) } else { cases };
                self.cases.insert(node, cases);
            }
        }
        self.cases[&id].clone()
    }

    /// Adds the children of a node that have no cases yet.
    fn needed(&self, node: Gid, waiting: &mut Vec<Gid>) {
        let mut add = |child: Gid| {
            if !self.cases.contains_key(&child) {
                waiting.push(child);
            }
        };
        match self.ground.term(node) {
            // What its rules gather says the same as its operands.
            Term::Decide(_, _, parts) => parts.iter().copied().for_each(add),
            term => children(term, &mut add),
        }
    }

    pub(crate) fn one(&self, case: Case) -> Cases {
        Rc::from([(Lit::TRUE, case)])
    }

    pub(crate) fn known(&self, value: Evaluated) -> Cases {
        self.one(Case::Known(value))
    }

    fn make(&mut self, id: Gid) -> Cases {
        match self.ground.term(id).clone() {
            Term::Known(value) => self.known(normal(value)),
            Term::Given(..) | Term::Listed(..) | Term::Opaque(_) => self.one(Case::Vague(id)),
            Term::Variable(index) => self.variable(id, index),
            Term::Decide(decision, _, parts) => self.decide(id, decision, &parts),
            Term::Finish(decision, part) => {
                let cases = self.cases[&part].clone();
                let ty = self.ground.program.decision(decision).ty.clone();
                self.checked(&cases, &ty)
            }
            Term::Apply(key, parts) => self.apply(id, key, &parts),
        }
    }

    fn apply(&mut self, id: Gid, key: Key, parts: &[Gid]) -> Cases {
        let program = self.ground.program;
        match key {
            Key::All | Key::Any => {
                let truths: Vec<Truth> = parts.iter().map(|&part| self.truth(part)).collect();
                let all = key == Key::All;
                let (yes, no): (Vec<Lit>, Vec<Lit>) = truths.iter().map(|truth| (truth.yes, truth.no)).unzip();
                let truth = if all {
                    Truth { yes: self.gates.and(&yes), no: self.gates.or(&no) }
                } else {
                    Truth { yes: self.gates.or(&yes), no: self.gates.and(&no) }
                };
                self.of_truth(truth)
            }
            Key::Not => {
                let Truth { yes, no } = self.truth(parts[0]);
                self.of_truth(Truth { yes: no, no: yes })
            }
            Key::If => self.choice(parts),
            Key::Asked(family) => {
                let cases = self.cases[&parts[0]].clone();
                match program.family(family).members.first() {
                    Some((_, crate::program::Asked::Define(node))) => {
                        let ty = program.info(*node).ty.clone();
                        self.checked(&cases, &ty)
                    }
                    _ => cases,
                }
            }
            Key::Fold(FoldKind::Count) => self.count(parts),
            Key::Fold(FoldKind::Min | FoldKind::Max | FoldKind::Sum) => self.each_combination(id, key, parts),
            Key::Gather(_) | Key::Record | Key::List => self.one(Case::Vague(id)),
            Key::Node(node) => match program.op(node) {
                Op::Clause(..) => self.cases[&parts[0]].clone(),
                Op::AtLeast(least, _) => {
                    let truths: Vec<Truth> = parts.iter().map(|&part| self.truth(part)).collect();
                    let yes: Vec<Lit> = truths.iter().map(|truth| truth.yes).collect();
                    let possible: Vec<Lit> = truths.iter().map(|truth| !truth.no).collect();
                    let least = *least as usize;
                    let yes = self.reached(&yes, least);
                    let no = !self.reached(&possible, least);
                    self.of_truth(Truth { yes, no })
                }
                Op::Min(_) | Op::Max(_) => self.extreme(id, key, parts, matches!(program.op(node), Op::Max(_))),
                Op::Rows { hit, otherwise, .. } => {
                    let hit = hit.clone();
                    self.rows(id, &hit, parts, otherwise.is_some())
                }
                _ => self.each_combination(id, key, parts),
            },
            Key::In | Key::Less | Key::InForce(_) => self.each_combination(id, key, parts),
        }
    }

    fn reached(&mut self, parts: &[Lit], least: usize) -> Lit {
        if least == 0 {
            return Lit::TRUE;
        }
        if least > parts.len() {
            return Lit::FALSE;
        }
        self.gates.at_least(parts, least)[least - 1]
    }

    /// `if c then a else b` (V4).
    fn choice(&mut self, parts: &[Gid]) -> Cases {
        let condition = self.truth(parts[0]);
        let (then, otherwise) = (self.cases[&parts[1]].clone(), self.cases[&parts[2]].clone());
        let failed = self.gates.and(&[!condition.yes, !condition.no]);
        let mut cases: Vec<(Lit, Case)> = Vec::new();
        for (condition, side) in [(condition.yes, &then), (condition.no, &otherwise)] {
            for (lit, case) in side.iter() {
                cases.push((self.gates.and(&[condition, *lit]), case.clone()));
            }
        }
        if failed != Lit::FALSE {
            // With an error for condition, the common value counts.
            let mut agreed = Vec::new();
            for (a, case) in then.iter() {
                for (b, _) in otherwise.iter().filter(|(_, other)| other == case) {
                    let both = self.gates.and(&[failed, *a, *b]);
                    agreed.push(both);
                    cases.push((both, case.clone()));
                }
            }
            let agreed = self.gates.or(&agreed);
            cases.push((self.gates.and(&[failed, !agreed]), Case::Known(error())));
        }
        self.merged(cases)
    }

    /// How many conditions hold: pairs of a condition and a value that does not matter.
    fn count(&mut self, pairs: &[Gid]) -> Cases {
        let truths: Vec<Truth> = pairs.iter().step_by(2).map(|&part| self.truth(part)).collect();
        let failed: Vec<Lit> = truths.iter().map(|truth| self.gates.and(&[!truth.yes, !truth.no])).collect();
        let failed = self.gates.or(&failed);
        let yes: Vec<Lit> = truths.iter().map(|truth| truth.yes).collect();
        self.counted(&yes, failed)
    }

    fn counted(&mut self, yes: &[Lit], failed: Lit) -> Cases {
        let reached = self.gates.at_least(yes, yes.len());
        let mut cases = vec![(failed, Case::Known(error()))];
        for count in 0..=yes.len() {
            let here = if count == 0 { Lit::TRUE } else { reached[count - 1] };
            let more = reached.get(count).copied().unwrap_or(Lit::FALSE);
            let lit = self.gates.and(&[!failed, here, !more]);
            cases.push((lit, Case::Known(Evaluated::Value(Value::integer(count as i64)))));
        }
        self.merged(cases)
    }

    /// The least or greatest of several values: in each combination the one that the others are not before, or after.
    fn extreme(&mut self, id: Gid, key: Key, parts: &[Gid], greatest: bool) -> Cases {
        let all: Vec<Cases> = parts.iter().map(|&part| self.cases[&part].clone()).collect();
        let moving = all.iter().any(|cases| cases.iter().any(|(_, case)| matches!(case, Case::Term(_))));
        if !moving {
            return self.each_combination(id, key, parts);
        }
        let mut cases = Vec::new();
        let Some(combinations) = self.combinations(&all) else { return self.one(Case::Vague(id)) };
        for (lit, combination) in combinations {
            let sides: Option<Vec<Side>> = combination.iter().map(side).collect();
            let Some(sides) = sides else {
                let failed = combination.iter().any(|case| matches!(case, Case::Known(Evaluated::Error(_))));
                let vague = combination.iter().any(|case| matches!(case, Case::Vague(_)));
                cases.push((lit, if vague && !failed { Case::Vague(id) } else { Case::Known(error()) }));
                continue;
            };
            for (index, chosen) in combination.iter().enumerate() {
                let mut holds = vec![lit];
                for (other, side) in sides.iter().enumerate().filter(|&(other, _)| other != index) {
                    let (a, b) = if greatest { (&sides[index], side) } else { (side, &sides[index]) };
                    // Of equal ones the first.
                    let beaten = if other < index {
                        let strictly =
                            if greatest { self.less(side, &sides[index]) } else { self.less(&sides[index], side) };
                        !strictly
                    } else {
                        self.less(a, b)
                    };
                    holds.push(!beaten);
                }
                cases.push((self.gates.and(&holds), chosen.clone()));
            }
        }
        self.merged(cases)
    }

    /// All combinations of operands' cases with their conditions; nothing if they are too many.
    pub(crate) fn combinations(&mut self, all: &[Cases]) -> Option<Vec<(Lit, Vec<Case>)>> {
        let count = all.iter().map(|cases| cases.len()).fold(1usize, usize::saturating_mul);
        if count > MAX_COMBINATIONS {
            return None;
        }
        let mut combinations: Vec<(Lit, Vec<Case>)> = vec![(Lit::TRUE, Vec::new())];
        for cases in all {
            let mut next = Vec::with_capacity(combinations.len() * cases.len());
            for (lit, so_far) in &combinations {
                for (other, case) in cases.iter() {
                    let both = self.gates.and(&[*lit, *other]);
                    if both != Lit::FALSE {
                        let mut combined = so_far.clone();
                        combined.push(case.clone());
                        next.push((both, combined));
                    }
                }
            }
            combinations = next;
        }
        Some(combinations)
    }

    /// Applies an operation to each combination of its operands' cases.
    fn each_combination(&mut self, id: Gid, key: Key, parts: &[Gid]) -> Cases {
        if let Some(cases) = self.tabulated(id) {
            return cases;
        }
        let all: Vec<Cases> = parts.iter().map(|&part| self.cases[&part].clone()).collect();
        let Some(combinations) = self.combinations(&all) else { return self.one(Case::Vague(id)) };
        let mut cases = Vec::new();
        for (lit, combination) in combinations {
            for (inner, case) in self.combined(id, key, parts, &combination).iter() {
                cases.push((self.gates.and(&[lit, *inner]), case.clone()));
            }
        }
        self.merged(cases)
    }

    /// A node that reads one finite fact: its value for each of the fact's.
    fn tabulated(&mut self, id: Gid) -> Option<Cases> {
        let [index] = self.ground.reads(id)[..] else { return None };
        let Some(Domain::Finite { values, .. }) = self.domain(index) else { return None };
        let values = values.clone();
        let mut cases = Vec::new();
        let mut points = crate::eval::exact::shape::Points::new(&self.ground);
        for value in &values {
            points.set(index, value.clone());
            cases.push(Case::Known(normal(points.at(id))));
        }
        if cases.contains(&Case::Known(Evaluated::Unknown)) {
            return None;
        }
        let lits: Vec<Lit> = (0..values.len()).map(|place| self.is_value(index, place)).collect();
        Some(self.merged(lits.into_iter().zip(cases)))
    }

    /// One combination of cases.
    fn combined(&mut self, id: Gid, key: Key, parts: &[Gid], combination: &[Case]) -> Cases {
        if combination.iter().any(|case| matches!(case, Case::Vague(_))) {
            // The operation, not its operand: two different comparisons of it are two different conditions.
            return self.one(Case::Vague(id));
        }
        if combination.iter().any(|case| matches!(case, Case::Set(_))) {
            return self.of_sets(id, key, combination);
        }
        let operands: Vec<Gid> = combination
            .iter()
            .map(|case| match case {
                Case::Term(id) => *id,
                Case::Known(value) => self.ground.known(value.clone()),
                Case::Set(_) | Case::Vague(_) => id,
            })
            .collect();
        let result = if operands == parts { id } else { self.ground.apply(key, &operands) };
        if let Term::Known(value) = self.ground.term(result) {
            return self.known(normal(value.clone()));
        }
        self.leaf(result)
    }

    /// Operations on sets whose members have conditions.
    fn of_sets(&mut self, id: Gid, key: Key, combination: &[Case]) -> Cases {
        let program = self.ground.program;
        let op = match key {
            Key::Node(node) => Some(program.op(node)),
            _ => None,
        };
        if combination.iter().any(|case| matches!(case, Case::Known(Evaluated::Error(_)))) {
            return self.known(error());
        }
        let none = combination.contains(&Case::Known(Evaluated::Value(Value::None)));
        let lit = match (op, combination) {
            (Some(Op::IsNone(_)), _) => Lit::FALSE,
            (Some(Op::Equal(..)), _) if none => Lit::FALSE,
            (_, _) if none => return self.known(error()),
            (Some(Op::IsEmpty(_)), [Case::Set(members)]) => {
                let any: Vec<Lit> = members.iter().map(|(_, lit)| *lit).collect();
                !self.gates.or(&any)
            }
            (Some(Op::Count(_)), [Case::Set(members)]) => {
                let all: Vec<Lit> = members.iter().map(|(_, lit)| *lit).collect();
                return self.counted(&all, Lit::FALSE);
            }
            (Some(Op::In(..)), [Case::Known(Evaluated::Value(member)), Case::Set(members)])
            | (None, [Case::Known(Evaluated::Value(member)), Case::Set(members)]) => {
                members.iter().find(|(other, _)| other == member).map_or(Lit::FALSE, |(_, lit)| *lit)
            }
            (Some(Op::Overlaps(..)), [a, b]) => {
                let (a, b) = (members_of(a), members_of(b));
                let common: Vec<Lit> = a
                    .iter()
                    .filter_map(|(member, lit)| {
                        let other = b.iter().find(|(other, _)| other == member)?;
                        Some(self.gates.and(&[*lit, other.1]))
                    })
                    .collect();
                self.gates.or(&common)
            }
            (Some(Op::Within(..)), [a, b]) => self.within(&members_of(a), &members_of(b)),
            (Some(Op::Equal(..)), [a, b]) => {
                let (a, b) = (members_of(a), members_of(b));
                let (forth, back) = (self.within(&a, &b), self.within(&b, &a));
                self.gates.and(&[forth, back])
            }
            _ => return self.one(Case::Vague(id)),
        };
        self.of_truth(Truth { yes: lit, no: !lit })
    }

    fn within(&mut self, a: &[(Value, Lit)], b: &[(Value, Lit)]) -> Lit {
        let each: Vec<Lit> = a
            .iter()
            .map(|(member, lit)| {
                let there = b.iter().find(|(other, _)| other == member).map_or(Lit::FALSE, |(_, lit)| *lit);
                self.gates.or(&[!*lit, there])
            })
            .collect();
        self.gates.and(&each)
    }

    // -- facts

    fn variable(&mut self, id: Gid, index: u32) -> Cases {
        let optional = self.ground.variable(index).ty.is_optional();
        let absent = Case::Known(Evaluated::Value(Value::None));
        match self.domain(index).cloned() {
            Some(Domain::Finite { values, .. }) => {
                let cases: Vec<(Lit, Case)> = values
                    .into_iter()
                    .enumerate()
                    .map(|(place, value)| (self.is_value(index, place), Case::Known(Evaluated::Value(value))))
                    .collect();
                cases.into()
            }
            Some(Domain::Ordered { present, .. }) if optional => {
                Rc::from([(present, Case::Term(id)), (!present, absent)])
            }
            Some(Domain::Ordered { .. }) => self.one(Case::Term(id)),
            Some(Domain::Members { members, present }) => {
                let set = Case::Set(members.into());
                if optional { Rc::from([(present, set), (!present, absent)]) } else { self.one(set) }
            }
            _ => self.one(Case::Vague(id)),
        }
    }

    /// Returns the literal for *the fact is its value number so many*.
    pub(crate) fn is_value(&mut self, index: u32, place: usize) -> Lit {
        let Encoder { domains, gates, .. } = self;
        match domains.get_mut(index as usize) {
            Some(Some(Domain::Finite { line, .. })) => line.between(gates, place as i128, place as i128),
            _ => Lit::FALSE,
        }
    }

    /// Returns what a variable can be.
    pub(crate) fn domain(&mut self, index: u32) -> Option<&Domain> {
        let place = index as usize;
        if self.domains.len() <= place {
            self.domains.resize(place + 1, None);
        }
        if self.domains[place].is_none() {
            let domain = self.make_domain(index);
            self.domains[place] = Some(domain);
        }
        self.domains[place].as_ref()
    }

    fn make_domain(&mut self, index: u32) -> Domain {
        let variable = self.ground.variable(index).clone();
        let program = self.ground.program;
        let optional = variable.ty.is_optional();
        let mut values = match variable.ty.required() {
            Type::YesNo => vec![Value::Bool(false), Value::Bool(true)],
            Type::Text => self.texts(),
            Type::Enum(id) => {
                let group = self.ground.groups.of(program, *id).map(|group| group.members());
                let mut values = group.unwrap_or_else(|| members(program, *id));
                if program.enum_type(*id).open {
                    values.extend(self.texts());
                }
                values.sort();
                values.dedup();
                values
            }
            Type::Set(inner) => {
                let Type::Enum(id) = inner.as_ref() else { return Domain::Other };
                let Some(group) = self.ground.groups.of(program, *id) else { return Domain::Other };
                let members = group.members();
                let present = if optional { self.gates.fresh() } else { Lit::TRUE };
                let members = members.into_iter().map(|member| (member, self.gates.fresh())).collect();
                return Domain::Members { members, present };
            }
            ordered => {
                let added = self.is_added(index);
                let days = self.horizon.filter(|_| *ordered == Type::Date);
                let days = days.map(|(from, to)| (Value::Date(from), Value::Date(to)));
                let within = variable.within.clone().or(days);
                let Some(axis) = Axis::new(ordered, within.as_ref(), added) else { return Domain::Other };
                let present = if optional { self.gates.fresh() } else { Lit::TRUE };
                return Domain::Ordered { axis, present, line: Line::new(axis.least, axis.greatest) };
            }
        };
        if optional {
            values.insert(0, Value::None);
        }
        if let Some(place) = self.ordinary.get(&index).and_then(|one| values.iter().position(|value| value == one)) {
            values[..=place].rotate_right(1);
        }
        let line = Line::new(0, values.len() as i128 - 1);
        Domain::Finite { values, line }
    }

    /// Whether a fact counts months, days or minutes added to a date.
    pub(crate) fn is_added(&mut self, index: u32) -> bool {
        let Encoder { ground, added, .. } = self;
        let added = added.get_or_insert_with(|| {
            let mut added = BTreeSet::new();
            for term in ground.terms.keys() {
                if let Term::Apply(Key::Node(node), parts) = term
                    && let Op::AddMonths(..) | Op::AddDays(..) | Op::AddMinutes(..) | Op::AddBusinessDays(..) =
                        ground.program.op(*node)
                {
                    added.extend(ground.reads(parts[1]));
                }
            }
            added
        });
        added.contains(&index)
    }

    /// The texts that nodes know, and as many others as there are texts not stated.
    fn texts(&mut self) -> Vec<Value> {
        if let Some(texts) = &self.texts {
            return texts.clone();
        }
        let mut texts: IndexSet<Value> = IndexSet::new();
        for term in self.ground.terms.keys() {
            if let Term::Known(Evaluated::Value(value)) = term {
                match value {
                    Value::Text(_) => drop(texts.insert(value.clone())),
                    Value::Set(members) => {
                        texts.extend(members.iter().filter(|member| matches!(member, Value::Text(_))).cloned());
                    }
                    _ => {}
                }
            }
        }
        let program = self.ground.program;
        let free = |ty: &Type| match ty.required() {
            Type::Text => true,
            Type::Enum(id) => program.enum_type(*id).open,
            _ => false,
        };
        let wanted = self.ground.variables.values().filter(|variable| free(&variable.ty)).count();
        let others = (1..=wanted + texts.len()).map(|number| match number {
            1 => Value::Text("other".into()),
            _ => Value::Text(format!("other {number}").into()),
        });
        let mut all: Vec<Value> = Vec::new();
        all.extend(others.filter(|text| !texts.contains(text)).take(wanted));
        all.extend(texts);
        self.texts = Some(all.clone());
        all
    }
}

/// Errors are one, but for *outside every version*, which only what is asked comes to.
pub(crate) fn normal(value: Evaluated) -> Evaluated {
    match value {
        Evaluated::Error(Fault { kind: FaultKind::NotInForce, origin: Some(ASKED) }) => value,
        Evaluated::Error(_) => error(),
        other => other,
    }
}

/// A case as a side of a comparison; nothing for what is not ordered.
pub(crate) fn side(case: &Case) -> Option<Side> {
    match case {
        Case::Term(id) => Some(Side::Node(*id)),
        Case::Known(Evaluated::Value(Value::None)) => None,
        Case::Known(Evaluated::Value(value)) => Some(Side::Value(value.clone())),
        _ => None,
    }
}

fn members_of(case: &Case) -> Vec<(Value, Lit)> {
    match case {
        Case::Set(members) => members.to_vec(),
        Case::Known(Evaluated::Value(Value::Set(members))) => {
            members.iter().map(|member| (member.clone(), Lit::TRUE)).collect()
        }
        _ => Vec::new(),
    }
}

//! Members of an enum that no expression tells apart.
//!
//! An expression can refer to a member only through constants, given values and other unknown facts. Members that lie in
//! the same constants are interchangeable: exchanging two of them in every unknown fact changes no answer. So of 249
//! countries a handful of representatives is enough, and of a set of countries which representatives it holds.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::eval::walk::all_children;
use crate::program::{Asked, DecisionBody, Domain, FactId, FoldKind, NodeId, Op, Program};
use crate::value::{EnumId, Evaluated, Type, Value};

/// How many values of an unknown set are told apart at most.
pub(crate) const MAX_SUBSETS: usize = 4096;

/// Constants with more members than this are not singled out member by member.
const MAX_SINGLED: usize = 12;

/// Unknown lists have at most so many elements where it is asked whether there is anybody: one for each question, and for a count
/// as many as the number it is compared with, and one more.
const MAX_WITNESSES: u32 = 16;

/// Unknown lists are told apart by at most so many elements.
const MAX_LENGTH: u32 = 4;

/// Counts of an unknown set are exact up to this number.
const MAX_COUNTED: i64 = 6;

/// The groups of every enum, as needed.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    /// Nodes that matter: `?` on what is stated, or under a quantifier that is. With the known values of their operands.
    nodes: Vec<NodeId>,
    known: HashMap<NodeId, Value>,
    made: HashMap<EnumId, Option<Group>>,
    lists: HashMap<FactId, Option<u32>>,
    /// Counts that are outcomes: they may be any number, which no few representatives show.
    counted: HashSet<NodeId>,
    most_subsets: usize,
    /// How many elements an unknown list has at most to be looked at.
    most_elements: u32,
}

/// The groups of one enum.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    /// Representatives of each group.
    groups: Vec<Vec<Value>>,
    /// All members of each group.
    classes: Vec<Vec<Value>>,
    /// Whether which of several representatives a set holds may matter, not only how many.
    linked: bool,
}

impl Groups {
    /// Looks at all nodes visited on what is stated.
    pub(crate) fn new(program: &Program, verdicts: &[Option<Evaluated>]) -> Self {
        let mut matters = vec![false; verdicts.len()];
        let mut nodes = Vec::new();
        let mut known = HashMap::new();
        // Children have smaller indexes: parents come first.
        for index in (0..verdicts.len()).rev() {
            let id = NodeId(index as u32);
            let closed = program.info(id).free == 0;
            let looked_at = if closed { verdicts[index] == Some(Evaluated::Unknown) } else { matters[index] };
            if !looked_at {
                continue;
            }
            nodes.push(id);
            all_children(program.op(id), |child| {
                matters[child.index()] = true;
                if let Some(Evaluated::Value(value)) = &verdicts[child.index()] {
                    known.insert(child, value.clone());
                }
            });
        }
        nodes.reverse();
        let mut counted = HashSet::new();
        for mut node in outcomes(program) {
            while let Op::Clause(_, inner) = program.op(node) {
                node = *inner;
            }
            if matches!(program.op(node), Op::Count(_)) {
                counted.insert(node);
            }
        }
        let (made, lists) = (HashMap::new(), HashMap::new());
        let mut groups =
            Groups { nodes, known, made, lists, counted, most_subsets: MAX_SUBSETS, most_elements: MAX_LENGTH };
        groups.count_elements(program);
        groups
    }

    /// For engines that ask whether there is anybody: sets have any number of members that are told apart, and a list is as good
    /// as its part that keeps a witness for each question, whatever else the question reads, as all facts are those of one person.
    pub(crate) fn of_anybody(mut self, program: &Program) -> Self {
        (self.most_subsets, self.most_elements) = (usize::MAX, MAX_WITNESSES);
        self.lists.clear();
        self.count_elements(program);
        self
    }

    /// Returns how many elements an unknown list needs at most to be as good as any; nothing if there is no such number.
    ///
    /// If each question about a list is whether any, or every, element is of some kind, and the kind depends on nothing else
    /// that is unknown, a list answers all of them as its part does that keeps one witness for each.
    pub(crate) fn list_length(&self, fact: FactId) -> Option<u32> {
        self.lists.get(&fact).copied().flatten().filter(|&length| length <= self.most_elements)
    }

    fn count_elements(&mut self, program: &Program) {
        for &node in &self.nodes {
            let (list, body) = match program.op(node) {
                Op::IsEmpty(list) => (*list, None),
                Op::Every { domain: Domain::Each(list), body, .. } => (*list, Some(*body)),
                Op::Exists { domain: Domain::Each(list), body, .. } => (*list, Some(*body)),
                Op::Fold { fold, domain: Domain::Each(list), filter, .. } if self.counts_list(Some(*fold)) => {
                    (*list, *filter)
                }
                _ => continue,
            };
            let Some(fact) = listed(program, list) else { continue };
            let anybody = self.most_elements == MAX_WITNESSES;
            let alone =
                program.info(node).free == 0 && (anybody || body.is_none_or(|body| self.reads_known(program, body)));
            let witnesses = match program.op(node) {
                Op::Fold { .. } => self.compared_with(program, node).map(|number| number + 1),
                _ => Some(1),
            };
            let length = self.lists.entry(fact).or_insert(Some(0));
            *length = length.zip(witnesses.filter(|_| alone)).map(|(length, more)| length + more);
        }
    }

    fn is_of_anybody(&self) -> bool {
        self.most_elements == MAX_WITNESSES
    }

    /// Whether an aggregate over an unknown list is taken apart.
    pub(crate) fn counts_list(&self, fold: Option<FoldKind>) -> bool {
        self.is_of_anybody() && fold == Some(FoldKind::Count)
    }

    /// The greatest small number that a count is compared with; nothing if it is used in another way.
    fn compared_with(&self, program: &Program, count: NodeId) -> Option<u32> {
        let mut counts = HashSet::from([count]);
        let mut greatest = 0;
        // Children have smaller indexes: parents come later.
        for &node in self.nodes.iter().filter(|&&node| node > count) {
            let mut reads = None;
            all_children(program.op(node), |child| reads = reads.or(counts.contains(&child).then_some(child)));
            let Some(child) = reads else { continue };
            match program.op(node) {
                Op::Clause(..) => drop(counts.insert(node)),
                Op::Less(a, b) | Op::LessEqual(a, b) | Op::Equal(a, b) => {
                    let other = if *a == child { b } else { a };
                    let number = crate::eval::kernel::number::whole(self.known.get(other)?).ok()?;
                    greatest = greatest.max(u32::try_from(number).ok()?);
                }
                _ => return None,
            }
        }
        Some(greatest)
    }

    /// Whether all that is read from outside the elements is known.
    fn reads_known(&self, program: &Program, body: NodeId) -> bool {
        let mut seen = HashSet::new();
        let mut waiting = vec![body];
        while let Some(node) = waiting.pop() {
            if !seen.insert(node) {
                continue;
            }
            if program.info(node).free != 0 {
                all_children(program.op(node), |child| waiting.push(child));
            } else if !self.known.contains_key(&node) {
                return false;
            }
        }
        true
    }

    /// Whether a node counts a set and is an outcome by itself.
    pub(crate) fn is_counted(&self, node: NodeId) -> bool {
        self.counted.contains(&node)
    }

    /// Returns the groups of an enum; nothing if sets of it are used in a way that they do not cover.
    pub(crate) fn of(&mut self, program: &Program, id: EnumId) -> Option<&Group> {
        if !self.made.contains_key(&id) {
            let group = self.make(program, id);
            self.made.insert(id, group);
        }
        self.made.get(&id).and_then(Option::as_ref)
    }

    /// Returns the groups of an enum if they were asked for before and exist.
    pub(crate) fn made(&self, id: EnumId) -> Option<&Group> {
        self.made.get(&id).and_then(Option::as_ref)
    }

    fn make(&self, program: &Program, id: EnumId) -> Option<Group> {
        let mut constants: BTreeSet<BTreeSet<Value>> = BTreeSet::new();
        let mut linked = false;
        let mut counted = 1;
        let mut counts: HashSet<NodeId> = HashSet::new();
        let mut unknown_facts = 0;
        let is_set = |node: NodeId| matches!(program.info(node).ty.required(), Type::Set(_));
        let of_enum = |node: NodeId| super::ground::enum_of(&program.info(node).ty) == Some(id);
        for &node in &self.nodes {
            let op = program.op(node);
            all_children(op, |child| {
                if let Some(value) = self.known.get(&child) {
                    collect(value, id, &mut constants);
                }
            });
            match op {
                Op::Fact(_) if of_enum(node) => unknown_facts += 1,
                Op::Field(..) if of_enum(node) => unknown_facts += 1,
                Op::Dated(table, _) => {
                    let values = program.dated[table.index()].values.iter();
                    values.filter_map(|(_, value)| value.as_ref()).for_each(|value| collect(value, id, &mut constants));
                }
                Op::Equal(a, b) | Op::In(a, b) | Op::Within(a, b) | Op::Overlaps(a, b)
                    if of_enum(*a) || of_enum(*b) =>
                {
                    match (self.known.get(a), self.known.get(b)) {
                        (None, None) => linked = true,
                        // Of these each single member counts, not only whether there is one.
                        (one, other) if is_set(*a) && !matches!(op, Op::In(..) | Op::Overlaps(..)) => {
                            let left_only = matches!(op, Op::Within(..));
                            let whole = if left_only { one } else { one.or(other) };
                            if let Some(Value::Set(members)) = whole {
                                if members.len() > MAX_SINGLED {
                                    return None;
                                }
                                constants.extend(members.iter().map(|member| BTreeSet::from([member.clone()])));
                            }
                        }
                        _ => {}
                    }
                }
                Op::Count(set) | Op::Fold { domain: Domain::Each(set), .. } if of_enum(*set) => {
                    counts.insert(node);
                }
                Op::SetOf(_) if of_enum(node) => linked = true,
                _ => {}
            }
            // A count may be compared with a small number, and nothing else.
            let mut covered = true;
            all_children(op, |child| {
                if counts.contains(&child) {
                    match op {
                        Op::Clause(..) => {
                            counts.insert(node);
                        }
                        Op::Less(a, b) | Op::LessEqual(a, b) | Op::Equal(a, b) => {
                            let other = if *a == child { b } else { a };
                            let number = self.known.get(other).and_then(|v| crate::eval::kernel::number::whole(v).ok());
                            match number {
                                Some(number) if number <= MAX_COUNTED => counted = counted.max(number + 1),
                                _ => covered = false,
                            }
                        }
                        _ => covered = false,
                    }
                }
            });
            if !covered {
                return None;
            }
        }
        let each = if linked { (unknown_facts + 1).max(2) } else { 1 }.max(counted as usize);
        let mut classes: Vec<(Vec<bool>, Vec<Value>)> = Vec::new();
        for member in members(program, id) {
            let signature: Vec<bool> = constants.iter().map(|constant| constant.contains(&member)).collect();
            match classes.iter_mut().find(|(other, _)| *other == signature) {
                Some((_, list)) => list.push(member),
                None => classes.push((signature, vec![member])),
            }
        }
        let classes: Vec<Vec<Value>> = classes.into_iter().map(|(_, members)| members).collect();
        let groups = classes.iter().map(|class| class.iter().take(each).cloned().collect()).collect();
        let group = Group { groups, classes, linked };
        (group.subset_count() <= self.most_subsets).then_some(group)
    }
}

/// Returns the nodes whose values are outcomes of decisions and definitions.
fn outcomes(program: &Program) -> impl Iterator<Item = NodeId> {
    let expressions = program.decisions.iter().filter_map(|decision| match decision.body {
        DecisionBody::Expr(node) => Some(node),
        DecisionBody::Rules { ref otherwise, .. } => otherwise.map(|(_, node)| node),
        _ => None,
    });
    let defines = program.families.iter().flat_map(|family| &family.members).filter_map(|(_, asked)| match asked {
        Asked::Define(node) => Some(*node),
        Asked::Decision(_) => None,
    });
    expressions.chain(defines).chain(program.rules.iter().map(|rule| rule.value))
}

impl Group {
    /// Returns all representatives, sorted.
    pub(crate) fn members(&self) -> Vec<Value> {
        let mut members: Vec<Value> = self.groups.iter().flatten().cloned().collect();
        members.sort();
        members
    }

    /// Returns all members that some representatives stand for: whole groups where all their representatives are among them.
    pub(crate) fn all_of(&self, chosen: &[Value]) -> Vec<Value> {
        let mut all: Vec<Value> = Vec::new();
        for (group, class) in self.groups.iter().zip(&self.classes) {
            if group.iter().all(|one| chosen.contains(one)) {
                all.extend(class.iter().cloned());
            } else {
                all.extend(group.iter().filter(|one| chosen.contains(one)).cloned());
            }
        }
        all.sort();
        all
    }

    fn subset_count(&self) -> usize {
        let of = |group: &Vec<Value>| if self.linked { 1usize << group.len().min(16) } else { group.len() + 1 };
        self.groups.iter().map(of).fold(1, usize::saturating_mul)
    }

    /// Returns the sets to tell apart: of each group so many of its representatives, or any of them.
    pub(crate) fn subsets(&self) -> Vec<Value> {
        let mut sets: Vec<BTreeSet<Value>> = vec![BTreeSet::new()];
        for group in &self.groups {
            let choices: Vec<Vec<Value>> = if self.linked {
                let pick = |mask: usize| (0..group.len()).filter(move |bit| mask >> bit & 1 == 1);
                (0..1usize << group.len()).map(|mask| pick(mask).map(|bit| group[bit].clone()).collect()).collect()
            } else {
                (0..=group.len()).map(|count| group[..count].to_vec()).collect()
            };
            sets = choices
                .iter()
                .flat_map(|choice| {
                    sets.iter().map(move |set| set.iter().cloned().chain(choice.iter().cloned()).collect())
                })
                .collect();
        }
        sets.into_iter().map(|set| Value::Set(set.into())).collect()
    }
}

/// Returns the members of an enum, of an open one also a value that is none.
pub(crate) fn members(program: &Program, id: EnumId) -> Vec<Value> {
    let ty = program.enum_type(id);
    let members = (0..ty.members.len() as u32).map(|index| Value::Member(id, index));
    members.chain(ty.open.then(|| Value::Text("other".into()))).collect()
}

/// Collects the members, and sets of members, in a value.
fn collect(value: &Value, id: EnumId, constants: &mut BTreeSet<BTreeSet<Value>>) {
    match value {
        Value::Member(of, _) if *of == id => {
            constants.insert(BTreeSet::from([value.clone()]));
        }
        Value::Set(members) if members.iter().any(|member| matches!(member, Value::Member(of, _) if *of == id)) => {
            constants.insert(members.as_ref().clone());
        }
        Value::Record(fields) => {
            fields.iter().filter_map(Evaluated::value).for_each(|value| collect(value, id, constants))
        }
        Value::List(items) => items.iter().for_each(|value| collect(value, id, constants)),
        _ => {}
    }
}

/// The fact whose list a node is, labels looked through.
fn listed(program: &Program, mut node: NodeId) -> Option<FactId> {
    loop {
        match program.op(node) {
            Op::Clause(_, inner) => node = *inner,
            Op::Fact(fact) => return matches!(program.fact(*fact).ty, Type::List(_)).then_some(*fact),
            _ => return None,
        }
    }
}

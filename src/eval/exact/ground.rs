//! What unknown facts could make of a decision, as one graph without quantifiers, versions or known parts.
//!
//! [`Ground`] is the second algebra of [`Walk`](crate::eval::walk::Walk): it builds a graph over *variables* (unknown facts,
//! unknown fields of given records) and folds every part that is already known by the interpreter's own operations.
//! Children have smaller ids than their parents.

use std::collections::HashMap;

use indexmap::{IndexMap, IndexSet};

use super::groups::Groups;
use crate::eval::Missing;
use crate::eval::kernel::decide::{self, exceptions_first, rules};
use crate::eval::kernel::{self, Key, apply, has_unknown};
use crate::eval::scope::Scope;
use crate::eval::walk::{Algebra, Elements, Parts, each};
use crate::facts::Slot;
use crate::program::{Boundary, DecisionId, FactId, FoldKind, NodeId, Op, Program, RuleId};
use crate::value::{EnumId, Evaluated, Type, Value};

/// Index of a node of the graph.
pub(crate) type Gid = u32;

/// A node of the graph.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Term {
    /// Known, and no field inside it is unknown.
    Known(Evaluated),
    /// A given list or record, or part of one, in which fields are unknown; where it is.
    Given(Value, Missing),
    /// A variable, by index.
    Variable(u32),
    /// A list that is unknown as a whole, of at most so many elements.
    Listed(FactId, u32),
    /// Something unknown that the engine cannot take apart.
    Opaque(Lost),
    /// An operation.
    Apply(Key, Box<[Gid]>),
    /// A decision by rules: what its rules gather, then the operands of [`decide::outcome_of`].
    Decide(DecisionId, Gid, Box<[Gid]>),
    /// The outcome of a decision `= expr`.
    Finish(DecisionId, Gid),
}

/// What an opaque term stands for: two of one kind are the same, whatever that is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Lost {
    /// A fact, or a part of one.
    At(Missing),
    /// A node as a whole.
    Whole(Gid),
    /// An operation.
    Applied(Key, Box<[Gid]>),
    /// What a quantifier or aggregate without outer variables makes of a collection, and whose facts it reads ([`Ground::twin`]).
    Each(NodeId, Gid, u32),
    /// The outcome of a decision.
    Decided(DecisionId, Box<[Gid]>),
    /// Like nothing else.
    Once(u32),
}

/// A variable: what is unknown, and its type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Variable {
    pub(crate) at: Missing,
    /// The fact is unknown as a whole, and this a field of it.
    pub(crate) part: bool,
    pub(crate) ty: Type,
    pub(crate) within: Option<(Value, Value)>,
}

/// What the parts of a rule are in the graph.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RuleTerms {
    pub(crate) applies: Gid,
    pub(crate) stands: Gid,
    pub(crate) value: Gid,
}

/// The graph under construction.
pub(crate) struct Ground<'p> {
    pub(crate) program: &'p Program,
    scope: &'p Scope,
    /// The graph, with the variables each node reads, sorted.
    pub(crate) terms: IndexMap<Term, Box<[u32]>>,
    pub(crate) variables: IndexMap<Missing, Variable>,
    pub(crate) rules: HashMap<RuleId, RuleTerms>,
    pub(crate) groups: Groups,
    /// How many facts further on the fact lies that is read in place of one: 0, or to where the twins of facts are.
    pub(crate) twin: u32,
    /// The only fact whose twin is read; nothing is all of them.
    pub(crate) only_twin: Option<FactId>,
    /// How many opaque terms are like nothing else.
    single: u32,
}

impl<'p> Ground<'p> {
    pub(crate) fn new(program: &'p Program, scope: &'p Scope, groups: Groups) -> Self {
        let (terms, variables, rules) = (IndexMap::new(), IndexMap::new(), HashMap::new());
        let (twin, only_twin) = (0, None);
        Ground { program, scope, terms, variables, rules, groups, twin, only_twin, single: 0 }
    }

    pub(crate) fn term(&self, id: Gid) -> &Term {
        self.terms.get_index(id as usize).expect("ids index this graph").0
    }

    /// Returns the variables a node reads, sorted.
    pub(crate) fn reads(&self, id: Gid) -> &[u32] {
        self.terms.get_index(id as usize).expect("ids index this graph").1
    }

    pub(crate) fn variable(&self, index: u32) -> &Variable {
        &self.variables[index as usize]
    }

    fn intern(&mut self, term: Term, reads: Vec<u32>) -> Gid {
        self.terms.insert_full(term, reads.into_boxed_slice()).0 as Gid
    }

    /// Adds a node over others.
    fn over(&mut self, term: Term, parts: &[Gid]) -> Gid {
        if let Some(known) = self.terms.get_index_of(&term) {
            return known as Gid;
        }
        let mut reads: Vec<u32> = parts.iter().flat_map(|&part| self.reads(part).iter().copied()).collect();
        reads.sort_unstable();
        reads.dedup();
        self.intern(term, reads)
    }

    pub(crate) fn known(&mut self, value: Evaluated) -> Gid {
        self.leaf(Term::Known(value))
    }

    fn leaf(&mut self, term: Term) -> Gid {
        match self.terms.get_index_of(&term) {
            Some(known) => known as Gid,
            None => self.intern(term, Vec::new()),
        }
    }

    /// What is known of a node: `?` unless it is known or given.
    pub(crate) fn glimpse(&self, id: Gid) -> Evaluated {
        match self.term(id) {
            Term::Known(value) => value.clone(),
            Term::Given(value, _) => Evaluated::Value(value.clone()),
            _ => Evaluated::Unknown,
        }
    }

    /// Makes the variable of something unknown, or of its parts.
    fn unknown(&mut self, at: Missing, ty: &Type, part: bool) -> Gid {
        if let Type::Record(id) = ty {
            let count = self.program.record(*id).fields.len();
            let value = Value::Record(vec![Evaluated::Unknown; count].into());
            return self.leaf(Term::Given(value, at));
        }
        if !self.supported(ty) {
            return self.leaf(Term::Opaque(Lost::At(at)));
        }
        let whole = at.path.is_empty();
        let within = if whole { self.program.fact(at.fact).within.clone() } else { None };
        let variable = Variable { at: at.clone(), part, ty: ty.clone(), within };
        self.variable_of(at, variable)
    }

    fn supported(&mut self, ty: &Type) -> bool {
        match ty.required() {
            Type::YesNo | Type::Text | Type::Enum(_) => true,
            Type::Set(inner) => match inner.as_ref() {
                Type::Enum(id) => self.groups.of(self.program, *id).is_some(),
                _ => false,
            },
            Type::Record(_) | Type::List(_) | Type::Period => false,
            ordered => ordered.is_ordered(),
        }
    }

    /// Makes a given value a node: known if nothing in it is unknown.
    fn given(&mut self, value: &Value, at: Missing) -> Gid {
        if has_unknown(value) {
            self.leaf(Term::Given(value.clone(), at))
        } else {
            self.known(Evaluated::Value(value.clone()))
        }
    }

    /// Takes a given record or list apart, so that an operation on the whole reads its unknown fields.
    fn expanded(&mut self, id: Gid) -> Gid {
        if let Term::Listed(..) = self.term(id) {
            return self.leaf(Term::Opaque(Lost::Whole(id)));
        }
        let Term::Given(value, at) = self.term(id).clone() else { return id };
        let ty = at.ty(self.program);
        match (&value, ty) {
            (Value::Record(fields), Some(Type::Record(_))) => {
                let parts: Vec<Gid> = (0..fields.len() as u32)
                    .map(|index| {
                        let part = self.field_of(&value, &at, index);
                        self.expanded(part)
                    })
                    .collect();
                self.apply(Key::Record, &parts)
            }
            (Value::List(items), Some(Type::List(_))) => {
                let parts: Vec<Gid> = items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| {
                        let part = self.given(item, at.below(index as u32));
                        self.expanded(part)
                    })
                    .collect();
                self.apply(Key::List, &parts)
            }
            _ => self.leaf(Term::Opaque(Lost::Whole(id))),
        }
    }

    /// Makes an opaque term that is like no other.
    fn once(&mut self) -> Gid {
        self.single += 1;
        self.leaf(Term::Opaque(Lost::Once(self.single)))
    }

    /// Whether an unknown list has more than so many elements: its length is a variable below any element.
    fn is_longer(&mut self, fact: FactId, most: u32, than: u32) -> Gid {
        let at = Missing { fact, path: vec![u32::MAX] };
        let within = Some((Value::integer(0), Value::integer(most.into())));
        let variable = Variable { at: at.clone(), part: true, ty: Type::Integer, within };
        let length = self.variable_of(at, variable);
        let than = self.known(Evaluated::Value(Value::integer(than.into())));
        self.apply(Key::Less, &[than, length])
    }

    fn variable_of(&mut self, at: Missing, variable: Variable) -> Gid {
        let index = match self.variables.get_index_of(&at) {
            Some(index) => index,
            None => self.variables.insert_full(at, variable).0,
        };
        match self.terms.get_index_of(&Term::Variable(index as u32)) {
            Some(known) => known as Gid,
            None => self.intern(Term::Variable(index as u32), vec![index as u32]),
        }
    }

    fn field_of(&mut self, record: &Value, at: &Missing, index: u32) -> Gid {
        let below = at.below(index);
        match kernel::field(&Evaluated::Value(record.clone()), index) {
            Evaluated::Value(value) => self.given(&value, below),
            Evaluated::Unknown => {
                let Some(ty) = below.ty(self.program) else { return self.leaf(Term::Opaque(Lost::At(below))) };
                let part = !matches!(self.scope.slot(at.fact), Slot::Given(_));
                self.unknown(below, &ty, part)
            }
            error => self.known(error),
        }
    }

    /// Leaves out the moment of operations of which no boundary lies inside a day.
    fn without_moment<'a>(&self, key: Key, operands: &'a [Gid]) -> &'a [Gid] {
        let program = self.program;
        let inside = |boundary: Boundary| boundary.moment.is_some();
        let (moment, needed) = match key {
            Key::InForce(version) => {
                let version = program.version(version);
                (1, inside(version.start) || version.end.is_some_and(inside))
            }
            Key::Node(node) => match program.op(node) {
                Op::Dated(id, _) => (1, program.dated[id.index()].values.iter().any(|(boundary, _)| inside(*boundary))),
                Op::Scale(id, ..) => {
                    (2, program.scales[id.index()].values.iter().any(|(boundary, _)| inside(*boundary)))
                }
                _ => return operands,
            },
            _ => return operands,
        };
        if needed || operands.len() <= moment { operands } else { &operands[..moment] }
    }

    /// The key under which equal operations are one.
    fn canonical(&self, key: Key) -> Key {
        match key {
            Key::Node(node) => match self.program.op(node) {
                Op::All(_) => Key::All,
                Op::Any(_) => Key::Any,
                Op::Not(_) => Key::Not,
                Op::If(..) => Key::If,
                _ => key,
            },
            other => other,
        }
    }
}

impl Algebra for Ground<'_> {
    type Result = Gid;

    fn constant(&mut self, value: Evaluated) -> Gid {
        match value {
            Evaluated::Unknown => self.once(),
            value => self.known(value),
        }
    }

    fn fact(&mut self, fact: FactId) -> Gid {
        let read = if self.only_twin.is_none_or(|only| only == fact) { FactId(fact.0 + self.twin) } else { fact };
        let at = Missing { fact: read, path: Vec::new() };
        if let Slot::Given(value) = self.scope.slot(fact).clone() {
            return self.given(&value, at);
        }
        let ty = self.program.fact(fact).ty.clone();
        let mut result = match self.groups.list_length(fact) {
            Some(length) => self.leaf(Term::Listed(read, length)),
            None => self.unknown(at, &ty, false),
        };
        // V8 where the version that assumes is not certain: its assumption holds if it is in force.
        if *self.scope.slot(fact) == Slot::NotStated {
            for (of, version, value, _) in &self.scope.conditional {
                if *of == fact {
                    let deciding = crate::eval::scope::deciding(self.program, *version);
                    if deciding.contains(&fact) {
                        continue;
                    }
                    let operands: Vec<Gid> = deciding.into_iter().map(|fact| self.fact(fact)).collect();
                    let in_force = self.apply(Key::InForce(*version), &operands);
                    let value = self.known(Evaluated::Value(value.clone()));
                    result = self.apply(Key::If, &[in_force, value, result]);
                }
            }
        }
        result
    }

    fn apply(&mut self, key: Key, operands: &[Gid]) -> Gid {
        if let Key::Node(node) = key
            && self.groups.is_counted(node)
            && operands.iter().any(|&operand| self.glimpse(operand) == Evaluated::Unknown)
        {
            return self.leaf(Term::Opaque(Lost::Applied(key, operands.into())));
        }
        let key = self.canonical(key);
        let operands = self.without_moment(key, operands);
        let glimpses: Vec<Evaluated> = operands.iter().map(|&operand| self.glimpse(operand)).collect();
        if let [only] = operands {
            let passes = match key {
                Key::Node(node) => matches!(self.program.op(node), Op::Clause(..)),
                _ => false,
            };
            if passes && matches!(self.term(*only), Term::Variable(_) | Term::Given(..) | Term::Listed(..)) {
                return *only;
            }
            if let (Key::Node(node), &Term::Listed(fact, most)) = (key, self.term(*only))
                && matches!(self.program.op(node), Op::IsEmpty(_))
            {
                let some = self.is_longer(fact, most, 0);
                return self.apply(Key::Not, &[some]);
            }
        }
        if key == Key::If {
            match &glimpses[0] {
                condition if condition.is_yes() => return operands[1],
                condition if condition.is_no() => return operands[2],
                _ if operands[1] == operands[2] => return operands[1],
                _ => {}
            }
        }
        match apply(self.program, key, &glimpses.iter().collect::<Vec<_>>()) {
            Evaluated::Unknown => {}
            Evaluated::Value(value) if has_unknown(&value) => {}
            result => return self.known(result),
        }
        let mut parts: Vec<Gid> = operands.to_vec();
        if matches!(key, Key::All | Key::Any) {
            // Parts that cannot decide: `y` in `and`, `n` in `or`.
            let idle = if key == Key::All { Evaluated::YES } else { Evaluated::NO };
            let mut glimpse = glimpses.iter();
            parts.retain(|_| glimpse.next() != Some(&idle));
            parts.sort_unstable();
            parts.dedup();
            if let [only] = parts[..] {
                return only;
            }
        }
        for part in &mut parts {
            *part = self.expanded(*part);
        }
        if parts.iter().all(|&part| matches!(self.term(part), Term::Opaque(_))) && !parts.is_empty() {
            return self.leaf(Term::Opaque(Lost::Applied(key, parts.into())));
        }
        self.over(Term::Apply(key, parts.clone().into()), &parts)
    }

    fn field(&mut self, node: NodeId, record: &Gid, index: u32) -> Gid {
        match self.term(*record).clone() {
            Term::Given(value, at) => self.field_of(&value, &at, index),
            Term::Known(value) => {
                let field = kernel::field(&value, index);
                self.constant(field)
            }
            _ => self.apply(Key::Node(node), &[*record]),
        }
    }

    fn elements(&mut self, node: NodeId, domain: &Gid, fold: Option<FoldKind>) -> Elements<Gid> {
        match self.term(*domain).clone() {
            Term::Known(value) => match kernel::elements(&value) {
                Ok(values) => each(values, |value| self.known(Evaluated::Value(value))),
                Err(result) => Elements::Whole(self.known(result)),
            },
            Term::Given(Value::List(items), at) => {
                let each = items.iter().enumerate();
                let each: Vec<_> = each.map(|(index, item)| (None, self.given(item, at.below(index as u32)))).collect();
                Elements::Each(each)
            }
            // As many elements as any list needs, each guarded by whether the list is that long.
            Term::Listed(fact, most) if fold.is_none() || self.groups.counts_list(fold) => {
                let ty = self.program.fact(fact).ty.clone();
                let count = match ty {
                    Type::List(record) => self.program.record(record).fields.len(),
                    _ => 0,
                };
                let each = (0..most).map(|index| {
                    let element = Value::Record(vec![Evaluated::Unknown; count].into());
                    let element = self.leaf(Term::Given(element, Missing { fact, path: vec![index] }));
                    (Some(self.is_longer(fact, most, index)), element)
                });
                Elements::Each(each.collect())
            }
            term => {
                // A set that is not known: each member it could have, guarded by whether it has it. Aggregates count
                // members, and only of a variable are there as many as of any set.
                let counted = fold.is_some() && !matches!(term, Term::Variable(_));
                let ty = self.program.info(node).ty.clone();
                let members = match ty.required() {
                    Type::Set(inner) if !counted => match inner.as_ref() {
                        Type::Enum(id) => self.groups.of(self.program, *id).map(|groups| groups.members()),
                        _ => None,
                    },
                    _ => None,
                };
                let Some(members) = members else {
                    // What it makes of the collection may depend on elements around it.
                    let closed = self.program.info(node).free == 0;
                    let each = Lost::Each(node, *domain, self.twin);
                    let lost = if closed { self.leaf(Term::Opaque(each)) } else { self.once() };
                    return Elements::Whole(lost);
                };
                let guarded = members.into_iter().map(|member| {
                    let member = self.known(Evaluated::Value(member));
                    (Some(self.apply(Key::In, &[member, *domain])), member)
                });
                Elements::Each(guarded.collect())
            }
        }
    }

    fn range(&mut self, from: &Gid, to: &Gid) -> Elements<Gid> {
        match kernel::range(&self.glimpse(*from), &self.glimpse(*to)) {
            Ok(values) => each(values, |value| self.known(Evaluated::Value(value))),
            Err(Evaluated::Unknown) => Elements::Whole(self.once()),
            Err(result) => Elements::Whole(self.known(result)),
        }
    }

    fn decide(&mut self, id: DecisionId, parts: Parts<Gid>) -> Gid {
        let decision = self.program.decision(id);
        let ids = rules(&decision.body);
        let exceptions = decide::exceptions(self.program, ids);
        let mut stands = parts.applies.clone();
        for rule in exceptions_first(&exceptions) {
            if !exceptions[rule].is_empty() {
                let mut conditions = vec![parts.applies[rule]];
                for &exception in &exceptions[rule] {
                    conditions.push(self.apply(Key::Not, &[stands[exception]]));
                }
                stands[rule] = self.apply(Key::All, &conditions);
            }
        }
        let mut gathered = self.known(Evaluated::Value(decide::gathered_none(&decision.body)));
        for (place, &rule) in ids.iter().enumerate() {
            let terms = RuleTerms { applies: parts.applies[place], stands: stands[place], value: parts.values[place] };
            self.rules.insert(rule, terms);
            if !self.glimpse(terms.stands).is_no() {
                gathered = self.apply(Key::Gather(id), &[gathered, terms.stands, terms.value]);
            }
        }
        let operands: Vec<Gid> = parts.applies.into_iter().chain(parts.values).chain(parts.otherwise).collect();
        let glimpses: Vec<Evaluated> = operands.iter().map(|&operand| self.glimpse(operand)).collect();
        let outcome = decide::outcome_of(self.program, id, &glimpses.iter().collect::<Vec<_>>());
        match outcome {
            Evaluated::Value(value) if has_unknown(&value) => {
                self.leaf(Term::Opaque(Lost::Decided(id, operands.into())))
            }
            Evaluated::Unknown => {
                let below: Vec<Gid> = operands.iter().copied().chain([gathered]).collect();
                self.over(Term::Decide(id, gathered, operands.into()), &below)
            }
            outcome => self.known(outcome),
        }
    }

    fn finish(&mut self, id: DecisionId, value: &Gid) -> Gid {
        match self.glimpse(*value) {
            Evaluated::Unknown => self.over(Term::Finish(id, *value), &[*value]),
            value => {
                let outcome = decide::finish(self.program.decision(id), value);
                self.known(outcome)
            }
        }
    }
}

impl Missing {
    /// Returns what lies below it.
    fn below(&self, step: u32) -> Missing {
        let mut path = self.path.clone();
        path.push(step);
        Missing { fact: self.fact, path }
    }

    /// Returns its type.
    pub(crate) fn ty(&self, program: &Program) -> Option<Type> {
        let mut ty = program.fact(self.fact).ty.clone();
        for &step in &self.path {
            ty = match ty.required() {
                Type::List(record) => Type::Record(*record),
                Type::Record(record) => program.record(*record).fields.get(step as usize)?.ty.clone(),
                _ => return None,
            };
        }
        Some(ty)
    }
}

/// Lists nodes below the roots, children first: their ids, sorted.
pub(crate) fn cone(ground: &Ground<'_>, roots: &[Gid]) -> Vec<Gid> {
    let mut seen: IndexSet<Gid> = IndexSet::new();
    let mut waiting = roots.to_vec();
    while let Some(id) = waiting.pop() {
        if seen.insert(id) {
            children(ground.term(id), |child| waiting.push(child));
        }
    }
    let mut list: Vec<Gid> = seen.into_iter().collect();
    list.sort_unstable();
    list
}

/// Calls `f` with each child of a node.
pub(crate) fn children(term: &Term, mut f: impl FnMut(Gid)) {
    match term {
        Term::Known(_) | Term::Given(..) | Term::Variable(_) | Term::Listed(..) | Term::Opaque(_) => {}
        Term::Apply(_, parts) => parts.iter().copied().for_each(f),
        Term::Decide(_, gathered, parts) => {
            f(*gathered);
            parts.iter().copied().for_each(f);
        }
        Term::Finish(_, part) => f(*part),
    }
}

/// What a node comes to when its children are known.
pub(crate) fn pointwise(program: &Program, term: &Term, of: impl Fn(Gid) -> Evaluated) -> Evaluated {
    match term {
        Term::Known(value) => value.clone(),
        Term::Given(value, _) => Evaluated::Value(value.clone()),
        Term::Variable(_) | Term::Listed(..) | Term::Opaque(_) => Evaluated::Unknown,
        Term::Apply(key, parts) => {
            let parts: Vec<Evaluated> = parts.iter().map(|&part| of(part)).collect();
            apply(program, *key, &parts.iter().collect::<Vec<_>>())
        }
        Term::Decide(id, _, parts) => {
            let parts: Vec<Evaluated> = parts.iter().map(|&part| of(part)).collect();
            decide::outcome_of(program, *id, &parts.iter().collect::<Vec<_>>())
        }
        Term::Finish(id, part) => decide::finish(program.decision(*id), of(*part)),
    }
}

/// The enum a type of members or sets of members is over.
pub(crate) fn enum_of(ty: &Type) -> Option<EnumId> {
    match ty.required() {
        Type::Enum(id) => Some(*id),
        Type::Set(inner) => enum_of(inner),
        _ => None,
    }
}

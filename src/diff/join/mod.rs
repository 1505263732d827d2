//! Two programs as one: so that equal computations of both sides are one node, and unchanged text costs a comparison nothing.
//!
//! Everything of the second program is added to the first under new ids; the first keeps all of its own. What stands for the
//! world outside is shared: a fact of one name and type is one fact, an enum of one name is one enum with the members of both.
//! What stands for the text is kept apart: decisions, rules, versions and origins belong to one side. Data are shared where they
//! are equal in content, whatever their places.

mod types;

#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;

use crate::program::*;
use crate::value::{EnumId, Type, Value};

use types::Types;

/// Where everything of the second program is in the joint one: by its old index, the new id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Joined {
    /// Policies; they bear the same names as those of the first.
    pub(crate) policies: Vec<PolicyId>,
    /// Versions.
    pub(crate) versions: Vec<VersionId>,
    /// Decisions and definitions that can be asked.
    pub(crate) families: Vec<FamilyId>,
    /// Decisions.
    pub(crate) decisions: Vec<DecisionId>,
    /// Rules.
    pub(crate) rules: Vec<RuleId>,
    /// Facts: those of the first where name and type agree.
    pub(crate) facts: Vec<FactId>,
    /// Origins.
    pub(crate) origins: Vec<OriginId>,
    /// Nodes: those of the first where the computation is the same.
    pub(crate) nodes: Vec<NodeId>,
    /// Facts of the second, by their new ids, that have another type than the first's fact of that name: entries of their own.
    pub(crate) retyped: Vec<FactId>,
    /// Shared facts whose `within` differs: the joint one holds the values of both.
    pub(crate) widened: Vec<FactId>,
    /// Shared enums that differ in their members or in being open: the joint one holds the values of both.
    pub(crate) united: Vec<EnumId>,
}

/// Adds a second program to a first, and says where everything is.
///
/// The tests of the second are left out. Its policies follow the first's under the same names, so [`Program::find_policy`] finds
/// the first's; likewise [`Program::find_fact`]. Further programs can be added in the same way.
pub(crate) fn join(program: &mut Program, other: &Program) -> Joined {
    let types = Types::unite(program, other);
    let mut join = Join { other, joined: Joined::default(), types, dated: Vec::new(), scales: Vec::new(), program };
    join.ids();
    join.facts();
    join.data();
    join.nodes();
    join.texts();
    join.invariants();
    join.policies();
    join.decisions();
    join.joined.united = join.types.united;
    join.joined
}

struct Join<'a> {
    program: &'a mut Program,
    other: &'a Program,
    joined: Joined,
    types: Types,
    dated: Vec<DatedId>,
    scales: Vec<ScaleId>,
}

/// By name, the indexes of what bears it.
type ByName = FxHashMap<String, Vec<usize>>;

fn by_name<'a>(names: impl Iterator<Item = &'a str>) -> ByName {
    let mut found = ByName::default();
    names.enumerate().for_each(|(index, name)| found.entry(name.to_owned()).or_default().push(index));
    found
}

/// Returns the ids of `count` things that follow `first` others.
fn following<T>(first: usize, count: usize, id: fn(u32) -> T) -> Vec<T> {
    (first..first + count).map(|index| id(index as u32)).collect()
}

impl Join<'_> {
    /// Gives new ids to what belongs to one side.
    fn ids(&mut self) {
        let (program, other, joined) = (&*self.program, self.other, &mut self.joined);
        joined.policies = following(program.policies.len(), other.policies.len(), PolicyId);
        joined.versions = following(program.versions.len(), other.versions.len(), VersionId);
        joined.families = following(program.families.len(), other.families.len(), FamilyId);
        joined.decisions = following(program.decisions.len(), other.decisions.len(), DecisionId);
        joined.rules = following(program.rules.len(), other.rules.len(), RuleId);
        joined.origins = following(program.origins.len(), other.origins.len(), OriginId);
    }

    /// Shares facts of one name and type; others get entries of their own.
    fn facts(&mut self) {
        let first_cited = self.program.cited.len() as u32;
        let known = by_name(self.program.facts.iter().map(|fact| fact.name.as_str()));
        for fact in &self.other.facts {
            let mut fact = self.fact(fact, first_cited);
            let namesakes = known.get(&fact.name).map_or(&[][..], Vec::as_slice);
            let same = namesakes.iter().copied().find(|&index| self.program.facts[index].ty == fact.ty);
            let id = FactId(same.unwrap_or(self.program.facts.len()) as u32);
            self.joined.facts.push(id);
            let Some(shared) = same.map(|index| &mut self.program.facts[index]) else {
                if !namesakes.is_empty() {
                    self.joined.retyped.push(id);
                }
                self.program.facts.push(fact);
                continue;
            };
            if shared.within != fact.within {
                self.joined.widened.push(id);
                shared.within = hull(shared.within.take(), fact.within.take());
            }
            shared.typical = shared.typical.take().or(fact.typical);
            shared.private |= fact.private;
        }
    }

    fn fact(&self, fact: &Fact, first_cited: u32) -> Fact {
        let mut new = fact.clone();
        let value = |value: &Value| self.value(value, Some(&fact.ty));
        new.within = fact.within.as_ref().map(|(least, greatest)| (value(least), value(greatest)));
        new.typical = fact.typical.as_ref().map(value);
        new.ty = self.types.ty(&fact.ty);
        new.judged = fact.judged.clone().map(|(by, under)| (by, under.map(|CitedId(id)| CitedId(first_cited + id))));
        new
    }

    fn value(&self, value: &Value, ty: Option<&Type>) -> Value {
        self.types.value(self.program, value, ty, self.first_origin())
    }

    /// Returns the index of the second's first origin.
    fn first_origin(&self) -> u32 {
        self.joined.origins.first().map_or(0, |origin| origin.0)
    }

    /// Shares calendars, parameters, dated sets and scales that are equal in content; adds the others.
    fn data(&mut self) {
        let (first_types, types) = (DataTypes::of(self.program), DataTypes::of(self.other));
        let dated_names = by_name(self.program.dated.iter().map(|dated| name_of(self.program, dated.origin)));
        for (index, dated) in self.other.dated.iter().enumerate() {
            let ty = types.dated.get(&DatedId(index as u32));
            let new = self.dated(dated, ty);
            let ty = ty.map(|ty| self.types.ty(ty));
            let name = name_of(self.other, dated.origin);
            let namesakes = dated_names.get(name).into_iter().flatten().copied();
            let same = namesakes.into_iter().find(|&index| {
                let known = first_types.dated.get(&DatedId(index as u32));
                agree(known, ty.as_ref()) && same_data(&self.program.dated[index], &new)
            });
            let id = same.unwrap_or(self.program.dated.len());
            if same.is_none() {
                self.program.dated.push(new);
            }
            self.dated.push(DatedId(id as u32));
        }
        let scale_names = by_name(self.program.scales.iter().map(|scale| name_of(self.program, scale.origin)));
        for (index, scale) in self.other.scales.iter().enumerate() {
            let ty = types.scales.get(&ScaleId(index as u32)).map(|ty| self.types.ty(ty));
            let namesakes = scale_names.get(name_of(self.other, scale.origin)).into_iter().flatten().copied();
            let same = namesakes.into_iter().find(|&index| {
                let known = first_types.scales.get(&ScaleId(index as u32));
                agree(known, ty.as_ref()) && self.program.scales[index].values == scale.values
            });
            let id = same.unwrap_or(self.program.scales.len());
            if same.is_none() {
                let origin = self.joined.origins[scale.origin.index()];
                self.program.scales.push(Scale { origin, values: scale.values.clone() });
            }
            self.scales.push(ScaleId(id as u32));
        }
    }

    fn dated(&self, dated: &Dated, ty: Option<&Type>) -> Dated {
        let element = match ty.map(Type::required) {
            Some(Type::Set(element)) => Some(&**element),
            _ => None,
        };
        let row = |row: &DatedRow| DatedRow { member: self.value(&row.member, element), ..row.clone() };
        let mut rows: Vec<DatedRow> = dated.rows.iter().map(row).collect();
        // Members of an enum may come in another order now.
        rows.sort_by(|a, b| (&a.member, a.start).cmp(&(&b.member, b.start)));
        let value = |value: &Value| self.value(value, ty);
        Dated {
            origin: self.joined.origins[dated.origin.index()],
            values: dated.values.iter().map(|(from, it)| (*from, it.as_ref().map(value))).collect(),
            origins: dated.origins.iter().map(|origin| origin.map(|id| self.joined.origins[id.index()])).collect(),
            rows,
        }
    }

    /// Adds the nodes of the second, children first; one that is there already is shared.
    fn nodes(&mut self) {
        for (op, info) in &self.other.nodes {
            let op = self.op(op, &info.ty);
            let info = NodeInfo { ty: self.types.ty(&info.ty), free: info.free };
            // A node that is there keeps its type, as when lowering.
            let index = match self.program.nodes.get_index_of(&op) {
                Some(index) => index,
                None => self.program.nodes.insert_full(op, info).0,
            };
            self.joined.nodes.push(NodeId(index as u32));
        }
    }

    fn node(&self, id: NodeId) -> NodeId {
        self.joined.nodes[id.index()]
    }

    fn all(&self, ids: &[NodeId]) -> Box<[NodeId]> {
        ids.iter().map(|&id| self.node(id)).collect()
    }

    fn domain(&self, domain: Domain) -> Domain {
        match domain {
            Domain::Each(list) => Domain::Each(self.node(list)),
            Domain::Range(first, last) => Domain::Range(self.node(first), self.node(last)),
        }
    }

    fn clock(&self, clock: Clock) -> Clock {
        Clock { day: self.node(clock.day), moment: clock.moment.map(|moment| self.node(moment)) }
    }

    /// Returns an operation of the second in the ids of the joint program. `ty` is the type of its value.
    fn op(&self, op: &Op, ty: &Type) -> Op {
        let n = |id: &NodeId| self.node(*id);
        match op {
            Op::Const(value) => Op::Const(self.value(value, Some(ty))),
            Op::Fact(fact) => Op::Fact(self.joined.facts[fact.index()]),
            Op::Bound(level) => Op::Bound(*level),
            Op::Clause(origin, inner) => Op::Clause(self.joined.origins[origin.index()], n(inner)),
            Op::Field(record, index) => Op::Field(n(record), *index),
            Op::Tuple(parts) => Op::Tuple(self.all(parts)),
            Op::Fail(kind) => Op::Fail(*kind),
            Op::All(parts) => Op::All(self.all(parts)),
            Op::Any(parts) => Op::Any(self.all(parts)),
            Op::Not(a) => Op::Not(n(a)),
            Op::AtLeast(count, parts) => Op::AtLeast(*count, self.all(parts)),
            Op::If(condition, yes, no) => Op::If(n(condition), n(yes), n(no)),
            Op::Equal(a, b) => Op::Equal(n(a), n(b)),
            Op::Less(a, b) => Op::Less(n(a), n(b)),
            Op::LessEqual(a, b) => Op::LessEqual(n(a), n(b)),
            Op::IsNone(a) => Op::IsNone(n(a)),
            Op::IsEmpty(a) => Op::IsEmpty(n(a)),
            Op::In(a, b) => Op::In(n(a), n(b)),
            Op::Within(a, b) => Op::Within(n(a), n(b)),
            Op::Overlaps(a, b) => Op::Overlaps(n(a), n(b)),
            Op::Add(a, b) => Op::Add(n(a), n(b)),
            Op::Subtract(a, b) => Op::Subtract(n(a), n(b)),
            Op::Multiply(a, b) => Op::Multiply(n(a), n(b)),
            Op::Divide(a, b) => Op::Divide(n(a), n(b)),
            Op::Negate(a) => Op::Negate(n(a)),
            Op::Round(a, places, half) => Op::Round(n(a), *places, *half),
            Op::Min(parts) => Op::Min(self.all(parts)),
            Op::Max(parts) => Op::Max(self.all(parts)),
            Op::Scale(scale, amount, at) => Op::Scale(self.scales[scale.index()], n(amount), self.clock(*at)),
            Op::AddMonths(date, months, rounding) => Op::AddMonths(n(date), n(months), *rounding),
            Op::AddDays(date, days) => Op::AddDays(n(date), n(days)),
            Op::AddBusinessDays(date, days, calendar) => {
                Op::AddBusinessDays(n(date), n(days), self.types.calendars[calendar.index()])
            }
            Op::AddMinutes(instant, minutes) => Op::AddMinutes(n(instant), n(minutes)),
            Op::DaysBetween(a, b) => Op::DaysBetween(n(a), n(b)),
            Op::MonthsBetween(a, b, rounding) => Op::MonthsBetween(n(a), n(b), *rounding),
            Op::Age(born, on, rounding) => Op::Age(n(born), n(on), *rounding),
            Op::WeekdayOf(date) => Op::WeekdayOf(n(date)),
            Op::EndOfMonth(date) => Op::EndOfMonth(n(date)),
            Op::EndOfDay(date, zone) => Op::EndOfDay(n(date), *zone),
            Op::DateOf(instant, zone) => Op::DateOf(n(instant), *zone),
            Op::Period(start, end, inclusive) => Op::Period(n(start), n(end), *inclusive),
            Op::DaysCovered { list, within, fields } => {
                Op::DaysCovered { list: n(list), within: n(within), fields: *fields }
            }
            Op::SetOf(parts) => Op::SetOf(self.all(parts)),
            Op::Count(set) => Op::Count(n(set)),
            Op::Every { domain, level, body } => {
                Op::Every { domain: self.domain(*domain), level: *level, body: n(body) }
            }
            Op::Exists { domain, level, body } => {
                Op::Exists { domain: self.domain(*domain), level: *level, body: n(body) }
            }
            Op::Fold { fold, domain, level, value, filter } => Op::Fold {
                fold: *fold,
                domain: self.domain(*domain),
                level: *level,
                value: n(value),
                filter: filter.as_ref().map(n),
            },
            Op::Dated(dated, at) => Op::Dated(self.dated[dated.index()], self.clock(*at)),
            Op::Rows { hit, rows, otherwise } => Op::Rows {
                hit: self.hit(hit, rows),
                rows: rows.iter().map(|(condition, output)| (n(condition), n(output))).collect(),
                otherwise: otherwise.as_ref().map(n),
            },
            Op::Decision(decision) => Op::Decision(self.joined.decisions[decision.index()]),
            Op::Used(family, outside) => Op::Used(self.joined.families[family.index()], outside.as_ref().map(n)),
            Op::InForce(version) => Op::InForce(self.joined.versions[version.index()]),
        }
    }

    fn hit(&self, hit: &HitKind, rows: &[(NodeId, NodeId)]) -> HitKind {
        let HitKind::Highest(ranks) = hit else { return hit.clone() };
        // The ranks are of the first output.
        let ty = rows.first().map(|&(_, output)| match self.other.op(output) {
            Op::Tuple(parts) => parts.first().map_or(output, |&first| first),
            _ => output,
        });
        let ty = ty.map(|node| &self.other.info(node).ty);
        HitKind::Highest(ranks.iter().map(|(high, low)| (self.value(high, ty), self.value(low, ty))).collect())
    }

    /// Adds what the author wrote around nodes and declarations.
    fn texts(&mut self) {
        let first_cited = self.program.cited.len() as u32;
        let first_question = self.program.questions.len() as u32;
        let part = |part: &TemplatePart| match part {
            TemplatePart::Value(node) => TemplatePart::Value(self.joined.nodes[node.index()]),
            TemplatePart::Text(text) => TemplatePart::Text(text.clone()),
        };
        let cite = |cite: &Citation| Citation { source: CitedId(first_cited + cite.source.0), ..cite.clone() };
        let origin = |origin: &Origin| Origin {
            made_by: origin.made_by.map(|version| self.joined.versions[version.index()]),
            because: origin.because.iter().map(part).collect(),
            cites: origin.cites.iter().map(cite).collect(),
            relies: origin.relies.iter().map(|question| QuestionId(first_question + question.0)).collect(),
            ..origin.clone()
        };
        self.program.origins.extend(self.other.origins.iter().map(origin));
        self.program.cited.extend(self.other.cited.iter().cloned());
        self.program.questions.extend(self.other.questions.iter().cloned());
    }

    fn invariant(&self, invariant: &Invariant) -> Invariant {
        let origin = self.joined.origins[invariant.origin.index()];
        Invariant { origin, node: self.joined.nodes[invariant.node.index()] }
    }

    /// Adds the invariants of libraries, and the versions that name them by index.
    fn invariants(&mut self) {
        let first = self.program.invariants.len() as u32;
        let versions: Vec<Version> = self.other.versions.iter().map(|version| self.version(version, first)).collect();
        self.program.versions.extend(versions);
        let invariants: Vec<Invariant> = self.other.invariants.iter().map(|it| self.invariant(it)).collect();
        self.program.invariants.extend(invariants);
    }

    fn version(&self, version: &Version, first_invariant: u32) -> Version {
        let joined = &self.joined;
        let assumption = |it: &Assumption| Assumption {
            origin: joined.origins[it.origin.index()],
            fact: joined.facts[it.fact.index()],
            value: self.value(&it.value, Some(&self.other.fact(it.fact).ty)),
        };
        let note = |note: &Note| Note {
            origin: joined.origins[note.origin.index()],
            about: note.about.map(|family| joined.families[family.index()]),
            when: note.when.map(|node| self.node(node)),
        };
        let assert = |(origin, node): &(OriginId, NodeId)| (joined.origins[origin.index()], self.node(*node));
        Version {
            policy: joined.policies[version.policy.index()],
            decisions: version.decisions.iter().map(|id| joined.decisions[id.index()]).collect(),
            invariants: version.invariants.iter().map(|it| self.invariant(it)).collect(),
            assumptions: version.assumptions.iter().map(assumption).collect(),
            notes: version.notes.iter().map(note).collect(),
            asserts: version.asserts.iter().map(assert).collect(),
            library_invariants: version.library_invariants.iter().map(|index| first_invariant + index).collect(),
            uses: version.uses.iter().map(|id| joined.policies[id.index()]).collect(),
            ..version.clone()
        }
    }

    /// Adds policies and what can be asked of them.
    fn policies(&mut self) {
        let joined = &self.joined;
        self.program.policies.extend(self.other.policies.iter().map(|policy| Policy {
            versions: policy.versions.iter().map(|id| joined.versions[id.index()]).collect(),
            decided_by: joined.facts[policy.decided_by.index()],
            families: policy.families.iter().map(|id| joined.families[id.index()]).collect(),
            uses: policy.uses.iter().map(|id| joined.policies[id.index()]).collect(),
            ..policy.clone()
        }));
        let asked = |asked: Asked| match asked {
            Asked::Decision(decision) => Asked::Decision(joined.decisions[decision.index()]),
            Asked::Define(node) => Asked::Define(joined.nodes[node.index()]),
        };
        let member = |&(version, it): &(Option<VersionId>, Asked)| {
            (version.map(|version| joined.versions[version.index()]), asked(it))
        };
        self.program.families.extend(self.other.families.iter().map(|family| Family {
            policy: family.policy.map(|policy| joined.policies[policy.index()]),
            members: family.members.iter().map(member).collect(),
            ..family.clone()
        }));
    }

    /// Adds decisions and rules.
    fn decisions(&mut self) {
        let decisions: Vec<Decision> = self.other.decisions.iter().map(|decision| self.decision(decision)).collect();
        let rules: Vec<Rule> = self.other.rules.iter().map(|rule| self.rule(rule)).collect();
        self.program.decisions.extend(decisions);
        self.program.rules.extend(rules);
    }

    fn decision(&self, decision: &Decision) -> Decision {
        let rules = |ids: &[RuleId]| ids.iter().map(|id| self.joined.rules[id.index()]).collect();
        let value = |value: &Value| self.value(value, Some(&decision.ty));
        let body = match &decision.body {
            DecisionBody::Expr(node) => DecisionBody::Expr(self.node(*node)),
            DecisionBody::Includes(ids) => DecisionBody::Includes(rules(ids)),
            DecisionBody::Adds(ids) => DecisionBody::Adds(rules(ids)),
            DecisionBody::Rules { rules: ids, outranks, otherwise } => DecisionBody::Rules {
                rules: rules(ids),
                outranks: outranks.iter().map(|(high, low)| (value(high), value(low))).collect(),
                otherwise: otherwise.map(|(origin, node)| (self.joined.origins[origin.index()], self.node(node))),
            },
        };
        Decision {
            family: self.joined.families[decision.family.index()],
            version: self.joined.versions[decision.version.index()],
            origin: self.joined.origins[decision.origin.index()],
            ty: self.types.ty(&decision.ty),
            body,
        }
    }

    fn rule(&self, rule: &Rule) -> Rule {
        let rules = |ids: &[RuleId]| ids.iter().map(|id| self.joined.rules[id.index()]).collect();
        Rule {
            origin: self.joined.origins[rule.origin.index()],
            decision: self.joined.decisions[rule.decision.index()],
            value: self.node(rule.value),
            when: rule.when.map(|node| self.node(node)),
            unless: rule.unless.iter().map(|&node| self.node(node)).collect(),
            exception_to: rules(&rule.exception_to),
            exceptions: rules(&rule.exceptions),
        }
    }
}

/// Returns the values allowed by one of two bounds or the other; nothing said allows everything.
fn hull(a: Option<(Value, Value)>, b: Option<(Value, Value)>) -> Option<(Value, Value)> {
    let ((least_a, greatest_a), (least_b, greatest_b)) = (a?, b?);
    Some((least_a.min(least_b), greatest_a.max(greatest_b)))
}

fn name_of(program: &Program, origin: OriginId) -> &str {
    &program.origin(origin).name
}

/// The types of dated tables and scales, from the nodes that read them.
#[derive(Default)]
struct DataTypes {
    dated: FxHashMap<DatedId, Type>,
    scales: FxHashMap<ScaleId, Type>,
}

impl DataTypes {
    fn of(program: &Program) -> Self {
        let mut types = DataTypes::default();
        for (op, info) in &program.nodes {
            match op {
                Op::Dated(id, _) => _ = types.dated.insert(*id, info.ty.clone()),
                Op::Scale(id, ..) => _ = types.scales.insert(*id, info.ty.clone()),
                _ => {}
            }
        }
        types
    }
}

/// Whether two tables have one type; one that nothing reads goes with any.
fn agree(known: Option<&Type>, ty: Option<&Type>) -> bool {
    known.is_none_or(|known| ty.is_none_or(|ty| known == ty))
}

/// Whether two dated tables are equal but for places.
fn same_data(a: &Dated, b: &Dated) -> bool {
    let rows =
        |dated: &Dated| dated.rows.iter().map(|row| (row.member.clone(), row.start, row.end)).collect::<Vec<_>>();
    a.values == b.values && rows(a) == rows(b)
}

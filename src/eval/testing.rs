//! Small programs by hand, for tests of evaluation alone.

use indexmap::IndexMap;

use super::{Answer, Evaluation, Outcome, Possible, Request, evaluate};
use crate::facts::{Facts, Slot};
use crate::program::*;
use crate::source::{SourceId, Sources, Span};
use crate::value::{EnumId, FaultKind, Type, Value};

/// A program under construction: policy 0 `p`, version 0 from 2020-01-01.
pub(crate) struct Build {
    pub(crate) program: Program,
}

pub(crate) fn date(text: &str) -> Value {
    Value::Date(text.parse().expect("a date"))
}

pub(crate) fn int(number: i64) -> Value {
    Value::integer(number)
}

pub(crate) fn at(text: &str) -> Boundary {
    Boundary { date: text.parse().expect("a date"), moment: None }
}

fn source() -> SourceId {
    Sources::new().add("test.enact", "")
}

impl Build {
    pub(crate) fn new() -> Self {
        let mut build = Build { program: Program::default() };
        build.fact("evaluation_date", Type::Date);
        build.fact("evaluation_time", Type::Instant);
        build.enumeration("country", &["CA", "DE", "FR", "IN", "PM", "US"], false);
        build.enumeration("weekday", &["mon", "tue", "wed", "thu", "fri", "sat", "sun"], false);
        build.policy("p", EVALUATION_DATE);
        build.version(PolicyId(0), "2020-01-01", None);
        build
    }

    pub(crate) fn enumeration(&mut self, name: &str, members: &[&str], open: bool) -> EnumId {
        let member = |name: &&str| (name.to_string(), Member { label: None, written: name.to_string() });
        let members: IndexMap<String, Member> = members.iter().map(member).collect();
        self.program.enums.push(EnumType { name: name.into(), label: None, open, members });
        EnumId(self.program.enums.len() as u32 - 1)
    }

    pub(crate) fn record(
        &mut self,
        name: &str,
        fields: &[(&str, Type)],
        period: Option<(u32, u32, bool)>,
    ) -> crate::value::RecordId {
        let field = |(name, ty): &(&str, Type)| Field {
            name: name.to_string(),
            key: name.to_string(),
            label: None,
            ty: ty.clone(),
        };
        self.program.records.push(RecordType { name: name.into(), fields: fields.iter().map(field).collect(), period });
        crate::value::RecordId(self.program.records.len() as u32 - 1)
    }

    pub(crate) fn policy(&mut self, name: &str, decided_by: FactId) -> PolicyId {
        let policy =
            Policy { name: name.into(), title: None, versions: vec![], decided_by, families: vec![], uses: vec![] };
        self.program.policies.push(policy);
        PolicyId(self.program.policies.len() as u32 - 1)
    }

    pub(crate) fn version(&mut self, policy: PolicyId, start: &str, end: Option<&str>) -> VersionId {
        let id = VersionId(self.program.versions.len() as u32);
        let source = source();
        self.program.versions.push(Version {
            policy,
            name: start.into(),
            start: at(start),
            end: end.map(at),
            announced: None,
            title: None,
            source,
            span: Span::new(source, 0, 0),
            decisions: vec![],
            invariants: vec![],
            assumptions: vec![],
            notes: vec![],
            asserts: vec![],
            library_invariants: vec![],
            uses: vec![],
        });
        self.program.policies[policy.index()].versions.push(id);
        id
    }

    pub(crate) fn origin(&mut self, kind: OriginKind, name: &str) -> OriginId {
        self.program.origins.push(Origin {
            kind,
            name: name.into(),
            tags: vec![],
            label: None,
            text: String::new(),
            span: Span::new(source(), 0, 0),
            made_by: None,
            because: vec![],
            cites: vec![],
            relies: vec![],
        });
        OriginId(self.program.origins.len() as u32 - 1)
    }

    pub(crate) fn fact(&mut self, name: &str, ty: Type) -> FactId {
        self.program.facts.push(Fact {
            name: name.into(),
            key: name.into(),
            tags: vec![],
            label: None,
            ty,
            ask: None,
            within: None,
            typical: None,
            changeable: None,
            private: false,
            judged: None,
            span: None,
        });
        FactId(self.program.facts.len() as u32 - 1)
    }

    pub(crate) fn op(&mut self, op: Op, ty: Type) -> NodeId {
        let mut free = 0;
        super::walk::all_children(&op, |child| free |= self.program.info(child).free);
        match &op {
            Op::Bound(level) => free |= 1 << level,
            Op::Every { level, body, .. } | Op::Exists { level, body, .. } => {
                free = self.closing(&op, &[*body], *level);
            }
            Op::Fold { level, value, filter, .. } => {
                let inside: Vec<NodeId> = [Some(*value), *filter].into_iter().flatten().collect();
                free = self.closing(&op, &inside, *level);
            }
            _ => {}
        }
        let (index, _) = self.program.nodes.insert_full(op, NodeInfo { ty, free });
        NodeId(index as u32)
    }

    fn closing(&self, op: &Op, inside: &[NodeId], level: u32) -> u64 {
        let mut free = 0;
        super::walk::all_children(op, |child| {
            let own = self.program.info(child).free;
            free |= if inside.contains(&child) { own & !(1 << level) } else { own };
        });
        free
    }

    /// A fact with its node.
    pub(crate) fn read(&mut self, name: &str, ty: Type) -> NodeId {
        let fact = self.fact(name, ty.clone());
        self.op(Op::Fact(fact), ty)
    }

    pub(crate) fn constant(&mut self, value: Value, ty: Type) -> NodeId {
        self.op(Op::Const(value), ty)
    }

    pub(crate) fn yes(&mut self, op: Op) -> NodeId {
        self.op(op, Type::YesNo)
    }

    pub(crate) fn flag(&mut self, name: &str) -> NodeId {
        self.read(name, Type::YesNo)
    }

    pub(crate) fn number(&mut self, number: i64) -> NodeId {
        self.constant(int(number), Type::Integer)
    }

    pub(crate) fn day(&mut self, text: &str) -> NodeId {
        self.constant(date(text), Type::Date)
    }

    pub(crate) fn bool(&mut self, yes: bool) -> NodeId {
        self.constant(Value::Bool(yes), Type::YesNo)
    }

    pub(crate) fn fail(&mut self) -> NodeId {
        self.yes(Op::Fail(FaultKind::Overflow))
    }

    pub(crate) fn not(&mut self, node: NodeId) -> NodeId {
        self.yes(Op::Not(node))
    }

    pub(crate) fn all(&mut self, nodes: &[NodeId]) -> NodeId {
        self.yes(Op::All(nodes.into()))
    }

    pub(crate) fn any(&mut self, nodes: &[NodeId]) -> NodeId {
        self.yes(Op::Any(nodes.into()))
    }

    pub(crate) fn family(&mut self, name: &str, policy: PolicyId) -> FamilyId {
        self.program.families.push(Family { name: name.into(), policy: Some(policy), members: vec![] });
        let id = FamilyId(self.program.families.len() as u32 - 1);
        self.program.policies[policy.index()].families.push(id);
        id
    }

    pub(crate) fn decision_in(
        &mut self,
        family: FamilyId,
        version: VersionId,
        ty: Type,
        body: DecisionBody,
    ) -> DecisionId {
        let origin = self.origin(OriginKind::Decision, "decision");
        let id = DecisionId(self.program.decisions.len() as u32);
        self.program.decisions.push(Decision { family, version, origin, ty, body });
        self.program.families[family.index()].members.push((Some(version), Asked::Decision(id)));
        self.program.versions[version.index()].decisions.push(id);
        id
    }

    /// A decision of policy 0, version 0.
    pub(crate) fn decision(&mut self, name: &str, ty: Type, body: DecisionBody) -> DecisionId {
        let family = self.family(name, PolicyId(0));
        self.decision_in(family, VersionId(0), ty, body)
    }

    /// A decision of policy 0, version 0, by rules: yes/no, ranks as pairs, otherwise.
    pub(crate) fn ruled(
        &mut self,
        name: &str,
        ty: Type,
        outranks: &[(Value, Value)],
        otherwise: Option<Value>,
    ) -> DecisionId {
        let otherwise = otherwise.map(|value| {
            let origin = self.origin(OriginKind::Otherwise, "otherwise");
            (origin, self.constant(value, ty.clone()))
        });
        self.decision(name, ty, DecisionBody::Rules { rules: vec![], outranks: outranks.into(), otherwise })
    }

    pub(crate) fn rule(
        &mut self,
        decision: DecisionId,
        value: NodeId,
        when: Option<NodeId>,
        exception_to: &[RuleId],
    ) -> RuleId {
        let origin = self.origin(OriginKind::Rule, "rule");
        let id = RuleId(self.program.rules.len() as u32);
        for &rule in exception_to {
            self.program.rules[rule.index()].exceptions.push(id);
        }
        let exception_to = exception_to.to_vec();
        self.program.rules.push(Rule {
            origin,
            decision,
            value,
            when,
            unless: vec![],
            exception_to,
            exceptions: vec![],
        });
        match &mut self.program.decisions[decision.index()].body {
            DecisionBody::Rules { rules, .. } | DecisionBody::Includes(rules) | DecisionBody::Adds(rules) => {
                rules.push(id)
            }
            DecisionBody::Expr(_) => panic!("takes no rules"),
        }
        id
    }

    pub(crate) fn invariant(&mut self, node: NodeId) -> OriginId {
        let origin = self.origin(OriginKind::Invariant, "invariant");
        self.program.versions[0].invariants.push(Invariant { origin, node });
        origin
    }

    pub(crate) fn fact_of(&self, node: NodeId) -> FactId {
        match self.program.op(node) {
            Op::Fact(fact) => *fact,
            other => panic!("{other:?} is no fact"),
        }
    }

    /// Facts by node; `evaluation_date` is 2024-06-01 unless given.
    pub(crate) fn facts(&self, given: &[(NodeId, Value)]) -> Facts {
        let mut facts = Facts::new(&self.program);
        facts.set(EVALUATION_DATE, Slot::Given(date("2024-06-01")));
        for (node, value) in given {
            facts.set(self.fact_of(*node), Slot::Given(value.clone()));
        }
        facts
    }

    pub(crate) fn run(&self, decision: DecisionId, facts: &Facts) -> Evaluation {
        let decision = self.program.decision(decision);
        let policy = self.program.family(decision.family).policy.expect("of a policy");
        evaluate(&self.program, &Request { policy, pinned: None, asked: vec![decision.family] }, facts)
    }

    pub(crate) fn ask(&self, decision: DecisionId, given: &[(NodeId, Value)]) -> Answer {
        self.run(decision, &self.facts(given)).answers.remove(0)
    }

    /// Names of what is missing.
    pub(crate) fn missing(&self, answer: &Answer) -> Vec<String> {
        answer.missing.iter().map(|missing| missing.text(&self.program)).collect()
    }
}

pub(crate) fn listed(values: impl IntoIterator<Item = Value>) -> Possible {
    Possible::Listed(values.into_iter().map(Outcome::Value).collect())
}

pub(crate) const YES: Value = Value::Bool(true);
pub(crate) const NO: Value = Value::Bool(false);

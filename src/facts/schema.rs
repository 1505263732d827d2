//! What a policy asks for: a JSON Schema of its facts, a CSV header, a facts file to fill in.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::write::{fact_json, unknown};
use crate::program::{
    Asked, DecisionBody, DecisionId, EVALUATION_DATE, EVALUATION_TIME, FactId, FamilyId, NodeId, Op, PolicyId, Program,
    VersionId,
};
use crate::value::{EnumId, RecordId, Type};

/// Returns the JSON Schema (draft 2020-12) of the facts of one applicant: first those that a policy reads, then those that are
/// only accepted.
///
/// What [`super::read_facts`] accepts, the schema accepts too; the reader is stricter where a schema cannot say it:
/// days that do not exist, doubled keys, digits beyond 28, bounds of dates.
pub fn json_schema(program: &Program, policy: PolicyId) -> Json {
    let mut types = Types { program, defs: Map::from_iter([("unknown".to_owned(), unknown_schema())]) };
    let read = facts_read(program, policy);
    // A facts file may serve several policies: facts that this one does not read are accepted, after those that it does.
    let others = (0..program.facts.len() as u32).map(FactId).filter(|id| !read.contains(id));
    let mut properties = Map::new();
    for id in read.iter().copied().chain(others) {
        let fact = program.fact(id);
        let mut schema = types.stated(&fact.ty);
        if let Some((low, high)) = &fact.within {
            bound(&mut schema, &fact_json(program, &fact.ty, low), &fact_json(program, &fact.ty, high));
        }
        let mut entry = titled(fact.label.as_deref().unwrap_or(&fact.name), fact.ask.as_deref());
        if let Some(typical) = &fact.typical {
            entry.insert("examples".into(), json!([fact_json(program, &fact.ty, typical)]));
        }
        if !read.contains(&id) {
            entry.insert("$comment".into(), "accepted, but this policy does not read it".into());
        }
        entry.append(&mut schema);
        properties.insert(fact.key.clone(), Json::Object(entry));
    }
    let policy = &program.policies[policy.index()];
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("Facts of {}", policy.title.as_deref().unwrap_or(&policy.name)),
        "description": "A key left out is not stated, {\"unknown\": true} is stated unknown, null is none.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "$defs": types.defs,
    })
}

/// Returns the header of a CSV file of the facts that a policy reads, one applicant a row: their keys, without a line end.
pub fn csv_header(program: &Program, policy: PolicyId) -> String {
    let cell = |id: FactId| {
        let key = &program.fact(id).key;
        // RFC 4180; a `#` at the start of a line is a comment.
        if key.contains(['"', ',', '\n', '\r', '#']) {
            format!("\"{}\"", key.replace('"', "\"\""))
        } else {
            key.clone()
        }
    };
    facts_read(program, policy).into_iter().map(cell).collect::<Vec<_>>().join(",")
}

/// Returns a facts file to fill in: every fact that a policy reads, stated unknown.
pub fn empty_facts(program: &Program, policy: PolicyId) -> Json {
    facts_read(program, policy)
        .into_iter()
        .map(|id| (program.fact(id).key.clone(), unknown()))
        .collect::<Map<_, _>>()
        .into()
}

/// Returns the facts that a policy reads, in the order of the program: those that its decisions, its invariants, and the
/// decisions and invariants it uses rest on in any version, and the facts that pick the versions.
pub fn facts_read(program: &Program, policy: PolicyId) -> Vec<FactId> {
    let mut reach = Reach::new(program);
    reach.policy(policy);
    for &version in &program.policies[policy.index()].versions {
        let version = program.version(version);
        version.decisions.iter().for_each(|&decision| reach.decision(decision));
        version.notes.iter().for_each(|note| reach.nodes.extend(note.when));
    }
    reach.finish()
}

/// What is reached from a policy, and what is still to be walked.
struct Reach<'p> {
    program: &'p Program,
    nodes: Vec<NodeId>,
    seen_nodes: Vec<bool>,
    seen_decisions: BTreeSet<DecisionId>,
    seen_families: BTreeSet<FamilyId>,
    seen_policies: BTreeSet<PolicyId>,
    facts: BTreeSet<FactId>,
}

impl<'p> Reach<'p> {
    fn new(program: &'p Program) -> Self {
        Reach {
            program,
            nodes: Vec::new(),
            seen_nodes: vec![false; program.nodes.len()],
            seen_decisions: BTreeSet::new(),
            seen_families: BTreeSet::new(),
            seen_policies: BTreeSet::new(),
            facts: BTreeSet::new(),
        }
    }

    /// Reaches what picks the versions of a policy, and the invariants of it and of what it uses.
    fn policy(&mut self, id: PolicyId) {
        if !self.seen_policies.insert(id) {
            return;
        }
        let policy = &self.program.policies[id.index()];
        self.facts.insert(policy.decided_by);
        for &version in &policy.versions {
            let version = self.program.version(version);
            if version.start.moment.is_some() && policy.decided_by == EVALUATION_DATE {
                self.facts.insert(EVALUATION_TIME);
            }
            self.nodes.extend(version.invariants.iter().map(|invariant| invariant.node));
            let library =
                version.library_invariants.iter().filter_map(|&index| self.program.invariants.get(index as usize));
            self.nodes.extend(library.map(|invariant| invariant.node));
        }
        policy.uses.iter().for_each(|&used| self.policy(used));
    }

    fn version(&mut self, id: VersionId) {
        self.policy(self.program.version(id).policy);
    }

    fn decision(&mut self, id: DecisionId) {
        if !self.seen_decisions.insert(id) {
            return;
        }
        let rules = match &self.program.decision(id).body {
            DecisionBody::Expr(node) => {
                self.nodes.push(*node);
                return;
            }
            DecisionBody::Rules { rules, otherwise, .. } => {
                self.nodes.extend(otherwise.iter().map(|&(_, node)| node));
                rules
            }
            DecisionBody::Includes(rules) | DecisionBody::Adds(rules) => rules,
        };
        for &rule in rules {
            let rule = self.program.rule(rule);
            self.nodes.push(rule.value);
            self.nodes.extend(rule.when.iter().chain(&rule.unless));
        }
    }

    fn family(&mut self, id: FamilyId) {
        if !self.seen_families.insert(id) {
            return;
        }
        let family = self.program.family(id);
        family.policy.into_iter().for_each(|policy| self.policy(policy));
        for (_, asked) in &family.members {
            match asked {
                Asked::Decision(decision) => self.decision(*decision),
                Asked::Define(node) => self.nodes.push(*node),
            }
        }
    }

    /// Walks the graph. Decisions and families only add nodes, so nothing here recurses deeper than policies use each other.
    fn finish(mut self) -> Vec<FactId> {
        while let Some(node) = self.nodes.pop() {
            if std::mem::replace(&mut self.seen_nodes[node.index()], true) {
                continue;
            }
            let op = self.program.op(node);
            self.nodes.extend(op.children());
            match *op {
                Op::Fact(fact) => {
                    self.facts.insert(fact);
                }
                Op::Decision(decision) => self.decision(decision),
                Op::Used(family, _) => self.family(family),
                Op::InForce(version) => self.version(version),
                _ => {}
            }
        }
        self.facts.into_iter().collect()
    }
}

fn titled(title: &str, description: Option<&str>) -> Map<String, Json> {
    let mut entry = Map::from_iter([("title".to_owned(), title.into())]);
    entry.extend(description.map(|description| ("description".to_owned(), description.into())));
    entry
}

fn unknown_schema() -> Json {
    json!({
        "title": "Stated unknown",
        "type": "object",
        "properties": { "unknown": { "const": true } },
        "required": ["unknown"],
        "additionalProperties": false,
    })
}

/// Puts the bounds of a fact on the numbers it accepts.
fn bound(schema: &mut Map<String, Json>, low: &Json, high: &Json) {
    let Some(Json::Array(choices)) = schema.get_mut("anyOf") else { return };
    for choice in choices {
        if let Json::Object(choice) = choice
            && matches!(choice.get("type").and_then(Json::as_str), Some("integer" | "number"))
        {
            choice.insert("minimum".into(), low.clone());
            choice.insert("maximum".into(), high.clone());
        }
    }
}

struct Types<'p> {
    program: &'p Program,
    defs: Map<String, Json>,
}

impl Types<'_> {
    /// Returns the schema of a fact or field: any of the forms of its type, or stated unknown.
    fn stated(&mut self, ty: &Type) -> Map<String, Json> {
        let mut choices = self.choices(ty);
        choices.push(json!({ "$ref": "#/$defs/unknown" }));
        Map::from_iter([("anyOf".to_owned(), Json::Array(choices))])
    }

    /// Returns the forms a value of a type takes.
    fn choices(&mut self, ty: &Type) -> Vec<Json> {
        let number = json!({ "type": "number" });
        let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
        match ty {
            Type::YesNo => vec![json!({ "type": "boolean" })],
            Type::Integer | Type::Months | Type::Days | Type::Minutes => {
                vec![json!({ "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX })]
            }
            Type::Decimal | Type::Money(_) => vec![number, text("^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?$")],
            Type::Date => {
                vec![json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" })]
            }
            Type::Time => vec![text("^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")],
            Type::Instant => {
                vec![text(
                    "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?([Zz]|[+-][0-9]{2}:[0-9]{2})$",
                )]
            }
            Type::Period => {
                let day = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
                vec![text(&format!("^{day} (until|through) ({day}|none)$"))]
            }
            Type::Text => vec![json!({ "type": "string" })],
            Type::Enum(id) => vec![self.enum_schema(*id)],
            Type::Set(inner) => vec![json!({ "type": "array", "items": self.value(inner), "uniqueItems": true })],
            Type::List(id) => vec![json!({ "type": "array", "items": self.record(*id) })],
            Type::Record(id) => vec![self.record(*id)],
            Type::Optional(inner) => {
                let mut choices = self.choices(inner);
                choices.push(json!({ "type": "null" }));
                choices
            }
        }
    }

    /// Returns the schema of a value that may not be stated unknown: a member of a set.
    fn value(&mut self, ty: &Type) -> Json {
        let mut choices = self.choices(ty);
        match choices.pop() {
            Some(only) if choices.is_empty() => only,
            last => json!({ "anyOf": choices.into_iter().chain(last).collect::<Vec<_>>() }),
        }
    }

    fn enum_schema(&mut self, id: EnumId) -> Json {
        let enum_type = self.program.enum_type(id);
        let members: Vec<&str> = enum_type.members.values().map(|member| member.written.as_str()).collect();
        let mut schema = titled(enum_type.label.as_deref().unwrap_or(&enum_type.name), None);
        if enum_type.open {
            schema.extend([("type".to_owned(), "string".into()), ("minLength".to_owned(), 1.into())]);
            schema.insert("examples".into(), members.into());
        } else {
            // A weekday is spelt `monday` or `mon`.
            let short = members.iter().filter(|_| id == EnumId::WEEKDAY).filter_map(|day| day.get(..3));
            let all: Vec<&str> = members.iter().copied().chain(short).collect();
            schema.insert("enum".into(), all.into());
        }
        // An enum without a name, `{a, b}`, stands where it is used.
        if enum_type.name.starts_with('{') {
            return Json::Object(schema);
        }
        self.define(&enum_type.name, |_| schema)
    }

    fn record(&mut self, id: RecordId) -> Json {
        let record = self.program.record(id);
        self.define(&record.name, |types| {
            let mut properties = Map::new();
            for field in &record.fields {
                let mut entry = titled(field.label.as_deref().unwrap_or(&field.name), None);
                entry.append(&mut types.stated(&field.ty));
                properties.insert(field.key.clone(), Json::Object(entry));
            }
            let mut schema = titled(&record.name, None);
            schema.extend([("type".to_owned(), "object".into()), ("properties".to_owned(), Json::Object(properties))]);
            schema.insert("additionalProperties".into(), false.into());
            schema
        })
    }

    /// Defines a named type once and refers to it; a record that holds itself ends here.
    fn define(&mut self, name: &str, schema: impl FnOnce(&mut Self) -> Map<String, Json>) -> Json {
        if !self.defs.contains_key(name) {
            self.defs.insert(name.to_owned(), Json::Null);
            let schema = schema(self);
            self.defs.insert(name.to_owned(), Json::Object(schema));
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }
}

//! A diff as tests: each example and its nearest neighbour who is not affected, with what the new text decides for them.
//!
//! The tests are written as an author writes them, in the canonical layout. They fail once the new text is changed back.

use std::collections::BTreeSet;

use serde_json::Map;

use crate::eval::{Answer, Request, evaluate};
use crate::facts::{Facts, Slot, read_facts};
use crate::program::{EVALUATION_DATE, EVALUATION_TIME, FactId, FamilyId, Program};
use crate::source::Sources;
use crate::syntax::format::format;
use crate::syntax::parse;
use crate::value::{Evaluated, Type, Value};

use super::{Comparison, DecisionDiff, Group, Text, Witness};

/// Tests of a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emitted {
    /// The file.
    pub text: String,
    /// How many tests it holds.
    pub tests: usize,
    /// What cannot be a test, and why.
    pub left_out: Vec<String>,
}

/// Writes the tests of a comparison with the new text. `name` begins the name of each test: a plain name.
pub fn emit(comparison: &Comparison, new: &Text, name: &str) -> Emitted {
    let mut writer = Writer { new, uses: BTreeSet::new(), tests: Vec::new(), left_out: Vec::new() };
    for (decision, group) in comparison.diff.groups() {
        let (from, to) = (&group.from, &group.to);
        let label = format!("Group {}: {} was {from}, is {to}", group.number, decision.name);
        writer.test(decision, group, &group.witness, &format!("{name}_{}", group.number), &label);
        if let Some(near) = &group.nearest_unchanged {
            let label = format!("Beside group {}: {} stays {}", group.number, decision.name, near.new.value);
            writer.test(decision, group, near, &format!("{name}_{}_stays", group.number), &label);
        }
    }
    writer.finish()
}

struct Writer<'a> {
    new: &'a Text<'a>,
    /// Libraries and policies that the tests name things of.
    uses: BTreeSet<String>,
    tests: Vec<String>,
    left_out: Vec<String>,
}

impl Writer<'_> {
    fn test(&mut self, decision: &DecisionDiff, group: &Group, witness: &Witness, name: &str, label: &str) {
        match self.written(decision, witness, name, label) {
            Ok(test) => self.tests.push(test),
            Err(why) => self.left_out.push(format!("group {}: {why}", group.number)),
        }
    }

    fn written(
        &mut self,
        decision: &DecisionDiff,
        witness: &Witness,
        name: &str,
        label: &str,
    ) -> Result<String, String> {
        let program = self.new.program;
        let gone = || format!("the new text has no `{}`", decision.name);
        let policy = program.find_policy(&decision.policy).ok_or_else(gone)?;
        let own = |index: &usize| {
            let family = &program.families[*index];
            family.name == decision.name && family.policy == Some(policy)
        };
        let family = FamilyId((0..program.families.len()).find(own).ok_or_else(gone)? as u32);
        let mut facts = self.facts(witness)?;
        let day = match facts.get(EVALUATION_DATE) {
            Slot::Given(Value::Date(day)) => *day,
            _ => {
                let versions = &program.policies[self.new.policy.index()].versions;
                let version = self.new.pinned.or(versions.last().copied()).ok_or_else(gone)?;
                program.version(version).start.date
            }
        };
        facts.set(EVALUATION_DATE, Slot::Given(Value::Date(day)));
        // A test runs as everything does, by its day: the version compared must be the one in force.
        let asked = self.answer(policy, None, family, &facts);
        let compared = self.answer(self.new.policy, self.new.pinned, family, &facts);
        let (Some(asked), Some(compared)) = (asked, compared) else { return Err(gone()) };
        if (asked.status, &asked.value) != (compared.status, &compared.value) {
            return Err(format!("on {day} another version is in force, which decides otherwise"));
        }
        let outcome = match &asked.value {
            Some(value) => written(program, value, &asked.ty)
                .ok_or_else(|| format!("no test can name the value of `{}`", decision.name))?,
            None => asked.status.text().to_owned(),
        };
        let given: Vec<String> = facts
            .iter()
            .filter(|(id, _)| !matches!(*id, EVALUATION_DATE | EVALUATION_TIME))
            .map(|(id, slot)| self.given(id, slot))
            .collect::<Result<_, _>>()?;
        if *facts.get(EVALUATION_TIME) != Slot::NotStated {
            return Err("the moment of the day matters, which no test of a day can name".to_owned());
        }
        self.uses.insert(decision.policy.clone());
        let given = if given.is_empty() { String::new() } else { format!("    given {}\n", given.join(", ")) };
        Ok(format!("test {name} {} on {day}\n{given}    expect {} is {outcome}\n", quoted(label), decision.name))
    }

    /// The facts of an example that the new text knows.
    fn facts(&self, witness: &Witness) -> Result<Facts, String> {
        let program = self.new.program;
        let known = |key: &str| program.facts.iter().any(|fact| fact.key == key);
        let stated: Map<_, _> = witness
            .facts
            .iter()
            .filter(|(key, _)| known(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let text = serde_json::Value::Object(stated).to_string();
        read_facts(program, text)
            .map_err(|errors| errors.first().map_or_else(|| "its facts cannot be read".to_owned(), ToString::to_string))
    }

    fn answer(
        &self,
        policy: crate::program::PolicyId,
        pinned: Option<crate::program::VersionId>,
        family: FamilyId,
        facts: &Facts,
    ) -> Option<Answer> {
        let request = Request { policy, pinned, asked: vec![family] };
        evaluate(self.new.program, &request, facts).answers.into_iter().next()
    }

    /// `age_years is 30`; what declares the fact is used.
    fn given(&mut self, id: FactId, slot: &Slot) -> Result<String, String> {
        let program = self.new.program;
        let fact = program.fact(id);
        let value = match slot {
            Slot::Given(value) => {
                written(program, value, &fact.ty).ok_or_else(|| format!("no test can state `{}`", fact.name))?
            }
            _ => "unknown".to_owned(),
        };
        if let Some(span) = fact.span {
            let library = self.new.loaded.libraries.iter().find(|library| library.source == span.source);
            let of = |policy: &&crate::load::LoadedPolicy| {
                policy.versions.iter().any(|version| version.source == span.source)
            };
            let policy = self.new.loaded.policies.iter().find(of);
            self.uses.extend(library.map(|library| library.path.clone()).or(policy.map(|policy| policy.name.clone())));
        }
        Ok(format!("{} is {value}", fact.name))
    }

    /// Lays the file out as `enact fmt` does.
    fn finish(self) -> Emitted {
        let uses: String = self.uses.iter().map(|used| format!("use {used}\n")).collect();
        let written = format!("{uses}\n{}", self.tests.join("\n"));
        let mut sources = Sources::new();
        let id = sources.add("tests.enact", written.as_str());
        let parsed = parse(&sources, id);
        let text = format(&sources, &parsed.file);
        Emitted { text, tests: self.tests.len(), left_out: self.left_out }
    }
}

/// Returns a value as a test writes it; nothing for a field that is not stated in an element.
fn written(program: &Program, value: &Value, ty: &Type) -> Option<String> {
    let fields = |fields: &[Evaluated], id: &crate::value::RecordId| -> Option<String> {
        let stated = fields.iter().zip(&program.record(*id).fields).filter_map(|(value, field)| match value {
            Evaluated::Value(value) => {
                Some(written(program, value, &field.ty).map(|it| format!("{} is {it}", field.name)))
            }
            _ => None,
        });
        Some(format!("{{ {} }}", stated.collect::<Option<Vec<_>>>()?.join(", ")))
    };
    match (value, ty.required()) {
        (Value::Text(text), _) => Some(quoted(text)),
        (Value::Set(members), Type::Set(inner)) => {
            let members: Option<Vec<String>> = members.iter().map(|member| written(program, member, inner)).collect();
            Some(format!("{{{}}}", members?.join(", ")))
        }
        (Value::Record(values), Type::Record(id)) => fields(values, id),
        (Value::List(items), Type::List(id)) => {
            let item = |item: &Value| match item {
                Value::Record(values) => fields(values, id),
                _ => None,
            };
            Some(format!("list of {{ {} }}", items.iter().map(item).collect::<Option<Vec<_>>>()?.join(", ")))
        }
        (value, ty) => Some(program.value_text(value, ty)),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

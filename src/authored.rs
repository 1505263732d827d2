//! Tests as an author writes them: an applicant, and what is decided about them, in the canonical layout.

use std::collections::BTreeSet;

use crate::eval::{Answer, Request, evaluate};
use crate::facts::{Facts, Slot};
use crate::load::Loaded;
use crate::program::{EVALUATION_DATE, EVALUATION_TIME, FactId, FamilyId, PolicyId, Program, VersionId};
use crate::source::Sources;
use crate::syntax::ast::{DeclKind, Declaration};
use crate::syntax::format::format;
use crate::syntax::parse;
use crate::value::{Evaluated, Type, Value};

/// Writes an applicant down as a file with one test: what is stated, and what is decided about them.
///
/// Says why there can be none: no text names the value, the name is not plain, or the day alone does not lead to the version looked at.
pub fn write_test(loaded: &Loaded, program: &Program, asking: &Asking, facts: &Facts) -> Result<String, String> {
    let mut authored = Authored::new(loaded, program);
    authored.test(asking, facts)?;
    let text = authored.finish();
    let mut sources = Sources::new();
    let id = sources.add("tests.enact", text.as_str());
    let is_it = |declaration: &Declaration| match &declaration.kind {
        DeclKind::Test(test) => test.head.name.value == asking.name,
        _ => false,
    };
    // With a name that is none, nothing is left of the test.
    match parse(&sources, id).file.declarations.iter().any(is_it) {
        true => Ok(text),
        false => Err(format!("`{}` is no name of a test: `like_this_1` is one", asking.name)),
    }
}

/// Tests of one root under construction.
pub(crate) struct Authored<'a> {
    loaded: &'a Loaded,
    program: &'a Program,
    /// Libraries and policies that the tests name things of.
    uses: BTreeSet<String>,
    tests: Vec<String>,
}

/// What a test asks.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// Its name: a plain one.
    pub name: &'a str,
    /// Its label.
    pub label: &'a str,
    /// The decision.
    pub family: FamilyId,
    /// The policy and version that were looked at: the test must come to the same by its day alone.
    pub looked: (PolicyId, Option<VersionId>),
}

impl<'a> Authored<'a> {
    /// Starts without tests.
    pub(crate) fn new(loaded: &'a Loaded, program: &'a Program) -> Self {
        Authored { loaded, program, uses: BTreeSet::new(), tests: Vec::new() }
    }

    /// How many tests there are.
    pub(crate) fn count(&self) -> usize {
        self.tests.len()
    }

    /// Adds the test of an applicant, or says why there can be none.
    pub(crate) fn test(&mut self, asking: &Asking, facts: &Facts) -> Result<(), String> {
        let program = self.program;
        let family = program.family(asking.family);
        let gone = || format!("nothing decides `{}` here", family.name);
        let policy = family.policy.ok_or_else(gone)?;
        let mut facts = facts.clone();
        let day = match facts.get(EVALUATION_DATE) {
            Slot::Given(Value::Date(day)) => *day,
            _ => {
                let (policy, pinned) = asking.looked;
                let versions = &program.policies[policy.index()].versions;
                let version = pinned.or(versions.last().copied()).ok_or_else(gone)?;
                program.version(version).start.date
            }
        };
        facts.set(EVALUATION_DATE, Slot::Given(Value::Date(day)));
        // A test runs as everything does, by its day: the version compared must be the one in force.
        let asked = self.answer(policy, None, asking.family, &facts);
        let looked = self.answer(asking.looked.0, asking.looked.1, asking.family, &facts);
        let (Some(asked), Some(looked)) = (asked, looked) else { return Err(gone()) };
        if (asked.status, &asked.value) != (looked.status, &looked.value) {
            return Err(format!("on {day} another version is in force, which decides otherwise"));
        }
        let outcome = match &asked.value {
            Some(value) => written(program, value, &asked.ty)
                .ok_or_else(|| format!("no test can name the value of `{}`", family.name))?,
            None => asked.status.text().to_owned(),
        };
        let given: Vec<String> = facts
            .iter()
            .filter(|(id, slot)| !matches!(*id, EVALUATION_DATE | EVALUATION_TIME) && !matches!(slot, Slot::NotStated))
            .map(|(id, slot)| self.given(id, slot))
            .collect::<Result<_, _>>()?;
        if *facts.get(EVALUATION_TIME) != Slot::NotStated {
            return Err("the moment of the day matters, which no test of a day can name".to_owned());
        }
        self.uses.insert(program.policies[policy.index()].name.clone());
        let given = if given.is_empty() { String::new() } else { format!("    given {}\n", given.join(", ")) };
        let (name, label) = (asking.name, quoted(asking.label));
        self.tests.push(format!("test {name} {label} on {day}\n{given}    expect {} is {outcome}\n", family.name));
        Ok(())
    }

    fn answer(&self, policy: PolicyId, pinned: Option<VersionId>, family: FamilyId, facts: &Facts) -> Option<Answer> {
        let request = Request { policy, pinned, asked: vec![family] };
        evaluate(self.program, &request, facts).answers.into_iter().next()
    }

    /// `age_years is 30`; what declares the fact is used.
    fn given(&mut self, id: FactId, slot: &Slot) -> Result<String, String> {
        let program = self.program;
        let fact = program.fact(id);
        let value = match slot {
            Slot::Given(value) => {
                written(program, value, &fact.ty).ok_or_else(|| format!("no test can state `{}`", fact.name))?
            }
            _ => "unknown".to_owned(),
        };
        if let Some(span) = fact.span {
            let library = self.loaded.libraries.iter().find(|library| library.source == span.source);
            let of = |policy: &&crate::load::LoadedPolicy| {
                policy.versions.iter().any(|version| version.source == span.source)
            };
            let policy = self.loaded.policies.iter().find(of);
            self.uses.extend(library.map(|library| library.path.clone()).or(policy.map(|policy| policy.name.clone())));
        }
        Ok(format!("{} is {value}", fact.name))
    }

    /// Lays the file out as `enact fmt` does.
    pub(crate) fn finish(self) -> String {
        let uses: String = self.uses.iter().map(|used| format!("use {used}\n")).collect();
        let written = format!("{uses}\n{}", self.tests.join("\n"));
        let mut sources = Sources::new();
        let id = sources.add("tests.enact", written.as_str());
        let parsed = parse(&sources, id);
        format(&sources, &parsed.file)
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

//! Tests and profiles.

use std::collections::HashMap;

use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::load::Used;
use crate::program::{Asked, EVALUATION_DATE, FactId, FamilyId, OriginKind, PolicyId, RecordType, Test, TestExpect};
use crate::source::SourceId;
use crate::syntax::ast::{
    DeclKind, Declaration, Entry, EntryValue, Expect, ExpectOutcome, Given, ProfileDecl, TestDecl,
};
use crate::value::{Evaluated, Type, Value};

use super::scope::{Site, Unit};
use super::{Lowerer, Reported, open_unit};

/// The words of `expect D is STATUS`.
const STATUSES: &[&str] = &["undetermined", "contradictory", "not_in_force", "conflict", "error"];

impl<'a> Lowerer<'a> {
    pub(super) fn lower_tests(&mut self) {
        for file in &self.loaded.tests {
            let policies =
                super::uses_of(&file.file.declarations).filter_map(|used| match self.loaded.find_use(&used.path) {
                    Some(Used::Policy(index)) => Some(PolicyId(index as u32)),
                    _ => None,
                });
            let policies: Vec<PolicyId> = policies.collect();
            self.test_file(file.path.clone(), file.source, file.file.declarations.iter(), &policies);
        }
        for (index, policy) in self.loaded.policies.iter().enumerate() {
            for version in &policy.versions {
                let tests = version
                    .declarations
                    .iter()
                    .map(|decl| &*decl.declaration)
                    .filter(|declaration| declaration.span.source == version.source);
                let path = self.loaded.path(version.source).trim_end_matches(".enact").to_string();
                self.test_file(path, version.source, tests, &[PolicyId(index as u32)]);
            }
        }
        for library in &self.loaded.libraries {
            let path = self.loaded.path(library.source).trim_end_matches(".enact").to_string();
            self.test_file(path, library.source, library.file.declarations.iter(), &[]);
        }
    }

    fn test_file(
        &mut self,
        path: String,
        _source: SourceId,
        declarations: impl Iterator<Item = &'a Declaration>,
        policies: &[PolicyId],
    ) {
        let declarations: Vec<&'a Declaration> = declarations.collect();
        if !declarations.iter().any(|declaration| matches!(declaration.kind, DeclKind::Test(_) | DeclKind::Profile(_)))
        {
            return;
        }
        let clock = self.clock(EVALUATION_DATE);
        let mut unit = open_unit(&self.types, clock);
        let mut profiles: HashMap<&'a str, &'a ProfileDecl> = HashMap::new();
        for declaration in &declarations {
            if let DeclKind::Profile(decl) = &declaration.kind
                && let Some(first) = profiles.insert(&decl.head.name.value, decl)
            {
                let first = first.head.name.span;
                self.report(
                    Diagnostic::error(
                        Code::DUPLICATE,
                        decl.head.name.span,
                        format!("the profile `{}` is declared twice", decl.head.name.value),
                    )
                    .label(first, "declared here first"),
                );
            }
        }
        let mut lowered: HashMap<&'a str, Vec<(FactId, Evaluated)>> = HashMap::new();
        let mut order: Vec<&'a ProfileDecl> = profiles.values().copied().collect();
        order.sort_by_key(|profile| profile.head.name.span);
        for profile in order {
            let given = self.entries(&mut unit, &profile.entries);
            lowered.insert(&profile.head.name.value, given);
        }
        let mut names: HashMap<&'a str, crate::source::Span> = HashMap::new();
        for declaration in declarations {
            if let DeclKind::Test(decl) = &declaration.kind {
                if let Some(first) = names.insert(&decl.head.name.value, decl.head.name.span) {
                    self.report(
                        Diagnostic::error(
                            Code::DUPLICATE,
                            decl.head.name.span,
                            format!("the test `{}` is declared twice", decl.head.name.value),
                        )
                        .label(first, "declared here first"),
                    );
                }
                self.test(&mut unit, decl, declaration, &path, &lowered, policies);
            }
        }
    }

    fn test(
        &mut self,
        unit: &mut Unit<'a>,
        decl: &'a TestDecl,
        declaration: &'a Declaration,
        path: &str,
        profiles: &HashMap<&'a str, Vec<(FactId, Evaluated)>>,
        policies: &[PolicyId],
    ) {
        let mut given = Vec::new();
        for part in &decl.given {
            match part {
                Given::Profile(name) => match profiles.get(name.value.as_str()) {
                    Some(entries) => {
                        self.mark_used(name.span);
                        given.extend(entries.iter().cloned());
                    }
                    None => {
                        let hint = suggest(&name.value, profiles.keys().copied());
                        self.report(
                            Diagnostic::error(Code::UNKNOWN_NAME, name.span, format!("unknown profile `{}`", name.value))
                                .help(hint.unwrap_or_else(|| "declare it in this file: `profile NAME { fact is value }`; a fact is given as `fact is value`".to_string())),
                        );
                    }
                },
                Given::Entry(entry) => given.extend(self.entry(unit, entry)),
            }
        }
        let expects: Vec<TestExpect> =
            decl.expects.iter().filter_map(|expect| self.expect(unit, expect, policies).ok()).collect();
        if decl.expects.is_empty() {
            self.report(
                Diagnostic::error(Code::MISSING_CLAUSE, decl.head.name.span, "this test expects nothing")
                    .help("add `expect DECISION is VALUE`"),
            );
        }
        let site = Site { span: decl.head.name.span, whole: declaration.span, made_by: None };
        let origin = self.declared(unit, OriginKind::Test, &decl.head, site, &decl.common, String::new());
        let on = decl.on.as_ref().map(|on| on.value);
        self.graph.program.tests.push(Test { origin, file: path.to_string(), on, given, expects });
    }

    fn entries(&mut self, unit: &mut Unit<'a>, entries: &'a [Entry]) -> Vec<(FactId, Evaluated)> {
        entries.iter().filter_map(|entry| self.entry(unit, entry)).collect()
    }

    fn entry(&mut self, unit: &mut Unit<'a>, entry: &'a Entry) -> Option<(FactId, Evaluated)> {
        let name = &entry.name;
        let fact = match name.value.as_str() {
            "evaluation_date" => EVALUATION_DATE,
            "evaluation_time" => crate::program::EVALUATION_TIME,
            wrong => match self.facts.get(wrong) {
                Some(&(fact, _)) => fact,
                None => {
                    let hint = suggest(wrong, self.facts.keys().copied());
                    self.report(Diagnostic::error(Code::NOT_A_FACT, name.span, format!("`{wrong}` is no fact")).help(
                        hint.unwrap_or_else(|| "only facts are given; everything else follows from them".to_string()),
                    ));
                    return None;
                }
            },
        };
        let ty = self.graph.program.fact(fact).ty.clone();
        let value = self.entry_value(unit, &entry.value, &ty).ok()?;
        Some((fact, value))
    }

    fn entry_value(&mut self, unit: &mut Unit<'a>, value: &'a EntryValue, ty: &Type) -> Result<Evaluated, Reported> {
        match value {
            EntryValue::Unknown(_) => Ok(Evaluated::Unknown),
            EntryValue::Value(expr) => Ok(Evaluated::Value(self.constant(unit, expr, ty)?)),
            EntryValue::Record(entries, span) => match ty.required() {
                Type::Record(id) => Ok(Evaluated::Value(self.record_value(unit, entries, *id)?)),
                other => {
                    let other = other.clone();
                    let found = self.graph.program.type_text(&other);
                    Err(self.report(Diagnostic::error(
                        Code::TYPE,
                        *span,
                        format!("expected `{found}`, found a record"),
                    )))
                }
            },
            EntryValue::List(records, span) => match ty.required() {
                Type::List(id) => {
                    let items = records
                        .iter()
                        .map(|entries| self.record_value(unit, entries, *id))
                        .collect::<Result<Vec<_>, _>>()?;
                    Ok(Evaluated::Value(Value::List(items.into())))
                }
                other => {
                    let other = other.clone();
                    let found = self.graph.program.type_text(&other);
                    Err(self.report(Diagnostic::error(Code::TYPE, *span, format!("expected `{found}`, found a list"))))
                }
            },
        }
    }

    fn record_value(
        &mut self,
        unit: &mut Unit<'a>,
        entries: &'a [Entry],
        id: crate::value::RecordId,
    ) -> Result<Value, Reported> {
        let RecordType { name, fields, .. } = self.graph.program.record(id).clone();
        let mut values = vec![Evaluated::Unknown; fields.len()];
        for entry in entries {
            let Some(index) = fields.iter().position(|field| field.name == entry.name.value) else {
                let hint = suggest(&entry.name.value, fields.iter().map(|field| field.name.as_str()));
                return Err(self.report(
                    Diagnostic::error(
                        Code::UNKNOWN_NAME,
                        entry.name.span,
                        format!("`{name}` has no field `{}`", entry.name.value),
                    )
                    .help(hint.unwrap_or_else(|| {
                        format!("its fields are {}", super::expr::list(fields.iter().map(|field| field.name.as_str())))
                    })),
                ));
            };
            values[index] = self.entry_value(unit, &entry.value, &fields[index].ty)?;
        }
        Ok(Value::Record(values.into()))
    }

    fn expect(
        &mut self,
        unit: &mut Unit<'a>,
        expect: &'a Expect,
        policies: &[PolicyId],
    ) -> Result<TestExpect, Reported> {
        let name = &expect.decision;
        let Some(family) = self.find_asked(&name.value, policies) else {
            let hint = suggest(&name.value, self.families.keys().map(|(_, name)| *name));
            return Err(self.report(
                Diagnostic::error(Code::UNKNOWN_NAME, name.span, format!("nothing decides `{}`", name.value)).help(
                    hint.unwrap_or_else(|| "name a decision, or a definition of a policy this file uses".to_string()),
                ),
            ));
        };
        let ty = match self.graph.program.family(family).members.first() {
            Some((_, Asked::Decision(decision))) => self.graph.program.decision(*decision).ty.clone(),
            Some((_, Asked::Define(node))) => self.graph.program.info(*node).ty.clone(),
            None => return Err(Reported),
        };
        let outcome = match &expect.outcome {
            ExpectOutcome::Value(expr) => Ok(self.constant(unit, expr, &ty)?),
            ExpectOutcome::Status(status) => {
                if !STATUSES.contains(&status.value.as_str()) {
                    return Err(self.report(Diagnostic::error(
                        Code::UNKNOWN_NAME,
                        status.span,
                        format!("`{}` is no status", status.value),
                    )));
                }
                Err(status.value.clone())
            }
        };
        let missing = expect.missing.as_ref().map(|names| {
            let spelt = names.iter().map(|name| match self.facts.get(name.value.as_str()) {
                Some(&(fact, _)) => self.graph.program.fact(fact).key.clone(),
                None => name.value.clone(),
            });
            spelt.collect()
        });
        let because = expect.because.iter().map(|tag| tag.value.clone()).collect();
        Ok(TestExpect { family, outcome, missing, because, span: expect.span })
    }

    /// Finds what can be asked by name: a definition of the policies at hand, or any decision.
    fn find_asked(&self, name: &str, policies: &[PolicyId]) -> Option<FamilyId> {
        let own = policies.iter().find_map(|&policy| self.families.get(&(Some(policy), name)));
        own.or_else(|| {
            let mut decisions = self.families.iter().filter(|((_, known), family)| {
                *known == name
                    && matches!(self.graph.program.family(**family).members.first(), Some((_, Asked::Decision(_))))
            });
            decisions.next().map(|(_, family)| family)
        })
        .copied()
    }
}

//! `test` declarations.

use enact::facts::{Facts, Slot, set_on};
use enact::program::{Test, TestExpect};
use enact::run::Ready;
use enact::value::Evaluated;

use super::{Cover, Mismatch, TestResult, actual, ask, broken_asserts, check_missing, check_tags, explanation};
use crate::cli::root::Selection;

/// Runs the declared tests of the files selected, in the order of files and text.
pub fn run(ready: &Ready, selection: &Selection, wanted: impl Fn(&str) -> bool, cover: &mut Cover) -> Vec<TestResult> {
    let selected = |test: &&Test| {
        selection.holds(&format!("{}.enact", test.file)) && wanted(&ready.program.origin(test.origin).name)
    };
    let mut results: Vec<TestResult> =
        ready.program.tests.iter().filter(selected).map(|test| one(ready, test, cover)).collect();
    results.sort_by(|a, b| a.suite.cmp(&b.suite));
    results
}

fn one(ready: &Ready, test: &Test, cover: &mut Cover) -> TestResult {
    let origin = ready.program.origin(test.origin);
    let sources = &ready.loaded.sources;
    let facts = facts(ready, test);
    let mut result = TestResult {
        suite: sources.get(origin.span.source).name().to_owned(),
        name: origin.name.clone(),
        label: origin.label.clone(),
        at: sources.place(origin.span),
        mismatches: Vec::new(),
        explanation: None,
    };
    let mut asserts: Vec<Mismatch> = Vec::new();
    for expect in &test.expects {
        let before = result.mismatches.len();
        let Some((request, run)) = ask(ready, expect.family, &facts, cover) else { continue };
        let name = &ready.program.family(expect.family).name;
        let answer = &run.evaluation.answers[0];
        let as_expected = match &expect.outcome {
            Ok(value) => answer.value.as_ref() == Some(value),
            Err(status) => answer.status.text() == status,
        };
        if !as_expected {
            result.mismatches.push(Mismatch::new(
                name,
                expected(ready, expect, &answer.ty),
                actual(ready, &run.evaluation),
            ));
        }
        if let Some(missing) = &expect.missing {
            let found: Vec<String> = answer.missing.iter().map(|missing| missing.text(&ready.program)).collect();
            check_missing(&found, missing, &mut result.mismatches, name);
        }
        if !expect.because.is_empty() || !as_expected || result.mismatches.len() > before {
            let trace = &run.traces()[0];
            check_tags(trace, &expect.because, &mut result.mismatches, name);
            if result.mismatches.len() > before && result.explanation.is_none() {
                result.explanation = Some(explanation(trace));
            }
        }
        for broken in broken_asserts(ready, &request, &facts) {
            if !asserts.contains(&broken) {
                asserts.push(broken);
            }
        }
    }
    result.mismatches.extend(asserts);
    result
}

/// What the test gives; later entries win, and `on` wins over all.
pub fn facts(ready: &Ready, test: &Test) -> Facts {
    let mut facts = Facts::new(&ready.program);
    for (fact, given) in &test.given {
        let slot = match given {
            Evaluated::Value(value) => Slot::Given(value.clone()),
            _ => Slot::StatedUnknown,
        };
        facts.set(*fact, slot);
    }
    if let Some(on) = test.on {
        set_on(&mut facts, on);
    }
    facts
}

fn expected(ready: &Ready, expect: &TestExpect, ty: &enact::value::Type) -> String {
    match &expect.outcome {
        Ok(value) => ready.program.value_text(value, ty),
        Err(status) => status.clone(),
    }
}

//! Results of tests for people, as `enact.tests/1`, and as JUnit XML.

use enact::coverage;
use enact::diagnostic::render::{escape, escape_json};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde::Serialize;

use super::TestResult;
use crate::cli::exit::Failure;

/// Renders failures with what was expected and why it came out otherwise, then coverage if it was asked for; the last line
/// counts.
pub fn human(results: &[TestResult], coverage: Option<String>) -> String {
    let mut text = String::new();
    for result in results.iter().filter(|result| !result.mismatches.is_empty()) {
        let label = result.label.as_ref().map_or(String::new(), |label| format!("  {}", escape(label)));
        text += &format!("FAILED  {}{label}\n        {}\n", escape(&result.name), escape(&result.at));
        for mismatch in &result.mismatches {
            text += &format!("  {}\n", escape(&mismatch.what));
            text +=
                &format!("    expected  {}\n    actual    {}\n", escape(&mismatch.expected), escape(&mismatch.actual));
        }
        for line in result.explanation.iter().flat_map(|explanation| explanation.lines()) {
            text += &format!("    {line}\n");
        }
        text.push('\n');
    }
    if let Some(coverage) = coverage {
        text += &coverage;
        text.push('\n');
    }
    text + &format!("{} passed, {} failed\n", passed(results), results.len() - passed(results))
}

fn passed(results: &[TestResult]) -> usize {
    results.iter().filter(|result| result.mismatches.is_empty()).count()
}

#[derive(Serialize)]
struct Record<'a> {
    schema: &'static str,
    passed: usize,
    failed: usize,
    tests: Vec<One<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<coverage::record::Record>,
}

#[derive(Serialize)]
struct One<'a> {
    file: &'a str,
    name: &'a str,
    label: Option<&'a str>,
    at: &'a str,
    passed: bool,
    mismatches: Vec<Wrong<'a>>,
    explanation: Option<&'a str>,
}

#[derive(Serialize)]
struct Wrong<'a> {
    what: &'a str,
    expected: &'a str,
    actual: &'a str,
}

impl<'a> One<'a> {
    fn of(result: &'a TestResult) -> Self {
        One {
            file: &result.suite,
            name: &result.name,
            label: result.label.as_deref(),
            at: &result.at,
            passed: result.mismatches.is_empty(),
            mismatches: result.mismatches.iter().map(Wrong::of).collect(),
            explanation: result.explanation.as_deref(),
        }
    }
}

impl<'a> Wrong<'a> {
    fn of(mismatch: &'a super::Mismatch) -> Self {
        Wrong { what: &mismatch.what, expected: &mismatch.expected, actual: &mismatch.actual }
    }
}

/// Renders the record `enact.tests/1`.
pub fn json(results: &[TestResult], coverage: Option<coverage::record::Record>) -> String {
    let record = Record {
        schema: "enact.tests/1",
        passed: passed(results),
        failed: results.len() - passed(results),
        tests: results.iter().map(One::of).collect(),
        coverage,
    };
    // Texts and numbers always serialise.
    escape_json(&serde_json::to_string_pretty(&record).unwrap_or_default()) + "\n"
}

/// Renders JUnit XML: a suite a file, without times or host names.
pub fn junit(results: &[TestResult]) -> Result<String, Failure> {
    let mut report = Report::new("enact");
    for suite in results.chunk_by(|a, b| a.suite == b.suite) {
        let mut cases = TestSuite::new(suite[0].suite.clone());
        for result in suite {
            let mut status = TestCaseStatus::success();
            if !result.mismatches.is_empty() {
                status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                let text: Vec<String> = result
                    .mismatches
                    .iter()
                    .map(|wrong| format!("{}: expected {}, actual {}", wrong.what, wrong.expected, wrong.actual))
                    .collect();
                status.set_message(text.join("; "));
                status.set_description(result.explanation.clone().unwrap_or_else(|| text.join("\n")));
            }
            let mut case = TestCase::new(result.name.clone(), status);
            case.set_classname(result.suite.clone());
            cases.add_test_case(case);
        }
        report.add_test_suite(cases);
    }
    report.to_string().map_err(|error| Failure::usage(format!("cannot write JUnit XML: {error}"), None))
}

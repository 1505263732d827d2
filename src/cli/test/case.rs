//! Case files: one JSON object a line.

use std::path::Path;

use chrono::NaiveDate;
use enact::diagnostic::Code;
use enact::eval::{Answer, Status};
use enact::facts::{Facts, Slot, read_facts, read_text, record_json};
use enact::program::{EVALUATION_DATE, FamilyId, Program};
use enact::run::Ready;
use enact::value::Value;
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::{Cover, Mismatch, TestResult, actual, ask, broken_asserts, check_missing, check_tags, explanation};
use crate::cli::exit::Failure;
use crate::cli::files::read_input;

/// How large a case file may be: 64 MiB.
const MAX_CASES_BYTES: usize = 64 << 20;

/// One line. Facts stay text, so that their own reader sees what stands there: a doubled key, every digit.
#[derive(Deserialize)]
struct Case<'a> {
    id: Option<Json>,
    reason: Option<Json>,
    question: Option<Json>,
    evaluation_date: Option<Json>,
    #[serde(borrow)]
    facts: Option<&'a RawValue>,
    status: Option<Json>,
    expected: Option<Json>,
    missing: Option<Json>,
    conflicts: Option<Json>,
    decisive_rules: Option<Json>,
}

/// Runs the cases of a file. A file that is no list of cases is an error; a case that cannot be run fails.
pub fn run(
    ready: &Ready,
    path: &Path,
    wanted: impl Fn(&str) -> bool,
    ignore_reasons: bool,
    cover: &mut Cover,
) -> Result<Vec<TestResult>, Failure> {
    let shown = path.display().to_string();
    let bytes = read_input(path, MAX_CASES_BYTES)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Failure::one(Code::NOT_UTF8, format!("`{shown}` is not UTF-8 text"), None))?;
    let mut results = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let at = format!("{shown}:{}", index + 1);
        let case: Case = serde_json::from_str(line)
            .map_err(|error| Failure::one(Code::FACTS, format!("`{at}` is no case: {error}"), None))?;
        let id = case.id.as_ref().and_then(text_of).unwrap_or_else(|| format!("line {}", index + 1));
        if !wanted(&id) {
            continue;
        }
        let label = case.reason.as_ref().and_then(Json::as_str).map(str::to_owned);
        let mut result =
            TestResult { suite: shown.clone(), name: id, label, at, mismatches: Vec::new(), explanation: None };
        if let Err(mismatch) = one(ready, &case, ignore_reasons, &mut result, cover) {
            result.mismatches.push(mismatch);
        }
        results.push(result);
    }
    Ok(results)
}

/// Runs a case; `Err` says why it cannot be run.
fn one(
    ready: &Ready,
    case: &Case,
    ignore_reasons: bool,
    result: &mut TestResult,
    cover: &mut Cover,
) -> Result<(), Mismatch> {
    let program = &ready.program;
    let question =
        case.question.as_ref().and_then(Json::as_str).ok_or_else(|| broken("question", "a decision's name"))?;
    let family = find(program, question)
        .ok_or_else(|| Mismatch::new("question", "a decision of some policy", format!("`{question}`")))?;
    let facts = facts(program, case)?;
    let (request, run) = ask(ready, family, &facts, cover)
        .ok_or_else(|| Mismatch::new("question", "a policy", format!("`{question}`")))?;
    let answer = &run.evaluation.answers[0];
    let mismatches = &mut result.mismatches;
    if let Some(status) = &case.status {
        let status = status.as_str().ok_or_else(|| broken("status", "a status"))?;
        if status_of(status) != Some(answer.status) {
            mismatches.push(Mismatch::new("status", status, answer.status.text()));
        }
    }
    if let Some(expected) = &case.expected {
        let expected = expected.as_object().ok_or_else(|| broken("expected", "an object"))?;
        for (name, wanted) in expected {
            if name != question {
                return Err(Mismatch::new("expected", format!("only `{question}`"), format!("`{name}`")));
            }
            if !as_expected(program, answer, wanted) {
                let wanted = text_of(wanted).unwrap_or_else(|| wanted.to_string());
                mismatches.push(Mismatch::new(name, wanted, actual(ready, &run.evaluation)));
            }
        }
    }
    if let Some(missing) = strings("missing", &case.missing)? {
        let found: Vec<String> = answer.missing.iter().map(|missing| missing.text(program)).collect();
        check_missing(&found, &missing, mismatches, question);
    }
    if let Some(mut conflicts) = strings("conflicts", &case.conflicts)? {
        let mut found = run.record().decisions.swap_remove(0).violated;
        conflicts.sort();
        found.sort();
        if conflicts != found {
            let text = |tags: &[String]| format!("[{}]", tags.join(", "));
            mismatches.push(Mismatch::new("violated invariants", text(&conflicts), text(&found)));
        }
    }
    let rules = strings("decisive_rules", &case.decisive_rules)?.filter(|_| !ignore_reasons).unwrap_or_default();
    if !rules.is_empty() || !mismatches.is_empty() {
        let trace = &run.traces()[0];
        check_tags(trace, &rules, mismatches, question);
        if !mismatches.is_empty() {
            result.explanation = Some(explanation(trace));
        }
    }
    result.mismatches.extend(broken_asserts(ready, &request, &facts));
    Ok(())
}

/// The facts of a case, with its `evaluation_date`.
fn facts(program: &Program, case: &Case) -> Result<Facts, Mismatch> {
    let stated = case.facts.map_or("{}", RawValue::get);
    let mut facts = read_facts(program, stated).map_err(|errors| {
        let errors: Vec<String> = errors
            .iter()
            .map(|error| error.pointer().map_or(error.to_string(), |pointer| format!("{pointer}: {error}")))
            .collect();
        Mismatch::new("facts", "facts that policies declare", errors.join("; "))
    })?;
    if let Some(date) = &case.evaluation_date {
        let date = date.as_str().and_then(|date| NaiveDate::parse_from_str(date, "%Y-%m-%d").ok());
        let date = date.ok_or_else(|| broken("evaluation_date", "a date"))?;
        facts.set(EVALUATION_DATE, Slot::Given(Value::Date(date)));
    }
    Ok(facts)
}

/// Finds a decision by its name, which is unique over the root; else a definition that only one policy or library has.
fn find(program: &Program, name: &str) -> Option<FamilyId> {
    let decisions = program.policies.iter().flat_map(|policy| &policy.families).copied();
    decisions.into_iter().find(|&id| program.family(id).name == name).or_else(|| {
        let named = |index: &usize| program.families[*index].name == name;
        let mut found = (0..program.families.len()).filter(named);
        found.next().filter(|_| found.next().is_none()).map(|index| FamilyId(index as u32))
    })
}

/// Whether an answer is as written: a value by its type, or `unknown` and other statuses.
fn as_expected(program: &Program, answer: &Answer, wanted: &Json) -> bool {
    let Some(value) = &answer.value else {
        return wanted.as_str().is_some_and(|wanted| status_of(wanted) == Some(answer.status));
    };
    let written = record_json(program, &answer.ty, value);
    if &written == wanted || matches!((value, wanted), (Value::None, Json::Null)) {
        return true;
    }
    if let (Value::Bool(yes), Json::Bool(wanted)) = (value, wanted) {
        return yes == wanted;
    }
    if let (Json::Array(written), Json::Array(wanted)) = (&written, wanted) {
        return written.len() == wanted.len() && wanted.iter().all(|one| written.contains(one));
    }
    // Numbers compare by value, members by either spelling.
    text_of(wanted).is_some_and(|text| read_text(program, &answer.ty, &text).is_ok_and(|wanted| wanted == *value))
}

fn status_of(text: &str) -> Option<Status> {
    if text == "unknown" { Some(Status::Undetermined) } else { Status::from_text(text) }
}

/// A text, or a number as it is written.
fn text_of(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

fn strings(key: &str, list: &Option<Json>) -> Result<Option<Vec<String>>, Mismatch> {
    let Some(list) = list else { return Ok(None) };
    let strings = list.as_array().and_then(|list| list.iter().map(|one| one.as_str().map(str::to_owned)).collect());
    strings.map(Some).ok_or_else(|| broken(key, "a list of texts"))
}

fn broken(key: &str, wanted: &str) -> Mismatch {
    Mismatch::new(format!("the case's `{key}`"), wanted, "something else, or nothing")
}

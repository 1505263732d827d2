//! `enact check` from outside: its formats against their schemas and grammars, the sweep, tests for conditions.

use std::fs;
use std::path::Path;

use enact::diagnostic::render::{FINDING_SCHEMA, render_github};
use enact::diagnostic::{Code, Diagnostic, Witness};
use enact::source::{Sources, Span};
use proptest::prelude::*;
use serde_json::Value as Json;

use super::cli::{code, enact, err, out};
use super::literate::root;

/// A policy with findings of every kind of label and witness.
const WITH_FINDINGS: &str = r#"policy p effective from 2024-01-01

fact age_years "age": integer within 0..150
fact barred "barred, 100%: really": yes/no
decision ok "May do it": yes/no otherwise no
rule adults "Adults" ok is yes when age_years >= 18
rule bar "Barred" ok is no when barred
rule nobody ok is yes when age_years < 10 and age_years > 12
assert adults_only: ok implies age_years >= 21
"#;

/// A policy without an error.
const SOUND: &str = r#"policy p effective from 2024-01-01

fact age_years "age": integer within 0..150
fact resident: yes/no
fact born_on: date
decision ok: yes/no
    no outranks yes
    otherwise no
rule adults ok is yes when age_years >= 18 and resident
    unless born_on > 2005-06-30
rule old ok is no when age_years > 65 or born_on < 1950-01-01
assert grown: ok implies age_years >= 18
"#;

fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("policies/p");
    fs::create_dir_all(&path).expect("made");
    fs::write(path.join("2024-01-01.enact"), text).expect("written");
    folder
}

fn valid(schema: &str, instance: &str) -> Json {
    let schema: Json = serde_json::from_str(schema).expect("a schema");
    let instance: Json = serde_json::from_str(instance).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema that can be used");
    let wrong: Vec<String> =
        validator.iter_errors(&instance).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    instance
}

/// The official schema. Its pattern for languages has a bracket too many, which strict readers of patterns refuse.
fn official_sarif() -> String {
    let text = fs::read_to_string(root().join("tests/external/schemas/sarif-2.1.0-rtm.5.json")).expect("the schema");
    text.replace("{2}|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "{2}(-[a-zA-Z]{2})?$")
}

#[test]
fn findings_with_witnesses_fit_the_schema_of_their_record() {
    let folder = folder(WITH_FINDINGS);
    let output = enact(folder.path(), &["check", "--format", "json"]);
    assert_eq!(code(&output), 1, "{}", err(&output));
    let record = valid(FINDING_SCHEMA, &out(&output));
    let codes: Vec<&str> =
        record["findings"].as_array().expect("a list").iter().filter_map(|it| it["code"].as_str()).collect();
    for expected in ["E101", "E105", "E113"] {
        assert!(codes.contains(&expected), "{codes:?}");
    }
    let conflict = record["findings"].as_array().expect("a list").iter().find(|it| it["code"] == "E105");
    let witness = &conflict.expect("a conflict")["witness"];
    assert_eq!(witness["facts"], serde_json::json!({ "age_years": 18, "barred": true }));
    assert_eq!(record["proved"], serde_json::json!({ "versions": 1, "asserts": 0 }));
}

#[test]
fn sarif_fits_the_official_schema() {
    for (text, expected) in [(WITH_FINDINGS, 1), (SOUND, 0), ("policy p effective from 2024-01-01\nrule", 1)] {
        let folder = folder(text);
        let output = enact(folder.path(), &["check", "--format", "sarif"]);
        assert_eq!(code(&output), expected, "{}", err(&output));
        valid(&official_sarif(), &out(&output));
    }
    let output = enact(&root(), &["check", "--format", "sarif"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    valid(&official_sarif(), &out(&output));
}

#[test]
fn the_shipped_policies_have_no_error_and_their_asserts_are_proved() {
    let output = enact(&root(), &["check", "--format", "json"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let record = valid(FINDING_SCHEMA, &out(&output));
    assert_eq!((record["errors"].as_u64(), record["warnings"].as_u64()), (Some(0), Some(0)), "{}", out(&output));
    assert_eq!(record["proved"]["asserts"].as_u64(), Some(15));
}

#[test]
fn a_sweep_shows_both_sides_of_every_threshold() {
    let folder = folder(SOUND);
    let output = enact(folder.path(), &["check", "--sweep"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let text = out(&output);
    for line in [
        "ok   age_years 17: no | 18: yes | 19: yes   for: resident yes",
        "ok   age_years 64: yes | 65: yes | 66: no   for: ",
        "ok   born_on 2005-06-29: yes | 2005-06-30: yes | 2005-07-01: no   for: ",
        "ok   born_on 1949-12-31: no | 1950-01-01: yes | 1950-01-02: yes   for: ",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let output = enact(folder.path(), &["check", "--sweep", "--format", "json"]);
    let record = valid(FINDING_SCHEMA, &out(&output));
    assert_eq!(record["sweep"].as_array().map(Vec::len), Some(4));
    assert_eq!(code(&enact(folder.path(), &["check", "--sweep", "--format", "sarif"])), 2);
}

/// Writes tests for the conditions of a root into it, and runs them.
fn emitted(folder: &Path) -> String {
    let output = enact(folder, &["check", "--emit-tests", "emitted"]);
    assert_eq!(code(&output), 0, "{}{}", out(&output), err(&output));
    for entry in fs::read_dir(folder.join("emitted")).expect("tests").map(|entry| entry.expect("an entry")) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let policy = name.trim_start_matches("conditions_of_").trim_end_matches(".enact");
        let tests = folder.join("policies").join(policy).join("tests");
        fs::create_dir_all(&tests).expect("made");
        fs::copy(entry.path(), tests.join(&name)).expect("copied");
    }
    err(&output)
}

#[test]
fn tests_for_conditions_pass_and_fail_once_a_condition_is_dropped() {
    let folder = folder(SOUND);
    let said = emitted(folder.path());
    assert!(said.contains("for 5 conditions"), "{said}");
    assert!(!said.contains("no test:"), "{said}");
    assert_eq!(code(&enact(folder.path(), &["test"])), 0);
    assert_eq!(code(&enact(folder.path(), &["fmt", "--check", "policies/p/tests"])), 0);
    let path = folder.path().join("policies/p/2024-01-01.enact");
    // Each condition in turn, negated or dropped, must be noticed.
    for (from, to) in [
        ("age_years >= 18 and resident", "resident"),
        ("age_years >= 18 and resident", "age_years >= 18"),
        ("    unless born_on > 2005-06-30\n", ""),
        ("age_years > 65 or born_on < 1950-01-01", "age_years > 65"),
        ("age_years > 65 or born_on < 1950-01-01", "born_on < 1950-01-01"),
        ("age_years >= 18", "age_years >= 19"),
    ] {
        let mutant = SOUND.replacen(from, to, 1);
        assert_ne!(mutant, SOUND);
        fs::write(&path, mutant).expect("written");
        let output = enact(folder.path(), &["test"]);
        assert_eq!(code(&output), 1, "{from} -> {to}\n{}", out(&output));
    }
}

#[test]
fn tests_for_the_conditions_of_the_shipped_policies_pass() {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&root().join("policies"), &folder.path().join("policies"));
    emitted(folder.path());
    let output = enact(folder.path(), &["test"]);
    assert_eq!(code(&output), 0, "{}", out(&output));
    assert_eq!(code(&enact(folder.path(), &["fmt", "--check"])), 0);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// A workflow command: its name, its properties in order, its data.
type Command = (String, Vec<(String, String)>, String);

/// Reads a workflow command as the runner does: `::command key=value,key=value::data`, escapes undone.
fn read_command(line: &str) -> Option<Command> {
    let rest = line.strip_prefix("::")?;
    let (head, data) = rest.split_once("::")?;
    let (command, properties) = head.split_once(' ')?;
    let undo = |text: &str| {
        let text = text.replace("%3A", ":").replace("%2C", ",").replace("%0D", "\r").replace("%0A", "\n");
        text.replace("%25", "%")
    };
    let properties = properties.split(',').map(|property| {
        let (key, value) = property.split_once('=')?;
        Some((key.to_owned(), undo(value)))
    });
    Some((command.to_owned(), properties.collect::<Option<Vec<_>>>()?, undo(data)))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    /// Whatever texts and names hold, each finding is one command that the runner reads back.
    #[test]
    fn workflow_commands_are_read_back(
        name in "[a-z%:, ]{1,12}", message in "\\PC{0,40}", label in "[%:,\\n\\r a-z]{0,20}", help in "[%:,\\n a-z:]{0,30}",
        fact in "[a-z%:, ]{0,10}",
    ) {
        let mut sources = Sources::new();
        let id = sources.add(name.as_str(), "policy p\nfact a\n");
        let witness = Witness { intro: "for".into(), words: vec![fact], facts: Default::default(), comes_to: Vec::new() };
        let finding = Diagnostic::warning(Code::CONFLICT, Span::new(id, 9, 13), message.as_str())
            .found(label.as_str())
            .label(Span::new(id, 0, 6), label.as_str())
            .witness(Some(witness))
            .help(help.as_str());
        let text = render_github(std::slice::from_ref(&finding), &sources);
        let lines: Vec<&str> = text.lines().collect();
        prop_assert_eq!(lines.len(), 1);
        let (command, properties, data) = read_command(lines[0]).expect("a command");
        prop_assert_eq!(command, "warning");
        let keys: Vec<&str> = properties.iter().map(|(key, _)| key.as_str()).collect();
        prop_assert_eq!(keys, ["file", "line", "endLine", "col", "endColumn", "title"]);
        prop_assert_eq!(&properties[0].1, &name);
        prop_assert_eq!(&properties[5].1, "E105 conflict");
        prop_assert!(data.starts_with(&enact::diagnostic::render::escape(&message).into_owned()));
    }
}

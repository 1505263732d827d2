//! `enact diff`: the one command that shows who an edit affects, and proves that nobody else is.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::cli::{code, enact, err, out};
use super::literate::root;

const VERSION: &str = "policies/parking_permit/2025-01-01.enact";

/// A folder with the policy that `new` writes.
fn fresh() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(code(&enact(folder.path(), &["new", "parking_permit"])), 0);
    folder
}

/// Writes a copy of a file with one part changed.
fn copy(folder: &Path, from: &Path, to: &str, old: &str, new: &str) -> PathBuf {
    let text = fs::read_to_string(from).expect("read");
    assert!(text.contains(old), "no `{old}`");
    let to = folder.join(to);
    fs::create_dir_all(to.parent().expect("a parent")).expect("made");
    fs::write(&to, text.replace(old, new)).expect("written");
    to
}

/// The fresh policy, with the age in a copy of its version.
fn older(folder: &Path, age: &str) -> PathBuf {
    copy(folder, &folder.join(VERSION), &format!("{age}.enact"), "age_years >= 18", &format!("age_years >= {age}"))
}

fn json(output: &std::process::Output) -> serde_json::Value {
    serde_json::from_str(&out(output)).expect("JSON")
}

#[test]
fn one_edited_threshold_is_one_screen_and_reverting_it_affects_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let original = "policies/maintained_status/2018-11-23.enact";
    let edited = copy(
        folder.path(),
        &root().join(original),
        "copy.enact",
        "status_lost_on + 90 days",
        "status_lost_on + 60 days",
    );
    let edited = edited.to_str().expect("UTF-8");
    let output = enact(&root(), &["diff", original, edited, "--exit-code"]);
    let screen = out(&output);
    assert_eq!(code(&output), 1, "{screen}{}", err(&output));
    assert!(screen.lines().count() <= 40, "{screen}");
    for part in ["90 days", "60 days", "copy.enact:", "cause:", "who ", "example ", "before ", "after "] {
        assert!(screen.contains(part), "{part}\n{screen}");
    }
    fs::copy(root().join(original), edited).expect("reverted");
    let output = enact(&root(), &["diff", original, edited, "--exit-code"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(out(&output).contains("No applicant is affected: proved for everyone, on every day."), "{}", out(&output));
}

#[test]
fn revisions_are_compared_with_what_is_at_hand() {
    let folder = fresh();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@b.invalid"]).args(arguments).current_dir(folder.path());
        assert!(git.output().expect("git runs").status.success(), "{arguments:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "one"]);
    let same = enact(folder.path(), &["diff", "git:HEAD:policies/parking_permit", "parking_permit", "--exit-code"]);
    assert_eq!(code(&same), 0, "{}{}", out(&same), err(&same));
    let edited = older(folder.path(), "21");
    fs::copy(&edited, folder.path().join(VERSION)).expect("edited");
    let changed = enact(folder.path(), &["diff", "git:HEAD:policies/parking_permit", "parking_permit", "--exit-code"]);
    assert_eq!(code(&changed), 1, "{}{}", out(&changed), err(&changed));
    assert!(out(&changed).contains("18") && out(&changed).contains("21"), "{}", out(&changed));
    let plain = enact(folder.path(), &["diff", "git:HEAD:policies", "policies"]);
    assert_eq!(code(&plain), 0, "a difference is no error unless it is asked to be one");
}

#[test]
fn an_intended_difference_is_met_and_any_other_fails() {
    let folder = fresh();
    let at = folder.path();
    let (nineteen, twenty) = (older(at, "19"), older(at, "20"));
    let (nineteen, twenty) = (nineteen.to_str().expect("UTF-8"), twenty.to_str().expect("UTF-8"));
    let saved = enact(at, &["diff", VERSION, nineteen, "--format", "json"]);
    let record = json(&saved);
    assert_eq!(
        (code(&saved), record["schema"].as_str(), record["complete"].as_bool()),
        (0, Some("enact.diff/1"), Some(true))
    );
    fs::write(at.join("intended.json"), out(&saved)).expect("written");
    let expect = |new: &str| enact(at, &["diff", VERSION, new, "--expect", "intended.json"]);
    assert_eq!(code(&expect(nineteen)), 0, "{}", err(&expect(nineteen)));
    let failed = expect(twenty);
    assert_eq!(code(&failed), 1, "{}", out(&failed));
    assert!(
        err(&failed).contains("affected, and not expected:") && err(&failed).contains("expected, and not affected:")
    );
    fs::write(at.join("intended.json"), "{\"groups\": [{}]}").expect("written");
    assert_eq!(code(&expect(nineteen)), 2);
}

#[test]
fn rows_of_a_population_are_counted() {
    let folder = fresh();
    let at = folder.path();
    let edited = older(at, "21");
    let edited = edited.to_str().expect("UTF-8");
    let csv = "age_years,resident,last_refused_on\n18,yes,none\n20,yes,none\n21,yes,none\n20,no,none\n20,,none\nold,yes,none\n";
    fs::write(at.join("rows.csv"), csv).expect("written");
    let jsonl = "{\"age_years\": 20, \"resident\": true, \"last_refused_on\": null}\n{\"age_years\": 9}\n";
    fs::write(at.join("rows.jsonl"), jsonl).expect("written");
    fs::write(at.join("rows.parquet"), "PAR1").expect("written");
    let count = |rows: &str| {
        let arguments = ["diff", VERSION, edited, "--on", "2025-03-01", "--population", rows, "--format", "json"];
        enact(at, &arguments)
    };
    let counted = json(&count("rows.csv"));
    let population = &counted["population"];
    assert_eq!(population["rows"], 6);
    let moved =
        population["matrix"].as_array().expect("a matrix").iter().find(|it| it["from"] == "yes" && it["to"] == "no");
    assert_eq!(moved.expect("some are affected")["rows"], 2, "{population:#}");
    assert_eq!(population["groups"][0]["rows"], 2, "{population:#}");
    let refused: u64 =
        population["refused"].as_array().expect("a list").iter().filter_map(|it| it["rows"].as_u64()).sum();
    assert_eq!(refused, 2, "{population:#}");
    assert_eq!(json(&count("rows.jsonl"))["population"]["rows"], 2);
    let parquet = count("rows.parquet");
    assert!(code(&parquet) == 2 && err(&parquet).contains("Parquet"), "{}", err(&parquet));
}

#[test]
fn examples_become_tests_that_pass_under_the_new_text_only() {
    let folder = fresh();
    let at = folder.path();
    let before = fs::read_to_string(at.join(VERSION)).expect("read");
    let edited = older(at, "21");
    let tests = "policies/parking_permit/tests";
    let output = enact(at, &["diff", VERSION, edited.to_str().expect("UTF-8"), "--emit-tests", tests]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(err(&output).contains("wrote "), "{}", err(&output));
    assert_eq!(code(&enact(at, &["fmt", "--check"])), 0);
    let run = || enact(at, &["test", "--run", "^diff_"]);
    assert_eq!(code(&run()), 1, "the old text decides otherwise");
    fs::copy(&edited, at.join(VERSION)).expect("edited");
    assert_eq!(code(&run()), 0, "{}", out(&run()));
    assert_ne!(before, fs::read_to_string(at.join(VERSION)).expect("read"));
}

#[test]
fn every_format_and_every_mistake() {
    let folder = fresh();
    let at = folder.path();
    let edited = older(at, "21");
    let edited = edited.to_str().expect("UTF-8");
    let shown = |format: &str| out(&enact(at, &["diff", VERSION, edited, "--format", format]));
    assert!(shown("md").contains("<details>") && shown("md").contains("| Decision |"));
    assert!(shown("html").starts_with("<!doctype html>"));
    let only = |only: &str| out(&enact(at, &["diff", VERSION, edited, "--only", only]));
    assert!(only("yes:no").contains("may_apply: yes -> NO") && !only("no:yes").contains("may_apply: yes -> NO"));
    let card = "policy card effective from 2025-01-01\ndecision may_read: yes/no otherwise yes because \"All may.\"\n";
    fs::create_dir(at.join("policies/card")).expect("made");
    fs::write(at.join("policies/card/2025-01-01.enact"), card).expect("written");
    let several = enact(at, &["diff", "policies", "policies"]);
    assert_eq!(
        out(&several),
        "card: no applicant is affected (proved)\nparking_permit: no applicant is affected (proved)\n"
    );
    for mistake in [&["parking_permit", "card"][..], &["parking_permit", "nowhere"], &["parking_permit"]] {
        assert_eq!(code(&enact(at, &[&["diff"], mistake].concat())), 2, "{mistake:?}");
    }
}

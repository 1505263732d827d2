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

/// One threshold of each shipped policy: its file, what stands there, an edit.
const EDITS: [(&str, &str, &str); 10] = [
    ("after_you_apply/2025-06-17.enact", "+ 6 weeks", "+ 8 weeks"),
    ("entry_documents/2024-02-29.enact", "eta_issued_on <= 2024-02-29", "eta_issued_on <= 2024-02-28"),
    ("flagpoling/2024-05-30.enact", "hours_here.opens <= arrival_local_time", "hours_here.opens < arrival_local_time"),
    ("h1b_open_work_permit/2023-07-16.enact", "through 2023-07-17", "through 2023-07-18"),
    ("maintained_status/2018-11-23.enact", "status_lost_on + 90 days", "status_lost_on + 60 days"),
    ("poe_letter/2024-12-24.enact", "evaluation_date >= 2025-01-01", "evaluation_date >= 2025-02-01"),
    ("poe_study_permit/2014-06-01.enact", "when local_resident", "when local_resident and age_years >= 18"),
    ("poe_work_permit/2017-05-05.enact", "lmia_on_arrival in {positive, neutral},", "lmia_on_arrival in {positive},"),
    ("pr_portal/2020-12-05.enact", "account_created_by is ircc", "account_created_by is self"),
    ("visitor_interim_work/2024-08-28.enact", "until 2024-08-28", "until 2024-09-28"),
];

/// Copies a folder with all in it.
fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_folder(&from, &to);
        } else {
            fs::copy(from, to).expect("copied");
        }
    }
}

#[test]
fn one_edited_threshold_of_each_shipped_policy_is_one_screen_and_complete() {
    let shipped = root().join("policies");
    let policies = fs::read_dir(&shipped).expect("a folder").map(|entry| entry.expect("an entry"));
    let policies = policies.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name());
    let mut policies: Vec<String> = policies.map(|name| name.into_string().expect("UTF-8")).collect();
    policies.retain(|name| name != "common");
    policies.sort();
    assert_eq!(policies, EDITS.map(|(file, ..)| file.split('/').next().expect("a policy")));

    let folder = tempfile::tempdir().expect("a folder");
    for (policy, (file, old, new)) in policies.iter().zip(EDITS) {
        let edited = folder.path().join(policy);
        copy_folder(&shipped.join(policy), &edited);
        copy(folder.path(), &shipped.join(file), file, old, new);
        let arguments = ["diff", policy, edited.to_str().expect("UTF-8"), "--exit-code"];
        let output = enact(&root(), &arguments);
        let screen = out(&output);
        assert_eq!(code(&output), 1, "{policy}: {screen}{}", err(&output));
        assert!(screen.lines().count() <= 60, "{screen}");
        // Lines are broken between words.
        let screen = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        let line = format!("{file}:");
        for part in [&line, "all others provably not", "cause:", "who ", "example ", "before ", "after "] {
            assert!(screen.contains(part), "{policy}: {part}\n{screen}");
        }
        for part in ["Not complete", "Approximated"] {
            assert!(!screen.contains(part), "{policy}: {part}\n{screen}");
        }
    }
}

#[test]
fn an_edit_that_is_taken_back_provably_affects_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let copies = folder.path().join("copies");
    copy_folder(&root().join("policies"), &copies);
    let output = enact(&root(), &["diff", "policies", copies.to_str().expect("UTF-8"), "--exit-code"]);
    assert_eq!(code(&output), 0, "{}{}", out(&output), err(&output));
    let proved = out(&output).lines().filter(|line| line.ends_with(": no applicant is affected (proved)")).count();
    assert_eq!(proved, EDITS.len(), "{}", out(&output));
    let (file, ..) = EDITS[0];
    let output = enact(&root(), &["diff", &format!("policies/{file}"), copies.join(file).to_str().expect("UTF-8")]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(out(&output).contains("No applicant is affected: proved for everyone, on every day."), "{}", out(&output));
}

/// A product of two facts cannot be taken apart: neither sameness nor a difference is claimed for those whom it decides.
#[test]
fn what_is_not_proved_ends_with_3_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let text = "policy loan effective from 2025-01-01\n\
                fact base: decimal\nfact rate: decimal\nfact resident: yes/no\n\
                decision large: yes/no = base * rate > 1000 and resident\ndecision local: yes/no = resident\n";
    fs::create_dir_all(at.join("policies/loan")).expect("made");
    let original = at.join("policies/loan/2025-01-01.enact");
    fs::write(&original, text).expect("written");
    let edited = copy(at, &original, "edited.enact", "> 1000", "> 2000");
    let edited = edited.to_str().expect("UTF-8");
    for more in [&[][..], &["--exit-code"], &["--format", "md"]] {
        let output = enact(at, &[&["diff", "loan@2025-01-01", edited], more].concat());
        assert_eq!(code(&output), 3, "{more:?} {}{}", out(&output), err(&output));
    }
    let screen = out(&enact(at, &["diff", "loan@2025-01-01", edited]));
    assert_eq!(screen.matches("Not complete: `large` is not settled for everybody").count(), 1, "{screen}");
    assert!(screen.contains("No effect on local (proved)."), "{screen}");
    let record = json(&enact(at, &["diff", "loan@2025-01-01", edited, "--format", "json"]));
    assert_eq!(record["complete"], false, "{record:#}");
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

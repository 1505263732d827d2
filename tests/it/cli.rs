//! The program: exit codes, streams, files. What commands print is tested where it is made.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::literate::root;

pub fn enact(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_enact"));
    command.args(arguments).current_dir(folder).env_remove("ENACT_POLICIES").env_remove("ENACT_ERROR_FORMAT");
    command.output().expect("the program runs")
}

/// Runs the program with nobody who reads what it prints.
pub fn unread(folder: &Path, arguments: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_enact"))
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    drop(child.stdout.take());
    child.wait_with_output().expect("it ends")
}

pub fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

pub fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// A folder with the policy that `new` writes.
fn fresh() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let output = enact(folder.path(), &["new", "parking_permit"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    folder
}

#[test]
fn a_new_policy_checks_is_laid_out_and_passes_its_tests() {
    let folder = fresh();
    for arguments in [&["check"][..], &["fmt", "--check"], &["test"]] {
        let output = enact(folder.path(), arguments);
        assert_eq!(code(&output), 0, "{arguments:?}\n{}{}", out(&output), err(&output));
    }
    let name = "a_name_so_long_that_the_lines_of_its_files_break_in_other_places";
    assert_eq!(code(&enact(folder.path(), &["new", name])), 0);
    assert_eq!(code(&enact(folder.path(), &["fmt", "--check"])), 0);
    fs::remove_dir_all(folder.path().join("policies").join(name)).expect("removed");
    assert!(out(&enact(folder.path(), &["check"])).ends_with("2 files, 2 rules: no errors\n"));
    assert!(out(&enact(folder.path(), &["test"])).ends_with("5 passed, 0 failed\n"));
}

#[test]
fn a_new_policy_overwrites_nothing() {
    let folder = fresh();
    let output = enact(folder.path(), &["new", "parking_permit"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("nothing was written"));
    for name in ["rule", "../x", "Upper", ""] {
        assert_eq!(code(&enact(folder.path(), &["new", name])), 2, "{name}");
    }
}

#[test]
fn findings_end_with_1_and_mistakes_with_2() {
    let folder = fresh();
    let policy = folder.path().join("policies/parking_permit/2025-01-01.enact");
    let text = fs::read_to_string(&policy).expect("read");
    assert_eq!(code(&enact(folder.path(), &["eval", "parking_permit", "--fail-unless", "may_apply=yes"])), 1);
    assert_eq!(code(&enact(folder.path(), &["eval", "parking_permit", "--fail-unless", "may_apply=maybe"])), 2);
    assert_eq!(code(&enact(folder.path(), &["eval", "parking_permit", "--set", "age_years=old"])), 2);
    assert_eq!(code(&enact(folder.path(), &["eval", "parking_permit", "--facts", "nowhere.json"])), 2);
    assert_eq!(code(&enact(folder.path(), &["eval", "parking_permits"])), 2);
    assert_eq!(code(&enact(folder.path(), &["test", "--run", "no such test"])), 1);
    assert_eq!(code(&enact(folder.path(), &["frobnicate"])), 2);
    assert_eq!(code(&enact(folder.path(), &["--help"])), 0);
    fs::write(&policy, text.replace("resident [R-2b]", "residnet [R-2b]")).expect("written");
    assert_eq!(code(&enact(folder.path(), &["check"])), 1);
    assert_eq!(code(&enact(folder.path(), &["eval", "parking_permit"])), 2);
    assert_eq!(code(&enact(folder.path(), &["test"])), 2);
    fs::write(&policy, text.replace("\n    may_apply is yes", "\n  may_apply is yes")).expect("written");
    assert_eq!(code(&enact(folder.path(), &["fmt", "--check"])), 1);
    assert_eq!(code(&enact(folder.path(), &["fmt"])), 0);
    assert_eq!(fs::read_to_string(&policy).expect("read"), text);
}

#[test]
fn facts_come_from_standard_input() {
    let folder = fresh();
    let mut child = Command::new(env!("CARGO_BIN_EXE_enact"))
        .args(["eval", "parking_permit", "--facts", "-", "--on", "2025-02-01", "--format", "jsonl"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let facts = br#"{"age_years": 30, "resident": true, "last_refused_on": null}"#;
    child.stdin.take().expect("a pipe").write_all(facts).expect("written");
    let output = child.wait_with_output().expect("it ends");
    let record: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
    assert_eq!(record["schema"], "enact.decision/1");
    assert_eq!(record["decisions"][0]["value"], "yes");
    assert_eq!(record["decisions"][0]["because"][0]["rule"], "adult_resident");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let output = unread(Path::new("."), &["completions", "bash"]);
    assert_eq!((code(&output), err(&output).as_str()), (0, ""));
}

#[test]
fn errors_are_shown_as_asked() {
    let folder = fresh();
    let run = |format: &str| err(&enact(folder.path(), &["eval", "parking_permi", "--error-format", format]));
    assert_eq!(
        run("plain"),
        "error E090 usage: there is no policy `parking_permi`; help: did you mean `parking_permit`?\n"
    );
    let record: serde_json::Value = serde_json::from_str(&run("json")).expect("JSON");
    assert_eq!(record["findings"][0]["code"], "E090");
    assert!(run("human").contains("× E090 usage: there is no policy `parking_permi`"));
}

#[test]
fn colours_go_to_terminals_only_or_on_demand() {
    let folder = fresh();
    let plain = out(&enact(folder.path(), &["eval", "parking_permit"]));
    let coloured = out(&enact(folder.path(), &["eval", "parking_permit", "--color", "always"]));
    assert!(!plain.contains('\u{1b}') && coloured.contains('\u{1b}'));
}

#[test]
fn a_policy_is_named_in_every_way() {
    let folder = fresh();
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.invalid", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    let text = |policy: &str| {
        let output = enact(folder.path(), &["show", policy, "--format", "json"]);
        assert_eq!(code(&output), 0, "{policy}: {}", err(&output));
        let text: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        text["declarations"].as_array().expect("a list").len()
    };
    let by_name = text("parking_permit");
    for policy in [
        "parking_permit@2025-01-01",
        "policies/parking_permit",
        "policies/parking_permit/2025-01-01.enact",
        "git:HEAD:policies/parking_permit",
        "git:HEAD:policies/parking_permit/2025-01-01.enact",
        "git:HEAD:policies/parking_permit@2025-01-01",
    ] {
        assert_eq!(text(policy), by_name, "{policy}");
    }
    for policy in
        ["parking_permit@2025-01-02", "git:nowhere:policies", "git:HEAD:src", "policies/nothing", "git:--help:x"]
    {
        assert_eq!(code(&enact(folder.path(), &["show", policy])), 2, "{policy}");
    }
}

#[test]
fn every_machine_format_of_check_is_well_formed() {
    let folder = fresh();
    fs::write(folder.path().join("policies/broken.enact"), "fact a yes/no\n").expect("written");
    for format in ["json", "sarif"] {
        let output = enact(folder.path(), &["check", "--format", format]);
        assert_eq!(code(&output), 1);
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON");
    }
    assert!(
        out(&enact(folder.path(), &["check", "--format", "github"]))
            .starts_with("::error file=policies/broken.enact,line=1")
    );
}

#[test]
fn results_of_tests_fit_their_schema_and_junit_names_failures() {
    let folder = fresh();
    let tests = folder.path().join("policies/parking_permit/tests/parking_permit.enact");
    let text =
        fs::read_to_string(&tests).expect("read").replacen("expect may_apply is no", "expect may_apply is yes", 1);
    fs::write(&tests, text).expect("written");
    let output = enact(folder.path(), &["test", "--format", "json"]);
    assert_eq!(code(&output), 1);
    let record: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let schema = fs::read_to_string(root().join("schemas/enact.tests.1.json")).expect("a schema");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    jsonschema::validate(&schema, &record).expect("fits");
    assert_eq!((&record["passed"], &record["failed"]), (&4.into(), &1.into()));
    let junit = out(&enact(folder.path(), &["test", "--format", "junit"]));
    assert!(junit.contains("tests=\"5\" skipped=\"0\" failures=\"1\""), "{junit}");
}

/// Checks what a command prints against the published schema that it names.
fn fits(folder: &Path, arguments: &[&str], schema: &str) {
    let output = enact(folder, arguments);
    assert_eq!(code(&output), 0, "{arguments:?}: {}", err(&output));
    let record: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let schema = fs::read_to_string(root().join("schemas").join(schema)).expect("a schema");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    if let Err(error) = jsonschema::validate(&schema, &record) {
        panic!("{arguments:?}: {error} at {}", error.instance_path());
    }
}

#[test]
fn records_fit_their_schemas() {
    let facts = "policies/flagpoling/facts/cusma_professional.json";
    let asked = ["poe_work_permit", "--facts", facts, "--on", "2025-02-01", "--format", "json"];
    fits(&root(), &[&["eval"][..], &asked].concat(), "enact.decision.1.json");
    let one = ["--decision", "may_apply_for_work_permit_at_poe"];
    for level in ["reason", "why", "full"] {
        fits(&root(), &[&["explain"][..], &asked, &one, &["--level", level]].concat(), "enact.trace.1.json");
    }
    fits(&root(), &["show", "flagpoling", "--format", "json"], "enact.text.1.json");
    fits(&root(), &["check", "--format", "json"], "enact.finding.1.json");
    fits(&root(), &["test", "--format", "json"], "enact.tests.1.json");
}

#[test]
fn a_text_in_force_names_the_version_of_each_declaration() {
    let output = enact(&root(), &["show", "flagpoling@2024-12-24"]);
    let text = out(&output);
    assert!(text.contains("# 2024-12-24 at policies/flagpoling/2024-12-24.enact:"), "{text}");
    assert!(text.contains("# 2024-05-30 at policies/flagpoling/2024-05-30.enact:"), "{text}");
    assert!(!text.contains("amends"), "{text}");
}

#[test]
fn the_manual_and_completions_name_every_command() {
    let man = out(&enact(&root(), &["man"]));
    let bash = out(&enact(&root(), &["completions", "bash"]));
    for command in [
        "check",
        "eval",
        "explain",
        "ask",
        "test",
        "fmt",
        "show",
        "doc",
        "graph",
        "schema",
        "new",
        "completions",
        "man",
        "help-error",
    ] {
        assert!(man.contains(&format!("enact {command}")), "{command}");
        assert!(bash.contains(command), "{command}");
    }
}

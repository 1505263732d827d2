//! What is run from a text: tests, decisions, the comparison with what is committed.

use std::process::Command;

use super::*;
use serde_json::json;

fn run(client: &mut Client, command: &str, path: &str, about: &str) -> Result<String, String> {
    let params = json!({ "command": command, "arguments": [client.uri(path), about] });
    client.try_ask("workspace/executeCommand", params).map(|text| text.as_str().expect("a text").to_owned())
}

#[test]
fn a_test_is_run_on_the_text_on_the_screen() {
    let (_folder, mut client) = started();
    client.open(TESTS, text(TESTS));
    let lenses = client.about("textDocument/codeLens", TESTS);
    let command = &lenses[0]["command"];
    assert_eq!((&command["title"], &command["command"]), (&json!("Run test"), &json!("enact.runTest")));
    assert_eq!(run(&mut client, "enact.runTest", TESTS, "second_permit").as_deref(), Ok("1 passed, 0 failed\n"));
    let failed = run(&mut client, "enact.runTest", TESTS, "wrong").expect("run");
    assert!(failed.contains("expected  no\n    actual    yes") && failed.ends_with("0 passed, 1 failed\n"), "{failed}");
    let shown = client.wait(|it| it["method"] == "window/showMessage" && it["params"]["type"] == 2);
    assert!(shown["params"]["message"].as_str().expect("a text").starts_with("Failed wrong\n"));
    // Not saved: the text on the screen counts.
    client.write(FIRST, &text(FIRST).replace("permits_held >= 1", "permits_held >= 3"));
    let failed = run(&mut client, "enact.runTest", TESTS, "second_permit").expect("run");
    assert!(failed.ends_with("0 passed, 1 failed\n"), "{failed}");
    client.write(FIRST, &text(FIRST).replace("permits_held >= 1", "permits_hold >= 1"));
    let error = run(&mut client, "enact.runTest", TESTS, "second_permit").expect_err("errors");
    assert!(error.contains("E201"), "{error}");
    assert!(run(&mut client, "enact.unheardOf", TESTS, "x").is_err());
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_decision_is_evaluated_on_tests_or_facts() {
    let (folder, mut client) = started();
    let by_tests = run(&mut client, "enact.evaluate", FIRST, "may_park").expect("evaluated");
    assert!(by_tests.starts_with("no  The second one\nyes  A wrong one\n"), "{by_tests}");
    let facts = folder.path().join("policies/parking/enact.facts.json");
    fs::write(facts, "{ \"lives_in\": \"centre\", \"permits_held\": 0 }").expect("written");
    let explained = run(&mut client, "enact.evaluate", FIRST, "may_park").expect("evaluated");
    assert!(explained.starts_with("YES   A permit is granted [P-0]\n") && explained.contains("[P-1]"), "{explained}");
    assert!(run(&mut client, "enact.evaluate", FIRST, "may_fly").is_err_and(|error| error.contains("may_park")));
    assert_eq!(client.leave(), 0);
}

#[test]
fn who_is_affected_by_an_edit_is_said_before_it_is_saved() {
    let folder = folder();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@b.invalid"]).args(arguments).current_dir(folder.path());
        assert!(git.output().expect("git runs").status.success(), "{arguments:?}");
    };
    let mut client = Client::start(folder.path(), json!({ "enactReport": true }));
    client.open(FIRST, text(FIRST));
    let error = run(&mut client, "enact.whoIsAffected", FIRST, "parking").expect_err("no commit");
    assert!(error.contains("git"), "{error}");
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "one"]);
    let nobody = run(&mut client, "enact.whoIsAffected", FIRST, "parking").expect("compared");
    assert!(nobody.contains("no applicant") || nobody.contains("nobody") || nobody.contains("same"), "{nobody}");
    client.write(FIRST, &text(FIRST).replace("is centre", "is harbour"));
    let somebody = run(&mut client, "enact.whoIsAffected", FIRST, "parking").expect("compared");
    assert!(somebody.contains("~ rule resident [P-1]") && somebody.contains("may_park"), "{somebody}");
    let report = client.wait(|it| it["method"] == "enact/report" && it["params"]["text"] == somebody.as_str());
    assert_eq!(report["params"]["title"], "parking: who is affected by my edit");
    assert_eq!(client.leave(), 0);
}

#[test]
fn what_takes_longer_to_find_follows_on_its_own() {
    let (_folder, mut client) = started();
    let conflict = text(FIRST).replace("no outranks yes ", "");
    client.write(FIRST, &conflict);
    let uri = client.uri(FIRST);
    // Saved or not: what is on the screen is analysed.
    client.tell("textDocument/didSave", json!({ "textDocument": { "uri": uri } }));
    let found = client.wait(|it| {
        let list = it["params"]["diagnostics"].as_array();
        it["params"]["uri"] == uri.as_str() && list.is_some_and(|list| list.iter().any(|it| it["code"] == "E105"))
    });
    assert_eq!(found["method"], "textDocument/publishDiagnostics");
    assert_eq!(client.leave(), 0);
}

//! No text and no order of requests ends the server.

use std::path::Path;

use super::*;
use serde_json::json;

/// How often the text is cut off, and how often a part is taken out; odd texts are put in once each.
const CUTS: usize = 4;

/// Asks everything that can be asked about a place.
fn ask_everything(client: &mut Client, path: &str, place: &Value) {
    for method in ["hover", "definition", "references", "documentHighlight", "completion"] {
        client.at(&format!("textDocument/{method}"), path, place);
    }
    for method in
        ["documentSymbol", "foldingRange", "semanticTokens/full", "inlayHint", "codeLens", "formatting", "codeAction"]
    {
        client.about(&format!("textDocument/{method}"), path);
    }
    let mut params = client.place(path, place);
    // Refused or not: it is answered.
    let _ = client.try_ask("textDocument/prepareRename", params.clone());
    params["newName"] = "another_name".into();
    let _ = client.try_ask("textDocument/rename", params);
}

#[test]
fn no_edit_of_a_real_policy_ends_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    for part in ["flagpoling", "common", "common/data"] {
        copy(&super::super::literate::root().join("policies").join(part), &folder.path().join("policies").join(part));
    }
    let path = "policies/flagpoling/2024-12-24.enact";
    let whole = fs::read_to_string(folder.path().join(path)).expect("shipped");
    let mut client = Client::start(folder.path(), Value::Null);
    let found = client.open(path, &whole);
    assert_eq!(found.iter().filter(|it| it["severity"] == 1).count(), 0, "{found:?}");
    let characters: Vec<char> = whole.chars().collect();
    let odd = ["\"", "{", "}", "[", "é😀", "\u{202e}", "#", " rule ", " when ", "\n", "(((", "0..", "\r"];
    for step in 0..odd.len() + 2 * CUTS {
        // A number that wanders over the text, the same in each run.
        let at = (step * 7919 + 13) % characters.len();
        let (before, after): (String, String) = (characters[..at].iter().collect(), characters[at..].iter().collect());
        let edited = match odd.get(step) {
            Some(odd) => format!("{before}{odd}{after}"),
            None if step % 2 == 0 => before.clone(),
            None => format!("{before}{}", after.chars().skip(1 + step).collect::<String>()),
        };
        client.write(path, &edited);
        let line = before.matches('\n').count();
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let place = json!({ "line": line, "character": before[start..].encode_utf16().count() });
        ask_everything(&mut client, path, &place);
    }
    client.write(path, "");
    ask_everything(&mut client, path, &json!({ "line": 0, "character": 0 }));
    let again = client.write(path, &whole);
    assert_eq!(codes(&again), codes(&found));
    assert_eq!(client.leave(), 0);
}

/// Copies the files of a folder.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_file() {
            fs::copy(&entry, to.join(entry.file_name().expect("a name"))).expect("copied");
        }
    }
}

#[test]
fn who_goes_without_leave_is_an_error() {
    let folder = folder();
    let mut client = Client::start(folder.path(), Value::Null);
    client.open(FIRST, text(FIRST));
    client.ask("shutdown", Value::Null);
    let place = client.place(FIRST, &json!({ "line": 0, "character": 0 }));
    assert!(client.try_ask("textDocument/hover", place).is_err(), "after `shutdown` nothing is answered");
    assert_eq!(client.go(), 0);
    assert_eq!(Client::start(folder.path(), Value::Null).go(), 1);
}

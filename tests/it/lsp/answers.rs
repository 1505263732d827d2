//! Each request, with its answer.

use super::client::slice;
use super::*;
use serde_json::json;

/// The places of an answer, as `file:line text`.
fn places(client: &Client, answer: &Value) -> Vec<String> {
    let show = |place: &Value| {
        let uri = place["uri"].as_str().expect("an address");
        let path = FILES.iter().find(|(path, _)| client.uri(path) == uri).expect("a file").0;
        let line = place["range"]["start"]["line"].as_u64().expect("a line") + 1;
        format!("{}:{line} {}", path.trim_start_matches("policies/"), slice(text(path), &place["range"]))
    };
    let mut places: Vec<String> = answer.as_array().expect("a list").iter().map(show).collect();
    places.sort();
    places
}

#[test]
fn what_is_wrong_is_shown_while_somebody_types() {
    let (_folder, mut client) = started();
    let broken = text(FIRST).replace("when lives_in is centre", "when lives_ni is centre");
    let found = client.write(FIRST, &broken);
    assert_eq!(codes(&found), ["E201"]);
    assert_eq!(slice(&broken, &found[0]["range"]), "lives_ni", "after an accent and an emoji on the line");
    let message = found[0]["message"].as_str().expect("a message");
    assert!(
        message.starts_with("unknown name `lives_ni`") && message.ends_with("help: did you mean `lives_in`?"),
        "{message}"
    );
    assert_eq!(found[0]["source"], "enact");
    assert!(found[0]["relatedInformation"][0]["location"]["uri"].as_str().expect("an address").ends_with("city.enact"));
    // A mistake in one declaration hides none in another.
    let twice = broken.replace("no outranks yes", "no outranks outranks yes");
    let found = client.write(FIRST, &twice);
    assert!(codes(&found).contains(&"E001"), "{found:?}");
    assert_eq!(codes(&client.write(FIRST, text(FIRST))), [] as [&str; 0]);
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_change_in_one_file_shows_in_another() {
    let (_folder, mut client) = started();
    client.open(CITY, text(CITY));
    client.write(CITY, &text(CITY).replace("fact lives_in", "fact lives_here"));
    let uri = client.uri(FIRST);
    let message =
        client.wait(|it| it["params"]["uri"] == uri.as_str() && it["params"]["diagnostics"][0]["code"] == "E201");
    assert_eq!(message["method"], "textDocument/publishDiagnostics");
    // Closed without being saved, the file on the disk counts again.
    let document = json!({ "textDocument": { "uri": client.uri(CITY) } });
    client.tell("textDocument/didClose", document);
    client.wait(|it| it["params"]["uri"] == uri.as_str() && it["params"]["diagnostics"] == json!([]));
    assert_eq!(client.leave(), 0);
}

#[test]
fn parts_of_a_text_are_changed_by_utf16_positions() {
    let (_folder, mut client) = started();
    let (_, start) = mark(FIRST, "lives_in is centre", "§lives_in is centre");
    let (_, end) = mark(FIRST, "lives_in is centre", "lives_in§ is centre");
    let found = client.change(FIRST, json!([{ "range": { "start": start, "end": end }, "text": "lives_on" }]));
    assert_eq!(codes(&found), ["E201"]);
    let found = client.change(FIRST, json!([{ "range": { "start": start, "end": end }, "text": "lives_in" }]));
    assert_eq!(codes(&found), [] as [&str; 0]);
    let formatted = client.about("textDocument/formatting", FIRST);
    assert!(
        formatted[0]["newText"].as_str().expect("a text").contains("\n    may_park is yes when lives_in is centre\n"),
        "{formatted}"
    );
    assert_eq!(client.leave(), 0);
}

#[test]
fn names_lead_to_their_declarations_and_uses() {
    let (_folder, mut client) = started();
    let (_, fact) = mark(FIRST, "when lives_in", "when li§ves_in");
    let found = client.at("textDocument/definition", FIRST, &fact);
    assert_eq!(places(&client, &found), ["common/city.enact:3 lives_in"]);
    let found = client.at("textDocument/references", FIRST, &fact);
    let uses = [
        "common/city.enact:3 lives_in",
        "parking/2025-01-01.enact:6 lives_in",
        "parking/tests/permits.enact:4 lives_in",
        "parking/tests/permits.enact:7 lives_in",
    ];
    assert_eq!(places(&client, &found), uses);
    let (_, decision) = mark(FIRST, "[P-1] \"Résidents 😀\" may_park", "[P-1] \"Résidents 😀\" §may_park");
    let found = client.at("textDocument/documentHighlight", FIRST, &decision);
    assert_eq!(found.as_array().map(Vec::len), Some(3));
    assert_eq!(found[0]["kind"], 3, "where it is declared");
    let (_, member) = mark(FIRST, "is centre", "is §centre");
    let found = client.at("textDocument/definition", FIRST, &member);
    assert_eq!(places(&client, &found), ["common/city.enact:2 centre"]);
    assert_eq!(client.leave(), 0);
}

#[test]
fn the_pointer_shows_what_a_name_is() {
    let (_folder, mut client) = started();
    let (_, fact) = mark(FIRST, "when lives_in", "when li§ves_in");
    let hover = client.at("textDocument/hover", FIRST, &fact);
    let shown = hover["contents"]["value"].as_str().expect("a text");
    assert!(shown.contains("**où 😀 habite**") && shown.contains("Asked: Where do you live?"), "{shown}");
    assert_eq!(slice(text(FIRST), &hover["range"]), "lives_in");
    let (_, rule) = mark(FIRST, "rule one_each", "rule one§_each");
    let hover = client.at("textDocument/hover", FIRST, &rule);
    let shown = hover["contents"]["value"].as_str().expect("a text");
    assert!(shown.contains("Versions: stated 2025-01-01, replaced 2025-07-01"), "{shown}");
    let (_, label) = mark(FIRST, "Résidents", "Rés§idents");
    assert_eq!(client.at("textDocument/hover", FIRST, &label), Value::Null);
    assert_eq!(client.leave(), 0);
}

#[test]
fn what_fits_is_offered() {
    let (_folder, mut client) = started();
    let (broken, place) = client::marked(&text(FIRST).replace("lives_in is centre", "lives_in is §"));
    client.write(FIRST, &broken);
    let offers = client.at("textDocument/completion", FIRST, &place);
    assert_eq!(offers["items"][0]["label"], "centre");
    let labels = |offers: &Value| -> Vec<String> {
        let items = offers["items"].as_array().expect("a list").iter();
        items.map(|it| it["label"].as_str().expect("a label").to_owned()).collect()
    };
    let (broken, place) = client::marked(&text(FIRST).replace("when permits_held >= 1", "when perm§"));
    client.write(FIRST, &broken);
    let offers = client.at("textDocument/completion", FIRST, &place);
    assert!(labels(&offers).contains(&"permits_held".to_owned()));
    let item =
        offers["items"].as_array().expect("a list").iter().find(|it| it["label"] == "permits_held").expect("there");
    assert_eq!(item["detail"], "integer: permits of the household");
    assert_eq!(slice(&broken, &item["textEdit"]["range"]), "perm");
    let resolved = client.ask("completionItem/resolve", item.clone());
    assert!(resolved["documentation"]["value"].as_str().expect("a text").contains("fact permits_held"), "{resolved}");
    let (broken, place) = client::marked(&text(FIRST).replace("cite bylaw", "cite §"));
    client.write(FIRST, &broken);
    assert_eq!(labels(&client.at("textDocument/completion", FIRST, &place)), ["bylaw"]);
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_name_is_changed_everywhere_or_not_at_all() {
    let (_folder, mut client) = started();
    let (_, fact) = mark(FIRST, "fact permits_held", "fact §permits_held");
    let range = client.at("textDocument/prepareRename", FIRST, &fact);
    assert_eq!(slice(text(FIRST), &range), "permits_held");
    let mut params = client.place(FIRST, &fact);
    params["newName"] = "permits".into();
    let changes = client.ask("textDocument/rename", params.clone())["changes"].clone();
    for (path, edits) in [(FIRST, 2), (SECOND, 1), (TESTS, 2), ("policies/parking/facts/ana.json", 1)] {
        let list = changes[client.uri(path)].as_array().unwrap_or_else(|| panic!("{path}: {changes}"));
        assert_eq!(list.len(), edits, "{path}");
        for edit in list {
            assert_eq!((slice(text(path), &edit["range"]), &edit["newText"]), ("permits_held", &json!("permits")));
        }
    }
    params["newName"] = "when".into();
    let error = client.try_ask("textDocument/rename", params.clone()).expect_err("refused");
    assert!(error.contains("is no name"), "{error}");
    params["newName"] = "may_park".into();
    assert!(client.try_ask("textDocument/rename", params).is_err_and(|error| error.contains("is taken")));
    let (_, number) = mark(FIRST, "0..20", "0..2§0");
    let params = client.place(FIRST, &number);
    assert!(client.try_ask("textDocument/prepareRename", params).is_err());
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_file_is_listed_folded_coloured_and_hinted() {
    let (_folder, mut client) = started();
    client.open(TESTS, text(TESTS));
    client.open(SECOND, text(SECOND));
    let symbols = client.about("textDocument/documentSymbol", FIRST);
    let names: Vec<&str> =
        symbols.as_array().expect("a list").iter().map(|it| it["name"].as_str().expect("a name")).collect();
    assert_eq!(names, ["parking", "common.city", "bylaw", "permits_held", "may_park", "resident", "one_each"]);
    let folds = client.about("textDocument/foldingRange", TESTS);
    assert_eq!(folds.as_array().map(Vec::len), Some(2));
    let hints = client.about("textDocument/inlayHint", FIRST);
    assert_eq!(
        (&hints[0]["label"], &hints[0]["position"]),
        (&json!("in force until 2025-06-30"), &json!({ "line": 0, "character": 59 }))
    );
    assert_eq!(hints[1]["label"], "replaced 2025-07-01");
    let hints = client.about("textDocument/inlayHint", SECOND);
    assert_eq!(hints[1]["label"], "of 2025-01-01");
    let tokens = client.about("textDocument/semanticTokens/full", FIRST);
    let data = tokens["data"].as_array().expect("numbers");
    assert!(data.len() > 100 && data.len() % 5 == 0);
    assert_eq!(client.about("textDocument/codeLens", TESTS).as_array().map(Vec::len), Some(2));
    assert_eq!(client.leave(), 0);
}

#[test]
fn what_is_found_can_be_mended() {
    let (_folder, mut client) = started();
    let (broken, place) = client::marked(&text(FIRST).replace("when lives_in is", "when lives§_ni is"));
    client.write(FIRST, &broken);
    let params = json!({
        "textDocument": { "uri": client.uri(FIRST) }, "range": { "start": place, "end": place }, "context": { "diagnostics": [] },
    });
    let actions = client.ask("textDocument/codeAction", params);
    assert_eq!((&actions[0]["title"], &actions[0]["kind"]), (&json!("Write `lives_in`"), &json!("quickfix")));
    assert_eq!(actions[0]["diagnostics"][0]["code"], "E201");
    let edit = &actions[0]["edit"]["changes"][client.uri(FIRST)][0];
    assert_eq!((slice(&broken, &edit["range"]), &edit["newText"]), ("lives_ni", &json!("lives_in")));
    let titles: Vec<&str> =
        actions.as_array().expect("a list").iter().map(|it| it["title"].as_str().expect("a title")).collect();
    assert!(
        titles.contains(&"Declare the fact `lives_ni`") && titles.contains(&"Add a test of `resident`"),
        "{titles:?}"
    );
    assert_eq!(client.leave(), 0);
}

#[test]
fn what_nobody_knows_is_an_error_and_no_end() {
    let (_folder, mut client) = started();
    assert!(client.try_ask("textDocument/unheardOf", json!({})).is_err());
    assert!(client.try_ask("textDocument/hover", json!({ "nonsense": 1 })).is_err());
    let nowhere =
        json!({ "textDocument": { "uri": "file:///nowhere.enact" }, "position": { "line": 0, "character": 0 } });
    assert!(client.try_ask("textDocument/hover", nowhere).is_err_and(|error| error.contains("is not open")));
    client.tell("textDocument/didChange", json!({ "textDocument": 1 }));
    let far = json!({ "line": 4_000_000_000_u32, "character": 4_000_000_000_u32 });
    assert_eq!(client.at("textDocument/hover", FIRST, &far), Value::Null);
    assert_eq!(client.leave(), 0);
}

#[test]
fn a_document_that_is_no_file_is_checked_and_laid_out() {
    let (_folder, mut client) = started();
    let document = json!({ "uri": "untitled:one", "languageId": "enact", "version": 1, "text": "fact   a: yes\n" });
    client.tell("textDocument/didOpen", json!({ "textDocument": document }));
    let found = client.wait(|it| it["params"]["uri"] == "untitled:one");
    assert_eq!(found["params"]["diagnostics"][0]["source"], "enact");
    let formatted =
        client.ask("textDocument/formatting", json!({ "textDocument": { "uri": "untitled:one" }, "options": {} }));
    assert!(formatted.is_array() || formatted.is_null(), "{formatted}");
    assert_eq!(client.leave(), 0);
}

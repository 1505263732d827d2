//! What there is: routes, policies, questions.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::{Server, folder};
use crate::literate::root;

/// Every route with the method it takes.
const ROUTES: [(&str, &str); 20] = [
    ("/", "get"),
    ("/assets/{name}", "get"),
    ("/docs", "get"),
    ("/docs/errors/{code}", "get"),
    ("/healthz", "get"),
    ("/metrics", "get"),
    ("/openapi.json", "get"),
    ("/readyz", "get"),
    ("/v1/batch", "post"),
    ("/v1/check", "post"),
    ("/v1/decide", "post"),
    ("/v1/diff", "post"),
    ("/v1/explain", "post"),
    ("/v1/format", "post"),
    ("/v1/next-question", "post"),
    ("/v1/policies", "get"),
    ("/v1/policies/{id}/schema", "get"),
    ("/v1/policies/{id}/tests", "get"),
    ("/v1/policies/{id}/text", "get"),
    ("/v1/write-test", "post"),
];

#[test]
fn the_document_lists_exactly_what_is_served() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let document = server.get("/openapi.json").json();
    assert_eq!(document["openapi"], "3.1.0");
    let listed: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().expect("methods").keys().map(move |method| (path.clone(), method.clone()))
        })
        .collect();
    assert_eq!(listed, ROUTES.map(|(path, method)| (path.to_owned(), method.to_owned())).into());
    let docs = server.get("/docs").text;
    for (path, method) in ROUTES {
        assert!(docs.contains(&format!("<b>{}</b> <code>{path}</code>", method.to_uppercase())), "{path}");
        let real = path.replace("{id}", "p").replace("{name}", "docs.css").replace("{code}", "E105");
        let (there, other) = match method {
            "get" => (server.get(&real), server.post(&real, &json!({}))),
            _ => (server.post(&real, &json!({})), server.get(&real)),
        };
        assert!(![404, 405].contains(&there.status), "{path}: {}", there.text);
        assert_eq!(other.problem()["status"], 405, "{path}");
    }
    // Every reference leads somewhere, and the records are those that are published.
    let text = document.to_string();
    for record in ["decision", "trace", "finding", "diff"] {
        let file = std::fs::read_to_string(root().join(format!("schemas/enact.{record}.1.json"))).expect("a schema");
        let file: Json = serde_json::from_str(&file).expect("JSON");
        assert_eq!(document["components"]["schemas"][format!("enact.{record}.1")], file);
        assert!(text.contains(&format!("#/components/schemas/enact.{record}.1")));
    }
}

#[test]
fn policies_are_listed_with_what_a_form_needs() {
    let server = Server::start(&root(), &["--reload", "0"]);
    let list = server.get("/v1/policies").json();
    let policies = list["policies"].as_array().expect("a list");
    let policy = policies.iter().find(|policy| policy["id"] == "flagpoling").expect("listed");
    let versions: Vec<&Json> = policy["versions"].as_array().expect("versions").iter().collect();
    assert_eq!(
        versions.iter().map(|version| &version["from"]).collect::<Vec<_>>(),
        ["2017-06-16", "2024-05-30", "2024-12-24"]
    );
    assert_eq!((&versions[1]["until"], &versions[2]["until"]), (&"2024-12-24".into(), &Json::Null));
    assert_eq!(versions[2]["file"], "flagpoling/2024-12-24.enact");
    assert!(policy["decisions"].as_array().expect("decisions").iter().any(|it| it["name"] == "flagpoling_bar_applies"));
    let fact = |key: &str| {
        let facts = policy["facts"].as_array().expect("facts");
        facts.iter().find(|fact| fact["key"] == key).expect("a fact").clone()
    };
    assert_eq!(fact("citizenships")["type"], json!({ "kind": "set", "of": { "kind": "enum", "enum": "country" } }));
    let members = list["enums"]["country"]["members"].as_array().expect("members");
    assert!(members.contains(&json!({ "value": "US" })));
    // Its text can be sent back as it is.
    let text = server.get("/v1/policies/flagpoling/text").json();
    let files = text["files"].as_array().expect("files");
    let files: serde_json::Map<String, Json> =
        files.iter().map(|file| (file["path"].as_str().expect("a path").to_owned(), file["text"].clone())).collect();
    let case = json!({ "policy": "flagpoling", "on": "2025-01-01", "facts": {}, "policies": files });
    assert_eq!(server.post("/v1/decide", &case).json()["hashes"]["policy"], text["hashes"]["policy"]);
    for path in [
        "/v1/policies/nothing/schema",
        "/v1/policies/..%2F..%2Fetc/text",
        "/v1/policies/%FF/text",
        "/docs/errors/E999",
        "/assets/x",
    ] {
        assert_eq!(server.get(path).problem()["status"], 404, "{path}");
    }
}

#[test]
fn questions_lead_to_a_decision() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let mut case = json!({ "policy": "p", "decision": "fee", "on": "2025-08-01", "facts": {} });
    let mut asked = Vec::new();
    loop {
        let step = server.post("/v1/next-question", &case).json();
        let question = &step["question"];
        let Some(fact) = question["fact"].as_str() else {
            assert_eq!((&step["answer"]["value"], &step["open"]), (&"yes".into(), &json!([])));
            break;
        };
        case["facts"][fact] = if fact == "age" { 30.into() } else { false.into() };
        asked.push((fact.to_owned(), question["text"].clone(), question["type"]["kind"].clone()));
    }
    asked.sort_by(|a, b| a.0.cmp(&b.0));
    let age = ("age".to_owned(), "How old is the person?".into(), "integer".into());
    assert_eq!(asked, [age, ("member".to_owned(), "a member".into(), "yes_no".into())]);
    // What is not known is not asked again.
    case["facts"] = json!({ "age": { "unknown": true }, "member": { "unknown": true } });
    assert_eq!(server.post("/v1/next-question", &case).json()["question"], Json::Null);
}

#[test]
fn declared_tests_are_cases_and_a_case_is_written_as_a_test() {
    let folder = folder();
    super::write(folder.path(), "policies/p/tests/young.enact", super::TEST);
    let server = Server::start(folder.path(), &[]);
    let tests = server.get("/v1/policies/p/tests").json();
    let young = json!({
        "name": "young", "label": null, "file": "p/tests/young.enact", "on": "2025-02-01", "facts": { "age": 3 }, "decisions": ["fee"],
    });
    assert_eq!(tests, json!({ "id": "p", "tests": [young] }));
    let mut case = json!({ "policy": "p", "decision": "fee", "on": "2025-08-01", "facts": { "age": 30, "member": true }, "name": "old" });
    let text = "use p\n\ntest old \"old\" on 2025-08-01\n    given age is 30, member is yes\n    expect fee is no\n";
    let written = server.post("/v1/write-test", &case).json();
    assert_eq!(written, json!({ "text": text }));
    // It expects what the texts of the request decide, and these find nothing wrong with it.
    let edited = super::SECOND.replace("is no when member", "is yes when member");
    case["policies"] = json!({ "p/2025-07-01.enact": edited });
    assert!(server.post("/v1/write-test", &case).text.contains("expect fee is yes"));
    let checked = server.post("/v1/check", &json!({ "policies": { "p/tests/more.enact": text } })).json();
    assert_eq!(checked["errors"], 0);
    for (member, wrong) in
        [("name", json!("No name")), ("decision", json!("nothing")), ("facts", json!({ "age": "old" }))]
    {
        let mut case = case.clone();
        case[member] = wrong;
        assert_eq!(server.post("/v1/write-test", &case).problem()["status"], 422, "{member}");
    }
    // The text of a version is that of the version it amends, amended.
    let text = server.get("/v1/policies/p@2025-07-01/text").json()["consolidated"].to_string();
    assert!(text.contains("rule young") && text.contains("rule members") && !text.contains("amends"), "{text}");
    assert_eq!(server.get("/v1/policies/p/text").json().get("consolidated"), None);
}

#[test]
fn the_playground_is_one_page_and_its_parts_are_kept() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let page = server.get("/");
    assert_eq!(page.kind, "text/html; charset=utf-8");
    assert!(page.headers["content-security-policy"].to_str().is_ok_and(|policy| !policy.contains("unsafe")));
    for (part, kind) in [("app.js", "text/javascript; charset=utf-8"), ("app.css", "text/css; charset=utf-8")] {
        let (_, rest) = page.text.split_once(&format!("/assets/{part}?v=")).expect("called by what it holds");
        let mark = rest.split('"').next().expect("an end");
        let got = server.get(&format!("/assets/{part}?v={mark}"));
        assert_eq!(got.kind, kind);
        assert_eq!(got.headers["cache-control"], "public, max-age=31536000, immutable");
        assert!(enact::trace::hash::hash_bytes(got.text.as_bytes()).starts_with(&format!("sha256:{mark}")));
    }
    assert_eq!(page.headers["cache-control"], "no-store");
}

//! `/openapi.json`, OpenAPI 3.1: made from the list of routes, and of the JSON Schemas that are published for records.
//!
//! Records are not described a second time by derives: their schemas are files that tests hold them to, and a schema with its
//! own `$id` stands in an OpenAPI document as it is.

use std::sync::LazyLock;

use enact::diagnostic::render::escape_json;
use serde_json::{Map, Value as Json, json};

use super::answer::JSONL;
use super::members::Member;
use super::problem::PROBLEM_JSON;
use super::routes::{ROUTES, Route, Takes};

/// The records by the name they carry.
const RECORDS: [(&str, &str); 4] = [
    ("enact.decision/1", include_str!("../../schemas/enact.decision.1.json")),
    ("enact.trace/1", include_str!("../../schemas/enact.trace.1.json")),
    ("enact.finding/1", include_str!("../../schemas/enact.finding.1.json")),
    ("enact.diff/1", include_str!("../../schemas/enact.diff.1.json")),
];

/// Returns the document, made once.
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| escape_json(&document().to_string()) + "\n");
    &TEXT
}

fn document() -> Json {
    let mut paths = Map::new();
    for route in ROUTES {
        let method = route.method().as_str().to_lowercase();
        paths.insert(route.path.into(), json!({ method: operation(route) }));
    }
    // The files are JSON: tests read them.
    let record = |(name, text): &(&str, &str)| (component(name), serde_json::from_str(text).unwrap_or_default());
    let mut schemas: Map<String, Json> = RECORDS.iter().map(record).collect();
    schemas.insert("problem".into(), problem());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "enact",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Policies over HTTP: what is decided, why, and who is affected by an edit.",
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn operation(route: &Route) -> Json {
    let (kinds, schema) = route.gives;
    let schema =
        schema.map_or(json!({}), |name| json!({ "$ref": format!("#/components/schemas/{}", component(name)) }));
    let content = |(place, kind): (usize, &&str)| {
        let schema = if place == 0 { schema.clone() } else { json!({}) };
        ((*kind).to_owned(), json!({ "schema": schema }))
    };
    let content: Map<String, Json> = kinds.iter().enumerate().map(content).collect();
    let wrong = json!({ PROBLEM_JSON: { "schema": { "$ref": "#/components/schemas/problem" } } });
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": route.about,
        "responses": {
            "200": { "description": route.about, "content": content },
            "default": { "description": "Why it is not answered", "content": wrong },
        },
    });
    let parameters = parameters(route);
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    match route.takes {
        Takes::Object(members, _) | Takes::Quick(members, ..) => {
            let content = json!({ "application/json": { "schema": object(members) } });
            operation["requestBody"] = json!({ "required": true, "content": content });
        }
        Takes::Lines(_) => {
            let line = json!({ "description": "An object of facts a line", "type": "string" });
            operation["requestBody"] = json!({ "required": true, "content": { JSONL: { "schema": line } } });
        }
        _ => {}
    }
    if !route.open {
        operation["security"] = json!([{}, { "token": [] }]);
    }
    operation
}

/// `/v1/policies/{id}/schema` is `get_v1_policies_id_schema`.
fn operation_id(route: &Route) -> String {
    let words: Vec<&str> =
        route.path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!("{}_{}", route.method().as_str().to_lowercase(), words.join("_"))
}

/// What stands in the path and the query.
fn parameters(route: &Route) -> Vec<Json> {
    let in_path = |part: &str| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        Some(json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
    };
    let in_query = |member: &Member| {
        json!({
            "name": member.name,
            "in": "query",
            "required": member.required,
            "description": member.about,
            "schema": member.kind.schema(),
        })
    };
    let query = match route.takes {
        Takes::Lines(members) => members,
        _ => &[],
    };
    route.path.split('/').filter_map(in_path).chain(query.iter().map(in_query)).collect()
}

fn object(members: &[Member]) -> Json {
    let property = |member: &Member| {
        let mut schema = member.kind.schema();
        schema["description"] = member.about.into();
        (member.name.to_owned(), schema)
    };
    let required: Vec<&str> = members.iter().filter(|member| member.required).map(|member| member.name).collect();
    json!({
        "type": "object",
        "properties": members.iter().map(property).collect::<Map<_, _>>(),
        "required": required,
        "additionalProperties": false,
    })
}

/// `enact.decision/1` is called `enact.decision.1` where names have no slash.
fn component(record: &str) -> String {
    record.replace('/', ".")
}

/// RFC 9457, with what we add.
fn problem() -> Json {
    let text = |about: &str| json!({ "type": "string", "description": about });
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": text("`about:blank`, or the page of the code"),
            "title": text("The kind of problem"),
            "status": { "type": "integer" },
            "detail": text("What is wrong here"),
            "code": text("`E083`"),
            "help": text("What to do about it"),
            "errors": {
                "type": "array",
                "description": "All that is wrong with the request",
                "items": {
                    "type": "object",
                    "required": ["pointer", "detail"],
                    "properties": {
                        "code": text("`E083`"),
                        "pointer": text("The place in the body, a JSON pointer: `/facts/age_years`"),
                        "detail": text("What is wrong there"),
                        "help": text("What to write instead"),
                    },
                },
            },
            "findings": { "$ref": "#/components/schemas/enact.finding.1" },
        },
    })
}

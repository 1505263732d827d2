//! Findings as SARIF 2.1.0 (OASIS Standard, 27 March 2020), for code-scanning services.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::{CODES, Code, Diagnostic, Severity};
use super::escape;
use super::json::escape_json;
use crate::source::{Sources, Span};

/// Renders findings as one SARIF run, with the codes that occur as its rules. Columns count Unicode code points.
pub fn render_sarif(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let codes: Vec<Code> =
        diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<BTreeSet<_>>().into_iter().collect();
    let rules: Vec<Value> = codes.iter().map(|&code| rule(code)).collect();
    let results: Vec<Value> = diagnostics
        .iter()
        .map(|diagnostic| {
            let index = codes.iter().position(|&code| code == diagnostic.code);
            result(diagnostic, index.unwrap_or_default(), sources)
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "enact", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    escape_json(&format!("{log:#}\n"))
}

fn rule(code: Code) -> Value {
    let line = CODES.iter().find(|(other, _)| *other == code).map_or("", |(_, line)| line.trim());
    json!({
        "id": code.number,
        "name": code.name,
        "shortDescription": { "text": line },
        "help": { "text": format!("enact help-error {}", code.number) },
    })
}

fn result(diagnostic: &Diagnostic, rule_index: usize, sources: &Sources) -> Value {
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let mut text = escape(&diagnostic.message).into_owned();
    if let Some(witness) = &diagnostic.witness {
        text += &format!("\n{}", escape(&witness.text()));
    }
    if let Some(help) = &diagnostic.help {
        text += &format!("\nhelp: {}", super::escape_lines(help));
    }
    let mut result = json!({
        "ruleId": diagnostic.code.number,
        "ruleIndex": rule_index,
        "level": level,
        "message": { "text": text },
    });
    let mut labels = diagnostic.labels.iter();
    if let Some(main) = labels.next() {
        result["locations"] = json!([location(main.span, &main.text, None, sources)]);
    }
    let related: Vec<Value> =
        labels.enumerate().map(|(index, label)| location(label.span, &label.text, Some(index), sources)).collect();
    if !related.is_empty() {
        result["relatedLocations"] = Value::Array(related);
    }
    if let Some(witness) = &diagnostic.witness {
        result["properties"] = json!({ "witness": witness.facts });
    }
    result
}

fn location(span: Span, text: &str, id: Option<usize>, sources: &Sources) -> Value {
    let file = sources.get(span.source);
    let (start, end) = (file.location(span.start), file.location(span.end));
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(file.name()) },
            "region": {
                "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
            },
        },
    });
    if let Some(id) = id {
        location["id"] = json!(id);
    }
    if !text.is_empty() {
        location["message"] = json!({ "text": escape(text) });
    }
    location
}

/// A relative reference (RFC 3986): bytes that a path segment may not hold are percent-encoded.
fn uri(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => (byte as char).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_with_its_rules() {
        let (sources, diagnostics) = super::super::tests::example();
        let log: Value = serde_json::from_str(&render_sarif(&diagnostics, &sources)).expect("JSON");
        insta::assert_snapshot!(format!("{:#}", log["runs"][0]["results"][0]), @r#"
        {
          "ruleId": "E202",
          "ruleIndex": 1,
          "level": "error",
          "message": {
            "text": "`r` is declared twice\nhelp: give one of them another name"
          },
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "p/2024-01-01.enact"
                },
                "region": {
                  "startLine": 3,
                  "startColumn": 6,
                  "endLine": 3,
                  "endColumn": 7
                }
              },
              "message": {
                "text": "declared again"
              }
            }
          ],
          "relatedLocations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "common/people.enact"
                },
                "region": {
                  "startLine": 3,
                  "startColumn": 6,
                  "endLine": 3,
                  "endColumn": 7
                }
              },
              "id": 0,
              "message": {
                "text": "first declared here"
              }
            }
          ]
        }
        "#);
        assert_eq!(uri("a b/ü.enact"), "a%20b/%C3%BC.enact");
    }
}

//! Findings as the record `enact.finding/1`, whose JSON Schema is `schemas/enact.finding.1.json`.

use serde::Serialize;

use super::super::Diagnostic;
use super::count;
use crate::source::{Sources, Span};

/// The JSON Schema of [`Findings`].
pub const FINDING_SCHEMA: &str = include_str!("../../../schemas/enact.finding.1.json");

/// The record: all findings of one run. Keys stand in this order.
#[derive(Debug, Serialize)]
pub struct Findings {
    schema: &'static str,
    findings: Vec<Finding>,
    #[serde(flatten)]
    totals: Option<Totals>,
    errors: usize,
    warnings: usize,
    notes: usize,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Files read.
    pub files: usize,
    /// Rules in them.
    pub rules: usize,
}

#[derive(Debug, Serialize)]
struct Finding {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    message: String,
    at: Option<Place>,
    label: Option<String>,
    also: Vec<Also>,
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<Shown>,
    help: Option<String>,
}

/// Somebody for whom it shows.
#[derive(Debug, Serialize)]
struct Shown {
    intro: String,
    facts: serde_json::Map<String, serde_json::Value>,
    words: Vec<String>,
    comes_to: Vec<String>,
}

/// A place: lines and columns from 1, columns count characters, the end is excluded; bytes from 0.
#[derive(Debug, Serialize)]
struct Place {
    file: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    bytes: [u32; 2],
}

#[derive(Debug, Serialize)]
struct Also {
    at: Place,
    label: String,
}

impl Findings {
    /// Makes the record.
    pub fn new(diagnostics: &[Diagnostic], sources: &Sources, totals: Option<Totals>) -> Self {
        let (errors, warnings, notes) = count(diagnostics);
        let findings = diagnostics.iter().map(|diagnostic| finding(diagnostic, sources)).collect();
        Findings { schema: "enact.finding/1", findings, totals, errors, warnings, notes }
    }
}

/// Renders findings as one JSON document on several lines.
pub fn render_json(diagnostics: &[Diagnostic], sources: &Sources, totals: Option<Totals>) -> String {
    let findings = Findings::new(diagnostics, sources, totals);
    // Strings, numbers and lists always serialise.
    let text = serde_json::to_string_pretty(&findings).unwrap_or_default();
    escape_json(&text) + "\n"
}

fn finding(diagnostic: &Diagnostic, sources: &Sources) -> Finding {
    let main = diagnostic.labels.first();
    Finding {
        code: diagnostic.code.number,
        name: diagnostic.code.name,
        severity: diagnostic.severity.text(),
        message: diagnostic.message.clone(),
        at: main.map(|label| place(label.span, sources)),
        label: main.map(|label| label.text.clone()).filter(|text| !text.is_empty()),
        also: diagnostic
            .labels
            .iter()
            .skip(1)
            .map(|label| Also { at: place(label.span, sources), label: label.text.clone() })
            .collect(),
        witness: diagnostic.witness.as_ref().map(|witness| Shown {
            intro: witness.intro.clone(),
            facts: witness.facts.clone(),
            words: witness.words.clone(),
            comes_to: witness.comes_to.clone(),
        }),
        help: diagnostic.help.clone(),
    }
}

fn place(span: Span, sources: &Sources) -> Place {
    let file = sources.get(span.source);
    let (start, end) = (file.location(span.start), file.location(span.end));
    Place {
        file: file.name().into(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        bytes: [span.start, span.end],
    }
}

/// Writes hidden characters inside the strings of a JSON document as `\u202e`: the same document, safe to look at.
pub fn escape_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if super::is_hidden(c) && c != '\n' {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out += &format!("\\u{unit:04x}"));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_fits_its_schema() {
        let (sources, diagnostics) = super::super::tests::example();
        let text = render_json(&diagnostics, &sources, Some(Totals { files: 2, rules: 1 }));
        let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let schema: serde_json::Value = serde_json::from_str(FINDING_SCHEMA).expect("JSON");
        jsonschema::validate(&schema, &record).expect("fits");
        assert!(!text.contains('\u{202e}'));
        assert_eq!(record["findings"][1]["message"], "a hidden character \u{202e} in a name");
        insta::assert_snapshot!(text.split("\"findings\": [").nth(1).unwrap_or(""), @r#"
            {
              "code": "E202",
              "name": "duplicate",
              "severity": "error",
              "message": "`r` is declared twice",
              "at": {
                "file": "p/2024-01-01.enact",
                "line": 3,
                "column": 6,
                "end_line": 3,
                "end_column": 7,
                "bytes": [
                  41,
                  42
                ]
              },
              "label": "declared again",
              "also": [
                {
                  "at": {
                    "file": "common/people.enact",
                    "line": 3,
                    "column": 6,
                    "end_line": 3,
                    "end_column": 7,
                    "bytes": [
                      21,
                      22
                    ]
                  },
                  "label": "first declared here"
                }
              ],
              "help": "give one of them another name"
            },
            {
              "code": "E003",
              "name": "hidden-character",
              "severity": "error",
              "message": "a hidden character \u202e in a name",
              "at": {
                "file": "p/2024-01-01.enact",
                "line": 3,
                "column": 26,
                "end_line": 3,
                "end_column": 27,
                "bytes": [
                  61,
                  64
                ]
              },
              "label": null,
              "also": [],
              "help": "take it out"
            },
            {
              "code": "W110",
              "name": "time-hole",
              "severity": "warning",
              "message": "no version of `p` is in force\nin 2023",
              "at": null,
              "label": null,
              "also": [],
              "help": null
            }
          ],
          "files": 2,
          "rules": 1,
          "errors": 2,
          "warnings": 1,
          "notes": 0
        }
        "#);
    }
}

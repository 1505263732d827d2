//! Findings as workflow commands of GitHub Actions, which shows them beside the changed lines.
//!
//! Source: "Workflow commands for GitHub Actions", section on error messages; `%`, CR and LF are escaped in data, `:` and `,`
//! also in properties.

use super::super::{Diagnostic, Severity};
use super::{escape, escape_lines};
use crate::source::Sources;

/// Renders each finding as `::error file=…,line=…,endLine=…,title=E201 unknown-name::message`. Columns are left out where a
/// finding spans lines, as GitHub asks.
pub fn render_github(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let mut properties = Vec::new();
        if let Some(span) = diagnostic.span() {
            let file = sources.get(span.source);
            let (start, end) = (file.location(span.start), file.location(span.end));
            properties.push(format!("file={}", property(file.name())));
            properties.push(format!("line={}", start.line));
            properties.push(format!("endLine={}", end.line));
            if start.line == end.line {
                properties.push(format!("col={}", start.column));
                properties.push(format!("endColumn={}", end.column));
            }
        }
        properties.push(format!("title={}", property(&diagnostic.code.to_string())));
        let mut message = escape(&diagnostic.message).into_owned();
        if let Some(label) = diagnostic.labels.first().filter(|label| !label.text.is_empty()) {
            message += &format!(" ({})", escape(&label.text));
        }
        for label in diagnostic.labels.iter().skip(1) {
            message += &format!("\n{}: {}", escape(&sources.place(label.span)), escape(&label.text));
        }
        if let Some(witness) = &diagnostic.witness {
            message += &format!("\n{}", escape(&witness.text()));
        }
        if let Some(help) = &diagnostic.help {
            message += &format!("\nhelp: {}", escape_lines(help));
        }
        out += &format!("::{command} {}::{}\n", properties.join(","), data(&message));
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(&escape(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_one_line() {
        let (sources, diagnostics) = super::super::tests::example();
        insta::assert_snapshot!(render_github(&diagnostics, &sources), @r"
        ::error file=p/2024-01-01.enact,line=3,endLine=3,col=6,endColumn=7,title=E202 duplicate::`r` is declared twice (declared again)%0Acommon/people.enact:3:6: first declared here%0Ahelp: give one of them another name
        ::error file=p/2024-01-01.enact,line=3,endLine=3,col=26,endColumn=27,title=E003 hidden-character::a hidden character \u{202e} in a name%0Ahelp: take it out
        ::warning title=W110 time-hole::no version of `p` is in force\u{a}in 2023
        ");
    }
}

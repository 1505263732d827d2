//! One line for each finding, for logs, editors without colours, and screen readers.

use super::super::Diagnostic;
use super::escape;
use crate::source::Sources;

/// Renders findings as `path:line:column: error E201 unknown-name: message (found); also path:1:1: other party; for: somebody; help: …`.
pub fn render_plain(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        line(&mut out, diagnostic, sources);
    }
    out
}

fn line(out: &mut String, diagnostic: &Diagnostic, sources: &Sources) {
    let mut labels = diagnostic.labels.iter();
    let main = labels.next();
    if let Some(label) = main {
        *out += &escape(&sources.place(label.span));
        *out += ": ";
    }
    *out += &format!("{} {}: {}", diagnostic.severity.text(), diagnostic.code, escape(&diagnostic.message));
    if let Some(label) = main.filter(|label| !label.text.is_empty()) {
        *out += &format!(" ({})", escape(&label.text));
    }
    for label in labels {
        *out += &format!("; also {}", escape(&sources.place(label.span)));
        if !label.text.is_empty() {
            *out += &format!(": {}", escape(&label.text));
        }
    }
    if let Some(witness) = &diagnostic.witness {
        *out += &format!("; {}", escape(&witness.text()));
    }
    if let Some(help) = &diagnostic.help {
        let help: Vec<&str> = help.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        *out += &format!("; help: {}", escape(&help.join(" | ")));
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_each() {
        let (sources, diagnostics) = super::super::tests::example();
        insta::assert_snapshot!(render_plain(&diagnostics, &sources), @r"
        p/2024-01-01.enact:3:6: error E202 duplicate: `r` is declared twice (declared again); also common/people.enact:3:6: first declared here; help: give one of them another name
        p/2024-01-01.enact:3:26: error E003 hidden-character: a hidden character \u{202e} in a name; help: take it out
        warning W110 time-hole: no version of `p` is in force\u{a}in 2023
        ");
    }
}

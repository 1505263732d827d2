//! How findings are shown: to people as reports with the lines concerned, as one line each ([`render_plain`]), and to machines
//! ([`render_json`], [`render_sarif`], [`render_github`]).
//!
//! **Invariant:** no rendering writes a control or bidirectional character that came from a text or file name; [`escape`] shows
//! it as `\u{202e}`.

mod github;
#[cfg(feature = "cli")]
mod human;
mod json;
mod plain;
mod sarif;

pub use github::render_github;
#[cfg(feature = "cli")]
pub use human::{Style, render_human};
pub use json::{FINDING_SCHEMA, Findings, Totals, escape_json, render_json};
pub use plain::render_plain;
pub use sarif::render_sarif;

use std::borrow::Cow;

use super::{Diagnostic, Severity};

impl Severity {
    /// Returns the word records and plain lines use.
    pub fn text(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// Whether a character changes how the text around it is shown, or is not shown at all.
pub fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    ) || (c.is_control() && c != '\t')
}

/// Shows control, bidirectional and invisible characters as `\u{202e}`; a tab stays. Line breaks are shown too: a message is
/// one line.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_hidden(c) { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
    Cow::Owned(shown)
}

/// Like [`escape`], but line breaks stay: for help of several lines.
fn escape_lines(text: &str) -> String {
    let lines: Vec<Cow<'_, str>> = text.lines().map(escape).collect();
    lines.join("\n")
}

/// Counts errors, warnings and notes.
pub fn count(diagnostics: &[Diagnostic]) -> (usize, usize, usize) {
    let of = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    (of(Severity::Error), of(Severity::Warning), of(Severity::Note))
}

/// Says how many errors, warnings and notes: `2 errors, 1 warning`, or `no errors`.
pub fn count_text(diagnostics: &[Diagnostic]) -> String {
    let (errors, warnings, notes) = count(diagnostics);
    let parts: Vec<String> = [(errors, "error"), (warnings, "warning"), (notes, "note")]
        .into_iter()
        .filter(|&(number, _)| number > 0)
        .map(|(number, word)| quantity(number, word))
        .collect();
    if parts.is_empty() { "no errors".into() } else { parts.join(", ") }
}

/// Says a number of things: `1 file`, `9 files`.
pub fn quantity(number: usize, word: &str) -> String {
    let (stem, one, many) = match word.strip_suffix('y') {
        Some(stem) => (stem, "y", "ies"),
        None => (word, "", "s"),
    };
    format!("{number} {stem}{}", if number == 1 { one } else { many })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::{Sources, Span};

    /// Two files and three findings: labels in two files, a hidden character, and no place at all.
    pub(crate) fn example() -> (Sources, Vec<Diagnostic>) {
        let mut sources = Sources::new();
        let a = sources.add(
            "p/2024-01-01.enact",
            "policy p effective from 2024-01-01\n\nrule r ok is yes when old\u{202e}_enough\n",
        );
        let b = sources.add("common/people.enact", "library people\n\nfact r: yes/no\n");
        let diagnostics = vec![
            Diagnostic::error(Code::DUPLICATE, Span::new(a, 41, 42), "`r` is declared twice")
                .found("declared again")
                .label(Span::new(b, 21, 22), "first declared here")
                .help("give one of them another name"),
            Diagnostic::error(Code::HIDDEN_CHARACTER, Span::new(a, 61, 64), "a hidden character \u{202e} in a name")
                .help("take it out"),
            Diagnostic::new(Severity::Warning, Code::TIME_HOLE, "no version of `p` is in force\nin 2023"),
        ];
        (sources, diagnostics)
    }

    #[test]
    fn hidden_characters_are_shown() {
        assert_eq!(escape("a\u{202e}b\u{1b}[31m\n"), "a\\u{202e}b\\u{1b}[31m\\u{a}");
        assert_eq!(escape("é\tplain"), "é\tplain");
    }

    #[test]
    fn counts_leave_out_what_is_zero() {
        assert_eq!(count_text(&example().1), "2 errors, 1 warning");
        assert_eq!(count_text(&[]), "no errors");
        assert_eq!(quantity(1, "policy"), "1 policy");
        assert_eq!(quantity(2, "policy"), "2 policies");
    }
}

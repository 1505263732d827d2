//! Findings for people: one report each, with the lines concerned. The only place that knows miette.

mod snippet;

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles};

use super::super::{Diagnostic, Severity, Witness};
use super::{escape, escape_lines};
use crate::source::Sources;
use snippet::Snippet;

/// How reports look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to use colours. Nothing is said by colour alone.
    pub color: bool,
    /// The width in columns at which sentences wrap; snippets are never wrapped.
    pub width: usize,
}

impl Style {
    /// Without colour, 100 columns: what tests and files hold.
    pub const PLAIN: Style = Style { color: false, width: 100 };
}

/// Renders findings as reports, each followed by an empty line.
pub fn render_human(diagnostics: &[Diagnostic], sources: &Sources, style: Style) -> String {
    let styles = if style.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let characters =
        ThemeCharacters { error: "×".into(), warning: "⚠".into(), advice: "i".into(), ..ThemeCharacters::unicode() };
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
        .with_links(false)
        .with_context_lines(1)
        .with_width(style.width.clamp(40, 120));
    let mut out = String::new();
    for diagnostic in diagnostics {
        let report = Report::new(diagnostic, sources);
        if handler.render_report(&mut out, &report).is_err() {
            // A report without its snippet still says everything that matters.
            out += &super::render_plain(std::slice::from_ref(diagnostic), sources);
        } else if let Some(witness) = &diagnostic.witness {
            let width = style.width.clamp(40, 120);
            footer(&mut out, &witness.intro, &who(witness), width);
            if let Some(help) = &diagnostic.help {
                footer(&mut out, "help", &escape_lines(help), width);
            }
        }
        out.push('\n');
    }
    out
}

/// What is said of a witness after its introduction.
fn who(witness: &Witness) -> String {
    let text = witness.text();
    escape(text.strip_prefix(&format!("{}: ", witness.intro)).unwrap_or(&text)).into_owned()
}

/// Writes `  intro: text`, wrapped at blanks, later lines below the text.
fn footer(out: &mut String, intro: &str, text: &str, width: usize) {
    let indent = intro.chars().count().min(8) + 4;
    let mut line = format!("  {intro}:");
    for paragraph in text.lines() {
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            if line.chars().count() + 1 + word.chars().count() > width && line.chars().count() > indent {
                *out += line.trim_end();
                out.push('\n');
                line = " ".repeat(indent - 1);
            }
            line.push(' ');
            line += word;
        }
        *out += line.trim_end();
        out.push('\n');
        line = " ".repeat(indent - 1);
    }
}

/// A finding with the lines it is about, as miette wants it.
#[derive(Debug)]
struct Report {
    message: String,
    help: Option<String>,
    severity: miette::Severity,
    snippet: Snippet,
}

impl Report {
    fn new(diagnostic: &Diagnostic, sources: &Sources) -> Self {
        let severity = match diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        };
        Report {
            message: format!("{}: {}", diagnostic.code, escape(&diagnostic.message)),
            // Below a witness the help is ours to print.
            help: diagnostic.help.as_deref().filter(|_| diagnostic.witness.is_none()).map(escape_lines),
            severity,
            snippet: Snippet::new(&diagnostic.labels, sources),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.snippet)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let labels = self.snippet.labels();
        (!labels.is_empty()).then(|| Box::new(labels.into_iter()) as Box<dyn Iterator<Item = LabeledSpan>>)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::Span;

    #[test]
    fn a_report_shows_both_files() {
        let (sources, diagnostics) = super::super::tests::example();
        insta::assert_snapshot!(render_human(&diagnostics, &sources, Style::PLAIN), @r"
         × E202 duplicate: `r` is declared twice
          ╭─[p/2024-01-01.enact:3:6]
        3 │ rule r ok is yes when old\u{202e}_enough
          ·      ┬
          ·      ╰── declared again
          ╰────
          ╭─[common/people.enact:3:6]
        3 │ fact r: yes/no
          ·      ┬
          ·      ╰── first declared here
          ╰────
         help: give one of them another name

         × E003 hidden-character: a hidden character \u{202e} in a name
          ╭─[p/2024-01-01.enact:3:26]
        3 │ rule r ok is yes when old\u{202e}_enough
          ·                          ────────
          ╰────
         help: take it out

         ⚠ W110 time-hole: no version of `p` is in force\u{a}in 2023
        ");
    }

    #[test]
    fn colours_only_when_asked() {
        let (sources, diagnostics) = super::super::tests::example();
        assert!(!render_human(&diagnostics, &sources, Style::PLAIN).contains('\u{1b}'));
        assert!(render_human(&diagnostics, &sources, Style { color: true, width: 80 }).contains('\u{1b}'));
    }

    #[test]
    fn a_long_line_is_cut_around_its_label() {
        let mut sources = Sources::new();
        let text = format!("{}here{}", "x".repeat(5000), "y".repeat(5000));
        let id = sources.add("long.enact", text);
        let finding = Diagnostic::error(Code::SYNTAX, Span::new(id, 5000, 5004), "what is this").found("this");
        insta::assert_snapshot!(render_human(&[finding], &sources, Style::PLAIN), @r"
         × E001 syntax: what is this
          ╭─[long.enact:1:5001]
        1 │ …xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxhereyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…
          ·                                                     ──┬─
          ·                                                       ╰── this
          ╰────
        ");
    }

    #[test]
    fn odd_places_do_no_harm() {
        let mut sources = Sources::new();
        let empty = sources.add("empty.enact", "");
        let crlf = sources.add("crlf.enact", "a\r\n\r\n\u{feff}b é\u{301} 日本\r\nlast");
        let length = sources.get(crlf).text().len();
        for (id, start, end) in [(empty, 0, 0)]
            .into_iter()
            .chain((0..=length + 2).flat_map(|start| (start..=length + 2).map(move |end| (crlf, start, end))))
        {
            let finding = Diagnostic::error(Code::SYNTAX, Span::new(id, start, end), "m")
                .found("l")
                .label(Span::new(crlf, length, length), "")
                .label(Span::new(crlf, 0, length), "whole");
            assert!(render_human(&[finding], &sources, Style::PLAIN).contains("E001 syntax: m"));
        }
    }
}

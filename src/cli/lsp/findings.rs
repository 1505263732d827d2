//! What `check` found, as the protocol shows it.

use std::collections::BTreeMap;

use enact::diagnostic::{Code, Diagnostic, Severity};
use enact::editor::Project;
use enact::source::Span;
use lsp_types::{
    Diagnostic as Shown, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location, NumberOrString, Uri,
};

use super::convert::Texts;

/// Sorts findings by file; those without a place are about no text and left out.
pub fn by_file<'d>(
    project: &Project,
    findings: impl IntoIterator<Item = &'d Diagnostic>,
    address: impl Fn(&str) -> Option<Uri>,
) -> BTreeMap<String, Vec<Shown>> {
    let texts = Texts::new(&project.loaded.sources);
    let mut files: BTreeMap<String, Vec<Shown>> = BTreeMap::new();
    for finding in findings {
        let Some(span) = finding.span() else { continue };
        let path = project.loaded.path(span.source).to_owned();
        files.entry(path).or_default().push(shown(project, &texts, finding, &address));
    }
    files
}

/// Shows one finding: what is wrong, for whom it shows, and what to do, in one text.
pub fn shown(
    project: &Project,
    texts: &Texts<'_>,
    finding: &Diagnostic,
    address: &impl Fn(&str) -> Option<Uri>,
) -> Shown {
    let location = |span: Span| Some(Location::new(address(project.loaded.path(span.source))?, texts.range(span)));
    let range = finding.span().map(|span| texts.range(span));
    let mut message = finding.message.clone();
    if let Some(found) = finding.labels.first().filter(|label| !label.text.is_empty()) {
        message += &format!(": {}", found.text);
    }
    if let Some(witness) = &finding.witness {
        message += &format!("\n{}", witness.text());
    }
    if let Some(help) = &finding.help {
        message += &format!("\nhelp: {help}");
    }
    let related = |label: &enact::diagnostic::Label| {
        let message = if label.text.is_empty() { "here".to_owned() } else { label.text.clone() };
        Some(DiagnosticRelatedInformation { location: location(label.span)?, message })
    };
    let related: Vec<_> = finding.labels.iter().skip(1).filter_map(related).collect();
    Shown {
        range: range.unwrap_or_default(),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(finding.code.number.to_owned())),
        source: Some("enact".into()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        tags: (finding.code == Code::UNUSED).then(|| vec![DiagnosticTag::UNNECESSARY]),
        ..Shown::default()
    }
}

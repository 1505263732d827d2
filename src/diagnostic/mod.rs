//! What the tool says about a text: a code, a place, what is wrong there, and the next step.
//!
//! A [`Diagnostic`] is data. Sentences are lower case, without a full stop, with the author's text in backticks: the
//! message says what is wrong, each label what was found at a place, the help what to type.

mod codes;
pub mod render;

pub use codes::{CODES, Code, find_code};

use crate::source::Span;

/// How bad it is: an error stops evaluation, a warning does not, a note only informs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing can be evaluated until it is mended.
    Error,
    /// Probably a mistake.
    Warning,
    /// Worth knowing.
    Note,
}

/// A place in a text with what was found there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The smallest text that matters.
    pub span: Span,
    /// What was found, may be empty.
    pub text: String,
}

/// Somebody for whom a finding shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// What is so of them: `both apply to`.
    pub intro: String,
    /// The facts that matter, in words: `citizenships {FR}`. Empty where any applicant will do.
    pub words: Vec<String>,
    /// The same facts as a facts file states them.
    pub facts: serde_json::Map<String, serde_json::Value>,
    /// What parts come to for them: ``"`ok` is yes"``. May be empty.
    pub comes_to: Vec<String>,
}

impl Witness {
    /// Returns it on one line: `both apply to: age_years 17, citizen no`.
    pub fn text(&self) -> String {
        let who = if self.words.is_empty() { "any applicant".to_owned() } else { self.words.join(", ") };
        match self.comes_to.as_slice() {
            [] => format!("{}: {who}", self.intro),
            parts => format!("{}: {who}; {}", self.intro, parts.join(", ")),
        }
    }
}

/// One finding about a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Number and name, stable and documented.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// The place, then the other parties.
    pub labels: Vec<Label>,
    /// Somebody for whom it shows.
    pub witness: Option<Box<Witness>>,
    /// What to do next.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Makes an error at a place.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message).label(span, "")
    }

    /// Makes a warning at a place.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message).label(span, "")
    }

    /// Makes a note at a place.
    pub fn note(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, message).label(span, "")
    }

    /// Makes a finding without a place: about a whole folder, or a file that could not be read as text.
    pub fn new(severity: Severity, code: Code, message: impl Into<String>) -> Self {
        Diagnostic { code, severity, message: message.into(), labels: Vec::new(), witness: None, help: None }
    }

    /// Says what was found at the main place.
    pub fn found(mut self, text: impl Into<String>) -> Self {
        if let Some(first) = self.labels.first_mut() {
            first.text = text.into();
        }
        self
    }

    /// Adds another place.
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Shows somebody for whom it is so.
    pub fn witness(mut self, witness: Option<Witness>) -> Self {
        self.witness = witness.map(Box::new);
        self
    }

    /// Says what to do next.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Returns the main place, if there is one.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Sorts findings by place and drops those that say the same thing of the same place.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics
        .sort_by(|a, b| (a.span(), a.severity, a.code, &a.message).cmp(&(b.span(), b.severity, b.code, &b.message)));
    diagnostics.dedup_by(|a, b| a.code == b.code && a.span() == b.span() && a.message == b.message);
}

/// Drops findings about names and types (E2xx) in a text that the parser found a mistake in: it went on with a guess, and what
/// follows from the guess is no second error.
pub fn drop_followers(diagnostics: &mut Vec<Diagnostic>) {
    let mistake =
        |diagnostic: &&Diagnostic| ("E001".."E040").contains(&diagnostic.code.number) && diagnostic.is_error();
    let mistaken: Vec<Span> = diagnostics.iter().filter(mistake).filter_map(Diagnostic::span).collect();
    let meet = |a: Span, b: Span| a.source == b.source && a.start < b.end && b.start < a.end;
    let follows = |span| mistaken.iter().any(|&mistake| meet(mistake, span));
    diagnostics.retain(|it| !it.code.number.starts_with("E2") || !it.span().is_some_and(follows));
}

/// Returns the name nearest to a misspelt one, or nothing when none is near.
///
/// Near: at most a third of the letters differ (Damerau-Levenshtein), or one is the other with words in another order or
/// other capitals.
pub fn did_you_mean<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let fold = |name: &str| {
        let mut words: Vec<String> = name.split(['_', '-', ' ']).map(str::to_lowercase).collect();
        words.sort();
        words.join("_")
    };
    let folded = fold(wrong);
    let letters = wrong.chars().count();
    let allowed = (letters / 3).max(1);
    names
        .into_iter()
        // Texts of very different length are never near: a long one costs nothing.
        .filter(|name| name.chars().count().abs_diff(letters) <= allowed)
        .map(|name| {
            let distance = strsim::damerau_levenshtein(&wrong.to_lowercase(), &name.to_lowercase());
            (if fold(name) == folded { 0 } else { distance }, name)
        })
        .filter(|&(distance, name)| distance <= allowed && name != wrong)
        .min()
        .map(|(_, name)| name)
}

/// Says *did you mean* as a help line, or lists the few names there are.
pub fn suggest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    did_you_mean(wrong, names).map(|name| format!("did you mean `{name}`?"))
}

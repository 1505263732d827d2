//! Findings of all versions together.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Sources, Span};

/// The claim that a whole rule never applies: which of several.
pub(super) const RULE: &str = "rule";

/// The claim that a fact changes no outcome.
const IDLE: &str = "idle";

/// What is claimed of a text: a code, the place, and which of several claims of that code.
type Key = (Span, Code, &'static str);

/// Findings under construction.
#[derive(Debug, Default)]
pub(super) struct Claims {
    /// Findings that somebody shows, the first for each place.
    found: BTreeMap<(Option<Span>, Code), Diagnostic>,
    /// What must hold in every version that has the text; nothing once one of them refutes it.
    always: BTreeMap<Key, Option<Diagnostic>>,
    /// Asserts that hold so far, and those that do not.
    proved: BTreeSet<Span>,
    open: BTreeSet<Span>,
    /// Names of facts that may be idle.
    idle: BTreeMap<Span, String>,
}

fn spans_of(claims: &BTreeMap<Key, Diagnostic>, wanted: impl Fn(Code) -> bool) -> BTreeSet<Span> {
    claims.keys().filter(|(_, code, _)| wanted(*code)).map(|(span, ..)| *span).collect()
}

/// Whether a text has a name in it, as a whole word.
fn has_word(text: &str, name: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(name)
        .any(|(at, _)| !letter(text[..at].chars().next_back()) && !letter(text[at + name.len()..].chars().next()))
}

impl Claims {
    /// Takes a finding that holds if it holds in one version. The first of a code at a place is kept.
    pub(super) fn found(&mut self, finding: Diagnostic) {
        self.found.entry((finding.span(), finding.code)).or_insert(finding);
    }

    /// Whether a finding of a code at a place is there: what shows it need not be looked for again.
    pub(super) fn is_found(&self, code: Code, span: Span) -> bool {
        self.found.contains_key(&(Some(span), code))
    }

    /// Whether some version has refuted a claim: it need not be looked at again.
    pub(super) fn is_refuted(&self, span: Span, code: Code, which: &'static str) -> bool {
        matches!(self.always.get(&(span, code, which)), Some(None))
    }

    /// States what one version makes of a claim about a text: the finding, or nothing where it does not hold.
    pub(super) fn always(&mut self, span: Span, code: Code, which: &'static str, finding: Option<Diagnostic>) {
        let claim = self.always.entry((span, code, which)).or_insert_with(|| finding.clone());
        if finding.is_none() {
            *claim = None;
        }
    }

    /// Takes note of an assert in one version.
    pub(super) fn assert(&mut self, span: Span, holds: bool) {
        if holds {
            self.proved.insert(span)
        } else {
            self.open.insert(span)
        };
    }

    /// States what one version makes of a fact that changes no outcome, by its name.
    pub(super) fn idle(&mut self, span: Span, name: &str, finding: Option<Diagnostic>) {
        self.idle.insert(span, name.to_owned());
        self.always(span, Code::UNUSED, IDLE, finding);
    }

    /// Whether some version has refuted that a fact is idle.
    pub(super) fn is_busy(&self, span: Span) -> bool {
        self.is_refuted(span, Code::UNUSED, IDLE)
    }

    /// Returns all findings, and how many asserts hold in every version that has them.
    pub(super) fn finish(self, sources: &Sources) -> (Vec<Diagnostic>, usize) {
        let proved = self.proved.difference(&self.open).count();
        // What is wrong inside a rule that never applies follows from that.
        let dead = |(&(span, code, which), claim): (&Key, &Option<Diagnostic>)| {
            (code == Code::NEVER_TRUE && which == RULE && claim.is_some()).then_some(span)
        };
        let dead: Vec<Span> = self.always.iter().filter_map(dead).collect();
        let inside = |inner: Span, outer: Span| {
            inner != outer && inner.source == outer.source && outer.start <= inner.start && inner.end <= outer.end
        };
        let follows = |span: Span| dead.iter().any(|&outer| inside(span, outer));
        let mut always: BTreeMap<Key, Diagnostic> =
            self.always.into_iter().filter_map(|(key, claim)| Some((key, claim?))).collect();
        always.retain(|(span, ..), _| !follows(*span));
        // What an exception is told for is not told again of its condition.
        let exceptions = always.values().filter(|finding| finding.code == Code::IDLE_EXCEPTION);
        let told: BTreeSet<Span> = exceptions.filter_map(Diagnostic::span).collect();
        let constant = |code: Code| code == Code::ALWAYS_TRUE || code == Code::NEVER_TRUE;
        always.retain(|&(span, code, _), _| !(constant(code) && told.contains(&span)));
        // Nor is a fact idle by itself where something that reads it is.
        let others = spans_of(&always, |code| code != Code::UNUSED);
        let reads = |name: &str| others.iter().any(|&span| has_word(sources.slice(span), name));
        always.retain(|(span, _, which), _| *which != IDLE || !self.idle.get(span).is_some_and(|name| reads(name)));
        (self.found.into_values().chain(always.into_values()).collect(), proved)
    }
}

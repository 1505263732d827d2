//! Findings of all versions together.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// The claim that a whole rule never applies: which of several.
pub(super) const RULE: &str = "rule";

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

    /// Returns all findings, and how many asserts hold in every version that has them.
    pub(super) fn finish(self) -> (Vec<Diagnostic>, usize) {
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
        let always = self.always.into_iter().filter(|((span, ..), _)| !follows(*span)).filter_map(|(_, claim)| claim);
        (self.found.into_values().chain(always).collect(), proved)
    }
}

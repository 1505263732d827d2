//! Which facts a rule or decision rests on.

use indexmap::IndexSet;
use rustc_hash::FxHashSet;

use super::index::SymbolId;
use super::symbol::Space;
use super::{Project, Text};
use crate::load::subject::subject;
use crate::source::Span;
use crate::syntax::ast::DeclKind;

impl Project {
    /// Returns the facts that a declaration of a file reads, through definitions, tables and decisions, in the order in which
    /// they are met.
    pub(super) fn facts_read(&self, text: &Text, declaration: Span) -> Vec<SymbolId> {
        let index = self.index();
        let mut facts = IndexSet::new();
        let mut seen = FxHashSet::default();
        let mut open = vec![declaration];
        open.extend(self.rules_of(text, declaration));
        while let Some(span) = open.pop() {
            if !seen.insert(span) {
                continue;
            }
            let names = index.in_source(span.source);
            let from = names.partition_point(|it| it.span.start < span.start);
            let inside = names[from..].iter().take_while(|it| it.span.end <= span.end);
            for name in inside.filter(|it| index.symbol(it.symbol).space == Space::Value) {
                let Some(site) = index.site(name.symbol, Some(text)) else { continue };
                match site.declaration(self).map(|declared| &declared.kind) {
                    Some(DeclKind::Fact(_)) => {
                        facts.insert(name.symbol);
                    }
                    // The decision that a rule is for is not what it rests on.
                    Some(DeclKind::Decision(_)) if span == declaration && self.is_outcome(declaration, name.span) => {}
                    Some(DeclKind::Decision(_)) if !seen.contains(&site.whole) => {
                        open.push(site.whole);
                        open.extend(self.rules_of(text, site.whole));
                    }
                    _ => open.push(site.whole),
                }
            }
        }
        facts.into_iter().collect()
    }

    /// Whether a name is the decision for which the rule at a place gives an outcome.
    fn is_outcome(&self, declaration: Span, name: Span) -> bool {
        let text = self.text_of(declaration.source);
        let declared = text.and_then(|text| text.parse.file.declarations.iter().find(|it| it.span == declaration));
        matches!(declared.map(|it| &it.kind), Some(DeclKind::Rule(rule)) if rule.decision.span == name)
    }

    /// Returns the rules of a decision in the version at hand; of anything else none.
    fn rules_of(&self, text: &Text, decision: Span) -> Vec<Span> {
        let Some(version) = self.version(text.place) else { return Vec::new() };
        let declared = version.declarations.iter().find(|it| it.declaration.span == decision);
        let Some(DeclKind::Decision(_)) = declared.map(|it| &it.declaration.kind) else { return Vec::new() };
        let Some(name) = declared.and_then(|it| subject(&it.declaration.kind)).map(|it| it.name) else {
            return Vec::new();
        };
        let rules = version.declarations.iter().filter(|it| match &it.declaration.kind {
            DeclKind::Rule(rule) => rule.decision.value == name,
            _ => false,
        });
        rules.map(|it| it.declaration.span).collect()
    }
}

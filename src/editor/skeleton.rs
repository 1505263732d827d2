//! A test to start from.

use super::symbol::Owner;
use super::{Place, Project, Text};
use crate::source::Sources;
use crate::syntax::ast::{DeclKind, Declaration, OutcomeVerb, TypeExpr, TypeKind};
use crate::syntax::format::{decl_text, expr_text};
use crate::syntax::parse;

/// How many facts a test states; the others stay unknown.
const MAX_FACTS: usize = 40;

impl Project {
    /// Writes a test of a rule or decision: it gives every fact that is read, and expects the outcome of the rule.
    pub(super) fn test_skeleton(&self, text: &Text, declaration: &Declaration) -> Option<String> {
        let Place::Version(..) = text.place else { return None };
        let (name, decision, outcome, tags) = match &declaration.kind {
            DeclKind::Rule(rule) => {
                let value = expr_text(&rule.value);
                let value =
                    if rule.outcome_verb.value == OutcomeVerb::Includes { format!("{{{value}}}") } else { value };
                (&rule.head.name.value, &rule.decision.value, value, rule.head.tags.as_slice())
            }
            DeclKind::Decision(decl) => {
                let value = decl.otherwise.as_ref().and_then(|it| it.values.first()).map(expr_text);
                let value = value.unwrap_or_else(|| self.some_value(&decl.ty, text));
                (&decl.head.name.value, &decl.head.name.value, value, &[][..])
            }
            _ => return None,
        };
        let numbers = std::iter::once(String::new()).chain((2..).map(|number| format!("_{number}")));
        let test = numbers.map(|number| format!("test_{name}{number}")).find(|it| self.is_free(text, "test", it))?;
        let index = self.index();
        let mut given = Vec::new();
        for id in self.facts_read(text, declaration.span).into_iter().take(MAX_FACTS) {
            let fact = index.site(id, Some(text)).and_then(|site| site.declaration(self));
            let Some(DeclKind::Fact(fact)) = fact.map(|it| &it.kind) else { continue };
            let typical = fact.typical.as_ref().map(expr_text);
            let name = &fact.head.name.value;
            let value = typical.unwrap_or_else(|| self.some_value(&fact.ty, text));
            given.push(format!("{name} is {value}"));
        }
        let day = self.version(text.place)?.name.clone();
        let given = if given.is_empty() { String::new() } else { format!(" given {}", given.join(", ")) };
        let tags: Vec<&str> = tags.iter().map(|tag| tag.value.as_str()).collect();
        let because = if tags.is_empty() { String::new() } else { format!(" because [{}]", tags.join(", ")) };
        let written = format!("test {test} on {day}{given} expect {decision} is {outcome}{because}");
        let mut sources = Sources::new();
        let source = sources.add("", written.as_str());
        let parse = parse(&sources, source);
        Some(parse.file.declarations.first().map_or(written, decl_text))
    }

    /// Writes some value of a type, as a start: what a fact of it may be.
    pub(super) fn some_value(&self, ty: &TypeExpr, text: &Text) -> String {
        if ty.or_none {
            return "none".into();
        }
        let index = self.index();
        let member = |owner: Owner| {
            let mut members = index.parts(&owner, super::symbol::Space::Member);
            members.next().map(|(_, symbol)| symbol.name.clone())
        };
        match &ty.kind {
            TypeKind::YesNo => "yes".into(),
            TypeKind::Members(members) => members.first().map_or("unknown".into(), |member| member.value.clone()),
            TypeKind::Money(currency) => format!("0 {}", currency.value),
            TypeKind::Set(_) => "{}".into(),
            TypeKind::List(_) => "list of {}".into(),
            TypeKind::Total(inner) => self.some_value(inner, text),
            TypeKind::Named(name) => match name.value.as_str() {
                "integer" | "decimal" => "0".into(),
                "days" | "months" => format!("0 {}", name.value),
                "date" => self.version(text.place).map_or("unknown".into(), |version| version.name.clone()),
                "weekday" => "monday".into(),
                _ => member(Owner::Type(name.value.clone())).unwrap_or_else(|| "unknown".into()),
            },
        }
    }
}

//! Decisions, rules, notes, invariants, assumptions and asserts of one version.

use std::collections::{BTreeSet, HashMap};

use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::program::{
    Assumption, Citation, Decision, DecisionBody, DecisionId, Invariant, Note, Op, Origin, OriginId, OriginKind,
    QuestionId, RuleId, TemplatePart,
};
use crate::source::Span;
use crate::syntax::ast::{
    AssertDecl, AssumeDecl, Common, DecisionDecl, Expr, Head, InvariantDecl, Name, NoteDecl, Otherwise, OutcomeVerb,
    Outside, RuleDecl, Tag, TemplatePart as WrittenPart, Text, TypeKind,
};
use crate::value::{Type, Value};

use super::scope::{Entity, Site, Unit};
use super::{Lowerer, Reported, one_line};

impl<'a> Lowerer<'a> {
    // -- origins

    /// Returns the origin of a condition or part of one.
    pub(super) fn condition_origin(
        &mut self,
        unit: &Unit<'a>,
        kind: OriginKind,
        span: Span,
        tags: &[Tag],
        label: Option<&Text>,
    ) -> OriginId {
        let made_by = unit.made_by;
        if let Some(id) = self.graph.find_origin(span, kind, made_by) {
            return id;
        }
        let text = one_line(self.loaded.sources.slice(span));
        self.graph.origin(Origin {
            kind,
            name: String::new(),
            tags: tags.iter().map(|tag| tag.value.clone()).collect(),
            label: label.map(|label| label.value.clone()),
            text,
            span,
            made_by,
            because: Vec::new(),
            cites: Vec::new(),
            relies: Vec::new(),
        })
    }

    /// Returns the origin of a declaration, with its sources and reasons resolved.
    pub(super) fn declared(
        &mut self,
        unit: &mut Unit<'a>,
        kind: OriginKind,
        head: &Head,
        site: Site,
        common: &'a Common,
        text: String,
    ) -> OriginId {
        if let Some(id) = self.graph.find_origin(site.whole, kind, site.made_by) {
            return id;
        }
        let origin = Origin {
            kind,
            name: head.name.value.clone(),
            tags: head.tags.iter().map(|tag| tag.value.clone()).collect(),
            label: head.label.as_ref().map(|label| label.value.clone()),
            text,
            span: site.whole,
            made_by: site.made_by,
            because: Vec::new(),
            cites: self.citations(unit, common),
            relies: self.reliances(unit, &common.relies),
        };
        let id = self.graph.origin(origin);
        let because = self.template(unit, common, site);
        self.graph.program.origins[id.index()].because = because;
        id
    }

    /// Returns the origin of a clause with reasons of its own: `otherwise`, `outside`, a dated value.
    fn clause_origin(
        &mut self,
        unit: &mut Unit<'a>,
        kind: OriginKind,
        name: &str,
        common: &'a Common,
        span: Span,
        site: Site,
    ) -> OriginId {
        if let Some(id) = self.graph.find_origin(span, kind, site.made_by) {
            return id;
        }
        let origin = Origin {
            kind,
            name: name.to_string(),
            tags: Vec::new(),
            label: None,
            text: one_line(self.loaded.sources.slice(span)),
            span,
            made_by: site.made_by,
            because: self.template(unit, common, site),
            cites: self.citations(unit, common),
            relies: self.reliances(unit, &common.relies),
        };
        self.graph.origin(origin)
    }

    pub(super) fn outside_origin(&mut self, unit: &mut Unit<'a>, name: &Name, clause: &'a Outside) -> OriginId {
        let site = Site { span: clause.span, whole: clause.span, made_by: unit.version };
        self.clause_origin(unit, OriginKind::Outside, &name.value, &clause.common, clause.span, site)
    }

    /// Returns the origin of a dated value that cites or explains something of its own.
    pub(super) fn value_origin(
        &mut self,
        unit: &mut Unit<'a>,
        common: &'a Common,
        span: Span,
        site: Site,
    ) -> Option<OriginId> {
        Some(self.clause_origin(unit, OriginKind::Data, "", common, span, site))
    }

    pub(super) fn citations(&mut self, unit: &Unit<'a>, common: &Common) -> Vec<Citation> {
        let mut found = Vec::new();
        for cite in &common.cites {
            match unit.sources.get(cite.source.value.as_str()) {
                Some(&(source, span)) => {
                    self.mark_used(span);
                    let text = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
                    found.push(Citation { source, quote: text(&cite.quote), at: text(&cite.at) });
                }
                None => {
                    let hint = suggest(&cite.source.value, unit.sources.keys().copied());
                    self.report(
                        Diagnostic::error(
                            Code::UNKNOWN_NAME,
                            cite.source.span,
                            format!("unknown source `{}`", cite.source.value),
                        )
                        .help(hint.unwrap_or_else(|| "declare it: `source NAME \"title\" by \"…\"`".to_string())),
                    );
                }
            }
        }
        found
    }

    pub(super) fn reliances(&mut self, unit: &Unit<'a>, names: &[Name]) -> Vec<QuestionId> {
        let mut found = Vec::new();
        for name in names {
            match unit.questions.get(name.value.as_str()) {
                Some(&(question, span)) => {
                    self.mark_used(span);
                    found.push(question);
                }
                None => {
                    let hint = suggest(&name.value, unit.questions.keys().copied());
                    self.report(
                        Diagnostic::error(Code::UNKNOWN_NAME, name.span, format!("unknown question `{}`", name.value))
                            .help(
                                hint.unwrap_or_else(|| "declare it: `question NAME \"…?\" reading \"…\"`".to_string()),
                            ),
                    );
                }
            }
        }
        found
    }

    fn template(&mut self, unit: &mut Unit<'a>, common: &'a Common, site: Site) -> Vec<TemplatePart> {
        let Some(because) = &common.because else { return Vec::new() };
        let mut parts = Vec::new();
        for part in &because.parts {
            match part {
                WrittenPart::Text(text) => parts.push(TemplatePart::Text(text.clone())),
                WrittenPart::Hole(path) if path.text() == "effective_from" => {
                    let start =
                        site.made_by.or(unit.version).map(|version| self.graph.program.version(version).name.clone());
                    parts.push(TemplatePart::Text(start.unwrap_or_default()));
                }
                WrittenPart::Hole(path) => {
                    // A text shows a value that is not there as `none`: it needs no guard.
                    let (typed, _) = self.apart(unit, |this, unit| this.path(unit, path, None));
                    parts.extend(typed.ok().map(|typed| TemplatePart::Value(typed.node)));
                }
            }
        }
        parts
    }

    // -- decisions

    /// Returns the type of a decision and whether it is a total.
    pub(super) fn decision_type(&mut self, unit: &Unit<'a>, decl: &'a DecisionDecl) -> Result<(Type, bool), Reported> {
        let (ty, total) = match &decl.ty.kind {
            TypeKind::Total(inner) => (self.ty(unit, inner)?, true),
            _ => (self.ty(unit, &decl.ty)?, false),
        };
        if matches!(ty, Type::List(_) | Type::Record(_)) {
            return Err(self.report(
                Diagnostic::error(Code::TYPE, decl.ty.span, "a decision is no record or list")
                    .help("decide its parts one by one"),
            ));
        }
        if total && !matches!(ty, Type::Integer | Type::Decimal | Type::Money(_) | Type::Days | Type::Months) {
            return Err(self.report(
                Diagnostic::error(Code::TYPE, decl.ty.span, "only numbers and amounts have a total")
                    .help("write `total of money CAD`"),
            ));
        }
        Ok((ty, total))
    }

    /// Lowers a decision without its rules: they add themselves.
    pub(super) fn decision(
        &mut self,
        unit: &mut Unit<'a>,
        decl: &'a DecisionDecl,
        id: DecisionId,
        total: bool,
        site: Site,
    ) {
        let Decision { ty, family, version, .. } = self.graph.program.decision(id).clone();
        let origin = self.declared(unit, OriginKind::Decision, &decl.head, site, &decl.common, String::new());
        let collects = total || matches!(ty, Type::Set(_)) && decl.item.is_none();
        if decl.item.is_some() || collects {
            for (extra, span) in decl
                .outranks
                .iter()
                .filter_map(|rank| Some(("outranks", rank.first()?.span)))
                .chain(decl.otherwise.as_ref().map(|o| ("otherwise", o.span)))
            {
                let what = if decl.item.is_some() { "a decision with `=`" } else { "a set or total" };
                self.report(
                    Diagnostic::error(Code::OUTCOME, span, format!("{what} takes no `{extra}`"))
                        .help("take it out, or decide with rules"),
                );
            }
        }
        let body = if let Some(item) = &decl.item {
            let node = self.item(unit, item, Some(&ty));
            self.report_obligations(unit, None);
            match node {
                Ok(node) => DecisionBody::Expr(node.node),
                Err(Reported) => return,
            }
        } else if total {
            DecisionBody::Adds(Vec::new())
        } else if collects {
            DecisionBody::Includes(Vec::new())
        } else {
            let outranks = self.ranks(unit, &decl.outranks, &ty).unwrap_or_default();
            let otherwise =
                decl.otherwise.as_ref().and_then(|otherwise| self.otherwise(unit, decl, otherwise, &ty, site).ok());
            DecisionBody::Rules { rules: Vec::new(), outranks, otherwise }
        };
        self.graph.program.decisions[id.index()] = Decision { family, version, origin, ty, body };
    }

    fn otherwise(
        &mut self,
        unit: &mut Unit<'a>,
        decl: &'a DecisionDecl,
        otherwise: &'a Otherwise,
        ty: &Type,
        site: Site,
    ) -> Result<(OriginId, crate::program::NodeId), Reported> {
        let [value] = otherwise.values.as_slice() else {
            return Err(self.report(Diagnostic::error(Code::OUTCOME, otherwise.span, "`otherwise` gives one value")));
        };
        let node = self.expr_as(unit, value, ty)?.node;
        self.report_obligations(unit, None);
        let origin = self.clause_origin(
            unit,
            OriginKind::Otherwise,
            &decl.head.name.value,
            &otherwise.common,
            otherwise.span,
            site,
        );
        Ok((origin, node))
    }

    /// Lowers `a outranks b outranks c`, each chain, to all pairs of higher and lower values.
    pub(super) fn ranks(
        &mut self,
        unit: &mut Unit<'a>,
        chains: &'a [Vec<Expr>],
        ty: &Type,
    ) -> Result<Vec<(Value, Value)>, Reported> {
        let mut pairs = BTreeSet::new();
        for chain in chains {
            let values = chain.iter().map(|value| self.constant(unit, value, ty)).collect::<Result<Vec<_>, _>>()?;
            pairs.extend(values.windows(2).map(|pair| (pair[0].clone(), pair[1].clone())));
        }
        loop {
            let longer = pairs
                .iter()
                .flat_map(|(a, b)| pairs.iter().filter(move |(c, _)| c == b).map(move |(_, d)| (a.clone(), d.clone())));
            let longer: Vec<_> = longer.filter(|pair| !pairs.contains(pair)).collect();
            if longer.is_empty() {
                break;
            }
            pairs.extend(longer);
        }
        if let Some((value, _)) = pairs.iter().find(|(a, b)| a == b) {
            let text = self.graph.program.value_text(value, ty);
            let span = chains.iter().flatten().map(|value| value.span).reduce(Span::to);
            if let Some(span) = span {
                return Err(self.report(
                    Diagnostic::error(Code::EXCEPTION, span, format!("`{text}` outranks itself in a circle"))
                        .help("say which outcome is stronger, once"),
                ));
            }
        }
        Ok(pairs.into_iter().collect())
    }

    pub(super) fn rule(&mut self, unit: &mut Unit<'a>, decl: &'a RuleDecl, id: RuleId, site: Site) {
        let name = &decl.decision;
        let (decision, ty) =
            match unit.values.get(name.value.as_str()).cloned() {
                Some((Entity::Decision(decision, ty), decision_site)) => {
                    self.mark_used(decision_site.span);
                    (decision, ty)
                }
                Some((Entity::Used(..), other)) => {
                    self.report(
                        Diagnostic::error(
                            Code::OUTCOME,
                            name.span,
                            format!("`{}` is decided by another policy", name.value),
                        )
                        .label(other.span, "used here")
                        .help("rules for a decision stand in its own policy; read it in `when` or `unless` here"),
                    );
                    return;
                }
                Some((_, other)) => {
                    self.report(
                        Diagnostic::error(Code::OUTCOME, name.span, format!("`{}` is no decision", name.value))
                            .label(other.span, "declared here")
                            .help("a rule says what a decision is: `DECISION is VALUE when …`"),
                    );
                    return;
                }
                None => {
                    let decisions = unit
                        .values
                        .iter()
                        .filter(|(_, (entity, _))| matches!(entity, Entity::Decision(..)))
                        .map(|(name, _)| *name);
                    let hint = suggest(&name.value, decisions);
                    self.report(
                        Diagnostic::error(Code::UNKNOWN_NAME, name.span, format!("unknown decision `{}`", name.value))
                            .help(hint.unwrap_or_else(|| {
                                format!("declare it: `decision {}: yes/no otherwise no`", name.value)
                            })),
                    );
                    return;
                }
            };
        let body = &self.graph.program.decision(decision).body;
        let verb = match (body, decl.outcome_verb.value) {
            (DecisionBody::Rules { .. }, OutcomeVerb::Is)
            | (DecisionBody::Includes(_), OutcomeVerb::Includes)
            | (DecisionBody::Adds(_), OutcomeVerb::Adds) => None,
            (DecisionBody::Expr(_), _) => Some("is decided by its own `= …` and takes no rules"),
            (DecisionBody::Rules { .. }, _) => Some("is one value: write `is`"),
            (DecisionBody::Includes(_), _) => Some("is a set: write `includes`"),
            (DecisionBody::Adds(_), _) => Some("is a total: write `adds`"),
        };
        if let Some(verb) = verb {
            self.report(Diagnostic::error(Code::OUTCOME, decl.outcome_verb.span, format!("`{}` {verb}", name.value)));
            return;
        }
        let when = decl.when.as_ref().map(|item| self.item(unit, item, Some(&Type::YesNo)));
        self.report_obligations(unit, None);
        let unless: Vec<_> = decl.unless.iter().map(|item| self.item(unit, item, Some(&Type::YesNo))).collect();
        let value = self.outcome_value(unit, decl, &ty);
        if let Some(Ok(when)) = &when {
            self.discharge(unit, 0, when.node, true);
        }
        self.report_obligations(unit, None);
        let origin = self.declared(unit, OriginKind::Rule, &decl.head, site, &decl.common, String::new());
        let (Ok(when), Ok(unless), Ok(value)) =
            (when.transpose(), unless.into_iter().collect::<Result<Vec<_>, _>>(), value)
        else {
            return;
        };
        let rule = &mut self.graph.program.rules[id.index()];
        rule.origin = origin;
        rule.decision = decision;
        rule.value = value;
        rule.when = when.map(|when| when.node);
        rule.unless = unless.into_iter().map(|unless| unless.node).collect();
        match &mut self.graph.program.decisions[decision.index()].body {
            DecisionBody::Rules { rules, .. } | DecisionBody::Includes(rules) | DecisionBody::Adds(rules) => {
                rules.push(id)
            }
            DecisionBody::Expr(_) => {}
        }
    }

    fn outcome_value(
        &mut self,
        unit: &mut Unit<'a>,
        decl: &'a RuleDecl,
        ty: &Type,
    ) -> Result<crate::program::NodeId, Reported> {
        match (decl.outcome_verb.value, ty) {
            (OutcomeVerb::Includes, Type::Set(element)) => {
                let is_set = matches!(decl.value.kind, crate::syntax::ast::ExprKind::Set(_));
                let typed = if is_set {
                    self.expr_as(unit, &decl.value, ty)?
                } else {
                    self.expr(unit, &decl.value, Some(element))?
                };
                if Self::fits(&typed.ty, ty) {
                    return Ok(typed.node);
                }
                let typed = self.required(unit, typed, decl.value.span);
                if !Self::fits(&typed.ty, element) {
                    return Err(self.mismatch(decl.value.span, element, &typed.ty));
                }
                Ok(self.graph.node(Op::SetOf([typed.node].into()), ty.clone()))
            }
            _ => Ok(self.expr_as(unit, &decl.value, ty)?.node),
        }
    }

    /// Resolves `exception to`, once all rules of a version are lowered.
    pub(super) fn exceptions(&mut self, unit: &Unit<'a>, rules: &[(&'a RuleDecl, RuleId)]) {
        for &(decl, id) in rules {
            for name in &decl.exception_to {
                let Some(&(target, span)) = unit.rules.get(name.value.as_str()) else {
                    let hint = suggest(&name.value, unit.rules.keys().copied());
                    self.report(
                        Diagnostic::error(Code::UNKNOWN_NAME, name.span, format!("unknown rule `{}`", name.value))
                            .help(hint.unwrap_or_else(|| {
                                "an exception names a rule of the same decision and policy".to_string()
                            })),
                    );
                    continue;
                };
                if self.graph.program.rule(target).decision != self.graph.program.rule(id).decision {
                    self.report(
                        Diagnostic::error(
                            Code::EXCEPTION,
                            name.span,
                            format!("`{}` decides something else", name.value),
                        )
                        .label(span, "declared here")
                        .help("an exception is to a rule of the same decision; across decisions write `unless`"),
                    );
                    continue;
                }
                self.graph.program.rules[id.index()].exception_to.push(target);
                self.graph.program.rules[target.index()].exceptions.push(id);
            }
        }
        self.exception_cycles(rules);
    }

    fn exception_cycles(&mut self, rules: &[(&'a RuleDecl, RuleId)]) {
        let names: HashMap<RuleId, &'a RuleDecl> = rules.iter().map(|&(decl, id)| (id, decl)).collect();
        let mut done: BTreeSet<RuleId> = BTreeSet::new();
        for &(_, start) in rules {
            let mut path = vec![start];
            let mut work = vec![self.graph.program.rule(start).exception_to.clone()];
            while let Some(next) = work.last_mut() {
                let Some(target) = next.pop() else {
                    work.pop();
                    done.extend(path.pop());
                    continue;
                };
                if done.contains(&target) {
                    continue;
                }
                if let Some(from) = path.iter().position(|&rule| rule == target) {
                    let circle: Vec<&str> = path[from..]
                        .iter()
                        .chain([&target])
                        .filter_map(|rule| Some(names.get(rule)?.head.name.value.as_str()))
                        .collect();
                    let place = names.get(&target).map(|decl| decl.head.name.span);
                    if let Some(place) = place {
                        self.report(
                            Diagnostic::error(
                                Code::EXCEPTION,
                                place,
                                "these rules are exceptions to each other in a circle",
                            )
                            .found(circle.join(" -> "))
                            .help("say which rule gives way, once"),
                        );
                    }
                    return;
                }
                path.push(target);
                work.push(self.graph.program.rule(target).exception_to.clone());
            }
        }
    }

    // -- what stands beside rules

    pub(super) fn invariant(&mut self, unit: &mut Unit<'a>, decl: &'a InvariantDecl, site: Site) -> Option<Invariant> {
        let node = self.item(unit, &decl.item, Some(&Type::YesNo));
        self.report_obligations(unit, None);
        let text = one_line(self.loaded.sources.slice(decl.item.expr.span));
        let origin = self.declared(unit, OriginKind::Invariant, &decl.head, site, &decl.common, text);
        let node = node.ok()?.node;
        if self.reads_decision(node) {
            self.report(
                Diagnostic::error(
                    Code::TYPE,
                    decl.item.expr.span,
                    "an invariant reads facts and definitions, never decisions",
                )
                .help("for a property of decisions write `assert`"),
            );
        }
        Some(Invariant { origin, node })
    }

    fn reads_decision(&self, node: crate::program::NodeId) -> bool {
        let mut work = vec![node];
        let mut seen = BTreeSet::new();
        while let Some(node) = work.pop() {
            let op = self.graph.program.op(node);
            if matches!(op, Op::Decision(_) | Op::Used(..)) {
                return true;
            }
            work.extend(op.children().into_iter().filter(|&child| seen.insert(child)));
        }
        false
    }

    pub(super) fn assumption(&mut self, unit: &mut Unit<'a>, decl: &'a AssumeDecl, site: Site) -> Option<Assumption> {
        let Some((Entity::Fact(fact), fact_site)) = unit.values.get(decl.fact.value.as_str()).cloned() else {
            self.not_a_fact(unit, &decl.fact);
            return None;
        };
        self.mark_used(fact_site.span);
        let ty = self.graph.program.fact(fact).ty.clone();
        let value = self.constant(unit, &decl.value, &ty).ok()?;
        let text = one_line(self.loaded.sources.slice(site.whole));
        let origin = match self.graph.find_origin(site.whole, OriginKind::Assume, site.made_by) {
            Some(id) => id,
            None => self.clause_origin(unit, OriginKind::Assume, &decl.fact.value, &decl.common, site.whole, site),
        };
        self.graph.program.origins[origin.index()].text = text;
        Some(Assumption { origin, fact, value })
    }

    pub(super) fn not_a_fact(&mut self, unit: &Unit<'a>, name: &Name) -> Reported {
        let facts =
            unit.values.iter().filter(|(_, (entity, _))| matches!(entity, Entity::Fact(_))).map(|(name, _)| *name);
        let hint = suggest(&name.value, facts);
        let diagnostic = Diagnostic::error(Code::NOT_A_FACT, name.span, format!("`{}` is no fact", name.value));
        self.report(diagnostic.help(
            hint.unwrap_or_else(|| "only facts are given or assumed; everything else follows from them".to_string()),
        ))
    }

    pub(super) fn note(&mut self, unit: &mut Unit<'a>, decl: &'a NoteDecl, site: Site) -> Option<Note> {
        let about = match &decl.about {
            None => None,
            Some(name) => match unit.values.get(name.value.as_str()).cloned() {
                Some((Entity::Decision(decision, _), decision_site)) => {
                    self.mark_used(decision_site.span);
                    Some(self.graph.program.decision(decision).family)
                }
                Some((Entity::Used(family, ..), used_site)) => {
                    self.mark_used(used_site.span);
                    Some(family)
                }
                Some(_) => {
                    self.report(
                        Diagnostic::error(Code::OUTCOME, name.span, format!("`{}` is no decision", name.value))
                            .help("a note is about a decision"),
                    );
                    None
                }
                None => {
                    self.unknown_name(unit, name);
                    None
                }
            },
        };
        let when = decl.when.as_ref().map(|item| self.item(unit, item, Some(&Type::YesNo)));
        self.report_obligations(unit, None);
        let origin = self.declared(unit, OriginKind::Note, &decl.head, site, &decl.common, String::new());
        Some(Note { origin, about, when: when.transpose().ok()?.map(|when| when.node) })
    }

    pub(super) fn assert(
        &mut self,
        unit: &mut Unit<'a>,
        decl: &'a AssertDecl,
        site: Site,
    ) -> Option<(OriginId, crate::program::NodeId)> {
        let node = self.item(unit, &decl.item, Some(&Type::YesNo));
        self.report_obligations(unit, None);
        let text = one_line(self.loaded.sources.slice(decl.item.expr.span));
        let origin = self.declared(unit, OriginKind::Assert, &decl.head, site, &decl.common, text);
        Some((origin, node.ok()?.node))
    }
}

//! Libraries and versions: what their names mean, then what they say.

use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::load::{LoadedVersion, Used};
use crate::program::{
    Asked, Cited, CitedId, Clock, Decision, DecisionBody, DecisionId, EVALUATION_DATE, EVALUATION_TIME, Fact, FactId,
    Field, OriginId, PolicyId, Question, QuestionId, RecordType, Rule, RuleId, VersionId,
};
use crate::source::Span;
use crate::syntax::ast::{DeclKind, Declaration, FactDecl, Head, RecordDecl, RuleDecl, Text, UseDecl};
use crate::value::{EnumId, RecordId, Type};

use super::scope::{Entity, Site, TypeEntity, Unit};
use super::{EVALUATION_DATE_TYPE, EVALUATION_TIME_TYPE, Lowerer, Reported, open_unit, uses_of};

/// A version between its declaration and its lowering.
pub(super) struct Started<'a> {
    unit: Unit<'a>,
    decisions: Vec<(&'a crate::syntax::ast::DecisionDecl, DecisionId, bool, Site)>,
}

impl<'a> Lowerer<'a> {
    // -- what means one thing over the whole run

    /// Declares enums, records and facts of all files (P6).
    pub(super) fn declare_types(&mut self) {
        for (name, ty) in [("evaluation_date", EVALUATION_DATE_TYPE), ("evaluation_time", EVALUATION_TIME_TYPE)] {
            self.graph.program.facts.push(built_in_fact(name, ty));
        }
        let mut all: Vec<(&'a Declaration, bool)> = Vec::new();
        for library in &self.loaded.libraries {
            all.extend(library.file.declarations.iter().map(|declaration| (declaration, library.incomplete)));
        }
        for version in self.loaded.policies.iter().flat_map(|policy| &policy.versions) {
            all.extend(
                version.declarations.iter().map(|consolidated| (&*consolidated.declaration, version.incomplete)),
            );
        }
        let mut records: Vec<(&'a RecordDecl, RecordId)> = Vec::new();
        for &(declaration, _) in &all {
            match &declaration.kind {
                DeclKind::Enum(decl) if self.same_type(&decl.head, declaration.span) => {
                    let enum_type = self.enum_type(decl);
                    self.graph.program.enums.push(enum_type);
                    let id = EnumId(self.graph.program.enums.len() as u32 - 1);
                    self.types.insert(&decl.head.name.value, (TypeEntity::Enum(id), declaration.span));
                }
                DeclKind::Record(decl) if self.same_type(&decl.head, declaration.span) => {
                    let record = RecordType { name: decl.head.name.value.clone(), fields: Vec::new(), period: None };
                    self.graph.program.records.push(record);
                    let id = RecordId(self.graph.program.records.len() as u32 - 1);
                    self.types.insert(&decl.head.name.value, (TypeEntity::Record(id), declaration.span));
                    records.push((decl, id));
                }
                _ => {}
            }
        }
        let clock = self.clock(EVALUATION_DATE);
        let mut unit = open_unit(&self.types, clock);
        for (decl, id) in records {
            self.record_fields(&mut unit, decl, id);
        }
        for &(declaration, incomplete) in &all {
            if let DeclKind::Fact(decl) = &declaration.kind {
                self.incomplete = incomplete;
                self.declare_fact(&mut unit, decl, declaration.span);
            }
        }
        self.incomplete = false;
    }

    /// Whether a type is declared for the first time. The same name for something else is an error.
    fn same_type(&mut self, head: &'a Head, span: Span) -> bool {
        let Some(&(_, first)) = self.types.get(head.name.value.as_str()) else { return true };
        self.check_same(&head.name.value, head.name.span, span, first);
        false
    }

    fn check_same(&mut self, name: &str, place: Span, span: Span, first: Span) {
        if span != first && self.text(span) != self.text(first) {
            self.report(
                Diagnostic::error(Code::TWO_MEANINGS, place, format!("`{name}` means something else in another file"))
                    .label(first, "declared here first")
                    .help(
                        "a fact or type means one thing over all policies: declare it once, in a library that both use",
                    ),
            );
        }
    }

    fn record_fields(&mut self, unit: &mut Unit<'a>, decl: &'a RecordDecl, id: RecordId) {
        let mut fields: Vec<Field> = Vec::new();
        for field in &decl.fields {
            let name = &field.head.name;
            if fields.iter().any(|known| known.name == name.value) {
                self.report(Diagnostic::error(
                    Code::DUPLICATE,
                    name.span,
                    format!("`{}` is a field twice", name.value),
                ));
                continue;
            }
            let Ok(ty) = self.ty(unit, &field.ty) else { continue };
            if let Type::Record(inner) | Type::List(inner) = ty.required()
                && self.reaches(*inner, id)
            {
                self.report(
                    Diagnostic::error(Code::CYCLE, field.ty.span, format!("`{}` holds itself", decl.head.name.value))
                        .help("a record holds values and other records, never itself"),
                );
                continue;
            }
            let key = field.written.as_ref().unwrap_or(name).value.clone();
            fields.push(Field { name: name.value.clone(), key, label: label(&field.head), ty });
        }
        let mut period = None;
        if let Some(written) = &decl.period {
            let find = |name: &str| fields.iter().position(|field| field.name == name).map(|index| index as u32);
            match (find(&written.start.value), find(&written.end.value)) {
                (Some(start), Some(end)) => {
                    let start_ty = &fields[start as usize].ty;
                    let end_ty = &fields[end as usize].ty;
                    if *start_ty != Type::Date || *end_ty.required() != Type::Date {
                        self.report(
                            Diagnostic::error(
                                Code::TYPE,
                                written.start.span.to(written.end.span),
                                "a period runs from a date to a date",
                            )
                            .help("its start is a `date`, its end a `date` or `date or none`"),
                        );
                    } else {
                        period = Some((start, end, written.inclusive));
                    }
                }
                _ => {
                    self.report(Diagnostic::error(
                        Code::UNKNOWN_NAME,
                        written.start.span.to(written.end.span),
                        format!("`{}` has no such fields", decl.head.name.value),
                    ));
                }
            }
        }
        let record = &mut self.graph.program.records[id.0 as usize];
        record.fields = fields;
        record.period = period;
    }

    fn reaches(&self, from: RecordId, target: RecordId) -> bool {
        from == target
            || self.graph.program.record(from).fields.iter().any(|field| match field.ty.required() {
                Type::Record(inner) | Type::List(inner) => self.reaches(*inner, target),
                _ => false,
            })
    }

    fn declare_fact(&mut self, unit: &mut Unit<'a>, decl: &'a FactDecl, span: Span) {
        let name = decl.head.name.value.as_str();
        if let Some(&(_, first)) = self.facts.get(name) {
            self.check_same(name, decl.head.name.span, span, first);
            return;
        }
        if name == "evaluation_date" || name == "evaluation_time" {
            self.report(
                Diagnostic::error(Code::DUPLICATE, decl.head.name.span, format!("`{name}` is built in"))
                    .help("it is the day or moment of the run: read it without declaring it"),
            );
            return;
        }
        let ty = self.ty(unit, &decl.ty).unwrap_or(Type::YesNo);
        let required = ty.required().clone();
        let within = decl.within.as_ref().and_then(|(low, high)| {
            let (low_value, high_value) =
                (self.constant(unit, low, &required).ok()?, self.constant(unit, high, &required).ok()?);
            if low_value > high_value || !required.is_ordered() {
                self.report(
                    Diagnostic::error(Code::BOUNDS, low.span.to(high.span), "no value lies in these bounds")
                        .help("write the least value first: `within 0..120`"),
                );
                return None;
            }
            Some((low_value, high_value))
        });
        let typical = decl.typical.as_ref().and_then(|typical| self.constant(unit, typical, &ty).ok());
        let key = decl.written.as_ref().unwrap_or(&decl.head.name).value.clone();
        if let Some(other) = self.graph.program.facts.iter().find(|fact| fact.key == key) {
            let (other_name, other_span) = (other.name.clone(), other.span);
            let mut diagnostic = Diagnostic::error(
                Code::DUPLICATE,
                decl.head.name.span,
                format!("facts files spell `{other_name}` as `{key}` too"),
            );
            if let Some(other) = other_span {
                diagnostic = diagnostic.label(other, "the other fact");
            }
            self.report(diagnostic.help("each fact has its own key: change one `written`"));
        }
        let id = FactId(self.graph.program.facts.len() as u32);
        self.graph.program.facts.push(Fact {
            name: name.to_string(),
            key,
            tags: decl.head.tags.iter().map(|tag| tag.value.clone()).collect(),
            label: label(&decl.head),
            ty,
            ask: text(&decl.ask),
            within,
            typical,
            changeable: decl.changeable.as_ref().map(|effort| effort.value),
            private: decl.private.is_some(),
            // The source is filled in where the declaring unit is known.
            judged: decl.judged.as_ref().map(|judged| (judged.by.value.clone(), None)),
            span: Some(span),
        });
        self.facts.insert(name, (id, span));
    }

    // -- scopes

    /// Adds the names that a file declares to a unit.
    fn declare(&mut self, unit: &mut Unit<'a>, declaration: &'a Declaration, made_by: Option<VersionId>) {
        let site = |head: &Head| Site { span: head.name.span, whole: declaration.span, made_by };
        match &declaration.kind {
            DeclKind::Source(decl) => {
                let id = self.cited(decl);
                if let Some((_, first)) = unit.sources.insert(&decl.head.name.value, (id, decl.head.name.span)) {
                    self.twice("source", &decl.head, first);
                }
            }
            DeclKind::Question(decl) => {
                let id = self.question(decl);
                if let Some((_, first)) = unit.questions.insert(&decl.head.name.value, (id, decl.head.name.span)) {
                    self.twice("question", &decl.head, first);
                }
            }
            DeclKind::Enum(decl) => self.declare_type(unit, &decl.head),
            DeclKind::Record(decl) => self.declare_type(unit, &decl.head),
            DeclKind::Fact(decl) => {
                if let Some(&(id, _)) = self.facts.get(decl.head.name.value.as_str()) {
                    self.value(unit, &decl.head, Entity::Fact(id), site(&decl.head));
                }
            }
            DeclKind::Define(decl) => {
                self.value(unit, &decl.head, Entity::Define(decl, site(&decl.head)), site(&decl.head))
            }
            DeclKind::Table(decl) => {
                self.value(unit, &decl.head, Entity::Table(decl, site(&decl.head)), site(&decl.head))
            }
            _ => {}
        }
    }

    /// Adds the names whose meaning is data: it needs the types in scope.
    fn declare_data(&mut self, unit: &mut Unit<'a>, declaration: &'a Declaration, made_by: Option<VersionId>) {
        let site = |head: &Head| Site { span: head.name.span, whole: declaration.span, made_by };
        unit.made_by = made_by;
        match &declaration.kind {
            DeclKind::Set(decl) => {
                let entity = self.set_entity(unit, decl, site(&decl.head));
                self.data_value(unit, &decl.head, entity, site(&decl.head));
            }
            DeclKind::Calendar(decl) => {
                let Ok(id) = self.calendar(unit, decl) else {
                    unit.lost.push(&decl.head.name.value);
                    return;
                };
                if let Some((_, first)) = unit.calendars.insert(&decl.head.name.value, (id, decl.head.name.span)) {
                    self.twice("calendar", &decl.head, first);
                }
            }
            DeclKind::Parameter(decl) => {
                let entity = self.parameter(unit, decl, site(&decl.head));
                self.data_value(unit, &decl.head, entity, site(&decl.head));
            }
            DeclKind::Scale(decl) => {
                let entity = self.scale(unit, decl, site(&decl.head));
                self.data_value(unit, &decl.head, entity, site(&decl.head));
            }
            _ => {}
        }
    }

    /// Adds a name for data, or remembers that it could not be read.
    fn data_value(&mut self, unit: &mut Unit<'a>, head: &'a Head, entity: Result<Entity<'a>, Reported>, site: Site) {
        match entity {
            Ok(entity) => self.value(unit, head, entity, site),
            Err(Reported) => unit.lost.push(&head.name.value),
        }
    }

    fn value(&mut self, unit: &mut Unit<'a>, head: &'a Head, entity: Entity<'a>, site: Site) {
        let name = head.name.value.as_str();
        if let (Some((Entity::Fact(known), _)), Entity::Fact(fact)) = (unit.values.get(name), &entity)
            && known == fact
        {
            return;
        }
        if let Some((_, first)) = unit.values.insert(name, (entity, site)) {
            self.twice("name", head, first.span);
        }
    }

    fn declare_type(&mut self, unit: &mut Unit<'a>, head: &'a Head) {
        if let Some(&(entity, _)) = self.types.get(head.name.value.as_str())
            && let Some((_, first)) = unit.types.insert(&head.name.value, (entity, head.name.span))
            && self.text(first) != self.text(head.name.span)
        {
            self.twice("type", head, first);
        }
    }

    fn twice(&mut self, what: &str, head: &Head, first: Span) {
        if first == head.name.span {
            return;
        }
        self.report(
            Diagnostic::error(
                Code::DUPLICATE,
                head.name.span,
                format!("the {what} `{}` is declared twice", head.name.value),
            )
            .found("declared again here")
            .label(first, "declared here first")
            .help("rename one of them, or take one out"),
        );
    }

    fn cited(&mut self, decl: &'a crate::syntax::ast::SourceDecl) -> CitedId {
        let place = decl.head.name.span;
        if let Some(&id) = self.cited.get(&place) {
            return id;
        }
        self.graph.program.cited.push(Cited {
            name: decl.head.name.value.clone(),
            title: label(&decl.head),
            by: text(&decl.by),
            published: decl.published.as_ref().map(|day| day.value),
            accessed: decl.accessed.as_ref().map(|day| day.value),
            url: text(&decl.url),
            span: place,
        });
        let id = CitedId(self.graph.program.cited.len() as u32 - 1);
        self.cited.insert(place, id);
        id
    }

    fn question(&mut self, decl: &'a crate::syntax::ast::QuestionDecl) -> QuestionId {
        let place = decl.head.name.span;
        if let Some(&id) = self.questions.get(&place) {
            return id;
        }
        self.graph.program.questions.push(Question {
            name: decl.head.name.value.clone(),
            tags: decl.head.tags.iter().map(|tag| tag.value.clone()).collect(),
            text: label(&decl.head),
            reading: text(&decl.reading),
            owner: text(&decl.owner),
            span: place,
        });
        let id = QuestionId(self.graph.program.questions.len() as u32 - 1);
        self.questions.insert(place, id);
        id
    }

    fn built_ins(&mut self, unit: &mut Unit<'a>) {
        let nowhere = self
            .graph
            .program
            .versions
            .first()
            .map(|version| version.span)
            .or_else(|| self.loaded.libraries.first().map(|library| library.file.span));
        let Some(place) = nowhere else { return };
        let site = Site { span: place, whole: place, made_by: None };
        unit.values.insert("evaluation_date", (Entity::Fact(EVALUATION_DATE), site));
        unit.values.insert("evaluation_time", (Entity::Fact(EVALUATION_TIME), site));
    }

    /// Resolves what a declaration without a node cites, and the source under which a fact is judged.
    fn judged_under(&mut self, unit: &Unit<'a>, declaration: &'a Declaration) {
        // What is no node cites and relies all the same.
        let common = match &declaration.kind {
            DeclKind::Fact(decl) => Some(&decl.common),
            DeclKind::Enum(decl) => Some(&decl.common),
            DeclKind::Record(decl) => Some(&decl.common),
            DeclKind::Calendar(decl) => Some(&decl.common),
            DeclKind::Question(decl) => Some(&decl.common),
            _ => None,
        };
        if let Some(common) = common {
            self.citations(unit, common);
            self.reliances(unit, &common.relies);
        }
        let DeclKind::Fact(decl) = &declaration.kind else { return };
        let Some(name) = decl.judged.as_ref().and_then(|judged| judged.under.as_ref()) else { return };
        let Some(&(source, span)) = unit.sources.get(name.value.as_str()) else {
            let hint = suggest(&name.value, unit.sources.keys().copied());
            self.report(
                Diagnostic::error(Code::UNKNOWN_NAME, name.span, format!("unknown source `{}`", name.value))
                    .help(hint.unwrap_or_else(|| "declare it: `source NAME \"title\" by \"…\"`".to_string())),
            );
            return;
        };
        self.mark_used(span);
        if let Some(&(fact, _)) = self.facts.get(decl.head.name.value.as_str())
            && let Some((_, under)) = &mut self.graph.program.facts[fact.index()].judged
        {
            *under = Some(source);
        }
    }

    fn library_scope(&mut self, unit: &mut Unit<'a>, libraries: &[usize]) {
        for &library in libraries {
            let declarations = &self.loaded.libraries[library].file.declarations;
            declarations.iter().for_each(|declaration| self.declare(unit, declaration, None));
        }
    }

    fn library_data(&mut self, unit: &mut Unit<'a>, libraries: &[usize]) {
        for &library in libraries {
            let declarations = &self.loaded.libraries[library].file.declarations;
            declarations.iter().for_each(|declaration| self.declare_data(unit, declaration, None));
        }
    }

    /// Lowers a library by itself, and its invariants for all who use it.
    pub(super) fn lower_library(&mut self, index: usize, clock: Clock) {
        let library = &self.loaded.libraries[index];
        let mut libraries = self.libraries_of(uses_of(&library.file.declarations));
        if !libraries.contains(&index) {
            libraries.push(index);
        }
        self.incomplete = libraries.iter().any(|&library| self.loaded.libraries[library].incomplete);
        let mut unit = Unit::new(None, clock, None);
        self.built_ins(&mut unit);
        self.library_scope(&mut unit, &libraries);
        self.library_data(&mut unit, &libraries);
        unit.made_by = None;
        for declaration in &library.file.declarations {
            self.judged_under(&unit, declaration);
            match &declaration.kind {
                DeclKind::Define(decl) => {
                    let site = Site { span: decl.head.name.span, whole: declaration.span, made_by: None };
                    self.check_define(&mut unit, decl, site);
                }
                DeclKind::Invariant(decl) => {
                    let site = Site { span: decl.head.name.span, whole: declaration.span, made_by: None };
                    if let Some(invariant) = self.invariant(&mut unit, decl, site) {
                        self.graph.program.invariants.push(invariant);
                        let index = self.graph.program.invariants.len() as u32 - 1;
                        self.library_invariants.insert(declaration.span, index);
                    }
                }
                _ => {}
            }
        }
        self.incomplete = false;
    }

    /// Lowers a definition for its errors: one with parameters on placeholders.
    fn check_define(&mut self, unit: &mut Unit<'a>, decl: &'a crate::syntax::ast::DefineDecl, site: Site) {
        if decl.head.parameters.is_empty() {
            _ = self.define(unit, decl, site);
            return;
        }
        let mut locals = Vec::new();
        for (level, parameter) in decl.head.parameters.iter().enumerate() {
            let Ok(ty) = self.ty(unit, &parameter.ty) else { return };
            let name = parameter.name.value.as_str();
            if unit.values.contains_key(name) {
                self.report(
                    Diagnostic::error(
                        Code::HIDES_NAME,
                        parameter.name.span,
                        format!("`{name}` already names something here"),
                    )
                    .help("choose another name for the parameter"),
                );
            }
            // Placeholders take levels from the top, out of reach of the quantifiers in the body.
            let level = 63 - (level as u32).min(30);
            locals.push((name, self.graph.typed(crate::program::Op::Bound(level), ty)));
        }
        _ = self.define_body(unit, decl, site, locals);
    }

    // -- versions

    /// Declares all versions of a policy: scopes, decisions, what each can be asked.
    pub(super) fn declare_versions(&mut self, index: usize) -> Vec<Started<'a>> {
        let policy = PolicyId(index as u32);
        let loaded = &self.loaded.policies[index];
        let versions = self.graph.program.policies[index].versions.clone();
        let mut started = Vec::new();
        for (version, &id) in loaded.versions.iter().zip(&versions) {
            self.incomplete = version.incomplete;
            started.push(self.declare_version(policy, version, id, &versions));
        }
        self.incomplete = false;
        started
    }

    fn declare_version(
        &mut self,
        policy: PolicyId,
        loaded: &'a LoadedVersion,
        id: VersionId,
        versions: &[VersionId],
    ) -> Started<'a> {
        let declarations = || loaded.declarations.iter().map(|decl| (&*decl.declaration, Some(versions[decl.made_by])));
        let libraries = self.libraries_of(declarations().filter_map(|(declaration, _)| use_decl(declaration)));
        self.incomplete |= libraries.iter().any(|&library| self.loaded.libraries[library].incomplete);
        let clock = self.clock(EVALUATION_DATE);
        let mut unit = Unit::new(Some(id), clock, loaded.rounding.as_ref().map(|rounding| rounding.value));
        unit.repealed = &loaded.repealed;
        self.built_ins(&mut unit);
        self.library_scope(&mut unit, &libraries);
        declarations().for_each(|(declaration, made_by)| self.declare(&mut unit, declaration, made_by));
        if let Some(name) = &loaded.decided_by {
            self.deciding_fact(&mut unit, policy, loaded, name);
        }
        for (declaration, _) in declarations() {
            self.judged_under(&unit, declaration);
        }
        let mut decisions = Vec::new();
        for (declaration, made_by) in declarations() {
            let DeclKind::Decision(decl) = &declaration.kind else { continue };
            let site = Site { span: decl.head.name.span, whole: declaration.span, made_by };
            let Ok((ty, total)) = self.decision_type(&unit, decl) else { continue };
            let name = decl.head.name.value.as_str();
            self.unique_decision(policy, &decl.head);
            let family = self.family(Some(policy), name);
            let decision = DecisionId(self.graph.program.decisions.len() as u32);
            let body = DecisionBody::Adds(Vec::new());
            self.graph.program.decisions.push(Decision {
                family,
                version: id,
                origin: OriginId(0),
                ty: ty.clone(),
                body,
            });
            self.graph.program.versions[id.index()].decisions.push(decision);
            self.same_decision_type(family, &ty, &decl.head);
            self.graph.program.families[family.index()].members.push((Some(id), Asked::Decision(decision)));
            let families = &mut self.graph.program.policies[policy.index()].families;
            if !families.contains(&family) {
                families.push(family);
            }
            self.value(&mut unit, &decl.head, Entity::Decision(decision, ty), site);
            decisions.push((decl, decision, total, site));
        }
        Started { unit, decisions }
    }

    fn deciding_fact(
        &mut self,
        unit: &mut Unit<'a>,
        policy: PolicyId,
        loaded: &'a LoadedVersion,
        name: &'a crate::syntax::ast::Name,
    ) {
        let Some((Entity::Fact(fact), site)) = unit.values.get(name.value.as_str()).cloned() else {
            self.not_a_fact(unit, name);
            return;
        };
        self.mark_used(site.span);
        let ty = self.graph.program.fact(fact).ty.clone();
        let moment = loaded.start.moment.is_some() || loaded.end.is_some_and(|end| end.moment.is_some());
        if !matches!(ty, Type::Date | Type::Instant) || (moment && fact != EVALUATION_DATE && ty != Type::Instant) {
            let found = self.graph.program.type_text(&ty);
            let needed =
                if moment { "an `instant`, for a version starts inside a day" } else { "a `date` or `instant`" };
            self.report(
                Diagnostic::error(Code::DECIDING_FACT, name.span, format!("the deciding fact must be {needed}"))
                    .label(site.span, format!("is `{found}`"))
                    .help("leave out `decided by` to use the day of the run"),
            );
            return;
        }
        self.graph.program.policies[policy.index()].decided_by = fact;
        unit.clock = self.clock(fact);
    }

    /// Decision names are unique over the root (D14).
    fn unique_decision(&mut self, policy: PolicyId, head: &'a Head) {
        let other = self
            .families
            .iter()
            .filter(|((owner, name), _)| owner.is_some_and(|owner| owner != policy) && *name == head.name.value);
        let other = other.map(|((owner, _), family)| (*owner, *family)).next();
        if let Some((Some(owner), family)) = other
            && let Some((_, Asked::Decision(_))) = self.graph.program.family(family).members.first()
        {
            let owner = self.graph.program.policies[owner.index()].name.clone();
            self.report(
                Diagnostic::error(
                    Code::DUPLICATE,
                    head.name.span,
                    format!("`{owner}` decides `{}` too", head.name.value),
                )
                .help("the names of decisions are unique over all policies: rename one of them"),
            );
        }
    }

    fn same_decision_type(&mut self, family: crate::program::FamilyId, ty: &Type, head: &'a Head) {
        let first = self.graph.program.family(family).members.iter().find_map(|(_, asked)| match asked {
            Asked::Decision(decision) => Some(self.graph.program.decision(*decision).ty.clone()),
            Asked::Define(_) => None,
        });
        if let Some(first) = first
            && first != *ty
        {
            let (was, is) = (self.graph.program.type_text(&first), self.graph.program.type_text(ty));
            self.report(
                Diagnostic::error(
                    Code::TYPE,
                    head.name.span,
                    format!("`{}` is `{is}` here and `{was}` in an earlier version", head.name.value),
                )
                .help("readers of a decision need one type over all its versions: choose a new name"),
            );
        }
    }

    /// Lowers all versions of a policy.
    pub(super) fn lower_versions(&mut self, index: usize, started: Vec<Started<'a>>) {
        let loaded = &self.loaded.policies[index];
        let versions = self.graph.program.policies[index].versions.clone();
        for ((version, &id), started) in loaded.versions.iter().zip(&versions).zip(started) {
            self.incomplete = version.incomplete;
            self.lower_version(PolicyId(index as u32), version, id, &versions, started);
        }
        self.incomplete = false;
    }

    fn lower_version(
        &mut self,
        policy: PolicyId,
        loaded: &'a LoadedVersion,
        id: VersionId,
        versions: &[VersionId],
        started: Started<'a>,
    ) {
        let Started { mut unit, decisions } = started;
        let declarations = || loaded.declarations.iter().map(|decl| (&*decl.declaration, Some(versions[decl.made_by])));
        let libraries = self.libraries_of(declarations().filter_map(|(declaration, _)| use_decl(declaration)));
        self.incomplete |= libraries.iter().any(|&library| self.loaded.libraries[library].incomplete);
        for (declaration, _) in declarations() {
            if let Some(used) = use_decl(declaration) {
                self.use_policy(&mut unit, policy, id, used);
            }
        }
        self.library_data(&mut unit, &libraries);
        for (declaration, made_by) in declarations() {
            self.declare_data(&mut unit, declaration, made_by);
        }
        for (decl, decision, total, site) in decisions {
            unit.made_by = site.made_by;
            self.decision(&mut unit, decl, decision, total, site);
        }
        let mut rules: Vec<(&'a RuleDecl, RuleId)> = Vec::new();
        for (declaration, made_by) in declarations() {
            let DeclKind::Rule(decl) = &declaration.kind else { continue };
            let rule = RuleId(self.graph.program.rules.len() as u32);
            let none = crate::program::NodeId(0);
            self.graph.program.rules.push(Rule {
                origin: OriginId(0),
                decision: DecisionId(0),
                value: none,
                when: None,
                unless: Vec::new(),
                exception_to: Vec::new(),
                exceptions: Vec::new(),
            });
            if let Some((_, first)) = unit.rules.insert(&decl.head.name.value, (rule, decl.head.name.span)) {
                self.twice("rule", &decl.head, first);
            }
            unit.made_by = made_by;
            let site = Site { span: decl.head.name.span, whole: declaration.span, made_by };
            self.rule(&mut unit, decl, rule, site);
            rules.push((decl, rule));
        }
        self.exceptions(&unit, &rules);
        for (declaration, made_by) in declarations() {
            unit.made_by = made_by;
            let site = |head: &Head| Site { span: head.name.span, whole: declaration.span, made_by };
            match &declaration.kind {
                DeclKind::Define(decl) => self.check_define(&mut unit, decl, site(&decl.head)),
                DeclKind::Table(decl) => self.check_table(&mut unit, decl, site(&decl.head)),
                DeclKind::Invariant(decl) => {
                    let invariant = self.invariant(&mut unit, decl, site(&decl.head));
                    self.graph.program.versions[id.index()].invariants.extend(invariant);
                }
                DeclKind::Assume(decl) => {
                    let site = Site { span: decl.fact.span, whole: declaration.span, made_by };
                    let assumption = self.assumption(&mut unit, decl, site);
                    self.graph.program.versions[id.index()].assumptions.extend(assumption);
                }
                DeclKind::Note(decl) => {
                    let note = self.note(&mut unit, decl, site(&decl.head));
                    self.graph.program.versions[id.index()].notes.extend(note);
                }
                DeclKind::Assert(decl) => {
                    let assert = self.assert(&mut unit, decl, site(&decl.head));
                    self.graph.program.versions[id.index()].asserts.extend(assert);
                }
                _ => {}
            }
        }
        self.ask_definitions(&mut unit, policy, id);
        unit.made_by = None;
        for &library in &libraries {
            for declaration in &self.loaded.libraries[library].file.declarations {
                if let Some(&invariant) = self.library_invariants.get(&declaration.span) {
                    self.graph.program.versions[id.index()].library_invariants.push(invariant);
                }
                if let DeclKind::Assume(decl) = &declaration.kind {
                    let site = Site { span: decl.fact.span, whole: declaration.span, made_by: None };
                    let assumption = self.assumption(&mut unit, decl, site);
                    self.graph.program.versions[id.index()].assumptions.extend(assumption);
                }
            }
        }
    }

    /// Brings the decisions of a used policy into scope.
    fn use_policy(&mut self, unit: &mut Unit<'a>, reader: PolicyId, version: VersionId, used: &'a UseDecl) {
        let Some(Used::Policy(index)) = self.loaded.find_use(&used.path) else { return };
        let policy = PolicyId(index as u32);
        let uses = &mut self.graph.program.policies[reader.index()].uses;
        if !uses.contains(&policy) {
            uses.push(policy);
        }
        let uses = &mut self.graph.program.versions[version.index()].uses;
        if !uses.contains(&policy) {
            uses.push(policy);
        }
        let families = self.graph.program.policies[index].families.clone();
        for outside in &used.outside {
            let name = &outside.decision;
            if !families.iter().any(|&family| self.graph.program.family(family).name == name.value) {
                let names: Vec<String> =
                    families.iter().map(|&family| self.graph.program.family(family).name.clone()).collect();
                let hint = suggest(&name.value, names.iter().map(String::as_str));
                self.report(
                    Diagnostic::error(
                        Code::UNKNOWN_NAME,
                        name.span,
                        format!("`{}` decides no `{}`", used.path.text(), name.value),
                    )
                    .help(hint.unwrap_or_else(|| "name a decision of the used policy".to_string())),
                );
            }
        }
        let names = self
            .families
            .iter()
            .filter(|((owner, _), _)| *owner == Some(policy))
            .map(|((_, name), &family)| (*name, family));
        let names: Vec<(&'a str, crate::program::FamilyId)> =
            names.filter(|(_, family)| families.contains(family)).collect();
        for (name, family) in names {
            let ty = self.graph.program.family(family).members.iter().find_map(|(_, asked)| match asked {
                Asked::Decision(decision) => Some(self.graph.program.decision(*decision).ty.clone()),
                Asked::Define(_) => None,
            });
            let Some(ty) = ty else { continue };
            let outside = used.outside.iter().find(|outside| outside.decision.value == name);
            let site = Site { span: used.path.span, whole: used.path.span, made_by: unit.made_by };
            if let Some((other, first)) = unit.values.insert(name, (Entity::Used(family, ty, outside), site))
                && !matches!(other, Entity::Used(..))
            {
                self.report(
                    Diagnostic::error(
                        Code::DUPLICATE,
                        used.path.span,
                        format!("`{}` decides `{name}`, and `{name}` is declared here too", used.path.text()),
                    )
                    .label(first.span, "declared here")
                    .help("rename the one declared here"),
                );
            }
        }
    }

    /// Lets definitions without parameters be asked in this version (D14).
    fn ask_definitions(&mut self, unit: &mut Unit<'a>, policy: PolicyId, id: VersionId) {
        let mut defines: Vec<(&'a crate::syntax::ast::DefineDecl, Site)> = unit
            .values
            .values()
            .filter_map(|(entity, _)| match entity {
                Entity::Define(decl, site) if decl.head.parameters.is_empty() => Some((*decl, *site)),
                _ => None,
            })
            .collect();
        defines.sort_by_key(|(_, site)| site.span);
        for (decl, site) in defines {
            unit.made_by = site.made_by;
            if let Ok(typed) = self.define(unit, decl, site) {
                let family = self.family(Some(policy), &decl.head.name.value);
                self.graph.program.families[family.index()].members.push((Some(id), Asked::Define(typed.node)));
            }
        }
    }

    /// Lowers a table on placeholders, for its errors.
    fn check_table(&mut self, unit: &mut Unit<'a>, decl: &'a crate::syntax::ast::TableDecl, site: Site) {
        let mut inputs = Vec::new();
        for (level, parameter) in decl.head.parameters.iter().enumerate() {
            let Ok(ty) = self.ty(unit, &parameter.ty) else { return };
            let level = 63 - (level as u32).min(30);
            inputs.push(self.graph.typed(crate::program::Op::Bound(level), ty));
        }
        _ = self.table_rows(unit, decl, site, &inputs);
        self.report_obligations(unit, None);
    }
}

fn use_decl(declaration: &Declaration) -> Option<&UseDecl> {
    match &declaration.kind {
        DeclKind::Use(used) => Some(used),
        _ => None,
    }
}

fn label(head: &Head) -> Option<String> {
    text(&head.label)
}

fn text(text: &Option<Text>) -> Option<String> {
    text.as_ref().map(|text| text.value.clone())
}

fn built_in_fact(name: &str, ty: Type) -> Fact {
    let (label, ask) = match name {
        "evaluation_date" => ("day of the decision", "On which day is it decided?"),
        _ => ("moment of the decision", "At which moment of that day is it decided?"),
    };
    Fact {
        name: name.to_string(),
        key: name.to_string(),
        tags: Vec::new(),
        label: Some(label.to_string()),
        ty,
        ask: Some(ask.to_string()),
        within: None,
        typical: None,
        changeable: Some(crate::syntax::ast::Effort::Never),
        private: false,
        judged: None,
        span: None,
    }
}

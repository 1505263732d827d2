//! Declarations, in the order of the grammar.

use chrono::NaiveDate;

use super::operators::Chain;
use super::*;

/// What one piece of a file holds.
pub(in crate::syntax) enum Built {
    /// The head of the file.
    Header(Header),
    /// A declaration.
    Declaration(Box<Declaration>),
}

impl<'t> Builder<'t> {
    /// Builds a header or a declaration.
    pub(in crate::syntax) fn build_top(&mut self, node: Node<'t>) -> Option<Built> {
        match node.as_rule() {
            Rule::policy => Some(Built::Header(Header::Policy(Box::new(self.build_policy(node))))),
            Rule::library => {
                let span = self.tight(&node);
                let (mut name, mut title) = (Spanned::new(String::new(), span), None);
                for part in inner(node) {
                    match part.as_rule() {
                        Rule::name => name = self.word(&part),
                        Rule::w_library => {}
                        _ => title = Some(self.build_text(part)),
                    }
                }
                Some(Built::Header(Header::Library { name, title, span }))
            }
            Rule::declaration => {
                self.build_declaration(node).map(|declaration| Built::Declaration(Box::new(declaration)))
            }
            _ => None,
        }
    }

    fn build_policy(&mut self, node: Node<'t>) -> PolicyHeader {
        let span = self.tight(&node);
        let mut policy = PolicyHeader {
            name: Spanned::new(String::new(), span),
            title: None,
            jurisdiction: None,
            effective_from: None,
            until: None,
            announced: None,
            amends: None,
            decided_by: None,
            rounding: None,
            zone: None,
            span,
        };
        let mut seen = Seen::default();
        for part in inner(node) {
            match part.as_rule() {
                Rule::name => policy.name = self.word(&part),
                Rule::policy_clause => self.build_policy_clause(part, &mut policy, &mut seen),
                Rule::w_policy => {}
                _ => policy.title = Some(self.build_text(part)),
            }
        }
        if policy.effective_from.is_none() {
            let name = &policy.name.value;
            let help = format!("write `policy {name} … effective from 2024-12-24`");
            self.error(Code::HEADER, policy.name.span, "the policy names no first day", "", help);
        }
        policy
    }

    fn build_policy_clause(&mut self, node: Node<'t>, policy: &mut PolicyHeader, seen: &mut Seen) {
        let place = self.tight(&node);
        let mut parts = inner(node);
        let Some(first) = parts.next() else { return };
        let Some(last) = parts.last() else {
            match first.as_rule() {
                Rule::oops_effective => {
                    let start = self.mistaken_effective(first);
                    policy.effective_from = policy.effective_from.take().or(start);
                }
                Rule::oops_to => {
                    let until = self.mistaken_until(first);
                    policy.until = policy.until.take().or(until);
                }
                _ => {}
            }
            return;
        };
        match first.as_rule() {
            Rule::kw_jurisdiction if self.first(seen, "jurisdiction", place) => {
                policy.jurisdiction = Some(self.build_text(last))
            }
            Rule::kw_effective if self.first(seen, "effective from", place) => {
                policy.effective_from = Some(self.build_start(last))
            }
            Rule::kw_until if self.first(seen, "until", place) => policy.until = Some(self.build_start(last)),
            Rule::kw_announced if self.first(seen, "announced", place) => {
                policy.announced = Some(self.build_spanned_date(&last))
            }
            Rule::kw_amends if self.first(seen, "amends", place) => {
                policy.amends = Some(self.build_spanned_date(&last))
            }
            Rule::kw_decided if self.first(seen, "decided by", place) => policy.decided_by = Some(self.word(&last)),
            Rule::kw_months if self.first(seen, "months round", place) => {
                policy.rounding = Some(Spanned::new(operators::rounding(last.as_str()), place));
            }
            Rule::kw_zone if self.first(seen, "zone", place) => policy.zone = Some(self.build_text(last)),
            _ => {}
        }
    }

    fn build_declaration(&mut self, node: Node<'t>) -> Option<Declaration> {
        let span = self.tight(&node);
        let mut verb = None;
        let mut kind = None;
        for part in inner(node) {
            let place = self.tight(&part);
            match part.as_rule() {
                Rule::w_verb => {
                    let value = if part.as_str() == "insert" { Verb::Insert } else { Verb::Replace };
                    verb = Some(Spanned::new(value, place));
                }
                Rule::oops_verb => verb = Some(Spanned::new(self.mistaken_verb(part), place)),
                Rule::oops_no_rule => self.outcome_without_rule(part),
                _ => kind = self.build_kind(part),
            }
        }
        Some(Declaration { verb, kind: kind?, span })
    }

    fn build_kind(&mut self, node: Node<'t>) -> Option<DeclKind> {
        Some(match node.as_rule() {
            Rule::use_d => DeclKind::Use(self.build_use(node)),
            Rule::source_d => DeclKind::Source(self.build_source(node)),
            Rule::fact_d => DeclKind::Fact(self.build_fact(node)),
            Rule::assume_d => DeclKind::Assume(self.build_assume(node)),
            Rule::invariant_d => {
                let (head, item, common) = self.build_condition(node);
                DeclKind::Invariant(InvariantDecl { head, item, common })
            }
            Rule::enum_d => DeclKind::Enum(self.build_enum(node)),
            Rule::set_d => DeclKind::Set(self.build_set_declaration(node)),
            Rule::record_d => DeclKind::Record(self.build_record(node)),
            Rule::calendar_d => DeclKind::Calendar(self.build_calendar(node)),
            Rule::define_d => DeclKind::Define(self.build_define(node)),
            Rule::parameter_d => DeclKind::Parameter(self.build_parameter(node)),
            Rule::scale_d => DeclKind::Scale(self.build_scale(node)),
            Rule::table_d => DeclKind::Table(self.build_table(node)),
            Rule::decision_d => DeclKind::Decision(self.build_decision(node)),
            Rule::rule_d => DeclKind::Rule(self.build_rule(node)?),
            Rule::note_d => DeclKind::Note(self.build_note(node)),
            Rule::question_d => DeclKind::Question(self.build_question(node)),
            Rule::assert_d => {
                let (head, item, common) = self.build_condition(node);
                DeclKind::Assert(AssertDecl { head, item, common })
            }
            Rule::profile_d => DeclKind::Profile(self.build_profile(node)),
            Rule::test_d => DeclKind::Test(self.build_test(node)),
            Rule::repeal | Rule::oops_repeal => DeclKind::Repeal(self.build_repeal(node)),
            _ => {
                self.drift(&node);
                return None;
            }
        })
    }

    fn build_repeal(&mut self, node: Node<'t>) -> RepealDecl {
        let span = self.tight(&node);
        let mut repeal = RepealDecl {
            kind: Spanned::new(String::new(), span),
            path: Path { names: Vec::new(), span },
            tags: Vec::new(),
        };
        for part in inner(node) {
            match part.as_rule() {
                Rule::w_kind => repeal.kind = self.word(&part),
                Rule::path => repeal.path = self.build_path(part),
                Rule::tags => self.build_tags(part, &mut repeal.tags),
                Rule::wrong_repeal => {
                    let place = self.span(&part);
                    self.error(
                        Code::VERB,
                        place,
                        format!("`{}` is no verb of an amending file", part.as_str()),
                        "",
                        "write `repeal`",
                    );
                }
                _ => {}
            }
        }
        repeal
    }

    fn build_use(&mut self, node: Node<'t>) -> UseDecl {
        let span = self.tight(&node);
        let mut decl =
            UseDecl { path: Path { names: Vec::new(), span }, outside: Vec::new(), common: Common::default() };
        for part in inner(node) {
            match part.as_rule() {
                Rule::path => decl.path = self.build_path(part),
                Rule::outside => {
                    let outside = self.build_outside(part);
                    decl.outside.push(outside);
                }
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut decl.common),
                _ => {}
            }
        }
        decl
    }

    fn build_outside(&mut self, node: Node<'t>) -> Outside {
        let span = self.tight(&node);
        let mut outside =
            Outside { decision: Spanned::new(String::new(), span), value: None, common: Common::default(), span };
        for part in inner(node) {
            match part.as_rule() {
                Rule::path => outside.decision = self.word(&part),
                Rule::value => outside.value = Some(self.build_chain(part)),
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut outside.common),
                _ => {}
            }
        }
        outside
    }

    fn build_source(&mut self, node: Node<'t>) -> SourceDecl {
        let head = self.no_head(self.tight(&node));
        let mut decl =
            SourceDecl { head, by: None, published: None, accessed: None, url: None, common: Common::default() };
        let mut seen = Seen::default();
        for part in inner(node) {
            let place = self.tight(&part);
            match part.as_rule() {
                Rule::head => decl.head = self.build_head(part),
                Rule::source_clause => {
                    let mut parts = inner(part);
                    let Some((word, value)) = parts.next().zip(parts.next()) else { continue };
                    match word.as_rule() {
                        Rule::kw_by if self.first(&mut seen, "by", place) => decl.by = Some(self.build_text(value)),
                        Rule::kw_published if self.first(&mut seen, "published", place) => {
                            decl.published = Some(self.build_spanned_date(&value))
                        }
                        Rule::kw_accessed if self.first(&mut seen, "accessed", place) => {
                            decl.accessed = Some(self.build_spanned_date(&value))
                        }
                        Rule::kw_url if self.first(&mut seen, "url", place) => decl.url = Some(self.build_text(value)),
                        _ => {}
                    }
                }
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut decl.common),
                _ => {}
            }
        }
        decl
    }

    fn build_fact(&mut self, node: Node<'t>) -> FactDecl {
        let span = self.tight(&node);
        let mut decl = FactDecl {
            head: self.no_head(span),
            ty: self.no_type(span),
            ask: None,
            within: None,
            typical: None,
            changeable: None,
            private: None,
            judged: None,
            written: None,
            common: Common::default(),
        };
        let mut seen = Seen::default();
        for part in inner(node) {
            match part.as_rule() {
                Rule::head => decl.head = self.build_head(part),
                Rule::type_expr => decl.ty = self.build_type(part),
                Rule::fact_clause => self.build_fact_clause(part, &mut decl, &mut seen),
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut decl.common),
                _ => {}
            }
        }
        decl
    }

    fn build_fact_clause(&mut self, node: Node<'t>, decl: &mut FactDecl, seen: &mut Seen) {
        let place = self.tight(&node);
        let mut parts = inner(node);
        let Some(word) = parts.next() else { return };
        match (word.as_rule(), parts.next()) {
            (Rule::kw_ask, Some(text)) if self.first(seen, "ask", place) => decl.ask = Some(self.build_text(text)),
            (Rule::kw_within, Some(range)) if self.first(seen, "within", place) => {
                let mut parts = Chain::new(inner(range), place);
                let low = self.build_next(&mut parts);
                parts.next_if(Rule::dots);
                decl.within = Some((low, self.build_next(&mut parts)));
            }
            (Rule::kw_typical, Some(value)) if self.first(seen, "typical", place) => {
                decl.typical = Some(self.build_chain(value))
            }
            (Rule::kw_changeable, Some(effort)) if self.first(seen, "changeable", place) => {
                let value = match effort.as_str() {
                    "easy" => Effort::Easy,
                    "hard" => Effort::Hard,
                    _ => Effort::Never,
                };
                decl.changeable = Some(Spanned::new(value, self.span(&effort)));
            }
            (Rule::kw_private, _) if self.first(seen, "private", place) => decl.private = Some(place),
            (Rule::kw_judged, Some(_)) if self.first(seen, "judged by", place) => {
                let mut judged = None;
                let mut under = None;
                for part in parts {
                    match part.as_rule() {
                        Rule::kw_under => {}
                        Rule::name => under = Some(self.word(&part)),
                        _ => judged = Some(self.build_text(part)),
                    }
                }
                decl.judged = judged.map(|by| Judged { by, under });
            }
            (Rule::kw_written, Some(text)) if self.first(seen, "written", place) => {
                decl.written = Some(self.build_text(text))
            }
            _ => {}
        }
    }

    fn build_assume(&mut self, node: Node<'t>) -> AssumeDecl {
        let span = self.tight(&node);
        let mut decl =
            AssumeDecl { fact: Spanned::new(String::new(), span), value: missing(span), common: Common::default() };
        for part in inner(node) {
            match part.as_rule() {
                Rule::path => decl.fact = self.word(&part),
                Rule::value => decl.value = self.build_chain(part),
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut decl.common),
                _ => {}
            }
        }
        decl
    }

    /// Builds what `invariant` and `assert` share.
    fn build_condition(&mut self, node: Node<'t>) -> (Head, Item, Common) {
        let span = self.tight(&node);
        let mut parts =
            (self.no_head(span), Item { expr: missing(span), tags: Vec::new(), label: None }, Common::default());
        for part in inner(node) {
            match part.as_rule() {
                Rule::head => parts.0 = self.build_head(part),
                Rule::item => parts.1 = self.build_item(part),
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut parts.2),
                _ => {}
            }
        }
        parts
    }

    fn build_enum(&mut self, node: Node<'t>) -> EnumDecl {
        let head = self.no_head(self.tight(&node));
        let mut decl = EnumDecl { head, open: None, body: EnumBody::Members(Vec::new()), common: Common::default() };
        let mut members = Vec::new();
        for part in inner(node) {
            match part.as_rule() {
                Rule::head => decl.head = self.build_head(part),
                Rule::kw_open => decl.open = Some(self.span(&part)),
                Rule::enum_member => {
                    let member = self.build_enum_member(part);
                    members.push(member);
                }
                Rule::read_from => decl.body = EnumBody::Read(self.build_read_from(part)),
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut decl.common),
                _ => {}
            }
        }
        if !members.is_empty() {
            decl.body = EnumBody::Members(members);
        }
        decl
    }

    fn build_enum_member(&mut self, node: Node<'t>) -> EnumMember {
        let span = self.tight(&node);
        let mut member = EnumMember { name: Spanned::new(String::new(), span), label: None, written: None };
        let mut written = false;
        for part in inner(node) {
            match part.as_rule() {
                Rule::name | Rule::member => member.name = self.word(&part),
                Rule::oops_member => (member.name, member.written) = self.mistaken_member(&part),
                Rule::kw_written => written = true,
                _ if written => member.written = Some(self.build_text(part)),
                _ => member.label = Some(self.build_text(part)),
            }
        }
        member
    }

    fn build_set_declaration(&mut self, node: Node<'t>) -> SetDecl {
        let span = self.tight(&node);
        let mut decl = SetDecl {
            head: self.no_head(span),
            ty: self.no_type(span),
            body: SetBody::Members(missing(span)),
            common: Common::default(),
        };
        for part in inner(node) {
            match part.as_rule() {
                Rule::head => decl.head = self.build_head(part),
                Rule::type_expr => decl.ty = self.build_type(part),
                Rule::set => decl.body = SetBody::Members(self.build_atom(part)),
                Rule::read_from => decl.body = SetBody::Read(self.build_read_from(part)),
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut decl.common),
                _ => {}
            }
        }
        decl
    }

    fn build_record(&mut self, node: Node<'t>) -> RecordDecl {
        let mut decl = RecordDecl {
            head: self.no_head(self.tight(&node)),
            fields: Vec::new(),
            period: None,
            common: Common::default(),
        };
        for part in inner(node) {
            match part.as_rule() {
                Rule::head => decl.head = self.build_head(part),
                Rule::record_field => {
                    let field = self.build_field(part);
                    decl.fields.push(field);
                }
                Rule::is_period => {
                    let inclusive = inner(part.clone()).any(|word| word.as_rule() == Rule::kw_through);
                    let mut names = inner(part).filter(|word| word.as_rule() == Rule::name);
                    if let Some((start, end)) = names.next().zip(names.next()) {
                        decl.period = Some(RecordPeriod { start: self.word(&start), inclusive, end: self.word(&end) });
                    }
                }
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut decl.common),
                _ => {}
            }
        }
        decl
    }

    fn build_field(&mut self, node: Node<'t>) -> FieldDecl {
        let span = self.tight(&node);
        let mut field = FieldDecl { head: self.no_head(span), ty: self.no_type(span), written: None };
        for part in inner(node) {
            match part.as_rule() {
                Rule::head => field.head = self.build_head(part),
                Rule::type_expr => field.ty = self.build_type(part),
                Rule::kw_written | Rule::colon => {}
                _ => field.written = Some(self.build_text(part)),
            }
        }
        field
    }

    fn build_calendar(&mut self, node: Node<'t>) -> CalendarDecl {
        let head = self.no_head(self.tight(&node));
        let mut decl = CalendarDecl { head, weekend: None, holidays: None, covers: None, common: Common::default() };
        let mut seen = Seen::default();
        for part in inner(node) {
            let place = self.tight(&part);
            match part.as_rule() {
                Rule::head => decl.head = self.build_head(part),
                Rule::calendar_clause => {
                    let mut parts = inner(part);
                    let Some((word, value)) = parts.next().zip(parts.next()) else { continue };
                    match word.as_rule() {
                        Rule::kw_weekend if self.first(&mut seen, "weekend", place) => {
                            decl.weekend = Some(self.build_atom(value))
                        }
                        Rule::kw_holidays if self.first(&mut seen, "holidays", place) => {
                            decl.holidays = Some(match value.as_rule() {
                                Rule::read_from => SetBody::Read(self.build_read_from(value)),
                                _ => SetBody::Members(self.build_atom(value)),
                            });
                        }
                        Rule::kw_covers if self.first(&mut seen, "covers", place) => {
                            let from = self.build_spanned_date(&value);
                            decl.covers = parts.last().map(|to| (from, self.build_spanned_date(&to)));
                        }
                        _ => {}
                    }
                }
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut decl.common),
                _ => {}
            }
        }
        decl
    }

    fn build_define(&mut self, node: Node<'t>) -> DefineDecl {
        let span = self.tight(&node);
        let item = Item { expr: missing(span), tags: Vec::new(), label: None };
        let mut decl = DefineDecl { head: self.no_head(span), ty: None, item, common: Common::default() };
        for part in inner(node) {
            match part.as_rule() {
                Rule::head_with_parameters => decl.head = self.build_head(part),
                Rule::type_expr => decl.ty = Some(self.build_type(part)),
                Rule::item => decl.item = self.build_item(part),
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut decl.common),
                _ => {}
            }
        }
        decl
    }

    fn build_parameter(&mut self, node: Node<'t>) -> ParameterDecl {
        let span = self.tight(&node);
        let mut decl = ParameterDecl { head: self.no_head(span), ty: self.no_type(span), values: Vec::new() };
        for part in inner(node) {
            match part.as_rule() {
                Rule::head => decl.head = self.build_head(part),
                Rule::type_expr => decl.ty = self.build_type(part),
                Rule::dated => {
                    let value = self.build_dated(part, None, |builder, value, part| {
                        if part.as_rule() == Rule::value {
                            *value = Some(builder.build_chain(part));
                        }
                    });
                    decl.values.push(value);
                }
                _ => {}
            }
        }
        decl
    }

    fn build_scale(&mut self, node: Node<'t>) -> ScaleDecl {
        let span = self.tight(&node);
        let mut decl = ScaleDecl { head: self.no_head(span), ty: self.no_type(span), values: Vec::new() };
        for part in inner(node) {
            match part.as_rule() {
                Rule::head => decl.head = self.build_head(part),
                Rule::type_expr => decl.ty = self.build_type(part),
                Rule::dated_bands => {
                    let value = self.build_dated(part, Vec::new(), |builder, bands, part| {
                        if part.as_rule() == Rule::band {
                            bands.push(builder.build_band(part));
                        }
                    });
                    decl.values.push(value);
                }
                _ => {}
            }
        }
        decl
    }

    fn build_dated<T>(&mut self, node: Node<'t>, empty: T, add: fn(&mut Self, &mut T, Node<'t>)) -> Dated<T> {
        let span = self.tight(&node);
        let from = Start { date: NaiveDate::MIN, clock: None, span };
        let mut dated = Dated { value: empty, from, common: Common::default(), span };
        for part in inner(node) {
            match part.as_rule() {
                Rule::start => dated.from = self.build_start(part),
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut dated.common),
                Rule::oops_to => self.mistaken_to(part),
                _ => add(self, &mut dated.value, part),
            }
        }
        dated
    }

    fn build_band(&mut self, node: Node<'t>) -> Band {
        let span = self.tight(&node);
        let mut values = Vec::with_capacity(2);
        for part in inner(node).filter(|part| part.as_rule() == Rule::value) {
            values.push(self.build_chain(part));
        }
        let mut values = values.into_iter();
        Band { rate: values.next().unwrap_or(missing(span)), up_to: values.next(), span }
    }

    fn build_table(&mut self, node: Node<'t>) -> TableDecl {
        let span = self.tight(&node);
        let mut decl = TableDecl {
            head: self.no_head(span),
            outputs: Vec::new(),
            hit: Spanned::new(Hit::Unique, span),
            body: TableBody::Rows(Vec::new()),
            otherwise: None,
            common: Common::default(),
        };
        let mut rows = Vec::new();
        let mut seen = Seen::default();
        for part in inner(node) {
            let place = self.tight(&part);
            match part.as_rule() {
                Rule::head_with_parameters => decl.head = self.build_head(part),
                Rule::typed => {
                    let output = self.build_typed(part);
                    decl.outputs.push(output);
                }
                Rule::hit => decl.hit = Spanned::new(self.build_hit(part), place),
                Rule::row => {
                    let row = self.build_row(part);
                    rows.push(row);
                }
                Rule::read_from => decl.body = TableBody::Read(self.build_read_from(part)),
                Rule::otherwise | Rule::oops_else => {
                    let otherwise = self.build_otherwise(part);
                    if self.first(&mut seen, "otherwise", place) {
                        decl.otherwise = Some(otherwise);
                    }
                }
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut decl.common),
                _ => {}
            }
        }
        if !rows.is_empty() {
            decl.body = TableBody::Rows(rows);
        }
        decl
    }

    fn build_hit(&mut self, node: Node<'t>) -> Hit {
        let Some(last) = inner(node).last() else { return Hit::Unique };
        match last.as_str() {
            "any" => Hit::Any,
            "collect" => Hit::Collect,
            "first" => Hit::First,
            _ if last.as_rule() == Rule::rank => Hit::Highest(self.build_rank(last)),
            _ => Hit::Unique,
        }
    }

    fn build_row(&mut self, node: Node<'t>) -> Row {
        let span = self.tight(&node);
        let mut row = Row { cells: Vec::new(), outputs: Vec::new(), tags: Vec::new(), label: None, span };
        for part in inner(node) {
            match part.as_rule() {
                Rule::cell => {
                    let cell = self.build_cell(part, row.cells.len());
                    row.cells.push(cell);
                }
                Rule::rounded => {
                    let output = self.build_chain(part);
                    row.outputs.push(output);
                }
                Rule::tags => self.build_tags(part, &mut row.tags),
                Rule::string => row.label = Some(self.build_text(part)),
                _ => {}
            }
        }
        row
    }

    fn build_cell(&mut self, node: Node<'t>, index: usize) -> Cell {
        let span = self.tight(&node);
        let mut parts = Chain::new(inner(node), span);
        let negated = parts.next_if(Rule::kw_not).is_some();
        let kind = if parts.next_if(Rule::kw_any).is_some() {
            CellKind::Any
        } else if parts.next_if(Rule::oops_blank).is_some() {
            self.error(
                Code::BLANK_CELL,
                span,
                format!("cell {} is blank", index + 1),
                "",
                "write `any` for a cell that accepts every value",
            );
            CellKind::Any
        } else if let Some(op) = parts.next_if(Rule::compare) {
            CellKind::Compare(operators::compare_op(op.as_str()), self.build_next(&mut parts))
        } else {
            let low = self.build_next(&mut parts);
            match parts.next_if(Rule::dots) {
                Some(_) => CellKind::Range(low, self.build_next(&mut parts)),
                None => CellKind::Value(low),
            }
        };
        Cell { negated, kind, span }
    }

    fn build_decision(&mut self, node: Node<'t>) -> DecisionDecl {
        let span = self.tight(&node);
        let mut decl = DecisionDecl {
            head: self.no_head(span),
            ty: self.no_type(span),
            item: None,
            outranks: Vec::new(),
            otherwise: None,
            common: Common::default(),
        };
        let mut seen = Seen::default();
        for part in inner(node) {
            let place = self.tight(&part);
            match part.as_rule() {
                Rule::head => decl.head = self.build_head(part),
                Rule::type_expr => decl.ty = self.build_type(part),
                Rule::item => decl.item = Some(self.build_item(part)),
                Rule::rank => {
                    let rank = self.build_rank(part);
                    decl.outranks.push(rank);
                }
                Rule::otherwise | Rule::oops_else => {
                    let otherwise = self.build_otherwise(part);
                    if self.first(&mut seen, "otherwise", place) {
                        decl.otherwise = Some(otherwise);
                    }
                }
                Rule::because | Rule::cite | Rule::relies => self.build_common(part, &mut decl.common),
                _ => {}
            }
        }
        decl
    }

    fn build_rule(&mut self, node: Node<'t>) -> Option<RuleDecl> {
        let span = self.tight(&node);
        let mut head = None;
        let mut outcome = None;
        let mut clauses = RuleClauses::default();
        for part in inner(node) {
            match part.as_rule() {
                Rule::head => head = Some(self.build_head(part)),
                Rule::oops_unnamed => head = Some(self.no_head(Span { end: span.start + 4, ..span })),
                Rule::outcome => outcome = Some(self.build_outcome(part)),
                _ => self.build_rule_clause(part, &mut clauses),
            }
        }
        let head = head?;
        let (decision, outcome_verb, value) = outcome?;
        if head.name.value.is_empty() {
            self.rule_without_name(head.name.span, &decision);
        }
        let RuleClauses { when, unless, exception_to, common, .. } = clauses;
        Some(RuleDecl {
            head,
            decision,
            outcome_verb,
            value,
            when: when.map(|(item, _)| item),
            unless,
            exception_to,
            common,
        })
    }

    /// Builds `ok is yes`.
    pub(super) fn build_outcome(&mut self, node: Node<'t>) -> (Name, Spanned<OutcomeVerb>, Expr) {
        let span = self.tight(&node);
        let mut outcome = (Spanned::new(String::new(), span), Spanned::new(OutcomeVerb::Is, span), missing(span));
        for part in inner(node) {
            let verb = match part.as_rule() {
                Rule::kw_is => OutcomeVerb::Is,
                Rule::kw_includes => OutcomeVerb::Includes,
                Rule::kw_adds => OutcomeVerb::Adds,
                Rule::path => {
                    outcome.0 = self.word(&part);
                    continue;
                }
                _ => {
                    outcome.2 = self.build_chain(part);
                    continue;
                }
            };
            outcome.1 = Spanned::new(verb, self.span(&part));
        }
        outcome
    }

    /// Builds one clause of a rule onto the others.
    pub(super) fn build_rule_clause(&mut self, node: Node<'t>, clauses: &mut RuleClauses) {
        let place = self.tight(&node);
        match node.as_rule() {
            Rule::when | Rule::unless => {
                let is_when = node.as_rule() == Rule::when;
                let Some(item) = inner(node).find(|part| part.as_rule() == Rule::item) else { return };
                let item = self.build_item(item);
                self.add_condition(is_when, item, place, clauses);
            }
            Rule::exception_to => {
                if let Some(wrong) = inner(node.clone()).find(|part| part.as_rule() == Rule::oops_exception) {
                    self.mistaken_exception(&wrong);
                }
                if self.first(&mut clauses.seen, "exception to", place) {
                    clauses.exception_to =
                        inner(node).filter(|part| part.as_rule() == Rule::name).map(|part| self.word(&part)).collect();
                }
            }
            Rule::oops_clause => self.mistaken_clause(node, place, clauses),
            Rule::oops_overrides => self.mistaken_overrides(node, place, clauses),
            Rule::oops_second => self.second_outcome(node, place),
            Rule::because | Rule::cite | Rule::relies => self.build_common(node, &mut clauses.common),
            _ => {}
        }
    }

    /// Adds a `when` or `unless`; reports a second `when`.
    pub(super) fn add_condition(&mut self, is_when: bool, item: Item, place: Span, clauses: &mut RuleClauses) {
        if !is_when {
            clauses.unless.push(item);
            return;
        }
        match &clauses.when {
            None => clauses.when = Some((item, place)),
            Some((first, first_place)) => {
                let (first, first_place) = (first.clone(), *first_place);
                self.two_whens(&first, first_place, &item, place);
                let span = first.expr.span.to(item.expr.span);
                let both = Expr { kind: ExprKind::Block(BlockKind::All, vec![first, item]), span };
                clauses.when = Some((Item { expr: both, tags: Vec::new(), label: None }, first_place));
            }
        }
    }

    /// Makes the type of a declaration that has none.
    fn no_type(&self, span: Span) -> TypeExpr {
        TypeExpr { kind: TypeKind::YesNo, or_none: false, span }
    }
}

/// The clauses of a rule as they come.
#[derive(Default)]
pub(super) struct RuleClauses {
    /// `when` and where it stands.
    pub(super) when: Option<(Item, Span)>,
    /// `unless`, each.
    pub(super) unless: Vec<Item>,
    /// `exception to`.
    pub(super) exception_to: Vec<Name>,
    /// Shared clauses.
    pub(super) common: Common,
    /// Which were given.
    pub(super) seen: Seen,
}

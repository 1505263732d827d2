//! Headers and declarations, in the order of LANGUAGE section 4: one function a kind.
//!
//! Clauses are printed in one fixed order, whatever order they were written in: outcome and conditions first, then
//! `because`, `cite`, `relies on`; `otherwise` last.

use super::clauses::reach;
use super::comments::Role;
use super::expr::{Level, direction, item_span, opening_words};
use super::printer::{Doc, Element, INDENT, Printer, WIDTH};
use super::words::{self, quote};
use crate::source::Span;
use crate::syntax::ast::*;

/// The first line of a declaration: it ends where a comment may stand.
pub(super) struct Opening {
    words: String,
    span: Span,
}

impl Opening {
    /// Makes `fact age_years [A-1] "age"`.
    pub fn head(word: &str, head: &Head) -> Self {
        Opening { words: format!("{word} {}", words::head(head)), span: words::head_span(head) }
    }

    /// Adds words that end at a place.
    pub fn and(self, words: &str, to: Span) -> Self {
        Opening { words: self.words + words, span: self.span.to(to) }
    }

    /// Adds `: T`.
    fn typed(self, ty: &TypeExpr) -> Self {
        self.and(&format!(": {}", words::type_text(ty)), ty.span)
    }
}

impl<'a> Printer<'a> {
    /// The header of a file; nothing for a file of tests.
    pub fn header(&self, header: &Header) -> Doc<'a> {
        match header {
            Header::None => self.nil(),
            Header::Library { name, title, .. } => self.text(format!("library {}", named(name, title))),
            Header::Policy(policy) => self.policy(policy),
        }
    }

    fn policy(&self, d: &PolicyHeader) -> Doc<'a> {
        let span = reach(d.name.span, d.title.iter().map(|title| title.span));
        let opening = Opening { words: format!("policy {}", named(&d.name, &d.title)), span };
        let first = self.opening(opening);
        let jurisdiction = self.text_clause("jurisdiction", &d.jurisdiction).into_iter().collect();
        let first = self.with_clauses(first, jurisdiction);
        let mut clauses = Vec::new();
        clauses.extend(self.start_clause("effective from", &d.effective_from));
        clauses.extend(self.start_clause("until", &d.until));
        clauses.extend(self.date_clause("announced", &d.announced));
        clauses.extend(self.date_clause("amends", &d.amends));
        clauses
            .extend(d.decided_by.iter().map(|name| self.word_clause(name.span, format!("decided by {}", name.value))));
        clauses.extend(
            d.rounding.iter().map(|to| self.word_clause(to.span, format!("months round {}", direction(to.value)))),
        );
        clauses.extend(self.text_clause("zone", &d.zone));
        self.with_clauses(first, clauses)
    }

    /// A declaration with its verb.
    pub fn declaration(&self, declaration: &Declaration) -> Doc<'a> {
        let verb = match declaration.verb.as_ref().map(|verb| verb.value) {
            None => "",
            Some(Verb::Insert) => "insert ",
            Some(Verb::Replace) => "replace ",
        };
        let word = &format!("{verb}{}", kind_word(&declaration.kind));
        match &declaration.kind {
            DeclKind::Use(d) => self.use_decl(word, d),
            DeclKind::Source(d) => self.source(word, d),
            DeclKind::Fact(d) => self.fact(word, d),
            DeclKind::Assume(d) => self.assume(word, d),
            DeclKind::Invariant(d) => self.condition(word, &d.head, &d.item, &d.common),
            DeclKind::Enum(d) => self.enum_decl(word, d),
            DeclKind::Set(d) => self.set_decl(word, d),
            DeclKind::Record(d) => self.record(word, d),
            DeclKind::Calendar(d) => self.calendar(word, d),
            DeclKind::Define(d) => self.define(word, d),
            DeclKind::Parameter(d) => self.parameter(word, d),
            DeclKind::Scale(d) => self.scale(word, d),
            DeclKind::Table(d) => self.table(word, d),
            DeclKind::Decision(d) => self.decision(word, d),
            DeclKind::Rule(d) => self.rule(word, d),
            DeclKind::Note(d) => self.note(word, d),
            DeclKind::Question(d) => self.question(word, d),
            DeclKind::Assert(d) => self.condition(word, &d.head, &d.item, &d.common),
            DeclKind::Profile(d) => self.profile(word, d),
            DeclKind::Test(d) => self.test(word, d),
            DeclKind::Repeal(d) => self.repeal(d),
        }
    }

    /// The first line, with the comment at its end.
    pub fn opening(&self, opening: Opening) -> Doc<'a> {
        let element = self.element(opening.span, Role::Head, || self.text(opening.words));
        self.with_comments(element)
    }

    /// A first line, a value or condition, and clauses: all on one line, else the value on the first line and each clause
    /// on its own, else the value on its own line too. A block begins on the first line, and a single clause may follow it.
    fn with_body(
        &self,
        opening: Opening,
        join: &'static str,
        item: &Item,
        clauses: impl FnOnce() -> Vec<Element<'a>>,
    ) -> Doc<'a> {
        let width = opening.words.chars().count() + join.len() + 1;
        let head = self.element(opening.span, Role::Head, || self.text(opening.words));
        let body = self.clause(item_span(item), || self.item(item));
        let clauses = clauses();
        let words = opening_words(&item.expr).filter(|words| width + words.chars().count() <= WIDTH);
        if words.is_some() && head.is_bare() && !body.is_led() {
            let trail = self.trail(&body);
            let several = clauses.len() > 1;
            let rest = trail.append(self.clauses(clauses));
            let first = head.doc.append(join).append(" ").append(body.doc);
            // One clause may follow the closing brace; of several each has its line, unless all is one line.
            return if several { first.append(rest).group() } else { first.append(rest.group()) };
        }
        // `define x` / `    = a`, but `invariant i:` / `    a`.
        let colon = join == ":";
        let first = if colon { head.then(join) } else { head };
        let body = if colon { body } else { body.after(self.text(join.trim_start()).append(" ")) };
        let value = self.with_comments(first).append(self.clauses(vec![body])).group();
        self.with_clauses(value, clauses)
    }

    fn use_decl(&self, word: &str, d: &UseDecl) -> Doc<'a> {
        let first = self.opening(Opening { words: format!("{word} {}", d.path.text()), span: d.path.span });
        let mut clauses = self.common(&d.common);
        clauses.extend(d.outside.iter().map(|outside| self.outside(outside)));
        let many = if d.outside.len() > 1 { self.broken() } else { self.nil() };
        self.with_clauses(first.append(many), clauses)
    }

    fn outside(&self, outside: &Outside) -> Element<'a> {
        self.clause(outside.span, || {
            let name = self.text(format!("outside {}", outside.decision.value));
            let first = match &outside.value {
                Some(value) => name.append(" is ").append(self.expr(value, Level::Period)),
                None => name.append(" has no value"),
            };
            self.with_clauses(first, self.common(&outside.common))
        })
    }

    fn source(&self, word: &str, d: &SourceDecl) -> Doc<'a> {
        let first = self.opening(Opening::head(word, &d.head));
        let mut clauses = Vec::new();
        clauses.extend(self.text_clause("by", &d.by));
        clauses.extend(self.date_clause("published", &d.published));
        clauses.extend(self.date_clause("accessed", &d.accessed));
        clauses.extend(self.text_clause("url", &d.url));
        clauses.extend(self.common(&d.common));
        self.with_clauses(first, clauses)
    }

    fn fact(&self, word: &str, d: &FactDecl) -> Doc<'a> {
        let first = self.opening(Opening::head(word, &d.head).typed(&d.ty));
        let mut clauses = Vec::new();
        clauses.extend(self.text_clause("ask", &d.ask));
        clauses.extend(d.within.iter().map(|(low, high)| {
            let range = || self.text("within ").append(self.range(low, high));
            self.clause(low.span.to(high.span), range)
        }));
        clauses.extend(d.typical.iter().map(|value| {
            let typical = || self.text("typical ").append(self.expr(value, Level::Period));
            self.clause(value.span, typical)
        }));
        clauses.extend(d.changeable.iter().map(|effort| {
            let word = match effort.value {
                Effort::Easy => "easy",
                Effort::Hard => "hard",
                Effort::Never => "never",
            };
            self.word_clause(effort.span, format!("changeable {word}"))
        }));
        clauses.extend(d.private.iter().map(|&span| self.word_clause(span, "private".to_string())));
        clauses.extend(d.judged.iter().map(|judged| {
            let under = judged.under.as_ref().map(|source| format!(" under {}", source.value)).unwrap_or_default();
            let span = reach(judged.by.span, judged.under.iter().map(|source| source.span));
            self.word_clause(span, format!("judged by {}{under}", quote(&judged.by.value)))
        }));
        clauses.extend(self.text_clause("written", &d.written));
        clauses.extend(self.common(&d.common));
        self.with_clauses(first, clauses)
    }

    /// `0..120`.
    fn range(&self, low: &Expr, high: &Expr) -> Doc<'a> {
        self.expr(low, Level::Sign).append("..").append(self.expr(high, Level::Sign))
    }

    fn assume(&self, word: &str, d: &AssumeDecl) -> Doc<'a> {
        let element = self.element(d.fact.span.to(d.value.span), Role::Head, || {
            let value = self.expr(&d.value, Level::Period);
            self.text(format!("{word} {} is ", d.fact.value)).append(value).append(" unless stated")
        });
        self.with_clauses(self.with_comments(element), self.common(&d.common))
    }

    /// `invariant`, `assert`.
    fn condition(&self, word: &str, head: &Head, item: &Item, common: &Common) -> Doc<'a> {
        self.with_body(Opening::head(word, head), ":", item, || self.common(common))
    }

    fn enum_decl(&self, word: &str, d: &EnumDecl) -> Doc<'a> {
        let open = if d.open.is_some() { " open" } else { "" };
        match &d.body {
            EnumBody::Members(members) => {
                let first = self.text(format!("{word} {}{open} ", words::head(&d.head)));
                if let Some(member) = members.first() {
                    self.container(self.braces_around(member.name.span));
                }
                let members = members.iter().map(|member| {
                    let span = reach(
                        member.name.span,
                        [&member.label, &member.written].into_iter().flatten().map(|text| text.span),
                    );
                    self.element(span, Role::Element, || self.text(member_words(member)))
                });
                let members = members.collect();
                first.append(self.braces(members)).append(self.clauses(self.common(&d.common)).group())
            }
            EnumBody::Read(read) => {
                let opening = Opening::head(word, &d.head);
                let first = match d.open {
                    Some(span) => self.opening(opening.and(open, span)),
                    None => self.opening(opening),
                };
                let mut clauses = self.read_from("read", read);
                clauses.extend(self.common(&d.common));
                self.with_clauses(first, clauses)
            }
        }
    }

    fn set_decl(&self, word: &str, d: &SetDecl) -> Doc<'a> {
        let opening = Opening::head(word, &d.head).typed(&d.ty);
        match &d.body {
            SetBody::Members(members) => {
                let item = Item { expr: members.clone(), tags: Vec::new(), label: None };
                self.with_body(opening, " =", &item, || self.common(&d.common))
            }
            SetBody::Read(read) => {
                let first = self.opening(opening);
                let mut clauses = self.read_from("read", read);
                clauses.extend(self.common(&d.common));
                self.with_clauses(first, clauses)
            }
        }
    }

    fn record(&self, word: &str, d: &RecordDecl) -> Doc<'a> {
        let first = self.text(format!("{word} {} ", words::head(&d.head)));
        if let Some(field) = d.fields.first() {
            self.container(self.braces_around(field.head.name.span));
        }
        let fields = d.fields.iter().map(|field| {
            let written =
                field.written.as_ref().map(|text| format!(" written {}", quote(&text.value))).unwrap_or_default();
            let words = format!("{}: {}{written}", words::head(&field.head), words::type_text(&field.ty));
            let span = reach(field.head.name.span.to(field.ty.span), field.written.iter().map(|text| text.span));
            self.element(span, Role::Element, || self.text(words))
        });
        let fields = fields.collect();
        let period = d.period.iter().map(|period| {
            let to = if period.inclusive { "through" } else { "until" };
            let words = format!("is period {} {to} {}", period.start.value, period.end.value);
            self.word_clause(period.start.span.to(period.end.span), words)
        });
        let mut clauses: Vec<Element<'a>> = period.collect();
        clauses.extend(self.common(&d.common));
        first.append(self.braces(fields)).append(self.clauses(clauses).group())
    }

    fn calendar(&self, word: &str, d: &CalendarDecl) -> Doc<'a> {
        let first = self.opening(Opening::head(word, &d.head));
        let set = |word: &str, days: &Expr| {
            let words = self.text(format!("{word} "));
            self.clause(days.span, || words.append(self.expr(days, Level::Atom)))
        };
        let mut clauses = Vec::new();
        clauses.extend(d.weekend.iter().map(|days| set("weekend", days)));
        match &d.holidays {
            Some(SetBody::Members(days)) => clauses.push(set("holidays", days)),
            Some(SetBody::Read(read)) => clauses.extend(self.read_from("holidays read", read)),
            None => {}
        }
        clauses.extend(d.covers.iter().map(|(from, to)| {
            let words = format!("covers {} through {}", words::date(from.value), words::date(to.value));
            self.word_clause(from.span.to(to.span), words)
        }));
        clauses.extend(self.common(&d.common));
        self.with_clauses(first, clauses)
    }

    fn define(&self, word: &str, d: &DefineDecl) -> Doc<'a> {
        let opening = Opening::head(word, &d.head);
        let opening = match &d.ty {
            Some(ty) => opening.typed(ty),
            None => opening,
        };
        self.with_body(opening, " =", &d.item, || self.common(&d.common))
    }

    fn parameter(&self, word: &str, d: &ParameterDecl) -> Doc<'a> {
        let first = self.dated_opening(word, &d.head, &d.ty);
        self.by_day(first, &d.values, |value| match value {
            Some(value) => self.expr(value, Level::Period),
            None => self.text("no value"),
        })
    }

    fn scale(&self, word: &str, d: &ScaleDecl) -> Doc<'a> {
        let first = self.dated_opening(word, &d.head, &d.ty);
        self.by_day(first, &d.values, |bands| {
            if let Some(band) = bands.first() {
                self.container(self.braces_around(band.span));
            }
            let bands = bands.iter().map(|band| self.element(band.span, Role::Element, || self.band(band)));
            let bands = bands.collect();
            self.braces(bands)
        })
    }

    /// `parameter fee: money CAD =`.
    fn dated_opening(&self, word: &str, head: &Head, ty: &TypeExpr) -> Doc<'a> {
        let Opening { words, span } = Opening::head(word, head).typed(ty);
        self.opening(Opening { words: words + " =", span })
    }

    fn band(&self, band: &Band) -> Doc<'a> {
        let rate = self.expr(&band.rate, Level::Period);
        match &band.up_to {
            Some(end) => rate.append(" up to ").append(self.expr(end, Level::Period)),
            None => rate.append(" above"),
        }
    }

    fn table(&self, word: &str, d: &TableDecl) -> Doc<'a> {
        let first = self.element(d.head.name.span.to(d.hit.span), Role::Head, || self.table_opening(word, d));
        let first = self.with_comments(first);
        let (rows, mut clauses) = match &d.body {
            TableBody::Rows(rows) => {
                let rows = rows.iter().map(|row| self.clause(row.span, || self.row(row)));
                (self.rows(rows.collect()), Vec::new())
            }
            TableBody::Read(read) => (self.nil(), self.read_from("read", read)),
        };
        clauses.extend(self.common(&d.common));
        clauses.extend(self.otherwise(&d.otherwise));
        first.append(rows).append(self.clauses(clauses).append(self.broken()).group())
    }

    /// `table price(p: program) "Price" -> cost: money CAD unique`; if it does not fit, the outputs on the next
    /// line, then one input a line.
    fn table_opening(&self, word: &str, d: &TableDecl) -> Doc<'a> {
        let name = self.text(format!("{word} {}", d.head.name.value));
        let inputs = d.head.parameters.iter().map(|input| self.bare(self.text(words::typed(input))));
        let name = if d.head.parameters.is_empty() { name } else { name.append(self.parentheses(inputs.collect())) };
        let tags = words::tags(&d.head.tags).map(|tags| format!(" {tags}")).unwrap_or_default();
        let label = words::label(&d.head.label).map(|label| format!(" {label}")).unwrap_or_default();
        let outputs = words::comma_separated(d.outputs.iter().map(words::typed));
        let hit = match &d.hit.value {
            Hit::Unique => self.text("unique"),
            Hit::Any => self.text("any"),
            Hit::Highest(values) => self.text("highest ").append(self.rank(values)),
            Hit::Collect => self.text("collect"),
            Hit::First => self.text("first"),
        };
        let outputs = self.line().append(format!("-> {outputs} ")).append(hit).nest(INDENT);
        name.append(tags).append(label).append(outputs).group()
    }

    /// `(p: program, n: integer)`.
    fn parentheses(&self, elements: Vec<Element<'a>>) -> Doc<'a> {
        let last = elements.len().saturating_sub(1);
        let elements = elements.into_iter().enumerate().map(|(index, element)| {
            let gap = if index == 0 { self.line_() } else { self.line() };
            gap.append(self.with_comma(element, self.text(if index < last { "," } else { "" })))
        });
        let inside = self.concat(elements.collect::<Vec<_>>()).nest(INDENT);
        self.text("(").append(inside).append(self.line_()).append(")").group()
    }

    /// `| imp, not 0..17 -> 155 CAD [TAG] "label"`.
    fn row(&self, row: &Row) -> Doc<'a> {
        let cells = row.cells.iter().enumerate().map(|(index, cell)| {
            let cell = self.cell(cell);
            if index == 0 { cell } else { self.text(", ").append(cell) }
        });
        let cells = self.concat(cells.collect::<Vec<_>>());
        let outputs = self.text("-> ").append(self.values(&row.outputs));
        let outputs = self.with_tags(outputs, &row.tags, &row.label);
        self.text("| ").append(cells).append(self.line().append(outputs).nest(INDENT)).group()
    }

    fn cell(&self, cell: &Cell) -> Doc<'a> {
        let not = self.text(if cell.negated { "not " } else { "" });
        match &cell.kind {
            CellKind::Any => not.append("any"),
            CellKind::Value(value) => not.append(self.expr(value, Level::Rounding)),
            CellKind::Range(low, high) => not.append(self.range(low, high)),
            CellKind::Compare(op, value) => {
                not.append(format!("{} ", op.text())).append(self.expr(value, Level::Rounding))
            }
        }
    }

    fn decision(&self, word: &str, d: &DecisionDecl) -> Doc<'a> {
        let opening = Opening::head(word, &d.head).typed(&d.ty);
        let clauses = || {
            let ranks = d.outranks.iter().filter_map(|values| {
                let span = values.first()?.span.to(values.last()?.span);
                Some(self.clause(span, || self.rank(values)))
            });
            let mut clauses: Vec<Element<'a>> = ranks.collect();
            clauses.extend(self.common(&d.common));
            clauses.extend(self.otherwise(&d.otherwise));
            clauses
        };
        match &d.item {
            Some(item) => self.with_body(opening, " =", item, clauses),
            None => {
                let first = self.opening(opening);
                self.with_clauses(first, clauses())
            }
        }
    }

    /// The head, then the outcome with `when` if both fit, then each other clause. With several `unless` the `when` stands
    /// in line with them. A rule with a label begins its outcome on a line of its own.
    fn rule(&self, word: &str, d: &RuleDecl) -> Doc<'a> {
        let first = self.opening(Opening::head(word, &d.head));
        let outcome = self.clause(d.decision.span.to(d.value.span), || {
            let verb = match d.outcome_verb.value {
                OutcomeVerb::Is => "is",
                OutcomeVerb::Includes => "includes",
                OutcomeVerb::Adds => "adds",
            };
            self.text(format!("{} {verb} ", d.decision.value)).append(self.expr(&d.value, Level::Rounding))
        });
        let when = d.when.as_ref().map(|item| self.item_clause("when ", item));
        let mut clauses = match when {
            Some(when) if d.unless.len() < 2 && !outcome.is_led() => {
                let when = self.with_comments(when);
                let outcome = self.with_comments(outcome);
                vec![self.bare(outcome.append(self.line()).append(when).group())]
            }
            when => [Some(outcome), when].into_iter().flatten().collect(),
        };
        clauses.extend(d.unless.iter().map(|item| self.item_clause("unless ", item)));
        clauses.extend(self.names_clause("exception to ", &d.exception_to));
        clauses.extend(self.common(&d.common));
        let break_ = if d.head.label.is_some() { self.broken() } else { self.nil() };
        self.with_clauses(first.append(break_), clauses)
    }

    fn note(&self, word: &str, d: &NoteDecl) -> Doc<'a> {
        let first = self.opening(Opening::head(word, &d.head));
        let mut clauses = Vec::new();
        clauses.extend(d.about.iter().map(|name| self.word_clause(name.span, format!("about {}", name.value))));
        clauses.extend(d.when.iter().map(|item| self.item_clause("when ", item)));
        clauses.extend(self.common(&d.common));
        self.with_clauses(first, clauses)
    }

    fn question(&self, word: &str, d: &QuestionDecl) -> Doc<'a> {
        let first = self.opening(Opening::head(word, &d.head));
        let mut clauses = Vec::new();
        clauses.extend(self.text_clause("reading", &d.reading));
        clauses.extend(self.text_clause("owner", &d.owner));
        clauses.extend(self.common(&d.common));
        self.with_clauses(first, clauses)
    }

    fn repeal(&self, d: &RepealDecl) -> Doc<'a> {
        let tags = words::tags(&d.tags).map(|tags| format!(" {tags}")).unwrap_or_default();
        self.text(format!("repeal {} {}{tags}", d.kind.value, d.path.text()))
    }
}

/// Returns the keyword of a declaration.
pub(super) fn kind_word(kind: &DeclKind) -> &'static str {
    match kind {
        DeclKind::Use(_) => "use",
        DeclKind::Source(_) => "source",
        DeclKind::Fact(_) => "fact",
        DeclKind::Assume(_) => "assume",
        DeclKind::Invariant(_) => "invariant",
        DeclKind::Enum(_) => "enum",
        DeclKind::Set(_) => "set",
        DeclKind::Record(_) => "record",
        DeclKind::Calendar(_) => "calendar",
        DeclKind::Define(_) => "define",
        DeclKind::Parameter(_) => "parameter",
        DeclKind::Scale(_) => "scale",
        DeclKind::Table(_) => "table",
        DeclKind::Decision(_) => "decision",
        DeclKind::Rule(_) => "rule",
        DeclKind::Note(_) => "note",
        DeclKind::Question(_) => "question",
        DeclKind::Assert(_) => "assert",
        DeclKind::Profile(_) => "profile",
        DeclKind::Test(_) => "test",
        DeclKind::Repeal(_) => "repeal",
    }
}

/// Returns `flagpoling "Leaving and coming back"`.
fn named(name: &Name, title: &Option<Text>) -> String {
    let title = words::label(title).map(|title| format!(" {title}")).unwrap_or_default();
    format!("{}{title}", name.value)
}

fn member_words(member: &EnumMember) -> String {
    let label = words::label(&member.label).map(|label| format!(" {label}")).unwrap_or_default();
    let written = member.written.as_ref().map(|text| format!(" written {}", quote(&text.value))).unwrap_or_default();
    format!("{}{label}{written}", member.name.value)
}

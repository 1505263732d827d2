//! One declaration each: a decision with its rules, a definition, data, a question.

use super::html::{Html, web_address};
use super::site::{Key, Names, Place, Site, anchor, kind_of, spaced};
use super::texts::Texts;
use super::words::{Words, boundary_words, outcome_word, start_words, tags, type_words};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::format::{decl_text, expr_text};

/// The longest list of data rows and members shown.
const MAX_ROWS: usize = 400;
/// The longest list that is not folded.
const SHORT: usize = 15;

/// Writes the declarations of one page.
#[derive(Debug)]
pub struct Declared<'a, 'b> {
    /// All pages.
    pub site: &'b Site<'a>,
    /// What the files say.
    pub texts: &'b Texts<'a, 'b>,
    /// What the page is about.
    pub place: Place,
    /// Its path.
    pub path: &'b str,
    /// What names mean on it.
    pub names: &'b Names<'a>,
}

impl Declared<'_, '_> {
    fn words(&self, head: &Head) -> Words<'_, '_> {
        let locals = head.parameters.iter().map(|it| it.name.value.clone()).collect();
        Words { names: self.names, locals }
    }

    fn plain(&self) -> Words<'_, '_> {
        Words { names: self.names, locals: Vec::new() }
    }

    /// Writes the heading of a declaration, its tags and its name.
    fn heading(&self, out: &mut Html, tag: &'static str, kind: &str, head: &Head, span: Span) {
        let label = head.label.as_ref().map_or_else(|| spaced(&head.name.value), |label| label.value.clone());
        let own = format!("#{}", anchor(kind, &head.name.value));
        out.open(tag, &[]).element("a", &[("class", "self"), ("href", &own)], &label);
        tags(out, &head.tags);
        if let Some((href, line)) = self.texts.line(self.path, span) {
            out.text(" ").element("a", &[("class", "line"), ("href", &href)], &format!("line {line}"));
        }
        out.close(tag);
    }

    /// Writes a declaration: words at the left, the law at the right, the text below.
    fn article(&self, out: &mut Html, declaration: &Declaration, level: &'static str, law: &Html, body: &Html) {
        let kind = kind_of(&declaration.kind);
        let Some(head) = declaration.kind.head() else { return };
        let id = anchor(kind, &head.name.value);
        out.open("article", &[("class", &format!("decl {kind}")), ("id", &id)]);
        self.heading(out, level, kind, head, declaration.span);
        let class = if law.is_empty() { "pair alone" } else { "pair" };
        out.open("div", &[("class", class)]).open("div", &[("class", "words")]).add(body).close("div");
        if !law.is_empty() {
            out.open("div", &[("class", "law")]).element("p", &[("class", "eyebrow")], "The law").add(law).close("div");
        }
        out.close("div");
        self.written(out, declaration);
        out.close("article");
    }

    /// Writes the text, its place, and the version that made it.
    fn written(&self, out: &mut Html, declaration: &Declaration) {
        out.open("details", &[("class", "written")]).element("summary", &[], "As written");
        out.open("pre", &[("tabindex", "0")]).open("code", &[]);
        self.texts.part(out, self.path, declaration.span);
        out.close("code").close("pre").open("p", &[("class", "place")]);
        let href = self.texts.line(self.path, declaration.span).map(|(href, _)| href);
        out.link(href.as_deref(), &self.site.loaded.sources.place(declaration.span));
        if let Place::Version(policy, version) = self.place {
            let all = &self.site.version(policy, version).declarations;
            let made = all.iter().find(|it| std::ptr::eq(it.declaration.as_ref(), declaration));
            if let Some(made) = made {
                out.text(&format!(" · since version {}", self.site.version(policy, made.made_by).name));
            }
        }
        out.close("p").close("details");
    }

    /// Writes a decision, its rules and its notes.
    pub fn decision(&self, out: &mut Html, declaration: &Declaration, all: &[&Declaration]) {
        let DeclKind::Decision(decision) = &declaration.kind else { return };
        let name = &decision.head.name.value;
        let rules: Vec<(&Declaration, &RuleDecl)> = all
            .iter()
            .filter_map(|it| if let DeclKind::Rule(rule) = &it.kind { Some((*it, rule)) } else { None })
            .filter(|(_, rule)| rule.decision.value == *name)
            .collect();
        let words = self.plain();
        let mut body = Html::default();
        body.open("p", &[("class", "soft")])
            .text("Answers with ")
            .element("b", &[], &type_words(&decision.ty))
            .close("p");
        if let Some(item) = &decision.item {
            let yes_no = matches!(decision.ty.kind, TypeKind::YesNo);
            body.open("div", &[("class", "when")]).element(
                "span",
                &[("class", "key")],
                if yes_no { "Yes when" } else { "Is" },
            );
            body.open("div", &[]);
            words.item(&mut body, item);
            body.close("div").close("div");
        }
        for chain in &decision.outranks {
            let chain: Vec<String> = chain.iter().map(expr_text).collect();
            body.open("p", &[]).element("span", &[("class", "key")], "Rank").text(&chain.join(" outranks ")).close("p");
        }
        words.because(&mut body, decision.common.because.as_ref());
        let law = words.law(&decision.common);
        out.open("section", &[("class", "group")]);
        self.article(out, declaration, "h3", &law, &body);
        for (declaration, rule) in &rules {
            self.rule(out, declaration, rule, &rules);
        }
        if let Some(otherwise) = &decision.otherwise {
            self.otherwise(out, otherwise, "Otherwise");
        }
        for declaration in all {
            if let DeclKind::Note(note) = &declaration.kind
                && note.about.as_ref().is_some_and(|about| about.value == *name)
            {
                self.note(out, declaration, note);
            }
        }
        out.close("section");
    }

    fn otherwise(&self, out: &mut Html, otherwise: &Otherwise, word: &str) {
        let words = self.plain();
        let mut body = Html::default();
        let values: Vec<String> = otherwise.values.iter().map(expr_text).collect();
        body.open("p", &[("class", "outcome")]).text(&format!("{word}, "));
        body.element("strong", &[("class", class_of(&values))], &values.join(", ")).close("p");
        words.because(&mut body, otherwise.common.because.as_ref());
        out.open("div", &[("class", "decl otherwise")]).open("div", &[("class", "pair alone")]);
        out.open("div", &[("class", "words")])
            .add(&body)
            .add(&words.law(&otherwise.common))
            .close("div")
            .close("div")
            .close("div");
    }

    fn rule(&self, out: &mut Html, declaration: &Declaration, rule: &RuleDecl, rules: &[(&Declaration, &RuleDecl)]) {
        let words = self.plain();
        let mut body = Html::default();
        let value = expr_text(&rule.value);
        let verb = outcome_word(rule.outcome_verb.value);
        body.open("p", &[("class", "outcome")]).text(&format!("The answer {verb} "));
        body.open("strong", &[("class", class_of(std::slice::from_ref(&value)))]);
        words.expression(&mut body, &rule.value);
        body.close("strong").close("p");
        let conditions =
            rule.when.iter().map(|item| ("When", item)).chain(rule.unless.iter().map(|item| ("Unless", item)));
        for (word, item) in conditions {
            let class = if word == "When" { "when" } else { "when unless" };
            body.open("div", &[("class", class)]).element("span", &[("class", "key")], word).open("div", &[]);
            words.item(&mut body, item);
            body.close("div").close("div");
        }
        if rule.when.is_none() && rule.unless.is_empty() {
            body.element("p", &[("class", "soft")], "Always.");
        }
        for name in &rule.exception_to {
            body.open("p", &[]).element("span", &[("class", "key")], "Exception to");
            self.rule_link(&mut body, name).close("p");
        }
        let own = &rule.head.name.value;
        for (_, other) in rules.iter().filter(|(_, it)| it.exception_to.iter().any(|name| name.value == *own)) {
            body.open("p", &[]).element("span", &[("class", "key")], "Gives way to");
            self.rule_link(&mut body, &other.head.name).close("p");
        }
        words.because(&mut body, rule.common.because.as_ref());
        self.article(out, declaration, "h4", &words.law(&rule.common), &body);
    }

    fn rule_link<'h>(&self, out: &'h mut Html, name: &Name) -> &'h mut Html {
        let target = self.names.get(&("rule", name.value.clone()));
        let label = target.map_or_else(|| spaced(&name.value), |target| target.label.clone());
        out.link(target.and_then(|target| target.href.as_deref()), &label)
    }

    fn note(&self, out: &mut Html, declaration: &Declaration, note: &NoteDecl) {
        let words = self.plain();
        let mut body = Html::default();
        body.element("p", &[("class", "eyebrow")], "Note");
        if let Some(item) = &note.when {
            body.open("div", &[("class", "when")]).element("span", &[("class", "key")], "When").open("div", &[]);
            words.item(&mut body, item);
            body.close("div").close("div");
        }
        self.article(out, declaration, "h4", &words.law(&note.common), &body);
    }

    /// Writes any other declaration.
    pub fn other(&self, out: &mut Html, declaration: &Declaration) {
        let mut body = Html::default();
        let none = Common::default();
        let mut shared = &none;
        match &declaration.kind {
            DeclKind::Define(define) => {
                let words = self.words(&define.head);
                parameters(&mut body, &define.head);
                words.item(&mut body, &define.item);
                words.because(&mut body, define.common.because.as_ref());
                let law = words.law(&define.common);
                return self.article(out, declaration, "h3", &law, &body);
            }
            DeclKind::Invariant(InvariantDecl { item, common, .. })
            | DeclKind::Assert(AssertDecl { item, common, .. }) => {
                self.plain().item(&mut body, item);
                shared = common;
            }
            DeclKind::Note(note) => return self.note(out, declaration, note),
            DeclKind::Question(question) => {
                shared = &question.common;
                body.open("p", &[]).element("span", &[("class", "key")], "Read meanwhile as");
                let reading = question.reading.as_ref().map_or("nothing: it is left open", |it| it.value.as_str());
                body.text(reading).close("p");
                if let Some(owner) = &question.owner {
                    body.open("p", &[])
                        .element("span", &[("class", "key")], "To be answered by")
                        .text(&owner.value)
                        .close("p");
                }
            }
            DeclKind::Parameter(parameter) => self.parameter(&mut body, parameter),
            DeclKind::Scale(scale) => self.scale(&mut body, scale),
            DeclKind::Table(table) => {
                shared = &table.common;
                self.table(&mut body, table);
            }
            DeclKind::Set(set) => {
                shared = &set.common;
                body.element("p", &[("class", "soft")], &type_words(&set.ty));
                match &set.body {
                    SetBody::Members(expr) => self.plain().expression(&mut body, expr),
                    SetBody::Read(from) => self.data(&mut body, from, &set.head),
                }
            }
            DeclKind::Enum(of) => {
                shared = &of.common;
                self.members(&mut body, of);
            }
            DeclKind::Record(record) => {
                shared = &record.common;
                body.open_table("Fields", &["Field", "Called", "Type"]);
                for field in &record.fields {
                    body.open("tr", &[]).open("td", &[]).element("code", &[], &field.head.name.value).close("td");
                    let label = field.head.label.as_ref().map_or("", |label| label.value.as_str());
                    body.element("td", &[], label).element("td", &[], &type_words(&field.ty)).close("tr");
                }
                body.close_table();
            }
            DeclKind::Calendar(calendar) => {
                shared = &calendar.common;
                if let Some(weekend) = &calendar.weekend {
                    body.element("p", &[], &format!("Days of rest: {}", expr_text(weekend)));
                }
                if let Some((first, last)) = &calendar.covers {
                    body.element("p", &[], &format!("Covers {} through {}", first.value, last.value));
                }
                match &calendar.holidays {
                    Some(SetBody::Members(expr)) => self.plain().expression(&mut body, expr),
                    Some(SetBody::Read(from)) => self.data(&mut body, from, &calendar.head),
                    None => {}
                }
            }
            DeclKind::Source(source) => self.source(&mut body, source),
            _ => return,
        }
        let words = self.plain();
        words.because(&mut body, shared.because.as_ref());
        self.article(out, declaration, "h3", &words.law(shared), &body);
    }

    fn source(&self, out: &mut Html, source: &SourceDecl) {
        out.open("dl", &[]);
        let text = |text: &Option<Text>| text.as_ref().map(|text| text.value.clone());
        let day =
            |day: &Option<crate::source::Spanned<chrono::NaiveDate>>| day.as_ref().map(|day| day.value.to_string());
        for (word, value) in
            [("By", text(&source.by)), ("Published", day(&source.published)), ("Read", day(&source.accessed))]
        {
            if let Some(value) = value {
                out.element("dt", &[], word).element("dd", &[], &value);
            }
        }
        if let Some(url) = &source.url {
            out.element("dt", &[], "Address").open("dd", &[("class", "url")]);
            out.link(web_address(&url.value), &url.value).close("dd");
        }
        out.close("dl");
    }

    fn parameter(&self, out: &mut Html, parameter: &ParameterDecl) {
        let words = self.plain();
        out.open_table("Values over time", &["From", "Value", "Source"]);
        for value in &parameter.values {
            out.open("tr", &[]).element("th", &[("scope", "row")], &start_words(&value.from)).open("td", &[]);
            match &value.value {
                Some(expr) => words.expression(out, expr),
                None => {
                    out.element("em", &[], "no value");
                }
            }
            out.close("td").open("td", &[]);
            words.because(out, value.common.because.as_ref());
            out.add(&words.law(&value.common)).close("td").close("tr");
        }
        out.close_table();
    }

    fn scale(&self, out: &mut Html, scale: &ScaleDecl) {
        let words = self.plain();
        for value in &scale.values {
            out.open_table("Bands", &["Up to", "Rate"]);
            for band in &value.value {
                let end = band.up_to.as_ref().map_or("above".into(), expr_text);
                out.open("tr", &[])
                    .element("th", &[("scope", "row")], &end)
                    .element("td", &[], &expr_text(&band.rate))
                    .close("tr");
            }
            out.close_table()
                .open("p", &[("class", "soft")])
                .text(&format!("From {}", start_words(&value.from)))
                .close("p");
            out.add(&words.law(&value.common));
        }
    }

    fn table(&self, out: &mut Html, table: &TableDecl) {
        let hit = match &table.hit.value {
            Hit::Unique => "At most one row fits.".to_owned(),
            Hit::Any => "Rows that fit agree.".into(),
            Hit::Highest(ranks) => {
                format!(
                    "Of the rows that fit, the highest: {}.",
                    ranks.iter().map(expr_text).collect::<Vec<_>>().join(", ")
                )
            }
            Hit::Collect => "All rows that fit, in order.".into(),
            Hit::First => "The first row that fits.".into(),
        };
        out.element("p", &[("class", "soft")], &hit);
        match &table.body {
            TableBody::Rows(rows) => {
                let inputs = table.head.parameters.iter().map(|it| spaced(&it.name.value));
                let outputs = table.outputs.iter().map(|it| format!("→ {}", spaced(&it.name.value)));
                let mut columns: Vec<String> = inputs.chain(outputs).collect();
                columns.push("Says".into());
                let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
                out.open_table("Rows of the table", &columns);
                for row in rows {
                    out.open("tr", &[]);
                    for cell in &row.cells {
                        out.open("td", &[]);
                        self.cell(out, cell);
                        out.close("td");
                    }
                    for value in &row.outputs {
                        out.open("td", &[("class", "out")]);
                        self.plain().expression(out, value);
                        out.close("td");
                    }
                    out.open("td", &[]).text(row.label.as_ref().map_or("", |label| label.value.as_str()));
                    tags(out, &row.tags);
                    out.close("td").close("tr");
                }
                out.close_table();
            }
            TableBody::Read(from) => self.data(out, from, &table.head),
        }
        if let Some(otherwise) = &table.otherwise {
            let values: Vec<String> = otherwise.values.iter().map(expr_text).collect();
            out.open("p", &[]).element("span", &[("class", "key")], "Otherwise").text(&values.join(", ")).close("p");
            self.plain().because(out, otherwise.common.because.as_ref());
        }
    }

    fn cell(&self, out: &mut Html, cell: &Cell) {
        if cell.negated {
            out.text("not ");
        }
        match &cell.kind {
            CellKind::Any => {
                out.element("span", &[("class", "soft")], "any");
            }
            CellKind::Value(expr) => self.plain().expression(out, expr),
            CellKind::Range(low, high) => {
                out.text(&format!("{} to {}", expr_text(low), expr_text(high)));
            }
            CellKind::Compare(op, expr) => {
                out.text(&format!("{} ", op.text().replace("<=", "≤").replace(">=", "≥")));
                self.plain().expression(out, expr);
            }
        }
    }

    /// Writes the rows of a data file that a declaration reads.
    fn data(&self, out: &mut Html, from: &ReadFrom, head: &Head) {
        let Some(table) = self.site.loaded.table(from) else { return };
        let filter =
            from.filter.as_ref().and_then(|(column, text)| Some((table.column(&column.value)?, text.value.as_str())));
        let rows: Vec<_> = table
            .rows
            .iter()
            .filter(|row| filter.is_none_or(|(at, text)| row.cells.get(at).is_some_and(|cell| cell == text)))
            .collect();
        let read = from.column.iter().chain(from.columns.iter().map(|it| &it.column));
        let valid = from.valid.iter().flat_map(|(start, end)| std::iter::once(start).chain(end));
        let columns: Vec<(usize, String)> = read
            .chain(valid)
            .filter_map(|name| {
                let called = from.columns.iter().find(|it| it.column.value == name.value).map(|it| &it.name.value);
                Some((table.column(&name.value)?, spaced(called.unwrap_or(&name.value))))
            })
            .collect();
        // What fits on a screen is shown at once.
        let open: &[(&'static str, &str)] = if rows.len() <= SHORT { &[("open", "")] } else { &[] };
        let summary = format!("{} rows of {}", rows.len(), self.site.loaded.path(table.source));
        out.open("details", open).element("summary", &[], &summary);
        let names: Vec<&str> = columns.iter().map(|(_, name)| name.as_str()).collect();
        let title = head.label.as_ref().map_or(head.name.value.as_str(), |label| label.value.as_str());
        out.open_table(title, &names);
        for row in rows.iter().take(MAX_ROWS) {
            out.open("tr", &[]);
            for (at, _) in &columns {
                out.element("td", &[], row.cells.get(*at).map_or("", String::as_str));
            }
            out.close("tr");
        }
        out.close_table();
        if rows.len() > MAX_ROWS {
            out.element("p", &[("class", "soft")], &format!("and {} more rows", rows.len() - MAX_ROWS));
        }
        out.close("details");
    }

    fn members(&self, out: &mut Html, of: &EnumDecl) {
        match &of.body {
            EnumBody::Members(members) => {
                out.open("ul", &[("class", "members")]);
                for member in members {
                    out.open("li", &[]).element("code", &[], &member.name.value);
                    if let Some(label) = &member.label {
                        out.text(&format!(" {}", label.value));
                    }
                    if let Some(written) = &member.written {
                        out.element("span", &[("class", "soft")], &format!(" written “{}”", written.value));
                    }
                    out.close("li");
                }
                out.close("ul");
            }
            EnumBody::Read(from) => self.data(out, from, &of.head),
        }
        if of.open.is_some() {
            out.element("p", &[("class", "soft")], "Other values exist.");
        }
    }

    /// Writes what facts are unless stated.
    pub fn assumption(&self, out: &mut Html, assume: &AssumeDecl) {
        let words = self.plain();
        let path = Expr {
            kind: ExprKind::Path(Path { names: vec![assume.fact.clone()], span: assume.fact.span }),
            span: assume.fact.span,
        };
        out.open("li", &[]);
        words.expression(out, &path);
        out.text(&format!(" is {} unless stated", expr_text(&assume.value)));
        words.because(out, assume.common.because.as_ref());
        out.close("li");
    }

    /// Writes the versions of a policy, each with what it changed.
    pub fn timeline(&self, out: &mut Html, policy: usize) {
        out.open("ol", &[("class", "timeline")]);
        let versions = &self.site.loaded.policies[policy].versions;
        for (index, version) in versions.iter().enumerate().rev() {
            let place = Place::Version(policy, index);
            let here = place == self.place;
            out.open("li", if here { &[("class", "here")] } else { &[] });
            let href = super::site::address(self.path, &self.site.path(place), "");
            out.open("h3", &[]).link((!here).then_some(href.as_str()), &boundary_words(&version.start));
            if let Some(title) = &version.header.title {
                out.text(" ").element("span", &[("class", "soft")], &title.value);
            }
            out.close("h3");
            let mut facts = Vec::new();
            facts.push(
                version.end.as_ref().map_or("still in force".into(), |end| format!("until {}", boundary_words(end))),
            );
            if let Some(announced) = &version.header.announced {
                facts.push(format!("announced {}", announced.value));
            }
            let base = version.amends.or(index.checked_sub(1));
            match version.amends {
                Some(base) => facts.push(format!("amends {}", versions[base].name)),
                None if index > 0 => facts.push("a new text, compared with the one before".into()),
                None => facts.push(format!("the first text, {} declarations", version.declarations.len())),
            }
            out.element("p", &[("class", "soft")], &facts.join(" · "));
            if let Some(base) = base {
                self.changes(out, policy, index, base);
            }
            out.close("li");
        }
        out.close("ol");
    }

    fn changes(&self, out: &mut Html, policy: usize, index: usize, base: usize) {
        let all = |at: usize| {
            self.site.declarations(Place::Version(policy, at)).into_iter().filter_map(move |it| {
                let subject = crate::load::subject::subject(&it.kind).filter(|subject| !subject.stays())?;
                Some(((Place::Version(policy, at), subject.kind, subject.name.to_string()), it))
            })
        };
        let (old, new): (Vec<_>, Vec<_>) = (all(base).collect(), all(index).collect());
        let same = |a: &Key, b: &Key| (a.1, &a.2) == (b.1, &b.2);
        let mut changes: [(&str, Vec<&Key>); 3] = [("Inserted", vec![]), ("Replaced", vec![]), ("Repealed", vec![])];
        for (key, declaration) in &new {
            match old.iter().find(|(before, _)| same(before, key)) {
                None => changes[0].1.push(key),
                Some((_, before)) if decl_text(before) != decl_text(declaration) => changes[1].1.push(key),
                Some(_) => {}
            }
        }
        changes[2].1.extend(old.iter().map(|(key, _)| key).filter(|key| !new.iter().any(|(it, _)| same(it, key))));
        for (word, keys) in changes.iter().filter(|(_, keys)| !keys.is_empty()) {
            let class = format!("change {}", word.to_lowercase());
            out.open("p", &[("class", &class)]).element("span", &[("class", "key")], word);
            for (at, key) in keys.iter().enumerate() {
                out.text(if at > 0 { ", " } else { "" });
                // Facts have their entry in the glossary, `use` and `assume` none.
                let href = if matches!(key.1, "use" | "assume") { None } else { self.site.href(self.path, key) };
                out.link(href.as_deref(), &format!("{} {}", key.1, spaced(&key.2)));
            }
            out.close("p");
        }
    }
}

fn parameters(out: &mut Html, head: &Head) {
    if !head.parameters.is_empty() {
        let all: Vec<String> =
            head.parameters.iter().map(|it| format!("{} ({})", spaced(&it.name.value), type_words(&it.ty))).collect();
        out.open("p", &[("class", "soft")]).text("Given ").text(&all.join(", ")).close("p");
    }
}

fn class_of(values: &[String]) -> &'static str {
    match values {
        [value] if value == "yes" => "yes",
        [value] if value == "no" => "no",
        _ => "value",
    }
}

//! Expressions, reasons and citations in words: labels for names, lists for blocks, the law beside it.

use super::html::{Html, web_address};
use super::site::{Names, spaced};
use crate::program::Boundary;
use crate::syntax::ast::{
    Because, BlockKind, Cite, Common, Expr, ExprKind, Item, OutcomeVerb, Path, Start, Tag, TemplatePart, TypeExpr,
    TypeKind,
};
use crate::syntax::format::expr_text;

/// Puts what one page says into words.
#[derive(Debug)]
pub struct Words<'a, 'b> {
    /// What names mean there.
    pub names: &'b Names<'a>,
    /// Names that mean something else here: parameters of a definition.
    pub locals: Vec<String>,
}

impl Words<'_, '_> {
    /// Writes an expression: blocks as lists, all else on one line with labels for names.
    pub fn expression(&self, out: &mut Html, expr: &Expr) {
        match &expr.kind {
            ExprKind::Block(kind, items) => {
                let head = match kind {
                    BlockKind::All => "all of these:".to_owned(),
                    BlockKind::Any => "at least one of these:".to_owned(),
                    BlockKind::None => "none of these:".to_owned(),
                    BlockKind::AtLeast(least) => format!("at least {least} of these:"),
                };
                out.element("span", &[("class", "of")], &head).open("ul", &[("class", "conditions")]);
                for item in items {
                    out.open("li", &[]);
                    self.item(out, item);
                    out.close("li");
                }
                out.close("ul");
            }
            ExprKind::And(parts) | ExprKind::Or(parts) if parts.iter().any(has_block) => {
                let all = matches!(expr.kind, ExprKind::And(_));
                let head = if all { "all of these:" } else { "at least one of these:" };
                out.element("span", &[("class", "of")], head).open("ul", &[("class", "conditions")]);
                for part in parts {
                    out.open("li", &[]);
                    self.expression(out, part);
                    out.close("li");
                }
                out.close("ul");
            }
            ExprKind::Not(inner) if has_block(inner) => {
                out.element("span", &[("class", "of")], "not: ");
                self.expression(out, inner);
            }
            ExprKind::Paren(inner) if has_block(inner) => self.expression(out, inner),
            ExprKind::If(condition, yes, no) => {
                for (word, part) in [("if ", condition), (" then ", yes), (" else ", no)] {
                    out.element("span", &[("class", "of")], word);
                    self.expression(out, part);
                }
            }
            _ => self.line(out, &expr_text(expr)),
        }
    }

    /// Writes a clause or element of a block: its label, its tags, and what it says.
    pub fn item(&self, out: &mut Html, item: &Item) {
        if let Some(label) = &item.label {
            out.element("strong", &[], &label.value);
            tags(out, &item.tags);
            out.open("div", &[("class", "detail")]);
            self.expression(out, &item.expr);
            out.close("div");
        } else {
            self.expression(out, &item.expr);
            tags(out, &item.tags);
        }
    }

    /// Writes the formatted text of an expression, names replaced by what they are called.
    fn line(&self, out: &mut Html, text: &str) {
        let mut rest = text;
        let mut after_dot = false;
        while let Some(first) = rest.chars().next() {
            let long = token_length(rest);
            let (token, next) = rest.split_at(long);
            rest = next;
            if first == '"' {
                out.element("q", &[], token.trim_matches('"'));
            } else if token == "." {
                // A field of what stands before.
                out.text(" · ");
            } else if !first.is_alphabetic() && first != '_' {
                out.text(&token.replace("<=", "≤").replace(">=", "≥"));
            } else {
                self.word(out, token, after_dot, rest.starts_with('.'));
            }
            after_dot = token.ends_with('.');
        }
    }

    fn word(&self, out: &mut Html, word: &str, after_dot: bool, before_dot: bool) {
        let local = after_dot || self.locals.iter().any(|local| local == word);
        let target = if local { None } else { self.names.get(&("value", word.to_owned())) };
        match target {
            Some(target) => match &target.href {
                Some(href) => {
                    out.element("a", &[("class", "name"), ("href", href), ("title", word)], &target.label);
                }
                None => {
                    out.element("span", &[("class", "name"), ("title", word)], &target.label);
                }
            },
            None if word.contains('_') && !before_dot => {
                out.element("span", &[("title", word)], &spaced(word));
            }
            None => {
                out.text(word);
            }
        }
    }

    /// Writes a reason; what it fills in stands in pointed brackets.
    pub fn because(&self, out: &mut Html, because: Option<&Because>) {
        let Some(because) = because else { return };
        out.open("p", &[("class", "because")]);
        for part in &because.parts {
            match part {
                TemplatePart::Text(text) => {
                    out.text(text);
                }
                TemplatePart::Hole(path) => self.hole(out, path),
            }
        }
        out.close("p");
    }

    fn hole(&self, out: &mut Html, path: &Path) {
        out.open("span", &[("class", "hole")]);
        self.line(out, &path.text());
        out.close("span");
    }

    /// Writes what a declaration cites, and the open questions it relies on; nothing where there is neither.
    pub fn law(&self, common: &Common) -> Html {
        let mut out = Html::default();
        for cite in &common.cites {
            self.cite(&mut out, cite);
        }
        if !common.relies.is_empty() {
            out.open("p", &[("class", "relies")]).text("Rests on an open question: ");
            for (index, name) in common.relies.iter().enumerate() {
                if index > 0 {
                    out.text("; ");
                }
                let target = self.names.get(&("question", name.value.clone()));
                let label = target.map_or_else(|| spaced(&name.value), |target| target.label.clone());
                out.link(target.and_then(|target| target.href.as_deref()), &label);
            }
            out.close("p");
        }
        out
    }

    /// Writes one citation: the quote, then source, place, publisher and dates.
    pub fn cite(&self, out: &mut Html, cite: &Cite) {
        out.open("div", &[("class", "cite")]);
        if let Some(quote) = &cite.quote {
            out.open("blockquote", &[]).element("p", &[], &format!("“{}”", quote.value)).close("blockquote");
        }
        let target = self.names.get(&("source", cite.source.value.clone()));
        out.open("p", &[]);
        let title = target.map_or_else(|| spaced(&cite.source.value), |target| target.label.clone());
        let source = target.and_then(|target| target.source);
        let url = source.and_then(|source| source.url.as_ref()).and_then(|url| web_address(&url.value));
        out.open("cite", &[]);
        match url {
            Some(url) => out.element("a", &[("href", url), ("rel", "noreferrer noopener")], &title),
            None => out.link(target.and_then(|target| target.href.as_deref()), &title),
        };
        out.close("cite");
        if let Some(at) = &cite.at {
            out.text(", ").element("span", &[("class", "at")], &at.value);
        }
        if let Some(source) = source {
            out.open("span", &[("class", "soft")]);
            if let Some(by) = &source.by {
                out.text(&format!(" · {}", by.value));
            }
            if let Some(published) = &source.published {
                out.text(" · published ").element("time", &[], &published.value.to_string());
            }
            if let Some(accessed) = &source.accessed {
                out.text(" · read ").element("time", &[], &accessed.value.to_string());
            }
            out.close("span");
        }
        out.close("p").close("div");
    }
}

/// Writes clause tags.
pub fn tags(out: &mut Html, tags: &[Tag]) {
    for tag in tags {
        out.text(" ").element("span", &[("class", "tag")], &tag.value);
    }
}

/// Whether an expression holds a block that is shown as a list.
fn has_block(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Block(..) => true,
        ExprKind::Paren(inner) | ExprKind::Not(inner) => has_block(inner),
        ExprKind::And(parts) | ExprKind::Or(parts) => parts.iter().any(has_block),
        _ => false,
    }
}

/// Returns how long the first token of a text is: a quoted text, a word, or what stands between.
fn token_length(text: &str) -> usize {
    let mut chars = text.char_indices();
    let Some((_, first)) = chars.next() else { return 0 };
    if first == '"' {
        let mut escaped = false;
        for (at, c) in chars {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => return at + 1,
                _ => {}
            }
        }
        return text.len();
    }
    let word = first.is_alphabetic() || first == '_';
    let part =
        |c: char| if word { c.is_alphanumeric() || c == '_' } else { !c.is_alphabetic() && c != '_' && c != '"' };
    // A number keeps what is written on to it: `2024-12-24T00:00`.
    let end = chars.find(|&(_, c)| !part(c));
    end.map_or(text.len(), |(at, _)| at)
}

/// Returns the names that an expression's formatted text holds, without fields and quoted texts.
pub fn names_in(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    let mut after_dot = false;
    while !rest.is_empty() {
        let (token, next) = rest.split_at(token_length(rest).max(1));
        if !after_dot && token.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            names.push(token);
        }
        after_dot = token.ends_with('.');
        rest = next;
    }
    names
}

/// Returns a type as an author writes it.
pub fn type_words(ty: &TypeExpr) -> String {
    let text = match &ty.kind {
        TypeKind::YesNo => "yes/no".to_owned(),
        TypeKind::Named(name) => name.value.clone(),
        TypeKind::Money(currency) => format!("money {}", currency.value),
        TypeKind::Members(names) => {
            format!("{{{}}}", names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(", "))
        }
        TypeKind::Set(inner) => format!("set of {}", type_words(inner)),
        TypeKind::List(name) => format!("list of {}", name.value),
        TypeKind::Total(inner) => format!("total of {}", type_words(inner)),
    };
    if ty.or_none { format!("{text} or none") } else { text }
}

/// Returns a start as written.
pub fn start_words(start: &Start) -> String {
    match &start.clock {
        Some((minutes, zone)) => format!("{} {:02}:{:02} {}", start.date, minutes / 60, minutes % 60, zone.value),
        None => start.date.to_string(),
    }
}

/// Returns a boundary: its day, and the moment in it.
pub fn boundary_words(boundary: &Boundary) -> String {
    match boundary.moment {
        Some(moment) => format!("{} ({})", boundary.date, moment.format("%Y-%m-%d %H:%M UTC")),
        None => boundary.date.to_string(),
    }
}

/// Returns the word between a decision and what a rule gives.
pub fn outcome_word(verb: OutcomeVerb) -> &'static str {
    match verb {
        OutcomeVerb::Is => "is",
        OutcomeVerb::Includes => "includes",
        OutcomeVerb::Adds => "adds",
    }
}

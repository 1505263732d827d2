//! The texts of policies with the colours of the editors, names that lead to what they name, a place to link to on every line.

use std::collections::BTreeMap;

use super::html::{Html, page};
use super::site::{Key, Place, Site, address, kind_of};
use crate::coverage::Coverage;
use crate::coverage::html::{Lines, Mark, by_text, reached};
use crate::editor::index::SymbolId;
use crate::editor::paint::{Paint, Painted};
use crate::editor::symbol::Space;
use crate::editor::{self, Project};
use crate::source::{SourceId, Span};

/// The page that lists all texts.
pub const TEXTS: &str = "texts.html";

/// The texts that have pages.
#[derive(Debug)]
pub struct Texts<'a, 'b> {
    site: &'b Site<'a>,
    texts: BTreeMap<SourceId, Text>,
    /// What the tests reach; nothing when that is not known.
    reached: Option<BTreeMap<SourceId, Lines<'b>>>,
}

/// One text.
#[derive(Debug)]
struct Text {
    place: Place,
    path: String,
    tokens: Vec<Token>,
}

/// A token with its colour and what it names.
#[derive(Debug)]
struct Token {
    span: Span,
    class: &'static str,
    leads: Option<Lead>,
}

/// Where a name leads.
#[derive(Debug)]
enum Lead {
    Declaration(Key),
    Page(Place),
}

impl<'a, 'b> Texts<'a, 'b> {
    /// Paints the text of every version and library that has a page.
    pub fn new(site: &'b Site<'a>, project: &Project, coverage: Option<&'b Coverage>) -> Self {
        let texts = site.places.iter().map(|&place| {
            let source = source_of(site, place);
            let path = site.loaded.path(source);
            let tokens = project.paint(path).into_iter().map(|it| token(site, project, place, it)).collect();
            (source, Text { place, path: page_path(path, site, source), tokens })
        });
        let reached = coverage.map(|coverage| by_text(coverage, &site.loaded.sources));
        Texts { site, texts: texts.collect(), reached }
    }

    /// Returns the address of the line where a span begins, and the number of the line.
    pub fn line(&self, from: &str, span: Span) -> Option<(String, u32)> {
        let text = self.texts.get(&span.source)?;
        let line = self.site.loaded.sources.get(span.source).location(span.start).line;
        Some((address(from, &text.path, &format!("L{line}")), line))
    }

    /// Returns the address of the text of a version or library, and its name.
    pub fn whole(&self, from: &str, place: Place) -> (String, &str) {
        let source = source_of(self.site, place);
        let path = self.texts.get(&source).map_or(TEXTS, |text| text.path.as_str());
        (address(from, path, ""), self.site.loaded.path(source))
    }

    /// Writes a part of a text, with its colours.
    pub fn part(&self, out: &mut Html, from: &str, span: Span) {
        let mut start = span.start as usize;
        for (number, line) in self.site.loaded.sources.slice(span).split_inclusive('\n').enumerate() {
            if number > 0 {
                out.line_end();
            }
            self.colour(out, from, Span::new(span.source, start, start + line.trim_end().len()));
            start += line.len();
        }
    }

    /// Writes what stands on one line.
    fn colour(&self, out: &mut Html, from: &str, span: Span) {
        let sources = &self.site.loaded.sources;
        let slice = |start, end| sources.slice(Span { start, end, ..span });
        let tokens = self.texts.get(&span.source).map_or(&[][..], |text| text.tokens.as_slice());
        let first = tokens.partition_point(|token| token.span.end <= span.start);
        let mut at = span.start;
        for token in tokens[first..].iter().take_while(|token| token.span.start < span.end) {
            // What begins or ends elsewhere shows only what stands here.
            let (start, end) = (token.span.start.max(at), token.span.end.min(span.end));
            out.text(slice(at, start));
            match token.leads.as_ref().and_then(|lead| self.href(from, lead)) {
                Some(href) => out.element("a", &[("class", token.class), ("href", &href)], slice(start, end)),
                None => out.element("span", &[("class", token.class)], slice(start, end)),
            };
            at = end;
        }
        out.text(slice(at, span.end));
    }

    fn href(&self, from: &str, lead: &Lead) -> Option<String> {
        match lead {
            Lead::Declaration(key) => self.site.href(from, key),
            Lead::Page(place) => self.site.places.contains(place).then(|| address(from, &self.site.path(*place), "")),
        }
    }

    /// Returns the page of each text, and the list of them.
    pub fn pages(&self) -> impl Iterator<Item = (String, Vec<u8>)> {
        let texts = self.texts.iter().map(|(&source, text)| (text.path.clone(), self.page(source, text)));
        texts.chain(std::iter::once_with(|| (TEXTS.to_owned(), self.list())))
    }

    fn page(&self, source: SourceId, text: &Text) -> Vec<u8> {
        let (name, title) = (self.site.loaded.path(source), self.site.title(text.place));
        let mut body = Html::default();
        body.open("header", &[]).open("p", &[("class", "eyebrow")]).text("Text ");
        body.element("code", &[], name).close("p").element("h1", &[], &title);
        let href = address(&text.path, &self.site.path(text.place), "");
        body.open("p", &[("class", "lead")]).text("As written; ").link(Some(&href), "the same for readers").text(".");
        body.close("p");
        if self.reached.is_some() {
            let legend = "✓ reached by tests on both sides, ◐ in part, ✗ not at all; what is lacking shows when the \
                          pointer rests on a line.";
            body.element("p", &[("class", "soft")], legend);
        }
        body.close("header");
        let marks = self.reached.as_ref().map(|texts| texts.get(&source));
        body.open("div", &[("class", "listing"), ("role", "region"), ("tabindex", "0"), ("aria-label", name)]);
        body.open("ol", &[]);
        let mut start = 0;
        for (number, line) in (1_u32..).zip(self.site.loaded.sources.get(source).text().split_inclusive('\n')) {
            let items = marks.map(|lines| lines.and_then(|lines| lines.get(&number)).map_or(&[][..], Vec::as_slice));
            let mark = items.and_then(Mark::of);
            let id = format!("L{number}");
            let mut attributes = vec![("id", id.as_str())];
            attributes.extend(mark.as_ref().map(|mark| ("title", mark.says.as_str())));
            body.open("li", &attributes).open("span", &[("class", "gutter")]);
            body.element("a", &[("class", "number"), ("href", &format!("#{id}"))], &number.to_string());
            if marks.is_some() {
                let (class, sign) = mark.as_ref().map_or(("", ""), |mark| (mark.class, mark.sign));
                body.element("span", &[("class", format!("mark {class}").trim_end())], sign);
            }
            body.close("span").open("code", &[]);
            self.colour(&mut body, &text.path, Span::new(source, start, start + line.trim_end().len()));
            body.close("code").close("li");
            start += line.len();
        }
        body.close("ol").close("div");
        page(&format!("{name} · {title}"), "../", &body)
    }

    fn list(&self) -> Vec<u8> {
        let mut body = Html::default();
        body.open("header", &[]).element("h1", &[], "Texts");
        let lead = "The files as their authors wrote them, with what the pages for readers are made of.";
        body.element("p", &[("class", "lead")], lead).close("header");
        let columns = ["File", "Says", "Reached", "Of"];
        body.open_table("Texts", if self.reached.is_some() { &columns } else { &columns[..2] });
        for (source, text) in &self.texts {
            body.open("tr", &[]).open("th", &[("scope", "row")]);
            body.open("a", &[("href", &text.path)]).element("code", &[], self.site.loaded.path(*source)).close("a");
            body.close("th").open("td", &[]);
            body.link(Some(&self.site.path(text.place)), &self.site.title(text.place)).close("td");
            if let Some(texts) = &self.reached {
                let (covered, total) = texts.get(source).map_or((0, 0), reached);
                body.element("td", &[], &covered.to_string()).element("td", &[], &total.to_string());
            }
            body.close("tr");
        }
        body.close_table();
        page("Texts", "", &body)
    }
}

fn source_of(site: &Site<'_>, place: Place) -> SourceId {
    match place {
        Place::Version(policy, version) => site.version(policy, version).source,
        Place::Library(library) => site.loaded.libraries[library].source,
    }
}

/// Returns the path of the page of a text: `text/flagpoling.2024-12-24.html`.
fn page_path(path: &str, site: &Site<'_>, source: SourceId) -> String {
    let path = path.strip_suffix(".enact").unwrap_or(path);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/');
    // A file may have any name; one that is no plain word gets a number, and with it a sign that no plain one has.
    let number = match path.chars().all(plain) {
        true => String::new(),
        false => format!("~{}", site.loaded.paths.range(..source).count()),
    };
    let path: String = path.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    format!("text/{}{number}.html", path.replace('/', "."))
}

fn token(site: &Site<'_>, project: &Project, place: Place, painted: Painted) -> Token {
    let name = project.index().at(painted.span.source, painted.span.start as usize);
    // Words of the language may begin where a name ends.
    let name = name.filter(|name| name.span.start <= painted.span.start && painted.span.end <= name.span.end);
    let leads = name.and_then(|name| lead(site, project, place, name.symbol));
    Token { span: painted.span, class: class_of(painted.paint), leads }
}

/// Returns where a name in a text leads: to the page of that version if it is in force there, else where it was declared last.
fn lead(site: &Site<'_>, project: &Project, from: Place, symbol: SymbolId) -> Option<Lead> {
    let index = project.index();
    let space = index.symbol(symbol).space;
    let text = project.text_of(source_of(site, from));
    let declared = index.site(symbol, text)?;
    let place = match declared.place(project) {
        editor::Place::Version(policy, version) => Place::Version(policy, version),
        editor::Place::Library(library) => Place::Library(library),
        editor::Place::Tests(_) | editor::Place::Lost => return None,
    };
    let same = matches!((place, from), (Place::Version(a, _), Place::Version(b, _)) if a == b);
    let Some(declaration) = declared.declaration(project) else {
        let page = if same { from } else { place };
        return matches!(space, Space::Policy | Space::Library).then_some(Lead::Page(page));
    };
    // Locals are explained where they stand; notes, asserts and tests are named by nothing.
    if matches!(space, Space::Local | Space::Profile | Space::Other(_)) {
        return None;
    }
    let head = declaration.kind.head()?;
    let in_force = same && site.declarations(from).iter().any(|it| it.span == declaration.span);
    let place = if in_force { from } else { place };
    Some(Lead::Declaration((place, kind_of(&declaration.kind), head.name.value.clone())))
}

/// The word styles know a colour by.
fn class_of(paint: Paint) -> &'static str {
    match paint {
        Paint::Keyword => "t-keyword",
        Paint::Operator => "t-operator",
        Paint::Type => "t-type",
        Paint::Fact => "t-fact",
        Paint::Definition => "t-definition",
        Paint::Constant => "t-constant",
        Paint::Decision => "t-decision",
        Paint::Rule => "t-rule",
        Paint::Member => "t-member",
        Paint::Field => "t-field",
        Paint::Local => "t-local",
        Paint::Name => "t-name",
        Paint::Tag => "t-tag",
        Paint::Text => "t-text",
        Paint::Number => "t-number",
        Paint::Comment => "t-comment",
    }
}

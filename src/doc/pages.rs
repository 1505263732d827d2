//! Whole pages: a policy or library, the glossary of facts, the index.

use std::collections::BTreeMap;

use super::declared::Declared;
use super::graph::Graph;
use super::html::{Html, page};
use super::picture;
use super::reads::Reads;
use super::site::{Place, Site, address, anchor, kind_of, spaced};
use super::texts::{TEXTS, Texts};
use super::words::boundary_words;
use crate::coverage::{Coverage, Kind, text::share};
use crate::load::Used;
use crate::program::{FactId, Program};
use crate::syntax::ast::Effort;
use crate::syntax::ast::{DeclKind, Declaration};

/// The sections of a page that hold one kind of declaration each.
const SECTIONS: [(&str, &str, &[&str]); 7] = [
    ("definitions", "Definitions", &["define"]),
    ("tables", "Tables", &["table"]),
    ("parameters", "Parameters over time", &["parameter", "scale"]),
    ("data", "Sets, types and calendars", &["set", "enum", "record", "calendar"]),
    ("must-hold", "What must hold", &["invariant", "assert"]),
    ("questions", "Open questions", &["question"]),
    ("sources", "Sources", &["source"]),
];

/// Returns the page of a version or library.
pub fn place(site: &Site<'_>, reads: &Reads, texts: &Texts<'_, '_>, place: Place) -> Vec<u8> {
    let path = site.path(place);
    let names = site.names(place, &path);
    let declared = Declared { site, texts, place, path: &path, names: &names };
    let all = site.declarations(place);
    let title = site.title(place);
    let mut sections: Vec<(&str, &str, Html)> = Vec::new();
    let mut part = Html::default();
    for declaration in all.iter().filter(|it| matches!(it.kind, DeclKind::Decision(_))) {
        declared.decision(&mut part, declaration, &all);
    }
    sections.push(("decisions", "Decisions", std::mem::take(&mut part)));
    let loose = |it: &&&Declaration| matches!(&it.kind, DeclKind::Note(note) if note.about.is_none());
    all.iter().filter(loose).for_each(|it| declared.other(&mut part, it));
    sections.push(("notes", "Notes", std::mem::take(&mut part)));
    let graph = Graph::new(site, reads, place);
    if !graph.arrows.is_empty() {
        let text = "Each box reads what its arrows lead to: square boxes are decisions, round ones definitions and tables; dashed ones stand elsewhere.";
        part.element("p", &[("class", "soft")], text);
        picture::graph(&mut part, site, &path, &graph, &format!("What rests on what in {title}"));
        graph_words(&mut part, site, &path, &graph);
    }
    let picture = std::mem::take(&mut part);
    for (id, heading, kinds) in SECTIONS {
        for declaration in all.iter().filter(|it| kinds.contains(&kind_of(&it.kind))) {
            declared.other(&mut part, declaration);
        }
        sections.push((id, heading, std::mem::take(&mut part)));
    }
    let facts: Vec<&&Declaration> = all.iter().filter(|it| matches!(it.kind, DeclKind::Fact(_))).collect();
    if !facts.is_empty() {
        part.open("ul", &[("class", "columns")]);
        for name in facts.iter().filter_map(|it| it.kind.name()) {
            let label = fact_label(site.program, name);
            part.open("li", &[]).link(Some(&address(&path, "facts.html", &anchor("fact", name))), &label).close("li");
        }
        part.close("ul");
        sections.push(("facts", "Facts", std::mem::take(&mut part)));
    }
    let assumed = || all.iter().filter_map(|it| if let DeclKind::Assume(it) = &it.kind { Some(it) } else { None });
    if assumed().next().is_some() {
        part.open("ul", &[]);
        assumed().for_each(|assume| declared.assumption(&mut part, assume));
        part.close("ul");
        sections.push(("assumed", "Assumed unless stated", std::mem::take(&mut part)));
    }
    sections.insert(2, ("picture", "What rests on what", picture));
    if let Place::Version(policy, _) = place {
        declared.timeline(&mut part, policy);
        sections.push(("versions", "Versions", std::mem::take(&mut part)));
    }
    sections.retain(|(.., html)| !html.is_empty());

    let mut body = Html::default();
    header(&mut body, site, texts, place, &path, &title, &all);
    body.open("nav", &[("class", "contents"), ("aria-label", "On this page")]).open("ul", &[]);
    for (id, heading, _) in &sections {
        body.open("li", &[]).element("a", &[("href", &format!("#{id}"))], heading).close("li");
    }
    body.close("ul").close("nav");
    for (id, heading, html) in &sections {
        // Ids of sections are single words, those of declarations begin with their kind.
        body.open("section", &[("id", id), ("aria-labelledby", &format!("{id}-h"))]);
        body.element("h2", &[("id", &format!("{id}-h"))], heading).add(html).close("section");
    }
    page(&title, "../", &body)
}

fn header(
    out: &mut Html,
    site: &Site<'_>,
    texts: &Texts<'_, '_>,
    place: Place,
    path: &str,
    title: &str,
    all: &[&Declaration],
) {
    out.open("header", &[]);
    match place {
        Place::Version(policy, version) => {
            let it = site.version(policy, version);
            let name = &site.loaded.policies[policy].name;
            eyebrow(out, "Policy", name).element("h1", &[], title);
            let until =
                it.end.as_ref().map_or("until further notice".into(), |end| format!("until {}", boundary_words(end)));
            out.open("p", &[("class", "lead")]).text("In force from ").element("time", &[], &boundary_words(&it.start));
            out.text(&format!(" {until}"));
            if let Some(by) = &it.decided_by {
                let label = fact_label(site.program, &by.value);
                out.text(", by ").link(Some(&address(path, "facts.html", &anchor("fact", &by.value))), &label);
            }
            out.close("p");
            let newest = site.newest(policy);
            if version != newest {
                out.open("p", &[("class", "old")]).text("This is an older text. ");
                out.link(Some(&address(path, &site.path(Place::Version(policy, newest)), "")), "See the newest.")
                    .close("p");
            }
        }
        Place::Library(library) => {
            let name = &site.loaded.libraries[library].path;
            eyebrow(out, "Library", name).element("h1", &[], title);
        }
    }
    let uses: Vec<(String, Option<String>)> = all
        .iter()
        .filter_map(|it| if let DeclKind::Use(used) = &it.kind { Some(used) } else { None })
        .map(|used| {
            let target = site.loaded.find_use(&used.path).map(|used| match used {
                Used::Library(library) => Place::Library(library),
                Used::Policy(policy) => Place::Version(policy, site.newest(policy)),
            });
            let target = target.filter(|target| site.places.contains(target));
            (used.path.text(), target.map(|target| address(path, &site.path(target), "")))
        })
        .collect();
    if !uses.is_empty() {
        out.open("p", &[("class", "soft")]).text("Uses ");
        for (index, (name, href)) in uses.iter().enumerate() {
            out.text(if index > 0 { ", " } else { "" }).link(href.as_deref(), name);
        }
        out.close("p");
    }
    let (href, name) = texts.whole(path, place);
    out.open("p", &[("class", "soft")]).text("As written ").open("a", &[("href", &href)]);
    out.element("code", &[], name).close("a").close("p");
    out.close("header");
}

/// Writes what a page is about, above its heading.
fn eyebrow<'h>(out: &'h mut Html, kind: &str, name: &str) -> &'h mut Html {
    out.open("p", &[("class", "eyebrow")]).text(kind).text(" ").element("code", &[], name).close("p")
}

fn graph_words(out: &mut Html, site: &Site<'_>, path: &str, graph: &Graph) {
    out.details("The same in words").open("ul", &[]);
    for (index, from) in graph.boxes.iter().enumerate() {
        let mut read = graph.arrows.iter().filter(|(reader, _)| *reader == index).peekable();
        if read.peek().is_none() {
            continue;
        }
        out.open("li", &[]).link(site.href(path, &from.key).as_deref(), &from.label).text(" reads ");
        for (at, (_, to)) in read.enumerate() {
            let to = &graph.boxes[*to];
            out.text(if at > 0 { "; " } else { "" }).link(site.href(path, &to.key).as_deref(), &to.label);
        }
        out.close("li");
    }
    out.close("ul").close("details");
}

/// Returns the glossary of facts.
pub fn facts(site: &Site<'_>, reads: &Reads, texts: &Texts<'_, '_>) -> Vec<u8> {
    let path = "facts.html";
    // One fact may be declared in several versions: what reads any of them reads the fact.
    let mut used: BTreeMap<&str, BTreeMap<(String, String), String>> = BTreeMap::new();
    for (key, readers) in reads.by.iter().filter(|(key, _)| key.1 == "fact") {
        for reader in readers {
            let (Some(href), Some(label)) = (site.href(path, reader), reads.labels.get(reader)) else { continue };
            let place = match reader.0 {
                Place::Version(policy, _) => &site.loaded.policies[policy].name,
                Place::Library(library) => &site.loaded.libraries[library].path,
            };
            // Keys are in order of versions: the newest one's address stays.
            used.entry(&key.2).or_default().insert((place.clone(), label.clone()), href);
        }
    }
    let program = site.program;
    let mut order: Vec<FactId> = (0..program.facts.len()).map(|index| FactId(index as u32)).collect();
    order.sort_by_key(|id| fact_words(program, *id).to_lowercase());
    let mut body = Html::default();
    body.open("header", &[]).element("h1", &[], "Facts");
    body.element("p", &[("class", "lead")], "What is asked about a person or case, and what reads the answer.")
        .close("header");
    for id in order {
        let fact = program.fact(id);
        body.open("article", &[("class", "decl fact"), ("id", &anchor("fact", &fact.name))]);
        body.open("h2", &[]).text(&fact_words(program, id));
        for tag in &fact.tags {
            body.text(" ").element("span", &[("class", "tag")], tag);
        }
        if let Some((href, line)) = fact.span.and_then(|span| texts.line(path, span)) {
            body.text(" ").element("a", &[("class", "line"), ("href", &href)], &format!("line {line}"));
        }
        body.close("h2");
        if let Some(ask) = &fact.ask {
            body.element("p", &[("class", "ask")], ask);
        }
        body.open("p", &[("class", "soft")]).element("code", &[], &fact.name);
        body.text(" · ").element("b", &[], &program.type_text(&fact.ty));
        if fact.key != fact.name {
            body.text(" · in facts files ").element("code", &[], &fact.key);
        }
        if let Some((low, high)) = &fact.within {
            let [low, high] = [low, high].map(|value| program.value_text(value, &fact.ty));
            body.text(&format!(" · from {low} to {high}"));
        }
        if let Some(effort) = fact.changeable {
            body.text(&format!(" · {}", effort_word(effort)));
        }
        if fact.private {
            body.text(" · private: logs leave it out");
        }
        if let Some((by, under)) = &fact.judged {
            body.text(&format!(" · judged by {by}"));
            if let Some(cited) = under {
                let cited = &program.cited[cited.index()];
                body.text(&format!(" under {}", cited.title.as_ref().unwrap_or(&cited.name)));
            }
        }
        body.close("p");
        if let Some(used) = used.get(fact.name.as_str()) {
            let count = used.len();
            body.details(&format!("Used in {count} place{}", if count == 1 { "" } else { "s" })).open("ul", &[]);
            for ((place, label), href) in used {
                body.open("li", &[]).element("a", &[("href", href)], label);
                body.text(" ").element("span", &[("class", "soft")], place).close("li");
            }
            body.close("ul").close("details");
        }
        body.close("article");
    }
    page("Facts", "", &body)
}

/// Returns the index.
pub fn index(site: &Site<'_>, coverage: Option<&Coverage>) -> Vec<u8> {
    let mut body = Html::default();
    body.open("header", &[]).element("h1", &[], "Policies");
    body.element("p", &[("class", "lead")], "Each with what it decides, since when, and the law it rests on.")
        .close("header");
    body.open("div", &[("class", "cards")]);
    for &place in &site.places {
        let Place::Version(policy, version) = place else { continue };
        if version != site.newest(policy) {
            continue;
        }
        let path = site.path(place);
        body.open("article", &[("class", "card")]).open("h2", &[]).link(Some(&path), &site.title(place)).close("h2");
        let name = &site.loaded.policies[policy].name;
        body.open("p", &[("class", "soft")]).element("code", &[], name).close("p").open("ul", &[]);
        for declaration in site.declarations(place) {
            if let DeclKind::Decision(decision) = &declaration.kind {
                let name = &decision.head.name.value;
                let label = decision.head.label.as_ref().map_or_else(|| spaced(name), |label| label.value.clone());
                body.open("li", &[])
                    .link(Some(&address("index.html", &path, &anchor("decision", name))), &label)
                    .close("li");
            }
        }
        body.close("ul").open("p", &[("class", "versions soft")]).text("Versions ");
        for index in (0..=version).rev() {
            let href = site.path(Place::Version(policy, index));
            body.text(" ").link(Some(&href), &site.version(policy, index).name);
        }
        body.close("p").close("article");
    }
    body.close("div");
    body.open("section", &[("aria-labelledby", "years")]).element("h2", &[("id", "years")], "Over the years");
    picture::years(&mut body, site);
    body.close("section");
    if site.places.iter().any(|it| matches!(it, Place::Library(_))) {
        body.open("section", &[("aria-labelledby", "libraries")]).element("h2", &[("id", "libraries")], "Libraries");
        body.open("ul", &[("class", "columns")]);
        for &place in site.places.iter().filter(|it| matches!(it, Place::Library(_))) {
            body.open("li", &[]).link(Some(&site.path(place)), &site.title(place)).close("li");
        }
        body.close("ul").close("section");
    }
    if let Some(coverage) = coverage {
        tested(&mut body, coverage);
    }
    page("Policies", "", &body)
}

/// What the declared tests reach, in numbers.
fn tested(body: &mut Html, coverage: &Coverage) {
    body.open("section", &[("aria-labelledby", "tested")]).element("h2", &[("id", "tested")], "Tested");
    body.open("p", &[]).text("What the declared tests reach on both sides; ");
    body.link(Some(TEXTS), "every line with its mark").text(".").close("p");
    body.open_table("tested", &["What", "Reached", "Of", "Share"]);
    for kind in Kind::ALL {
        let count = coverage.count(kind);
        body.open("tr", &[]).element("th", &[("scope", "row")], kind.plural());
        for cell in [count.covered.to_string(), count.total.to_string(), share(count)] {
            body.element("td", &[], &cell);
        }
        body.close("tr");
    }
    body.close_table().close("section");
}

fn fact_words(program: &Program, id: FactId) -> String {
    match id {
        crate::program::EVALUATION_DATE => "the day asked".into(),
        crate::program::EVALUATION_TIME => "the moment asked".into(),
        id => program.fact(id).label.clone().unwrap_or_else(|| spaced(&program.fact(id).name)),
    }
}

fn fact_label(program: &Program, name: &str) -> String {
    program.find_fact(name).map_or_else(|| spaced(name), |id| fact_words(program, id))
}

fn effort_word(effort: Effort) -> &'static str {
    match effort {
        Effort::Easy => "easy to change",
        Effort::Hard => "hard to change",
        Effort::Never => "cannot be changed",
    }
}

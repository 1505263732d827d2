//! The texts with marks on every line, as one page: no scripts, nothing fetched, follows light and dark. Signs say what
//! colours say: ✓ all reached, ◐ in part, ✗ not at all.

use std::collections::BTreeMap;

use super::text::share;
use super::{Coverage, Item, Kind, Reach};
use crate::source::{SourceId, Sources};
use crate::trace::html::escape;

/// Nothing is loaded or run, whatever a text says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1c2024;--soft:#5d6672;--line:#d5dae0;--paper:#fff;--full:#e3f4ea;--half:#fdf1d3;--none:#fbe3e1;\
--mark-full:#18794e;--mark-half:#8a5a00;--mark-none:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e7eaee;--soft:#a2abb7;--line:#3a424c;--paper:#15181c;--full:#15301f;--half:#392c0d;\
--none:#431d1b;--mark-full:#5bd39a;--mark-half:#ffcf66;--mark-none:#ff8a80}}
*{box-sizing:border-box}
body{margin:2rem auto;max-width:80rem;padding:0 1.2rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;margin:0 0 .6rem}
h2{font-size:1.05rem;margin:2rem 0 .4rem;overflow-wrap:anywhere}
th,td{padding:.1rem .8rem;text-align:right}
th:first-child,td:first-child{text-align:left;padding-left:0}
thead th{border-bottom:1px solid var(--line)}
a{color:inherit}
.soft,.number{color:var(--soft)}
ol{list-style:none;margin:0;padding:0;border:1px solid var(--line);font:.85rem/1.5 ui-monospace,monospace;overflow-x:auto}
li{white-space:pre;min-height:1.5em;padding-right:1rem}
.number{display:inline-block;width:3.6rem;text-align:right}
.mark{display:inline-block;width:2.2rem;text-align:center;font-weight:700}
.full{background:var(--full)}.half{background:var(--half)}.none{background:var(--none)}
.full .mark{color:var(--mark-full)}.half .mark{color:var(--mark-half)}.none .mark{color:var(--mark-none)}
@media print{body{margin:0;max-width:none;font-size:9pt}li{white-space:pre-wrap}}
";

/// The things to reach in one text, by their line.
pub(crate) type Lines<'a> = BTreeMap<u32, Vec<&'a Item>>;

/// Returns the things to reach, by text and line.
pub(crate) fn by_text<'a>(coverage: &'a Coverage, sources: &Sources) -> BTreeMap<SourceId, Lines<'a>> {
    let mut texts: BTreeMap<SourceId, Lines<'_>> = BTreeMap::new();
    for item in coverage.items() {
        let line = sources.get(item.place.source).location(item.place.start).line;
        texts.entry(item.place.source).or_default().entry(line).or_default().push(item);
    }
    texts
}

/// How much of a line is reached.
#[derive(Debug)]
pub(crate) struct Mark {
    /// The word styles know it by.
    pub class: &'static str,
    /// Its sign.
    pub sign: &'static str,
    /// What is lacking.
    pub says: String,
}

impl Mark {
    /// Judges a line by the things that begin on it; one without any has no mark.
    pub fn of(items: &[&Item]) -> Option<Self> {
        let all = |reach: Reach| items.iter().all(|item| item.reach() == reach);
        let (class, sign) = match items {
            [] => return None,
            _ if all(Reach::Full) => ("full", "✓"),
            _ if all(Reach::None) => ("none", "✗"),
            _ => ("half", "◐"),
        };
        let words: Vec<String> =
            items.iter().map(|item| format!("{}: {}", item.name, item.lacking().unwrap_or("covered"))).collect();
        Some(Mark { class, sign, says: words.join("; ") })
    }
}

/// Returns how many of some things are reached in full, and how many there are.
pub(crate) fn reached(lines: &Lines<'_>) -> (usize, usize) {
    let items = || lines.values().flatten();
    (items().filter(|item| item.reach() == Reach::Full).count(), items().count())
}

/// Renders the whole page: a table of the kinds, then each file that declares something to reach, by its name.
pub fn render(coverage: &Coverage, sources: &Sources) -> String {
    let texts = by_text(coverage, sources).into_iter();
    let files: BTreeMap<&str, (SourceId, Lines<'_>)> =
        texts.map(|(source, lines)| (sources.get(source).name(), (source, lines))).collect();
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>Coverage of tests</title>\n<style>\n{STYLE}</style>\n\
         </head>\n<body>\n<h1>Coverage of tests</h1>\n\
         <p class=\"soft\">✓ all reached, ◐ one of two sides or some of several things, ✗ nothing; \
         what is lacking shows when the pointer rests on a line.</p>\n"
    );
    page += "<table>\n<thead><tr><th></th><th>covered</th><th>total</th><th>share</th></tr></thead>\n<tbody>\n";
    for kind in Kind::ALL {
        let count = coverage.count(kind);
        page += &format!(
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
            kind.plural(),
            count.covered,
            count.total,
            share(count)
        );
    }
    page += "</tbody>\n</table>\n";
    page += &contents(&files);
    for (number, (name, (source, lines))) in files.iter().enumerate() {
        page += &format!("<h2 id=\"f{number}\">{}</h2>\n<ol>\n", escape(name));
        let file = sources.get(*source);
        for (line, text) in (1..).map_while(|line| Some((line, file.line(line)?))) {
            page += &one_line(line, text, lines.get(&line).map_or(&[], Vec::as_slice));
        }
        page += "</ol>\n";
    }
    page + "</body>\n</html>\n"
}

/// Lists the files with the number of things in them.
fn contents(files: &BTreeMap<&str, (SourceId, Lines<'_>)>) -> String {
    let mut text = String::from(
        "<h2>Files</h2>\n<table>\n<thead><tr><th></th><th>covered</th><th>total</th></tr></thead>\n<tbody>\n",
    );
    for (number, (name, (_, lines))) in files.iter().enumerate() {
        let (covered, total) = reached(lines);
        text += &format!(
            "<tr><td><a href=\"#f{number}\">{}</a></td><td>{covered}</td><td>{total}</td></tr>\n",
            escape(name)
        );
    }
    text + "</tbody>\n</table>\n"
}

fn one_line(number: u32, text: &str, items: &[&Item]) -> String {
    let text = escape(text);
    match Mark::of(items) {
        None => {
            format!("<li><span class=\"number\">{number}</span><span class=\"mark\"> </span>{text}</li>\n")
        }
        Some(Mark { class, sign, says }) => format!(
            "<li class=\"{class}\" title=\"{}\"><span class=\"number\">{number}</span><span class=\"mark\">{sign}</span>{text}</li>\n",
            escape(&says)
        ),
    }
}

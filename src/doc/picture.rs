//! Pictures: the graph of a policy, and all policies over the years. Each has its words beside it for those who do not see it.

use chrono::{Datelike, NaiveDate};

use super::graph::Graph;
use super::html::Html;
use super::layout::{Slot, lay_out};
use super::site::{Place, Site, address};

/// Width and height of a box, and the space between boxes.
const BOX: (usize, usize) = (222, 56);
const GAP: (usize, usize) = (64, 14);
/// How many characters fit on a line of a box.
const LINE: usize = 27;

/// Draws a graph.
pub fn graph(out: &mut Html, site: &Site<'_>, from: &str, graph: &Graph, title: &str) {
    let layout = lay_out(graph.boxes.len(), &graph.arrows);
    let rows = layout.layers.iter().map(Vec::len).max().unwrap_or(0);
    let (width, height) = (BOX.0 + GAP.0, BOX.1 + GAP.1);
    let size = (layout.layers.len() * width - GAP.0.min(width) + 8, rows * height + 8);
    let top = |at: usize, row: usize| 4 + row * height + (rows - layout.layers[at].len()) * height / 2;
    out.open("div", &[("class", "scroll picture"), ("role", "region"), ("tabindex", "0"), ("aria-label", title)]);
    let view = format!("0 0 {} {}", size.0, size.1);
    let (w, h) = (size.0.to_string(), size.1.to_string());
    out.open("svg", &[("role", "group"), ("aria-label", title), ("viewBox", &view), ("width", &w), ("height", &h)]);
    out.element("title", &[], title);
    for way in layout.ways.iter().filter(|way| way.len() > 1) {
        let mut path = String::new();
        for pair in way.windows(2) {
            let [(at, row), (next, to)] = [pair[0], pair[1]];
            let (x, y) = (4 + at * width + BOX.0, top(at, row) + BOX.1 / 2);
            let (x2, y2) = (4 + next * width, top(next, to) + BOX.1 / 2);
            if path.is_empty() {
                path = format!("M{x} {y}");
            } else {
                // Straight through where a box would stand.
                path += &format!("L{x} {y}");
            }
            let middle = (x + x2) / 2;
            path += &format!("C{middle} {y} {middle} {y2} {x2} {y2}");
        }
        if let Some(&(at, row)) = way.last() {
            let (x, y) = (4 + at * width, top(at, row) + BOX.1 / 2);
            path += &format!("M{} {}L{x} {y}L{} {}", x - 7, y - 4, x - 7, y + 4);
        }
        out.open("path", &[("class", "arrow"), ("d", &path)]).close("path");
    }
    for (at, layer) in layout.layers.iter().enumerate() {
        for (row, slot) in layer.iter().enumerate() {
            let Slot::Node(index) = slot else { continue };
            let node = &graph.boxes[*index];
            let href = site.href(from, &node.key);
            if let Some(href) = &href {
                out.open("a", &[("href", href)]);
            }
            let class = match (node.key.1, node.elsewhere.is_some()) {
                ("decision", false) => "box decision",
                ("decision", true) => "box decision far",
                (_, false) => "box",
                (_, true) => "box far",
            };
            let (x, y) = (4 + at * width, top(at, row));
            let shape = [
                ("x", x.to_string()),
                ("y", y.to_string()),
                ("width", BOX.0.to_string()),
                ("height", BOX.1.to_string()),
            ];
            let [(_, xs), (_, ys), (_, ws), (_, hs)] = &shape;
            let round = if node.key.1 == "decision" { "4" } else { "14" };
            out.open("g", &[("class", class)]).element("title", &[], &node.label);
            out.open("rect", &[("x", xs), ("y", ys), ("width", ws), ("height", hs), ("rx", round)]).close("rect");
            let mut lines: Vec<(String, &str)> = broken(&node.label, if node.elsewhere.is_some() { 2 } else { 3 })
                .into_iter()
                .map(|it| (it, "label"))
                .collect();
            if let Some(elsewhere) = &node.elsewhere {
                lines.push((shortened(elsewhere, LINE), "where"));
            }
            let first = y + BOX.1 / 2 + 5 - (lines.len() - 1) * 15 / 2;
            for (line, (text, class)) in lines.iter().enumerate() {
                let (x, y) = ((x + 10).to_string(), (first + line * 15).to_string());
                out.element("text", &[("x", &x), ("y", &y), ("class", class)], text);
            }
            out.close("g");
            if href.is_some() {
                out.close("a");
            }
        }
    }
    out.close("svg").close("div");
}

/// Draws all policies over the years: a bar for each version.
pub fn years(out: &mut Html, site: &Site<'_>) {
    let mut bars: Vec<(usize, usize, NaiveDate, Option<NaiveDate>)> = Vec::new();
    for place in &site.places {
        if let Place::Version(policy, version) = *place {
            let it = site.version(policy, version);
            bars.push((policy, version, it.start.date, it.end.map(|end| end.date)));
        }
    }
    let days = bars.iter().flat_map(|(_, _, start, end)| [Some(*start), *end]).flatten();
    let (Some(first), Some(last)) = (days.clone().min(), days.max()) else { return };
    let (first, last) = (first.year(), last.year() + 1);
    let mut policies: Vec<usize> = bars.iter().map(|bar| bar.0).collect();
    policies.dedup();
    let (left, row, wide) = (178.0, 30.0, 700.0);
    let whole = f64::from((last - first + 1).max(1));
    let x = |day: NaiveDate| left + wide * (f64::from(day.year() - first) + f64::from(day.ordinal0()) / 366.0) / whole;
    let height = 26.0 + row * policies.len() as f64;
    let title = "Versions of each policy over the years";
    out.open("div", &[("class", "scroll picture"), ("role", "region"), ("tabindex", "0"), ("aria-label", title)]);
    let view = format!("0 0 {} {height}", left + wide + 6.0);
    let (w, h) = ((left + wide + 6.0).to_string(), height.to_string());
    out.open("svg", &[("role", "group"), ("aria-label", title), ("viewBox", &view), ("width", &w), ("height", &h)]);
    out.element("title", &[], title);
    // About a dozen years are named, however many there are.
    let step = ((last - first) / 12 + 1).max(1);
    for year in (first..=last).step_by(step as usize) {
        let at = left + wide * f64::from(year - first) / whole;
        let (x1, bottom) = (format!("{at:.1}"), height.to_string());
        out.open("line", &[("class", "grid"), ("x1", &x1), ("x2", &x1), ("y1", "20"), ("y2", &bottom)]).close("line");
        out.element("text", &[("class", "where"), ("x", &format!("{:.1}", at + 3.0)), ("y", "14")], &year.to_string());
    }
    for (index, &policy) in policies.iter().enumerate() {
        let y = 24.0 + row * index as f64;
        let name = &site.loaded.policies[policy].name;
        out.element("text", &[("class", "label"), ("x", "2"), ("y", &(y + 17.0).to_string())], &shortened(name, 24));
        for (_, version, start, end) in bars.iter().filter(|bar| bar.0 == policy) {
            let (from, to) = (x(*start), end.map_or(left + wide, &x));
            let path = site.path(Place::Version(policy, *version));
            let until = end.map_or("open".into(), |end| end.to_string());
            out.open("a", &[("href", &address("index.html", &path, ""))]);
            out.open("g", &[("class", if end.is_none() { "bar now" } else { "bar" })]);
            out.element("title", &[], &format!("{name} {start} until {until}"));
            let wide = format!("{:.1}", (to - from - 2.0).max(2.0));
            out.open(
                "rect",
                &[("x", &format!("{from:.1}")), ("y", &y.to_string()), ("width", &wide), ("height", "22"), ("rx", "4")],
            );
            out.close("rect").close("g").close("a");
        }
    }
    out.close("svg").close("div");
}

/// Breaks a label into at most so many lines.
fn broken(label: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in label.split_whitespace() {
        let count = lines.len();
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            *line = word.to_owned();
        } else if line.chars().count() + 1 + word.chars().count() <= LINE || count == most {
            *line += &format!(" {word}");
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.iter().map(|line| shortened(line, LINE)).collect()
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.push('…');
    short
}

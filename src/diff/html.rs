//! Diffs as one page: no scripts, nothing fetched, prints well, follows light and dark, fits a telephone.

use crate::source::Sources;
use crate::trace::answer::loud;
use crate::trace::html::{escape, pieces};

use super::words::{
    cause, edit, edit_place, example, line, meaning, places, population_lines, rows_text, summary, then, unchanged,
    verdict, who, with_fate,
};
use super::{DecisionDiff, Diff, Fate, Group, Verdict, Witness};

/// Nothing is loaded or run, whatever a text says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1c2024;--soft:#5d6672;--line:#d5dae0;--paper:#fff;--panel:#f5f7f9;--yes:#18794e;--no:#b3261e;\
--unknown:#8a5a00;--tag:#2f5bb7}
@media(prefers-color-scheme:dark){:root{--ink:#e7eaee;--soft:#a2abb7;--line:#3a424c;--paper:#15181c;--panel:#1d2126;--yes:#5bd39a;\
--no:#ff8a80;--unknown:#ffcf66;--tag:#8fb4ff}}
*{box-sizing:border-box}
body{margin:2rem auto;max-width:62rem;padding:0 1.2rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;\
overflow-wrap:break-word}
h1{font-size:1.5rem;margin:0;line-height:1.3}
h2{font-size:1.2rem;margin:1.8rem 0 .4rem;line-height:1.3}
h3{font-size:1.1rem;margin:1.4rem 0 .4rem}
.group>h3,.group>h4{font-size:1.05rem;margin:0 0 .4rem}
header{border-bottom:2px solid var(--line);padding-bottom:.8rem;margin-bottom:1rem}
p{margin:.4rem 0}
.soft,.place{color:var(--soft)}
.meaning::first-letter{text-transform:uppercase}
.place{display:inline-block;font:.82rem/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
.tag{color:var(--tag);font-size:.86em;font-weight:600;white-space:nowrap}
ul.facts{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem .35rem;padding:0}
ul.facts li{border:1px solid var(--line);border-radius:6px;background:var(--panel);padding:0 .45rem;margin:0}
ul.facts .unusual{border-color:var(--tag);font-weight:600}
.yes{color:var(--yes)}.no{color:var(--no)}.unknown{color:var(--unknown)}.fault{color:var(--no);font-weight:600}
.group{border:1px solid var(--line);border-left:4px solid var(--tag);border-radius:8px;padding:.8rem 1rem;margin:.8rem 0}
.note{border-left:4px solid var(--unknown);background:var(--panel);padding:.5rem .8rem;margin:.8rem 0}
dl{display:grid;grid-template-columns:5.6rem minmax(0,1fr);gap:.25rem .8rem;margin:0}
dt{color:var(--soft);font-weight:600}dd{margin:0}
ul{margin:.2rem 0;padding-left:1.2rem}
ul.edits{list-style:none;padding:0}
li{margin:.15rem 0}
a{color:var(--tag)}
summary{cursor:pointer;color:var(--soft)}
summary:focus-visible,a:focus-visible{outline:2px solid var(--tag);outline-offset:2px}
pre{overflow-x:auto;background:var(--panel);padding:.6rem .8rem;border-radius:6px;font:.86rem/1.5 ui-monospace,monospace}
.hide{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.number{display:inline-block;min-width:1.6rem;color:var(--soft)}
@media(max-width:34rem){body{padding:0 .7rem;margin:1rem auto}dl{grid-template-columns:minmax(0,1fr)}dd{margin-bottom:.4rem}}
@media print{body{margin:0;max-width:none;font-size:10pt}.group{break-inside:avoid-page}h2,h3,h4{break-after:avoid-page}\
details::details-content{content-visibility:visible;display:block}summary{list-style:none}}
";

/// Renders diffs as a whole page, a section for each.
pub fn render(diffs: &[&Diff], sources: &Sources) -> String {
    let title = match diffs {
        [only] => format!("What changed: {}", only.new.policy),
        _ => "What changed".to_owned(),
    };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<h1>{}</h1>\n",
        escape(&title),
        escape(&title),
    );
    for diff in diffs {
        let line = format!("{} → {}: {}", diff.old.name, diff.new.name, summary(diff));
        page += &format!("<p>{}</p>\n", escape(&line));
    }
    page += "</header>\n<main>\n";
    for diff in diffs {
        section(&mut page, diff, sources, diffs.len() > 1);
    }
    page += "</main>\n</body>\n</html>\n";
    page
}

fn section(page: &mut String, diff: &Diff, sources: &Sources, named: bool) {
    let policy = escape(&diff.new.policy);
    *page += &format!("<section aria-label=\"{policy}\">\n");
    if named {
        *page += &format!("<h2>{policy}</h2>\n");
    }
    *page += &format!("<p class=\"meaning\"><strong>{}</strong></p>\n", escape(&meaning(diff)));
    if diff.groups().any(|(_, group)| !group.witness.unusual.is_empty()) {
        *page += "<p class=\"soft\">Facts of an example in bold are not what they usually are.</p>\n";
    }
    for note in &diff.notes {
        *page += &format!("<p class=\"note\">{}</p>\n", escape(note));
    }
    for term in &diff.approximated {
        *page += &format!("<p class=\"note\">Approximated: {}</p>\n", escape(term));
    }
    for gap in &diff.gaps {
        *page += &format!("<p class=\"note\">Not complete: {}</p>\n", escape(gap));
    }
    let (reached, own): (Vec<_>, Vec<_>) = diff.groups().partition(|(decision, _)| decision.reached);
    let reasons = diff.reason_groups().collect();
    // One level deeper below the heading of the policy.
    let place = Place { anchor: anchor(&diff.new.policy), level: if named { 3 } else { 2 } };
    let level = place.level;
    for (heading, found) in [
        ("Who is affected", own),
        ("Decisions of other policies that read this one", reached),
        ("Only the reasons differ", reasons),
    ] {
        if !found.is_empty() {
            *page += &format!("<h{level}>{heading}</h{level}>\n");
        }
        for (decision, it) in found {
            group(page, diff, sources, &place, decision, it);
        }
    }
    fates(page, diff);
    if let Some(population) = &diff.population {
        *page += &format!("<h{level}>Rows of the population</h{level}>\n<ul>\n");
        for line in population_lines(population) {
            *page += &format!("<li>{}</li>\n", pieces(&line));
        }
        *page += "</ul>\n";
    }
    edits(page, diff, sources, level);
    *page += "</section>\n";
}

/// Where a group stands in the page.
struct Place {
    anchor: String,
    level: usize,
}

/// Makes a name into a part of an identifier: letters, digits and `_` stay.
fn anchor(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

fn group(page: &mut String, diff: &Diff, sources: &Sources, place: &Place, decision: &DecisionDiff, group: &Group) {
    let of = if decision.reached { format!(" of {}", decision.policy) } else { String::new() };
    let id = format!("{}-{}", place.anchor, group.number);
    let level = place.level + 1;
    *page += &format!("<article class=\"group\" id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h{level} id=\"{id}-h\">");
    *page += &format!("<span class=\"number\">{}</span>{}{}: ", group.number, name(&decision.name), escape(&of));
    // The arrow is read out as a word.
    *page += &format!(
        "<span class=\"{}\">{}</span> <span class=\"hide\">becomes</span><span aria-hidden=\"true\">→</span> <span class=\"{}\">{}</span></h{level}>\n",
        class(&group.from),
        escape(&group.from),
        class(&group.to),
        escape(&loud(&group.to)),
    );
    if let Some(label) = &decision.label {
        *page += &format!("<p class=\"soft\">{}</p>\n", escape(label));
    }
    *page += "<dl>\n";
    let mut row = |name: &str, html: String| *page += &format!("<dt>{name}</dt><dd>{html}</dd>\n");
    let who: Vec<String> = who(group).iter().map(|line| pieces(line)).collect();
    match who.as_slice() {
        [only] => row("who", only.clone()),
        many => {
            row("who", format!("any of<ul>{}</ul>", many.iter().map(|it| format!("<li>{it}</li>")).collect::<String>()))
        }
    }
    if let Some(rows) = rows_text(diff, group) {
        row("rows", escape(&rows));
    }
    row("cause", pieces(&cause(diff, group, false)));
    row("example", facts(&group.witness));
    row("before", told(&group.witness.old, sources));
    row("after", told(&group.witness.new, sources));
    for (name, verdict) in [("undo", &group.witness.new), ("undo before", &group.witness.old)] {
        if !verdict.undo.is_empty() {
            row(name, format!("with {}", escape(&verdict.undo.join(", "))));
        }
    }
    if let Some(line) = unchanged(group) {
        row("stays", pieces(&line));
    }
    if let Some(line) = then(diff, group, true) {
        // Nothing but names and outcomes stand there, with an arrow between them.
        row("then", pieces(&line).replace(" -&gt; ", "&nbsp;→ ").replace('_', "_<wbr>"));
    }
    *page += "</dl>\n<details><summary>The example as a facts file</summary>\n";
    let facts = serde_json::to_string_pretty(&group.witness.facts).unwrap_or_default();
    let lines: Vec<String> = facts.lines().map(escape).collect();
    *page += &format!("<pre tabindex=\"0\">{}</pre></details>\n</article>\n", lines.join("\n"));
}

/// A name that may break behind `_`, on a telephone.
fn name(name: &str) -> String {
    escape(name).replace('_', "_<wbr>")
}

/// The facts of an example, each for itself.
fn facts(witness: &Witness) -> String {
    if witness.words.is_empty() {
        return pieces(&example(witness));
    }
    let keys = witness.facts.keys().map(Some).chain(std::iter::repeat(None));
    let items = witness.words.iter().zip(keys).map(|(words, key)| {
        let unusual = key.is_some_and(|key| witness.unusual.contains(key));
        let class = if unusual { " class=\"unusual\"" } else { "" };
        format!("<li{class}>{}</li>", escape(words))
    });
    format!("<ul class=\"facts\">{}</ul>", items.collect::<String>())
}

fn class(outcome: &str) -> &'static str {
    match outcome {
        "yes" => "yes",
        "no" => "no",
        "error" | "conflict" | "contradictory" => "fault",
        _ => "value",
    }
}

fn told(it: &Verdict, sources: &Sources) -> String {
    let places: Vec<String> = places(it, sources).map(|(_, place)| escape(&place)).collect();
    let places = match places.as_slice() {
        [] => String::new(),
        places => format!(" <span class=\"place\">{}</span>", places.join(", ")),
    };
    format!("{}{places}", pieces(&verdict(it)))
}

fn fates(page: &mut String, diff: &Diff) {
    let mut say = |before: &str, fate: Fate, after: &str| {
        let names = with_fate(diff, fate).join(", ");
        if !names.is_empty() {
            *page += &format!("<p>{before}{}{after}</p>\n", escape(&names));
        }
    };
    say("Only the new text decides ", Fate::Inserted, ".");
    say("Only the old text decides ", Fate::Repealed, ".");
    say("No difference was found on ", Fate::Unknown, ", but none is excluded.");
    if diff.tells_same() {
        say("No effect on ", Fate::Same, " (proved).");
    }
}

fn edits(page: &mut String, diff: &Diff, sources: &Sources, level: usize) {
    *page += &format!("<h{level}>What changed in the text</h{level}>\n");
    if diff.edits.is_empty() {
        *page += "<p>The same, but for comments and layout.</p>\n";
        return;
    }
    *page += "<ul class=\"edits\">\n";
    for (index, one) in diff.edits.iter().enumerate() {
        let place = edit_place(one).map(|at| format!(" <span class=\"place\">{}</span>", escape(&line(sources, at))));
        let words = match (one.meaning, diff.no_effect.contains(&index)) {
            (false, _) => " <span class=\"soft\">wording only</span>",
            (true, true) => " <span class=\"soft\">changes nobody's outcome (proved)</span>",
            (true, false) => "",
        };
        *page += &format!(
            "<li><span class=\"soft\">{}</span> {}{words}{}",
            one.change.word(),
            pieces(&edit(one)),
            place.unwrap_or_default()
        );
        if !one.details.is_empty() {
            let details: String = one.details.iter().map(|detail| format!("<li>{}</li>", escape(detail))).collect();
            *page += &format!("<ul>{details}</ul>");
        }
        *page += "</li>\n";
    }
    *page += "</ul>\n";
}

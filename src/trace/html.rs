//! The explanation as one page: no scripts, nothing fetched, prints well, follows light and dark.

use super::answer::{circumstances, replay, tail, verdict_word};
use super::style::{Piece, Style, Styled, neutral};
use super::tree::{Cite, Node, Role, Trace, Verdict};
use super::words::{aside, folded_lines, head, inline, root, says_all, says_why, words};

/// Nothing is loaded or run, whatever a text says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1c2024;--soft:#5d6672;--line:#d5dae0;--paper:#fff;--panel:#f5f7f9;--yes:#18794e;--no:#b3261e;\
--unknown:#8a5a00;--tag:#2f5bb7}
@media(prefers-color-scheme:dark){:root{--ink:#e7eaee;--soft:#a2abb7;--line:#3a424c;--paper:#15181c;--panel:#1d2126;--yes:#5bd39a;\
--no:#ff8a80;--unknown:#ffcf66;--tag:#8fb4ff}}
*{box-sizing:border-box}
body{margin:2rem auto;max-width:62rem;padding:0 1.2rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
header{border-bottom:2px solid var(--line);padding-bottom:.8rem;margin-bottom:1rem}
h1{font-size:1.5rem;margin:0;line-height:1.3}
h2{font-size:1.05rem;margin:1.6rem 0 .4rem}
.answer{margin-right:.6rem}
.soft,.place{color:var(--soft)}
.place{font:.82rem/1.5 ui-monospace,monospace;margin-left:.6rem;overflow-wrap:anywhere}
.tag{color:var(--tag);font-size:.86em;font-weight:600;white-space:nowrap}
.yes{color:var(--yes)}.no{color:var(--no)}.unknown{color:var(--unknown)}.fault{color:var(--no);font-weight:600}
.head{display:inline-block;min-width:6.6rem;font-weight:600;color:var(--soft)}
ul{list-style:none;margin:0;padding-left:1.3rem;border-left:1px solid var(--line)}
ul.tree{padding-left:0;border-left:0}
li{margin:.22rem 0}
summary{cursor:pointer}
summary:focus-visible{outline:2px solid var(--tag);outline-offset:2px}
.leaf{padding-left:1.05rem}
.why{margin:.2rem 0 .4rem 1.05rem;padding:.35rem .7rem;background:var(--panel);border-left:3px solid var(--line)}
.why p{margin:.1rem 0}
.folded{color:var(--soft);font-size:.92rem;padding-left:1.05rem}
pre{white-space:pre-wrap;font:inherit;margin:0}
@media print{body{margin:0;max-width:none;font-size:10pt}details::details-content{content-visibility:visible;display:block}\
li{break-inside:avoid-page}summary{list-style:none}}
";

/// Renders a trace, at the level it has, as a whole page.
pub fn render(trace: &Trace) -> String {
    let label = trace.label.as_ref().unwrap_or(&trace.decision);
    let word = verdict_word(trace);
    let class = match (trace.status, trace.value_text.as_deref()) {
        ("decided", Some("no")) => "no",
        ("decided", _) => "yes",
        ("undetermined", _) => "unknown",
        _ => "fault",
    };
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}: {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <header>\n<h1><span class=\"answer {class}\">{}</span>{}</h1>\n",
        escape(&word),
        escape(label),
        escape(&word),
        escape(label),
    );
    for line in [circumstances(trace), trace.in_force.clone()].iter().flatten() {
        page += &format!("<div class=\"soft\">{}</div>\n", escape(line));
    }
    page += "</header>\n";
    if !trace.branches.is_empty() {
        page += "<h2>Why</h2>\n<ul class=\"tree\">\n";
        let root = root(trace);
        for branch in &trace.branches {
            add(&mut page, branch, &root, true);
        }
        page += "</ul>\n";
    }
    let tail = tail(trace, false, 100);
    if !tail.lines.is_empty() {
        page += "<h2>Around it</h2>\n";
        page += &lines(&tail);
    }
    if let Some(replay) = replay(trace) {
        page += &format!("<p class=\"soft\">{}</p>\n", pieces(&replay.lines.concat()));
    }
    page += "</body>\n</html>\n";
    page
}

fn lines(styled: &Styled) -> String {
    let lines: Vec<String> = styled.lines.iter().map(|line| pieces(line)).collect();
    format!("<pre>{}</pre>\n", lines.join("\n"))
}

fn add(page: &mut String, node: &Node, root: &str, top: bool) {
    let head = if top { head(node) } else { String::new() };
    let headed = !head.is_empty();
    let said = if headed { format!("<span class=\"head\">{}</span> ", escape(&head)) } else { String::new() };
    let inlined = inline(node);
    let beside = pieces(&aside(node, inlined, root));
    let beside = if beside.is_empty() { beside } else { format!(" <span class=\"place\">{beside}</span>") };
    let anchor = if node.see.is_none() { format!(" id=\"n{}\"", node.id) } else { String::new() };
    let words = pieces(&words(node, headed));
    let words = match node.see {
        Some(id) => format!("<a href=\"#n{id}\">{words}</a>"),
        None => words,
    };
    let line = format!("{said}<span class=\"word\" title=\"{}\">{words}</span>{beside}", node.verdict.word());
    let folded = folded_lines(node);
    let shows = !inlined && !says_all(node) && !node.children.is_empty();
    if !shows && folded.is_empty() {
        *page += &format!("<li{anchor}><div class=\"leaf\">{line}</div>");
        why(page, node);
        *page += "</li>\n";
        return;
    }
    let open = node.rests || matches!(node.verdict, Verdict::Unknown | Verdict::Error) || node.near_miss.is_some();
    *page += &format!("<li{anchor}><details{}><summary>{line}</summary>", if open { " open" } else { "" });
    why(page, node);
    *page += "<ul>\n";
    if shows {
        for child in &node.children {
            add(page, child, root, false);
        }
    }
    for line in folded {
        *page += &format!("<li class=\"folded\">{}</li>\n", pieces(&line));
    }
    *page += "</ul></details></li>\n";
}

fn why(page: &mut String, node: &Node) {
    if !says_why(node) && node.role != Role::Note {
        return;
    }
    let because = node.because.iter().filter(|because| **because != node.label).map(|because| escape(because));
    let sources = node.cites.iter().map(source);
    let paragraphs: String = because.chain(sources).map(|line| format!("<p>{line}</p>")).collect();
    if !paragraphs.is_empty() {
        *page += &format!("<div class=\"why\">{paragraphs}</div>");
    }
}

fn source(cite: &Cite) -> String {
    let text = escape(&cite.text());
    // Only plain web addresses become links.
    let linked = match &cite.url {
        Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
            format!("<a rel=\"noreferrer noopener\" href=\"{}\">{text}</a>", escape(url))
        }
        _ => text,
    };
    let quote = cite.quote.as_ref().map(|quote| format!(": “{}”", escape(quote))).unwrap_or_default();
    format!("Source: {linked}{quote}")
}

/// Writes pieces as one line.
pub fn pieces(pieces: &[Piece]) -> String {
    let one = |piece: &Piece| {
        let text = escape(&piece.text);
        match piece.style {
            Style::Plain | Style::Place => text,
            Style::Strong => format!("<strong>{text}</strong>"),
            Style::Yes => format!("<span class=\"yes\">{text}</span>"),
            Style::No => format!("<span class=\"no\">{text}</span>"),
            Style::Unknown => format!("<span class=\"unknown\">{text}</span>"),
            Style::Fault => format!("<span class=\"fault\">{text}</span>"),
            Style::Tag => format!("<span class=\"tag\">{text}</span>"),
            Style::Dim => format!("<span class=\"soft\">{text}</span>"),
        }
    };
    pieces.iter().map(one).collect::<String>().replace('\u{a0}', " ")
}

/// Makes a text literal in HTML, in content and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in neutral(text).chars() {
        match c {
            '&' => safe += "&amp;",
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '"' => safe += "&quot;",
            '\'' => safe += "&#39;",
            c => safe.push(c),
        }
    }
    safe
}

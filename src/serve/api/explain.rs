//! `POST /v1/explain`.

use enact::run::Run;
use enact::trace::{Level, Trace, dot, html, markdown, mermaid};

use super::{Ask, DECISIONS, FACTS, ON, POLICIES, POLICY, TEXT_WIDTH};
use crate::cli::explain::{human, json, traces};
use crate::serve::answer::{Answer, HTML, MARKDOWN, TEXT};
use crate::serve::members::{Kind, Member, optional};
use crate::serve::problem::{Problem, Wrong};

/// What it takes.
pub const MEMBERS: &[Member] = &[
    POLICY,
    DECISIONS,
    ON,
    FACTS,
    optional("level", Kind::Choice(&["reason", "why", "full"]), "how much is explained; `why` when left out"),
    optional("why_not", Kind::Text, "explain why this rule does not decide"),
    optional(
        "format",
        Kind::Choice(&["json", "text", "md", "html", "mermaid", "dot"]),
        "`json`, one `enact.trace/1` or a list of them, when left out; the last three show one decision",
    ),
    POLICIES,
];

/// Answers.
pub fn run(ask: &Ask) -> Result<Answer, Problem> {
    let case = ask.case()?;
    let level = match ask.members.choice("level") {
        Some("reason") => Level::Reason,
        Some("full") => Level::Full,
        _ => Level::Why,
    };
    let hashes = case.served.hashes(case.request.policy);
    let run = Run::with(&case.served.ready, case.request, &case.facts, case.all, hashes);
    let traces = traces(&run, level, ask.members.text("why_not"))?;
    Ok(match ask.members.choice("format") {
        Some("text") => Answer::new(TEXT, human(&traces, TEXT_WIDTH, ToString::to_string)),
        Some("md") => Answer::new(MARKDOWN, traces.iter().map(markdown::render).collect::<Vec<_>>().join("\n")),
        Some("html") => Answer::new(HTML, html::render(only(&traces)?)),
        Some("mermaid") => Answer::new(TEXT, mermaid::render(only(&traces)?)),
        Some("dot") => Answer::new(TEXT, dot::render(only(&traces)?)),
        _ => Answer::record(json(&traces)?),
    })
}

/// The one trace of formats that show one.
fn only(traces: &[Trace]) -> Result<&Trace, Problem> {
    match traces {
        [trace] => Ok(trace),
        traces => {
            let names: Vec<&str> = traces.iter().map(|trace| trace.decision.as_str()).collect();
            let wrong =
                Wrong::at("/decisions", format!("this format shows one decision, and {} are asked", names.len()));
            Err(Problem::members(vec![wrong.help(Some(format!("name one: {}", names.join(", "))))]))
        }
    }
}

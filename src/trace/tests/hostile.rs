use super::*;
use crate::trace::{dot, html, markdown, mermaid};

const POLICY: &str = r#"policy p "P" effective from 2024-01-01
fact name "<img src=x onerror=alert(1)>": text
fact a "a\"] --> x; click n1 \"https://evil.invalid\"": yes/no
source s "</style><script>alert(2)</script>" by "](javascript:alert(3)) https://evil.invalid" url "javascript:alert(4)"
decision d "**bold** <b>The & decision</b>": yes/no otherwise no
rule r [P-1] "`code` | # \" label \\ end" d is yes when all of { a, name is "x" }
    because "Dear {name}, see <a href='x'>" cite s "\"quote\" <i>"
rule other [P-2] "n0 -> n1; }" d is no when not a
"#;

fn trace() -> Trace {
    let world = World::new(&[("p/2024-01-01.enact", POLICY)]);
    let facts = serde_json::json!({"evaluation_date": "2024-06-01", "a": true, "name": "\u{1b}[2J\u{202e}<script>x</script>\"; ]"});
    world.whole(&world.run("p", &["d"], &facts.to_string()))
}

fn named_x() -> Trace {
    let world = World::new(&[("p/2024-01-01.enact", POLICY)]);
    world.whole(&world.run("p", &["d"], r#"{"evaluation_date": "2024-06-01", "a": true, "name": "x"}"#))
}

#[test]
fn no_text_works_as_html() {
    for trace in [trace(), named_x()] {
        let page = html::render(&trace);
        for bad in ["<img", "<script", "<b>", "<i>", "<a href='", "href=\"javascript", "</style><"] {
            assert!(!page.contains(bad), "{bad}");
        }
        assert_eq!(page.matches("</style>").count(), 1);
        assert!(page.contains("&lt;b&gt;The &amp; decision&lt;/b&gt;"));
    }
}

#[test]
fn nothing_moves_a_terminal_or_hides() {
    let trace = trace();
    let all = [
        answer::render(&trace, 80).to_string(),
        text::render(&trace, 80).to_string(),
        markdown::render(&trace),
        html::render(&trace),
        mermaid::render(&trace),
        dot::render(&trace),
    ];
    for text in all {
        let bad = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!text.contains(bad), "{text:?}");
    }
}

#[test]
fn no_text_works_as_markdown() {
    for text in [markdown::render(&trace()), markdown::render(&named_x())] {
        let text = text.replace("\\]", "");
        for bad in ["<img", "<script", "<b>", "](javascript", "**bold**", "https://evil", "`code`"] {
            assert!(!text.contains(bad), "{bad}\n{text}");
        }
    }
}

#[test]
fn quoted_labels_of_graphs_stay_closed() {
    let chart = mermaid::render(&trace());
    for line in chart.lines().skip(1) {
        assert!(line.matches('"').count() % 2 == 0 && !line.trim_start().starts_with("click"), "{line}");
    }
    for line in dot::render(&trace()).lines() {
        let line = line.replace("\\\\", "").replace("\\\"", "");
        assert!(line.matches('"').count() % 2 == 0, "{line}");
    }
}

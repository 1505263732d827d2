//! Pages of made-up policies: the same every time, escaped, every link inside leads somewhere.

use std::collections::{BTreeMap, BTreeSet};

use super::pages;
use crate::coverage::Coverage;
use crate::editor::Project;
use crate::load::Folder;

const LIBRARY: &str = r#"library people "People"
fact age_years "age <b>in</b> years": integer ask "How \"old\"? <script>alert(1)</script>" within 0..130 changeable never
define adult "of age & \"grown\" <i>" = age_years >= 18
"#;

const FIRST: &str = r#"policy permit "Permits </title><script>alert(1)</script>" effective from 2024-01-01
use people
source act "Act <img src=x onerror=alert(1)>" by "Board & Co" published 2023-12-01 url "javascript:alert(1)"
source code_of_law "Code" by "Board" url "https://example.org/?a=1&b=\"2\""
parameter fee "the fee": integer = 10 from 2024-01-01, no value from 2025-01-01
question open_point [Q-1] "Is it <so>?" reading "No."
decision may_apply [P-1] "May apply": yes/no
    no outranks yes
    otherwise no because "Nothing allows it."
rule grown [P-2] "Grown-ups may"
    may_apply is yes
    when all of { adult [P-4] "<u>grown</u>", any of { age_years < 99, age_years is 120 } }
    unless fee > 100
    because "At {age_years} years, <em>yes</em>."
    relies on open_point
    cite act "who is <of> age" at "s. 1"
    cite code_of_law at "s. 2"
"#;

const SECOND: &str = r#"policy permit effective from 2025-01-01 amends 2024-01-01
insert rule never [P-3] "Not the very old" may_apply is no when age_years > 110
repeal question open_point
replace rule grown [P-2] "Grown-ups may" may_apply is yes when adult cite act at "s. 3"
"#;

fn made() -> BTreeMap<String, Vec<u8>> {
    let files = [("people.enact", LIBRARY), ("permit/2024-01-01.enact", FIRST), ("permit/2025-01-01.enact", SECOND)];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).into();
    let project = Project::new(Folder { name: "policies".into(), files });
    let program = project.program.as_ref().unwrap_or_else(|| panic!("{:#?}", project.findings));
    pages(&project, |_| true, Some(&Coverage::new(program)))
}

fn text(page: &[u8]) -> &str {
    std::str::from_utf8(page).expect("UTF-8")
}

fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    page.split(&format!(" {name}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(made(), made());
}

#[test]
fn hostile_texts_stay_texts() {
    for (path, page) in made() {
        let page = text(&page);
        for tag in ["<script", "<img", "<b>in<", "<i>\"", "<u>", "<em>yes", "</title><script", "href=\"javascript"] {
            assert!(!page.contains(tag), "{path} holds {tag}");
        }
    }
}

#[test]
fn every_link_inside_leads_somewhere() {
    let pages = made();
    let mut links = 0;
    for (path, page) in &pages {
        let page = text(page);
        let ids = attributes(page, "id");
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{path} gives an id twice");
        for link in attributes(page, "href").into_iter().filter(|link| !link.starts_with("http")) {
            let (to, anchor) = link.split_once('#').unwrap_or((link, ""));
            let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
            let to = match to.strip_prefix("../") {
                Some(rest) => rest.to_owned(),
                None if to.is_empty() => path.clone(),
                None => format!("{folder}{to}"),
            };
            let target = pages.get(&to).unwrap_or_else(|| panic!("{path} links to {link}"));
            assert!(anchor.is_empty() || attributes(text(target), "id").contains(&anchor), "{path} links to {link}");
            links += 1;
        }
    }
    assert!(links > 50);
}

#[test]
fn a_page_says_what_the_rule_and_the_law_say() {
    let pages = made();
    let old = text(&pages["policy/permit.2024-01-01.html"]);
    for words in [
        "Grown-ups may",
        "at least one of these:",
        "“who is &lt;of&gt; age”",
        "Board &amp; Co",
        "no outranks yes",
        "no value",
        "older text",
    ] {
        assert!(old.contains(words), "{words}");
    }
    let new = text(&pages["policy/permit.html"]);
    for words in ["Inserted", "Replaced", "Repealed", "question open point", "Not the very old"] {
        assert!(new.contains(words), "{words}");
    }
    assert!(text(&pages["facts.html"]).contains("Used in"));
}

#[test]
fn a_text_has_colours_and_its_names_lead_to_what_they_name() {
    let pages = made();
    let first = text(&pages["text/permit.2024-01-01.html"]);
    for part in [
        // Each line is a place, and says how much of it the tests reach.
        "<li id=\"L2\"><span class=\"gutter\"><a class=\"number\" href=\"#L2\">2</a>",
        "<span class=\"mark none\">✗</span>",
        "<span class=\"t-keyword\">policy</span> <a class=\"t-name\" href=\"../policy/permit.2024-01-01.html\">permit</a>",
        "<a class=\"t-name\" href=\"../library/people.html\">people</a>",
        "<a class=\"t-definition\" href=\"../library/people.html#define-adult\">adult</a>",
        "<a class=\"t-fact\" href=\"../facts.html#fact-age_years\">age_years</a> <span class=\"t-operator\">&lt;</span>",
        "<a class=\"t-rule\" href=\"../policy/permit.2024-01-01.html#rule-grown\">grown</a>",
        // What a text says stays a text.
        "<span class=\"t-text\">&quot;Permits &lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;</span>",
    ] {
        assert!(first.contains(part), "{part}\n{first}");
    }
    // A later text speaks of what is in force in it, even where an older one declares that.
    let second = text(&pages["text/permit.2025-01-01.html"]);
    assert!(second.contains("href=\"../policy/permit.html#rule-grown\">grown</a>"), "{second}");
    assert!(second.contains("href=\"../policy/permit.html#source-act\">act</a>"), "{second}");
}

#[test]
fn what_the_pages_say_leads_to_its_line() {
    let pages = made();
    let old = text(&pages["policy/permit.2024-01-01.html"]);
    assert!(old.contains("<a class=\"line\" href=\"../text/permit.2024-01-01.html#L10\">line 10</a>"), "{old}");
    assert!(text(&pages["facts.html"]).contains("<a class=\"line\" href=\"text/people.html#L2\">line 2</a>"));
    // As written: the same colours.
    assert!(old.contains("<pre tabindex=\"0\"><code><span class=\"t-keyword\">rule</span>"), "{old}");
    let texts = text(&pages["texts.html"]);
    assert!(texts.contains("<a href=\"text/people.html\"><code>people.enact</code></a>"), "{texts}");
}

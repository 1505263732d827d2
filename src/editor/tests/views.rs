//! Hover, outline, folds, colours, hints and lenses.

use super::*;
use crate::editor::lens::Run;
use crate::editor::paint::Paint;

const FIRST: &str = "policy p \"P\" effective from 2024-01-01\nsource act \"The Act\" by \"Parliament\" published 2023-02-03\n\
    fact age \"age in years\": integer ask \"How old?\"\nenum status { visitor \"a visitor\", worker }\nfact s: status\n\
    decision ok \"may apply\": yes/no no outranks yes otherwise no\n\
    rule adult [A-1] \"Adults\" ok is yes when age >= 18 cite act at \"s. 1\"\n\
    rule guests ok is no when s is visitor\n";
const SECOND: &str = "policy p effective from 2025-01-01 amends 2024-01-01\nreplace rule adult [A-1] ok is yes when age >= 19\nrepeal rule guests\n";

fn hover(first: &str) -> String {
    let here = at(&[
        (PATH, first),
        ("p/2025-01-01.enact", SECOND),
        ("clauses.csv", "clause,policy,rule\nA-1,p,Adults only\n"),
    ]);
    here.project.hover(&here.path, here.offset).map_or(String::new(), |hover| hover.text)
}

#[test]
fn a_fact_shows_its_label_question_and_type() {
    let text = hover(&FIRST.replace("when age", "when a§ge"));
    assert!(text.starts_with("**age in years**\n\n```enact\nfact age \"age in years\": integer"), "{text}");
    assert!(text.contains("\n\nAsked: How old?") && text.contains("Versions: stated 2024-01-01"), "{text}");
}

#[test]
fn a_rule_shows_its_source_and_versions() {
    let text = hover(&FIRST.replace("rule adult", "rule ad§ult"));
    assert!(text.contains("Source: Parliament, *The Act*, 2023-02-03, s. 1"), "{text}");
    assert!(text.contains("Versions: stated 2024-01-01, replaced 2025-01-01"), "{text}");
    let text = hover(&FIRST.replace("rule guests", "rule gu§ests"));
    assert!(text.contains("Versions: stated 2024-01-01, repealed 2025-01-01"), "{text}");
}

#[test]
fn members_tags_policies_and_words_are_explained() {
    let text = hover(&FIRST.replace("is visitor", "is v§isitor"));
    assert_eq!(text, "**a visitor**\n\n`visitor`, a member of `status`");
    let text = hover(&FIRST.replace("[A-1]", "[A§-1]"));
    assert_eq!(text, "**[A-1]** Adults only\n\nCarried by rule adult");
    let text = hover(&FIRST.replace("policy p", "policy §p"));
    assert!(
        text.contains("- from 2024-01-01, until 2025-01-01 (excluded)\n- from 2025-01-01, still in force"),
        "{text}"
    );
    let text = hover(&FIRST.replace("outranks", "out§ranks"));
    assert!(text.starts_with("**outranks**: Which outcome wins"), "{text}");
    let text = hover(&FIRST.replace("integer", "inte§ger"));
    assert_eq!(text, "**integer**: Whole numbers of 64 bits.");
    assert_eq!(hover(&FIRST.replace("Adults", "Ad§ults")), "");
}

#[test]
fn hints_say_what_became_of_a_text() {
    let here = at(&[(PATH, FIRST), ("p/2025-01-01.enact", SECOND)]);
    let hints = |path: &str| here.project.hints(path).into_iter().map(|hint| hint.text).collect::<Vec<_>>();
    assert_eq!(hints(PATH), ["in force until 2024-12-31", "replaced 2025-01-01", "repealed 2025-01-01"]);
    assert_eq!(hints("p/2025-01-01.enact"), ["in force", "of 2024-01-01", "of 2024-01-01"]);
}

#[test]
fn a_file_is_listed_and_folded() {
    let here = one("# one\n# two\nenum e {\n    a,\n    b\n}\nrule r ok is yes\n    when a\n");
    let entries = here.project.outline(&here.project.texts()[0].path);
    let names: Vec<(&str, &str)> = entries.iter().map(|it| (it.kind, it.name.as_str())).collect();
    assert_eq!(names, [("policy", "p"), ("enum", "e"), ("rule", "r")]);
    assert_eq!(entries[1].parts.len(), 2);
    let folds = here.project.folds(PATH);
    assert_eq!(folds.iter().map(|it| it.comment).collect::<Vec<_>>(), [true, false, false]);
}

#[test]
fn each_token_has_its_colour() {
    let here = one(
        "# é 😀\nfact age [A-1] \"age\": integer\ndecision ok: yes/no otherwise no\nrule r ok is yes when age >= 18\n",
    );
    let shown = |paint: Paint| -> Vec<&str> {
        let tokens = here.project.paint(PATH).into_iter().filter(|it| it.paint == paint);
        tokens.map(|it| here.project.loaded.sources.slice(it.span)).collect()
    };
    assert_eq!(shown(Paint::Fact), ["age", "age"]);
    assert_eq!(shown(Paint::Decision), ["ok", "ok"]);
    assert_eq!(shown(Paint::Comment), ["# é 😀"]);
    assert_eq!(shown(Paint::Text), ["\"age\""]);
    assert_eq!(shown(Paint::Tag), ["A", "-", "1"]);
    assert!(shown(Paint::Type).contains(&"integer"));
    let all = here.project.paint(PATH);
    assert!(all.is_sorted_by(|a, b| a.span.end <= b.span.start), "in order, none over another");
}

#[test]
fn tests_decisions_and_heads_can_be_run() {
    let here = one("decision ok: yes/no otherwise no\ntest t expect ok is no\n");
    let runs: Vec<Run> = here.project.lenses(PATH).into_iter().map(|lens| lens.run).collect();
    assert_eq!(runs, [Run::Affected("p".into()), Run::Decision("ok".into()), Run::Test("t".into())]);
}

#[test]
fn a_text_with_mistakes_is_not_laid_out() {
    assert_eq!(
        one("fact   a :yes/no\n").project.formatted(PATH).as_deref(),
        Some("policy p effective from 2024-01-01\nfact a: yes/no\n")
    );
    assert_eq!(one("fact a yes/no\n").project.formatted(PATH), None);
}

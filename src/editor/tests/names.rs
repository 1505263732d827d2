//! Where names lead, and what they can be called.

use std::collections::BTreeMap;

use super::*;

const LIBRARY: &str = "library people\nenum status { visitor \"a visitor\", worker }\nfact age \"age in years\": integer ask \"How old?\"\nfact has_status: status\n";
const FIRST: &str = "policy p \"P\" effective from 2024-01-01\nuse people\nsource act \"The Act\" by \"Parliament\"\n\
    decision ok \"may apply\": yes/no no outranks yes otherwise no\n\
    rule adult [A-1] \"Adults\" ok is yes when age >= 18 because \"{age} is enough.\" cite act at \"s. 1\"\n\
    rule guests ok is no when has_status is visitor\n";
const SECOND: &str = "policy p effective from 2025-01-01 amends 2024-01-01\nreplace rule adult [A-1] ok is yes when age >= 19\nrepeal rule guests\n";

fn root(first: &str, second: &str) -> At {
    at(&[("people.enact", LIBRARY), ("p/2024-01-01.enact", first), ("p/2025-01-01.enact", second)])
}

#[test]
fn a_fact_leads_to_its_library_and_all_its_uses() {
    let here = root(&FIRST.replace("when age", "when a§ge"), SECOND);
    assert_eq!(here.all(here.project.definition(&here.path, here.offset)), ["people.enact:3 age"]);
    let uses = here.all(here.project.references(&here.path, here.offset, true));
    let expected =
        ["p/2024-01-01.enact:5 age", "p/2024-01-01.enact:5 age", "p/2025-01-01.enact:2 age", "people.enact:3 age"];
    assert_eq!(uses, expected);
    let highlights = here.project.highlights(&here.path, here.offset);
    assert_eq!(highlights.len(), 2);
}

#[test]
fn a_member_is_of_the_enum_it_is_compared_with() {
    let both = LIBRARY.replace("fact age", "enum other { visitor }\nfact age");
    let first = FIRST.replace("is visitor", "is §visitor");
    let here = at(&[("people.enact", &both), ("p/2024-01-01.enact", &first)]);
    assert_eq!(here.all(here.project.definition(&here.path, here.offset)), ["people.enact:2 visitor"]);
}

#[test]
fn a_rule_leads_to_the_text_in_force_in_the_version() {
    let here = root(FIRST, &SECOND.replace("rule adult", "rule §adult"));
    assert_eq!(here.all(here.project.definition(&here.path, here.offset)), ["p/2025-01-01.enact:2 adult"]);
    let here = root(&FIRST.replace("rule guests", "rule g§uests"), SECOND);
    let uses = here.all(here.project.references(&here.path, here.offset, false));
    assert_eq!(uses, ["p/2025-01-01.enact:3 guests"]);
}

#[test]
fn versions_and_data_files_are_gone_to() {
    let here = root(FIRST, &SECOND.replace("amends 2024", "amends §2024"));
    assert_eq!(here.all(here.project.definition(&here.path, here.offset)), ["p/2024-01-01.enact:1 p"]);
    let here = at(&[
        ("x.csv", "iso2\nFR\n"),
        ("l.enact", "library l\nset s: set of country read from \"§x.csv\" column iso2\n"),
    ]);
    assert_eq!(here.all(here.project.definition(&here.path, here.offset)), ["x.csv:1 "]);
}

#[test]
fn bound_variables_and_fields_are_found() {
    let here = one("record stay { start: date, last: date or none }\nfact stays: list of stay\n\
        decision ok: yes/no = any s in stays: §s.last is none and s.start > 2024-01-01\n");
    assert_eq!(here.all(here.project.references(&here.path, here.offset, true)).len(), 3);
    let here = one("record stay { start: date, last: date or none }\nfact stays: list of stay\n\
        decision ok: yes/no = any s in stays: s.last§ is none\n");
    assert_eq!(here.all(here.project.definition(&here.path, here.offset)), ["p/2024-01-01.enact:2 last"]);
}

#[test]
fn a_declaration_that_cannot_be_read_still_leads_somewhere() {
    let here = one("fact age: integer\nrule r ok is yes when a§ge >= >= 18\n");
    assert!(!here.codes().is_empty());
    assert_eq!(here.all(here.project.definition(&here.path, here.offset)), ["p/2024-01-01.enact:2 age"]);
}

#[test]
fn a_new_name_goes_everywhere() {
    let first = FIRST.replace("when age", "when a§ge");
    let tests = "use p\ntest t on 2024-06-01 given age is 20, has_status is worker expect ok is yes\n";
    let here = at(&[
        ("people.enact", LIBRARY),
        ("p/2024-01-01.enact", &first),
        ("p/2025-01-01.enact", SECOND),
        ("p/tests/t.enact", tests),
    ]);
    let data = BTreeMap::from([("a.json".to_owned(), r#"{"age": 3, "x": {"age": 1}}"#.to_owned())]);
    let renamed = here.project.rename(&here.path, here.offset, "age_years", &data).expect("renamed");
    assert!(here.edited("people.enact", &renamed.edits).contains("fact age_years \"age in years\": integer"));
    assert!(
        here.edited("p/2024-01-01.enact", &renamed.edits).contains("when age_years >= 18 because \"{age_years} is")
    );
    assert!(here.edited("p/2025-01-01.enact", &renamed.edits).contains("when age_years >= 19"));
    assert!(here.edited("p/tests/t.enact", &renamed.edits).contains("given age_years is 20"));
    assert_eq!(renamed.data["a.json"], [(2..5, "age_years".to_owned())]);
}

#[test]
fn a_member_keeps_its_spelling_in_data() {
    let here = root(&FIRST.replace("is visitor", "is v§isitor"), SECOND);
    let renamed = here.project.rename(&here.path, here.offset, "guest", &BTreeMap::new()).expect("renamed");
    let text = here.edited("people.enact", &renamed.edits);
    assert!(text.contains("{ guest \"a visitor\" written \"visitor\", worker }"), "{text}");
    assert!(here.edited("p/2024-01-01.enact", &renamed.edits).contains("has_status is guest"));
}

#[test]
fn what_is_no_name_or_taken_is_refused() {
    let here = root(&FIRST.replace("when age", "when a§ge"), SECOND);
    let rename = |new: &str| here.project.rename(&here.path, here.offset, new, &BTreeMap::new()).err();
    assert!(rename("rule").is_some_and(|why| why.contains("is no name")));
    assert!(rename("a b").is_some_and(|why| why.contains("is no name")));
    assert_eq!(rename("ok").as_deref(), Some("`ok` is taken: p/2024-01-01.enact:4:10"));
    assert_eq!(rename("worker"), None, "a value may be called like a member that it does not meet");
    let here = root(&FIRST.replace("age >= 18", "age >= 1§8"), SECOND);
    assert!(here.project.renameable(&here.path, here.offset).is_err());
    let here = root(&FIRST.replace("use people", "use peo§ple"), SECOND);
    assert!(here.project.renameable(&here.path, here.offset).is_err_and(|why| why.contains("its file")));
}

#[test]
fn a_rename_that_would_make_an_error_is_refused() {
    // Each name is free for itself; together they are ambiguous.
    let here = one("enum e { a, b }\nfact x: e\nfact y§: yes/no\ndecision ok: yes/no = x is a and y\n");
    let why = here.project.rename(&here.path, here.offset, "a", &BTreeMap::new()).expect_err("refused");
    assert!(why.contains("would make an error"), "{why}");
}

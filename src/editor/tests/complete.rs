//! What is offered at a place.

use super::*;

const TEXT: &str = "source act \"The Act\" by \"Parliament\"\nquestion open_point \"Is it?\" reading \"Yes.\"\n\
    enum status { visitor, worker }\nfact age \"age in years\": integer\nfact has_status: status\n\
    record stay { start: date, last: date or none }\nfact stays: list of stay\n\
    decision ok \"may apply\": yes/no otherwise no\ndecision outcome: {eligible, refused} otherwise refused\n\
    rule adult [A-1] \"Adults\" ok is yes when age >= 18\n";

fn offers(text: &str) -> Vec<String> {
    let here = one(&format!("{TEXT}{text}"));
    let offers = here.project.complete(&here.path, here.offset).expect("offers");
    offers.offers.into_iter().map(|offer| offer.text).collect()
}

fn first(text: &str) -> String {
    offers(text).into_iter().next().unwrap_or_default()
}

#[track_caller]
fn holds(text: &str, wanted: &[&str], unwanted: &[&str]) {
    let offers = offers(text);
    for word in wanted {
        assert!(offers.iter().any(|it| it == word), "`{word}` is lacking in {offers:?}");
    }
    for word in unwanted {
        assert!(!offers.iter().any(|it| it == word), "`{word}` is in {offers:?}");
    }
}

#[test]
fn at_the_margin_a_declaration_begins() {
    holds("§", &["fact", "rule", "decision", "test"], &["insert", "age", "policy"]);
    let here = at(&[(PATH, HEAD), ("p/2025-01-01.enact", "policy p effective from 2025-01-01 amends 2024-01-01\n§")]);
    let offers = here.project.complete(&here.path, here.offset).expect("offers").offers;
    let words: Vec<&str> = offers.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(words, ["insert", "replace", "repeal", "profile", "test"]);
}

#[test]
fn a_condition_takes_values_and_then_operators() {
    holds("rule r ok is yes when §", &["age", "has_status", "not", "all of {"], &["when", "act"]);
    holds("rule r ok is yes when age §", &["and", "is", "unless", "because", "cite"], &["age"]);
    holds("rule r ok is yes when has_status is worker and a§", &["age"], &["act"]);
    holds("rule r ok is yes\n    §", &["when", "unless", "exception to"], &["ask"]);
}

#[test]
fn after_is_stand_the_members_of_what_is_compared() {
    assert_eq!(first("rule r ok is yes when has_status is §"), "visitor");
    assert_eq!(first("rule r ok is yes when has_status is not w§"), "visitor");
    assert_eq!(first("rule r ok is yes when has_status in {visitor, §}"), "visitor");
    assert_eq!(first("rule r outcome is §"), "eligible");
    assert_eq!(first("rule r ok is §"), "yes");
    assert_eq!(
        first("rule r ok is yes when every s in stays: s.last is §"),
        "age",
        "a bound variable of what does not parse"
    );
}

#[test]
fn each_clause_takes_its_own_names() {
    assert_eq!(offers("rule r ok is yes when age >= 18 cite §"), ["act"]);
    assert_eq!(offers("rule r ok is yes relies on §"), ["open_point"]);
    assert_eq!(offers("rule r ok is yes exception to §"), ["adult"]);
    holds("rule r §", &["ok", "outcome"], &["age"]);
    holds("fact f: §", &["yes/no", "integer", "status", "stay", "set of"], &["age"]);
    holds("fact f: list of §", &["stay"], &["age"]);
    holds("test t on 2024-06-01 given §", &["age", "has_status"], &["ok"]);
    holds("test t given age is 18, §", &["has_status"], &["ok"]);
    holds("test t given age is 18 expect §", &["ok", "outcome"], &["age"]);
    assert_eq!(first("test t given has_status is §"), "visitor");
    holds("rule r ok is yes when any s in stays: s.§", &["start", "last"], &["age"]);
    assert_eq!(offers("rule r [§] ok is yes"), ["A-1"]);
    assert_eq!(offers("fact §"), [] as [&str; 0], "a new name");
    holds("rule r ok is yes because \"You are {§} old.\"", &["age"], &["when"]);
    assert_eq!(offers("rule r ok is yes because \"You are § old.\""), [] as [&str; 0]);
    assert_eq!(offers("# a comment §"), [] as [&str; 0]);
}

#[test]
fn what_is_offered_says_what_it_is() {
    let here = one(&format!("{TEXT}rule r ok is yes when a§"));
    let offers = here.project.complete(&here.path, here.offset).expect("offers");
    assert_eq!(here.shown(offers.span), "p/2024-01-01.enact:12 a");
    let age = offers.offers.iter().find(|it| it.text == "age").expect("offered");
    assert_eq!(age.detail.as_deref(), Some("integer: age in years"));
    let number = age.symbol.expect("declared").number();
    assert!(here.project.about(PATH, number, "age").is_some_and(|about| about.contains("fact age")));
    assert_eq!(here.project.about(PATH, number, "other"), None);
}

#[test]
fn an_amendment_names_what_it_amends() {
    let first = format!("{HEAD}{TEXT}");
    let second = "policy p effective from 2025-01-01 amends 2024-01-01\n";
    let offers = |text: &str| {
        let here = at(&[(PATH, &first), ("p/2025-01-01.enact", &format!("{second}{text}"))]);
        let offers = here.project.complete(&here.path, here.offset).expect("offers").offers;
        offers.into_iter().map(|it| it.text).collect::<Vec<_>>()
    };
    assert_eq!(offers("repeal rule §"), ["adult"]);
    assert_eq!(offers("replace decision §"), ["ok", "outcome"]);
    assert!(offers("insert §").contains(&"rule".to_owned()));
    assert_eq!(offers("replace rule adult ok is yes exception to §"), ["adult"]);
}

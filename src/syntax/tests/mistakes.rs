//! What people type who know other languages: each mistake has its code and the corrected text (SEMANTICS M).

use super::*;

/// Checks that an expression has one finding, of a code, whose help holds a text.
#[track_caller]
fn expression(text: &str, code: &str, help: &str) {
    let found = report_expression(text);
    assert!(found.starts_with(code) && found.contains(help) && !found.contains('\n'), "{text}\n{found}");
}

/// The same for a file.
#[track_caller]
fn file(text: &str, code: &str, help: &str) {
    let found = report(text);
    assert!(found.starts_with(code) && found.contains(help) && !found.contains('\n'), "{text}\n{found}");
}

#[test]
fn operators_of_other_languages() {
    for (text, help) in [
        ("a AND b", "`a and b`"),
        ("a && b", "`a and b`"),
        ("a OR b", "`a or b`"),
        ("a || b", "`a or b`"),
        ("NOT a", "`not a`"),
        ("!a", "`not a`"),
        ("a IS b", "`a is b`"),
        ("a IS NOT b", "`a is not b`"),
        ("c IN {US}", "`c in {US}`"),
        ("c NOT IN {US}", "`c not in {US}`"),
        ("a = b", "`a is b`"),
        ("a == b", "`a is b`"),
        ("a != b", "`a is not b`"),
        ("a <> b", "`a is not b`"),
        ("a ≠ b", "`a is not b`"),
        ("a =< b", "`a <= b`"),
        ("a ≤ b", "`a <= b`"),
        ("a => b", "`a >= b`"),
        ("a ≥ b", "`a >= b`"),
        ("age at least 18", "`age >= 18`"),
        ("age is at least 18", "`age >= 18`"),
        ("age at most 18", "`age <= 18`"),
        ("age more than 18", "`age > 18`"),
        ("age is older than 18", "`age > 18`"),
        ("age is less than 18", "`age < 18`"),
        ("age is greater than or equal to 18", "`age >= 18`"),
        ("age equals 18", "`age is 18`"),
        ("age between 17 and 20", "`age >= 17 and age <= 20` if 20 is included"),
        ("age is between 17 and 20", "`age >= 17 and age <= 20` if 20 is included"),
        ("x is in s", "`x in s`"),
        ("x is not in s", "`x not in s`"),
        ("s contains x", "`x in s`"),
        ("s includes x", "`x in s`"),
        ("n – 1", "`n - 1`"),
        ("n × 2", "`n * 2`"),
    ] {
        expression(text, "E006", help);
    }
}

#[test]
fn capitals_are_right_where_members_stand() {
    assert_eq!(shape("c in {IN, NO, IS}"), "(in c {IN NO IS})");
    assert_eq!(shape("c is IN"), "(is c IN)");
    assert_eq!(shape("c is NOT"), "(is c NOT)");
}

#[test]
fn the_intended_tree_is_built_after_a_mistake() {
    let tree = |text| show(&parse_expression(text).0.expect("the mistake is recognised").expr);
    assert_eq!(tree("a AND b"), "(and a b)");
    assert_eq!(tree("s contains x"), "(in x s)");
    assert_eq!(tree("age at least 18"), "(>= age 18)");
    assert_eq!(tree("a == true"), "(is a true)");
    assert_eq!(tree("x between 1 and 2"), "(and (>= x 1) (<= x 2))");
    assert_eq!(tree("a and b or c"), "(or (and a b) c)");
    assert_eq!(tree("1,250 + 2"), "(Add 1250 2)");
}

#[test]
fn words_of_other_languages() {
    expression("a is true", "E007", "`yes`");
    expression("a is false", "E007", "`no`");
    expression("a is null", "E007", "`none`");
    expression("a is nil", "E007", "`none`");
    expression("either a or b", "E007", "`a or b`");
    for word in ["unknown", "known", "missing"] {
        expression(&format!("a is {word}"), "E021", "assume");
    }
    file("rule r ok is yes but not a", "E007", "`unless a`");
    file("rule r ok is yes when b except a", "E007", "`unless a`");
    file("rule r ok is yes provided that a", "E007", "`when a`");
    file("rule r ok is yes if a", "E007", "`when a`");
    file("rule r ok is yes when a where b", "E007", "`when all of { a, b }`");
    file("decision d: yes/no else no", "E007", "`otherwise`");
    file("decision d: yes/no default: no", "E007", "`otherwise`");
    file("table t(a: integer) -> b: yes/no unique | 1 -> no else no", "E007", "`otherwise`");
    file("rule r ok is yes exception of s", "E007", "`exception to");
    file("rule r ok is yes exception for s", "E007", "`exception to");
    file("rule r ok is yes overrides s", "E007", "`exception to s`");
    file("rule r ok is yes outranks s", "E007", "`exception to s`");
}

#[test]
fn a_declared_word_is_no_mistake() {
    assert_eq!(report("enum state { unknown, known, true }\nrule r ok is yes when s is unknown and t is true"), "");
    assert_eq!(report("fact s: {missing, there}\nrule r ok is yes when s is missing"), "");
    assert_eq!(report("use common.people\nrule r ok is yes when s is unknown"), "", "a library may declare it");
    assert_ne!(report("enum state { a, b }\nrule r ok is yes when s is unknown"), "");
}

#[test]
fn blocks() {
    expression("all { a, b }", "E012", "`all of");
    expression("any { a, b }", "E012", "`any of");
    expression("none { a, b }", "E012", "`none of");
    expression("at least 2 { a, b }", "E012", "`at least 2 of");
    expression("one of { a, b }", "E012", "`any of");
    expression("all of { }", "E012", "at least one condition");
    expression("all of { a b }", "E008", "`,`");
    expression("all of { a; b }", "E008", "`,`");
    expression("c in {US PM}", "E008", "`,`");
}

#[test]
fn numbers_and_amounts() {
    expression("1,250", "E013", "`1250`");
    expression("{1,250}", "E013", "`1250`");
    expression("1.250,00", "E013", "`1250.00`");
    expression("$1250", "E013", "`1250 CAD`");
    expression("1250 $", "E013", "`1250 CAD`");
    expression("CAD 1250", "E013", "`1250 CAD`");
    expression("€ 5", "E013", "`5 EUR`");
    expression("5 %", "E013", "`5%`");
    expression("18.", "E013", "`18`");
    expression(".5", "E013", "`0.5`");
    expression("12345678901234567890123456789012345", "E013", "28 digits");
    expression("12mo", "E020", "`12 months`");
    expression("d + 1 month and 2 days", "E020", "`1 month + 2 days`");
}

#[test]
fn dates() {
    expression("24/12/2024", "E014", "`2024-12-24`");
    expression("03/04/2024", "E014", "`2024-04-03` or `2024-03-04`");
    expression("Dec 24, 2024", "E014", "`2024-12-24`");
    expression("24 Dec 2024", "E014", "`2024-12-24`");
    expression("2024-1-5", "E014", "`2024-01-05`");
    expression("2024-02-30", "E014", "`2024-02-29`");
    expression("2023-02-29", "E014", "`2023-02-28`");
    expression("2024-13-01", "E014", "`2024-01-13`, if day and month are swapped");
    expression("2024-01-01T10:00", "E014", "`2024-01-01T10:00Z`");
    expression("25:00", "E014", "`23:59`");
    expression("2024-02-30T10:00:00Z", "E014", "`2024-02-29`");
}

#[test]
fn texts() {
    file("fact a “label”: yes/no", "E015", "`\"label\"`");
    file("fact a 'label': yes/no", "E001", "double quotes");
    file("fact a \"tab\there\": yes/no", "E015", "plain space");
    file("fact a \"no\u{a0}break\": yes/no", "E015", "plain space");
    file("fact a \"open: yes/no\nfact b: yes/no", "E015", "closing `\"`");
    file("rule r ok is yes because \"open\nfact b: yes/no", "E015", "`\"open\"`");
    file("fact a \"line\\nbreak\": yes/no", "E015", "`\\\\n`");
    file("rule r ok is yes because \"a {\"", "E025", "`{{`");
    file("rule r ok is yes because \"a {}\"", "E025", "`{applied_on}`");
    assert_eq!(report("rule r ok is yes because \"a {{b}} {c.d}\""), "");
}

#[test]
fn rules_and_names() {
    file("rule ok is yes when a", "E019", "rule some_name ok");
    file("ok is yes when a", "E019", "`rule some_name ok is yes when …`");
    file("rule r ok is yes and other is no when a", "E019", "another rule");
    file("rule r ok is yes, other is no when a", "E019", "another rule");
    file("rule r ok is yes when a when b", "E017", "`when all of { a, b }`");
    file("rule r ok is yes when a and unless b", "E022", "after `and`");
    file("rule r ok is yes when a or because \"x\"", "E022", "after `or`");
    file("rule r ok is yes when a and\nfact b: yes/no", "E022", "after `and`");
    file("fact trv-required: yes/no", "E001", "`trv_required`");
    file("fact TRV: yes/no", "E001", "`trv`");
    file("fact trv_required: yes/no\nrule r ok is yes when TRV required", "E001", "did you mean `trv_required`?");
    file("decision d: yes/no when a", "E001", "`rule some_name d is … when …`");
    file("fact m: money cad", "E001", "`money CAD`");
    file("fact n: integer within 0 to 120", "E001", "`0..120`");
    file("fact a: text \"label\"", "E001", "before the colon");
}

#[test]
fn heads_and_verbs() {
    file("policy p effective 2024-12-24", "E023", "`effective from 2024-12-24`");
    file("policy p effective from 2024-12-24 to 2025-12-31", "E023", "`until 2026-01-01`");
    let found = report("policy p from 2024-12-24 to 2025-12-31");
    assert!(found.contains("`effective from 2024-12-24`") && found.contains("`until 2026-01-01`"), "{found}");
    file("parameter p: integer = 5 from 2024-01-01 to 2024-12-31", "E023", "`, no value from 2025-01-01`");
    let amending = "policy p effective from 2024-12-24 amends 2024-01-01\n";
    file(&format!("{amending}add rule r ok is yes"), "E045", "`insert`");
    file(&format!("{amending}change rule r ok is yes"), "E045", "`replace`");
    file(&format!("{amending}delete rule r"), "E045", "`repeal`");
    assert_eq!(report(&format!("{amending}test t expect ok is yes\nrepeal use common.people\ninsert use x")), "");
    file("library l\npolicy p effective from 2024-01-01", "E023", "its own file");
    file("fact a: yes/no\nlibrary l", "E023", "to the top");
    file("policy p", "E023", "effective from 2024-12-24");
}

#[test]
fn members_that_are_no_words() {
    file("enum e { none, a }", "E016", "`is_none written \"none\"`");
    file("enum e { 26.1, a }", "E016", "written \"26.1\"`");
    file("enum e { \"work permit\", a }", "E015", "`work_permit written \"work permit\"`");
}

//! One error hides nothing else.

use super::*;

fn names(parse: &Parse) -> Vec<String> {
    let name = |declaration: &Declaration| match &declaration.kind {
        DeclKind::Fact(fact) => fact.head.name.value.clone(),
        DeclKind::Rule(rule) => rule.head.name.value.clone(),
        other => format!("{other:?}"),
    };
    parse.file.declarations.iter().map(name).collect()
}

#[test]
fn every_broken_declaration_is_reported_and_every_other_kept() {
    let text = "fact a: yes/no\nfact b yes/no\nfact c: yes/no\nrule r ok is yes whn a\nfact d: 3\nfact e: yes/no\n";
    let parse = parse_text(text);
    assert_eq!(names(&parse), ["a", "c", "e"]);
    assert_eq!(parse.diagnostics.len(), 3);
    assert_eq!(parse.unparsed.iter().map(|name| name.value.as_str()).collect::<Vec<_>>(), ["b", "r", "d"]);
}

#[test]
fn a_misspelt_keyword_does_not_swallow_its_neighbours() {
    let parse = parse_text(
        "fact a: yes/no\nrul r ok is yes when a\nfact c: yes/no\nRule q ok is no\nregulation x ok is yes\nfact d: yes/no",
    );
    assert_eq!(names(&parse), ["a", "r", "c", "q", "d"]);
    assert_eq!(
        report("fact a: yes/no\nrul r ok is yes when a\nfact c: yes/no"),
        "E001 2:1 `rul` begins no declaration; help: did you mean `rule`?"
    );
    assert!(report("fact a: yes/no\nregulation x ok is yes").contains("`regulation` begins no declaration"));
}

#[test]
fn places_are_right_after_a_misspelt_keyword() {
    let found = report("rul r ok is yes when a AND b\ndefin x = 1,250");
    assert!(found.contains("E006 1:24 `AND`") && found.contains("E013 2:11 `1,250`"), "{found}");
}

#[test]
fn an_unfinished_declaration_is_reported_at_its_end() {
    assert_eq!(
        report("rule r ok is yes when (a and b   # remark\n\nfact c: yes/no"),
        "E022 1:31 the rule `r` is not finished; expected `)`; help: write the closing `)`"
    );
    assert_eq!(report("define x = 1 +\nfact c: yes/no"), "E022 1:15 the define `x` is not finished; expected a value");
    assert_eq!(report("rule\nfact c: yes/no"), "E022 1:5 this rule is not finished; expected a name");
}

#[test]
fn further_clauses_of_a_broken_rule_are_read() {
    let found = report("rule r ok is yes\n  when a b\n  unless c AND d\n  unless e f\n  because \"x {}\"");
    let codes: Vec<&str> = found.lines().map(|line| &line[..8]).collect();
    assert_eq!(codes, ["E001 2:8", "E006 3:1", "E001 4:1", "E025 5:1"], "{found}");
    let found = report("rule Bad ok is yes\n  when a b\n  unless c && d");
    assert_eq!(found.lines().count(), 3, "{found}");
}

#[test]
fn indented_declarations_are_told_apart() {
    let parse = parse_text("  fact a: yes/no\n  fact b yes/no\n  fact c: yes/no\n  fact d:");
    assert_eq!(names(&parse), ["a", "c"]);
    assert_eq!(parse.diagnostics.len(), 2);
}

#[test]
fn a_broken_head_is_still_a_head() {
    let parse = parse_text("policy p \"P\" efective from 2024-01-01 amends 2023-01-01\ninsert fact a: yes/no");
    assert_eq!(parse.diagnostics.len(), 1, "{:?}", parse.diagnostics);
    let Header::Policy(policy) = &parse.file.header else { panic!("a policy") };
    assert_eq!(policy.name.value, "p");
    assert!(policy.amends.is_some());
}

#[test]
fn hidden_characters_are_reported_and_the_rest_is_read() {
    assert_eq!(
        report("fact аpproved: yes/no\nfact b yes/no").lines().next(),
        Some(
            "E003 1:6 `аpproved` is not `approved`; U+0430 only looks like `a`; help: write `approved` with plain letters"
        )
    );
    assert_eq!(
        report("fact a \"x\u{202e}y\": yes/no"),
        "E003 1:10 a bidirectional control (U+202E) hides what this says; help: remove it"
    );
    assert!(report("# \u{2066}\nfact a: yes/no").starts_with("E003 1:3"));
    assert!(report("fact\u{a0}a: yes/no").starts_with("E003 1:5 a no-break blank"));
    assert!(report("fact été: yes/no").contains("write `ete`"));
    assert_eq!(report("\u{feff}fact a \"été, naïve, 学生, עברית\": yes/no # ёж"), "");
}

#[test]
fn bytes_that_are_no_text() {
    let error = decode(b"fact a: yes/no\nfact b \"caf\xe9\": yes/no", "x.enact").expect_err("Latin-1");
    assert_eq!((error.offset, error.line), (26, 2));
    assert_eq!(error.diagnostic.message, "x.enact is no UTF-8 text: byte 26 on line 2 is 0xE9");
    assert!(
        decode(b"\xff\xfef\0", "x").expect_err("UTF-16").diagnostic.help.is_some_and(|help| help.contains("UTF-16"))
    );
    assert_eq!(decode("é".as_bytes(), "x").as_deref(), Ok("é"));
}

//! Whatever the text: an answer, places inside the text, the same answer again.

use proptest::prelude::*;

use super::*;

const FORMS: &str = include_str!("forms.enact");

/// Parses and checks what holds of every answer.
fn check(text: &str) {
    let parse = parse_text(text);
    for diagnostic in &parse.diagnostics {
        for label in &diagnostic.labels {
            assert!(label.span.start <= label.span.end && label.span.end as usize <= text.len(), "{diagnostic:?}");
            assert!(
                text.is_char_boundary(label.span.start as usize) && text.is_char_boundary(label.span.end as usize),
                "{diagnostic:?}"
            );
        }
        assert!(!diagnostic.message.contains("Rule::") && !diagnostic.message.contains("kw_"), "{diagnostic:?}");
    }
    for declaration in &parse.file.declarations {
        assert!(declaration.span.start < declaration.span.end && declaration.span.end as usize <= text.len());
    }
    let _ = parse_expression(text);
}

/// Pieces of the language, to come near valid texts more often than letters do.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "rule",
        "fact",
        "decision",
        "table",
        "policy",
        "r",
        "ok",
        "is",
        "yes",
        "when",
        "unless",
        "and",
        "or",
        "not",
        "(",
        ")",
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "=",
        "->",
        "|",
        "\"x\"",
        "\"",
        "12",
        "2024-01-01",
        "1,250",
        "US",
        "in",
        "of",
        "all",
        "any",
        "every",
        "no",
        "none",
        "x",
        ".",
        "..",
        "-",
        "+",
        "/",
        "\n",
        "because",
        "cite",
        "relies",
        "on",
        "if",
        "then",
        "else",
        "months",
        "round",
        "count",
        "AND",
        "==",
        "#",
        "é",
        "“",
        "\u{202e}",
        "insert",
        "repeal",
        "as",
        "from",
        "until",
        "otherwise",
        "outranks",
        "test",
        "expect",
        "given",
        "profile",
        "unknown",
    ]);
    prop::collection::vec(word, 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn any_text_is_answered(text in "\\PC*") {
        check(&text);
    }

    #[test]
    fn any_lines_are_answered(text in "([ -~\\n\\t\"#(){}é“\u{a0}]{0,300})") {
        check(&text);
    }

    #[test]
    fn any_words_are_answered(text in words()) {
        check(&text);
    }

    /// A valid file with a part removed, doubled or moved.
    #[test]
    fn mutations_are_answered(from in 0..6000usize, length in 0..200usize, to in 0..6000usize) {
        let boundary = |at: usize| (0..=at.min(FORMS.len())).rev().find(|&at| FORMS.is_char_boundary(at)).unwrap_or(0);
        let (from, end, to) = (boundary(from), boundary(from + length), boundary(to));
        let cut = &FORMS[from..end];
        check(&format!("{}{}", &FORMS[..from], &FORMS[end..]));
        check(&format!("{}{cut}{}", &FORMS[..to], &FORMS[to..]));
        check(&FORMS[..to]);
    }
}

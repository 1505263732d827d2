//! Each test is two small texts and the list of what changed.

use super::*;
use crate::load::{Folder, load, load_beside};

fn folder(files: &[(&str, &str)]) -> Folder {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    Folder { name: String::new(), files }
}

/// The edits between two roots of the policy `p`; those of words only in brackets.
fn roots(old: &[(&str, &str)], new: &[(&str, &str)]) -> Vec<String> {
    let old = load(&folder(old));
    let new = load_beside(&folder(new), &old.sources);
    for side in [&old, &new] {
        assert!(side.diagnostics.is_empty(), "{:?}", side.diagnostics);
    }
    let side = |loaded| Side { loaded, policy: "p", version: None };
    shown(&edits(side(&old), side(&new)))
}

fn shown(edits: &[Edit]) -> Vec<String> {
    edits.iter().map(|edit| if edit.meaning { edit.text() } else { format!("({})", edit.text()) }).collect()
}

/// The edits between two texts of one version.
fn texts(old: &str, new: &str) -> Vec<String> {
    let file = |text: &str| format!("policy p effective from 2020-01-01\n{text}");
    roots(&[("p/2020-01-01.enact", &file(old))], &[("p/2020-01-01.enact", &file(new))])
}

const NONE: [&str; 0] = [];

#[test]
fn layout_comments_brackets_and_order_are_no_change() {
    let old = "fact a: yes/no\nrule r [A] d is yes when a and not b\ndecision d: yes/no otherwise no\nfact b: yes/no\n";
    let new = "# Facts\nfact b: yes/no\nfact a: yes/no\ndecision d: yes/no\n  otherwise no\nrule r [A]\n  d is yes\n  when a and (not b)\n";
    assert_eq!(texts(old, new), NONE);
}

#[test]
fn rules_are_inserted_repealed_and_replaced() {
    let old = "decision d: yes/no otherwise no\nrule opening [F-12] d is no when late\n\
               rule minor [F-3] d is no when age >= 17 and fit\nfact age: integer\n";
    let new = "decision d: yes/no otherwise no\nrule minor [F-3] d is no when age >= 18 and fit\n\
               rule ban [F-2] d is no when age > 3\nfact age: integer\nfact fit: yes/no\n";
    assert_eq!(
        texts(old, new),
        ["+ rule ban [F-2]", "+ fact fit", "- rule opening [F-12]", "~ rule minor [F-3]: age >= 17 -> age >= 18",]
    );
}

#[test]
fn each_clause_of_a_rule_is_told() {
    let change = |old: &str, new: &str| {
        let found = texts(&format!("rule r {old}\n"), &format!("rule r {new}\n"));
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].replace("~ rule r: ", "")
    };
    assert_eq!(change("d is yes when a", "d is yes when a unless b"), "+ unless b");
    assert_eq!(change("d is yes when a unless b", "d is yes when a"), "- unless b");
    assert_eq!(change("d is yes unless b", "d is yes unless b or c"), "unless b -> b or c");
    assert_eq!(
        change("d is yes unless b < 3", "d is yes unless b < 4 unless c"),
        "- unless b < 3; + unless b < 4; + unless c"
    );
    assert_eq!(change("d is yes when a", "d is no when a"), "d is yes -> d is no");
    assert_eq!(change("d is yes", "d is yes when a"), "+ when a");
    assert_eq!(change("d is yes when a", "d is yes when a and b"), "+ b");
    assert_eq!(change("d is yes when all of { a, b, c }", "d is yes when all of { a, c }"), "- b");
    assert_eq!(
        change("d is yes when all of { a, b <= 2020-01-01 }", "d is yes when all of { a, b <= 2021-01-01 }"),
        "b <= 2020-01-01 -> b <= 2021-01-01"
    );
    assert_eq!(
        change("d is yes when a or x in {US}", "d is yes when a or x in {US, PM}"),
        "x in {US} -> x in {US, PM}"
    );
    assert_eq!(change("d is yes when not (a and b)", "d is yes when not (a and c)"), "b -> c");
    assert_eq!(change("d is yes when a", "d is yes when b exception to s"), "a -> b; + exception to s");
    assert_eq!(
        change("d is yes when all of { a, b < 3 [T] \"x\" }", "d is yes when all of { a, b < 4 [T] \"x\" }"),
        "b < 3 -> b < 4"
    );
    assert_eq!(
        change("d is yes when all of { a, b [T] }", "d is yes when all of { a, c [U] }"),
        "b -> c; condition b [T] -> c [U]"
    );
    assert_eq!(change("\"A\" d is yes when a", "\"B\" d is yes when c"), "a -> c; label \"A\" -> \"B\"");
}

#[test]
fn words_alone_change_no_outcome() {
    let old = "decision d \"D\": yes/no otherwise no\nsource s \"S\"\nquestion q \"Q?\"\nnote n \"N\" about d\n\
               fact a \"a\": yes/no ask \"A?\"\nrule r [A-1] \"R\" d is yes when all of { a [T] \"x\" } because \"So.\" cite s at \"2\"\n";
    let new = "decision d \"D\": yes/no otherwise no because \"None.\"\nsource s \"S2\"\nquestion q \"Q?\" reading \"R.\"\n\
               note n \"N2\" about d\nfact a \"a\": yes/no ask \"A, really?\"\n\
               rule r [A-2] \"R\" d is yes when all of { a [T] \"y\" } because \"Thus.\" cite s at \"1\"\n";
    assert_eq!(
        texts(old, new),
        [
            "(~ rule r [A-2]: condition a [T] \"x\" -> a [T] \"y\"; tags [A-1] -> [A-2]; \
             because \"So.\" -> \"Thus.\"; cite s at \"2\" -> s at \"1\")",
            "(~ decision d: + because \"None.\")",
            "(~ note n: label \"N\" -> \"N2\")",
            "(~ fact a: ask \"A?\" -> \"A, really?\")",
            "(~ question q: + reading \"R.\")",
            "(~ source s: label \"S\" -> \"S2\")",
        ]
    );
}

#[test]
fn declarations_of_every_kind_say_what_changed() {
    let old = "decision d: yes/no no outranks yes otherwise no\nfact n: integer within 0..9\nenum e { a, b }\n\
               set s: set of country = {US, PM}\nparameter fee: money CAD = 5 CAD from 2020-01-01\n\
               table t(x: e) -> y: integer unique\n| a -> 1\n| b -> 2\ndefine x: yes/no = n < 3\n\
               record stay { start: date }\ninvariant i: n < 8\nassume n is 3 unless stated\n";
    let new = "decision d: yes/no otherwise yes\nfact n: integer within 0..20\nenum e open { a, c }\n\
               set s: set of country = {US}\nparameter fee: money CAD = 5 CAD from 2020-01-01, 6 CAD from 2021-01-01\n\
               table t(x: e) -> y: integer unique\n| a -> 1\n| b -> 3\ndefine x: yes/no = n <= 3\n\
               record stay { start: date, last: date }\ninvariant i: n < 9\nassume n is 4 unless stated\n";
    assert_eq!(
        texts(old, new),
        [
            "~ decision d: - no outranks yes; otherwise no -> yes",
            "~ define x: n < 3 -> n <= 3",
            "~ table t: b -> 2 -> b -> 3",
            "~ parameter fee: + = 6 CAD from 2021-01-01",
            "~ set s: - PM",
            "~ enum e: b -> c; + open",
            "~ record stay: + field last: date",
            "~ invariant i: n < 8 -> n < 9",
            "~ assume n: is 3 -> 4",
            "~ fact n: within 0..9 -> 0..20",
        ]
    );
}

#[test]
fn a_rule_under_a_new_name_is_renamed() {
    let old = "rule a [X] d is yes when n < 3\nrule c d is no when n < 2 exception to b\nrule b d is yes when n < 4\n";
    let new = "rule z [Y] d is yes when n < 3\nrule c d is no when n < 2 exception to y\nrule y d is yes when n < 4\n";
    assert_eq!(
        texts(old, new),
        [
            "(~ rule z [Y]: renamed from a; tags [X] -> [Y])",
            "~ rule c: exception to b -> y",
            "~ rule y: renamed from b",
        ]
    );
}

#[test]
fn rows_of_data_are_changes_of_the_declaration_that_reads_them() {
    let text = "policy p effective from 2020-01-01\nset s: set of country read from \"x.csv\" column iso where kind is \"a\" valid from start\n\
                set t: set of country read from \"x.csv\" column iso where kind is \"b\"\n";
    let old = "iso,name,kind,start\nMX,Mexico,a,2016-12-01\nFR,France,a,2017-01-01\nDE,Germany,b,2017-01-01\n";
    let new = "# read again\niso,name,kind,start\nMX,México,a,2016-12-02\nBG,Bulgaria,a,2018-01-01\nDE,Germany,b,2018-01-01\n";
    let found =
        roots(&[("p/2020-01-01.enact", text), ("p/x.csv", old)], &[("p/2020-01-01.enact", text), ("p/x.csv", new)]);
    assert_eq!(found, ["~ set s: row MX, 2016-12-01 -> MX, 2016-12-02; - row FR, 2017-01-01; + row BG, 2018-01-01"]);
}

#[test]
fn libraries_are_compared_and_a_declaration_may_move_there() {
    let old = [
        ("p/2020-01-01.enact", "policy p effective from 2020-01-01\nuse lib\nfact a: yes/no\n"),
        ("lib.enact", "library lib\nfact b: yes/no\nfact unused: date\n"),
        ("other.enact", "library other\nfact c: yes/no\n"),
    ];
    let new = [
        ("p/2020-01-01.enact", "policy p effective from 2020-01-01\nuse lib\n"),
        ("lib.enact", "library lib\nuse deep\nfact b: date\nfact unused: date\n"),
        ("deep.enact", "library deep\nfact a: yes/no\nfact z: date\n"),
        ("other.enact", "library other\nfact c: date\n"),
    ];
    assert_eq!(roots(&old, &new), ["+ use deep", "~ fact b: type yes/no -> date"]);
}

#[test]
fn versions_are_paired_by_name_and_shared_declarations_are_told_once() {
    let first = ("p/2020-01-01.enact", "policy p effective from 2020-01-01\nrule r d is yes when n < 3\n");
    let second = (
        "p/2021-01-01.enact",
        "policy p effective from 2021-01-01 amends 2020-01-01\ninsert rule s d is no when n < 1\n",
    );
    let changed =
        ("p/2020-01-01.enact", "policy p effective from 2020-01-01 zone \"UTC\"\nrule r d is yes when n < 4\n");
    let third = ("p/2022-01-01.enact", "policy p effective from 2022-01-01 amends 2021-01-01\nrepeal rule s\n");
    assert_eq!(
        roots(&[first, second], &[changed, second, third]),
        [
            "~ policy p: + zone \"UTC\"",
            "~ rule r: n < 3 -> n < 4",
            "~ policy p: + zone \"UTC\"",
            "+ version 2022-01-01",
            "- rule s",
        ]
    );
    assert_eq!(roots(&[first, second], &[first]), ["- version 2021-01-01"]);
}

#[test]
fn two_versions_of_one_root_differ_by_their_consolidated_texts() {
    let loaded = load(&folder(&[
        (
            "p/2020-01-01.enact",
            "policy p \"P\" effective from 2020-01-01\nuse lib\nrule r [R] d is yes when n < 3\nrule t d is no\n",
        ),
        (
            "p/2021-01-01.enact",
            "policy p effective from 2021-01-01 amends 2020-01-01\nreplace rule r [R] d is yes when n < 4\n\
          insert fact m: date\nrepeal rule t\n",
        ),
        ("lib.enact", "library lib\nfact n: integer\n"),
    ]));
    let side = |version| Side { loaded: &loaded, policy: "p", version: Some(version) };
    let found = edits(side("2020-01-01"), side("2021-01-01"));
    assert_eq!(shown(&found), ["+ fact m", "- rule t", "~ rule r [R]: n < 3 -> n < 4"]);
    assert_eq!(found[2].scope, Scope::Policy("p".into(), vec!["2021-01-01".into()]));
    let place = |span: Option<Span>| loaded.sources.place(span.expect("a place"));
    assert_eq!(
        (place(found[2].old), place(found[2].new)),
        ("p/2020-01-01.enact:3:1".into(), "p/2021-01-01.enact:2:1".into())
    );
    assert_eq!(shown(&edits(side("2020-01-01"), side("2020-01-01"))), NONE);
}

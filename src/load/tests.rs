//! Each test is a small folder and what loading it gives.

use super::*;
use crate::load::subject::subject;
use crate::syntax::ast::DeclKind;

fn folder(files: &[(&str, &str)]) -> Folder {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    Folder { name: String::new(), files }
}

/// Loads files; each finding as `place code message (help)`.
fn load_files(files: &[(&str, &str)]) -> (Loaded, Vec<String>) {
    let loaded = load(&folder(files));
    let shown = findings(&loaded);
    (loaded, shown)
}

fn findings(loaded: &Loaded) -> Vec<String> {
    let show = |error: &Diagnostic| {
        let place = error.span().map_or(String::new(), |span| format!("{} ", loaded.sources.place(span)));
        let help = error.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
        format!("{place}{} {}{help}", error.code.number, error.message)
    };
    loaded.diagnostics.iter().map(show).collect()
}

/// Returns the consolidated text of a version: kind and name of each declaration, and the version that made it.
fn text(loaded: &Loaded, policy: &str, version: &str) -> Vec<String> {
    let policy = &loaded.policies[loaded.find_policy(policy).expect("the policy")];
    let version = policy.versions.iter().find(|candidate| candidate.name == version).expect("the version");
    let show = |declared: &Consolidated| {
        let subject = subject(&declared.declaration.kind).expect("no repeal is left").text();
        format!("{subject} {}", policy.versions[declared.made_by].name)
    };
    version.declarations.iter().map(show).collect()
}

const NONE: [&str; 0] = [];
const BASE: (&str, &str) = (
    "p/2020-01-01.enact",
    "policy p \"P\" effective from 2020-01-01 months round up\nfact a: yes/no\ndecision ok: yes/no otherwise no\n\
     rule r [A, B] ok is yes when a\ntest t given a is yes expect ok is yes\n",
);

#[test]
fn files_are_sorted_into_libraries_policies_and_tests() {
    let (loaded, errors) = load_files(&[
        ("common/people.enact", "library people \"People\"\nfact a: yes/no\n"),
        (
            "p/2020-01-01.enact",
            "\u{feff}policy p effective from 2020-01-01\nuse common.people\ndecision ok: yes/no = a\n",
        ),
        ("p/tests/one.enact", "use p\ntest t given a is yes expect ok is yes\n"),
        ("p/readme.txt", "not read"),
    ]);
    assert_eq!(errors, NONE);
    assert_eq!(loaded.libraries[0].path, "common.people");
    assert_eq!(loaded.tests[0].path, "p/tests/one");
    let DeclKind::Use(used) = &loaded.policies[0].versions[0].declarations[0].declaration.kind else { panic!("a use") };
    assert_eq!(loaded.find_use(&used.path), Some(Used::Library(0)));
    assert_eq!(loaded.path(loaded.libraries[0].source), "common/people.enact");
}

#[test]
fn two_folders_beside_each_other_share_no_place() {
    let old = load(&folder(&[BASE]));
    let mut changed = folder(&[BASE, ("q/2020-01-01.enact", "policy q effective from\n")]);
    changed.name = "new".into();
    let new = load_beside(&changed, &old.sources);
    let source = |loaded: &Loaded| loaded.policies[0].versions[0].source;
    assert_ne!(source(&old), source(&new));
    // The store of the second shows both.
    let header = |loaded: &Loaded| loaded.policies[0].versions[0].header.span;
    assert_eq!(new.sources.place(header(&old)), "p/2020-01-01.enact:1:1");
    assert_eq!(new.sources.place(header(&new)), "new/p/2020-01-01.enact:1:1");
    assert_eq!(new.paths.values().collect::<Vec<_>>(), ["p/2020-01-01.enact", "q/2020-01-01.enact"]);
    let own = |error: &Diagnostic| error.span().is_some_and(|span| new.paths.contains_key(&span.source));
    assert!(!new.diagnostics.is_empty() && new.diagnostics.iter().all(own));
}

#[test]
fn an_empty_folder_and_an_empty_file_are_no_error() {
    assert_eq!(load_files(&[]).1, NONE);
    assert_eq!(load_files(&[("a.enact", ""), ("b.enact", "# nothing\n")]).1, NONE);
}

#[test]
fn bytes_that_are_no_text_hide_nothing_else() {
    let mut folder =
        folder(&[("p/2020-01-01.enact", "policy p effective from 2020-01-01\nuse common.people\nuse common.poeple\n")]);
    folder.name = "policies".into();
    folder.files.insert("common/people.enact".into(), b"library people\nfact caf\xe9: yes/no\n".to_vec());
    folder.files.insert("q/2020-01-01.enact".into(), b"# a comment\n".repeat(2_000_000));
    folder.files.insert("r/2020-01-01.enact".into(), vec![b'#'; 2_000_000]);
    assert_eq!(
        findings(&load(&folder)),
        [
            "E002 policies/common/people.enact is no UTF-8 text: byte 23 on line 2 is 0xE9 (save the file as UTF-8)",
            // `common.people` is lost, not missing; nothing else is like `common.poeple`.
            "policies/p/2020-01-01.enact:3:5 E041 `common.poeple` is no library and no policy \
             (a library is named by its path from the policies root, `common.people`; a policy by its name)",
            "policies/q/2020-01-01.enact:1:1 E005 the file has 24000000 bytes (split the policy, or move data to CSV files)",
            "policies/r/2020-01-01.enact:1:1 E005 this line has 2000000 bytes (break the line: layout carries no meaning)",
        ]
    );
}

#[test]
fn the_file_name_is_the_day_of_the_version() {
    let (loaded, errors) = load_files(&[
        ("p/2020-01-02.enact", "policy p effective from 2020-01-01\n"),
        ("p/latest.enact", "policy p effective from 2021-01-01\n"),
    ]);
    assert_eq!(
        errors,
        [
            "p/2020-01-02.enact:1:25 E042 the file is named `2020-01-02.enact`, its version 2020-01-01 \
             (rename the file to `2020-01-01.enact`, or write `effective from 2020-01-02`)",
            "p/latest.enact:1:25 E042 the file is named `latest.enact`, its version 2021-01-01 (rename the file to `2021-01-01.enact`)",
        ]
    );
    assert_eq!(loaded.policies[0].versions.len(), 2);
}

#[test]
fn one_policy_is_one_folder_with_one_version_a_day() {
    let (_, errors) = load_files(&[
        ("p/2020-01-01.enact", "policy p effective from 2020-01-01\n"),
        ("p/2020-01-01b.enact", "policy p effective from 2020-01-01\n"),
        ("p/2021-01-01.enact", "policy pp effective from 2021-01-01\n"),
        ("q/2020-01-01.enact", "policy q effective from 2020-01-01\n"),
        ("r/2020-01-01.enact", "policy q effective from 2020-01-01\n"),
    ]);
    assert_eq!(
        errors,
        [
            "p/2020-01-01b.enact:1:25 E042 the file is named `2020-01-01b.enact`, its version 2020-01-01 (rename the file to `2020-01-01.enact`)",
            "p/2020-01-01b.enact:1:25 E043 `p` has two versions of 2020-01-01 (a version is named by the day it starts)",
            "p/2021-01-01.enact:1:8 E043 `pp` stands in the folder of `p` (write `policy p`, or give `pp` a folder of its own)",
            "r/2020-01-01.enact:1:8 E043 `q` is declared in two folders (a policy is one folder)",
        ]
    );
}

#[test]
fn a_version_ends_where_the_next_starts_or_earlier() {
    let (loaded, errors) = load_files(&[
        ("p/2020-01-01.enact", "policy p effective from 2020-01-01 until 2020-06-01\n"),
        ("p/2021-01-01.enact", "policy p effective from 2021-01-01 until 2030-01-01\n"),
        ("p/2022-01-01.enact", "policy p effective from 2022-01-01\n"),
        ("q/2020-01-01.enact", "policy q effective from 2020-01-01 until 2020-01-01\n"),
    ]);
    assert_eq!(
        errors,
        ["q/2020-01-01.enact:1:42 E052 the version ends on the day it starts, 2020-01-01 \
          (`until` names the first day on which the version is no longer in force)"]
    );
    let end = |index: usize| loaded.policies[0].versions[index].end.map(|end| end.date.to_string());
    assert_eq!([end(0), end(1), end(2)], [Some("2020-06-01".into()), Some("2022-01-01".into()), None]);
}

#[test]
fn a_version_may_start_inside_a_day() {
    let start = |clock: &str, zone: &str| {
        let text = format!("policy p effective from 2024-03-10 {clock} \"{zone}\"\n");
        let (loaded, errors) = load_files(&[("p/2024-03-10.enact", &text)]);
        let moment = loaded.policies[0].versions[0].start.moment.map(|moment| moment.to_rfc3339());
        if errors.is_empty() { moment.unwrap_or("day".into()) } else { errors.join("; ") }
    };
    assert_eq!(start("23:30", "America/Toronto"), "2024-03-10T23:30:00-04:00");
    assert_eq!(start("00:00", "America/Toronto"), "day");
    assert!(start("02:30", "America/Toronto").contains("E014 there is no 02:30 on 2024-03-10 in America/Toronto"));
    assert!(start("24:00", "UTC").contains("E014 `24:00` ends 2024-03-10"));
    assert!(
        start("23:30", "America/Torono")
            .contains("E054 there is no time zone `America/Torono` (did you mean `America/Toronto`?)")
    );
    assert!(start("23:30", "Toronto").contains("did you mean `America/Toronto`?"));
}

#[test]
fn a_zone_and_a_missing_start_are_checked_in_the_header() {
    let (loaded, errors) = load_files(&[
        ("p/2020-01-01.enact", "policy p effective from 2020-01-01 zone \"Europe/Pariss\"\n"),
        ("q/2020-01-01.enact", "policy q\nfact a: yes/no\n"),
    ]);
    assert!(
        errors[0].contains("E054 there is no time zone `Europe/Pariss` (did you mean `Europe/Paris`?)"),
        "{errors:#?}"
    );
    assert_eq!(errors.len(), 2, "{errors:#?}");
    assert_eq!(loaded.policies.len(), 2, "the file name stands for the start");
}

#[test]
fn all_versions_are_decided_by_one_fact() {
    let (_, errors) = load_files(&[
        BASE,
        ("p/2021-01-01.enact", "policy p effective from 2021-01-01 decided by applied\n"),
        ("p/2022-01-01.enact", "policy p effective from 2022-01-01 amends 2021-01-01\n"),
        ("p/2023-01-01.enact", "policy p effective from 2023-01-01 decided by evaluation_date\n"),
    ]);
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert!(errors[0].starts_with(
        "p/2021-01-01.enact:1:47 E051 2021-01-01 is decided by `applied`, 2020-01-01 by `evaluation_date`"
    ));
}

#[test]
fn an_amendment_replaces_in_place_inserts_after_and_repeals() {
    let (loaded, errors) = load_files(&[
        BASE,
        (
            "p/2021-01-01.enact",
            "policy p effective from 2021-01-01 announced 2020-12-01 amends 2020-01-01\n\
             insert rule s ok is yes\nreplace fact a [X] \"new\": yes/no\nrepeal rule r [B]\ntest own expect ok is yes\n",
        ),
        (
            "p/2022-01-01.enact",
            "policy p effective from 2022-01-01 amends 2021-01-01\nreplace rule s ok is no\ninsert rule r ok is no\n",
        ),
        ("p/2023-01-01.enact", "policy p effective from 2023-01-01 amends 2022-01-01\n"),
    ]);
    assert_eq!(errors, NONE);
    assert_eq!(
        text(&loaded, "p", "2021-01-01"),
        ["fact a 2021-01-01", "decision ok 2020-01-01", "rule s 2021-01-01", "test own 2021-01-01"]
    );
    let third = ["fact a 2021-01-01", "decision ok 2020-01-01", "rule s 2022-01-01", "rule r 2022-01-01"];
    assert_eq!(text(&loaded, "p", "2022-01-01"), third);
    assert_eq!(text(&loaded, "p", "2023-01-01"), third, "an amendment may have no body");
    let versions = &loaded.policies[0].versions;
    assert_eq!(versions[1].repealed[0].name, "r");
    assert_eq!(versions[3].amends, Some(2));
    assert_eq!(versions[3].title.as_ref().map(|title| title.value.as_str()), Some("P"));
    assert_eq!(versions[3].rounding.as_ref().map(|rounding| rounding.value), Some(Rounding::Up));
    assert!(
        versions.iter().all(|version| version.declarations.iter().all(|declared| declared.declaration.verb.is_none()))
    );
}

/// Loads one amendment of [`BASE`] and returns its findings without their place.
fn amendment(body: &str) -> Vec<String> {
    let text = format!("policy p effective from 2021-01-01 amends 2020-01-01\n{body}\n");
    let (_, errors) = load_files(&[BASE, ("p/2021-01-01.enact", &text)]);
    errors.into_iter().map(|error| error.split_once(' ').map_or(String::new(), |(_, text)| text.to_owned())).collect()
}

#[test]
fn every_declaration_of_an_amendment_bears_its_verb() {
    assert_eq!(
        amendment("rule r ok is no"),
        ["E045 `rule r` bears no verb in a file that amends 2020-01-01 (write `replace rule r`)"]
    );
    assert_eq!(
        amendment("rule s ok is no"),
        ["E045 `rule s` bears no verb in a file that amends 2020-01-01 (write `insert rule s`)"]
    );
    let stays = "tests and profiles stay with the file that holds them";
    assert_eq!(
        amendment("insert test u expect ok is no"),
        [format!("E045 `insert` before a test (drop `insert`: {stays})")]
    );
    assert_eq!(
        amendment("replace profile t { a is yes }"),
        [format!("E045 `replace` before a profile (drop `replace`: {stays})")]
    );
}

#[test]
fn an_amendment_hits_what_is_there() {
    assert_eq!(
        amendment("insert rule r ok is no"),
        ["E046 `rule r` is already in 2020-01-01 (write `replace rule r`, or another name)"]
    );
    assert_eq!(amendment("replace fact b: yes/no"), ["E046 2020-01-01 has no `fact b` to replace (did you mean `a`?)"]);
    assert_eq!(
        amendment("replace rule second ok is no"),
        ["E046 2020-01-01 has no `rule second` to replace (write `insert rule second`)"]
    );
    assert_eq!(
        amendment("repeal define r"),
        ["E046 2020-01-01 has no `define r` to repeal (`r` is a rule: write `repeal rule r`)"]
    );
    assert_eq!(
        amendment("replace define r = a"),
        ["E046 2020-01-01 has no `define r` to replace (`r` is a rule: write `repeal rule r` and `insert define r`)"]
    );
    assert_eq!(amendment("repeal rule r [A, B]"), NONE);
    assert_eq!(amendment("repeal rule r [C]"), ["E046 `rule r` bears [A, B], not [C]"]);
    assert_eq!(amendment("repeal fact a [C]"), ["E046 `fact a` bears no tag, not [C]"]);
    assert_eq!(amendment("repeal use common.people"), ["E046 2020-01-01 has no `use common.people` to repeal"]);
}

#[test]
fn one_name_takes_one_verb() {
    let replace = "all changes apply at once: to put another in its place, write `replace rule r` alone";
    assert_eq!(
        amendment("repeal rule r\ninsert rule r ok is no"),
        [format!("E046 `rule r` is named twice ({replace})")]
    );
    let once = "E046 `rule s` is named twice (all changes apply at once: one name takes one verb)";
    assert_eq!(amendment("insert rule s ok is no\ninsert rule s ok is yes"), [once]);
    assert_eq!(amendment("repeal rule r\ninsert define r = a"), NONE, "names are one per kind");
}

#[test]
fn verbs_stand_only_where_something_is_amended() {
    let (loaded, errors) = load_files(&[
        ("p/2020-01-01.enact", "policy p effective from 2020-01-01\ninsert fact a: yes/no\nrepeal fact b\n"),
        ("people.enact", "library people\nreplace fact a: yes/no\n"),
    ]);
    assert_eq!(
        errors,
        [
            "p/2020-01-01.enact:2:1 E045 `insert` in a file that amends nothing (drop `insert`, or say which version the file `amends` in its header)",
            "p/2020-01-01.enact:3:1 E045 `repeal fact b` in a file that amends nothing (drop it, or say which version the file `amends` in its header)",
            "people.enact:2:1 E045 `replace` in a file that amends nothing (drop `replace`, or say which version the file `amends` in its header)",
        ]
    );
    assert_eq!(text(&loaded, "p", "2020-01-01"), ["fact a 2020-01-01"]);
}

#[test]
fn an_amended_version_exists_and_starts_earlier() {
    let amends = |own: &str, other: &str| {
        let text = format!("policy p effective from {own} amends {other}\nrepeal rule gone\n");
        load_files(&[
            BASE,
            (&format!("p/{own}.enact"), &text),
            ("p/2023-01-01.enact", "policy p effective from 2023-01-01\n"),
        ])
        .1
    };
    assert_eq!(
        amends("2021-01-01", "2020-01-02"),
        [
            "p/2021-01-01.enact:1:43 E044 `p` has no version of 2020-01-02 (write `amends 2020-01-01`; earlier versions: 2020-01-01)"
        ]
    );
    assert!(amends("2021-01-01", "2021-01-01")[0].contains("E044 2021-01-01 amends itself"));
    assert!(amends("2021-01-01", "2023-01-01")[0].contains("E044 2021-01-01 amends 2023-01-01, which starts after it"));
    let (_, errors) = load_files(&[(
        "q/2020-01-01.enact",
        "policy q effective from 2020-01-01 amends 2019-01-01\ninsert fact a: yes/no\n",
    )]);
    assert!(
        errors[0].ends_with("(no version starts before this one: drop `amends` and state the whole)"),
        "{errors:?}"
    );
    assert_eq!(errors.len(), 1);
}

#[test]
fn two_amendments_of_one_version_do_not_meet() {
    let second = |until: &str| {
        let first = format!("policy p effective from 2021-01-01{until} amends 2020-01-01\n");
        let second = ("p/2022-01-01.enact", "policy p effective from 2022-01-01 amends 2020-01-01\n");
        load_files(&[BASE, ("p/2021-01-01.enact", &first), second]).1
    };
    assert_eq!(second(" until 2022-01-01"), NONE);
    assert_eq!(
        second(" until 2022-01-02"),
        [
            "p/2022-01-01.enact:1:43 E047 2021-01-01 and 2022-01-01 both amend 2020-01-01: 2022-01-01 would drop what 2021-01-01 changed \
          (write `amends 2021-01-01`, or let 2021-01-01 end: `until 2022-01-01`)"
        ]
    );
    assert_eq!(second("").len(), 1);
}

#[test]
fn what_a_broken_file_lost_is_not_missed_again() {
    let (loaded, errors) = load_files(&[
        ("p/2020-01-01.enact", "policy p effective from 2020-01-01\nfact a: yes/no\nrule r ok is when\n"),
        ("p/2021-01-01.enact", "policy p effective from 2021-01-01 amends 2020-01-01\nrepeal rule r\n"),
        ("lib.enact", "library lib\nfact (\n"),
        ("q/2021-01-01.enact", "policy q effective from 2021-01-01\nuse lib\nuse p\n"),
    ]);
    assert!(
        !errors.is_empty() && errors.iter().all(|error| error.contains("E0") && !error.contains("E04")),
        "{errors:#?}"
    );
    assert!(loaded.libraries.iter().all(|library| library.incomplete));
    let versions = loaded.find_policy("p").map(|index| &loaded.policies[index].versions);
    assert!(versions.is_none_or(|versions| versions.iter().all(|version| version.incomplete)));
}

#[test]
fn uses_name_libraries_and_policies() {
    let (_, errors) = load_files(&[
        ("common/people.enact", "library people\nuse p\n"),
        (
            "border/p/2020-01-01.enact",
            "policy p effective from 2020-01-01\nuse people\nuse common.poeple\nuse border.p\nuse nothing.like.it\n",
        ),
        ("border/p/2021-01-01.enact", "policy p effective from 2021-01-01 amends 2020-01-01\n"),
    ]);
    assert_eq!(
        errors,
        [
            "border/p/2020-01-01.enact:2:5 E041 `people` is no library and no policy (write `use common.people`)",
            "border/p/2020-01-01.enact:3:5 E041 `common.poeple` is no library and no policy (did you mean `common.people`?)",
            "border/p/2020-01-01.enact:4:5 E041 `border.p` is no library and no policy (write `use p`)",
            "border/p/2020-01-01.enact:5:5 E041 `nothing.like.it` is no library and no policy \
             (a library is named by its path from the policies root, `common.people`; a policy by its name)",
            "common/people.enact:2:5 E048 a library cannot use the policy `p` (a library has no versions: only policies and tests use policies)",
        ]
    );
}

#[test]
fn libraries_and_files_of_tests_hold_their_kinds_only() {
    let (loaded, errors) = load_files(&[
        (
            "lib.enact",
            "library lib\nfact a: yes/no\nrule r ok is yes\nparameter p: integer = 1 from 2020-01-01\ntest t expect ok is yes\n",
        ),
        ("p/2020-01-01.enact", "fact a: yes/no\nrule r ok is yes\ntest t expect ok is yes\n"),
    ]);
    assert_eq!(
        errors,
        [
            "lib.enact:3:6 E048 a library holds no `rule` (it belongs into the versions of a policy, which `use` this library)",
            "lib.enact:4:11 E048 a library holds no `parameter` (dated values belong into the versions of a policy)",
            "lib.enact:5:6 E048 a library holds no `test` (it belongs into a file of tests, which has no header)",
            "p/2020-01-01.enact:1:6 E048 a file without a header holds `use`, `profile` and `test`, not `fact a` and 1 more declarations \
             (begin the file with `policy p effective from 2020-01-01` or `library 2020-01-01`)",
        ]
    );
    assert_eq!(loaded.libraries[0].file.declarations.len(), 1);
    assert_eq!(loaded.tests[0].file.declarations.len(), 1);
}

#[test]
fn data_is_read_once_from_inside_the_root() {
    let header = "policy p effective from 2020-01-01\n";
    let text = format!(
        "{header}set s: set of country read from \"../common/x.csv\" column iso where basis is \"B\" valid from start until end\n\
         set t: set of country read from \"../common/x.csv\" column iso3\n\
         set u: set of country read from \"../../x.csv\" column iso\n\
         set v: set of country read from \"/etc/passwd\" column iso\n\
         set w: set of country read from \"x.csv\" column iso\n\
         enum e open read from \"y.csv\" column a\n"
    );
    let (loaded, errors) = load_files(&[
        ("p/2020-01-01.enact", &text),
        ("common/x.csv", "\u{feff}# a comment\niso,basis,start,end\nUS,B,2020-01-01,\nPM\n"),
        ("p/y.csv", "a;b\n1;2\n"),
        ("unread.csv", "a,a\n1\n"),
    ]);
    assert_eq!(
        errors,
        [
            "p/2020-01-01.enact:4:33 E053 `../../x.csv` leads out of the policies folder \
             (paths start at the file that names them and stay inside the policies folder)",
            "p/2020-01-01.enact:5:33 E053 `/etc/passwd` leads out of the policies folder \
             (paths start at the file that names them and stay inside the policies folder)",
            "p/2020-01-01.enact:6:33 E040 there is no data file `p/x.csv` (did you mean `../common/x.csv`?)",
            "common/x.csv:2:1 E049 the data has no column `iso3` (did you mean `iso`?)",
            "common/x.csv:4:1 E049 the row has 1 cell, the header 4",
            "p/y.csv:1:1 E049 the data has no column `a` (separate cells with commas, not `;`)",
        ]
    );
    assert_eq!(loaded.data.keys().collect::<Vec<_>>(), ["common/x.csv", "p/y.csv"]);
    let declared = &loaded.policies[0].versions[0].declarations[0].declaration.kind;
    let from = super::data::read_from(declared).expect("it reads data");
    assert_eq!(loaded.table(from).map(|table| table.rows.len()), Some(1));
}

#[test]
fn data_that_is_no_text_is_reported_where_it_is_read() {
    let mut folder = folder(&[(
        "lib.enact",
        "library lib\nenum e read from \"x.csv\" column a\nenum f read from \"x.csv\" column b\n",
    )]);
    folder.files.insert("x.csv".into(), b"a\ncaf\xe9\n".to_vec());
    assert_eq!(
        findings(&load(&folder)),
        ["lib.enact:2:18 E002 x.csv is no UTF-8 text: byte 5 on line 2 is 0xE9 (save the file as UTF-8)"]
    );
}

#[test]
fn loading_is_the_same_each_time() {
    let files = [
        BASE,
        (
            "p/2021-01-01.enact",
            "policy p effective from 2021-01-01 amends 2020-01-01\nreplace fact b: yes/no\nrule s ok is no\n",
        ),
    ];
    let first = format!("{:?}", load(&folder(&files)));
    for _ in 0..5 {
        assert_eq!(format!("{:?}", load(&folder(&files))), first);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    /// Files cut off or with a piece put elsewhere: whatever they say now, they load.
    #[test]
    fn any_folder_loads(cut in 0usize..400, from in 0usize..400, to in 0usize..400, bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..8)) {
        let amending = "policy p effective from 2021-01-01 23:30 \"UTC\" amends 2020-01-01\nuse lib\nreplace rule r [A] ok is no\n\
                        insert set s: set of country read from \"x.csv\" column iso\nrepeal fact a\n";
        let files = [BASE.1, amending, "library lib\nenum e read from \"p/x.csv\" column iso\n", "iso,b\nUS,\"x\"\n"];
        let paths = [BASE.0, "p/2021-01-01.enact", "lib.enact", "p/x.csv"];
        let mut folder = Folder::default();
        for (path, text) in paths.into_iter().zip(files) {
            let mut text = text.as_bytes().to_vec();
            let piece: Vec<u8> = text.iter().skip(from).take(20).copied().chain(bytes.clone()).collect();
            let place = to.min(text.len());
            text.splice(place..place, piece);
            text.truncate(text.len().saturating_sub(cut % 50));
            folder.files.insert(path.to_owned(), text);
        }
        let loaded = load(&folder);
        for found in &loaded.diagnostics {
            proptest::prop_assert!(found.labels.iter().all(|label| loaded.sources.get(label.span.source).text().get(label.span.range()).is_some()));
        }
    }
}

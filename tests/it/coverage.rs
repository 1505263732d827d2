//! Coverage of tests, and clauses against rules.

use std::fs;
use std::path::Path;

use enact::check::check;
use enact::coverage::{Coverage, html, text};
use enact::eval::{Request, Verdicts, evaluate};
use enact::facts::read_facts;
use enact::load::{Folder, Loaded, load};
use enact::program::{PolicyId, Program};
use proptest::prelude::*;

use super::cli::{code, enact, err, out};
use super::literate::root;

const PARKING: &str = r#"policy parking "Parking <b>&amp; more" effective from 2024-01-01

fact resident: yes/no
fact banned: yes/no
fact on_foot: yes/no
fact fines: integer

decision ok: yes/no otherwise no
rule lives_here ok is yes
    when all of {
        resident [R-1] "lives <i>here</i>",
        not on_foot,
    }
    unless fines > 3
rule out [R-2] ok is no
    when banned exception to lives_here
rule never [R-3] ok is yes
    when resident and banned and fines > 100 exception to out
"#;

const LATER: &str = "policy parking effective from 2025-01-01 amends 2024-01-01
insert define many: yes/no = every n in {1, 2}: fines > n
insert note heavy \"Many fines.\" about ok when many
";

fn world() -> (Loaded, Program) {
    let files = [("parking/2024-01-01.enact", PARKING), ("parking/2025-01-01.enact", LATER)];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    let loaded = load(&Folder { name: "policies".into(), files: files.into() });
    let checked = check(&loaded);
    let errors = enact::diagnostic::render::render_plain(&checked.findings, &loaded.sources);
    (loaded, checked.program.unwrap_or_else(|| panic!("{errors}")))
}

fn verdicts(program: &Program, facts: &str) -> Verdicts {
    let request = Request { policy: PolicyId(0), pinned: None, asked: program.policies[0].families.clone() };
    let facts = read_facts(program, facts).expect("facts");
    evaluate(program, &request, &facts).verdicts
}

fn covered(program: &Program, runs: &[&str]) -> Coverage {
    let mut coverage = Coverage::new(program);
    runs.iter().for_each(|facts| coverage.add(&verdicts(program, facts)));
    coverage
}

const RUNS: [&str; 6] = [
    r#"{"evaluation_date": "2024-05-01", "resident": true, "on_foot": false, "banned": false, "fines": 0}"#,
    r#"{"evaluation_date": "2024-05-01", "resident": true, "on_foot": false, "banned": true, "fines": 4}"#,
    r#"{"evaluation_date": "2025-05-01", "resident": false, "banned": true, "fines": 2}"#,
    r#"{"evaluation_date": "2025-05-01", "resident": true, "on_foot": false, "banned": true, "fines": 101}"#,
    r#"{"evaluation_date": "2025-05-01", "resident": true, "on_foot": false, "banned": true, "fines": 1}"#,
    r#"{"evaluation_date": "2023-05-01", "resident": true}"#,
];

#[test]
fn what_is_lacking_is_said_with_its_place() {
    let (loaded, program) = world();
    let expected = "\
coverage     covered   total    share
rules              0       3    0.0 %
exceptions         0       3    0.0 %
conditions         0       8    0.0 %
versions           1       2   50.0 %

policies/parking/2024-01-01.enact:9:1: rule `lives_here` always stands
policies/parking/2024-01-01.enact:10:10: condition `all of { resident [R-1] \"lives <i>here</i>\", not on_foot, }` never no
policies/parking/2024-01-01.enact:11:9: condition `resident` never no
policies/parking/2024-01-01.enact:12:9: condition `not on_foot` never no
policies/parking/2024-01-01.enact:14:12: `unless fines > 3` of rule `lives_here` never bites
policies/parking/2024-01-01.enact:14:12: condition `fines > 3` never yes
policies/parking/2024-01-01.enact:15:1: rule `out` never stands
policies/parking/2024-01-01.enact:15:1: rule `out` as an exception to `lives_here` never bites
policies/parking/2024-01-01.enact:16:10: condition `banned` never yes
policies/parking/2024-01-01.enact:17:1: rule `never` never stands
policies/parking/2024-01-01.enact:17:1: rule `never` as an exception to `out` never reached
policies/parking/2024-01-01.enact:18:10: condition `resident and banned and fines > 100` never yes
policies/parking/2025-01-01.enact:1:1: version 2025-01-01 of `parking` never in force
policies/parking/2025-01-01.enact:2:1: definition `many` never reached
policies/parking/2025-01-01.enact:3:47: condition `many` never reached
";
    assert_eq!(text::render(&covered(&program, &RUNS[..1]), &loaded.sources), expected);
}

#[test]
fn a_thing_counts_once_whatever_versions_inherit_it() {
    let (_, program) = world();
    let coverage = Coverage::new(&program);
    let rules: Vec<&str> = coverage
        .items()
        .iter()
        .filter(|item| item.kind == enact::coverage::Kind::Rule)
        .map(|item| item.name.as_str())
        .collect();
    assert_eq!(rules, ["rule `lives_here`", "rule `out`", "rule `never`"]);
    // In 2024 it stands and in 2025 it does not: both count.
    let runs = [RUNS[0], RUNS[2]];
    assert_eq!(
        covered(&program, &runs).items().iter().find(|item| item.name == rules[0]).map(|it| it.lacking()),
        Some(None)
    );
}

#[test]
fn a_page_holds_every_line_escaped_with_signs_beside_colours_and_nothing_else() {
    let (loaded, program) = world();
    let page = html::render(&covered(&program, &RUNS[..1]), &loaded.sources);
    assert_eq!(page, html::render(&covered(&program, &RUNS[..1]), &loaded.sources));
    for sign in ["✓", "◐", "✗"] {
        assert!(page.contains(&format!("<span class=\"mark\">{sign}</span>")), "{sign}");
    }
    assert!(page.contains("lives &lt;i&gt;here&lt;/i&gt;") && page.contains("&lt;b&gt;&amp;amp; more"));
    assert!(page.contains("title=\"rule `never`: never stands"), "{page}");
    assert!(
        !page.contains("<b>")
            && !page.contains("<script")
            && !page.contains("http:")
            && !page.contains("https:")
            && !page.contains("src=")
    );
    let lines = PARKING.lines().count() + LATER.lines().count() + 2;
    assert_eq!(page.matches("<li").count(), lines);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_tests_does_not_matter_and_more_of_them_reach_more(
        order in Just((0..RUNS.len()).collect::<Vec<_>>()).prop_shuffle(),
        some in 0..RUNS.len(),
    ) {
        let (_, program) = world();
        let runs: Vec<&str> = order.iter().map(|&index| RUNS[index]).collect();
        prop_assert_eq!(covered(&program, &runs), covered(&program, &RUNS));
        let (fewer, all) = (covered(&program, &runs[..some]), covered(&program, &runs));
        for (fewer, all) in fewer.items().iter().zip(all.items()) {
            prop_assert!(fewer.reach() >= all.reach());
        }
    }
}

/// A folder with the policy, a test and a list of clauses.
fn folder(list: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    };
    write("policies/parking/2024-01-01.enact", PARKING);
    write("policies/parking/2025-01-01.enact", LATER);
    let test = "use parking\ntest one on 2024-05-01\n    given resident is yes, on_foot is no, banned is no, fines is 0\n    \
                expect ok is yes\n";
    write("policies/parking/tests/one.enact", test);
    write("clauses.csv", list);
    folder
}

#[test]
fn too_little_coverage_ends_with_1() {
    let folder = folder("");
    let run = |arguments: &[&str]| enact(folder.path(), arguments);
    let output = run(&["test", "--coverage"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(
        out(&output).contains("policies/parking/2024-01-01.enact:15:1: rule `out` never stands\n"),
        "{}",
        out(&output)
    );
    assert!(out(&output).ends_with("\n1 passed, 0 failed\n"));
    let output = run(&["test", "--coverage", "--min", "90"]);
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("coverage of rules: 0.0 %, less than 90 %\n"), "{}", err(&output));
    assert_eq!(code(&run(&["test", "--coverage", "--min", "0"])), 0);
    assert_eq!(code(&run(&["test", "--coverage", "--min", "101"])), 2);
    // Only what is declared in the file given is counted; where that is tests alone, everything.
    let later = out(&run(&["test", "policies/parking/2025-01-01.enact", "policies/parking/tests", "--coverage"]));
    assert!(later.contains("rules              0       0  100.0 %"), "{later}");
    assert!(
        out(&run(&["test", "policies/parking/tests", "--coverage"])).contains("rules              0       3    0.0 %")
    );
}

#[test]
fn coverage_as_data_fits_the_schema() {
    let folder = folder("");
    let page = folder.path().join("coverage.html");
    let arguments = ["test", "--coverage", "--coverage-html", "coverage.html", "--format", "json"];
    let record: serde_json::Value = serde_json::from_str(&out(&enact(folder.path(), &arguments))).expect("JSON");
    let schema = fs::read_to_string(root().join("schemas/enact.tests.1.json")).expect("a schema");
    jsonschema::validate(&serde_json::from_str(&schema).expect("JSON"), &record).expect("fits");
    assert_eq!(record["coverage"]["kinds"][0], serde_json::json!({"kind": "rules", "covered": 0, "total": 3}));
    assert!(fs::read_to_string(page).expect("written").starts_with("<!doctype html>"));
}

#[test]
fn clauses_without_rules_and_rules_without_clauses_are_found() {
    let folder = folder("clause,text\nR-1,one\nR-3,three\nR-9,nobody\nX-1,nobody either\n");
    let run = |format: &str| enact(folder.path(), &["check", "--clauses", "clauses.csv", "--format", format]);
    let output = run("human");
    assert_eq!(code(&output), 0, "{}", err(&output));
    let text = out(&output);
    assert!(text.contains("4 clauses: 2 carried, 2 not: R-9, X-1\n1 tag not in the list: R-2\n"), "{text}");
    assert!(!text.contains("without a clause:"), "{text}");
    for expected in [
        "W120 clause-without-rule: nothing carries the clause `R-9`",
        "W121 unlisted-clause: the list of clauses has no `R-2`",
    ] {
        assert!(text.contains(expected), "{text}");
    }
    let record: serde_json::Value = serde_json::from_str(&out(&run("json"))).expect("JSON");
    let schema = fs::read_to_string(root().join("schemas/enact.finding.1.json")).expect("a schema");
    jsonschema::validate(&serde_json::from_str(&schema).expect("JSON"), &record).expect("fits");
    assert_eq!(record["clauses"]["missing"], serde_json::json!(["R-9", "X-1"]));
    fs::write(
        folder.path().join("policies/parking/2024-01-01.enact"),
        PARKING.replace(" [R-1] \"lives <i>here</i>\"", "").replace(" [R-2]", ""),
    )
    .expect("written");
    let text = out(&run("human"));
    assert!(text.contains("W122 rule-without-clause: the rule `lives_here` names no clause"), "{text}");
    assert!(text.contains("2 rules without a clause: lives_here, out\n"), "{text}");
}

#[test]
fn a_list_that_is_none_is_refused() {
    for (list, expected) in [("tag\nR-1\n", 1), ("clause\nR-1\nR-1\n", 1), ("clause,a\nR-1\n", 2), ("", 2)] {
        let folder = folder(list);
        assert_eq!(code(&enact(folder.path(), &["check", "--clauses", "clauses.csv"])), expected, "{list:?}");
    }
    assert_eq!(code(&enact(folder("").path(), &["check", "--clauses", "nowhere.csv"])), 2);
}

/// What the repository promises of its own policies.
#[test]
fn the_policies_here_are_covered_and_carry_their_clauses() {
    let output = enact(&root(), &["test", "--coverage", "--min", "100"]);
    assert_eq!(code(&output), 0, "{}{}", out(&output), err(&output));
    let output = enact(&root(), &["check", "policies", "--clauses", "policies/clauses.csv", "--format", "json"]);
    let record: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(record["clauses"]["unlisted"], serde_json::json!([]));
    assert!(record["clauses"]["missing"].as_array().is_some_and(|missing| missing.len() <= 4), "{}", record["clauses"]);
    assert!(Path::new(&root()).join("policies/clauses.csv").is_file());
}

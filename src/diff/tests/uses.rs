//! What a diff is used for: counting rows, holding it against an intention, tests.

use super::fixture::{Shipped, nobody};
use crate::check::check;
use crate::diff::population::Census;
use crate::diff::*;
use crate::eval::{Request, evaluate};
use crate::facts::{Facts, Slot, read_facts};
use crate::load::{Folder, load};
use crate::program::EVALUATION_DATE;
use crate::source::Sources;
use crate::syntax::ast::On;
use crate::syntax::{format::format, parse};
use crate::value::Value;

#[test]
fn rows_are_counted_by_what_happens_to_them() {
    let shipped = Shipped::load();
    let comparison = shipped.ban();
    let facts = comparison.diff.decisions[2].groups[0].witness.facts.clone();
    let read = |change: &dyn Fn(&mut serde_json::Map<String, serde_json::Value>)| {
        let mut facts = facts.clone();
        facts.insert("evaluation_date".into(), "2025-02-01".into());
        facts.insert("port_of_entry".into(), "other".into());
        facts.insert("arrival_local_time".into(), "12:00".into());
        change(&mut facts);
        read_facts(&shipped.program, serde_json::Value::Object(facts).to_string())
    };
    let worker = read(&|_| {}).expect("facts");
    let american = read(&|facts| drop(facts.insert("citizenships".into(), serde_json::json!(["US"])))).expect("facts");
    let open = read(&|facts| drop(facts.remove("citizenships"))).expect("facts");
    let barred =
        comparison.diff.decisions.iter().position(|it| it.name == "flagpoling_bar_applies").expect("a decision");
    let group_of = move |decision: usize, _: &Facts| (decision == barred).then_some(2);
    let mut census = Census::new(&comparison, &group_of);
    for facts in [&worker, &worker, &american, &open] {
        census.add(facts);
    }
    census.refuse("age", || "`/age_years`: `old` is no number".into(), 3);
    let population = census.finish();
    assert_eq!(population.rows, 7);
    assert_eq!(population.groups, [(1, 0), (2, 2), (3, 0)]);
    let of = |from: &str, to: &str| {
        let own = population.matrix.iter().find(|(name, before, after, _)| {
            (name.as_str(), before.as_str(), after.as_str()) == ("flagpoling_bar_applies", from, to)
        });
        own.map_or(0, |(.., rows)| *rows)
    };
    assert_eq!((of("no", "yes"), of("no", "no")), (2, 1));
    let lacking: Vec<&str> = population.refused.iter().map(|(what, _)| what.as_str()).collect();
    assert!(
        lacking.contains(&"`flagpoling_bar_applies` is undetermined under the new text: `citizenships` not stated"),
        "{lacking:?}"
    );
    assert!(population.refused.contains(&("`/age_years`: `old` is no number".into(), 3)));
}

#[test]
fn a_saved_record_is_met_by_its_own_diff_and_by_no_other() {
    let shipped = Shipped::load();
    let (ban, same) = (shipped.ban(), nobody(shipped.ban()));
    let saved = |comparison: &Comparison| {
        let text = serde_json::to_string(&record::record(comparison, shipped.sources())).expect("serializes");
        expect::read(&text).expect("a record")
    };
    assert!(expect::compare(&[&ban.diff], &saved(&ban)).is_empty());
    assert!(expect::compare(&[&same.diff], &saved(&same)).is_empty());
    let unmet = expect::compare(&[&ban.diff], &saved(&same));
    assert_eq!((unmet.unlisted.len(), unmet.absent.len()), (3, 0));
    let unmet = expect::compare(&[&same.diff], &saved(&ban));
    assert_eq!((unmet.unlisted.len(), unmet.absent.len()), (0, 3));
    let mut moved = shipped.ban();
    moved.diff.decisions[2].groups[0].regions[0].all.pop();
    let unmet = expect::compare(&[&moved.diff], &saved(&ban));
    assert_eq!((unmet.unlisted.len(), unmet.absent.len()), (1, 1), "a group of other people is another group");
}

#[test]
fn tests_of_a_diff_are_canonical_and_pass_under_the_new_text() {
    let shipped = Shipped::load();
    let emitted = emit::emit(&shipped.ban(), &shipped.new_text(), "diff");
    let mut sources = Sources::new();
    let id = sources.add("diff.enact", emitted.text.as_str());
    let parsed = parse(&sources, id);
    assert_eq!(parsed.diagnostics, []);
    assert_eq!(format(&sources, &parsed.file), emitted.text);
    insta::assert_snapshot!(emitted.text);

    let mut folder = Folder { name: "policies".into(), files: Default::default() };
    for (source, path) in &shipped.loaded.paths {
        folder.files.insert(path.clone(), shipped.sources().get(*source).text().as_bytes().to_vec());
    }
    for path in shipped.loaded.data.keys() {
        let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("policies").join(path);
        folder.files.insert(path.clone(), std::fs::read(data).expect("a data file"));
    }
    folder.files.insert("flagpoling/tests/diff.enact".into(), emitted.text.into_bytes());
    let loaded = load(&folder);
    let program = check(&loaded).program.expect("no errors");
    let tests: Vec<_> = program.tests.iter().filter(|test| test.file == "flagpoling/tests/diff").collect();
    assert_eq!(tests.len(), emitted.tests);
    assert!(tests.len() >= 3, "{:?}", emitted.left_out);
    for test in tests {
        let mut facts = Facts::new(&program);
        for (fact, given) in &test.given {
            facts.set(*fact, given.value().map_or(Slot::StatedUnknown, |value| Slot::Given(value.clone())));
        }
        let Some(On::Date(day)) = test.on else { panic!("a test without its day") };
        facts.set(EVALUATION_DATE, Slot::Given(Value::Date(day)));
        for expect in &test.expects {
            let policy = program.family(expect.family).policy.expect("a policy");
            let request = Request { policy, pinned: None, asked: vec![expect.family] };
            let answer = &evaluate(&program, &request, &facts).answers[0];
            assert_eq!(answer.value.as_ref(), expect.outcome.as_ref().ok(), "{}", program.origin(test.origin).name);
        }
    }
}

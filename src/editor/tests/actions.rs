//! What can be done about findings.

use super::*;

/// What is offered at the cursor.
fn titles(here: &At) -> Vec<String> {
    here.project.actions(&here.path, here.offset..here.offset).into_iter().map(|it| it.title).collect()
}

/// The text after the first offer whose title begins so, and what is wrong with it then.
#[track_caller]
fn done(here: &At, title: &str) -> (String, Vec<&'static str>) {
    let actions = here.project.actions(&here.path, here.offset..here.offset);
    let action = actions.iter().find(|it| it.title.starts_with(title));
    let action = action.unwrap_or_else(|| panic!("`{title}` is not offered: {:?}", titles(here)));
    let mut edits = action.edits.clone();
    edits.sort_by_key(|edit| edit.span);
    let text = here.edited(&here.path, &edits);
    let mut folder = here.project.folder.clone();
    folder.files.insert(here.path.clone(), text.clone().into_bytes());
    let after = Project::new(folder);
    let codes = after.findings.iter().filter(|it| it.is_error()).map(|it| it.code.number).collect();
    (text, codes)
}

#[test]
fn a_misspelt_name_is_mended() {
    let here = one("fact age_years: integer\ndecision ok: yes/no = age_yaers§ >= 18\n");
    let (text, codes) = done(&here, "Write `age_years`");
    assert!(text.contains("= age_years >= 18"), "{text}");
    assert_eq!(codes, [] as [&str; 0]);
    let actions = here.project.actions(&here.path, here.offset..here.offset);
    let mended = actions[0].mends.expect("mends something");
    assert_eq!(here.project.findings[mended].code.number, "E201");
}

#[test]
fn words_of_other_languages_are_mended() {
    let here = one("fact a: yes/no\nfact b: yes/no\ndecision ok: yes/no = a &&§ b\n");
    let (text, codes) = done(&here, "Write `and`");
    assert!(text.contains("= a and b"), "{text}");
    assert_eq!(codes, [] as [&str; 0]);
    let here = one("fact a: yes/no\ndecision ok: yes/no = a is true§\n");
    let (text, codes) = done(&here, "Write `yes`");
    assert!(text.contains("= a is yes"), "{text}");
    assert_eq!(codes, [] as [&str; 0]);
}

#[test]
fn a_missing_fact_is_declared_with_the_type_that_fits() {
    for (condition, ty) in [
        ("§resident", "yes/no"),
        ("§x >= 18", "integer"),
        ("§x < 3.5", "decimal"),
        ("§x >= 100 CAD", "money CAD"),
        ("§x is 2024-01-01", "date"),
        ("§x is worker", "status"),
        ("§x in {FR, US}", "country"),
        ("not §x", "yes/no"),
    ] {
        let here =
            one(&format!("enum status {{ visitor, worker }}\nfact s: status\ndecision ok: yes/no = {condition}\n"));
        let (text, codes) = done(&here, "Declare the fact");
        let name = if condition.contains("resident") { "resident" } else { "x" };
        assert!(text.contains(&format!("fact {name} \"{name}\": {ty}\n")), "{condition}: {text}");
        assert_eq!(codes, [] as [&str; 0], "{text}");
    }
    let first = format!("{HEAD}decision ok: yes/no otherwise no\n");
    let second = "policy p effective from 2025-01-01 amends 2024-01-01\ninsert rule r ok is yes when §resident\n";
    let here = at(&[(PATH, &first), ("p/2025-01-01.enact", second)]);
    let (text, codes) = done(&here, "Declare the fact");
    assert!(text.contains("\ninsert fact resident \"resident\": yes/no\n\ninsert rule r"), "{text}");
    assert_eq!(codes, [] as [&str; 0]);
}

#[test]
fn a_library_is_used_and_a_verb_is_written() {
    let here = at(&[
        ("people.enact", "library people\nfact age: integer\n"),
        (PATH, &format!("{HEAD}decision ok: yes/no = §age >= 18\n")),
    ]);
    let (text, codes) = done(&here, "Use `people`");
    assert!(text.starts_with("policy p effective from 2024-01-01\nuse people\n"), "{text}");
    assert_eq!(codes, [] as [&str; 0]);
    let second = "policy p effective from 2025-01-01 amends 2024-01-01\nfact §f: yes/no\n";
    let here = at(&[(PATH, &format!("{HEAD}decision ok: yes/no = yes\n")), ("p/2025-01-01.enact", second)]);
    let (text, codes) = done(&here, "Write `insert`");
    assert!(text.contains("\ninsert fact f: yes/no"), "{text}");
    assert_eq!(codes, [] as [&str; 0]);
}

#[test]
fn the_rounding_of_months_is_named() {
    let policy = "fact issued: date\ndecision valid: yes/no = evaluation_date <= issued + 6 mon§ths\n";
    for (title, part) in [
        ("Round down here", "<= (issued + 6 months rounding down)"),
        ("Round up here", "<= (issued + 6 months rounding up)"),
        ("Round up in the whole version", "2024-01-01 months round up\n"),
    ] {
        let (text, codes) = done(&one(policy), title);
        assert!(text.contains(part), "{text}");
        assert_eq!(codes, [] as [&str; 0]);
    }
}

#[test]
fn a_test_gives_what_a_rule_reads() {
    let here =
        one("enum status { visitor, worker }\nfact age: integer typical 30\nfact s: status\nfact other: yes/no\n\
        define adult = age >= 18\ndecision ok: yes/no otherwise no\n\
        rule r§ [A-1] ok is yes when adult and s is worker\n");
    let (text, codes) = done(&here, "Add a test of `r`");
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("test test_r on 2024-01-01 given s is visitor, age is 30 expect ok is yes because [A-1]"),
        "{text}"
    );
    assert_eq!(codes, [] as [&str; 0]);
    let here = one("fact age: integer\ndecision ok§: yes/no otherwise no\nrule r ok is yes when age >= 18\n");
    let (text, codes) = done(&here, "Add a test of `ok`");
    assert!(text.contains("age is 0"), "{text}");
    assert_eq!(codes, [] as [&str; 0]);
}

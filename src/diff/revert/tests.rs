//! Undoing every edit gives the old meaning; undoing one group of them gives a text that lowers.

use super::*;
use crate::diff::structural::edits;
use crate::diff::testing::{cases, changed, lower_loaded};
use crate::eval::{Request, evaluate};
use crate::facts::read_facts;
use crate::load::{Folder, load, load_beside};
use crate::program::{Asked, Program, VersionId};
use crate::testing::shipped;

/// What every decision and definition of a policy comes to, by name; on one version, or on that of the day.
fn answers(program: &Program, policy: &str, version: Option<&str>, facts: &str) -> Vec<String> {
    let policy = program.find_policy(policy).expect("the policy");
    let facts = read_facts(program, facts).unwrap_or_else(|errors| panic!("{errors:?}"));
    let mut families = program.policies[policy.index()].families.clone();
    let mut versions = program.policies[policy.index()].versions.iter().copied();
    let pinned = version.map(|name| versions.find(|&id| program.version(id).name == name).expect("the version"));
    let has = |&(version, _): &(Option<VersionId>, Asked)| pinned.is_none() || version == pinned;
    families.retain(|&family| program.family(family).members.iter().any(has));
    let evaluation = evaluate(program, &Request { policy, pinned, asked: families }, &facts);
    let shown = evaluation.answers.iter().map(|answer| {
        let value = answer.value.as_ref().map(|value| program.value_text(value, &answer.ty));
        format!("{} {:?} {value:?}", program.family(answer.asked).name, answer.status)
    });
    let mut shown: Vec<String> = shown.filter(|it| !it.contains("NotInForce")).collect();
    shown.sort();
    shown
}

/// The facts of every seventh case, those that a program knows.
fn known_cases(program: &Program) -> Vec<String> {
    let known = |(_, facts): (String, String)| {
        let mut facts: serde_json::Value = serde_json::from_str(&facts).expect("facts");
        let keys = facts.as_object_mut().expect("an object");
        keys.retain(|key, _| program.facts.iter().any(|fact| fact.key == *key));
        facts.to_string()
    };
    cases().into_iter().step_by(7).map(known).collect()
}

/// Undoes each group of edits alone, then all together, and lowers the texts. Returns the last and the groups as headings.
fn undone(old: Side, new: Side) -> (Program, Vec<Vec<String>>) {
    let found = edits(old, new);
    let groups = clusters(&found);
    let undo = |group: &[usize]| {
        let picked: Vec<&Edit> = group.iter().map(|&index| &found[index]).collect();
        lower_loaded(&revert(old, new, &picked)).unwrap_or_else(|errors| {
            panic!("{:?}\n{errors}", picked.iter().map(|edit| edit.text()).collect::<Vec<_>>())
        })
    };
    groups.iter().for_each(|group| drop(undo(group)));
    let heading = |&index: &usize| found[index].heading();
    let shown = groups.iter().map(|group| group.iter().map(heading).collect()).collect();
    (undo(&groups.concat()), shown)
}

/// Undoes edits as [`undone`] and compares the answers of the last text with those of the old side. Returns the groups.
fn assert_undone(old: Side, new: Side) -> Vec<Vec<String>> {
    let (undone, groups) = undone(old, new);
    let before = lower_loaded(old.loaded).expect("the old side has no errors");
    for facts in known_cases(&undone) {
        let expected = answers(&before, old.policy, old.version, &facts);
        assert_eq!(answers(&undone, new.policy, new.version, &facts), expected, "{facts}");
    }
    groups
}

#[test]
fn the_ban_undone_is_the_policy_before_it() {
    let loaded = load(&shipped());
    let side = |version| Side { loaded: &loaded, policy: "flagpoling", version: Some(version) };
    let groups = assert_undone(side("2024-05-30"), side("2024-12-24"));
    assert_eq!(
        groups,
        [
            vec![
                "+ rule ban [FLAG-02]",
                "+ define trucker_on_maintained_status [FLAG-06]",
                "+ set professional_agreements",
                "+ set spouse_agreements",
            ],
            vec!["+ use common.law"],
            vec!["- rule limited_hours [FLAG-12]", "- define hours_here", "- table flagpole_hours"],
        ]
    );
    // The other way round it is the policy after it.
    assert_undone(side("2024-12-24"), side("2024-05-30"));
}

#[test]
fn every_group_of_every_shipped_amendment_can_be_undone() {
    let loaded = load(&shipped());
    let mut groups = 0;
    for policy in &loaded.policies {
        let names: Vec<&str> = policy.versions.iter().map(|version| version.name.as_str()).collect();
        for pair in names.windows(2) {
            let side = |name| Side { loaded: &loaded, policy: &policy.name, version: Some(name) };
            groups += undone(side(pair[0]), side(pair[1])).1.len();
        }
    }
    assert_eq!(groups, 20);
}

#[test]
fn nothing_undone_is_the_new_side() {
    let loaded = load(&shipped());
    let side = |version| Side { loaded: &loaded, policy: "flagpoling", version: Some(version) };
    let same = lower_loaded(&revert(side("2024-05-30"), side("2024-12-24"), &[])).expect("no errors");
    let new = lower_loaded(&loaded).expect("no errors");
    for facts in known_cases(&same) {
        let version = Some("2024-12-24");
        assert_eq!(answers(&same, "flagpoling", version, &facts), answers(&new, "flagpoling", version, &facts));
    }
}

#[test]
fn changes_of_a_copied_root_are_undone_one_by_one() {
    let old = load(&shipped());
    let changes = [
        ("flagpoling/2024-12-24.enact", "    unless cbsa_appointment_booked_before [FLAG-07]\n", ""),
        (
            "common/data/fta_flagpole_exemptions.csv",
            "cusma,US MX,CUSMA/USMCA (Canada-United States-Mexico),true",
            "cusma,US MX,CUSMA,false",
        ),
        ("common/travel.enact", "CA not in countries", "US not in countries"),
        ("common/travel.enact", "fact port_of_entry \"port of entry\"", "fact port_of_entry \"the port\""),
        ("poe_work_permit/2024-06-21.enact", "effective from 2024-06-21", "effective from 2024-06-21 until 2025-06-01"),
    ];
    let new = load_beside(&Folder { name: "copy".into(), ..changed(&changes) }, &old.sources);
    let side = |loaded| Side { loaded, policy: "poe_work_permit", version: None };
    let groups = assert_undone(side(&old), side(&new));
    assert_eq!(
        groups.concat(),
        [
            "~ policy poe_work_permit",
            "~ rule ban [FLAG-02]",
            "~ set professional_agreements",
            "~ invariant canada_is_not_abroad [INT-04]",
        ]
    );
    assert_eq!(groups.len(), 4);
}

/// Two roots of `p` as sides, compared and undone by the test given.
fn with_roots<T>(old: &[(&str, &str)], new: &[(&str, &str)], test: impl Fn(Side, Side) -> T) -> T {
    let folder = |files: &[(&str, &str)]| Folder {
        name: String::new(),
        files: files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect(),
    };
    let old = load(&folder(old));
    let new = load_beside(&folder(new), &old.sources);
    let side = |loaded| Side { loaded, policy: "p", version: None };
    test(side(&old), side(&new))
}

#[test]
fn a_fact_goes_with_what_reads_it_and_a_new_shape_with_its_readers() {
    let old = "policy p effective from 2020-01-01\ndecision d: yes/no no outranks yes otherwise no\nfact n: integer\nfact m: integer\n\
               define low(x: integer) = x < 3\nrule a d is yes when low(n)\nrule c d is no when m > 3\nenum e { u, v }\nfact k: e\n\
               rule z d is yes when k is v\n";
    let new = "policy p effective from 2020-01-01\ndecision d: yes/no no outranks yes otherwise no\nfact n: integer\nfact m: integer\n\
               fact fit: yes/no\ndefine low(x: integer, y: integer) = x < y\nrule a d is yes when low(n, 4)\nrule c d is no when m > 4\n\
               rule b d is no when not fit\nenum e { u, w }\nfact k: e\nrule z d is yes when k is w\n";
    let path = "p/2020-01-01.enact";
    let groups = with_roots(&[(path, old)], &[(path, new)], |old, new| {
        let found = edits(old, new);
        let groups = clusters(&found);
        for group in &groups {
            let picked: Vec<&Edit> = group.iter().map(|&index| &found[index]).collect();
            lower_loaded(&revert(old, new, &picked)).unwrap_or_else(|errors| panic!("{errors}"));
        }
        let heading = |&index: &usize| found[index].heading();
        groups.iter().map(|group| group.iter().map(heading).collect::<Vec<_>>().join(", ")).collect::<Vec<_>>()
    });
    assert_eq!(groups, ["+ rule b, + fact fit", "~ rule a, ~ define low", "~ rule c", "~ rule z, ~ enum e"]);
}

#[test]
fn a_library_that_is_gone_and_a_version_that_is_new_are_undone() {
    let first = "policy p effective from 2020-01-01\nuse lib\ndecision d: yes/no = near and n < 3\nfact n: integer\n";
    let lib =
        "library lib\nfact c: country\nset s: set of country read from \"x.csv\" column iso\ndefine near = c in s\n";
    let old = [("p/2020-01-01.enact", first), ("lib.enact", lib), ("x.csv", "iso\nUS\n")];
    let changed = first.replace("use lib\n", "").replace("near and ", "");
    let later = "policy p effective from 2021-01-01 amends 2020-01-01\nreplace decision d: yes/no = n < 9\n";
    let new = [("p/2020-01-01.enact", changed.as_str()), ("p/2021-01-01.enact", later)];
    with_roots(&old, &new, |old, new| {
        let found = edits(old, new);
        let shown: Vec<String> = found.iter().map(Edit::text).collect();
        assert_eq!(
            shown,
            ["- use lib", "~ decision d: - near", "+ version 2021-01-01", "~ decision d: n < 3 -> n < 9"]
        );
        let groups = clusters(&found);
        assert_eq!(groups, [vec![0, 1], vec![2], vec![3]]);
        let all: Vec<&Edit> = found.iter().collect();
        let answer = |loaded: &Loaded, day: &str, n: u32, country: &str| {
            let program = lower_loaded(loaded).unwrap_or_else(|errors| panic!("{errors}"));
            let country = if loaded.libraries.is_empty() { String::new() } else { format!(", \"c\": \"{country}\"") };
            answers(&program, "p", None, &format!("{{\"evaluation_date\": \"{day}\", \"n\": {n}{country}}}")).join(" ")
        };
        // Without the new version the first holds on.
        assert_eq!(answer(&revert(old, new, &[]), "2022-01-01", 5, ""), "d Decided Some(\"yes\")");
        assert_eq!(answer(&revert(old, new, &all[2..3]), "2022-01-01", 5, ""), "d Decided Some(\"no\")");
        assert_eq!(answer(&revert(old, new, &all[3..4]), "2022-01-01", 5, ""), "d Decided Some(\"no\")");
        // The library of the old root is back, with its data.
        let back = revert(old, new, &all[..2]);
        assert_eq!(back.libraries.len(), 1);
        assert_eq!(answer(&back, "2020-06-01", 1, "US"), "d Decided Some(\"yes\")");
        assert_eq!(answer(&back, "2020-06-01", 1, "FR"), "d Decided Some(\"no\")");
    });
}

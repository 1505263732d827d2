//! Both sides of a joined program mean what each program alone means.

use std::collections::BTreeMap;

use super::*;
use crate::diff::testing::{cases, changed, lowered};
use crate::eval::{Outcome, Possible, Request, evaluate};
use crate::facts::{Facts, read_facts};
use crate::load::Folder;
use crate::testing::shipped;

/// Lowers one file `p/2020-01-01.enact`, whose header is added.
fn small(text: &str) -> Program {
    let text = format!("policy p effective from 2020-01-01\n{text}");
    let files = BTreeMap::from([("p/2020-01-01.enact".to_owned(), text.into_bytes())]);
    lowered(&Folder { name: String::new(), files })
}

/// What an answer says, without ids.
fn shown(program: &Program, policy: PolicyId, family: FamilyId, facts: &Facts) -> String {
    let evaluation = evaluate(program, &Request { policy, pinned: None, asked: vec![family] }, facts);
    let answer = &evaluation.answers[0];
    let value = |value: &Value| program.value_text(value, &answer.ty);
    let outcome = |outcome: &Outcome| match outcome {
        Outcome::Value(it) => value(it),
        Outcome::Error(fault) => format!("{:?} {:?}", fault.kind, fault.origin.map(|id| &program.origins[id as usize])),
        other => format!("{other:?}"),
    };
    let possible = match &answer.possible {
        Possible::Listed(all) => {
            let mut all: Vec<String> = all.iter().map(outcome).collect();
            all.sort();
            format!("{all:?}")
        }
        Possible::Between(least, greatest, _) | Possible::Sets(least, greatest, _) => {
            format!("{} to {}", value(least), value(greatest))
        }
        Possible::Anything => "anything".into(),
    };
    let missing: Vec<String> = answer.missing.iter().map(|missing| missing.text(program)).collect();
    let rules: Vec<(&str, String)> = evaluation
        .verdicts
        .rules
        .iter()
        .zip(&program.rules)
        .filter_map(|(verdict, rule)| {
            let verdict = verdict.as_ref()?;
            Some((program.origin(rule.origin).name.as_str(), format!("{verdict:?}")))
        })
        .collect();
    let assumed: Vec<&str> = evaluation.verdicts.assumed.keys().map(|&fact| program.fact(fact).name.as_str()).collect();
    let version = answer.version.map(|version| &program.version(version).name);
    format!(
        "{:?} {version:?} {:?} {possible} {missing:?} {} {} {} {assumed:?} {} {rules:?}",
        answer.status,
        answer.value.as_ref().map(value),
        answer.because.len(),
        answer.set_aside.len(),
        answer.violated.len(),
        answer.exact,
    )
}

/// Evaluates every case on a program alone and on its side of a joint one, and compares what they say.
fn assert_same_answers(alone: &Program, joint: &Program, policies: &[PolicyId], families: &[FamilyId]) {
    let mut decided = 0;
    for (question, facts) in cases() {
        let found = alone.families.iter().position(|family| family.name == question && family.policy.is_some());
        let index = found.expect("the decision of a case");
        let policy = alone.families[index].policy.expect("of a policy");
        let (Ok(facts_alone), Ok(facts_joint)) = (read_facts(alone, &facts), read_facts(joint, &facts)) else {
            panic!("{facts}");
        };
        let expected = shown(alone, policy, FamilyId(index as u32), &facts_alone);
        let found = shown(joint, policies[policy.index()], families[index], &facts_joint);
        assert_eq!(found, expected, "{question} {facts}");
        decided += usize::from(expected.starts_with("Decided"));
    }
    assert!(decided > 100);
}

#[test]
fn both_sides_answer_as_each_program_alone() {
    let old = lowered(&shipped());
    let new = lowered(&changed(&[
        // The ban without one exemption, another list of agreements, a member before the others, other ports.
        ("flagpoling/2024-12-24.enact", "    unless cbsa_appointment_booked_before [FLAG-07]\n", ""),
        ("common/travel.enact", "{ air \"by air\", land", "{ foot \"on foot\", air \"by air\", land"),
        ("common/data/fta_flagpole_exemptions.csv", "true", "false"),
        ("h1b_open_work_permit/2023-07-16.enact", "36 from", "12 from"),
        ("common/travel.enact", "    ask \"At what local time", "    typical 12:00 ask \"At what local time"),
    ]));
    let mut joint = old.clone();
    let joined = join(&mut joint, &new);
    assert_eq!(joined.retyped, []);
    let united: Vec<&str> = joined.united.iter().map(|&id| joint.enum_type(id).name.as_str()).collect();
    assert_eq!(united, ["means_of_travel"]);
    let policies = following(0, old.policies.len(), PolicyId);
    assert_same_answers(&old, &joint, &policies, &following(0, old.families.len(), FamilyId));
    assert_same_answers(&new, &joint, &joined.policies, &joined.families);
}

/// Whether a node, or one it reads, stands for text of one side: those are never shared.
fn is_of_one_side(program: &Program, node: NodeId) -> bool {
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        match program.op(node) {
            Op::Clause(..) | Op::Decision(_) | Op::Used(..) | Op::InForce(_) => return true,
            op => open.extend(op.children()),
        }
    }
    false
}

#[test]
fn a_program_joined_with_itself_shares_every_computation() {
    let program = lowered(&shipped());
    let mut joint = program.clone();
    let joined = join(&mut joint, &program);
    assert_eq!(joint.facts, program.facts);
    assert_eq!(joint.enums, program.enums);
    assert_eq!(joint.records, program.records);
    assert_eq!((&joint.dated, &joint.scales, &joint.calendars), (&program.dated, &program.scales, &program.calendars));
    assert_eq!((joined.retyped, joined.widened, joined.united), (vec![], vec![], vec![]));
    let added = (program.nodes.len()..joint.nodes.len()).map(|index| NodeId(index as u32));
    assert!(added.clone().all(|node| is_of_one_side(&joint, node)));
    // All of it is there twice, each on its side.
    assert_eq!(joint.rules.len(), 2 * program.rules.len());
    let (first, second) = (&joint.rules[0], &joint.rules[joined.rules[0].index()]);
    assert_ne!(first.decision, second.decision);
    assert_eq!(joint.origin(first.origin).label, joint.origin(second.origin).label);
}

#[test]
fn a_fact_of_another_type_is_another_fact() {
    let old = small("fact a: yes/no\nfact n: integer within 0 .. 9\ndecision d: yes/no = a and n < 3\n");
    let new = small("fact n: integer within 5 .. 20\nfact a: date\ndecision d: yes/no = a > 2020-01-01 and n < 3\n");
    let mut joint = old.clone();
    let joined = join(&mut joint, &new);
    let names = |ids: &[FactId]| ids.iter().map(|&id| joint.fact(id).name.clone()).collect::<Vec<_>>();
    assert_eq!((names(&joined.retyped), names(&joined.widened)), (vec!["a".to_owned()], vec!["n".to_owned()]));
    let n = joint.find_fact("n").expect("shared");
    assert_eq!(joint.fact(n).within, Some((Value::integer(0), Value::integer(20))));
    assert_eq!(joint.facts.len(), old.facts.len() + 1);
    // `n < 3` is one node of both.
    let less = |op: &&Op| matches!(op, Op::Less(a, _) if *joint.op(*a) == Op::Fact(n));
    assert_eq!(joint.nodes.keys().filter(less).count(), 1);
}

/// What the only decision of each side comes to on 2024-06-01.
fn both(joint: &Program, joined: &Joined, facts: &str) -> [String; 2] {
    let facts = facts.replace('{', r#"{"evaluation_date": "2024-06-01", "#);
    let facts = read_facts(joint, &facts).expect("facts");
    let answer = |policy: PolicyId| {
        let asked = joint.policies[policy.index()].families.clone();
        let evaluation = evaluate(joint, &Request { policy, pinned: None, asked }, &facts);
        let answer = &evaluation.answers[0];
        answer.value.as_ref().map_or(answer.status.text().into(), |value| joint.value_text(value, &answer.ty))
    };
    [answer(PolicyId(0)), answer(joined.policies[0])]
}

#[test]
fn an_enum_of_both_sides_has_the_members_of_both() {
    let old = small("enum e { a, b }\nfact x: e\ndecision d: yes/no = x is b\n");
    let new = small("enum e open { c, b }\nfact x: e\ndecision d: yes/no = x in {b, c}\n");
    let mut joint = old.clone();
    let joined = join(&mut joint, &new);
    let e = &joint.enums[joined.united[0].0 as usize];
    assert_eq!(e.members.keys().map(String::as_str).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert!(e.open);
    assert_eq!(both(&joint, &joined, r#"{"x": "a"}"#), ["no", "no"]);
    assert_eq!(both(&joint, &joined, r#"{"x": "b"}"#), ["yes", "yes"]);
    assert_eq!(both(&joint, &joined, r#"{"x": "c"}"#), ["no", "yes"]);
}

#[test]
fn a_value_outside_an_open_enum_is_the_member_that_the_other_side_has() {
    let side = |members: &str| {
        let text = "policy p effective from 2020-01-01\nenum e open read from \"members.csv\" column name\n\
                    set s: set of e read from \"set.csv\" column name\nfact x: e\ndecision d: yes/no = x in s\n";
        let files = [("p/2020-01-01.enact", text), ("p/members.csv", members), ("p/set.csv", "name\nb\n")];
        let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        lowered(&Folder { name: String::new(), files: files.into() })
    };
    let (without, with) = (side("name\na\n"), side("name\na\nb\n"));
    for (old, new) in [(&without, &with), (&with, &without)] {
        let mut joint = old.clone();
        let joined = join(&mut joint, new);
        assert_eq!(joined.retyped, []);
        assert_eq!(both(&joint, &joined, r#"{"x": "b"}"#), ["yes", "yes"]);
        assert_eq!(both(&joint, &joined, r#"{"x": "a"}"#), ["no", "no"]);
        assert_eq!(both(&joint, &joined, r#"{"x": "c"}"#), ["no", "no"]);
    }
}

#[test]
fn records_are_one_if_their_fields_agree() {
    let text = "record stay { from: date, place: city }\nrecord city { name: text, size: SIZE }\n\
                fact stays: list of stay\ndecision d: yes/no = any s in stays: s.place.name is \"x\"\n";
    let [same, other] = ["integer", "decimal"].map(|size| small(&text.replace("SIZE", size)));
    let mut joint = same.clone();
    assert_eq!(join(&mut joint, &same.clone()).retyped, []);
    assert_eq!(joint.records, same.records);
    let joined = join(&mut joint, &other);
    assert_eq!(joined.retyped.len(), 1);
    assert_eq!(joint.records.len(), 2 * same.records.len());
    let Type::List(stay) = joint.fact(joined.retyped[0]).ty else { panic!("a list") };
    let Type::Record(city) = joint.record(stay).fields[1].ty else { panic!("a record") };
    assert_eq!(joint.record(city).fields[1].ty, Type::Decimal);
}

#[test]
fn data_of_equal_content_are_shared_and_changed_data_are_not() {
    let text = "parameter least \"least\": integer = 3 from 2020-01-01, 4 from 2024-01-01\n\
                parameter most: integer = 9 from 2020-01-01\nfact n: integer\n\
                decision d: yes/no = n >= least and n <= most\n";
    let old = small(text);
    let new = small(&text.replace("\"least\"", "\"at least\"").replace("= 9", "= 8"));
    let mut joint = old.clone();
    let joined = join(&mut joint, &new);
    assert_eq!(joint.dated.len(), 3);
    assert_eq!(both(&joint, &joined, r#"{"n": 3}"#), ["no", "no"]);
    assert_eq!(both(&joint, &joined, r#"{"n": 8}"#), ["yes", "yes"]);
    assert_eq!(both(&joint, &joined, r#"{"n": 9}"#), ["yes", "no"]);
}

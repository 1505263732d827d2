//! Which question comes next, how an answer is read, what is taken back.

use super::*;
use crate::facts::{read_facts, write_facts};
use crate::load::{Folder, load};
use crate::lower::lower;
use crate::program::FamilyId;

/// A policy with everything that can be asked.
const POLICY: &str = r#"policy p effective from 2024-01-01
record stay { from_day "first day": date, paid "paid for": yes/no }
enum kind { tourist "comes to visit", worker "comes to work", student }
fact kind_of_visit "kind of visit": kind ask "Which kind of visit is it?"
fact job_offer "job offer": yes/no ask "Is there a job offer?"
fact school "school": text or none
fact honest "honest": yes/no judged by "officer"
fact age_years "age": integer within 0..120
fact citizenships "citizenships": set of country
fact stays "earlier stays": list of stay
fact born_on "day of birth": date

invariant grown [INT-1] "Workers are fifteen or older": kind_of_visit is not worker or age_years >= 15

decision welcome "Welcome": yes/no
    otherwise no
rule workers [W-1] "Workers with an offer"
    welcome is yes
    when kind_of_visit is worker and job_offer and honest
rule tourists [W-2] "Tourists who paid for every stay"
    welcome is yes
    when kind_of_visit is tourist and (every stay in stays: stay.paid)

decision child "Child": yes/no = age_years < 18 and CA in citizenships
decision old "Old": yes/no = born_on < 1950-01-01
decision enrolled "Enrolled": yes/no = school is not none
"#;

struct World {
    program: Program,
    sources: Sources,
}

impl World {
    fn new() -> World {
        let files = [("p/2024-01-01.enact".to_owned(), POLICY.as_bytes().to_vec())];
        let loaded = load(&Folder { name: "policies".into(), files: files.into_iter().collect() });
        let lowered = lower(&loaded);
        let findings: Vec<String> =
            loaded.diagnostics.iter().chain(&lowered.diagnostics).map(|it| it.message.clone()).collect();
        assert!(findings.is_empty(), "{findings:?}");
        World { program: lowered.program, sources: loaded.sources }
    }

    fn ask(&self, decision: &str, facts: &str) -> Interview<'_> {
        let program = &self.program;
        let asked = program.families.iter().position(|family| family.name == decision).expect("a decision");
        let policy = program.find_policy("p").expect("a policy");
        let request = Request { policy, pinned: None, asked: vec![FamilyId(asked as u32)] };
        let facts = read_facts(program, facts).unwrap_or_else(|errors| panic!("{errors:?}"));
        Interview::new(program, &self.sources, request, facts)
    }
}

fn asked(interview: &Interview<'_>) -> String {
    interview.question().map_or_else(|| "nothing".into(), |question| question.fact.clone())
}

/// Says something to the question, and returns the next one.
fn say(interview: &mut Interview<'_>, text: &str) -> String {
    match interview.read(text) {
        Ok(Reply::Value(value)) => interview.state(Some(value)).unwrap_or_else(|clash| panic!("{clash:?}")),
        Ok(Reply::Unknown) => interview.state(None).expect("nothing breaks"),
        Ok(Reply::Back) => assert!(interview.back()),
        other => panic!("{text}: {other:?}"),
    }
    asked(interview)
}

fn outcome(interview: &Interview<'_>) -> (Status, Option<Value>) {
    let answer = interview.answer().expect("an answer");
    (answer.status, answer.value.clone())
}

const DAY: &str = r#"{"evaluation_date": "2025-01-01"}"#;

#[test]
fn the_day_comes_first_then_what_settles_most_then_what_is_judged() {
    let world = World::new();
    let mut interview = world.ask("welcome", "{}");
    assert_eq!(asked(&interview), "evaluation_date");
    assert_eq!(say(&mut interview, "2025-01-01"), "kind_of_visit");
    assert_eq!(say(&mut interview, "worker"), "job_offer", "an officer judges last");
    assert_eq!(say(&mut interview, "yes"), "honest");
    assert_eq!(interview.question().and_then(|question| question.judged_by.as_deref()), Some("officer"));
    assert_eq!(say(&mut interview, "y"), "nothing");
    assert_eq!(outcome(&interview), (Status::Decided, Some(Value::Bool(true))));
}

#[test]
fn what_cannot_matter_is_not_asked() {
    let world = World::new();
    let mut interview = world.ask("welcome", DAY);
    assert_eq!(say(&mut interview, "3"), "nothing", "no rule is for students");
    assert_eq!(outcome(&interview), (Status::Decided, Some(Value::Bool(false))));
}

#[test]
fn what_is_not_known_is_asked_once_and_the_rest_may_still_decide() {
    let world = World::new();
    let mut interview = world.ask("child", DAY);
    let first = asked(&interview);
    let second = say(&mut interview, "I don't know");
    assert_ne!(first, second);
    assert_eq!(say(&mut interview, if second == "age_years" { "18" } else { "{}" }), "nothing");
    assert_eq!(outcome(&interview), (Status::Decided, Some(Value::Bool(false))));
    let mut interview = world.ask("child", DAY);
    say(&mut interview, "-");
    assert_eq!(say(&mut interview, "unknown"), "nothing");
    assert_eq!(outcome(&interview).0, Status::Undetermined);
}

#[test]
fn answers_are_taken_back_one_by_one() {
    let world = World::new();
    let mut interview = world.ask("welcome", DAY);
    let start = interview.facts().clone();
    assert_eq!(say(&mut interview, "worker"), "job_offer");
    assert_eq!(say(&mut interview, "-"), "honest");
    assert_eq!(say(&mut interview, "back"), "job_offer");
    assert_eq!(say(&mut interview, "back"), "kind_of_visit");
    assert_eq!(interview.facts(), &start);
    assert!(!interview.back());
}

#[test]
fn entries_of_a_list_are_asked_about_where_they_matter() {
    let world = World::new();
    let mut interview = world.ask("welcome", DAY);
    assert_eq!(say(&mut interview, "TOURIST"), "stays");
    assert_eq!(say(&mut interview, "2"), "/stays/0/paid", "the first day decides nothing");
    let question = interview.question().expect("a question");
    assert_eq!((question.text.as_str(), question.place.as_deref()), ("paid for", Some("entry 1 of \"earlier stays\"")));
    assert_eq!(say(&mut interview, "-"), "/stays/1/paid");
    assert_eq!(say(&mut interview, "no"), "nothing");
    assert_eq!(outcome(&interview), (Status::Decided, Some(Value::Bool(false))));
    let facts = write_facts(&world.program, interview.facts());
    assert_eq!(facts["stays"], serde_json::json!([{}, { "paid": false }]));
    assert!(read_facts(&world.program, facts.to_string()).is_ok());
}

#[test]
fn an_answer_that_cannot_be_is_refused_once() {
    let world = World::new();
    let mut interview = world.ask("welcome", r#"{"evaluation_date": "2025-01-01", "age_years": 12}"#);
    assert_eq!(asked(&interview), "kind_of_visit");
    let Ok(Reply::Value(worker)) = interview.read("worker") else { panic!("a value") };
    let clash = interview.state(Some(worker.clone())).expect_err("refused");
    assert_eq!(clash.broken, [("Workers are fifteen or older".into(), vec!["INT-1".into()])]);
    assert_eq!(asked(&interview), "kind_of_visit");
    assert_eq!(interview.state(Some(worker)), Ok(()));
    assert_eq!((outcome(&interview).0, asked(&interview).as_str()), (Status::Contradictory, "nothing"));
}

#[test]
fn answers_are_read_by_type() {
    let world = World::new();
    let read = |decision: &str, facts: &str, text: &str| {
        let interview = world.ask(decision, facts);
        interview.read(text).map_err(|error| (error.message, error.help.unwrap_or_default()))
    };
    let error = |message: &str, help: &str| Err((message.to_owned(), help.to_owned()));
    assert!(read("old", DAY, "1949-12-31").is_ok());
    assert!(read("old", DAY, "1949-02-30").is_err());
    assert_eq!(read("welcome", DAY, "workr"), error("`workr` is no `kind`", "did you mean `worker`?"));
    assert!(read("welcome", DAY, "4").is_err());
    assert_eq!(read("welcome", DAY, " "), error("nothing was answered", "write `-` if it is not known, `?` for help"));
    let adult = r#"{"evaluation_date": "2025-01-01", "citizenships": ["CA"]}"#;
    assert_eq!(read("child", adult, "121"), error("`age_years` is 121, outside 0..120", ""));
    let child = r#"{"evaluation_date": "2025-01-01", "age_years": 3}"#;
    let set = |members: &[&str]| {
        let members: Vec<String> = members.iter().map(|member| format!("\"{member}\"")).collect();
        let facts = format!("{{\"citizenships\": [{}]}}", members.join(","));
        let facts = read_facts(&world.program, facts).expect("facts");
        let id = world.program.find_fact("citizenships").expect("a fact");
        let Slot::Given(value) = facts.get(id) else { panic!("given") };
        Ok(Reply::Value(value.clone()))
    };
    assert_eq!(read("child", child, "ca, US"), set(&["CA", "US"]));
    assert_eq!(read("child", child, "{CA}"), set(&["CA"]));
    assert_eq!(read("child", child, "none"), set(&[]));
    assert!(read("child", child, "CA, CA").is_err());
    assert_eq!(read("enrolled", DAY, "none"), Ok(Reply::Value(Value::None)));
    assert_eq!(read("enrolled", DAY, "back"), Ok(Reply::Back));
    assert_eq!(read("enrolled", DAY, "\"back\""), Ok(Reply::Value(Value::text("back"))));
    assert_eq!(read("enrolled", DAY, "?"), Ok(Reply::Why));
    assert_eq!(read("enrolled", DAY, "quit"), Ok(Reply::Quit));
}

#[test]
fn why_names_the_rules_and_what_answers_lead_to() {
    let world = World::new();
    let interview =
        world.ask("welcome", r#"{"evaluation_date": "2025-01-01", "kind_of_visit": "worker", "honest": true}"#);
    let why = interview.why().expect("a question");
    let labels: Vec<&str> = why.hangs.iter().map(|one| one.label.as_str()).collect();
    assert_eq!(labels, ["Workers with an offer"]);
    let choices: Vec<(String, &str)> =
        why.choices.iter().map(|choice| (choice.answers.join(", "), choice.outcome.as_str())).collect();
    assert_eq!(choices, [("yes".into(), "yes"), ("no".into(), "no")]);
    assert_eq!(world.ask("welcome", "{}").why().expect("a question").picks, ["p"]);
}

#[test]
fn the_end_takes_the_rest_as_not_known() {
    let world = World::new();
    let mut interview = world.ask("welcome", DAY);
    interview.end();
    assert_eq!(asked(&interview), "nothing");
    assert_eq!(outcome(&interview).0, Status::Undetermined);
}

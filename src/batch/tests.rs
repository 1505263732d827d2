//! Rows against the interpreter, and bytes against rows.

use std::collections::BTreeMap;
use std::io::{self, Read};

use serde_json::{Map, Value as Json, json};

use super::*;
use crate::check::check;
use crate::eval::{Answer, Reason, Request, evaluate};
use crate::facts::{Facts, Slot, read_facts, record_json, set_fact, write_facts};
use crate::load::{load, read_csv};
use crate::program::{FactId, PolicyId, Program};
use crate::source::Sources;
use crate::testing::applicants::Applicants;
use crate::testing::random::dice::Dice;

/// Gives a few bytes at a time.
struct Drops<'a>(&'a [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = into.len().min(977).min(self.0.len());
        let (now, later) = self.0.split_at(length);
        into[..length].copy_from_slice(now);
        self.0 = later;
        Ok(length)
    }
}

/// Runs a job on a text, chunk after chunk.
fn run(
    form: Form,
    text: &str,
    beside: Beside,
    layout: Layout,
    after: Side,
    before: Option<Side>,
) -> (String, Vec<Refused>, SummaryRecord) {
    let mut rows = Rows::new(Drops(text.as_bytes()), form);
    let header = if form == Form::Csv { rows.header().expect("read").expect("a header") } else { Vec::new() };
    let job = Job::new(form, &header, beside, after, before, layout).expect("good columns");
    let mut worker = job.worker();
    let mut out = job.header();
    let mut refused = Vec::new();
    while let Some(chunk) = rows.next_chunk().expect("read") {
        let decided = worker.decide(&chunk);
        out.extend(decided.out);
        refused.extend(decided.refused);
    }
    (String::from_utf8(out).expect("UTF-8"), refused, worker.finish().record())
}

/// An answer as a line of the output has it, from the interpreter.
fn expected(program: &Program, answer: &Answer) -> Json {
    let name = |reason: &Reason| match reason {
        Reason::Rule(rule) => program.origin(program.rule(*rule).origin).name.clone(),
        Reason::Otherwise(_) => "otherwise".to_owned(),
        Reason::Expression(_) => program.family(answer.asked).name.clone(),
    };
    let violated = answer.violated.iter().map(|&origin| program.origin(origin).name.clone());
    let mut object = json!({
        "value": answer.value.as_ref().map(|value| record_json(program, &answer.ty, value)),
        "status": answer.status.text(),
        "rules": answer.because.iter().map(name).chain(violated).collect::<Vec<_>>(),
        "missing": answer.missing.iter().map(|missing| missing.text(program)).collect::<Vec<_>>(),
        "version": answer.version.map(|version| program.version(version).name.clone()),
    });
    if !answer.either.is_empty() {
        object["either"] = answer.either.iter().map(name).collect();
    }
    object
}

/// One applicant with an id, as a line of JSONL.
fn line(program: &Program, id: usize, facts: &Facts) -> String {
    let mut object = Map::from_iter([("id".to_owned(), json!(id))]);
    if let Json::Object(facts) = write_facts(program, facts) {
        object.extend(facts);
    }
    Json::Object(object).to_string() + "\n"
}

/// The same applicants as CSV.
fn table(program: &Program, all: &[Facts]) -> String {
    let stated: Vec<FactId> = (0..program.facts.len() as u32)
        .map(FactId)
        .filter(|&fact| all.iter().any(|facts| *facts.get(fact) != Slot::NotStated))
        .collect();
    let mut table = csv::Writer::from_writer(Vec::new());
    let keys = stated.iter().map(|&fact| program.fact(fact).key.as_str());
    table.write_record(std::iter::once("id").chain(keys)).expect("written");
    for (id, facts) in all.iter().enumerate() {
        let Json::Object(object) = write_facts(program, facts) else { panic!("an object") };
        let cells = stated.iter().map(|&fact| object.get(&program.fact(fact).key).map_or_else(String::new, cell));
        table.write_record(std::iter::once(id.to_string()).chain(cells)).expect("written");
    }
    String::from_utf8(table.into_inner().expect("written")).expect("UTF-8")
}

fn cell(json: &Json) -> String {
    match json {
        Json::Null => "none".into(),
        Json::Bool(yes) => if *yes { "yes" } else { "no" }.into(),
        Json::String(text) => text.clone(),
        Json::Array(members) if members.is_empty() => "{}".into(),
        Json::Array(members) if members.iter().all(Json::is_string) => {
            members.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(";")
        }
        other => other.to_string(),
    }
}

/// Every row in both forms says what the interpreter says.
fn compare(program: &Program, policy: PolicyId, all: &[Facts]) {
    let request = Request { policy, pinned: None, asked: program.policies[policy.index()].families.clone() };
    let jsonl: String = all.iter().enumerate().map(|(id, facts)| line(program, id, facts)).collect();
    let answers: Vec<Vec<Answer>> = all.iter().map(|facts| evaluate(program, &request, facts).answers).collect();
    for (form, text) in [(Form::Jsonl, jsonl), (Form::Csv, table(program, all))] {
        let side = Side::new(program, request.clone(), Facts::new(program));
        let (out, refused, summary) = run(form, &text, Beside::default(), Layout::Jsonl, side, None);
        assert_eq!(refused, [], "{form:?}");
        assert_eq!(out.lines().count(), all.len());
        assert_eq!(summary.rows, all.len() as u64);
        for (id, (written, answers)) in out.lines().zip(&answers).enumerate() {
            let mut object: Json = serde_json::from_str(written).expect("JSON");
            let expected_id = if form == Form::Csv { json!(id.to_string()) } else { json!(id) };
            assert_eq!(object["id"], expected_id);
            for answer in answers {
                let name = &program.family(answer.asked).name;
                assert_eq!(object[name].take(), expected(program, answer), "{form:?} {name} {:?}", all[id]);
            }
        }
    }
}

fn shipped() -> Program {
    check(&load(&crate::testing::shipped())).program.expect("no errors")
}

#[test]
fn scenarios_say_what_the_interpreter_says() {
    let program = shipped();
    let mut by_policy: BTreeMap<PolicyId, Vec<Facts>> = BTreeMap::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "jsonl") {
            continue;
        }
        for line in std::fs::read_to_string(path).expect("a file").lines() {
            let case: Json = serde_json::from_str(line).expect("JSON");
            let mut facts = read_facts(&program, case["facts"].to_string()).expect("good facts");
            if let Some(day) = case["evaluation_date"].as_str() {
                set_fact(&program, &mut facts, &format!("evaluation_date={day}")).expect("a day");
            }
            let question = case["question"].as_str().expect("a question");
            let family = program.families.iter().find(|family| family.name == question).expect("declared");
            by_policy.entry(family.policy.expect("of a policy")).or_default().push(facts);
        }
    }
    assert!(by_policy.values().map(Vec::len).sum::<usize>() > 200);
    by_policy.iter().for_each(|(&policy, facts)| compare(&program, policy, facts));
}

#[test]
fn random_applicants_are_told_what_the_interpreter_says() {
    let program = shipped();
    let mut dice = Dice::new(25);
    let all = Applicants::new(&program);
    for policy in (0..program.policies.len() as u32).map(PolicyId) {
        let applicants: Vec<Facts> = (0..4)
            .map(|_| {
                let mut facts = all.draw(&program, &mut dice);
                for fact in (0..program.facts.len() as u32).map(FactId) {
                    if dice.one_in(80) {
                        facts.set(fact, if dice.one_in(2) { Slot::NotStated } else { Slot::StatedUnknown });
                    }
                }
                // Rows that are alike are answered once, and alike.
                if dice.one_in(8) { Facts::new(&program) } else { facts }
            })
            .collect();
        compare(&program, policy, &applicants);
    }
}

const POLICY: &str = "policy p effective from 2020-01-01\nfact age: integer within 0..120\nfact visited: set of country\n\
    fact name: text\ndecision old \"old\": yes/no otherwise no\nrule r old is yes when age >= 18\n\
    decision fee: money CAD otherwise 5.00 CAD\nrule free fee is -1.00 CAD when US in visited\n";

fn small() -> Program {
    let mut folder = crate::load::Folder::default();
    folder.files.insert("p/2020-01-01.enact".into(), POLICY.into());
    check(&load(&folder)).program.expect("no errors")
}

fn side<'p>(program: &'p Program, names: &[&str]) -> Side<'p> {
    let family = |name: &&str| {
        let place = program.families.iter().position(|family| family.name == *name).expect("declared");
        crate::program::FamilyId(place as u32)
    };
    let mut stated = Facts::new(program);
    set_fact(program, &mut stated, "evaluation_date=2024-01-01").expect("a day");
    Side::new(program, Request { policy: PolicyId(0), pinned: None, asked: names.iter().map(family).collect() }, stated)
}

#[test]
fn what_is_no_fact_is_kept_passed_over_or_an_error() {
    let program = small();
    let beside = Beside { keep: vec!["office".into(), "age".into()], ignore: vec!["note".into()] };
    let csv = "office,age,note,id\n=1+1,18,x,\"a,1\"\n\"say \"\"hi\"\"\",17,,-2\n";
    let (out, refused, _) = run(Form::Csv, csv, beside.clone(), Layout::Csv, side(&program, &["old"]), None);
    assert_eq!(refused, []);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines,
        [
            "id,office,age,old,old.status,old.rules,old.missing,old.version",
            "\"a,1\",'=1+1,18,yes,decided,r,,2020-01-01",
            "-2,\"say \"\"hi\"\"\",17,no,decided,otherwise,,2020-01-01",
        ]
    );
    let jsonl = "{\"office\": [1, 2], \"age\": 18, \"note\": null, \"id\": \"=x\"}\n\n{\"age\": 17.0}\n";
    let (out, _, _) = run(Form::Jsonl, jsonl, beside, Layout::Csv, side(&program, &["old"]), None);
    let lines: Vec<&str> = out.lines().skip(1).collect();
    assert_eq!(lines, ["'=x,\"[1, 2]\",18,yes,decided,r,,2020-01-01", "2,,17.0,no,decided,otherwise,,2020-01-01"]);
    let header = ["agee".to_owned(), "id".to_owned()];
    let keep = Beside { keep: vec!["ofice".into()], ignore: Vec::new() };
    let problems =
        Job::new(Form::Csv, &header, keep, side(&program, &["old"]), None, Layout::Csv).expect_err("columns");
    assert_eq!(problems.len(), 2);
    let help = problems[0].help.as_deref().unwrap_or_default();
    assert_eq!(
        help,
        "did you mean `age`? Else name it under `keep` to copy it to the output, under `ignore` to pass it over"
    );
}

#[test]
fn refused_rows_say_all_that_is_wrong_and_stop_nothing() {
    let program = small();
    let csv = "age,visited\n18,US\nold,US;US\n18\n1\"8,US\n17,\"US\"x\n# a comment\n\n121,\"FR\"\n17,\"{}\"\n30,\"US\nPM\"\n5,US\n";
    let (out, refused, summary) = run(Form::Csv, csv, Beside::default(), Layout::Csv, side(&program, &["fee"]), None);
    let ids: Vec<&str> = out.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(ids, ["1", "7", "9"]);
    assert!(out.contains("1,-1.00,decided,free,,2020-01-01\n"), "{out}");
    let told: Vec<(u64, u64, Vec<&str>)> = refused
        .iter()
        .map(|it| (it.row, it.line, it.problems.iter().map(|it| it.pointer.as_str()).collect()))
        .collect();
    assert_eq!(
        told,
        [
            (2, 3, vec!["/age", "/visited"]),
            (3, 4, vec![""]),
            (4, 5, vec![""]),
            (5, 6, vec![""]),
            (6, 9, vec!["/age"]),
            (8, 11, vec!["/visited"]),
        ]
    );
    assert_eq!((summary.rows, summary.refused), (9, 6));
    let jsonl = "{\"age\": 18}\n{\"age\": 18, \"age\": 19}\n[]\n{\"agee\": 1}\n{\"id\": 1, \"id\": 2}\n{\"age\"\n";
    let (out, refused, _) = run(Form::Jsonl, jsonl, Beside::default(), Layout::Csv, side(&program, &["old"]), None);
    assert_eq!(out.lines().count(), 2);
    assert_eq!(refused.iter().map(|it| it.row).collect::<Vec<_>>(), [2, 3, 4, 5, 6]);
}

#[test]
fn outcomes_before_and_after_are_counted_with_the_first_ids() {
    let (new, old) = (small(), {
        let mut folder = crate::load::Folder::default();
        folder.files.insert("p/2020-01-01.enact".into(), POLICY.replace(">= 18", ">= 21").into());
        check(&load(&folder)).program.expect("no errors")
    });
    let csv: String = std::iter::once("age\n".to_owned()).chain((10..30).map(|age| format!("{age}\n"))).collect();
    let before = Some(side(&old, &["old", "fee"]));
    let (out, _, summary) = run(Form::Csv, &csv, Beside::default(), Layout::Jsonl, side(&new, &["old", "fee"]), before);
    let row: Json = serde_json::from_str(out.lines().nth(8).expect("row 9")).expect("JSON");
    assert_eq!((&row["old"]["value"], &row["old"]["before"]), (&json!("yes"), &json!("no")));
    assert_eq!(row["fee"]["before"], json!("undetermined"));
    let impact = summary.decisions[0].impact.as_ref().expect("compared");
    let told: Vec<(&str, &str, u64, String)> =
        impact.iter().map(|it| (it.before.as_str(), it.after.as_str(), it.rows, it.first.join(" "))).collect();
    assert_eq!(
        told,
        [("no", "yes", 3, "9 10 11".to_owned()), ("yes", "yes", 9, String::new()), ("no", "no", 8, String::new())]
    );
}

#[test]
fn rows_are_cut_alike_whatever_the_chunks() {
    let mut dice = Dice::new(4);
    let piece = ["a", "b c", ",", "\n", "\r\n", "\"", "\"\"", "\"x,y\"", "\"1\n2\"", " ", "#", "é", "#c\n"];
    for _ in 0..2_000 {
        let text: String = (0..dice.roll(24)).map(|_| *dice.one_of(&piece)).collect();
        let text = format!("p,q\n{text}");
        let (table, _) = read_csv(Sources::new().add("t.csv", text.as_str()), &text);
        let mut rows = Rows::new(text.as_bytes(), Form::Csv);
        rows.header().expect("read").expect("a header");
        let mut cut = Vec::new();
        let mut unfit = 0;
        while let Some(chunk) = rows.next_chunk().expect("read") {
            for row in &chunk.rows {
                let whole = chunk.text(row).expect("UTF-8");
                match row.fault {
                    Some(_) => unfit += 1,
                    None => cut.push(
                        chunk.cells(row).iter().map(|&it| chunk.cell(whole, row, it).into_owned()).collect::<Vec<_>>(),
                    ),
                }
            }
        }
        // Where nothing is wrong both read the same; after an error data files are read no further, or from another line.
        if table.unfit == 0 {
            let whole: Vec<Vec<String>> = table.rows.iter().map(|row| row.cells.clone()).collect();
            assert_eq!((cut, unfit), (whole, 0), "{text:?}");
        } else {
            assert!(unfit > 0, "{text:?}");
        }
    }
}

#[test]
fn long_inputs_are_cut_into_chunks_and_too_long_rows_are_refused() {
    let program = small();
    let mut csv = String::from("\u{feff}id,age,name\r\n");
    for id in 0..40_000 {
        csv += &format!("{id},{},\"n{}\r\n\"\r\n", id % 121, "x".repeat(id % 17));
    }
    csv += &format!("40000,1,\"{}\"\r\n40001,2,\"open\r\n40002,3,x\r\n", "y".repeat(MAX_ROW_BYTES));
    let (out, refused, summary) = run(Form::Csv, &csv, Beside::default(), Layout::Csv, side(&program, &["old"]), None);
    let ids: Vec<u32> = out.lines().skip(1).filter_map(|line| line.split(',').next()?.parse().ok()).collect();
    let wanted: Vec<u32> = (0..40_000).chain([40_002]).collect();
    assert!(ids == wanted, "{} rows", ids.len());
    assert_eq!(refused.iter().map(|it| (it.row, it.line)).collect::<Vec<_>>(), [(40_001, 80_002), (40_002, 80_003)]);
    assert_eq!(summary.rows, 40_003);
}

#[test]
fn rows_that_come_in_cells_are_decided_as_rows_of_csv() {
    let program = small();
    let header = ["id", "age", "office"].map(str::to_owned);
    let long = "y".repeat(MAX_ROW_BYTES);
    let rows = [["a", "18", " \"x\" "], ["b", "old", ""], ["c", "17", &long], ["d", "17", "say \"hi\""], ["", "", ""]];
    let mut cells = Cells::default();
    for (row, number) in rows.iter().zip(1..) {
        cells.row(number, row.len(), |column, out| {
            out.extend_from_slice(row[column].as_bytes());
            Ok(())
        });
    }
    let chunk = cells.finish();
    let beside = || Beside { keep: vec!["office".into()], ignore: Vec::new() };
    let job = |layout: Option<Layout>| {
        Job::new(Form::Csv, &header, beside(), side(&program, &["old"]), None, layout).expect("good columns")
    };
    let lines = job(Some(Layout::Csv));
    let decided = lines.worker().decide(&chunk);
    assert_eq!(decided.refused.iter().map(|it| (it.row, it.line)).collect::<Vec<_>>(), [(2, 2), (3, 3)]);
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(&header).expect("written");
    rows.iter().for_each(|row| csv.write_record(row).expect("written"));
    let csv = String::from_utf8(csv.into_inner().expect("written")).expect("UTF-8");
    let (same, ..) = run(Form::Csv, &csv, beside(), Layout::Csv, side(&program, &["old"]), None);
    assert_eq!([lines.header(), decided.out].concat(), same.into_bytes());
    // The same as columns.
    let columns = job(None);
    let table = columns.worker().decide(&chunk).table.expect("columns");
    assert_eq!((table.places, table.numbers), (vec![0, 3, 4], vec![1, 4, 5]));
    assert_eq!(table.copied[1], [Some("\"x\"".to_owned()), Some("say \"hi\"".to_owned()), None]);
    let said: Vec<(&str, &Json)> = (table.asked[0].rows.iter())
        .map(|&row| &table.asked[0].distinct[row as usize])
        .map(|said| (said.status, &said.spelt))
        .collect();
    assert_eq!(said, [("decided", &json!("yes")), ("decided", &json!("no")), ("undetermined", &Json::Null)]);
}

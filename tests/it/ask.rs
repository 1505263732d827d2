//! `enact ask`: the conversation over pipes and a pseudo-terminal, and what every interview guarantees.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use chrono::{Days, NaiveDate};
use enact::check::check;
use enact::eval::{Request, Status, evaluate};
use enact::facts::{Facts, Slot};
use enact::interview::Interview;
use enact::load::{Folder, load};
use enact::program::{
    Asked, EVALUATION_DATE, EVALUATION_TIME, FactId, FamilyId, NodeId, Op, OriginId, PolicyId, Program,
};
use enact::value::{Evaluated, Type, Value};

use super::literate::root;

/// Runs a command with something on standard input.
fn run(mut command: Command, folder: &Path, input: &str) -> Output {
    let mut child = command
        .current_dir(folder)
        .env_remove("ENACT_POLICIES")
        .env_remove("NO_COLOR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    // A program that ends early reads no more.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

fn ask(folder: &Path, arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_enact"));
    command.arg("ask").args(arguments);
    let output = run(command, folder, input);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

/// A folder with the policy that `new` writes.
fn fresh() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_enact"))
        .args(["new", "parking_permit"])
        .current_dir(folder.path())
        .output()
        .expect("the program runs");
    assert!(output.status.success());
    folder
}

const PARKING: [&str; 5] = ["parking_permit", "--decision", "may_apply", "--on", "2025-02-01"];

/// Returns the facts that stand at the end of standard output.
fn facts_of(out: &str) -> serde_json::Value {
    let (_, facts) = out.split_once("Facts:\n").expect("facts");
    serde_json::from_str(facts).expect("JSON")
}

#[test]
fn answers_come_one_a_line_and_the_facts_can_be_saved() {
    let folder = fresh();
    let mut arguments = PARKING.to_vec();
    arguments.extend(["--save", "applicant.json"]);
    let (code, out, err) = ask(folder.path(), &arguments, "old\n?\nyes\n17\nback\n30\nnone\n");
    assert_eq!(code, 0, "{err}");
    assert!(out.starts_with("YES") || out.starts_with("NO") || out.starts_with("UNDETERMINED"), "{out}");
    assert!(!out.contains('\u{1b}') && !err.contains('\u{1b}'), "{out}{err}");
    assert!(err.contains("1. ") && err.contains("On it hangs:"), "{err}");
    let saved = fs::read_to_string(folder.path().join("applicant.json")).expect("saved");
    assert_eq!(facts_of(&out), serde_json::from_str::<serde_json::Value>(&saved).expect("JSON"));
    // What was saved gives the same answer, without a question.
    let (code, again, err) =
        ask(folder.path(), &["parking_permit", "--decision", "may_apply", "--facts", "applicant.json"], "");
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(again.lines().next(), out.lines().next());
}

#[test]
fn the_end_of_input_is_not_known_and_quit_stops() {
    let folder = fresh();
    let (code, out, _) = ask(folder.path(), &PARKING, "");
    assert_eq!(code, 0);
    assert!(out.starts_with("UNDETERMINED"), "{out}");
    let (code, out, err) = ask(folder.path(), &PARKING, "quit\n");
    assert_eq!((code, out.as_str()), (0, "{\n  \"evaluation_date\": \"2025-02-01\"\n}\n"), "{err}");
    assert!(err.ends_with("stopped: give these facts with `--facts` to go on\n"), "{err}");
    let mut quiet = PARKING.to_vec();
    quiet.push("--quiet");
    assert_eq!(ask(folder.path(), &quiet, "").2, "");
}

#[test]
fn mistakes_in_the_call_end_with_2() {
    let folder = fresh();
    let (code, _, err) = ask(folder.path(), &["parking_permit", "--facts", "-"], "");
    assert_eq!(code, 2);
    assert!(err.contains("answers come from standard input"), "{err}");
    let (code, _, err) = ask(&root(), &["flagpoling"], "");
    assert_eq!(code, 2);
    assert!(err.contains("an interview is about one decision"), "{err}");
}

/// A French worker with a job that needs no LMIA, at the port of entry, in a real terminal.
#[test]
fn the_interview_works_in_a_terminal() {
    let program = env!("CARGO_BIN_EXE_enact");
    let script = Command::new("script").arg("--version").output();
    if !script.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("util-linux"))
        || program.contains(' ')
    {
        eprintln!(
            "SKIPPED the_interview_works_in_a_terminal: `script` of util-linux gives the pseudo-terminal, and is not here"
        );
        return;
    }
    let given = [
        "us_lawful_permanent_resident=no",
        "passport_kind=ordinary",
        "residence_country=FR",
        "service_sought=work_permit",
        "held_temporary_resident_status_in_canada=no",
        "ime_required=no",
        "citizenships=FR",
    ];
    let set: String = given.iter().map(|one| format!(" --set {one}")).collect();
    let line =
        format!("{program} ask poe_work_permit --decision may_apply_for_work_permit_at_poe --on 2024-06-25{set}")
            .replace("citizenships=FR", "'citizenships={FR}'");
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).env("TERM", "xterm");
    // Whichever comes first: one of the two is no answer to the other question.
    let output = run(command, &root(), "genral\ngeneral\nimp\ngeneral\nquit\n");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains('\u{1b}'), "a terminal takes colours\n{text}");
    assert!(text.contains("Which category of work permit does the person ask for?"), "{text}");
    assert!(text.contains("did you mean `general`?") || text.contains("`genral` is no"), "{text}");
    assert!(text.contains("YES") && text.contains("POE-W-02"), "{text}");
    assert!(text.contains("\"citizenships\": ["), "{text}");
}

/// Small and the same on every machine: splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % count.max(1) as u64) as usize
    }

    fn value(&mut self, program: &Program, ty: &Type, on: NaiveDate) -> Value {
        if ty.is_optional() && self.below(4) == 0 {
            return Value::None;
        }
        let day = |random: &mut Self| {
            let days = Days::new(random.below(900) as u64);
            (if random.below(3) == 0 { on.checked_add_days(days) } else { on.checked_sub_days(days) }).expect("a day")
        };
        match ty.required() {
            Type::YesNo => Value::Bool(self.below(2) == 0),
            Type::Enum(id) => Value::Member(*id, self.below(program.enum_type(*id).members.len()) as u32),
            Type::Date => Value::Date(day(self)),
            Type::Time => Value::Time(self.below(24 * 60) as u16),
            Type::Instant => Value::Instant(on.and_hms_opt(17, 0, 0).expect("a time").and_utc()),
            Type::Period => {
                let start = day(self);
                Value::Period { start, end: start.checked_add_days(Days::new(self.below(400) as u64)) }
            }
            Type::Text => Value::text("a"),
            Type::Set(inner) => {
                let count = self.below(3);
                Value::set((0..count).map(|_| self.value(program, inner, on)))
            }
            Type::Record(id) => {
                let fields = program.record(*id).fields.iter().map(|field| self.value(program, &field.ty, on));
                Value::Record(fields.map(Evaluated::Value).collect())
            }
            Type::List(id) => {
                let count = self.below(3);
                Value::List((0..count).map(|_| self.value(program, &Type::Record(*id), on)).collect())
            }
            _ => Value::integer(self.below(60) as i64),
        }
    }

    fn fact(&mut self, program: &Program, id: FactId, on: NaiveDate) -> Value {
        let fact = program.fact(id);
        for _ in 0..64 {
            let value = self.value(program, &fact.ty, on);
            if fact.within.as_ref().is_none_or(|(low, high)| value == Value::None || (*low <= value && value <= *high))
            {
                return value;
            }
        }
        fact.within.as_ref().map(|(low, _)| low.clone()).expect("bounds")
    }
}

/// The facts that an invariant reads.
fn facts_in(program: &Program, invariant: OriginId) -> Vec<FactId> {
    let all = program.versions.iter().flat_map(|version| &version.invariants).chain(&program.invariants);
    let mut waiting: Vec<NodeId> = all.filter(|one| one.origin == invariant).map(|one| one.node).collect();
    let mut facts = Vec::new();
    while let Some(node) = waiting.pop() {
        match program.op(node) {
            Op::Fact(fact) => facts.push(*fact),
            op => waiting.extend(op.children()),
        }
    }
    facts
}

/// Everything about someone who can exist; nothing if nobody was found.
fn applicant(program: &Program, request: &Request, random: &mut Random) -> Option<Facts> {
    let on = NaiveDate::from_ymd_opt(2017, 7, 1)?.checked_add_days(Days::new(random.below(3300) as u64))?;
    let mut facts = Facts::new(program);
    let ids = || (0..program.facts.len()).map(|index| FactId(index as u32));
    for id in ids() {
        let value = random.fact(program, id, on);
        facts.set(id, Slot::Given(if id == EVALUATION_DATE { Value::Date(on) } else { value }));
    }
    for _ in 0..40 {
        let answer = evaluate(program, request, &facts).answers.pop()?;
        if answer.status != Status::Contradictory {
            return Some(facts);
        }
        for id in answer.violated.iter().flat_map(|&id| facts_in(program, id)) {
            if id != EVALUATION_DATE && id != EVALUATION_TIME {
                let value = random.fact(program, id, on);
                facts.set(id, Slot::Given(value));
            }
        }
    }
    None
}

/// The folder of the shipped policies.
fn shipped() -> Folder {
    let mut folder = Folder { name: "policies".into(), ..Folder::default() };
    let top = root().join("policies");
    let mut waiting = vec![top.clone()];
    while let Some(path) = waiting.pop() {
        for entry in fs::read_dir(&path).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "enact" || extension == "csv") {
                let name = path.strip_prefix(&top).expect("inside").to_string_lossy().replace('\\', "/");
                folder.files.insert(name, fs::read(&path).expect("read"));
            }
        }
    }
    folder
}

/// For every decision and random applicants who say the truth: only what is missing is asked, nothing twice, and the answer is
/// that of everything known. `ENACT_APPLICANTS` sets how many for each decision.
#[test]
fn truthful_applicants_get_the_answer_of_all_facts_from_the_missing_ones() {
    let loaded = load(&shipped());
    let program = check(&loaded).program.expect("no errors");
    let many = std::env::var("ENACT_APPLICANTS").ok().and_then(|count| count.parse().ok()).unwrap_or(1);
    let mut random = Random(1);
    let (mut held, mut nobody) = (0, 0);
    for (index, family) in program.families.iter().enumerate() {
        let decides = family.members.iter().any(|(_, asked)| matches!(asked, Asked::Decision(_)));
        let Some(policy) = family.policy.filter(|_| decides) else { continue };
        let request = Request { policy, pinned: None, asked: vec![FamilyId(index as u32)] };
        for _ in 0..many {
            match applicant(&program, &request, &mut random) {
                Some(truth) => interview(&program, &loaded.sources, &request, &truth, &family.name, policy),
                None => nobody += 1,
            }
            held += 1;
        }
    }
    assert!(held > 20 && nobody * 2 < held, "{held} interviews, {nobody} of them with nobody");
}

fn interview(
    program: &Program,
    sources: &enact::source::Sources,
    request: &Request,
    truth: &Facts,
    name: &str,
    policy: PolicyId,
) {
    let known = &evaluate(program, request, truth).answers[0];
    let mut facts = Facts::new(program);
    // What is assumed unless stated is not asked: whoever differs says so at once.
    let assumed = program.versions.iter().flat_map(|version| &version.assumptions).map(|assumption| assumption.fact);
    for id in assumed.chain([EVALUATION_DATE]) {
        facts.set(id, truth.get(id).clone());
    }
    let mut interview = Interview::new(program, sources, request.clone(), facts);
    let mut asked = Vec::new();
    while let Some(question) = interview.question() {
        let missing = question.missing.clone();
        let now = &evaluate(program, request, interview.facts()).answers[0];
        assert!(now.missing.contains(&missing), "{name}: {} is not missing", question.fact);
        assert!(!asked.contains(&missing), "{name}: {} is asked twice", question.fact);
        assert!(missing.path.is_empty(), "what is said of a list is said whole");
        let Slot::Given(value) = truth.get(missing.fact) else { panic!("everything is given") };
        interview.state(Some(value.clone())).unwrap_or_else(|clash| panic!("{name}: {clash:?}"));
        asked.push(missing);
    }
    let answer = interview.answer().expect("an answer");
    let policy = &program.policies[policy.index()].name;
    assert_eq!(
        (answer.status, &answer.value),
        (known.status, &known.value),
        "{policy}: {name}, after {} answers",
        asked.len()
    );
}

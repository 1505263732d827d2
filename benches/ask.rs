//! What an answer brings with it, on every shipped policy: what would change it, which facts alone decide, the next question; and
//! all decisions of a policy asked about a person of whom nothing is known.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use enact::eval::{Request, evaluate, next_questions, sufficient, what_would};
use enact::facts::{Facts, read_facts, set_fact};
use enact::program::{FamilyId, PolicyId, Program};
use enact::run::Ready;
use serde_json::Value as Json;

fn ask(criterion: &mut Criterion) {
    let Ready { program, .. } = Ready::read("policies").expect("the shipped policies have no error");
    let cases = cases();
    for (index, policy) in program.policies.iter().enumerate() {
        let id = PolicyId(index as u32);
        let mut group = criterion.benchmark_group(policy.name.as_str());
        group.sample_size(10);
        let all = Request { policy: id, pinned: None, asked: policy.families.clone() };
        let nothing = Facts::new(&program);
        group.bench_function("nothing known, all asked", |bencher| {
            bencher.iter(|| black_box(evaluate(&program, &all, &nothing)));
        });
        let Some((asked, facts)) = typical(&program, &policy.families, &cases) else { continue };
        let request = Request { policy: id, pinned: None, asked: vec![asked] };
        group.bench_function("what would", |bencher| {
            bencher.iter(|| black_box(what_would(&program, &request, &facts, asked)));
        });
        group.bench_function("enough", |bencher| {
            bencher.iter(|| black_box(sufficient(&program, &request, &facts, asked)));
        });
        // The day is known, nothing else.
        let mut day = Facts::new(&program);
        day.set(enact::program::EVALUATION_DATE, facts.get(enact::program::EVALUATION_DATE).clone());
        let open = evaluate(&program, &request, &day).answers.remove(0).missing;
        group.bench_function("next question", |bencher| {
            bencher.iter(|| black_box(next_questions(&program, &request, &day, asked, &open)));
        });
        group.finish();
    }
}

/// All cases of the tests.
fn cases() -> Vec<Json> {
    let mut paths: Vec<_> = std::fs::read_dir("tests/cases")
        .expect("run from the repository")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    let lines = paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "jsonl")).flat_map(|path| {
        let text = std::fs::read_to_string(path).expect("a readable file");
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    });
    lines.map(|line| serde_json::from_str(&line).expect("one object a line")).collect()
}

/// Returns the case with the most facts in which one of these decisions is decided.
fn typical(program: &Program, families: &[FamilyId], cases: &[Json]) -> Option<(FamilyId, Facts)> {
    let about = |case: &Json| {
        families.iter().copied().find(|id| case["question"].as_str() == Some(&program.families[id.0 as usize].name))
    };
    let decided = cases.iter().filter(|case| case["status"] == "decided" && about(case).is_some());
    let case = decided.max_by_key(|case| case["facts"].as_object().map_or(0, |facts| facts.len()))?;
    let mut facts = read_facts(program, case["facts"].to_string()).ok()?;
    let day = case["evaluation_date"].as_str()?;
    set_fact(program, &mut facts, &format!("evaluation_date={day}")).ok()?;
    Some((about(case)?, facts))
}

criterion_group!(benches, ask);
criterion_main!(benches);

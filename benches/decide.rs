//! What the first stages and one decision cost: loading and checking large policies, evaluating and explaining a shipped one.

use std::hint::black_box;
use std::path::Path;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use enact::check::{analyse, check};
use enact::compile::{Columns, Compiled, Reader, Trace};
use enact::eval::{Request, evaluate};
use enact::facts::{read_facts, set_fact, write_facts};
use enact::files::read_folder;
use enact::load::{Folder, load};
use enact::run::Ready;
use enact::trace::{Asides, explain};

/// Rows decided by columns.
const ROWS: u64 = 10_000;

/// Writes a policy of so many rules over 150 facts, about 240 bytes a rule, that has no error.
fn large(rules: usize) -> Folder {
    let mut text = String::from(
        "policy large \"Large\" effective from 2024-01-01 months round down\n\
         source act \"Act\" by \"Parliament\" published 2024-01-02 url \"https://example.invalid\"\n\
         enum program { imp, tfwp, other }\n",
    );
    for fact in 0..150 {
        let ty = ["yes/no", "integer within 0..120", "program", "date", "set of country"][fact % 5];
        text.push_str(&format!("fact fact_{fact} \"label of fact {fact}\": {ty}\n"));
    }
    let decisions = rules.div_ceil(40);
    for decision in 0..decisions {
        text.push_str(&format!(
            "decision decision_{decision} \"Decision {decision}\": yes/no no outranks yes otherwise no because \"No ground.\"\n"
        ));
    }
    let condition = |number: usize| match number % 5 {
        0 => format!("fact_{}", number % 150),
        1 => format!("fact_{} >= {}", number % 150, number % 120),
        2 => format!("fact_{} is not imp", number % 150),
        3 => format!("fact_{} + 12 months <= 2024-12-24", number % 150),
        _ => format!("US in fact_{}", number % 150),
    };
    for rule in 0..rules {
        text.push_str(&format!(
            "rule rule_{rule} [A-{rule}] \"Label of rule {rule}\"\n    decision_{} is {}\n    when all of {{ {} [C-{rule}] \"first\", {} }}\n    unless {}\n    because \"Since {{effective_from}}, number {rule}.\" cite act at \"s. {rule}\"\n",
            rule % decisions,
            if rule % 2 == 0 { "yes" } else { "no" },
            condition(rule),
            condition(rule * 7 + 1),
            condition(rule * 11 + 2),
        ));
    }
    let mut folder = Folder::default();
    folder.files.insert("large/2024-01-01.enact".into(), text.into());
    folder
}

fn load_and_check(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("load_and_check");
    group.sample_size(10);
    for rules in [2_000, 20_000] {
        let folder = large(rules);
        let first = check(&load(&folder));
        assert!(first.program.is_some(), "{:?}", first.findings.first());
        group.bench_function(BenchmarkId::from_parameter(rules), |bencher| {
            bencher.iter(|| black_box(check(&load(&folder)).program.is_some()));
        });
    }
    group.finish();
}

/// All analyses of meaning: of 400 rules over 150 facts, and of the shipped policies.
fn analyses(criterion: &mut Criterion) {
    let (shipped, _) = read_folder(Path::new("policies")).expect("run from the repository");
    let mut group = criterion.benchmark_group("analyse");
    group.sample_size(10);
    for (name, folder) in [("400_rules", large(400)), ("shipped", shipped)] {
        let loaded = load(&folder);
        let program = check(&loaded).program.expect("no errors");
        group.bench_function(name, |bencher| bencher.iter(|| black_box(analyse(&loaded, &program).findings.len())));
    }
    group.finish();
}

fn decide(criterion: &mut Criterion) {
    let Ready { loaded, program, .. } = Ready::read("policies").expect("the shipped policies have no error");
    let policy = program.find_policy("poe_work_permit").expect("shipped");
    let name = "may_apply_for_work_permit_at_poe";
    let asked = program.families.iter().position(|family| family.name == name).expect("shipped");
    let request = Request { policy, pinned: None, asked: vec![enact::program::FamilyId(asked as u32)] };
    let stated = std::fs::read("policies/flagpoling/facts/returning_worker.json").expect("shipped");
    let mut facts = read_facts(&program, stated).expect("good facts");
    set_fact(&program, &mut facts, "evaluation_date=2024-12-24").expect("a date");
    let mut open = facts.clone();
    set_fact(&program, &mut open, "work_program=unknown").expect("a fact");
    set_fact(&program, &mut open, "lmia_on_arrival=unknown").expect("a fact");

    let mut group = criterion.benchmark_group("flagpoling");
    group.bench_function("all facts", |bencher| bencher.iter(|| black_box(evaluate(&program, &request, &facts))));
    group
        .bench_function("two facts missing", |bencher| bencher.iter(|| black_box(evaluate(&program, &request, &open))));
    let compiled = Compiled::new(&program, &request);
    let (mut row, mut trace) = (compiled.layout().row(), Trace::default());
    row.read(compiled.layout(), &facts);
    compiled.decide(&row, &mut trace);
    assert!(compiled.settled(&trace, 0).is_some(), "the compiled decision settles it");
    group.bench_function("compile", |bencher| bencher.iter(|| black_box(Compiled::new(&program, &request))));
    group.bench_function("compiled, all facts", |bencher| {
        bencher.iter(|| compiled.decide(black_box(&row), black_box(&mut trace)));
    });
    let reader = Reader::new(&program, compiled.layout());
    let json = write_facts(&program, &facts).to_string();
    assert!(reader.json(&json, &mut row), "plain spellings");
    group.bench_function("JSON text to slots", |bencher| bencher.iter(|| reader.json(black_box(&json), &mut row)));
    let mut columns = Columns::new(&program, compiled.layout());
    (0..ROWS).for_each(|_| columns.push(&row));
    group.throughput(Throughput::Elements(ROWS));
    group.bench_function("compiled, by columns", |bencher| {
        bencher.iter(|| black_box(compiled.decide_columns(black_box(&columns))));
    });
    let evaluation = evaluate(&program, &request, &facts);
    group.throughput(Throughput::Elements(1));
    group.bench_function("explain", |bencher| {
        bencher.iter(|| {
            let asides = Asides::default();
            black_box(explain(&program, &loaded.sources, &request, &facts, &evaluation, 0, asides, None))
        });
    });
    group.finish();
}

criterion_group!(benches, load_and_check, decide, analyses);
criterion_main!(benches);

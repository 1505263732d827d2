//! How long a large policy takes to parse: 2,000 and 20,000 rules with labels, tags, blocks, reasons and citations.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use enact::source::Sources;
use enact::syntax::parse;

/// Writes a policy of so many rules, about 240 bytes each.
fn policy(rules: usize) -> String {
    let mut text = String::from(
        "policy large \"A large policy\" jurisdiction \"CA\" effective from 2024-01-01\n\
         source act \"Act\" by \"IRCC\" published 2024-01-02 url \"https://example.invalid\"\n\
         enum program { imp, tfwp, other }\n\
         decision ok \"May apply\": yes/no no outranks yes otherwise no because \"No ground.\"\n",
    );
    for fact in 0..rules.div_ceil(10) {
        text.push_str(&format!(
            "fact fact_{fact} \"label of fact {fact}\": yes/no ask \"Is it so?\" changeable hard\n"
        ));
    }
    for rule in 0..rules {
        let fact = rule / 10;
        let answer = if rule % 3 == 0 { "no" } else { "yes" };
        text.push_str(&match rule % 3 {
            0 => format!(
                "rule rule_{rule} [A-{rule}] \"Label of rule {rule}\"\n    ok is {answer}\n    when all of {{ fact_{fact}, program is imp, age_years >= {} }}\n    unless residence in {{US, PM}} [B-{rule}]\n    because \"Since {{effective_from}}, number {rule}.\"\n    cite act \"the text of section {rule}\"\n",
                rule % 60
            ),
            1 => format!(
                "rule rule_{rule} [A-{rule}] \"Label of rule {rule}\"     # a remark\n    ok is {answer} when fact_{fact} and program is not tfwp\n    unless any of {{ issued + 12 months < evaluation_date [C-{rule}] \"too old\", passport is none }}\n    because \"Number {rule} applies.\" cite act at \"s. {rule}\"\n",
            ),
            _ => format!(
                "rule rule_{rule} [A-{rule}] \"Label of rule {rule}\"\n    ok is {answer}\n    when (fact_{fact} or program in {{imp, other}}) and (every s in stays: s.last is not none and s.last >= 2024-01-01)\n    because \"Number {rule}.\"\n    cite act \"another quotation\"\n",
            ),
        });
    }
    text
}

fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    group.sample_size(10);
    for rules in [2_000, 20_000] {
        let text = policy(rules);
        let mut sources = Sources::new();
        let id = sources.add("large.enact", text.clone());
        let first = parse(&sources, id);
        assert!(first.diagnostics.is_empty(), "{:?}", first.diagnostics.first());
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(rules), |bencher| {
            bencher.iter(|| black_box(parse(&sources, id)))
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);

//! What comparing costs: the shipped amendment of 2024-12-24, schemes of 25 to 400 rules with four edits, and conditions drawn
//! at random over all facts, which no policy does.

#[path = "../src/testing/random/mod.rs"]
mod random;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use enact::check::check;
use enact::diff::{Comparison, Options, Text, compare};
use enact::load::{Folder, Loaded, load_beside};
use enact::program::Program;
use enact::run::Ready;
use enact::source::Sources;
use random::scheme::{Size, pair};

const MODULAR: [Size; 3] = [
    Size { rules: 25, facts: 30, hard: false },
    Size { rules: 100, facts: 60, hard: false },
    Size { rules: 400, facts: 150, hard: false },
];
const HARD: [Size; 2] = [Size { rules: 25, facts: 30, hard: true }, Size { rules: 100, facts: 60, hard: true }];
const SEEDS: std::ops::RangeInclusive<u64> = 1..=10;

/// A root, checked.
fn checked(files: BTreeMap<String, Vec<u8>>, beside: &Sources) -> (Loaded, Program) {
    let loaded = load_beside(&Folder { name: String::new(), files }, beside);
    let checked = check(&loaded);
    let program = checked.program.unwrap_or_else(|| panic!("it has no error: {:?}", checked.findings.first()));
    (loaded, program)
}

/// Compares two roots that hold the policy `p` alone.
fn compared(old: &(Loaded, Program), new: &(Loaded, Program)) -> Comparison {
    let text = |name, root: &'_ (Loaded, Program)| root.1.find_policy("p").map(|policy| (name, policy));
    let (Some((before, old_policy)), Some((after, new_policy))) = (text("before", old), text("after", new)) else {
        panic!("both have the policy");
    };
    let old = Text { name: before, loaded: &old.0, program: &old.1, policy: old_policy, pinned: None };
    let new = Text { name: after, loaded: &new.0, program: &new.1, policy: new_policy, pinned: None };
    compare(&old, &new, &Options::default())
}

fn flagpoling(criterion: &mut Criterion) {
    let Ready { loaded, program, .. } = Ready::read("policies").expect("the shipped policies have no error");
    let policy = program.find_policy("flagpoling").expect("shipped");
    let version = |name: &str| {
        let versions = &program.policies[policy.index()].versions;
        versions.iter().copied().find(|&version| program.version(version).name == name)
    };
    let text = |name| Text { name, loaded: &loaded, program: &program, policy, pinned: version(name) };
    let (old, new) = (text("2024-05-30"), text("2024-12-24"));
    let diff = compare(&old, &new, &Options::default()).diff;
    assert!(diff.complete, "{:?}", diff.gaps);
    criterion.bench_function("diff/flagpoling 2024-05-30 to 2024-12-24, all decisions", |bencher| {
        bencher.iter(|| black_box(compare(&old, &new, &Options::default()).diff.decisions.len()));
    });
    criterion.bench_function("check/all shipped policies", |bencher| {
        bencher.iter(|| black_box(check(&loaded).findings.len()));
    });
}

/// One run of each seed: medians of single seeds say little, as the seeds differ more than the runs.
fn schemes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("diff");
    group.sample_size(10);
    for size in MODULAR.into_iter().chain(HARD) {
        let name =
            format!("{} rules, {} facts, {}", size.rules, size.facts, if size.hard { "hard" } else { "modular" });
        let (mut times, mut incomplete, mut groups, mut regions) = (Vec::new(), 0, 0, Vec::new());
        for seed in SEEDS {
            let (old, new) = pair(seed, size);
            let old = checked(old.files(), &Sources::default());
            let new = checked(new.files(), &old.0.sources);
            let started = Instant::now();
            let diff = compared(&old, &new).diff;
            times.push(started.elapsed());
            incomplete += usize::from(!diff.complete);
            for group in diff.decisions.iter().flat_map(|decision| &decision.groups) {
                groups += 1;
                regions.push(group.regions.len());
            }
        }
        times.sort_unstable();
        regions.sort_unstable();
        println!(
            "{name}: median {:?}, 95th percentile {:?}, {incomplete} of {} incomplete; {groups} groups, regions each: median {}, 95th \
             percentile {}",
            percentile(&times, 50),
            percentile(&times, 95),
            times.len(),
            regions.get(regions.len() / 2).copied().unwrap_or(0),
            regions.get(regions.len() * 95 / 100).copied().unwrap_or(0),
        );
        // The first seed again, as criterion measures.
        let (old, new) = pair(1, size);
        let old = checked(old.files(), &Sources::default());
        let new = checked(new.files(), &old.0.sources);
        group.bench_function(BenchmarkId::new(name, "seed 1"), |bencher| {
            bencher.iter(|| black_box(compared(&old, &new).diff.decisions.len()));
        });
        if !size.hard {
            group.bench_function(BenchmarkId::new(format!("check of {} rules", size.rules), "seed 1"), |bencher| {
                bencher.iter(|| black_box(check(&old.0).findings.len()));
            });
        }
    }
    group.finish();
}

fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(8));
    targets = flagpoling, schemes
}
criterion_main!(benches);

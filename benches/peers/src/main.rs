//! peers gen N DIR | verify DIR | single DIR | json DIR | explain DIR | load | scale DIR | batch N | all DIR
mod engines;
mod facts;
use engines::*;
use std::hint::black_box;

const RUNS: usize = 7;

/// CPU time of this thread in ns: steady on a shared machine, unlike wall time.
fn cpu_ns() -> u64 {
    #[repr(C)]
    struct Ts { s: i64, n: i64 }
    extern "C" { fn clock_gettime(id: i32, t: *mut Ts) -> i32; }
    let mut t = Ts { s: 0, n: 0 };
    unsafe { clock_gettime(3, &mut t) }; // CLOCK_THREAD_CPUTIME_ID
    t.s as u64 * 1_000_000_000 + t.n as u64
}

fn median(mut v: Vec<f64>) -> (f64, f64) {
    v.sort_by(|a, b| a.total_cmp(b));
    (v[v.len() / 2], v[0])
}
/// Median and minimum ns per item over RUNS runs; each run lasts >= 60 ms.
fn time(items: usize, mut f: impl FnMut()) -> (f64, f64) {
    f();
    let t = cpu_ns();
    f();
    let reps = (6e7 / (cpu_ns() - t).max(100) as f64).ceil().clamp(1.0, 1e6) as usize;
    median((0..RUNS).map(|_| {
        let t = cpu_ns();
        for _ in 0..reps { f(); }
        (cpu_ns() - t) as f64 / (reps * items) as f64
    }).collect())
}
fn lines(dir: &str) -> Vec<String> {
    std::fs::read_to_string(format!("{dir}/facts.jsonl")).expect("run `peers gen N DIR` first").lines().map(String::from).collect()
}
macro_rules! each { ($m:ident!($($a:tt)*)) => { $m!(NativeIndexed, $($a)*); $m!(Enact, $($a)*); $m!(Cedar, $($a)*); $m!(Regorus, $($a)*); $m!(RegorusVm, $($a)*); #[cfg(feature = "zen")] { $m!(Zen, $($a)*); } $m!(Cel, $($a)*); $m!(CelOne, $($a)*); } }
fn row(what: &str, name: &str, (med, min): (f64, f64), base: f64) {
    println!("{what}\t{name}\t{med:.1} ns\tmin {min:.1}\t{:.0}/s\tx{:.1}", 1e9 / med, med / base);
}

fn verify(dir: &str) {
    let l = lines(dir);
    let want: Vec<bool> = l.iter().map(|s| facts::decide(&facts::from_json(s))).collect();
    let (c, h) = facts::hash(want.iter().copied());
    println!("verify\tn={} reference allow={c} hash={h:016x}", l.len());
    let mut hits = [0usize; 15];
    for s in &l { let m = facts::mask(&facts::from_json(s)); for (i, x) in hits.iter_mut().enumerate() { *x += (m >> i & 1) as usize; } }
    for (n, x) in facts::NAMES.iter().zip(hits) { println!("verify\trule {n} fires {x}"); }
    macro_rules! v { ($t:ty, $($x:tt)*) => {{
        let mut e = <$t>::load(1);
        let mut first = None;
        let got: Vec<bool> = l.iter().map(|s| { let p = e.parse(s, ""); e.decide(&p) }).collect();
        let bad = got.iter().zip(&want).enumerate().filter(|(i, (a, b))| { if a != b && first.is_none() { first = Some(*i); } a != b }).count();
        let (c, h) = facts::hash(got.into_iter());
        println!("verify\t{}\tallow={c} hash={h:016x} mismatches={bad} first={first:?}", <$t>::NAME);
    }}; }
    each!(v!(0));
    // rule-level agreement where the engine names rules: all fired ids, and Cedar's determining ones
    macro_rules! w { ($t:ty) => {{
        let mut e = <$t>::load(1);
        let bad = l.iter().filter(|s| {
            let p = e.parse(s, "");
            let m = facts::mask(&facts::from_json(s));
            let mut a: Vec<&str> = (0..15).filter(|i| m >> i & 1 == 1).map(|i| facts::NAMES[i as usize]).collect();
            a.sort();
            let mut d: Vec<&str> = if m & 0x7FF0 != 0 { a.iter().copied().filter(|n| n.starts_with('D')).collect() } else { a.clone() };
            d.sort();
            let x = e.explain(&p);
            x != a.join(",") && x != d.join(",")
        }).count();
        println!("verify\t{}\trule-id mismatches={bad}", <$t>::NAME);
    }}; }
    w!(Enact); w!(Cedar); w!(Regorus); w!(RegorusVm); w!(Cel);
    // batch
    let rows: Vec<_> = l.iter().map(|s| facts::from_json(s)).collect();
    let bits = facts::decide_batch(&facts::batch(&rows));
    let (c, h) = facts::hash((0..rows.len()).map(|i| bits[i / 64] >> (i % 64) & 1 == 1));
    println!("verify\tnative Arrow batch\tallow={c} hash={h:016x}");
}

fn single(dir: &str, from_text: bool) {
    let l = lines(dir);
    let n = l.len().min(2000);
    let l = &l[..n];
    let mut base = 0.0;
    macro_rules! s { ($t:ty, $($x:tt)*) => {{
        let mut e = <$t>::load(1);
        let r = if from_text {
            time(n, || for s in l { let p = e.parse(black_box(s), ""); black_box(e.decide(&p)); })
        } else {
            let ps: Vec<_> = l.iter().map(|s| e.parse(s, "")).collect();
            time(n, || for p in &ps { black_box(e.decide(black_box(p))); })
        };
        if base == 0.0 { base = r.0; }
        row(if from_text { "json->decision" } else { "single" }, <$t>::NAME, r, base);
    }}; }
    each!(s!(0));
}

fn explain(dir: &str) {
    let l = lines(dir);
    let n = l.len().min(1000);
    let l = &l[..n];
    let mut base = 0.0;
    macro_rules! s { ($t:ty, $($x:tt)*) => {{
        let mut e = <$t>::load(1);
        let ps: Vec<_> = l.iter().map(|s| e.parse(s, "")).collect();
        let d = time(n, || for p in &ps { black_box(e.decide(black_box(p))); }).0;
        let mut bytes = 0;
        for p in &ps { bytes += e.explain(p).len(); }
        let r = time(n, || for p in &ps { black_box(e.explain(black_box(p))); });
        if base == 0.0 { base = r.0; }
        row("explain", <$t>::NAME, r, base);
        println!("explain\t  vs its own decision x{:.2}, {} bytes an explanation", r.0 / d, bytes / n);
    }}; }
    each!(s!(0));
    // enact's whole record: reasons with clauses, version, place
    let e = Enact::load(1);
    let es: Vec<_> = l.iter().map(|s| e.evaluate(s)).collect();
    let r = time(n, || for s in l { black_box(e.evaluate(black_box(s))); });
    row("explain", "enact reads the long way, every node's verdict", r, base);
    let r = time(n, || for v in &es { black_box(e.record(black_box(v))); });
    row("explain", "enact record as JSON, from the verdicts", r, base);
    println!("explain\t  {} bytes a record", es.iter().map(|v| e.record(v).len()).sum::<usize>() / n);
    // regorus line coverage as explanation
    let mut e = Regorus::load(1);
    let ps: Vec<_> = l.iter().map(|s| e.parse(s, "")).collect();
    e.e.set_enable_coverage(true);
    let mut bytes = 0;
    for p in &ps { e.e.clear_coverage_data(); e.decide(p); bytes += e.e.get_coverage_report().unwrap().to_string_pretty().unwrap().len(); }
    let r = time(n, || for p in &ps { e.e.clear_coverage_data(); black_box(e.decide(p)); black_box(e.e.get_coverage_report().unwrap()); });
    row("explain", "regorus coverage report", r, base);
    println!("explain\t  {} bytes as pretty text", bytes / n);
    println!("explain\tsample: cedar: {}", { let mut c = Cedar::load(1); let p = c.parse(&l[1], ""); c.explain(&p) });
    #[cfg(feature = "zen")]
    println!("explain\tsample: zen: {:.1500}", { let mut c = Zen::load(1); let p = c.parse(&l[1], ""); c.explain(&p) });
    let mut z = Regorus::load(1);
    z.e.set_enable_coverage(true);
    let p = z.parse(&l[1], "");
    z.decide(&p);
    println!("explain\tsample: regorus coverage:\n{:.1500}", z.e.get_coverage_report().unwrap().to_string_pretty().unwrap());
    // Cedar partial evaluation with an unknown fact set
    let c = Cedar::load(1);
    let act: cedar_policy::EntityUid = "Action::\"apply\"".parse().unwrap();
    let req = cedar_policy::RequestBuilder::default().principal("Applicant::\"x\"".parse().unwrap()).action(act).resource("Poe::\"p\"".parse().unwrap()).build();
    let a = cedar_policy::Authorizer::new();
    let ent = cedar_policy::Entities::empty();
    let r = time(1, || { black_box(a.is_authorized_partial(&req, &c.policies, &ent)); });
    row("explain", "cedar partial eval, whole context unknown", r, base);
}

fn load() {
    for copies in [1, 10, 100] {
        macro_rules! s { ($t:ty, $($x:tt)*) => {{
            let r = time(1, || { black_box(<$t>::load(copies)); });
            println!("load\t{}\t{} rules\t{:.3} ms\tmin {:.3}", <$t>::NAME, copies * 20, r.0 / 1e6, r.1 / 1e6);
        }}; }
        each!(s!(0));
        let c = Cedar::load(copies);
        let r = time(1, || { let v = cedar_policy::Validator::new(c.schema.clone()); black_box(v.validate(&c.policies, cedar_policy::ValidationMode::Strict)); });
        println!("load\tcedar validator\t{} rules\t{:.3} ms\tmin {:.3}", copies * 20, r.0 / 1e6, r.1 / 1e6);
    }
    let c = Cedar::load(1);
    println!("load\tcedar validation passes: {}", cedar_policy::Validator::new(c.schema.clone()).validate(&c.policies, cedar_policy::ValidationMode::Strict).validation_passed());
}

fn scale(dir: &str) {
    let l = lines(dir);
    for copies in [1usize, 10, 100] {
        let n = 200;
        let action = if copies == 1 { String::new() } else { format!("apply_{}", copies - 1) };
        let want: Vec<bool> = l[..n].iter().map(|s| facts::decide(&facts::from_json(s))).collect();
        let mut base = 0.0;
        macro_rules! s { ($t:ty, $($x:tt)*) => {{
            let mut e = <$t>::load(copies);
            let ps: Vec<_> = l[..n].iter().map(|s| e.parse(s, &action)).collect();
            let got: Vec<bool> = ps.iter().map(|p| e.decide(p)).collect();
            let r = time(n, || for p in &ps { black_box(e.decide(black_box(p))); });
            if base == 0.0 { base = r.0; }
            row(&format!("scale {} rules{}", copies * 20, if got == want { "" } else { " WRONG" }), <$t>::NAME, r, base);
        }}; }
        each!(s!(0));
        s!(Native, 0);
    }
}

fn batch(n: usize) {
    let rows = facts::generate(n);
    let bs = vec![facts::batch(&rows)];
    let mut all = vec![];
    for b in &bs { let w = facts::decide_batch(b); all.extend((0..b.num_rows()).map(|i| w[i / 64] >> (i % 64) & 1 == 1)); }
    let (c, h) = facts::hash(all.into_iter());
    println!("batch\tn={n} allow={c} hash={h:016x}");
    let r = time(n, || for b in &bs { black_box(facts::decide_batch(black_box(b))); });
    let portable = r;
    let w = facts::decide_batch_simd(&bs[0]).expect("needs AVX2");
    assert!(w == facts::decide_batch(&bs[0]));
    let r = time(n, || { black_box(facts::decide_batch_simd(black_box(&bs[0]))); });
    row("batch", "native over Arrow columns, AVX2", r, r.0);
    let base = r.0;
    row("batch", "native over Arrow columns, portable", portable, base);
    let r = time(n, || { let mut k = 0usize; for f in &rows { k += facts::decide(black_box(f)) as usize; } black_box(k); });
    row("batch", "native over row structs", r, base);
    let e = Enact::load(1);
    let mut columns = enact::compile::Columns::new(&e.program, e.compiled.layout());
    for f in &rows { columns.push(&e.row(&f.json())); }
    let answers = e.compiled.decide_columns(&columns);
    let (c, h) = facts::hash((0..n).map(|i| answers.verdict(i, 0).is_yes()));
    println!("batch\tenact allow={c} hash={h:016x}");
    assert!((0..n).all(|i| answers.verdict(i, 0) != enact::compile::Verdict::UNKNOWN));
    let r = time(n, || { black_box(e.compiled.decide_columns(black_box(&columns))); });
    row("batch", "enact over its columns, reasons of every row kept", r, base);
    let small: Vec<_> = rows[..n.min(100_000)].iter().map(|f| f.json()).collect();
    macro_rules! s { ($t:ty, $($x:tt)*) => {{
        let mut e = <$t>::load(1);
        let m = small.len().min(20_000);
        let ps: Vec<_> = small[..m].iter().map(|s| e.parse(s, "")).collect();
        let r = time(m, || for p in &ps { black_box(e.decide(p)); });
        row("batch (row engine, 20k parsed rows)", <$t>::NAME, r, base);
    }}; }
    each!(s!(0));
}

fn main() {
    let a: Vec<String> = std::env::args().collect();
    let dir = a.get(if a.get(1).map(|s| s == "gen").unwrap_or(false) { 3 } else { 2 }).map(String::as_str).unwrap_or("small");
    match a.get(1).map(String::as_str) {
        Some("gen") => facts::write_all(dir, a[2].parse().unwrap()),
        Some("verify") => verify(dir),
        Some("single") => single(dir, false),
        Some("json") => single(dir, true),
        Some("explain") => explain(dir),
        Some("load") => load(),
        Some("scale") => scale(dir),
        Some("batch") => batch(a.get(2).and_then(|s| s.parse().ok()).unwrap_or(1_000_000)),
        Some("all") => { verify(dir); single(dir, false); single(dir, true); explain(dir); load(); scale(dir); }
        _ => eprintln!("peers gen N DIR | verify DIR | single DIR | json DIR | explain DIR | load | scale DIR | batch N | all DIR"),
    }
}

//! dev
use enact::eval::*;
use enact::facts::*;
use enact::load::*;
fn walk(dir: &std::path::Path, root: &std::path::Path, f: &mut Folder) {
    for e in std::fs::read_dir(dir).unwrap() {
        let p = e.unwrap().path();
        if p.is_dir() {
            walk(&p, root, f)
        } else {
            let n = p.strip_prefix(root).unwrap().to_str().unwrap().to_string();
            if n.ends_with(".enact") || n.ends_with(".csv") {
                f.files.insert(n, std::fs::read(&p).unwrap());
            }
        }
    }
}
fn main() {
    let root = std::env::args().nth(1).unwrap();
    let root = std::path::Path::new(&root);
    let mut f = Folder { name: "policies".into(), ..Default::default() };
    walk(root, root, &mut f);
    let loaded = load(&f);
    let ch = enact::check::check(&loaded);
    let program = ch.program.unwrap();
    let text = std::fs::read_to_string("tests/cases/poe_work_permit.jsonl").unwrap();
    let (mut ok, mut bad) = (0, 0);
    for line in text.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let id = case["id"].as_str().unwrap();
        let mut facts = match read_facts(&program, case["facts"].to_string()) {
            Ok(f) => f,
            Err(e) => {
                println!("{id} FACTS {:?}", e);
                bad += 1;
                continue;
            }
        };
        let date: chrono::NaiveDate = case["evaluation_date"].as_str().unwrap().parse().unwrap();
        facts.set(enact::program::EVALUATION_DATE, Slot::Given(enact::value::Value::Date(date)));
        let q = case["question"].as_str().unwrap();
        let fam = program.families.iter().position(|f| f.name == q).unwrap();
        let policy = program.families[fam].policy.unwrap();
        let req = Request { policy, pinned: None, asked: vec![enact::program::FamilyId(fam as u32)] };
        let ev = evaluate(&program, &req, &facts);
        let a = &ev.answers[0];
        let st = case["status"].as_str().unwrap();
        let mut missing: Vec<String> = a.missing.iter().map(|m| m.text(&program)).collect();
        missing.sort();
        let mut want: Vec<String> =
            case["missing"].as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_string()).collect();
        want.sort();
        let val = a.value.as_ref().map(|v| program.value_text(v, &a.ty)).unwrap_or_default();
        let wv = case["expected"][q].as_str().unwrap_or("").to_string();
        let good = a.status.text() == st && (st != "decided" || val == wv) && (st != "undetermined" || missing == want);
        if good {
            ok += 1
        } else {
            bad += 1;
            println!(
                "{id} {q} on {date}: want {st} {wv} {want:?}; got {} {val} {missing:?} exact {} {:?} {:?}",
                a.status.text(),
                a.exact,
                a.fault,
                a.possible
            );
        }
    }
    println!("{ok} ok {bad} bad");
}

use super::*;
use crate::trace::{Level, answer, at_level, text};

#[test]
fn probe() {
    let Ok(facts) = std::env::var("PROBE") else { return };
    let mut folder = Folder { name: "policies".into(), ..Folder::default() };
    fn walk(dir: &std::path::Path, folder: &mut Folder) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, folder);
            } else if path.extension().is_some_and(|e| e == "enact" || e == "csv") {
                let name = path.strip_prefix("policies").unwrap().to_str().unwrap().to_owned();
                folder.files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    walk(std::path::Path::new("policies"), &mut folder);
    let world = World::of(folder);
    let mut json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(facts).unwrap()).unwrap();
    json["evaluation_date"] = std::env::var("ON").unwrap().into();
    if let Ok(set) = std::env::var("SET") {
        for (k, v) in serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&set).unwrap() {
            if v == "-" {
                json.as_object_mut().unwrap().remove(&k);
            } else {
                json[k] = v;
            }
        }
    }
    let policy = std::env::var("POLICY").unwrap_or("poe_work_permit".into());
    let decision = std::env::var("DECISION").unwrap_or("may_apply_for_work_permit_at_poe".into());
    let run = world.run(&policy, &[&decision], &json.to_string());
    let asides = crate::trace::aside::Asides::gather(
        &world.program,
        &world.sources,
        &run.request,
        &run.facts,
        &run.evaluation,
        0,
    );
    let trace = explain(&world.program, &world.sources, &run.request, &run.facts, &run.evaluation, 0, asides, None);
    if let Ok(path) = std::env::var("HTML") {
        std::fs::write(path, crate::trace::html::render(&at_level(&trace, Level::Why))).unwrap();
    }
    println!("{}", answer::render(&trace, 120));
    let level = match std::env::var("LEVEL").as_deref() {
        Ok("full") => Level::Full,
        Ok("reason") => Level::Reason,
        _ => Level::Why,
    };
    println!("{}", text::render(&at_level(&trace, level), 120));
}

//! One worker, back from a trip to the United States, asks for a work permit at the border on two days in a row: the day before the
//! ban on flagpoling, and the day it begins. Run it from the repository: `cargo run --example two_days`.
//!
//! It shows how a program embeds the engine: load and check once, then decide and explain as often as needed.

use std::error::Error;
use std::path::Path;

use enact::check::check;
use enact::eval::{Request, evaluate};
use enact::facts::{read_facts, set_fact};
use enact::load::{Folder, load};
use enact::trace::{Asides, Level, at_level, explain, text};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new("policies");
    let mut folder = Folder { name: "policies".into(), ..Folder::default() };
    read_folder(root, root, &mut folder)?;
    let loaded = load(&folder);
    let program = check(&loaded).program.ok_or("the policies have errors: `enact check` shows them")?;

    let policy = program.find_policy("poe_work_permit").ok_or("no such policy")?;
    let families = &program.policies[policy.index()].families;
    let may_apply = |&&family: &&_| program.family(family).name == "may_apply_for_work_permit_at_poe";
    let asked = *families.iter().find(may_apply).ok_or("no such decision")?;
    let stated = std::fs::read(root.join("flagpoling/facts/returning_worker.json"))?;

    for day in ["2024-12-23", "2024-12-24"] {
        let mut facts = read_facts(&program, &stated).map_err(|errors| format!("{errors:?}"))?;
        set_fact(&program, &mut facts, &format!("evaluation_date={day}"))?;
        let request = Request { policy, pinned: None, asked: vec![asked] };
        let evaluation = evaluate(&program, &request, &facts);
        let asides = Asides::gather(&program, &loaded.sources, &request, &facts, &evaluation, 0);
        let trace = explain(&program, &loaded.sources, &request, &facts, &evaluation, 0, asides, None);
        println!("{}", text::render(&at_level(&trace, Level::Why), 100));
    }
    Ok(())
}

/// Reads the policies and data files under a folder, named by their paths from the root.
fn read_folder(root: &Path, at: &Path, folder: &mut Folder) -> Result<(), Box<dyn Error>> {
    for entry in std::fs::read_dir(at)? {
        let path = entry?.path();
        let is_text = path.extension().is_some_and(|ending| ending == "enact" || ending == "csv");
        if path.is_dir() {
            read_folder(root, &path, folder)?;
        } else if is_text {
            let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
            folder.files.insert(name, std::fs::read(&path)?);
        }
    }
    Ok(())
}

//! Draws applicants and writes them as a table of facts, beside the queries.

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use enact::facts::Slot;
use enact::program::{EVALUATION_DATE, FactId, Program};
use enact::sql::{Column, Dialect, NONE_SUFFIX, UNKNOWN_SUFFIX};
use enact::value::{Type, Value};

use super::applicants::Applicants;
use super::cells;
use super::policy::Carried;
use super::random::dice::Dice;
use super::random::policy::Policy;
use super::random::typed::typed;

/// The root of shipped policies.
pub const SHIPPED: &str = "policies";
/// Of so many facts one is missing: 12 in a hundred.
const MISSING: (i64, i64) = (12, 100);
/// Of the facts that pick a version: without them a row is deferred, whatever else is known.
const MISSING_DAYS: (i64, i64) = (1, 100);

/// One date in so many is one of [`EDGES`].
const EDGE: usize = 40;
/// Days on which calendars are wrong if they are wrong at all.
const EDGES: &[&str] = &[
    "0001-01-01",
    "0001-03-01",
    "1600-02-29",
    "1900-02-28",
    "1900-03-01",
    "1969-12-31",
    "2000-02-29",
    "2023-08-31",
    "2100-02-28",
    "9999-11-30",
    "9999-12-31",
];

/// Applicants of a policy: a shipped one by its name, another by its folder.
pub fn named(policy: &str, rows: usize, seed: u64, folder: &Path) -> Result<(), Box<dyn Error>> {
    let (root, policy) = policy.rsplit_once('/').unwrap_or((SHIPPED, policy));
    let carried = Carried::new(Path::new(root), policy)?;
    fs::create_dir_all(folder)?;
    fs::write(folder.join("root"), format!("{root}\n{policy}\n"))?;
    carried.refused.iter().for_each(|refused| println!("refused: {refused}"));
    write(&carried, rows, seed, folder)
}

/// Applicants of random policies. Those of which SQL carries nothing are drawn again.
pub fn random(policies: usize, rows: usize, seed: u64, folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut dice = Dice::new(seed);
    let (mut made, mut drawn, mut refused, mut decisions) = (0, 0, 0, 0);
    while made < policies {
        drawn += 1;
        let policy: Policy = typed(&mut dice);
        let here = folder.join(format!("{made:03}"));
        let root = here.join("policies");
        for (path, bytes) in policy.files() {
            let path = root.join(path);
            path.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(path, bytes)?;
        }
        // A circle of exceptions is an error, and is drawn again too.
        let Ok(carried) = Carried::new(&root, "p") else {
            fs::remove_dir_all(&here)?;
            continue;
        };
        refused += carried.refused.len();
        carried.refused.iter().for_each(|refused| println!("refused: {refused}"));
        if carried.request.asked.is_empty() {
            fs::remove_dir_all(&here)?;
            continue;
        }
        decisions += carried.request.asked.len();
        fs::write(here.join("root"), format!("{}\np\n", root.display()))?;
        write(&carried, rows, seed + drawn, &here)?;
        made += 1;
    }
    println!("{made} policies of {drawn} drawn; {decisions} decisions carried, {refused} refused");
    Ok(())
}

fn write(carried: &Carried, rows: usize, seed: u64, folder: &Path) -> Result<(), Box<dyn Error>> {
    let program = &carried.program;
    let mut columns: Vec<Column> = Vec::new();
    for dialect in Dialect::ALL {
        let compiled = carried.compile(dialect)?;
        fs::write(folder.join(format!("{}.sql", dialect.text())), &compiled.sql)?;
        columns = compiled.facts;
    }
    let mut types = String::new();
    for column in &columns {
        types += &format!("{},{}\n", column.name, column.ty.text().replace(", ", ":"));
    }
    fs::write(folder.join("columns.csv"), types)?;
    let facts: Vec<FactId> = columns.iter().filter_map(|column| column.fact).collect();
    let applicants = Applicants::new(program).only(&facts);
    let mut dice = Dice::new(seed);
    let mut out = csv::Writer::from_writer(BufWriter::new(File::create(folder.join("facts.csv"))?));
    out.write_record(columns.iter().map(|column| column.name.as_str()))?;
    for row in 0..rows {
        let mut stated = applicants.draw(program, &mut dice);
        for &fact in &facts {
            let (some, of) = if picks(program, fact) { MISSING_DAYS } else { MISSING };
            if dice.between(1, of) <= some {
                stated.set(fact, if dice.one_in(2) { Slot::NotStated } else { Slot::StatedUnknown });
            } else if let Type::Date = program.fact(fact).ty.required()
                && !picks(program, fact)
                && dice.one_in(EDGE)
            {
                stated.set(fact, Slot::Given(Value::Date(dice.one_of(EDGES).parse()?)));
            }
        }
        let record = columns.iter().map(|column| match column.fact {
            None => row.to_string(),
            Some(fact) => cell(program, &column.name, fact, stated.get(fact)),
        });
        out.write_record(record.collect::<Vec<String>>())?;
    }
    out.into_inner().map_err(|error| error.to_string())?.flush()?;
    Ok(())
}

/// Whether a fact picks a version.
fn picks(program: &Program, fact: FactId) -> bool {
    fact == EVALUATION_DATE || program.policies.iter().any(|policy| policy.decided_by == fact)
}

fn cell(program: &Program, column: &str, fact: FactId, slot: &Slot) -> String {
    let declared = program.fact(fact);
    let suffix = column.strip_prefix(declared.key.as_str()).unwrap_or("");
    match (suffix, slot) {
        (NONE_SUFFIX, slot) => (*slot == Slot::Given(Value::None)).to_string(),
        (UNKNOWN_SUFFIX, slot) => (*slot == Slot::StatedUnknown).to_string(),
        (_, Slot::Given(value)) => cells::write(program, &declared.ty, value),
        _ => String::new(),
    }
}

//! Decides every row again and compares.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use enact::eval::{Request, Verdicts, evaluate, interpret};
use enact::facts::{Facts, Slot};
use enact::program::{FactId, Program};
use enact::sql::{Asked, Compiled, Dialect, ID, NONE_SUFFIX, PER_COLUMN, Place, Reason, UNKNOWN_SUFFIX};
use enact::value::{Evaluated, Type, Value};
use sha2::{Digest, Sha256};

use super::cells;
use super::policy::Carried;

/// How many differences are shown.
const SHOWN: usize = 10;
/// `?` as SQL writes it.
const UNKNOWN: i64 = 2;

/// What came of some rows.
#[derive(Default)]
struct Tally {
    rows: usize,
    deferred: usize,
    answers: usize,
    reasons: usize,
    /// Reasons that SQL leaves open and the interpreter does not.
    weaker: usize,
    differing: Vec<String>,
    /// Name of the row and its results, each in one form.
    lines: Vec<(String, String)>,
}

/// The columns of a file by name.
struct Table {
    names: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

impl Table {
    fn read(path: &Path) -> Result<Table, Box<dyn Error>> {
        let mut reader = csv::Reader::from_path(path)?;
        let names = reader.headers()?.iter().map(str::to_owned).collect();
        Ok(Table { names, rows: reader.records().collect::<Result<_, _>>()? })
    }

    fn column(&self, name: &str) -> Result<usize, String> {
        self.names.iter().position(|other| other == name).ok_or_else(|| format!("there is no column `{name}`"))
    }
}

/// Compares a result with the interpreter.
pub fn run(folder: &Path, result: &Path) -> Result<ExitCode, Box<dyn Error>> {
    let root = fs::read_to_string(folder.join("root"))?;
    let (root, policy) = root.trim().split_once('\n').ok_or("`root` holds a folder and a policy")?;
    let carried = Carried::new(Path::new(root), policy)?;
    let compiled = carried.compile(Dialect::DuckDb)?;
    let (facts, result) = (Table::read(&folder.join("facts.csv"))?, Table::read(result)?);
    let (fact_id, result_id) = (facts.column(ID)?, result.column(ID)?);
    let by_id: HashMap<&str, &csv::StringRecord> = facts.rows.iter().map(|row| (&row[fact_id], row)).collect();
    let comparison = Comparison::new(&carried, &compiled, &facts, &result)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let size = result.rows.len().div_ceil(cores).max(1);
    let part = |rows: &[csv::StringRecord]| -> Result<Tally, String> {
        let mut tally = Tally::default();
        for row in rows {
            if let Some(facts) = by_id.get(&row[result_id]) {
                comparison.row(&row[result_id], facts, row, &mut tally)?;
            }
        }
        Ok(tally)
    };
    let tallies: Vec<Result<Tally, String>> = std::thread::scope(|scope| {
        let threads: Vec<_> = result.rows.chunks(size).map(|rows| scope.spawn(|| part(rows))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err("a thread broke off".into()))).collect()
    });
    let mut all = Tally::default();
    for tally in tallies {
        let tally = tally?;
        all.rows += tally.rows;
        all.deferred += tally.deferred;
        all.answers += tally.answers;
        all.reasons += tally.reasons;
        all.weaker += tally.weaker;
        all.differing.extend(tally.differing);
        all.lines.extend(tally.lines);
    }
    all.lines.sort();
    let doubled = all.lines.windows(2).filter(|pair| pair[0].0 == pair[1].0).count();
    let unmatched = facts.rows.len().abs_diff(all.rows - doubled) + (result.rows.len() - all.rows) + doubled;
    let mut hash = Sha256::new();
    all.lines.iter().for_each(|(id, line)| hash.update(format!("{id}|{line}\n")));
    let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    all.differing.iter().take(SHOWN).for_each(|line| println!("differs: {line}"));
    println!(
        "{policy}: rows {} differing {} unmatched {unmatched} answers {} deferred {} reasons {} weaker {} sha256 {hash}",
        all.rows,
        all.differing.len(),
        all.answers,
        all.deferred,
        all.reasons,
        all.weaker
    );
    Ok(if all.differing.is_empty() && unmatched == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What is compared, and where its columns are.
struct Comparison<'c> {
    program: &'c Program,
    request: &'c Request,
    facts: Vec<(FactId, usize, Part)>,
    asked: Vec<(&'c Asked, Type, Vec<usize>)>,
}

/// What a column of facts tells.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Value,
    IsNone,
    IsUnknown,
}

impl<'c> Comparison<'c> {
    fn new(
        carried: &'c Carried,
        compiled: &'c Compiled,
        facts: &Table,
        result: &Table,
    ) -> Result<Comparison<'c>, Box<dyn Error>> {
        let program = &carried.program;
        let mut columns = Vec::new();
        for column in &compiled.facts {
            let Some(fact) = column.fact else { continue };
            let suffix = column.name.strip_prefix(program.fact(fact).key.as_str());
            let part = match suffix {
                Some(NONE_SUFFIX) => Part::IsNone,
                Some(UNKNOWN_SUFFIX) => Part::IsUnknown,
                _ => Part::Value,
            };
            columns.push((fact, facts.column(&column.name)?, part));
        }
        let nobody = evaluate(program, &carried.request, &Facts::new(program));
        let mut asked = Vec::new();
        for (one, answer) in compiled.asked.iter().zip(nobody.answers) {
            let at = one.columns().iter().map(|(name, _)| result.column(name)).collect::<Result<Vec<_>, _>>()?;
            asked.push((one, answer.ty, at));
        }
        Ok(Comparison { program, request: &carried.request, facts: columns, asked })
    }

    fn row(
        &self,
        id: &str,
        facts: &csv::StringRecord,
        result: &csv::StringRecord,
        tally: &mut Tally,
    ) -> Result<(), String> {
        let stated = self.stated(facts)?;
        tally.rows += 1;
        let deferred = self.asked.iter().all(|(_, _, at)| &result[at[0]] == "deferred");
        // A row that is wholly deferred has no answer to compare: its reasons take the interpreter alone.
        let (answers, verdicts) = if deferred {
            (Vec::new(), interpret(self.program, self.request, &stated))
        } else {
            let evaluation = evaluate(self.program, self.request, &stated);
            (evaluation.answers, evaluation.verdicts)
        };
        let mut line = String::new();
        for (index, (asked, ty, at)) in self.asked.iter().enumerate() {
            let (status, value, version) = (&result[at[0]], &result[at[1]], &result[at[2]]);
            let value = match value {
                "" => None,
                cell => Some(cells::read(self.program, ty, cell)?),
            };
            let shown = |value: &Option<Value>| {
                value.as_ref().map_or(String::new(), |value| self.program.value_text(value, ty))
            };
            line += &format!("{status}|{}|{version}", shown(&value));
            at[3..].iter().for_each(|&at| line += &format!("|{}", &result[at]));
            line.push('|');
            tally.answers += 1;
            if status == "deferred" {
                tally.deferred += 1;
            } else if let Some(answer) = answers.get(index) {
                let named = answer.version.map_or("", |version| self.program.version(version).name.as_str());
                let expected = answer.value.clone().filter(|value| *value != Value::None);
                if status != answer.status.text() || value != expected || version != named {
                    tally.differing.push(format!(
                        "row {id} {}: {status} {} {version}; the interpreter says {} {} {named}",
                        asked.name,
                        shown(&value),
                        answer.status.text(),
                        shown(&expected),
                    ));
                }
            }
            self.reasons(id, asked, version, &at[3..], result, &verdicts, tally)?;
        }
        tally.lines.push((id.to_owned(), line));
        Ok(())
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one row, one thing asked, where its columns are, and what it must be"
    )]
    fn reasons(
        &self,
        id: &str,
        asked: &Asked,
        version: &str,
        at: &[usize],
        result: &csv::StringRecord,
        verdicts: &Verdicts,
        tally: &mut Tally,
    ) -> Result<(), String> {
        let places = asked.places.iter().find(|(of, _)| self.program.version(*of).name == version);
        let Some((_, places)) = places else { return Ok(()) };
        let mut words = Vec::new();
        for &at in at {
            words.push(result[at].parse::<i64>().map_err(|error| format!("row {id}: `{}`: {error}", &result[at]))?);
        }
        for (index, place) in places.iter().enumerate() {
            let found = words[index / PER_COLUMN] >> (2 * (index % PER_COLUMN)) & 3;
            tally.reasons += 1;
            match expected(place, verdicts) {
                Some(state) if state == found => {}
                Some(_) if found == UNKNOWN => tally.weaker += 1,
                // Nothing that is in force reads it.
                None if !place.through.is_empty() => {}
                state => tally.differing.push(format!(
                    "row {id} {} {:?} {}: {found}; the interpreter says {state:?}",
                    asked.name,
                    place.reason,
                    self.program.origin(place.origin).name
                )),
            }
        }
        Ok(())
    }

    fn stated(&self, cells: &csv::StringRecord) -> Result<Facts, String> {
        let mut facts = Facts::new(self.program);
        for &(fact, at, part) in &self.facts {
            let cell = &cells[at];
            match part {
                Part::Value if cell.is_empty() => {}
                Part::Value => {
                    let value = cells::read(self.program, &self.program.fact(fact).ty, cell)?;
                    facts.set(fact, Slot::Given(value));
                }
                Part::IsNone if cell == "true" => facts.set(fact, Slot::Given(Value::None)),
                Part::IsUnknown if cell == "true" => facts.set(fact, Slot::StatedUnknown),
                _ => {}
            }
        }
        Ok(facts)
    }
}

/// What the interpreter says; nothing of what it did not look at.
fn expected(place: &Place, verdicts: &Verdicts) -> Option<i64> {
    let result = match place.reason {
        Reason::Applies(rule) => verdicts.rules[rule.index()].as_ref().map(|verdict| &verdict.applies),
        Reason::Stands(rule) => verdicts.rules[rule.index()].as_ref().map(|verdict| &verdict.stands),
        Reason::Condition(node) => verdicts.nodes[node.index()].as_ref(),
    };
    Some(match result? {
        Evaluated::Value(Value::Bool(yes)) => i64::from(*yes),
        Evaluated::Unknown => UNKNOWN,
        _ => 3,
    })
}

//! Policies, loaded, and what is asked of them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use enact::diagnostic::render::escape_json;
use enact::diff::text::{Look, render};
use enact::diff::{Options, Text, compare, html as diff_html, markdown as diff_markdown, record};
use enact::facts::{Facts, read_facts, read_on, set_on};
use enact::load::Folder;
use enact::run::{Ready, Refused, Run, World, find_policy};
use enact::syntax::ast::On;
use enact::trace::{Level, Trace, at_level, html, markdown, text};
use pyo3::prelude::*;
use serde::Serialize;

use crate::raise;
use crate::table::{self, Answers};

/// How wide lines of text are.
const TEXT_WIDTH: usize = 100;

/// Policies without errors.
#[pyclass(frozen, module = "enact._enact")]
pub struct Policies {
    ready: Arc<Ready>,
}

#[pymethods]
impl Policies {
    /// Reads a folder.
    #[staticmethod]
    fn read(py: Python<'_>, root: PathBuf) -> PyResult<Policies> {
        py.detach(|| Ready::read(root)).map(Policies::new).map_err(raise::refused)
    }

    /// Takes texts by their paths from the root.
    #[staticmethod]
    fn of(py: Python<'_>, files: BTreeMap<String, String>) -> PyResult<Policies> {
        let files = files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
        let folder = Folder { name: String::new(), files };
        py.detach(|| World::of(folder, Vec::new()).ready()).map(Policies::new).map_err(raise::refused)
    }

    /// The names of the policies.
    fn names(&self) -> Vec<String> {
        self.ready.program.policies.iter().map(|policy| policy.name.clone()).collect()
    }

    /// The versions of a policy, by the day each starts.
    fn versions(&self, policy: &str) -> PyResult<Vec<String>> {
        let program = &self.ready.program;
        let (policy, _) = find_policy(program, policy).map_err(raise::refused)?;
        Ok(program.policies[policy.index()].versions.iter().map(|&id| program.version(id).name.clone()).collect())
    }

    /// Returns `enact.decision/1`.
    fn decide(
        &self,
        py: Python<'_>,
        policy: &str,
        facts: &str,
        on: Option<&str>,
        decisions: Vec<String>,
    ) -> PyResult<String> {
        let facts = self.facts(facts, on)?;
        py.detach(|| self.run(policy, &decisions, &facts)?.json(false)).map_err(raise::refused)
    }

    /// Returns a list of `enact.trace/1`, or the text of a format.
    #[expect(clippy::too_many_arguments, reason = "Python names them")]
    fn explain(
        &self,
        py: Python<'_>,
        policy: &str,
        facts: &str,
        on: Option<&str>,
        decisions: Vec<String>,
        level: &str,
        why_not: Option<&str>,
        format: &str,
    ) -> PyResult<String> {
        let level = match level {
            "reason" => Level::Reason,
            "why" => Level::Why,
            "full" => Level::Full,
            other => return Err(raise::usage(format!("there is no level `{other}`; levels are reason, why, full"))),
        };
        let show: fn(&[Trace]) -> String = match format {
            "json" => |traces| json(&traces),
            "text" => |traces| pages(traces, |trace| text::render(trace, TEXT_WIDTH).to_string()),
            "md" => |traces| pages(traces, markdown::render),
            "html" => |traces| pages(traces, html::render),
            other => return Err(no_format(other)),
        };
        let facts = self.facts(facts, on)?;
        let explained = py.detach(|| {
            let run = self.run(policy, &decisions, &facts)?;
            let traces = match why_not {
                Some(rule) => run.why_not(rule)?,
                None => run.traces().iter().map(|trace| at_level(trace, level)).collect(),
            };
            Ok(show(&traces))
        });
        explained.map_err(raise::refused)
    }

    /// Returns `enact.diff/1`, or the text of a format. The old text is one of `before`, if that is given.
    #[expect(clippy::too_many_arguments, reason = "Python names them")]
    fn diff(
        &self,
        py: Python<'_>,
        old: &str,
        new: &str,
        before: Option<&Policies>,
        on: Option<&str>,
        reasons: bool,
        format: &str,
    ) -> PyResult<String> {
        if !["json", "text", "md", "html"].contains(&format) {
            return Err(no_format(format));
        }
        let options = Options { on: read_day(on)?, reasons };
        let compared = py.detach(|| {
            let before = before.map_or(&self.ready, |policies| &policies.ready);
            let after = if Arc::ptr_eq(before, &self.ready) {
                Arc::clone(before)
            } else {
                // Once more beside the old texts: places in both are shown from one list of texts.
                let beside = Some(&before.loaded.sources);
                Arc::new(World::beside(self.ready.folder.clone(), Vec::new(), beside, &BTreeMap::new()).ready()?)
            };
            let comparison = compare(&side(before, old)?, &side(&after, new)?, &options);
            let (diff, sources) = (&comparison.diff, &after.loaded.sources);
            let look = Look { width: TEXT_WIDTH, all_regions: false, full: false, only: None };
            Ok(match format {
                "text" => render(diff, sources, &look).to_string(),
                "md" => diff_markdown::render(diff, sources),
                "html" => diff_html::render(&[diff], sources),
                _ => json(&record::record(&comparison, sources)),
            })
        });
        compared.map_err(raise::refused)
    }

    /// Decides the rows of a table that is Arrow or gives itself as Arrow.
    #[expect(clippy::too_many_arguments, reason = "Python names them")]
    fn decide_table(
        &self,
        py: Python<'_>,
        policy: &str,
        table: &Bound<'_, PyAny>,
        on: Option<&str>,
        decisions: Vec<String>,
        keep: Vec<String>,
        ignore: Vec<String>,
    ) -> PyResult<Answers> {
        let request = self.ready.request(policy, &decisions).map_err(raise::refused)?;
        let mut stated = Facts::new(&self.ready.program);
        if let Some(on) = read_day(on)? {
            set_on(&mut stated, on);
        }
        let rows = table::rows(table)?;
        py.detach(|| table::decide(&self.ready.program, request, stated, rows, keep, ignore))
    }
}

impl Policies {
    fn new(ready: Ready) -> Policies {
        Policies { ready: Arc::new(ready) }
    }

    fn facts(&self, facts: &str, on: Option<&str>) -> PyResult<Facts> {
        let mut facts = read_facts(&self.ready.program, facts).map_err(|errors| raise::facts(&errors))?;
        if let Some(on) = read_day(on)? {
            set_on(&mut facts, on);
        }
        Ok(facts)
    }

    fn run<'r>(&'r self, policy: &str, decisions: &[String], facts: &'r Facts) -> Result<Run<'r>, Refused> {
        let request = self.ready.request(policy, decisions)?;
        Ok(Run::new(&self.ready, request, facts, decisions.is_empty()))
    }
}

/// One side of a comparison: `flagpoling`, or a version of it, `flagpoling@2024-05-30`.
fn side<'a>(ready: &'a Ready, name: &'a str) -> Result<Text<'a>, Refused> {
    let Ready { loaded, program, .. } = ready;
    let (policy, pinned) = find_policy(program, name)?;
    Ok(Text { name, loaded, program, policy, pinned })
}

fn read_day(on: Option<&str>) -> PyResult<Option<On>> {
    on.map(|on| read_on(on).map_err(|what| raise::usage(format!("`{on}` is no day or moment: {what}")))).transpose()
}

fn no_format(format: &str) -> PyErr {
    raise::usage(format!("there is no format `{format}`; formats are json, text, md, html"))
}

fn pages(traces: &[Trace], render: impl Fn(&Trace) -> String) -> String {
    traces.iter().map(render).collect::<Vec<_>>().join("\n")
}

fn json(record: &impl Serialize) -> String {
    // Strings, numbers and lists always serialise.
    escape_json(&serde_json::to_string(record).unwrap_or_default())
}

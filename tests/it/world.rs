//! The world of one section: its policies and data, checked and asked.

use enact::check::{Checked, analyse, check};
use enact::diagnostic::render::{Style, render_human, render_plain};
use enact::diagnostic::{Diagnostic, Severity};
use enact::eval::{Evaluation, Request, evaluate};
use enact::facts::{Facts, Slot, read_facts};
use enact::load::time::{read_date, read_instant_at};
use enact::load::{Folder, Loaded, load};
use enact::program::{EVALUATION_DATE, EVALUATION_TIME, FamilyId, PolicyId, Program};
use enact::source::Sources;
use enact::syntax::format::format_checked;
use enact::syntax::parse;
use enact::trace::aside::Asides;
use enact::trace::{Level, Record, Trace, at_level, explain, hashes, record, text};
use enact::value::Value;
use serde_json::Value as Json;

use super::markdown::Block;

/// The version that text without a header belongs to.
const HEADER: &str = "policy p effective from 2024-01-01\n";

/// Files under construction.
#[derive(Debug, Default)]
pub struct World {
    folder: Folder,
    /// The file that text without a header and path continues.
    current: Option<String>,
    /// The policy asked where none is named: the last one begun.
    policy: Option<String>,
    /// What is stated; nothing until a `facts` block stands.
    facts: Option<Block>,
}

impl World {
    /// Adds an `enact` or `csv` block.
    pub fn add(&mut self, block: &Block) {
        let path = match block.path() {
            Some(path) => {
                if path.starts_with("policies/") {
                    self.folder.name = "policies".into();
                }
                path.strip_prefix("policies/").unwrap_or(path).to_owned()
            }
            None => self.path_of(&block.text),
        };
        let mut text = self.folder.files.remove(&path).unwrap_or_default();
        if text.is_empty() && block.path().is_none() && header(&block.text).is_none() {
            text.extend_from_slice(HEADER.as_bytes());
        }
        text.extend_from_slice(block.text.as_bytes());
        self.folder.files.insert(path.clone(), text);
        if block.kind == "enact" {
            if let Some(("policy", name)) = header(&block.text) {
                self.policy = Some(name.to_owned());
            } else if self.policy.is_none() && block.path().is_none() {
                self.policy = Some("p".into());
            }
            self.current = Some(path);
        }
    }

    /// Text with a header names its own file; other text continues the file before, or begins the policy `p`.
    fn path_of(&self, text: &str) -> String {
        match header(text) {
            Some(("library", name)) => format!("{name}.enact"),
            Some((_, name)) => {
                let start = text.split_whitespace().skip_while(|word| *word != "from").nth(1).unwrap_or("2024-01-01");
                format!("{name}/{start}.enact")
            }
            None => self.current.clone().unwrap_or_else(|| "p/2024-01-01.enact".into()),
        }
    }

    /// Whether there is anything to check.
    pub fn is_empty(&self) -> bool {
        self.folder.files.is_empty()
    }

    /// The files by path from the folder above the root.
    pub fn files(&self) -> impl Iterator<Item = (String, &[u8])> {
        self.folder.files.iter().map(|(path, bytes)| (format!("policies/{path}"), bytes.as_slice()))
    }

    /// States the facts that results from here on are about.
    pub fn state(&mut self, block: &Block) {
        self.facts = Some(block.clone());
    }

    /// Everything that is found.
    pub fn findings(&self) -> (Loaded, Checked) {
        let loaded = load(&self.folder);
        let checked = check(&loaded);
        (loaded, checked)
    }

    /// Everything that is found, by the analyses of meaning too.
    pub fn analysed(&self) -> (Loaded, Checked) {
        let (loaded, mut checked) = self.findings();
        if let Some(program) = &checked.program {
            checked.findings.extend(analyse(&loaded, program).findings);
            enact::diagnostic::sort(&mut checked.findings);
        }
        (loaded, checked)
    }

    /// The codes that are found, facts included, without notes unless they are asked for.
    pub fn codes(&self, notes: bool) -> Vec<&'static str> {
        let (_, checked) = self.analysed();
        let serious = |finding: &&Diagnostic| notes || finding.severity != Severity::Note;
        let mut codes: Vec<&str> = checked.findings.iter().filter(serious).map(|finding| finding.code.number).collect();
        if let (Some(program), Some(block)) = (&checked.program, &self.facts)
            && let Err(errors) = read_facts(program, &block.text)
        {
            codes.extend(errors.iter().map(|error| error.code().number));
        }
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// What a result block should hold.
    pub fn result(&self, block: &Block) -> Result<String, String> {
        match block.kind.as_str() {
            "diagnostics" => {
                let (loaded, checked) = self.analysed();
                Ok(if block.has("human") {
                    render_human(&checked.findings, &loaded.sources, Style::PLAIN).trim_end().to_owned() + "\n"
                } else {
                    render_plain(&checked.findings, &loaded.sources)
                })
            }
            "format" => self.format(),
            _ => self.answer(block),
        }
    }

    /// What is wrong, for sections that do not say that anything is.
    pub fn errors(&self) -> String {
        let (loaded, checked) = self.findings();
        let errors: Vec<Diagnostic> = checked.findings.into_iter().filter(Diagnostic::is_error).collect();
        render_plain(&errors, &loaded.sources)
    }

    fn format(&self) -> Result<String, String> {
        let path = self.current.as_ref().ok_or("there is no text to lay out")?;
        let text = String::from_utf8_lossy(&self.folder.files[path]).into_owned();
        let mut sources = Sources::new();
        let id = sources.add(path.clone(), text);
        let parsed = parse(&sources, id);
        let text = format_checked(&sources, &parsed.file).map_err(|error| error.to_string())?;
        Ok(text.strip_prefix(HEADER).unwrap_or(&text).trim_start_matches('\n').to_owned())
    }

    fn answer(&self, block: &Block) -> Result<String, String> {
        let (loaded, checked) = self.findings();
        let Some(program) = checked.program else { return Err(render_plain(&checked.findings, &loaded.sources)) };
        let option = |key| block.option(key).or_else(|| self.facts.as_ref()?.option(key));
        let name = option("policy").or(self.policy.as_deref()).ok_or("there is no policy to ask")?;
        let policy = program.find_policy(name).ok_or_else(|| format!("there is no policy `{name}`"))?;
        let facts = match self.facts(&program, option("on")) {
            Ok(facts) => facts,
            Err(errors) if block.kind == "outcome" => return Ok(errors),
            Err(errors) => return Err(errors),
        };
        let pinned = option("version").map(|version| {
            let versions = program.policies[policy.index()].versions.iter().copied();
            versions.into_iter().find(|&id| program.version(id).name == version).ok_or("there is no such version")
        });
        let asked = match option("decision") {
            Some(names) => names.split(',').map(|name| find(&program, policy, name)).collect::<Result<_, _>>()?,
            None => program.policies[policy.index()].families.clone(),
        };
        let request = Request { policy, pinned: pinned.transpose()?, asked };
        let run = Run { program: &program, sources: &loaded.sources, request, facts };
        let evaluation = evaluate(run.program, &run.request, &run.facts);
        match block.kind.as_str() {
            "outcome" => {
                Ok(run.record(&evaluation).decisions.iter().map(|decision| line(&to_json(decision))).collect())
            }
            "record" => Ok(format!("{:#}\n", to_json(&run.record(&evaluation).decisions))),
            "trace" => {
                let level = match block.option("level") {
                    Some("reason") => Level::Reason,
                    Some("full") => Level::Full,
                    _ => Level::Why,
                };
                let traces = run.traces(&evaluation);
                let texts = traces.iter().map(|trace| text::render(&at_level(trace, level), 100).to_string());
                Ok(texts.collect::<Vec<_>>().join("\n"))
            }
            other => Err(format!("there is no block `{other}`")),
        }
    }

    fn facts(&self, program: &Program, on: Option<&str>) -> Result<Facts, String> {
        let mut facts = match &self.facts {
            None => Facts::new(program),
            Some(block) => read_facts(program, &block.text).map_err(|errors| {
                let line = |error: &enact::facts::FactsError| {
                    let help = error.help().map_or(String::new(), |help| format!("; help: {help}"));
                    format!("{} {}: {error}{help}\n", error.code(), error.pointer().unwrap_or("/"))
                };
                errors.iter().map(line).collect::<String>()
            })?,
        };
        match on {
            Some(on) if on.contains('T') => {
                let instant = read_instant_at(on)?;
                facts.set(EVALUATION_DATE, Slot::Given(Value::Date(instant.date_naive())));
                facts.set(EVALUATION_TIME, Slot::Given(Value::Instant(instant.to_utc())));
            }
            Some(on) => facts.set(EVALUATION_DATE, Slot::Given(Value::Date(read_date(on)?))),
            None => {}
        }
        Ok(facts)
    }
}

struct Run<'a> {
    program: &'a Program,
    sources: &'a Sources,
    request: Request,
    facts: Facts,
}

impl Run<'_> {
    fn asides(&self, evaluation: &Evaluation) -> Vec<Asides> {
        let gather = |index| Asides::gather(self.program, self.sources, &self.request, &self.facts, evaluation, index);
        (0..evaluation.answers.len()).map(gather).collect()
    }

    fn record(&self, evaluation: &Evaluation) -> Record {
        let asides = self.asides(evaluation);
        let none = hashes([], [], b"");
        record(self.program, self.sources, &self.request, &self.facts, evaluation, &asides, none)
    }

    fn traces(&self, evaluation: &Evaluation) -> Vec<Trace> {
        let asides = self.asides(evaluation);
        let one = |(index, aside): (usize, Asides)| {
            explain(self.program, self.sources, &self.request, &self.facts, evaluation, index, aside, None)
        };
        asides.into_iter().enumerate().map(one).collect()
    }
}

/// `policy` or `library`, and its name, if a text begins with one.
fn header(text: &str) -> Option<(&'static str, &str)> {
    let mut lines = text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut words = lines.next()?.split_whitespace();
    let kind = match words.next()? {
        "policy" => "policy",
        "library" => "library",
        _ => return None,
    };
    Some((kind, words.next()?))
}

fn find(program: &Program, policy: PolicyId, name: &str) -> Result<FamilyId, String> {
    let mut all = program.families.iter().enumerate();
    all.find(|(_, family)| family.name == name && family.policy.is_none_or(|owner| owner == policy))
        .map(|(index, _)| FamilyId(index as u32))
        .ok_or_else(|| format!("there is no decision `{name}`"))
}

fn to_json(value: &impl serde::Serialize) -> Json {
    serde_json::to_value(value).expect("records are JSON")
}

/// One answer in one line: `may_apply: no  (by ban; us set aside by ban; missing a, b)`.
fn line(decision: &Json) -> String {
    let texts = |key: &str, field: &str| -> Vec<String> {
        let list = decision[key].as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().map(|one| plain(if field.is_empty() { one } else { &one[field] })).collect()
    };
    let status = plain(&decision["status"]);
    let mut notes = Vec::new();
    let mut note = |word: &str, list: Vec<String>| {
        if !list.is_empty() {
            notes.push(format!("{word}{}", list.join(", ")));
        }
    };
    let by: Vec<String> =
        texts("because", "rule").into_iter().filter(|rule| *rule != plain(&decision["name"])).collect();
    note("by ", by);
    let mut either: Vec<String> = texts("either", "rule");
    either.retain(|rule| *rule != plain(&decision["name"]));
    note("either ", either);
    for aside in decision["set_aside"].as_array().into_iter().flatten() {
        let exceptions: Vec<String> = aside["exceptions"].as_array().into_iter().flatten().map(plain).collect();
        let by = match &aside["outranked_by"] {
            Json::Null => format!("set aside by {}", exceptions.join(", ")),
            value => format!("outranked by {}", plain(value)),
        };
        note("", vec![format!("{} {by}", plain(&aside["rule"]))]);
    }
    note("violated ", texts("violated", ""));
    note("missing ", texts("missing", ""));
    note("assumed ", texts("assumed", "fact"));
    if let Some(text) = decision["fault"]["text"].as_str() {
        note("", vec![text.to_owned()]);
    }
    if decision["exact"] == false {
        note("", vec!["not exact".into()]);
    }
    let value = match (status.as_str(), &decision["value"], &decision["possible"]) {
        ("decided", value, _) => plain(value),
        ("undetermined", _, possible) => format!("undetermined, {}", plain(possible)),
        _ => status,
    };
    let notes = if notes.is_empty() { String::new() } else { format!("  ({})", notes.join("; ")) };
    format!("{}: {value}{notes}\n", plain(&decision["name"]))
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) => format!("{{{}}}", items.iter().map(plain).collect::<Vec<_>>().join(", ")),
        Json::Object(fields) => {
            let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{key} {}", plain(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Json::Null => "anything".into(),
        other => other.to_string(),
    }
}

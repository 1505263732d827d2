//! Explanations of small policies, one behaviour each, and of what hostile texts do to renderings.

mod hostile;
mod schema;
mod shape;
mod statuses;

use crate::eval::{Evaluation, Request, evaluate};
use crate::facts::{Facts, read_facts};
use crate::load::{Folder, load};
use crate::lower::lower;
use crate::program::{FamilyId, Program};
use crate::source::Sources;

use super::{Asides, Level, Record, Run, Trace, answer, at_level, explain_run, hashes, record, text};

/// A folder of policies, lowered.
pub(super) struct World {
    pub(super) program: Program,
    pub(super) sources: Sources,
}

/// One run.
pub(super) struct Ran {
    pub(super) request: Request,
    pub(super) facts: Facts,
    pub(super) evaluation: Evaluation,
}

impl World {
    /// Lowers files by path. Panics with the findings if there are any errors.
    pub(super) fn new(files: &[(&str, &str)]) -> World {
        let files = files.iter().map(|&(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        World::of(Folder { name: "policies".into(), files: files.collect() })
    }

    fn of(folder: Folder) -> World {
        let loaded = load(&folder);
        let lowered = lower(&loaded);
        let errors: Vec<String> = loaded
            .diagnostics
            .iter()
            .chain(&lowered.diagnostics)
            .filter(|diagnostic| diagnostic.is_error())
            .map(|it| format!("{} {}", it.span().map_or(String::new(), |span| loaded.sources.place(span)), it.message))
            .collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
        World { program: lowered.program, sources: loaded.sources }
    }

    /// Evaluates decisions of a policy on facts as JSON.
    pub(super) fn run(&self, policy: &str, decisions: &[&str], facts: &str) -> Ran {
        let program = &self.program;
        let family = |name: &&str| {
            FamilyId(program.families.iter().position(|family| family.name == *name).expect("a decision") as u32)
        };
        let request = Request {
            policy: program.find_policy(policy).expect("a policy"),
            pinned: None,
            asked: decisions.iter().map(family).collect(),
        };
        let facts = read_facts(program, facts).unwrap_or_else(|errors| panic!("{errors:?}"));
        let evaluation = evaluate(program, &request, &facts);
        Ran { request, facts, evaluation }
    }

    fn first<'a>(&'a self, run: &'a Ran) -> Run<'a> {
        let Ran { request, facts, evaluation } = run;
        Run { program: &self.program, sources: &self.sources, request, facts, evaluation, index: 0 }
    }

    /// Explains the first answer in full, with what needs other runs.
    pub(super) fn whole(&self, run: &Ran) -> Trace {
        let run = self.first(run);
        explain_run(&run, Asides::of_run(&run), Some(hashes([], [], b"{}")))
    }

    /// The answer and the tree at level `why`, as text.
    pub(super) fn texts(&self, policy: &str, decision: &str, facts: &str) -> (String, String) {
        let trace = self.whole(&self.run(policy, &[decision], facts));
        (answer::render(&trace, 100).to_string(), text::render(&at_level(&trace, Level::Why), 100).to_string())
    }

    /// The record of a run.
    pub(super) fn record(&self, run: &Ran) -> Record {
        let Ran { request, facts, evaluation } = run;
        let each = (0..evaluation.answers.len()).map(|index| Asides::of_run(&Run { index, ..self.first(run) }));
        let asides: Vec<Asides> = each.collect();
        record(&self.program, &self.sources, request, facts, evaluation, &asides, hashes([], [], b"{}"))
    }

    /// Explains the first answer in full, without what needs other runs.
    pub(super) fn trace(&self, run: &Ran) -> Trace {
        explain_run(&self.first(run), Asides::default(), None)
    }
}

//! One run of the engine: a policy, facts, answers, and what explains them.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use enact::diagnostic::did_you_mean;
use enact::diagnostic::render::escape_json;
use enact::eval::{Evaluation, Picked, Request, evaluate};
use enact::facts::{Facts, write_facts};
use enact::load::Folder;
use enact::program::{Asked, FamilyId, PolicyId, Program};
use enact::trace::aside::Asides;
use enact::trace::hash::hash_bytes;
use enact::trace::{Hashes, Record, Trace, explain, hash_files, record};

use super::exit::Failure;
use super::world::Ready;

/// A run that is done.
#[derive(Debug)]
pub struct Run<'a> {
    ready: &'a Ready,
    request: Request,
    facts: &'a Facts,
    /// What came out.
    pub evaluation: Evaluation,
    asides: OnceCell<Vec<Asides>>,
    hashes: Hashes,
}

impl<'a> Run<'a> {
    /// Evaluates. Without names, all decisions that the version in force has are asked.
    pub fn new(ready: &'a Ready, request: Request, facts: &'a Facts, all: bool) -> Self {
        let texts = TextHashes::of(ready, request.policy);
        Self::with(ready, request, facts, all, &texts)
    }

    /// Evaluates as [`Run::new`] does, the texts hashed before.
    pub fn with(ready: &'a Ready, mut request: Request, facts: &'a Facts, all: bool, texts: &TextHashes) -> Self {
        let program = &ready.program;
        let mut evaluation = evaluate(program, &request, facts);
        if all && let Some(Some(Picked::Version(version))) = evaluation.verdicts.picked.get(request.policy.index()) {
            let has = |family: FamilyId| program.family(family).members.iter().any(|(of, _)| *of == Some(*version));
            request.asked.retain(|&family| has(family));
            evaluation.answers.retain(|answer| has(answer.asked));
        }
        let hashes = texts.and_facts(program, facts);
        Run { ready, request, facts, evaluation, asides: OnceCell::new(), hashes }
    }

    /// What needs other runs, made when it is first asked for: many tests need no explanation.
    fn asides(&self) -> &[Asides] {
        let Ready { program, loaded, .. } = self.ready;
        self.asides.get_or_init(|| {
            let answers = 0..self.evaluation.answers.len();
            let gather =
                |index| Asides::gather(program, &loaded.sources, &self.request, self.facts, &self.evaluation, index);
            answers.map(gather).collect()
        })
    }

    /// Returns the record `enact.decision/1`.
    pub fn record(&self) -> Record {
        let Ready { program, loaded, .. } = self.ready;
        record(
            program,
            &loaded.sources,
            &self.request,
            self.facts,
            &self.evaluation,
            self.asides(),
            self.hashes.clone(),
        )
    }

    /// Returns the record as text, on one line or on several.
    pub fn json(&self, pretty: bool) -> Result<String, Failure> {
        let record = self.record();
        let text = if pretty { serde_json::to_string_pretty(&record) } else { serde_json::to_string(&record) };
        let text = text.map_err(|error| Failure::usage(format!("cannot write the record: {error}"), None))?;
        Ok(escape_json(&text) + "\n")
    }

    /// Returns the full explanation of each answer, in the order asked.
    pub fn traces(&self) -> Vec<Trace> {
        let Ready { program, loaded, .. } = self.ready;
        (0..self.evaluation.answers.len())
            .map(|index| {
                let aside = self.asides().get(index).cloned().unwrap_or_default();
                let hashes = Some(self.hashes.clone());
                explain(program, &loaded.sources, &self.request, self.facts, &self.evaluation, index, aside, hashes)
            })
            .collect()
    }
}

/// Finds a decision or definition of a policy, its own or that of a library it reads.
pub fn find_asked(program: &Program, policy: PolicyId, name: &str) -> Result<FamilyId, Failure> {
    let all = || program.families.iter().enumerate().map(|(index, family)| (FamilyId(index as u32), family));
    let own = all().filter(|(_, family)| family.policy == Some(policy));
    let libraries = all().filter(|(_, family)| family.policy.is_none());
    if let Some((id, _)) = own.clone().chain(libraries).find(|(_, family)| family.name == name) {
        return Ok(id);
    }
    let owner = &program.policies[policy.index()].name;
    if let Some((_, family)) = all().find(|(_, family)| family.name == name) {
        let other = family.policy.map_or(String::new(), |other| program.policies[other.index()].name.clone());
        let message = format!("`{name}` is decided by `{other}`, not by `{owner}`");
        return Err(Failure::usage(message, Some(format!("ask `{other}` for it"))));
    }
    let decisions: Vec<&str> = own
        .clone()
        .filter(|(_, family)| family.members.iter().any(|(_, asked)| matches!(asked, Asked::Decision(_))))
        .map(|(_, family)| family.name.as_str())
        .collect();
    let help = match did_you_mean(name, own.map(|(_, family)| family.name.as_str())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("`{owner}` decides {}", decisions.join(", ")),
    };
    Err(Failure::usage(format!("`{owner}` has no decision or definition `{name}`"), Some(help)))
}

/// Finds everything that is asked, each once: by its names, or all decisions of the policy where there are none.
pub fn find_all_asked(program: &Program, policy: PolicyId, names: &[String]) -> Result<Vec<FamilyId>, Failure> {
    if names.is_empty() {
        return Ok(program.policies[policy.index()].families.clone());
    }
    let mut asked = Vec::new();
    for name in names {
        let family = find_asked(program, policy, name)?;
        if !asked.contains(&family) {
            asked.push(family);
        }
    }
    Ok(asked)
}

/// What a policy is made of, hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextHashes {
    /// Its texts and those it uses.
    pub policy: String,
    /// The data they read.
    pub data: String,
}

impl TextHashes {
    /// Hashes what a policy is made of.
    pub fn of(ready: &Ready, policy: PolicyId) -> Self {
        let Ready { folder, loaded, program } = ready;
        let reach = loaded.find_policy(&program.policies[policy.index()].name).map(|index| loaded.reach(index));
        let reach = reach.unwrap_or_default();
        TextHashes { policy: hash_files(files(folder, &reach.texts)), data: hash_files(files(folder, &reach.data)) }
    }

    /// Hashes the facts as they count in the end.
    pub fn and_facts(&self, program: &Program, facts: &Facts) -> Hashes {
        let facts = hash_bytes(write_facts(program, facts).to_string().as_bytes());
        Hashes { policy: self.policy.clone(), data: self.data.clone(), facts }
    }
}

/// Paths with what the files hold.
fn files<'a>(folder: &'a Folder, paths: &'a BTreeSet<String>) -> impl Iterator<Item = (&'a str, &'a [u8])> {
    paths.iter().map(|path| (path.as_str(), folder.files.get(path).map_or(&[][..], Vec::as_slice)))
}

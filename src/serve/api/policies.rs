//! `GET /v1/policies`, and what there is of each.

use axum::http::StatusCode;
use enact::facts::schema::{facts_read, json_schema};
use enact::program::{PolicyId, Program, VersionId};
use serde_json::{Value as Json, json};

use super::describe::Describer;
use crate::cli::show::consolidated;
use crate::serve::App;
use crate::serve::answer::Answer;
use crate::serve::problem::Problem;
use crate::serve::state::Served;

/// Lists all policies, and the hash of all files: `/readyz` has another one once others are served.
pub fn list(app: &App) -> Result<Answer, Problem> {
    let served = app.current.get();
    let program = &served.ready.program;
    let mut describer = Describer::new(program);
    let ids = (0..program.policies.len() as u32).map(PolicyId);
    let policies: Vec<Json> = ids.map(|id| policy(&served, &mut describer, id)).collect();
    Ok(Answer::json(&json!({ "hash": served.hash(), "policies": policies, "enums": describer.enums() })))
}

/// Gives the schema of the facts of one policy.
pub fn schema(app: &App, name: &str) -> Result<Answer, Problem> {
    let served = app.current.get();
    let policy = find(&served, name)?;
    Ok(Answer::json(&json_schema(&served.ready.program, policy)))
}

/// Gives the files of one policy, texts before data; of a version, `flagpoling@2024-12-24`, also its text with amendments applied.
pub fn text(app: &App, name: &str) -> Result<Answer, Problem> {
    let served = app.current.get();
    let (policy, pinned) = named(&served, name)?;
    let (loaded, folder) = (&served.ready.loaded, &served.ready.folder);
    let name = &served.ready.program.policies[policy.index()].name;
    let reach = loaded.find_policy(name).map(|index| loaded.reach(index)).unwrap_or_default();
    let file = |path: &String| {
        let text = folder.files.get(path).map(|bytes| String::from_utf8_lossy(bytes));
        json!({ "path": path, "text": text })
    };
    let files: Vec<Json> = reach.texts.iter().chain(&reach.data).map(file).collect();
    let hashes = served.hashes(policy);
    let hashes = json!({ "policy": hashes.policy, "data": hashes.data });
    let mut answer = json!({ "id": name, "hashes": hashes, "files": files });
    if let Some(version) = pinned {
        let version = &served.ready.program.version(version).name;
        answer["consolidated"] = consolidated(loaded, name, version).into();
    }
    Ok(Answer::json(&answer))
}

/// Finds a policy that a path names.
pub(super) fn find(served: &Served, name: &str) -> Result<PolicyId, Problem> {
    named(served, name).map(|(policy, _)| policy)
}

/// A path names what is there, or not.
fn named(served: &Served, name: &str) -> Result<(PolicyId, Option<VersionId>), Problem> {
    served.find(name).map_err(|problem| problem.status(StatusCode::NOT_FOUND))
}

fn policy(served: &Served, describer: &mut Describer, id: PolicyId) -> Json {
    let program = &served.ready.program;
    let policy = &program.policies[id.index()];
    let version = |&id: &VersionId| version(served, program, id);
    let hashes = served.hashes(id);
    json!({
        "id": policy.name,
        "title": policy.title,
        "decided_by": program.fact(policy.decided_by).key,
        "hashes": { "policy": hashes.policy, "data": hashes.data },
        "versions": policy.versions.iter().map(version).collect::<Vec<_>>(),
        "decisions": policy.families.iter().filter_map(|&id| describer.decision(id)).collect::<Vec<_>>(),
        "facts": facts_read(program, id).into_iter().map(|id| describer.fact(id)).collect::<Vec<_>>(),
    })
}

/// A version: from its start on, up to its end, excluded.
fn version(served: &Served, program: &Program, id: VersionId) -> Json {
    let version = program.version(id);
    let at = |boundary: &enact::program::Boundary| match boundary.moment {
        Some(moment) => moment.to_rfc3339(),
        None => boundary.date.to_string(),
    };
    json!({
        "version": version.name,
        "title": version.title,
        "from": at(&version.start),
        "until": version.end.as_ref().map(at),
        "announced": version.announced.map(|day| day.to_string()),
        "file": served.ready.loaded.path(version.source),
    })
}

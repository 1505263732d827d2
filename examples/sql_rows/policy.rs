//! The policy that a folder of rows is about, and what of it SQL carries.

use std::error::Error;
use std::path::Path;

use enact::eval::Request;
use enact::facts::Facts;
use enact::program::{FamilyId, PolicyId, Program};
use enact::run::Ready;
use enact::sql::{Compiled, Dialect, Options, compile};

/// The names of the policies in a root.
pub fn names(root: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    Ok(Ready::read(root)?.program.policies.into_iter().map(|policy| policy.name).collect())
}

/// A policy with the decisions that SQL carries.
pub struct Carried {
    pub program: Program,
    pub request: Request,
    /// Decisions that are refused, each with its message.
    pub refused: Vec<String>,
}

/// The options of a query whose text does not matter.
pub fn options(dialect: Dialect) -> Options {
    Options { dialect, table: "facts".into(), policy_sha256: "-".into(), data_sha256: "-".into() }
}

impl Carried {
    /// Finds out what SQL carries of a policy in a root.
    pub fn new(root: &Path, name: &str) -> Result<Carried, Box<dyn Error>> {
        let Ready { program, .. } = Ready::read(root)?;
        let policy: PolicyId = program.find_policy(name).ok_or("no such policy")?;
        let mut refused = Vec::new();
        let mut carries = |&family: &FamilyId| {
            let request = Request { policy, pinned: None, asked: vec![family] };
            match compile(&program, &request, &Facts::new(&program), &options(Dialect::DuckDb)) {
                Ok(_) => true,
                Err(findings) => {
                    refused.extend(findings.into_iter().map(|finding| finding.message));
                    false
                }
            }
        };
        let families = &program.policies[policy.index()].families;
        let asked: Vec<FamilyId> = families.iter().copied().filter(|family| carries(family)).collect();
        Ok(Carried { request: Request { policy, pinned: None, asked }, refused, program })
    }

    /// Compiles all that is carried.
    pub fn compile(&self, dialect: Dialect) -> Result<Compiled, Box<dyn Error>> {
        let compiled = compile(&self.program, &self.request, &Facts::new(&self.program), &options(dialect));
        compiled.map_err(|findings| findings.into_iter().map(|it| it.message).collect::<Vec<_>>().join("; ").into())
    }
}

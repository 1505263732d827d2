//! What names stand for: policies, versions, decisions.

use super::Refused;
use crate::diagnostic::did_you_mean;
use crate::load::time::read_date;
use crate::program::{Asked, FamilyId, PolicyId, Program, VersionId};

/// Finds a policy and the version it is pinned to, if one is named: `flagpoling`, `flagpoling@2024-12-24`.
pub fn find_policy(program: &Program, text: &str) -> Result<(PolicyId, Option<VersionId>), Refused> {
    let (name, version) = split_version(text)?;
    let policy = by_name(program, name)?;
    let pinned = version.map(|version| by_version(program, policy, version)).transpose()?;
    Ok((policy, pinned))
}

/// Splits the version from what stands before it.
pub fn split_version(argument: &str) -> Result<(&str, Option<&str>), Refused> {
    match argument.rsplit_once('@') {
        // A revision may hold an `@` too: `HEAD@{1}`.
        Some((text, version)) if !version.contains(['/', ':']) => {
            read_date(version).map_err(|what| {
                let help = "a version is named by the day it starts: `flagpoling@2024-12-24`";
                Refused::usage(format!("`{version}` is no version: {what}"), Some(help.into()))
            })?;
            Ok((text, Some(version)))
        }
        _ => Ok((argument, None)),
    }
}

/// Finds a policy by its name.
pub fn by_name(program: &Program, name: &str) -> Result<PolicyId, Refused> {
    program.find_policy(name).ok_or_else(|| {
        let names: Vec<&str> = program.policies.iter().map(|policy| policy.name.as_str()).collect();
        let help = match did_you_mean(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "the policies folder holds none; `enact new NAME` starts one".into(),
            None => format!("there are {}", names.join(", ")),
        };
        Refused::usage(format!("there is no policy `{name}`"), Some(help))
    })
}

/// Finds a version of a policy by the day it starts.
pub fn by_version(program: &Program, policy: PolicyId, version: &str) -> Result<VersionId, Refused> {
    let policy = &program.policies[policy.index()];
    let found = policy.versions.iter().copied().find(|&id| program.version(id).name == version);
    found.ok_or_else(|| {
        let names: Vec<&str> = policy.versions.iter().map(|&id| program.version(id).name.as_str()).collect();
        let message = format!("`{}` has no version `{version}`", policy.name);
        Refused::usage(message, Some(format!("its versions start on {}", names.join(", "))))
    })
}

/// Finds a decision or definition of a policy, its own or that of a library it reads.
pub fn find_asked(program: &Program, policy: PolicyId, name: &str) -> Result<FamilyId, Refused> {
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
        return Err(Refused::usage(message, Some(format!("ask `{other}` for it"))));
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
    Err(Refused::usage(format!("`{owner}` has no decision or definition `{name}`"), Some(help)))
}

/// Finds everything that is asked, each once: by its names, or all decisions of the policy where there are none.
pub fn find_all_asked(
    program: &Program,
    policy: PolicyId,
    names: &[impl AsRef<str>],
) -> Result<Vec<FamilyId>, Refused> {
    if names.is_empty() {
        return Ok(program.policies[policy.index()].families.clone());
    }
    let mut asked = Vec::new();
    for name in names {
        let family = find_asked(program, policy, name.as_ref())?;
        if !asked.contains(&family) {
            asked.push(family);
        }
    }
    Ok(asked)
}

//! Readable pages of policies: law beside rule, facts, versions, pictures. Static, without scripts, the same bytes every time.
//!
//! - [`site`](mod@site): which pages there are, and what names on them mean;
//! - `reads`, `graph`: what rests on what; `layout`, `picture`: drawn;
//! - `words`: expressions, reasons, citations; `declared`: declarations; `pages`: whole pages; `texts`: the files as written;
//! - `html`: the only place that writes tags.
//!
//! **Invariant:** pages come from what is loaded and from nothing else: no clock, no files, no order of hashing.

mod declared;
mod graph;
mod html;
mod layout;
mod pages;
mod picture;
mod reads;
pub mod site;
#[cfg(test)]
mod tests;
mod texts;
mod words;

pub use graph::Graph;

use std::collections::BTreeMap;

use crate::coverage::Coverage;
use crate::editor::Project;
use crate::load::Loaded;
use crate::program::{PolicyId, Program};
use reads::Reads;
use site::{Place, Site};
use texts::Texts;

/// Returns all pages by path: an index, a page for each version of each policy that has a wanted file, the libraries used,
/// the glossary of facts, and the text of each of these files, marked with what the tests reach if it is known. There are none
/// where something is wrong.
pub fn pages(
    project: &Project,
    wanted: impl Fn(&str) -> bool,
    coverage: Option<&Coverage>,
) -> BTreeMap<String, Vec<u8>> {
    let Some(program) = &project.program else { return BTreeMap::new() };
    let site = Site::new(&project.loaded, program, wanted);
    let reads = Reads::new(&site);
    let texts = Texts::new(&site, project, coverage);
    let mut pages: BTreeMap<String, Vec<u8>> =
        site.places.iter().map(|&place| (site.path(place), pages::place(&site, &reads, &texts, place))).collect();
    pages.extend(texts.pages());
    pages.insert("facts.html".into(), pages::facts(&site, &reads, &texts));
    pages.insert("index.html".into(), pages::index(&site, coverage));
    pages
}

/// Returns what the decisions of a policy rest on, in one version or the newest.
pub fn graph(loaded: &Loaded, program: &Program, policy: PolicyId, version: Option<&str>) -> Graph {
    let name = program.policies.get(policy.index()).map_or("", |policy| policy.name.as_str());
    let Some(policy) = loaded.find_policy(name) else { return Graph::default() };
    let site = Site::new(loaded, program, |_| true);
    let at = version.and_then(|name| loaded.policies[policy].versions.iter().position(|version| version.name == name));
    Graph::new(&site, &Reads::new(&site), Place::Version(policy, at.unwrap_or_else(|| site.newest(policy))))
}

//! The graph of a policy: what its decisions rest on, down to definitions and to decisions of other policies.

use std::collections::BTreeMap;

use super::reads::Reads;
use super::site::{Key, Place, Site};
use crate::trace::{dot, mermaid};

/// A decision, definition or table.
#[derive(Debug, Clone)]
pub struct Box {
    /// What it is.
    pub key: Key,
    /// What it is called.
    pub label: String,
    /// The policy or library it stands in, when that is another.
    pub elsewhere: Option<String>,
}

/// Boxes and arrows, each from reader to read.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// The boxes, the policy's own decisions first, in the order they are declared.
    pub boxes: Vec<Box>,
    /// Pairs of indexes.
    pub arrows: Vec<(usize, usize)>,
}

impl Graph {
    /// Collects what the decisions of a page rest on. Decisions of other policies are not followed further.
    pub fn new(site: &Site<'_>, reads: &Reads, place: Place) -> Self {
        let mut graph = Graph::default();
        let mut indexes = BTreeMap::<Key, usize>::new();
        for declaration in site.declarations(place) {
            let kind = super::site::kind_of(&declaration.kind);
            if matches!(kind, "decision" | "define" | "table")
                && let Some(name) = declaration.kind.name()
            {
                graph.enter(site, reads, place, &mut indexes, (place, kind, name.to_owned()));
            }
        }
        let mut next = 0;
        while let Some(at) = graph.boxes.get(next) {
            let key = at.key.clone();
            let foreign = key.0 != place && key.1 == "decision";
            let read = reads.of.get(&key).into_iter().flatten();
            for key in read.filter(|key| !foreign && matches!(key.1, "decision" | "define" | "table")) {
                let to = graph.enter(site, reads, place, &mut indexes, key.clone());
                graph.arrows.push((next, to));
            }
            next += 1;
        }
        graph
    }

    fn enter(
        &mut self,
        site: &Site<'_>,
        reads: &Reads,
        own: Place,
        indexes: &mut BTreeMap<Key, usize>,
        key: Key,
    ) -> usize {
        if let Some(&index) = indexes.get(&key) {
            return index;
        }
        let elsewhere = (key.0 != own).then(|| match key.0 {
            Place::Version(policy, _) => site.loaded.policies[policy].name.clone(),
            Place::Library(library) => site.loaded.libraries[library].path.clone(),
        });
        let label = reads.labels.get(&key).cloned().unwrap_or_else(|| super::site::spaced(&key.2));
        indexes.insert(key.clone(), self.boxes.len());
        self.boxes.push(Box { key, label, elsewhere });
        self.boxes.len() - 1
    }

    /// Renders it as a Mermaid flow chart.
    pub fn mermaid(&self) -> String {
        let mut chart = String::from("flowchart LR\n");
        for (index, at) in self.boxes.iter().enumerate() {
            let label = mermaid::escape(&at.text());
            let (open, close) = if at.key.1 == "decision" { ("[", "]") } else { ("(", ")") };
            chart += &format!("  n{index}{open}\"{label}\"{close}\n");
            if at.elsewhere.is_some() {
                chart += &format!("  class n{index} elsewhere\n");
            }
        }
        for (from, to) in &self.arrows {
            chart += &format!("  n{from} --> n{to}\n");
        }
        chart + "  classDef elsewhere stroke-dasharray:4\n"
    }

    /// Renders it for Graphviz.
    pub fn dot(&self) -> String {
        let mut graph = String::from("digraph policy {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n");
        for (index, at) in self.boxes.iter().enumerate() {
            let rounded = if at.key.1 == "decision" { "" } else { "rounded" };
            let style = if at.elsewhere.is_some() { format!("dashed,{rounded}") } else { rounded.to_owned() };
            let label = dot::escape(&at.text());
            graph += &format!("  n{index} [label=\"{label}\", style=\"{}\"];\n", style.trim_end_matches(','));
        }
        for (from, to) in &self.arrows {
            graph += &format!("  n{from} -> n{to};\n");
        }
        graph + "}\n"
    }
}

impl Box {
    fn text(&self) -> String {
        match &self.elsewhere {
            Some(elsewhere) => format!("{} ({elsewhere})", self.label),
            None => self.label.clone(),
        }
    }
}

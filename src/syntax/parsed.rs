//! Trees of texts that were parsed before.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Parse, parse};
use crate::source::{SourceId, Sources};

/// What texts were parsed to, for whoever loads a folder again and again while one text of it changes: the others are not parsed
/// again.
#[derive(Debug, Clone, Default)]
pub struct Parsed(BTreeMap<SourceId, (Arc<str>, Arc<Parse>)>);

impl Parsed {
    /// Parses a text, unless it is the one that had this id before.
    pub fn parse(&mut self, sources: &Sources, id: SourceId) -> Arc<Parse> {
        let text = sources.get(id).text();
        if let Some((known, parse)) = self.0.get(&id)
            && **known == *text
        {
            return Arc::clone(parse);
        }
        let parse = Arc::new(parse(sources, id));
        self.0.insert(id, (text.into(), Arc::clone(&parse)));
        parse
    }

    /// Returns what a text was parsed to last.
    pub fn get(&self, id: SourceId) -> Option<Arc<Parse>> {
        self.0.get(&id).map(|(_, parse)| Arc::clone(parse))
    }

    /// Forgets all but the texts that there are.
    pub fn retain(&mut self, wanted: impl Fn(SourceId) -> bool) {
        self.0.retain(|&id, _| wanted(id));
    }
}

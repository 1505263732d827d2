//! The generated parser of `grammar/enact.pest`.
//!
//! **Invariant:** nothing of pest leaves `syntax`: neither [`Rule`] nor a pair nor a pest error.

#![allow(missing_docs, reason = "the grammar documents its rules; the generated code does not repeat all of it")]

use pest::iterators::{Pair, Pairs};
use pest_derive::Parser;

/// The parser that pest derives from the grammar.
#[derive(Parser)]
#[grammar = "grammar/enact.pest"]
pub(super) struct EnactParser;

/// A matched rule with its text and what it holds.
pub(super) type Node<'t> = Pair<'t, Rule>;
/// Matched rules in order.
pub(super) type Nodes<'t> = Pairs<'t, Rule>;

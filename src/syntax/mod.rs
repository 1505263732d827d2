//! Text to tree: one file in, its [`ast::File`] and all its findings out.

pub mod ast;
mod build;
pub mod format;
mod grammar;
pub mod same;

use pest::Parser as _;

use crate::diagnostic::{self, Code, Diagnostic};
use crate::source::{SourceId, Sources, Span};
use ast::{File, Header, Item};
use build::{Builder, Built};
use grammar::{EnactParser, Rule};

/// What parsing one file gives: a tree in any case, and everything that is wrong with the text.
#[derive(Debug, Clone)]
pub struct Parse {
    /// The tree. Declarations that could not be read are left out.
    pub file: File,
    /// The findings, by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses one file.
pub fn parse(sources: &Sources, id: SourceId) -> Parse {
    let text = sources.get(id).text();
    let span = Span::new(id, 0, text.len());
    let mut file = File { header: Header::None, declarations: Vec::new(), span };
    let mut diagnostics = Vec::new();
    match EnactParser::parse(Rule::file, text) {
        Ok(nodes) => {
            let mut builder = Builder::new(id, text, 0, &|_| false);
            for node in nodes {
                match builder.build_top(node) {
                    Some(Built::Header(header)) => file.header = header,
                    Some(Built::Declaration(declaration)) => file.declarations.push(*declaration),
                    None => {}
                }
            }
            diagnostics = builder.diagnostics;
        }
        Err(error) => {
            let (pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _))) = error.location;
            diagnostics.push(Diagnostic::error(Code::SYNTAX, Span::new(id, at, at), format!("{:?}", error.variant)));
        }
    }
    diagnostic::sort(&mut diagnostics);
    Parse { file, diagnostics }
}

/// Parses one expression with its tags and label, alone in a source.
pub fn parse_item(sources: &Sources, id: SourceId) -> (Option<Item>, Vec<Diagnostic>) {
    let text = sources.get(id).text();
    match EnactParser::parse(Rule::expression_only, text) {
        Ok(mut nodes) => {
            let mut builder = Builder::new(id, text, 0, &|_| false);
            let item = nodes.next().map(|node| builder.build_item(node));
            diagnostic::sort(&mut builder.diagnostics);
            (item, builder.diagnostics)
        }
        Err(error) => {
            let (pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _))) = error.location;
            (None, vec![Diagnostic::error(Code::SYNTAX, Span::new(id, at, at), format!("{:?}", error.variant))])
        }
    }
}

#[cfg(test)]
mod tests;

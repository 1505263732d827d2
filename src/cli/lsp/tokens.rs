//! Coloured tokens in the form of the protocol.

use enact::editor::Project;
use enact::editor::paint::Paint;
use lsp_types::{SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokensLegend};

use super::convert::Lines;

/// The kinds of tokens, each by its index.
const TYPES: &[SemanticTokenType] = &[
    SemanticTokenType::KEYWORD,
    SemanticTokenType::OPERATOR,
    SemanticTokenType::TYPE,
    SemanticTokenType::VARIABLE,
    SemanticTokenType::FUNCTION,
    SemanticTokenType::CLASS,
    SemanticTokenType::EVENT,
    SemanticTokenType::ENUM_MEMBER,
    SemanticTokenType::PROPERTY,
    SemanticTokenType::PARAMETER,
    SemanticTokenType::NAMESPACE,
    SemanticTokenType::DECORATOR,
    SemanticTokenType::STRING,
    SemanticTokenType::NUMBER,
    SemanticTokenType::COMMENT,
];
/// A name is declared here.
const DECLARATION: u32 = 1;
/// What the law fixes.
const READONLY: u32 = 2;

/// Returns what the numbers of tokens stand for.
pub fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: TYPES.to_vec(),
        token_modifiers: vec![SemanticTokenModifier::DECLARATION, SemanticTokenModifier::READONLY],
    }
}

fn number(paint: Paint) -> (u32, u32) {
    match paint {
        Paint::Keyword => (0, 0),
        Paint::Operator => (1, 0),
        Paint::Type => (2, 0),
        Paint::Fact => (3, 0),
        Paint::Constant => (3, READONLY),
        Paint::Definition => (4, 0),
        Paint::Decision => (5, 0),
        Paint::Rule => (6, 0),
        Paint::Member => (7, 0),
        Paint::Field => (8, 0),
        Paint::Local => (9, 0),
        Paint::Name => (10, 0),
        Paint::Tag => (11, 0),
        Paint::Text => (12, 0),
        Paint::Number => (13, 0),
        Paint::Comment => (14, 0),
    }
}

/// Returns the tokens of a file, each by its distance from the one before.
pub fn tokens(project: &Project, path: &str) -> Vec<SemanticToken> {
    let Some(text) = project.text(path) else { return Vec::new() };
    let lines = Lines::new(project.loaded.sources.get(text.source).text());
    let mut last = lsp_types::Position::default();
    let mut found = Vec::new();
    for token in project.paint(path) {
        let (start, end) = (lines.position(token.span.start as usize), lines.position(token.span.end as usize));
        let (token_type, modifiers) = number(token.paint);
        let delta_line = start.line - last.line;
        found.push(SemanticToken {
            delta_line,
            delta_start: if delta_line == 0 { start.character - last.character } else { start.character },
            length: end.character.saturating_sub(start.character),
            token_type,
            token_modifiers_bitset: modifiers | if token.declares { DECLARATION } else { 0 },
        });
        last = start;
    }
    found
}

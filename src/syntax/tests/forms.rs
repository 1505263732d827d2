//! Every form of the language parses, alone and with all others.

use super::*;

const FORMS: &str = include_str!("forms.enact");
const EXPRESSIONS: &str = include_str!("expressions.txt");

#[test]
fn every_declaration_parses_alone() {
    for line in FORMS.lines() {
        let parse = parse_text(line);
        assert_eq!(parse.diagnostics, [], "{line}");
        let header = usize::from(parse.file.header != Header::None);
        assert_eq!(parse.file.declarations.len() + header, 1, "{line}");
    }
}

#[test]
fn every_expression_parses_alone() {
    for line in EXPRESSIONS.lines() {
        let (item, diagnostics) = parse_expression(line);
        assert_eq!(diagnostics, [], "{line}");
        assert!(item.is_some(), "{line}");
    }
}

//! Every form of the language parses, alone and with all others.

use pest::Parser as _;

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
fn all_declarations_parse_together_in_any_layout() {
    let body: Vec<&str> = FORMS.lines().skip(1).filter(|line| !line.starts_with("repeal")).collect();
    let without_comments: Vec<&str> = body.iter().map(|line| line.split("    #").next().unwrap_or(line)).collect();
    let layouts = [body.join("\n"), body.join("\r\n"), without_comments.join(" "), body.join("\n    ")];
    for text in layouts {
        let parse = parse_text(&text);
        assert_eq!(parse.diagnostics, []);
        assert_eq!(parse.file.declarations.len(), body.len() - 1);
        assert!(matches!(parse.file.header, Header::Policy(_)));
    }
}

#[test]
fn every_expression_parses_alone_and_in_brackets() {
    for line in EXPRESSIONS.lines() {
        for text in [line.to_owned(), format!("({line})"), format!("all of {{ {line}, ({line}) [A] \"l\", }}")] {
            let (item, diagnostics) = parse_expression(&text);
            assert_eq!(diagnostics, [], "{text}");
            assert!(item.is_some(), "{text}");
        }
    }
}

/// A declaration's place ends at its last token, not at the blanks and comments before the next.
#[test]
fn places_hold_no_blanks() {
    let text = "fact a: yes/no  # one\n\nrule r ok is yes when a   # two\n  unless b # three\n\nfact c: d   fact e: f or none  ";
    let mut sources = Sources::new();
    let id = sources.add("", text);
    let places: Vec<&str> =
        parse(&sources, id).file.declarations.iter().map(|declaration| sources.slice(declaration.span)).collect();
    assert_eq!(
        places,
        ["fact a: yes/no", "rule r ok is yes when a   # two\n  unless b", "fact c: d", "fact e: f or none"]
    );
}

/// A word of the language is one only as a whole: `notary`, `android`, `inside` are names.
#[test]
fn longer_names_are_no_keywords() {
    let grammar = include_str!("../../../grammar/enact.pest");
    let mut words = 0;
    for line in grammar.lines() {
        let Some((rule, body)) = line.split_once(" = @{ ") else { continue };
        if !(rule.starts_with("kw_")
            || rule.starts_with("w_")
            || rule == "reserved"
            || rule == "suspect"
            || rule == "unit_word")
        {
            continue;
        }
        for word in body
            .split('"')
            .skip(1)
            .step_by(2)
            .filter(|word| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase()))
        {
            words += 1;
            for name in [format!("{word}x"), format!("{word}_2"), format!("{word}ary")] {
                assert_eq!(shape(&format!("{name} and not {name}")), format!("(and {name} (not {name}))"));
                let text = format!("fact {name}: yes/no\nrule {name} {name} is {name} when {name}");
                assert_eq!(report(&text), "", "{text}");
            }
        }
    }
    assert!(words > 100, "the grammar's words were not found");
}

/// Every word that the grammar reserves begins something else, so no fact may bear it.
#[test]
fn reserved_words_are_no_names() {
    for word in [
        "and", "in", "is", "fact", "rule", "note", "assert", "assume", "days", "day", "none", "no", "all", "of",
        "policy", "yes", "business", "rounding",
    ] {
        assert!(EnactParser::parse(Rule::name, word).is_err(), "{word}");
        let found = report(&format!("fact {word}: yes/no"));
        assert!(found.starts_with("E016 1:6"), "{word}: {found}");
    }
}

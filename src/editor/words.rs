//! The words of the language, each with a line on what it is for.
//!
//! The grammar is the only place where words are defined; a test holds this list against it, and another the list of the VS Code
//! package.

/// What a word is for, as editors colour it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Begins a declaration or a head.
    Declaration,
    /// Says what an amendment does.
    Verb,
    /// Begins or joins a clause of a declaration.
    Clause,
    /// Joins or begins a part of an expression.
    Operator,
    /// A value, or a status of an answer.
    Constant,
    /// A type, or a part of one.
    Type,
    /// A unit of time.
    Unit,
}

/// A word of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub text: &'static str,
    /// What it is for.
    pub kind: Kind,
    /// One line on it.
    pub help: &'static str,
}

/// Finds a word.
pub fn find(text: &str) -> Option<&'static Word> {
    WORDS.iter().find(|word| word.text == text)
}

macro_rules! words {
    ($($kind:ident { $($text:literal $help:literal)* })*) => {
        /// All words, by what they are for.
        pub const WORDS: &[Word] = &[$($(Word { text: $text, kind: Kind::$kind, help: $help },)*)*];
    };
}

words! {
    Declaration {
        "policy" "Begins a version of a policy: its name, and the day from which it is in force."
        "library" "Begins a file of facts, types and definitions that several policies share."
        "use" "Brings in what a library declares, or what another policy decides."
        "source" "A text of law or guidance that rules cite."
        "fact" "Something that is asked about an applicant."
        "assume" "What holds where a fact is not stated; every explanation that relies on it says so."
        "invariant" "What no applicant can break: facts that do are contradictory."
        "enum" "A type with named members."
        "set" "A named set of values, listed here or read from a file; as a type, `set of T`."
        "record" "A type of things that have several fields."
        "calendar" "Weekends and holidays, to count business days by."
        "define" "A value that follows from facts, under a name of its own."
        "parameter" "A number, amount or day that the law sets, with its value from each day on."
        "scale" "Rates by bands: each rate applies to the part that falls in its band."
        "table" "Values by rows of conditions."
        "decision" "What is decided, and the type of its outcomes."
        "rule" "Gives a decision an outcome when its condition holds and no exception does."
        "note" "A remark that explanations show; it decides nothing."
        "question" "A point of interpretation that is still open."
        "assert" "What must hold for every possible applicant: `enact check` proves it or shows who breaks it."
        "profile" "Facts that several tests share."
        "test" "A scenario: the facts that are given, and what must come out."
    }
    Verb {
        "insert" "Adds a declaration to the text that is amended."
        "replace" "Puts a declaration in the place of the one with its name."
        "repeal" "Takes a declaration out of the text that is amended."
    }
    Clause {
        "jurisdiction" "Whose law it is: `jurisdiction \"CA\"`."
        "effective" "`effective from D`: the first day on which the version is in force."
        "from" "The first day: `effective from D`, `V from D`, `valid from COLUMN`; also `read from \"file\"`, `days from A to B`."
        "until" "Up to a day that is not included."
        "announced" "The day on which the version was made public."
        "amends" "The version that this file changes, named by the day it starts."
        "decided" "`decided by FACT`: the fact whose day picks the version, `evaluation_date` unless said."
        "by" "Names who published a source, who judges a fact, or which fact picks the version."
        "zone" "The time zone of the policy's days."
        "outside" "What a used decision is outside the time of its policy."
        "has" "`has no value`: the used decision has none outside its time."
        "value" "`no value from D`: from that day on the parameter has none."
        "published" "The day on which a source was published."
        "accessed" "The day on which a source was read."
        "url" "Where a source is found."
        "cite" "The source of a declaration, with a quote or the place in it."
        "at" "The place in a source: `at \"s. 5\"`; also `at least N of { … }`."
        "ask" "The question that is put to the applicant."
        "within" "The least and greatest value of a fact; in conditions *is subset of*, or *lies inside* of periods."
        "typical" "What the fact usually is: it only fills in examples."
        "changeable" "How hard it is to change the fact: `easy`, `hard`, `never`."
        "easy" "Easily changed: suggestions prefer it."
        "hard" "Hard to change."
        "never" "Cannot be changed: no suggestion asks for it."
        "private" "Left out of logs of decisions."
        "judged" "`judged by \"officer\" under SOURCE`: a fact that somebody has to judge."
        "under" "The source that gives the power to judge."
        "written" "How data spells the name."
        "stated" "`unless stated`: an assumption holds only where the fact is not stated."
        "open" "The enum has other values too; they equal no member."
        "read" "`read from \"file.csv\"`: members or rows come from a data file."
        "column" "The column that is read."
        "columns" "Which columns fill which inputs and outputs: `columns COLUMN as NAME`."
        "as" "`COLUMN as NAME`; in conditions `X as of D` picks the values of another day."
        "split" "`split by \" \"`: a cell holds several members."
        "where" "Reads only rows with this value: `where COLUMN is \"V\"`."
        "valid" "`valid from COLUMN until COLUMN`: rows hold only between these days."
        "period" "`is period START through END`: the record is a span of days."
        "weekend" "The days of the week on which nobody works."
        "holidays" "The days of the year on which nobody works."
        "covers" "The days for which the calendar is known."
        "through" "Up to a day that is included."
        "up" "`up to V`: the end of a band; `rounding up` and `half up` round upwards."
        "to" "`up to V`, `exception to RULE`, `days from A to B`, `k in 0 to 4`."
        "above" "The last band of a scale: everything that is higher."
        "unique" "At most one row may match."
        "any" "In a table: rows that match together agree. In conditions: at least one holds."
        "collect" "All rows that match, in order."
        "first" "The first row that matches decides."
        "highest" "The row whose output outranks the others decides."
        "outranks" "Which outcome wins where rules with different outcomes stand."
        "otherwise" "The outcome where no rule stands."
        "includes" "The rule adds a member to the set that is decided."
        "adds" "The rule adds an amount to the total that is decided."
        "when" "The condition under which a rule applies."
        "unless" "An exception: where it holds, the rule does not apply."
        "exception" "`exception to RULE`: where this rule stands, that one does not."
        "because" "The reason in a sentence; `{name}` shows a value."
        "about" "The decision that a note is about."
        "reading" "How an open question is read meanwhile."
        "owner" "Who answers an open question."
        "relies" "`relies on QUESTION`: which open questions a declaration takes a side in."
        "on" "The day of a test; also `relies on QUESTION`."
        "given" "The profiles and facts of a test, in order: later ones win."
        "expect" "What must come out of a test."
        "missing" "Exactly the facts that still matter."
    }
    Operator {
        "and" "All of the conditions hold."
        "or" "At least one of the conditions holds; in types `T or none`."
        "not" "The condition does not hold."
        "implies" "Where the first holds, the second must."
        "is" "Equality; of rules and tests the outcome."
        "in" "A member of a set, or a day of a period; `in \"UTC\"` names a zone."
        "empty" "`is empty`: nothing is in the set or list."
        "overlaps" "A member or a day in common."
        "rounding" "Which way a missing day of a month is rounded: `rounding down`, `rounding up`."
        "down" "The last day of the month; of numbers towards zero."
        "half" "What happens halfway between two roundings: `half up`, `half down`, `half even`."
        "even" "To the even digit."
        "of" "`all of { … }`, `set of T`, `as of D`, `end of month D`."
        "all" "`all of { … }`: every condition holds."
        "every" "`every x in L: …`: it holds for each element."
        "least" "`at least N of { … }`: so many of the conditions hold."
        "for" "`sum(e for x in L: p)`: what is computed for each element."
        "if" "`if A then B else C`: one of two values."
        "then" "The value where the condition holds."
        "else" "The value where the condition does not hold."
        "covered" "`days covered by L within P`: each day counts once."
        "round" "`round (x) to 2 places half up`: a number with so many decimals."
        "places" "How many decimals are kept."
        "count" "How many elements there are, or how many of them fit."
        "weekday" "`weekday of D`: monday to sunday; as a type, the days of the week."
        "end" "`end of month D`, `end of day D in \"UTC\"`."
        "business" "`30 business days of CALENDAR`: only days on which people work."
    }
    Constant {
        "yes" "It is so."
        "no" "It is not so; `no x in L: …` means that none fits."
        "none" "Known to be absent, which is not the same as unknown; `none of { … }` means that no condition holds."
        "unknown" "The fact is stated to be unknown."
        "undetermined" "The facts that are not known can still change the answer."
        "contradictory" "The facts break an invariant."
        "not_in_force" "No version of the policy is in force on the day."
        "conflict" "Rules that nothing orders give different outcomes."
        "error" "The outcome rests on a value that cannot be computed."
    }
    Type {
        "yes/no" "A type with two values."
        "list" "`list of RECORD`: things of which each may be looked at."
        "total" "`total of T`: the sum of what rules add."
        "money" "`money CAD`: exact amounts of one currency."
        "date" "A day, as a type; `date of T in \"UTC\"` is the day of a moment."
    }
    Unit {
        "day" "One day."
        "days" "Days: a number of days, never of months."
        "week" "Seven days."
        "weeks" "Seven days each."
        "month" "One month; `months round down` in the head says how a missing day is rounded."
        "months" "Months of the calendar, never a number of days."
        "year" "Twelve months."
        "years" "Twelve months each."
        "hour" "Sixty minutes, added to moments only."
        "hours" "Sixty minutes each, added to moments only."
        "minute" "Sixty seconds, added to moments only."
        "minutes" "Minutes, added to moments only."
    }
}

/// Types that need no declaration, each with a line on it.
pub const BUILT_IN_TYPES: &[(&str, &str)] = &[
    ("yes/no", "Two values."),
    ("integer", "Whole numbers of 64 bits."),
    ("decimal", "Exact numbers of up to 28 digits."),
    ("date", "A day."),
    ("time", "A time of day."),
    ("instant", "A moment."),
    ("months", "A number of months."),
    ("days", "A number of days."),
    ("period", "Whole days from one to another."),
    ("text", "Any text."),
    ("country", "Countries by their ISO 3166-1 code."),
    ("weekday", "Monday to Sunday."),
];

/// Functions that need no declaration, each with a line on it.
pub const FUNCTIONS: &[(&str, &str)] = &[
    ("earliest", "The first of several days."),
    ("latest", "The last of several days."),
    ("min", "The least of several values."),
    ("max", "The greatest of several values."),
    ("sum", "The sum over a list: `sum(e for x in L: p)`."),
    ("count", "How many elements: `count(x in L: p)`."),
    ("age", "Whole years from a day of birth to a day: `age(born, d)`."),
    ("or_if_none", "The first value, or the second where the first is none."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The words that the rules `kw_…`, `w_…` and those of fixed words stand for, taken from the grammar.
    fn words_of_the_grammar() -> BTreeSet<String> {
        let grammar = include_str!("../../grammar/enact.pest");
        let named = ["direction", "half_way", "yes_no", "effort", "hit_word", "outcome_status", "unit_word"];
        let mistakes = ["w_NOT", "w_between", "w_either", "w_one", "w_default", "w_overrides"];
        let mut words = BTreeSet::new();
        let mut lines = grammar.lines().peekable();
        while let Some(line) = lines.next() {
            let Some((name, body)) = line.split_once(" = @{") else { continue };
            let fixed = name.starts_with("kw_") || name.starts_with("w_") || named.contains(&name);
            if !fixed || mistakes.contains(&name) {
                continue;
            }
            let mut body = body.to_owned();
            while !body.contains('}') {
                body += lines.next().expect("a rule ends");
            }
            let quoted = body.split('"').skip(1).step_by(2).map(str::to_owned);
            let quoted: Vec<String> = quoted.filter(|word| word != "s").collect();
            if name == "unit_word" {
                words.extend(quoted.iter().map(|word| format!("{word}s")));
            }
            words.extend(quoted);
        }
        words
    }

    #[test]
    fn every_word_of_the_grammar_has_a_line_once() {
        let ours: BTreeSet<String> = WORDS.iter().map(|word| word.text.to_owned()).collect();
        assert_eq!(ours.len(), WORDS.len(), "a word stands twice");
        assert_eq!(ours, words_of_the_grammar());
    }
}

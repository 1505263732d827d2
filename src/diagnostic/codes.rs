//! Every code the tool can report: number, name, one line. Each has a page, shown by `enact help-error CODE`.
//!
//! Numbers are stable: E0xx syntax, files, versions and facts; E2xx names, types and clauses; E1xx, W1xx and I1xx what `check`
//! finds about meaning.

/// A number and a name: `E201 unknown-name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    /// `E201`.
    pub number: &'static str,
    /// `unknown-name`.
    pub name: &'static str,
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.number, self.name)
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $constant:ident = $number:literal $name:literal;)*) => {
        impl Code {
            $($(#[doc = $doc])+ pub const $constant: Code = Code { number: $number, name: $name };)*
        }

        /// All codes with a line on each, in the order of their declaration.
        pub const CODES: &[(Code, &str)] = &[$((Code::$constant, concat!($($doc),+)),)*];
    };
}

/// Finds a code by number (`E201`, `e201`) or name (`unknown-name`).
pub fn find_code(text: &str) -> Option<Code> {
    CODES.iter().map(|&(code, _)| code).find(|code| code.number.eq_ignore_ascii_case(text) || code.name == text)
}

codes! {
    // -- E001-E039: the text of one file
    /// The text does not fit the grammar here.
    SYNTAX = "E001" "syntax";
    /// The file is not UTF-8 text.
    NOT_UTF8 = "E002" "not-utf8";
    /// A character that hides what a text says: bidirectional controls, look-alike letters, invisible blanks.
    HIDDEN_CHARACTER = "E003" "hidden-character";
    /// Brackets, blocks, conditionals or quantifiers stand too deep inside each other.
    TOO_DEEP = "E004" "nesting-too-deep";
    /// The file or a line of it is larger than the limit.
    TOO_LARGE = "E005" "too-large";
    /// An operator is written as in another language: `AND`, `&&`, `==`, `=>`.
    WRONG_OPERATOR = "E006" "wrong-operator";
    /// A word of another language: `true`, `null`, `else`, `if`, `except`.
    WRONG_WORD = "E007" "wrong-word";
    /// A comma is missing, or another sign stands in its place.
    MISSING_COMMA = "E008" "missing-comma";
    /// `and` and `or` in one chain without brackets.
    MIXED_AND_OR = "E009" "mixed-and-or";
    /// A quantifier or conditional inside a chain without brackets.
    NEEDS_BRACKETS = "E010" "needs-brackets";
    /// Comparisons in a chain: `18 <= age < 65`.
    CHAINED_COMPARISON = "E011" "chained-comparison";
    /// A block without elements, or without `of`.
    BLOCK = "E012" "block";
    /// A number, amount or percentage is written in a way that can be misread.
    NUMBER = "E013" "number";
    /// A date, time or instant that does not exist or is written in another order.
    DATE = "E014" "date";
    /// A text without its end, with other quotes, or with an unknown escape.
    STRING = "E015" "string";
    /// A reserved word as a name.
    RESERVED_WORD = "E016" "reserved-word";
    /// A clause is given twice.
    CLAUSE_TWICE = "E017" "clause-twice";
    /// A tag stands after a chain that it could belong to in two ways.
    AMBIGUOUS_TAG = "E018" "ambiguous-tag";
    /// A rule without a name, or with two outcomes.
    ONE_RULE_ONE_OUTCOME = "E019" "one-rule-one-outcome";
    /// A unit of time is missing or misspelt, or durations are added with `and`.
    UNIT = "E020" "unit";
    /// A test for being known: an answer may not depend on ignorance.
    TEST_FOR_IGNORANCE = "E021" "test-for-ignorance";
    /// A clause ends in `and` or `or`.
    UNFINISHED = "E022" "unfinished";
    /// The head of a file or its dates are written in another way.
    HEADER = "E023" "header";
    /// A table cell is blank.
    BLANK_CELL = "E024" "blank-cell";
    /// A hole in a text that names nothing: `{…}`.
    HOLE = "E025" "hole";
    /// A division outside `round`.
    DIVISION_NEEDS_ROUND = "E026" "division-needs-round";

    // -- E040-E079: files, versions, amendments, data
    /// A file or folder cannot be read.
    UNREADABLE = "E040" "unreadable";
    /// A `use` names no file or policy under the root.
    UNKNOWN_USE = "E041" "unknown-use";
    /// The version in the head is not the file's name.
    FILE_NAME = "E042" "file-name";
    /// Two versions start on one day, or two files declare one policy in different folders.
    SAME_VERSION = "E043" "same-version";
    /// An amendment of a version that does not exist.
    UNKNOWN_VERSION = "E044" "unknown-version";
    /// A declaration in an amending file without a verb, or a verb in a file that amends nothing.
    VERB = "E045" "verb";
    /// An amendment that hits nothing, inserts a taken name, or names one thing twice.
    AMENDMENT = "E046" "amendment";
    /// Two versions amend the same version while both can be in force.
    TWO_AMENDMENTS = "E047" "two-amendments";
    /// A declaration that may not stand in this kind of file.
    MISPLACED = "E048" "misplaced";
    /// A CSV file that does not fit its declaration.
    CSV = "E049" "csv";
    /// Dated rows of one key overlap, or a row ends before it starts.
    DATED_ROWS = "E050" "dated-rows";
    /// Versions of a policy with different deciding facts, or a deciding fact of the wrong type.
    DECIDING_FACT = "E051" "deciding-fact";
    /// A version that ends before it starts.
    VERSION_TIME = "E052" "version-time";
    /// A path that leaves the policies folder.
    OUTSIDE_ROOT = "E053" "outside-root";
    /// A time zone that does not exist.
    ZONE = "E054" "zone";

    // -- E080-E099: facts
    /// The facts are not JSON, or not an object.
    FACTS = "E080" "facts";
    /// A key that no policy declares.
    UNKNOWN_FACT = "E081" "unknown-fact";
    /// A key twice in one object.
    DUPLICATE_KEY = "E082" "duplicate-key";
    /// A value of the wrong type, or outside the fact's bounds.
    FACT_VALUE = "E083" "fact-value";
    /// `null` for a fact that is not `… or none`.
    FACT_NONE = "E084" "fact-none";

    // -- E090-E099: the command line
    /// The command line names something that does not exist or does not fit.
    USAGE = "E090" "usage";

    // -- E2xx: names, types, clauses
    /// A name that nothing declares.
    UNKNOWN_NAME = "E201" "unknown-name";
    /// Two declarations of one name.
    DUPLICATE = "E202" "duplicate";
    /// A value of the wrong type.
    TYPE = "E203" "type";
    /// A value that may be absent is used without a guard.
    UNGUARDED_NONE = "E204" "unguarded-none";
    /// Adding months can land on a missing day and no rounding is named.
    NO_ROUNDING = "E205" "no-rounding";
    /// Days, months, amounts in other currencies, dates and instants do not compare.
    UNITS = "E206" "units";
    /// A declaration that reaches itself.
    CYCLE = "E207" "cycle";
    /// A word that is a value in scope and a member of the expected type.
    AMBIGUOUS_MEMBER = "E208" "ambiguous-member";
    /// A word that is no member of the type.
    UNKNOWN_MEMBER = "E209" "unknown-member";
    /// A rule for a decision that takes none, or an outcome of the wrong form.
    OUTCOME = "E210" "outcome";
    /// A rank or exception that makes a circle or names something else.
    EXCEPTION = "E211" "exception";
    /// A table row that does not fit its inputs and outputs.
    TABLE = "E212" "table";
    /// A declaration lacks a clause it needs.
    MISSING_CLAUSE = "E213" "missing-clause";
    /// Two declarations of one name, in two files, that differ.
    TWO_MEANINGS = "E214" "two-meanings";
    /// A value outside its bounds: rows of a scale, `at least 5 of` three.
    BOUNDS = "E215" "bounds";
    /// A test, profile or assumption that gives something that is no fact.
    NOT_A_FACT = "E216" "not-a-fact";
    /// A bound variable with the name of something else.
    HIDES_NAME = "E217" "hides-name";

    // -- E3xx: compiling
    /// SQL cannot carry what is asked.
    NOT_IN_SQL = "E301" "not-in-sql";
    /// A query does not read back as it was written.
    SQL_NOT_READ_BACK = "E302" "sql-not-read-back";

    // -- E1xx, W1xx, I1xx: meaning
    /// A rule that never applies; as a warning, a condition or row that is never true.
    NEVER_TRUE = "E101" "never-true";
    /// A condition that is always true.
    ALWAYS_TRUE = "W102" "always-true";
    /// A rule that applies, but never decides.
    NEVER_DECIDES = "W103" "never-decides";
    /// A rule that adds nothing to another of the same outcome.
    COVERED = "W104" "covered";
    /// Two rules give one decision different outcomes, and nothing orders them.
    CONFLICT = "E105" "conflict";
    /// Nothing decides for somebody, and there is no `otherwise`.
    INCOMPLETE = "W106" "incomplete";
    /// A part of a condition that changes nothing beside the others.
    REDUNDANT = "W107" "redundant";
    /// An exception that never bites, or that swallows the whole rule.
    IDLE_EXCEPTION = "W108" "idle-exception";
    /// A declaration that nothing uses, or a fact that changes no outcome.
    UNUSED = "W109" "unused";
    /// Versions of a policy leave a hole in time.
    TIME_HOLE = "W110" "time-hole";
    /// A single value that two thresholds leave out, or give to both rules.
    OFF_BY_ONE = "W111" "off-by-one";
    /// A condition and its opposite lead to the same outcome.
    EITHER_WAY = "I112" "either-way";
    /// An `assert` does not hold.
    ASSERT = "E113" "assert";
    /// Two rules stand for the same people and say the same.
    EQUIVALENT = "I114" "equivalent";
    /// A used decision is read outside its time.
    OUTSIDE_ITS_TIME = "E115" "outside-its-time";
    /// A table where written order decides.
    FIRST_MATCH = "I116" "first-match";
    /// An outcome can be an error value.
    ERROR_VALUE = "W117" "error-value";
    /// An open point of interpretation.
    OPEN_QUESTION = "I118" "open-question";
    /// Two policies that are read together assume different values for one fact.
    ASSUMPTIONS = "W119" "assumptions";
    /// A clause of the list that nothing carries.
    CLAUSE_WITHOUT_RULE = "W120" "clause-without-rule";
    /// A tag of a listed family that the list of clauses does not hold.
    UNLISTED_CLAUSE = "W121" "unlisted-clause";
    /// A rule that names no clause.
    RULE_WITHOUT_CLAUSE = "W122" "rule-without-clause";
    /// Two rows of a table match together that may not.
    ROWS_TOGETHER = "W123" "rows-together";
    /// A source that was published after the version that cites it had ended.
    LATE_SOURCE = "I124" "late-source";
    /// Something that the analyses could not settle.
    NOT_SETTLED = "I125" "not-settled";
    /// An `every` of a list or set that may be empty.
    EVERY_OF_NOTHING = "I126" "every-of-nothing";
}

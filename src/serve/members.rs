//! What stands in a request: members of a JSON object or a query, each declared once, read strictly, all errors at once.
//!
//! The same declarations make the OpenAPI document, so that it cannot say anything else.

use std::collections::BTreeMap;
use std::fmt;

use enact::diagnostic::did_you_mean;
use enact::facts::read_on;
use enact::syntax::ast::On;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use super::problem::{Problem, Wrong};

/// A member that a request may have.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
    /// What it is for.
    pub about: &'static str,
}

/// What a member takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A list of texts; in a query, the same name several times.
    Texts,
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A day, or a moment with its offset.
    Day,
    /// An object of facts, read where the policy is known.
    Facts,
    /// Texts by path; `null` for a file that is taken away.
    Files,
}

/// A member that must be there.
pub const fn required(name: &'static str, kind: Kind, about: &'static str) -> Member {
    Member { name, kind, required: true, about }
}

/// A member that may be left out.
pub const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Member {
    Member { name, kind, required: false, about }
}

/// Files by their path from the root; nothing for one that is taken away.
pub type Files = BTreeMap<String, Option<String>>;

/// The members of one request.
#[derive(Debug, Default)]
pub struct Members<'a> {
    values: Vec<(&'static str, Value<'a>)>,
}

#[derive(Debug)]
enum Value<'a> {
    Text(String),
    Texts(Vec<String>),
    Flag(bool),
    Choice(&'static str),
    Day(On),
    Facts(&'a str),
    Files(Files),
}

impl Kind {
    /// Returns the JSON Schema of what it takes.
    pub fn schema(self) -> Json {
        match self {
            Kind::Text => json!({ "type": "string" }),
            Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
            Kind::Flag => json!({ "type": "boolean" }),
            Kind::Choice(words) => json!({ "enum": words }),
            Kind::Day => json!({ "type": "string", "examples": ["2024-12-24", "2024-12-24T23:59-05:00"] }),
            Kind::Facts => json!({ "type": "object" }),
            Kind::Files => json!({ "type": "object", "additionalProperties": { "type": ["string", "null"] } }),
        }
    }

    /// What it takes, in words.
    fn words(self) -> String {
        match self {
            Kind::Text => "a text".into(),
            Kind::Texts => "a list of texts".into(),
            Kind::Flag => "`true` or `false`".into(),
            Kind::Choice(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                format!("one of {}", words.join(", "))
            }
            Kind::Day => "a day, `2024-12-24`, or a moment, `2024-12-24T23:59-05:00`".into(),
            Kind::Facts => "an object of facts".into(),
            Kind::Files => "an object of texts by path".into(),
        }
    }

    fn read(self, json: &str) -> Result<Value<'_>, String> {
        let takes = || format!("takes {}", self.words());
        let text = || serde_json::from_str::<String>(json).map_err(|_| takes());
        match self {
            Kind::Facts if json.starts_with('{') => Ok(Value::Facts(json)),
            Kind::Facts => Err(takes()),
            Kind::Texts => serde_json::from_str(json).map(Value::Texts).map_err(|_| takes()),
            Kind::Flag => serde_json::from_str(json).map(Value::Flag).map_err(|_| takes()),
            Kind::Files => files(json).map(Value::Files).ok_or_else(takes),
            Kind::Text | Kind::Choice(_) | Kind::Day => self.plain(text()?),
        }
    }

    /// Reads what stands as plain text, as in a query.
    fn plain<'a>(self, text: String) -> Result<Value<'a>, String> {
        let takes = || format!("takes {}", self.words());
        match self {
            Kind::Choice(words) => {
                words.iter().find(|word| **word == text).map(|word| Value::Choice(word)).ok_or_else(takes)
            }
            Kind::Day => read_on(&text).map(Value::Day).map_err(|what| format!("{}: {what}", takes())),
            Kind::Flag => text.parse().map(Value::Flag).map_err(|_| takes()),
            Kind::Texts => Ok(Value::Texts(vec![text])),
            Kind::Text => Ok(Value::Text(text)),
            Kind::Facts | Kind::Files => Err(takes()),
        }
    }
}

impl<'a> Members<'a> {
    /// Reads an object. Its nesting was bounded before.
    pub fn read(text: &'a str, declared: &'static [Member]) -> Result<Members<'a>, Problem> {
        let bad = |error: serde_json::Error| {
            let (line, column) = (error.line(), error.column());
            let what = match text.trim_start().starts_with('{') {
                true => format!("the body is no JSON: line {line}, column {column}"),
                false => "the body is no JSON object".to_owned(),
            };
            Problem::new(axum::http::StatusCode::BAD_REQUEST, what)
        };
        let mut json = serde_json::Deserializer::from_str(text);
        let entries = Entries.deserialize(&mut json).and_then(|entries| json.end().map(|()| entries)).map_err(bad)?;
        let mut reader = Reader { declared, members: Members::default(), wrong: Vec::new() };
        for (name, json) in entries {
            reader.take(&name, |kind| kind.read(json.get()));
        }
        reader.finish()
    }

    /// Reads a query.
    pub fn query(text: &'a str, declared: &'static [Member]) -> Result<Members<'a>, Problem> {
        let mut reader = Reader { declared, members: Members::default(), wrong: Vec::new() };
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let more = reader.members.values.iter_mut().find(|(known, _)| *known == name);
            match more {
                Some((_, Value::Texts(texts))) => texts.push(value.into_owned()),
                _ => reader.take(&name, |kind| kind.plain(value.into_owned())),
            }
        }
        reader.finish()
    }

    fn value(&self, name: &str) -> Option<&Value<'a>> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Returns a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.value(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Returns a list of texts; none when it is left out.
    pub fn texts(&self, name: &str) -> &[String] {
        match self.value(name) {
            Some(Value::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// Whether a flag is set.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.value(name), Some(Value::Flag(true)))
    }

    /// Returns a word.
    pub fn choice(&self, name: &str) -> Option<&'static str> {
        match self.value(name) {
            Some(Value::Choice(word)) => Some(word),
            _ => None,
        }
    }

    /// Returns a day.
    pub fn day(&self, name: &str) -> Option<On> {
        match self.value(name) {
            Some(Value::Day(on)) => Some(*on),
            _ => None,
        }
    }

    /// Returns facts as they are spelt.
    pub fn facts(&self, name: &str) -> Option<&'a str> {
        match self.value(name) {
            Some(Value::Facts(json)) => Some(json),
            _ => None,
        }
    }

    /// Returns files.
    pub fn files(&self, name: &str) -> Option<&Files> {
        match self.value(name) {
            Some(Value::Files(files)) => Some(files),
            _ => None,
        }
    }
}

/// Reads files; nothing if a path stands twice.
fn files(json: &str) -> Option<Files> {
    let entries = Entries.deserialize(&mut serde_json::Deserializer::from_str(json)).ok()?;
    let count = entries.len();
    let file = |(path, json): (String, &RawValue)| Some((path, serde_json::from_str(json.get()).ok()?));
    entries.into_iter().map(file).collect::<Option<Files>>().filter(|files| files.len() == count)
}

/// Reads members one by one.
struct Reader<'a> {
    declared: &'static [Member],
    members: Members<'a>,
    wrong: Vec<Wrong>,
}

impl<'a> Reader<'a> {
    fn take(&mut self, name: &str, read: impl FnOnce(Kind) -> Result<Value<'a>, String>) {
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let Some(member) = self.declared.iter().find(|member| member.name == name) else {
            let near = did_you_mean(name, self.declared.iter().map(|member| member.name));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            self.wrong.push(Wrong::at(pointer, format!("there is no `{name}` here")).help(help));
            return;
        };
        if self.members.value(name).is_some() {
            self.wrong.push(Wrong::at(pointer, format!("`{name}` stands twice")));
            return;
        }
        match read(member.kind) {
            Ok(value) => self.members.values.push((member.name, value)),
            Err(takes) => self.wrong.push(Wrong::at(pointer, format!("`{name}` {takes}"))),
        }
    }

    fn finish(mut self) -> Result<Members<'a>, Problem> {
        for member in self.declared.iter().filter(|member| member.required) {
            let pointer = format!("/{}", member.name);
            if self.members.value(member.name).is_none() && !self.wrong.iter().any(|wrong| wrong.pointer == pointer) {
                self.wrong.push(Wrong::at(pointer, format!("`{}` is missing: {}", member.name, member.about)));
            }
        }
        if self.wrong.is_empty() { Ok(self.members) } else { Err(Problem::members(self.wrong)) }
    }
}

/// The members of an object as they are spelt, repeated ones too.
struct Entries;

impl<'de> DeserializeSeed<'de> for Entries {
    type Value = Vec<(String, &'de RawValue)>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Entries {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECLARED: &[Member] = &[
        required("policy", Kind::Text, "which policy"),
        optional("decisions", Kind::Texts, "what is asked"),
        optional("detail", Kind::Choice(&["value", "full"]), "how much"),
        optional("facts", Kind::Facts, "the facts"),
    ];

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let text = r#"{"decisions": "a", "detail": "all", "facts": [], "polcy": 1, "facts": {}}"#;
        let problem = Members::read(text, DECLARED).expect_err("wrong");
        let response = format!("{problem:?}");
        for part in [
            "`decisions` takes a list of texts",
            "one of `value`, `full`",
            "did you mean `policy`?",
            "`policy` is missing",
        ] {
            assert!(response.contains(part), "{part}: {response}");
        }
    }

    #[test]
    fn facts_stay_as_they_are_spelt() {
        let members = Members::read(r#"{"policy": "p", "facts": {"a": 1.50, "a": 2}}"#, DECLARED).expect("good");
        assert_eq!(members.facts("facts"), Some(r#"{"a": 1.50, "a": 2}"#));
    }

    #[test]
    fn a_query_may_repeat_what_is_a_list() {
        let members = Members::query("policy=p%20q&decisions=a&decisions=b", DECLARED).expect("good");
        assert_eq!((members.text("policy"), members.texts("decisions").len()), (Some("p q"), 2));
        assert!(Members::query("policy=p&policy=q", DECLARED).is_err());
    }
}

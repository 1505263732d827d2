//! **enact** is a policy language: rules that read like law, evaluated on an applicant's facts, with an explanation that can be
//! traced to facts, lines and sources. This crate is the engine; the program `enact` is a thin layer over it (feature `cli`).
//! Programs that embed it begin with [`run`].
//!
//! # The way of a policy
//!
//! ```text
//! bytes ──load──▶ Loaded ──check──▶ Program ──evaluate──▶ Evaluation ──trace──▶ Trace, records, text
//!         │                │                    ▲
//!       syntax           lower                facts
//! ```
//!
//! | stage | module | from | to |
//! |---|---|---|---|
//! | parse | [`syntax`] | one text | [`syntax::ast::File`] and all its findings; a pest grammar, recovery by declaration |
//! | load | [`load`] | a folder of bytes | [`load::Loaded`]: versions in order, amendments applied, data files read |
//! | lower | [`lower`] | `Loaded` | [`program::Program`]: names resolved, types checked, one hash-consed graph |
//! | check | [`check`] | `Loaded` | a `Program` only if nothing is wrong, and everything found: circles, holes in time, unused |
//! | read facts | [`facts`] | JSON | [`facts::Facts`]: given, none, not stated, stated unknown |
//! | evaluate | [`eval`] | `Program`, `Facts` | [`eval::Evaluation`]: answers, and what every node came to |
//! | compile | [`compile`] | `Program` | [`compile::Compiled`]: the same decisions over typed slots, one row or columns at a time |
//! | explain | [`trace`] | all of these | the tree `enact.trace/1`, the record `enact.decision/1`, and their renderings |
//!
//! [`run`] is the front door to these stages: texts to something that can be asked, names to a request, a request and facts to records.
//! For a great many applicants at once, [`batch`] decides every row of a table (`arrow`: of typed columns), and `sql` writes a policy as one query that
//! database engines run.
//!
//! What was decided is put on record by [`log`], and decided again from there.
//!
//! What people do with it: [`coverage`] (what tests reach), [`interview`] (which question next), [`doc`] (readable pages),
//! [`authored`] (a case written down as a test), [`editor`] (what an editor asks while policies are written).
//!
//! Two stages ask about everybody at once, not about one applicant:
//!
//! | stage | module | from | to |
//! |---|---|---|---|
//! | analyse | [`check::analyse`] | a `Program` | findings: rules that conflict, never apply, leave a gap; asserts that hold |
//! | compare | [`diff`] | two texts, joined as one `Program` | who is affected, why, with examples: the record `enact.diff/1` |
//!
//! Both rest on `solve`, which makes clauses of the graph that `eval::exact` builds when nothing is known.
//!
//! Beside them: [`source`] (texts, spans, lines), [`diagnostic`] (what the tool says about a text), [`value`] (types and values).
//! Imports run downwards in this order: source, diagnostic, value, syntax, load, program, lower, check, facts, eval, trace.
//!
//! # What holds everywhere
//!
//! - **Invariant:** the core touches no clock, file, thread or terminal. Bytes come in a [`load::Folder`]; the day of a decision is
//!   a fact. Those things live in the program, behind the feature `cli`; one module of the library, `files`, reads folders for
//!   whoever asks for it by its feature.
//! - **Invariant:** a policy has one meaning, its [`program::Program`]. The syntax tree is never interpreted; every explanation is
//!   made of the verdicts that evaluation recorded, never of a second evaluation.
//! - **Invariant:** `syntax` knows no facts, `eval` no texts and no pest. `Rule`, `Pair` and their kin stay inside `syntax`.
//! - **Invariant:** no text, of any length, panics, overflows the stack or hangs; every limit is a named constant.
//! - **Invariant:** the same input gives the same bytes. Nothing iterates over a hash map into a result.
//! - **Invariant:** of everybody, a *no* is a proof; a *yes* comes with an applicant that the interpreter decides alike. What could
//!   not be taken apart or settled is named ([`diff::Diff::gaps`], `approximated`), never passed over.
//!
//! # Where to start reading
//!
//! The language itself: the literate tests in `tests/spec`. A change of syntax: `grammar/enact.pest`, then `syntax::build`. A new
//! operation: [`program::Op`], its pointwise meaning in `eval::kernel` (one implementation, used by the interpreter and by the exact
//! engine), its typing in `lower`. Missing facts: `eval::exact` works on finite cells of each unknown fact and decision diagrams over
//! them, under a budget; what it cannot settle it says (`exact: false`), never guesses. Wording of explanations: `trace::words`,
//! `trace::phrase`, `trace::text`.
//!
//! Who is affected by an edit: `diff::compare`, in the order of its steps; what is meant by a group: [`diff::Group`]; how people
//! are described: `diff::compare::regions`; what changed in the text, without its meaning: `diff::structural`. A new finding about
//! what policies mean: a file in `check::analysis` that asks `look`, a code in [`diagnostic`], a page in `docs/errors`. A new
//! operation that `solve` should take apart: `solve::encode`; until then it stands for anything, and answers that rest on it are
//! checked by the interpreter.
//!
//! # Example
//!
//! ```
//! use enact::{check, eval, facts, load};
//!
//! let mut folder = load::Folder::default();
//! let text = r#"
//! policy library_card effective from 2025-01-01
//! fact age_years: integer
//! decision may_borrow: yes/no otherwise no
//! rule adults "Adults may borrow" may_borrow is yes when age_years >= 18
//! "#;
//! folder.files.insert("library_card/2025-01-01.enact".into(), text.into());
//! let loaded = load::load(&folder);
//! let checked = check::check(&loaded);
//! let program = checked.program.expect("no errors");
//!
//! let mut facts = facts::read_facts(&program, r#"{"age_years": 30}"#).expect("good facts");
//! facts::set_fact(&program, &mut facts, "evaluation_date=2025-06-01").expect("a date");
//! let policy = program.find_policy("library_card").expect("declared above");
//! let asked = program.policies[policy.index()].families.clone();
//! let request = eval::Request { policy, pinned: None, asked };
//! let answer = &eval::evaluate(&program, &request, &facts).answers[0];
//! assert_eq!(answer.status, eval::Status::Decided);
//! assert_eq!(answer.value, Some(enact::value::Value::Bool(true)));
//! ```

#![forbid(unsafe_code)]

// What tests and benchmarks share names the crate as its users do.
#[cfg(test)]
extern crate self as enact;

#[cfg(feature = "arrow")]
pub mod arrow;
pub mod authored;
pub mod batch;
pub mod check;
pub mod compile;
mod countries;
pub mod coverage;
pub mod diagnostic;
pub mod diff;
pub mod doc;
pub mod editor;
pub mod eval;
pub mod facts;
#[cfg(feature = "files")]
pub mod files;
pub mod interview;
pub mod load;
pub mod log;
pub mod lower;
pub mod program;
pub mod run;
mod solve;
pub mod source;
#[cfg(feature = "sql")]
pub mod sql;
pub mod syntax;
#[cfg(test)]
mod testing;
pub mod trace;
pub mod value;

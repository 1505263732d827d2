//! Behaviour of evaluation, by the rules of SEMANTICS.

mod decisions;
mod time;
mod unknown;

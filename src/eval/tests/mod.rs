//! Behaviour of evaluation, by the rules of SEMANTICS.

mod brute;
mod changes;
mod decisions;
mod time;
mod unknown;

//! Behaviour of evaluation, by the rules of SEMANTICS.

mod brute;
mod brute_changes;
mod changes;
mod decisions;
mod time;
mod unknown;

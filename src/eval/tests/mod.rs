//! Behaviour of evaluation, by the rules of SEMANTICS.

mod brute;
mod decisions;
mod time;
mod unknown;

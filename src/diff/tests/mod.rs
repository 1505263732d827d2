//! Renderings of a diff that is written by hand: what the ban of 2024-12-24 changed in the shipped policy.

mod fixture;
mod random;
mod renderings;
mod uses;
mod words;

//! Messages as people speak of them: addresses, composing, sorting.
pub mod addresses;
pub mod aliases;
pub mod attach;
mod canonical;
pub mod compose;
pub mod downgrade;
pub mod facts;
pub mod merge;
pub mod raw;
pub mod rules;
pub mod shorten;

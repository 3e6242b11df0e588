//! Messages as people speak of them.
pub mod addresses;
mod canonical;
pub mod compose;
pub mod downgrade;
pub mod raw;

//! Messages as people speak of them.
pub mod addresses;
pub mod compose;

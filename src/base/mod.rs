//! The ground everything stands on: no sockets, no protocol, no terminal.
pub mod address;
pub mod b64;
pub mod b64_wide;
pub mod body;
pub mod date;
pub mod digest;
pub mod error;
pub mod escape;
pub mod pattern;
pub mod quantity;
pub mod random;
pub mod record;
pub mod scratch;
pub mod secret;
pub mod tree;
pub mod url;

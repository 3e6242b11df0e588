//! The ground everything stands on: no sockets, no files of ours, no protocol.
pub mod error;

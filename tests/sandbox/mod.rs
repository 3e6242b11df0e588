//! In-process FTP, SMTP, POP3 and IMAP servers for the tests and for `scripts/demo`.
//!
//! They are test servers: small, strict about what a client may send, and scriptable to misbehave. Each one
//! listens on 127.0.0.1 with a port of the kernel's choice, keeps a log of what it was sent, and is gone, with
//! every thread and socket, when its `Server` is dropped. None of this code shares a line with the library
//! under test: an error made twice in the same way would be found by nobody.
//!
//! The three mail servers may share a `store::Store`: what SMTP accepts for an account is in its INBOX.
//! `tests/it` includes this tree with `#[path]`, the example binary `sandbox` too; neither uses all of it.
#![allow(dead_code)]

pub mod clock;
pub mod dns;
pub mod ftp;
pub mod hub;
pub mod imap;
pub mod pop3;
pub mod sasl;
pub mod script;
pub mod smtp;
pub mod store;
pub mod stream;
pub mod tls;
pub mod wire;

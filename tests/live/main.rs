//! The real programs against real servers from Debian's packages.
//!
//! `fixture` configures and starts the servers; the `*_up` modules prove that each one works, so that a failure
//! elsewhere is a failure of ours.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]

#[path = "../support/certs.rs"]
mod certs;
#[path = "../sandbox/dns.rs"]
#[allow(dead_code, reason = "its odd answers are for the sandbox's tests")]
mod dns;
mod fixture;

mod dovecot_up;
mod postfix_up;
mod proftpd_up;
mod proxy_up;
mod pureftpd_up;
mod rftp;
mod rftp_reach;
mod rftp_segments;
mod rftp_sync;
mod rimap_search;
mod rpop;
mod rsendmail;
mod rsendmail_delivery;
mod rsendmail_queue;
#[path = "../it/support/mod.rs"]
mod support;
mod vsftpd_up;

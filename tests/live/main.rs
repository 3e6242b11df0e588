//! The real programs against real servers from Debian's packages.
//!
//! `fixture` configures and starts the servers; the `*_up` modules prove that each one works, so that a failure
//! elsewhere is a failure of ours.

#[path = "../support/certs.rs"]
mod certs;
mod fixture;

mod dovecot_up;
mod proftpd_up;
mod vsftpd_up;

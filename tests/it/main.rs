//! One test binary: the laws of the tree, and the real programs against the sandbox's servers on 127.0.0.1.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]
mod accounts;
mod b64mime;
mod b64mime_build;
mod b64mime_read;
mod install;
mod layers;
mod mail_reach;
mod messages;
mod mime_oracles;
mod readme;
mod rftp_basics;
mod rftp_hostile;
mod rftp_kill;
mod rftp_lists;
mod rftp_login;
mod rftp_reach;
mod rftp_resume;
mod rftp_scale;
mod rftp_segments;
mod rftp_session;
mod rftp_site;
mod rftp_sync;
mod rftp_tls;
mod rftp_verbs;
mod rimap_search;
mod rpop;
mod rsendmail;
mod rsendmail_many;
mod rsendmail_queue;
#[path = "../sandbox/mod.rs"]
mod sandbox;
mod sandbox_ftp;
mod sandbox_mail;
mod sendmail;
mod session;
mod support;

//! rimap-search against Dovecot: the answers of hundreds of queries, computed here from how the messages were made; extensions on
//! and off; large messages; odd names; TLS.
mod corpus;
mod ladder;
mod queries;
mod sizes;
mod ways;

use crate::fixture::dovecot::Dovecot;
use crate::support::{Output, Run, World};

/// `rimap-search` on the server in clear, its URL and password in the environment.
pub fn start<'w>(world: &'w World, server: &Dovecot, args: &[&str]) -> Run<'w> {
    world
        .run("rimap-search", args)
        .env("RIMAP_SEARCH_URL", format!("imap://{}@{}:{}", server.user, server.host, server.imap))
        .env("RIMAP_SEARCH_PASSWORD", server.password)
        .limit(std::time::Duration::from_secs(120))
}

pub fn run(world: &World, server: &Dovecot, args: &[&str]) -> Output {
    start(world, server, args).go()
}

pub fn world(server: &Dovecot) -> World {
    World::new().secret(server.user, server.password)
}

/// The UIDs that were listed, in their order.
pub fn uids(out: &Output) -> Vec<u32> {
    out.out()
        .lines()
        .map(|l| l.split('\t').next().unwrap().parse().unwrap_or_else(|_| panic!("{out:?}")))
        .collect()
}

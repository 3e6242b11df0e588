//! The last message from somebody, out of very many: in how few round trips it is found and printed.
use super::*;
use crate::fixture::Tls;
use crate::fixture::dovecot::Options;

#[test]
fn the_last_of_a_hundred_thousand() {
    let count: usize = if std::env::var_os("WIREPOST_FULL").is_some() { 100_000 } else { 10_000 };
    // What was read once is kept, as on a server that people use.
    let extra =
        "mail_always_cache_fields = hdr.from date.received date.sent size.virtual imap.bodystructure flags\n"
            .to_string();
    let Some(server) = Dovecot::start(&Options { tls: Tls::Off, extra, ..Options::default() }) else {
        return;
    };
    let texts = (0..count).map(|n| {
        let from = if n % 500 == 77 { "Steve <steve@a.example>" } else { "Ann <ann@b.example>" };
        format!("From: {from}\r\nSubject: number {n}\r\n\r\ntext {n}\r\n").into_bytes()
    });
    for (at, some) in texts.collect::<Vec<_>>().chunks(10_000).enumerate() {
        assert!(at < 10);
        server.fill(server.user, "INBOX", some.iter().map(|t| (&t[..], "")));
    }
    let world = world(&server);
    let go = |args: &[&str]| {
        let out = start(&world, &server, args).limit(std::time::Duration::from_secs(600)).go();
        out.exits(0);
        out
    };
    let trips = |out: &Output| out.summary()["round_trips"].as_u64().unwrap();
    // The server reads all of it once; from then on it knows. A count is one question behind EXAMINE.
    let counted = go(&["--from", "steve", "--count", "--json"]);
    assert_eq!(counted.events("count")[0]["messages"], count / 500);
    let opened = trips(&counted) - 1;
    let last = (count / 500 - 1) * 500 + 77;
    for (without, most) in
        [("X", 2), ("CONTEXT=SEARCH,PARTIAL", 2), ("SORT,ESORT", 3), ("SORT,ESORT,ESEARCH,WITHIN", 3)]
    {
        let out = go(&["--from", "steve", "--last", "1", "--show", "text", "--json", "--without", without]);
        let hit = &out.events("message")[0];
        assert_eq!(
            (&hit["subject"], &hit["text"]),
            (&format!("number {last}").into(), &format!("text {last}\n").into())
        );
        let took = trips(&out) - opened;
        println!(
            "{count} messages without {without}: {took} round trips behind EXAMINE, {:.3} s",
            out.summary()["seconds"]
        );
        assert!(took <= most, "without {without}: {took}");
        out.within(16 << 20);
    }
}

//! Out of the queue: when, in which order, over which connections, and what becomes of what the server says.

use super::{outcomes, site, site_with, text};
use crate::sandbox::script::{Action, End, on, reply, reply_then};
use crate::sandbox::smtp::Options;

#[test]
fn what_the_server_says_decides_where_a_message_goes() {
    let site = site(vec![
        on("RCPT").with("<r2@").nth(1).then(reply("550 5.1.1 no \x1b[31msuch user\r\n")),
        on("RCPT").with("<r3@").nth(1).then(reply("450 4.2.1 busy\r\n")),
        on("DOT").nth(2).then(reply("554 5.7.1 spam\r\n")),
    ])
    .with(5);
    let out = site.run(&[]);
    out.exits(3).tame().says("5.1.1 no \\x1b[31msuch user");
    assert_eq!(outcomes(&out), ["ok", "permanent", "temporary", "permanent", "ok"]);
    assert_eq!(site.server.connections(), 1, "one connection for all of them");
    assert_eq!(site.server.violations(), [""; 0]);
    let states = site.states();
    assert_eq!((states.len(), states[&2].as_str(), states[&3].as_str()), (3, "failed", "queued"));
    let list = site.list();
    assert_eq!(list[0]["recipients"][0]["error"]["code"], 550, "the server's words are kept");
    assert!(list[1]["next"].as_str() > list[1]["tried"].as_str());
    // Not due yet: it remains, and nobody is asked.
    let out = site.run(&[]);
    out.exits(75);
    assert_eq!(outcomes(&out), ["temporary"]);
    assert!(out.events("queued_message")[0]["reason"].as_str().unwrap().starts_with("it is not due before"));
    assert_eq!(site.server.connections(), 1);
    site.run(&["--now"]).exits(0);
    // What failed for good is tried again if somebody says so.
    assert_eq!(site.delivered().into_keys().collect::<Vec<_>>(), [1, 3, 5]);
    site.queue(&["retry", "--state", "failed"]).go().exits(0);
    site.run(&[]).exits(0);
    assert_eq!(site.delivered().len(), 5);
    assert!(site.states().is_empty());
}

/// As when it is sent at once: somebody has it, somebody has not.
#[test]
fn a_message_that_some_got_is_done_in_part() {
    for (flags, exit) in [(&[][..], 3), (&["--queue"], 0)] {
        let site = site(vec![on("RCPT").with("<gone@").then(reply("550 5.1.1 no\r\n"))]);
        let to = ["--to", "gone@x.example,fine@x.example", "--from", "me@x.example", "--body", "x"];
        site.rsendmail(&to).args(flags).go().exits(exit);
        if exit == 0 {
            let out = site.run(&[]);
            assert_eq!(
                (outcomes(out.exits(3)), out.summary()["counts"]["permanent"].as_u64()),
                (vec!["permanent".into()], Some(1))
            );
        }
        assert_eq!(site.server.sent().len(), 1);
    }
}

/// One is busy, one is refused for good, one is fine: with `--rcpt-policy all` no later try may go without the refused one.
#[test]
fn with_policy_all_nobody_gets_it_later_either() {
    let busy = || on("RCPT").with("<busy@").nth(1).then(reply("450 4.2.1 busy\r\n"));
    let site = site(vec![busy(), on("RCPT").with("<gone@").then(reply("550 5.1.1 no\r\n"))]);
    let to = ["--to", "busy@x.example,gone@x.example,fine@x.example", "--rcpt-policy", "all"];
    let flags = ["--from", "me@x.example", "--body", "x", "--queue"];
    site.rsendmail(&to).args(flags).go().exits(0);
    site.run(&[]).exits(69);
    site.run(&["--now"]).exits(0);
    assert!(site.server.sent().is_empty(), "{:?}", site.list());
    let states: Vec<_> =
        site.list()[0]["recipients"].as_array().unwrap().iter().map(|r| r["state"].clone()).collect();
    assert_eq!(states, ["failed"; 3]);
    // Nor in the same run, nor by way of the queue.
    let site = super::site(vec![busy(), on("RCPT").with("<gone@").then(reply("550 5.1.1 no\r\n"))]);
    site.rsendmail(&to)
        .args(["--from", "me@x.example", "--body", "x", "--queue=on-failure", "--retries", "1"])
        .go()
        .exits(69);
    assert!(site.server.sent().is_empty() && site.list().is_empty());
    // Busy alone: all of them wait, and go together.
    let site = super::site(vec![busy()]);
    site.rsendmail(&to).args(flags).go().exits(0);
    site.run(&[]).exits(75);
    site.run(&["--now"]).exits(0);
    assert_eq!((site.server.sent().len(), site.server.sent()[0].to.len()), (1, 3));
}

/// What is not sent is told with its name, and what waits explains the exit code.
#[test]
fn a_run_that_leaves_something_says_what_and_until_when() {
    let mut site = site(vec![]).with(5);
    let ids = site.ids();
    // Its server is no more.
    site.server = crate::sandbox::smtp::Server::start(Default::default());
    let out = site.queue(&["run", "--retries", "0"]).go();
    let first = format!("rsendmail: {}, {}, {} and 2 more: cannot connect to ", ids[0], ids[1], ids[2]);
    out.exits(75).says(&first).says("rsendmail: 5 waiting, the next due at 20");
    // Nothing is due yet.
    let out = site.queue(&["run", "-v"]).go();
    out.exits(75).says("5 waiting, the next due at 20");
    assert_eq!(site.queue(&["run", "-q"]).go().exits(75).err(), "");
    assert_eq!(site.queue(&["run", "-q", "--now"]).go().exits(75).err(), "");
}

/// In a crontab, where each line that is said becomes a mail.
#[test]
fn with_q_nothing_is_said_of_what_waits() {
    let site = site(vec![
        on("RCPT").with("<r1@").then(reply("450 4.2.1 busy\r\n")),
        on("RCPT").with("<r2@").then(reply("550 5.1.1 no\r\n")),
    ])
    .with(2);
    let out = site.queue(&["run", "-q"]).go();
    out.exits(69).says("550 5.1.1 no");
    assert!(!out.err().contains("450"), "{out:?}");
    let out = site.queue(&["run", "-q", "--now"]).go();
    assert_eq!((out.exits(75).err(), out.out()), (String::new(), String::new()));
}

#[test]
fn only_failures_for_good_are_69_whatever_their_code() {
    let site = site(vec![on("RCPT").then(reply("550 5.1.1 no\r\n"))]).with(2);
    site.run(&[]).exits(69);
    assert_eq!(site.states().into_values().collect::<Vec<_>>(), ["failed", "failed"]);
    site.run(&[]).exits(0);
    site.queue(&["check"]).go().exits(1);
}

#[test]
fn a_server_that_has_enough_is_left_alone() {
    let site = site_with(Options { max_messages: 3, ..Options::default() }).with(6);
    let out = site.run(&[]);
    out.exits(75);
    assert_eq!(outcomes(&out), ["ok", "ok", "ok", "temporary", "temporary", "temporary"]);
    assert_eq!(site.server.connections(), 1);
    let tried: Vec<u64> = site.list().iter().map(|m| m["attempts"].as_u64().unwrap()).collect();
    assert_eq!(tried, [1, 0, 0], "it was not their turn");
    site.run(&["--now"]).exits(0);
    assert_eq!(site.delivered().into_values().collect::<Vec<_>>(), [1; 6]);
}

#[test]
fn a_server_that_cannot_be_reached_is_asked_once() {
    let site = site(vec![on("CONNECT").nth(1).then(reply_then("421 later\r\n", End::Close))]).with(40);
    let out = site.run(&[]);
    out.exits(75).says("421 later");
    assert_eq!((site.server.connections(), out.err().lines().count()), (1, 2));
    assert_eq!(outcomes(&out).len(), 40);
    assert!(site.list().iter().all(|m| m["attempts"] == 1 && m["state"] == "queued"));
    site.run(&["--now"]).exits(0);
    assert_eq!(site.delivered().len(), 40);
}

/// A login that is refused keeps everything waiting: the message is not to blame.
#[test]
fn no_login_is_no_reason_to_give_up() {
    let site = site(vec![on("MAIL").nth(1).then(reply("530 5.7.0 log in\r\n"))]).with(1);
    site.run(&[]).exits(75);
    assert_eq!(site.states()[&1], "queued");
    site.run(&["--now"]).exits(0);
}

#[test]
fn waits_grow_and_end() {
    let site = site(vec![on("RCPT").then(reply("450 4.2.1 busy\r\n"))]).with(1);
    let wait = |site: &super::Site| {
        let m = &site.list()[0];
        let seconds = |field: &str| {
            let text = m[field].as_str().unwrap();
            let clock: Vec<i64> = text[11..19].split(':').map(|n| n.parse().unwrap()).collect();
            text[8..10].parse::<i64>().unwrap() * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
        };
        seconds("next") - seconds("tried")
    };
    for (tries, least, most) in [(1, 60, 75), (2, 120, 150), (3, 240, 300)] {
        site.run(&["--now"]).exits(75);
        assert_eq!(site.list()[0]["attempts"], tries);
        assert!((least..=most).contains(&wait(&site)), "{} after {tries}", wait(&site));
    }
    let site = super::site(vec![on("RCPT").then(reply("450 4.2.1 busy\r\n"))]);
    site.world.file("m.eml", super::message(1));
    site.rsendmail(&["--eml", "m.eml", "-t", "--queue", "--max-age", "0"]).go().exits(0);
    let out = site.run(&[]);
    out.exits(69);
    let error = site.list()[0]["error"]["message"].as_str().unwrap().to_string();
    assert!(error.starts_with("given up after ") && error.contains("450 4.2.1 busy"), "{error}");
    assert_eq!(site.states()[&1], "failed");
}

/// A board without a battery queues in 1970; a clock that was ahead was set right meanwhile.
#[test]
fn a_clock_that_was_wrong_neither_delays_nor_ends_a_message() {
    for wrong in ["1970-01", "2126-01"] {
        let site = site(vec![on("RCPT").nth(1).then(reply("450 4.2.1 busy\r\n"))]).with(1);
        let queued = site.list().remove(0);
        let path = site.directory().join(format!("envelope/{}.json", text(&queued["id"])));
        let record = std::fs::read_to_string(&path).unwrap();
        let record = record.replacen(&text(&queued["queued"]), &format!("{wrong}-02T00:00:00Z"), 1);
        let record = record.replacen(&text(&queued["expires"]), &format!("{wrong}-07T00:00:00Z"), 1);
        std::fs::write(&path, record).unwrap();
        site.queue(&["check"]).go().exits(1);
        let out = site.run(&[]);
        assert_eq!(outcomes(out.exits(75)), ["temporary"], "{wrong}");
        assert_eq!((site.list()[0]["attempts"].as_u64(), site.states()[&1].as_str()), (Some(1), "queued"));
        // From here on its time counts by the right clock.
        site.queue(&["check"]).go().exits(0);
        let expires = text(&site.list()[0]["expires"]);
        assert!(!expires.starts_with("1970") && !expires.starts_with("2126"), "{expires}");
        site.run(&["--now"]).exits(0);
        assert_eq!(site.delivered()[&1], 1);
    }
}

#[test]
fn what_is_unknown_is_never_sent_again_by_itself() {
    let site = site(vec![on("DOT").nth(2).then(Action::Swallow(End::Close))]).with(3);
    let out = site.run(&[]);
    out.exits(79);
    assert_eq!(outcomes(&out), ["ok", "unknown", "ok"], "the others go on, over a new connection");
    assert_eq!(site.server.connections(), 2);
    for args in [&[][..], &["--now"]] {
        site.run(args).exits(0);
    }
    site.queue(&["retry", "--all"]).go().exits(0);
    site.run(&[]).exits(0);
    assert_eq!((site.states()[&2].as_str(), site.delivered()[&2]), ("unknown", 1));
    site.queue(&["check"]).go().exits(1);
    site.run(&["--retry-unknown"]).exits(0);
    assert_eq!((site.states().len(), site.delivered()[&2]), (0, 2), "twice, as was asked for");
}

/// One loss may be the message's fault, a second one is the server's.
#[test]
fn after_a_second_loss_the_rest_waits() {
    let site = site(vec![on("DATA").then(End::Close)]).with(5);
    let out = site.run(&[]);
    out.exits(75);
    assert!((2..=3).contains(&site.server.connections()), "{}", site.server.connections());
    let tried: Vec<u64> = site.list().iter().map(|m| m["attempts"].as_u64().unwrap()).collect();
    assert_eq!(tried, [1, 1, 0, 0, 0]);
}

#[test]
fn a_run_has_a_deadline() {
    let site = site(vec![on("DOT").nth(2).then(Action::Wait(std::time::Duration::from_secs(20)))]).with(4);
    let out = site.run(&["--max-time", "1.5"]);
    assert!(out.seconds < 10.0, "{out:?}");
    out.exits(79);
    assert_eq!(outcomes(&out), ["ok", "unknown", "temporary", "temporary"]);
    let states: Vec<String> = site.states().into_values().collect();
    assert_eq!(states, ["unknown", "queued", "queued"]);
}

#[test]
fn a_signal_leaves_the_rest_queued() {
    let site =
        site(vec![on("RCPT").with("<r2@").then(Action::Wait(std::time::Duration::from_secs(20)))]).with(4);
    let going = site.queue(&["run", "--json"]).start();
    assert!(site.server.wait_for(std::time::Duration::from_secs(20), |log| {
        log.commands.iter().any(|c| c.contains("<r2@"))
    }));
    going.signal(rustix::process::Signal::TERM);
    let out = going.finish();
    out.exits(143);
    let states: Vec<String> = site.states().into_values().collect();
    assert_eq!(states, ["queued", "queued", "queued"]);
}

/// Each goes to the server it was queued for, whatever this run's own server is.
#[test]
fn each_server_has_a_connection_of_its_own() {
    let (one, two) = (site(vec![]), site(vec![]));
    let url = two.server.url();
    for (n, flags) in [(1, vec![]), (2, vec!["--server", &url]), (3, vec![]), (4, vec!["--server", &url])] {
        one.world.file("m.eml", super::message(n));
        one.rsendmail(&["--eml", "m.eml", "-t", "--queue"]).args(flags).go().exits(0);
    }
    let out = one.queue(&["run", "--json"]).env("RSENDMAIL_URL", "smtp://127.0.0.1:1").go();
    out.exits(0);
    assert_eq!(one.delivered().into_keys().collect::<Vec<_>>(), [1, 3]);
    assert_eq!(two.delivered().into_keys().collect::<Vec<_>>(), [2, 4]);
    assert_eq!((one.server.connections(), two.server.connections()), (1, 1));
}

#[test]
fn damage_and_loss_are_said_and_the_others_go() {
    let site = site(vec![]).with(3);
    let ids = site.ids();
    let at = |name: String| site.directory().join(name);
    std::fs::write(at(format!("envelope/{}.json", ids[0])), "{}\n").unwrap();
    std::fs::remove_file(at(format!("message/{}.eml", ids[1]))).unwrap();
    let out = site.run(&[]);
    out.exits(3).says("damaged at line 1");
    assert_eq!(site.delivered().into_keys().collect::<Vec<_>>(), [3]);
    let list = site.queue(&["list", "--json"]).go();
    assert_eq!(list.events("queued_message").len(), 2, "{list:?}");
    let out = site.queue(&["check", "--json"]).go();
    out.exits(1);
    let found = &out.events("queue_check")[0];
    assert_eq!((&found["damaged"], &found["failed"]), (&1.into(), &1.into()));
}

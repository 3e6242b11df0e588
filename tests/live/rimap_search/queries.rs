//! Queries and their right answers: every key, nesting, charsets, dates across zones, order.
use super::corpus::{self, DAY, FLAGS, KEYWORD, LISTS, Mail, PEOPLE, START, SUBJECTS, WORDS};
use super::*;
use crate::fixture::dovecot::Options;
use std::collections::BTreeSet;
use std::time::SystemTime;

type Test = Box<dyn Fn(&Mail) -> bool>;

struct Query {
    args: Vec<String>,
    fits: Test,
    /// It reads every body: few of these.
    slow: bool,
}

fn q(args: &[&str], fits: impl Fn(&Mail) -> bool + 'static) -> Query {
    Query { args: args.iter().map(|a| (*a).to_string()).collect(), fits: Box::new(fits), slow: false }
}

fn has(flag: char) -> impl Fn(&Mail) -> bool {
    move |m| m.flags.contains(flag)
}

/// As a person would ask; each with the truth.
fn queries() -> Vec<Query> {
    let mut all = Vec::new();
    for (who, _) in PEOPLE {
        all.push(q(&["--from", who], move |m| m.from == who));
        all.push(q(&[&format!("from:{who} is:seen")], move |m| m.from == who && m.flags.contains('S')));
        all.push(q(&[&format!("-from:{who}"), "--smaller", "800"], move |m| m.from != who && m.size < 800));
        all.push(q(&["--imap-search", &format!("FROM \"{who}\" NOT FLAGGED")], move |m| {
            m.from == who && !m.flags.contains('F')
        }));
        all.push(q(&["--not", &format!("from:{who} OR larger:1K")], move |m| {
            m.from != who && m.size <= 1024
        }));
    }
    for q in all.iter_mut().filter(|q| q.args[0].starts_with('-') && q.args[0].contains(':')) {
        // An expression that begins with a dash goes behind the dashes.
        let expression = q.args.remove(0);
        q.args.extend(["--".into(), expression]);
    }
    for (word, _) in SUBJECTS {
        all.push(q(&["--subject", word], move |m| m.subject.starts_with(word)));
        all.push(q(&[&format!("subject:\"{word}\" to:alpha")], move |m| {
            m.subject.starts_with(word) && m.to == "alpha"
        }));
        all.push(q(&["--header", &format!("Subject:{word}"), "--cc", "gamma"], move |m| {
            m.subject.starts_with(word) && m.cc.is_some()
        }));
    }
    for (index, word) in WORDS.into_iter().enumerate() {
        all.push(Query {
            slow: true,
            ..q(&["--body", word, "--uid", "1:400"], move |m| m.body == word && m.uid <= 400)
        });
        let who = PEOPLE[index].0;
        all.push(Query {
            slow: true,
            ..q(&[&format!("text:{word} from:{who} uid:1:800")], move |m| {
                m.body == word && m.from == who && m.uid <= 800
            })
        });
    }
    for list in LISTS {
        let name = &list[1..9];
        all.push(q(&["--list-id", name], move |m| m.list == Some(list)));
        all.push(q(&[&format!("list-id:{name} is:unseen")], move |m| {
            m.list == Some(list) && !m.flags.contains('S')
        }));
    }
    all.push(q(&["--header", "List-Id:"], |m| m.list.is_some()));
    all.push(q(&["NOT header:List-Id:"], |m| m.list.is_none()));
    all.push(q(&["--header", "X-Serial:serial-17-end"], |m| m.uid == 18));
    all.push(q(&["--message-id", "<41."], |m| m.uid == 42));
    for (flag, word, no) in
        [('S', "seen", "unseen"), ('F', "flagged", "unflagged"), ('R', "answered", "unanswered")]
    {
        all.push(q(&[&format!("--{word}")], has(flag)));
        all.push(q(&[&format!("--{no}")], move |m| !has(flag)(m)));
        all.push(q(&[&format!("is:{word} uid:50:5000")], move |m| {
            has(flag)(m) && (50..=5000).contains(&m.uid)
        }));
        all.push(q(&["--imap-search", &no.to_uppercase()], move |m| !has(flag)(m)));
    }
    all.push(q(&["is:draft"], has('D')));
    all.push(q(&["is:deleted"], has('T')));
    all.push(q(&["NOT is:deleted", "--uid", "1:2000"], |m| !m.flags.contains('T') && m.uid <= 2000));
    all.push(q(&["--imap-search", "DELETED FROM ann"], |m| m.flags.contains('T') && m.from == "ann"));
    all.push(q(&["--keyword", KEYWORD], has('a')));
    all.push(q(&[&format!("NOT keyword:{KEYWORD}")], |m| !m.flags.contains('a')));
    all.push(q(&["--imap-search", &format!("UNKEYWORD {KEYWORD} SEEN")], |m| {
        !m.flags.contains('a') && m.flags.contains('S')
    }));
    all.push(q(&["--imap-search", &format!("OR KEYWORD {KEYWORD} DELETED")], |m| {
        m.flags.contains(['a', 'T'])
    }));
    all.push(q(&["--bcc", "delta"], |m| m.bcc.is_some()));
    all.push(q(&["bcc:delta from:ann"], |m| m.bcc.is_some() && m.from == "ann"));
    all.push(q(&["--imap-search", "NOT BCC delta CC gamma"], |m| m.bcc.is_none() && m.cc.is_some()));
    all.push(q(&["--imap-search", "DRAFT UNDELETED"], has('D')));
    for (left, right) in [(0, 1), (2, 5), (3, 4)] {
        let (a, b) = (FLAGS[left], FLAGS[right]);
        let flag = |f: &str| {
            if f.contains('F') {
                "flagged"
            } else if f.contains('R') {
                "answered"
            } else {
                "draft"
            }
        };
        let (fa, fb) = (flag(a), flag(b));
        let test = move |m: &Mail, f: &str| match f {
            "flagged" => m.flags.contains('F'),
            "answered" => m.flags.contains('R'),
            _ => m.flags.contains('D'),
        };
        all.push(q(&[&format!("is:{fa} OR is:{fb}")], move |m| test(m, fa) || test(m, fb)));
    }
    let first = START / DAY;
    for offset in [0, 1, 30, 31, 58, 59, 90, 119, 120] {
        let at = first + offset;
        let text = corpus::day(at);
        all.push(q(&["--since", &text], move |m| m.arrived.div_euclid(DAY) >= at));
        all.push(q(&["--before", &text], move |m| m.arrived.div_euclid(DAY) < at));
        all.push(q(&["--on", &text], move |m| m.arrived.div_euclid(DAY) == at));
        all.push(q(&["--sent-since", &text], move |m| m.sent_day.is_some_and(|d| d >= at)));
        // A message without a Date is older than any to Dovecot; the RFC does not say.
        all.push(q(&["--sent-before", &text], move |m| m.sent_day.is_none_or(|d| d < at)));
        all.push(q(&[&format!("sent-on:{text}")], move |m| m.sent_day == Some(at)));
    }
    for hour in [0, 7, 12, 23] {
        let moment = START + 40 * DAY + hour * 3600 + 1800;
        let text = format!("{}T{hour:02}:30Z", corpus::day(first + 40));
        all.push(q(&["--since", &text], move |m| m.arrived >= moment));
        all.push(q(&["--before", &text, "--from", "steve"], move |m| {
            m.arrived < moment && m.from == "steve"
        }));
        let zoned = format!("{}T{hour:02}:30:00+05:30", corpus::day(first + 40));
        all.push(q(&[&format!("since:{zoned} to:beta")], move |m| {
            m.arrived >= moment - 19_800 && m.to == "beta"
        }));
        let next = moment + 3600;
        let until =
            format!("{}T{:02}:30Z", corpus::day((next).div_euclid(DAY)), (next.rem_euclid(DAY)) / 3600);
        all.push(q(&[&format!("since:{text} before:{until}")], move |m| (moment..next).contains(&m.arrived)));
    }
    for size in [600u64, 1024, 2000, 4096] {
        all.push(q(&["--larger", &size.to_string()], move |m| m.size > size));
        all.push(q(&["--smaller", &size.to_string()], move |m| m.size < size));
    }
    all.push(q(&["--larger", "2K", "--smaller", "3K"], |m| m.size > 2048 && m.size < 3072));
    all.push(q(&["--uid", "1:10,500,9999:*"], |m| m.uid <= 10 || m.uid == 500 || m.uid >= 9999));
    all.push(q(&["--imap-search", "1:5 UID 3:9"], |m| (3..=5).contains(&m.uid)));
    all.push(q(&["--has-attachment", "--uid", "1:3000"], |m| m.attachment.is_some() && m.uid <= 3000));
    all.push(q(&["NOT has:attachment", "--from", "ci"], |m| m.attachment.is_none() && m.from == "ci"));
    all.push(q(&["file:*.pdf", "--from", "zoë"], |m| m.attachment == Some("data.pdf") && m.from == "zoë"));
    all.push(q(&["file:RÉSUMÉ.*", "--from", "ann"], |m| {
        m.attachment == Some("résumé.doc") && m.from == "ann"
    }));
    all.push(q(&["(file:*.doc OR from:steve) subject:report"], |m| {
        (m.attachment == Some("résumé.doc") || m.from == "steve") && m.subject.starts_with("report")
    }));
    all.push(q(&["--from", "steve", "--from", "李雷", "--to", "alpha", "--unseen"], |m| {
        ["steve", "李雷"].contains(&m.from) && m.to == "alpha" && !m.flags.contains('S')
    }));
    all.push(q(&["from:(steve OR jürgen) subject:(report OR 会議) -is:flagged"], |m| {
        ["steve", "jürgen"].contains(&m.from)
            && ["report", "会議"].iter().any(|s| m.subject.starts_with(s))
            && !m.flags.contains('F')
    }));
    all.push(q(
        &["(from:steve (subject:report OR subject:invoice)) OR (from:ann -is:seen since:2026-03-01)"],
        |m| {
            (m.from == "steve" && (m.subject.starts_with("report") || m.subject.starts_with("invoice")))
                || (m.from == "ann" && !m.flags.contains('S') && m.arrived >= START + 59 * DAY)
        },
    ));
    all.push(q(
        &["--imap-search", "OR (FROM steve SUBJECT report) (NOT (FROM \"ann\" SEEN) LARGER 5000)"],
        |m| {
            (m.from == "steve" && m.subject.starts_with("report"))
                || (!(m.from == "ann" && m.flags.contains('S')) && m.size > 5000)
        },
    ));
    all.push(q(&["--cc", "gamma", "--not", "to:alpha OR from:ci", "--not", "is:seen"], |m| {
        m.cc.is_some() && m.to != "alpha" && m.from != "ci" && !m.flags.contains('S')
    }));
    all.push(q(&["subject:\"no such subject\""], |_| false));
    all.push(q(&["--all"], |_| true));
    all
}

/// Ages, which are counted from now: the border is where for the longest time nothing arrived.
fn ages(mails: &[(Mail, Vec<u8>)]) -> Vec<Query> {
    let mut arrived: Vec<i64> = mails.iter().map(|(m, _)| m.arrived).collect();
    arrived.sort_unstable();
    let quiet = arrived.windows(2).max_by_key(|w| w[1] - w[0]).unwrap();
    assert!(quiet[1] - quiet[0] > 1200, "{quiet:?}");
    let border = i64::midpoint(quiet[0], quiet[1]);
    let age = i64::try_from(SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap() - border;
    let minutes = age / 60;
    let young = move |m: &Mail| m.arrived > border;
    let old = move |m: &Mail| m.arrived < border;
    vec![
        q(&[&format!("newer:{minutes}m")], young),
        q(&[&format!("older:{minutes}m from:steve")], move |m| old(m) && m.from == "steve"),
        q(&["--since", &format!("{minutes}m"), "--unseen"], move |m| young(m) && !m.flags.contains('S')),
        q(&["--before", &format!("{minutes}m"), "--larger", "2K"], move |m| old(m) && m.size > 2048),
        q(&[&format!("(newer:{minutes}m OR is:draft)")], move |m| young(m) || m.flags.contains('D')),
        q(&["--imap-search", &format!("YOUNGER {age} FLAGGED")], move |m| young(m) && m.flags.contains('F')),
        q(&["--imap-search", &format!("NOT OLDER {age}")], young),
    ]
}

fn answer(mails: &[(Mail, Vec<u8>)], query: &Query) -> Vec<u32> {
    mails.iter().filter(|(m, _)| (query.fits)(m)).map(|(m, _)| m.uid).collect()
}

fn ask(world: &World, server: &Dovecot, query: &Query, more: &[&str], want: &[u32]) {
    let args: Vec<&str> = more.iter().copied().chain(query.args.iter().map(String::as_str)).collect();
    let out = run(world, server, &args);
    let got = uids(&out);
    if got != want {
        let (got, want): (BTreeSet<u32>, BTreeSet<u32>) =
            (got.into_iter().collect(), want.iter().copied().collect());
        let missing: Vec<_> = want.difference(&got).take(5).collect();
        let extra: Vec<_> = got.difference(&want).take(5).collect();
        panic!(
            "{args:?}: {} of {}; missing {missing:?}, too many {extra:?}; {}",
            got.len(),
            want.len(),
            out.err()
        );
    }
    out.exits(i32::from(want.is_empty()));
}

#[test]
fn ten_thousand_messages_and_their_right_answers() {
    let Some(server) = Dovecot::start(&Options::default()) else { return };
    let mails = corpus::make(10_000, 0x5eed);
    corpus::fill(&server, &mails);
    let world = world(&server);
    let queries = queries();
    assert!(queries.len() >= 150, "{}", queries.len());
    for query in queries.iter().chain(&ages(&mails)) {
        ask(&world, &server, query, &[], &answer(&mails, query));
    }
    for query in &ages(&mails) {
        ask(&world, &server, query, &["--without", "WITHIN"], &answer(&mails, query));
    }
    // What nobody has seen yet is new until a session that may change something has seen it.
    let recent = |name: &str| run(&world, &server, &["--in", "Fresh", name]);
    start(&world, &server, &["append", "-", "--to", "Fresh", "--create"])
        .stdin("Subject: fresh\n\nx\n")
        .go()
        .exits(0);
    for (is, count) in [("is:recent", 1), ("is:new", 1), ("is:old", 0), ("NOT is:old", 1)] {
        assert_eq!(uids(&recent(is)).len(), count, "{is}");
    }
    run(&world, &server, &["--in", "Fresh", "--all", "--flag", "seen"]).exits(0);
    for (is, count) in [("is:recent", 0), ("is:new", 0), ("is:old", 1), ("NOT is:recent", 1)] {
        assert_eq!(uids(&recent(is)).len(), count, "{is}");
    }
    // Order: the truth is a sort by what the messages were given, ties by UID.
    let mut by_arrival: Vec<_> = mails.iter().map(|(m, _)| (m.arrived, m.uid, m.from, m.size)).collect();
    by_arrival.sort();
    let last = |who: &str, n: usize| -> Vec<u32> {
        let mine: Vec<u32> = by_arrival.iter().filter(|m| m.2 == who).map(|m| m.1).collect();
        mine[mine.len() - n..].to_vec()
    };
    for (who, _) in PEOPLE {
        for (n, more) in [(1, &[][..]), (7, &["--without", "SORT"][..]), (3, &["--without", "ESORT"][..])] {
            let count = n.to_string();
            let args = [&["--from", who, "--last", &count], more].concat();
            assert_eq!(uids(&run(&world, &server, &args)), last(who, n), "{args:?}");
        }
    }
    let mut by_size: Vec<_> = mails.iter().map(|(m, _)| (m.size, m.uid)).collect();
    by_size.sort();
    let largest: Vec<u32> = by_size[by_size.len() - 20..].iter().map(|m| m.1).collect();
    for more in [&[][..], &["--without", "ESORT"], &["--without", "SORT,ESORT"]] {
        let args = [&["--all", "--sort", "size", "--last", "20"], more].concat();
        assert_eq!(uids(&run(&world, &server, &args)), largest, "{args:?}");
    }
    let counted = run(&world, &server, &["--count", "--from", "steve"]);
    assert_eq!(counted.out().trim(), mails.iter().filter(|(m, _)| m.from == "steve").count().to_string());
    // Nothing was changed by all that looking.
    let flags =
        |f: &str| server.messages(server.user, "INBOX").iter().filter(|(n, _)| n.ends_with(f)).count();
    assert_eq!(flags(":2,"), mails.iter().filter(|(m, _)| m.flags.is_empty()).count());
}

#[test]
fn every_extension_on_and_off() {
    let mails = corpus::make(600, 0xca9);
    // What a server says decides; one that says nothing gets plain IMAP4rev1.
    for capability in [
        "IMAP4rev1",
        "IMAP4rev1 LITERAL+ ESEARCH",
        "IMAP4rev1 SASL-IR SORT WITHIN",
        "IMAP4rev1 SORT ESORT CONTEXT=SEARCH ESEARCH LIST-EXTENDED SPECIAL-USE UIDPLUS",
        "IMAP4rev1 MOVE LIST-STATUS STATUS=SIZE NAMESPACE IDLE BINARY",
        "IMAP4rev1 LITERAL- ESEARCH COMPRESS=DEFLATE UIDPLUS",
        "IMAP4rev1 CONDSTORE ENABLE UTF8=ACCEPT SORT ESORT UIDPLUS UNSELECT",
    ] {
        let (extra, compress): (_, &[&str]) = match capability.contains("COMPRESS") {
            true => (
                "mail_plugins = zlib\nprotocol imap {\n  mail_plugins = zlib imap_zlib\n}\n",
                &["--compress"],
            ),
            false => ("", &[]),
        };
        let options =
            Options { capability: Some(capability.into()), extra: extra.into(), ..Options::default() };
        let Some(server) = Dovecot::start(&options) else { return };
        corpus::fill(&server, &mails);
        let world = world(&server);
        for query in queries().iter().filter(|q| !q.slow).step_by(4).chain(&ages(&mails)) {
            ask(&world, &server, query, compress, &answer(&mails, query));
        }
        // What was searched for by its flags, and what a run remembers, with and without a count of changes.
        let drafts = mails.iter().filter(|(m, _)| m.flags.contains('D')).count();
        let new = ["is:draft", "--flag", "flagged", "--new", "--max-actions", "1000", "--json"];
        for want in [drafts, 0] {
            let out = run(&world, &server, &new);
            assert_eq!(out.exits(0).events("message").len(), want, "{capability} {out:?}");
        }
        // Moving and deleting by whatever there is.
        let (some, before) = (run(&world, &server, &["mailbox", "create", "Archive"]), mails.len());
        some.exits(0);
        let moved = run(&world, &server, &["--from", "steve", "--move-to", "Archive"]);
        let uidplus = capability.contains("UIDPLUS") || capability.contains("MOVE");
        moved.exits(if uidplus { 0 } else { 3 });
        let steve = mails.iter().filter(|(m, _)| m.from == "steve").count();
        assert_eq!(server.messages(server.user, "Archive").len(), steve);
        let left = if uidplus { before - steve } else { before };
        assert_eq!(server.messages(server.user, "INBOX").len(), left, "{capability}");
        let listed = run(&world, &server, &["mailbox", "status", "Archive", "--json"]);
        assert_eq!(listed.events("mailbox")[0]["messages"], steve, "{listed:?}");
    }
}

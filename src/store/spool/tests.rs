use super::record::{Event, Outcome, To, VERSION, Way, Wrap};
use super::*;
use crate::base::date::Time;

fn about(to: &[&str], size: usize) -> About {
    About {
        version: VERSION,
        queued: Time(1_000_000),
        expires: Time(2_000_000),
        message_id: "<1@x>".into(),
        source: None,
        size: size as u64,
        way: Way { server: "smtp://h:25".into(), ..Way::default() },
        envelope: Wrap { from: "me@x".into(), ..Wrap::default() },
        to: to.iter().map(|a| To { address: a.to_string(), notify: None }).collect(),
        error: None,
    }
}

/// A time that is further ahead than any wait, or as far back as nobody waits, was told by a wrong clock.
#[test]
fn a_clock_that_jumps_gives_a_message_its_time_anew() {
    const YEAR: i64 = 365 * 86_400;
    let tried = |at: i64, next: i64| Event::Result {
        at: Time(at),
        results: vec![Outcome { to: vec![0], state: State::Queued, next: Some(Time(next)), error: None }],
    };
    let mut record = Record::new(about(&["a@x"], 5));
    assert_eq!(
        record.term(Time(1_000_100)),
        (Time(2_000_000), Time(1_000_000)),
        "a clock that goes as it should"
    );
    assert!(record.is_due(Time(1_000_000)) && !record.is_due(Time(999_000)), "an hour's quarter is no jump");
    // Queued ahead: due all the same.
    assert!(record.is_due(Time(900_000)) && record.is_astray(Time(900_000)));
    assert_eq!(record.term(Time(900_000)), (Time(1_900_000), Time(900_000)));
    record.apply(&tried(900_000, 900_060)).unwrap();
    assert_eq!((record.expires, record.since), (Time(1_900_000), Time(900_000)));
    assert!(
        !record.is_due(Time(900_059)) && record.is_due(Time(900_060)) && !record.is_astray(Time(900_000))
    );
    // Then decades pass at once; and from there on time goes by again.
    let now = 900_000 + 50 * YEAR;
    assert_eq!(record.term(Time(now)), (Time(now + 1_000_000), Time(now)));
    record.apply(&tried(now, now + 60)).unwrap();
    assert_eq!(record.term(Time(now + 1_000_000)), (Time(now + 1_000_000), Time(now)));
    // What a user says of its time holds, however long ago it was tried.
    record.apply(&Event::Retry { to: vec![0], expires: Time(now + YEAR) }).unwrap();
    assert_eq!(record.term(Time(now + YEAR - 1)).0, Time(now + YEAR));
}

fn spool(temp: &tempfile::TempDir) -> Spool {
    Spool::create(&temp.path().join("q")).unwrap()
}

fn put(spool: &Spool, to: &[&str]) -> String {
    let mut enqueue = spool.enqueue(false).unwrap();
    enqueue.add(&about(to, 5), &mut &b"hello"[..]).unwrap();
    enqueue.commit().unwrap().remove(0)
}

fn ours(spool: &Spool, id: &str) -> Entry {
    match spool.lock(id).unwrap() {
        Locked::Ours(entry) => *entry,
        Locked::Busy => panic!("busy"),
        Locked::Gone => panic!("gone"),
    }
}

fn ended(to: &[usize], state: State) -> Outcome {
    Outcome { to: to.to_vec(), state, next: None, error: None }
}

/// The files of the queue, but for its messages and records.
fn litter(spool: &Spool) -> usize {
    let names = |dir: &Dir| dir.names().unwrap();
    let ids = spool.ids().unwrap();
    let known = |name: &OsString| ids.iter().any(|id| name.to_str().unwrap().starts_with(id));
    names(&spool.envelopes).iter().chain(&names(&spool.messages)).filter(|n| !known(n)).count()
}

#[test]
fn nothing_is_queued_before_its_batch_is() {
    let temp = tempfile::tempdir().unwrap();
    let spool = spool(&temp);
    for many in [false, true] {
        let mut enqueue = spool.enqueue(many).unwrap();
        let one = enqueue.add(&about(&["a@x"], 3), &mut &b"one"[..]).unwrap();
        let two = enqueue.add(&about(&["b@x"], 3), &mut &b"two"[..]).unwrap();
        assert!(one < two, "the order of names is the order of the queue");
        assert!(spool.ids().unwrap().is_empty());
        let error = enqueue.add(&about(&["c@x"], 99), &mut &b"three"[..]).unwrap_err();
        assert_eq!(error.message(), "the message has 5 bytes, and not the 99 it should have");
        drop(enqueue);
        assert_eq!((spool.ids().unwrap().len(), litter(&spool)), (0, 0), "what was given up is not there");
        let mut enqueue = spool.enqueue(many).unwrap();
        enqueue.add(&about(&["a@x"], 3), &mut &b"one"[..]).unwrap();
        enqueue.add(&about(&["b@x"], 3), &mut &b"two"[..]).unwrap();
        let ids = enqueue.commit().unwrap();
        assert_eq!(spool.ids().unwrap(), ids);
        assert_eq!(litter(&spool), 0);
        let mut text = String::new();
        spool.message(&ids[1]).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "two");
        for id in ids {
            ours(&spool, &id).remove().unwrap();
        }
    }
    assert_eq!((spool.ids().unwrap().len(), litter(&spool)), (0, 0));
}

#[test]
fn a_batch_that_fails_leaves_nothing() {
    let temp = tempfile::tempdir().unwrap();
    let spool = spool(&temp);
    let mut enqueue = spool.enqueue(true).unwrap();
    let one = enqueue.add(&about(&["a@x"], 3), &mut &b"one"[..]).unwrap();
    let two = enqueue.add(&about(&["b@x"], 3), &mut &b"two"[..]).unwrap();
    // Somebody has the second name already: the first is renamed, the second cannot be.
    std::fs::write(spool.path().join("envelope").join(format!("{two}.json")), "x").unwrap();
    enqueue.commit().unwrap_err();
    assert!(!spool.ids().unwrap().contains(&one));
    assert_eq!(spool.messages.names().unwrap().len(), 0);
}

#[test]
fn a_lock_is_of_one_and_ends_with_it() {
    let temp = tempfile::tempdir().unwrap();
    let spool = spool(&temp);
    let id = put(&spool, &["a@x"]);
    let held = ours(&spool, &id);
    assert!(matches!(spool.lock(&id).unwrap(), Locked::Busy));
    assert_eq!(spool.read(&id).unwrap().unwrap().state(), State::Queued);
    drop(held);
    ours(&spool, &id).remove().unwrap();
    assert!(matches!(spool.lock(&id).unwrap(), Locked::Gone));
    for odd in ["", "../../../etc", "x.json", "1k0xmjqqy8"] {
        assert!(matches!(spool.lock(odd).unwrap(), Locked::Gone));
        assert!(spool.read(odd).unwrap().is_none());
    }
}

#[test]
fn what_happened_adds_up() {
    let temp = tempfile::tempdir().unwrap();
    let spool = spool(&temp);
    let id = put(&spool, &["a@x", "b@x", "c@x", "d@x"]);
    let mut entries = vec![ours(&spool, &id)];
    let mut run = Run::new(&spool, entries.len()).unwrap();
    run.claim(&mut entries).unwrap();
    let entry = entries.remove(0);
    assert_eq!(spool.read(&id).unwrap().unwrap().state(), State::Sending, "somebody is at it");
    entry.sending(&[0, 1, 2, 3]).unwrap();
    let later = Outcome { next: Some(Time(1_500_000)), ..ended(&[3], State::Queued) };
    let results =
        vec![ended(&[0], State::Sent), ended(&[1], State::Failed), ended(&[2], State::Unknown), later];
    run.result(entry, results).unwrap();
    run.sync().unwrap();
    let record = spool.read(&id).unwrap().unwrap();
    let states: Vec<State> = record.recipients.iter().map(|r| r.state).collect();
    assert_eq!(states, [State::Sent, State::Failed, State::Unknown, State::Queued]);
    assert_eq!((record.open(), record.due(), record.attempts()), (vec![3], Some(Time(1_500_000)), 1));
    let mut entry = ours(&spool, &id);
    entry.note(&Event::Hold).unwrap();
    assert_eq!(entry.record.state(), State::Held);
    entry.note(&Event::Release).unwrap();
    entry.note(&Event::Retry { to: vec![1], expires: Time(3_000_000) }).unwrap();
    assert_eq!((entry.record.open(), entry.record.due()), (vec![1, 3], Some(Time(1_000_000))));
    drop(entry);
    let mut entries = vec![ours(&spool, &id)];
    let mut run = Run::new(&spool, entries.len()).unwrap();
    run.claim(&mut entries).unwrap();
    let entry = entries.remove(0);
    run.result(entry, vec![ended(&[1, 3], State::Sent)]).unwrap();
    run.sync().unwrap();
    assert_eq!(spool.read(&id).unwrap().unwrap().state(), State::Unknown, "what is doubtful stays");
    let mut entries = vec![ours(&spool, &id)];
    entries[0].note(&Event::Retry { to: vec![2], expires: Time(3_000_000) }).unwrap();
    let mut run = Run::new(&spool, entries.len()).unwrap();
    run.claim(&mut entries).unwrap();
    let entry = entries.remove(0);
    let after = run.result(entry, vec![ended(&[2], State::Sent)]).unwrap();
    assert_eq!((after.state(), spool.read(&id).unwrap().is_none()), (State::Sent, true), "until it is sent");
}

#[test]
fn what_is_sent_to_all_is_gone() {
    let temp = tempfile::tempdir().unwrap();
    let spool = spool(&temp);
    let ids: Vec<String> = (0..7).map(|_| put(&spool, &["a@x"])).collect();
    let mut entries: Vec<Entry> = ids.iter().map(|id| ours(&spool, id)).collect();
    let mut run = Run::new(&spool, entries.len()).unwrap();
    run.claim(&mut entries).unwrap();
    for entry in entries {
        entry.sending(&[0]).unwrap();
        run.result(entry, vec![ended(&[0], State::Sent)]).unwrap();
    }
    run.sync().unwrap();
    assert_eq!((spool.ids().unwrap().len(), litter(&spool)), (0, 0));
}

/// A run may end at any instant: what the next one makes of it depends on the mark, and on whether the system is the same.
#[test]
fn a_claim_of_the_dead_is_settled() {
    let temp = tempfile::tempdir().unwrap();
    let spool = spool(&temp);
    let boots = |then: Option<&str>, now: Option<&str>, marked: bool| {
        let id = put(&spool, &["a@x", "b@x"]);
        let path = spool.path().join("envelope").join(format!("{id}.json"));
        let mut text = std::fs::read_to_string(&path).unwrap();
        let claim = Event::Claim { at: Time(1_100_000), boot: then.map(String::from) };
        text += &(crate::base::record::to_line(&claim) + "\n");
        if marked {
            text += &(crate::base::record::to_line(&Event::Sending { to: vec![1] }) + "\n");
        }
        std::fs::write(&path, text).unwrap();
        let spool = Spool { boot: now.map(Arc::from), ..spool.clone() };
        let seen = spool.read(&id).unwrap().unwrap();
        let entry = ours(&spool, &id);
        let states = |r: &Record| r.recipients.iter().map(|r| r.state).collect::<Vec<_>>();
        assert_eq!(states(&entry.record), states(&seen), "a look shows what the next run will see");
        drop(entry);
        let again = spool.read(&id).unwrap().unwrap();
        assert!(!again.is_claimed() && states(&again) == states(&seen));
        states(&again)
    };
    use State::{Queued, Unknown};
    assert_eq!(boots(Some("b"), Some("b"), false), [Queued, Queued]);
    assert_eq!(boots(Some("b"), Some("b"), true), [Queued, Unknown]);
    assert_eq!(boots(Some("b"), Some("c"), false), [Unknown, Unknown], "the mark may be lost");
    assert_eq!(boots(Some("b"), Some("c"), true), [Unknown, Unknown]);
    assert_eq!(boots(None, None, false), [Queued, Queued], "each mark is synced");
    assert_eq!(boots(None, Some("c"), true), [Queued, Unknown]);
}

#[test]
fn a_claim_that_came_to_nothing_is_taken_back_but_not_behind_the_mark() {
    let temp = tempfile::tempdir().unwrap();
    let spool = spool(&temp);
    for (marked, state) in [(false, State::Queued), (true, State::Unknown)] {
        let id = put(&spool, &["a@x"]);
        let mut entries = vec![ours(&spool, &id)];
        Run::new(&spool, 1).unwrap().claim(&mut entries).unwrap();
        if marked {
            entries[0].sending(&[0]).unwrap();
        }
        drop(entries);
        assert_eq!(spool.read(&id).unwrap().unwrap().state(), state);
    }
}

/// Cut the record at every byte: whole lines count, and it can be written to again.
#[test]
fn a_torn_line_does_not_count() {
    let temp = tempfile::tempdir().unwrap();
    let spool = spool(&temp);
    let id = put(&spool, &["a@x"]);
    let path = spool.path().join("envelope").join(format!("{id}.json"));
    let first = std::fs::read(&path).unwrap().len();
    let mut entry = ours(&spool, &id);
    entry.note(&Event::Hold).unwrap();
    entry.note(&Event::Release).unwrap();
    drop(entry);
    let text = std::fs::read(&path).unwrap();
    let hold_ends = first + text[first..].iter().position(|b| *b == b'\n').unwrap() + 1;
    for cut in 0..=text.len() {
        for tail in [&b""[..], b"\0\0\0"] {
            std::fs::write(&path, [&text[..cut], tail].concat()).unwrap();
            if cut < first {
                assert_eq!(spool.read(&id).unwrap_err().kind(), Kind::Config, "cut at {cut}");
                continue;
            }
            let held = (hold_ends..text.len()).contains(&cut);
            assert_eq!(spool.read(&id).unwrap().unwrap().held, held, "cut at {cut}");
            let mut entry = ours(&spool, &id);
            entry.note(&Event::Hold).unwrap();
            drop(entry);
            assert!(spool.read(&id).unwrap().unwrap().held);
        }
    }
}

#[test]
fn damage_is_said_and_never_read_as_something_else() {
    let temp = tempfile::tempdir().unwrap();
    let spool = spool(&temp);
    let id = put(&spool, &["a@x"]);
    let path = spool.path().join("envelope").join(format!("{id}.json"));
    let good = std::fs::read_to_string(&path).unwrap();
    for bad in [
        "{}\n".to_string(),
        good.replace("\"version\":1", "\"version\":9"),
        format!("{good}nonsense\n{{\"event\":\"hold\"}}\n"),
        format!("{good}{{\"event\":\"sending\",\"to\":[0]}}\n"),
        format!("{good}{{\"event\":\"claim\",\"at\":\"yesterday\"}}\n"),
        format!("{good}{{\"event\":\"retry\",\"to\":[7],\"expires\":\"2026-11-23T00:00:00Z\"}}\n"),
        format!("{good}{{\"event\":\"hold\"}}\0\n{{\"event\":\"hold\"}}\n"),
        String::new(),
    ] {
        std::fs::write(&path, &bad).unwrap();
        let error = spool.read(&id).unwrap_err();
        assert_eq!(error.kind(), Kind::Config, "{bad}");
        assert!(error.message().starts_with(&format!("the record of {id}: damaged at line ")), "{error}");
        assert!(spool.lock(&id).is_err());
    }
    assert_eq!(spool.ids().unwrap(), [id]);
}

#[test]
fn litter_of_yesterday_is_swept_away() {
    let temp = tempfile::tempdir().unwrap();
    let spool = spool(&temp);
    let id = put(&spool, &["a@x"]);
    let names = ["envelope/.1k0xmjqqy86.new", "message/1k0xmjqqy86.eml", "message/own.txt"];
    for name in names {
        std::fs::write(spool.path().join(name), "x").unwrap();
    }
    spool.sweep().unwrap();
    assert!(names.iter().all(|name| spool.path().join(name).exists()), "of today it is somebody's work");
    let old = SystemTime::now() - FORGOTTEN - Duration::from_secs(5);
    for name in names.into_iter().map(String::from).chain([format!("message/{id}.eml")]) {
        File::options().write(true).open(spool.path().join(name)).unwrap().set_modified(old).unwrap();
    }
    spool.sweep().unwrap();
    let left: Vec<bool> = names.iter().map(|name| spool.path().join(name).exists()).collect();
    assert_eq!(left, [false, false, true]);
    assert_eq!(spool.ids().unwrap(), std::slice::from_ref(&id));
    spool.message(&id).unwrap();
}

#[test]
fn a_directory_that_others_can_write_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let temp = tempfile::tempdir().unwrap();
    let at = temp.path().join("q");
    assert!(Spool::open(&at).unwrap().is_none());
    drop(Spool::create(&at).unwrap());
    assert!(Spool::open(&at).unwrap().is_some());
    for name in ["q", "q/envelope", "q/message"] {
        let mode = std::fs::metadata(temp.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{name}");
    }
    std::fs::set_permissions(&at, std::fs::Permissions::from_mode(0o770)).unwrap();
    assert_eq!(Spool::open(&at).unwrap_err().kind(), Kind::Config);
    assert_eq!(Spool::create(&at).unwrap_err().kind(), Kind::Config);
}

#[test]
fn names_tell_the_time() {
    let (a, b) = (id(1_700_000_000_000_000), id(1_700_000_000_000_001));
    assert!(a < b && is_id(&a) && is_id(&b));
    assert!(!is_id("1k0xmjqqy8i") && !is_id("1K0XMJQQY86") && !is_id(".k0xmjqqy86"));
}

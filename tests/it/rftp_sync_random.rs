//! `rftp sync` with random trees: whatever fails on the way, and wherever it is killed, the next runs make both sides the same, and
//! nothing on the way is half a file or gone that should not be.
//!
//! The same cases every time; others with `WIREPOST_SEED=n`, and under `WIREPOST_FULL` many more, from a seed of their own too, which
//! is printed.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::process::{Pid, Signal, kill_process};

use crate::rftp_sync::{age, deeds, server, sync, tree, url, world};
use crate::sandbox::ftp::{Options, Server};
use crate::sandbox::script::{Action, End, Fault, Rule, call, on, reply};
use crate::sandbox::tls::Tls;
use crate::support::{Output, World};

type Files = BTreeMap<String, Option<Vec<u8>>>;

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap()
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

/// Seeds, and how many rounds of each.
fn seeds(few: usize, many: usize) -> Vec<(u64, usize)> {
    let given = std::env::var("WIREPOST_SEED").ok().and_then(|text| text.parse().ok());
    let mut seeds = vec![(given.unwrap_or(0x9e37_79b9), few)];
    if std::env::var_os("WIREPOST_FULL").is_some() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        seeds = vec![(seeds[0].0, many), (u64::from(now.subsec_nanos()) << 16 | 1, many)];
    }
    seeds
}

/// Every round has a generator of its own, so that it can be had again alone.
fn each_round(few: usize, many: usize, test: impl Fn(&mut Random, &str)) {
    for (seed, rounds) in seeds(few, many) {
        for round in 0..rounds {
            let mut random =
                Random((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17) ^ (round as u64 + 1));
            for _ in 0..9 {
                random.below(2);
            }
            test(&mut random, &format!("WIREPOST_SEED={seed}, round {round}"));
        }
    }
}

/// Some files more, or others.
fn fill(top: &Path, random: &mut Random) {
    std::fs::create_dir_all(top).unwrap();
    for _ in 0..4 + random.below(14) {
        let path = top.join(random.of(&["", "a", "b/c", "b"])).join(format!("f{}", random.below(12)));
        if std::fs::create_dir_all(path.parent().unwrap()).is_ok() && !path.is_dir() {
            std::fs::write(&path, vec![b'0' + random.below(10) as u8; random.below(9000)]).unwrap();
            age(&path, 100 + random.below(1000) as u64);
        }
    }
}

/// Some go, with their directories or without; some change; some become directories, and the other way round.
fn change(top: &Path, random: &mut Random) {
    change_some(top, random, 12);
}

/// See [`change`]; so many things can happen to a name.
fn change_some(top: &Path, random: &mut Random, what: usize) {
    for name in tree(top).keys() {
        let path = top.join(name);
        match random.below(what) {
            0..3 => drop(std::fs::remove_file(&path)),
            3 if path.is_dir() => std::fs::remove_dir_all(&path).unwrap(),
            4 if std::fs::remove_file(&path).is_ok() => {
                std::fs::create_dir(&path).unwrap();
                std::fs::write(path.join("below"), name).unwrap();
            }
            5 if path.is_dir() => {
                std::fs::remove_dir_all(&path).unwrap();
                std::fs::write(&path, name).unwrap();
            }
            _ => {}
        }
    }
    fill(top, random);
}

fn without_states(mut tree: Files) -> Files {
    tree.retain(|name, _| !name.starts_with(".rftp-state"));
    tree
}

fn without_temporaries(mut tree: Files) -> Files {
    tree.retain(|name, _| !name.contains(".rftp-") && !name.contains(".part-"));
    tree
}

/// Whatever happened: every file is what it was or what it is to be, and none is gone that both have.
fn old_or_new(now: &Files, was: &Files, source: &Files, shown: &str) {
    for (name, content) in now {
        assert!(
            content.is_none() || was.get(name) == Some(content) || source.get(name) == Some(content),
            "{shown}: {name} is neither"
        );
    }
    for name in source
        .keys()
        .filter(|name| was.contains_key(*name) && was[*name].is_some() == source[*name].is_some())
    {
        assert!(now.contains_key(name), "{shown}: {name} is gone");
    }
}

/// Again while a fault may be in the way.
fn until_done(run: impl Fn() -> Output) -> Output {
    let mut runs = (0..8).map(|_| run());
    let first = runs.next().unwrap();
    if first.code == 0 { first } else { runs.find(|out| out.code == 0).unwrap_or(first) }
}

/// Run until it says that all is done, then both are the same, and once more, which does nothing.
#[test]
fn whatever_happens_in_between_both_are_the_same_in_the_end() {
    const EVENTS: [&str; 15] = [
        "STOR", "RETR", "MLSD", "RNTO", "EPSV", "SIZE", "MKD", "DELE", "MLST", "MDTM", "CWD", "RNFR", "RMD",
        "MFMT", "PASS",
    ];
    each_round(14, 200, |random, shown| {
        let (mut rules, mut times) = (Vec::<Rule>::new(), true);
        for _ in 0..random.below(6) {
            let action = match random.below(5) {
                0 => Action::End(End::Reset),
                1 => Action::Swallow(End::Close),
                2 => reply("421 Bye\r\n"),
                3 => Fault::CutAfter(random.below(3000) as u64, End::Close).into(),
                _ => reply("451 Try again\r\n"),
            };
            let event = random.of(&EVENTS);
            times &= event != "MFMT";
            rules.push(on(event).nth(1 + random.below(9)).then(action));
        }
        let variant: &[&str] = random.of(&[
            &[][..],
            &["--state"],
            &["--state", "--delay-updates"],
            &["--delay-updates"],
            &["--checksum"],
        ]);
        let has_state = variant.contains(&"--state");
        let tls = if random.one_in(4) { Tls::Explicit } else { Tls::Off };
        let shown = format!("{shown}: {variant:?}, {tls:?}, {rules:?}");
        let (world, server) = (world(), Server::start(Options { rules, tls, ..Options::default() }));
        let (here, there) = (world.path("here"), server.root().join("there"));
        fill(&here, random);
        if has_state {
            std::fs::create_dir_all(&there).unwrap();
        } else {
            fill(&there, random);
        }
        let up = has_state || random.one_in(2);
        let (sides, source, target) =
            if up { (["here", "@there"], &here, &there) } else { (["@there", "here"], &there, &here) };
        let tls: &[&str] = if tls == Tls::Off { &[] } else { &["--tls", "required"] };
        let ca = server.ca_pem_path().to_str().unwrap().to_string();
        let flags = ["--delete", "--max-delete", "100%", "--ca-file", &ca, random.of(&["-j1", "-j3"])];
        let args = [&sides[..], &flags, variant, tls].concat();
        for phase in 0..if has_state { 2 } else { 1 } {
            let (was, wanted) = (tree(target), tree(source));
            for runs in 0.. {
                let out = sync(&world, &server, &args);
                let now = without_temporaries(without_states(tree(target)));
                if out.code == 0 {
                    assert_eq!(now, wanted, "{shown}, phase {phase}: {out:?}");
                    break;
                }
                old_or_new(&now, &was, &wanted, &shown);
                assert!(runs < 8, "{shown}: {out:?}");
            }
            if !times {
                // A file that did not get its time is whole, and is sent once more.
                sync(&world, &server, &args);
            }
            let again = until_done(|| sync(&world, &server, &args));
            assert!(deeds(again.exits(0), "ok").is_empty(), "{shown}: {again:?}");
            if phase == 0 && has_state {
                change(&here, random);
            }
        }
        let verify = ["verify", "here", &url(&server, "there"), "--json", "--retries", "5", "--ca-file", &ca];
        let verify = || world.run("rftp", verify.iter().chain(tls)).env("RFTP_PASSWORD", "secret").go();
        let verified = until_done(verify);
        // What is not there is no mistake, but nothing that could be compared.
        assert!(verified.code == 0 || tree(&here).values().all(Option::is_none), "{shown}: {verified:?}");
    });
}

/// Kills a process: at the n-th event of a kind, or, `later`, at the next one of any after it: then that one was carried out, and the
/// answer to it heard or not.
fn killer(pid: &Arc<Mutex<Option<Pid>>>, events: &[&str], event: &str, nth: usize, later: bool) -> Vec<Rule> {
    let pid = pid.clone();
    let kill = move || {
        let _ = pid.lock().unwrap().map(|pid| kill_process(pid, Signal::KILL));
    };
    if !later {
        return vec![on(event).nth(nth).then(call(kill))];
    }
    let armed = Arc::new(AtomicBool::new(false));
    let mut rules = Vec::new();
    for event in events {
        let (armed, kill) = (armed.clone(), kill.clone());
        rules.push(on(event).then(call(move || {
            if armed.load(Ordering::SeqCst) {
                kill();
            }
        })));
    }
    // Behind them, so that its own event is none after it.
    rules.push(on(event).nth(nth).then(call(move || armed.store(true, Ordering::SeqCst))));
    rules
}

fn journal(world: &World) -> Option<PathBuf> {
    let dir = std::fs::read_dir(world.outer("state/wirepost/rftp")).ok()?;
    dir.flatten().map(|e| e.path()).find(|p| p.extension().is_some_and(|e| e == "journal"))
}

/// Gives all temporaries below the age at which they are anybody's to remove.
/// What killed runs left becomes older than a day; here, where nobody can set when a file was changed, it goes.
fn age_temporaries(top: &Path, is_there: bool) {
    for name in tree(top).keys().filter(|n| n.contains(".rftp-") || n.contains(".part-")) {
        let path = top.join(name);
        if path.is_file() && !name.contains(".rftp-state") || name.contains(".rftp-state.rftp-") {
            match is_there {
                true => age(&path, 3 * 86_400),
                false => std::fs::remove_file(&path).unwrap(),
            }
        }
    }
}

#[test]
fn killed_at_random_points_the_next_run_makes_the_same_tree() {
    const UP: [&str; 10] = ["STOR", "RNFR", "RNTO", "MKD", "DELE", "RMD", "MFMT", "SIZE", "MLST", "EPSV"];
    const DOWN: [&str; 3] = ["RETR", "EPSV", "MLSD"];
    let strace = Path::new("/usr/bin/strace");
    let traces = strace.exists() && world().run_path(strace, ["-o", "/dev/null", "/bin/true"]).go().code == 0;
    let killed = Mutex::new((0, 0));
    each_round(36, 400, |random, shown| {
        let variant: &[&str] = random.of(&[
            &["--state"][..],
            &["--state"],
            &["--state", "--delay-updates"],
            &["--delay-updates"],
            &[],
            &["--down"],
            &["--down", "--delay-updates"],
        ]);
        let (has_state, up) = (variant.contains(&"--state"), !variant.contains(&"--down"));
        let variant: Vec<&str> = variant.iter().copied().filter(|v| *v != "--down").collect();
        let pid = Arc::new(Mutex::new(None));
        let events = if up { &UP[..] } else { &DOWN };
        let (event, nth, later) = (random.of(events), 1 + random.below(8), random.one_in(2));
        let mut rules = killer(&pid, events, event, nth, later);
        if !later && random.one_in(2) {
            rules.push(on(event).nth(nth).then(End::Reset));
        }
        let by_journal = has_state && traces && random.one_in(4);
        let world = world();
        let server = server(Vec::new());
        let (here, there) = (world.path("here"), server.root().join("there"));
        let (source, target) = if up { (&here, &there) } else { (&there, &here) };
        fill(source, random);
        let sides = if up { ["here", "@there"] } else { ["@there", "here"] };
        let flags = ["--delete", "--max-delete", "100%", random.of(&["-j1", "-j3"])];
        let args = [&sides[..], &flags, &variant].concat();
        if !random.one_in(4) {
            sync(&world, &server, &args).exits(0);
            if !up || !has_state {
                fill(target, random);
            }
            change(source, random);
        }
        let as_it_was = tree(target);
        let wanted = tree(source);
        let shown =
            format!("{shown}: {args:?}, {event} {nth}, later: {later}, {rules:?}, journal: {by_journal}");
        server.obey(if by_journal { Vec::new() } else { rules });
        let given: Vec<String> = std::iter::once("sync".to_string())
            .chain(args.iter().map(|a| a.strip_prefix('@').map_or((*a).to_string(), |p| url(&server, p))))
            .collect();
        let out = if let Some(journal) = journal(&world).filter(|_| by_journal) {
            let inject = format!("inject=write,rename:signal=SIGKILL:when={}", 1 + random.below(12));
            let journal = journal.to_str().unwrap().to_string();
            let new = journal.replace(".journal", ".new");
            let trace = ["-f", "-qq", "-o", "/dev/null", "-P", &journal, "-P", &new];
            let trace = trace.map(String::from).into_iter();
            let program = crate::support::program("rftp").to_str().unwrap().to_string();
            let traced =
                trace.chain(["-e".into(), "trace=write,rename".into(), "-e".into(), inject, program]);
            world.run_path(strace, traced.chain(given)).env("RFTP_PASSWORD", "secret").go()
        } else {
            let mut held = pid.lock().unwrap();
            let going = world.run("rftp", given).env("RFTP_PASSWORD", "secret").start();
            *held = Some(going.pid());
            drop(held);
            going.finish()
        };
        *pid.lock().unwrap() = None;
        assert!(out.code == 137 || out.code == 0, "{shown}: {out:?}");
        {
            let mut killed = killed.lock().unwrap();
            killed.0 += u32::from(out.code == 137);
            killed.1 += 1;
        }
        assert!(server.wait_idle(Duration::from_secs(10)));
        server.obey(Vec::new());
        let now = without_temporaries(without_states(tree(target)));
        let was = without_temporaries(without_states(as_it_was));
        old_or_new(&now, &was, &wanted, &shown);
        // What was changed meanwhile is brought back, or something else is.
        match random.below(3) {
            0 => change(source, random),
            1 if has_state => {
                let before = was.iter().filter_map(|(name, content)| Some((name, content.as_ref()?)));
                for (name, content) in before {
                    let path = source.join(name);
                    if !path.exists() && std::fs::create_dir_all(path.parent().unwrap()).is_ok()
                        || path.is_file()
                    {
                        std::fs::write(path, content).unwrap();
                    }
                }
            }
            _ => {}
        }
        let wanted = tree(source);
        age_temporaries(target, up);
        let again = sync(&world, &server, &args);
        assert_eq!(again.code, 0, "{shown}: {again:?}");
        if has_state {
            // It is not listed: whoever wants to be rid of what lies there says so.
            let clean = ["clean", "-r", &url(&server, "there")];
            world.run("rftp", clean).env("RFTP_PASSWORD", "secret").go().exits(0);
            sync(&world, &server, &args).exits(0);
        }
        assert_eq!(without_states(tree(target)), wanted, "{shown}: {again:?}");
        let last = sync(&world, &server, &args);
        assert!(deeds(last.exits(0), "ok").is_empty(), "{shown}: {last:?}");
    });
    let (killed, all) = *killed.lock().unwrap();
    assert!(killed * 3 > all, "{killed} of {all} were killed");
}

/// Parts of the work by several at the same time, as in a CI matrix: none fails for what another did, and together they are one run.
#[test]
fn shards_at_the_same_time_are_one_run() {
    each_round(4, 60, |random, shown| {
        // Slow enough to meet.
        let rules = ["DELE", "MKD", "RMD", "MLSD"].map(|event| {
            on(event)
                .from(1 + random.below(3))
                .then(Action::Wait(Duration::from_millis(random.below(15) as u64)))
        });
        let (world, server) = (world(), server(rules.into()));
        let state: &[&str] = if random.one_in(2) { &["--state"] } else { &[] };
        let here = world.path("here");
        let shards = 2 + random.below(2);
        for phase in 0..3 {
            // A shard's state does not know the files of the others: what is in the way of its directories, it cannot clear.
            change_some(&here, random, if state.is_empty() { 12 } else { 4 });
            // More than once: who removes a directory may come before those who empty it.
            for runs in 0.. {
                let going: Vec<_> = (1..=shards)
                    .map(|n| {
                        let shard = format!("{n}/{shards}");
                        let flags =
                            ["sync", "--json", "here", &url(&server, "there"), "--shard", &shard, "-j2"];
                        let more = ["--delete", "--max-delete", "100%"];
                        world
                            .run("rftp", flags.iter().chain(&more).chain(state))
                            .env("RFTP_PASSWORD", "secret")
                            .start()
                    })
                    .collect();
                for going in going {
                    let out = going.finish();
                    assert_eq!(out.code, 0, "{shown}, {state:?}, phase {phase}: {out:?}");
                }
                let together = without_states(tree(&server.root().join("there")));
                if together == tree(&here) {
                    break;
                }
                assert!(runs < 4, "{shown}, {state:?}, phase {phase}: {together:?}, {:?}", tree(&here));
            }
        }
    });
}

#[test]
fn a_file_in_a_directorys_way_is_cleared_by_two_at_once() {
    // The second one's DELE comes when the first one's directory is there and used.
    let (made, is_made) = mpsc::channel();
    let is_made = Mutex::new(is_made);
    let wait = move || {
        let _ = is_made.lock().unwrap().recv_timeout(Duration::from_secs(10));
    };
    let tell = move || {
        let _ = made.send(());
    };
    let rules = vec![on("STOR").nth(1).then(call(tell)), on("DELE").nth(2).then(call(wait))];
    let (world, server) = (world(), server(rules));
    for i in 0..6 {
        world.file(format!("here/d/{i}"), "x");
    }
    std::fs::create_dir(server.root().join("there")).unwrap();
    std::fs::write(server.root().join("there/d"), "a file").unwrap();
    let target = url(&server, "there");
    let going = ["1/2", "2/2"].map(|shard| {
        let args = ["sync", "--json", "here", &target, "--delete", "--shard", shard];
        world.run("rftp", args).env("RFTP_PASSWORD", "secret").start()
    });
    for going in going {
        going.finish().exits(0);
    }
    assert_eq!(tree(&server.root().join("there")), tree(&world.path("here")));
}

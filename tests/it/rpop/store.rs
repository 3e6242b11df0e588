//! What has to hold of a store before the server's copy may go.

use super::*;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

/// Another program holds the fcntl lock, and puts a new file in the place of the mbox before it lets go.
#[test]
fn an_mbox_that_is_replaced_while_its_lock_is_waited_for_is_opened_anew() {
    let site = site(vec![]).with(3);
    let script = "import fcntl, os, sys\n\
        box = open('box', 'w')\n\
        fcntl.lockf(box, fcntl.LOCK_EX)\n\
        print('locked', flush=True)\n\
        sys.stdin.readline()\n\
        open('new', 'w').close()\n\
        os.rename('new', 'box')\n";
    let mut other = Command::new("python3")
        .args(["-c", script])
        .current_dir(site.world.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    BufReader::new(other.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    let run = site.rpop(&["fetch", "--mbox", "box", "--delete"]).start();
    // The dotlock is the first of the two locks: from then on the other is waited for.
    while !site.world.path("box.lock").exists() {
        std::thread::yield_now();
    }
    other.stdin.take().unwrap().write_all(b"\n").unwrap();
    other.wait().unwrap();
    run.finish().exits(0);
    let text = std::fs::read_to_string(site.world.path("box")).unwrap();
    assert_eq!(text.matches("From MAILER-DAEMON").count(), 3);
    assert!(site.server.store.messages("INBOX").is_empty());
}

/// Each name on the way to a message is made, and the directory it stands in is synced after that and before DELE.
#[test]
fn every_entry_that_leads_to_a_message_is_durable_before_it_is_deleted() {
    let maildir =
        ["a", "a/b", "a/b/m", "a/b/m/tmp", "a/b/m/new", "a/b/m/cur", "a/b/m/.Lists.x", "a/b/m/.Lists.x/cur"];
    for (store, entries) in [
        (["--maildir", "a/b/m"], &maildir[..]),
        (["--dir", "a/b/d"], &["a", "a/b", "a/b/d", "a/b/d/Lists", "a/b/d/Lists/x"]),
        (["--mbox", "a/b/m"], &["a", "a/b", "a/b/m", "a/b/Lists", "a/b/Lists/x"]),
    ] {
        let site = site(vec![]).with(2);
        let rules = site.world.file("rules", "subject 1 -> folder Lists/x\n").display().to_string();
        let rpop = crate::support::program("rpop").display().to_string();
        let calls = "trace=mkdir,mkdirat,openat,fsync,sendto";
        let run = site
            .world
            .run_path(Path::new("/usr/bin/strace"), ["-f", "-y", "-s", "99", "-o", "trace", "-e", calls]);
        let run = run.args(["--", &rpop, "fetch", "--delete", "--rules", &rules]).args(store);
        let run = run.env("RPOP_URL", site.server.url()).env("RPOP_PASSWORD", "secret-of-the-user");
        run.go().exits(0);
        let trace = std::fs::read_to_string(site.world.path("trace")).unwrap();
        let (before, _) = trace.split_once("DELE 1").unwrap();
        let lines: Vec<&str> = before.lines().filter(|l| !l.contains(" = -1 ")).collect();
        let work = std::fs::canonicalize(site.world.path("")).unwrap();
        for entry in entries {
            let (path, whole) = (work.join(entry), format!("\"{entry}\""));
            let dir = path.parent().unwrap().display();
            // By its path, or by its name in the open directory.
            let (inside, name) =
                (format!("<{dir}>, "), format!("\"{}\"", path.file_name().unwrap().display()));
            let is = |l: &str| l.contains(&whole) || (l.contains(&inside) && l.contains(&name));
            let made = lines.iter().position(|l| (l.contains(" mkdir") || l.contains("O_CREAT")) && is(l));
            let made = made.unwrap_or_else(|| panic!("{entry} is not made: {trace}"));
            let fsync = format!("<{dir}>)");
            let synced = lines[made..].iter().any(|l| l.contains(" fsync(") && l.contains(&fsync));
            assert!(synced, "{entry} is not durable before DELE: {trace}");
        }
    }
}

#[test]
fn two_accounts_whose_names_are_alike_do_not_share_what_is_staged() {
    let site = site(vec![]).with(1);
    for user in ["a.b@c", "a-b@c"] {
        site.server.store.add_account(user, "secret-of-the-user");
        site.rpop(&["fetch", "-u", user, "--mbox", "box"]).go().exits(0);
    }
    let stage = |name: &str| site.world.outer("state/wirepost/rpop").join(name);
    // What a killed run left of one is not the other's to empty.
    let mut staged = Vec::new();
    for entry in std::fs::read_dir(stage("")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "jsonl") {
            staged.push(format!("{}.stage", path.file_name().unwrap().to_string_lossy()));
        }
    }
    assert_eq!(staged.len(), 2);
    staged.iter().for_each(|name| std::fs::write(stage(name), "left").unwrap());
    site.rpop(&["fetch", "-u", "a.b@c", "--mbox", "box"]).go().exits(0);
    assert_eq!(staged.iter().filter(|name| stage(name).exists()).count(), 1, "each run takes its own");
}

/// Files that are held open until their batch is durable must leave room for what is open besides, whoever opened it.
#[test]
fn descriptors_that_were_inherited_do_not_stop_a_delivery() {
    let site = site(vec![]).with(150);
    let script = "ulimit -n 256; for n in $(seq 200); do exec {fd}</dev/null; done; exec \"$0\" \"$@\"";
    let program = crate::support::program("rpop").display().to_string();
    let args = ["-c", script, &program, "fetch", "--maildir", "Mail"];
    let run = site.world.run_path(Path::new("/bin/bash"), args);
    let run = run.env("RPOP_URL", site.server.url()).env("RPOP_PASSWORD", "secret-of-the-user");
    run.go().exits(0);
    assert_eq!(site.subjects("Mail"), numbers(1..=150));
    assert!(files(&site.world.path("Mail/tmp")).is_empty());
}

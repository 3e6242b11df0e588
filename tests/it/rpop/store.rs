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

/// Of each directory that got a new entry, the last such entry stands before its last sync, and that before DELE.
#[test]
fn every_entry_that_leads_to_a_message_is_durable_before_it_is_deleted() {
    for store in [["--maildir", "a/b/store"], ["--dir", "a/b/store"], ["--mbox", "a/b/store"]] {
        let site = site(vec![]).with(2);
        let rules = site.world.file("rules", "subject 1 -> folder Lists/first\n").display().to_string();
        let rpop = crate::support::program("rpop").display().to_string();
        let strace =
            ["-f", "-y", "-s", "99", "-o", "trace", "-e", "trace=mkdir,mkdirat,openat,fsync,sendto", "--"];
        let run = site.world.run_path(Path::new("/usr/bin/strace"), strace);
        let run = run.args([&rpop, "fetch", "--delete", "--rules", &rules]).args(store);
        let run = run.env("RPOP_URL", site.server.url()).env("RPOP_PASSWORD", "secret-of-the-user");
        run.go().exits(0);
        let trace = std::fs::read_to_string(site.world.path("trace")).unwrap();
        let deleted = trace.lines().position(|l| l.contains("DELE 1")).unwrap();
        let lines: Vec<&str> = trace.lines().take(deleted).collect();
        let work = site.world.path("");
        let work = std::fs::canonicalize(work).unwrap();
        let synced = |dir: &Path, from: usize| {
            let fsync = format!("<{}>)", dir.display());
            lines[from..].iter().any(|l| l.contains(" fsync(") && l.contains(&fsync))
        };
        let mut entries = vec![work.join("a"), work.join("a/b")];
        entries.extend(
            match store[0] {
                "--mbox" => vec!["store", "Lists", "Lists/first"],
                "--dir" => vec!["store", "store/Lists", "store/Lists/first"],
                _ => vec![
                    "store",
                    "store/tmp",
                    "store/new",
                    "store/cur",
                    "store/.Lists.first",
                    "store/.Lists.first/cur",
                ],
            }
            .into_iter()
            .map(|name| work.join("a/b").join(name)),
        );
        for entry in entries {
            let name = format!("\"{}\"", entry.file_name().unwrap().to_string_lossy());
            let path = entry.strip_prefix(&work).unwrap().display().to_string();
            let made = |l: &&str| {
                let makes = l.contains(" mkdir") || l.contains("O_CREAT");
                makes
                    && l.contains(" = ")
                    && !l.contains(" = -1")
                    && (l.contains(&format!("\"{path}\""))
                        || (l.contains(&name)
                            && l.contains(&format!("<{}>", entry.parent().unwrap().display()))))
            };
            let at =
                lines.iter().position(|l| made(&l)).unwrap_or_else(|| panic!("{path} is not made: {trace}"));
            assert!(
                synced(entry.parent().unwrap(), at),
                "{store:?}: {path} is not durable before DELE: {trace}"
            );
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

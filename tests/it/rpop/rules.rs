//! The rules file: on what is fetched, and on what is there.

use super::{Site, files, message, site, site_with};
use crate::sandbox::pop3;

const RULES: &str = "
# sorting
subject one                     -> folder Lists/first
header X-Kind spam              -> delete
larger 4K                       -> skip
subject ticket and not from bob -> command cat > ticket
all                             -> keep
";

fn mail(site: &Site) {
    for (subject, extra) in
        [("one", ""), ("two", "X-Kind: Spam\r\n"), ("three", ""), ("ticket 4", ""), ("five", "")]
    {
        let padding = if subject == "three" { "x".repeat(5000) } else { "short".to_owned() };
        site.server.store.add(format!("Subject: {subject}\r\nFrom: alice@x.org\r\n{extra}\r\n{padding}\r\n"));
    }
}

#[test]
fn the_first_rule_that_fits_decides() {
    let site = site(vec![]);
    mail(&site);
    let rules = site.world.file("rules", RULES).display().to_string();
    let out = site.fetch(&["--rules", &rules]);
    let events = out.exits(0).events("message");
    let ends: Vec<_> = events
        .iter()
        .map(|e| (e["number"].as_u64().unwrap(), e["outcome"].as_str().unwrap(), e["rule"].as_u64().unwrap()))
        .collect();
    let mut ends = ends;
    ends.sort_unstable();
    assert_eq!(ends, [(1, "ok", 3), (2, "skipped", 4), (3, "skipped", 5), (4, "ok", 6), (5, "ok", 7)]);
    assert_eq!(site.subjects("Mail/.Lists.first"), ["one"]);
    assert_eq!(site.subjects("Mail"), ["five"]);
    assert!(std::fs::read_to_string(site.world.path("ticket")).unwrap().starts_with("Subject: ticket 4\n"));
    // Deleted by its rule although --delete was not given; all else is kept, and comes no second time.
    assert_eq!(site.server.store.messages("INBOX").len(), 4);
    assert_eq!(site.fetch(&["--rules", &rules]).exits(0).events("message").len(), 0);
}

#[test]
fn a_dry_run_tells_which_rule_takes_which_message() {
    // By TOP; whole, where a rule looks into bodies, or where there is no TOP.
    let deep = format!("text nowhere -> delete\n{}", &RULES[1..]);
    for (off, rules) in [(vec![], RULES), (vec![], &*deep), (vec!["TOP"], RULES)] {
        let site = site_with(pop3::Options { off: off.clone(), ..pop3::Options::default() });
        mail(&site);
        site.server.store.add("Subject: last\r\n\r\nnothing takes it, if `all` is away\r\n");
        let path = site.world.file("rules", rules.replace("all ", "subject five ")).display().to_string();
        let fetch = |flags: &[&str]| {
            let args = ["fetch", "--maildir", "Mail", "--rules", &path, "--delete", "--dry-run"];
            site.rpop(&args).args(flags).go()
        };
        let before = site.world.snapshot();
        let out = fetch(&[]);
        let shown: Vec<String> = out.exits(0).out().lines().map(String::from).collect();
        let fetched = |line: &str| line.replace(|c: char| c.is_ascii_digit(), "N");
        assert_eq!(
            fetched(&shown[0]),
            "would fetch message N (NN B) and delete it on the server; by: subject one                     -> folder Lists/first"
        );
        assert_eq!(shown[1], "would delete message 2; by: header X-Kind spam              -> delete");
        assert_eq!(shown[2], "would skip message 3; by: larger 4K                       -> skip");
        assert!(
            shown[3].ends_with("; by: subject ticket and not from bob -> command cat > ticket"),
            "{shown:?}"
        );
        assert!(shown[4].contains("; by: subject five "), "{shown:?}");
        assert!(shown[5].ends_with(" and delete it on the server; no rule fits"), "{shown:?}");
        let out = fetch(&["--json"]);
        let told: Vec<_> = out
            .exits(0)
            .events("message")
            .iter()
            .map(|e| {
                let text = |key: &str| e[key].as_str().unwrap_or("-").to_string();
                (
                    e["rule"].as_u64().unwrap_or(0),
                    text("outcome"),
                    text("verb"),
                    text("store"),
                    text("folder"),
                    e["deletes"] == true,
                )
            })
            .collect();
        let told: Vec<_> =
            told.iter().map(|(rule, a, b, c, d, e)| (*rule, &**a, &**b, &**c, &**d, *e)).collect();
        assert_eq!(
            told,
            [
                (3, "planned", "fetch", "maildir", "Lists/first", true),
                (4, "planned", "rm", "-", "-", false),
                (5, "skipped", "fetch", "-", "-", false),
                (6, "planned", "fetch", "exec", "-", true),
                (7, "planned", "fetch", "maildir", "-", true),
                (0, "planned", "fetch", "maildir", "-", true),
            ]
        );
        let retrieved = site.server.commands().iter().filter(|c| c.starts_with("RETR")).count();
        assert_eq!(retrieved, if off.is_empty() && rules == RULES { 0 } else { 12 });
        assert!(site.world.changed_since(&before, &["state/wirepost"]).is_empty());
        assert_eq!(site.server.store.messages("INBOX").len(), 6);
    }
}

#[test]
fn a_command_that_is_not_there_is_no_message_s_fault() {
    let site = site(vec![]);
    mail(&site);
    let rules = site.world.file("rules", "subject ticket -> command ./ticket.sh\n").display().to_string();
    let fetch = |flags: &[&str]| site.fetch(&[&["--rules", &rules, "--delete"], flags].concat());
    let out = fetch(&[]);
    out.exits(3).says("message 4 was not delivered: the shell did not find the command (exit 127)");
    assert_eq!(out.summary()["retry"], "later");
    // Somebody makes it, and forgets the x bit.
    let script = site.world.file("ticket.sh", "#!/bin/sh\ncat > ticket; exit $(cat code)\n");
    fetch(&[]).exits(75).says("exit 126");
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    site.world.file("code", "1");
    // What it refuses is not tried again by itself; the first failure, and each run after it, say how.
    let out = fetch(&[]);
    out.exits(69).says("the command failed (exit 1)").says("hint: --retry-failed tries it again");
    let out = fetch(&[]);
    out.exits(0)
        .says("1 message is left, because the command refused it in an earlier run; --retry-failed tries");
    assert_eq!(fetch(&["-q"]).exits(0).err(), "");
    fetch(&["--dry-run"]).exits(0).says("--retry-failed");
    site.world.file("code", "0");
    fetch(&["--retry-failed"]).exits(0);
    assert!(std::fs::read_to_string(site.world.path("ticket")).unwrap().starts_with("Subject: ticket 4\n"));
    assert!(site.server.store.messages("INBOX").is_empty());
}

#[test]
fn mbox_and_directories_have_folders_too() {
    let site = site(vec![]).with(2);
    let rules = site.world.file("rules", "subject 1 -> folder Lists/first\n").display().to_string();
    site.rpop(&["fetch", "--mbox", "m/box", "--rules", &rules]).go().exits(0);
    let count =
        |p: &str| std::fs::read_to_string(site.world.path(p)).unwrap().matches("From MAILER-DAEMON").count();
    assert_eq!((count("m/box"), count("m/Lists/first")), (1, 1));
    site.rpop(&["fetch", "--dir", "d", "--all", "--rules", &rules]).go().exits(0);
    assert_eq!((files(&site.world.path("d")).len(), files(&site.world.path("d/Lists/first")).len()), (1, 1));
    site.rpop(&["fetch", "--exec", "true", "--rules", &rules]).go().exits(78).says("has no folders");
}

#[test]
fn mistakes_name_line_and_column_and_stop_everything() {
    let site = site(vec![]).with(1);
    let rules = site.world.file("bad", "all -> keep\nfrom -> keep\n").display().to_string();
    site.fetch(&["--rules", &rules]).exits(78).says("bad: line 2, column 6: expected a pattern");
    let out = site.rpop(&["fetch", "--rules", &rules, "--rules-check"]).go();
    out.exits(78);
    let rules = site.world.file("dotted", "all -> folder a.b\n").display().to_string();
    site.fetch(&["--rules", &rules]).exits(78).says("dotted: line 1");
    let rules = site.world.file("latin", b"all -> keep\nsubject gr\xfc\xdfe -> skip\n").display().to_string();
    site.fetch(&["--rules", &rules]).exits(78).says("latin: line 2: not UTF-8");
    let rules = site.world.file("out", "all -> folder ../../etc\n").display().to_string();
    site.fetch(&["--rules", &rules]).exits(78);
    site.fetch(&["--rules", "nowhere"]).exits(78);
    assert_eq!(site.server.connections(), 0);
    let rules = site.world.file("good", RULES).display().to_string();
    site.rpop(&["fetch", "--rules", &rules, "--rules-check"]).go().exits(0);
}

#[test]
fn sort_moves_what_is_there() {
    let site = site(vec![]);
    mail(&site);
    site.fetch(&[]).exits(0);
    // One was read already: it keeps its flags.
    let one = std::fs::read_dir(site.world.path("Mail/new")).unwrap().map(|e| e.unwrap().path());
    let one = one.into_iter().find(|p| std::fs::read_to_string(p).unwrap().contains("Subject: one")).unwrap();
    let name = one.file_name().unwrap().to_string_lossy().into_owned();
    std::fs::rename(&one, site.world.path(format!("Mail/cur/{name}:2,S"))).unwrap();
    let rules = site.world.file("rules", RULES).display().to_string();
    let sort = |flags: &[&str]| {
        site.rpop(&["sort", "--maildir", "Mail", "--rules", &rules, "--json"]).args(flags).go()
    };
    let planned = sort(&["--dry-run"]);
    assert_eq!(planned.exits(0).summary()["counts"]["planned"], 3);
    assert_eq!(site.subjects("Mail").len(), 5);
    let out = sort(&[]);
    assert_eq!(out.exits(0).summary()["counts"]["ok"], 3);
    assert_eq!(site.subjects("Mail"), ["five", "three"]);
    assert!(site.world.path(format!("Mail/.Lists.first/cur/{name}:2,S")).exists());
    assert!(site.world.path("ticket").exists());
    sort(&[]).exits(0);
    site.rpop(&["sort", "--maildir", "none", "--rules", &rules]).go().exits(66);
    assert!(!site.world.path("none").exists());
}

#[test]
fn folders_come_from_rules_only() {
    let site = site(vec![]);
    site.server.store.add("Subject: ../../x\r\nList-Id: <../../../etc>\r\n\r\nx\r\n");
    site.server.store.add(message(2));
    let rules = site.world.file("rules", "list-id etc -> folder Sub\n").display().to_string();
    let before = site.world.snapshot();
    site.fetch(&["--rules", &rules]).exits(0);
    assert!(site.world.changed_since(&before, &["work/Mail", "state/wirepost"]).is_empty());
    assert_eq!(site.subjects("Mail/.Sub"), ["../../x"]);
}

#[test]
fn commands_do_not_inherit_our_secrets() {
    let site = site(vec![]).with(1);
    let config = format!("[rpop]\n--url {}\n--password-env ACCOUNTS\n", site.server.url());
    site.world.private_file("config", config);
    let rules = site.world.file("rules", "all -> command env > env; cat > /dev/null\n").display().to_string();
    let run = |args: &[&str]| {
        let secret = "secret-of-the-user";
        let run = site.rpop(args).args(["--config", "config", "--password-env", "MINE"]).env("MINE", secret);
        let run = run.env("ACCOUNTS", secret).env("WIREPOST_PROXY_PASSWORD", secret);
        run.env("RSENDMAIL_PASSWORD", secret).env("OTHER", "fine").go().exits(0);
        let env = std::fs::read_to_string(site.world.path("env")).unwrap();
        std::fs::remove_file(site.world.path("env")).unwrap();
        assert!(!env.contains(secret) && env.contains("OTHER=fine"), "{args:?}: {env}");
    };
    run(&["fetch", "--exec", "env > env"]);
    run(&["fetch", "--all", "--maildir", "Mail", "--rules", &rules]);
    site.rpop(&["fetch", "--all", "--maildir", "Mail"]).go().exits(0);
    run(&["sort", "--maildir", "Mail", "--rules", &rules]);
}

//! scripts/install and what it puts in place: a person's first command after the demo, and the last before they leave.

use std::path::{Path, PathBuf};

use crate::support::{Output, World, program};

const TREE: &str = env!("CARGO_MANIFEST_DIR");
const TOOLS: [&str; 5] = ["b64mime", "rftp", "rimap-search", "rpop", "rsendmail"];

/// Runs scripts/install with the programs that the tests run.
fn install(world: &World, args: &[&str]) -> Output {
    let script = Path::new(TREE).join("scripts/install");
    let programs = program("rftp").parent().unwrap().to_path_buf();
    world.run_path(&script, args).env("WIREPOST_BIN", programs).go()
}

/// What is below a directory, without directories.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

#[test]
fn what_is_installed_works_and_goes_away_again() {
    let world = World::new();
    let prefix = world.path("prefix");
    let p = prefix.to_str().unwrap();
    world.file("prefix/bin/other", "not ours");
    install(&world, &["--prefix", p, "--sendmail-links"]).exits(0).says("are in");
    for tool in TOOLS {
        let version = world.run_path(&prefix.join("bin").join(tool), ["--version"]).go();
        assert!(version.exits(0).out().starts_with(&format!("{tool} ")), "{version:?}");
        for file in [
            format!("share/man/man1/{tool}.1"),
            format!("share/bash-completion/completions/{tool}"),
            format!("share/zsh/site-functions/_{tool}"),
            format!("share/fish/vendor_completions.d/{tool}.fish"),
        ] {
            let path = prefix.join(&file);
            assert!(path.metadata().is_ok_and(|m| m.len() > 500), "{file}");
        }
    }
    let sendmail = std::fs::canonicalize(prefix.join("sbin/sendmail")).unwrap();
    assert_eq!(sendmail, prefix.join("bin/rsendmail"));
    // Once more over itself, then away; what another program put there stays.
    install(&world, &["--prefix", p]).exits(0);
    install(&world, &["--prefix", p, "--uninstall"]).exits(0);
    assert_eq!(files(&prefix), [prefix.join("bin/other")]);
    assert!(!prefix.join("share").exists(), "an empty directory was left");
}

#[test]
fn nothing_is_taken_from_another_mailer() {
    let world = World::new();
    let prefix = world.path("prefix");
    let p = prefix.to_str().unwrap();
    let theirs = world.file("prefix/sbin/sendmail", "postfix's");
    install(&world, &["--prefix", p, "--sendmail-links"]).exits(73).says("not ours");
    let only_theirs = [theirs];
    assert_eq!(files(&prefix), only_theirs);
    install(&world, &["--prefix", p, "--uninstall"]).exits(0);
    assert_eq!(files(&prefix), only_theirs);
    install(&world, &["--no-such-flag"]).exits(64).says("--help");
}

/// What bash offers behind this line; the last word is the one being typed.
fn bash_offers(line: &[&str]) -> Vec<String> {
    let script = r#"
        source "$1"; shift
        compopt() { :; }
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        function=$(complete -p "$1" | sed 's/.*-F \([^ ]*\).*/\1/')
        "$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let completions = format!("{TREE}/completions/bash/{}", line[0]);
    let world = World::new();
    let run = world.run_path(Path::new("/bin/bash"), ["-c", script, "bash", completions.as_str()]);
    let out = run.args(line).go();
    out.exits(0).out().lines().map(String::from).filter(|word| !word.is_empty()).collect()
}

#[test]
fn bash_completes_verbs_flags_and_values() {
    assert_eq!(bash_offers(&["rftp", "veri"]), ["verify"]);
    assert_eq!(bash_offers(&["rftp", "put", "--tls", ""]), ["required", "off"]);
    assert_eq!(bash_offers(&["rimap-search", "mailbox", "cr"]), ["create"]);
    // Two backslashes are one to the program.
    assert!(bash_offers(&["rimap-search", "--in", ""]).contains(&r"\\Archive".to_string()));
    assert!(bash_offers(&["rpop", "fetch", "--maild"]).contains(&"--maildir".to_string()));
    // A password has no place in a command line, so it is not offered there.
    assert!(!bash_offers(&["rsendmail", "--pass"]).contains(&"--password".to_string()));
}

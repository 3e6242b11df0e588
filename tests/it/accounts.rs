//! The account file: what it says, what beats it, and to whom it tells a secret.
use std::os::unix::fs::PermissionsExt;

use crate::sandbox::ftp::{Options, Server, User};
use crate::support::{Output, Run, World};

const PASSWORD: &str = "hunter2";

struct Case {
    world: World,
    server: Server,
}

impl Case {
    fn new() -> Case {
        let user = User { name: "user".into(), password: PASSWORD.into(), account: None };
        let case = Case {
            world: World::new().secret("user", PASSWORD),
            server: Server::start(Options { users: vec![user], ..Options::default() }),
        };
        std::fs::create_dir(case.server.root().join("in")).unwrap();
        case.world.file("a", "text");
        case
    }

    fn url(&self) -> String {
        format!("ftp://user@127.0.0.1:{}/in/", self.server.port())
    }

    /// Writes the account file; `{url}` in it is the server's.
    fn config(&self, text: &str) -> &Case {
        let path = self.world.outer("config/wirepost/config");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text.replace("{url}", &self.url())).unwrap();
        self.mode(0o600)
    }

    fn mode(&self, mode: u32) -> &Case {
        let path = self.world.outer("config/wirepost/config");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        self
    }

    fn run(&self, args: &str) -> Run<'_> {
        self.world.run("rftp", args.split(' '))
    }

    fn go(&self, args: &str) -> Output {
        self.run(args).go()
    }
}

#[test]
fn an_account_gives_url_login_and_flags() {
    let case = Case::new();
    case.config(
        "# everything for one server\n[rftp]\n--url {url}\n--password hunter2\n--digest\n--json\n\n\
         [rpop]\n--anything goes\n[rftp work]\n--url {url}\n--password-command echo hunter2\n-v\n",
    );
    let out = case.go("put a :x");
    out.exits(0);
    assert!(out.events("file")[0]["sha256"].is_string(), "--digest and --json: {out:?}");
    assert_eq!(std::fs::read(case.server.root().join("in/x")).unwrap(), b"text");
    // --digest is not a flag of ls, and of no harm to it.
    assert_eq!(case.go("ls :").exits(0).events("entry")[0]["name"], "x");
    let out = case.go("put a :y --account work");
    assert!(out.exits(0).out().contains("in/y"), "-v, no --json: {out:?}");
    case.go("--account=work put a :z").exits(0);
    case.go("put a :x --account play").exits(78).says("has no [rftp play]");
}

#[test]
fn what_beats_an_account() {
    let case = Case::new();
    let other = Server::start(Options::default());
    let other = format!("ftp://anonymous@127.0.0.1:{}/", other.port());
    case.config("[rftp]\n--url {url}\n--user user\n--password hunter2\n-q\n--exists fail\n--timeout 1s\n");
    case.go("put a :x").exits(0);
    case.go("put a :x").exits(69).says("exists");
    case.go("put a :x --exists overwrite").exits(0);
    case.run("ls :").env("RFTP_URL", &other).go().exits(0);
    case.run("put a :new").env("RFTP_PASSWORD", "wrong").go().exits(77);
    case.world.private_file("password", "wrong");
    case.go("ls : --password-file password").exits(77);
    assert!(case.go("put a :v -v").exits(0).out().contains("in/v"), "-v beats -q");
    // The URL's own user is not the account's.
    let url = case.url().replace("user@", "someone@");
    case.go(&format!("ls {url}")).exits(78).says("no password for someone");
    // A netrc comes before it.
    case.world.private_file("netrc", "machine 127.0.0.1 login user password wrong\n");
    case.go("ls : --netrc-file netrc").exits(77);
}

#[test]
fn a_secret_goes_to_its_own_host_only() {
    let case = Case::new();
    let port = case.server.port();
    case.config("[rftp]\n--url {url}\n--password hunter2\n");
    case.go(&format!("ls ftp://user@localhost:{port}/ -4"))
        .exits(78)
        .says("no password for user on localhost");
    assert_eq!(case.server.connections(), 0);
    case.config("[rftp]\n--user user\n--password hunter2\n");
    case.go(&format!("ls ftp://user@127.0.0.1:{port}/"))
        .exits(78)
        .says(":3: a secret needs the account's --url");
}

#[test]
fn who_may_read_and_write_it() {
    let case = Case::new();
    for secret in ["--password hunter2", "--password-file f", "--password-command c", "--password-env E"] {
        case.config(&format!("[rftp]\n--url {{url}}\n{secret}\n")).mode(0o640);
        case.go("ls :").exits(78).says("others can read it").says("hint: chmod 600");
    }
    case.config("[rftp]\n--url {url}\n").mode(0o644);
    case.run("ls :").env("RFTP_PASSWORD", PASSWORD).go().exits(0);
    case.mode(0o664);
    case.run("ls :").env("RFTP_PASSWORD", PASSWORD).go().exits(78).says("others can change");
}

#[test]
fn mistakes_are_told_with_their_line() {
    let case = Case::new();
    for (text, line, why) in [
        ("[rftp]\n--retires 5\n", 2, "no such flag: --retires"),
        ("[rftp]\n\n--retries many\n", 3, "invalid value 'many'"),
        ("[rftp]\n--retries\n", 2, "--retries needs a value"),
        ("[rftp]\n--json yes\n", 2, "--json takes no value"),
        ("[rftp]\nretries 5\n", 2, "not a flag such as --retries 5"),
        ("[rftp]\n--account x\n", 2, "--account has no place"),
        ("--json\n", 1, "before the first section"),
        ("[rftb]\n", 1, "the name of a program"),
        ("[rftp]\n[rftp]\n", 2, "there already"),
        ("[rftp\n", 1, "a section is written"),
        ("[rftp]\n--exists perhaps\n", 2, "invalid value 'perhaps'"),
    ] {
        case.config(text);
        let out = case.go("get ftp://127.0.0.1:1/x");
        out.exits(78).says(&format!("config/wirepost/config:{line}: ")).says(why);
        case.go("--help").exits(0);
        case.go("get --version").says("");
    }
    case.config("[rftp]\n--nonsense\n");
    let json = case.go("ls ftp://127.0.0.1:1/ --json");
    assert_eq!(json.exits(78).summary()["outcome"], "permanent");
}

#[test]
fn another_file_can_be_named() {
    let case = Case::new();
    case.config("[rftp]\n--nonsense\n");
    let text = format!("[rftp]\n--url {}\n--password-file ~/secret file\n", case.url());
    case.world.private_file("mine", text);
    std::fs::write(case.world.outer("home/secret file"), "hunter2\n").unwrap();
    std::fs::set_permissions(case.world.outer("home/secret file"), std::fs::Permissions::from_mode(0o600))
        .unwrap();
    case.go("ls : --config mine").exits(0);
    case.go("ls : --config=nowhere").exits(78).says("cannot read nowhere: no such file");
    case.run("ls :").args(["--config", "/dev/null"]).go().exits(64).says("hint: RFTP_URL gives it");
    std::fs::remove_file(case.world.outer("config/wirepost/config")).unwrap();
    case.go("ls :").exits(64);
    case.go("ls : --account work").exits(78).says("no such file");
}

/// A scheme that is TLS always, and the word that denies it.
#[test]
fn tls_off_contradicts_some_schemes() {
    let world = World::new();
    for (program, args, says) in [
        ("rftp", &["ls", "ftps://127.0.0.1:1/"][..], "ftps:// is TLS always, --tls off denies it"),
        ("rftp", &["ls", "ftpes://127.0.0.1:1/"], "hint: use ftp://"),
        (
            "rsendmail",
            &["--to", "a@b.example", "--body", "x", "--server", "smtps://127.0.0.1:1"],
            "use smtp://",
        ),
        ("rpop", &["stat", "pop3s://me@127.0.0.1:1"], "use pop3://"),
        ("rimap-search", &["imaps://me@127.0.0.1:1", "--all"], "use imap://"),
    ] {
        world.run(program, args.iter().chain(&["--tls", "off"])).go().exits(64).says(says);
    }
}

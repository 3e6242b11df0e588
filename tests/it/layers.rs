//! Reads the two tables in `src/lib.rs` and holds the tree to them: who may use whom, no cycles, each outside crate
//! in its home. And one place prints.

use std::{collections::BTreeMap, fs, path::Path};

const SRC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// The rows of a fenced block of the doc comment, in order: the name, and its words.
fn rows(fence: &str) -> Vec<(String, Vec<String>)> {
    let lib = fs::read_to_string(format!("{SRC}/lib.rs")).unwrap();
    let block = lib.split(&format!("```{fence}")).nth(1).unwrap().split("```").next().unwrap().to_string();
    let row = |line: &str| {
        let (name, rest) = line.trim_start_matches("//!").split_once(':')?;
        Some((name.trim().to_string(), rest.split_whitespace().map(String::from).collect()))
    };
    block.lines().filter_map(row).collect()
}

/// Every source file below `src`: its path from there, and its code without comment lines.
fn sources(dir: &Path, out: &mut Vec<(String, String)>) {
    for path in fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()) {
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|x| x == "rs") {
            let code = fs::read_to_string(&path).unwrap();
            let code =
                code.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            out.push((path.strip_prefix(SRC).unwrap().to_string_lossy().replace('\\', "/"), code));
        }
    }
}

/// Each name that follows `crate::`, or opens a branch of a `crate::{..}` group.
fn used(code: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.push(rest.to_string());
            continue;
        };
        let (mut depth, mut word) = (0, String::new());
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                _ => {}
            }
            if depth > 0 {
                continue;
            }
            if c == ',' { names.push(std::mem::take(&mut word)) } else { word.push(c) }
        }
        names.push(word);
    }
    let first = |n: &String| n.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    names.iter().map(first).collect()
}

/// Whether the code names the outside crate: as `name::`, but not as the end of a longer path or word.
fn names(code: &str, outside: &str) -> bool {
    let needle = format!("{outside}::");
    code.match_indices(&needle).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

#[test]
fn the_table_holds() {
    let table = rows("text");
    let mut known = vec!["*".to_string()];
    for (name, uses) in &table {
        for other in uses {
            assert!(known.contains(other), "row {name} uses {other}, which is not above it");
        }
        known.push(name.clone());
    }
    let rules: BTreeMap<_, _> = table.into_iter().collect();
    let (mut files, mut wrong) = (Vec::new(), Vec::new());
    sources(Path::new(SRC), &mut files);
    assert!(files.len() > 5, "the sources were not found");
    for (file, code) in &files {
        let me = file.split(['/', '.']).next().unwrap();
        if me == "lib" || me == "bin" {
            continue;
        }
        let Some(uses) = rules.get(me) else {
            wrong.push(format!("{file} has no row"));
            continue;
        };
        for other in used(code) {
            if other != me && rules.contains_key(&other) && !uses.contains(&other) {
                wrong.push(format!("{file} uses {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_outside_crate_is_at_home() {
    let (mut files, mut wrong) = (Vec::new(), Vec::new());
    sources(Path::new(SRC), &mut files);
    for (outside, homes) in rows("homes") {
        let mut seen = false;
        for (file, _) in files.iter().filter(|(_, code)| names(code, &outside)) {
            seen = true;
            let stem = file.trim_end_matches(".rs").trim_end_matches("/mod");
            let at_home = |home: &String| stem == home || stem.starts_with(&format!("{home}/"));
            if !homes.iter().any(at_home) {
                wrong.push(format!("{file} names {outside}"));
            }
        }
        if !seen {
            wrong.push(format!("nobody uses {outside}: does it pull its weight?"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Results and messages go through `Output`, progress through its meters, and what a run comes to is decided in `cli`.
#[test]
fn one_place_prints_and_one_place_exits() {
    const PRINTS: [&str; 5] = ["print!(", "println!(", "dbg!(", "stdout().lock()", "stderr().lock()"];
    let mut files = Vec::new();
    sources(Path::new(SRC), &mut files);
    let has = |code: &str, words: &[&str]| words.iter().any(|word| code.contains(word));
    let printing: Vec<_> =
        files.iter().filter(|(_, code)| has(code, &PRINTS)).map(|(file, _)| file).collect();
    assert!(
        printing.iter().all(|f| ["cli/output.rs", "cli/progress.rs"].contains(&f.as_str())),
        "{printing:?}"
    );
    assert_eq!(printing.len(), 2, "this test does not see what it looks for");
    let exiting: Vec<_> = files.iter().filter(|(_, code)| has(code, &["process::exit"])).collect();
    assert!(exiting.iter().all(|(file, _)| file.starts_with("cli/")) && !exiting.is_empty());
}

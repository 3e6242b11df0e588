//! Who runs us, from the user database: cron, PHP and their like start programs without HOME and USER.

use std::path::PathBuf;

/// One line of passwd(5).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    pub name: String,
    /// The first part of the comment field; `&` stands for the capitalised login.
    pub full_name: Option<String>,
    pub home: Option<PathBuf>,
}

/// The user whose rights we have.
pub fn me() -> Option<User> {
    let text = std::fs::read("/etc/passwd").ok()?;
    find(&String::from_utf8_lossy(&text), rustix::process::geteuid().as_raw())
}

fn find(text: &str, uid: u32) -> Option<User> {
    text.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let [name, _, number, _, comment, home, ..] = fields[..] else { return None };
        if number.parse() != Ok(uid) || name.is_empty() {
            return None;
        }
        let mut first = name.chars();
        let capital: String = first.next().into_iter().flat_map(char::to_uppercase).chain(first).collect();
        let full = comment.split(',').next().unwrap_or_default().trim().replace('&', &capital);
        Some(User {
            name: name.to_string(),
            full_name: Some(full).filter(|full| !full.is_empty()),
            home: Some(PathBuf::from(home)).filter(|home| home.is_absolute()),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_by_its_number() {
        let text = "root:x:0:0:root:/root:/bin/sh\n\nbad\nann:x:1000:1000:& Lee,,,:/home/ann:/bin/sh\nnone:x:7:7:::\n";
        let ann = find(text, 1000).unwrap();
        assert_eq!((ann.name.as_str(), ann.full_name.as_deref()), ("ann", Some("Ann Lee")));
        assert_eq!(ann.home, Some("/home/ann".into()));
        let none = find(text, 7).unwrap();
        assert_eq!((none.full_name, none.home), (None, None));
        assert_eq!(find(text, 1), None);
    }
}

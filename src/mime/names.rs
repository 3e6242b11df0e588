//! File names from strangers, made safe to create: one component, no controls, no devices, never longer than a
//! directory entry.
//!
//! The rules: only what is behind the last `/` or `\` counts; control, bidi and other invisible characters and what
//! Windows forbids become `_`; dots, dashes and blanks at the start go (no hidden files, no options), dots and blanks at
//! the end too; device names of Windows get a `_` in front; 255 bytes at most, the extension kept.

use crate::base::escape::is_harmful;

/// The longest name that directories of the usual file systems take, in bytes.
const LONGEST: usize = 255;

/// The safe form of a name; `None` if nothing is left of it.
pub fn safe_name(name: &str) -> Option<String> {
    let name = name.trim_end_matches(['/', '\\', ' ']);
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let last = match last.split_once(':') {
        // A drive, as in C:file.
        Some((drive, rest)) if drive.len() == 1 && drive.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            rest
        }
        _ => last,
    };
    let forbidden =
        |c: char| is_harmful(c) || matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '\u{fffd}');
    let clean: String = last.chars().map(|c| if forbidden(c) { '_' } else { c }).collect();
    let clean = clean.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '.' | '-' | '~'));
    let clean = clean.trim_end_matches(|c: char| c.is_whitespace() || c == '.');
    let clean = if is_device(clean) { format!("_{clean}") } else { clean.to_string() };
    let cut = fit(&clean);
    // A cut may have left a blank or a dot at the end, or nothing that says anything.
    let cut = cut.trim_end_matches(|c: char| c.is_whitespace() || c == '.');
    (!cut.chars().all(|c| c == '_')).then(|| cut.to_string())
}

/// Device names of Windows stand for the device with any extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |prefix: &str| {
        let rest = stem.strip_prefix(prefix)?;
        let mut chars = rest.chars();
        let digit = chars.next()?;
        (chars.next().is_none() && (digit.is_ascii_digit() || "¹²³".contains(digit))).then_some(())
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || numbered("COM").is_some()
        || numbered("LPT").is_some()
}

/// Cuts the stem so that stem and extension fit.
fn fit(name: &str) -> String {
    let (stem, extension) = match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot <= 32 => name.split_at(dot),
        _ => (name, ""),
    };
    let room = LONGEST - extension.len();
    let end = (0..=room.min(stem.len())).rev().find(|at| stem.is_char_boundary(*at)).unwrap_or(0);
    format!("{}{extension}", &stem[..end])
}

/// A name from a template: `{part}`, `{name}`, `{type}`, `{cid}` are filled in, all else is literal. The outcome is made safe again.
pub fn from_template(
    template: &str,
    fill: impl Fn(&str) -> Option<String>,
) -> Result<Option<String>, String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else { return Err(rest[open..].to_string()) };
        let key = &rest[open + 1..open + close];
        out.push_str(&fill(key).ok_or_else(|| format!("{{{key}}}"))?);
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    // A slash from a value is no directory, and one in the template is no place to go either.
    Ok(safe_name(&out.replace(['/', '\\'], "_")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_strangers() {
        let long = "x".repeat(300) + ".txt";
        let cut = "x".repeat(251) + ".txt";
        let snow = "☃".repeat(100) + ".txt";
        let snow_cut = "☃".repeat(83) + ".txt";
        for (raw, want) in [
            ("a.txt", Some("a.txt")),
            ("../../x", Some("x")),
            ("/etc/passwd", Some("passwd")),
            ("C:\\Users\\x\\win.txt", Some("win.txt")),
            ("C:x.txt", Some("x.txt")),
            ("a/b/", Some("b")),
            ("..", None),
            (".", None),
            ("", None),
            ("/", None),
            ("\0", None),
            (".bashrc", Some("bashrc")),
            ("-rf", Some("rf")),
            ("a\u{7}b\u{1b}[31m|;$(id).txt", Some("a_b_[31m_;$(id).txt")),
            ("n\0ul.txt", Some("n_ul.txt")),
            ("gpj\u{202e}exe.txt", Some("gpj_exe.txt")),
            ("CON", Some("_CON")),
            ("con.txt", Some("_con.txt")),
            ("Lpt1.x.y", Some("_Lpt1.x.y")),
            ("COM¹", Some("_COM¹")),
            ("console.txt", Some("console.txt")),
            ("trailing. . ", Some("trailing")),
            ("a%2Fb", Some("a%2Fb")),
            ("ünïcode ☃.txt", Some("ünïcode ☃.txt")),
            (&long, Some(&cut)),
            (&snow, Some(&snow_cut)),
            // What says something was cut off.
            (&("_".repeat(255) + "a"), None),
        ] {
            assert_eq!(safe_name(raw).as_deref(), want, "{raw:?}");
        }
    }

    #[test]
    fn templates() {
        let fill = |key: &str| match key {
            "part" => Some("1.2".to_string()),
            "name" => Some("../a.txt".to_string()),
            _ => None,
        };
        assert_eq!(from_template("{part}_{name}", fill).unwrap().as_deref(), Some("1.2_.._a.txt"));
        assert!(from_template("{oops}", fill).is_err());
        assert!(from_template("{part", fill).is_err());
    }
}

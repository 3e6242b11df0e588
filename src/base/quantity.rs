//! Sizes as a person writes and reads them: `10M`, `1.5G`; K, M, G and T are powers of 1024.

/// `4096`, `64K`, `1.5M`, `2G`, also `64KB` and `64KiB`. `None` if it is not that.
pub fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let low = text.to_ascii_lowercase();
    let low = low.strip_suffix("ib").or_else(|| low.strip_suffix('b')).unwrap_or(&low);
    let (digits, unit) = match low.char_indices().last()? {
        (at, 'k') => (&low[..at], 1u64 << 10),
        (at, 'm') => (&low[..at], 1 << 20),
        (at, 'g') => (&low[..at], 1 << 30),
        (at, 't') => (&low[..at], 1 << 40),
        _ => (low, 1),
    };
    if let Ok(whole) = digits.parse::<u64>() {
        return whole.checked_mul(unit).filter(|_| !digits.starts_with('+'));
    }
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let n = digits.parse::<f64>().ok()? * unit as f64;
    (n < u64::MAX as f64).then_some(n as u64)
}

/// `1.5 MiB`, for a person.
pub fn human(bytes: u64) -> String {
    let mut n = bytes as f64;
    for unit in ["B", "KiB", "MiB", "GiB", "TiB"] {
        if n < 1024.0 || unit == "TiB" {
            return if unit == "B" { format!("{bytes} B") } else { format!("{n:.1} {unit}") };
        }
        n /= 1024.0;
    }
    format!("{bytes} B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, want) in [
            ("0", 0),
            ("4096", 4096),
            ("64K", 65536),
            ("64kb", 65536),
            ("1.5MiB", 1_572_864),
            ("2G", 2 << 30),
        ] {
            assert_eq!(size(text), Some(want), "{text}");
        }
        for bad in ["", "K", "-1", "+1", "1e3", "1X", "99999999999999999999", "9999999999T", "1.2.3"] {
            assert_eq!(size(bad), None, "{bad}");
        }
        assert_eq!(
            (human(17), human(1536), human(3 << 30)),
            ("17 B".into(), "1.5 KiB".into(), "3.0 GiB".into())
        );
    }
}

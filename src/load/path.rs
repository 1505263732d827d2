//! Paths inside the policies root, always with forward slashes. Nothing leads out of it.

/// Returns the path from the root of a file that a declaration names, or nothing when it leaves the root.
///
/// `declaring` is the path of the declaring file from the root, `written` what it says: `../common/data/x.csv` in
/// `flagpoling/2024-12-24.enact` is `common/data/x.csv`. Absolute paths, drives and addresses are outside.
pub fn data_path(declaring: &str, written: &str) -> Option<String> {
    if written.starts_with(['/', '\\']) || written.contains(':') {
        return None;
    }
    let mut parts: Vec<&str> = declaring.split('/').collect();
    parts.pop();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// Returns the folder of a file, empty at the root.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns the name of a file without folder and ending: the version it should hold.
pub(super) fn stem_of(path: &str) -> &str {
    without_ending(path.rsplit_once('/').map_or(path, |(_, name)| name))
}

/// Returns a path without `.enact`.
pub(super) fn without_ending(path: &str) -> &str {
    path.strip_suffix(".enact").unwrap_or(path)
}

/// Returns how `use` names a file: `common/people.enact` is `common.people`.
pub(super) fn library_path(path: &str) -> String {
    without_ending(path).replace('/', ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_starts_at_the_declaring_file_and_stays_inside_the_root() {
        let from = |written| data_path("flagpoling/2024-12-24.enact", written);
        assert_eq!(from("x.csv").as_deref(), Some("flagpoling/x.csv"));
        assert_eq!(from("./data//x.csv").as_deref(), Some("flagpoling/data/x.csv"));
        assert_eq!(from("../common/data/x.csv").as_deref(), Some("common/data/x.csv"));
        assert_eq!(from("../../x.csv"), None);
        assert_eq!(from("../../flagpoling/x.csv"), None, "leaving and coming back is leaving");
        for outside in ["/etc/passwd", "\\\\host\\x.csv", "C:\\x.csv", "https://a.invalid/x.csv", "file:x.csv"] {
            assert_eq!(from(outside), None, "{outside}");
        }
        assert_eq!(data_path("a.enact", "x.csv").as_deref(), Some("x.csv"));
    }
}

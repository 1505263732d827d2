//! Content hashes: what was decided upon, so that anyone can decide it again.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// What an answer was made from, each as `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hashes {
    /// The policy texts.
    pub policy: String,
    /// The data files.
    pub data: String,
    /// The facts.
    pub facts: String,
}

/// Hashes policy texts and data files, each by its path, and facts as they were given.
///
/// Files count in the order of their paths, whatever order they come in; a path and its bytes cannot be taken for another
/// pair, as lengths are hashed too.
pub fn hashes<'a>(
    policies: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    data: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    facts: &[u8],
) -> Hashes {
    Hashes { policy: hash_files(policies), data: hash_files(data), facts: hash_bytes(facts) }
}

/// Returns the hash of some bytes.
pub fn hash_bytes(bytes: &[u8]) -> String {
    text(Sha256::digest(bytes).as_slice())
}

/// Returns the hash of files by path; of none, that of nothing.
pub fn hash_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut files: Vec<(&str, &[u8])> = files.into_iter().collect();
    files.sort_unstable();
    let mut hasher = Sha256::new();
    for (path, bytes) in files {
        for part in [path.as_bytes(), bytes] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
    }
    text(hasher.finalize().as_slice())
}

fn text(digest: &[u8]) -> String {
    let mut text = String::from("sha256:");
    for byte in digest {
        text += &format!("{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_matter_and_lengths_do() {
        let a: (&str, &[u8]) = ("a", b"1");
        let b: (&str, &[u8]) = ("b", b"2");
        assert_eq!(hash_files([a, b]), hash_files([b, a]));
        assert_ne!(hash_files([("a", b"12".as_slice())]), hash_files([("a1", b"2".as_slice())]));
        assert_eq!(hash_bytes(b"")[..14], *"sha256:e3b0c44");
    }
}

//! Policies as they stood in a revision, read by the `git` program. Nothing is checked out.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use enact::load::{Folder, MAX_DATA_BYTES};
use enact::syntax::MAX_FILE_BYTES;

use super::exit::Failure;

/// Reads the `.enact` and `.csv` files under a folder of a revision; the path starts at the current folder. Links are left
/// out.
pub fn read_folder(revision: &str, root: &str) -> Result<Folder, Failure> {
    read_folder_at(Path::new("."), revision, root)
}

/// Reads a folder of a revision whose path starts at another folder than the current one.
pub fn read_folder_at(start: &Path, revision: &str, root: &str) -> Result<Folder, Failure> {
    let run = |arguments: &[&str]| run(start, arguments);
    let name = format!("git:{revision}:{root}");
    if revision.starts_with('-') {
        return Err(Failure::usage(format!("`{revision}` is no revision"), None));
    }
    let commit = run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{commit}}")])
        .map_err(|error| {
            error.unwrap_or_else(|| Failure::usage(format!("git knows no revision `{revision}`"), None))
        })?;
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    let tree = if root.is_empty() { ".".to_owned() } else { format!("./{root}") };
    let listed = run(&["ls-tree", "-r", "-z", &commit, "--", &tree])
        .map_err(|error| error.unwrap_or_else(|| Failure::usage(format!("git cannot list `{name}`"), None)))?;
    let blobs = blobs(&String::from_utf8_lossy(&listed), root);
    if blobs.is_empty() {
        return Err(Failure::usage(format!("`{name}` holds no policy"), None));
    }
    let bytes = read_blobs(start, &blobs)
        .map_err(|error| Failure::usage(format!("git cannot read `{name}`: {error}"), None))?;
    let files = blobs.into_iter().zip(bytes).map(|((_, path), bytes)| (path, bytes)).collect();
    Ok(Folder { name, files })
}

/// Returns hash and path from the root of each wanted file, from lines `MODE blob HASH<TAB>PATH` that end in NUL.
fn blobs(listed: &str, root: &str) -> Vec<(String, String)> {
    let entry = |line: &str| {
        let (about, path) = line.split_once('\t')?;
        let mut words = about.split(' ');
        let (mode, hash) = (words.next()?, words.nth(1)?);
        let inside = path.strip_prefix(root)?.trim_start_matches('/');
        let wanted = mode.starts_with("100") && (path.ends_with(".enact") || path.ends_with(".csv"));
        wanted.then(|| (hash.to_owned(), inside.to_owned()))
    };
    listed.split('\0').filter_map(entry).collect()
}

/// Reads files by their hashes, in order.
fn read_blobs(start: &Path, blobs: &[(String, String)]) -> std::io::Result<Vec<Vec<u8>>> {
    let mut command = Command::new("git");
    command.current_dir(start).args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn()?;
    let closed = || std::io::Error::from(std::io::ErrorKind::BrokenPipe);
    let mut input = child.stdin.take().ok_or_else(closed)?;
    let mut output = BufReader::new(child.stdout.take().ok_or_else(closed)?);
    let asked: String = blobs.iter().map(|(hash, _)| format!("{hash}\n")).collect();
    // git answers while it is asked: both pipes fill up unless one end has its own thread.
    let asking = std::thread::spawn(move || input.write_all(asked.as_bytes()));
    let mut files = Vec::new();
    for _ in blobs {
        let mut head = String::new();
        output.read_line(&mut head)?;
        let size: u64 = head.trim().rsplit(' ').next().and_then(|size| size.parse().ok()).ok_or_else(closed)?;
        // One byte over the limit is kept, so that `load` reports it.
        let most = (MAX_FILE_BYTES.max(MAX_DATA_BYTES) as u64 + 1).min(size);
        let mut bytes = Vec::new();
        output.by_ref().take(most).read_to_end(&mut bytes)?;
        std::io::copy(&mut output.by_ref().take(size - most + 1), &mut std::io::sink())?;
        files.push(bytes);
    }
    drop(output);
    let _ = asking.join();
    child.wait()?;
    Ok(files)
}

/// Runs git and returns what it writes; `Err(None)` when it ran and refused.
fn run(start: &Path, arguments: &[&str]) -> Result<Vec<u8>, Option<Failure>> {
    let output = Command::new("git").current_dir(start).args(arguments).stdin(Stdio::null()).output();
    match output {
        Ok(output) if output.status.success() => Ok(output.stdout),
        Ok(_) => Err(None),
        Err(error) => Err(Some(Failure::usage(
            format!("cannot run git: {}", enact::files::io_text(&error)),
            Some("`git:REV:PATH` needs the program git".into()),
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_policies_and_data_are_listed() {
        let listed = "100644 blob aa\tpolicies/p/1.enact\x00120000 blob bb\tpolicies/l.csv\x00100644 blob cc\tpolicies/x.md\x00\
                      100755 blob dd\tpolicies/d.csv\x00";
        let pair = |hash: &str, path: &str| (hash.to_owned(), path.to_owned());
        assert_eq!(blobs(listed, "policies"), [pair("aa", "p/1.enact"), pair("dd", "d.csv")]);
    }
}

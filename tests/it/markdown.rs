//! Sections and blocks of a Markdown file.

use std::ops::Range;

/// A heading with the blocks below it, up to the next heading.
#[derive(Debug, Default)]
pub struct Section {
    /// The heading's words.
    pub name: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its blocks, in order.
    pub blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Debug, Clone)]
pub struct Block {
    /// The first word of the info string: `enact`.
    pub kind: String,
    /// The words after it.
    pub words: Vec<String>,
    /// What it holds, each line with its end.
    pub text: String,
    /// The bytes of that text in the file.
    pub range: Range<usize>,
}

impl Block {
    /// The path in the info string, if there is one.
    pub fn path(&self) -> Option<&str> {
        self.words.iter().map(String::as_str).find(|word| !word.contains('=') && word.contains('.'))
    }

    /// The value of `key=value` in the info string.
    pub fn option(&self, key: &str) -> Option<&str> {
        self.words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }

    /// Whether a word stands in the info string.
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().any(|other| other == word)
    }
}

/// Splits a file into sections. Fences may be longer than three backticks, to quote others.
pub fn sections(text: &str) -> Vec<Section> {
    let mut sections = vec![Section { line: 1, ..Section::default() }];
    let mut open: Option<(usize, Block)> = None;
    let mut at = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let start = at;
        at += line.len();
        let bare = line.trim_end();
        let ticks = bare.bytes().take_while(|&byte| byte == b'`').count();
        match &mut open {
            Some((fence, block)) if ticks >= *fence && bare.len() == ticks => {
                block.range.end = start;
                block.text = text[block.range.clone()].to_owned();
                let (_, block) = open.take().expect("matched above");
                sections.last_mut().expect("never empty").blocks.push(block);
            }
            Some(_) => {}
            None if ticks >= 3 => {
                let mut words = bare[ticks..].split_whitespace().map(str::to_owned);
                let kind = words.next().unwrap_or_default();
                open = Some((ticks, Block { kind, words: words.collect(), text: String::new(), range: at..at }));
            }
            None if bare.starts_with('#') => {
                let name = bare.trim_start_matches('#').trim().to_owned();
                sections.push(Section { name, line: index + 1, blocks: Vec::new() });
            }
            None => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    sections
}

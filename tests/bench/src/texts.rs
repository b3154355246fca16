//! What people write and attach, made up: the same for the same seed.

use crate::data::{Random, WORDS};

/// Words beyond ASCII.
const OTHERS: &[&str] = &["für", "größe", "naïve", "café", "señor", "été", "привет", "日本"];

/// So many words on one line.
pub(crate) fn words(random: &mut Random, count: usize) -> String {
    let words: Vec<&str> = (0..count).map(|_| random.pick(WORDS)).collect();
    words.join(" ")
}

/// Paragraphs of about so many bytes, in lines; one word in twelve is beyond ASCII.
pub(crate) fn paragraphs(random: &mut Random, bytes: usize) -> String {
    paragraphs_with(random, bytes, 8)
}

/// The same, all of it ASCII.
pub(crate) fn plain_paragraphs(random: &mut Random, bytes: usize) -> String {
    paragraphs_with(random, bytes, 0)
}

fn paragraphs_with(random: &mut Random, bytes: usize, others: u64) -> String {
    let mut text = String::with_capacity(bytes + 1_000);
    while text.len() < bytes {
        let end = text.len() + 200 + random.below(400) as usize;
        let mut column = 0;
        while text.len() < end {
            let words = if random.percent(others) { OTHERS } else { WORDS };
            let word = random.pick(words);
            text.push_str(word);
            column += word.len() + 1;
            if column > 68 {
                text.push_str("\r\n");
                column = 0;
            } else {
                text.push(' ');
            }
        }
        text.push_str("\r\n\r\n");
    }
    text
}

/// Bytes without a pattern.
pub(crate) fn noise(count: usize) -> Vec<u8> {
    let mut random = Random::new(13);
    let mut bytes: Vec<u8> = (0..count.div_ceil(8)).flat_map(|_| random.next().to_le_bytes()).collect();
    bytes.truncate(count);
    bytes
}

//! The static embedding table: what each word means, as a row of small numbers. `tools/embedding` makes it and
//! tells its format.

use core::fmt;

/// How many numbers a meaning has.
pub const DIMENSIONS: usize = 192;

const MAGIC: &[u8] = b"KEEPROWS";
const VERSION: u16 = 2;
const HEADER: usize = 20;

/// So many bytes a row has: half a byte for a number, those of the first half of the numbers below those of the second.
const ROW: usize = DIMENSIONS / 2;
/// What numbers are raised by, so that none is below 0.
const RAISED: f32 = 8.0;

/// The shortest beginning of a word that stands for something, in letters.
const SHORTEST_START: usize = 3;

/// A table that was read.
pub struct Table {
    bytes: Box<[u8]>,
    /// Where each word of the vocabulary begins; one more at the end, behind the last line's end.
    words: Box<[u32]>,
    rows: usize,
    print: u64,
    scales: usize,
    weights: usize,
    numbers: usize,
}

/// Why bytes are not a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableError {
    /// They do not begin as a table does.
    NotATable,
    /// Of a version or with a number of dimensions that this program does not know.
    UnknownVersion,
    /// They end too early, go on too long or are not in order.
    Damaged,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotATable => "this is not an embedding table",
            Self::UnknownVersion => "this embedding table was made for another version",
            Self::Damaged => "the embedding table is damaged",
        })
    }
}

impl core::error::Error for TableError {}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table of {} rows", self.rows)
    }
}

/// A row's number.
pub(crate) type Row = u32;

/// A sum of rows.
pub(crate) type Sum = [f32; DIMENSIONS];

/// A meaning as whole numbers. Only the way that it points says something.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Meaning {
    pub numbers: [i8; DIMENSIONS],
}

impl Meaning {
    /// The square of its length, which is not 0.
    pub fn square(&self) -> u32 {
        self.numbers.iter().map(|number| u32::from(number.unsigned_abs()).pow(2)).sum()
    }
}

impl Table {
    /// Reads a table.
    pub fn read(bytes: impl Into<Box<[u8]>>) -> Result<Self, TableError> {
        let bytes: Box<[u8]> = bytes.into();
        if !bytes.starts_with(MAGIC) {
            return Err(TableError::NotATable);
        }
        if number(&bytes, 8, 2) != Some(usize::from(VERSION)) || number(&bytes, 10, 2) != Some(DIMENSIONS) {
            return Err(TableError::UnknownVersion);
        }
        let rows = number(&bytes, 12, 4).ok_or(TableError::Damaged)?;
        let text = number(&bytes, 16, 4).ok_or(TableError::Damaged)?;
        let scales = HEADER.checked_add(text).ok_or(TableError::Damaged)?;
        let weights = rows.checked_mul(4).and_then(|size| size.checked_add(scales)).ok_or(TableError::Damaged)?;
        let numbers = weights.checked_add(rows).ok_or(TableError::Damaged)?;
        let end = rows.checked_mul(ROW).and_then(|size| size.checked_add(numbers));
        let vocabulary = bytes.get(HEADER..scales).filter(|_| end == Some(bytes.len())).ok_or(TableError::Damaged)?;
        let breaks = vocabulary.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at as u32 + 1);
        let words: Box<[u32]> = core::iter::once(0).chain(breaks).chain([text as u32 + 1]).collect();
        let print = print(&bytes);
        let table = Self { words, rows, print, scales, weights, numbers, bytes };
        let in_order = (1..rows).all(|row| table.word(row - 1) < table.word(row));
        if rows == 0 || table.words.len() != rows + 1 || !in_order { Err(TableError::Damaged) } else { Ok(table) }
    }

    /// What other tables have another one of: meanings by one table say nothing to those by another. Never 0.
    pub(crate) fn print(&self) -> u64 {
        self.print
    }

    /// Adds what a folded word means to a sum, as much as such a word weighs in a text; answers whether it is known.
    pub(crate) fn add(&self, pieces: &[Row], weight: f32, to: &mut Sum) {
        let Some(&first) = pieces.first() else { return };
        let weight = weight * self.weight(first);
        let (low, high) = to.split_at_mut(ROW);
        for &piece in pieces {
            let scale = weight * self.scale(piece);
            for ((low, high), &byte) in low.iter_mut().zip(&mut *high).zip(self.row(piece)) {
                *low += scale * (f32::from(byte & 0xf) - RAISED);
                *high += scale * (f32::from(byte >> 4) - RAISED);
            }
        }
    }

    /// The rows of a folded word: its own, or those of the longest known beginning and the longest known continuations
    /// (WordPiece). None where no beginning is known.
    pub(crate) fn pieces(&self, word: &str) -> Vec<Row> {
        let mut found = Vec::new();
        let mut at = 0;
        let mut continuation = String::new();
        while at < word.len() {
            let Some(rest) = word.get(at..) else { return Vec::new() };
            let ends = rest.char_indices().map(|(start, letter)| start + letter.len_utf8()).collect::<Vec<_>>();
            let shortest = if at == 0 { SHORTEST_START.min(ends.len()) } else { 1 };
            let piece = ends.iter().skip(shortest - 1).rev().find_map(|&end| {
                let part = rest.get(..end)?;
                let row = if at == 0 {
                    self.find(part)
                } else {
                    continuation.clear();
                    continuation.push_str("##");
                    continuation.push_str(part);
                    self.find(&continuation)
                };
                Some((row?, end))
            });
            let Some((row, end)) = piece else { return Vec::new() };
            found.push(row);
            at += end;
        }
        found
    }

    fn find(&self, word: &str) -> Option<Row> {
        let (mut low, mut high) = (0, self.rows);
        while low < high {
            let middle = low.midpoint(high);
            match self.word(middle).cmp(word.as_bytes()) {
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Greater => high = middle,
                core::cmp::Ordering::Equal => return Some(middle as Row),
            }
        }
        None
    }

    fn word(&self, row: usize) -> &[u8] {
        let (Some(&start), Some(&end)) = (self.words.get(row), self.words.get(row + 1)) else { return &[] };
        self.bytes.get(HEADER + start as usize..HEADER + end as usize - 1).unwrap_or_default()
    }

    fn row(&self, row: Row) -> &[u8] {
        let start = self.numbers + row as usize * ROW;
        self.bytes.get(start..start + ROW).unwrap_or_default()
    }

    fn scale(&self, row: Row) -> f32 {
        let start = self.scales + row as usize * 4;
        let bytes = self.bytes.get(start..start + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map(f32::from_le_bytes).filter(|scale| scale.is_finite()).unwrap_or_default()
    }

    fn weight(&self, row: Row) -> f32 {
        f32::from(self.bytes.get(self.weights + row as usize).copied().unwrap_or_default()) / 255.0
    }
}

/// So many times eight bytes are passed over for those that a print looks at: tables that were made differently differ nearly
/// everywhere, and this is done at each waking.
const PRINT_STRIDE: usize = 31;

/// Tells tables apart that differ by more than malice (FNV-1a, eight bytes at a time).
fn print(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks();
    let add = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(23);
    let looked_at = words.iter().step_by(PRINT_STRIDE);
    let hash = looked_at.fold(0xcbf2_9ce4_8422_2325, |hash, word| add(hash, u64::from_le_bytes(*word)));
    rest.iter().fold(hash, |hash, byte| add(hash, u64::from(*byte))).max(1)
}

/// How finely a query's numbers are told.
pub(crate) const FINE: f32 = 127.0;

/// How finely a text's are: from −7 to 7, in four bits, which find as well as eight and are half to keep and to read. The
/// largest stays away from where it would be rounded to 8, or to −8.
pub(crate) const COARSE: f32 = 7.25;

/// A sum of rows as a meaning whose largest number is as fine as said; `None` where it is nothing.
pub(crate) fn meaning(sum: &Sum, fineness: f32) -> Option<Meaning> {
    let largest = sum.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
    if !largest.is_normal() {
        return None;
    }
    // Rounded by what is one instruction everywhere.
    let share = fineness / largest;
    Some(Meaning { numbers: sum.map(|number| (number * share + 0.5).floor() as i8) })
}

/// A little-endian number of 2 or 4 bytes.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + size)?;
    Some(bytes.iter().rev().fold(0, |number, &byte| number << 8 | usize::from(byte)))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A table whose words point into the given directions.
    pub(crate) fn table(words: &[(&str, usize)]) -> Vec<u8> {
        let mut words = words.to_vec();
        words.sort_unstable();
        let text = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join("\n");
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend((DIMENSIONS as u16).to_le_bytes());
        bytes.extend((words.len() as u32).to_le_bytes());
        bytes.extend((text.len() as u32).to_le_bytes());
        bytes.extend(text.as_bytes());
        words.iter().for_each(|_| bytes.extend((1.0_f32 / 7.0).to_le_bytes()));
        words.iter().for_each(|_| bytes.push(255));
        for (_, direction) in words {
            let number = |at: usize| if at == direction { 15 } else { 8 };
            bytes.extend((0..ROW).map(|at| number(at) | number(ROW + at) << 4));
        }
        bytes
    }

    #[test]
    fn a_word_is_its_own_row_or_the_longest_parts() {
        let table = Table::read(table(&[("linger", 0), ("lin", 1), ("##ed", 2), ("##e", 3)])).unwrap();
        assert_eq!(table.pieces("linger").len(), 1);
        assert_eq!(table.pieces("lingered"), [table.find("linger").unwrap(), table.find("##ed").unwrap()]);
        assert_eq!(table.pieces("xyz"), []);
        assert_eq!(table.pieces("li"), []);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        let good = table(&[("tea", 0), ("green", 1)]);
        assert_eq!(Table::read(b"PK".to_vec()).unwrap_err(), TableError::NotATable);
        let mut other = good.clone();
        other[8] = 9;
        assert_eq!(Table::read(other).unwrap_err(), TableError::UnknownVersion);
        assert_eq!(Table::read(&good[..good.len() - 1]).unwrap_err(), TableError::Damaged);
    }

    proptest! {
        #[test]
        fn the_numbers_of_a_text_fit_into_four_bits(sum in prop::collection::vec(-9.0..9.0_f32, DIMENSIONS)) {
            let sum: Sum = sum.try_into().unwrap();
            let fits = |meaning: &Meaning| meaning.numbers.iter().all(|number| (-7..=7).contains(number));
            prop_assert!(meaning(&sum, COARSE).as_ref().is_none_or(fits));
            prop_assert!(meaning(&sum.map(|number| -number), COARSE).as_ref().is_none_or(fits));
        }

        #[test]
        fn no_bytes_stop_the_reader(at in 8..60_usize, byte in any::<u8>(), word in "\\PC{0,12}") {
            let mut bytes = table(&[("tea", 0), ("green", 1), ("##s", 2)]);
            bytes[at] = byte;
            if let Ok(table) = Table::read(bytes) {
                let mut sum = [0.0; DIMENSIONS];
                table.add(&table.pieces(&word), 1.0, &mut sum);
                meaning(&sum, FINE);
            }
        }
    }
}

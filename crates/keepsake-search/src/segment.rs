//! The index at rest: some texts as bytes, with their words and meanings, and back.
//!
//! A segment stands on its own: it has its own terms, and can be read, written and left out without any other.
//! `docs/retrieval.md` tells the bytes. What reads as a segment has one form, so that the same texts give the same bytes.

use core::fmt;
use std::collections::BTreeMap;

use crate::coding::{Damaged, Reader, Writer};
use crate::dictionary::{self, Dictionary, LEFT_OUT, Placed};
use crate::facts::{Belief, Facts, MAX_SLOTS, Place, Slot, Texts, Traits};
use crate::language::Language;
use crate::near::MOST_HALVES;
use crate::packed_meaning::{MOST_SQUARE, PackedMeaning, bytes_of, plane_of};
use crate::packed_text::LAST_TIME;
use crate::postings::{Posting, Postings, Term};

/// Rises with the bytes, and with whatever words or meanings are taken from a text: what an older program learnt is then
/// learnt again.
const VERSION: u8 = 5;

/// The bits of a text's flags.
const WRITTEN: u8 = 1;
const EXPIRES: u8 = 1 << 1;
const UNUSED: u8 = 1 << 2;
const ASKS: u8 = 1 << 3;
const TELLS_WHEN: u8 = 1 << 4;
const PLACE: u8 = 1 << 5;
const SPEAKER: u8 = 1 << 6;
const MEANING: u8 = 1 << 7;

/// In one byte: what a text is believed, and above it its language, counted from 1, or 0.
const BELIEF_BITS: u8 = 2;

/// Why a segment cannot be used. Its texts are then to be learnt again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentError {
    /// Another version of the program wrote it.
    UnknownVersion,
    /// Its meanings are those of another embedding table, or of none.
    OtherTable,
    /// The bytes are no segment of so many texts.
    Damaged,
    /// The index has a text already in the place of one of its own.
    Taken,
}

impl fmt::Display for SegmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownVersion => "this part of the index was written by another version",
            Self::OtherTable => "this part of the index was made with another embedding table",
            Self::Damaged => "this part of the index is damaged",
            Self::Taken => "the index has texts in the places of this part already",
        })
    }
}

impl core::error::Error for SegmentError {}

impl From<Damaged> for SegmentError {
    fn from(Damaged: Damaged) -> Self {
        Self::Damaged
    }
}

/// A segment that was read, not yet part of an index.
pub(crate) struct Segment {
    /// In the order of their places in the segment.
    pub texts: Vec<Kept>,
    pub dictionary: Dictionary,
}

/// A text of a segment.
pub(crate) struct Kept {
    /// Where it is to be; `None` where it is left out.
    pub slot: Option<Slot>,
    pub facts: Facts,
    /// The speaker is a place among the terms.
    pub traits: Traits,
    pub meaning: Option<PackedMeaning>,
}

/// A segment as it is written.
pub(crate) struct Written {
    pub bytes: Vec<u8>,
    /// Where in the bytes the dictionary begins.
    pub dictionary: usize,
    /// The slots of its texts.
    pub slots: Vec<Slot>,
}

/// Writes the texts in these slots, which are in order. `table` is the print of the embedding table, 0 without one.
pub(crate) fn encode(slots: &[Slot], table: u64, texts: &Texts, postings: &Postings) -> Written {
    let (places, there): (Vec<u64>, Vec<Slot>) =
        (0..).zip(slots.iter().copied()).filter(|(_, slot)| texts.there().has(*slot)).unzip();
    let (numbers, terms): (Vec<Term>, Vec<(&str, Vec<Placed>)>) = postings
        .all()
        .map(|(name, term)| (term, (name, within(postings.thawed(term), &there))))
        .filter(|(_, (_, list))| !list.is_empty())
        .unzip();
    let speakers: BTreeMap<Term, u64> = numbers.into_iter().zip(0..).collect();
    let mut writer = Writer(vec![VERSION]);
    writer.0.extend(table.to_be_bytes());
    writer.number(there.len() as u64);
    let (mut next, mut written) = (0, 0);
    for (place, slot) in places.into_iter().zip(there.iter().copied()) {
        let Some(text) = texts.get(slot) else { continue };
        writer.number(place - next);
        next = place + 1;
        let speaker = text.traits.speaker.and_then(|speaker| speakers.get(&speaker).copied());
        write_text(&text.facts, &text.traits, speaker, &mut written, texts.meanings.packed(slot), &mut writer);
    }
    let dictionary = writer.0.len();
    dictionary::write(&terms, &mut writer);
    Written { bytes: writer.0, dictionary, slots: there }
}

/// The postings of a list that are of these texts.
fn within(list: &[Posting], slots: &[Slot]) -> Vec<Placed> {
    let (Some(first), Some(last)) = (slots.first(), slots.last()) else { return Vec::new() };
    let from = list.partition_point(|posting| posting.slot() < *first);
    let postings = list.get(from..).unwrap_or_default().iter().take_while(|posting| posting.slot() <= *last);
    postings.filter_map(|posting| Some((slots.binary_search(&posting.slot()).ok()?, *posting))).collect()
}

fn write_text(
    facts: &Facts,
    traits: &Traits,
    speaker: Option<u64>,
    before: &mut u64,
    meaning: Option<PackedMeaning>,
    writer: &mut Writer,
) {
    let flag = |is: bool, flag: u8| if is { flag } else { 0 };
    writer.0.push(
        flag(facts.written.is_some(), WRITTEN)
            | flag(facts.expires.is_some(), EXPIRES)
            | flag(traits.asks, ASKS)
            | flag(traits.tells_when, TELLS_WHEN)
            | flag(facts.place.is_some(), PLACE)
            | flag(speaker.is_some(), SPEAKER)
            | flag(meaning.is_some(), MEANING),
    );
    let language = traits.language.map_or(0, |language| language as u8 + 1);
    writer.0.push(language << BELIEF_BITS | facts.belief as u8);
    writer.number((traits.length * 2.0) as u64);
    writer.number(traits.distinct.into());
    writer.0.extend(traits.print.to_be_bytes());
    if let Some(written) = facts.written {
        writer.number(zigzag(written.wrapping_sub(*before)));
        *before = written;
    }
    if let Some(expires) = facts.expires {
        writer.number(expires);
    }
    if let Some(Place { conversation, position }) = facts.place {
        writer.number(conversation.into());
        writer.number(position.into());
    }
    if let Some(speaker) = speaker {
        writer.number(speaker);
    }
    if let Some(PackedMeaning { sketch, rest, square }) = meaning {
        writer.number(square.into());
        core::iter::once(sketch).chain(rest).for_each(|plane| writer.0.extend(bytes_of(&plane)));
    }
}

/// A difference as a number that is small where the difference is, whichever way.
fn zigzag(difference: u64) -> u64 {
    difference << 1 ^ (difference as i64 >> 63) as u64
}

fn unzigzag(number: u64) -> u64 {
    number >> 1 ^ (number & 1).wrapping_neg()
}

// A browser compiles WebAssembly quickly first and well later: each function by itself, from its next call on once it has run
// for a while. What reads a segment is therefore in functions that are called for every text, and not drawn together into
// one that is called for each segment, of which the first ones would be read slowly.

/// Reads what [`encode`] wrote of so many slots. `slots` says for each where its text is to be. What stands in the blocks of the
/// dictionary is not looked into: [`Segment::check`] does.
#[inline(never)]
pub(crate) fn decode(bytes: &[u8], slots: &[Option<Slot>], table: u64) -> Result<Segment, SegmentError> {
    let mut reader = Reader(bytes);
    if reader.take()? != [VERSION] {
        return Err(SegmentError::UnknownVersion);
    }
    if u64::from_be_bytes(reader.take()?) != table {
        return Err(SegmentError::OtherTable);
    }
    let (mut next, mut written) = (0_usize, 0);
    let (mut texts, mut places) = (Vec::new(), Vec::new());
    for _ in 0..reader.number()? {
        let place = reader.size()?.checked_add(next).ok_or(Damaged)?;
        let slot = slots.get(place).ok_or(Damaged)?.filter(|slot| *slot < MAX_SLOTS);
        next = place + 1;
        let text = read_text(&mut reader, slot, &mut written)?;
        if text.meaning.is_some() && table == 0 {
            return Err(SegmentError::Damaged);
        }
        texts.push(text);
        places.push(slot.unwrap_or(LEFT_OUT));
    }
    let dictionary = Dictionary::read(&mut reader, places)?;
    let speaks = |traits: &Traits| traits.speaker.is_none_or(|speaker| (speaker as usize) < dictionary.len());
    if !texts.iter().all(|text| speaks(&text.traits)) {
        return Err(SegmentError::Damaged);
    }
    Ok(Segment { texts, dictionary })
}

impl Segment {
    /// Refuses every other form of the blocks than the one in which they are written.
    pub fn check(&self) -> Result<(), SegmentError> {
        Ok(self.dictionary.each(|_, _| ())?)
    }
}

#[inline(never)]
fn read_text(reader: &mut Reader<'_>, slot: Option<Slot>, before: &mut u64) -> Result<Kept, Damaged> {
    let [flags, kind] = reader.take()?;
    let has = |flag: u8| flags & flag != 0;
    if has(UNUSED) {
        return Err(Damaged);
    }
    let language = usize::from(kind >> BELIEF_BITS).checked_sub(1);
    let language = language.map(|at| Language::ALL.get(at).copied().ok_or(Damaged)).transpose()?;
    let belief = Belief::ALL.get(usize::from(kind & ((1 << BELIEF_BITS) - 1))).copied().unwrap_or_default();
    let length = Some(reader.number()?).filter(|halves| *halves <= MOST_HALVES.into());
    let length = length.ok_or(Damaged)? as f32 / 2.0;
    let distinct = u16::try_from(reader.number()?).map_err(|_| Damaged)?;
    let print = u64::from_be_bytes(reader.take()?);
    if has(WRITTEN) {
        *before = before.wrapping_add(unzigzag(reader.number()?));
    }
    let written = has(WRITTEN).then_some(*before);
    let expires = if has(EXPIRES) { Some(reader.number()?) } else { None };
    if written.max(expires) > Some(LAST_TIME) {
        return Err(Damaged);
    }
    let place = if has(PLACE) {
        Some(Place { conversation: reader.number_of_32_bits()?, position: reader.number_of_32_bits()? })
    } else {
        None
    };
    let speaker = if has(SPEAKER) { Some(reader.number_of_32_bits()?) } else { None };
    let meaning = if has(MEANING) { Some(read_meaning(reader)?) } else { None };
    let facts = Facts { written, expires, belief, place };
    let asks = has(ASKS);
    let traits = Traits { length, distinct, print, language, speaker, asks, tells_when: has(TELLS_WHEN) };
    Ok(Kept { slot, facts, traits, meaning })
}

fn read_meaning(reader: &mut Reader<'_>) -> Result<PackedMeaning, Damaged> {
    let square =
        u16::try_from(reader.number()?).ok().filter(|square| (1..=MOST_SQUARE).contains(square)).ok_or(Damaged)?;
    let mut plane = || Ok(plane_of(&reader.take()?));
    Ok(PackedMeaning { sketch: plane()?, rest: [plane()?, plane()?, plane()?], square })
}

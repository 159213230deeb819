//! The index at rest: some texts as bytes, with their words and meanings, and back.
//!
//! A segment stands on its own: it has its own terms, and can be read, written and left out without any other.
//! `docs/retrieval.md` tells the bytes. What reads as a segment has one form, so that the same texts give the same bytes.

use core::fmt;
use std::collections::BTreeMap;

use crate::facts::{Belief, Facts, MAX_SLOTS, Place, Slot, Texts, Traits};
use crate::language::Language;
use crate::packed_meaning::{PackedMeaning, SIGNS, SIZES};
use crate::postings::{Lists, MAX_COUNT, Posting, Postings, Term};

/// Rises with the bytes, and with whatever words or meanings are taken from a text: what an older program learnt is then
/// learnt again.
const VERSION: u8 = 3;

/// A folded word has at most 256 bytes, and some endings are taken off by putting others on.
const LONGEST_TERM: usize = 272;

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
const BELIEFS: [Belief; 4] = [Belief::Own, Belief::Confirmed, Belief::Imported, Belief::Unreviewed];

/// How often most terms occur in a text, in halves: once.
const ONCE: u32 = 2;

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

/// A segment that was read, not yet part of an index.
pub(crate) struct Segment<'a> {
    /// In the order of their places in the segment.
    pub texts: Vec<Kept<'a>>,
    /// The names of the terms, one behind the other.
    names: String,
    /// In their order: where each name ends.
    ends: Vec<usize>,
    /// Of each term. Texts that are left out are in none.
    pub lists: Lists,
}

/// A text of a segment.
pub(crate) struct Kept<'a> {
    /// Where it is to be; `None` where it is left out.
    pub slot: Option<Slot>,
    pub facts: Facts,
    /// The speaker is a place among the terms.
    pub traits: Traits,
    pub meaning: Option<PackedMeaning<'a>>,
}

impl Segment<'_> {
    /// The names of the terms in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let starts = core::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(from, to)| self.names.get(from..*to).unwrap_or_default())
    }
}

/// Writes the texts in these slots, which are in order. `table` is the print of the embedding table, 0 without one.
pub(crate) fn encode(slots: &[Slot], table: u64, texts: &Texts, postings: &Postings) -> Vec<u8> {
    let (places, there): (Vec<u64>, Vec<Slot>) =
        (0..).zip(slots.iter().copied()).filter(|(_, slot)| texts.there().has(*slot)).unzip();
    let terms: Vec<(&str, Term, Vec<Placed>)> = postings
        .all()
        .map(|(name, term)| (name, term, within(postings.list(term), &there)))
        .filter(|(.., list)| !list.is_empty())
        .collect();
    let speakers: BTreeMap<Term, u64> = (0..).zip(&terms).map(|(place, (_, term, _))| (*term, place)).collect();
    let mut writer = Writer(vec![VERSION]);
    writer.0.extend(table.to_be_bytes());
    writer.number(there.len() as u64);
    let (mut next, mut written) = (0, 0);
    for (place, slot) in places.into_iter().zip(there.iter().copied()) {
        let Some(text) = texts.get(slot) else { continue };
        writer.number(place - next);
        next = place + 1;
        let speaker = text.traits.speaker.and_then(|speaker| speakers.get(&speaker).copied());
        writer.text(&text.facts, &text.traits, speaker, &mut written, texts.meanings.packed(slot));
    }
    writer.number(terms.len() as u64);
    let mut before = "";
    for (name, _, list) in terms {
        let shared = shared(before.as_bytes(), name.as_bytes());
        let rest = name.as_bytes().get(shared..).unwrap_or_default();
        writer.number(shared as u64);
        writer.number(rest.len() as u64);
        writer.0.extend(rest);
        before = name;
        writer.list(&list);
    }
    writer.0
}

/// A posting with the number of its text among the segment's texts.
type Placed = (usize, Posting);

/// The postings of a list that are of these texts.
fn within(list: &[Posting], slots: &[Slot]) -> Vec<Placed> {
    let (Some(first), Some(last)) = (slots.first(), slots.last()) else { return Vec::new() };
    let from = list.partition_point(|posting| posting.slot() < *first);
    let postings = list.get(from..).unwrap_or_default().iter().take_while(|posting| posting.slot() <= *last);
    postings.filter_map(|posting| Some((slots.binary_search(&posting.slot()).ok()?, *posting))).collect()
}

/// How many bytes two terms begin with alike.
fn shared(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

struct Writer(Vec<u8>);

impl Writer {
    /// A number in as few bytes as it takes, seven bits each, the lowest first (LEB128).
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    fn text(
        &mut self,
        facts: &Facts,
        traits: &Traits,
        speaker: Option<u64>,
        before: &mut u64,
        meaning: Option<PackedMeaning<'_>>,
    ) {
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        self.0.push(
            flag(facts.written.is_some(), WRITTEN)
                | flag(facts.expires.is_some(), EXPIRES)
                | flag(traits.asks, ASKS)
                | flag(traits.tells_when, TELLS_WHEN)
                | flag(facts.place.is_some(), PLACE)
                | flag(speaker.is_some(), SPEAKER)
                | flag(meaning.is_some(), MEANING),
        );
        let language = traits.language.map_or(0, |language| language as u8 + 1);
        self.0.push(language << BELIEF_BITS | facts.belief as u8);
        self.number((traits.length * 2.0) as u64);
        self.0.extend(traits.print.to_be_bytes());
        if let Some(written) = facts.written {
            self.number(zigzag(written.wrapping_sub(*before)));
            *before = written;
        }
        if let Some(expires) = facts.expires {
            self.number(expires);
        }
        if let Some(Place { conversation, position }) = facts.place {
            self.number(conversation.into());
            self.number(position.into());
        }
        if let Some(speaker) = speaker {
            self.number(speaker);
        }
        if let Some(PackedMeaning { signs, sizes, scale }) = meaning {
            self.0.extend(scale.to_be_bytes());
            self.0.extend(signs);
            self.0.extend(sizes);
        }
    }

    /// The postings of a term, by the numbers of their texts.
    fn list(&mut self, list: &[Placed]) {
        self.number(list.len() as u64);
        let mut next = 0;
        for (text, posting) in list {
            let is_once = posting.halves() == ONCE;
            self.number(((text - next) as u64) << 1 | u64::from(!is_once));
            if !is_once {
                self.0.push(posting.halves() as u8);
            }
            next = text + 1;
        }
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
// for a while. What reads a segment is therefore in functions that are called for every text and every term, and not
// drawn together into one that is called for each segment, of which the first ones would be read slowly.

/// Reads what [`encode`] wrote of so many slots, and refuses every other form. `slots` says for each where its text is to be.
#[inline(never)]
pub(crate) fn decode<'a>(bytes: &'a [u8], slots: &[Option<Slot>], table: u64) -> Result<Segment<'a>, SegmentError> {
    let mut reader = Reader(bytes);
    if reader.take()? != [VERSION] {
        return Err(SegmentError::UnknownVersion);
    }
    if u64::from_be_bytes(reader.take()?) != table {
        return Err(SegmentError::OtherTable);
    }
    let (mut next, mut written) = (0_usize, 0);
    let (mut texts, mut places) = (Vec::new(), Places::default());
    for _ in 0..reader.number()? {
        let place = reader.size()?.checked_add(next).ok_or(SegmentError::Damaged)?;
        let slot = slots.get(place).ok_or(SegmentError::Damaged)?.filter(|slot| *slot < MAX_SLOTS);
        next = place + 1;
        let text = reader.text(slot, &mut written)?;
        if text.meaning.is_some() && table == 0 {
            return Err(SegmentError::Damaged);
        }
        texts.push(text);
        places.push(slot);
    }
    let (mut names, mut ends, mut lists) = (String::new(), Vec::new(), Lists::default());
    let mut term: Vec<u8> = Vec::new();
    for _ in 0..reader.number()? {
        reader.term(&mut term)?;
        names.push_str(core::str::from_utf8(&term).map_err(|_| SegmentError::Damaged)?);
        ends.push(names.len());
        reader.list(&mut places, &mut lists)?;
    }
    let speaks = |traits: &Traits| traits.speaker.is_none_or(|speaker| (speaker as usize) < ends.len());
    if !reader.0.is_empty() || !texts.iter().all(|text| speaks(&text.traits)) {
        return Err(SegmentError::Damaged);
    }
    for (text, distinct) in texts.iter_mut().zip(places.distinct) {
        text.traits.distinct = distinct;
    }
    Ok(Segment { texts, names, ends, lists })
}

/// What the posting lists need of the texts.
#[derive(Default)]
struct Places {
    /// [`LEFT_OUT`] where a text is left out.
    slots: Vec<Slot>,
    /// In how many lists each text is.
    distinct: Vec<u16>,
    /// Whether some text comes before one with a lower slot.
    is_out_of_order: bool,
    /// One more than the last slot.
    next: Slot,
}

const LEFT_OUT: Slot = Slot::MAX;

impl Places {
    fn push(&mut self, slot: Option<Slot>) {
        self.slots.push(slot.unwrap_or(LEFT_OUT));
        self.distinct.push(0);
        if let Some(slot) = slot {
            self.is_out_of_order |= slot < self.next;
            self.next = slot + 1;
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], SegmentError> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(SegmentError::Damaged)?;
        self.0 = rest;
        Ok(*taken)
    }

    /// A number in the fewest bytes that it can have; most have one.
    #[inline]
    fn number(&mut self) -> Result<u64, SegmentError> {
        match self.0 {
            [byte @ ..0x80, rest @ ..] => {
                self.0 = rest;
                Ok(u64::from(*byte))
            }
            _ => self.long_number(),
        }
    }

    fn long_number(&mut self) -> Result<u64, SegmentError> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let [byte] = self.take()?;
            let bits = u64::from(byte & 0x7f);
            number |= bits << shift;
            if byte & 0x80 == 0 {
                let is_shortest = bits << shift >> shift == bits && (byte != 0 || shift == 0);
                return if is_shortest { Ok(number) } else { Err(SegmentError::Damaged) };
            }
        }
        Err(SegmentError::Damaged)
    }

    fn size(&mut self) -> Result<usize, SegmentError> {
        usize::try_from(self.number()?).map_err(|_| SegmentError::Damaged)
    }

    fn number_of_32_bits(&mut self) -> Result<u32, SegmentError> {
        u32::try_from(self.number()?).map_err(|_| SegmentError::Damaged)
    }

    #[inline(never)]
    fn text(&mut self, slot: Option<Slot>, before: &mut u64) -> Result<Kept<'a>, SegmentError> {
        let [flags, kind] = self.take()?;
        let has = |flag: u8| flags & flag != 0;
        if has(UNUSED) {
            return Err(SegmentError::Damaged);
        }
        let language = usize::from(kind >> BELIEF_BITS).checked_sub(1);
        let language = language.map(|at| Language::ALL.get(at).copied().ok_or(SegmentError::Damaged)).transpose()?;
        let belief = BELIEFS.get(usize::from(kind & ((1 << BELIEF_BITS) - 1))).copied().unwrap_or_default();
        // Larger ones would be rounded.
        let length = Some(self.number()?).filter(|halves| *halves < 1 << f32::MANTISSA_DIGITS);
        let length = length.ok_or(SegmentError::Damaged)? as f32 / 2.0;
        let print = u64::from_be_bytes(self.take()?);
        if has(WRITTEN) {
            *before = before.wrapping_add(unzigzag(self.number()?));
        }
        let written = has(WRITTEN).then_some(*before);
        let expires = if has(EXPIRES) { Some(self.number()?) } else { None };
        let place = if has(PLACE) {
            Some(Place { conversation: self.number_of_32_bits()?, position: self.number_of_32_bits()? })
        } else {
            None
        };
        let speaker = if has(SPEAKER) { Some(self.number_of_32_bits()?) } else { None };
        let meaning = if has(MEANING) { Some(self.meaning()?) } else { None };
        let facts = Facts { written, expires, belief, place };
        let asks = has(ASKS);
        let traits = Traits { length, distinct: 0, print, language, speaker, asks, tells_when: has(TELLS_WHEN) };
        Ok(Kept { slot, facts, traits, meaning })
    }

    fn meaning(&mut self) -> Result<PackedMeaning<'a>, SegmentError> {
        let scale = f32::from_be_bytes(self.take()?);
        let signs = self.take::<SIGNS>()?;
        let (sizes, rest) = self.0.split_first_chunk::<SIZES>().ok_or(SegmentError::Damaged)?;
        self.0 = rest;
        if !scale.is_normal() || scale < 0.0 {
            return Err(SegmentError::Damaged);
        }
        Ok(PackedMeaning { signs, sizes, scale })
    }

    /// The next term, which has to come after the one that is there.
    #[inline(never)]
    fn term(&mut self, term: &mut Vec<u8>) -> Result<(), SegmentError> {
        let (shared, length) = (self.size()?, self.size()?);
        let (rest, others) = self.0.split_at_checked(length).ok_or(SegmentError::Damaged)?;
        let follows = match (term.get(shared), rest.first()) {
            (Some(before), Some(now)) => before < now,
            (None, Some(_)) => shared == term.len(),
            (_, None) => false,
        };
        if !follows || shared + length > LONGEST_TERM {
            return Err(SegmentError::Damaged);
        }
        self.0 = others;
        term.truncate(shared);
        term.extend(rest);
        Ok(())
    }

    /// The postings of a term, which every text counts.
    #[inline(never)]
    fn list(&mut self, places: &mut Places, lists: &mut Lists) -> Result<(), SegmentError> {
        let count = Some(self.number()?).filter(|count| *count > 0).ok_or(SegmentError::Damaged)?;
        let start = lists.postings.len();
        let mut next = 0_usize;
        for _ in 0..count {
            let number = self.number()?;
            let gap = usize::try_from(number >> 1).map_err(|_| SegmentError::Damaged)?;
            let place = next.checked_add(gap).ok_or(SegmentError::Damaged)?;
            let (Some(slot), Some(distinct)) = (places.slots.get(place), places.distinct.get_mut(place)) else {
                return Err(SegmentError::Damaged);
            };
            next = place + 1;
            let halves = if number & 1 == 0 { ONCE } else { u32::from(u8::from_be_bytes(self.take()?)) };
            let is_shortest = number & 1 == 0 || halves != ONCE;
            if !is_shortest || !(1..=MAX_COUNT).contains(&halves) {
                return Err(SegmentError::Damaged);
            }
            *distinct = distinct.saturating_add(1);
            if *slot != LEFT_OUT {
                lists.postings.push(Posting::new(*slot, halves));
            }
        }
        if places.is_out_of_order
            && let Some(list) = lists.postings.get_mut(start..)
        {
            list.sort_unstable_by_key(|posting| posting.slot());
        }
        lists.ends.push(u32::try_from(lists.postings.len()).map_err(|_| SegmentError::Damaged)?);
        Ok(())
    }
}

//! What is known of a text, in little memory: there may be a hundred thousand of them.

use crate::facts::{Belief, Facts, Millis, Place, Text, Traits};
use crate::language::Language;
use crate::near::Near;
use crate::postings::Term;

/// A text in 36 bytes with what its [`Near`] does not say, or none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Packed {
    written: Time,
    expires: Time,
    print: [u32; 2],
    conversation: u32,
    position: u32,
    speaker: Term,
    distinct: u16,
    /// The language's number from 1, or 0.
    language: u8,
    flags: u8,
}

/// Milliseconds since 1970, the lowest 16 bits first: enough for the next 8,900 years.
#[derive(Debug, Clone, Copy, Default)]
struct Time([u16; 3]);

/// The last time that can be kept; later ones are taken for it.
pub(crate) const LAST_TIME: Millis = (1 << 48) - 1;

impl From<Millis> for Time {
    fn from(time: Millis) -> Self {
        Self([0, 16, 32].map(|shift| (time.min(LAST_TIME) >> shift) as u16))
    }
}

impl From<Time> for Millis {
    fn from(Time(parts): Time) -> Self {
        parts.into_iter().rev().fold(0, |time, part| time << 16 | Self::from(part))
    }
}

/// There is a text.
const THERE: u8 = 1;
const WRITTEN: u8 = 1 << 1;
const EXPIRES: u8 = 1 << 2;
const PLACE: u8 = 1 << 3;
const SPEAKER: u8 = 1 << 4;
const TELLS_WHEN: u8 = 1 << 5;
/// Above the flags, how far it is believed.
const BELIEF: u32 = 6;

impl From<Text> for Packed {
    fn from(Text { facts, traits }: Text) -> Self {
        let place = facts.place.unwrap_or(Place { conversation: 0, position: 0 });
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        Self {
            written: facts.written.unwrap_or_default().into(),
            expires: facts.expires.unwrap_or_default().into(),
            print: [(traits.print >> u32::BITS) as u32, traits.print as u32],
            conversation: place.conversation,
            position: place.position,
            speaker: traits.speaker.unwrap_or_default(),
            distinct: traits.distinct,
            language: traits.language.map_or(0, |language| language as u8 + 1),
            flags: THERE
                | (facts.belief as u8) << BELIEF
                | flag(facts.written.is_some(), WRITTEN)
                | flag(facts.expires.is_some(), EXPIRES)
                | flag(facts.place.is_some(), PLACE)
                | flag(traits.speaker.is_some(), SPEAKER)
                | flag(traits.tells_when, TELLS_WHEN),
        }
    }
}

impl Packed {
    #[cfg(test)]
    pub fn is_there(&self) -> bool {
        self.has(THERE)
    }

    /// The text; `None` where there is none.
    pub fn text(&self, near: Near) -> Option<Text> {
        let known = |flag: u8| self.has(flag).then_some(());
        known(THERE)?;
        let facts = Facts {
            written: known(WRITTEN).map(|()| self.written.into()),
            expires: known(EXPIRES).map(|()| self.expires.into()),
            belief: Belief::ALL.get(usize::from(self.flags >> BELIEF)).copied().unwrap_or_default(),
            place: self.place(),
        };
        let language = usize::from(self.language).checked_sub(1);
        let traits = Traits {
            length: near.length(),
            distinct: self.distinct,
            print: self.print.into_iter().fold(0, |print, half| print << u32::BITS | u64::from(half)),
            language: language.and_then(|at| Language::ALL.get(at).copied()),
            speaker: self.speaker(),
            asks: near.asks(),
            tells_when: self.has(TELLS_WHEN),
        };
        Some(Text { facts, traits })
    }

    /// Who speaks in the text.
    pub fn speaker(&self) -> Option<Term> {
        self.has(SPEAKER).then_some(self.speaker)
    }

    /// Where the text stands in a conversation.
    pub fn place(&self) -> Option<Place> {
        self.has(PLACE).then_some(Place { conversation: self.conversation, position: self.position })
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::near::MOST_HALVES;

    const _: () = assert!(size_of::<Packed>() == 36);

    proptest! {
        #[test]
        fn a_text_comes_out_as_it_was_put_in(
            times in prop::array::uniform2(prop::option::of(0..=LAST_TIME)), place in any::<Option<(u32, u32)>>(), flags in any::<[bool; 2]>(),
            belief in 0..4_usize, language in prop::option::of(0..Language::ALL.len()), numbers in any::<(u16, u64, Option<Term>)>(),
            halves in 0..=MOST_HALVES,
        ) {
            let ([written, expires], [asks, tells_when], (distinct, print, speaker)) = (times, flags, numbers);
            let place = place.map(|(conversation, position)| Place { conversation, position });
            let facts = Facts { written, expires, belief: Belief::ALL[belief], place };
            let language = language.map(|at| Language::ALL[at]);
            let length = halves as f32 * 0.5;
            let traits = Traits { length, distinct, print, language, speaker, asks, tells_when };
            let text = Packed::from(Text { facts, traits }).text(Near::new(length, asks)).unwrap();
            prop_assert_eq!((text.facts, text.traits), (facts, traits));
            prop_assert!(Packed::default().text(Near::default()).is_none());
        }
    }
}

//! What is known of a text, in half the memory: there may be a hundred thousand of them.

use crate::facts::{Belief, Facts, Millis, Place, Text, Traits};
use crate::language::Language;
use crate::postings::Term;

/// A text in 48 bytes, or none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Packed {
    written: Millis,
    expires: Millis,
    print: u64,
    conversation: u32,
    position: u32,
    speaker: Term,
    length: f32,
    distinct: u16,
    /// The language's number from 1, or 0.
    language: u8,
    belief: Belief,
    flags: u8,
}

/// There is a text.
const THERE: u8 = 1;
const WRITTEN: u8 = 1 << 1;
const EXPIRES: u8 = 1 << 2;
const PLACE: u8 = 1 << 3;
const SPEAKER: u8 = 1 << 4;
const ASKS: u8 = 1 << 5;
const TELLS_WHEN: u8 = 1 << 6;

impl From<Text> for Packed {
    fn from(Text { facts, traits }: Text) -> Self {
        let place = facts.place.unwrap_or(Place { conversation: 0, position: 0 });
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        Self {
            written: facts.written.unwrap_or_default(),
            expires: facts.expires.unwrap_or_default(),
            print: traits.print,
            conversation: place.conversation,
            position: place.position,
            speaker: traits.speaker.unwrap_or_default(),
            length: traits.length,
            distinct: traits.distinct,
            language: traits.language.map_or(0, |language| language as u8 + 1),
            belief: facts.belief,
            flags: THERE
                | flag(facts.written.is_some(), WRITTEN)
                | flag(facts.expires.is_some(), EXPIRES)
                | flag(facts.place.is_some(), PLACE)
                | flag(traits.speaker.is_some(), SPEAKER)
                | flag(traits.asks, ASKS)
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
    pub fn text(&self) -> Option<Text> {
        let known = |flag: u8| self.has(flag).then_some(());
        known(THERE)?;
        let facts = Facts {
            written: known(WRITTEN).map(|()| self.written),
            expires: known(EXPIRES).map(|()| self.expires),
            belief: self.belief,
            place: known(PLACE).map(|()| Place { conversation: self.conversation, position: self.position }),
        };
        let language = usize::from(self.language).checked_sub(1);
        let traits = Traits {
            length: self.length,
            distinct: self.distinct,
            print: self.print,
            language: language.and_then(|at| Language::ALL.get(at).copied()),
            speaker: self.speaker(),
            asks: self.has(ASKS),
            tells_when: self.has(TELLS_WHEN),
        };
        Some(Text { facts, traits })
    }

    /// Who speaks in the text.
    pub fn speaker(&self) -> Option<Term> {
        self.has(SPEAKER).then_some(self.speaker)
    }

    fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const _: () = assert!(size_of::<Packed>() == 48);

    proptest! {
        #[test]
        fn a_text_comes_out_as_it_was_put_in(
            times in any::<[Option<Millis>; 2]>(), place in any::<Option<(u32, u32)>>(), flags in any::<[bool; 2]>(),
            belief in 0..4_usize, language in prop::option::of(0..Language::ALL.len()), numbers in any::<(u16, u64, Option<Term>)>(),
            length in 0.0..1e6_f32,
        ) {
            let beliefs = [Belief::Own, Belief::Confirmed, Belief::Imported, Belief::Unreviewed];
            let ([written, expires], [asks, tells_when], (distinct, print, speaker)) = (times, flags, numbers);
            let place = place.map(|(conversation, position)| Place { conversation, position });
            let facts = Facts { written, expires, belief: beliefs[belief], place };
            let language = language.map(|at| Language::ALL[at]);
            let traits = Traits { length, distinct, print, language, speaker, asks, tells_when };
            let text = Packed::from(Text { facts, traits }).text().unwrap();
            prop_assert_eq!((text.facts, text.traits), (facts, traits));
            prop_assert!(Packed::default().text().is_none());
        }
    }
}

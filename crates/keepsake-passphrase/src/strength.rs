//! Passphrases: how hard one is to guess, and a random one that can be remembered.

use diceware_wordlists::Wordlist;
use keepsake_crypto::{CryptoError, Random};
use serde::Serialize;
use zeroize::Zeroizing;
use zxcvbn::zxcvbn;

/// Words in a suggested passphrase: 6 × 12.9 bits.
const WORDS: usize = 6;

/// From this zxcvbn score on a passphrase is taken without a further question.
const STRONG: u8 = 3;

/// How hard a passphrase is to guess.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct StrengthReport {
    /// zxcvbn's score: 0 (at once) to 4 (very hard to guess).
    pub score: u8,
    /// Decimal logarithm of the guesses it takes, in tenths.
    pub guesses_log10_tenths: u32,
    /// Whether it is strong enough to be taken without a further confirmation.
    pub strong: bool,
}

/// Estimates a passphrase; what is not UTF-8 is as weak as can be.
pub fn assess(passphrase: &[u8]) -> StrengthReport {
    match core::str::from_utf8(passphrase) {
        Ok(text) if !text.is_empty() => {
            let entropy = zxcvbn(text, &["keepsake", "firefox", "mozilla"]);
            let score = u8::from(entropy.score());
            let guesses_log10_tenths = (entropy.guesses_log10() * 10.0) as u32;
            StrengthReport { score, guesses_log10_tenths, strong: score >= STRONG }
        }
        _ => StrengthReport { score: 0, guesses_log10_tenths: 0, strong: false },
    }
}

/// Six words drawn evenly from the long list of the Electronic Frontier Foundation (7,776 words, CC BY 3.0), 77 bits.
pub fn make_passphrase(random: &mut impl Random) -> Result<Zeroizing<String>, CryptoError> {
    let list = Wordlist::EffLong.get_list();
    let mut words = Zeroizing::new(String::with_capacity(WORDS * 10));
    for number in 0..WORDS {
        if number > 0 {
            words.push(' ');
        }
        words.push_str(list.get(below(list.len(), random)?).ok_or(CryptoError::NoRandomness)?);
    }
    Ok(words)
}

/// An even draw from `0..limit`: what would favour the low numbers is drawn again.
fn below(limit: usize, random: &mut impl Random) -> Result<usize, CryptoError> {
    let limit = u32::try_from(limit).map_err(|_| CryptoError::NoRandomness)?;
    let fair = u32::MAX - u32::MAX % limit;
    loop {
        let drawn = u32::from_be_bytes(random.make()?);
        if drawn < fair {
            return Ok((drawn % limit) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bytes(Vec<u8>);
    impl Random for Bytes {
        fn fill(&mut self, bytes: &mut [u8]) -> Result<(), CryptoError> {
            bytes.iter_mut().for_each(|byte| *byte = self.0.pop().unwrap());
            Ok(())
        }
    }

    struct System;
    impl Random for System {
        fn fill(&mut self, bytes: &mut [u8]) -> Result<(), CryptoError> {
            getrandom::fill(bytes).map_err(|_| CryptoError::NoRandomness)
        }
    }

    #[test]
    fn common_words_are_weak_and_six_random_ones_are_strong() {
        assert!(!assess(b"").strong);
        assert!(!assess(b"password1").strong);
        assert!(!assess(b"keepsake").strong);
        let six = make_passphrase(&mut System).unwrap();
        assert_eq!(six.split(' ').count(), 6);
        assert!(assess(six.as_bytes()).strong, "{:?}", assess(six.as_bytes()));
    }

    #[test]
    fn a_draw_that_would_be_unfair_is_drawn_again() {
        // Popped from the end: first 0xffffffff, which lies past the last whole multiple of 10, then 13.
        let mut random = Bytes(vec![13, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(below(10, &mut random).unwrap(), 3);
        assert!(random.0.is_empty());
    }
}

//! The recovery code: 130 random bits to write down, with a checksum that finds a mistyped character before any key is
//! derived.
//!
//! 26 characters of Crockford's Base32 (no I, L, O, U) and 2 of checksum, in 7 groups of 4. The checksum is the number
//! that the 26 characters write, modulo 1,021. A single wrong character changes that number by d·32ⁿ with 0 < d < 32, and
//! two swapped neighbours by 31·d·32ⁿ; 1,021 is a prime and divides neither, so both are always found.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{CryptoError, Random, SecretKey};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const RANDOM_CHARS: usize = 26;
const CHARS: usize = RANDOM_CHARS + 2;
const GROUP: usize = 4;
const MODULUS: u32 = 1021;

/// A recovery code in the one form it is derived from: 28 characters, upper case, without separators.
pub struct RecoveryCode(Zeroizing<String>);

impl RecoveryCode {
    /// A new random code.
    pub fn make(random: &mut impl Random) -> Result<Self, CryptoError> {
        let mut bytes = Zeroizing::new([0; RANDOM_CHARS]);
        random.fill(&mut *bytes)?;
        // 32 divides 256: the low five bits of a random byte are even.
        let values: Zeroizing<Vec<u8>> = Zeroizing::new(bytes.iter().map(|byte| byte & 31).collect());
        let checksum = checksum(&values);
        let mut code = Zeroizing::new(String::with_capacity(CHARS));
        for value in values.iter().copied().chain([(checksum >> 5) as u8, (checksum & 31) as u8]) {
            code.push(char::from(*ALPHABET.get(usize::from(value)).ok_or(CryptoError::NoRandomness)?));
        }
        Ok(Self(code))
    }

    /// Reads what a person typed: any case, with or without separators, O for 0, I and L for 1. `None` where it is not a
    /// whole code or its checksum does not fit.
    pub fn parse(typed: &str) -> Option<Self> {
        let mut code = Zeroizing::new(String::with_capacity(CHARS));
        let mut values = Zeroizing::new(Vec::with_capacity(CHARS));
        for typed in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let c = match typed.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let value = ALPHABET.iter().position(|&known| char::from(known) == c)?;
            if values.len() == CHARS {
                return None;
            }
            values.push(value as u8);
            code.push(c);
        }
        let (random, check) = values.split_at_checked(RANDOM_CHARS)?;
        let written = match check {
            [high, low] => u32::from(*high) << 5 | u32::from(*low),
            _ => return None,
        };
        (checksum(random) == written).then_some(Self(code))
    }

    /// The code in groups of four, to show once.
    pub fn grouped(&self) -> Zeroizing<String> {
        let mut grouped = Zeroizing::new(String::with_capacity(CHARS + CHARS / GROUP));
        for (at, c) in self.0.chars().enumerate() {
            if at > 0 && at % GROUP == 0 {
                grouped.push('-');
            }
            grouped.push(c);
        }
        grouped
    }

    /// The key-encryption key of the code in a vault. With 130 random bits there is nothing to slow down.
    pub fn derive_kek(&self, vault: &[u8; 16]) -> Result<SecretKey, CryptoError> {
        let mut kek = SecretKey::zero();
        Hkdf::<Sha256>::new(Some(vault), self.0.as_bytes())
            .expand(b"keepsake/1 recovery code", kek.expose_mut())
            .map_err(|_| CryptoError::DoesNotOpen)?;
        Ok(kek)
    }
}

fn checksum(values: &[u8]) -> u32 {
    values.iter().fold(0, |sum, &value| (sum * 32 + u32::from(value)) % MODULUS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Fixed([u8; RANDOM_CHARS]);
    impl Random for Fixed {
        fn fill(&mut self, bytes: &mut [u8]) -> Result<(), CryptoError> {
            bytes.copy_from_slice(&self.0);
            Ok(())
        }
    }

    #[test]
    fn a_code_reads_back_however_it_is_typed() {
        let code = RecoveryCode::make(&mut Fixed([1; RANDOM_CHARS])).unwrap();
        let grouped = code.grouped();
        assert_eq!(grouped.len(), 34);
        for typed in [grouped.to_string(), grouped.to_lowercase(), grouped.replace('-', " "), grouped.replace('1', "l")]
        {
            let read = RecoveryCode::parse(&typed).unwrap();
            assert!(read.derive_kek(&[1; 16]).unwrap() == code.derive_kek(&[1; 16]).unwrap());
        }
        assert!(code.derive_kek(&[1; 16]).unwrap() != code.derive_kek(&[2; 16]).unwrap(), "a code is for one vault");
        for wrong in ["", "1111", &format!("{}0", *grouped), &grouped.replacen('1', "", 1), &grouped.replace('1', "U")]
        {
            assert!(RecoveryCode::parse(wrong).is_none());
        }
    }

    proptest! {
        #[test]
        fn one_wrong_character_and_two_swapped_ones_are_always_found(
            random: [u8; RANDOM_CHARS], at in 0..CHARS, other in 0..32_usize,
        ) {
            let code = RecoveryCode::make(&mut Fixed(random)).unwrap();
            let right: Vec<char> = code.0.chars().collect();
            let mut wrong = right.clone();
            wrong[at] = char::from(ALPHABET[other]);
            prop_assert_eq!(RecoveryCode::parse(&wrong.iter().collect::<String>()).is_some(), wrong == right);
            let mut swapped = right.clone();
            swapped.swap(at, (at + 1).min(CHARS - 1));
            // Swapping across the border to the checksum is the one case that arithmetic does not cover.
            if at + 1 != RANDOM_CHARS {
                prop_assert_eq!(RecoveryCode::parse(&swapped.iter().collect::<String>()).is_some(), swapped == right);
            }
        }
    }
}

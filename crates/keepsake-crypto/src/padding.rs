//! Padmé padding (Nikitin et al., “Reducing Metadata Leakage from Encrypted Files and Communication with PURBs”, 2019): a
//! length says only its order of magnitude and a few bits, for at most 12 % more bytes.

use crate::CryptoError;

/// Below this everything is one length: short memories are not told apart at all.
const SMALLEST: usize = 256;

/// The bytes of the length that stands before a plaintext.
pub(crate) const LENGTH: usize = 4;

/// How many bytes so many are once they are padded.
pub fn padded_len(length: usize) -> usize {
    padme(length + LENGTH)
}

/// Puts `plaintext` with its length before it (4 bytes, big endian) and zeros behind it at the end of `output`.
pub fn pad(plaintext: &[u8], output: &mut Vec<u8>) -> Result<(), CryptoError> {
    let length = u32::try_from(plaintext.len()).map_err(|_| CryptoError::DoesNotOpen)?;
    let end = output.len() + padded_len(plaintext.len());
    output.extend_from_slice(&length.to_be_bytes());
    output.extend_from_slice(plaintext);
    output.resize(end, 0);
    Ok(())
}

/// What was padded; refuses every form but the one that [`pad`] makes.
pub fn unpad(padded: &[u8]) -> Result<&[u8], CryptoError> {
    let (length, rest) = padded.split_first_chunk::<LENGTH>().ok_or(CryptoError::DoesNotOpen)?;
    let length = u32::from_be_bytes(*length) as usize;
    let (plaintext, zeros) = rest.split_at_checked(length).ok_or(CryptoError::DoesNotOpen)?;
    if padded.len() != padme(length + LENGTH) || !all_zero(zeros) {
        return Err(CryptoError::DoesNotOpen);
    }
    Ok(plaintext)
}

/// Eight bytes at a time: behind long plaintexts there are tens of thousands.
fn all_zero(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks();
    let words = words.iter().fold(0, |all, word| all | u64::from_ne_bytes(*word));
    words == 0 && rest.iter().all(|byte| *byte == 0)
}

/// The padded length: the mantissa of the length's floating-point form is no longer than its exponent.
fn padme(length: usize) -> usize {
    if length <= SMALLEST {
        return SMALLEST;
    }
    let exponent = length.ilog2();
    let mantissa = exponent.ilog2() + 1;
    let mask = (1_usize << (exponent - mantissa)) - 1;
    (length + mask) & !mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pad(plaintext: &[u8]) -> Vec<u8> {
        let mut padded = Vec::new();
        super::pad(plaintext, &mut padded).unwrap();
        padded
    }

    #[test]
    fn short_plaintexts_have_one_length() {
        assert_eq!(pad(b"").len(), SMALLEST);
        assert_eq!(pad(&[1; SMALLEST - 4]).len(), SMALLEST);
    }

    #[test]
    fn the_lengths_are_those_of_the_paper() {
        // L = 1,000: E = 9, S = 4, the last 5 bits are cleared upwards.
        assert_eq!(padme(1000), 1024);
        assert_eq!(padme(1025), 1088);
        assert_eq!(padme(1 << 20), 1 << 20);
    }

    #[test]
    fn another_form_of_the_same_plaintext_is_refused() {
        let good = pad(b"tea");
        let mut longer = good.clone();
        longer.push(0);
        let mut dirty = good.clone();
        *dirty.last_mut().unwrap() = 1;
        let mut lying = good.clone();
        lying[0] = 0xff;
        for bytes in [longer, dirty, lying, vec![], vec![0; 3]] {
            assert_eq!(unpad(&bytes), Err(CryptoError::DoesNotOpen));
        }
    }

    proptest! {
        #[test]
        fn padding_comes_off_and_costs_little(length in 0_usize..20_000) {
            let plaintext: Vec<u8> = (0..length).map(|n| n as u8).collect();
            let padded = pad(&plaintext);
            prop_assert_eq!(unpad(&padded).unwrap(), &plaintext[..]);
            prop_assert!(padded.len() as f64 <= ((length + 4) as f64 * 1.12).max(SMALLEST as f64));
        }
    }
}

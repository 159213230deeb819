//! A text's meaning at rest: of each number whether it is above 0, which is the meaning's sketch, and how large it is in half a
//! byte. Eight numbers at a time, in the lanes of a word: a large vault has thousands of texts to read before its first answer.

use crate::table::DIMENSIONS;

const SIGNS: usize = DIMENSIONS / 8;
const SIZES: usize = DIMENSIONS / 2;

/// So many bytes a text's numbers take.
pub(crate) const PACKED: usize = SIGNS + SIZES;

/// A byte in each lane of a word.
const ONES: u64 = 0x0101_0101_0101_0101;

/// The numbers of a text, from −15 to 16, put behind what is there.
pub(crate) fn pack(numbers: &[i8], into: &mut Vec<u8>) {
    let (eights, _) = numbers.as_chunks::<8>();
    into.extend(eights.iter().map(|numbers| signs(u64::from_le_bytes(numbers.map(|number| number as u8)))));
    // Of those above 0 there is no 0: one less is half a byte.
    let size = |number: i8| if number > 0 { number as u8 - 1 } else { number.unsigned_abs() };
    into.extend(numbers.as_chunks::<2>().0.iter().map(|[low, high]| size(*low) & 0xf | size(*high) << 4));
}

/// The numbers that [`pack`] put.
pub(crate) fn unpack(packed: &[u8; PACKED]) -> [i8; DIMENSIONS] {
    let mut numbers = [0; DIMENSIONS];
    let (signs, sizes) = packed.split_at(SIGNS);
    let packed = signs.iter().zip(sizes.as_chunks::<4>().0);
    for (numbers, (signs, sizes)) in numbers.as_chunks_mut::<8>().0.iter_mut().zip(packed) {
        // One more where it is above 0; else its opposite, which is one more than its complement.
        let complement = (lanes(*signs) ^ ONES) * 0xff;
        let without_one = halves(u32::from_le_bytes(*sizes)) ^ complement;
        let added = ((without_one & !(ONES << 7)) + ONES) ^ (without_one & (ONES << 7));
        *numbers = added.to_le_bytes().map(|number| number as i8);
    }
    numbers
}

/// Which lanes are above 0, the first in the lowest bit.
pub(crate) fn signs(lanes: u64) -> u8 {
    let is_not_zero = (lanes & !(ONES << 7)) + !(ONES << 7);
    let above = (is_not_zero & !lanes) >> 7 & ONES;
    (above.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
}

/// A 1 in each lane whose bit is set.
fn lanes(signs: u8) -> u64 {
    let bits = u64::from(signs).wrapping_mul(ONES) & 0x8040_2010_0804_0201;
    (bits + !(ONES << 7)) >> 7 & ONES
}

/// Each half of a byte in a lane of its own, the low one first.
fn halves(bytes: u32) -> u64 {
    let bytes = u64::from(bytes);
    let bytes = (bytes | bytes << 16) & 0x0000_ffff_0000_ffff;
    let bytes = (bytes | bytes << 8) & 0x00ff_00ff_00ff_00ff;
    (bytes | bytes << 4) & 0x0f0f_0f0f_0f0f_0f0f
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back_as_they_were_put(numbers in prop::collection::vec(-15..=16_i8, DIMENSIONS)) {
            let mut packed = Vec::new();
            pack(&numbers, &mut packed);
            let unpacked = unpack(packed.as_slice().try_into().unwrap());
            prop_assert_eq!(unpacked.as_slice(), numbers.as_slice());
        }

        #[test]
        fn every_packed_form_is_that_of_its_numbers(bytes in prop::collection::vec(any::<u8>(), PACKED)) {
            let mut again = Vec::new();
            pack(&unpack(bytes.as_slice().try_into().unwrap()), &mut again);
            prop_assert_eq!(again, bytes);
        }

        #[test]
        fn a_sign_is_set_where_a_number_is_above_zero(numbers: [i8; 8]) {
            let expected = (0..8).fold(0, |signs, at| signs | u8::from(numbers[at] > 0) << at);
            prop_assert_eq!(signs(u64::from_le_bytes(numbers.map(|number| number as u8))), expected);
        }
    }
}

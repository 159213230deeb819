//! A text's meaning as it is kept and as it is at rest, in five bits a number: of each whether it is above 0, which is the
//! meaning's sketch, and how large it is in half a byte. Numbers that stand at the same place of different bytes are far from
//! each other, so that sixteen at a time are read with what a processor has for bytes.

use crate::table::DIMENSIONS;

/// A bit of each byte is a number's, and the next number's is that of the next byte.
pub(crate) const SIGNS: usize = DIMENSIONS / 8;
/// The low halves of the bytes are the first half of the numbers.
pub(crate) const SIZES: usize = DIMENSIONS / 2;

/// Whether each number is above 0.
pub(crate) type Signs = [u8; SIGNS];

/// How large each number is.
pub(crate) type Sizes = [u8; SIZES];

/// The signs of numbers: the bit `j` of the byte `k` is set where the number `32j + k` is above 0.
pub(crate) fn signs(numbers: &[i8; DIMENSIONS]) -> Signs {
    let mut signs = [0; SIGNS];
    for (bit, numbers) in numbers.as_chunks::<SIGNS>().0.iter().enumerate() {
        for (byte, number) in signs.iter_mut().zip(numbers) {
            *byte |= u8::from(*number > 0) << bit;
        }
    }
    signs
}

/// The sizes of numbers from −15 to 16. Of those above 0 there is no 0: one less is half a byte.
pub(crate) fn sizes(numbers: &[i8; DIMENSIONS]) -> Sizes {
    let size = |number: i8| if number > 0 { number as u8 - 1 } else { number.unsigned_abs() };
    let (low, high) = numbers.split_at(SIZES);
    let mut sizes = [0; SIZES];
    for (byte, (low, high)) in sizes.iter_mut().zip(low.iter().zip(high)) {
        *byte = size(*low) & 0xf | size(*high) << 4;
    }
    sizes
}

/// The numbers that have these signs and sizes.
pub(crate) fn unpack(signs: &Signs, sizes: &Sizes) -> [i8; DIMENSIONS] {
    let mut numbers = [0; DIMENSIONS];
    let (low, high) = numbers.split_at_mut(SIZES);
    for ((low, high), byte) in low.iter_mut().zip(high).zip(sizes) {
        *low = (byte & 0xf) as i8;
        *high = (byte >> 4) as i8;
    }
    for (bit, numbers) in numbers.as_chunks_mut::<SIGNS>().0.iter_mut().enumerate() {
        for (number, signs) in numbers.iter_mut().zip(signs) {
            // One more where it is above 0; else its opposite, which is one more than its complement.
            let complement = (signs >> bit & 1).wrapping_sub(1) as i8;
            *number = (*number ^ complement).wrapping_add(1);
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back_as_they_were_put(numbers in prop::collection::vec(-15..=16_i8, DIMENSIONS)) {
            let numbers = numbers.try_into().unwrap();
            prop_assert_eq!(unpack(&signs(&numbers), &sizes(&numbers)), numbers);
        }

        #[test]
        fn every_packed_form_is_that_of_its_numbers(bytes in prop::collection::vec(any::<u8>(), SIGNS + SIZES)) {
            let (some_signs, some_sizes) = (bytes[..SIGNS].try_into().unwrap(), bytes[SIGNS..].try_into().unwrap());
            let numbers = unpack(&some_signs, &some_sizes);
            prop_assert_eq!((signs(&numbers), sizes(&numbers)), (some_signs, some_sizes));
        }

        #[test]
        fn a_sign_is_set_where_a_number_is_above_zero(numbers in prop::collection::vec(any::<i8>(), DIMENSIONS)) {
            let signs = signs(&numbers.clone().try_into().unwrap());
            let is_set = |at: usize| signs[at % SIGNS] >> (at / SIGNS) & 1 == 1;
            prop_assert!(numbers.iter().enumerate().all(|(at, number)| is_set(at) == (*number > 0)));
        }
    }
}

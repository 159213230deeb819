//! A text's meaning as it is kept and as it is at rest, in five bits a number: of each whether it is above 0, and how large it
//! is in half a byte. Numbers that stand side by side are in different bytes, so that eight at a time are read in the lanes of
//! a word: a query is compared with hundreds of texts.

use crate::table::{DIMENSIONS, Meaning};

/// A bit of each byte is a number's, and the next number's is that of the next byte.
pub(crate) const SIGNS: usize = DIMENSIONS / 8;
/// The low halves of the bytes are the first half of the numbers.
pub(crate) const SIZES: usize = DIMENSIONS / 2;

/// Whether each number is above 0.
pub(crate) type Signs = [u8; SIGNS];

/// How large each number is.
pub(crate) type Sizes = [u8; SIZES];

/// The signs, eight bytes to a word. Two meanings point the same way where most of them agree.
pub(crate) type Sketch = [u64; SIGNS / 8];

/// A meaning as it is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PackedMeaning<'a> {
    pub signs: Signs,
    pub sizes: &'a Sizes,
    pub scale: f32,
}

/// A meaning that many packed ones are compared with, made ready for it.
#[derive(Debug, Clone)]
pub(crate) struct Probe {
    pub sketch: Sketch,
    /// For each word of sizes, the numbers that are multiplied with its low halves and with its high halves.
    words: [[Quads; 2]; SIZES / 8],
    sum: i32,
    scale: f32,
}

/// Eight numbers, each raised by [`RAISED`], in lanes of 16 bits: those at even places and those at odd places, each
/// with the first in the highest lane. Of the product with four lanes, the highest lane is then the sum of the four
/// products of lanes.
#[derive(Debug, Clone, Copy, Default)]
struct Quads {
    even: u64,
    odd: u64,
}

/// Lanes have no sign: a probe's numbers are raised so that none is below 0, and so are a text's. Both together stay
/// below an eighth of what a lane holds.
const RAISED: i32 = 128;
const TEXT_RAISED: i32 = 15;

/// A byte in each lane of a word.
const ONES: u64 = 0x0101_0101_0101_0101;
/// The lower half of each byte.
const HALVES: u64 = ONES * 0xf;
/// Every other byte.
const EVEN: u64 = 0x00ff_00ff_00ff_00ff;

impl Probe {
    pub fn new(meaning: &Meaning) -> Self {
        let mut words = [[Quads::default(); 2]; SIZES / 8];
        let (low, high) = meaning.numbers.split_at(SIZES);
        let eights = low.as_chunks().0.iter().zip(high.as_chunks().0);
        for ([of_low, of_high], (low, high)) in words.iter_mut().zip(eights) {
            (*of_low, *of_high) = (Quads::of(low), Quads::of(high));
        }
        let sum = meaning.numbers.iter().map(|number| i32::from(*number)).sum();
        Self { sketch: sketch_of(&signs(&meaning.numbers)), words, sum, scale: meaning.scale }
    }

    /// How much alike it and a text are, from −1 to 1.
    pub fn likeness(&self, sketch: &Sketch, sizes: &Sizes, scale: f32) -> f32 {
        self.product(sketch, sizes) as f32 * scale * self.scale
    }

    /// The sum of the products of the numbers.
    fn product(&self, sketch: &Sketch, sizes: &Sizes) -> i32 {
        let signs = (0..u8::BITS / 2).flat_map(|bit| sketch.iter().map(move |word| word >> bit));
        let (mut products, mut raised) = (0_u64, 0_u64);
        for ((bytes, [of_low, of_high]), signs) in sizes.as_chunks().0.iter().zip(&self.words).zip(signs) {
            let sizes = u64::from_le_bytes(*bytes);
            // Raised, a number above 0 is its size and 16, another one is its size taken from 15.
            let low = sizes & HALVES ^ (HALVES + (signs & ONES));
            let high = sizes >> 4 & HALVES ^ (HALVES + (signs >> 4 & ONES));
            products += of_low.times(low) + of_high.times(high);
            raised += (low & EVEN) + (low >> 8 & EVEN) + (high & EVEN) + (high >> 8 & EVEN);
        }
        let raised = (0..u64::BITS).step_by(16).map(|lane| (raised >> lane & 0xffff) as i32).sum::<i32>();
        products as i32 - RAISED * raised - TEXT_RAISED * self.sum
    }
}

impl Quads {
    fn of(numbers: &[i8; 8]) -> Self {
        let raised = numbers.map(|number| (i32::from(number) + RAISED) as u64);
        let lanes = |odd: usize| raised.iter().skip(odd).step_by(2).fold(0, |lanes, number| lanes << 16 | number);
        Self { even: lanes(0), odd: lanes(1) }
    }

    /// The sum of the products with eight numbers of five bits.
    fn times(self, bytes: u64) -> u64 {
        let (even, odd) = (bytes & EVEN, bytes >> 8 & EVEN);
        even.wrapping_mul(self.even).wrapping_add(odd.wrapping_mul(self.odd)) >> 48
    }
}

/// The signs as words.
pub(crate) fn sketch_of(signs: &Signs) -> Sketch {
    let mut sketch = Sketch::default();
    for (word, bytes) in sketch.iter_mut().zip(signs.as_chunks().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    sketch
}

/// The signs of a sketch.
pub(crate) fn signs_of(sketch: &Sketch) -> Signs {
    let mut signs = [0; SIGNS];
    for (bytes, word) in signs.as_chunks_mut().0.iter_mut().zip(sketch) {
        *bytes = word.to_le_bytes();
    }
    signs
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The numbers that have these signs and sizes.
    fn unpack(signs: &Signs, sizes: &Sizes) -> [i8; DIMENSIONS] {
        core::array::from_fn(|at| {
            let size = (sizes[at % SIZES] >> (at / SIZES * 4) & 0xf) as i8;
            if signs[at % SIGNS] >> (at / SIGNS) & 1 == 1 { size + 1 } else { -size }
        })
    }

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
            prop_assert_eq!(signs_of(&sketch_of(&some_signs)), some_signs);
        }

        #[test]
        fn a_product_is_that_of_the_numbers(
            one in prop::collection::vec(prop_oneof![any::<i8>(), Just(i8::MIN), Just(i8::MAX)], DIMENSIONS),
            signs in prop::collection::vec(prop_oneof![any::<u8>(), Just(0xff)], SIGNS),
            sizes in prop::collection::vec(prop_oneof![any::<u8>(), Just(0xff)], SIZES),
        ) {
            let (one, signs, sizes) = (one.try_into().unwrap(), signs.try_into().unwrap(), sizes.try_into().unwrap());
            let numbers = unpack(&signs, &sizes);
            let product = numbers.iter().zip(&one).map(|(one, other): (_, &i8)| i32::from(*one) * i32::from(*other)).sum::<i32>();
            let probe = Probe::new(&Meaning { numbers: one, scale: 1.0 });
            prop_assert_eq!(probe.product(&sketch_of(&signs), &sizes), product);
        }

        #[test]
        fn a_sign_is_set_where_a_number_is_above_zero(numbers in prop::collection::vec(any::<i8>(), DIMENSIONS)) {
            let signs = signs(&numbers.clone().try_into().unwrap());
            let is_set = |at: usize| signs[at % SIGNS] >> (at / SIGNS) & 1 == 1;
            prop_assert!(numbers.iter().enumerate().all(|(at, number)| is_set(at) == (*number > 0)));
        }
    }
}

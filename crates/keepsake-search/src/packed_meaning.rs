//! A text's meaning as it is kept and as it is at rest, in four bits a number. The bits of one worth stand side by side, those
//! of 64 numbers in a word, so that a product is counted: a query is compared with hundreds of texts.

use crate::table::{DIMENSIONS, Meaning};

/// Of each number one bit: that of the number `64j + k` is bit `k` of word `j`.
pub(crate) type Plane = [u64; DIMENSIONS / 64];

/// So many bytes a plane has.
pub(crate) const PLANE: usize = size_of::<Plane>();

/// Whether each number is above 0. Two meanings point the same way where most of them agree.
pub(crate) type Sketch = Plane;

/// The bits below the highest, those worth the most first.
pub(crate) type Rest = [Plane; 3];

/// A text's numbers, from −7 to 8, are raised so that none is below 0. Of those above 0, and of no other, the highest bit is
/// set then.
const RAISED: i32 = 7;

/// A meaning as it is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PackedMeaning {
    pub sketch: Sketch,
    pub rest: Rest,
    /// Of the length of its numbers, so that no two meanings are more alike than one is with itself. Not 0.
    pub square: u16,
}

/// The most that a square can be.
pub(crate) const MOST_SQUARE: u16 = 8 * 8 * DIMENSIONS as u16;

/// A meaning that many packed ones are compared with, made ready for it.
#[derive(Debug, Clone)]
pub(crate) struct Probe {
    pub sketch: Sketch,
    /// By word, its numbers' bits as two's complement has them, those worth the least first.
    words: [[u64; i8::BITS as usize]; DIMENSIONS / 64],
    sum: i32,
    length: f32,
}

impl PackedMeaning {
    /// Packs numbers from −7 to 8.
    pub fn of(meaning: &Meaning) -> Self {
        let raised = meaning.numbers.map(|number| i32::from(number) + RAISED);
        let rest = [2, 1, 0].map(|bit| plane(raised.map(|number| number >> bit & 1 == 1)));
        Self { sketch: sketch(meaning), rest, square: meaning.square().min(MOST_SQUARE.into()) as u16 }
    }
}

impl Probe {
    pub fn new(meaning: &Meaning) -> Self {
        let planes: [Plane; 8] =
            core::array::from_fn(|bit| plane(meaning.numbers.map(|number| number >> bit & 1 == 1)));
        let words = core::array::from_fn(|word| planes.map(|plane| plane.get(word).copied().unwrap_or_default()));
        let sum = meaning.numbers.iter().map(|number| i32::from(*number)).sum();
        Self { sketch: sketch(meaning), words, sum, length: (meaning.square() as f32).sqrt() }
    }

    /// How much alike it and a text are, from −1 to 1.
    pub fn likeness(&self, sketch: &Sketch, rest: &Rest, square: u16) -> f32 {
        self.product(sketch, rest) as f32 / (self.length * f32::from(square).sqrt())
    }

    /// The sum of the products of the numbers.
    fn product(&self, sketch: &Sketch, [fours, twos, ones]: &Rest) -> i32 {
        let planes = [sketch, fours, twos, ones].into_iter();
        planes.fold(0, |product, plane| 2 * product + self.sum_where(plane)) - RAISED * self.sum
    }

    /// The sum of the numbers whose bit is set.
    fn sum_where(&self, plane: &Plane) -> i32 {
        let mut sum = 0;
        for (is_set, [rest @ .., sign]) in plane.iter().zip(&self.words) {
            let count = |bits: &u64| (bits & is_set).count_ones() as i32;
            sum += rest.iter().rev().fold(-count(sign), |sum, bits| 2 * sum + count(bits));
        }
        sum
    }
}

/// Which numbers of a meaning are above 0.
pub(crate) fn sketch(meaning: &Meaning) -> Sketch {
    plane(meaning.numbers.map(|number| number > 0))
}

fn plane(bits: [bool; DIMENSIONS]) -> Plane {
    let mut plane = Plane::default();
    for (word, bits) in plane.iter_mut().zip(bits.as_chunks::<64>().0) {
        *word = bits.iter().rev().fold(0, |word, bit| word << 1 | u64::from(*bit));
    }
    plane
}

/// A plane as bytes: the bit of the number `8j + k` is bit `k` of byte `j`.
pub(crate) fn bytes_of(plane: &Plane) -> [u8; PLANE] {
    let mut bytes = [0; PLANE];
    for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(plane) {
        *bytes = word.to_le_bytes();
    }
    bytes
}

/// The plane of these bytes.
pub(crate) fn plane_of(bytes: &[u8; PLANE]) -> Plane {
    let mut plane = Plane::default();
    for (word, bytes) in plane.iter_mut().zip(bytes.as_chunks().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    plane
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn meaning(numbers: &[i8]) -> Meaning {
        Meaning { numbers: numbers.try_into().unwrap() }
    }

    proptest! {
        #[test]
        fn a_product_is_that_of_the_numbers(
            one in prop::collection::vec(prop_oneof![any::<i8>(), Just(i8::MIN), Just(i8::MAX)], DIMENSIONS),
            other in prop::collection::vec(prop_oneof![-7..=8_i8, Just(-7), Just(8)], DIMENSIONS),
        ) {
            let product = one.iter().zip(&other).map(|(one, other)| i32::from(*one) * i32::from(*other)).sum::<i32>();
            let packed = PackedMeaning::of(&meaning(&other));
            prop_assert_eq!(Probe::new(&meaning(&one)).product(&packed.sketch, &packed.rest), product);
        }

        #[test]
        fn a_sketch_tells_which_numbers_are_above_zero(numbers in prop::collection::vec(any::<i8>(), DIMENSIONS)) {
            let sketch = sketch(&meaning(&numbers));
            let is_set = |at: usize| sketch[at / 64] >> (at % 64) & 1 == 1;
            prop_assert!(numbers.iter().enumerate().all(|(at, number)| is_set(at) == (*number > 0)));
        }

        #[test]
        fn a_plane_comes_back_from_its_bytes(plane: Plane, at in 0..DIMENSIONS) {
            let bytes = bytes_of(&plane);
            prop_assert_eq!(plane_of(&bytes), plane);
            prop_assert_eq!(bytes[at / 8] >> (at % 8) & 1, (plane[at / 64] >> (at % 64) & 1) as u8);
        }
    }
}

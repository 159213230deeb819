//! A commitment to a set of stored objects that is cheap to keep up to date: the exclusive or of a keyed hash of each.
//!
//! The members are distinct (no two stored objects share a key and a nonce) and the value itself is sealed, so nobody
//! without the key can add, drop or exchange members and keep it.

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// The commitment, with the number of members.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub struct SetHash {
    sum: [u8; 32],
    count: u64,
}

impl SetHash {
    /// Takes in a member by its keyed hash.
    pub fn insert(&mut self, tag: [u8; 32]) {
        self.mix(tag);
        self.count = self.count.wrapping_add(1);
    }

    /// Takes out a member that is in.
    pub fn remove(&mut self, tag: [u8; 32]) {
        self.mix(tag);
        self.count = self.count.wrapping_sub(1);
    }

    /// How many members there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    fn mix(&mut self, tag: [u8; 32]) {
        self.sum.iter_mut().zip(tag).for_each(|(sum, byte)| *sum ^= byte);
    }
}

impl PartialEq for SetHash {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && bool::from(self.sum.ct_eq(&other.sum))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    /// What a keyed hash makes of a member: as good as random, and another for another member.
    fn tag(member: u8) -> [u8; 32] {
        crate::digest(&[&[member]])
    }

    fn set(tags: &[u8]) -> SetHash {
        let mut set = SetHash::default();
        tags.iter().for_each(|&tag| set.insert([tag; 32]));
        set
    }

    #[test]
    fn the_order_does_not_matter_and_every_member_does() {
        assert!(set(&[1, 2, 3]) == set(&[3, 1, 2]));
        assert!(set(&[1, 2, 3]) != set(&[1, 2]));
        assert!(set(&[1, 2, 3]) != set(&[1, 2, 4]));
        assert!(set(&[1]) != set(&[1, 2, 2]), "a doubled member is seen by the count");
    }

    #[test]
    fn what_is_taken_out_was_never_in() {
        let mut three = set(&[1, 2, 3]);
        three.remove([2; 32]);
        assert!(three == set(&[1, 3]));
        assert_eq!(three.count(), 2);
    }

    proptest! {
        #[test]
        fn it_is_a_function_of_the_set_and_of_nothing_else(
            members in prop::collection::vec(0_u8..24, 0..120),
            other in prop::collection::btree_set(0_u8..24, 0..24),
        ) {
            let mut hash = SetHash::default();
            let mut model = BTreeSet::new();
            for member in members {
                if model.remove(&member) {
                    hash.remove(tag(member));
                } else {
                    model.insert(member);
                    hash.insert(tag(member));
                }
                prop_assert_eq!(hash.count(), model.len() as u64);
            }
            let of = |model: &BTreeSet<u8>| {
                let mut hash = SetHash::default();
                model.iter().for_each(|&member| hash.insert(tag(member)));
                hash
            };
            prop_assert!(hash == of(&model));
            prop_assert_eq!(hash == of(&other), model == other);
        }
    }
}

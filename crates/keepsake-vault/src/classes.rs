//! What memories have in common as far as it is decided who sees them: a decision is made once for all that are alike. There
//! are as many classes as sets of scopes, times a few, and thousands of memories.

use std::cell::RefCell;
use std::collections::HashMap;

use keepsake_memory::{Kind, Sensitivity};
use keepsake_search::Slot;

use crate::catalogue::{Entry, ScopesId, Standing, Writer};

/// All that the memories of a class have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Class {
    scopes: ScopesId,
    kind: Kind,
    sensitivity: Sensitivity,
    unreviewed_of: Option<Writer>,
    standing: Standing,
}

/// The class of each memory.
#[derive(Default)]
pub(crate) struct Classes {
    by_slot: Vec<u32>,
    numbers: HashMap<Class, u32>,
    /// Most memories are as the one before.
    last: Option<(Class, u32)>,
}

/// What was decided of classes so far.
pub(crate) struct Decided<'a> {
    classes: &'a Classes,
    known: RefCell<Vec<Option<bool>>>,
}

impl Classes {
    /// Notes what stands in a slot now. Slots come in their order.
    pub fn note(&mut self, slot: Slot, entry: &Entry) {
        let Entry { scopes, kind, sensitivity, unreviewed_of, standing, .. } = *entry;
        let class = Class { scopes, kind, sensitivity, unreviewed_of, standing };
        let number = match self.last {
            Some((last, number)) if last == class => number,
            _ => {
                let next = self.numbers.len() as u32;
                *self.numbers.entry(class).or_insert(next)
            }
        };
        self.last = Some((class, number));
        match self.by_slot.get_mut(slot as usize) {
            Some(place) => *place = number,
            None => self.by_slot.push(number),
        }
    }

    /// Room for what is decided of them.
    pub fn undecided(&self) -> Decided<'_> {
        Decided { classes: self, known: RefCell::new(vec![None; self.numbers.len()]) }
    }
}

impl Decided<'_> {
    /// What is decided of the memory in a slot. `decide` is asked where nothing is known of its class; it must look at
    /// nothing in which memories of a class differ.
    pub fn of(&self, slot: Slot, decide: impl FnOnce() -> bool) -> bool {
        let Some(class) = self.classes.by_slot.get(slot as usize) else { return false };
        let mut known = self.known.borrow_mut();
        known.get_mut(*class as usize).is_some_and(|known| *known.get_or_insert_with(decide))
    }
}

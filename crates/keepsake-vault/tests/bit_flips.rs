//! One bit flipped in each stored byte, one at a time: nothing stops, nothing is shown that was not kept, and the person
//! is told of the damage.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use keepsake_crypto::SecretKey;
use keepsake_policy::GrantDuration;
use keepsake_vault::api::*;
use keepsake_vault::{Proof, Vault};
use pollster::block_on;
use serde_json::json;
use support::*;

/// A vault of every kind of object, open: 3 memories, the index of their words, a proposal, a grant, the 2 receipts of these
/// and a recovery code.
fn sound() -> World {
    let mut world = World::new();
    for text in ["Likes green tea", "Allergic to penicillin", "Drinks tea with Ana on Tuesdays"] {
        world.add(text, "food");
    }
    world.grant(&site(), &["food"], &["search", "add"], GrantDuration::UntilRevoked);
    world.ask(&site(), "memory.add", json!({"memories": [{"text": "Prefers oolong tea"}]}));
    world.command(Command::RecoveryMake).unwrap();
    let query = Some("tea".to_owned());
    world.command(Command::MemoryList { query, scope: None, kind: None, offset: 0, limit: 500, brief: false }).unwrap();
    world.tidy();
    world
}

/// A store with these objects, unlocked after a restart of the browser.
fn unlocked(objects: Objects) -> Result<World, OwnerError> {
    let mut world = World::empty();
    world.disk.objects.replace(objects);
    world.vault = block_on(Vault::open(world.disk.clone(), world.clock.clone(), System, None, None))?;
    let (unlocked, _) = block_on(world.vault.unlock(Proof::Passphrase(&kek(7))));
    unlocked.map(|_| world)
}

/// Everything that the person's pages and a site with a grant show of a vault's content.
struct Shown {
    memories: Vec<MemoryView>,
    proposals: Vec<InboxView>,
    grants: Vec<GrantView>,
    receipts: Vec<ReceiptView>,
    released: Vec<String>,
}

impl Shown {
    fn by(world: &mut World) -> Self {
        let mut memories = world.list();
        let query = Some("tea".to_owned());
        match world
            .command(Command::MemoryList { query, scope: None, kind: None, offset: 0, limit: 500, brief: false })
            .unwrap()
        {
            Reply::MemoryList(page) => memories.extend(page.items),
            other => panic!("{other:?}"),
        }
        let proposals = match world.command(Command::Inbox { offset: 0, limit: 500 }).unwrap() {
            Reply::Inbox(page) => page.items,
            other => panic!("{other:?}"),
        };
        let grants = match world.command(Command::Grants).unwrap() {
            Reply::Grants(page) => page.grants,
            other => panic!("{other:?}"),
        };
        let receipts = world.receipts().items;
        let answer = world.ask(&site(), "memory.search", json!({"query": "tea", "top_k": 50}));
        let released = if answer["error"].is_null() { found(&answer) } else { Vec::new() };
        Self { memories, proposals, grants, receipts, released }
    }

    /// Whether all of this is, word for word, among the other.
    fn is_within(&self, sound: &Self) -> bool {
        self.memories.iter().all(|memory| sound.memories.contains(memory))
            && self.proposals.iter().all(|proposal| sound.proposals.contains(proposal))
            && self.grants.iter().all(|grant| sound.grants.contains(grant))
            && self.receipts.iter().all(|receipt| sound.receipts.contains(receipt))
            && self.released.iter().all(|text| sound.released.contains(text))
    }
}

/// Whether the person learns that something is wrong: at the unlock, beside the receipts, or when the vault is checked.
fn is_told(opened: &mut Result<World, OwnerError>) -> bool {
    match opened {
        Ok(world) => world.status().damaged > 0 || !world.receipts().intact || world.check() != Damage::default(),
        Err(error) => matches!(
            error.code,
            OwnerErrorCode::Damaged | OwnerErrorCode::NewerFormat | OwnerErrorCode::WrongPassphrase
        ),
    }
}

/// The objects with one bit of each byte flipped in turn, and where that was. Which bit it is follows from the place.
fn flips(objects: &Objects) -> impl Iterator<Item = (String, Objects)> {
    objects.iter().flat_map(move |(&(space, key), bytes)| {
        (0..bytes.len()).map(move |at| {
            let bit = at.wrapping_mul(0x9e37_79b1) >> 7 & 7;
            let mut changed = objects.clone();
            changed.get_mut(&(space, key)).unwrap()[at] ^= 1 << bit;
            (format!("{space:?} {}, byte {at}, bit {bit}", hex::encode(key)), changed)
        })
    })
}

#[test]
fn a_flipped_bit_shows_nothing_else_and_is_told() {
    let mut world = sound();
    world.lock();
    let objects = world.disk.objects.borrow().clone();
    let mut opened = unlocked(objects.clone());
    assert!(!is_told(&mut opened), "a sound vault is not called damaged");
    let sound = Shown::by(opened.as_mut().unwrap());
    let counts = (sound.proposals.len(), sound.grants.len(), sound.receipts.len(), sound.released.len());
    assert_eq!(counts, (1, 1, 2, 2));

    for (place, changed) in flips(&objects) {
        let mut opened = unlocked(changed);
        // The index is made again where it is damaged: nothing is lost, and there is nothing to tell.
        assert!(is_told(&mut opened) || place.starts_with("Index"), "{place}: nobody is told");
        if let Ok(mut world) = opened {
            assert!(Shown::by(&mut world).is_within(&sound), "{place}: something else is shown");
        }
    }
}

#[test]
fn a_flipped_bit_in_the_sessions_slot_locks() {
    let mut world = sound();
    let mut slot = world.disk.objects.borrow().clone();
    let (state, key) = (world.session_state.clone(), world.session_key.clone());
    world.lock();
    // What is gone once the session is over.
    slot.retain(|place, _| !world.disk.objects.borrow().contains_key(place));
    assert_eq!(slot.len(), 1);
    for (place, changed) in flips(&slot) {
        world.disk.objects.borrow_mut().extend(changed);
        let vault = world.reopened(state.clone(), key.as_deref().and_then(SecretKey::from_slice));
        assert_eq!(vault.state(), VaultState::Locked, "{place}");
    }
}

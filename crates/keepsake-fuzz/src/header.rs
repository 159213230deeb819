//! The header, which stands in the clear: whatever is put in its place, no vault opens that was not written.

use std::sync::LazyLock;

use keepsake_vault::api::VaultState;
use keepsake_vault::{Proof, Space, Vault};
use pollster::block_on;

use crate::support::{Objects, World, kek};

const HEADER: [u8; 16] = *b"keepsake  header";

/// A vault at rest with one memory.
static SOUND: LazyLock<Objects> = LazyLock::new(|| {
    let mut world = World::new();
    world.add("green tea", "food");
    world.lock();
    let objects = world.disk.objects.borrow();
    assert!(objects.contains_key(&(Space::Meta, HEADER)), "the header stands elsewhere");
    objects.clone()
});

/// The bytes are the header; where the first is `ff`, the rest changes the sound header, three bytes a change.
pub fn run(bytes: &[u8]) {
    let mut world = World::empty();
    let sound = &SOUND[&(Space::Meta, HEADER)];
    let header = match bytes.split_first() {
        // No map of CBOR begins like this, so nothing is lost to the fuzzer.
        Some((0xff, changes)) => changed(sound, changes),
        _ => bytes.to_vec(),
    };
    let untouched = header == *sound;
    world.disk.objects.replace(SOUND.clone());
    world.disk.objects.borrow_mut().insert((Space::Meta, HEADER), header);
    let opened = block_on(Vault::open(world.disk.clone(), world.clock.clone(), crate::support::System, None, None));
    let Ok(vault) = opened else {
        assert!(!untouched, "the vault does not open");
        return;
    };
    world.vault = vault;
    assert_eq!(world.vault.state(), VaultState::Locked);
    // What would hang the browser, or be too weak, never gets to a key derivation.
    world.vault.kdf().unwrap().check().unwrap();
    let (unlocked, _) = block_on(world.vault.unlock(Proof::Passphrase(&kek(7))));
    if unlocked.is_ok() {
        assert!(untouched || world.check().header, "nobody is told of another header");
        assert_eq!(world.texts(), ["green tea"]);
    } else {
        assert!(!untouched, "the vault does not unlock");
    }
}

/// The sound header with bytes put in other bytes' place: two of place, one of value.
fn changed(sound: &[u8], changes: &[u8]) -> Vec<u8> {
    let mut header = sound.to_vec();
    for change in changes.chunks_exact(3) {
        let [high, low, value] = *change else { continue };
        match header.get_mut(usize::from(u16::from_be_bytes([high, low]))) {
            Some(byte) => *byte = value,
            None => header.push(value),
        }
    }
    header
}

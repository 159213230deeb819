//! The engine on the objects of a dump, with this system's clock and randomness.

use std::time::{SystemTime, UNIX_EPOCH};

use keepsake_crypto::{CryptoError, Primitives, Random};
use keepsake_memory::Millis;
use keepsake_vault::api::VaultState;
use keepsake_vault::dump::DumpStore;
use keepsake_vault::{Clock, Vault};

use crate::failure::Failure;

/// A vault on the objects of a dump.
pub type DumpVault = Vault<DumpStore, SystemClock, SystemRandom>;

/// The vault on these objects, locked; `None` where there is none.
pub fn open_vault(store: DumpStore) -> Result<Option<DumpVault>, Failure> {
    let vault = pollster::block_on(Vault::open(store, SystemClock, SystemRandom, None, None))?;
    Ok((vault.state() != VaultState::None).then_some(vault))
}

pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Millis {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), CryptoError> {
        getrandom::fill(bytes).map_err(|_| CryptoError::NoRandomness)
    }
}

impl Primitives for SystemRandom {}

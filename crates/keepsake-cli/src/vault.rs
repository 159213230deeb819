//! The engine on the objects of a dump, with this system's clock and randomness.

use std::time::{SystemTime, UNIX_EPOCH};

use indicatif::ProgressBar;
use keepsake_crypto::{CryptoError, Primitives, Random};
use keepsake_memory::Millis;
use keepsake_vault::api::{Command, OwnerErrorCode, Progress, Reply, VaultState};
use keepsake_vault::dump::DumpStore;
use keepsake_vault::{Clock, Vault};

use crate::arguments::SecretSource;
use crate::failure::{Failure, Kind};

/// A vault on the objects of a dump.
pub type DumpVault = Vault<DumpStore, SystemClock, SystemRandom>;

/// The vault on these objects, locked; `None` where there is none.
pub fn open_vault(store: DumpStore) -> Result<Option<DumpVault>, Failure> {
    let vault = pollster::block_on(Vault::open(store, SystemClock, SystemRandom, None, None))?;
    Ok((vault.state() != VaultState::None).then_some(vault))
}

/// The vault on these objects, open. What it writes when it is unlocked it writes to the objects in memory: the file stays as
/// it is.
pub fn unlocked_vault(store: DumpStore, source: &SecretSource) -> Result<DumpVault, Failure> {
    let vault = open_vault(store)?;
    let mut vault = vault.ok_or_else(|| Failure::new(Kind::Damaged, "there is no vault in this dump"))?;
    let secret = source.read("the vault")?;
    let kdf = vault.kdf()?;
    let unlocked = secret.prove(&kdf, |proof| pollster::block_on(vault.unlock(proof)).0)?;
    unlocked.map_err(|error| match error.code {
        OwnerErrorCode::Damaged => Failure::new(
            Kind::Damaged,
            format!("{}: `export --salvage` saves the memories that still open", error.message),
        ),
        _ => error.into(),
    })?;
    Ok(vault)
}

/// Carries out a command.
pub fn command(vault: &mut DumpVault, command: Command) -> Result<Reply, Failure> {
    let (reply, _effects) = pollster::block_on(vault.command(command));
    Ok(reply?)
}

/// The engine answers each command with its own reply: this is for the compiler.
pub fn unexpected() -> Failure {
    Failure::new(Kind::Invalid, "the vault answered another question")
}

/// A bar for what the vault does in steps.
pub fn bar(what: &'static str) -> ProgressBar {
    ProgressBar::new(1).with_message(what)
}

/// Moves a bar.
pub fn advance(bar: &ProgressBar, progress: Progress) {
    bar.set_length(u64::from(progress.total));
    bar.set_position(u64::from(progress.done));
}

/// This system's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Millis {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

/// This system's randomness.
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), CryptoError> {
        getrandom::fill(bytes).map_err(|_| CryptoError::NoRandomness)
    }
}

impl Primitives for SystemRandom {}

//! Requests of sites: whatever one says, it is answered in form, and learns nothing that no grant covers.

use std::sync::LazyLock;

use keepsake_crypto::SecretKey;
use keepsake_policy::GrantDuration;
use keepsake_vault::api::{Effect, VaultState};

use crate::support::{Objects, World, answer_to, other_site, site};

/// An open vault, as it stands while the background is suspended.
struct Suspended {
    objects: Objects,
    now: u64,
    state: Option<String>,
    key: Vec<u8>,
    /// Words that nobody can guess: of a memory that the first site may read, and of one that no site may.
    granted: String,
    secret: String,
}

static SUSPENDED: LazyLock<Suspended> = LazyLock::new(|| {
    let word = || {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).unwrap();
        hex::encode(bytes)
    };
    let (granted, secret) = (word(), word());
    let mut world = World::new();
    world.add(&format!("Likes tea {granted}"), "food");
    world.add(&format!("Drinks tea against pain {secret}"), "health");
    world.grant(&site(), &["food"], &["search", "add"], GrantDuration::UntilRevoked);
    let (state, key) = (world.session_state.clone(), world.session_key.clone().unwrap());
    let objects = world.disk.objects.borrow().clone();
    Suspended { objects, now: world.clock.0.get(), state, key, granted, secret }
});

/// The bytes are the body of a request, with what is no UTF-8 replaced. A site with a grant sends it, and one without.
pub fn run(bytes: &[u8]) {
    let body = String::from_utf8_lossy(bytes);
    let suspended = &*SUSPENDED;
    for (subject, hidden) in
        [(site(), vec![&suspended.secret]), (other_site(), vec![&suspended.secret, &suspended.granted])]
    {
        let mut world = World::empty();
        world.clock.0.set(suspended.now);
        world.disk.objects.replace(suspended.objects.clone());
        world.vault = world.reopened(suspended.state.clone(), SecretKey::from_slice(&suspended.key));
        assert_eq!(world.vault.state(), VaultState::Open);
        let id = world.next_request();
        let effects = world.send_body(&subject, &id, &body);
        match answer_to(&effects, &id) {
            Some(answer) => assert!(answer["result"].is_object() != answer["error"]["code"].is_string(), "{answer}"),
            None => assert!(effects.iter().any(|effect| matches!(effect, Effect::OpenConsent { .. })), "{effects:?}"),
        }
        for effect in &effects {
            // What the vault tells of itself to a subject; the rest is for the browser alone.
            let told = match effect {
                Effect::Answer { subject: to, body, .. } => (to, body.clone()),
                Effect::Notify { subject: to, event } => (to, serde_json::to_string(event).unwrap()),
                _ => continue,
            };
            assert_eq!(*told.0, subject);
            assert!(!hidden.iter().any(|word| told.1.contains(word.as_str())), "{}", told.1);
        }
    }
}

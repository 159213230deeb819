//! What the vault asks of the browser around it after a request or a command.

use keepsake_memory::Millis;
use keepsake_policy::Subject;
use serde::{Deserialize, Serialize};

use super::PageEvent;

/// One thing to do. The vault does none of them itself, and nothing else may be done in its name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// Give the subject the answer to its request.
    Answer {
        /// To whom.
        subject: Subject,
        /// The request that is answered.
        request_id: String,
        /// JSON: `{"result": …}` or `{"error": {code, message, …}}`.
        body: String,
    },
    /// Tell a granted subject of a change.
    Notify {
        /// To whom.
        subject: Subject,
        /// What changed.
        event: PageEvent,
    },
    /// Open a consent window, or bring the open one to the front.
    OpenConsent {
        /// 32 hexadecimal digits.
        id: String,
    },
    /// The consent is settled or moot: close its window.
    CloseConsent {
        /// 32 hexadecimal digits.
        id: String,
    },
    /// Our own pages show something that is no longer so.
    Changed {
        /// What to fetch anew.
        topics: Vec<Topic>,
    },
    /// Lock the vault once the person has used neither keyboard nor mouse for so long.
    WatchIdle {
        /// At least 60.
        seconds: u32,
    },
    /// Something is to be done at this moment, with nobody there: call `tidy` then.
    WakeAt {
        /// Milliseconds since 1970; nothing is to be done any more without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Millis>,
    },
    /// The session is over: end the worker, whose memory held the keys, as for a lock.
    EndWorker,
    /// Keep this in memory for as long as the browser runs, and hand it to the next worker. Opaque.
    SaveSession {
        /// JSON that only the vault reads.
        state: String,
    },
}

/// What our own pages show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// Whether there is a vault and whether it is open.
    State,
    /// Memories and scopes.
    Memories,
    /// What waits for the person.
    Inbox,
    /// Grants and denials.
    Grants,
    /// Receipts.
    Receipts,
    /// Pending consents.
    Consents,
}

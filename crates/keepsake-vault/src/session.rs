//! What lives as long as the browser runs: kept in its memory while the background is suspended, never on disk.

use keepsake_memory::Millis;
use keepsake_policy::{GrantDuration, GrantTerms, Subject, Throttle};
use serde::{Deserialize, Serialize};

use crate::requests::Asked;

/// The longest wait after wrong passphrases, in milliseconds.
const LONGEST_WAIT: Millis = 5 * 60 * 1000;

/// So many answers to proposals are remembered.
const MAX_ANSWERED: usize = 32;

/// How long a session lasts at the most, in milliseconds.
const LONGEST_SESSION: Millis = 12 * 60 * 60 * 1000;

/// Written to JSON by [`Session::to_json`], read by [`Session::from_json`], and by nobody else.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Session {
    /// Subjects with a live grant while the vault was last open: they may be told that it is locked.
    pub granted: Vec<Holder>,
    /// Subjects that the person does not want to be asked about.
    pub denied: Vec<Subject>,
    /// Whether no subject is answered.
    pub paused: bool,
    /// Whether the vault was open when this was saved.
    pub open: bool,
    /// When the vault was opened.
    pub opened: Millis,
    /// Whether everything that is stored was looked through since the unlock.
    pub looked_through: bool,
    /// What waits for the person, the oldest first.
    pub pending: Vec<Pending>,
    /// Who called and was refused how often.
    pub throttle: Throttle,
    /// What proposals were answered with lately: one that is sent again gets the same, whatever became of it meanwhile.
    pub answered: Vec<Answered>,
    /// Selections that were taken while the vault was locked.
    pub captures: Vec<Captured>,
    /// Wrong passphrases in a row.
    pub failures: u32,
    /// No attempt before this moment.
    pub not_before: Millis,
}

/// The answer to a proposal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answered {
    /// What the request is known by: a keyed hash, 32 hexadecimal digits.
    pub request: String,
    /// JSON.
    pub result: String,
}

/// A subject that holds a grant, for the time when grants cannot be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Holder {
    pub subject: Subject,
    /// Whether some grant of it holds beyond the session.
    pub beyond: bool,
    /// When the last of those ends by the clock, if all of them do.
    pub until: Option<Millis>,
}

/// A request that waits for the person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pending {
    /// 32 hexadecimal digits.
    pub id: String,
    pub subject: Subject,
    pub ask: Ask,
    /// The requests that get its answer.
    pub requests: Vec<String>,
}

/// What the person is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Ask {
    /// For a grant.
    Permission { terms: GrantTerms, duration: GrantDuration, purpose: Option<String> },
    /// What of an answer may leave.
    Release { asked: Box<Asked> },
}

impl Ask {
    /// Whether one answer of the person's settles both.
    pub fn is_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Permission { terms, .. }, Self::Permission { terms: others, .. }) => terms == others,
            _ => self == other,
        }
    }
}

/// A selection that was taken while the vault was locked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Captured {
    pub text: String,
    pub source: String,
    pub title: Option<String>,
}

impl Session {
    /// What was saved; a fresh one where nothing was, or where it is not in form.
    pub fn from_json(json: Option<&str>) -> Self {
        json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }

    /// To save.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Remembers an answer in the place of the oldest.
    pub fn remember_answer(&mut self, request: String, result: String) {
        if self.answered.len() >= MAX_ANSWERED {
            self.answered.remove(0);
        }
        self.answered.push(Answered { request, result });
    }

    /// Whether the subject holds a grant that a lock does not end.
    pub fn holds_grant(&self, subject: &Subject, now: Millis) -> bool {
        let holder = self.granted.iter().find(|holder| holder.subject == *subject);
        holder.is_some_and(|holder| holder.beyond && holder.until.is_none_or(|until| now < until))
    }

    /// How long to wait before the next passphrase may be tried.
    pub fn unlock_wait(&self, now: Millis) -> Option<Millis> {
        // A clock that was set back must not lock the person out for longer than the longest wait.
        let left = self.not_before.saturating_sub(now).min(LONGEST_WAIT);
        (left > 0).then_some(left)
    }

    /// Counts a wrong passphrase: the first two cost nothing, then 1 s, 2 s, 4 s … 5 min.
    pub fn unlock_failed(&mut self, now: Millis) {
        self.failures = self.failures.saturating_add(1);
        let doublings = self.failures.saturating_sub(3).min(16);
        let wait = if self.failures < 3 { 0 } else { (1000 << doublings).min(LONGEST_WAIT) };
        self.not_before = now.saturating_add(wait);
    }

    /// Begins a session.
    pub fn unlocked(&mut self, now: Millis) {
        self.proved();
        self.open = true;
        self.opened = now;
        self.looked_through = false;
    }

    /// Forgets the wrong passphrases.
    pub fn proved(&mut self) {
        self.failures = 0;
        self.not_before = 0;
    }

    /// Whether the session may go on. A clock that was set back behind the unlock ends it too.
    pub fn is_within_deadline(&self, now: Millis) -> bool {
        now >= self.opened && now - self.opened < LONGEST_SESSION
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_and_has_an_end() {
        let mut session = Session::default();
        let waits: Vec<_> = (0..14)
            .map(|_| {
                session.unlock_failed(1_000_000);
                session.unlock_wait(1_000_000).unwrap_or(0)
            })
            .collect();
        assert_eq!(&waits[..6], [0, 0, 1_000, 2_000, 4_000, 8_000]);
        assert_eq!(waits[13], LONGEST_WAIT);
        assert_eq!(session.unlock_wait(1_000_000 + LONGEST_WAIT), None);
    }

    #[test]
    fn what_is_not_a_session_is_an_empty_one() {
        for json in [None, Some(""), Some("{}"), Some("[1]"), Some("{\"open\":true}")] {
            assert_eq!(Session::from_json(json), Session::default());
        }
        let session = Session { failures: 3, ..Session::default() };
        assert_eq!(Session::from_json(Some(&session.to_json())), session);
    }
}

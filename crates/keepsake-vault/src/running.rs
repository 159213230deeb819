//! The request that is being answered now, so that whoever gives it up ends the work.

use std::cell::RefCell;
use std::rc::Rc;

use keepsake_policy::Subject;

/// A handle on what the vault is doing; it works also while the vault is busy.
#[derive(Debug, Clone, Default)]
pub struct Running(Rc<RefCell<Option<Request>>>);

#[derive(Debug)]
struct Request {
    subject: Subject,
    id: String,
    given_up: bool,
}

impl Running {
    /// Gives requests up. What is running stops at its next step, and has neither an answer nor a receipt then; what is
    /// not running is left alone.
    pub fn give_up(&self, subject: &Subject, request_ids: &[String]) {
        if let Some(request) = self.0.borrow_mut().as_mut() {
            request.given_up |= request.subject == *subject && request_ids.contains(&request.id);
        }
    }

    pub(crate) fn begin(&self, subject: &Subject, id: &str) {
        *self.0.borrow_mut() = Some(Request { subject: subject.clone(), id: id.to_owned(), given_up: false });
    }

    pub(crate) fn end(&self) {
        *self.0.borrow_mut() = None;
    }

    pub(crate) fn is_given_up(&self) -> bool {
        self.0.borrow().as_ref().is_some_and(|request| request.given_up)
    }
}

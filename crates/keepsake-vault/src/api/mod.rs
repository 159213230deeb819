//! Every message that crosses the vault's edge, defined once; the TypeScript side is generated from these types.

mod command;
mod consent;
mod effect;
mod failure;
mod filters;
mod fit;
mod grants;
mod inbox;
mod owner;
mod page;
mod receipts;
mod restating;
mod writes;

pub use command::{Command, Reply};
pub use consent::{
    AskedRelease, AskedScope, ConsentAnswer, ConsentDecision, ConsentRecords, ConsentView, Picked, Span,
};
pub use effect::{Effect, Topic};
pub use failure::{OwnerError, OwnerErrorCode};
pub use filters::{Condition, Filters, MomentTest, NameTest, TextTest, TimeRange};
pub use fit::{Discount, DiscountCause, Fit, Ground, Reason};
pub use grants::{BlockedView, DenialView, GrantSettings, GrantView, Revoked, SubjectGrants};
pub use inbox::{InboxPage, InboxSettled, InboxView, ProposedAbout, Proposes};
pub use owner::{
    AsidePage, AsideView, Backup, CheckProgress, CountedScope, Damage, ExportPart, ImportReply, ListPreview,
    MemoryPage, MemoryView, Mended, PreviewLine, Progress, Protection, RestorePreview, RestoreProgress, RetentionRule,
    Status, VaultState,
};
pub use page::{
    Capabilities, ContextFormat, ContextParams, ContextResult, GetParams, GetResult, HitProvenance, Limits, ListParams,
    ListResult, MemoryHit, MemoryItem, NoParams, PageError, PageErrorCode, PageEvent, PageGrant, PageMethod,
    PermissionsParams, PermissionsResult, RevokeResult, SearchParams, SearchResult,
};
pub use receipts::{Granted, KnownBy, KnownPage, KnownRecord, ReceiptEntry, ReceiptPage, ReceiptView, Refused};
pub use restating::{Evidence, LineRestated, Repeated, Restated, SaidAgain, SaysTheSame};
pub use writes::{
    AddParams, AddResult, AddStatus, Added, ChangeResult, ChangeStatus, DeleteParams, NewMemory, UpdateParams,
};

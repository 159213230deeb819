//! Every message that crosses the vault's edge, defined once; the TypeScript side is generated from these types.

mod effect;
mod owner;
mod page;

pub use effect::{Effect, Topic};
pub use owner::{
    AsidePage, AsideView, Backup, CheckProgress, Command, ConsentDecision, ConsentRecords, ConsentView, CountedScope,
    Damage, DenialView, ExportPart, GrantView, Granted, ImportReply, InboxPage, InboxView, ListPreview, MemoryPage,
    MemoryView, Mended, OwnerError, OwnerErrorCode, PreviewLine, Progress, Protection, ReceiptEntry, ReceiptPage,
    ReceiptView, Refused, Reply, RestorePreview, RestoreProgress, RetentionRule, Status, SubjectGrants, VaultState,
};
pub use page::{
    AddParams, AddResult, AddStatus, Added, Capabilities, HitProvenance, Limits, MemoryHit, NewMemory, NoParams,
    PageError, PageErrorCode, PageEvent, PageGrant, PageMethod, PermissionsParams, PermissionsResult, RevokeResult,
    SearchFilters, SearchParams, SearchResult,
};

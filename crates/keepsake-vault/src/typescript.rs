//! The TypeScript side of every message, written from the Rust types; `cargo xtask build` puts it where it is imported.

use keepsake_memory::{
    Channel, Draft, Hint, Kind, ListLine, MemoryId, Origin, Said, Sensitivity, SkippedLine, Trust, Turn,
};
use keepsake_passphrase::StrengthReport;
use keepsake_policy::{Action, GrantDuration, Profile, ProfileName, Subject, SubjectRule};
use tsify::Tsify;

use crate::api::*;

const HEADER: &str =
    "// Written by `cargo xtask build` from the Rust types of keepsake-vault: change those, not this.\n";

/// The declarations that the npm client publishes: the page API and no more.
pub fn page_api() -> String {
    document(&[
        Kind::DECL,
        Sensitivity::DECL,
        Channel::DECL,
        Trust::DECL,
        Action::DECL,
        GrantDuration::DECL,
        PageMethod::DECL,
        NoParams::DECL,
        Capabilities::DECL,
        Limits::DECL,
        PermissionsParams::DECL,
        PermissionsResult::DECL,
        PageGrant::DECL,
        RevokeResult::DECL,
        SearchParams::DECL,
        Filters::DECL,
        TimeRange::DECL,
        Condition::DECL,
        NameTest::DECL,
        MomentTest::DECL,
        TextTest::DECL,
        SearchResult::DECL,
        MemoryHit::DECL,
        MemoryItem::DECL,
        HitProvenance::DECL,
        ContextParams::DECL,
        ContextFormat::DECL,
        ContextResult::DECL,
        GetParams::DECL,
        GetResult::DECL,
        ListParams::DECL,
        ListResult::DECL,
        AddParams::DECL,
        NewMemory::DECL,
        AddResult::DECL,
        Added::DECL,
        AddStatus::DECL,
        UpdateParams::DECL,
        DeleteParams::DECL,
        ChangeResult::DECL,
        ChangeStatus::DECL,
        PageEvent::DECL,
        PageErrorCode::DECL,
        PageError::DECL,
        METHODS,
    ])
}

/// The declarations of what crosses between the extension's pages, its background and the vault.
pub fn messages() -> String {
    document(&[
        MemoryId::DECL,
        "export type Millis = number;",
        "export type Scope = string;",
        Kind::DECL,
        Sensitivity::DECL,
        Channel::DECL,
        Trust::DECL,
        Draft::DECL,
        ListLine::DECL,
        SkippedLine::DECL,
        Action::DECL,
        GrantDuration::DECL,
        Subject::DECL,
        PageMethod::DECL,
        PageGrant::DECL,
        PageEvent::DECL,
        PageErrorCode::DECL,
        PageError::DECL,
        Effect::DECL,
        Topic::DECL,
        Command::DECL,
        ConsentDecision::DECL,
        Picked::DECL,
        Span::DECL,
        Reply::DECL,
        VaultState::DECL,
        Status::DECL,
        Progress::DECL,
        Protection::DECL,
        RetentionRule::DECL,
        CheckProgress::DECL,
        Damage::DECL,
        Mended::DECL,
        AsideView::DECL,
        AsidePage::DECL,
        ExportPart::DECL,
        Backup::DECL,
        RestorePreview::DECL,
        RestoreProgress::DECL,
        MemoryView::DECL,
        Said::DECL,
        Turn::DECL,
        Origin::DECL,
        MemoryPage::DECL,
        Fit::DECL,
        Reason::DECL,
        Ground::DECL,
        Discount::DECL,
        DiscountCause::DECL,
        CountedScope::DECL,
        ListPreview::DECL,
        PreviewLine::DECL,
        Restated::DECL,
        Repeated::DECL,
        Evidence::DECL,
        LineRestated::DECL,
        SaysTheSame::DECL,
        SaidAgain::DECL,
        ImportReply::DECL,
        Hint::DECL,
        InboxView::DECL,
        Proposes::DECL,
        ProposedAbout::DECL,
        InboxPage::DECL,
        InboxSettled::DECL,
        SubjectGrants::DECL,
        GrantSettings::DECL,
        ProfileName::DECL,
        Profile::DECL,
        GrantView::DECL,
        DenialView::DECL,
        SubjectRule::DECL,
        BlockedView::DECL,
        Revoked::DECL,
        ReceiptPage::DECL,
        ReceiptView::DECL,
        ReceiptEntry::DECL,
        Granted::DECL,
        Refused::DECL,
        KnownPage::DECL,
        KnownRecord::DECL,
        KnownBy::DECL,
        ConsentView::DECL,
        AskedScope::DECL,
        AskedRelease::DECL,
        ConsentRecords::DECL,
        ConsentAnswer::DECL,
        StrengthReport::DECL,
        OwnerErrorCode::DECL,
        OwnerError::DECL,
    ])
}

/// Which parameters and which answer belong to which method.
const METHODS: &str = "/**
 * The parameters and the result of each method.
 */
export interface PageMethods {
    \"memory.capabilities\": { params: NoParams; result: Capabilities };
    \"permissions.request\": { params: PermissionsParams; result: PermissionsResult };
    \"permissions.query\": { params: NoParams; result: PermissionsResult };
    \"permissions.revoke\": { params: NoParams; result: RevokeResult };
    \"memory.search\": { params: SearchParams; result: SearchResult };
    \"memory.context\": { params: ContextParams; result: ContextResult };
    \"memory.get\": { params: GetParams; result: GetResult };
    \"memory.list\": { params: ListParams; result: ListResult };
    \"memory.add\": { params: AddParams; result: AddResult };
    \"memory.update\": { params: UpdateParams; result: ChangeResult };
    \"memory.delete\": { params: DeleteParams; result: ChangeResult };
}";

fn document(declarations: &[&str]) -> String {
    let mut text = HEADER.to_owned();
    for declaration in declarations {
        text.push('\n');
        // tsify declares types; what other files import must be exported.
        if !declaration.contains("export ") {
            text.push_str("export ");
        }
        text.push_str(declaration);
        text.push('\n');
    }
    text
}

// What a receipt says, as a sentence.

import { html, nothing } from "lit";
import { countedParts, parts, t } from "../../../components/i18n";
import type { IconName } from "../../../components/icons";
import { actionNames, scopeName, spelled, subjectName } from "../../../components/terms";
import type { ReceiptEntry, ReceiptView } from "../../../generated/messages";

/** The drawing beside it. */
export const DRAWINGS: Record<ReceiptEntry["entry"], IconName> = {
  released: "eye",
  withheld: "eyeOff",
  proposed: "inbox",
  change_proposed: "inbox",
  own_write: "pen",
  reviewed: "check",
  merged: "check",
  granted: "check",
  grant_changed: "pen",
  refused: "shield",
  revoked: "close",
  rule_changed: "shield",
  paused: "clock",
};

export function sentence({ subject, entry }: ReceiptView): unknown {
  const who = subject ? html`<b class="origin">${spelled(subjectName(subject))}</b>` : nothing;
  switch (entry.entry) {
    case "released":
      return entry.query
        ? countedParts("receiptReleased", entry.records.length, who, question(entry.query))
        : countedParts("receiptRead", entry.records.length, who);
    case "withheld":
      return entry.query
        ? parts("receiptWithheld", who, question(entry.query))
        : parts("receiptWithheldRead", who);
    case "proposed": {
      const created = entry.created?.length ?? 0;
      const waiting = countedParts("receiptProposed", entry.records.length, who);
      const kept = countedParts("receiptCreated", created, who);
      if (created === 0) return waiting;
      return entry.records.length === 0 ? kept : html`${waiting} · ${kept}`;
    }
    case "change_proposed":
      return parts(entry.removal ? "receiptRemovalProposed" : "receiptChangeProposed", who);
    case "own_write":
      return parts(entry.removed ? "receiptTakenBack" : "receiptOwnChanged", who);
    case "reviewed":
      return entry.accepted.length > 0
        ? countedParts("receiptAccepted", entry.accepted.length, who)
        : countedParts("receiptDeclined", entry.declined.length, who);
    case "merged":
      return parts("receiptMerged", who);
    case "granted":
    case "grant_changed":
      return parts(
        entry.entry === "granted" ? "receiptGranted" : "receiptGrantChanged",
        who,
        actionNames(entry.actions),
        scopes(entry.scopes),
        t(`until_${entry.duration}`),
      );
    case "refused":
      return entry.scopes.length === 0
        ? parts("receiptBlocked", who)
        : parts(
            "receiptRefused",
            who,
            actionNames(entry.actions),
            scopes(entry.scopes),
            t(`deny_${entry.duration}`),
          );
    case "revoked":
      return parts(entry.by_subject ? "receiptGivenBack" : "receiptRevoked", who);
    case "rule_changed":
      if (entry.paused) return parts("receiptSubjectPaused", who);
      return parts(entry.each_time ? "receiptEachTime" : "receiptRuleLifted", who);
    case "paused":
      return t(entry.paused ? "receiptPaused" : "receiptResumed");
  }
}

function question(query: string): unknown {
  return html`<q dir="auto">${query}</q>`;
}

function scopes(names: readonly string[]): unknown {
  return html`<b>${names.map(scopeName).join(", ")}</b>`;
}

// What each call of our own pages does: the vault's part goes to the vault, the rest is Firefox's.

import type { Command, Reply, Subject } from "../generated/messages";
import { OwnerFailure } from "../owner/failure";
import { type ActiveSite, askerFragment, type Disconnected, type OwnerCall } from "../owner/protocol";
import { describeSite } from "./active-site";
import { isConnected } from "./connections";
import { showPage } from "./own-tabs";
import { hostPattern } from "./subjects";
import type { VaultHost } from "./vault-host";

/** Carries out a call; rejects with an `OwnerFailure`. */
export async function carryOut(call: OwnerCall, vault: VaultHost): Promise<unknown> {
  switch (call.op) {
    case "vault":
      return replyOf(await vault.command(call.command));
    case "create":
      await vault.create(call.passphrase, call.acceptWeak);
      // What a person keeps here must not go when the disk gets full.
      await navigator.storage.persist();
      return undefined;
    case "prepareUnlock":
      return vault.prepareUnlock();
    case "unlock":
      return vault.unlock(call.passphrase);
    case "unlockWithCode":
      return vault.unlockWithCode(call.code);
    case "changePassphrase":
      return vault.changePassphrase(call.proof, call.passphrase, call.acceptWeak);
    case "rotate":
      return vault.rotate(call.passphrase);
    case "exportStart":
    case "restoreStart":
    case "exportPart":
    case "restorePart":
      return vault.file(call);
    case "dumpStart":
    case "dumpPart":
      return vault.dump(call);
    case "forgetEverything":
      return forgetEverything(vault);
    case "lock":
      return vault.lock();
    case "assess":
      return vault.assess(call.passphrase);
    case "suggest":
      return vault.suggest();
    case "activeSite":
      return activeSite();
    case "disconnectSite":
      return disconnectSite(call.subject, vault);
    case "openManager":
      return showPage("manager", call.section);
    case "openAsker":
      return showPage("manager", askerFragment(call.consent));
    case "openOnboarding":
      return showPage("onboarding");
    default:
      throw new OwnerFailure({
        code: "invalid",
        message: "There is no such call: close the page and open it anew.",
      });
  }
}

function replyOf(reply: Reply): unknown {
  return "reply" in reply ? reply.reply : undefined;
}

async function activeSite(): Promise<ActiveSite> {
  const [tab] = await browser.tabs.query({ active: true, lastFocusedWindow: true });
  const site = describeSite(tab);
  return { ...site, connected: site.subject !== undefined && (await isConnected(site.subject.origin)) };
}

/** Which sites were connected is forgotten too: Firefox keeps that in the clear. */
async function forgetEverything(vault: VaultHost): Promise<void> {
  await vault.forgetEverything();
  const { origins = [] } = await browser.permissions.getAll();
  if (origins.length > 0) await browser.permissions.remove({ origins });
}

/** Firefox's permission is for a host, on all its ports and in all containers: it stays while another of these has a grant. */
async function disconnectSite(subject: Subject, vault: VaultHost): Promise<Disconnected> {
  const ended = await unlessNoVault(vault, { command: "subject_revoke", subject });
  const revoked = ended?.command === "subject_revoke" ? { revoked: ended.reply } : {};
  const left = await unlessNoVault(vault, { command: "grants" });
  if (subject.kind !== "site") return { ...revoked, shared: false };
  const pattern = hostPattern(subject.origin);
  const shared =
    left?.command === "grants" &&
    left.reply.grants.some(
      ({ subject }) => subject.kind === "site" && hostPattern(subject.origin) === pattern,
    );
  if (!shared) await browser.permissions.remove({ origins: [pattern] });
  return { ...revoked, shared: shared || (await isConnected(subject.origin)) };
}

/** Without a vault nothing was granted. */
async function unlessNoVault(vault: VaultHost, command: Command): Promise<Reply | undefined> {
  try {
    return await vault.command(command);
  } catch (error) {
    if (error instanceof OwnerFailure && error.code === "no_vault") return undefined;
    throw error;
  }
}

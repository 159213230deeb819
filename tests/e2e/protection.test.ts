// What opens the vault and what no longer does: a recovery code, another passphrase, and mistakes with both.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Firefox } from "../driver/firefox.ts";
import { launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { countFiles, findWritten } from "./profile-scan.ts";
import { byTestId, createVault, fillUnlock, openManager, PASSPHRASE } from "./support.ts";
import { wrote } from "./written.ts";

const SECOND = "nine patient herons repaint the attic door";
const THIRD = "four gentle badgers borrow the silver ladder";
/** In no list of words that stands in a file of its own. */
const WEAK = "heronheron";

const profile = mkdtempSync(path.join(tmpdir(), "keepsake-protection-"));
let firefox: Firefox;
let manager: Page;
let code: string;

before(async () => {
  firefox = await launchWithKeepsake({ profile });
  await createVault(firefox);
  manager = await openManager(firefox);
  await manager.click(byTestId("nav-protection"));
});

after(async () => {
  await firefox?.close();
  rmSync(profile, { recursive: true, force: true });
});

async function lock(): Promise<void> {
  await manager.click(byTestId("lock"));
  await manager.see(byTestId("unlock"));
}

async function seeOpen(): Promise<void> {
  await manager.see(byTestId("change-passphrase"));
}

async function unlockWithCode(typed: string): Promise<void> {
  await manager.retype(byTestId("unlock-code"), typed);
  await manager.click(byTestId("unlock"));
}

async function shownCode(): Promise<string> {
  const shown = (await manager.text(byTestId("recovery-code"))).replaceAll(" ", "-");
  wrote("code", shown, shown.replaceAll("-", ""), shown.replaceAll("-", " "), shown.toLowerCase());
  return shown;
}

async function choosePassphrase(passphrase: string): Promise<void> {
  wrote("passphrase", passphrase);
  await manager.retype(byTestId("passphrase"), passphrase);
  await manager.retype(byTestId("passphrase-repeat"), passphrase);
  await manager.click(byTestId("change-passphrase"));
}

/** Types the two groups that are asked for, each changed by `change`. */
async function typeGroups(change: (group: string) => string): Promise<void> {
  const groups = code.split("-");
  for (const nth of [1, 2]) {
    const field = byTestId(`recovery-check-${nth}`);
    const place = await manager.on(field, (input: HTMLInputElement) => Number(input.dataset.group));
    await manager.retype(field, change(groups[place - 1] ?? ""));
  }
  await manager.click(byTestId("recovery-done"));
}

/** Whether one of the code's groups stands anywhere in the manager, in a field or as text. */
function codeIsInPage(): Promise<boolean> {
  return manager.evaluate((groups) => {
    const texts = [...document.querySelectorAll("input")].map((input) => input.value);
    texts.push(document.documentElement.outerHTML);
    return groups.some((group) => texts.some((text) => text.includes(group)));
  }, code.split("-"));
}

test("a recovery code is shown once, in seven groups, and saved as a file that holds it", async () => {
  await manager.see(byTestId("recovery-none"));
  await manager.click(byTestId("recovery-make"));
  code = await shownCode();
  assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
  const file = await manager.on(byTestId("recovery-save"), async (link: HTMLAnchorElement) => {
    return (await fetch(link.href)).text();
  });
  assert.ok(file.includes(code));
  await manager.see(byTestId("recovery-made"));
});

test("who does not type two of its groups right is not done; who does leaves no code in the page", async () => {
  await manager.click(byTestId("recovery-kept"));
  await typeGroups((group) =>
    group
      .split("")
      .reverse()
      .join("")
      .replace(/^./, (c) => (c === "7" ? "8" : "7")),
  );
  await manager.see(`${byTestId("recovery-problem-1")} .problem`);
  await manager.click(byTestId("recovery-back"));
  await manager.see(byTestId("recovery-code"));
  await manager.click(byTestId("recovery-kept"));
  await typeGroups((group) => ` ${group.toLowerCase().replaceAll("0", "o").replaceAll("1", "l")}-`);
  await manager.see({ css: byTestId("toast"), text: "recovery code" });
  await manager.seeNothingOf(byTestId("recovery-code"));
  assert.equal(await codeIsInPage(), false);
});

test("a wrong passphrase changes nothing, and what was chosen stays in the form", async () => {
  await manager.type(byTestId("current-passphrase"), "not the passphrase");
  await choosePassphrase(SECOND);
  await manager.see({ css: byTestId("current-problem"), text: "not the passphrase" });
  await manager.retype(byTestId("current-passphrase"), PASSPHRASE);
  await manager.click(byTestId("change-passphrase"));
  await manager.see({ css: byTestId("toast"), text: "Passphrase changed" });
});

test("the passphrase before no longer opens the vault, the new one does", async () => {
  await lock();
  await fillUnlock(manager, PASSPHRASE);
  await manager.see({ css: byTestId("unlock-problem"), text: "not the passphrase" });
  await fillUnlock(manager, SECOND);
  await seeOpen();
});

test("a mistyped code is told from a wrong one, and the code unlocks", async () => {
  await lock();
  await manager.click(byTestId("unlock-use-code"));
  await unlockWithCode(code.slice(0, -1));
  await manager.see({ css: byTestId("unlock-problem"), text: "wrong or missing" });
  await unlockWithCode("0000-0000-0000-0000-0000-0000-0000");
  await manager.see({ css: byTestId("unlock-problem"), text: "does not open this vault" });
  await unlockWithCode(code.toLowerCase());
  await seeOpen();
});

test("who came in with the code is led to a new passphrase, and proves themselves with the code", async () => {
  await manager.see(byTestId("opened-with-code"));
  await manager.type(byTestId("current-code"), code);
  await choosePassphrase(WEAK);
  await manager.click(byTestId("accept-weak"));
  await manager.click(byTestId("accept-weak"));
  await choosePassphrase(THIRD);
  await manager.see({ css: byTestId("toast"), text: "Passphrase changed" });
  await manager.seeNothingOf(byTestId("opened-with-code"));
  await lock();
  await fillUnlock(manager, THIRD);
  await seeOpen();
});

test("a new code ends the one before, after a question, and is gone when the person leaves", async () => {
  const before = code;
  await manager.click(byTestId("recovery-make"));
  await manager.click(byTestId("recovery-replace"));
  code = await shownCode();
  assert.notEqual(code, before);
  await manager.click(byTestId("nav-memories"));
  assert.equal(await codeIsInPage(), false);
  await lock();
  await manager.click(byTestId("unlock-use-code"));
  await unlockWithCode(before);
  await manager.see({ css: byTestId("unlock-problem"), text: "does not open this vault" });
  await unlockWithCode(code);
  await manager.click(byTestId("go-protection"));
  await manager.see(byTestId("current-code"));
});

test("the minutes until it locks are kept", async () => {
  await manager.choose(byTestId("idle-minutes"), "30");
  await manager.see({ css: byTestId("toast"), text: "30 minutes" });
  await manager.reload();
  await seeOpen();
  assert.equal(await manager.on(byTestId("idle-minutes"), (select: HTMLSelectElement) => select.value), "30");
});

test("no code and no passphrase stands in the profile", async () => {
  await firefox.close();
  assert.ok(countFiles(profile) > 50, "there is a profile to look through");
  assert.deepEqual(findWritten(profile), []);
});

// A backup in full: taken out, opened without Keepsake, taken in elsewhere and on top of what is there, and what goes wrong.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Firefox } from "../driver/firefox.ts";
import { EXTENSION_ID, extensionUrl, launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { FixtureServer } from "../fixtures/server.ts";
import {
  addMemory,
  byTestId,
  createVault,
  fillUnlock,
  grant,
  linkedFile,
  openManager,
  PASSPHRASE,
  permitHost,
  search,
  withPopup,
} from "./support.ts";

const FILE_PASSPHRASE = "six narrow bridges carry the morning post";
const TEA = "Drinks green tea in the morning";
const TRAIN = "Prefers trains to planes";
const SISTER = "Has a sister called Ada, who lives in Vienna";
/** What the first of them says in a newer version. */
const NEWER = "Drinks oolong in the morning";
const TEXTS = [TEA, TRAIN, SISTER];

/** So many that it takes a while to take them in. */
const MANY = 6000;

const PROGRAM = path.resolve(import.meta.dirname, "../../target/debug/keepsake-cli");

const folder = mkdtempSync(path.join(tmpdir(), "keepsake-backup-"));
const sealed = path.join(folder, "sealed.age");
const clear = path.join(folder, "clear.jsonl");

let firefox: Firefox;
let manager: Page;
let server: FixtureServer;

before(async () => {
  if (!existsSync(PROGRAM)) throw new Error(`no ${PROGRAM}: run \`cargo build -p keepsake-cli\``);
  firefox = await launchWithKeepsake();
  await permitHost(firefox, "http://localhost/*");
  server = await FixtureServer.start();
  server.route("/", { body: "<!doctype html><title>A site</title><h1>A site</h1>" });
  await createVault(firefox);
  manager = await openManager(firefox);
  for (const text of TEXTS) await addMemory(manager, { text, scope: "life" });
});

after(async () => {
  await firefox?.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** One line of an export. */
interface Line {
  readonly type: string;
  text?: string;
  updated?: string;
  revision?: number;
  readonly memories?: number;
  readonly receipts?: number;
}

function read(lines: string): Line[] {
  return lines
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

function textsIn(lines: Line[]): string[] {
  return lines.flatMap(({ text }) => text ?? []).sort();
}

/** Writes a file with what `change` makes of each line of the file in the clear. */
function tampered(name: string, change: (line: Line) => Line): string {
  const file = path.join(folder, name);
  const lines = read(readFileSync(clear, "utf8")).map((line) => JSON.stringify(change(line)));
  writeFileSync(file, `${lines.join("\n")}\n`);
  return file;
}

/** What keepsake-cli says of a file, as it says it to a program. */
function ask(task: string, file: string, passphrase?: string): { status: number | null; said: unknown } {
  const secret = passphrase === undefined ? [] : ["--passphrase-file", "-"];
  const { status, stdout } = spawnSync(PROGRAM, ["--json", task, file, ...secret], {
    input: passphrase ?? "",
    encoding: "utf8",
  });
  return { status, said: JSON.parse(stdout) };
}

/** Whether a program is there. */
function has(program: string): boolean {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
}

/** Opens a file with the stock program, which asks at a terminal. */
function openWithAge(file: string): string {
  const opened = path.join(folder, "opened.jsonl");
  execFileSync("script", ["-qec", `age -d -o ${opened} ${file}`, "/dev/null"], {
    input: `${FILE_PASSPHRASE}\n`,
  });
  return readFileSync(opened, "utf8");
}

async function goToBackup(): Promise<void> {
  await manager.click(byTestId("nav-backup"));
  await manager.see(byTestId("restore-file"));
}

/** Waits until the manager lists these memories and no other. */
async function seeMemories(...texts: string[]): Promise<void> {
  await manager.click(byTestId("nav-memories"));
  await manager.waitFor(
    `list of ${texts.join(", ")}`,
    (wanted) => {
      const shown = [...document.querySelectorAll('[data-testid="memory"] .memory-text')];
      return (
        shown
          .map(({ textContent }) => textContent?.trim())
          .sort()
          .join("\n") === wanted
      );
    },
    texts.toSorted().join("\n"),
  );
}

/** The numbers of the preview, once it shows. */
async function preview(): Promise<Record<string, number>> {
  await manager.see(byTestId("restore-preview"));
  return manager.evaluate(() =>
    Object.fromEntries(
      [...document.querySelectorAll<HTMLElement>('[data-testid="restore-count"]')].map((cell) => [
        cell.dataset.row as string,
        Number(cell.textContent?.replaceAll(",", "")),
      ]),
    ),
  );
}

async function openSealed(file: string, passphrase = FILE_PASSPHRASE): Promise<void> {
  await goToBackup();
  await manager.chooseFiles(byTestId("restore-file"), file);
  await manager.type(byTestId("restore-passphrase"), passphrase);
  await manager.click(byTestId("restore-open"));
}

async function openClear(file: string): Promise<void> {
  await goToBackup();
  await manager.chooseFiles(byTestId("restore-file"), file);
}

async function takeIn(taken: number): Promise<void> {
  await manager.click(byTestId("restore-run"));
  await manager.see(`${byTestId("restore-done")}[data-finished="true"][data-count="${taken}"]`);
}

async function lock(): Promise<void> {
  await manager.click(byTestId("lock"));
  await manager.see(byTestId("unlock"));
}

async function unlock(): Promise<void> {
  await fillUnlock(manager);
  await manager.see(byTestId("nav-backup"));
}

/** What `flip` means by every object of a store. */
const EVERY = "*";

/** Flips a bit of what is stored, as a failing disk does. The worker that has read it before is gone. */
async function flip(store: string, key: string, at: "first" | "last"): Promise<void> {
  await manager.evaluate(
    (store, key, at, every) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open("keepsake");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const database = opening.result;
          const transaction = database.transaction(store, "readwrite");
          const cursors = transaction.objectStore(store).openCursor();
          cursors.onsuccess = () => {
            const cursor = cursors.result;
            if (!cursor) return;
            const name = new TextDecoder().decode(cursor.key as ArrayBuffer);
            if (key === every || name === key) {
              const bytes = new Uint8Array(cursor.value);
              const place = at === "first" ? 0 : bytes.length - 1;
              bytes[place] = (bytes[place] ?? 0) ^ 1;
              cursor.update(cursor.value instanceof Uint8Array ? bytes : bytes.buffer);
            }
            cursor.continue();
          };
          transaction.oncomplete = () => {
            database.close();
            resolve();
          };
          transaction.onabort = () => reject(transaction.error);
        };
      }),
    store,
    key,
    at,
    EVERY,
  );
  await firefox.suspendBackground(EXTENSION_ID);
}

test("a site has its receipts before anything is taken out", async () => {
  const page = await firefox.newTab(server.url());
  await grant(firefox, page, ["life"], { duration: "week" });
  assert.deepEqual(await search(page, "green tea"), [TEA]);
  await page.close();
  await manager.activate();
});

test("a sealed export opens without Keepsake and holds what was written", async () => {
  await goToBackup();
  await manager.see({ css: byTestId("backup-last"), text: "Nothing has been exported" });
  await manager.type(byTestId("passphrase"), FILE_PASSPHRASE);
  await manager.type(byTestId("passphrase-repeat"), FILE_PASSPHRASE);
  await manager.click(byTestId("take-out-start"));
  await manager.see(byTestId("take-out-ready"));
  const { name, bytes } = await linkedFile(manager, byTestId("take-out-save"));
  assert.match(name, /^keepsake-\d{4}-\d{2}-\d{2}\.age$/);
  writeFileSync(sealed, bytes);
  assert.ok(bytes.toString("latin1").startsWith("age-encryption.org/v1\n"));
  for (const text of TEXTS) assert.ok(!bytes.includes(text));
  const { status, said } = ask("verify", sealed, FILE_PASSPHRASE);
  assert.equal(status, 0, JSON.stringify(said));
  const { kind, sound } = said as { kind: string; sound: boolean };
  assert.deepEqual({ kind, sound }, { kind: "export", sound: true });
  assert.equal(ask("verify", sealed, "another passphrase").status, 3);
});

test("the stock age program opens it too", { skip: !has("age") || !has("script") }, () => {
  const lines = read(openWithAge(sealed));
  assert.deepEqual(textsIn(lines), TEXTS.toSorted());
  assert.deepEqual(lines.at(-1), { type: "end", memories: 3, receipts: 2 });
});

test("the day is noted once the file is saved, and the file is let go of when the person leaves", async () => {
  const url = await manager.on(byTestId("take-out-save"), (link: HTMLAnchorElement) => link.href);
  await manager.click(byTestId("take-out-save"));
  await manager.see(byTestId("take-out-saved"));
  await manager.see({ css: byTestId("backup-last"), text: "Last exported on" });
  await manager.click(byTestId("nav-memories"));
  const gone = await manager.evaluate(
    (url) =>
      fetch(url).then(
        () => false,
        () => true,
      ),
    url,
  );
  assert.equal(gone, true);
});

test("in the clear only after the person said that they mean it", async () => {
  await goToBackup();
  await manager.click(byTestId("take-out-clear"));
  await manager.click(byTestId("take-out-start"));
  await manager.see(`${byTestId("take-out-understood-problem")} .problem`);
  await manager.click(byTestId("take-out-understood"));
  await manager.click(byTestId("take-out-start"));
  await manager.see(byTestId("take-out-ready"));
  const { name, bytes } = await linkedFile(manager, byTestId("take-out-save"));
  assert.match(name, /^keepsake-\d{4}-\d{2}-\d{2}\.jsonl$/);
  writeFileSync(clear, bytes);
  assert.deepEqual(textsIn(read(bytes.toString("utf8"))), TEXTS.toSorted());
  assert.equal(ask("verify", clear).status, 0);
  await manager.click(byTestId("take-out-again"));
});

test("the reminder that was chosen is kept, and nothing is said before it is due", async () => {
  await manager.choose(byTestId("remind-days"), "30");
  await manager.see({ css: byTestId("toast"), text: "Every month" });
  await manager.reload();
  await manager.see(byTestId("restore-file"));
  assert.equal(await manager.on(byTestId("remind-days"), (select: HTMLSelectElement) => select.value), "30");
  await manager.click(byTestId("nav-memories"));
  await manager.seeNothingOf(byTestId("backup-due"));
  await withPopup(firefox, manager, async (popup) => {
    await popup.see(byTestId("memory-count"));
    assert.equal(await popup.count(byTestId("backup-due")), 0);
  });
});

test("what the person has here already is not taken in again", async () => {
  await openClear(clear);
  assert.deepEqual(await preview(), {
    new: 0,
    newer: 0,
    repaired: 0,
    unchanged: 3,
    forgotten: 0,
    receipts: 0,
    receipts_left: 2,
  });
  await manager.see(byTestId("restore-nothing"));
  assert.equal(await manager.count(byTestId("restore-run")), 0);
});

test("on a new computer the vault is made first, and the backup is the next thing there", async () => {
  await firefox.close();
  firefox = await launchWithKeepsake();
  await permitHost(firefox, "http://localhost/*");
  const onboarding = await firefox.waitForPage(extensionUrl("pages/onboarding/index.html"));
  await onboarding.click(byTestId("has-backup"));
  await onboarding.type(byTestId("passphrase"), PASSPHRASE);
  await onboarding.type(byTestId("passphrase-repeat"), PASSPHRASE);
  await onboarding.click(byTestId("create-vault"));
  await onboarding.click(byTestId("recovery-later"));
  manager = await firefox.waitForPage(extensionUrl("pages/manager/index.html#backup"));
  await manager.see(byTestId("restore-file"));
  const first = await manager.evaluate(
    () => document.querySelector<HTMLElement>("ks-backup > section")?.dataset.testid,
  );
  assert.equal(first, "backup-restore");
});

test("a wrong passphrase, a cut file and other files change nothing, and each is told apart", async () => {
  await openSealed(sealed, "another passphrase");
  await manager.see({ css: byTestId("restore-problem"), text: "not the passphrase of the file" });
  await manager.click(byTestId("restore-another"));

  const cut = path.join(folder, "cut.age");
  writeFileSync(cut, readFileSync(sealed).subarray(0, -20));
  await openSealed(cut);
  await manager.see({ css: byTestId("restore-problem"), text: "cut off or changed" });

  const cutClear = path.join(folder, "cut.jsonl");
  writeFileSync(cutClear, readFileSync(clear, "utf8").split("\n").slice(0, 4).join("\n"));
  await openClear(cutClear);
  await manager.see({ css: byTestId("restore-problem"), text: "line 4" });

  const foreign = path.join(folder, "foreign.jsonl");
  writeFileSync(foreign, '{"name": "a list of something else"}\n');
  await openClear(foreign);
  await manager.see({ css: byTestId("restore-problem"), text: "no file that Keepsake has made" });

  await manager.click(byTestId("nav-memories"));
  await manager.see(byTestId("no-memories"));
});

test("the memories and the receipts are there again, and the chain is intact", async () => {
  await openSealed(sealed);
  assert.deepEqual(await preview(), {
    new: 3,
    newer: 0,
    repaired: 0,
    unchanged: 0,
    forgotten: 0,
    receipts: 2,
  });
  await takeIn(3);
  await seeMemories(...TEXTS);
  await manager.click(byTestId("nav-activity"));
  await manager.see(`${byTestId("chain")}[data-intact="true"]`);
  await manager.see(`${byTestId("receipts-total")}[data-count="2"]`);
});

test("what was looked at before the background was suspended is begun anew", async () => {
  const file = tampered("more.jsonl", (line) =>
    line.text === TEA ? { ...line, id: "0195f3a0-0000-7000-8000-000000000001", text: NEWER } : line,
  );
  await openClear(file);
  assert.equal((await preview()).new, 1);
  await firefox.suspendBackground(EXTENSION_ID);
  await manager.click(byTestId("restore-run"));
  await manager.see({ css: byTestId("restore-done"), text: "begin anew" });
  await manager.click(byTestId("restore-again"));
  await seeMemories(...TEXTS);
});

test("a newer version in the file wins, an older one does not", async () => {
  const file = tampered("newer.jsonl", (line) =>
    line.text === TEA
      ? { ...line, text: NEWER, updated: "2100-01-01T00:00:00.000Z", revision: (line.revision ?? 0) + 1 }
      : line,
  );
  await openClear(file);
  const { newer: wins, unchanged } = await preview();
  assert.deepEqual({ wins, unchanged }, { wins: 1, unchanged: 2 });
  await takeIn(1);
  await seeMemories(NEWER, TRAIN, SISTER);

  await openClear(clear);
  const older = await preview();
  assert.deepEqual({ newer: older.newer, unchanged: older.unchanged }, { newer: 0, unchanged: 3 });
});

test("what was deleted here stays deleted until the person wants it back", async () => {
  await manager.click(byTestId("nav-memories"));
  const id = await manager.on(
    { css: byTestId("memory"), text: TRAIN },
    (memory: HTMLElement) => memory.dataset.id,
  );
  await manager.click(`[data-id="${id}"] ${byTestId("memory-delete")}`);
  await manager.seeNothingOf({ css: byTestId("memory"), text: TRAIN });
  await openClear(clear);
  assert.equal((await preview()).forgotten, 1);
  assert.equal(await manager.count(byTestId("restore-run")), 0);
  await manager.click(byTestId("restore-bring-back"));
  await takeIn(1);
  await seeMemories(NEWER, TRAIN, SISTER);
});

test("memories that a failing disk has damaged are repaired", async () => {
  await lock();
  await flip("records", EVERY, "last");
  await manager.reload();
  await unlock();
  await manager.click(byTestId("nav-memories"));
  // The list is the first to read them.
  await manager.see(byTestId("add-memory"));
  await manager.reload();
  await manager.see(byTestId("no-memories"));
  await openClear(clear);
  assert.equal((await preview()).repaired, 3);
  await takeIn(3);
  await seeMemories(...TEXTS);
});

test("who stops half way keeps what was taken in, and takes in the rest later", async () => {
  const made = path.join(folder, "many.jsonl");
  const [head, first] = read(readFileSync(clear, "utf8"));
  const lines = Array.from({ length: MANY }, (_, n) => ({
    ...first,
    id: `0195f3a0-0000-7000-8000-${String(n).padStart(12, "0")}`,
    text: `Knows the number ${n}`,
  }));
  const whole = [head, ...lines, { type: "end", memories: MANY, receipts: 0 }];
  writeFileSync(made, whole.map((line) => `${JSON.stringify(line)}\n`).join(""));
  await openClear(made);
  assert.equal((await preview()).new, MANY);
  await manager.click(byTestId("restore-run"));
  await manager.waitFor("cancel of what is under way", () => {
    const running = document.querySelector('[data-testid="restore-running"] progress[max]');
    const cancel = document.querySelector<HTMLElement>('[data-testid="restore-cancel"]');
    if (running) cancel?.click();
    return running !== null;
  });
  const taken = await manager.on(`${byTestId("restore-done")}[data-finished="false"]`, (done: HTMLElement) =>
    Number(done.dataset.count),
  );
  assert.ok(taken > 0 && taken < MANY, `${taken} were taken in`);
  await manager.click(byTestId("restore-again"));
  await openClear(made);
  const { new: left, unchanged } = await preview();
  assert.deepEqual({ left, unchanged }, { left: MANY - taken, unchanged: taken });
  await takeIn(MANY - taken);
});

test("a vault that does not open can still be copied, and keepsake-cli says why it does not", async () => {
  await lock();
  await flip("meta", "keepsake  header", "first");
  await manager.reload();
  await manager.see(byTestId("rescue"));
  await manager.click(byTestId("raw-copy-start"));
  await manager.see(byTestId("raw-copy-ready"));
  const { name, bytes } = await linkedFile(manager, byTestId("raw-copy-save"));
  assert.match(name, /^keepsake-\d{4}-\d{2}-\d{2}\.keepsake-dump\.jsonl$/);
  const dump = path.join(folder, name);
  writeFileSync(dump, bytes);
  const { status, said } = ask("inspect", dump);
  assert.equal(status, 1);
  const { kind, stores, header } = said as {
    kind: string;
    stores: Record<string, { objects: number }>;
    header: { state: string };
  };
  assert.equal(kind, "dump");
  assert.equal(stores.receipts?.objects, 2);
  assert.equal(header.state, "unusable");
  await withPopup(firefox, manager, async (popup) => {
    await popup.see(byTestId("failure"));
    await popup.see(byTestId("open-manager"));
  });
});

test("mended, it opens again, and a raw copy of a sound vault verifies with its passphrase", async () => {
  await flip("meta", "keepsake  header", "first");
  await manager.reload();
  await unlock();
  await goToBackup();
  await manager.click(`${byTestId("when-damaged")} > summary`);
  // Receipts of this very moment stand in the journal.
  const page = await firefox.newTab(server.url());
  await grant(firefox, page, ["life"], { duration: "week" });
  for (let asked = 0; asked < 3; asked++) await search(page, "green tea");
  await manager.activate();
  await manager.click(byTestId("raw-copy-start"));
  await manager.see(byTestId("raw-copy-ready"));
  const { bytes } = await linkedFile(manager, byTestId("raw-copy-save"));
  const dump = path.join(folder, "sound.keepsake-dump.jsonl");
  writeFileSync(dump, bytes);
  const { status, said } = ask("verify", dump, PASSPHRASE);
  assert.equal(status, 0);
  const { sound, memories, receipts } = said as { sound: boolean; memories: number; receipts: number };
  assert.deepEqual(
    { sound, memories, receipts },
    { sound: true, memories: TEXTS.length + MANY, receipts: 2 + 1 + 3 },
  );
  await manager.click(byTestId("nav-memories"));
  await openClear(dump);
  await manager.see({ css: byTestId("restore-problem"), text: "raw copy" });
});

test("no error escaped", async () => {
  assert.deepEqual(await firefox.extensionErrors(), []);
});

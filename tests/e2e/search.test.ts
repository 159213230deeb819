// The search in the add-on as it ships: it goes by meaning too, and its index is stored, without what was deleted.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Firefox } from "../driver/firefox.ts";
import { launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { until } from "../driver/until.ts";
import { addMemory, byTestId, commandVault, createVault, fillUnlock, openManager } from "./support.ts";

const PHYSICIAN = "Sees a new physician in March";
const OTHERS = ["Keeps the bicycle in the cellar", "Plays chess on Thursdays"];

let firefox: Firefox;
let manager: Page;

before(async () => {
  firefox = await launchWithKeepsake();
  await createVault(firefox);
  manager = await openManager(firefox);
  await manager.see(byTestId("add-memory"));
  for (const text of [PHYSICIAN, ...OTHERS]) await addMemory(manager, { text, scope: "life" });
});

after(() => firefox?.close());

/** The keys of the index's segments that are stored. */
function segments(): Promise<string[]> {
  return manager.evaluate(async () => {
    const done = <R>(request: IDBRequest<R>) =>
      new Promise<R>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await done(indexedDB.open("keepsake"));
    const keys = await done(database.transaction("index").objectStore("index").getAllKeys());
    database.close();
    return keys.map((key) => String(new Uint8Array(key as ArrayBuffer)));
  });
}

async function found(query: string): Promise<string[]> {
  const page = await commandVault(manager, { command: "memory_list", query, offset: 0, limit: 10 });
  return page.items.map(({ text }) => text);
}

test("a memory is found by what it means, with none of its words", async () => {
  assert.equal((await found("doctor"))[0], PHYSICIAN);
  assert.equal((await found("médecin"))[0], PHYSICIAN, "also in another language");
});

test("the words that matched are marked, and each result says why it is there", async () => {
  const clear = async () => {
    await manager.retype(byTestId("search"), " ");
    await manager.seeNothingOf(byTestId("why"));
  };
  const reasons = async (query: string) => {
    await clear();
    await manager.retype(byTestId("search"), query);
    await manager.see({
      css: `${byTestId("memory")}:first-child ${byTestId("memory-text")}`,
      text: PHYSICIAN,
    });
    await manager.see(`${byTestId("memory")}:first-child ${byTestId("why")}`);
    await manager.click(`${byTestId("memory")}:first-child ${byTestId("why")} > summary`);
    return manager.on(`${byTestId("memory")}:first-child`, (item: HTMLElement) => ({
      marks: [...item.querySelectorAll("mark")].map(({ innerText }) => innerText),
      grounds: [...item.querySelectorAll<HTMLElement>("[data-ground]")].map(({ dataset }) => dataset.ground),
      told: item.querySelector<HTMLElement>("details")?.innerText ?? "",
    }));
  };
  const byWord = await reasons("physician");
  assert.deepEqual(byWord.marks, ["physician"]);
  assert.ok(byWord.grounds.includes("words"));
  assert.match(byWord.told, /“physician”/);
  const byMeaning = await reasons("doctor");
  assert.deepEqual(byMeaning.marks, []);
  assert.equal(byMeaning.grounds[0], "meaning");
  assert.match(byMeaning.told, /none of your words/);
  await clear();
});

test("the index is stored, and is there after an unlock", async () => {
  await until("stored segment of the index", async () => (await segments()).length > 0);
  await manager.click(byTestId("lock"));
  await fillUnlock(manager);
  await manager.see(byTestId("add-memory"));
  assert.equal((await found("doctor"))[0], PHYSICIAN);
});

test("what is deleted leaves the stored index in the same moment", async () => {
  const before = await until("stored segments", async () => {
    const stored = await segments();
    return stored.length > 0 ? stored : undefined;
  });
  const { items } = await commandVault(manager, { command: "memory_list", offset: 0, limit: 10 });
  for (const { id } of items) await commandVault(manager, { command: "memory_delete", ids: [id] });
  assert.deepEqual(
    (await segments()).filter((key) => before.includes(key)),
    [],
  );
  assert.deepEqual(await found("doctor"), []);
});

test("the turns of a conversation lend each other context where the person says that it is one", async () => {
  const talk = (cello: string) =>
    `Ann: Which ${cello} do you play?\nBob: The old one, since school.\nAnn: Do you swim in the sea?\nBob: Never, too cold.\n`;
  const bring = async (list: string, isOne: boolean) => {
    await manager.click(byTestId("nav-import"));
    await manager.paste(byTestId("import-text"), list);
    await manager.see({ css: ".choice", text: "These lines are a conversation" });
    if (!isOne) await manager.click(byTestId("import-conversation"));
    await manager.click(byTestId("import-run"));
    await manager.see(`${byTestId("import-done")}[data-count="4"]`);
    await manager.click(byTestId("import-again"));
  };
  await bring(talk("cello"), true);
  // The one behind the answer is a neighbour of the question too.
  assert.deepEqual((await found("which cello")).slice(0, 2), [
    "Ann: Which cello do you play?",
    "Bob: The old one, since school.",
  ]);
  await bring(talk("harp").replace("old", "small").replace("sea", "lake").replace("too", "far too"), false);
  const alone = await found("which harp");
  assert.equal(alone[0], "Ann: Which harp do you play?");
  assert(!alone.includes("Bob: The small one, since school."));
  // A list of facts has no such choice.
  await manager.paste(byTestId("import-text"), "Diet: vegetarian\nCity: Oslo\n");
  await manager.see(byTestId("import-preview"));
  await manager.seeNothingOf(byTestId("import-conversation"));
});

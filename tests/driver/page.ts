// One document in Firefox as a person meets it: a tab, a toolbar popup or a window of the extension's own.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { BidiConnection } from "./bidi.ts";
import { locate, renderedText } from "./locate.ts";
import { PATIENCE_MS, until } from "./until.ts";

/**
 * What to act on: a CSS selector that also looks into open shadow roots; `a >> b` finds b below a.
 * With `text`, only elements whose rendered text holds it.
 */
export type Target = string | { readonly css: string; readonly text: string };

interface RemoteValue {
  readonly type: string;
  readonly value?: unknown;
  readonly sharedId?: string;
}

type EvaluateResult =
  | { readonly type: "success"; readonly result: RemoteValue }
  | {
      readonly type: "exception";
      readonly exceptionDetails: {
        readonly text: string;
        readonly stackTrace?: { readonly callFrames?: readonly { url: string; lineNumber: number }[] };
      };
    };

/** A script that threw in the page: its own message, and where. */
export class PageScriptError extends Error {
  override readonly name = "PageScriptError";
}

/** Keys that have a name, as the WebDriver specification encodes them. */
const KEYS: Readonly<Record<string, string>> = {
  Alt: "\uE00A",
  ArrowDown: "\uE015",
  ArrowLeft: "\uE012",
  ArrowRight: "\uE014",
  ArrowUp: "\uE013",
  Backspace: "\uE003",
  Control: "\uE009",
  Delete: "\uE017",
  End: "\uE010",
  Enter: "\uE007",
  Escape: "\uE00C",
  Home: "\uE011",
  PageDown: "\uE00F",
  PageUp: "\uE00E",
  Shift: "\uE008",
  Space: " ",
  Tab: "\uE004",
};

const RIGHT_BUTTON = 2;

/** Tells one `tellingEvaluate` from the other. */
let nextChannel = 1;

export class Page {
  /** The BiDi id of the browsing context. */
  readonly context: string;
  readonly #bidi: BidiConnection;

  constructor(bidi: BidiConnection, context: string) {
    this.#bidi = bidi;
    this.context = context;
  }

  /** Loads a URL and waits for the `load` event, or for less where a page never gets there. */
  async goto(url: string, wait: "none" | "interactive" | "complete" = "complete"): Promise<void> {
    await this.#bidi.send("browsingContext.navigate", { context: this.context, url, wait });
  }

  async reload(): Promise<void> {
    await this.#bidi.send("browsingContext.reload", { context: this.context, wait: "complete" });
  }

  /** Brings the tab and its window to the front. */
  async activate(): Promise<void> {
    await this.#bidi.send("browsingContext.activate", { context: this.context });
  }

  /** Closes the tab or window as its close button does. */
  async close(): Promise<void> {
    await this.#bidi.send("browsingContext.close", { context: this.context });
  }

  async url(): Promise<string> {
    return this.evaluate(() => location.href);
  }

  /** The frames directly below this page, each a page of its own. */
  async frames(): Promise<Page[]> {
    const { contexts } = await this.#bidi.send<{ contexts: { children?: { context: string }[] | null }[] }>(
      "browsingContext.getTree",
      { root: this.context },
    );
    return (contexts[0]?.children ?? []).map((child) => new Page(this.#bidi, child.context));
  }

  /** Runs a function in the page's own realm. Arguments and answer cross as JSON; it sees nothing else of ours. */
  async evaluate<Args extends readonly unknown[], R>(
    fn: (...args: Args) => R,
    ...args: Args
  ): Promise<Awaited<R>> {
    return (await this.#call(fn, [], args)) as Awaited<R>;
  }

  /**
   * Runs a function that tells the test of things while it runs: each is heard the moment that it is told, also where
   * the page never comes to the end of the function.
   */
  async tellingEvaluate<Told, Args extends readonly unknown[], R>(
    hear: (told: Told) => void,
    fn: (tell: (told: Told) => void, ...args: Args) => R,
    ...args: Args
  ): Promise<Awaited<R>> {
    const channel = `telling-${nextChannel++}`;
    await this.#bidi.send("session.subscribe", { events: ["script.message"] });
    const deafen = this.#bidi.listen(({ method, params }) => {
      if (method !== "script.message" || params.channel !== channel) return;
      hear(JSON.parse(String((params.data as RemoteValue).value)) as Told);
    });
    try {
      const source = `async (args, send) => JSON.stringify(
        await (${fn})((told) => send(JSON.stringify(told)), ...JSON.parse(args)))`;
      const result = await this.#callFunction(source, [
        { type: "string", value: JSON.stringify(args) },
        { type: "channel", value: { channel } },
      ]);
      return parsed(result) as Awaited<R>;
    } finally {
      deafen();
    }
  }

  /** Runs a function on one element, as soon as exactly one visible element matches. */
  async on<E extends Element, Args extends readonly unknown[], R>(
    target: Target,
    fn: (element: E, ...args: Args) => R,
    ...args: Args
  ): Promise<Awaited<R>> {
    const element = await this.#element(target, false);
    return (await this.#call(fn, [element], args)) as Awaited<R>;
  }

  /** Asks a function in the page until it answers something truthy. */
  async waitFor<Args extends readonly unknown[], R>(
    what: string,
    fn: (...args: Args) => R,
    ...args: Args
  ): Promise<NonNullable<Awaited<R>>> {
    return this.waitAtMost(PATIENCE_MS, what, fn, ...args);
  }

  /** `waitFor` with a patience of its own, in milliseconds. */
  async waitAtMost<Args extends readonly unknown[], R>(
    patience: number,
    what: string,
    fn: (...args: Args) => R,
    ...args: Args
  ): Promise<NonNullable<Awaited<R>>> {
    return until(what, () => this.evaluate(fn, ...args), patience);
  }

  /** Waits until exactly one visible element matches. */
  async see(target: Target): Promise<void> {
    await this.#element(target, false);
  }

  /** Waits until no visible element matches. */
  async seeNothingOf(target: Target): Promise<void> {
    await until(
      `page without ${name(target)}`,
      async () => (await this.#locate(target, false)).visible === 0,
    );
  }

  /** How many visible elements match right now. */
  async count(target: Target): Promise<number> {
    return (await this.#locate(target, false)).visible;
  }

  /** The rendered text of an element, shadow roots and slots included, with white space folded. */
  async text(target: Target = ":root > body"): Promise<string> {
    const element = await this.#element(target, false);
    return (await this.#call(renderedText, [element], [])) as string;
  }

  /** A real click with the pointer, once one visible and enabled element matches. */
  async click(target: Target): Promise<void> {
    await this.#point(target, 0);
  }

  /** A real double click in the middle of an element, whether it is enabled or not. */
  async doubleClickAnyway(target: Target): Promise<void> {
    const element = await this.#element(target, false);
    const click = [
      { type: "pointerDown", button: 0 },
      { type: "pointerUp", button: 0 },
    ];
    await this.#perform({
      type: "pointer",
      id: "mouse",
      parameters: { pointerType: "mouse" },
      actions: [
        { type: "pointerMove", x: 0, y: 0, origin: { type: "element", element: { sharedId: element } } },
        ...click,
        ...click,
      ],
    });
  }

  /** A real click with the right button; the menu is the browser's, see `Firefox.chooseContextMenu`. */
  async rightClick(target: Target): Promise<void> {
    await this.#point(target, RIGHT_BUTTON);
  }

  /** Clicks into a field and types, key by key, where the click has put the caret. */
  async type(target: Target, text: string): Promise<void> {
    await this.click(target);
    await this.#typed(target, text);
  }

  /** Clicks into a field, takes out what stands there and types. */
  async retype(target: Target, text: string): Promise<void> {
    await this.click(target);
    await this.press("Control+a");
    await this.press("Delete");
    await this.#typed(target, text);
  }

  /** Clicks into a field and inserts a text at once, as pasting does: for what is too long to type. */
  async paste(target: Target, text: string): Promise<void> {
    await this.click(target);
    const inserted = await this.evaluate((text) => document.execCommand("insertText", false, text), text);
    if (!inserted) throw new Error(`${name(target)} took no text: is it a field that can be edited?`);
  }

  /** Presses one key, such as `Enter`, or a chord, such as `Control+a`. */
  async press(chord: string): Promise<void> {
    const keys = chord.split("+").map((key) => KEYS[key] ?? key);
    await this.#keys([...keys.map(down), ...keys.toReversed().map(up)]);
  }

  /** Chooses an entry of a `<select>` by its value, with the arrow keys: the list itself is drawn outside the page. */
  async choose(target: Target, value: string): Promise<void> {
    const steps = await this.on(
      target,
      (select: HTMLSelectElement, value: string) => {
        const values = [...select.options].map((option) => option.value);
        if (!values.includes(value)) throw new Error(`no entry ${value} among ${values.join(", ")}`);
        select.focus();
        return values.indexOf(value) - select.selectedIndex;
      },
      value,
    );
    for (let step = 0; step < Math.abs(steps); step++) await this.press(steps > 0 ? "ArrowDown" : "ArrowUp");
  }

  /** Hands files to an `<input type="file">`, as choosing them in the file dialog does. */
  async chooseFiles(target: Target, ...files: string[]): Promise<void> {
    const element = await this.#element(target, false);
    const paths = files.map((file) => path.resolve(file));
    await this.#bidi.send("input.setFiles", {
      context: this.context,
      element: { sharedId: element },
      files: paths,
    });
  }

  /** Turns the mouse wheel over an element; a positive `pixels` goes down. */
  async scroll(target: Target, pixels: number): Promise<void> {
    const element = await this.#element(target, false);
    const origin = { type: "element", element: { sharedId: element } };
    const turn = { type: "scroll", x: 0, y: 0, deltaX: 0, deltaY: pixels, origin };
    await this.#perform({ type: "wheel", id: "wheel", actions: [turn] });
  }

  /** Gives a tab's content another size in CSS pixels. */
  async setViewport(width: number, height: number, devicePixelRatio = 1): Promise<void> {
    await this.#bidi.send("browsingContext.setViewport", {
      context: this.context,
      viewport: { width, height },
      devicePixelRatio,
    });
  }

  /** Writes a PNG of what shows, or of the whole document however long it is. */
  async screenshot(file: string, extent: "viewport" | "document" = "viewport"): Promise<void> {
    const { data } = await this.#bidi.send<{ data: string }>("browsingContext.captureScreenshot", {
      context: this.context,
      origin: extent,
    });
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, Buffer.from(data, "base64"));
  }

  /** Keys go to whatever has the focus: a field that lost it, or lost what was typed, is found out here. */
  async #typed(target: Target, text: string): Promise<void> {
    await this.#keys([...text].flatMap((key) => [down(key), up(key)]));
    const held = await this.on(target, (field) =>
      "value" in field ? String(field.value) : field.textContent,
    );
    if (!held?.includes(text)) throw new Error(`typed “${text}” into ${name(target)}, which holds “${held}”`);
  }

  async #point(target: Target, button: number): Promise<void> {
    const element = await this.#element(target, true);
    const origin = { type: "element", element: { sharedId: element } };
    await this.#perform({
      type: "pointer",
      id: "mouse",
      parameters: { pointerType: "mouse" },
      actions: [
        { type: "pointerMove", x: 0, y: 0, origin },
        { type: "pointerDown", button },
        { type: "pointerUp", button },
      ],
    });
  }

  async #keys(actions: readonly object[]): Promise<void> {
    await this.#perform({ type: "key", id: "keyboard", actions });
  }

  async #perform(source: object): Promise<void> {
    await this.#bidi.send("input.performActions", { context: this.context, actions: [source] });
  }

  async #element(target: Target, toClick: boolean): Promise<string> {
    const wanted = `one ${toClick ? "element to click" : "visible element"} ${name(target)}`;
    return until(wanted, async () => {
      const { why, element } = await this.#locate(target, toClick);
      if (!element) throw new Error(why);
      return element;
    });
  }

  async #locate(
    target: Target,
    toClick: boolean,
  ): Promise<{ why: string; visible: number; element?: string }> {
    const { css, text } = typeof target === "string" ? { css: target, text: "" } : target;
    const result = await this.#callFunction(`(args) => (${locate})(${renderedText}, ...JSON.parse(args))`, [
      { type: "string", value: JSON.stringify([css, text, toClick]) },
    ]);
    const [why, visible, node] = result.value as [RemoteValue, RemoteValue, RemoteValue];
    const located = { why: String(why.value), visible: Number(visible.value) };
    return node.sharedId ? { ...located, element: node.sharedId } : located;
  }

  async #call(fn: CallableFunction, elements: string[], args: readonly unknown[]): Promise<unknown> {
    const source = `async (args, ...elements) => JSON.stringify(await (${fn})(...elements, ...JSON.parse(args)))`;
    const result = await this.#callFunction(source, [
      { type: "string", value: JSON.stringify(args) },
      ...elements.map((sharedId) => ({ sharedId })),
    ]);
    return parsed(result);
  }

  async #callFunction(source: string, values: readonly object[]): Promise<RemoteValue> {
    const answer = await this.#bidi.send<EvaluateResult>("script.callFunction", {
      // tsx names each inner function through a helper that exists in Node alone.
      functionDeclaration: `(...all) => { const __name = (fn) => fn; return (${source})(...all); }`,
      arguments: values,
      target: { context: this.context },
      awaitPromise: true,
      resultOwnership: "none",
    });
    if (answer.type === "success") return answer.result;
    const { text, stackTrace } = answer.exceptionDetails;
    const frame = stackTrace?.callFrames?.[0];
    throw new PageScriptError(frame?.url ? `${text} (${frame.url}:${frame.lineNumber + 1})` : text);
  }
}

/** What a function in the page answered as JSON, where it answered anything. */
function parsed(result: RemoteValue): unknown {
  return result.type === "string" ? JSON.parse(String(result.value)) : undefined;
}

function down(key: string): object {
  return { type: "keyDown", value: key };
}

function up(key: string): object {
  return { type: "keyUp", value: key };
}

function name(target: Target): string {
  return typeof target === "string" ? target : `${target.css} with “${target.text}”`;
}

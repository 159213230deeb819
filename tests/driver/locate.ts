// What runs inside a page to find an element there. Both functions cross as source, so they stand on nothing outside.

/** What a person reads in an element: through shadow roots and slots, without what is hidden, white space folded. */
export function renderedText(root: Element): string {
  const parts: string[] = [];
  const walk = (node: Node): void => {
    if (node instanceof Text) {
      parts.push(node.data);
      return;
    }
    if (!(node instanceof Element) || node instanceof HTMLStyleElement || node instanceof HTMLScriptElement)
      return;
    const style = getComputedStyle(node);
    if (style.display === "none" || (style.visibility !== "visible" && node.childElementCount === 0)) return;
    const slotted = node instanceof HTMLSlotElement ? node.assignedNodes() : [];
    const children = slotted.length > 0 ? slotted : [...(node.shadowRoot ?? node).childNodes];
    const block = !style.display.startsWith("inline") && style.display !== "contents";
    if (block) parts.push(" ");
    for (const child of children) walk(child);
    if (block) parts.push(" ");
  };
  walk(root);
  return parts.join("").replace(/\s+/g, " ").trim();
}

/** What came of a search: `ready`, or why there is nothing to act on; how many match and show; the one that does. */
export type Located = readonly [why: string, visible: number, element: Element | null];

/**
 * Finds the one visible element and brings it into view. ` >> ` steps into what stands below, shadow roots too.
 * To be clicked it must be enabled, hold still, and be what the pointer meets in its middle.
 */
export async function locate(
  read: typeof renderedText,
  css: string,
  text: string,
  toClick: boolean,
): Promise<Located> {
  const below = (root: Document | Element, selector: string): Element[] => {
    const found: Element[] = [];
    const roots: (Document | Element | ShadowRoot)[] = [root];
    if (root instanceof Element && root.shadowRoot) roots.push(root.shadowRoot);
    for (const each of roots) {
      found.push(...each.querySelectorAll(selector));
      for (const element of each.querySelectorAll("*"))
        if (element.shadowRoot) roots.push(element.shadowRoot);
    }
    return found;
  };
  let scopes: (Document | Element)[] = [document];
  for (const selector of css.split(" >> ")) scopes = scopes.flatMap((scope) => below(scope, selector));
  const shown = [...new Set(scopes as Element[])].filter(
    (element) =>
      element.checkVisibility({ visibilityProperty: true }) &&
      element.getClientRects().length > 0 &&
      read(element).includes(text),
  );
  const [element] = shown;
  if (!element) return ["none shows", 0, null];
  if (shown.length > 1) return [`${shown.length} of them show`, shown.length, null];
  element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
  if (!toClick) return ["ready", 1, element];

  if (element.matches(":disabled, [aria-disabled='true']") || element.closest("[inert]")) {
    return ["it is disabled", 1, null];
  }
  const place = (): string => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return [left, top, width, height, innerWidth, innerHeight].join();
  };
  // A tab in the background paints nothing: there the clock stands in.
  const nextFrame = () =>
    new Promise<void>((resolve) => {
      requestAnimationFrame(() => resolve());
      setTimeout(resolve, 100);
    });
  const before = place();
  await nextFrame();
  await nextFrame();
  if (place() !== before) return ["it moves", 1, null];

  const box = element.getClientRects()[0];
  if (!box) return ["none shows", 0, null];
  const x = (Math.max(0, box.left) + Math.min(innerWidth, box.right)) / 2;
  const y = (Math.max(0, box.top) + Math.min(innerHeight, box.bottom)) / 2;
  let met = document.elementFromPoint(x, y);
  for (let inner = met?.shadowRoot?.elementFromPoint(x, y); inner && inner !== met; ) {
    met = inner;
    inner = met.shadowRoot?.elementFromPoint(x, y);
  }
  const label = met?.closest("label");
  for (let node: Node | null = met; node; ) {
    if (node === element || label?.control === element) return ["ready", 1, element];
    node = node instanceof ShadowRoot ? node.host : ((node as Element).assignedSlot ?? node.parentNode);
  }
  return [`it is covered by <${met?.localName ?? "nothing"}>`, 1, null];
}

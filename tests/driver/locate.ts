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

/** What came of a search: why there is no element to act on, how many are visible, and the one there is. */
export type Located = readonly [
  why: "none" | "several" | "disabled" | "ready",
  visible: number,
  element: Element | null,
];

/** Finds the one visible element and brings it into view. ` >> ` steps into what stands below, shadow roots too. */
export function locate(read: typeof renderedText, css: string, text: string, enabled: boolean): Located {
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
  if (!element) return ["none", 0, null];
  if (shown.length > 1) return ["several", shown.length, null];
  const dead = (each: Element) =>
    each.matches(":disabled, [aria-disabled='true']") || each.closest("[inert]") !== null;
  if (enabled && dead(element)) return ["disabled", 1, null];
  element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
  return ["ready", 1, element];
}

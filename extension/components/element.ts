// The base of our elements: they render into the document itself, so one style sheet and one set of ids serve a page.

import { LitElement, type PropertyValues } from "lit";

export class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /**
   * Firefox writes what stands in fields into the profile, in the clear, to restore a tab after a crash: all but fields that
   * say `autocomplete="off"` themselves. So every field of ours does.
   */
  protected override update(changed: PropertyValues): void {
    super.update(changed);
    for (const field of this.querySelectorAll("input, select, textarea"))
      field.setAttribute("autocomplete", "off");
  }

  /** The element with this test id among those rendered. */
  protected find<E extends HTMLElement>(testId: string): E | null {
    return this.querySelector<E>(`[data-testid="${testId}"]`);
  }
}

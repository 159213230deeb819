// The base of our elements: they render into the document itself, so one style sheet and one set of ids serve a page.

import { LitElement } from "lit";

export class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** The element with this test id among those rendered. */
  protected find<E extends HTMLElement>(testId: string): E | null {
    return this.querySelector<E>(`[data-testid="${testId}"]`);
  }
}

// The base of the manager's sections: each fetches when it shows and when what it shows has changed.

import type { PropertyDeclarations, PropertyValues } from "lit";
import { PageElement } from "../../components/element";
import { failed } from "../../components/owner";
import { coalesce } from "../../components/refresh";
import type { Topic } from "../../generated/messages";
import type { Deed } from "./undo";

export abstract class Section extends PageElement {
  static override properties: PropertyDeclarations = {
    active: { attribute: false },
    failure: { state: true },
    loaded: { state: true },
  };
  /** Whether the person looks at this section. */
  declare active: boolean;
  declare failure: unknown;
  /** Whether there is something to show. */
  declare loaded: boolean;
  /** What it shows is no longer how things are. */
  #stale = true;

  constructor() {
    super();
    this.active = false;
    this.loaded = false;
    this.classList.add("section");
  }

  /** Which changes concern it. */
  protected abstract readonly topics: readonly Topic[];

  protected abstract fetch(): Promise<void>;

  /** Fetches anew what it shows. */
  readonly refresh = coalesce(async () => {
    try {
      await this.fetch();
      this.failure = undefined;
      this.loaded = true;
    } catch (error) {
      // A vault that was locked meanwhile takes the whole section away.
      if (!failed(error, "locked", "no_vault")) this.failure = error;
    }
  });

  changed(topics: readonly Topic[]): void {
    if (!topics.some((topic) => this.topics.includes(topic))) return;
    if (this.active) void this.refresh();
    else this.#stale = true;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("active") && this.active && this.#stale) {
      this.#stale = false;
      void this.refresh();
    }
  }

  /** Does something, and says so or why not. */
  protected async do(act: () => Promise<Deed | undefined>): Promise<void> {
    try {
      const deed = await act();
      if (deed) this.dispatchEvent(new CustomEvent("done", { detail: deed, bubbles: true }));
      await this.refresh();
    } catch (error) {
      this.dispatchEvent(new CustomEvent("failed", { detail: error, bubbles: true }));
    }
  }
}

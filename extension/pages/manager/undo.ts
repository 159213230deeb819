// What was just done in the manager, and how to take it back, newest first.

/** Something that was done; `undo` takes it back. */
export interface Deed {
  text: string;
  undo?: () => Promise<void>;
}

const REMEMBERED = 20;

export class Undo {
  #deeds: Required<Deed>[] = [];

  remember(deed: Required<Deed>): void {
    this.#deeds = [...this.#deeds, deed].slice(-REMEMBERED);
  }

  /** Takes back the newest deed, and answers it. One that cannot be taken back stays. */
  async last(): Promise<Deed | undefined> {
    const deed = this.#deeds.pop();
    try {
      await deed?.undo();
    } catch (error) {
      if (deed) this.#deeds.push(deed);
      throw error;
    }
    return deed;
  }

  forget(): void {
    this.#deeds = [];
  }
}

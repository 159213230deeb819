// What a test has typed, said and met: what no file of the profile may hold.

/** Where a text of this kind may not stand is said in `profile-scan.ts`. */
export type WrittenKind =
  | "memory"
  | "passphrase"
  | "code"
  | "scope"
  | "query"
  | "purpose"
  | "site"
  | "extension";

export interface Written {
  readonly kind: WrittenKind;
  readonly text: string;
}

const everything = new Map<string, Written>();

/** Remembers texts of one kind for the scan at the end. */
export function wrote(kind: WrittenKind, ...texts: string[]): void {
  for (const text of texts) everything.set(`${kind} ${text}`, { kind, text });
}

/** All that was written in this test file. */
export function allWritten(): Written[] {
  return [...everything.values()];
}

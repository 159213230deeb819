// A memory as an application without a vault would store it: what the peers are given to keep.

export interface PlainMemory {
  id: string;
  text: string;
  kind: string;
  scopes: string[];
  created: number;
}

export function plainMemory(text: string): PlainMemory {
  return { id: crypto.randomUUID(), text, kind: "fact", scopes: ["bench"], created: Date.now() };
}

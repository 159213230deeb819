// Conversations in LoCoMo's form as vaults to search, and how much of what answers their questions is found.

import { readFileSync } from "node:fs";
import type { Memory } from "./search-extension/engines.ts";

interface Turn {
  readonly dia_id: string;
  readonly speaker: string;
  readonly text: string;
  readonly blip_caption?: string;
}

interface Sample {
  readonly conversation: Record<string, readonly Turn[] | string>;
  readonly qa: readonly { readonly question: string; readonly evidence?: readonly string[] }[];
}

/** One conversation, and questions with the numbers of the turns that answer each. */
export interface Vault {
  readonly turns: Memory[];
  readonly questions: { readonly text: string; readonly evidence: number[] }[];
}

export function readVaults(file: string): Vault[] {
  return (JSON.parse(readFileSync(file, "utf8")) as Sample[]).map(vault);
}

function vault({ conversation, qa }: Sample): Vault {
  const turns: Memory[] = [];
  const places = new Map<string, number>();
  for (let session = 1; session < 100; session++) {
    const said = conversation[`session_${session}`];
    if (!Array.isArray(said)) continue;
    for (const [position, turn] of (said as readonly Turn[]).entries()) {
      for (const id of ids(turn.dia_id).slice(0, 1)) places.set(id, turns.length);
      const shares = turn.blip_caption ? ` [shares ${turn.blip_caption}]` : "";
      turns.push({ text: `${turn.speaker}: ${turn.text}${shares}`, conversation: session, position });
    }
  }
  const questions = qa.map(({ question, evidence }) => {
    const named = (evidence ?? []).flatMap(ids).flatMap((id) => places.get(id) ?? []);
    return { text: question, evidence: [...new Set(named)] };
  });
  return { turns, questions: questions.filter(({ evidence }) => evidence.length > 0) };
}

/** Every `D<session>:<turn>` in a text; there is more than one in some. */
function ids(text: string): string[] {
  return [...text.matchAll(/D(\d+):(\d+)/g)].map(([, session, turn]) => `${Number(session)}:${Number(turn)}`);
}

/** Means over questions, in percent. */
export function scores(
  found: readonly number[][],
  evidence: readonly number[][],
): { recall: number; ndcg: number } {
  let [recall, ndcg] = [0, 0];
  const gain = (rank: number) => 1 / Math.log2(rank + 2);
  for (const [place, wanted] of evidence.entries()) {
    const ranks = (found[place] ?? [])
      .slice(0, 10)
      .flatMap((id, rank) => (wanted.includes(id) ? [rank] : []));
    const sum = (ranks: readonly number[]) => ranks.reduce((sum, rank) => sum + gain(rank), 0);
    recall += (100 * ranks.length) / wanted.length / evidence.length;
    ndcg += (100 * sum(ranks)) / sum([...wanted.keys()].slice(0, 10)) / evidence.length;
  }
  return { recall, ndcg };
}

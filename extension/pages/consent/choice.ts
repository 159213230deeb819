// What the two sorts of consent have in common: the person makes a choice, and the foot of the window carries it out.

import type { ConsentDecision } from "../../generated/messages";

/** An element in which the person chooses. It tells of every change with `choicechange`, and of a settled request with `moot`. */
export interface Choice extends HTMLElement {
  /** There is something to decide on. */
  readonly ready: boolean;
  /** Whether what shows is what would leave. */
  readonly allowable: boolean;
  /** What follows if the person agrees, in one line. */
  readonly summary: string;
  /** What the button that does it says. */
  readonly agree: string;
  /** The decision, where the person agrees. */
  readonly decision: ConsentDecision;
  /** Fetches anew what would leave. */
  refresh(): Promise<void>;
}

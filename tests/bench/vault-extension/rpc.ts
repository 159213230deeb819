// Calls from the page to a peer's worker, one at a time: the peers work in a worker, as the vault does.

// biome-ignore lint/suspicious/noExplicitAny: what a method takes is the worker's own affair; the page sees its type.
export type Methods = Record<string, (...args: any[]) => unknown>;

interface Call {
  method: string;
  args: unknown[];
}
type Answer = { result: unknown } | { error: string };

/** In the worker: answers calls of these methods. */
export function serve(methods: Methods): void {
  self.onmessage = async ({ data: { method, args } }: MessageEvent<Call>) => {
    try {
      self.postMessage({ result: await methods[method]?.(...args) } satisfies Answer);
    } catch (error) {
      self.postMessage({ error: String(error) } satisfies Answer);
    }
  };
}

/** In the page: a worker of this extension that serves `M`. */
export class PeerWorker<M extends Methods> {
  readonly #worker: Worker;

  constructor(name: string) {
    this.#worker = new Worker(`workers/${name}.js`, { type: "module", name });
  }

  call<K extends keyof M & string>(method: K, ...args: Parameters<M[K]>): Promise<Awaited<ReturnType<M[K]>>> {
    return new Promise((resolve, reject) => {
      this.#worker.onerror = ({ message }) => reject(new Error(message));
      this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
        if ("error" in data) reject(new Error(data.error));
        else resolve(data.result as Awaited<ReturnType<M[K]>>);
      };
      this.#worker.postMessage({ method, args } satisfies Call);
    });
  }

  end(): void {
    this.#worker.terminate();
  }
}

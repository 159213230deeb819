// The wire to Firefox: WebDriver BiDi commands and events over one WebSocket, and nothing that knows what they mean.
import WebSocket from "ws";

/** An event as Firefox sends it, such as `browsingContext.contextCreated`. */
export interface BidiEvent {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A command that Firefox refused: which one, the protocol's error code, and Firefox's own words. */
export class BidiError extends Error {
  override readonly name = "BidiError";
  readonly method: string;
  readonly code: string;

  constructor(method: string, code: string, message: string) {
    super(`${method}: ${code}: ${message}`);
    this.method = method;
    this.code = code;
  }
}

/** What has not been answered by then waits for something that will not come; a test is to end and say so. */
const ANSWER_PATIENCE_MS = 120_000;

interface Pending {
  readonly method: string;
  readonly overdue: NodeJS.Timeout;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Incoming {
  readonly type: "success" | "error" | "event";
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
}

/** One BiDi session. Commands may overlap; each answer finds its command by number. */
export class BidiConnection {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: BidiEvent) => void>();
  #next = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#receive(JSON.parse(String(data)) as Incoming));
    socket.on("close", () => this.#failAll("Firefox closed the connection"));
  }

  /** Connects to `ws://127.0.0.1:PORT` and opens a session in which no prompt is answered by itself. */
  static async open(url: string): Promise<BidiConnection> {
    const socket = new WebSocket(`${url}/session`, {
      perMessageDeflate: false,
      maxPayload: 256 * 1024 * 1024,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    const connection = new BidiConnection(socket);
    await connection.send("session.new", {
      capabilities: { alwaysMatch: { unhandledPromptBehavior: { default: "ignore" } } },
    });
    return connection;
  }

  /** Sends a command and answers its result; the caller names the shape that the specification gives it. */
  send<Result = unknown>(method: string, params: Record<string, unknown> = {}): Promise<Result> {
    const id = this.#next++;
    return new Promise<Result>((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) {
        reject(new BidiError(method, "no connection", "Firefox is gone"));
        return;
      }
      const overdue = setTimeout(() => {
        this.#pending.delete(id);
        reject(
          new BidiError(method, "timeout", `no answer after ${ANSWER_PATIENCE_MS} ms: ${excerpt(params)}`),
        );
      }, ANSWER_PATIENCE_MS);
      this.#pending.set(id, { method, overdue, resolve: (result) => resolve(result as Result), reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  /** Hears every event from now on; the function that comes back ends it. */
  listen(listener: (event: BidiEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#socket.close();
  }

  #receive(message: Incoming): void {
    if (message.type === "event") {
      const event = { method: message.method ?? "", params: message.params ?? {} };
      for (const listener of this.#listeners) listener(event);
      return;
    }
    const pending = this.#pending.get(message.id ?? 0);
    if (!pending) return;
    this.#pending.delete(message.id ?? 0);
    clearTimeout(pending.overdue);
    if (message.type === "error") {
      pending.reject(new BidiError(pending.method, message.error ?? "unknown error", message.message ?? ""));
    } else {
      pending.resolve(message.result);
    }
  }

  #failAll(why: string): void {
    for (const { method, overdue, reject } of this.#pending.values()) {
      clearTimeout(overdue);
      reject(new BidiError(method, "no connection", why));
    }
    this.#pending.clear();
  }
}

function excerpt(params: Record<string, unknown>): string {
  const longest = 500;
  return JSON.stringify(params).slice(0, longest);
}

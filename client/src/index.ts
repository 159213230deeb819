// What `import … from "@keepsake/client"` gives.

export { Client, type ConnectOptions, connect } from "./client.ts";
export { type DiscoverOptions, discover } from "./discover.ts";
export { AgentMemoryError, NoProviderError } from "./errors.ts";
export {
  type ConnectExtensionOptions,
  connectExtension,
  type ExtensionPort,
  type ExtensionRuntime,
} from "./extension.ts";
export type * from "./page-api.ts";
export type { EventName, EventOf, Provider, ProviderInfo, RequestOptions } from "./provider.ts";

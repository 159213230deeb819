// The content script of connected sites: announces the provider to the page and carries its requests to the background.

import { Link } from "./link";
import type { BridgeMessage } from "./protocol";
import { Provider } from "./provider";

const ANNOUNCE = "agentmemory:announce";
const REQUEST = "agentmemory:request";

declare global {
  /** Set in the isolated world of a document, which the page cannot see, by the first of several injections. */
  var agentMemoryBridge: { speak(): void } | undefined;
}

/** A subframe, an opaque origin or a page that came over plain http is no subject; the background checks it again. */
function mayBeSubject(): boolean {
  return (
    window.top === window &&
    window.origin === location.origin &&
    window.isSecureContext &&
    /^https?:$/.test(location.protocol)
  );
}

function start(): { speak(): void } {
  const { name, version } = browser.runtime.getManifest();
  const link = new Link();
  const provider = new Provider(link, { name, rdns: "org.keepsake", version, api: 1 });
  let depth = 0;

  function announce(): void {
    // A page may ask from within an announcement, and gets its answer; one that does so each time would never end.
    if (depth > 1 || link.silent) return;
    depth += 1;
    window.dispatchEvent(new CustomEvent(ANNOUNCE, { detail: provider.detail }));
    depth -= 1;
  }

  // Nothing is read from the event: whoever dispatches one only makes us say again what is no secret.
  window.addEventListener(REQUEST, announce);
  window.addEventListener("pagehide", (event) => event.isTrusted && link.sleep());
  window.addEventListener("pageshow", (event) => event.isTrusted && link.wake());

  browser.runtime.onMessage.addListener((message: BridgeMessage, sender) => {
    if (sender.id !== browser.runtime.id) return undefined;
    if ("where" in message) return Promise.resolve(window.origin);
    if (message.to !== window.origin || link.silent) return undefined;
    if ("silence" in message) link.silence();
    else provider.emit(message.event);
    return undefined;
  });

  return {
    speak() {
      link.speak();
      announce();
    },
  };
}

if (mayBeSubject()) {
  globalThis.agentMemoryBridge ??= start();
  globalThis.agentMemoryBridge.speak();
}

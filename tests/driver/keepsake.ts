// Keepsake in a test's Firefox: where the build has put it, how it is installed, and the addresses of its pages.
import { existsSync } from "node:fs";
import path from "node:path";
import { Firefox, type LaunchOptions } from "./firefox.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** The add-on as one file, as `cargo xtask build` packs dist/. */
export const XPI = path.join(ROOT, "target/keepsake.xpi");

export const EXTENSION_ID = "keepsake@keepsake.example";

/** Firefox draws this by lot at installation; the tests fix it, so that they know Keepsake's addresses and its folder. */
export const EXTENSION_HOST = "5eed5eed-0000-4000-8000-6b6565707361";

/** A plain-http host that is not this machine by its name, and is found here all the same. */
export const INSECURE_HOST = "insecure.example";

/** The address of one of Keepsake's own pages, such as `pages/manager/index.html`. */
export function extensionUrl(file: string): string {
  return `moz-extension://${EXTENSION_HOST}/${file}`;
}

/** The folder of a profile in which Firefox keeps what Keepsake stores. */
export function extensionStorage(profile: string): string {
  return path.join(profile, "storage/default", `moz-extension+++${EXTENSION_HOST}`);
}

/** A Firefox with Keepsake in it. On a profile that has it already, it is the one that was installed there. */
export async function launchWithKeepsake(options: LaunchOptions = {}): Promise<Firefox> {
  const firefox = await Firefox.launch({
    ...options,
    extensionHosts: { ...options.extensionHosts, [EXTENSION_ID]: EXTENSION_HOST },
    preferences: { "network.dns.localDomains": INSECURE_HOST, ...options.preferences },
  });
  try {
    if (!(await firefox.isInstalled(EXTENSION_ID))) await install(firefox);
    return firefox;
  } catch (error) {
    await firefox.close();
    throw error;
  }
}

async function install(firefox: Firefox): Promise<void> {
  if (!existsSync(XPI)) throw new Error(`there is no ${XPI}: run \`cargo xtask build\``);
  // A Firefox that takes only signed add-ons for good takes ours for one run, and keeps what it stores for the next.
  const permanent = await firefox.takesUnsignedAddOns();
  await firefox.install(XPI, { permanent });
}

// What `import … from "@keepsake/client/testing"` gives: providers for the tests of those who use the client.

export { type FakeMemory, type FakeOptions, FakeProvider } from "./fake.ts";
export { type Asked, TestProvider } from "./test-provider.ts";

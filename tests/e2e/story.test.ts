// The whole story of a first day, each step a check.

import { test } from "node:test";
import { readConversation } from "../fixtures/conversation.ts";
import { playStory } from "./story.ts";

test("the story of a first day", async (context) => {
  let failed = false;
  await playStory(async (name, step) => {
    await context.test(name, { skip: failed ? "an earlier step failed" : false }, async () => {
      failed = true;
      await step();
      failed = false;
    });
  }, readConversation());
});

// Plays the story of a first day in headless Firefox, tells each step with its time, and saves the pictures of the docs.

import path from "node:path";
import { type Picture, type PlayStep, playStory } from "./e2e/story.ts";
import { readConversation, shippedConversation } from "./fixtures/conversation.ts";

const IMAGES = path.resolve(import.meta.dirname, "../docs/images");

let steps = 0;

const tell: PlayStep = async (name, step) => {
  const began = performance.now();
  try {
    await step();
  } catch (error) {
    console.error(`   ✗ ${name}`);
    throw error;
  }
  steps += 1;
  console.log(`   ✓ ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
};

const save: Picture = (page, name) => page.screenshot(path.join(IMAGES, `${name}.png`));

const conversation = readConversation();
console.log(`   with ${conversation.turns.length} memories of a conversation`);
await playStory(tell, conversation);
// What LoCoMo's licence keeps out of the project must not come in by its pictures.
console.log("   once more for the pictures, with the conversation that the project ships");
await playStory(tell, shippedConversation(), save);
console.log(`\n${steps} passed, 0 failed; pictures in ${path.relative(process.cwd(), IMAGES)}/`);

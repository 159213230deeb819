// Where a page says that it is time to take everything out, and what can be chosen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isToBeSaid, reminderChoices } from "./reminders";

test("it is said when it is due, and not before the status is known", () => {
  assert.equal(isToBeSaid({ backup_due: true }), true);
  assert.equal(isToBeSaid({ backup_due: true }, "memories"), true);
  assert.equal(isToBeSaid({ backup_due: false }, "memories"), false);
  assert.equal(isToBeSaid(undefined), false);
});

test("the section in which it is done does not remind of it", () => {
  assert.equal(isToBeSaid({ backup_due: true }, "backup"), false);
});

test("the days that hold are among the choices, once and in their order", () => {
  assert.deepEqual(reminderChoices(undefined), [7, 30, 91]);
  assert.deepEqual(reminderChoices(30), [7, 30, 91]);
  assert.deepEqual(reminderChoices(14), [7, 14, 30, 91]);
});

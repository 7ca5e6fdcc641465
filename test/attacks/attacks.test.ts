import { expect, test } from "vitest";
import type { Attack } from "./attack.ts";
import { keyAttacks } from "./keys.ts";

/** Every attack there is: one file a subject. */
const attacks: readonly Attack[] = [...keyAttacks];

test("each attack stands once", () => {
  const ids = attacks.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
});

test.each(attacks)("$id $what", async ({ codes, perform }) => {
  const reported = await perform();
  if (codes.length === 0) expect(reported).toEqual([]);
  else expect(reported).toEqual(expect.arrayContaining([...codes]));
});

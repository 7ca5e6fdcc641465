import { describe, expect, it } from "vitest";
import { severityOf } from "../../feed/format/faults.ts";
import { attacked, timeAttacks } from "./time.ts";
import { AttackedPlant, offline, online } from "./time-plant.ts";

const minute = 60_000;

describe("a log that is wrong in its times, bytes or configuration", () => {
  it("is none where nothing was done, for hours", async () => {
    const honest = attacked({ does: (plant) => plant.run(160) });
    expect(offline(honest)).toMatchObject({ codes: [], verdict: "VALID" });
    expect(offline(honest, honest.log.entries[0]?.hash).codes).toEqual([]);
    expect(await online(honest)).toMatchObject({ codes: [], mirrored: honest.next });
  });

  it.each(timeAttacks)("$what", async (attack) => {
    const plant = attacked(attack);
    const refused = attack.codes.filter((code) => severityOf(code as never) === "F");
    const found = offline(plant, attack.genesis);
    expect(found.codes).toEqual(attack.codes);
    expect(found.verdict).toBe(refused.length > 0 ? "REFUSED" : "VALID WITH REMARKS");
    const live = await online(plant, attack.genesis);
    // The first that refuses ends it; a day is judged when the next one begins.
    if (refused.length > 0) expect(live.codes.filter((code) => refused.includes(code))).toHaveLength(1);
    else expect(live.codes).toEqual(attack.codes);
    expect(live.nacks).toEqual(live.codes.filter((code) => refused.includes(code)));
    expect(live.mirrored < plant.next).toBe(refused.length > 0);
  });

  it("tells the interval that was cosigned late", () => {
    const plant = new AttackedPlant();
    plant.begin();
    plant.run(40);
    const first = plant.next;
    for (let i = 0; i < 180; i++) {
      plant.advance(10 * minute);
      plant.frame();
    }
    plant.seal();
    // From the anchor behind the last checkpoint on; the newest two were less than 15 minutes old.
    expect(offline(plant).at).toEqual({ LATE_ANCHOR: [first - 1, plant.next - 3] });
  });
});

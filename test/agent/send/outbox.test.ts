import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as outbox from "../../../agent/send/outbox.ts";
import { type Millis, millis, seconds } from "../../../feed/format/vocabulary.ts";

const now = millis(1_000_000);
const open = (more: Partial<outbox.Outbox> = {}): outbox.Outbox => ({
  ...outbox.connected({ newest: 100, witnessed: 100, mirrored: 100 }, now),
  stage: { is: "open" },
  ...more,
});
const later = (s: number): Millis => millis(now + seconds(s));
const head = (have: number, witnessed: number) => ({ have, witnessed, want: [] });

describe("after a connection", () => {
  const fresh = outbox.connected({ newest: 100, witnessed: 40, mirrored: 20 }, now);
  test("the service is asked first", () => expect(outbox.nextToSend(fresh, now)).toEqual({ do: "ask" }));
  test("then the newest checkpoint is shown, if there is one it has not witnessed", () => {
    const answered = outbox.answered(outbox.asked(fresh, now), head(20, 40));
    expect(outbox.nextToSend(answered, now)).toEqual({ do: "commit" });
    expect(outbox.answered(outbox.asked(open(), now), head(100, 100)).stage).toEqual({ is: "open" });
  });
  test("nothing else goes out before the witness has signed", () => {
    const waiting = outbox.committed(outbox.answered(outbox.asked(fresh, now), head(20, 40)), now);
    expect(outbox.nextToSend(waiting, now)).toEqual({ do: "wait", until: later(30) });
    const signed = outbox.acknowledged(waiting, { witnessed: 100, mirrored: 0 }, now);
    expect(outbox.nextToSend(signed, now)).toEqual({ do: "bundle", lane: "fill", from: 20, below: 100 });
  });
  test("a service that has less than it once signed for is believed, and gets it again", () => {
    const back = outbox.answered(outbox.asked(open(), now), head(10, 30));
    expect(back).toMatchObject({ mirrored: 10, witnessed: 30, stage: { is: "commit" } });
  });
  test("its word alone moves nothing forward", () => {
    const ahead = outbox.answered(outbox.asked(fresh, now), head(90, 95));
    expect(ahead).toMatchObject({ mirrored: 20, witnessed: 40 });
  });
});

describe("while it is open", () => {
  test("a new checkpoint goes before the backlog", () => {
    const box = outbox.sealed(open({ mirrored: 20 }), 110);
    expect(outbox.nextToSend(box, now)).toEqual({ do: "bundle", lane: "live", from: 100, below: 110 });
    const sent = outbox.offered(box, { lane: "live", from: 100, to: 110, at: now });
    expect(outbox.nextToSend(sent, now)).toEqual({ do: "bundle", lane: "fill", from: 20, below: 100 });
  });
  test("the backlog is offered in order, eight bundles at a time", () => {
    let box = open({ mirrored: 0 });
    for (let i = 0; i < 8; i++) {
      const step = outbox.nextToSend(box, now);
      expect(step).toEqual({ do: "bundle", lane: "fill", from: i * 10, below: 100 });
      box = outbox.offered(box, { lane: "fill", from: i * 10, to: i * 10 + 10, at: now });
    }
    expect(outbox.nextToSend(box, now)).toEqual({ do: "wait", until: later(30) });
    box = outbox.acknowledged(box, { witnessed: 0, mirrored: 30 }, now);
    expect(outbox.nextToSend(box, now)).toEqual({ do: "bundle", lane: "fill", from: 80, below: 100 });
  });
  test("what the service misses is offered again, and only that", () => {
    const offers = [0, 10, 20].map((from) => ({ lane: "fill", from, to: from + 10, at: now }) as const);
    const box = outbox.wanted(open({ mirrored: 0, offers }), { have: 0, witnessed: 100, want: [[10, 20]] });
    expect(box.offers.map(({ from }) => from)).toEqual([0, 20]);
    expect(outbox.nextToSend(box, now)).toEqual({ do: "bundle", lane: "fill", from: 10, below: 20 });
  });
  test("a live bundle ahead of a backlog is not given up while the mirror moves", () => {
    const live = { lane: "live", from: 90, to: 100, at: now } as const;
    let box = open({ mirrored: 10, offers: [live] });
    box = outbox.acknowledged(box, { witnessed: 0, mirrored: 20 }, later(29));
    expect(outbox.expired(box, later(40), 0.5)).toBe(box);
    expect(outbox.expired(box, later(59), 0.5)).toMatchObject({ stage: { is: "ask" }, offers: [] });
  });
});

test("pauses double from 5 s to 10 min, and spread by a fifth", () => {
  let box = open();
  const pauses = Array.from({ length: 10 }, () => {
    const at = millis(Math.max(now, box.notBefore));
    box = outbox.refused(box, at, 0.5);
    return (box.notBefore - at) / 1000;
  });
  expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600, 600]);
  const spread = [0, 0.999].map((random) => (outbox.refused(open(), now, random).notBefore - now) / 1000);
  expect(spread[0]).toBe(4);
  expect(spread[1]).toBeCloseTo(6, 1);
  expect(outbox.acknowledged(box, { witnessed: 101, mirrored: 0 }, now).strikes).toBe(0);
});

test("whatever happens, a step never skips entries that nobody holds, nor offers what nobody witnessed", () => {
  const size = fc.integer({ min: 0, max: 50 });
  const event = fc.oneof(
    fc.record({ ack: fc.constant(true), witnessed: size, mirrored: size }),
    fc.record({ want: fc.tuple(size, size), have: size }),
    fc.record({ head: size, have: size }),
    fc.record({ grow: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ wait: fc.integer({ min: 0, max: 60 }) }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      let box = outbox.connected({ newest: 20, witnessed: 0, mirrored: 0 }, now);
      let time = 0;
      for (const one of events) {
        if ("ack" in one) {
          const witnessed = Math.min(one.witnessed, box.newest);
          box = outbox.acknowledged(box, { witnessed, mirrored: Math.min(one.mirrored, witnessed) }, later(time));
        } else if ("want" in one) box = outbox.wanted(box, { have: one.have, witnessed: 50, want: [one.want] });
        else if ("head" in one) box = outbox.answered(box, head(Math.min(one.have, one.head), one.head));
        else if ("grow" in one) box = outbox.sealed(box, box.newest + one.grow);
        else time += one.wait;
        box = outbox.expired(box, later(time), 0.5);
        const step = outbox.nextToSend(box, later(time));
        if (step.do === "ask") box = outbox.asked(box, later(time));
        if (step.do === "commit") box = outbox.committed(box, later(time));
        if (step.do !== "bundle") continue;
        expect(step.from).toBeLessThan(step.below);
        if (step.lane === "live") expect([step.from, step.below]).toEqual([box.live, box.newest]);
        else {
          expect(step.below).toBeLessThanOrEqual(box.witnessed);
          const between = Array.from({ length: step.from - box.mirrored }, (_, i) => box.mirrored + i);
          for (const seq of between) expect(box.offers.some(({ from, to }) => from <= seq && seq < to)).toBe(true);
        }
        const to = Math.min(step.below, step.from + 7);
        box = outbox.offered(box, { lane: step.lane, from: step.from, to, at: later(time) });
      }
    }),
  );
});

test("a hundred refusals cost one pause: whoever plays them cannot hold the sending up", () => {
  const once = outbox.refused(open(), now, 0.5);
  let often = once;
  for (let i = 0; i < 100; i++) often = outbox.refused(often, now, 0.5);
  expect(often).toEqual(once);
  expect(outbox.refused(often, often.notBefore, 0.5).strikes).toBe(often.strikes + 1);
});

import { expect, test } from "vitest";
import { Connection } from "../../../drivers/line/connection.ts";
import type { Wire, WireEvents } from "../../../drivers/line/wire.ts";

/** Wires that open or fail as told; `opened` holds the events of each. */
function plant(fails: () => boolean): {
  connection: Connection;
  opened: WireEvents[];
  closed: string[];
  log: string[];
} {
  const opened: WireEvents[] = [];
  const closed: string[] = [];
  const log: string[] = [];
  const open = async (events: WireEvents): Promise<Wire> => {
    log.push("open");
    if (fails()) throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    opened.push(events);
    let isOpen = true;
    return {
      get isOpen() {
        return isOpen;
      },
      write: () => {},
      destroy: async () => {
        isOpen = false;
        await Promise.resolve();
        log.push("let go");
      },
    };
  };
  const events = { data: () => {}, closed: (why: string) => void closed.push(why) };
  return { connection: new Connection(open, events, () => 0), opened, closed, log };
}

test("after a loss the first rebuild is immediate, and waits until the old transport has let go (P3)", async () => {
  const { connection, opened, closed, log } = plant(() => false);
  expect(await connection.open()).toBeUndefined();
  connection.proven();
  opened[0]?.closed("unplugged");
  expect(connection.isOpen).toBe(false);
  expect(await connection.open()).toBeUndefined();
  expect(log).toEqual(["open", "let go", "open"]);
  expect(closed).toEqual(["unplugged"]);
  expect(connection.rebuilds).toBe(1);
});

test("a second close or error of the same transport changes nothing (P2)", async () => {
  const { connection, opened, closed } = plant(() => false);
  await connection.open();
  opened[0]?.closed("write failed");
  opened[0]?.closed("closed");
  expect(closed).toEqual(["write failed"]);
});

test("while a pause runs an attempt fails at once, and says why and for how long", async () => {
  const { connection, log } = plant(() => true);
  expect(await connection.open()).toContain("ECONNREFUSED");
  expect(await connection.open()).toMatch(/ECONNREFUSED.*next attempt in 0\.\d s/);
  expect(log).toEqual(["open"]);
});

test("a transport that opens but never answers counts as a failure", async () => {
  const { connection, opened, log } = plant(() => false);
  await connection.open();
  opened[0]?.closed("closed by the other side");
  expect(await connection.open()).toContain("next attempt");
  expect(log).toEqual(["open", "let go"]);
});

test("nothing opens after close, and close waits for the transport", async () => {
  const { connection, log } = plant(() => false);
  await connection.open();
  await connection.close();
  expect(log).toEqual(["open", "let go"]);
  expect(await connection.open()).toBe("the line was closed");
});

import { expect, test } from "vitest";
import { graphOf, productSources } from "./source.ts";
import { climbs, cycles, doors, maySee, strays } from "./staircase.ts";

const sources = productSources();
const graph = graphOf(sources);

test("the sweep sees the product", () => {
  expect(sources.length).toBeGreaterThan(40);
  expect([...graph.values()].flat().length).toBeGreaterThan(150);
});

test("no import climbs the staircase", () => expect(climbs(graph, maySee)).toEqual([]));
test("no import cycles", () => expect(cycles(graph)).toEqual([]));
test("each library enters by its one door", () => expect(strays(graph, doors)).toEqual([]));
test("every import names a file that exists", () => {
  const relative = [...graph.values()].flat().filter((target) => target.endsWith(".ts"));
  expect(relative.filter((target) => !graph.has(target))).toEqual([]);
});
test("every door exists and is used", () => {
  const named = Object.entries(doors).flatMap(([library, files]) =>
    files === "anywhere" ? [] : files.map((file) => ({ library, file })),
  );
  expect(named.filter(({ library, file }) => graph.get(file)?.includes(library) !== true)).toEqual([]);
});

const parsed = (files: Readonly<Record<string, string>>) =>
  graphOf(Object.entries(files).map(([path, text]) => ({ path, text })));

test("an import up the staircase is seen, of a type and at run time too", () => {
  const upwards = parsed({
    "drivers/bus.ts": 'import type { Site } from "../config/site.ts";',
    "feed/format/entry.ts": 'const late = await import("../link.ts");',
    "agent/send/outbox.ts": 'import { open } from "../keep/journal.ts"; export { poll } from "../collect/poller.ts";',
    "lost/x.ts": "",
  });
  expect(climbs(upwards, maySee)).toEqual([
    "drivers/bus.ts -> config/site.ts",
    "feed/format/entry.ts -> feed/link.ts",
    "agent/send/outbox.ts -> agent/collect/poller.ts",
    "lost/x.ts belongs to no part",
  ]);
});

test("a cycle is seen, however long", () => {
  const round = parsed({
    "a/1.ts": 'import "./2.ts";',
    "a/2.ts": 'import "./3.ts"; import "./4.ts";',
    "a/3.ts": 'import type { A } from "./1.ts";',
    "a/4.ts": "",
  });
  expect(cycles(round)).toEqual(["a/1.ts -> a/2.ts -> a/3.ts -> a/1.ts"]);
});

test("a library at the wrong door is seen, and one nobody expects", () => {
  const wrong = parsed({
    "feed/link.ts": 'import mqtt from "mqtt"; import { z } from "zod"; import { join } from "node:path";',
    "agent/agent.ts": 'import mqtt from "mqtt"; import "@other/thing/deep.js";',
  });
  expect(strays(wrong, doors)).toEqual(["agent/agent.ts -> mqtt", "agent/agent.ts -> @other/thing"]);
});

import { expect, test } from "vitest";
import { z } from "zod";
import { runNode } from "../support/program.ts";

const Line = z.strictObject({
  bench: z.literal("entries"),
  case: z.string(),
  ratio: z.number().positive(),
  ours: z.number().int().positive(),
  other: z.number().int().positive(),
  unit: z.literal("entries/s"),
  rounds: z.literal(1),
  spread: z.tuple([z.number(), z.number()]),
});

test("a bench prints one line of JSON a result, and nothing else", async () => {
  const short = ["entries", "--json", "--rounds", "1", "--seconds", "0.2"];
  const { code, stdout, stderr } = await runNode("dist/test/bench/run.js", short);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const lines = stdout.trim().split("\n");
  expect(lines.map((line) => Line.parse(JSON.parse(line)).case)).toEqual(["1 a commit", "50 a commit"]);
});

test("an unknown bench is an error that says what to type", async () => {
  const { code, stderr } = await runNode("dist/test/bench/run.js", ["speed"]);
  expect(code).toBe(64);
  expect(stderr).toMatch("entries");
});

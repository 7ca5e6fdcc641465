import { expect, test } from "vitest";
import { signersOf } from "../../../feed/receiver/reporting/signers.ts";

test("who signed what is told of a month that was sealed every ten seconds", () => {
  const many = 300_000;
  const checkpoints = Array.from({ length: many }, (_, i) => ({
    file: `checkpoints/${i + 1}.note`,
    size: i + 1,
    cosigned: [{ name: "witness.example/w/1", time: i }],
    quorate: true,
  }));
  const report = {
    verdict: "VALID",
    findings: [],
    checkpoints,
    first: 0,
    entries: many,
    covered: many,
    unjudged: 0,
    root: Buffer.alloc(32),
    origin: "test.example/log/1",
  } as const;
  const signed = signersOf({
    dir: "",
    source: { kind: "folder" },
    policy: undefined,
    report,
    certified: undefined,
    close: false,
    token: false,
  });
  expect(signed.map(({ as, checkpoints, size }) => [as, checkpoints, size])).toEqual([
    ["log", many, many],
    ["cosigner", many, many],
  ]);
});

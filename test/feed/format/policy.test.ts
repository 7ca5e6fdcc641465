import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatPolicy, type Group, type Policy, parsePolicy, quorumMet } from "../../../feed/format/policy.ts";
import { makeVkey } from "../../../feed/format/vkey.ts";
import { control, logSigner, testSigner } from "./sample-log.ts";

const vkeys = Array.from({ length: 6 }, (_, i) => testSigner(`w${i}.example`, 4).vkey);
const [w0, w1, w2] = vkeys.map((vkey) => vkey.text);
const log = `log ${logSigner.vkey.text}\n`;
const pair = `${log}witness W0 ${w0}\nwitness W1 ${w1}\n`;
const parse = (text: string): Policy => {
  const read = parsePolicy(text);
  if (!read.ok) throw new Error(read.problem.detail);
  return read.value;
};

/** A random policy: groups over what stands above them, each name a member once at most. */
const policy: fc.Arbitrary<Policy> = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 4 })), { maxLength: 4 }))
  .map(([count, shapes]) => {
    const witnesses = vkeys.slice(0, count).map((vkey, i) => ({ label: `W${i}`, vkey }));
    const free = witnesses.map(({ label }) => label);
    const groups: Group[] = [];
    for (const [pick, size] of shapes) {
      const members = free.splice(0, size);
      if (members.length === 0) break;
      const label = `G${groups.length}`;
      groups.push({ label, threshold: (["all", "any", 1, members.length] as const)[pick % 4] ?? 1, members });
      free.push(label);
    }
    return { logs: [logSigner.vkey], witnesses, groups, quorum: free.at(-1) ?? "none", control: control.vkey };
  });

describe("a policy", () => {
  it("reads back as what was written", () => {
    fc.assert(fc.property(policy, (made) => void expect(parse(formatPolicy(made))).toEqual(made)));
  });

  it("takes blank lines, comments, tabs and addresses", () => {
    const text = `# a comment\n\n  ${log.trim()}\thttps://example.org \nwitness\tW0 ${w0} https://w0\nquorum W0`;
    expect(parse(text)).toMatchObject({ quorum: "W0", witnesses: [{ label: "W0" }] });
  });

  it("finds the control key in its comment", () => {
    expect(parse(`${log}# control ${control.vkey.text}\nquorum none\n`).control?.text).toBe(control.vkey.text);
    expect(parse(`${log}quorum none\n`).control).toBeUndefined();
  });

  it.each([
    ["QUORUM", "no quorum", pair],
    ["QUORUM", "two quorums", `${pair}quorum W0\nquorum W0\n`],
    ["QUORUM", "a quorum nobody defined", `${pair}quorum Q\n`],
    ["QUORUM", "a quorum defined below", `${pair}quorum Q\ngroup Q any W0\n`],
    ["QUORUM", "a group of nobody", `${pair}group Q any\nquorum Q\n`],
    ["QUORUM", "more than there are members", `${pair}group Q 3 W0 W1\nquorum Q\n`],
    ["QUORUM", "a threshold of 0", `${pair}group Q 0 W0 W1\nquorum Q\n`],
    ["QUORUM", "a member twice", `${pair}group Q 2 W0 W0\nquorum Q\n`],
    ["QUORUM", "a member of two groups", `${pair}group A any W0\ngroup B any W0\nquorum A\n`],
    ["QUORUM", "a group of itself", `${pair}group Q any Q\nquorum Q\n`],
    ["QUORUM", "none as a member", `${pair}group Q any none\nquorum Q\n`],
    ["QUORUM", "none as a name", `${log}witness none ${w0}\nquorum none\n`],
    ["QUORUM", "one name for two", `${log}witness W ${w0}\nwitness W ${w1}\nquorum W\n`],
    ["QUORUM", "an unknown line", `${pair}quorum W0\nwitnes W2 ${w2}\n`],
    ["QUORUM", "a carriage return", `${pair}quorum W0\r\n`],
    ["KEY_UNKNOWN", "one key under two names", `${log}witness A ${w0}\nwitness B ${sameKeyAs(0)}\nquorum A\n`],
    ["KEY_UNKNOWN", "one log twice", `${log}${log}quorum none\n`],
    ["KEY_UNKNOWN", "a log with a witness's key", `log ${w0}\nquorum none\n`],
    ["KEY_UNKNOWN", "a witness with a log's key", `witness A ${logSigner.vkey.text}\nquorum A\n`],
    ["KEY_UNKNOWN", "a broken key", `${log}witness A ${w0?.slice(0, -1)}\nquorum A\n`],
  ])("is refused with %s for %s", (code, _what, text) => {
    expect(parsePolicy(text)).toMatchObject({ ok: false, problem: { code } });
  });
});

describe("the quorum", () => {
  it("asks for what all, any and a number say", () => {
    const met = (how: string, ...seen: number[]) =>
      quorumMet(
        parse(`${pair}witness W2 ${w2}\ngroup Q ${how} W0 W1 W2\nquorum Q\n`),
        seen.map((i) => vkeys[i] as (typeof vkeys)[0]),
      );
    expect([met("all", 0, 1), met("all", 0, 1, 2)]).toEqual([false, true]);
    expect([met("any"), met("any", 2), met("any", 5)]).toEqual([false, true, false]);
    expect([met("2", 0), met("2", 0, 0), met("2", 0, 2)]).toEqual([false, false, true]);
  });

  it("none is always met", () => {
    expect(quorumMet(parse(`${log}quorum none\n`), [])).toBe(true);
  });

  it("counts one key once, under however many names it stands", () => {
    const [a, b] = [vkeys[0] as (typeof vkeys)[0], testSigner("w0.example", 4).vkey];
    const twice: Policy = {
      logs: [],
      witnesses: [
        { label: "A", vkey: a },
        { label: "B", vkey: b },
      ],
      groups: [{ label: "Q", threshold: 2, members: ["A", "B"] }],
      quorum: "Q",
    };
    expect(quorumMet(twice, [a, b])).toBe(false);
  });

  it("never gets lost by one more cosignature", () => {
    const some = fc.subarray(vkeys);
    fc.assert(
      fc.property(policy, some, some, (made, few, more) => {
        if (quorumMet(made, few)) expect(quorumMet(made, [...few, ...more])).toBe(true);
      }),
    );
  });
});

/** The key of a witness under another name. */
function sameKeyAs(index: number): string {
  const { key } = vkeys[index] as (typeof vkeys)[0];
  return makeVkey("other.example", 4, key).text;
}

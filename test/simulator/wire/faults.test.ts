import { expect, test } from "vitest";
import { randomFrom } from "../../../simulator/random.ts";
import { type Deed, deeds, type FaultRule, faultFits, faultKinds, faultRule } from "../../../simulator/wire/faults.ts";
import type { Request } from "../../../simulator/wire/framing.ts";
import { mbapReader } from "../../../simulator/wire/mbap.ts";
import { rtuReader } from "../../../simulator/wire/rtu.ts";

// Unit 1, function 4, registers 0 and 1; the device answers 230.5.
const pdu = Buffer.from("040443668000", "hex");
const onTcp = mbapReader().push(Buffer.from("000700000006010400000002", "hex")).requests[0] as Request;
const onRtu = rtuReader().push(Buffer.from("01040000000271cb", "hex")).requests[0] as Request;
const plainTcp = "00070000000701040443668000";
const plainRtu = "010404436680006fdf";

const rule = (text: object): FaultRule => faultRule.parse(text);
const act = (fault: object | undefined, request = onRtu): Deed[] =>
  deeds(fault && rule(fault), request, pdu, randomFrom(1));
const sent = (list: readonly Deed[]): [number, string][] =>
  list.map((deed) => ("bytes" in deed ? [deed.afterMs, deed.bytes.toString("hex")] : [-1, deed.connection]));

test("without a fault the reply goes out as it is", () => {
  expect(sent(act(undefined))).toEqual([[0, plainRtu]]);
  expect(sent(act(undefined, onTcp))).toEqual([[0, plainTcp]]);
});

test.each<[object, [number, string][]]>([
  [{ kind: "silence" }, []],
  [{ kind: "late", ms: 700 }, [[700, plainRtu]]],
  [{ kind: "short" }, [[0, plainRtu.slice(0, -4)]]],
  [{ kind: "short", bytes: 3 }, [[0, "010404"]]],
  [{ kind: "short", bytes: 200 }, [[0, plainRtu.slice(0, -2)]]],
  [{ kind: "wrong-unit" }, [[0, "020404436680005cdf"]]],
  [{ kind: "exception", code: 2 }, [[0, "018402c2c1"]]],
  [{ kind: "exception" }, [[0, "018406c302"]]],
  [
    { kind: "duplicate", ms: 40 },
    [
      [0, plainRtu],
      [40, plainRtu],
    ],
  ],
  [{ kind: "half-open" }, [[-1, "deaf"]]],
  [{ kind: "disconnect" }, [[-1, "close"]]],
])("%j", (fault, wanted) => expect(sent(act(fault))).toEqual(wanted));

test("a bad CRC is the only thing wrong with its frame", () => {
  const [[, hex] = []] = sent(act({ kind: "bad-crc" }));
  expect(hex?.slice(0, -4)).toBe(plainRtu.slice(0, -4));
  expect(hex?.slice(-4)).not.toBe(plainRtu.slice(-4));
});

test("a wrong transaction is the only thing wrong with its frame", () => {
  expect(sent(act({ kind: "wrong-transaction" }, onTcp))).toEqual([[0, `0008${plainTcp.slice(4)}`]]);
});

test("byte by byte", () => {
  const list = sent(act({ kind: "byte-by-byte", ms: 3 }));
  expect(list.map(([, hex]) => hex).join("")).toBe(plainRtu);
  expect(list.map(([after]) => after)).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24]);
});

test("the echo of a two-wire line is the request, before the reply", () => {
  const [[, echo] = [], [, reply] = []] = sent(act({ kind: "echo" }));
  expect(echo).toBe("01040000000271cb");
  expect(reply).toBe(plainRtu);
});

test("garbage is as long as asked for, and the same for the same seed", () => {
  const [[, first] = []] = sent(act({ kind: "garbage", bytes: 24 }));
  expect(first).toHaveLength(48);
  expect(sent(act({ kind: "garbage", bytes: 24 }))).toEqual([[0, first]]);
});

test("every kind has been tried here or fits one framing only", () => {
  expect(faultKinds).toHaveLength(13);
  expect(faultKinds.filter((kind) => !faultFits(kind, "tcp"))).toEqual(["bad-crc", "echo"]);
  expect(faultKinds.filter((kind) => !faultFits(kind, "rtu"))).toEqual(["wrong-transaction", "half-open"]);
  expect(faultKinds.filter((kind) => !faultFits(kind, "rtu-over-tcp"))).toEqual(["wrong-transaction"]);
});

test.each([
  { kind: "fire" },
  { kind: "late" },
  { kind: "late", ms: -1 },
  { kind: "silence", probability: 2 },
  { kind: "silence", ms: 3 },
])("%j is no rule", (text) => expect(faultRule.safeParse(text).success).toBe(false));

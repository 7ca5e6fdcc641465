import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import type { Bundle, Commit } from "../../../feed/format/bundle.ts";
import { checkpointText } from "../../../feed/format/checkpoint.ts";
import { type Entry, type EntryBody, isoTime, makeEntry, noPrev } from "../../../feed/format/entry.ts";
import { makeVkey, type Signer, signNote, type Vkey } from "../../../feed/format/note.ts";
import {
  consistencyProof,
  emptyFrontier,
  type Frontier,
  frontierAt,
  nodeHash,
  pushLeaf,
  rootOf,
  type Subtree,
} from "../../../feed/format/tree.ts";
import { millis } from "../../../feed/format/vocabulary.ts";

/** A key of a public string: for tests alone, and the same in every run. */
export function testSigner(name: string, type: 1 | 4): Signer {
  const seed = createHash("sha256").update(`test key ${name} ${type}`).digest();
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const raw = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  return { vkey: makeVkey(name, type, raw), sign: (message) => sign(null, message, key) };
}

export const origin = "test.example/log/plant-s1-g1/1";
export const logSigner = testSigner(origin, 1);
export const witness = testSigner("w1.test.example", 4);
export const mirror = testSigner("m1.test.example", 4);
export const control = testSigner("ctl.test.example", 1);

/** A log of so many entries, in memory, from which every proof can be made. */
export interface SampleLog {
  readonly entries: readonly Entry[];
  readonly subtree: Subtree;
  frontier(size: number): Frontier;
  root(size: number): Buffer;
  text(size: number): string;
  note(size: number): Buffer;
  commit(old: number, size: number): Commit;
  bundle(old: number, from: number, size: number): Bundle;
}

const start = Date.UTC(2026, 9, 1);
const hash = (text: string): Buffer => createHash("sha256").update(text).digest();

/** `seed` changes the salts and the values, so that two logs of one origin fork. */
export function sampleLog(count: number, seed = "a"): SampleLog {
  const entries: Entry[] = [];
  let prev = noPrev;
  for (let seq = 0; seq < count; seq++) {
    const entry = makeEntry(bodyOf(seq, seed), seq, prev, hash(`salt ${seed} ${seq}`).subarray(0, 12));
    entries.push(entry);
    prev = entry.hash;
  }
  return logOf(entries);
}

export function logOf(entries: readonly Entry[]): SampleLog {
  const subtree = subtreeOf(entries.map((entry) => entry.hash));
  const text = (size: number): string => checkpointText({ origin, size, root: rootOf(frontierAt(size, subtree)) });
  const note = (size: number): Buffer => Buffer.from(signNote(text(size), logSigner));
  const proof = (a: number, b: number): Buffer[] => consistencyProof(Math.min(a, b), Math.max(a, b), subtree);
  return {
    entries,
    subtree,
    text,
    note,
    frontier: (size) => frontierAt(size, subtree),
    root: (size) => rootOf(frontierAt(size, subtree)),
    commit: (old, size) => ({ old, proof: proof(old, size), note: note(size) }),
    bundle: (old, from, size) => ({
      old,
      proof: old === 0 ? [] : proof(old, size),
      from,
      frontier: frontierAt(from, subtree).stack,
      entries: entries.slice(from, size).map((entry) => entry.bytes),
      note: note(size),
    }),
  };
}

/** What the agent keeps of a message of a data logger that tells of its states alone: a frame without values, and what changed. */
export function statesAlone(seq: number, cfg = 1): readonly [EntryBody, EntryBody] {
  const t = isoTime(millis(start + seq * 5000));
  const said = "##0099ST=31;CN=3020;MN=M1;Flag=5;CP=&&DataTime=20261001080000;PolId=a21026;i12002-Info=1&&0000";
  const raw = [Buffer.from(said).toString("base64")];
  const at: [number, number, number][] = [[7, 7, start]];
  const own = { t, flags: {} };
  return [
    { type: "frame", t, dev: "log", boot: "0a1b2c3d", mono: 7, clk: ["none", -1], cfg, at, raw, own, data: {} },
    { type: "event", t, code: "STATE_FIRST", detail: "log.comms is 1", dev: "log", set: { "log.comms": [null, "1"] } },
  ];
}

export const known = (log: SampleLog, size: number) => ({
  origin,
  logKeys: [logSigner.vkey] as readonly Vkey[],
  witnessed: size === 0 ? undefined : { size, root: log.root(size) },
});

/** Perfect subtrees by recursion, the slow and plain way. */
export function subtreeOf(leaves: readonly Buffer[]): Subtree {
  const made = new Map<string, Buffer>();
  const subtree: Subtree = (level, index) => {
    if (level === 0) return leaves[index] as Buffer;
    const key = `${level} ${index}`;
    const node = made.get(key) ?? nodeHash(subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1));
    made.set(key, node);
    return node;
  };
  return subtree;
}

export const frontierOf = (leaves: readonly Buffer[]): Frontier => leaves.reduce(pushLeaf, emptyFrontier);

function bodyOf(seq: number, seed: string): EntryBody {
  const t = isoTime(millis(start + seq * 5000));
  if (seq === 0) return genesis(t);
  if (seq === 1) return config(t);
  if (seq === 2) {
    const head: [number, string] = [2, hash("head").toString("base64")];
    return { type: "boot", t, boot: "9f3c1a2e", why: "start", clk: ["none", -1], head };
  }
  const so2 = 12 + (hash(`${seed}${seq}`)[0] as number);
  if (seq % 10 === 9) return { type: "event", t, code: "comm-loss", detail: `no reply, "late" — ${seed}`, dev: "cems" };
  return {
    type: "frame",
    t,
    dev: "cems",
    boot: "9f3c1a2e",
    mono: 5000 * seq,
    clk: ["ntp", 4],
    cfg: 1,
    at: [[5000 * seq - 20, 5000 * seq, start + seq * 5000]],
    raw: [reply(so2).toString("base64")],
    data: {
      "cems.so2": [`${so2}.37`, "N"],
      "cems.o2": ["6.08", "M", "status.maintenance"],
      "cems.nox": [null, "D", "sentinel"],
    },
  };
}

/** Unit 1, function 3, ten bytes: two float32 and a register that means "no value". */
function reply(so2: number): Buffer {
  const bytes = Buffer.from("01030a0000000000000000ffff", "hex");
  bytes.writeFloatBE(so2 + 0.37, 3);
  bytes.writeFloatBE(6.08, 7);
  return bytes;
}

function genesis(t: string): EntryBody {
  return {
    type: "genesis",
    t,
    origin,
    gen: 1,
    hash: "sha256",
    twin: null,
    keys: [logSigner.vkey.text],
    plant: "plant",
    stack: "s1",
    dev: { sn: "1", model: "box", tpm: "none" },
    sw: { name: "cems-agent", ver: "0.1.0", sha256: hash("software").toString("base64") },
    after: null,
  };
}

function config(t: string): EntryBody {
  return {
    type: "config",
    t,
    dev: "cems",
    profile: "generic/module",
    points: {
      "cems.so2": ["mg/m3", "1:3:0000:float32:ABCD", "1", 2],
      "cems.o2": ["%", "1:3:0002:float32:ABCD", "1", 2],
      "cems.nox": ["mg/m3", "1:3:0004:uint16:ABCD", "4:20:0:100", 1],
    },
    reads: [[1, 3, 0, 5]],
    sha256: hash("site.yaml").toString("base64"),
    by: "site",
    why: "commissioning",
  };
}

import { createHash } from "node:crypto";
import type { ConfigBody, EntryBody, FrameBody } from "../../feed/format/body.ts";
import { checkpointText } from "../../feed/format/checkpoint.ts";
import { isoTime, makeEntry, noPrev } from "../../feed/format/entry.ts";
import { verifyExport } from "../../feed/format/export.ts";
import { appendLines, cosignatureLine, type Signer } from "../../feed/format/note.ts";
import { formatPolicy } from "../../feed/format/policy.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import { makeJudging } from "../../feed/receiver/judging.ts";
import { type TestLog, testLog } from "../feed/receiver/log.ts";
import { testKeys, testService } from "../feed/receiver/service.ts";

const start = Date.UTC(2026, 9, 1);
const keys = testKeys();
const zeros = Buffer.alloc(32).toString("base64");

/** Two registers of float32: what the analyser answers. */
export const reply = (value: number): Buffer => {
  const bytes = Buffer.from("01030400000000", "hex");
  bytes.writeFloatBE(value, 3);
  return bytes;
};

/** A plant whose log, clock and service do what a test says, with the log's key in its hand. */
export class AttackedPlant {
  readonly log: TestLog = testLog();
  readonly origin = this.log.signer.vkey.name;
  /** Unix ms of the gateway, and ms since boot. */
  wall = start;
  mono = 5000;
  boot = "9f3c1a2e";
  clk: FrameBody["clk"] = ["nts", 4];
  /** The gateway's clock is so far from the service's, ms. */
  off = 0;
  cfg = 0;
  scale = "1";
  /** Sizes of checkpoints, and when the service cosigned each. */
  readonly sealed: { readonly size: number; readonly time: number }[] = [];

  get next(): number {
    return this.log.entries.length;
  }

  add(body: EntryBody): void {
    this.log.addBody(body);
  }

  /** Entry 0 to 2. */
  begin(genesis: Partial<EntryBody> = {}): void {
    const { origin, log } = this;
    const dev = { sn: "1", model: "box", tpm: "none" };
    const sw = { name: "cems-agent", ver: "0", sha256: zeros };
    const head = { gen: 1, hash: "sha256", twin: null, keys: [log.signer.vkey.text], plant: "p", stack: "s" } as const;
    this.add({
      type: "genesis",
      t: isoTime(millis(this.wall)),
      origin,
      ...head,
      dev,
      sw,
      after: null,
      ...genesis,
    } as EntryBody);
    this.config();
    const root: [number, string] = [this.next, zeros];
    this.add({ type: "boot", t: isoTime(millis(this.wall)), boot: this.boot, why: "start", clk: this.clk, head: root });
  }

  config(changed: Partial<ConfigBody> = {}): void {
    const { scale } = this;
    this.cfg = this.next;
    const points = { "cems.so2": ["mg/m3", "1:3:0000:float32:ABCD", scale, 2] } as const;
    const t = isoTime(millis(this.wall));
    this.add({ type: "config", t, dev: "cems", points, reads: [[1, 3, 0, 2]], sha256: zeros, by: "site", ...changed });
  }

  frame(changed: Partial<FrameBody> = {}): void {
    const { boot, clk, cfg } = this;
    const raw = [reply(12.37).toString("base64")];
    const data = { "cems.so2": [(12.37 * Number(this.scale)).toFixed(2), "N"] } as const;
    const when = { t: isoTime(millis(this.wall)), boot, mono: this.mono };
    this.add({ type: "frame", ...when, dev: "cems", clk, cfg, raw, data, ...changed });
  }

  /** Embeds the newest checkpoint with the witness's cosignature. */
  anchor(
    changed: { readonly root?: Buffer; readonly size?: number; readonly by?: Signer; readonly of?: number } = {},
  ): void {
    const last = this.sealed.at(-1) ?? { size: 1, time: this.wall };
    const size = changed.size ?? last.size;
    const root = changed.root ?? this.log.root(Math.min(size, this.next));
    const signed = changed.of ?? size;
    const text = checkpointText({
      origin: this.origin,
      size: signed,
      root: this.log.root(Math.min(signed, this.next)),
    });
    const cosig = [cosignatureLine(text, changed.by ?? keys.witness, Math.floor(last.time / 1000))];
    const when = { t: isoTime(millis(this.wall)), boot: this.boot, mono: this.mono };
    this.add({ type: "anchor", ...when, size, root: root.toString("base64"), cosig });
  }

  advance(ms: number): void {
    this.wall += ms;
    this.mono += ms;
  }

  /** A checkpoint, cosigned at once by a service whose clock is right. */
  seal(): void {
    if (this.sealed.at(-1)?.size !== this.next) this.sealed.push({ size: this.next, time: this.wall - this.off + 200 });
  }

  /** Frames at 5 s under checkpoints at 10 s, an anchor after each tenth: an honest gateway that is online. */
  run(frames: number): void {
    for (let i = 0; i < frames; i++) {
      this.advance(5000);
      this.frame();
      if (i % 2 === 1) this.seal();
      if (i % 20 === 19) this.anchor();
    }
  }
}

export interface Found {
  readonly codes: readonly string[];
  /** First and last entry by code. */
  readonly at: Readonly<Record<string, readonly (number | undefined)[]>>;
  readonly verdict: string;
}

/** The whole log as an agency gets it. */
export function offline({ log, origin, sealed }: AttackedPlant, genesis?: Buffer): Found {
  const notes = sealed.map(({ size, time }) => {
    const text = checkpointText({ origin, size, root: log.root(size) });
    const lines = [keys.witness, keys.mirror].map((by) => cosignatureLine(text, by, Math.floor(time / 1000)));
    return { name: `${size}.note`, bytes: Buffer.from(appendLines(log.note(size).toString(), lines)) };
  });
  const witnesses = [
    { label: "W1", vkey: keys.witness.vkey },
    { label: "M1", vkey: keys.mirror.vkey },
  ];
  const policy = { logs: [log.signer.vkey], witnesses, groups: [], quorum: "W1" };
  const leaves = [Buffer.from(log.entries.map(({ bytes }) => `${bytes}\n`).join(""))];
  const files = { keys: formatPolicy(policy), leaves, notes, proofs: [] };
  const { verdict, findings } = verifyExport(files, genesis && { genesis });
  const codes = findings.map(({ code }) => code).sort();
  return { codes, verdict, at: Object.fromEntries(findings.map(({ code, first, last }) => [code, [first, last]])) };
}

/** The log as it arrives, checkpoint by checkpoint: codes of refused messages and of remarks, and how far M1 signed. */
export async function online(
  plant: AttackedPlant,
  genesis?: Buffer,
): Promise<Found & { readonly mirrored: number; readonly nacks: readonly string[] }> {
  const { log, sealed } = plant;
  const witnesses = [keys.witness.vkey, keys.mirror.vkey];
  // Made anew for each message: what is remembered is in the ledger, as after a restart.
  const service = testService(log, genesis ? { genesis } : {}, [], {
    keys,
    judging: (ledger) => ({ judge: (one) => makeJudging({ ledger, witnesses }).judge(one) }),
  });
  const nacks: string[] = [];
  let from = 0;
  for (const { size, time } of sealed) {
    service.time = time;
    const answer = await service.take("live", log.bundle(from, size));
    nacks.push(...answer.nacks.map(({ code }) => code));
    if (answer.nacks.length > 0) break;
    from = size;
  }
  const { codes } = await service.ledger.summary();
  const mirrored = (await service.ledger.holding(plant.origin)).mirrored?.size ?? 0;
  return { codes: Object.keys(codes).sort(), at: {}, verdict: "", mirrored, nacks };
}

/** Another entry 0 than any log here begins with. */
export const otherGenesis = (): Buffer => {
  const body: EntryBody = { type: "end", t: isoTime(millis(start)), next: null, why: "" };
  return makeEntry(body, 0, noPrev, createHash("sha256").update("x").digest().subarray(0, 12)).hash;
};

import type { Bus } from "../../../drivers/driver.ts";
import type { LineGuard } from "../../../drivers/line/settings.ts";
import { type Script, startDevice, type Where } from "./device.ts";
import type { Tongue } from "./tongue.ts";

/** Small numbers, so that thousands of time-outs fit into seconds. */
const deviceMs = 4;
const marginMs = 4;
const deadline = 10;

/** Mulberry32: a small seeded generator, so that a failing seed can be run again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Way {
  readonly where: Where;
  readonly seed: number;
  readonly reads: number;
  /**
   * In order: what a device server does, 6 deadlines late and more. Otherwise each device answers in its own time, within the
   * quarantine; in memory only, since on a busy machine the operating system may hold a reply for longer than these small deadlines.
   */
  readonly ordered: boolean;
  /** The line gives our own questions back. */
  readonly echo: boolean;
  /** The values move between one reply and the next; otherwise replies stay equal byte for byte. */
  readonly moving: boolean;
  /** Some replies come a second time, up to 6 deadlines later: past the next questions, probes among them. */
  readonly lateCopies?: boolean;
  readonly without?: readonly LineGuard[];
  readonly stopAtWrong?: boolean;
}

export interface Tally {
  reads: number;
  values: number;
  wrong: number;
}

/** A line on which one question in four goes wrong. */
function badLine<Q>(tongue: Tongue<Q>, { seed, ordered, moving, lateCopies = false }: Way): Script {
  const next = random(seed + 1);
  const latest = ordered ? 6 : 2;
  let time = 0;
  const noise = (): Buffer =>
    Buffer.from(Array.from({ length: 1 + Math.floor(next() * 12) }, () => Math.floor(next() * 256)));
  return (heard) => {
    if (moving) time++;
    const bytes = next() < 0.02 ? tongue.refusal(heard) : tongue.reply(heard, time);
    const fault = next();
    if (fault < 0.1) return [{ bytes, after: deadline * (0.6 + next() * latest) }];
    if (fault < 0.13) return [];
    // What has a question answered twice stands between us and all devices, and keeps their order.
    if (fault < 0.16) return ordered ? [{ bytes }, { bytes }] : [{ bytes }];
    if (fault < 0.19) return ordered ? [{ bytes }, { bytes, after: next() * deadline * 0.6 }] : [{ bytes }];
    if (fault < 0.2 && ordered)
      return [
        { bytes, after: deadline * 1.5 },
        { bytes, after: next() * deadline },
      ];
    if (fault < 0.21) return [{ bytes: noise() }, { bytes }];
    if (fault < 0.22) return [{ bytes }, { bytes: noise(), after: next() * 3 }];
    if (fault < 0.23) return [{ bytes: bytes.subarray(0, Math.floor(next() * bytes.length)) }];
    if (fault < 0.24) return [{ bytes: tongue.stranger(heard) }, { bytes }];
    if (fault < 0.25) return [{ bytes: tongue.otherMaster() }, { bytes, after: next() }];
    if (fault < 0.26 && tongue.spoilt !== undefined) {
      const broken = Buffer.from(bytes);
      const at = Math.floor(next() * broken.length);
      broken[at] = (broken[at] ?? 0) ^ (1 + Math.floor(next() * 255));
      return [{ bytes: broken }];
    }
    if (fault < 0.27 && ordered) {
      const refusal = tongue.refusal(heard);
      return [{ bytes: refusal }, { bytes: refusal, after: next() * deadline * 0.6 }];
    }
    if (fault < 0.29 && lateCopies) return [{ bytes }, { bytes, after: deadline * (1 + next() * 5) }];
    return [{ bytes, after: next() }];
  };
}

/** Asks random devices of one bad line for random things, and looks at every value whose it is. */
export async function readMuch<Q>(tongue: Tongue<Q>, way: Way): Promise<Tally> {
  const { where, seed, reads, ordered, echo, without = [], stopAtWrong = false } = way;
  const next = random(seed);
  const device = await startDevice(where, tongue.cut, badLine(tongue, way), { ordered, echo });
  const bus: Bus<Q> = tongue.open(device, { marginMs, without, random: () => 0 });
  const tally: Tally = { reads: 0, values: 0, wrong: 0 };
  while (tally.reads < reads && !(stopAtWrong && tally.wrong > 0)) {
    const question = tongue.questions[Math.floor(next() * tongue.questions.length)] as Q;
    const { failure, reply } = await bus.transact(question, { deviceMs });
    if (failure?.code === "E_BUS_CLOSED") {
      // Five questions in a row without an answer cost the connection; what was never asked does not count as a read.
      await new Promise((resolve) => setTimeout(resolve, 5));
      continue;
    }
    tally.reads++;
    if (failure !== undefined || reply === undefined) continue;
    tally.values++;
    if (!tongue.tells(question, reply)) tally.wrong++;
  }
  await bus.close();
  return tally;
}

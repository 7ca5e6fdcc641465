import type { BusFailure } from "../driver.ts";
import type { Heard } from "../line/dialect.ts";
import { OpenQuestions } from "../line/questions.ts";
import { Copies } from "./copies.ts";
import { Fresh, looksLikeCode, namedForm } from "./fresh.ts";
import { alike, mayAnswer, saysAddress } from "./reply.ts";
import { addressText, guardCommand, type ModuleQuestion, type ModuleRequest, sumOf } from "./request.ts";

/** Longer than any reply: sixteen values of seven characters, delimiter and checksum. */
const longestLine = 160;
const carriageReturn = 0x0d;

/**
 * DCON lines (ICP DAS I-7000, Advantech ADAM-4000) in a stream of bytes. A reply with values carries no address at all, so it
 * belongs to the oldest question of any module that its form fits. Before a question whose answer could be mistaken, `probe`
 * names one whose answer has an address: what comes before that on the same line is behind us. No timers, no sockets.
 */
export class DconFraming {
  /** Never: a line that does not come to its end is noise when the next question is asked. */
  readonly stuck = false;
  private readonly open = new OpenQuestions<ModuleQuestion>();
  private readonly copies = new Copies();
  private readonly believed = new Set<string>();
  private readonly fresh: Fresh;
  /** Questions whose form was fresh when they were asked. */
  private readonly sure = new WeakSet<ModuleQuestion>();
  private readonly lateMs: number;
  private readonly summed: boolean;
  private readonly unmatched: boolean;
  private line = "";
  private thrown = 0;
  private pending: ModuleQuestion | undefined;
  private sent = "";
  private stranger: string | undefined;

  /**
   * @param lateMs a reply later than this after its deadline never comes
   * @param summed whether the modules of the line are set to use checksums
   * @param unmatched forgets what was asked before: only to show in a test what remembering it is worth
   */
  constructor(lateMs: number, summed: boolean, unmatched = false) {
    this.lateMs = lateMs;
    this.fresh = new Fresh(lateMs);
    this.summed = summed;
    this.unmatched = unmatched;
  }

  /** Bytes thrown away: noise, echoes, late replies, replies of others. */
  get discarded(): number {
    return this.thrown;
  }

  /** Makes `asked` the pending question; returns what goes on the wire. @throws Fault E_BUS_REFUSED unless the bytes are a read */
  ask(asked: ModuleQuestion, bytes: Buffer): Buffer {
    guardCommand(bytes, this.summed);
    this.restart();
    if (this.unmatched) this.open.forget(Number.POSITIVE_INFINITY);
    this.open.add(asked);
    const form = namedForm(asked.request);
    if (form === undefined || this.fresh.is(asked.unit, form, asked.at)) this.sure.add(asked);
    if (form !== undefined) this.fresh.spend(asked.unit, form, asked.until);
    this.pending = asked;
    this.sent = bytes.toString("latin1", 0, bytes.length - 1);
    this.stranger = undefined;
    return bytes;
  }

  /** Takes bytes as they arrived, in any pieces; undefined means: wait on. */
  hear(chunk: Buffer, now: number): Heard<ModuleQuestion> | undefined {
    this.open.forget(now - this.lateMs);
    let heard: Heard<ModuleQuestion> | undefined;
    for (const byte of chunk) {
      if (byte !== carriageReturn) {
        this.line += String.fromCharCode(byte);
        if (this.line.length > longestLine) this.throwAway();
        continue;
      }
      const meaning = this.meaningOf(this.line, now);
      if (meaning?.is === "reply") this.line = "";
      else {
        this.thrown += 1;
        this.throwAway();
      }
      if (heard === undefined || heard.is === "late") heard = meaning ?? heard;
    }
    return heard;
  }

  /** The pending question is awaited no longer; says what was wrong as far as the bytes tell. */
  giveUp(): BusFailure {
    this.believed.clear();
    const failure = this.diagnose();
    this.pending = undefined;
    return failure;
  }

  /** Whether the reply to this question could be mistaken for one that is still to come, of whatever module. */
  mistakable(unit: number, request: ModuleRequest, now: number): boolean {
    this.open.forget(now - this.lateMs);
    const form = namedForm(request);
    if (form !== undefined) return !this.unmatched && !this.fresh.is(unit, form, now);
    return this.open.oldest((asked) => alike(asked.request, request)) !== undefined;
  }

  /** A read whose answer names its module, and cannot be the late copy of one before. */
  probe(unit: number, now: number): ModuleRequest {
    return this.fresh.probe(unit, now);
  }

  /** A doubted reply is taken for true after all. */
  believe(doubt: ModuleQuestion, frame: Buffer): void {
    this.open.settle(doubt, ({ unit }) => unit === doubt.unit);
    if (this.believed.size > 1000) this.believed.clear();
    this.believed.add(doubtKey(doubt, frame.toString("latin1")));
  }

  restart(): void {
    this.pending = undefined;
    this.throwAway();
  }

  private meaningOf(whole: string, now: number): Heard<ModuleQuestion> | undefined {
    if (this.pending !== undefined && whole.endsWith(this.sent)) return undefined; // our own question, come back
    // A converter may put stray bits before a reply; characters before it mean that part of it is missing or another's.
    const text = whole.replace(/^[^\x21-\x7e]+/, "");
    const line = this.summed ? text.slice(0, -2) : text;
    if (!/^[>!?]/.test(line)) {
      if (text !== "") this.stranger = `${JSON.stringify(text.slice(0, 40))} came instead`;
      return undefined;
    }
    if (this.summed && sumOf(line) !== text.slice(-2)) return this.spoilt(line);
    const isCode = looksLikeCode(line);
    const asked = this.open.oldest(
      (one) =>
        mayAnswer(one, line) &&
        // Where a configuration may still come, six such digits are that and no name.
        !(isCode && namedForm(one.request) === "text" && !this.fresh.is(one.unit, "code", now)),
    );
    if (asked === undefined) {
      this.stranger = `${JSON.stringify(line.slice(0, 40))} came instead`;
      return undefined;
    }
    return this.answered(asked, line, now);
  }

  private answered(asked: ModuleQuestion, line: string, now: number): Heard<ModuleQuestion> {
    const frame = Buffer.from(line, "latin1");
    const addressed = !line.startsWith(">");
    const copy = this.unmatched || saysAddress(asked.request) ? undefined : this.copies.holds(asked, line);
    const believed = asked === this.pending && this.believed.has(doubtKey(asked, line));
    const doubtful = !addressed && asked === this.pending && copy === "other" && !believed;
    if (!saysAddress(asked.request) || line.startsWith("?")) this.copies.keep(asked, line, now);
    // What may be a copy settles nothing: the true reply may still come, and must then find its question here.
    if (copy === undefined || believed) this.settle(asked, line, now);
    if (asked !== this.pending) {
      this.believed.clear();
      return { is: "late" };
    }
    this.pending = undefined;
    if (doubtful) return { is: "reply", frame, doubt: asked };
    if (!line.startsWith("?")) return { is: "reply", frame };
    const detail = `module ${addressText(asked.unit)} says that the command is invalid`;
    return { is: "reply", frame, failure: { code: "E_BUS_EXCEPTION", detail } };
  }

  /**
   * An answer with an address that was asked for last puts all before it behind us, unless it may be the copy of an earlier one; one
   * without says so of its own module only.
   */
  private settle(asked: ModuleQuestion, line: string, now: number): void {
    const form = line.startsWith("?") ? "refusal" : namedForm(asked.request);
    const sure = this.sure.has(asked) && (form !== "refusal" || this.fresh.is(asked.unit, form, now));
    const everything = form !== undefined && asked === this.pending;
    this.open.settle(asked, (other) => sure && (everything || other.unit === asked.unit));
    if (form === undefined) return;
    if (sure) this.fresh.renew(asked.unit, form, asked.until, everything);
    else if (form === "refusal") this.fresh.spend(asked.unit, form, asked.until);
  }

  private spoilt(line: string): Heard<ModuleQuestion> | undefined {
    if (this.pending === undefined) return undefined;
    this.pending = undefined;
    const detail = `a reply of ${line.length} characters with a wrong checksum`;
    return { is: "bad", failure: { code: "E_BUS_CHECKSUM", detail } };
  }

  private diagnose(): BusFailure {
    if (this.stranger !== undefined) return { code: "E_BUS_REPLY", detail: this.stranger };
    const { length } = this.line;
    if (length === 0) return { code: "E_BUS_TIMEOUT", detail: "no reply" };
    return { code: "E_BUS_TIMEOUT", detail: `the reply stopped after ${length} characters` };
  }

  private throwAway(): void {
    this.thrown += this.line.length;
    this.line = "";
  }
}

const doubtKey = ({ unit, request }: ModuleQuestion, line: string): string =>
  `${unit} ${JSON.stringify(request)} ${line}`;

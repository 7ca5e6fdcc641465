import type { ReadRequest } from "../driver.ts";
import { type Asked, anything, thirdOf } from "./request.ts";

/** Whether a frame with this function code and third byte may be the answer to `asked`: its data, or an exception. */
const mayAnswer = (asked: Asked, functionCode: number, third: number): boolean =>
  (functionCode === asked.functionCode && (third === asked.third || asked.third === anything)) ||
  functionCode === (asked.functionCode | 0x80);

/**
 * Requests of a line that may still be answered, oldest first, the pending one last. An RTU reply does not say which address it is
 * of, so a reply belongs to the *oldest* request that it fits: a device answers in the order it was asked, however late.
 */
export class Unanswered {
  private list: Asked[] = [];

  get size(): number {
    return this.list.length;
  }

  add(asked: Asked): void {
    this.list.push(asked);
  }

  /** The oldest request of this unit that such a frame may answer. */
  first(unit: number, functionCode: number, third: number): Asked | undefined {
    return this.list.find((asked) => asked.unit === unit && mayAnswer(asked, functionCode, third));
  }

  /** Whether a frame may begin like this, as far as it has come. */
  expects(unit: number, functionCode: number | undefined): boolean {
    return this.list.some(
      (asked) => asked.unit === unit && (functionCode === undefined || (functionCode & 0x7f) === asked.functionCode),
    );
  }

  /** `asked` was answered: it, and whatever the same device was asked before it, will not be. */
  settle(asked: Asked): void {
    const index = this.list.indexOf(asked);
    this.list = this.list.filter((other, i) => i > index || other.unit !== asked.unit);
  }

  /** Whether data for this request could as well be a late reply to another one. */
  mistakable(unit: number, request: ReadRequest): boolean {
    const third = thirdOf(request);
    return this.list.some((asked) => asked.unit === unit && mayAnswer(asked, request.functionCode, third));
  }

  /** Requests whose deadline was before `at` are taken to be lost for good. */
  forget(at: number): void {
    if ((this.list[0]?.until ?? at) < at) this.list = this.list.filter((asked) => asked.until >= at);
  }

  clear(): void {
    this.list = [];
  }
}

/** Copies are looked for at least this long, ms: a stall of either side must not make one look like news. */
const leastMs = 100;

/**
 * Replies of a moment ago: a gateway that repeats a request has it answered twice, and the second copy may come to the next request. One
 * counts against the requests that are made within its own request's deadline after it.
 */
export class Copies {
  private list: { readonly asked: Asked; readonly frame: Buffer; readonly until: number }[] = [];
  private readonly same = new Set<string>();

  keep(asked: Asked, frame: Buffer, now: number): void {
    this.list.push({ asked, frame, until: now + Math.max(leastMs, asked.until - asked.at) });
  }

  /** Whether `frame`, which answers `asked`, equals a reply to a request for other addresses. */
  holds(asked: Asked, frame: Buffer): boolean {
    this.forget(asked.at);
    return this.equalTo(asked, frame).some((copy) => !this.same.has(pair(copy, asked, frame)));
  }

  /**
   * The device was asked again and said the same: these addresses do hold equal data, as status words often do for years, and while
   * nothing strange is heard on the line they need not be asked again each time.
   */
  trust(asked: Asked, frame: Buffer): void {
    if (this.same.size > mostPairs) this.same.clear();
    for (const copy of this.equalTo(asked, frame)) this.same.add(pair(copy, asked, frame));
  }

  /** Something came that nobody asked for, or did not come: every equal reply is doubted again. */
  distrust(): void {
    this.same.clear();
  }

  /** Whether a reply to this request, made now, would look like one of them but for its data. */
  like(unit: number, request: ReadRequest, now: number): boolean {
    this.forget(now);
    const { functionCode } = request;
    return this.list.some(
      ({ asked }) => asked.unit === unit && asked.functionCode === functionCode && asked.third === thirdOf(request),
    );
  }

  private equalTo({ key }: Asked, frame: Buffer): readonly Asked[] {
    return this.list.filter((copy) => copy.asked.key !== key && copy.frame.equals(frame)).map(({ asked }) => asked);
  }

  private forget(before: number): void {
    if ((this.list[0]?.until ?? before) < before) this.list = this.list.filter((copy) => copy.until >= before);
  }
}

const mostPairs = 1000;
const pair = (copy: Asked, asked: Asked, frame: Buffer): string =>
  `${copy.key} ${asked.key} ${frame.toString("latin1")}`;

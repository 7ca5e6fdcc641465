/** One part of a message: its bytes as they were on the wire, what it is called, and what it says. */
export interface Field {
  readonly bytes: Buffer;
  readonly name: string;
  readonly says: string;
}

/** Cuts bytes into fields from the front. Whatever the bytes, each ends up in exactly one field, in its order. */
export class FieldCutter {
  readonly fields: Field[] = [];
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** The next `count` bytes, or as many as there are; none make no field. */
  take(count: number, name: string, says: (bytes: Buffer) => string = () => ""): Buffer {
    const bytes = this.bytes.subarray(this.at, this.at + Math.max(0, Math.min(count, this.left)));
    this.at += bytes.length;
    if (bytes.length > 0) this.fields.push({ bytes, name, says: bytes.length < count ? "cut short" : says(bytes) });
    return bytes;
  }

  /** Whatever is left. */
  rest(name: string, says?: (bytes: Buffer) => string): readonly Field[] {
    this.take(this.left, name, says);
    return this.fields;
  }
}

/** A part of the data of a reply that has a name: `length` bytes from `at`. */
export interface Part {
  readonly at: number;
  readonly length: number;
  readonly id: string;
  says(bytes: Buffer): string;
}

/**
 * The data of a reply, `length` bytes of it, by the points that lie there. What no point is in is cut into pieces of `step` bytes, named
 * by `between`. Points at one place share a field; one that begins inside another is named with it.
 */
export function takeParts(
  cutter: FieldCutter,
  length: number,
  parts: readonly Part[],
  step: number,
  between: (at: number) => string,
): void {
  const end = Math.min(length, cutter.left);
  const sorted = parts.filter(({ at }) => at >= 0 && at < end).toSorted((a, b) => a.at - b.at || b.length - a.length);
  let at = 0;
  const gap = (to: number): void => {
    for (; at < to; at += step) cutter.take(Math.min(step, to - at), between(at), hexNumber);
    at = to;
  };
  for (let i = 0; i < sorted.length; ) {
    const part = sorted[i] as Part;
    gap(part.at);
    const until = Math.min(end, part.at + part.length);
    const inside = sorted.slice(i).filter((other) => other.at < until);
    const values = (bytes: Buffer): string =>
      inside.map((one) => one.says(bytes.subarray(one.at - part.at))).join(", ");
    cutter.take(until - part.at, inside.map(({ id }) => id).join(", "), values);
    at = until;
    i += inside.length;
  }
  gap(end);
}

const hexNumber = (bytes: Buffer): string => (bytes.length <= 2 ? String(bytes.readUIntBE(0, bytes.length)) : "");

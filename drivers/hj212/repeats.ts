/** Messages that are remembered. A logger has one that is not acknowledged yet, or a few. */
export const mostRemembered = 32;

/**
 * The messages a logger sent last, so that one it sends again is not told twice. It may come again because its acknowledgement was lost,
 * or because the agent ended before it could be sent; frames that were kept then are remembered from the journal.
 */
export class Repeats {
  private readonly known = new Set<string>();

  has(frame: Buffer): boolean {
    const name = nameOf(frame);
    return name !== undefined && this.known.has(name);
  }

  remember(frame: Buffer): void {
    const name = nameOf(frame);
    if (name === undefined) return;
    this.known.delete(name);
    this.known.add(name);
    for (const oldest of this.known) {
      if (this.known.size <= mostRemembered) return;
      this.known.delete(oldest);
    }
  }
}

/**
 * What makes a message the same: its command and CP where that has a time (DataTime), whatever QN it is sent under; else CN, CP and QN. The
 * password is no part of it, since kept frames do not have it. Two equal messages without any time may well be two: they have no name.
 */
function nameOf(frame: Buffer): string | undefined {
  const text = frame.toString("latin1");
  const at = text.indexOf("CP=&&");
  const [head, cp] = [text.slice(0, Math.max(at, 0)), text.slice(at, -checkDigits)];
  const command = /;CN=(\d{4});/.exec(head)?.[1] ?? "";
  if (at < 0) return undefined;
  if (/[&;,]DataTime=\d/.test(cp)) return `${command} ${cp}`;
  const qn = /QN=(\d{17});/.exec(head)?.[1];
  return qn === undefined ? undefined : `${command} ${qn} ${cp}`;
}

/** The check at the end of a frame; it is that of the whole message, QN and password among it. */
const checkDigits = 4;

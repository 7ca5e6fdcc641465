import type { Read } from "../../drivers/driver.ts";
import type { EventBody, FrameBody } from "../../feed/format/body.ts";

/** One poll of one device as it is shown, whoever asked. */
export interface ShownFrame {
  readonly device: string;
  /** Number of its entry; absent where nothing is kept. */
  readonly seq?: number;
  readonly body: FrameBody;
  /** The plan it was made by. */
  readonly reads: readonly Read[];
  /** Units by channel. */
  readonly units: Readonly<Record<string, string>>;
}

/** What tail is told, in the order in which it happens. */
export interface Show {
  frame(frame: ShownFrame): void;
  event(event: Pick<EventBody, "t" | "code" | "detail" | "dev">): void;
  /** What a person should know of tail itself. */
  note(text: string): void;
}

/** Milliseconds the device took: all exchanges of the poll, from the question to the last byte. */
export const tookMs = ({ at = [] }: FrameBody): number =>
  at.reduce((sum, [sent, received]) => sum + received - sent, 0);

/** When the values were: by the device's own clock where it has one, otherwise when the last reply had come. Unix ms. */
export const valuesAt = ({ own, at, t }: FrameBody): number =>
  own?.t === undefined ? (at?.at(-1)?.[2] ?? Date.parse(t)) : Date.parse(own.t);

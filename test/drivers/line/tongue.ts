import type { Bus } from "../../../drivers/driver.ts";
import type { LineOptions } from "../../../drivers/line/settings.ts";
import type { Millis } from "../../../feed/format/vocabulary.ts";
import type { Cut, Device, Heard } from "./device.ts";

/** How a line is opened that a test is about. */
export type Opening = LineOptions & { readonly turnaround?: Millis };

/** A protocol as a device speaks it, written apart from the drivers: its own frames, its own sums. */
export interface Tongue<Q> {
  readonly name: string;
  readonly cut: Cut;
  open(device: Pick<Device, "at" | "openWire">, options: Opening): Bus<Q>;
  /** Questions to several devices, the first two to different ones and with answers of the same form. */
  readonly questions: readonly Q[];
  /** A question to a device that no script is for. */
  readonly greeting: Q;
  /** What may never be sent: no reads, or beyond what can be asked. */
  readonly refused: readonly Q[];
  /** A question in the words in which the device hears it. */
  heardAs(question: Q): Heard;
  /** The bytes that ask, as the standard has them. */
  asked(question: Q): Buffer;
  /** The true answer. `time` moves the values, which still tell whose they are. */
  reply(heard: Heard, time: number): Buffer;
  refusal(heard: Heard): Buffer;
  /** A good frame that is no answer to this, and can be told not to be. */
  stranger(heard: Heard): Buffer;
  /** What another master of the line asks. */
  otherMaster(): Buffer;
  /** Undefined where nothing in a frame can tell that it is spoilt. */
  spoilt?(frame: Buffer): Buffer;
  /** A reply as it is kept. */
  kept(frame: Buffer): Buffer;
  /** Whether every value in a kept reply is of this question's device and place. */
  tells(question: Q, kept: Buffer): boolean;
}

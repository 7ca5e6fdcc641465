import { onTestFinished } from "vitest";
import type { OpenWire } from "../../../drivers/line/wire.ts";
import { attendTo, type Delivery, inMemory, onPty, onTcp, type Port, type Served, type Talk } from "./served.ts";

/** `memory`: no operating system between driver and device. */
export type Where = "pty" | "tcp" | "memory";

/** A question as the device read it. */
export interface Heard {
  /** Which device, and what of it: in the words of the protocol. */
  readonly unit: string;
  readonly what: string;
}

export type Script = (heard: Heard) => readonly Delivery[];
export type Cut = Talk<Heard>["cut"];
export type DeviceOptions = Partial<Pick<Talk<Heard>, "ordered" | "echo">>;

export interface Device extends Pick<Served<{ readonly path: string } | Port>, "at" | "reset"> {
  readonly openWire?: OpenWire;
  /** Every question heard, in order. */
  readonly heard: Heard[];
  /** Every byte that came from the driver. */
  readonly bytes: () => Buffer;
}

const serve = { memory: inMemory, pty: onPty, tcp: onTcp } as const;

/** All devices of one line, driven by `script`. */
export async function startDevice(
  where: Where,
  cut: Cut,
  script: Script,
  { ordered = true, echo = false }: DeviceOptions = {},
): Promise<Device> {
  const heard: Heard[] = [];
  const came: Buffer[] = [];
  const ended = new AbortController();
  const answer: Script = (question) => {
    heard.push(question);
    return script(question);
  };
  const attend = attendTo({ cut, answer, ordered, echo, ended: ended.signal });
  const served = await serve[where]((write) => {
    const hear = attend(write);
    return (bytes) => {
      came.push(Buffer.from(bytes));
      hear(bytes);
    };
  });
  onTestFinished(() => {
    ended.abort();
    return served.close();
  });
  return { ...served, heard, bytes: () => Buffer.concat(came) };
}

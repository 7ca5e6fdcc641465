import type { BusFailure, ReadRequest } from "../../drivers/driver.ts";
import type { ModbusLine } from "../../drivers/line/settings.ts";
import type { Attempt } from "./conversation.ts";
import { type Before, longerWait } from "./earlier.ts";
import type { Finding } from "./findings.ts";
import { framesIn } from "./frames.ts";
import { labelOf } from "./labels.ts";

/** What came of one question, as far as the bytes tell. Pure. */
export interface Heard {
  /** The device itself answered: with data, or by refusing. */
  readonly answered: boolean;
  /** Bytes came at all, apart from our own. */
  readonly something: boolean;
  readonly findings: readonly Finding[];
  /** Units asked before whose answer came only now. */
  readonly late: readonly Late[];
}

export interface Late {
  readonly unit: number;
  /** From its question to now. */
  readonly ms: number;
}

export function modbusHeard(
  transport: ModbusLine["transport"],
  unit: number,
  request: ReadRequest,
  { exchange, sent, received, before }: Attempt,
  earlier: ReadonlyMap<number, Before> = new Map(),
): Heard {
  const headed = transport === "tcp" || transport === "udp";
  const echoed = !headed && sent.length > 0 && received.subarray(0, sent.length).equals(sent);
  const rest = echoed ? received.subarray(sent.length) : received;
  const { frames, others, stray } = framesIn(
    transport,
    rest,
    headed && sent.length > 1 ? sent.readUInt16BE(0) : undefined,
  );
  // What comes where nothing could be asked answers nothing.
  const all = sent.length === 0 ? [] : frames.filter(([id]) => id === unit);
  const slow = !headed && all.length > 1 && earlier.get(unit)?.answered === false;
  // The answer to the question before this one came first.
  const own = slow ? all.slice(1) : all;
  const past = [
    ...framesIn(transport, before).frames,
    ...others,
    ...(headed ? [] : frames.filter((one) => !own.includes(one))),
  ];
  const { reply, failure } = exchange;
  // The bus had given up when it came.
  const behind = reply === undefined && own.length === 1 && failure?.code === "E_BUS_TIMEOUT";
  const waited = exchange.received.mono - exchange.sent.mono;
  const late = [...lateOf(past, earlier), ...(behind ? [{ unit, ms: 2 * waited }] : [])];
  const gateway = failure?.exception === 0x0a || failure?.exception === 0x0b;
  const findings = [
    ...(echoed ? [echo(rest.length > 0)] : []),
    ...twice(unit, own, sent, headed),
    ...(failure?.exception === undefined ? [] : [refused(unit, request, failure.exception)]),
    ...late.map((one) => tooLate(one)),
    ...(reply === undefined && own.length === 1 ? misfit(unit, failure) : []),
    ...(reply === undefined && own.length === 0
      ? unread(transport, unit, request, rest, headed ? frames : frames.filter(([id = 0]) => !earlier.has(id)), stray)
      : []),
  ];
  return { answered: reply !== undefined && !gateway, something: rest.length > 0 || late.length > 0, findings, late };
}

/** Of what came while nothing was asked, the late answers. */
export function lateIn(
  transport: ModbusLine["transport"],
  received: Buffer,
  earlier: ReadonlyMap<number, Before>,
): readonly Late[] {
  return lateOf(framesIn(transport, received).frames, earlier);
}

function lateOf(frames: readonly Buffer[], earlier: ReadonlyMap<number, Before>): readonly Late[] {
  const units = new Set(frames.map(([id = 0]) => id));
  return [...units].flatMap((unit) => {
    const known = earlier.get(unit);
    return known === undefined || known.answered ? [] : [{ unit, ms: known.ms }];
  });
}

/** A whole frame of this unit that the bus did not take in time. */
function misfit(unit: number, failure: BusFailure | undefined): Finding[] {
  if (failure?.code !== "E_BUS_REPLY" && failure?.code !== "E_BUS_CHECKSUM") return [];
  return [
    {
      code: "misfit",
      text: `Unit ${unit} answers, but not what it was asked: ${failure.detail}.`,
      check: ["That no other master asks on the line at the same time.", "The maker's notes on its Modbus functions."],
    },
  ];
}

const tooLate = ({ unit, ms }: Late): Finding => ({
  code: "late",
  text: `Unit ${unit} answers late: it needs longer than the wait.`,
  check: [`Ask with --wait ${longerWait(ms)}.`],
});

const echo = (alsoAnswered: boolean): Finding => ({
  code: "echo",
  text: "Your own request comes back: local echo.",
  check: alsoAnswered
    ? ["Nothing to do: the agent skips it. Where the converter has a switch for it, put echo off."]
    : [
        "The converter's echo switch: off (2-wire mode with echo suppression).",
        "That the line beyond the converter is connected: only the echo comes back, no device answers.",
        "RX and TX are not bridged.",
      ],
});

/** Two whole answers to one question. */
function twice(unit: number, own: readonly Buffer[], sent: Buffer, headed: boolean): Finding[] {
  const [first, second] = own;
  if (first === undefined || second === undefined) return [];
  const place = headed ? "behind this host" : "on this line";
  const text = first.equals(second)
    ? `Two answers to one request, and they are the same: two devices answer at unit ${unit}, or a gateway repeats it.`
    : `Two devices answer at unit ${unit}: two different answers to one request of ${sent.length} bytes.`;
  return [
    {
      code: "two-devices",
      text,
      check: [
        `Switch off one of the devices ${place} and ask again.`,
        "Set another unit id in one of them.",
        "That no other master asks on the line at the same time.",
      ],
    },
  ];
}

const refusals: Readonly<Record<number, readonly [string, string]>> = {
  1: ["it does not know this function", "Which functions (3 holding, 4 input registers) its manual names."],
  2: ["it has no such register", "The address in the manual: many count from 1, the wire counts from 0."],
  3: ["it does not allow so many at once", "How many registers its manual allows in one request."],
  4: ["it failed while reading", "The device's own display for a fault."],
  5: ["it works on it", "Ask again later."],
  6: ["it is busy", "Ask less often, or later."],
  10: ["the gateway has no way to it", "The gateway's routing: which unit ids lead to which serial port."],
  11: [
    "the gateway is there, the device behind it does not answer",
    "The serial side of the gateway: unit id, baud rate, parity, wiring, power of the device.",
  ],
};

function refused(unit: number, request: ReadRequest, exception: number): Finding {
  const gateway = exception === 10 || exception === 11;
  const [why, check] = refusals[exception] ?? ["see its manual", "The exception codes in its manual."];
  const where = gateway ? "" : ` at ${labelOf(request)}`;
  const text = `Unit ${unit} answers exception ${exception}${where}: ${why}.`;
  return { code: gateway ? "gateway" : "exception", text, check: [check] };
}

/** Bytes that are no answer of this unit. */
function unread(
  transport: ModbusLine["transport"],
  unit: number,
  request: ReadRequest,
  rest: Buffer,
  frames: readonly Buffer[],
  stray: number,
): Finding[] {
  const stranger = frames.find(([id]) => id !== unit);
  if (stranger !== undefined)
    return [
      {
        code: "stranger",
        text: `Unit ${stranger[0]} answers a question to unit ${unit}.`,
        check: ["The unit id set in the device.", "A gateway that puts in a unit id of its own."],
      },
    ];
  if (stray === 0) return [];
  if (collided(transport, unit, request, rest))
    return [
      {
        code: "two-devices",
        text: `Two devices answer at unit ${unit}: ${rest.length} bytes came where ${expected(request)} were due, with a wrong CRC.`,
        check: [
          "Switch off one of the devices on this line and ask again.",
          "Set another unit id in one of them.",
          "That no other master asks on the line at the same time.",
        ],
      },
    ];
  return [
    {
      code: "noise",
      text: `${rest.length} bytes came that are no answer: ${hex(rest)}`,
      check: [
        ...(begun(transport, unit, request, rest) ? [`Whether a second device has unit id ${unit}.`] : []),
        "Baud rate and parity: with wrong ones an answer looks like this.",
        "Termination, shield and the third wire (GND).",
        "That no other master is on the line.",
      ],
    },
  ];
}

/** Two who speak at once begin like an answer, are longer than one, and have no right CRC. */
function collided(transport: ModbusLine["transport"], unit: number, request: ReadRequest, rest: Buffer): boolean {
  return begun(transport, unit, request, rest) && rest.length > expected(request);
}

function begun(transport: ModbusLine["transport"], unit: number, request: ReadRequest, rest: Buffer): boolean {
  if (!transport.startsWith("rtu")) return false;
  const begins = rest.indexOf(Buffer.from([unit, request.functionCode]));
  return begins >= 0 && begins <= 3;
}

/** Bytes of a whole RTU reply. */
const expected = (request: ReadRequest): number => ("count" in request ? 5 + 2 * request.count : 256);

const hex = (bytes: Buffer): string => {
  const shown = bytes
    .subarray(0, 16)
    .toString("hex")
    .replace(/(..)(?=.)/g, "$1 ")
    .toUpperCase();
  return bytes.length > 16 ? `${shown} ...` : shown;
};

import type { Millis } from "../../feed/format/vocabulary.ts";
import type { OpenWire } from "./wire.ts";

/** One physical line as the site file resolves to it; devices on it differ by their address only. */
export type LineSettings = ModbusLine | Dlt645Line | DconLine | Hj212Line;

interface Line {
  readonly id: string;
  /** Pause between frames that the line's converters need to turn around, where that is more than the protocol asks for. */
  readonly turnaround?: Millis;
  /** A line that gave no good answer for so long is opened anew. */
  readonly rebuild?: Millis;
}

/** A serial port of this machine. */
export interface SerialSettings {
  /** Best a stable name: /dev/serial/by-id/... */
  readonly path: string;
  readonly baud: number;
  readonly parity: "none" | "even" | "odd";
  readonly dataBits: 7 | 8;
  readonly stopBits: 1 | 2;
}

/** Bytes through a serial device server. `baud` is that of its serial side. */
export interface ServerSettings {
  readonly host: string;
  readonly port: number;
  readonly baud: number;
}

type OnSerial<Serial extends string, Server extends string> =
  | ({ readonly transport: Serial } & SerialSettings)
  | ({ readonly transport: Server } & ServerSettings);

/** Modbus TCP or UDP (MBAP header, no CRC), RTU or ASCII. */
export type ModbusLine = Line &
  (
    | { readonly transport: "tcp" | "udp"; readonly host: string; readonly port: number }
    | OnSerial<"rtu" | "ascii", "rtu-over-tcp" | "ascii-over-tcp">
  );
/** Energy meters by DL/T 645-2007 or -1997. */
export type Dlt645Line = Line & OnSerial<"dlt645", "dlt645-over-tcp">;
/** Analog modules by DCON. */
export type DconLine = Line &
  OnSerial<"dcon", "dcon-over-tcp"> & {
    /** Whether the modules are set to check sums. */
    readonly checksum: boolean;
  };

/** A data logger that pushes HJ 212 frames: on a serial port, or one that we dial, or one that dials us. */
export type Hj212Line = Line &
  (
    | ({ readonly transport: "hj212" } & SerialSettings)
    | { readonly transport: "hj212-dial"; readonly host: string; readonly port: number }
    | {
        readonly transport: "hj212-listen";
        readonly host: string;
        readonly port: number;
        /** Addresses that may connect; all, if left out. */
        readonly allow?: readonly string[];
      }
  ) & {
    /** File whose first line is the password (PW) a frame must carry. */
    readonly passwordFile?: string;
    /** Whether frames that ask for it are acknowledged (9014, 9013). */
    readonly acknowledge: boolean;
  };

export type SerialTransport = Extract<LineSettings, SerialSettings>["transport"];

/** `quarantine`: a line stays silent after a question that was not answered. `matching`: a reply must be that to the pending question. */
export type LineGuard = "quarantine" | "matching";

/** The names by which this process holds a line. */
export interface NamesHeld {
  /**
   * Takes those the line has now, and lets go of those it had: a serial path may lead to another device since. Undefined, or who else
   * has it; what he has is then not held, the rest is. Never throws.
   */
  follow(): Promise<string | undefined>;
}

/** What the agent, tests and the probe change about a line. */
export interface LineOptions {
  /** Guards left out, only for the tests that show what each of them is worth. */
  readonly without?: readonly LineGuard[];
  /** How long a connection may take to open; 3 s. */
  readonly connectMs?: number;
  /** Above device time and time on the wire; 40 ms on a serial port, 100 ms over a network. */
  readonly marginMs?: number;
  /** A reply later than this is taken never to come, and a line is waited on no longer for its silence; 30 s. */
  readonly lateMs?: number;
  /** Instead of the line's own `rebuild`; 60 s. */
  readonly rebuildMs?: number;
  /** Questions in a row without an answer after which a connection is built anew; 5. A scan expects most to stay unanswered. */
  readonly silentLimit?: number;
  readonly random?: () => number;
  /** Held by this process; kept up with the device that a serial path leads to at each opening. */
  readonly hold?: NamesHeld;
  /** Another transport than the settings name. */
  readonly openWire?: OpenWire;
}

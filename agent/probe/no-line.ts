import type { AskedLine } from "./conversation.ts";
import type { Finding } from "./findings.ts";

/** Why a line could not be opened, in the words of whoever stands before it. Pure: it reads the code in the system's message. */
export function noLine(line: AskedLine, detail: string): Finding {
  const [, text, check] = ("path" in line ? serialReasons : socketReasons).find(([seen]) => seen.test(detail)) ?? [];
  const place = "path" in line ? line.path : `${line.host}:${line.port}`;
  if (text === undefined || check === undefined)
    return { code: "closed", text: `${place} cannot be opened: ${detail}`, check: ["Compare host, port or path."] };
  return { code: "closed", text: `${place}: ${text} (${detail})`, check };
}

type Reason = readonly [RegExp, string, readonly string[]];

const socketReasons: readonly Reason[] = [
  [
    /ECONNREFUSED/,
    "the host is there, but nothing listens on this port",
    [
      "The port: Modbus TCP is 502; device servers have ports of their own (4001, 8899, 26).",
      "Whether Modbus TCP is switched on in the device.",
      "Whether the device takes one connection only and another program has it.",
    ],
  ],
  [
    /EHOSTUNREACH|ENETUNREACH|EHOSTDOWN/,
    "the host is not reachable",
    [
      "Power, cable and the link lights on both sides.",
      "The address, and that this machine has one in the same network (ip addr).",
      "Whether it answers to ping.",
    ],
  ],
  [
    /did not accept|ETIMEDOUT/,
    "nobody answers at this address",
    [
      "Power, cable and the link lights on both sides.",
      "The address, and that this machine has one in the same network (ip addr).",
      "A firewall between here and there.",
    ],
  ],
  [/ENOTFOUND|EAI_AGAIN/, "there is no host of this name", ["The name; an address such as 192.168.1.20 is safer."]],
  [
    /ECONNRESET|other side closed|connection closed/,
    "the device closes the connection",
    ["Whether it takes one connection only and another program has it.", "Whether it lets this machine's address in."],
  ],
];

const serialReasons: readonly Reason[] = [
  [
    /ENOENT|No such file/,
    "there is no such port",
    [
      "Whether the adapter is plugged in: ls -l /dev/serial/by-id",
      "What the kernel says of it: dmesg | tail",
      "The path; names below /dev/serial/by-id stay, ttyUSB numbers change.",
    ],
  ],
  [
    /EACCES|EPERM|Permission denied/i,
    "this user may not open the port",
    ["Whether the user is in the group of the port: sudo usermod -aG dialout USER, then log in again."],
  ],
  [
    /EBUSY|EAGAIN|lock|temporarily unavailable/i,
    "another program holds the port",
    ["Which one it is: sudo fuser -v PORT", "ModemManager takes new ports: sudo systemctl stop ModemManager"],
  ],
  [
    /ENOTTY|EINVAL|not a (typewriter|tty)|EIO|ENXIO|Inappropriate/i,
    "this is no serial port, or its adapter is gone",
    ["The path: ls -l /dev/serial/by-id", "What the kernel says of it: dmesg | tail"],
  ],
];

import { makeFrameScanner, type ScannedFrame } from "./frame.ts";
import { makeMinuteScanner, type ScannedMinute } from "./minute.ts";

/** Of `{"cfg"`, where a frame has `{"at"` or `{"boot"`. */
const C = 0x63;

/** Recognises what nearly all entries are: frames, and derived minutes. */
export function makeScanner(): (bytes: Buffer) => ScannedFrame | ScannedMinute | undefined {
  const [frame, minute] = [makeFrameScanner(), makeMinuteScanner()];
  return (bytes) => (bytes[2] === C ? minute(bytes) : frame(bytes));
}

import { spanText } from "../../feed/derive/calibration/proof.ts";
import type { Span } from "../../feed/derive/calibration/validity.ts";
import type { CheckNews } from "../../feed/derive/calibration/watch.ts";
import { isoTime } from "../../feed/format/entry.ts";
import { millis } from "../../feed/format/vocabulary.ts";
import type { Untimed } from "./telling.ts";

/** `CALIBRATION_PASSED`, `CALIBRATION_FAILED`, or `CALIBRATION_UNDECIDED` where there was nothing to compare. */
export function checkEvent(news: CheckNews): Untimed {
  const { channel, point, t } = news;
  const about = `${channel} ${point} check at ${isoTime(millis(t))}`;
  const dev = channel.split(".")[0] ?? channel;
  if (news.verdict === "none")
    return { type: "event", code: "CALIBRATION_UNDECIDED", detail: `${about}: ${news.why}`, dev };
  const { reading, reference, error, limit, verdict, of } = news;
  const adjust = verdict === "adjust" ? "; adjust it before the next" : "";
  const byHand = of === undefined ? "" : `; entered by hand, entry ${of}`;
  return {
    type: "event",
    code: verdict === "fail" ? "CALIBRATION_FAILED" : "CALIBRATION_PASSED",
    detail: `${about}: reading ${reading}, reference ${reference}, error ${error}, limit ${limit}${adjust}${byHand}`,
    dev,
    check: { channel, point, at: isoTime(millis(t)), reading, reference, ...(of !== undefined && { of }) },
  };
}

/** `CALIBRATION_EXPIRED`: no pass is left that proves what is measured now. */
export function expiredEvent(channel: string, span: Span): Untimed {
  const dev = channel.split(".")[0] ?? channel;
  return { type: "event", code: "CALIBRATION_EXPIRED", detail: spanText(channel, span), dev };
}

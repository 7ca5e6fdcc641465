import { expect, test } from "vitest";
import { linkNews, sendNews } from "../../../feed/link/news.ts";
import { failed } from "../../../feed/link/send.ts";

test("the first failure and each of another kind are warnings with a hint; the same again is not, until it was up", () => {
  const news = linkNews();
  const levels = ["E_LINK_UNREACHABLE", "E_LINK_UNREACHABLE", "E_LINK_LOGIN", "E_LINK_LOGIN"].map((code) => {
    const { level, said } = news.failed({ code, detail: "d" });
    expect(said).toMatchObject({ code, detail: "d", hint: expect.stringMatching(/\w/) });
    return level;
  });
  expect(levels).toEqual(["warn", "debug", "warn", "debug"]);
  news.up();
  expect(news.failed({ code: "E_LINK_LOGIN", detail: "d" }).level).toBe("warn");
});

test("a message the broker does not take is news once a topic, and again after one has passed there", () => {
  const news = sendNews();
  const passed = { delivered: true, heard: true } as const;
  const refused = failed("E_LINK_REFUSED", "0x87");
  const levels = [
    news("live", passed),
    news("fill", refused),
    news("live", passed),
    news("fill", refused),
    news("live", refused),
    news("live", failed("E_LINK_BUSY", "0x97")),
    news("fill", passed),
    news("fill", refused),
  ].map((told) => told?.level);
  expect(levels).toEqual([undefined, "warn", undefined, "debug", "warn", "warn", "info", "warn"]);
});

test("the first message that passes where none did is told of once, with its topic", () => {
  const news = sendNews();
  const passed = { delivered: true, heard: true } as const;
  news("fill", failed("E_LINK_REFUSED", "0x87"));
  expect(news("live", passed)).toBeUndefined();
  expect(news("fill", passed)).toEqual({ level: "info", said: { topic: "fill" }, text: "published again" });
  expect(news("fill", passed)).toBeUndefined();
});

test.each(["E_LINK_DOWN", "E_LINK_LOST", "E_LINK_TIMEOUT", "E_LINK_ABORTED"] as const)(
  "%s of a message is told by whoever watches the connection",
  (code) => expect(sendNews()("live", failed(code, "d"))).toBeUndefined(),
);

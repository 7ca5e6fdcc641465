import { expect, test } from "vitest";
import { linkNews } from "../../../feed/link/news.ts";

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

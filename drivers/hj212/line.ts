import { readFileSync } from "node:fs";
import { Fault } from "../../feed/format/faults.ts";
import type { Clock } from "../clock.ts";
import { wireOf } from "../line/open-wire.ts";
import { aborted, pauseUntil } from "../line/pause.ts";
import type { Hj212Line, LineOptions } from "../line/settings.ts";
import { backOff } from "../line/timing.ts";
import { explain } from "../line/wire.ts";
import type { Hj212Profile } from "../profile.ts";
import { dialLogger } from "./dial.ts";
import { listenForLoggers } from "./listen.ts";
import type { Arrived } from "./session.ts";
import { LoggerSource } from "./source.ts";

/** What a person may want to know of a line; counted and told, never kept. */
export type LineNews = (what: string, detail: string) => void;

/** A line on which data loggers push. */
export interface LoggerLine {
  /** What the logger with this number pushes. */
  sourceOf(mn: string, profile: Hj212Profile): LoggerSource;
  /**
   * Listens, or connects, until closed; what cannot be opened is tried again and again. Resolves when the line listens, or has failed to
   * once; one that connects is not waited for.
   */
  open(): Promise<void>;
  close(): Promise<void>;
}

export function loggerLine(line: Hj212Line, clock: Clock, news: LineNews, options: LineOptions = {}): LoggerLine {
  const sources = new Map<string, LoggerSource>();
  const stop = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const password = line.passwordFile === undefined ? undefined : firstLine(line.passwordFile);
  const locked = password === undefined ? {} : { password };

  const pushed = (arrived: Arrived, acknowledge: () => void): void => {
    const source = sources.get(arrived.message.mn);
    if (source === undefined) news("stranger", `a message of logger ${arrived.message.mn}, which is no device here`);
    else source.take(arrived, line.acknowledge ? acknowledge : () => {});
  };

  const listening = async (
    at: Hj212Line & { readonly transport: "hj212-listen" },
    tried: () => void,
  ): Promise<void> => {
    // Each logger may come back before its old connection is known to be dead.
    const most = Math.max(4, 2 * sources.size);
    const settings = { host: at.host, port: at.port, allow: at.allow ?? [], most, ...locked };
    for (let tries = 0; !stop.signal.aborted; tries++) {
      try {
        const listener = await listenForLoggers(settings, {
          pushed: (_peer, ...rest) => pushed(...rest),
          finding: (peer, { code, detail }) => news(code, `${peer}: ${detail}`),
          refused: (peer, why) => news("refused", `${peer}: ${why}`),
        });
        tried();
        await aborted(stop.signal);
        await listener.close();
      } catch (error) {
        news("closed", explain(error));
        tried();
        const wait = backOff(tries + 1, options.random ?? Math.random);
        await pauseUntil(performance.now() + wait, { signal: stop.signal });
      }
    }
  };

  const dialing = async (open: ReturnType<typeof wireOf>): Promise<void> => {
    const dialled = dialLogger(
      { open, ...locked },
      {
        pushed,
        finding: ({ code, detail }) => news(code, detail),
        opened: () => news("opened", line.id),
        lost: (why) => news("closed", why),
      },
    );
    await aborted(stop.signal);
    await dialled.close();
  };

  return {
    sourceOf: (mn, profile) => {
      const source = new LoggerSource(mn, profile, clock);
      sources.set(mn, source);
      return source;
    },
    open: () =>
      new Promise((tried) => {
        if (line.transport === "hj212-listen") running = listening(line, tried);
        else {
          running = dialing(wireOf(line, options));
          tried();
        }
      }),
    close: () => {
      stop.abort();
      return running;
    },
  };
}

/** @throws Fault E_CONFIG_READ */
function firstLine(file: string): string {
  try {
    return readFileSync(file, "utf8").split(/\r?\n/)[0] ?? "";
  } catch (cause) {
    throw new Fault("E_CONFIG_READ", `the password file ${file} cannot be read`, { cause });
  }
}

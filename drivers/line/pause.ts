/** A timer is good to a millisecond or two; t3.5 is shorter than that at most baud rates. */
const timerErrorMs = 1;

/**
 * Resolves at or after `until` (performance.now), early only on abort. `exact` is for silences of a few ms: it ends within
 * microseconds of the moment, waiting out the last stretch turn by turn of the event loop.
 */
export function pauseUntil(until: number, options: { exact?: boolean; signal?: AbortSignal } = {}): Promise<void> {
  const { exact = false, signal } = options;
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const check = (): void => {
      const left = until - performance.now();
      if (left <= 0 || signal?.aborted) end();
      else if (exact && left <= timerErrorMs) setImmediate(check);
      else timer = setTimeout(check, exact ? Math.max(1, Math.floor(left - timerErrorMs)) : Math.ceil(left));
    };
    signal?.addEventListener("abort", end, { once: true });
    check();
  });
}

/** Resolves when `signal` aborts. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

import { setTimeout as pause } from "node:timers/promises";

/**
 * Waits for something a foreign process does without telling anyone. `condition` is asked again and again until it returns
 * something truthy, which is handed back; after `within` ms the wait fails and says what it waited for.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  options: { readonly within?: number; readonly every?: number; readonly what?: string } = {},
): Promise<NonNullable<T>> {
  const { within = 10_000, every = 10, what = condition.toString() } = options;
  const end = performance.now() + within;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`not within ${within} ms: ${what}`);
    await pause(every);
  }
}

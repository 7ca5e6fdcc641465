/** How many messages may be under way at once; the next waits its turn, in order. */
export interface Window {
  /** Resolves with true when a place is ours, with false when the window closed or `signal` aborted before. */
  enter(signal?: AbortSignal): Promise<boolean>;
  leave(): void;
  /** Turns away everyone who waits or comes later. */
  close(): void;
}

export function openWindow(size: number): Window {
  const waiting = new Set<(entered: boolean) => void>();
  let free = size;
  let closed = false;
  return {
    enter: (signal) => {
      if (closed || signal?.aborted) return Promise.resolve(false);
      if (free > 0) {
        free -= 1;
        return Promise.resolve(true);
      }
      return new Promise((resolve) => {
        const settle = (entered: boolean): void => {
          waiting.delete(settle);
          signal?.removeEventListener("abort", giveUp);
          resolve(entered);
        };
        const giveUp = (): void => settle(false);
        signal?.addEventListener("abort", giveUp, { once: true });
        waiting.add(settle);
      });
    },
    leave: () => {
      const [next] = waiting;
      if (next) next(true);
      else free += 1;
    },
    close: () => {
      closed = true;
      for (const settle of [...waiting]) settle(false);
    },
  };
}

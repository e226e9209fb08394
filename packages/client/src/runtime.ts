/** Time and chance, as the runtime has them. The package cannot use the hub's clock. */
export interface Runtime {
  /** Milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Resolves after that time; rejects with the signal's reason if it is aborted first. */
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly uuid: () => string;
}

export const RUNTIME: Runtime = {
  nowMs: Date.now,
  wait: (ms, signal) =>
    new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal?.addEventListener('abort', stop, { once: true });
    }),
  random: Math.random,
  uuid: () => crypto.randomUUID(),
};

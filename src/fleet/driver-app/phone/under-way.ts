/** Storing in progress. */
export interface UnderWay {
  /** Counts as under way until it has resolved or rejected. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is under way, including work begun meanwhile. */
  end(): Promise<void>;
}

export function openUnderWay(): UnderWay {
  const running = new Set<Promise<unknown>>();
  return {
    async run(work) {
      const result = work();
      running.add(result);
      try {
        return await result;
      } finally {
        running.delete(result);
      }
    },
    async end() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

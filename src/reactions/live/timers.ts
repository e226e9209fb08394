/** The timers this reaction lives by, handed in so that tests need not wait. */
export interface Timers {
  /** @returns ends it. */
  every(ms: number, work: () => void): () => void;
  /** @returns calls it off. */
  after(ms: number, work: () => void): () => void;
}

export const systemTimers: Timers = {
  every(ms, work) {
    const timer = setInterval(work, ms);
    return () => clearInterval(timer);
  },
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};

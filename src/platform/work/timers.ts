/** The timers of background work, passed in so that tests need not wait. */
export interface Timers {
  /** Any that only goes forward. */
  nowMs(): number;
  /** @returns ends it. */
  every(ms: number, work: () => void): () => void;
  /** @returns calls it off. */
  after(ms: number, work: () => void): () => void;
}

export const systemTimers: Timers = {
  nowMs: () => performance.now(),
  every(ms, work) {
    const timer = setInterval(work, ms);
    return () => clearInterval(timer);
  },
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};

/** The same, for what must not keep a process running that is done otherwise. */
export const unheldTimers: Timers = {
  nowMs: systemTimers.nowMs,
  every(ms, work) {
    const timer = setInterval(work, ms).unref();
    return () => clearInterval(timer);
  },
  after(ms, work) {
    const timer = setTimeout(work, ms).unref();
    return () => clearTimeout(timer);
  },
};

/** The timers of background work, passed in so that tests need not wait. */
export interface Timers {
  /** Returns milliseconds that only grow. */
  nowMs(): number;
  /**
   * Repeats `work` at an interval.
   *
   * @returns ends it.
   */
  every(ms: number, work: () => void): () => void;
  /**
   * Runs `work` once after a delay.
   *
   * @returns cancels it.
   */
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

/** Timers that do not keep a process running when everything else has ended. */
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

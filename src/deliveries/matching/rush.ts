/** So many deliveries looked at in so long are a rush: ten to twenty new ones a second. */
const LOOKED_AT_MIN = 40;
const WITHIN_MS = 2_000;

/**
 * Whether so many deliveries look for couriers that whatever else follows from them is to be done in larger
 * pieces, a little later: each piece costs as much as dozens of events, and somebody waits for a courier.
 */
export interface Rush {
  /** So many were looked at just now. */
  note(looked: number): void;
  readonly isOn: boolean;
}

/** @param monotonicMs milliseconds that only grow. */
export function createRush(monotonicMs: () => number): Rush {
  let looks: { readonly atMs: number; readonly looked: number }[] = [];
  const recent = () => {
    const sinceMs = monotonicMs() - WITHIN_MS;
    looks = looks.filter(({ atMs }) => atMs > sinceMs);
    return looks;
  };
  return {
    note(looked) {
      if (looked > 0) recent().push({ atMs: monotonicMs(), looked });
    },
    get isOn() {
      return recent().reduce((sum, { looked }) => sum + looked, 0) >= LOOKED_AT_MIN;
    },
  };
}

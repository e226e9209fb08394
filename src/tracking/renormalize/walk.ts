import type { JobDeps } from './jobs/job-deps.ts';
import { BEFORE_ALL, type ScanDeps, type Scanned, scanWindow } from './scan.ts';
import { retryCancelled } from './slow-statement.ts';

/**
 * Shipments per window: about 40,000 facts, a statement of a tenth of a second, and a few megabytes
 * in memory.
 */
export const WINDOW_SHIPMENTS = 4_000;
/** After a window took too long, the fraction of it that is tried. */
const SMALLER_WINDOW = 0.1;

/**
 * Goes through all shipments after a position; the next window is read while the current one is
 * processed.
 */
export async function walk<H>(
  deps: JobDeps,
  scan: ScanDeps,
  afterId: string | null,
  step: (scanned: Scanned, endId: string) => Promise<void>,
  /** Called before each step; returns a reason to stop, or null to continue. */
  reasonToStop: () => Promise<H | null>,
): Promise<'done' | H> {
  const size = deps.windowShipments ?? WINDOW_SHIPMENTS;
  const prefetch = (id: string) => {
    const pending = timed(
      retryCancelled('the scan of a window of shipments', (again) =>
        scanWindow(scan, id, again ? Math.ceil(size * SMALLER_WINDOW) : size),
      ),
    );
    pending.catch(() => {}); // the later await reports a failure
    return pending;
  };
  for (let next = prefetch(afterId ?? BEFORE_ALL); ; ) {
    const { result: window, tookMs } = await next;
    if (window === null) return 'done';
    const reason = await reasonToStop();
    if (reason !== null) return reason;
    await deps.pace.rest(tookMs);
    next = prefetch(window.endId);
    await step(window, window.endId);
  }
}

async function timed<T>(work: Promise<T>): Promise<{ result: T; tookMs: number }> {
  const beganAt = performance.now();
  return { result: await work, tookMs: performance.now() - beganAt };
}

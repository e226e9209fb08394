import type { Session, Snapshot } from '../driver/index.ts';
import type { Boot } from './app-context.ts';
import { nowMs } from './phone/ports.ts';

/** Refresh interval of the route while the app is visible. */
const REFRESH_MS = 120_000;
/** When to refresh once more after the queue is empty: by then the hub's own view has caught up. */
const SETTLED_MS = 5_000;

/**
 * Opens a courier's session, shows the stored state immediately, and asks the hub for the route
 * whenever it may have changed. Returns a function that ends it.
 */
export function watchSession(
  { driver }: Boot,
  courierId: string,
  show: (open: { session: Session; snapshot: Snapshot }) => void,
  /** Called for a change to the route that the courier did not make. */
  onNotice: (text: string) => void,
  /** Called when the courier has a new offer. */
  onOffer: () => void,
): () => void {
  let end = () => {};
  let isEnded = false;
  void driver.open(courierId).then((session) => {
    if (isEnded) return;
    let hadWaiting = false;
    let notified: ReadonlySet<string> | null = null;
    let offered: ReadonlySet<string> = new Set();
    let stopWatching: (() => void) | null = null;
    let timer = 0;
    let requestedAtMs = 0;
    const refresh = () => {
      requestedAtMs = nowMs();
      void session.refreshRoute().catch(() => {});
    };
    const update = oneAtATime(async () => {
      const snapshot = await session.snapshot();
      if (isEnded) return;
      show({ session, snapshot });
      const notices = snapshot.route?.notices ?? [];
      const fresh = notified === null ? undefined : notices.find(({ id }) => !notified?.has(id));
      if (snapshot.route !== null) notified = new Set(notices.map(({ id }) => id));
      if (fresh !== undefined) onNotice(fresh.text);
      const hasNewOffer = snapshot.offers.some(({ id }) => !offered.has(id));
      offered = new Set(snapshot.offers.map(({ id }) => id));
      if (hasNewOffer) onOffer();
      const hasWaiting = snapshot.waiting.length > 0;
      if (hadWaiting && !hasWaiting) {
        window.clearTimeout(timer);
        timer = window.setTimeout(refresh, SETTLED_MS);
      }
      hadWaiting = hasWaiting;
    });
    const closeStream = () => {
      stopWatching?.();
      stopWatching = null;
    };
    const wake = () => {
      // A phone in a pocket closes its stream, and polls when it is used again.
      if (document.visibilityState !== 'visible') return closeStream();
      stopWatching ??= session.watch();
      void session.flush().catch(() => {});
      if (nowMs() - requestedAtMs > REFRESH_MS) refresh();
    };
    const online = () => {
      requestedAtMs = 0;
      // The previous connection belongs to another network.
      closeStream();
      wake();
    };
    const stopListening = session.onChange(update);
    window.addEventListener('online', online);
    document.addEventListener('visibilitychange', wake);
    end = () => {
      stopListening();
      closeStream();
      window.clearTimeout(timer);
      window.removeEventListener('online', online);
      document.removeEventListener('visibilitychange', wake);
    };
    update();
    online();
  });
  return () => {
    isEnded = true;
    end();
  };
}

/**
 * Returns a function that runs the task, but never twice at once: two concurrent reads of the
 * storage may finish in either order, and the older one would stay on the screen. A change during a
 * read causes one more read.
 */
function oneAtATime(task: () => Promise<void>): () => void {
  let isRunning = false;
  let hasChanged = false;
  const run = async () => {
    isRunning = true;
    do {
      hasChanged = false;
      // A failed read shows nothing; the next change triggers another.
      await task().catch(() => {});
    } while (hasChanged);
    isRunning = false;
  };
  return () => {
    hasChanged = true;
    if (!isRunning) void run();
  };
}

import type { Session, Snapshot } from '../driver/index.ts';
import type { Boot } from './boot.ts';
import { nowMs } from './phone/ports.ts';

/** The route, while somebody looks. */
const REFRESH_MS = 120_000;
/** After the queue is empty: then the hub's own view has caught up. */
const SETTLED_MS = 5_000;

/** Shows what the phone knows at once, and asks the hub whenever that may tell more. */
export function watchSession(
  { driver }: Boot,
  courierId: string,
  show: (open: { session: Session; snapshot: Snapshot }) => void,
  /** Something of the route changed that was not the courier's own doing. */
  tell: (text: string) => void,
  /** The courier is asked to bring something. */
  ask: () => void,
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
      if (fresh !== undefined) tell(fresh.text);
      const hasNewOffer = snapshot.offers.some(({ id }) => !offered.has(id));
      offered = new Set(snapshot.offers.map(({ id }) => id));
      if (hasNewOffer) ask();
      const hasWaiting = snapshot.waiting.length > 0;
      if (hadWaiting && !hasWaiting) {
        window.clearTimeout(timer);
        timer = window.setTimeout(refresh, SETTLED_MS);
      }
      hadWaiting = hasWaiting;
    });
    const listenNoMore = () => {
      stopWatching?.();
      stopWatching = null;
    };
    const wake = () => {
      // A phone in a pocket listens to nobody; it asks when it is looked at again.
      if (document.visibilityState !== 'visible') return listenNoMore();
      stopWatching ??= session.watch();
      void session.flush().catch(() => {});
      if (nowMs() - requestedAtMs > REFRESH_MS) refresh();
    };
    const online = () => {
      requestedAtMs = 0;
      // The connection of before hangs in another network.
      listenNoMore();
      wake();
    };
    const stopListening = session.onChange(update);
    window.addEventListener('online', online);
    document.addEventListener('visibilitychange', wake);
    end = () => {
      stopListening();
      listenNoMore();
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
 * Two looks at the storage side by side may end in either order, and the older one would stay on the
 * screen: so one after the other, and whatever changed during a look has one more look at the end.
 */
function oneAtATime(task: () => Promise<void>): () => void {
  let isLooking = false;
  let hasChanged = false;
  const run = async () => {
    isLooking = true;
    do {
      hasChanged = false;
      // A look that failed shows nothing; the next change has the next one.
      await task().catch(() => {});
    } while (hasChanged);
    isLooking = false;
  };
  return () => {
    hasChanged = true;
    if (!isLooking) void run();
  };
}

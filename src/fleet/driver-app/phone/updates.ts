/** A newer app is ready on the phone. */
export interface Updates {
  /** Starts the newer app now, by reloading the page. */
  apply(): void;
}

/**
 * Registers the service worker. A newer one waits until `apply` is called, which the app does when
 * no form is half filled in; the page reloads once everything is stored.
 */
export async function watchUpdates(
  workerUrl: string,
  underWay: UnderWay,
  onReady: (updates: Updates) => void,
): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const registration = await navigator.serviceWorker.register(workerUrl, { scope: '/driver' });
  let hasOne = navigator.serviceWorker.controller !== null;
  let isReloading = false;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // The first worker takes over a page of its own version.
    if (hasOne && !isReloading) {
      isReloading = true;
      // The worker takes a while to start: the courier may have confirmed something meanwhile.
      void underWay.end().then(() => location.reload());
    }
    hasOne = true;
  });
  const announce = () => {
    const { waiting } = registration;
    if (waiting !== null && navigator.serviceWorker.controller !== null) {
      onReady({ apply: () => waiting.postMessage('activate') });
    }
  };
  const watch = (worker: ServiceWorker | null) =>
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed') announce();
    });
  announce();
  watch(registration.installing);
  registration.addEventListener('updatefound', () => watch(registration.installing));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void registration.update().catch(() => {});
  });
}

/** Tracks work that stores something. */
export interface UnderWay {
  /** Runs work, which counts as under way until it has resolved or rejected. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is under way, including work begun meanwhile. */
  end(): Promise<void>;
}

/** Creates the tracking of work that stores something. */
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

/** Keeps the screen on until stopped; does nothing if the browser cannot. */
export function keepAwake(): () => void {
  if (!('wakeLock' in navigator)) return () => {};
  let lock: WakeLockSentinel | null = null;
  let isEnded = false;
  const take = () => {
    if (isEnded || document.visibilityState !== 'visible') return;
    navigator.wakeLock.request('screen').then(
      (sentinel) => {
        lock = sentinel;
        if (isEnded) void sentinel.release();
      },
      // The phone refuses this to save a low battery.
      () => {},
    );
  };
  // The browser releases the lock when the page is hidden.
  document.addEventListener('visibilitychange', take);
  take();
  return () => {
    isEnded = true;
    document.removeEventListener('visibilitychange', take);
    void lock?.release();
  };
}

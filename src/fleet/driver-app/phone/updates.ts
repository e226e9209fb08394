import type { UnderWay } from './under-way.ts';

/** A newer app is ready on the phone. */
export interface Updates {
  /** Starts it now: reloads the page. */
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

/** Keeps the screen on until it is ended; where the browser cannot, nothing happens. */
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
      // The battery is low, and the phone saves it.
      () => {},
    );
  };
  // The browser lets go of it when the page is hidden.
  document.addEventListener('visibilitychange', take);
  take();
  return () => {
    isEnded = true;
    document.removeEventListener('visibilitychange', take);
    void lock?.release();
  };
}

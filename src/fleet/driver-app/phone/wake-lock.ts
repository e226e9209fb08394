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
      // The phone refuses, to save a low battery.
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

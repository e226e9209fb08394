import type { Session } from '../../driver/index.ts';

/** Whether the phone gets offers while the app is closed; if not, why. */
export type PushChoice =
  /** This browser does not support push, or only once the app is on the home screen. */
  | 'unsupported'
  /** The courier, or the phone, does not permit notifications. */
  | 'denied'
  /** The browser's push service does not answer. */
  | 'no_service'
  | 'off'
  | 'on';

/**
 * The cache with the texts of the service worker's notifications; the page, which has the texts,
 * may be closed.
 */
const WORDS_CACHE = 'push-words';
const WORDS_PATH = '/driver/_/push-words.json';

const SUBSCRIBE_MS = 15_000;

function canPush(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
}

/** Returns the current state; sends no request. */
export async function pushChoice(): Promise<PushChoice> {
  if (!canPush()) return 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  const registration = await navigator.serviceWorker.getRegistration('/driver');
  const subscription = await registration?.pushManager.getSubscription();
  return Notification.permission === 'granted' && subscription ? 'on' : 'off';
}

/**
 * Asks the courier for permission, then subscribes with the browser and the hub. Call it from a
 * tap.
 *
 * @returns the resulting state.
 */
export async function switchPushOn(session: Session): Promise<PushChoice> {
  if (!canPush()) return 'unsupported';
  if ((await Notification.requestPermission()) === 'denied') return 'denied';
  // A browser retries forever if its push service is unreachable.
  const late = new Promise<'late'>((resolve) => {
    window.setTimeout(() => resolve('late'), SUBSCRIBE_MS);
  });
  const done = subscribe(session).catch(() => 'late' as const);
  return (await Promise.race([done, late])) === 'late' ? 'no_service' : pushChoice();
}

/**
 * Sends an existing subscription again, at each start: browsers change subscriptions, and hubs are
 * restored from backups.
 */
export async function renewPush(session: Session): Promise<void> {
  if ((await pushChoice()) === 'on') await subscribe(session);
}

export async function switchPushOff(session: Session): Promise<void> {
  await session.push.set(null);
  await dropSubscription();
}

/** Ends the browser's subscription, when the last courier has signed out of this phone. */
export async function dropSubscription(): Promise<void> {
  if (!canPush()) return;
  const registration = await navigator.serviceWorker.getRegistration('/driver');
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

/** Stores the texts of notifications, in the courier's language, for the service worker. */
export async function storePushWords(words: { title: string; body: string }): Promise<void> {
  if (!('caches' in window)) return;
  const cache = await caches.open(WORDS_CACHE);
  await cache.put(WORDS_PATH, new Response(JSON.stringify(words)));
}

/** Closes the app's notifications, because a visible app needs none. */
export async function closeNotifications(): Promise<void> {
  if (!canPush()) return;
  const registration = await navigator.serviceWorker.getRegistration('/driver');
  for (const shown of (await registration?.getNotifications()) ?? []) shown.close();
}

async function subscribe(session: Session): Promise<void> {
  const state = await session.push.state();
  if (state === null) return;
  const registration = await navigator.serviceWorker.ready;
  const key = bytesOf(state.publicKey);
  const { pushManager } = registration;
  const before = await pushManager.getSubscription();
  if (before !== null && !isSame(before.options.applicationServerKey, key)) {
    await before.unsubscribe();
  }
  // Returns the existing subscription if there is one with this key.
  const options = { userVisibleOnly: true, applicationServerKey: key };
  const { endpoint, keys } = (await pushManager.subscribe(options)).toJSON();
  const { p256dh, auth } = keys ?? {};
  if (endpoint === undefined || p256dh === undefined || auth === undefined) return;
  const isKnown = await session.push.set({ endpoint, keys: { p256dh, auth } });
  // A subscription unknown to the hub would look as if push were on.
  if (!isKnown && !state.on) await dropSubscription();
}

function bytesOf(base64Url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64Url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function isSame(known: ArrayBuffer | null, key: Uint8Array): boolean {
  const bytes = new Uint8Array(known ?? new ArrayBuffer(0));
  return bytes.length === key.length && bytes.every((byte, at) => byte === key[at]);
}

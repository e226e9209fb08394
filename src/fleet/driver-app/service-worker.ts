import { cachePolicyFor } from './plan/screens.ts';

/** The version, which the hub inserts when it builds the app. */
declare const APP_VERSION: string;
declare const APP_FILES: readonly string[];
/** The URL of this version's page. `/driver` may serve another version while a hub is updated. */
declare const APP_PAGE: string;
declare const APP_EXTRAS: readonly string[];

/** The part of the service worker API that is used. Its own types exclude those of pages. */
interface WorkerEvent {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends WorkerEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface OpenPage {
  readonly url: string;
  readonly visibilityState: 'visible' | 'hidden';
  focus(): Promise<unknown>;
  navigate(url: string): Promise<unknown>;
}
interface ClickEvent extends WorkerEvent {
  readonly notification: { close(): void };
}
interface Worker {
  readonly caches: CacheStorage;
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<OpenPage[]>;
    openWindow(url: string): Promise<unknown>;
  };
  readonly registration: {
    showNotification(title: string, options: Record<string, unknown>): Promise<void>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: WorkerEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
  addEventListener(type: 'push', listener: (event: WorkerEvent) => void): void;
  addEventListener(type: 'notificationclick', listener: (event: ClickEvent) => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

const worker = globalThis as object as Worker;
const CACHE = `driver-${APP_VERSION}`;
/**
 * The cache for files that only some phones need. It outlives versions, because file names depend
 * on content.
 */
const EXTRAS = 'driver-extras';

worker.addEventListener('install', (event) => {
  // Files are named by content: what the page has loaded is not fetched twice.
  const files = [APP_PAGE, ...APP_FILES];
  event.waitUntil(worker.caches.open(CACHE).then((cache) => cache.addAll(files)));
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    worker.caches
      .keys()
      .then((names) =>
        Promise.all(
          names
            .filter((name) => name.startsWith('driver-') && name !== CACHE && name !== EXTRAS)
            .map((name) => worker.caches.delete(name)),
        ),
      )
      .then(dropOldExtras)
      .then(() => worker.clients.claim()),
  );
});

worker.addEventListener('message', ({ data }) => {
  if (data === 'activate') void worker.skipWaiting();
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  const policy = cachePolicyFor(request.method, path, request.mode === 'navigate');
  if (policy === 'shell') event.respondWith(servePage(request));
  if (policy === 'file') event.respondWith(serveFile(path));
});

/** The cache of notification texts in the courier's language; the app stores them at each start. */
const WORDS_CACHE = 'push-words';
const WORDS_PATH = '/driver/_/push-words.json';
const OFFERS_PAGE = '/driver#/offers';

worker.addEventListener('push', (event) => event.waitUntil(notifyOfOffer()));
worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openOffers());
});

/**
 * Shows a notification about an offer, unless the app is visible and announces it itself. The push
 * message only says that there is an offer.
 */
async function notifyOfOffer(): Promise<void> {
  if ((await pages()).some(({ visibilityState }) => visibilityState === 'visible')) return;
  const stored = await (await worker.caches.open(WORDS_CACHE)).match(WORDS_PATH);
  const { title, body } = ((await stored?.json()) ?? {}) as { title?: string; body?: string };
  await worker.registration.showNotification(title ?? 'Waybill', {
    ...(body === undefined ? {} : { body }),
    // One notification at a time, however many offers there are, because each one vibrates.
    tag: 'offer',
    renotify: true,
    requireInteraction: true,
    vibrate: [200, 100, 200],
  });
}

async function openOffers(): Promise<void> {
  const [page] = await pages();
  if (page === undefined) return void (await worker.clients.openWindow(OFFERS_PAGE));
  await page.focus();
  await page.navigate(OFFERS_PAGE);
}

async function pages(): Promise<OpenPage[]> {
  const all = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return all.filter(({ url }) => new URL(url).pathname.startsWith('/driver'));
}

async function dropOldExtras(): Promise<void> {
  const extras = await worker.caches.open(EXTRAS);
  const old = (await extras.keys()).filter(
    ({ url }) => !APP_EXTRAS.includes(new URL(url).pathname),
  );
  await Promise.all(old.map((request) => extras.delete(request)));
}

/** The app's page of this version; from the hub if the cache was cleared. */
async function servePage(request: Request): Promise<Response> {
  const cache = await worker.caches.open(CACHE);
  return (await cache.match(APP_PAGE)) ?? fetch(request);
}

/** A file of the app from the caches; from the hub, and cached, if it is in none. */
async function serveFile(path: string): Promise<Response> {
  const [own, extras] = await Promise.all([CACHE, EXTRAS].map((name) => worker.caches.open(name)));
  const found = (await own?.match(path)) ?? (await extras?.match(path));
  if (found !== undefined) return found;
  const answer = await fetch(path);
  if (answer.ok) await extras?.put(path, answer.clone());
  return answer;
}

// Keeps a tracking page up to date without a reload. The page is complete without this file. The
// script listens for updates, fetches the same page again and replaces the content.

const main = document.getElementById('main');
const banner = document.getElementById('news');

/** Interval between polls when there is no stream; it grows after each poll. */
const POLL_MS_FIRST = 30_000;
const POLL_MS_MAX = 300_000;
/** State and date change together: one fetch serves both events. */
const GATHER_MS = 80;
/** A cache or replica may lag behind the event: retry this often until it has caught up. */
const LAG_RETRIES_MAX = 6;
/**
 * Positions arrive every second; a page that has no place to show them is refetched at most this
 * often.
 */
const ASK_AGAIN_MS = 5_000;

let source = null;
let pollTimer = 0;
let pollMs = POLL_MS_FIRST;
let gatherTimer = 0;
let refreshing = null;

/** Fetches this page as of a version and shows it. Resolves to whether it is that version. */
async function refresh(version) {
  const url = new URL(location.href);
  url.hash = '';
  // A URL no shared cache has stored, so the response is current.
  if (version) url.searchParams.set('as_of', version);
  const response = await fetch(url, { headers: { accept: 'text/html' }, cache: 'no-cache' });
  if (!response.ok) throw new Error(`answered ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const next = page.getElementById('main');
  if (!next?.dataset.version) throw new Error('this is no tracking page');
  if (next.dataset.version !== main.dataset.version) show(next, page.title);
  else showCourier(next);
  return !version || next.dataset.version === version;
}

/** Forms the reader has begun to fill in. */
const begun = new Set();
main.addEventListener('input', ({ target }) => begun.add(target.form?.id));

/** Keeps a form that is being filled in, and keeps it open, while its surroundings are replaced. */
function keepForms(next) {
  for (const id of begun) {
    const [form, fresh] = [document.getElementById(id), next.querySelector(`#${id}`)];
    if (!form || !fresh) continue;
    const around = fresh.closest('details');
    if (around) around.open = true;
    fresh.replaceWith(form);
  }
}

/** The courier card appears and disappears without a new version of the page. */
function showCourier(next) {
  const [old, fresh] = [main, next].map((each) => each.querySelector('#courier'));
  if (!fresh) return setPosition(null);
  if (!old) return show(next, document.title);
  keepMap(next);
  old.replaceWith(fresh);
  readPosition();
}

/** Without a stream, read the courier's position from the page itself. */
function readPosition() {
  const words = main.querySelector('#courier')?.dataset.words;
  if (!words) setPosition(null);
  else if (!source || source.readyState !== EventSource.OPEN) {
    setPosition(JSON.parse(words).place).catch(() => {});
  }
}

/** Keeps an existing map instead of replacing it. */
function keepMap(next) {
  const [map, fresh] = [main, next].map((each) => each.querySelector('#courier-frame'));
  if (map && fresh && !map.hidden) fresh.replaceWith(map);
}

/** The map script, loaded once there is something to draw. */
let courier = null;
let place = null;
let askAgainMs = 0;

async function setPosition(newest) {
  place = newest;
  if (place === null) {
    const hidden = main.querySelector('#courier');
    if (hidden) hidden.hidden = true;
    dispatchPosition();
    return;
  }
  if (!main.querySelector('#courier') && performance.now() >= askAgainMs) {
    askAgainMs = performance.now() + ASK_AGAIN_MS;
    await refresh(null).catch(() => {});
  }
  const section = main.querySelector('#courier');
  if (!section) return;
  courier ??= import(section.dataset.script);
  try {
    await courier;
  } catch (error) {
    // Retry with the next position.
    courier = null;
    throw error;
  }
  dispatchPosition();
}

/** Sends the newest position to the map; it may have changed while the script loaded. */
function dispatchPosition() {
  main.dispatchEvent(new CustomEvent('courier', { detail: place }));
}

function show(next, title) {
  const active = main.contains(document.activeElement) && document.activeElement;
  const swap = () => {
    keepForms(next);
    keepMap(next);
    for (const name of ['version', 'live', 'announcement']) {
      if (next.dataset[name] === undefined) delete main.dataset[name];
      else main.dataset[name] = next.dataset[name];
    }
    main.replaceChildren(...next.childNodes);
    document.title = title;
    if (active) elementToFocus(active).focus({ preventScroll: true });
    noteLive(source !== null);
    if (!main.dataset.live) stop();
    readPosition();
  };
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  if (document.startViewTransition && !still && !document.hidden) {
    // Rejected when the next update starts before this one is drawn: nothing is lost then.
    document.startViewTransition(swap).ready.catch(() => {});
  } else swap();
  banner.textContent = next.dataset.announcement ?? '';
}

/** Restores focus: the same element if it is still there, otherwise its replacement. */
function elementToFocus(active) {
  if (active.isConnected) return active;
  const { id, className } = active;
  return (id && document.getElementById(id)) || main.getElementsByClassName(className)[0] || main;
}

/** Refreshes until the page shows that version; one at a time, and the newest request wins. */
async function catchUp(version) {
  while (refreshing) await refreshing;
  if (main.dataset.version === version) return;
  refreshing = (async () => {
    for (let retry = 0; retry < LAG_RETRIES_MAX; retry += 1) {
      const current = await refresh(version).catch(() => false);
      if (current) return;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** retry));
    }
  })();
  await refreshing;
  refreshing = null;
}

function onEvent(event) {
  const version = event.lastEventId;
  if (!version || version === main.dataset.version) return;
  clearTimeout(gatherTimer);
  gatherTimer = setTimeout(() => catchUp(version), GATHER_MS);
}

function listen() {
  if (!main.dataset.live) return;
  if (!('EventSource' in window)) {
    poll();
    return;
  }
  source = new EventSource(main.dataset.live);
  source.addEventListener('status', onEvent);
  source.addEventListener('edd', onEvent);
  source.addEventListener('position', ({ data }) => {
    setPosition(JSON.parse(data)).catch(() => {});
  });
  source.addEventListener('gone', () => {
    stop();
    location.reload();
  });
  source.onopen = () => {
    clearTimeout(pollTimer);
    pollTimer = 0;
    pollMs = POLL_MS_FIRST;
    noteLive(true);
  };
  source.onerror = () => {
    noteLive(false);
    // The browser reconnects by itself, unless it was rejected for good.
    if (source && source.readyState === EventSource.CLOSED) source = null;
    poll();
  };
}

function poll() {
  if (pollTimer || !main.dataset.live) return;
  pollTimer = setTimeout(async () => {
    pollTimer = 0;
    pollMs = Math.min(pollMs * 1.6, POLL_MS_MAX);
    if (!document.hidden) await refresh(null).catch(() => {});
    if (!source || source.readyState !== EventSource.OPEN) poll();
  }, pollMs);
}

function noteLive(on) {
  for (const note of main.querySelectorAll('[data-live-note]')) note.hidden = !on;
}

function stop() {
  clearTimeout(pollTimer);
  pollTimer = 0;
  if (source) source.close();
  source = null;
  noteLive(false);
}

// A hidden page holds no connection; a page that is shown again refreshes at once.
window.addEventListener('pagehide', stop);
window.addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  refresh(null).catch(() => {});
  listen();
});
document.addEventListener('visibilitychange', () => {
  if (document.hidden || !main.dataset.live) return;
  if (!source || source.readyState !== EventSource.OPEN) refresh(null).catch(() => {});
});
listen();

// Keeps the start page up to date: polls every few seconds and replaces the content when it has
// changed. The page is complete without this file.

const POLL_MS = 3_000;
const main = document.getElementById('main');
let courier = null;

async function poll() {
  if (!document.hidden) await refresh().catch(() => {});
  setTimeout(poll, POLL_MS);
}

async function refresh() {
  const response = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const next = page.getElementById('main');
  if (!next?.dataset.version) return;
  const words = next.querySelector('#courier')?.dataset.words;
  if (next.dataset.version !== main.dataset.version) show(next);
  else if (words) main.querySelector('#courier')?.setAttribute('data-words', words);
  dispatchPosition();
}

function show(next) {
  const [map, fresh] = [main, next].map((each) => each.querySelector('#courier-frame'));
  // Keep an existing map instead of replacing it.
  if (map && fresh && !map.hidden) fresh.replaceWith(map);
  const at = main.contains(document.activeElement) && document.activeElement.getAttribute('href');
  main.dataset.version = next.dataset.version;
  main.replaceChildren(...next.childNodes);
  const again = at && [...main.querySelectorAll('a')].find((a) => a.getAttribute('href') === at);
  if (again) again.focus({ preventScroll: true });
}

/** Shows the courier's position on the map, where the browser can draw one. */
async function dispatchPosition() {
  const section = main.querySelector('#courier');
  if (!section) return;
  courier ??= import(section.dataset.script);
  await courier;
  const { place } = JSON.parse(section.dataset.words);
  main.dispatchEvent(new CustomEvent('courier', { detail: place }));
}

dispatchPosition().catch(() => {});
setTimeout(poll, POLL_MS);

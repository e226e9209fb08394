import { cpus, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { DRAWS, HAS_CHROMIUM, launchBrowser } from '../../test/e2e/tracking-page-browser.ts';
import {
  callApi,
  HUB_TEST_KEY,
  newDataFolder,
  removeDataFolder,
  startHub,
} from '../../test/support/hubs/hub-process.ts';
import { processorTime } from '../figures/processor-time.ts';
import { isShort, report, say } from '../figures/report.ts';
import { startSameBytes } from '../figures/same-bytes.ts';

/**
 * Measures the dispatcher's live map with two thousand couriers: what a fetch of the page costs the
 * hub, how long a browser takes to draw the page, and how much of its time the map uses while all
 * couriers move and somebody drags it.
 */
const COURIERS = isShort() ? 300 : 2_000;
const POLLS = isShort() ? 5 : 60;
const DRAGS = isShort() ? 10 : 120;
/**
 * The interval of moves: long enough to draw the previous one completely, and for 40 m not to count
 * as a jump.
 */
const BETWEEN_MOVES_MS = 3_000;
const MOVES = isShort() ? 1 : 6;
const AT_ONCE = 16;
const BATCH = 500;
const PATIENCE_MS = 120_000;
const AT = { lat: 47.14, lng: 9.52 };
const MAP = '/console/deliveries/map';
const CHECK_MS = 50;
/** Counts the frames of the map: it draws only when something has changed. */
const COUNT_PICTURES = `
  globalThis.pictures = 0;
  document.getElementById('map-frame').map.on('render', () => { globalThis.pictures += 1; });`;

const loadBefore = loadavg().map(rounded);
const data = newDataFolder();
const hub = await startHub(data, { WAYBILL_ROLES: 'api', WAYBILL_SANDBOX: 'off' });
try {
  const ids = await addCouriers();
  await moveAll(ids, 0);
  const cookie = await signIn();
  say(`${COURIERS} couriers are on shift`);
  const headers = { accept: 'text/html', cookie };

  const before = processorTime(hub, data);
  const ours = await polls(hub.url, headers);
  const after = processorTime(hub, data);
  const bare = await startSameBytes(hub.url, [MAP], headers, data);
  const plain = await polls(bare.url, headers);
  await bare.stop();
  const browserFigures = HAS_CHROMIUM ? await inBrowser(ids, cookie) : null;
  report({
    bench: 'courier-map',
    value: perS(ours.ms),
    unit: 'looks/s, one after the other',
    baseline: perS(plain.ms),
    p50_ms: percentile(ours.ms, 0.5),
    p99_ms: percentile(ours.ms, 0.99),
    page_bytes: ours.bytes,
    conditions: {
      couriers: COURIERS,
      polls: POLLS,
      hub_ms_a_poll: spentEach(before.hub, after.hub),
      postgres_ms_a_poll: spentEach(before.postgres, after.postgres),
      browser: browserFigures ?? 'no Chromium',
      cores: cpus().length,
      load_generator: 'same machine, with the browser',
      load_before: loadBefore,
    },
  });
} finally {
  await hub.stop();
  removeDataFolder(data);
}

async function addCouriers(): Promise<string[]> {
  const ids: string[] = [];
  let next = 0;
  const add = async () => {
    for (let index = next++; index < COURIERS; index = next++) {
      const name = `Courier ${String(index).padStart(4, '0')}`;
      const courier = { name, vehicle: 'van', shift: 'on' };
      ids.push((await callApi<{ id: string }>(hub.url, 'POST', '/v1/couriers', courier)).id);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, add));
  return ids;
}

async function moveAll(ids: readonly string[], eastM: number): Promise<void> {
  const ts = new Date().toISOString();
  const rows = ids.map((id, index) => ({
    courier_id: id,
    ts,
    accuracy_m: 8,
    battery: index % 100 === 3 ? 9 : 80,
    lat: AT.lat + (Math.floor(index / 50) - 20) / 200,
    lng: AT.lng + ((index % 50) - 25) / 100 + eastM / 66_000,
  }));
  for (let from = 0; from < rows.length; from += BATCH) {
    const sent = rows.slice(from, from + BATCH);
    const { rejected } = await callApi<{ rejected: number }>(
      ...([hub.url, 'POST', '/v1/positions', sent] as const),
    );
    if (rejected > 0) throw new Error(`${rejected} positions were refused`);
  }
}

/** Signs in like a browser: the page's form, with its cookie. */
async function signIn(): Promise<string> {
  const url = new URL('/console/sign-in', hub.url);
  const page = await fetch(url);
  const csrf = /name="csrf" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  const answer = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: cookiesOf(page) },
    body: new URLSearchParams({ csrf, key: HUB_TEST_KEY, next: MAP }),
  });
  if (answer.status !== 303) throw new Error(`signing in was answered ${answer.status}`);
  return cookiesOf(answer);
}

function cookiesOf({ headers }: Response): string {
  const pairs = headers.getSetCookie().map((each) => each.split(';', 1)[0] ?? '');
  return pairs.filter((pair) => !pair.endsWith('=')).join('; ');
}

/** Measures fetching the page repeatedly, as its script does. */
async function polls(at: URL, headers: Readonly<Record<string, string>>) {
  const ms: number[] = [];
  let bytes = 0;
  for (let index = 0; index < POLLS; index += 1) {
    const from = performance.now();
    const response = await fetch(new URL(MAP, at), { headers, redirect: 'manual' });
    const text = await response.text();
    ms.push(performance.now() - from);
    if (response.status !== 200) throw new Error(`the map was answered ${response.status}`);
    bytes = Buffer.byteLength(text);
  }
  return { ms, bytes };
}

async function inBrowser(ids: readonly string[], cookie: string) {
  const browser = await launchBrowser(DRAWS);
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    context.setDefaultTimeout(PATIENCE_MS);
    // The runtime of this file wraps functions to give them names, including those sent to the
    // page.
    await context.addInitScript({ content: 'globalThis.__name = (named) => named;' });
    const cookies = cookie.split('; ').map((pair) => pair.split('=') as [string, string]);
    await context.addCookies(
      cookies.map(([name, value]) => ({ name, value, url: new URL('/console/hub', hub.url).href })),
    );
    const page = await context.newPage();
    await page.goto(new URL(MAP, hub.url).href);
    const drawnMs = await drawn(page);
    await page.evaluate(COUNT_PICTURES);
    const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
    const session = await context.newCDPSession(page);
    await session.send('Performance.enable');
    const busyS = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
    };
    const [movesMs, pollsMs] = [[] as number[], [] as number[]];
    for (let index = 1; index <= MOVES; index += 1) {
      await pause(BETWEEN_MOVES_MS);
      const [busyBefore, pictures] = [await busyS(), await picturesOf(page)];
      const from = performance.now();
      await moveAll(ids, 40 * index);
      while ((await picturesOf(page)) === pictures) await pause(CHECK_MS);
      movesMs.push(performance.now() - from);
      pollsMs.push(1_000 * ((await busyS()) - busyBefore));
    }
    const { frames, longestMs, busyMs } = await drag(page, busyS);
    return {
      page_drawn_ms: Math.round(drawnMs),
      elements: nodes,
      // The time until all moved couriers are drawn at their new places, including the cost of
      // detecting it.
      moves_shown_ms: movesMs.map(Math.round),
      busy_ms_a_move: pollsMs.map(Math.round),
      drags: frames,
      busy_ms_a_drag: rounded(busyMs / frames),
      longest_frame_ms: Math.round(longestMs),
    };
  } finally {
    await browser.close();
  }
}

/** The time from the start of the navigation until the map with its streets is drawn, in ms. */
function drawn(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const check = () => {
          const frame = document.getElementById('map-frame');
          const map: { loaded(): boolean } | undefined = Object.getOwnPropertyDescriptor(
            frame ?? {},
            'map',
          )?.value;
          if (frame?.dataset['drawn'] && map?.loaded()) resolve(performance.now());
          else requestAnimationFrame(check);
        };
        check();
      }),
  );
}

/** The number of frames of the map so far. */
function picturesOf(page: Page): Promise<number> {
  return page.evaluate('globalThis.pictures');
}

/** Moves the map by one step in each frame, with its own key, and measures the frames. */
async function drag(page: Page, busyS: () => Promise<number>) {
  await page.locator('#map-frame .map').focus();
  const before = await busyS();
  const longestMs = await page.evaluate(
    (steps) =>
      new Promise<number>((resolve) => {
        const map = document.querySelector('#map-frame .map');
        let [done, last, longest] = [0, performance.now(), 0];
        const step = () => {
          const now = performance.now();
          longest = Math.max(longest, now - last);
          last = now;
          if (done >= steps) return resolve(longest);
          const key = done % 2 === 0 ? 'ArrowLeft' : 'ArrowRight';
          map?.dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true }));
          done += 1;
          requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      }),
    DRAGS,
  );
  return { frames: DRAGS, longestMs, busyMs: 1_000 * ((await busyS()) - before) };
}

function spentEach(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : rounded((to - from) / POLLS);
}

function perS(ms: readonly number[]): number {
  return rounded((1_000 * ms.length) / ms.reduce((sum, each) => sum + each, 0));
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

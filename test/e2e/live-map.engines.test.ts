import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callerOf } from '../../src/http/testing/test-client.ts';
import { wireId } from '../../src/kernel/wire/wire-ids.ts';
import { OPS_BOOTSTRAP_KEY, openOpsHub } from '../support/hubs/ops-hub.ts';
import {
  CHROMIUM,
  clickThrough,
  closePages,
  DESKTOP,
  DRAWS,
  HAS_CHROMIUM,
  hardToUse,
  openPage,
  PATIENCE_MS,
  PHONE,
  sharedBrowser,
  stumblingBlocks,
} from './tracking-page-browser.ts';

/**
 * The dispatcher's live map with two thousand couriers, on a hub with positions from each of them.
 */
if (!HAS_CHROMIUM) {
  process.stderr.write(`SKIPPED: no Chromium at ${CHROMIUM}; install it or set CHROMIUM_PATH.\n`);
}

const COURIERS = 2_000;
const AT_ONCE = 500;
const AT = { lat: 47.14, lng: 9.52 };

interface CourierPoint {
  geometry: { coordinates: unknown };
  properties: { id: string; number?: string };
}

/** What tests read of a drawn map. */
interface LiveMap {
  getCenter(): unknown;
  getZoom(): number;
  getCanvas(): HTMLCanvasElement;
  getSource(id: string): { serialize(): { data: { features: CourierPoint[] } } } | undefined;
  queryRenderedFeatures(query: object): CourierPoint[];
  project(place: unknown): { x: number; y: number };
}

describe.skipIf(!HAS_CHROMIUM)('the live map', () => {
  let open: Awaited<ReturnType<typeof openOpsHub>>;
  let browser: Browser;
  let key: string;
  const ids: string[] = [];
  beforeAll(async () => {
    [open, browser] = await Promise.all([openOpsHub('pages'), sharedBrowser(DRAWS)]);
    const made = await open.hub.newKey();
    key = made.text;
    const { couriers } = open.hub.couriers;
    for (let index = 0; index < COURIERS; index += 1) {
      const outcome = await couriers.create(
        made.tenant,
        {
          name: `Courier ${String(index).padStart(4, '0')}`,
          phone: null,
          vehicle: 'van',
          capacityParcels: null,
          capacityWeightG: null,
          externalId: null,
          timeZone: null,
          homeFacility: index % 2 === 0 ? 'HAM-1' : 'HAM-2',
        },
        { on: true, endsAtMs: null },
      );
      if (outcome.kind !== 'done') throw new Error(outcome.kind);
      ids.push(outcome.courier.id);
    }
    await moveAll(0);
    const silent = ids[7] ?? '';
    await open.hub.db.pipeline.query(
      `insert into courier_silences (id, courier_id, merchant_id, mode, since, found_at)
       values (gen_random_uuid(), $1, $2, $3, to_timestamp($4 / 1000.0), to_timestamp($4 / 1000.0))`,
      [silent, made.tenant.merchantId, made.tenant.mode, open.hub.clock.nowMs()],
    );
  });
  afterEach(async () => {
    await closePages(browser);
  });
  afterAll(async () => {
    await closePages(browser);
    await open?.close();
  });

  /** A few of them with a battery that is low. */
  async function moveAll(eastM: number): Promise<void> {
    const call = callerOf(open.hub, key);
    const { body } = await call('GET', '/couriers?limit=1');
    expect(body['data']).toHaveLength(1);
    const ts = new Date(open.hub.clock.nowMs()).toISOString();
    const rows = ids.map((uuid, index) => ({
      courier_id: wireId('courier', uuid),
      ts,
      battery: index % 100 === 3 ? 9 : 80,
      lat: AT.lat + (Math.floor(index / 50) - 20) / 200,
      lng: AT.lng + ((index % 50) - 25) / 100 + eastM / 66_000,
    }));
    for (let from = 0; from < rows.length; from += AT_ONCE) {
      const sent = await call('POST', '/positions', rows.slice(from, from + AT_ONCE));
      expect([sent.status, sent.body['rejected']]).toEqual([202, 0]);
    }
    await open.hub.positions.flush();
  }

  async function signIn(page: Page): Promise<void> {
    await page.goto(`${open.hub.url}/console/hub`);
    await page.getByLabel('Key').fill(OPS_BOOTSTRAP_KEY);
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  }

  /** What the map shows: the part of the world, and the couriers. */
  const picture = (page: Page) =>
    page.evaluate(() => {
      const frame = document.getElementById('map-frame');
      const map: LiveMap | undefined = Object.getOwnPropertyDescriptor(frame ?? {}, 'map')?.value;
      if (map === undefined) return '';
      const drawn = map.getSource('waybill-crowd')?.serialize();
      return JSON.stringify([map.getCenter(), map.getZoom(), drawn]);
    });
  /** Where the map shows each courier. */
  const places = (page: Page) =>
    page.evaluate(() => {
      const frame = document.getElementById('map-frame');
      const map: LiveMap = Object.getOwnPropertyDescriptor(frame ?? {}, 'map')?.value;
      const drawn = map.getSource('waybill-crowd')?.serialize().data.features ?? [];
      return drawn.map(({ geometry, properties: { id } }) => `${id} ${geometry.coordinates}`);
    });
  const shared = (before: readonly string[], now: readonly string[]) => {
    const known = new Set(before);
    return now.filter((each) => known.has(each));
  };
  const changedFrom = (page: Page, before: string) =>
    expect.poll(() => picture(page), { timeout: PATIENCE_MS }).not.toBe(before);

  it('shows silent couriers first, moves, and draws the trail of whoever is chosen', async () => {
    const { page, complaints } = await openPage(browser, { viewport: DESKTOP });
    await signIn(page);
    await page.goto(`${open.hub.url}/console/deliveries/map?of=all`);
    await page.getByText('2000 on shift, 1 not reporting.').waitFor();
    await page.locator('#map-frame[data-drawn]').waitFor();
    const first = page.locator('#map-table tbody tr').first();
    expect(await first.textContent()).toContain('Courier 0007');
    expect(await first.textContent()).toContain('silent since');
    expect(await page.locator('#map-table tbody tr').count()).toBe(100);
    const before = await picture(page);
    open.hub.clock.advance(30_000);
    await moveAll(300);
    // Within some refreshes of the page, without any input.
    await changedFrom(page, before);
    await first.getByRole('link').click();
    await page.locator('#map-chosen h2', { hasText: 'Courier 0007' }).waitFor();
    await page.locator('#map-frame').locator('xpath=..').getByText('route driven').waitFor();
    expect(new URL(page.url()).searchParams.get('courier')).toContain('cou_');
    expect(complaints).toEqual([]);
  });

  /** Opens the map; `answer` handles each fetch of the page by its script. */
  async function openMap(answer: (route: Route) => Promise<void>): Promise<Page> {
    const { page } = await openPage(browser, { viewport: DESKTOP });
    await signIn(page);
    await page.route(
      (url) => url.pathname === '/console/deliveries/map',
      (route) => (route.request().isNavigationRequest() ? route.continue() : answer(route)),
    );
    const response = page.waitForResponse((each) =>
      each.url().includes('/console/deliveries/map/live'),
    );
    await page.goto(`${open.hub.url}/console/deliveries/map?of=all`);
    await page.locator('#map-frame[data-drawn]').waitFor();
    await response;
    return page;
  }

  it('follows couriers without fetching the page, and never back to where an older page has them', async () => {
    let text = '';
    let fetches = 0;
    const page = await openMap(async (route) => {
      fetches += 1;
      const body = text.replace('2000 on shift', `fetch ${fetches}`);
      await route.fulfill({ body, contentType: 'text/html' });
    });
    // As the page was before they moved.
    text = await page.content();
    const before = await places(page);
    open.hub.clock.advance(30_000);
    await moveAll(900);
    // The stream sends two thousand moves in pieces.
    await expect
      .poll(async () => shared(before, await places(page)), { timeout: PATIENCE_MS })
      .toEqual([]);
    const moved = await picture(page);
    const asked = fetches;
    // A page that becomes visible fetches itself at once.
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    const summary = page.locator('#map-summary');
    await expect
      .poll(async () => /fetch (\d+)/.exec((await summary.textContent()) ?? '')?.[1], {
        timeout: PATIENCE_MS,
      })
      .toSatisfy((index) => Number(index) > asked);
    await page.evaluate(() => new Promise(requestAnimationFrame));
    expect(await picture(page)).toBe(moved);
  });

  it('fetches the page when it cannot follow them', async () => {
    const { page } = await openPage(browser, { viewport: DESKTOP });
    await signIn(page);
    await page.route('**/console/deliveries/map/live?*', (route) => route.abort());
    await page.goto(`${open.hub.url}/console/deliveries/map?of=all`);
    await page.locator('#map-frame[data-drawn]').waitFor();
    const before = await picture(page);
    open.hub.clock.advance(30_000);
    await moveAll(1_500);
    await changedFrom(page, before);
  });

  it('is moved and zoomed with the keyboard, and a courier is chosen on it', async () => {
    const { page } = await openPage(browser, { viewport: DESKTOP });
    await signIn(page);
    await page.goto(`${open.hub.url}/console/deliveries/map?of=all`);
    await page.locator('#map-frame[data-drawn]').waitFor();
    const map = page.locator('#map-frame .map');
    await map.focus();
    for (const press of ['ArrowRight', '+', 'ArrowUp', '-', '0', 'ArrowDown']) {
      const before = await picture(page);
      await page.keyboard.press(press);
      await changedFrom(page, before);
    }
    // Close couriers are one circle until somebody zooms in.
    await page.keyboard.press('0');
    for (let step = 0; step < 4; step += 1) await page.keyboard.press('+');
    const position = await page.waitForFunction(() => {
      const frame = document.getElementById('map-frame');
      const map: LiveMap = Object.getOwnPropertyDescriptor(frame ?? {}, 'map')?.value;
      const { clientWidth: width, clientHeight: height } = map.getCanvas();
      const found = map.queryRenderedFeatures({ layers: ['waybill-crowd'] });
      const all = found.map(({ geometry }) => map.project(geometry.coordinates));
      // Not one under the buttons or half outside.
      const far = ({ x, y }: { x: number; y: number }) => Math.hypot(x - width / 2, y - height / 2);
      const [nearest] = all.sort((one, other) => far(one) - far(other));
      return nearest && far(nearest) < height / 3 ? nearest : null;
    });
    await map.click({ position: (await position.jsonValue()) as { x: number; y: number } });
    await page.locator('#map-chosen h2').waitFor();
    const chosen = page.locator('#map-table tr[aria-current]');
    const name = await page.locator('#map-chosen h2').textContent();
    if ((await chosen.count()) > 0) expect(await chosen.textContent()).toContain(name);
  });

  it('keeps its canvas, and stays live, when a form of its page is sent', async () => {
    const { page, complaints } = await openPage(browser, { viewport: DESKTOP });
    await signIn(page);
    await page.goto(`${open.hub.url}/console/deliveries?of=all`);
    await page.locator('#map-frame[data-drawn]').waitFor();
    await page.evaluate(() => {
      for (const canvas of document.querySelectorAll('#map-frame canvas')) canvas.id = 'first';
    });
    await page.getByText('Pause an area').click();
    await page.getByLabel('Or geohash cells').fill('u0qup');
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByText('cell u0qup').first().waitFor();
    const areas = () =>
      page.evaluate(() => {
        const frame = document.getElementById('map-frame');
        const map: LiveMap = Object.getOwnPropertyDescriptor(frame ?? {}, 'map')?.value;
        return map.getSource('waybill-areas')?.serialize().data.features.length;
      });
    await expect.poll(areas, { timeout: PATIENCE_MS }).toBe(1);
    const before = await picture(page);
    open.hub.clock.advance(30_000);
    await moveAll(1_200);
    await changedFrom(page, before);
    expect(await page.locator('#map-frame[data-drawn] canvas#first').count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('says that it could not be loaded, and is drawn when somebody tries again', async () => {
    const { page } = await openPage(browser, { viewport: DESKTOP });
    await signIn(page);
    const library = (url: URL) => url.pathname.includes('maplibre') && url.pathname.endsWith('js');
    await page.route(library, (route) => route.abort());
    await page.goto(`${open.hub.url}/console/deliveries/map?of=all`);
    await page.getByText('The map could not be loaded.').waitFor();
    await page.unroute(library);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('#map-frame[data-drawn]').waitFor();
    expect(await page.getByText('The map could not be loaded.').isVisible()).toBe(false);
  });

  it('is drawn again where it was, after a lost WebGL context', async () => {
    const { page } = await openPage(browser, { viewport: DESKTOP });
    await signIn(page);
    await page.goto(`${open.hub.url}/console/deliveries/map?of=all`);
    await page.locator('#map-frame[data-drawn]').waitFor();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    const where = () =>
      page.evaluate(() => {
        const frame = document.getElementById('map-frame');
        const map: LiveMap = Object.getOwnPropertyDescriptor(frame ?? {}, 'map')?.value;
        return JSON.stringify([map.getCenter(), map.getZoom()]);
      });
    const before = await where();
    await page.evaluate(() => {
      const canvas = document.querySelector('canvas');
      if (canvas) canvas.id = 'lost';
      canvas?.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
    });
    await page.locator('#map-frame[data-drawn] canvas:not(#lost)').waitFor();
    expect(await where()).toBe(before);
    expect(await places(page)).toHaveLength(COURIERS);
  });

  it('shows the stops of the chosen courier in order; a click in list or map highlights both', async () => {
    const call = callerOf(open.hub, key);
    const courier_id = wireId('courier', ids[12] ?? '');
    for (const lng of [9.5, 9.6]) {
      const made = await call('POST', '/deliveries', {
        ...{ origin: { lat: 47.3, lng: 9.55 }, destination: { lat: 47.35, lng } },
        ...{ package_size: 'small', phone: '+4232310000' },
      });
      const path = `/deliveries/${made.body['delivery_id']}/reassign`;
      expect((await call('POST', path, { courier_id })).status).toBe(200);
    }
    const { page } = await openPage(browser, { viewport: DESKTOP });
    await signIn(page);
    await page.goto(`${open.hub.url}/console/deliveries/map?of=all&courier=${courier_id}`);
    await page.locator('#map-frame[data-drawn]').waitFor();
    const stops = page.locator('#map-stops li');
    // Both are fetched at one place first.
    expect(await stops.count()).toBe(3);
    await page.getByRole('button', { name: 'Show stop 1 on the map' }).click();
    await page.locator('#map-stops li:first-child[aria-current]').waitFor();
    const position = await page.waitForFunction(() => {
      const frame = document.getElementById('map-frame');
      const map: LiveMap = Object.getOwnPropertyDescriptor(frame ?? {}, 'map')?.value;
      const drawn = map.queryRenderedFeatures({ layers: ['waybill-stops'] });
      const second = drawn.find(({ properties }) => properties.number === '2');
      return second ? map.project(second.geometry.coordinates) : null;
    });
    await page
      .locator('#map-frame .map')
      .click({ position: (await position.jsonValue()) as { x: number; y: number } });
    await page.locator('#map-stops li:nth-child(2)[aria-current]').waitFor();
    expect(await stops.first().getAttribute('aria-current')).toBeNull();
    // The page goes on describing the courier of the selected delivery.
    expect(new URL(page.url()).searchParams.get('courier')).toMatch(/^del_/);
    await page.locator('#map-chosen', { hasText: 'why, and assign' }).waitFor();
    expect(await stops.count()).toBe(3);
  });

  it('is a table without script, filtered by building, page by page', async () => {
    const { page } = await openPage(browser, { viewport: DESKTOP, javaScriptEnabled: false });
    await signIn(page);
    await page.goto(`${open.hub.url}/console/deliveries/map?of=all`);
    expect(await page.locator('#map-frame').isVisible()).toBe(false);
    await page.getByText('Building: All').click();
    await clickThrough(page.getByRole('link', { name: 'HAM-1', exact: true }).first());
    await page.getByText('1000 on shift.').waitFor();
    const rows = page.locator('#map-table tbody tr');
    expect(await rows.first().textContent()).toContain('HAM-1');
    await clickThrough(page.getByRole('link', { name: 'More' }));
    await page.getByText('Page 2 of 10').waitFor();
    await clickThrough(rows.first().getByRole('link'));
    await page.locator('#map-chosen h2').waitFor();
  });

  it('shows nothing to visitors who are not signed in', async () => {
    const { page } = await openPage(browser, { viewport: DESKTOP });
    await page.goto(`${open.hub.url}/console/deliveries/map?of=all`);
    await page.getByLabel('Key').waitFor();
    expect(await page.content()).not.toContain('Courier 00');
  });

  for (const [name, viewport, colorScheme] of [
    ['phone', PHONE, 'light'],
    ['desktop', DESKTOP, 'dark'],
  ] as const) {
    it(`can be read by everybody: ${name}, ${colorScheme}`, async () => {
      const { page } = await openPage(browser, { viewport, colorScheme });
      await signIn(page);
      await page.goto(`${open.hub.url}/console/deliveries/map?of=all`);
      await page.locator('#map-table a').first().click();
      await page.locator('#map-chosen h2').waitFor();
      // A control that is scrolled half under the phone's bar would count as too small.
      await page.evaluate(() => window.scrollTo(0, 0));
      expect(await hardToUse(page)).toEqual([]);
      expect(await stumblingBlocks(page)).toEqual([]);
      // The list beside the map is not clipped.
      const [inner, outer] = await page
        .locator('#map-table .scroll')
        .evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth]);
      expect(inner).toBe(outer);
      const folder = process.env['WAYBILL_SCREENSHOTS'];
      if (folder) await page.screenshot({ path: `${folder}/live-map-${name}-${colorScheme}.png` });
    });
  }
});

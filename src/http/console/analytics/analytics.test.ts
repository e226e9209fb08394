import { afterAll, beforeAll, expect, it } from 'vitest';
import { bootstrap } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { addCounts } from '../../../reactions/analytics/counting.sql.ts';
import type { ParcelFigures } from '../../../reactions/analytics/index.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';
import {
  addressOf,
  analyticsQueryOf,
  changeOf,
  FIGURES,
  type Figure,
  isComparable,
  sortedBy,
  WORST_FIRST,
  written,
} from './query.ts';

/** A key for tests only. */
const KEY = 'wb_test_bootstrap_not_a_secret';
let hub: TestHub;
let desk: TestDesk;
let analyst: string;
beforeAll(async () => {
  hub = await createTestHub();
  const keys = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
  const { merchantId } = await bootstrap(keys, KEY);
  desk = await openTestDesk(hub, hub.members);
  analyst = await desk.member('analyst@shop.example', 'analyst');
  const monday = new Date(hub.clock.nowMs());
  monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7));
  const week = monday.toISOString().slice(0, 10);
  const of = { merchantId, mode: 'test', week, serviceLevel: '', lane: '' };
  const counts = { registered: 200, delivered: 100, first_attempt: 80, promised: 50, on_time: 40 };
  const whole = { kind: 'all', carrier: '' } as const;
  const carrier = { kind: 'carrier', carrier: '=1+1' } as const;
  await addCounts(
    hub.db.pipeline,
    [whole, carrier].flatMap((row) =>
      Object.entries({ ...counts, reason_address_not_found: 30 }).map(([measure, n]) => ({
        ...of,
        ...row,
        measure,
        n,
      })),
    ),
  );
});
afterAll(() => hub.close());

it('shows figures with definition, period and comparison, charts with descriptions, and anomalies', async () => {
  const { status, text, headers } = await desk.visit('/console/analytics', analyst);
  expect(status).toBe(200);
  expect(headers.get('content-security-policy')).not.toMatch(/unsafe/);
  expect(text).not.toMatch(/<script>|<style| style=/);
  for (const part of [
    '80.0%',
    'Test parcels from Monday, ',
    'by the date in UTC',
    'that arrived by then',
    '<small>30 cases</small><span class="share">15.0%</span>',
    '40 of 50 parcels with a promised date',
  ]) {
    expect([part, text.includes(part)]).toEqual([part, true]);
  }
  expect(text).toContain('More frequent than usual');
  // Days as people write them; ISO dates are for the file.
  expect(text.slice(text.indexOf('<main'))).not.toMatch(/\d{4}-\d{2}-\d{2}/);
  // Nothing was known before, so nothing is compared.
  expect(text).toContain('Nothing to compare with yet');
  expect(text).not.toMatch(/class="(up|down|level)"/);
  // The week that is not over does not look like a collapse.
  expect(text).toContain('class="series-0 open"');
  expect(text).toContain('Week not over');
  const charts = [...text.matchAll(/<svg[^>]*role="img"[^>]*>/g)].map(([tag]) => tag);
  expect(charts.length).toBe(3);
  for (const tag of charts) expect(tag).toMatch(/aria-label="[^"]{10,}"/);
  for (const by of ['service', 'lane', 'week']) {
    expect((await desk.visit(`/console/analytics?by=${by}&weeks=4`, analyst)).status).toBe(200);
  }
});

it('marks More in the bar of a phone on the pages it leads to, and lists those of a section', async () => {
  const owner = await desk.member('owner@shop.example', 'owner');
  const read = async (path: string) => (await desk.visit(path, owner)).text;
  const [below, section] = [await read('/console/analytics'), await read('/console/import')];
  const isMarked = (page: string) => /<summary class="open"><svg.*?<\/svg>More/s.test(page);
  expect([isMarked(below), isMarked(section)]).toEqual([true, false]);
  // The section of the page is marked in the bar itself.
  const bar = /<nav class="thumb-bar".*?<\/ul>/s;
  const marks = [...(bar.exec(section)?.[0] ?? '').matchAll(/aria-label="(\w+)" class="open"/g)];
  expect(marks.map(([, name]) => name)).toEqual(['Parcels']);
  expect(bar.exec(below)?.[0]).not.toContain('class="open"');
  const strip = /<nav class="tabs section-pages".*?<\/nav>/s;
  expect(strip.exec(section)?.[0]).toContain('href="/console/import" aria-current="page"');
  expect(below).not.toMatch(strip);
  // More pages than fit side by side are in a menu, which opens without a script.
  const menu = /<nav class="section-pages".*?<\/nav>/s.exec(await read('/console/keys'))?.[0];
  expect(menu).toContain('<summary>Settings: API keys</summary>');
  expect(menu).toContain('href="/console/keys" aria-current="page"');
});

it('uses the language and number formats of its reader', async () => {
  const of = async (language: string) =>
    (await desk.visit('/console/analytics', analyst, undefined, { 'accept-language': language }))
      .text;
  const [german, spanish, french] = [await of('de'), await of('es'), await of('fr')];
  for (const part of [
    'Auswertung',
    '80,0\u00a0%',
    'Häufiger als sonst',
    'Testpakete ab Montag, dem ',
  ]) {
    expect([part, german.includes(part)]).toEqual([part, true]);
  }
  expect([spanish.includes('80,0\u00a0%'), spanish.includes('Más frecuente')]).toEqual([
    true,
    true,
  ]);
  expect(french).toContain('Plus fréquent que d’habitude');
  // URLs are the same in every language.
  const main = (page: string) =>
    page.slice(page.indexOf('<main'), page.indexOf('</main>')).replaceAll(/ href="[^"]*"/g, '');
  for (const page of [german, spanish, french]) {
    expect(main(page)).not.toMatch(/\b(parcels|weeks|carrier’s|Added|Cases)\b/);
  }
});

it('offers the same as a file without formulas', async () => {
  const { text, headers } = await desk.visit('/console/analytics.csv?by=carrier', analyst);
  expect(headers.get('content-disposition')).toMatch(/^attachment; filename="analytics-carrier-/);
  const [head, row] = text.split('\n');
  expect(head).toMatch(/^carrier,Added \(parcels\),/);
  expect(row).toMatch(/^"?'=1\+1"?,200,100,/);
  const weekly = await desk.visit('/console/analytics.csv?by=week&weeks=4', analyst);
  expect(weekly.text.trim().split('\n')).toHaveLength(5);
});

it('reads known parameters from the URL', () => {
  const address = 'weeks=26&by=lane&carrier=acme&sort=-onTime&rows=all';
  const query = analyticsQueryOf(new URLSearchParams(address), ['acme']);
  expect(query).toEqual({
    ...{ weeks: 26, by: 'lane', carrier: 'acme' },
    sort: { figure: 'onTime', isDown: true },
    isWhole: true,
  });
  expect(addressOf(query)).toBe(address);
  const odd = analyticsQueryOf(new URLSearchParams('weeks=9999&by=x&carrier=y&sort=constructor'), [
    'acme',
  ]);
  expect(odd).toEqual({ weeks: 4, by: 'carrier', carrier: null, sort: null, isWhole: false });
});

it('writes the available values, and how they have changed', () => {
  expect([written(null, 'share'), written(0.5, 'share'), written(1_000, 'parcels')]).toEqual([
    ...['–', '50.0%', '1,000'],
  ]);
  const figures = (onTimeShare: number | null, meanDays: number, registered: number) =>
    ({ onTimeShare, transit: { meanDays }, registered, promised: 400 }) as ParcelFigures;
  const [now, was] = [figures(0.5, 3, 30), figures(0.4, 5, 20)];
  const { onTime, meanDays, registered } = FIGURES;
  const change = (figure: Figure, one = now, other = was) => changeOf(figure, one, other);
  expect([change(onTime), change(onTime, was, now)]).toMatchObject([
    { way: 'better', arrow: '↑', by: '10.0 points', isGood: true },
    { way: 'worse', arrow: '↓', by: '10.0 points', isGood: false },
  ]);
  expect(change(meanDays)).toMatchObject({ way: 'faster', arrow: '↓', by: '2.0 days' });
  expect(change(onTime, now, now)).toMatchObject({ way: 'same' });
  expect(change(registered)).toMatchObject({ way: 'more', arrow: '↑', by: '50%', isGood: null });
  expect(change(onTime, figures(null, 3, 30))).toBeNull();
  const small = { basis: () => 40 };
  // Chance explains one parcel more or less, and much more among few; what is large stays visible.
  expect(change({ ...onTime, ...small }, figures(0.94, 3, 30), figures(0.82, 3, 30))).toMatchObject(
    { by: '12.0 points', isGood: true },
  );
  expect(change(onTime, figures(0.4025, 3, 30))).toMatchObject({
    way: 'better',
    isGood: null,
  });
});

it('compares two periods only if both have enough parcels', () => {
  const of = (promised: number) => ({ promised }) as ParcelFigures;
  expect(isComparable(FIGURES.onTime, of(30), of(30))).toBe(true);
  expect(isComparable(FIGURES.onTime, of(300), of(29))).toBe(false);
});

it('puts the worst groups first, and those with too few parcels to compare last', () => {
  const group = (name: string, promised: number, onTimeShare: number | null) => ({
    ...{ name, carrier: '', figures: { promised, onTimeShare } as ParcelFigures },
  });
  const groups = [
    ...[group('good', 90, 0.9), group('few', 12, 0.25), group('none', 0, null)],
    ...[group('bad', 30, 0.5)],
  ];
  const namesBy = (isDown: boolean) =>
    sortedBy(groups, { figure: 'onTime', isDown }).map(({ name }) => name);
  expect(namesBy(true)).toEqual(['good', 'bad', 'few', 'none']);
  expect(namesBy(WORST_FIRST.isDown)).toEqual(['bad', 'good', 'few', 'none']);
});

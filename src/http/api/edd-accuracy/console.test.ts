import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Status } from '../../../kernel/status.ts';
import { writeLedger } from '../../../reactions/predictions/accuracy/test-ledger.ts';
import { openTestConsole, type TestConsole } from '../../console/hub/test-console.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

const MARKER = '<b>lane</b>';

let hub: TestHub;
let open: TestConsole;
beforeAll(async () => {
  hub = await createTestHub();
  const { tenant: shop } = await hub.newKey({ merchant: 'shop', mode: 'live' });
  const { tenant: other } = await hub.newKey({ merchant: 'other', mode: 'live' });
  open = await openTestConsole(hub);
  // Now is noon of 10 March 2026, in UTC.
  await writeLedger(hub.db, shop, '2026-03-05', [
    { date: '2026-03-04', lane: MARKER, window: ['2026-03-03', '2026-03-05'] },
    { whose: 'carrier', date: '2026-03-02', lane: MARKER },
  ]);
  await writeLedger(hub.db, shop, '2026-02-05', [
    { date: '2026-02-05', missProbability: 0.25, stage: 'created' },
    { whose: 'carrier', date: '2026-02-06', stage: 'created' },
  ]);
  await writeLedger(hub.db, shop, '2026-03-07', [
    { date: '2026-03-07' },
    { whose: 'carrier', date: '2026-03-04' },
  ]);
  await writeLedger(hub.db, other, '2026-03-06', [{ whose: 'promise', date: '2026-03-09' }]);
});
afterAll(() => hub.close());

const visit = async (query: string, mode = 'live') => {
  const path = `/console/hub/edd/accuracy?${new URLSearchParams(`mode=${mode}&${query}`)}`;
  const { status, text } = await open.visit(path, open.cookie);
  expect(status).toBe(200);
  return text;
};

describe('the console of estimates', () => {
  it('shows figures of all merchants and ours beside the carrier’s, to every signed-in user', async () => {
    expect((await open.visit('/console/hub/edd/accuracy', '')).status).toBe(303);
    const text = await visit('');
    expect(text).toMatch(
      /All parcels<\/th><td class="sentence" data-label="Which date">hub’s date<\/td><td[^>]*>3<\/td>/,
    );
    // One carrier alone is not drawn.
    expect(text).not.toContain('<title>acme, carrier’s date');
    expect(text).toContain('aria-label="Dates by carrier"');
    expect(text).toContain('>date promised at checkout</td>');
    // Every filter is a link, which acts at once.
    expect(text).not.toContain('>Show</button>');
    expect(text).toMatch(/mode=live&amp;merchant=other">[^<]+<\/a>/);
    const reader = await open.visit('/console/hub/edd/accuracy', await open.looker());
    expect(reader.status).toBe(200);
  });

  it('groups and filters them as requested, by merchant and mode, and escapes markup', async () => {
    const lanes = await visit('group_by=lane');
    expect(lanes).toContain('&lt;b>lane&lt;/b>');
    expect(lanes).not.toContain(MARKER);
    const months = await visit('group_by=month&merchant=shop&at=first');
    expect(months).toContain('class="kept">2026-02');
    expect(months).not.toContain('>date promised at checkout</td>');
    expect(await visit('days=30&group_by=month')).not.toContain('class="kept">2026-02');
    const ofBoth = (await open.visit('/console/hub/edd/accuracy?mode=x', open.cookie)).text;
    expect(ofBoth).toContain('All merchants, live and test');
    expect(await visit('merchant=shop', 'test')).toContain('No parcel with a date');
    expect(await visit('merchant=other')).toContain(
      'There is no parcel for which both the hub and the carrier had a date.',
    );
    expect(await visit('group_by=stage')).not.toContain('All parcels');
  });

  it('draws months and stages in chronological order, and none of a few parcels', async () => {
    const drawn = async (query: string, mode = 'test') =>
      [...(await visit(query, mode)).matchAll(/<title>([^,<]+), hub’s date: /g)].map(
        ([, name]) => name,
      );
    expect(await drawn('group_by=month', 'live')).toEqual([]);
    const { tenant } = await hub.newKey({ merchant: 'shop', mode: 'test' });
    const month = (delivered: string, stage: Status, parcels: number) =>
      Promise.all(
        Array.from({ length: parcels }, () =>
          writeLedger(hub.db, tenant, delivered, [
            { date: delivered, stage },
            { whose: 'carrier', date: '2026-03-01', stage },
          ]),
        ),
      );
    await month('2026-02-05', 'created', 30);
    await month('2026-03-05', 'in_transit', 31);
    await month('2026-01-05', 'out_for_delivery', 29);
    expect(await drawn('group_by=month')).toEqual(['2026-02', '2026-03']);
    expect(await drawn('group_by=stage')).toEqual(['label created', 'in transit']);
  });

  it('falls back to defaults for invalid parameters', async () => {
    for (const odd of ['group_by=mood&at=x&days=1e9&merchant=nobody', 'at=stage', 'at']) {
      expect(await visit(odd)).toContain('aria-label="Dates by carrier"');
    }
  });
});

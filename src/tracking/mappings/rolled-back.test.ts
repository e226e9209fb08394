import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { manualClock } from '../../platform/clock.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/test-postgres.ts';
import { overlayOf, reads, startProcess, type TestProcess } from './test-mappings.ts';

const ME = { by: 'me', why: 'a test' };
const MERCHANT = '00000000-0000-7000-8000-000000000001';

let database: TestDatabase;
let hub: TestProcess;

beforeEach(async () => {
  database = await createTestDatabase();
  const owner = new pg.Client(database.url);
  await owner.connect();
  await owner.query("insert into merchants (id, slug, name) values ($1, 'shop', 'Shop')", [
    MERCHANT,
  ]);
  await owner.end();
  const clock = manualClock(Date.parse('2026-03-10T12:00:00Z'));
  hub = await startProcess(database.url, 'in_transit', clock);
});
afterEach(async () => {
  await hub.close();
  await database.drop();
});

it('storing an overlay while a version without it is active does not end the rollback implicitly', async () => {
  const { mappings } = hub;
  await mappings.putOverlay('acme', null, overlayOf('OD', 'delivered'), ME);
  await mappings.rollback('acme', ME);
  const before = mappings.active('acme');
  expect([reads(mappings), before?.rolledBack]).toEqual(['in_transit', true]);

  const text = `${overlayOf('OD', 'delivered')}  - { match: { event: NEW }, status: exception }\n`;
  const refused = await mappings.putOverlay('acme', null, text, ME);
  expect(refused).toMatchObject({
    outcome: 'rolled_back',
    active: { version: before?.version, activatedBy: 'me', why: 'a test' },
  });
  const removed = await mappings.putOverlay('acme', null, '', ME);
  expect(removed.outcome).toBe('rolled_back');
  expect(mappings.active('acme')).toEqual(before);

  // Merchants' own rules apply to whatever is active.
  const ofMerchant = await mappings.putOverlay(
    'acme',
    MERCHANT,
    overlayOf('NEW', 'at_facility'),
    ME,
  );
  expect(ofMerchant.outcome).toBe('stored');

  const result = await mappings.putOverlay('acme', null, text, { ...ME, endRollback: true });
  expect([result.outcome, reads(mappings), reads(mappings, 'NEW')]).toEqual([
    'stored',
    'delivered',
    'exception',
  ]);
  const next = await mappings.putOverlay('acme', null, overlayOf('OD', 'exception'), ME);
  expect([next.outcome, reads(mappings)]).toEqual(['stored', 'exception']);
});

it('an overlay is applied to older files that somebody rolled back to, which stay active', async () => {
  const { mappings, files } = hub;
  files.edit('exception');
  await mappings.refresh();
  await mappings.rollback('acme', ME);
  expect(reads(mappings)).toBe('in_transit');
  const put = await mappings.putOverlay('acme', null, overlayOf('NEW', 'at_facility'), ME);
  expect([put.outcome, reads(mappings), reads(mappings, 'NEW')]).toEqual([
    'stored',
    'in_transit',
    'at_facility',
  ]);
  expect(mappings.active('acme')?.rolledBack).toBe(true);
});

it('files mean files with the overlay, in a comparison and in an activation', async () => {
  const { mappings, files } = hub;
  await mappings.putOverlay('acme', null, overlayOf('HUB', 'exception'), ME);
  files.edit('delivered');
  const overlaid = await mappings.ofFiles('acme');
  const version = overlaid?.ok === true ? overlaid.mapping.version : null;
  expect(await mappings.load('acme', version ?? '')).not.toBeNull();
  const applied = await mappings.activateFiles('acme', ME);
  expect(applied).toMatchObject({ outcome: 'activated', active: { version } });
  expect([reads(mappings), reads(mappings, 'HUB')]).toEqual(['delivered', 'exception']);
});

it('a version with a merchant’s rules in it is in no list', async () => {
  const { mappings } = hub;
  await mappings.putOverlay('acme', MERCHANT, overlayOf('OD', 'at_facility'), ME);
  const version = mappings.current('acme', MERCHANT)?.version ?? '';
  await mappings.refresh();
  expect(await mappings.load('acme', version)).not.toBeNull();
  const listed = await mappings.versions('acme', 20);
  expect(listed.map(({ origin }) => origin)).toEqual(['files']);
});

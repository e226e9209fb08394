import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createLog } from '../../../platform/observability/log.ts';
import { createMoves, type Moves } from '../../compat/move/moves.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { openTestDesk, type TestDesk } from '../kit/test-desk.ts';

const KEY = 'a-secret-key-of-the-service';
const data = mkdtempSync(path.join(os.tmpdir(), 'moves-'));
let hub: TestHub;
let desk: TestDesk;
let analyst: string;
let moves: Moves;
/** What the service answers; each test sets it. */
let answer: () => Promise<{ status: number; text: string }>;

beforeAll(async () => {
  hub = await createTestHub({
    moves: ({ tracking, adapters }) => {
      const get = async () =>
        ({ ...(await answer()), kind: 'answer', headers: {}, truncated: false }) as const;
      const log = createLog({ level: 'silent' });
      moves = createMoves({ tracking, registry: adapters, egress: { get }, data, log });
      return moves;
    },
  });
  desk = await openTestDesk(hub, hub.members);
  analyst = await desk.member('ann@shop.example', 'analyst');
});
afterAll(async () => {
  await moves?.stop();
  await hub?.close();
  rmSync(data, { recursive: true, force: true });
});

const page = async () => (await desk.visit('/console/move', desk.owner)).text;
const start = (form: Record<string, string>, as = desk.owner) =>
  desk.visit('/console/move', as, form);

function trackers(carrier: string, count = 1) {
  const all = Array.from({ length: count }, (_, index) => ({
    ...{ id: `trk_${String(index).padStart(32, '1')}`, mode: 'test', carrier },
    ...{ tracking_code: '100000000000', status: 'pre_transit' },
    created_at: '2026-03-01T10:00:00Z',
  }));
  return JSON.stringify({ trackers: all, has_more: false });
}

it('is refused without a service or a key, and to members who may not change settings', async () => {
  expect((await start({ service: 'easypost', key: '' })).status).toBe(422);
  expect((await start({ service: 'pigeon', key: KEY })).status).toBe(422);
  expect((await start({ service: 'easypost', key: KEY }, analyst)).status).toBe(403);
});

it('shows what a dry run would refuse, and why', async () => {
  answer = async () => ({ status: 200, text: trackers('PigeonPost') });
  expect((await start({ service: 'easypost', key: KEY, dry_run: 'on' })).status).toBe(303);
  await vi.waitFor(async () => expect(await page()).toContain('Nothing was changed'));
  expect(await page()).toContain('tracker/carrier');
});

it('shows what it would leave out of a parcel', async () => {
  const place = { city: 'Berlin', zip: '10115 Berlin, Germany', country: 'DE' };
  const [tracker] = JSON.parse(trackers('FedEx')).trackers;
  const carrier_detail = { destination_tracking_location: place };
  const list = { trackers: [{ ...tracker, carrier_detail }], has_more: false };
  answer = async () => ({ status: 200, text: JSON.stringify(list) });
  await start({ service: 'easypost', key: KEY, dry_run: 'on' });
  await vi.waitFor(async () => expect(await page()).toContain('Parcels with warnings'));
  expect(await page()).toContain('destination_postal_code: ');
});

it('says how many refused parcels it leaves out', async () => {
  expect(await page()).not.toContain('are listed');
  answer = async () => ({ status: 200, text: trackers('PigeonPost', 101) });
  await start({ service: 'easypost', key: KEY, dry_run: 'on' });
  await vi.waitFor(async () => expect(await page()).toContain('The first 100 of 101 are listed.'));
  expect((await page()).split('tracker/carrier')).toHaveLength(101);
});

it('says why a move ended early, and continues it', async () => {
  answer = async () => ({ status: 401, text: '{}' });
  await start({ service: 'easypost', key: KEY });
  await vi.waitFor(async () => expect(await page()).toContain('Check the API key'));
  answer = async () => ({ status: 200, text: trackers('FedEx') });
  await start({ service: 'easypost', key: KEY });
  await vi.waitFor(async () => expect(await page()).toContain('EasyPost: the move is finished.'));
});

it('lets one move run at a time, and refreshes its page until it has ended', async () => {
  const held: { release: (() => void) | null } = { release: null };
  answer = () =>
    new Promise((resolve) => {
      held.release = () => resolve({ status: 200, text: trackers('FedEx') });
    });
  await start({ service: 'easypost', key: KEY });
  const second = await start({ service: 'aftership', key: KEY });
  expect([second.status, second.text.includes('A move is running')]).toEqual([422, true]);
  await vi.waitFor(() => expect(held.release).not.toBeNull());
  expect(await page()).toContain('data-waits');
  held.release?.();
  await vi.waitFor(async () => expect(await page()).toContain('the move is finished'));
  expect(await page()).not.toContain('data-waits');
});

it('stores and logs the key nowhere', async () => {
  const folder = path.join(data, 'moves');
  const stored = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
  expect(stored.length).toBe(1);
  for (const text of [...stored, hub.log(), await page()]) expect(text).not.toContain(KEY);
  const { rows } = await hub.db.pipeline.query(
    'select row_to_json(a)::text as text from member_actions a',
  );
  expect(JSON.stringify(rows)).not.toContain(KEY);
});

import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PollingAccount } from '../../intake/index.ts';
import { accountHealth } from '../accounts/health.ts';
import { saveSilence } from '../accounts/state.sql.ts';
import { targetByNumber } from '../due/targets.sql.ts';
import { type Silence, withSample } from './silence.ts';
import { openTestBridges, type TestBridges } from './test-bridge.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const ANY = { carriers: null, countries: null, monthlyCap: 100 };
const NUMBERS = ['A', 'B', 'C', 'D'];

let hub: TestBridges;
let relay: PollingAccount;
let second: PollingAccount;
beforeEach(async () => {
  hub = await openTestBridges();
  await hub.poller.accounts.disable(hub.poller.tenant, hub.poller.account.id);
  relay = await hub.join('relay', ANY);
  hub.poller.clock.advance(1_000);
  second = await hub.join('second', ANY);
  await hub.poller.ingestAll(NUMBERS);
  await hub.keep(relay);
  await hub.poll(relay);
  await hub.keep(second);
});
afterEach(() => hub.poller.close());

const health = ({ id }: PollingAccount) =>
  accountHealth(
    { ...hub.poller.deps, db: hub.poller.db, plans: hub.poller.plans },
    hub.poller.tenant,
    id,
  );
const isPolledBy = async (bridge: string) =>
  (await targetByNumber(hub.poller.db.pipeline, bridge, 'A')) !== null;

/** Lets twenty days pass in which webhooks of the first bridge come every three hours. */
async function learn(): Promise<void> {
  const { clock, db } = hub.poller;
  await webhook('relay');
  const fromMs = clock.nowMs();
  clock.advance(20 * DAY_MS);
  await webhook('relay');
  let silence: Silence | null = null;
  for (let nowMs = fromMs; nowMs <= clock.nowMs(); nowMs += 30 * MINUTE_MS) {
    const updateAtMs: number = nowMs - ((nowMs - fromMs) % (3 * HOUR_MS));
    silence = withSample(silence, { nowMs, updateAtMs, moving: NUMBERS.length });
  }
  if (silence !== null) await saveSilence(db.pipeline, relay.id, silence);
  await hub.keep(relay);
}

/** Lets hours without webhooks pass, with a run of both accounts each half hour. */
async function pass(hours: number): Promise<void> {
  for (let at = 0; at < hours * 2; at += 1) {
    hub.poller.clock.advance(30 * MINUTE_MS);
    await hub.keep(relay);
    await hub.keep(second);
  }
}

const webhook = (via: string) =>
  hub.poller.ingestAll(NUMBERS, {
    type: 'shipment.tracking_updated',
    status: 'in_transit',
    via,
    lastEventAtMs: hub.poller.clock.nowMs(),
  });

it('a bridge whose webhooks stay away is degraded; another one polls until they come again', async () => {
  await learn();
  const before = await health(relay);
  expect(before).toMatchObject({ state: 'ok' });
  expect([await isPolledBy('relay'), await isPolledBy('second')]).toEqual([true, false]);

  await pass(4);
  expect(await health(relay)).toMatchObject({ state: 'ok' });
  await pass(4);
  expect(await health(relay)).toMatchObject({
    state: 'degraded',
    reason: 'no update for 5 h while its parcels move; usual are 3 h at most',
  });
  expect(await isPolledBy('second')).toBe(true);
  // Answers without anything new do not end it, nor what the other bridge reports.
  await hub.poll(relay);
  await webhook('second');
  await hub.keep(relay);
  expect(await health(relay)).toMatchObject({ state: 'degraded' });

  await webhook('relay');
  await hub.keep(relay);
  await hub.keep(second);
  expect(await health(relay)).toMatchObject({ state: 'ok' });
  expect([await isPolledBy('relay'), await isPolledBy('second')]).toEqual([true, false]);
});

it('an update that only a poll through the bridge finds ends its silence, too', async () => {
  const { clock } = hub.poller;
  await learn();
  await pass(8);
  expect(await health(relay)).toMatchObject({ state: 'degraded' });
  for (const number of NUMBERS) {
    hub.relay.carrier.parcels.set(number, [{ code: 'in_transit', atMs: clock.nowMs() }]);
  }
  for (let tries = 0; tries < 48 && (await health(relay))?.state === 'degraded'; tries += 1) {
    clock.advance(10 * MINUTE_MS);
    await hub.poll(relay);
    await hub.keep(relay);
  }
  expect(await health(relay)).toMatchObject({ state: 'ok' });
});

import { setImmediate as settled } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Tenant } from '../../../kernel/tenant.ts';
import { createLog } from '../../../platform/observability/log.ts';
import { type ManualTimers, manualTimers } from '../../../platform/work/test-timers.ts';
import { type Board, DELIVERIES_CHANNEL } from '../../deliveries/index.ts';
import { boardVersion, watchBoards } from './board-updates.ts';

const NORTH: Tenant = { merchantId: '00000000-0000-7000-8000-000000000001', mode: 'live' };
const SOUTH: Tenant = { merchantId: '00000000-0000-7000-8000-000000000002', mode: 'live' };

/** A board with one delivery in a phase. */
function boardIn(phase: string): Board {
  const row = { shipment_id: 's', courier_id: null };
  const delivery = { row, phase, offers: [], pause: null, trouble: null };
  return { deliveries: [delivery], ended: [], pauses: [] } as never;
}

/** Advances time and waits for the effects: nothing here depends on anything else. */
async function pass(timers: ManualTimers, ms: number): Promise<void> {
  timers.advance(ms);
  await settled();
}

function opened() {
  const timers = manualTimers();
  const hearing = new Map<string, (payload: string | null) => void>();
  const phases = new Map([
    [NORTH.merchantId, 'pending'],
    [SOUTH.merchantId, 'pending'],
  ]);
  let reads = 0;
  const updates = watchBoards({
    listener: {
      on(channel, hear) {
        hearing.set(channel, hear);
        return () => hearing.delete(channel);
      },
    },
    timers,
    log: createLog({ level: 'silent' }),
    async read(tenant) {
      reads += 1;
      return boardIn(phases.get(tenant?.merchantId ?? '') ?? '');
    },
  });
  const happens = () => hearing.get(DELIVERIES_CHANNEL)?.('s');
  return { timers, hearing, phases, updates, happens, reads: () => reads };
}

it('sends a board’s version at first, and each new version at most once a second', async () => {
  const { timers, phases, updates, happens, reads } = opened();
  const notified: string[] = [];
  updates.watch(NORTH, (version) => notified.push(version));
  await pass(timers, 100);
  expect(notified).toEqual([boardVersion(boardIn('pending'))]);
  phases.set(NORTH.merchantId, 'assigned');
  for (let index = 0; index < 50; index += 1) happens();
  await pass(timers, 999);
  expect(reads()).toBe(1);
  await pass(timers, 1);
  expect(notified).toEqual(['pending', 'assigned'].map((phase) => boardVersion(boardIn(phase))));
  happens();
  await pass(timers, 1_000);
  expect([notified.length, reads()]).toEqual([2, 3]);
});

it('sends nobody others’ boards, and reads none that nobody watches', async () => {
  const { timers, phases, updates, happens, hearing, reads } = opened();
  const north: string[] = [];
  const south: string[] = [];
  const ends = [
    updates.watch(NORTH, (version) => north.push(version)),
    updates.watch(SOUTH, (version) => south.push(version)),
  ];
  await pass(timers, 100);
  phases.set(SOUTH.merchantId, 'assigned');
  happens();
  await pass(timers, 1_000);
  expect([north.length, south.length]).toEqual([1, 2]);
  for (const end of ends) end();
  expect(hearing.size).toBe(0);
  const before = reads();
  await pass(timers, 10_000);
  expect(reads()).toBe(before);
});

it('sends to later watchers, too', async () => {
  const { timers, updates } = opened();
  const notified: string[] = [];
  updates.watch(NORTH, () => {});
  await pass(timers, 100);
  updates.watch(NORTH, (version) => notified.push(version));
  await pass(timers, 1_000);
  expect(notified.length).toBe(1);
});

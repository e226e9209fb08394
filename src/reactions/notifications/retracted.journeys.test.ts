import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Shipment } from '../../tracking/ports/shipments.ts';
import type { SendOutcome } from './contract.ts';
import { startTestNotifications, type TestNotifications } from './test-notifications.ts';

const START_MS = Date.parse('2026-03-10T15:00:00Z');
const MINUTE_MS = 60_000;
/** The number of random histories of a parcel. */
const SEEDS = 12;
const RETRY: SendOutcome = { outcome: 'retry', reason: 'busy', retryAfterS: null };
const BROKEN: SendOutcome = { outcome: 'unknown', reason: 'broken off' };
/** A long timeout for a busy machine; nothing here waits for the clock. */
const SLOW = { timeout: 180_000 };
const ACCEPTED: SendOutcome = { outcome: 'accepted', providerId: null };

describe('a delivery that is retracted and happens after all', () => {
  let t: TestNotifications;
  beforeAll(async () => {
    t = await startTestNotifications();
  });
  beforeEach(() => {
    const dayMs = 24 * 60 * MINUTE_MS;
    const days = Math.ceil(Math.max(0, t.hub.clock.nowMs() - START_MS) / dayMs);
    t.hub.clock.set(START_MS + days * dayMs);
    t.newlySent();
  });
  afterAll(() => t.close());

  function parcelOf(parcel: Shipment) {
    const events: { code: string; at: string }[] = [];
    return {
      /** Adds a report of the carrier with the current time, a minute after the last one. */
      async says(code: 'DEL' | 'UNDO', done: 'waits' | 'goes on' = 'waits'): Promise<void> {
        t.hub.clock.advance(MINUTE_MS);
        const at = new Date(t.hub.clock.nowMs() - 5 * 3_600_000).toISOString().slice(0, 19);
        events.push({ code, at });
        const ingested = t.ingest(parcel, { events: [...events] });
        if (done === 'waits') await ingested;
      },
      async later(minutes: number): Promise<void> {
        t.hub.clock.advance(minutes * MINUTE_MS);
        await t.running.idle();
      },
      decided: async () => (await t.decided(parcel)).toSorted(),
    };
  }

  it('is announced once more, even while the correction is still being sent', async () => {
    const parcel = parcelOf(await t.register());
    await parcel.says('DEL');
    const answers: ((outcome: SendOutcome) => void)[] = [];
    t.answer('email', new Promise<SendOutcome>((resolve) => void answers.push(resolve)));
    await parcel.says('UNDO', 'goes on');
    const sent = () => t.sent.filter(({ milestone }) => milestone === 'corrected').length;
    await expect.poll(sent).toBe(1);
    await parcel.says('DEL', 'goes on');
    // The next event is decided while it is unknown whether the correction arrives.
    await expect.poll(parcel.decided).toContain('email delivered queued');
    for (const answer of answers) answer(ACCEPTED);
    await t.running.idle();
    expect(t.newlySent()).toEqual(['email delivered', 'email corrected', 'email delivered']);
    await parcel.says('DEL');
    expect(t.newlySent()).toEqual([]);
  });

  it('is announced once more if the correction may have arrived, and not if it cannot have', async () => {
    for (const [outcome, sent] of [
      [BROKEN, ['email corrected', 'email delivered']],
      [RETRY, ['email corrected']],
    ] as const) {
      const parcel = parcelOf(await t.register());
      await parcel.says('DEL');
      t.newlySent();
      t.answer('email', outcome);
      await parcel.says('UNDO');
      t.hub.clock.advance(-MINUTE_MS + 1_000);
      await parcel.says('DEL');
      await parcel.later(10);
      expect(t.newlySent()).toEqual(sent);
      expect(await parcel.decided()).toContain('email corrected not_sent superseded');
    }
  });

  it('leaves everybody with the truth, whatever is sent how late', SLOW, async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = seeded(seed);
      const parcel = parcelOf(await t.register());
      const tries = new Map<string, number>();
      /**
       * The messages that arrived, or may have arrived; a message that is sent again counts as the
       * same.
       */
      const arrived: { readonly id: string; readonly milestone: string }[] = [];
      t.own(t.hub.tenant.merchantId, 'email', {
        async send({ notificationId: id, milestone }) {
          const index = (tries.get(id) ?? 0) + 1;
          tries.set(id, index);
          const chance = random();
          if (chance < 0.3 && index < 3) return RETRY;
          if (arrived.at(-1)?.id !== id) arrived.push({ id, milestone });
          return chance < 0.6 ? BROKEN : ACCEPTED;
        },
      });
      let delivered = false;
      for (let step = 0; step < 8; step += 1) {
        if (random() < 0.7) {
          delivered = !delivered;
          await parcel.says(delivered ? 'DEL' : 'UNDO');
        } else await parcel.later(Math.floor(random() * 40));
      }
      await parcel.later(20);
      await parcel.later(20);
      const milestones = arrived.map(({ milestone }) => milestone);
      const context = `seed ${seed}: ${milestones.join(', ')}; ${(await parcel.decided()).join(', ')}`;
      expect(milestones.at(-1) ?? 'corrected', context).toBe(delivered ? 'delivered' : 'corrected');
      expect(milestones, context).toEqual(
        milestones.map((_, index) => (index % 2 ? 'corrected' : 'delivered')),
      );
    }
    t.own(t.hub.tenant.merchantId, 'email', null);
  });
});

/** Random numbers from 0 to 1, the same in every run. */
function seeded(seed: number): () => number {
  let state = Math.imul(seed, 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

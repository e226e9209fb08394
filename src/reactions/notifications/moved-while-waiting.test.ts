import { afterAll, beforeAll, expect, it } from 'vitest';
import { ruleSet } from './rules/rule-set.ts';
import { startTestNotifications, type TestNotifications } from './test-notifications.ts';

/** Eleven at night in New York: a text message waits for the morning. */
const NIGHT_MS = Date.parse('2026-03-11T03:00:00Z');
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const RULES = ruleSet.parse({
  quiet_hours: { from: '21:00', to: '08:00' },
  rules: [{ name: 'day', milestones: ['edd_changed'], channels: ['sms'], audience: ['recipient'] }],
});

let t: TestNotifications;
beforeAll(async () => {
  t = await startTestNotifications(RULES);
});
afterAll(() => t.close());

/**
 * The messages sent by noon if the carrier names these days, given in days ahead, one per minute
 * from that time on.
 */
async function notifiedOf(fromMs: number, ...days: readonly number[]): Promise<string[]> {
  const before = t.sent.length;
  t.hub.clock.set(fromMs);
  const parcel = await t.register();
  const at = new Date(fromMs - 9 * 60 * MINUTE_MS).toISOString().slice(0, 19);
  const events = [{ code: 'PICK', at }];
  for (const ahead of days) {
    t.hub.clock.advance(MINUTE_MS);
    const edd = new Date(fromMs + ahead * DAY_MS).toISOString().slice(0, 10);
    await t.ingest(parcel, { events, edd });
  }
  t.hub.clock.advance(13 * 60 * MINUTE_MS);
  await t.running.idle();
  const dayOf = (data: Readonly<Record<string, unknown>> | undefined) =>
    (data?.['estimated_delivery'] as { date?: string } | undefined)?.date ?? '';
  return t.sent
    .slice(before)
    .map(({ input }) =>
      String(
        (Date.parse(dayOf(input.event?.data)) - Math.floor(fromMs / DAY_MS) * DAY_MS) / DAY_MS,
      ),
    );
}

it('a day that moved back and forth at night is announced once in the morning, in its final state', async () => {
  expect(await notifiedOf(NIGHT_MS, 3, 4, 3, 4)).toEqual(['4']);
  expect(await notifiedOf(NIGHT_MS + DAY_MS, 3, 4, 5, 4, 3)).toEqual(['3']);
});

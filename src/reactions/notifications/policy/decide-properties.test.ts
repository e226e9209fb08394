import fc from 'fast-check';
import { expect, it } from 'vitest';
import { anEstimate, anEvent } from '../../../events/test-events.ts';
import { STATUSES } from '../../../kernel/status.ts';
import type { DayMessage } from './day-notified.ts';
import { decide } from './decide.ts';
import { anInput, NO_PREFERENCE, NOON_MS, NOTHING_NOTIFIED } from './test-policy.ts';

const MINUTE_MS = 60_000;
const WINDOW_MS = 30 * MINUTE_MS;
const MODEL = { source: 'model', confidence: 0.5 } as const;

/** Minutes between one event and the next. */
const pauses = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 12 });

it('the same is never sent twice within its window, however the events lie', () => {
  fc.assert(
    fc.property(pauses, (minutes) => {
      const sentAt: number[] = [];
      let recordedAtMs = NOON_MS;
      let window: { readonly untilMs: number } | null = null;
      for (const [index, pause] of minutes.entries()) {
        recordedAtMs += pause * MINUTE_MS;
        const event = anEvent('shipment.status_changed', {
          position: BigInt(index + 1),
          occurredAtMs: recordedAtMs,
          recordedAtMs,
          data: { status: 'at_facility' },
          previousAttributes: { status: 'in_transit' },
        });
        const address = {
          preference: null,
          suppressed: false,
          notified: { ...NOTHING_NOTIFIED, window },
        };
        const verdict = decide(anInput(event, { address, nowMs: recordedAtMs }));
        if (verdict.kind !== 'send') continue;
        sentAt.push(recordedAtMs);
        window = verdict.window;
      }
      for (const [index, atMs] of sentAt.entries()) {
        expect(atMs - (sentAt[index - 1] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(
          WINDOW_MS,
        );
      }
      // An event after the window is announced again.
      expect(sentAt[0]).toBe(NOON_MS + (minutes[0] ?? 0) * MINUTE_MS);
    }),
  );
});

it('a delivery and its correction go to an address by turns, and the last one sent is true', () => {
  const lives = fc.array(fc.record({ isSent: fc.boolean() }), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(lives, (steps) => {
      const sent: string[] = [];
      let last: { readonly subject: string; readonly position: bigint } | null = null;
      for (const [index, { isSent }] of steps.entries()) {
        const position = BigInt(index + 1);
        const event =
          index % 2 === 0
            ? anEvent('shipment.delivered', { position, data: { status: 'delivered' } })
            : anEvent('shipment.corrected', {
                position,
                data: { status: 'in_transit' },
                previousAttributes: { status: 'delivered' },
              });
        const address = {
          preference: null,
          suppressed: false,
          notified: { ...NOTHING_NOTIFIED, last },
        };
        const input = anInput(event, { address });
        const verdict = decide(input);
        const { subject } = input.message;
        if (verdict.kind === 'send' && isSent) {
          sent.push(subject);
          last = { subject, position };
        } else if (verdict.kind === 'no') {
          // A message that is not sent was known already, or there was nobody to correct.
          expect(last === null || last.subject === subject).toBe(true);
        }
      }
      expect(sent).toEqual(
        sent.map((_, index) => (index % 2 === 0 ? 'delivered' : 'corrected:delivered')),
      );
    }),
  );
});

it('a wait ends, and is for a later moment', () => {
  const days = fc.array(
    fc.record({
      ofMove: fc.boolean(),
      position: fc.bigInt({ min: 1n, max: 20n }),
      day: fc.constantFrom('2026-03-12', '2026-03-13', null),
      waits: fc.boolean(),
      agoMinutes: fc.integer({ min: 0, max: 180 }),
    }),
    { maxLength: 6 },
  );
  const hour = fc.integer({ min: 0, max: 23 }).map((at) => `${String(at).padStart(2, '0')}:00`);
  const quiet = fc.record({ from: hour, to: hour }).filter(({ from, to }) => from !== to);
  fc.assert(
    fc.property(days, quiet, fc.integer({ min: 0, max: 20 }), (others, hours, lateHours) => {
      const event = anEvent('shipment.edd_changed', {
        position: 10n,
        data: { estimated_delivery: anEstimate('2026-03-12', MODEL) },
        previousAttributes: { estimated_delivery: anEstimate('2026-03-01', MODEL) },
      });
      const messages: DayMessage[] = others.map(({ agoMinutes, ...each }) => ({
        ...each,
        recordedAtMs: NOON_MS - agoMinutes * MINUTE_MS,
      }));
      const address = {
        preference: { ...NO_PREFERENCE, quietHours: { ...hours, time_zone: 'UTC' } },
        suppressed: false,
        notified: { ...NOTHING_NOTIFIED, days: messages },
      };
      const input = anInput(event, { address, nowMs: NOON_MS + lateHours * 60 * MINUTE_MS });
      let [verdict, nowMs, waits] = [decide(input), input.nowMs, 0];
      while (verdict.kind === 'wait') {
        expect(verdict.untilMs).toBeGreaterThan(nowMs);
        nowMs = verdict.untilMs;
        waits += 1;
        const message = { ...input.message, waitedMs: nowMs - input.nowMs };
        verdict = decide({ ...input, message, nowMs });
      }
      // A message waits at most twice: once for a day to settle, once for the night.
      expect(waits).toBeLessThanOrEqual(2);
    }),
  );
});

it('nothing is sent of a state that a parcel has left for one in which it says something false', () => {
  const status = fc.constantFrom(...STATUSES);
  fc.assert(
    fc.property(status, (now) => {
      const event = anEvent('shipment.status_changed', {
        data: { status: 'out_for_delivery' },
        previousAttributes: { status: 'in_transit' },
      });
      const input = anInput(event);
      const shipment = input.shipment && { ...input.shipment, status: now };
      const expected = now === 'out_for_delivery' ? 'send' : 'no';
      expect(decide({ ...input, shipment }).kind).toBe(expected);
    }),
  );
});

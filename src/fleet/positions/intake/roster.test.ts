import { expect, it } from 'vitest';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { manualClock } from '../../../platform/clock.ts';
import { createRoster, type OnShift } from './roster.ts';

const NOW_MS = Date.UTC(2026, 2, 10, 12);
const tenant = { merchantId: '0190b0a1-5e0b-7c3e-8f0b-1d5a2c4e6f80', mode: 'live' } as const;
const uuid = (index: number) => `0190b0a1-5e0b-7c3e-8f0b-${String(index).padStart(12, '0')}`;
const onTheWire = (index: number) => wireId('courier', uuid(index));
const shift = (courierId: string): OnShift => ({
  courierId,
  tenant: { ...tenant },
  endsAtMs: null,
  offTimes: [],
});

/** A roster whose queries wait until the test answers them. */
function rosterOf() {
  const questions: {
    readonly ids: readonly string[];
    answer(shifts: readonly OnShift[]): void;
    fail(error: Error): void;
  }[] = [];
  const roster = createRoster(
    (ids) =>
      new Promise((answer, fail) => {
        questions.push({ ids, answer, fail });
      }),
    manualClock(NOW_MS),
  );
  return { roster, questions };
}

/** Lets all resolved promises run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('sends one query for all who arrive while another is answered', async () => {
  const { roster, questions } = rosterOf();
  const first = roster.load([onTheWire(1)]);
  await settled();
  const others = [roster.load([onTheWire(2), onTheWire(3)]), roster.load([onTheWire(3), 'cou_no'])];
  await settled();
  expect(questions.map(({ ids }) => ids)).toEqual([[uuid(1)]]);
  questions[0]?.answer([shift(uuid(1))]);
  await first;
  await settled();
  expect(questions.map(({ ids }) => ids)).toEqual([[uuid(1)], [uuid(2), uuid(3)]]);
  questions[1]?.answer([shift(uuid(3))]);
  await Promise.all(others);
  expect([1, 2, 3].map((index) => roster.known(onTheWire(index)) !== undefined)).toEqual([
    true,
    false,
    true,
  ]);
  // Each tenant has one object.
  expect(roster.known(onTheWire(1))?.tenant).toBe(roster.known(onTheWire(3))?.tenant);
});

it('queries again after a failure, which only affects those it was for', async () => {
  const { roster, questions } = rosterOf();
  const first = roster.load([onTheWire(1)]);
  await settled();
  const second = roster.load([onTheWire(2)]);
  questions[0]?.fail(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await settled();
  questions[1]?.answer([shift(uuid(2))]);
  await second;
  expect(roster.known(onTheWire(2))?.courierId).toBe(uuid(2));
});

it('never uses an answer from before a shift changed', async () => {
  const { roster, questions } = rosterOf();
  const loading = roster.load([onTheWire(1), onTheWire(2)]);
  await settled();
  roster.forget(uuid(1));
  questions[0]?.answer([shift(uuid(1)), shift(uuid(2))]);
  await settled();
  expect(questions[1]?.ids).toEqual([uuid(1)]);
  questions[1]?.answer([]);
  await loading;
  expect(roster.known(onTheWire(1))).toBeUndefined();
  const known = roster.known(onTheWire(2));
  expect(known?.isOn).toBe(true);
  roster.forget(uuid(2));
  expect([known?.isOn, roster.known(onTheWire(2))]).toEqual([false, undefined]);
});

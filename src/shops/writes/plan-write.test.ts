import fc from 'fast-check';
import { expect, it } from 'vitest';
import { STATUSES } from '../../kernel/status.ts';
import { type Milestone, planWrite, type WritableParcel } from './plan-write.ts';

const PARCEL: WritableParcel = {
  orderState: 'open',
  isRemoved: false,
  canWrite: true,
  linkedSequence: 1,
  last: null,
};
const milestone = (status: Milestone['status'], estimatedDelivery: string | null = null) => ({
  ...{ status, estimatedDelivery },
});

it('writes what the shop does not have, and says why not otherwise', () => {
  expect(planWrite(PARCEL, milestone('created'), 2).kind).toBe('nothing');
  expect(planWrite(PARCEL, milestone('created', '2026-03-01'), 2).kind).toBe('write');
  expect(planWrite(PARCEL, milestone('in_transit'), 1).kind).toBe('nothing');
  for (const [change, reason] of [
    [{ canWrite: false }, 'shops.noWriteBack'],
    [{ isRemoved: true }, 'shops.numberRemoved'],
    [{ orderState: 'cancelled' }, 'shops.orderCancelled'],
    [{ orderState: 'deleted' }, 'shops.orderDeleted'],
  ] as const) {
    const plan = planWrite({ ...PARCEL, ...change }, milestone('in_transit'), 2);
    expect(plan).toEqual({ kind: 'not_sent', reason });
  }
});

it('writes each change once and in order, however often entries are read', () => {
  const status = fc.constantFrom(...STATUSES);
  const date = fc.option(fc.constantFrom('2026-03-01', '2026-03-02'));
  fc.assert(
    fc.property(fc.array(fc.tuple(status, date), { maxLength: 12 }), (changes) => {
      const written: Milestone[] = [];
      for (const [index, [state, day]] of changes.entries()) {
        for (let reads = 0; reads < 2; reads += 1) {
          const parcel = { ...PARCEL, last: written.at(-1) ?? null };
          const plan = planWrite(parcel, milestone(state, day), index + 2);
          if (plan.kind === 'write') written.push(milestone(state, day));
        }
      }
      const texts = changes.map((each) => each.join());
      const distinct = ['created,', ...texts].filter((each, index, all) => each !== all[index - 1]);
      expect(written.map((each) => `${each.status},${each.estimatedDelivery ?? ''}`)).toEqual(
        distinct.slice(1),
      );
    }),
  );
});

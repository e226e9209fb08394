import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ShopOrder } from '../contract.ts';
import { type KnownOrder, planOrder } from './plan-order.ts';

const POLICY = { importsFromMs: 1_000, hashOf: (number: string) => `#${number}` };

function orderWith(numbers: readonly string[], change: Partial<ShopOrder> = {}): ShopOrder {
  return {
    id: '1',
    number: '1',
    orderedAtMs: 2_000,
    isCancelled: false,
    recipient: { name: null, email: null, phone: null, locale: null },
    destination: null,
    allowsMessages: true,
    items: [],
    parcels: numbers.map((trackingNumber) => ({
      ...{ trackingNumber, carrier: null, shippedAtMs: null },
    })),
    ...change,
  };
}

/** What is known after a plan was carried out. */
function after(known: KnownOrder | null, order: ShopOrder): KnownOrder {
  const plan = planOrder(known, order, POLICY);
  const parcels = new Map((known?.parcels ?? []).map((each) => [each.hash, each]));
  const usable = { isRemoved: false, hasProblem: false, isErased: false };
  for (const { hash } of plan.register) parcels.set(hash, { hash, ...usable });
  for (const hash of plan.remove) parcels.set(hash, { hash, ...usable, isRemoved: true });
  for (const hash of plan.restore) parcels.set(hash, { hash, ...usable });
  return { state: plan.state, parcels: [...parcels.values()] };
}

it('waits for a number, and takes one in two spellings for one', () => {
  expect(planOrder(null, orderWith([]), POLICY)).toMatchObject({ waits: true, register: [] });
  const { register, waits } = planOrder(null, orderWith(['ab 1', 'AB-1', ' ']), POLICY);
  expect([register.map(({ hash }) => hash), waits]).toEqual([['#AB1'], false]);
});

it('takes two numbers in one field for two parcels', () => {
  const { register } = planOrder(null, orderWith(['254899580324, 254899580335']), POLICY);
  expect(register.map(({ hash }) => hash)).toEqual(['#254899580324', '#254899580335']);
});

it('ignores what is older than the import, unless it is known already', () => {
  const old = orderWith(['A'], { orderedAtMs: 500 });
  expect(planOrder(null, old, POLICY)).toMatchObject({ state: 'ignored', register: [] });
  const known = after(null, orderWith(['A']));
  expect(planOrder(known, old, POLICY).state).toBe('open');
});

it('registers nothing of a cancelled order', () => {
  const cancelled = orderWith(['A'], { isCancelled: true });
  expect(planOrder(null, cancelled, POLICY)).toMatchObject({ register: [], waits: false });
});

const numbers = fc.array(fc.constantFrom('A', 'a', 'B 1', 'B1', 'C', ''), { maxLength: 5 });

it('registers each number once, whatever comes again and in whatever order', () => {
  fc.assert(
    fc.property(fc.array(numbers, { minLength: 1, maxLength: 8 }), (states) => {
      let known: KnownOrder | null = null;
      const registered: string[] = [];
      for (const state of states) {
        const order = orderWith(state);
        registered.push(...planOrder(known, order, POLICY).register.map(({ hash }) => hash));
        known = after(known, order);
        const again = planOrder(known, order, POLICY);
        expect([again.register, again.remove, again.restore]).toEqual([[], [], []]);
      }
      expect(registered).toEqual([...new Set(registered)]);
      const named = new Set(
        states.at(-1)?.map((each) => `#${each.replace(' ', '').toUpperCase()}`),
      );
      named.delete('#');
      const current = known?.parcels.filter(({ isRemoved }) => !isRemoved).map(({ hash }) => hash);
      expect(current?.sort()).toEqual([...named].sort());
    }),
  );
});

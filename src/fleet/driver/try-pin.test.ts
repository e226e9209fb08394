import { expect, it } from 'vitest';
import type { TransportAnswer } from './ports.ts';
import { FakeHub, json, problem } from './test-fake-hub.ts';
import { openPhone } from './test-phone.ts';
import type { PinAnswer } from './try-pin.ts';

const proof = (outcome: string | null, left = 0) => ({
  shipment_id: 'A',
  missing: ['pin'],
  pin: outcome === null ? null : { outcome, attempts_left: left },
});
const pins = (...proofs: object[]) => json(201, { proofs });

it.each<readonly [string, TransportAnswer, PinAnswer]>([
  ['right', pins(proof('matched', 5)), { outcome: 'matched' }],
  ['not asked for any more', pins(proof('not_required')), { outcome: 'matched' }],
  ['wrong', pins(proof('wrong', 3)), { outcome: 'wrong', attemptsLeft: 3 }],
  ['wrong for one of two', pins(proof('matched'), proof('wrong', 2)), wrong(2)],
  ['wrong for the last time', pins(proof('wrong', 0)), { outcome: 'locked' }],
  ['locked', pins(proof('wrong', 2), proof('locked')), { outcome: 'locked' }],
  ['of a parcel that is not the courier’s', problem(409, 'conflict', 'No.'), unknown()],
  ['sent to a hub that is busy', problem(503, 'overloaded', 'No.'), unknown()],
  ['sent to a hotel', { ...json(200, 0), text: '<html>' }, unknown()],
  ['not spoken of', pins(proof(null)), unknown()],
  ['answered with nothing', json(200, {}), unknown()],
])('a PIN that is %s', async (_, answer, expected) => {
  const hub = new FakeHub();
  const session = await openPhone(hub).enrolled();
  hub.instead = () => answer;
  expect(await session.tryPin(['A'], '4711')).toEqual(expected);
  expect(hub.requests.at(-1)?.form).toContainEqual({ name: 'pin', text: '4711' });
  expect((await session.snapshot()).waiting).toEqual([]);
});

function wrong(attemptsLeft: number): PinAnswer {
  return { outcome: 'wrong', attemptsLeft };
}
function unknown(): PinAnswer {
  return { outcome: 'unknown' };
}

it('a PIN without an answer in time is unknown', async () => {
  const hub = new FakeHub();
  const phone = openPhone(hub);
  const session = await phone.enrolled();
  phone.setOnline(false);
  expect(await session.tryPin(['A'], '4711')).toEqual({ outcome: 'unknown' });
  const silent = openPhone(hub, { storage: phone.storage, transport: () => new Promise(() => {}) });
  const [{ courier } = { courier: { id: '' } }] = await silent.driver.enrolments();
  const attempt = (await silent.driver.open(courier.id)).tryPin(['A'], '4711');
  await new Promise((resolve) => setImmediate(resolve));
  expect(silent.nextTryMs()).toBe(8_000);
  void silent.passTime();
  expect(await attempt).toEqual({ outcome: 'unknown' });
});

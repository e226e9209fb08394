import { expect, it } from 'vitest';
import { manualClock } from '../../platform/clock.ts';
import { jsonAnswer, type SandboxCarrier } from './carrier.ts';
import { sandboxClock } from './clock.ts';
import { createSandbox } from './create-sandbox.ts';
import type { VisibleParcel } from './scenarios/scenario.ts';
import { HOUR_MS } from './scenarios/scenario.ts';
import { AUTHORIZED, testCarrier } from './test-carrier.ts';

const START_MS = Date.UTC(2026, 2, 1, 9);

/** With `POST /{number}`, the parcel returns to its sender after two hours. */
const diverting: SandboxCarrier = {
  ...testCarrier,
  answer(request, world) {
    if (request.method !== 'POST') return testCarrier.answer(request, world);
    const done = world.divert(request.path.slice(1), {
      events: [{ codes: { code: 'HOME' }, text: 'home', place: null, afterMs: 2 * HOUR_MS }],
      expectedAtMs: world.nowMs + 2 * HOUR_MS,
    });
    return jsonAnswer(done ? 200 : 404, {});
  },
};

function open() {
  const pushed: unknown[] = [];
  const sandbox = createSandbox({
    carriers: [diverting],
    clock: sandboxClock(manualClock(START_MS), { speed: 0 }),
    deliver: async ({ body }) => {
      pushed.push(Reflect.get(JSON.parse(body) as object, 'code'));
      return 200;
    },
    rates: { acme: [] },
  });
  const ask = (method: string, number: string) => {
    const response = sandbox.ask('acme', { method, path: `/${number}`, headers: AUTHORIZED });
    if (response.kind !== 'answer') throw new Error(response.kind);
    return response.answer;
  };
  const parcelOf = (number: string) => JSON.parse(ask('GET', number).body) as VisibleParcel;
  return { sandbox, ask, parcelOf, pushed };
}

it('a diverted parcel has another ending, in pulls and in pushes, at its own pace', async () => {
  const { sandbox, ask, parcelOf, pushed } = open();
  sandbox.register('acme', { number: 'N1', scenario: 'three-scans', pace: 2 });
  sandbox.subscribe('acme', { account: 'tester', numbers: null, url: 'http://hook', secret: 's' });
  await sandbox.advance(HOUR_MS * 0.75);
  const codes = () => parcelOf('N1').lives[0]?.events.map((event) => event.codes['code']);
  expect(codes()).toEqual(['A', 'B']);
  expect(ask('POST', 'N1').status).toBe(200);
  const divertedMs = START_MS + HOUR_MS * 0.75;
  expect(parcelOf('N1').lives[0]?.estimate?.atMs).toBe(divertedMs + 2 * HOUR_MS);
  await sandbox.advance(HOUR_MS * 0.9);
  expect(codes()).toEqual(['A', 'B']);
  await sandbox.advance(HOUR_MS * 10);
  expect(codes()).toEqual(['A', 'B', 'HOME']);
  expect(parcelOf('N1').lives[0]?.events.at(-1)?.atMs).toBe(divertedMs + HOUR_MS);
  expect(pushed).toEqual(['A', 'B', 'HOME']);
});

it('an unknown parcel cannot be diverted', () => {
  const { sandbox, ask } = open();
  expect(ask('POST', 'NOBODY').status).toBe(404);
  sandbox.register('acme', {
    number: 'N2',
    scenario: 'three-scans',
    start: { atMs: START_MS + HOUR_MS },
  });
  expect(ask('POST', 'N2').status).toBe(404);
});

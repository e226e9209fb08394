import { beforeAll, describe, expect, it } from 'vitest';
import type { CarrierAdapter } from '../../../../src/adapters/contract/contract.ts';
import type { PickupPoint } from '../../../../src/adapters/contract/extras.ts';
import type { CarrierSession } from '../../../../src/adapters/contract/pull.ts';
import { loadAdapters } from '../../../../src/adapters/index.ts';
import { loadSandboxes, type SandboxCarrier } from '../../../../src/adapters/sandbox-kit/index.ts';
import type { ReadSubject } from '../check.ts';
import { extrasChecks } from './extras.ts';

/** A carrier that has both services, which the tests break in one way after the other. */
let sound: CarrierAdapter;
let sandbox: SandboxCarrier | null;
beforeAll(async () => {
  const found = (await loadAdapters()).list().find(({ redirect }) => redirect !== undefined);
  if (found?.pickupPoints === undefined) throw new Error('no carrier has both');
  sound = found;
  const { name } = found.manifest;
  sandbox = (await loadSandboxes()).find((each) => each.name === name) ?? null;
});

/** The ids of the checks that find a fault with the adapter; of all checks, or of one. */
async function failing(adapter: CarrierAdapter, only?: string): Promise<readonly string[]> {
  const subject: ReadSubject = {
    adapter,
    folder: '',
    namedByFolder: false,
    fixtures: [],
    reader: null,
    coverage: null,
    sandbox,
    elsewhere: null,
    forgeries: 0,
  };
  const found: string[] = [];
  for (const check of extrasChecks(subject).filter(({ id }) => id === (only ?? id))) {
    if ((await check.problems()).length > 0) found.push(check.id);
  }
  return found;
}

const points = (change: (point: PickupPoint, index: number) => PickupPoint) => ({
  pickupPoints: async (...parameters: Parameters<NonNullable<CarrierAdapter['pickupPoints']>>) => {
    const outcome = await sound.pickupPoints?.(...parameters);
    if (outcome?.outcome !== 'points') return outcome ?? { outcome: 'none', reason: '' };
    return { ...outcome, points: outcome.points.map(change) };
  },
});

/** Changes the session through which the adapter sends. */
const through = (change: (session: CarrierSession) => CarrierSession) => ({
  pickupPoints: async (
    ...[near, session]: Parameters<NonNullable<CarrierAdapter['pickupPoints']>>
  ) => (await sound.pickupPoints?.(near, change(session))) ?? { outcome: 'none', reason: '' },
});

it('a sound adapter passes', async () => {
  expect(await failing(sound)).toEqual([]);
});

describe('an adapter is failed that', () => {
  const MUTANTS: readonly (readonly [string, () => Partial<CarrierAdapter>, string])[] = [
    [
      'has pickup points and does not claim them',
      () => ({ manifest: { ...sound.manifest, capabilities: ['redirect'] } }),
      'extras.claims',
    ],
    [
      'takes every failure for an empty place',
      () => ({
        pickupPoints: async (near, session) => {
          const outcome = await sound.pickupPoints?.(near, session);
          return outcome?.outcome === 'points' ? outcome : { outcome: 'none', reason: 'nothing' };
        },
      }),
      'pickup-points.failures',
    ],
    [
      'rejects where no answer comes',
      () => ({ pickupPoints: async () => Promise.reject(new Error('no answer')) }),
      'pickup-points.failures',
    ],
    [
      'rejects in its sandbox',
      () => ({ pickupPoints: async () => Promise.reject(new Error('no answer')) }),
      'sandbox.pickup-points',
    ],
    [
      'asks twice',
      () =>
        through((session) => ({
          ...session,
          send: async (call) => {
            await session.send(call);
            return session.send(call);
          },
        })),
      'pickup-points.failures',
    ],
    [
      'puts a secret into the path',
      () =>
        through((session) => ({
          ...session,
          send: (call) =>
            session.send({
              ...call,
              path: `${call.path}&key=${session.credentials['client_secret']}`,
            }),
        })),
      'pickup-points.failures',
    ],
    [
      'asks a host that is none of the carrier’s',
      () =>
        through((session) => ({
          ...session,
          send: (call) => session.send({ ...call, origin: 'https://elsewhere.example' }),
        })),
      'pickup-points.failures',
    ],
    [
      'sends any postal code',
      () => ({
        pickupPoints: async ({ postalCode }, session) => {
          await session.send({ method: 'GET', path: `/points/${encodeURIComponent(postalCode)}` });
          return { outcome: 'none', reason: 'nothing' };
        },
      }),
      'pickup-points.odd-places',
    ],
    [
      'gives hours that are no clock',
      () =>
        points((point) => ({ ...point, hours: [{ weekday: 'monday', opens: '9', closes: '18' }] })),
      'sandbox.pickup-points',
    ],
    [
      'gives one id to all',
      () => points((point) => ({ ...point, id: 'A' })),
      'sandbox.pickup-points',
    ],
    [
      'gives points in any order',
      () => points((point, index) => ({ ...point, distanceM: 1_000 - index })),
      'sandbox.pickup-points',
    ],
    [
      'gives coordinates that are nowhere',
      () => points((point) => ({ ...point, lat: 91 })),
      'sandbox.pickup-points',
    ],
    [
      'takes any answer for a redirect',
      () => ({
        redirect: async (request, session) => {
          await sound.redirect?.(request, session);
          return { outcome: 'accepted', reference: null };
        },
      }),
      'redirect.garbage',
    ],
    [
      'tries a redirect again',
      () => ({
        redirect: async (request, session) => {
          await sound.redirect?.(request, session);
          return (await sound.redirect?.(request, session)) ?? { outcome: 'refused', reason: '' };
        },
      }),
      'redirect.one-call',
    ],
    [
      'sends any number',
      () => ({
        redirectOptions: async (number, session) => {
          await session.send({ method: 'GET', path: `/options?of=${encodeURIComponent(number)}` });
          return { outcome: 'none', reason: 'nothing' };
        },
      }),
      'redirect.odd-numbers',
    ],
    [
      'says that a parcel was held and did not ask for it',
      () => ({ redirect: async () => ({ outcome: 'accepted', reference: null }) }),
      'redirect.garbage',
    ],
  ];

  it.each(MUTANTS)('%s', async (_title, mutant, check) => {
    expect(await failing({ ...sound, ...mutant() }, check)).toEqual([check]);
  });
});

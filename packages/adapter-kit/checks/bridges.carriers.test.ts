import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { BridgeDesk } from '../../../src/adapters/contract/bridge.ts';
import type { CarrierAdapter } from '../../../src/adapters/contract/contract.ts';
import { loadAdapters } from '../../../src/adapters/index.ts';
import type { CheckId } from '../../../src/adapters/registry/levels.ts';
import { carrierSubject } from '../../../src/cli/carrier/subject.ts';
import { conformanceChecks } from './conformance.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SETTINGS = {
  mappings: join(ROOT, 'config', 'carrier-mappings'),
  packages: [],
  env: process.env,
};

const registry = await loadAdapters();
/** A bridge that passes every check and has a quota; each test below breaks one rule. */
const good = registry.list().find(({ bridge }) => bridge?.stop && bridge.quota);
if (good?.bridge === undefined) throw new Error('no bridge has a quota');
const { bridge } = good;
const subject = await carrierSubject(good.manifest.name, SETTINGS);

async function problemsOf(id: CheckId, change: Partial<CarrierAdapter>) {
  const adapter: CarrierAdapter = { ...subject.adapter, ...change };
  const check = conformanceChecks({ ...subject, adapter }).find((each) => each.id === id);
  return check?.problems();
}

const withDesk = (change: Partial<BridgeDesk>) => ({ bridge: { ...bridge, ...change } });

const MUTANTS: readonly (readonly [CheckId, string, Partial<CarrierAdapter>])[] = [
  ['bridge.claims', 'is called a carrier', { manifest: { ...good.manifest, role: 'carrier' } }],
  ['bridge.claims', 'takes no parcel in a call', withDesk({ parcelsPerCall: 0 })],
  [
    'bridge.claims',
    'names no carrier',
    {
      parse(payload) {
        const outcome = subject.adapter.parse(payload);
        if (outcome.outcome !== 'reports') return outcome;
        return {
          ...outcome,
          reports: outcome.reports.map(({ carrier: _, ...report }) => report),
        };
      },
    },
  ],
  [
    'bridge.nothing',
    'calls for nothing',
    withDesk({
      register: async (parcels, session) => {
        await session.send({ method: 'GET', path: '/' });
        return bridge.register(parcels, session);
      },
    }),
  ],
  [
    'bridge.failures',
    'drops the last parcel',
    withDesk({
      register: async (parcels, session) => (await bridge.register(parcels, session)).slice(1),
    }),
  ],
  [
    'bridge.garbage',
    'registers whatever is answered',
    withDesk({
      register: async (parcels) =>
        parcels.map(({ trackingNumber }) => ({
          outcome: 'registered',
          trackingNumber,
          reference: null,
        })),
    }),
  ],
  [
    'bridge.odd-numbers',
    'puts a number into the path',
    withDesk({
      register: async (parcels, session) => {
        for (const { trackingNumber } of parcels) {
          await session.send({ method: 'GET', path: `/${trackingNumber}` });
        }
        return bridge.register(parcels, session);
      },
    }),
  ],
  [
    'numbers.fixtures',
    'recognises numbers as its own',
    {
      numbers: {
        ...subject.adapter.numbers,
        recognise: () => [{ format: 'any', certainty: 0.1, checkDigit: 'none' }],
      },
    },
  ],
  [
    'sandbox.bridge',
    'refuses what is registered already',
    withDesk({
      register: async (parcels, session) => {
        const before = await bridge.quota?.(session);
        const outcomes = await bridge.register(parcels, session);
        const after = await bridge.quota?.(session);
        const isNew = JSON.stringify(before) !== JSON.stringify(after);
        return isNew
          ? outcomes
          : outcomes.map(({ trackingNumber }) => ({
              outcome: 'refused',
              trackingNumber,
              reason: 'registered already',
            }));
      },
    }),
  ],
  [
    'sandbox.quota',
    'takes a used-up quota for an error',
    withDesk({
      register: async (parcels, session) =>
        (await bridge.register(parcels, session)).map((outcome) =>
          outcome.outcome === 'quota_used_up' ? { ...outcome, outcome: 'error' } : outcome,
        ),
    }),
  ],
];

it.each(MUTANTS)('%s finds a bridge that %s', async (id, _, change) => {
  expect(await problemsOf(id, {})).toEqual([]);
  expect(await problemsOf(id, change)).not.toEqual([]);
});

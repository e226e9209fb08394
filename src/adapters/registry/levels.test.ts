import { expect, it } from 'vitest';
import { carrierTerms, unknownCarriers } from './levels.ts';
import { loadAdapters } from './registry.ts';

const DAY_MS = 86_400_000;
const carriers = [
  { manifest: { name: 'strict', retention: { deleteDaysAfterDelivery: 30, note: '' } } },
  { manifest: { name: 'other', retention: { deleteDaysAfterDelivery: null, note: '' } } },
];
const termsWith = (table: Record<string, number | null>) =>
  carrierTerms(carriers, { carriersMs: new Map(Object.entries(table)) });

it('a carrier’s terms count unless the operator says otherwise', () => {
  const strict = { carrier: 'strict', retentionMs: 30 * DAY_MS, source: 'terms' };
  expect(termsWith({})).toEqual([strict]);
  expect(termsWith({ strict: null })).toEqual([]);
  expect(termsWith({ strict: DAY_MS })).toEqual([
    { carrier: 'strict', retentionMs: DAY_MS, source: 'setting' },
  ]);
  expect(termsWith({ other: DAY_MS })).toEqual([
    strict,
    { carrier: 'other', retentionMs: DAY_MS, source: 'setting' },
  ]);
});

it('DHL’s say thirty days after delivery', async () => {
  const registry = await loadAdapters();
  const terms = carrierTerms(registry.list(), { carriersMs: new Map() });
  expect(terms).toEqual([{ carrier: 'dhl', retentionMs: 30 * DAY_MS, source: 'terms' }]);
});

it('reports carriers that are not installed', () => {
  const retention = { carriersMs: new Map([['dlh', DAY_MS] as const, ['other', null] as const]) };
  expect(unknownCarriers(carriers, retention)).toEqual(['dlh']);
});

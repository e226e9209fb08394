import { expect, it } from 'vitest';
import { readConfig } from '../../platform/settings/config.ts';
import { retentionFindings, sweepFindings } from './retention.ts';

const strict = {
  manifest: { name: 'strict', retention: { deleteDaysAfterDelivery: 30, note: '' } },
};

it('says all periods, and what carriers demand', () => {
  const [all, ...others] = retentionFindings(readConfig({}).retention, [strict]);
  expect(others).toEqual([]);
  expect(all).toMatchObject({ name: 'retention', verdict: 'ok' });
  expect(all?.found).toContain('parcels 90 days');
  expect(all?.found).toContain('strict 30 days after delivery (its terms)');
});

it('warns of a carrier that is not installed', () => {
  const { retention } = readConfig({ WAYBILL_RETENTION: 'carrier.strict:1,carrier.stirct:60' });
  const [all, warning] = retentionFindings(retention, [strict]);
  expect(all?.found).toContain('strict 1 day after delivery (set by you)');
  expect(warning).toMatchObject({ verdict: 'warn' });
  expect(warning?.found).toContain('stirct');
});

it('warns of parcels that should be gone, by their ids', () => {
  expect(sweepFindings({ parcels: [], isBehind: false })).toEqual([]);
  const [warning] = sweepFindings({ parcels: ['0190b0a1'], isBehind: true });
  expect(warning).toMatchObject({ verdict: 'warn' });
  expect(warning?.found).toBe(
    'data that should have been deleted more than 2 days ago is still there, parcels among it: 0190b0a1',
  );
});

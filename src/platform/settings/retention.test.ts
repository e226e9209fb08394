import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';
import { periodsOf } from './retention.ts';

const DAY_MS = 86_400_000;
const retentionOf = (env: Record<string, string>) => readConfig(env).retention;

function faultsOf(env: Record<string, string>) {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
  }
  return [];
}

describe('the table of periods', () => {
  it('has one for every kind, ninety days unless there is a reason', () => {
    const days = Object.fromEntries(
      periodsOf(retentionOf({})).map(([kind, ms]) => [kind, ms / DAY_MS]),
    );
    expect(days).toEqual({
      parcels: 90,
      deleted: 90,
      inbound: 90,
      unclaimed: 30,
      deliveries: 90,
      messages: 90,
      subscriptions: 180,
      polling: 90,
      proofs: 90,
      trails: 90,
      figures: 730,
      archives: 730,
    });
  });

  it('names the overridden ones, and carriers', () => {
    const retention = retentionOf({
      WAYBILL_RETENTION: ' parcels:400, trails:7 ,carrier.dhl:none,carrier.my-carrier:14',
    });
    expect(retention).toMatchObject({ parcelsMs: 400 * DAY_MS, trailsMs: 7 * DAY_MS });
    expect(retention.inboundMs).toBe(90 * DAY_MS);
    expect(Object.fromEntries(retention.carriersMs)).toEqual({
      dhl: null,
      'my-carrier': 14 * DAY_MS,
    });
  });

  it.each([
    ['parcel:90', '"parcel" is none of parcels, deleted'],
    ['parcels', 'expected parcels: whole days from 1 to 3650'],
    ['parcels:0', 'expected parcels: whole days'],
    ['parcels:1.5', 'expected parcels: whole days'],
    ['unclaimed:31', 'expected unclaimed: whole days from 1 to 30'],
    ['parcels:90,parcels:80', 'expected parcels once'],
    ['carrier.dhl:0', 'expected carrier.dhl:none or whole days'],
    ['carrier.dhl:3,carrier.dhl:none', 'expected carrier.dhl once'],
    ['carrier.:3', '"carrier." is none of'],
  ])('is refused when it says %s', (text, expected) => {
    const [fault] = faultsOf({ WAYBILL_RETENTION: text });
    expect(fault).toMatchObject({ setting: 'WAYBILL_RETENTION', found: JSON.stringify(text) });
    expect(fault?.expected).toContain(expected);
  });

  it('reports all its faults at once', () => {
    expect(faultsOf({ WAYBILL_RETENTION: 'a:1,b:2,parcels:x' })).toHaveLength(3);
  });
});

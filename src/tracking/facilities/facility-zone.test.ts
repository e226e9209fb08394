import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReportedFact } from '../../adapters/contract/contract.ts';
import { EMPTY_SNAPSHOT } from '../../adapters/contract/contract.ts';
import { testFacility } from '../../intake/facilities/test-facility.ts';
import type { Facility, FacilityOf } from '../../intake/index.ts';
import type { PlaceTime } from '../../kernel/time/place-time.ts';
import {
  placeTimeInZone,
  placeTimeWithOffset,
  placeTimeWithoutZone,
} from '../../kernel/time/zoned-time.ts';
import type { IngestedReport } from '../facts/ingested-report.ts';
import { withFacilityZones } from './facility-zone.ts';

const SHIPMENT = {
  carrier: 'acme',
  merchantId: '00000000-0000-4000-8000-000000000001',
  mode: 'live' as const,
};
const LOCAL = '2026-03-09T08:00:00';
const HUB = testFacility();

/** The hub is at this place under any name; for the tenant, if given, its own facility is. */
const at =
  (shared: Facility | null, own: Facility | null = null): FacilityOf =>
  (tenant) =>
    (tenant === null ? null : own) ?? shared;

function ingested(time: PlaceTime, facility: string | null = 'M1'): IngestedReport {
  const fact: ReportedFact = {
    codes: { event: 'HUB' },
    identity: ['1', 'HUB'],
    time,
    place: { city: null, region: null, postalCode: null, country: null, facility },
    text: null,
    piece: null,
    logical: false,
  };
  return {
    inboundMessageId: 'r',
    source: 'webhook',
    trust: 'signed',
    byAccount: false,
    receivedAtMs: 0,
    report: {
      trackingNumber: 'N',
      aliases: [],
      carrierPieceId: null,
      asOf: null,
      links: [],
      fullHistory: false,
      facts: [fact],
      snapshot: EMPTY_SNAPSHOT,
    },
    codeOf: () => '',
    read: () => {
      throw new Error('nobody reads here');
    },
  };
}

function stamped(time: PlaceTime, facilityOf: FacilityOf) {
  const { report, facilityZones } = withFacilityZones(ingested(time), SHIPMENT, facilityOf);
  const [fact] = report.facts;
  return { time: fact?.time, zone: fact && facilityZones?.get(fact) };
}

describe('the zone of a facility', () => {
  it.each([
    ['none', placeTimeWithoutZone(LOCAL, 'second')],
    ['that of a postal code', placeTimeInZone(LOCAL, 'second', 'America/Denver', 'postal_code')],
    ["the carrier's policy", placeTimeInZone(LOCAL, 'second', 'Europe/Berlin', 'carrier_policy')],
  ])('is better than %s', (_, time) => {
    expect(stamped(time, at(HUB))).toEqual({
      time: placeTimeInZone(LOCAL, 'second', 'America/Chicago', 'facility'),
      zone: { zoneFacilityId: HUB.id },
    });
  });

  it('is not better than an offset the carrier gave', () => {
    const time = placeTimeWithOffset(LOCAL, 'second', -300);
    expect(stamped(time, at(HUB))).toEqual({ time, zone: undefined });
  });

  it("of a learned one is not better than the carrier's own policy", () => {
    const learned = testFacility({ source: 'learned' });
    const policy = placeTimeInZone(LOCAL, 'second', 'Europe/Berlin', 'carrier_policy');
    expect(stamped(policy, at(learned)).time).toBe(policy);
    const bare = placeTimeWithoutZone(LOCAL, 'second');
    expect(stamped(bare, at(learned)).time?.zone).toBe('America/Chicago');
  });

  it('stays unset when nobody knows it, and so does a time that is none', () => {
    const bare = placeTimeWithoutZone(LOCAL, 'second');
    const zoneless = testFacility({ timeZone: null, zone: null });
    for (const facilityOf of [at(null), at(zoneless)]) {
      const report = ingested(bare);
      expect(withFacilityZones(report, SHIPMENT, facilityOf)).toBe(report);
    }
    const never = ingested(placeTimeWithoutZone('', 'none'));
    expect(withFacilityZones(never, SHIPMENT, at(HUB))).toBe(never);
    expect(withFacilityZones(never, SHIPMENT, undefined)).toBe(never);
  });

  it('of a merchant’s own leaves the shared time beside it', () => {
    const own = testFacility({ owner: SHIPMENT, timeZone: 'Asia/Tokyo', zone: 'Asia/Tokyo' });
    const bare = placeTimeWithoutZone(LOCAL, 'second');
    const { time, zone } = stamped(bare, at(HUB, own));
    expect(time?.zone).toBe('Asia/Tokyo');
    expect(zone?.zoneFacilityId).toBe(own.id);
    expect(zone?.neutralTime?.zone).toBe('America/Chicago');
    expect(stamped(bare, at(null, own)).zone?.neutralTime).toEqual(bare);
    const alike = testFacility({ owner: SHIPMENT });
    expect(stamped(bare, at(HUB, alike)).zone).toEqual({ zoneFacilityId: alike.id });
  });

  it('never touches the wall clock, its precision or the identity, whatever the time', () => {
    const zones = fc.constantFrom('America/Chicago', 'Asia/Kathmandu', 'Australia/Lord_Howe');
    const when = fc
      .date({
        min: new Date(Date.UTC(2000, 0)),
        max: new Date(Date.UTC(2050, 0)),
        noInvalidDate: true,
      })
      .map((date) => date.toISOString().slice(0, 19));
    const precision = fc.constantFrom('second' as const, 'minute' as const, 'date' as const);
    fc.assert(
      fc.property(when, precision, zones, (local, exact, zone) => {
        const before = ingested(placeTimeWithoutZone(local, exact));
        const facility = testFacility({ timeZone: zone, zone });
        const after = withFacilityZones(before, SHIPMENT, at(facility));
        const [was] = before.report.facts;
        const [is] = after.report.facts;
        expect(is?.identity).toBe(was?.identity);
        expect(is?.time.local).toBe(was?.time.local);
        expect(is?.time.precision).toBe(was?.time.precision);
        expect(is?.time.zoneSource).toBe('facility');
        // A time stamped when it was received is not stamped again.
        expect(withFacilityZones(after, SHIPMENT, at(facility)).report).toBe(after.report);
      }),
    );
  });
});

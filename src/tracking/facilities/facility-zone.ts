import type { ReportedFact } from '../../adapters/contract/contract.ts';
import type { Facility, FacilityOf } from '../../intake/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { PlaceTime } from '../../kernel/time/place-time.ts';
import { placeTimeInZone } from '../../kernel/time/zoned-time.ts';
import type { FacilityZone, IngestedReport } from '../facts/ingested-report.ts';

/**
 * Returns a report as one shipment receives it: a local time without a reliable zone gets the zone
 * of its facility. The zone is stored with the observation and never looked up again, so a facility
 * learned later changes no history. Pure.
 */
export function withFacilityZones(
  ingested: IngestedReport,
  { carrier, merchantId, mode }: Tenant & { readonly carrier: string },
  facilityOf: FacilityOf | undefined,
): IngestedReport {
  if (facilityOf === undefined || !ingested.report.facts.some(needsFacilityZone)) return ingested;
  const tenant: Tenant = { merchantId, mode };
  const zones = new Map<ReportedFact, FacilityZone>();
  const facts = ingested.report.facts.map((fact) => {
    if (fact.place === null || !needsFacilityZone(fact)) return fact;
    const place = { carrier, ...fact.place };
    const facility = facilityOf(tenant, place);
    const time = inFacilityZone(fact.time, facility);
    // `neutral` is the time by the hub's own facilities. Often `facility` is one of them.
    const shared = facility?.owner === null ? facility : facilityOf(null, place);
    const neutral = shared === facility ? time : inFacilityZone(fact.time, shared);
    if (time === fact.time && neutral === fact.time) return fact;
    const stamped = time === fact.time ? fact : { ...fact, time };
    zones.set(stamped, {
      ...(facility === null || time === fact.time ? {} : { zoneFacilityId: facility.id }),
      ...(isSameTime(time, neutral) ? {} : { neutralTime: neutral }),
    });
    return stamped;
  });
  if (zones.size === 0) return ingested;
  return { ...ingested, report: { ...ingested.report, facts }, facilityZones: zones };
}

/**
 * Whether the fact has a place and a local time whose zone is neither an offset nor a facility's.
 */
function needsFacilityZone({ place, time }: ReportedFact): boolean {
  if (place === null || time.local === null) return false;
  return time.zoneSource !== 'offset' && time.zoneSource !== 'facility';
}

/**
 * Returns a local time in the facility's zone. If the carrier documents the zone of its clocks,
 * only a person's entry for the building takes precedence over it; a learned zone does not.
 */
function inFacilityZone(time: PlaceTime, facility: Facility | null): PlaceTime {
  if (facility === null || facility.zone === null || time.local === null) return time;
  if (time.zoneSource === 'carrier_policy' && facility.source === 'learned') return time;
  const stamped = placeTimeInZone(time.local, time.precision, facility.zone, 'facility');
  return stamped.offsetMin === null ? time : stamped;
}

function isSameTime(a: PlaceTime, b: PlaceTime): boolean {
  return a === b || (a.zoneSource === b.zoneSource && a.zone === b.zone);
}

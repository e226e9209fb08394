import type { Tenant } from '../../kernel/tenant.ts';
import { intervalOf, type PlaceTime } from '../../kernel/time/place-time.ts';
import { placeTimeFromIso, placeTimeInZone } from '../../kernel/time/zoned-time.ts';
import type { FacilityOf } from '../facilities/facilities-in-memory.ts';
import type { Scan, ScanFault } from './scan.ts';

/** How far ahead a clock may be without correction. */
const AHEAD_MS_MAX = 5 * 60_000;

/** The rules that a scan is checked against. */
export interface ScanTerms {
  readonly tenant: Tenant;
  /** The carrier of own parcels. */
  readonly ownCarrier: string;
  readonly isCarrier: (name: string) => boolean;
  /** The facilities where the key may scan; null means everywhere. */
  readonly facilityCodes: readonly string[] | null;
  /** Subtracted from every time, because the sender's clock is ahead by this much. */
  readonly correctionMs: number;
  readonly facilityOf: FacilityOf;
  readonly nowMs: number;
}

/**
 * The form that nearly every scanner sends, on a day that every month has. The engine parses these
 * as `placeTimeFromIso` does, ten times as fast.
 */
const PLAIN_INSTANT =
  /^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)$/;

/**
 * Returns why a scan is rejected; null if it is not. Checks only form, key and time: what happened
 * is a fact and is never rejected because of the parcel's status. Pure.
 */
export function scanFault(scan: Scan, terms: ScanTerms): ScanFault | null {
  const { carrier, facility_code: facility, scanned_at: scannedAt } = scan;
  if (carrier !== undefined && !terms.isCarrier(carrier)) {
    return {
      code: 'unknown_carrier',
      pointer: '/carrier',
      reason: 'scans.noSuchCarrier',
      fix: 'scans.omitForOwnCouriers',
    };
  }
  const allowed = terms.facilityCodes;
  if (allowed !== null && (facility === undefined || !allowed.includes(facility))) {
    return {
      code: 'facility_not_allowed',
      pointer: '/facility_code',
      reason: 'scans.facilityNotAllowed',
      fix: { 'scans.useAllowedFacility': { allowed: allowed.join(' or ') } },
    };
  }
  const instantMs = PLAIN_INSTANT.test(scannedAt) ? Date.parse(scannedAt) : Number.NaN;
  if (instantMs - terms.correctionMs <= terms.nowMs + AHEAD_MS_MAX) return null;
  const time = placeTimeFromIso(scannedAt);
  if (time === null || time.precision === 'date' || time.precision === 'none') {
    return {
      code: 'invalid',
      pointer: '/scanned_at',
      reason: 'scans.notDateTime',
      fix: 'scans.useIso8601',
    };
  }
  const earliestMs = earliestMsOf(time, scan, terms);
  if (earliestMs - terms.correctionMs > terms.nowMs + AHEAD_MS_MAX) {
    return {
      code: 'scanned_at_in_future',
      pointer: '/scanned_at',
      reason: { 'scans.tooFarAhead': { aheadMsMax: AHEAD_MS_MAX / 60_000 } },
      fix: 'scans.setDeviceClock',
    };
  }
  return null;
}

/**
 * Returns the earliest instant of a scan. A local time is in the facility's zone; if that is
 * unknown, in the zone in which it was earliest.
 */
function earliestMsOf(time: PlaceTime, scan: Scan, terms: ScanTerms): number {
  if (time.offsetMin !== null || time.local === null) return intervalOf(time, terms.nowMs).lo;
  const facility =
    scan.facility_code === undefined
      ? null
      : terms.facilityOf(terms.tenant, {
          carrier: scan.carrier ?? terms.ownCarrier,
          facility: scan.facility_code,
          city: null,
          region: null,
          postalCode: null,
          country: null,
        });
  const zone = facility?.zone ?? null;
  const placed =
    zone === null ? time : placeTimeInZone(time.local, time.precision, zone, 'facility');
  return intervalOf(placed, terms.nowMs).lo;
}

/** Adds the facility to a scan without one, if the key is for one facility only. */
export function withFacility(scan: Scan, facilityCodes: readonly string[] | null): Scan {
  const [only] = facilityCodes ?? [];
  if (scan.facility_code !== undefined || only === undefined || facilityCodes?.length !== 1) {
    return scan;
  }
  return { ...scan, facility_code: only };
}

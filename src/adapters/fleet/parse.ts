import { definedOnly } from '../../kernel/defined-only.ts';
import { NO_TIME, type PlaceTime, wallClockMs } from '../../kernel/time/place-time.ts';
import { placeTimeFromIso } from '../../kernel/time/zoned-time.ts';
import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import {
  type CarrierReport,
  EMPTY_SNAPSHOT,
  type ParseOutcome,
  type Payload,
  type ReportedFact,
  type ReportedPlace,
  type ScanName,
} from '../contract/contract.ts';
import { numbers } from './numbers.ts';
import { SCANS_MAX, type Scan, scanBatch } from './schema.ts';

const IDENTITY_VERSION = 'fleet-1';

/**
 * Reads scans of own couriers and of the merchant's own buildings, as the inbox stored them: one
 * report for each parcel, in the order of first occurrence.
 */
export function parse({ text }: Payload): ParseOutcome {
  const batch = scanBatch.safeParse(parseJsonOrNull(text)?.value).data;
  if (batch?.scans === undefined) {
    return {
      outcome: 'unreadable',
      reason: 'found no list of scans; expected an object with scans',
      trackingNumbers: [],
    };
  }
  const warnings: string[] = [];
  if (batch.scans.length > SCANS_MAX) warnings.push(`more than ${SCANS_MAX} scans`);
  const parcels = new Map<string, { scan: Scan; number: string; facts: ReportedFact[] }>();
  for (const [index, scan] of batch.scans.slice(0, SCANS_MAX).entries()) {
    const number = scan === null ? '' : numberOf(scan);
    const fact = scan === null ? null : factOf(scan, batch.clock_offset_ms ?? 0);
    if (scan === null || fact === null || number === '') {
      warnings.push(`scans[${index}]: no ${number === '' ? 'tracking_number' : 'code'}`);
      continue;
    }
    const key = `${scan.carrier ?? ''} ${number}`;
    const known = parcels.get(key);
    if (known === undefined) parcels.set(key, { scan, number, facts: [fact] });
    else known.facts.push(fact);
  }
  if (parcels.size === 0) {
    return { outcome: 'unreadable', reason: 'none of the scans can be read', trackingNumbers: [] };
  }
  return {
    outcome: 'reports',
    reports: Array.from(parcels.values(), reportOf),
    misses: [],
    warnings,
  };
}

/** The number of a scan. Another carrier's number keeps that carrier's own spelling. */
function numberOf({ carrier, tracking_number: number = '' }: Scan): string {
  return carrier === undefined ? numbers.normalize(number) : number;
}

function reportOf({
  scan,
  number,
  facts,
}: {
  readonly scan: Scan;
  readonly number: string;
  readonly facts: readonly ReportedFact[];
}): CarrierReport {
  return {
    trackingNumber: number,
    ...definedOnly({ carrier: scan.carrier }),
    aliases: [],
    carrierPieceId: null,
    asOf: null,
    fullHistory: false,
    facts,
    snapshot: EMPTY_SNAPSHOT,
    links: [],
  };
}

/**
 * The identity of a scan. Its time is the local time that was sent: when a scan is sent again, the
 * device's clock offset may have been measured again, but it is the same scan. It has the facility,
 * because two facilities may scan in the same second.
 */
export function identity({ code, scannedAt, facilityCode, piece }: ScanName): readonly string[] {
  return [IDENTITY_VERSION, code, scannedAt.replace(OFFSET, ''), facilityCode, piece];
}

/** Matches an offset after a time of day; in `2026-03-14` the day is none. */
const OFFSET = /(?<=:\d\d(?:[.,]\d{1,9})?) ?(?:[Zz]|[+-]\d{1,2}(?::?\d{2})?)$/;

function factOf(scan: Scan, clockOffsetMs: number): ReportedFact | null {
  const { code, reason_code: reason, scanned_at: scannedAt = '', piece } = scan;
  if (code === undefined) return null;
  const time = corrected(placeTimeFromIso(scannedAt) ?? NO_TIME, clockOffsetMs);
  return {
    codes: reason === undefined ? { code } : { code, reason },
    identity: identity({
      code,
      scannedAt,
      facilityCode: scan.facility_code ?? '',
      piece: piece ?? '',
    }),
    time,
    place: placeOf(scan),
    text: null,
    piece: piece ?? null,
    logical: false,
  };
}

function placeOf({ facility_code: facility }: Scan): ReportedPlace | null {
  if (facility === undefined) return null;
  return { city: null, region: null, postalCode: null, country: null, facility };
}

const LOCAL_CHARS = { second: 19, minute: 16 } as const;

/** The time that a correct clock would have shown. */
function corrected(time: PlaceTime, clockOffsetMs: number): PlaceTime {
  const { local, precision } = time;
  const wallMs = local === null ? null : wallClockMs(local);
  if (clockOffsetMs === 0 || wallMs === null) return time;
  if (precision !== 'second' && precision !== 'minute') return time;
  const right = new Date(wallMs - clockOffsetMs);
  if (!(right.getUTCFullYear() > 1900 && right.getUTCFullYear() < 9999)) return time;
  return { ...time, local: right.toISOString().slice(0, LOCAL_CHARS[precision]) };
}

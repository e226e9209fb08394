import { createHash } from 'node:crypto';
import { scans } from '../../../http/api/scans/routes.ts';
import { offsetOf, type ShownResult, shownResults } from '../../../http/api/scans/schema.ts';
import { readScan, type Scan } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { formatOffset } from '../../../kernel/time/place-time.ts';
import { placeTimeFromIso } from '../../../kernel/time/zoned-time.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { ReadEvent, Work } from '../../couriers/index.ts';
import { deviceResource } from './driver-route.ts';
import { type NamesOf, resultJson } from './read-events.ts';

interface DeviceScanDeps {
  readonly work: Pick<Work, 'events'>;
  readonly namesOf: NamesOf;
  readonly ownCarrier: string;
  readonly clock: Clock;
}

const RETRY_AFTER_S = 5;

/**
 * Scans by a courier's device: facts like others, but only about parcels in the courier's custody
 * or picked up by the scan.
 */
export const deviceScans = deviceResource(
  { noun: 'scan', tag: 'Own couriers' },
  { send: scans.operation('send') },
  ({ work, namesOf, ownCarrier, clock }: DeviceScanDeps) => ({
    send: async ({ driver, body, request, context }) => {
      const offsetMs = offsetOf(request, clock.nowMs());
      const events = body.map((value) => toScanEvent(value, ownCarrier));
      const result = await work.events.take(driver, events, offsetMs).catch((err: unknown) => {
        context.log.warn({ err }, 'scans of a device could not be stored');
        throw new Problem('overloaded', 'scans.scansNotStored', {
          retryAfterS: RETRY_AFTER_S,
        });
      });
      const nameOf = await namesOf(driver, result.results);
      const results = result.results.map((result): ShownResult => {
        const shown = resultJson(result, nameOf);
        if (!('error' in shown))
          return { outcome: result.outcome === 'duplicate' ? 'duplicate' : 'accepted' };
        const { code, reason, fix } = shown.error;
        const pointer = 'pointer' in shown.error ? shown.error.pointer : '/tracking_number';
        return { outcome: 'rejected', error: { code, pointer, reason, fix } };
      });
      return { status: 202, body: shownResults(results) };
    },
  }),
);

/** A scan as a courier's event. Its id is its identity, so it counts once. */
function toScanEvent(value: unknown, ownCarrier: string): ReadEvent {
  const read = readScan(value);
  if ('fault' in read) {
    const { pointer, reason, fix } = read.fault;
    return { id: null, refusal: { code: 'invalid', pointer, reason, fix } };
  }
  const { carrier, scanned_at: scannedAt, device_id: _, employee_id: __, ...scan } = read.scan;
  if (carrier !== undefined && carrier !== ownCarrier) return { id: null, refusal: NOT_OURS };
  const at = instantOf(scannedAt);
  if (typeof at !== 'string') return { id: null, refusal: at };
  return { event: { ...scan, type: 'scan', id: idOf(read.scan), at, isRepeatable: true } };
}

/**
 * The time of a scan in the format the engine parses, which allows no comma; or why it is invalid.
 */
function instantOf(scannedAt: string): string | typeof NO_TIME | typeof NO_OFFSET {
  const time = placeTimeFromIso(scannedAt);
  if (time?.local === undefined || time.local === null) return NO_TIME;
  if (time.offsetMin === null) return NO_OFFSET;
  const isParsable = !Number.isNaN(Date.parse(scannedAt));
  return isParsable ? scannedAt : `${time.local}${formatOffset(time.offsetMin)}`;
}

const NOT_OURS = {
  code: 'invalid',
  pointer: '/carrier',
  reason: 'scans.ownCourierParcelsOnly',
  fix: 'scans.omitOrUseKey',
} as const;

const NO_TIME = {
  code: 'invalid',
  pointer: '/scanned_at',
  reason: 'scans.notDateTime',
  fix: 'scans.useIso8601WithOffset',
} as const;

const NO_OFFSET = {
  code: 'invalid',
  pointer: '/scanned_at',
  reason: 'scans.offsetMissing',
  fix: 'scans.useIso8601WithOffset',
} as const;

function idOf({ tracking_number: number, facility_code: facility, code, scanned_at, piece }: Scan) {
  const normalizedNumber = number.replaceAll(/[\s-]/g, '').toUpperCase();
  const identity = JSON.stringify([
    normalizedNumber,
    facility ?? '',
    code,
    scanned_at,
    piece ?? '',
  ]);
  return `scan-${createHash('sha256').update(identity).digest('base64url')}`;
}

import {
  readScan,
  SCANS_MAX,
  type ScanIntake,
  type Scanner,
  type Scanners,
} from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Clock } from '../../../platform/clock.ts';
import { englishItem } from '../../../platform/messages/error-text.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { readPageById } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';
import {
  offsetOf,
  SENT_AT_HEADER,
  scanBatch,
  scannerFilter,
  scannerPage,
  scanResults,
  shownResults,
} from './schema.ts';

interface ScanRouteDeps {
  readonly intake: ScanIntake;
  readonly scanners: Pick<Scanners, 'list' | 'remove'>;
  readonly clock: Clock;
  readonly log: Logger;
}

const RETRY_AFTER_S = 5;
/** Receives scans, and manages the scanners that send them. */
export const scans = resource(
  { noun: 'device or employee', tag: 'Own couriers' },
  {
    send: {
      id: 'createScans',
      method: 'POST',
      path: '/scans',
      summary: `Send up to ${SCANS_MAX} scans`,
      description:
        'Answered once they are on disk, with an outcome for each. A scan is a fact: it is refused for its form, its time or the facility of the key, never for the status of its parcel. The same number, facility, code, time and piece is one scan, however often it comes. Scans of a number that nobody has registered wait for 30 days. A code that no mapping knows is kept and waits for review. A device key scans for its courier: parcels of own couriers that the courier has, or takes with PICKUP or LOAD; its times need an offset, and none is in the future, only corrected.',
      scope: 'scans:write',
      alsoDevice: true,
      headers: {
        [SENT_AT_HEADER]:
          "The device's own time at sending, ISO 8601 with an offset. If its clock is wrong, the times of the scans are corrected by as much.",
      },
      body: scanBatch,
      answers: { 202: { description: 'One result for each scan.', schema: scanResults } },
      errors: ['overloaded'],
      example: [
        {
          tracking_number: 'WB31415926535897',
          code: 'ARRIVE',
          scanned_at: '2026-03-14T09:26:53+01:00',
          facility_code: 'HAM-1',
          device_id: 'gate-2',
        },
      ],
    },
    list: {
      id: 'listScanners',
      method: 'GET',
      path: '/scanners',
      summary: 'List devices and employees that scan',
      description:
        'With how far the clocks of devices were off. Those not seen for long go by themselves.',
      scope: 'accounts:read',
      query: scannerFilter,
      shed: {},
      answers: {
        200: {
          description: 'A page, in the order in which they were first seen.',
          schema: scannerPage,
        },
      },
    },
    remove: {
      id: 'deleteScanner',
      method: 'DELETE',
      path: '/scanners/:id',
      summary: 'Delete a device or an employee that scans',
      description: 'Its name and figures. Another scan of it begins a new entry.',
      scope: 'accounts:write',
      answers: { 204: { description: 'Forgotten.' } },
    },
  },
  ({ intake, scanners, clock, log }: ScanRouteDeps) => {
    return {
      send: async ({ tenant, key, body, request }) => {
        const sender = {
          tenant,
          facilityCodes: key.facilityCodes,
          clockOffsetMs: offsetOf(request, clock.nowMs()),
        };
        const results = await intake.take(sender, body.map(readScan)).catch((err: unknown) => {
          log.warn({ err }, 'scans could not be stored and were refused with 503');
          throw new Problem('overloaded', 'scans.scansNotStored', {
            retryAfterS: RETRY_AFTER_S,
          });
        });
        const shown = results.map((result) =>
          result.outcome === 'rejected' ? { ...result, error: englishItem(result.error) } : result,
        );
        return { status: 202, body: shownResults(shown) };
      },
      list: async ({ tenant, query }) => {
        const page = await readPageById(
          'scanners',
          tenant,
          query,
          (after, limit) => scanners.list(tenant, query.kind ?? null, { after, limit }),
          scannerJson,
        );
        return { status: 200, body: page };
      },
      remove: async ({ tenant, id, found }) => {
        found(await scanners.remove(tenant, id));
        return { status: 204 };
      },
    };
  },
);

function scannerJson(each: Scanner) {
  return {
    id: each.id,
    kind: each.kind,
    name: each.name,
    clock_offset_ms: each.clockOffsetMs,
    clock_measured_at: each.clockMeasuredAtMs === null ? null : iso(each.clockMeasuredAtMs),
    facility_code: each.facilityCode,
    first_scan_at: iso(each.firstSeenMs),
    last_scan_at: iso(each.lastSeenMs),
    scans: each.scans,
    rejected: each.rejected,
  };
}

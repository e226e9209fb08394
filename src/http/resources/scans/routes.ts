import type { IncomingMessage } from 'node:http';
import {
  clockOffsetMs,
  readScan,
  type ScanIntake,
  type Scanner,
  type Scanners,
  type ScanResult,
} from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { iso } from '../../../tracking/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import { BY_ID, readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import {
  deleteScannerOperation,
  listScannersOperation,
  SENT_AT_HEADER,
  takeScansOperation,
} from './operations.ts';

export interface ScanRouteDeps {
  readonly intake: ScanIntake;
  readonly scanners: Pick<Scanners, 'list' | 'remove'>;
  readonly clock: Clock;
  readonly log: Logger;
}

const RETRY_AFTER_S = 5;
const SCANNERS = { name: 'scanners', position: BY_ID };

/** Where scans come in, and who sends them. */
export function scanRoutes(api: MerchantApi, deps: ScanRouteDeps): readonly Route[] {
  const { intake, scanners, clock, log } = deps;
  return [
    merchantRoute(api, takeScansOperation, async ({ tenant, key, body, request }) => {
      const sender = {
        tenant,
        facilityCodes: key.facilityCodes,
        clockOffsetMs: offsetOf(request, clock.nowMs()),
      };
      const results = await intake.take(sender, body.map(readScan)).catch((err: unknown) => {
        log.warn({ err }, 'scans could not be stored and were refused with 503');
        throw new Problem('overloaded', 'The scans could not be stored.', {
          retryAfterS: RETRY_AFTER_S,
        });
      });
      return { status: 202, body: resultsJson(results) };
    }),
    merchantRoute(api, listScannersOperation, async ({ tenant, query }) => {
      const page = await readPage(
        SCANNERS,
        tenant,
        query,
        (after, limit) =>
          scanners.list(tenant, query.kind ?? null, { after: after?.id ?? null, limit }),
        { position: ({ id }) => ({ id }), json: scannerJson },
      );
      return { status: 200, body: page };
    }),
    merchantRoute(api, deleteScannerOperation, async ({ tenant, param }) => {
      const id = param('id');
      if (isUuid(id) && (await scanners.remove(tenant, id))) return { status: 204 };
      throw new Problem('not_found', 'There is no such device or employee.');
    }),
  ];
}

function offsetOf(request: IncomingMessage, nowMs: number): number | null {
  const sentAt = request.headers[SENT_AT_HEADER.toLowerCase()];
  if (sentAt === undefined) return null;
  const offsetMs = clockOffsetMs(String(sentAt), nowMs);
  if (offsetMs !== null) return offsetMs;
  throw invalidMember(
    SENT_AT_HEADER,
    'It is no instant.',
    'Send the time of the device as ISO 8601 with an offset, such as 2026-03-14T09:26:53Z.',
  );
}

function resultsJson(results: readonly ScanResult[]) {
  const counts = { accepted: 0, duplicate: 0, rejected: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return {
    accepted: counts.accepted,
    duplicates: counts.duplicate,
    rejected: counts.rejected,
    results: results.map((result, index) => ({ index, ...result })),
  };
}

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

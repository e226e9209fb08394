import { readScan, type ScanIntake, type Scanner, type Scanners } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { iso } from '../../../tracking/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import { BY_ID, readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { deleteScannerOperation, listScannersOperation, takeScansOperation } from './operations.ts';
import { offsetOf, shownResults } from './results.ts';

export interface ScanRouteDeps {
  readonly intake: ScanIntake;
  readonly scanners: Pick<Scanners, 'list' | 'remove'>;
  readonly clock: Clock;
  readonly log: Logger;
}

const RETRY_AFTER_S = 5;
const SCANNERS = { name: 'scanners', position: BY_ID };

/** Receives scans, and manages the scanners that send them. */
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
      return { status: 202, body: shownResults(results) };
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

import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import {
  beginImport,
  iso,
  OPEN_IMPORTS_MAX,
  type ShipmentImport,
  showImport,
  type TrackingDeps,
} from '../../../tracking/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { getShipmentImportOperation, importShipmentsOperation } from './operations.ts';
import { readShipmentFile } from './read-file.ts';
import { namedColumns } from './schema.ts';

/** A file of some thousand rows is done by then. */
const RETRY_AFTER_S = 10;

/** Files of shipments, registered in the background. */
export function shipmentImportRoutes(api: MerchantApi, tracking: TrackingDeps): readonly Route[] {
  return [
    merchantRoute(api, importShipmentsOperation, async ({ tenant, query, bytes }) => {
      const file = await readShipmentFile(bytes, namedColumns(query));
      const dryRun = query.dry_run === 'true';
      const id = await beginImport(tracking, tenant, { ...file, dryRun });
      if (id === null) {
        const detail = `${OPEN_IMPORTS_MAX} files are being worked on already.`;
        throw new Problem('rate_limited', detail, { retryAfterS: RETRY_AFTER_S });
      }
      return {
        status: 202,
        body: { id },
        headers: { location: `/v1/shipments/import/${id}` },
      };
    }),
    merchantRoute(api, getShipmentImportOperation, async ({ tenant, param }) => {
      const id = param('id');
      const found = isUuid(id) ? await showImport(tracking, tenant, id) : null;
      if (found === null) {
        throw new Problem('not_found', 'There is no such import under this key.', {
          fix: 'A report is kept for 30 days; send the file again to see what is there.',
        });
      }
      return { status: 200, body: importJson(found) };
    }),
  ];
}

function importJson({ counts, errors, ...found }: ShipmentImport) {
  const { created, existing, rejected } = counts;
  const begun = created + existing + rejected > 0;
  return {
    id: found.id,
    state: found.finishedAtMs !== null ? 'done' : begun ? 'running' : 'waiting',
    dry_run: found.dryRun,
    rows: found.rows,
    ...{ created, existing, rejected, errors },
    ignored_columns: found.ignoredColumns,
    asked_at: iso(found.requestedAtMs),
    finished_at: found.finishedAtMs === null ? null : iso(found.finishedAtMs),
  };
}

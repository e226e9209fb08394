import type { Drop, Drops } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { iso } from '../../../tracking/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import { BY_ID, readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { getDropOperation, getRejectedOperation, listDropsOperation } from './operations.ts';
import { rejectedFile } from './rejected-file.ts';

const DROPS = { name: 'drops', position: BY_ID };

/** What became of files of scans. */
export function dropRoutes(api: MerchantApi, drops: Drops): readonly Route[] {
  async function found(tenant: Tenant, id: string): Promise<Drop> {
    const drop = isUuid(id) ? await drops.find(tenant, id) : null;
    if (drop !== null) return drop;
    throw new Problem('not_found', 'There is no such file.');
  }
  return [
    merchantRoute(api, listDropsOperation, async ({ tenant, query }) => {
      const page = await readPage(
        DROPS,
        tenant,
        query,
        (after, limit) =>
          drops.list(tenant, { state: query.state ?? null, before: after?.id ?? null, limit }),
        { position: ({ id }) => ({ id }), json: dropJson },
      );
      return { status: 200, body: page };
    }),
    merchantRoute(api, getDropOperation, async ({ tenant, param }) => ({
      status: 200,
      body: dropJson(await found(tenant, param('id'))),
    })),
    merchantRoute(api, getRejectedOperation, async ({ tenant, param }) =>
      rejectedFile(drops, await found(tenant, param('id'))),
    ),
  ];
}

function dropJson(drop: Drop) {
  const { id, name, state, rows, accepted, duplicates, rejected, problem } = drop;
  return {
    ...{ id, name, state },
    size_bytes: drop.sizeBytes,
    read_bytes: drop.readBytes,
    ...{ rows, accepted, duplicates, rejected },
    same_as: drop.sameAs,
    facility_code: drop.facilityCode,
    ignored_columns: drop.ignoredColumns,
    problem,
    filed_as: drop.filedAs,
    found_at: iso(drop.observedAtMs),
    started_at: drop.startedAtMs === null ? null : iso(drop.startedAtMs),
    finished_at: drop.finishedAtMs === null ? null : iso(drop.finishedAtMs),
  };
}

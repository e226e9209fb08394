import type { Drop, Drops } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isUuid } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { attachmentNamed } from '../../../platform/objects/presigned.ts';
import { iso } from '../../../tracking/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import { BY_ID, readPage } from '../../kit/paged.ts';
import type { Route } from '../../kit/route.ts';
import { getDropOperation, getRejectedOperation, listDropsOperation } from './operations.ts';

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
    merchantRoute(api, getRejectedOperation, async ({ tenant, param }) => {
      const rejected = await drops.rejected(await found(tenant, param('id')));
      if (rejected === null) {
        throw new Problem('not_found', 'There is no file of rejected rows.', {
          fix: 'Ask for it when the file is done and has rejected rows; it is kept as long as the file.',
        });
      }
      return {
        status: 200,
        stream: rejected.stream,
        headers: {
          'content-type': 'text/csv; charset=utf-8',
          'content-length': String(rejected.info.sizeBytes),
          'content-disposition': attachmentNamed(rejected.fileName),
          'content-security-policy': "default-src 'none'; sandbox",
        },
      };
    }),
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
    found_at: iso(drop.seenAtMs),
    started_at: drop.startedAtMs === null ? null : iso(drop.startedAtMs),
    finished_at: drop.finishedAtMs === null ? null : iso(drop.finishedAtMs),
  };
}

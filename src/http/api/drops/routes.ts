import type { Drop, Drops } from '../../../intake/index.ts';
import { iso } from '../../../tracking/index.ts';
import { BY_ID, readPage } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';
import { rejectedFile } from './rejected-file.ts';
import { drop, dropFilter, dropPage } from './schema.ts';

const DROPS = { name: 'drops', position: BY_ID };

const _ONE = { id: 'The file.' };

/** Progress and results of scan files. */
export const drops = resource(
  { noun: 'file', tag: 'Own couriers' },
  {
    list: {
      id: 'listDrops',
      method: 'GET',
      path: '/drops',
      summary: 'List dropped scan files',
      description:
        'What became of each file in the folder or bucket of your own scanners, with how far it is. Files and their entries are removed with the inbound messages.',
      scope: 'accounts:read',
      query: dropFilter,
      answers: { 200: { description: 'A page, newest first.', schema: dropPage } },
    },
    get: {
      id: 'getDrop',
      method: 'GET',
      path: '/drops/:id',
      summary: 'Get a dropped scan file',
      scope: 'accounts:read',
      answers: { 200: { description: 'The file.', schema: drop } },
    },
    rejections: {
      id: 'downloadDropRejections',
      method: 'GET',
      path: '/drops/:id/rejected',
      summary: 'Download the rejected rows of a scan file',
      description:
        'CSV in UTF-8 with the columns of the file, preceded by `rejected_line` and `rejected_reason`. Once mended it can be dropped as it is.',
      scope: 'accounts:read',
      answers: { 200: { description: 'The file, as an attachment.', mediaType: 'text/csv' } },
    },
  },
  (drops: Drops) => ({
    list: async ({ tenant, query }) => {
      const page = await readPage(
        DROPS,
        tenant,
        query,
        (after, limit) =>
          drops.list(tenant, { state: query.state ?? null, before: after?.id ?? null, limit }),
        { position: ({ id }) => ({ id }), json: dropJson },
      );
      return { status: 200, body: page };
    },
    get: async ({ tenant, id, found }) => ({
      status: 200,
      body: dropJson(found(await drops.find(tenant, id))),
    }),
    rejections: async ({ tenant, id, found }) =>
      rejectedFile(drops, found(await drops.find(tenant, id))),
  }),
);

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

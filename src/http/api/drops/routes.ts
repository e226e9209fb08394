import { z } from 'zod';
import { DROP_STATES, type Drop, type Drops } from '../../../intake/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { attachmentNamed } from '../../../platform/objects/presigned.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Answer } from '../../kit/answer.ts';
import { listPage, paging, readPageById } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';

const drop = z
  .strictObject({
    id: z.uuid(),
    name: z.string().meta({ description: 'As it was dropped.', example: 'gate-2.csv' }),
    state: z
      .enum(DROP_STATES)
      .describe(
        '`waiting`: not read yet. `reading`: its rows are being stored. `filing`: it is about to be moved. `done`: all of its rows are stored or rejected. `quarantined`: it, or its end, could not be read. `vanished`: it was removed or replaced before it was read to the end; rows read until then count.',
      ),
    size_bytes: z.int(),
    read_bytes: z.int().describe('How much of it has been read, about.'),
    rows: z.int().describe('Rows read so far, without the header.'),
    accepted: z
      .int()
      .describe(
        'Rows stored. A scan that was recorded before counts here, too, and changes nothing.',
      ),
    duplicates: z.int().describe('Rows that repeat one a few rows before.'),
    rejected: z.int(),
    same_as: z
      .uuid()
      .nullable()
      .describe('An earlier file with the same bytes; then no row was taken of this one.'),
    facility_code: z
      .string()
      .nullable()
      .describe('Whose file it is by its name, as columns.yaml says.'),
    ignored_columns: z.array(z.string()),
    problem: z.string().nullable().describe('What keeps it waiting, or why it could not be read.'),
    filed_as: z.string().nullable().meta({
      description: 'Where it lies now, below the folder into which it was dropped.',
      example: 'done/gate-2.csv',
    }),
    found_at: instant,
    started_at: instantOrNull,
    finished_at: instantOrNull,
  })
  .meta({ id: 'Drop' });

const dropFilter = z.strictObject({
  state: z.enum(DROP_STATES).optional(),
  ...paging(),
});

const dropPage = listPage(drop).meta({ id: 'DropPage' });

/** Progress and results of scan files. */
export const drops = resource(
  { noun: 'file', tag: 'Own couriers' },
  {
    list: {
      id: 'listDrops',
      method: 'GET',
      path: '/drops',
      summary: 'List dropped files',
      description:
        'What became of each file in your folder or bucket, with how far it is. Files and their entries are removed with the inbound messages.',
      scope: 'accounts:read',
      query: dropFilter,
      answers: { 200: { description: 'A page, newest first.', schema: dropPage } },
    },
    get: {
      id: 'getDrop',
      method: 'GET',
      path: '/drops/:id',
      summary: 'Get a dropped file',
      scope: 'accounts:read',
      answers: { 200: { description: 'The file.', schema: drop } },
    },
    rejections: {
      id: 'downloadDropRejections',
      method: 'GET',
      path: '/drops/:id/rejected',
      summary: 'Download the rejected rows of a dropped file',
      description:
        'CSV in UTF-8 with the columns of the file, preceded by `rejected_line` and `rejected_reason`. Once mended it can be dropped as it is.',
      scope: 'accounts:read',
      answers: { 200: { description: 'The file, as an attachment.', mediaType: 'text/csv' } },
    },
  },
  (drops: Drops) => ({
    list: async ({ tenant, query }) => {
      const page = await readPageById(
        'drops',
        tenant,
        query,
        (before, limit) => drops.list(tenant, { state: query.state ?? null, before, limit }),
        dropJson,
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
    id,
    name,
    state,
    size_bytes: drop.sizeBytes,
    read_bytes: drop.readBytes,
    rows,
    accepted,
    duplicates,
    rejected,
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

/** The rejected rows of a file, as a download. Throws `Problem` when there are none. */
export async function rejectedFile(drops: Pick<Drops, 'rejected'>, drop: Drop): Promise<Answer> {
  const rejected = await drops.rejected(drop);
  if (rejected === null) {
    throw new Problem('not_found', 'scans.noRejectedRows', {
      fix: 'scans.awaitFileCompletion',
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
}

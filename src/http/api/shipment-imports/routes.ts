import { z } from 'zod';
import { ATTRIBUTES } from '../../../events/shipment-attributes.ts';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { issueText } from '../../../kernel/wire/explain-issues.ts';
import {
  beginImport,
  OPEN_IMPORTS_MAX,
  type ShipmentImport,
  showImport,
} from '../../../tracking/ports/imports.ts';
import { iso, type TrackingDeps } from '../../../tracking/ports/shipments.ts';
import { resource } from '../../kit/resource.ts';
import { columnOf } from './columns.ts';
import { readShipmentFile } from './read-file.ts';

const NAMED_MAX = 100;
const COLUMN_PARAMETER = /^column\[(?<title>.{1,200})\]$/s;

const importOptions = z
  .object({
    dry_run: z
      .enum(['true', 'false'])
      .optional()
      .describe('`true`: nothing is registered; the report says what would be.'),
  })
  .catchall(z.string().max(100))
  .superRefine((query, context) => {
    const others = Object.entries(query).filter(([name]) => name !== 'dry_run');
    const unknownNames = others
      .filter(([name]) => !COLUMN_PARAMETER.test(name))
      .map(([name]) => name);
    if (unknownNames.length > 0) {
      context.addIssue({ code: 'unrecognized_keys', keys: unknownNames, input: query });
    }
    if (others.length > NAMED_MAX) {
      const message = issueText({ 'imports.limitNamedColumns': { namedMax: NAMED_MAX } });
      context.addIssue({ code: 'custom', message, input: query });
    }
    for (const [name, value] of others) {
      if (value === '' || (typeof value === 'string' && columnOf(value) !== null)) continue;
      const message = issueText('imports.useKnownColumn');
      context.addIssue({ code: 'custom', message, path: [name], input: value });
    }
  });

/** Parses `?column[Sendungsnr]=tracking_number` to members by the file's column names. Pure. */
function namedColumns(query: Readonly<Record<string, unknown>>): Record<string, string> {
  const named: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(query)) {
    const title = COLUMN_PARAMETER.exec(name)?.groups?.['title'];
    if (title !== undefined && typeof value === 'string') named[title] = value;
  }
  return named;
}

const importAccepted = z.strictObject({ id: z.uuid() }).meta({ id: 'ShipmentImportAccepted' });

export const shipmentImport = z
  .strictObject({
    id: z.uuid(),
    state: z.enum(['waiting', 'running', 'done']),
    dry_run: z.boolean().describe('Nothing was registered.'),
    rows: z.int().describe('Rows of the file, without the header.'),
    created: z.int().describe('Parcels; a row with several numbers has one of each.'),
    existing: z.int().describe('Registered before, or by an earlier row; new orders were added.'),
    rejected: z.int(),
    errors: z
      .array(
        z.strictObject({
          line: z.int().describe('Where the row begins, counted from 1.'),
          reason: z.string(),
        }),
      )
      .describe('Of the first 1,000 rejected rows.'),
    warnings: z
      .array(z.strictObject({ line: z.int(), reason: z.string() }))
      .describe(
        'Of the first 1,000 rows that were accepted, but: a check digit is wrong, a number looks rounded, the carrier was guessed from the number, a field held several numbers, or something was left out.',
      ),
    ignored_columns: z.array(z.string()).describe('Columns of the file that were not read.'),
    asked_at: instant,
    finished_at: instantOrNull,
  })
  .meta({ id: 'ShipmentImport' });

/** A file of some thousand rows is done by then. */
const RETRY_AFTER_S = 10;

/** 100,000 rows of some 160 characters. */
const CSV_BYTES_MAX = 16 * 1_048_576;

/** Files of shipments, imported in the background. */
export const shipmentImports = resource(
  { noun: 'import', tag: 'Shipments' },
  {
    create: {
      id: 'importShipments',
      method: 'POST',
      path: '/shipments/import',
      summary: 'Import shipments from a CSV file',
      description:
        'Takes a file of up to 100,000 rows and registers them in the background; ask for the report with the `id`. The first line names the columns: `tracking_number`, `carrier`, `order_id`, ' +
        ATTRIBUTES.map(({ column }) => `\`${column}\`, `).join('') +
        '`recipient_name`, `recipient_email`, `recipient_phone`, `recipient_locale`, `metadata_<key>`, and `destination_` or `origin_` with `name`, `company`, `line1`, `line2`, `city`, `region`, `postal_code`, `country`, `lat`, `lng`. Lists, such as tags, are separated by |; `dimensions` and `metadata` are JSON objects. Commas, semicolons and tabs are recognised as separators of columns. Other columns are ignored and listed in the report. A row that cannot be used is rejected alone.',
      scope: 'shipments:write',
      query: importOptions,
      keyedQuery: {
        column:
          '`column[Sendungsnr]=tracking_number`: what a column of the file holds; nothing: it is not read.',
      },
      file: {
        mediaTypes: ['text/csv'],
        bytesMax: CSV_BYTES_MAX,
        description: 'A header, then a row for each shipment.',
      },
      answers: { 202: { description: 'Stored; it is being worked on.', schema: importAccepted } },
      errors: ['rate_limited'],
    },
    get: {
      id: 'getShipmentImport',
      method: 'GET',
      path: '/shipments/import/:id',
      summary: 'Get the report of an import',
      description: 'Kept for 30 days after its end.',
      scope: 'shipments:read',
      answers: { 200: { description: 'How far it is.', schema: shipmentImport } },
    },
  },
  (tracking: TrackingDeps) => ({
    create: async ({ tenant, query, bytes }) => {
      const { sample: _, ...file } = await readShipmentFile(bytes, namedColumns(query));
      const dryRun = query.dry_run === 'true';
      const id = await beginImport(tracking, tenant, { ...file, dryRun });
      if (id === null) {
        const detail: ErrorText = {
          'imports.tooManyOpenImports': { openImportsMax: OPEN_IMPORTS_MAX },
        };
        throw new Problem('rate_limited', detail, { retryAfterS: RETRY_AFTER_S });
      }
      return {
        status: 202,
        body: { id },
        headers: { location: `/v1/shipments/import/${id}` },
      };
    },
    get: async ({ tenant, id, found }) => ({
      status: 200,
      body: importJson(found(await showImport(tracking, tenant, id))),
    }),
  }),
);

function importJson({ counts, errors, warnings, ...found }: ShipmentImport) {
  const { created, existing, rejected } = counts;
  const begun = created + existing + rejected > 0;
  return {
    id: found.id,
    state: found.finishedAtMs !== null ? 'done' : begun ? 'running' : 'waiting',
    dry_run: found.dryRun,
    rows: found.rows,
    created,
    existing,
    rejected,
    errors,
    warnings,
    ignored_columns: found.ignoredColumns,
    asked_at: iso(found.requestedAtMs),
    finished_at: found.finishedAtMs === null ? null : iso(found.finishedAtMs),
  };
}

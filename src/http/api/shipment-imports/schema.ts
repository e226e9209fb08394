import { z } from 'zod';
import { instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { issueText } from '../../../kernel/wire/explain-issues.ts';
import { columnOf } from './columns.ts';

const NAMED_MAX = 100;
const NAMED = /^column\[(?<title>.{1,200})\]$/s;

export const importOptions = z
  .object({
    dry_run: z
      .enum(['true', 'false'])
      .optional()
      .meta({ description: '`true`: nothing is registered; the report says what would be.' }),
  })
  .catchall(z.string().max(100))
  .superRefine((query, context) => {
    const others = Object.entries(query).filter(([name]) => name !== 'dry_run');
    const strange = others.filter(([name]) => !NAMED.test(name)).map(([name]) => name);
    if (strange.length > 0) {
      context.addIssue({ code: 'unrecognized_keys', keys: strange, input: query });
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
export function namedColumns(query: Readonly<Record<string, unknown>>): Record<string, string> {
  const named: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(query)) {
    const title = NAMED.exec(name)?.groups?.['title'];
    if (title !== undefined && typeof value === 'string') named[title] = value;
  }
  return named;
}

export const importAccepted = z
  .strictObject({ id: z.uuid() })
  .meta({ id: 'ShipmentImportAccepted' });

export const shipmentImport = z
  .strictObject({
    id: z.uuid(),
    state: z.enum(['waiting', 'running', 'done']),
    dry_run: z.boolean().meta({ description: 'Nothing was registered.' }),
    rows: z.int().meta({ description: 'Rows of the file, without the header.' }),
    created: z.int(),
    existing: z
      .int()
      .meta({ description: 'Registered before, or by an earlier row; new orders were added.' }),
    rejected: z.int(),
    errors: z
      .array(
        z.strictObject({
          line: z.int().meta({ description: 'Where the row begins, counted from 1.' }),
          reason: z.string(),
        }),
      )
      .meta({ description: 'Of the first 1,000 rejected rows.' }),
    ignored_columns: z
      .array(z.string())
      .meta({ description: 'Columns of the file that were not read.' }),
    asked_at: instant,
    finished_at: instantOrNull,
  })
  .meta({ id: 'ShipmentImport' });

import { z } from 'zod';
import { DROP_STATES } from '../../../intake/index.ts';
import { instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { paging } from '../../kit/paged.ts';

export const drop = z
  .strictObject({
    id: z.uuid(),
    name: z.string().meta({ description: 'As it was dropped.', example: 'gate-2.csv' }),
    state: z.enum(DROP_STATES).meta({
      description:
        '`waiting`: not read yet. `reading`: its rows are being stored. `filing`: it is about to be moved. `done`: all of its rows are stored or rejected. `quarantined`: it, or its end, could not be read. `vanished`: it was removed or replaced before it was read to the end; rows read until then count.',
    }),
    size_bytes: z.int(),
    read_bytes: z.int().meta({ description: 'How much of it has been read, about.' }),
    rows: z.int().meta({ description: 'Rows read so far, without the header.' }),
    accepted: z.int().meta({
      description:
        'Rows stored. A scan that was recorded before counts here, too, and changes nothing.',
    }),
    duplicates: z.int().meta({ description: 'Rows that repeat one a few rows before.' }),
    rejected: z.int(),
    same_as: z.uuid().nullable().meta({
      description: 'An earlier file with the same bytes; then no row was taken of this one.',
    }),
    facility_code: z.string().nullable().meta({
      description: 'Whose file it is by its name, as columns.yaml says.',
    }),
    ignored_columns: z.array(z.string()),
    problem: z.string().nullable().meta({
      description: 'What keeps it waiting, or why it could not be read.',
    }),
    filed_as: z.string().nullable().meta({
      description: 'Where it lies now, below the folder into which it was dropped.',
      example: 'done/gate-2.csv',
    }),
    found_at: instant,
    started_at: instantOrNull,
    finished_at: instantOrNull,
  })
  .meta({ id: 'Drop' });

export const dropFilter = z.strictObject({
  state: z.enum(DROP_STATES).optional(),
  ...paging(),
});

export const dropPage = z
  .strictObject({ data: z.array(drop), next_cursor: z.string().nullable() })
  .meta({ id: 'DropPage' });

import { z } from 'zod';
import { listPage, paging } from '../../../http/kit/paged.ts';
import { isGeohash } from '../../../kernel/places/geohash.ts';
import { givenInstant, instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { issueText, text } from '../../../kernel/wire/explain-issues.ts';

export const CELLS_MAX = 200;
export const RADIUS_M = { min: 50, max: 50_000, default: 1_000 } as const;
export const REASON_CHARS_MAX = 200;

const cell = z
  .string()
  .refine((given) => isGeohash(given), issueText('dispatch.sendGeohash'))
  .meta({ example: 'u1x0e' });

const radius = z.int().min(RADIUS_M.min).max(RADIUS_M.max);

export const newPause = z
  .strictObject({
    cells: z.array(cell).min(1).max(CELLS_MAX).nullish().describe('Geohashes.'),
    facility_code: text(64).nullish().describe('Around one of your facilities.'),
    center: z
      .strictObject({ lat: z.number().min(-90).max(90), lng: z.number().min(-180).max(180) })
      .nullish(),
    radius_m: radius
      .nullish()
      .describe(`Around a facility or center; default ${RADIUS_M.default}.`),
    until: givenInstant
      .nullish()
      .describe('When the pause ends by itself; without it, when you end it.'),
    reason: text(REASON_CHARS_MAX).nullish().meta({ example: 'Storm warning' }),
  })
  .refine(
    ({ cells, facility_code: code, center }) =>
      [cells, code, center].filter((given) => given !== null && given !== undefined).length === 1,
    { path: ['cells'], error: issueText('dispatch.sendOneArea') },
  )
  .refine(({ cells, radius_m: radiusM }) => !cells || !radiusM, {
    path: ['radius_m'],
    error: issueText('dispatch.omitRadius'),
    params: { reason: issueText('dispatch.radiusWithCells') },
  })
  .meta({ id: 'NewPause' });

const pauseId = z.string().meta({ example: 'pau_0190b0a15e0b7c3e8f0b1d5a2c4e6f80' });

export const pause = z
  .strictObject({
    id: pauseId,
    cells: z.array(z.string()).describe('Empty where it is a circle.'),
    facility_code: z.string().nullable(),
    center: z.strictObject({ lat: z.number(), lng: z.number() }).nullable(),
    radius_m: z.int().nullable(),
    reason: z.string().nullable(),
    created_at: instant,
    created_by: z.string().describe("A key's id, or `operator` with the id of a key."),
    until: instantOrNull,
    ended_at: instantOrNull,
    ended_by: z.string().nullable().describe('The same, or `time`.'),
  })
  .meta({ id: 'Pause' });

export const pauseFilter = z.strictObject(paging());

export const pausePage = listPage(pause).meta({ id: 'PausePage' });

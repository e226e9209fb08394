import { z } from 'zod';
import { ASKS, BRIDGES, REACHES } from '../../../adapters/index.ts';
import { PASTED_CHARS_MAX } from '../../../kernel/numbers/check-digit.ts';
import { localDateOrNull } from '../../../kernel/time/time-kinds.ts';
import { text } from '../../../kernel/wire/explain-issues.ts';
import { listPage, paging } from '../../kit/paged.ts';
import { environment } from '../carrier-accounts/schema.ts';
import { sourceFigures } from '../pulling/schema.ts';

const readOn = localDateOrNull.describe(
  'The day on which it was last read. Null: our copy has no date.',
);

const intOrNull = z.int().nullable();

const reach = z
  .enum(REACHES)
  .describe(
    '`direct`: its adapter is installed. `bridge`: a bridge that knows it is installed. `detected`: ' +
      'its numbers may be recognised, but it cannot be tracked here.',
  );

const country = z.string().regex(/^[A-Z]{2}$/);

const carrier = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    reach,
    names: z.array(z.string()).describe('Other names.'),
    countries: z
      .array(z.string())
      .describe('Where it delivers its own parcels. Empty: many countries, or unknown.'),
    asks: z.array(z.enum(ASKS)).describe('What it asks for besides the number.'),
    bridges: z.array(z.enum(BRIDGES)).describe('Services that are known to track it.'),
    website: z.string().nullable(),
    capabilities: z
      .array(z.string())
      .nullable()
      .describe('What the adapter supports, as proved by the conformance kit. Null: no adapter.'),
    quality: z
      .strictObject({
        level: z.enum(['bronze', 'silver', 'gold', 'platinum']).nullable(),
        checks_passed: z.int(),
        checks_total: z.int(),
      })
      .nullable()
      .describe("The conformance kit's result. Null: none is stored with the adapter."),
    limits: z
      .strictObject({
        batch_max: z.int(),
        calls_per_second: z.number().nullable(),
        calls_per_hour: intOrNull,
        calls_per_day: intOrNull,
        burst: z.strictObject({ calls: z.int(), per_s: z.number() }).nullable(),
        source: z.string(),
      })
      .nullable(),
    credentials: z
      .array(
        z.strictObject({
          name: z.string(),
          label: z.string().describe("The name used in the carrier's portal."),
          secret: z.boolean(),
          required: z.boolean(),
        }),
      )
      .nullable()
      .describe('What an account needs for polling. Empty: the carrier cannot be polled.'),
    environments: z
      .array(environment)
      .nullable()
      .describe("The carrier's systems that an account may use."),
    push: z
      .strictObject({
        url: z.string().describe('The webhook URL for the whole deployment.'),
        trust: z.enum(['signed', 'secret']),
        header: z.string(),
        header_configurable: z.boolean(),
        replay_window_s: intOrNull,
        subscription: z
          .strictObject({ scope: z.enum(['number', 'account']), life_s: intOrNull })
          .nullable()
          .describe("How webhooks are subscribed to by API. Null: in the carrier's portal."),
      })
      .nullable(),
    time_zone_policy: z.string().nullable(),
    retention: z
      .strictObject({ delete_days_after_delivery: intOrNull, note: z.string() })
      .nullable(),
    public_tracking_url: z
      .string()
      .nullable()
      .describe("The carrier's page about a parcel; `{number}` is replaced."),
    docs: z
      .array(z.strictObject({ title: z.string(), url: z.string(), read_on: readOn }))
      .nullable(),
    sources: sourceFigures.nullable(),
  })
  .meta({ id: 'Carrier' });

export const carrierList = listPage(carrier).meta({ id: 'CarrierList' });

export const carriersQuery = z.strictObject({
  // The list is complete unless a limit is given.
  ...paging({ limit: 1_000, limitMax: 1_000 }),
  reach: reach.optional(),
  country: country.optional().describe('Only carriers of this country.'),
});

export const detectQuery = z.strictObject({
  tracking_number: text(PASTED_CHARS_MAX).describe(
    'As printed or pasted: with a label, or inside a tracking URL.',
  ),
});

const candidate = z
  .strictObject({
    carrier: z.string(),
    name: z.string(),
    reach,
    format: z.string(),
    certainty: z
      .number()
      .min(0)
      .max(1)
      .describe(
        "From 0.9 on, prefix and check digit prove it. A number's candidates add up to at most 1.",
      ),
    check_digit: z.enum(['valid', 'invalid', 'none']),
    tracking_number: z.string().describe("In that carrier's spelling."),
    why: z.array(z.string()).describe('Full sentences.'),
  })
  .meta({ id: 'Candidate' });

export const detection = z
  .strictObject({
    number: z.string(),
    candidates: z.array(candidate).describe('Best first.'),
  })
  .meta({ id: 'Detection' });

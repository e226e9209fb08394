import { z } from 'zod';
import { NUMBER_CHARS_MAX } from './shipment-input.ts';
import { text } from './text.ts';

const intOrNull = z.int().nullable();

const carrier = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    capabilities: z.array(z.string()),
    limits: z.strictObject({
      batch_max: z.int(),
      calls_per_second: z.number().nullable(),
      calls_per_hour: intOrNull,
      calls_per_day: intOrNull,
      source: z.string(),
    }),
    push: z
      .strictObject({
        url: z.string().meta({ description: 'Where the carrier posts for the whole deployment.' }),
        trust: z.enum(['signed', 'secret']),
        header: z.string(),
        header_configurable: z.boolean(),
        replay_window_s: intOrNull,
      })
      .nullable(),
    time_zone_policy: z.string(),
    retention: z.strictObject({
      delete_days_after_delivery: intOrNull,
      note: z.string(),
    }),
    public_tracking_url: z.string().nullable(),
    docs: z.array(z.strictObject({ title: z.string(), url: z.string(), read_on: z.string() })),
  })
  .meta({ id: 'Carrier' });

export const carrierList = z
  .strictObject({ data: z.array(carrier), next_cursor: z.null() })
  .meta({ id: 'CarrierList' });

export const detectQuery = z.strictObject({ tracking_number: text(NUMBER_CHARS_MAX) });

const candidate = z
  .strictObject({
    carrier: z.string(),
    format: z.string(),
    certainty: z.number().min(0).max(1),
    check_digit: z.enum(['valid', 'invalid', 'none']),
    tracking_number: z.string().meta({ description: 'As that carrier would spell it.' }),
  })
  .meta({ id: 'Candidate' });

export const detection = z
  .strictObject({
    number: z.string(),
    candidates: z.array(candidate).meta({ description: 'Best first.' }),
  })
  .meta({ id: 'Detection' });

const WEBHOOK_SECRETS_MAX = 8;

export const newCarrierAccount = z
  .strictObject({
    carrier: text(64),
    label: text(100),
    webhook_secrets: z
      .array(z.string().min(1).max(512))
      .min(1)
      .max(WEBHOOK_SECRETS_MAX)
      .meta({ description: 'What the carrier signs with or sends; several while rotating.' }),
  })
  .meta({ id: 'NewCarrierAccount' });

export const carrierAccount = z
  .strictObject({
    id: z.uuid(),
    carrier: z.string(),
    label: z.string(),
    webhook_url: z.string().meta({ description: 'Tell the carrier to push here.' }),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'CarrierAccount' });

export const carrierAccountList = z
  .strictObject({ data: z.array(carrierAccount), next_cursor: z.null() })
  .meta({ id: 'CarrierAccountList' });

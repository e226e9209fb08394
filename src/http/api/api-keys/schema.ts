import { z } from 'zod';
import { MERCHANT_SCOPES } from '../../../kernel/scopes.ts';
import { instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { text } from '../../../kernel/wire/given-text.ts';

const scope = z.enum(MERCHANT_SCOPES).meta({ id: 'Scope' });

export const newApiKey = z
  .strictObject({
    name: text(100),
    scopes: z
      .array(scope)
      .min(1)
      .max(MERCHANT_SCOPES.length)
      .default(['shipments:read', 'shipments:write']),
    facility_codes: z
      .array(text(120))
      .min(1)
      .max(50)
      .optional()
      .meta({
        description:
          'Where the key may scan, for a scanner that stays at its facility; left out: everywhere. A key for one facility need not name it in each scan.',
        example: ['HAM-1'],
      }),
    mode: z
      .enum(['test', 'live'])
      .optional()
      .meta({ description: 'The mode of the key used; a key creates only keys of its mode.' }),
  })
  .meta({ id: 'NewApiKey' });

const common = {
  id: z.uuid(),
  name: z.string(),
  mode: z.enum(['test', 'live']),
  prefix: z.string().meta({ description: 'The first characters, to identify the key.' }),
  scopes: z.array(scope),
  facility_codes: z.array(z.string()).nullable().meta({
    description: 'Where the key may scan; null: everywhere.',
  }),
  created_at: instant,
  last_used_at: instantOrNull,
};

const apiKey = z.strictObject(common).meta({ id: 'ApiKey' });

export const createdApiKey = z
  .strictObject({
    ...common,
    key: z.string().meta({ description: 'The key itself. Shown only this once.' }),
  })
  .meta({ id: 'CreatedApiKey' });

export const apiKeyList = z
  .strictObject({ data: z.array(apiKey), next_cursor: z.string().nullable() })
  .meta({ id: 'ApiKeyList' });

import { z } from 'zod';
import { MERCHANT_SCOPES } from '../../../kernel/scopes.ts';
import { instant, instantOrNull } from '../../../kernel/time/time-kinds.ts';
import { text } from '../../kit/schemas/text.ts';

const scope = z.enum(MERCHANT_SCOPES).meta({ id: 'Scope' });

export const newApiKey = z
  .strictObject({
    name: text(100),
    scopes: z
      .array(scope)
      .min(1)
      .max(MERCHANT_SCOPES.length)
      .default(['shipments:read', 'shipments:write']),
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

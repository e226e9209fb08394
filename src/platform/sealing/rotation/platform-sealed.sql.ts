import { hashKeyBoundTo } from '../hash-key.sql.ts';
import { CANARY_BOUND_TO } from '../key-canary.sql.ts';
import { dataKeyColumn, type SealedColumn, sealedColumn } from './sealed-column.ts';

/** The sealed columns of the platform's own tables. The answers to writes are stored for a day. */
export const PLATFORM_SEALED: readonly SealedColumn[] = [
  sealedColumn('installation', 'canary', () => CANARY_BOUND_TO, { name: 'text' }),
  sealedColumn('hash_keys', 'key', hashKeyBoundTo, { id: 'text' }),
  {
    ...dataKeyColumn('idempotency_keys', { merchant_id: 'uuid', mode: 'text', key: 'text' }),
    column: 'response',
    bytes: `decode(response->>'data_key', 'base64')`,
    assigned: `jsonb_set(response, '{data_key}', to_jsonb(translate(encode($new, 'base64'), E'\\n', '')))`,
  },
];

import { hashKeyBoundTo } from '../hash-key.sql.ts';
import { CANARY_BOUND_TO } from '../key-canary.sql.ts';
import { reseal, rewrapDataKey } from '../sealing.ts';
import type { SealedColumn } from './sealed-column.ts';

/** The sealed columns of the platform's own tables. The answers to writes are stored for a day. */
export const PLATFORM_SEALED: readonly SealedColumn[] = [
  {
    table: 'installation',
    column: 'canary',
    key: [{ name: 'name', type: 'text' }],
    reseal: (keyring, sealed) => reseal(keyring, sealed, CANARY_BOUND_TO),
  },
  {
    table: 'hash_keys',
    column: 'key',
    key: [{ name: 'id', type: 'text' }],
    reseal: (keyring, sealed, [id = '']) => reseal(keyring, sealed, hashKeyBoundTo(id)),
  },
  {
    table: 'idempotency_keys',
    column: 'response',
    key: [
      { name: 'merchant_id', type: 'uuid' },
      { name: 'mode', type: 'text' },
      { name: 'key', type: 'text' },
    ],
    bytes: `decode(response->>'data_key', 'base64')`,
    assigned: `jsonb_set(response, '{data_key}', to_jsonb(translate(encode($new, 'base64'), E'\\n', '')))`,
    reseal: rewrapDataKey,
  },
];

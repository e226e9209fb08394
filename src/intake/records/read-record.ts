import type { ErrorText } from '../../kernel/errors.ts';
import type { Mode } from '../../kernel/tenant.ts';
import { parseJsonOrNull } from '../../kernel/wire/loose.ts';

/** A record of a topic, as it was read. */
export interface SentRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: ReadonlyMap<string, string>;
}

/** The fault of a record, or of one of its parts; worded as in the API. */
export interface RecordFault {
  readonly code: string;
  /** A JSON pointer into the rejected value. */
  readonly pointer: string;
  readonly reason: ErrorText;
  readonly fix: ErrorText;
}

/** The tenant of the record, and its rows. */
export type ReadRecord =
  | { readonly merchant: string; readonly mode: Mode; readonly rows: readonly unknown[] }
  | { readonly fault: RecordFault };

/** Headers that name the merchant: by slug, or by id as in the hub's own records. */
const MERCHANT_HEADERS = ['merchant', 'merchant_id'] as const;

/**
 * Reads a record: one row or an array of rows in JSON, and headers that name the tenant. Pure and
 * total.
 */
export function readRecord({ value, headers }: SentRecord, rowsMax: number): ReadRecord {
  const merchant = MERCHANT_HEADERS.map((name) => headers.get(name)).find((given) => given);
  if (merchant === undefined) return { fault: FAULTS.noMerchant };
  const mode = headers.get('mode') ?? 'live';
  if (mode !== 'live' && mode !== 'test') return { fault: FAULTS.noMode };
  const parsed = parseJsonOrNull(value ?? '')?.value;
  if (typeof parsed !== 'object' || parsed === null) return { fault: FAULTS.noJson };
  const rows: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  if (rows.length > rowsMax) return { fault: tooMany(rowsMax) };
  return { merchant, mode, rows };
}

const FAULTS = {
  noMerchant: {
    code: 'no_merchant',
    pointer: '',
    reason: 'scans.merchantMissing',
    fix: 'scans.setMerchantHeader',
  },
  noMode: {
    code: 'invalid',
    pointer: '',
    reason: 'scans.unknownMode',
    fix: 'scans.useLiveOrTest',
  },
  noJson: {
    code: 'invalid',
    pointer: '',
    reason: 'scans.notObjectOrArray',
    fix: 'scans.sendRouteJson',
  },
} as const satisfies Record<string, RecordFault>;

function tooMany(rowsMax: number): RecordFault {
  return {
    code: 'invalid',
    pointer: '',
    reason: 'scans.arrayTooLong',
    fix: { 'scans.splitRecord': { rowsMax } },
  };
}

/** The fault of a record whose merchant does not exist. */
export const UNKNOWN_MERCHANT: RecordFault = {
  code: 'no_merchant',
  pointer: '',
  reason: 'scans.noSuchMerchant',
  fix: 'scans.useListedMerchantSlug',
};

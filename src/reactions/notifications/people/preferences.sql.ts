import type { Tenant } from '../../../kernel/tenant.ts';
import type { RandomBytes } from '../../../platform/clock.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRow, queryRows, queryValue } from '../../../platform/database/query-rows.ts';
import { type Keyring, open, seal } from '../../../platform/sealing/sealing.ts';
import type { ChannelKind } from '../contract.ts';
import type { Preference } from '../policy/decide.ts';
import { ADDRESS_KEY_BOUND_TO } from '../sealed-columns.sql.ts';

export interface AddressOf {
  readonly channel: ChannelKind;
  /** The hash of the address, in hex. */
  readonly addressHash: string;
}

/** The address of one tenant: preferences towards one merchant say nothing about another. */
interface AddressOfTenant extends AddressOf {
  readonly tenant: Tenant;
}

export interface StoredPreference extends Preference, AddressOfTenant {
  readonly id: string;
}

interface PreferenceRow extends Omit<StoredPreference, 'tenant' | 'unsubscribed'>, Tenant {
  readonly unsubscribedAtMs: number | null;
}

const COLUMNS = `id, merchant_id, mode, channel, encode(address_hash, 'hex') as address_hash,
  unsubscribed_at, muted, locale, quiet_hours`;

/** Preferences of addresses for this merchant; addresses without any are left out. */
export async function preferencesOf(
  db: Queryable,
  addresses: readonly AddressOfTenant[],
): Promise<StoredPreference[]> {
  if (addresses.length === 0) return [];
  const rows = await queryRows<PreferenceRow>(db, {
    name: 'recipient_preferences',
    text: `select ${COLUMNS} from recipient_preferences
           where (merchant_id, mode, channel, address_hash) in ${ADDRESSES}`,
    values: arraysOf(addresses),
  });
  return rows.map(toPreference);
}

/** Finds preferences of any merchant by the id in a signed link. */
export async function preferenceById(db: Queryable, id: string): Promise<StoredPreference | null> {
  const row = await queryRow<PreferenceRow>(
    db,
    `select ${COLUMNS} from recipient_preferences where id = $1`,
    [id],
  );
  return row && toPreference(row);
}

/**
 * Returns the id of an address's preferences, for links to them; creates them if there are none.
 */
export async function ensurePreference(
  db: Queryable,
  { merchantId, mode }: Tenant,
  { channel, addressHash }: AddressOf,
  id: string,
  nowMs: number,
): Promise<string> {
  return (
    (await queryValue<string>(db, {
      name: 'ensure_preference',
      text: `with made as (
             insert into recipient_preferences
               (id, merchant_id, mode, channel, address_hash, updated_at)
             values ($1, $2, $3, $4, decode($5, 'hex'), to_timestamp($6 / 1000.0))
             on conflict (merchant_id, mode, channel, address_hash) do nothing returning id)
           select id from made union all
           select id from recipient_preferences
           where merchant_id = $2 and mode = $3 and channel = $4 and address_hash = decode($5, 'hex')
           limit 1`,
      values: [id, merchantId, mode, channel, addressHash, nowMs],
    })) ?? id
  );
}

export async function savePreference(
  db: Queryable,
  id: string,
  { unsubscribed, muted, locale, quietHours }: Preference,
  nowMs: number,
): Promise<void> {
  await db.query(
    `update recipient_preferences set muted = $3, locale = $4, quiet_hours = $5,
       unsubscribed_at = case when $2 then coalesce(unsubscribed_at, to_timestamp($6 / 1000.0)) end,
       updated_at = to_timestamp($6 / 1000.0)
     where id = $1`,
    [id, unsubscribed, muted, locale, quietHours && JSON.stringify(quietHours), nowMs],
  );
}

/**
 * Those of the addresses that the merchant must not write to any more, by merchant, channel and
 * address.
 */
export async function suppressedOf(
  db: Queryable,
  addresses: readonly AddressOfTenant[],
): Promise<ReadonlySet<string>> {
  if (addresses.length === 0) return new Set();
  const rows = await queryRows<AddressOf & Tenant>(db, {
    name: 'suppressed_addresses',
    text: `select merchant_id, mode, channel, encode(address_hash, 'hex') as address_hash
           from suppressed_addresses
           where (merchant_id, mode, channel, address_hash) in ${ADDRESSES}`,
    values: arraysOf(addresses),
  });
  return new Set(
    rows.map(({ merchantId, mode, channel, addressHash }) =>
      addressKeyOf({ tenant: { merchantId, mode }, channel, addressHash }),
    ),
  );
}

/** A key for an address that is unique among all merchants. */
function addressKeyOf({ tenant, channel, addressHash }: AddressOfTenant): string {
  return `${tenant.merchantId} ${tenant.mode} ${channel} ${addressHash}`;
}

const ADDRESSES = `(select m, o, c, decode(h, 'hex')
  from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) as a(m, o, c, h))`;

function arraysOf(addresses: readonly AddressOfTenant[]): unknown[] {
  return [
    addresses.map(({ tenant }) => tenant.merchantId),
    addresses.map(({ tenant }) => tenant.mode),
    addresses.map(({ channel }) => channel),
    addresses.map(({ addressHash }) => addressHash),
  ];
}

/** Records that a merchant must not write to an address any more, and why. */
export async function suppress(
  db: Queryable,
  { merchantId, mode }: Tenant,
  { channel, addressHash }: AddressOf,
  reason: 'bounced' | 'complained' | 'gone',
  nowMs: number,
): Promise<void> {
  await db.query(
    `insert into suppressed_addresses (merchant_id, mode, channel, address_hash, reason, at)
     values ($1, $2, $3, decode($4, 'hex'), $5, to_timestamp($6 / 1000.0))
     on conflict (merchant_id, mode, channel, address_hash)
       do update set reason = excluded.reason, at = excluded.at`,
    [merchantId, mode, channel, addressHash, reason, nowMs],
  );
}

function toPreference({
  merchantId,
  mode,
  unsubscribedAtMs,
  ...row
}: PreferenceRow): StoredPreference {
  return { ...row, tenant: { merchantId, mode }, unsubscribed: unsubscribedAtMs !== null };
}

const KEY_BYTES = 32;
const ID = 'addresses';

/**
 * Returns the key for address hashes; the first call creates it. It must never change: with another
 * key, the hub would resend every message and write to people who have unsubscribed.
 */
export async function addressKey(
  db: Queryable,
  keyring: Keyring,
  random: RandomBytes,
): Promise<Uint8Array> {
  const made = seal(keyring, random(KEY_BYTES), ADDRESS_KEY_BOUND_TO);
  await db.query(
    'insert into notification_keys (id, key) values ($1, $2) on conflict (id) do nothing',
    [ID, made],
  );
  const rows = await queryRows<{ key: Buffer }>(
    db,
    'select key from notification_keys where id = $1',
    [ID],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('there is no key for addresses');
  return open(keyring, row.key, ADDRESS_KEY_BOUND_TO);
}

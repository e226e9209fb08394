import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database.ts';
import type { ChannelKind } from './contract.ts';
import type { Preference } from './decide.ts';

export interface AddressOf {
  readonly channel: ChannelKind;
  /** Hex. */
  readonly addressHash: string;
}

export interface StoredPreference extends Preference, AddressOf {
  readonly id: string;
  readonly tenant: Tenant;
}

interface PreferenceRow {
  id: string;
  merchant_id: string;
  mode: Tenant['mode'];
  channel: ChannelKind;
  address_hash: string;
  unsubscribed_at: Date | null;
  muted: string[];
  locale: string | null;
  quiet_hours: Preference['quietHours'];
}

const COLUMNS = `id, merchant_id, mode, channel, encode(address_hash, 'hex') as address_hash,
  unsubscribed_at, muted, locale, quiet_hours`;

/** What these addresses want of the merchant; those that never said anything are left out. */
export async function preferencesOf(
  db: Queryable,
  { merchantId, mode }: Tenant,
  addresses: readonly AddressOf[],
): Promise<StoredPreference[]> {
  if (addresses.length === 0) return [];
  const { rows } = await db.query<PreferenceRow>({
    name: 'recipient_preferences',
    text: `select ${COLUMNS} from recipient_preferences
           where merchant_id = $1 and mode = $2
             and (channel, address_hash) in
                 (select c, decode(h, 'hex') from unnest($3::text[], $4::text[]) as a(c, h))`,
    values: [
      merchantId,
      mode,
      addresses.map(({ channel }) => channel),
      addresses.map(({ addressHash }) => addressHash),
    ],
  });
  return rows.map(toPreference);
}

/** By the id in a signed link, whoever's it is. */
export async function preferenceById(db: Queryable, id: string): Promise<StoredPreference | null> {
  const { rows } = await db.query<PreferenceRow>(
    `select ${COLUMNS} from recipient_preferences where id = $1`,
    [id],
  );
  return rows[0] ? toPreference(rows[0]) : null;
}

/** The row that links to preferences name; made when there is none. */
export async function ensurePreference(
  db: Queryable,
  { merchantId, mode }: Tenant,
  { channel, addressHash }: AddressOf,
  id: string,
  nowMs: number,
): Promise<string> {
  const { rows } = await db.query<{ id: string }>({
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
  });
  return rows[0]?.id ?? id;
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

/** Of these, those that are not to be written to; `channel hash`. */
export async function suppressedOf(
  db: Queryable,
  { merchantId, mode }: Tenant,
  addresses: readonly AddressOf[],
): Promise<ReadonlySet<string>> {
  if (addresses.length === 0) return new Set();
  const { rows } = await db.query<{ key: string }>({
    name: 'suppressed_addresses',
    text: `select channel || ' ' || encode(address_hash, 'hex') as key from suppressed_addresses
           where merchant_id = $1 and mode = $2
             and (channel, address_hash) in
                 (select c, decode(h, 'hex') from unnest($3::text[], $4::text[]) as a(c, h))`,
    values: [
      merchantId,
      mode,
      addresses.map(({ channel }) => channel),
      addresses.map(({ addressHash }) => addressHash),
    ],
  });
  return new Set(rows.map(({ key }) => key));
}

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

function toPreference(row: PreferenceRow): StoredPreference {
  return {
    id: row.id,
    tenant: { merchantId: row.merchant_id, mode: row.mode },
    channel: row.channel,
    addressHash: row.address_hash,
    unsubscribed: row.unsubscribed_at !== null,
    muted: row.muted,
    locale: row.locale,
    quietHours: row.quiet_hours,
  };
}

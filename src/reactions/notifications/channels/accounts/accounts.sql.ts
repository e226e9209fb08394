import type { Tenant } from '../../../../kernel/tenant.ts';
import type { Queryable } from '../../../../platform/database/database.ts';
import {
  queryAny,
  queryColumn,
  queryRow,
  queryRows,
} from '../../../../platform/database/query-rows.ts';
import type { Rows } from '../../../../platform/database/rows.gen.ts';
import { type Keyring, open, seal } from '../../../../platform/sealing/sealing.ts';

/** A stored channel; without a configuration, it was removed. */
export type ChannelRow = Rows['notification_channels'];

const COLUMNS = `id, merchant_id, mode, kind, provider, label, config, generation, enabled,
  verification, verification_reason, verified_at, created_at, updated_at, removed_at`;

/** The channels by which a tenant sends, oldest first. */
export async function channelsInUse(
  db: Queryable,
  { merchantId, mode }: Tenant,
): Promise<ChannelRow[]> {
  return queryRows<ChannelRow>(db, {
    name: 'notification_channels_in_use',
    text: `select ${COLUMNS} from notification_channels
           where merchant_id = $1 and mode = $2 and removed_at is null and enabled
           order by created_at, id`,
    values: [merchantId, mode],
  });
}

/** A channel of any merchant by id, unless it was removed. */
export async function channelById(db: Queryable, id: string): Promise<ChannelRow | null> {
  return queryRow<ChannelRow>(db, {
    name: 'notification_channel_by_id',
    text: `select ${COLUMNS} from notification_channels
           where id = $1 and removed_at is null`,
    values: [id],
  });
}

/** The channels that the current role may see: under row-level security, the tenant's own. */
export async function visibleChannels(db: Queryable): Promise<ChannelRow[]> {
  return queryRows<ChannelRow>(
    db,
    `select ${COLUMNS} from notification_channels where removed_at is null order by created_at, id`,
  );
}

export async function visibleChannel(
  db: Queryable,
  id: string,
  lock: 'none' | 'for update' = 'none',
): Promise<ChannelRow | null> {
  return queryRow<ChannelRow>(
    db,
    `select ${COLUMNS} from notification_channels where id = $1 and removed_at is null
     ${lock === 'none' ? '' : lock}`,
    [id],
  );
}

export async function insertChannel(
  db: Queryable,
  row: Omit<ChannelRow, 'generation' | 'removedAtMs'>,
): Promise<void> {
  await db.query(
    `insert into notification_channels (id, merchant_id, mode, kind, provider, label, config,
       enabled, verification, verification_reason, verified_at, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, to_timestamp($11 / 1000.0),
       to_timestamp($12 / 1000.0), to_timestamp($13 / 1000.0))`,
    [
      row.id,
      row.merchantId,
      row.mode,
      row.kind,
      row.provider,
      row.label,
      row.config,
      row.enabled,
      row.verification,
      row.verificationReason,
      row.verifiedAtMs,
      row.createdAtMs,
      row.updatedAtMs,
    ],
  );
}

export async function updateChannel(db: Queryable, row: ChannelRow): Promise<void> {
  await db.query(
    `update notification_channels set label = $2, config = $3, generation = $4, enabled = $5,
       verification = $6, verification_reason = $7, verified_at = to_timestamp($8 / 1000.0),
       updated_at = to_timestamp($9 / 1000.0)
     where id = $1`,
    [
      row.id,
      row.label,
      row.config,
      row.generation,
      row.enabled,
      row.verification,
      row.verificationReason,
      row.verifiedAtMs,
      row.updatedAtMs,
    ],
  );
}

/**
 * Marks a channel as removed and deletes its configuration at once. Returns false when there is no
 * such channel.
 */
export function removeChannel(db: Queryable, id: string, nowMs: number): Promise<boolean> {
  return queryAny(
    db,
    `update notification_channels set removed_at = to_timestamp($2 / 1000.0), enabled = false, config = null
     where id = $1 and removed_at is null`,
    [id, nowMs],
  );
}

/** Providers of merchants' own channels that send for live shipments. */
export function liveProviders(db: Queryable): Promise<readonly string[]> {
  return queryColumn<string>(
    db,
    `select distinct provider from notification_channels
     where mode = 'live' and enabled and removed_at is null`,
  );
}

/** The configuration of a merchant's channel. Its sealed form can be opened in its own row only. */
export type ChannelConfig = Readonly<Record<string, unknown>>;

export function sealConfig(keyring: Keyring, id: string, config: ChannelConfig): Buffer {
  return seal(keyring, Buffer.from(JSON.stringify(config), 'utf8'), configBoundTo(id));
}

/** Opens a sealed configuration; empty for a channel that was removed. */
export function openConfig(keyring: Keyring, id: string, sealed: Uint8Array | null): ChannelConfig {
  if (sealed === null) return {};
  const config: unknown = JSON.parse(open(keyring, sealed, configBoundTo(id)).toString('utf8'));
  return typeof config === 'object' && config !== null ? { ...config } : {};
}

export function configBoundTo(id: string): string {
  return `notification_channels.config:${id}`;
}

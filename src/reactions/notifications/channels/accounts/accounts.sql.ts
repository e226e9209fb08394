import type { Mode, Tenant } from '../../../../kernel/tenant.ts';
import type { Queryable } from '../../../../platform/database/database.ts';
import type { ChannelKind } from '../../contract.ts';

export interface ChannelRow {
  readonly id: string;
  readonly merchant_id: string;
  readonly mode: Mode;
  readonly kind: ChannelKind;
  readonly provider: string;
  readonly label: string;
  /** Null once it is removed. */
  readonly config: Buffer | null;
  readonly generation: number;
  readonly enabled: boolean;
  readonly verification: 'verified' | 'unverified';
  readonly verification_reason: string | null;
  readonly verified_at: Date;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly removed_at: Date | null;
}

const COLUMNS = `id, merchant_id, mode, kind, provider, label, config, generation, enabled,
  verification, verification_reason, verified_at, created_at, updated_at, removed_at`;

/** Those that a tenant sends by, oldest first. */
export async function channelsInUse(
  db: Queryable,
  { merchantId, mode }: Tenant,
): Promise<ChannelRow[]> {
  const { rows } = await db.query<ChannelRow>({
    name: 'notification_channels_in_use',
    text: `select ${COLUMNS} from notification_channels
           where merchant_id = $1 and mode = $2 and removed_at is null and enabled
           order by created_at, id`,
    values: [merchantId, mode],
  });
  return rows;
}

/** One in use by its id, of whichever merchant. */
export async function channelById(db: Queryable, id: string): Promise<ChannelRow | null> {
  const { rows } = await db.query<ChannelRow>({
    name: 'notification_channel_by_id',
    text: `select ${COLUMNS} from notification_channels
           where id = $1 and removed_at is null`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** Those that the current role may see: under row-level security, the tenant's own. */
export async function visibleChannels(db: Queryable): Promise<ChannelRow[]> {
  const { rows } = await db.query<ChannelRow>(
    `select ${COLUMNS} from notification_channels where removed_at is null order by created_at, id`,
  );
  return rows;
}

export async function visibleChannel(
  db: Queryable,
  id: string,
  lock: 'none' | 'for update' = 'none',
): Promise<ChannelRow | null> {
  const { rows } = await db.query<ChannelRow>(
    `select ${COLUMNS} from notification_channels where id = $1 and removed_at is null
     ${lock === 'none' ? '' : lock}`,
    [id],
  );
  return rows[0] ?? null;
}

export async function insertChannel(
  db: Queryable,
  row: Omit<ChannelRow, 'generation' | 'removed_at'>,
): Promise<void> {
  await db.query(
    `insert into notification_channels (id, merchant_id, mode, kind, provider, label, config,
       enabled, verification, verification_reason, verified_at, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      row.id,
      row.merchant_id,
      row.mode,
      row.kind,
      row.provider,
      row.label,
      row.config,
      row.enabled,
      row.verification,
      row.verification_reason,
      row.verified_at,
      row.created_at,
      row.updated_at,
    ],
  );
}

export async function updateChannel(
  db: Queryable,
  row: Pick<
    ChannelRow,
    | 'id'
    | 'label'
    | 'config'
    | 'generation'
    | 'enabled'
    | 'verification'
    | 'verification_reason'
    | 'verified_at'
    | 'updated_at'
  >,
): Promise<void> {
  await db.query(
    `update notification_channels set label = $2, config = $3, generation = $4, enabled = $5,
       verification = $6, verification_reason = $7, verified_at = $8, updated_at = $9
     where id = $1`,
    [
      row.id,
      row.label,
      row.config,
      row.generation,
      row.enabled,
      row.verification,
      row.verification_reason,
      row.verified_at,
      row.updated_at,
    ],
  );
}

/** What it was opened with goes at once. */
export async function removeChannel(db: Queryable, id: string, at: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `update notification_channels set removed_at = $2, enabled = false, config = null
     where id = $1 and removed_at is null`,
    [id, at],
  );
  return (rowCount ?? 0) > 0;
}

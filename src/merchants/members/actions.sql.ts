import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';

export interface ActionRow extends Tenant {
  readonly id: string;
  readonly actor: 'user' | 'key' | 'api_key' | 'operator';
  readonly actorId: string | null;
  readonly personal: Buffer | null;
  /** The name of the key; null if there was none, or it no longer exists. */
  readonly keyName: string | null;
  readonly action: string;
  readonly subject: string | null;
  /** The name of the program by which they did it; null: they did it themselves. */
  readonly program: string | null;
  readonly happenedAtMs: number;
}

export async function insertAction(
  db: Queryable,
  { merchantId, mode }: Tenant,
  action: Pick<ActionRow, 'id' | 'actor' | 'actorId' | 'action' | 'subject' | 'program'>,
  nowMs: number,
): Promise<void> {
  await db.query({
    name: 'insert_member_action',
    text: `insert into member_actions
             (id, merchant_id, mode, actor, actor_id, action, subject, happened_at, program)
           values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8 / 1000.0), $9)`,
    values: [
      ...[action.id, merchantId, mode, action.actor, action.actorId, action.action],
      ...[action.subject, nowMs, action.program],
    ],
  });
}

/** Which actions are listed; null: those of everybody, or of all kinds. */
export interface ActionFilter {
  readonly actorId: string | null;
  readonly action: string | null;
  readonly limit: number;
}

/** Returns the newest actions at a merchant, or at all, with the actors as far as they still exist. */
export async function actionsOf(
  db: Queryable,
  merchantId: string | null,
  { actorId, action, limit }: ActionFilter,
): Promise<ActionRow[]> {
  return queryRows<ActionRow>(
    db,
    `select a.id, a.merchant_id, a.mode, a.actor, a.actor_id, u.personal, k.name as key_name,
       a.action, a.subject, a.program, a.happened_at
     from member_actions a left join users u on u.id = a.actor_id
     left join api_keys k on k.id = a.actor_id
     where ($1::uuid is null or a.merchant_id = $1) and ($2::uuid is null or a.actor_id = $2)
       and ($4::text is null or a.action = $4)
     order by a.happened_at desc, a.id desc limit $3`,
    [merchantId, actorId, limit, action],
  );
}

/** Removes at most `limit` actions from before `beforeMs`; returns how many. */
export async function dropActionsBefore(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const { rowCount } = await db.query(
    `delete from member_actions where id in (
       select id from member_actions where happened_at < to_timestamp($1 / 1000.0) limit $2)`,
    [beforeMs, limit],
  );
  return rowCount ?? 0;
}

import type { Queryable } from '../../platform/database/database.ts';
import { queryRow, queryRows } from '../../platform/database/query-rows.ts';
import type { OperatorPower } from './roles.ts';

export interface OperatorRow {
  readonly userId: string;
  readonly personal: Buffer;
  readonly power: OperatorPower;
  readonly createdAtMs: number;
}

/** Returns the users who are operators, the oldest first. */
export async function operatorRows(db: Queryable): Promise<OperatorRow[]> {
  return queryRows<OperatorRow>(
    db,
    `select o.user_id, u.personal, o.power, o.created_at
     from operators o join users u on u.id = o.user_id order by o.created_at, o.user_id`,
  );
}

export async function isOperator(db: Queryable, userId: string): Promise<boolean> {
  const row = await queryRow<{ there: boolean }>(
    db,
    'select exists (select from operators where user_id = $1) as there',
    [userId],
  );
  return row?.there ?? false;
}

/** Makes a user an operator, or changes their rights. */
export async function putOperator(
  db: Queryable,
  { userId, power }: Pick<OperatorRow, 'userId' | 'power'>,
  nowMs: number,
): Promise<void> {
  await db.query(
    `insert into operators (user_id, power, created_at)
     values ($1, $2, to_timestamp($3 / 1000.0))
     on conflict (user_id) do update set power = excluded.power`,
    [userId, power, nowMs],
  );
}

/** False: they are no operator. */
export async function deleteOperator(db: Queryable, userId: string): Promise<boolean> {
  const { rowCount } = await db.query('delete from operators where user_id = $1', [userId]);
  return rowCount === 1;
}

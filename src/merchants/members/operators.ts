import { withTransaction } from '../../platform/database/database.ts';
import { lockUser, userByMail } from './members.sql.ts';
import {
  type MembersDeps,
  mailHash,
  openPerson,
  type Person,
  userBoundTo,
} from './members-deps.ts';
import { deleteOperator, operatorRows, putOperator } from './operators.sql.ts';
import type { OperatorPower } from './roles.ts';

/** A user who operates the hub, for all merchants. */
export interface Operator {
  readonly userId: string;
  readonly person: Person;
  readonly power: OperatorPower;
  readonly sinceMs: number;
}

export async function listOperators(
  deps: Pick<MembersDeps, 'db' | 'keyring'>,
): Promise<readonly Operator[]> {
  return (await operatorRows(deps.db.pipeline)).map(({ userId, personal, power, createdAtMs }) => ({
    userId,
    person: openPerson(deps, personal, userBoundTo(userId)),
    power,
    sinceMs: createdAtMs,
  }));
}

export type OperatorOutcome =
  | { readonly kind: 'done'; readonly userId: string }
  /** `unverified`: whoever has the account may not be who reads mail at its address. */
  | { readonly kind: 'unknown' | 'unverified' };

/** Makes the user with this address an operator, or changes their rights. */
export function appointOperator(
  deps: Omit<MembersDeps, 'passwords'>,
  email: string,
  power: OperatorPower,
): Promise<OperatorOutcome> {
  return withTransaction(deps.db.pipeline, async (tx): Promise<OperatorOutcome> => {
    const found = await userByMail(tx, mailHash(deps, email));
    if (found === null) return { kind: 'unknown' };
    if (found.verifiedBy === null || found.verifiedBy === 'provider') return { kind: 'unverified' };
    await lockUser(tx, found.id);
    await putOperator(tx, { userId: found.id, power }, deps.clock.nowMs());
    return { kind: 'done', userId: found.id };
  });
}

/** Takes the rights over all merchants away; memberships stay. False: they are no operator. */
export function dismissOperator({ db }: Pick<MembersDeps, 'db'>, userId: string): Promise<boolean> {
  return deleteOperator(db.pipeline, userId);
}

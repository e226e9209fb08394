import {
  appointOperator,
  dismissOperator,
  listOperators,
  MEMBERS_KEY,
  makeSignInLink,
  membershipsOfUser,
  normalEmail,
  noteVerified,
  type OperatorPower,
  SIGN_IN_LINK_MS,
  verifyByOperator,
} from '../../merchants/index.ts';
import { hashKey } from '../../platform/sealing/hash-key.sql.ts';
import { withDatabase } from '../with-database.ts';

type Write = (line: string) => void;

export interface MembersVerifyOptions {
  /** Whether to remove the password and second factor that somebody else may have set. */
  readonly replace: boolean;
}

const FAILED = 1;

/**
 * Runs `waybill members verify EMAIL`, for hubs that cannot send mail. With `--replace` it prints a
 * link with which the holder of the address signs in and sets a password.
 */
export function membersVerify(
  env: NodeJS.ProcessEnv,
  email: string,
  { replace }: MembersVerifyOptions,
  write: Write,
  writeError: Write,
): Promise<number> {
  return withDatabase(env, async ({ database: db, clock, randomBytes, keyring, config }) => {
    const mailKey = await hashKey(db.pipeline, keyring, randomBytes, MEMBERS_KEY);
    const deps = { db, clock, randomBytes, keyring, mailKey };
    const outcome = await verifyByOperator(deps, email, { replace });
    if (outcome.kind === 'unknown') {
      writeError(
        `No member has the address ${email}. Invite it in the console first; once the invitation is accepted, verify the address.`,
      );
      return FAILED;
    }
    const { kind, userId } = outcome;
    const memberships = await membershipsOfUser(deps, userId);
    const where = memberships.map(({ slug, role }) => `${role} of ${slug}`).join(', ');
    if (kind === 'already') {
      write(`${email} is already verified (${where}).`);
      return 0;
    }
    await noteVerified(deps, userId, { by: 'operator', replaced: replace });
    write(`Verified ${email} (${where}).`);
    if (!replace) return 0;
    const link = await makeSignInLink(deps, email);
    const minutes = SIGN_IN_LINK_MS / 60_000;
    write(
      `The password and second step set so far no longer work, and all sessions have ended. Hand over this link: it signs in once, for ${minutes} minutes, and sets a new password.`,
    );
    if (config.publicUrl === null) {
      writeError("WAYBILL_PUBLIC_URL is not set: put the hub's own address before this path.");
    }
    write(`${config.publicUrl ?? ''}/console/sign-in/link/${link?.token}`);
    return 0;
  });
}

/**
 * Runs `waybill members operator EMAIL`.
 *
 * @param power null: they are no operator any more.
 */
export function membersOperator(
  env: NodeJS.ProcessEnv,
  email: string,
  power: OperatorPower | null,
  write: Write,
  writeError: Write,
): Promise<number> {
  return withDatabase(env, async ({ database: db, clock, randomBytes, keyring }) => {
    const mailKey = await hashKey(db.pipeline, keyring, randomBytes, MEMBERS_KEY);
    const deps = { db, clock, randomBytes, keyring, mailKey };
    if (power === null) {
      const isSame = (other: string) => normalEmail(other) === normalEmail(email);
      const found = (await listOperators(deps)).find(({ person }) => isSame(person.email));
      if (found !== undefined && (await dismissOperator(deps, found.userId))) {
        write(`${email} is no operator any more.`);
        return 0;
      }
      writeError(`No operator has the address ${email}.`);
      return FAILED;
    }
    const { kind } = await appointOperator(deps, email, power);
    if (kind === 'done') {
      write(`${email} is an operator ${power === 'read' ? 'who may read' : 'with all rights'}.`);
      return 0;
    }
    writeError(
      kind === 'unknown'
        ? `No member has the address ${email}. Invite it in the console first.`
        : `The address ${email} is not verified: waybill members verify ${email}`,
    );
    return FAILED;
  });
}

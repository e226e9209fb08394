import { Secret, TOTP } from 'otpauth';
import { type ManualClock, manualClock, systemRandom } from '../../platform/clock.ts';
import { openDatabase } from '../../platform/database/database.ts';
import { createKeyring } from '../../platform/sealing/sealing.ts';
import { createTestDatabase } from '../../platform/test-postgres.ts';
import { ensureMerchant } from '../tenants.sql.ts';
import { type MembersDeps, newId } from './members-deps.ts';
import { createPasswords } from './passwords.ts';
import {
  beginSecondFactor,
  confirmSecondFactor,
  secretMark,
} from './second-factor/second-factor.ts';

/** People of merchants on a database of their own; hashing their passwords costs next to nothing. */
export interface TestMembers extends MembersDeps {
  readonly clock: ManualClock;
  merchant(slug: string): Promise<string>;
  /** Sets up somebody's second step; its secret and recovery codes. */
  secondFactor(userId: string): Promise<{ secret: string; codes: readonly string[] }>;
  /** The app's code at this offset from now. */
  codeOf(secret: string, inMs?: number): string;
  /** Of the database, for another process. */
  readonly url: string;
  close(): Promise<void>;
}

/** @param hub another name has another master key. */
export async function openTestMembers(hub = 'hub'): Promise<TestMembers> {
  const testDatabase = await createTestDatabase();
  const db = openDatabase({ url: testDatabase.url });
  const clock = manualClock(Date.UTC(2026, 2, 10, 12, 0, 0));
  const deps: MembersDeps & { readonly clock: ManualClock } = {
    db,
    clock,
    randomBytes: systemRandom,
    keyring: createKeyring([new Uint8Array(32).fill(hub.length)], systemRandom),
    mailKey: Buffer.alloc(32, 9),
    passwords: createPasswords(systemRandom, { logN: 8, r: 8, p: 1 }),
  };
  const codeOf = (secret: string, inMs = 0) =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.nowMs() + inMs });
  return {
    ...deps,
    codeOf,
    url: testDatabase.url,
    async merchant(slug) {
      const wanted = { id: newId(deps), slug, name: slug };
      return (await ensureMerchant(db.pipeline, wanted)).id;
    },
    async secondFactor(userId) {
      const secret = (await beginSecondFactor(deps, userId)) ?? '';
      const said = { code: codeOf(secret), mark: secretMark(deps, userId, secret) };
      const codes = (await confirmSecondFactor(deps, userId, said, null)) ?? [];
      return { secret, codes };
    },
    async close() {
      await db.end();
      await testDatabase.drop();
    },
  };
}

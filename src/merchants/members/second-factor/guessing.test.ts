import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../platform/database/database.ts';
import { invite, join } from '../invitations.ts';
import { openTestMembers, type TestMembers } from '../test-members.ts';
import { beginSecondFactor, checkCode, confirmSecondFactor, secretMark } from './second-factor.ts';

/** Somebody who knows a member's password guesses the second step, in two processes at once. */
let members: TestMembers;
let other: { readonly db: Database };
let merchantId: string;
let userId: string;
let secret: string;
let codes: readonly string[];
let index = 0;

const HOUR_MS = 3_600_000;

beforeAll(async () => {
  members = await openTestMembers();
  other = { db: openDatabase({ url: members.url }) };
  merchantId = await members.merchant('shop');
});
afterAll(async () => {
  await other?.db.end();
  await members?.close();
});
beforeEach(async () => {
  index += 1;
  members.clock.advance(HOUR_MS);
  const { token } = await invite(members, merchantId, {
    email: `m${index}@x.example`,
    role: 'owner',
  });
  const said = { email: '', name: 'Member', password: 'four words are enough' };
  const joined = await join(members, token, said);
  if (joined.kind !== 'joined') throw new Error(joined.kind);
  userId = joined.userId;
  ({ secret, codes } = await members.secondFactor(userId));
  members.clock.advance(60_000);
});

/** Alternately in this process and in the other. */
const guess = (code: string, at: number) =>
  checkCode(at % 2 === 0 ? members : { ...members, ...other }, userId, code);

/** Six digits that are not a current code. */
function wrongCodes(count: number): string[] {
  const right = new Set([-30_000, 0, 30_000].map((off) => members.codeOf(secret, off)));
  const all = Array.from({ length: count + 3 }, (_, at) => `${100_000 + at * 7}`);
  return all.filter((code) => !right.has(code)).slice(0, count);
}

const kinds = (outcomes: readonly { readonly kind: string }[]) => ({
  wrong: outcomes.filter(({ kind }) => kind === 'wrong').length,
  locked: outcomes.filter(({ kind }) => kind === 'locked').length,
});

it('of 60 guesses sent at once to two processes ten are checked, and then not even the right code', async () => {
  const outcomes = await Promise.all(wrongCodes(60).map(guess));
  expect(kinds(outcomes)).toEqual({ wrong: 10, locked: 50 });
  for (const right of [members.codeOf(secret), codes[0] ?? '']) {
    expect((await guess(right, 1)).kind).toBe('locked');
  }
  // The recovery code was not used up by that.
  members.clock.advance(HOUR_MS);
  expect((await guess(codes[0] ?? '', 0)).kind).toBe('right');
});

it('guesses at recovery codes and at the app’s count together', async () => {
  const recovery = Array.from({ length: 12 }, (_, at) => `AAAA-BBBB-C${100 + at}`);
  const mixed = wrongCodes(12).flatMap((code, at) => [code, recovery[at] ?? '']);
  const outcomes = [];
  for (const [at, code] of mixed.entries()) outcomes.push(await guess(code, at));
  expect(kinds(outcomes)).toEqual({ wrong: 10, locked: 14 });
});

it('in a day of guessing as fast as allowed no more than ten an hour are checked', async () => {
  let looked = 0;
  for (let minute = 0; minute < 24 * 60; minute += 20) {
    const outcomes = await Promise.all(wrongCodes(4).map(guess));
    looked += kinds(outcomes).wrong;
    members.clock.advance(20 * 60_000);
  }
  expect(looked).toBeLessThanOrEqual(24 * 10);
});

it('a code that was used opens nothing again, not even in the same moment in another process', async () => {
  const code = members.codeOf(secret);
  const both = await Promise.all([0, 1, 2, 3].map((at) => guess(code, at)));
  expect(both.filter(({ kind }) => kind === 'right')).toHaveLength(1);
  const recovery = codes[1] ?? '';
  const again = await Promise.all([0, 1, 2, 3].map((at) => guess(recovery, at)));
  expect(again.filter(({ kind }) => kind === 'right')).toHaveLength(1);
  // Nor does the code of the half minute before, which the phone showed meanwhile.
  expect((await guess(members.codeOf(secret, -30_000), 0)).kind).toBe('wrong');
});

it('only a code is accepted as one', async () => {
  for (const odd of ['', ' ', '-', '000000'.repeat(200), '%', 'NULL', '١٢٣٤٥٦', '\u0000', '💥']) {
    members.clock.advance(HOUR_MS);
    expect([odd.slice(0, 6), (await guess(odd, 0)).kind]).toEqual([odd.slice(0, 6), 'wrong']);
  }
  // Another member's recovery code is none here.
  const others = codes[2] ?? '';
  const { token } = await invite(members, merchantId, {
    email: `o${index}@x.example`,
    role: 'owner',
  });
  const said = { email: '', name: 'Other', password: 'four words are enough' };
  const joined = await join(members, token, said);
  if (joined.kind !== 'joined') throw new Error(joined.kind);
  await members.secondFactor(joined.userId);
  expect((await checkCode(members, joined.userId, others)).kind).toBe('wrong');
});

it('a user signed in without a second step cannot replace a confirmed secret', async () => {
  expect(await beginSecondFactor(members, userId)).toBeNull();
  const forged = { code: members.codeOf(secret), mark: secretMark(members, userId, secret) };
  expect(await confirmSecondFactor(members, userId, forged, null)).toBeNull();
  expect((await guess(members.codeOf(secret), 0)).kind).toBe('right');
});

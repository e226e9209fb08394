import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { type ErrorText, Problem } from '../../kernel/errors.ts';
import type { RandomBytes } from '../../platform/clock.ts';

/** Hashes passwords, a few at a time. */
export interface Passwords {
  /**
   * Returns a hash with its parameters and salt: `scrypt$15$8$1$salt$hash`. Throws `Problem` if too
   * many passwords wait.
   */
  hash(password: string): Promise<string>;
  /**
   * Whether a password matches a stored hash.
   *
   * @param stored null: there is no such user; it takes as long, and never matches.
   */
  matches(password: string, stored: string | null): Promise<boolean>;
}

interface Cost {
  /** The exponent of two; 15 needs 32 MiB and some 100 ms. */
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/**
 * OWASP's second choice where there is no argon2id: https://cheatsheetseries.owasp.org, 2026-03.
 */
const COST: Cost = { logN: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/**
 * The most at once: they use threads of the pool that other work needs too, and 32 MiB of memory
 * each.
 */
const AT_ONCE = 2;
/** The most that wait; further requests would wait for seconds. */
const WAITING_MAX = 20;
const STORED =
  /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9_-]{22})\$([A-Za-z0-9_-]{43})$/;

export function createPasswords(random: RandomBytes, cost: Cost = COST): Passwords {
  let running = 0;
  const waiting: (() => void)[] = [];

  /** Runs `work` once fewer than {@link AT_ONCE} others run; throws if too many wait. */
  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= AT_ONCE) {
      if (waiting.length >= WAITING_MAX) {
        throw new Problem('overloaded', 'members.tooManySignIns', {
          retryAfterS: 5,
        });
      }
      // A finished job passes its place on directly, so that no later one takes it.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

  const decoy = {
    salt: Buffer.from(random(SALT_BYTES)),
    hash: Buffer.from(random(HASH_BYTES)),
  };
  return {
    hash: (password) =>
      inTurn(async () => {
        const salt = Buffer.from(random(SALT_BYTES));
        const hash = await derive(password, salt, cost);
        const texts = [salt, hash].map((bytes) => bytes.toString('base64url'));
        return ['scrypt', cost.logN, cost.r, cost.p, ...texts].join('$');
      }),
    matches: (password, stored) =>
      inTurn(async () => {
        const [, logN, r, p, salt = '', hash = ''] = STORED.exec(stored ?? '') ?? [];
        if (logN === undefined) {
          await derive(password, decoy.salt, cost);
          return false;
        }
        const storedCost = { logN: Number(logN), r: Number(r), p: Number(p) };
        const derived = await derive(password, Buffer.from(salt, 'base64url'), storedCost);
        return timingSafeEqual(derived, Buffer.from(hash, 'base64url'));
      }),
  };
}

function derive(password: string, salt: Buffer, { logN, r, p }: Cost): Promise<Buffer> {
  const N = 2 ** logN;
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, HASH_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

const CHARS_MIN = 10;
const PASSWORD_CHARS_MAX = 200;

/** Returns the reason why a password is not acceptable, or null if it is. Pure. */
export function passwordFault(password: string, email: string): ErrorText | null {
  const length = [...password].length;
  if (length < CHARS_MIN) return { 'members.passwordTooShort': { limit: CHARS_MIN } };
  if (length > PASSWORD_CHARS_MAX) {
    return { 'members.passwordTooLong': { limit: PASSWORD_CHARS_MAX } };
  }
  const plain = password.toLowerCase();
  const user = email.toLowerCase().split('@')[0] ?? '';
  if (plain === email.toLowerCase() || (user.length > 3 && plain.includes(user))) {
    return 'members.passwordContainsEmail';
  }
  if (new Set(plain).size < 4) return 'members.passwordTooSimple';
  return null;
}

import type { Tokens } from '../carrier.ts';
import { seededHex } from '../samples/seeded.ts';

export interface TokenStore {
  at(nowMs: number): Tokens;
  /** Every token given out so far is expired from now on. */
  expireAll(): void;
  readonly issued: number;
}

/** Old tokens are forgotten beyond this many; a forgotten one is unknown rather than expired. */
const TOKENS_MAX = 10_000;

export function createTokenStore(seed: string): TokenStore {
  const tokens = new Map<string, { account: string; scope: string; untilMs: number }>();
  let issued = 0;
  return {
    at: (nowMs) => ({
      issue(account, lifetimeS, scope = '') {
        issued += 1;
        const token = `sandbox-${seededHex(seed, 'token', issued)}`;
        tokens.set(token, { account, scope, untilMs: nowMs + lifetimeS * 1_000 });
        const [oldest] = tokens.keys();
        if (tokens.size > TOKENS_MAX && oldest !== undefined) tokens.delete(oldest);
        return token;
      },
      check(token) {
        const found = token === null ? undefined : tokens.get(token);
        if (found === undefined) return { state: 'unknown' };
        const { account, scope, untilMs } = found;
        return untilMs > nowMs ? { state: 'valid', account, scope } : { state: 'expired', account };
      },
    }),
    expireAll() {
      for (const [token, value] of tokens) tokens.set(token, { ...value, untilMs: 0 });
    },
    get issued() {
      return issued;
    },
  };
}

import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import type { CarrierSession } from '../../adapters/contract/pull.ts';
import {
  createPace,
  createSession,
  createTokenCache,
  type ObservedExchange,
  type Pace,
  paceWindows,
} from '../../adapters/index.ts';
import type { PollingAccount } from '../../intake/index.ts';
import type { Clock, RandomBytes, Wait } from '../../platform/clock.ts';
import type { HttpClient } from '../../platform/net/http-client.ts';
import type { CallGuard } from '../run/guard.ts';

export interface SessionsDeps {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly wait: Wait;
  readonly randomBytes: RandomBytes;
  /** The origin at which an account's carrier is called; null if there is none. */
  readonly originOf: (account: PollingAccount, adapter: CarrierAdapter) => string | null;
  readonly onExchange?: (carrier: string, exchange: ObservedExchange) => void;
}

/** The sessions of all accounts. Tokens and rates are shared between pieces of work. */
export interface Sessions {
  /** Returns null if the adapter cannot poll at all, or not in the account's environment. */
  open(account: PollingAccount, adapter: CarrierAdapter, guard: CallGuard): CarrierSession | null;
}

/** The number of accounts whose call rate is remembered in this process. */
const PACES_MAX = 10_000;

/**
 * Creates what opens sessions with carriers. Their tokens are cached, and all sessions of an
 * account share its pace.
 */
export function createSessions(deps: SessionsDeps): Sessions {
  const { clock, wait } = deps;
  const tokens = createTokenCache(clock, wait);
  const paces = new Map<string, Pace>();

  function paceOf({ id }: PollingAccount, { manifest }: CarrierAdapter): Pace {
    const known = paces.get(id);
    if (known !== undefined) return known;
    const pace = createPace(paceWindows(manifest.limits), clock, wait);
    paces.set(id, pace);
    for (const oldest of paces.keys()) {
      if (paces.size <= PACES_MAX) break;
      paces.delete(oldest);
    }
    return pace;
  }

  return {
    open(account, adapter, guard) {
      const origin = adapter.access === undefined ? null : deps.originOf(account, adapter);
      if (origin === null) return null;
      return createSession({
        accountId: account.id,
        adapter,
        credentials: account.credentials,
        origin,
        http: deps.http,
        tokens,
        clock,
        randomBytes: deps.randomBytes,
        debit: guard.debit,
        breaker: guard.breaker,
        pace: paceOf(account, adapter),
        onAnswer: (exchange) => deps.onExchange?.(account.carrier, exchange),
      });
    },
  };
}

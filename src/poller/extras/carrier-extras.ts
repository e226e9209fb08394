import type { CarrierAdapter } from '../../adapters/contract/contract.ts';
import type {
  PickupPointQuery,
  PickupPointsOutcome,
  RedirectOptionsOutcome,
  RedirectOutcome,
  RedirectRequest,
} from '../../adapters/contract/extras.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { createSessions, type SessionsDeps } from '../accounts/sessions.ts';
import { type AskCarrierDeps, type Asked, askWith, readyAccount } from './ask-carrier.ts';
import { createPointCache, pointKey } from './point-cache.ts';

/** What carriers offer beyond tracking, asked for with a merchant's own account. */
export interface CarrierExtras {
  pickupPoints(
    tenant: Tenant,
    carrier: string,
    query: PickupPointQuery,
  ): Promise<Offered<PickupPointsOutcome> & { readonly asOfMs?: number }>;
  redirectOptions(
    tenant: Tenant,
    carrier: string,
    trackingNumber: string,
  ): Promise<Offered<RedirectOptionsOutcome>>;
  redirect(
    tenant: Tenant,
    carrier: string,
    request: RedirectRequest,
  ): Promise<Offered<RedirectOutcome>>;
}

/** `not_offered`: the adapter has no such thing, whoever asks. */
export type Offered<T> = Asked<T> | { readonly outcome: 'not_offered' };

export interface CarrierExtrasDeps
  extends Omit<AskCarrierDeps, 'openSession'>,
    Omit<SessionsDeps, 'onExchange'> {
  readonly adapterOf: (carrier: string) => CarrierAdapter | undefined;
}

export function createCarrierExtras(given: CarrierExtrasDeps): CarrierExtras {
  const deps = { ...given, openSession: createSessions(given).open };
  const cache = createPointCache(deps.clock);
  const underWay = new Map<string, Promise<Asked<PickupPointsOutcome>>>();

  /** Many who look at one page ask once. */
  function once(
    key: string,
    work: () => Promise<Asked<PickupPointsOutcome>>,
  ): Promise<Asked<PickupPointsOutcome>> {
    const running = underWay.get(key);
    if (running !== undefined) return running;
    const started = work().finally(() => underWay.delete(key));
    underWay.set(key, started);
    return started;
  }

  return {
    async pickupPoints(tenant, carrier, query) {
      const adapter = deps.adapterOf(carrier);
      const { pickupPoints } = adapter ?? {};
      if (adapter === undefined || pickupPoints === undefined) return { outcome: 'not_offered' };
      const ready = await readyAccount(deps, tenant, carrier);
      if (ready.outcome !== 'ready') return ready;
      const { account } = ready;
      const { environment, id } = account;
      const key = pointKey(carrier, environment, query);
      const kept = cache.get(key);
      if (kept !== null) {
        return { outcome: 'asked', value: kept.outcome, environment, asOfMs: kept.asOfMs };
      }
      const asked = await once(`${id} ${key}`, () =>
        askWith(deps, account, adapter, (session) => pickupPoints(query, session)),
      );
      if (asked.outcome === 'asked') cache.keep(key, asked.value);
      return { ...asked, asOfMs: deps.clock.nowMs() };
    },
    async redirectOptions(tenant, carrier, trackingNumber) {
      const adapter = deps.adapterOf(carrier);
      const { redirectOptions } = adapter ?? {};
      if (adapter === undefined || redirectOptions === undefined) {
        return { outcome: 'not_offered' };
      }
      const ready = await readyAccount(deps, tenant, carrier);
      if (ready.outcome !== 'ready') return ready;
      return askWith(deps, ready.account, adapter, (session) =>
        redirectOptions(trackingNumber, session),
      );
    },
    async redirect(tenant, carrier, request) {
      const adapter = deps.adapterOf(carrier);
      const { redirect } = adapter ?? {};
      if (adapter === undefined || redirect === undefined) return { outcome: 'not_offered' };
      const ready = await readyAccount(deps, tenant, carrier);
      if (ready.outcome !== 'ready') return ready;
      return askWith(deps, ready.account, adapter, (session) => redirect(request, session));
    },
  };
}

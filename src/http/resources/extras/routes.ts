import type {
  PickupPoint,
  RedirectOption,
  RedirectRequest,
  RedirectTarget,
} from '../../../adapters/contract/extras.ts';
import type { AccountFailure } from '../../../adapters/contract/pull.ts';
import type { Registry } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isTerminal } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { CarrierExtras, Offered } from '../../../poller/index.ts';
import { findShipment, iso, type TrackingDeps } from '../../../tracking/index.ts';
import type { Answer } from '../../kit/answer.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { BodyOf, QueryOf } from '../../kit/operation.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import { whyPaused } from '../pulling/routes.ts';
import { noSuchShipment, shipmentId } from '../shipments/routes.ts';
import {
  pickupPointsOperation,
  redirectOperation,
  redirectOptionsOperation,
} from './operations.ts';
import { redirected as redirectTaken } from './schema.ts';

export interface ExtrasRoutesDeps {
  readonly tracking: TrackingDeps;
  readonly registry: Registry;
  /** Null where nothing is asked of carriers. */
  readonly extras: CarrierExtras | null;
  readonly log: Logger;
}

/** Pickup points near a place, and having parcels on their way taken elsewhere. */
export function extrasRoutes(api: MerchantApi, deps: ExtrasRoutesDeps): readonly Route[] {
  const { tracking, registry, log } = deps;

  function extras(): CarrierExtras {
    if (deps.extras !== null) return deps.extras;
    throw new Problem('no_carrier_account', 'This installation asks no carrier.');
  }

  /** A shipment that may still change; throws when it has ended. */
  async function underWay(tenant: Tenant, id: string) {
    const shipment = await findShipment(tracking, tenant, shipmentId(id));
    if (shipment === null) throw noSuchShipment();
    const { status } = shipment.state;
    if (!isTerminal(status)) return shipment;
    throw new Problem('conflict', `The shipment is ${status}; no carrier takes it elsewhere.`, {
      extra: { current: status },
    });
  }

  return [
    merchantRoute(api, pickupPointsOperation, async ({ tenant, param, query }) => {
      const adapter = registry.get(param('carrier'));
      if (adapter === undefined) {
        throw new Problem(
          'not_found',
          'There is no such carrier here; GET /v1/carriers lists all.',
        );
      }
      const { name, displayName } = adapter.manifest;
      const found = await extras().pickupPoints(tenant, name, queryOf(query));
      const { value, environment } = asked(found, displayName, 'names no pickup points');
      if (value.outcome !== 'points' && value.outcome !== 'none') throw failed(value, displayName);
      const points = value.outcome === 'points' ? value.points : [];
      return {
        status: 200,
        body: {
          data: points.map(pointJson),
          next_cursor: null,
          note: value.outcome === 'none' ? sentence(value.reason) : null,
          environment,
          as_of: iso(found.asOfMs ?? tracking.clock.nowMs()),
        },
      };
    }),
    merchantRoute(api, redirectOptionsOperation, async ({ tenant, param }) => {
      const { id, carrier, trackingNumber } = await underWay(tenant, param('id'));
      const found = await extras().redirectOptions(tenant, carrier, trackingNumber);
      const shown = nameOf(registry, carrier);
      const { value, environment } = asked(found, shown, 'takes no parcel elsewhere for us');
      if (value.outcome !== 'options' && value.outcome !== 'none') throw failed(value, shown);
      const options = value.outcome === 'options' ? value.options : [];
      return {
        status: 200,
        body: {
          id,
          carrier,
          data: options.map(optionJson),
          note: value.outcome === 'none' ? sentence(value.reason) : null,
          environment,
        },
      };
    }),
    merchantRoute(api, redirectOperation, async ({ tenant, key, param, body }) => {
      const { id, carrier, trackingNumber } = await underWay(tenant, param('id'));
      const request = requestOf(trackingNumber, body);
      const shown = nameOf(registry, carrier);
      return api.idempotency.once(
        tenant,
        `redirect ${id}`,
        () => redirected(tenant, key.id, { id, carrier, shown, request }),
        (earlier) => {
          if (!body.replace) throw redirectedBefore(shown, earlier);
        },
      );
    }),
  ];

  async function redirected(
    tenant: Tenant,
    keyId: string,
    what: {
      readonly id: string;
      readonly carrier: string;
      readonly shown: string;
      readonly request: RedirectRequest;
    },
  ): Promise<Answer> {
    const { id, carrier, shown, request } = what;
    const found = await extras().redirect(tenant, carrier, request);
    const { kind } = request.to;
    const { value, environment } = asked(found, shown, 'takes no parcel elsewhere for us');
    const said = value.outcome === 'accepted' ? { reference: value.reference } : why(value);
    // Never where to or for whom.
    log.info(
      { shipment_id: id, carrier, key_id: keyId, kind, outcome: value.outcome, ...said },
      'a redirect was asked for',
    );
    switch (value.outcome) {
      case 'accepted': {
        const { outcome, reference } = value;
        return { status: 202, body: { id, outcome, kind, reference, environment } };
      }
      case 'refused':
        throw new Problem('redirect_refused', `${shown} does not do it: ${value.reason}.`);
      case 'not_offered':
        throw new Problem('not_offered', `${sentence(value.reason)} See redirect-options.`);
      case 'invalid':
        throw invalidMember(value.pointer, value.reason, value.fix);
      default:
        throw failed(value, shown);
    }
  }
}

/** Two that contradict each other would both be charged, and which one counts nobody could say. */
function redirectedBefore(shown: string, earlier: unknown): Problem {
  const { kind, reference } = redirectTaken.parse(earlier);
  const named = reference === null ? kind : `${kind} (${reference})`;
  return new Problem(
    'conflict',
    `${shown} took a redirect of this parcel within the last day: ${named}. To have it changed all the same, send replace: true.`,
    { extra: { earlier: { kind, reference } } },
  );
}

function nameOf(registry: Registry, carrier: string): string {
  return registry.get(carrier)?.manifest.displayName ?? carrier;
}

/** What was answered; throws for everything that kept the carrier from being asked. */
function asked<T>(found: Offered<T>, shown: string, doesNot: string) {
  switch (found.outcome) {
    case 'asked':
      return found;
    case 'not_offered':
      throw new Problem('not_offered', `${shown} ${doesNot}.`);
    case 'no_account':
      throw new Problem(
        'no_carrier_account',
        `You have no account with credentials for ${shown} in this mode.`,
      );
    case 'no_system':
      throw new Problem('no_carrier_account', sentence(found.reason));
    case 'paused':
      throw new Problem('account_paused', whyPaused(found), { retryAfterS: found.retryAfterS });
  }
}

/** A minute is what most troubles last. */
const RETRY_AFTER_S = 60;

function failed(failure: AccountFailure, shown: string): Problem {
  const { outcome, reason, retryAfterS } = failure;
  const wait = { retryAfterS: Math.max(1, Math.ceil(retryAfterS ?? RETRY_AFTER_S)) };
  switch (outcome) {
    case 'auth_error':
      return new Problem(
        'account_refused',
        `${shown} refuses the account's credentials: ${reason}.`,
      );
    case 'scope_missing':
      return new Problem('account_refused', `The account lacks a permission for this: ${reason}.`);
    case 'rate_limited':
      return new Problem('carrier_unavailable', `${shown} lets the account wait: ${reason}.`, wait);
    case 'unsent':
      return reason === 'budget'
        ? new Problem('no_budget', 'The account has spent what people may ask for.', wait)
        : new Problem('carrier_unavailable', `${shown} is not asked at present: ${reason}.`, wait);
    case 'error':
      return new Problem('carrier_unavailable', `${shown} gave no answer: ${reason}.`, wait);
  }
}

function why(value: { readonly reason: string }) {
  return { reason: value.reason };
}

/** A part of a sentence as a whole one. */
function sentence(reason: string): string {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}

function queryOf(query: QueryOf<typeof pickupPointsOperation>) {
  const { country, postal_code: postalCode, city, lat, lng, radius_m, limit, kinds } = query;
  return {
    country,
    postalCode,
    radiusM: radius_m,
    limit,
    ...(city === undefined ? {} : { city }),
    ...(lat === undefined || lng === undefined ? {} : { lat, lng }),
    ...(kinds === undefined ? {} : { kinds }),
  };
}

function pointJson({ address, ...point }: PickupPoint) {
  const { postalCode, ...place } = address;
  return {
    id: point.id,
    kind: point.kind,
    name: point.name,
    address: { ...place, postal_code: postalCode },
    lat: point.lat,
    lng: point.lng,
    distance_m: point.distanceM,
    hours: point.hours,
    services: point.services,
    capacity: point.capacity,
    temporarily_closed: point.temporarilyClosed,
    weight_max_g: point.weightMaxG,
  };
}

function optionJson({ needsContact, takesInstructions = false, ...option }: RedirectOption) {
  return { ...option, needs_contact: needsContact, takes_instructions: takesInstructions };
}

function requestOf(
  trackingNumber: string,
  { to, contact, instructions }: BodyOf<typeof redirectOperation>,
): RedirectRequest {
  return {
    trackingNumber,
    to: targetOf(to),
    contact: contact ? { ...contact, email: contact.email ?? null } : null,
    instructions: instructions ?? null,
  };
}

function targetOf(to: BodyOf<typeof redirectOperation>['to']): RedirectTarget {
  switch (to.kind) {
    case 'pickup_point':
      return { kind: to.kind, pointId: to.point_id };
    case 'address': {
      const { postal_code: postalCode, region, ...address } = to.address;
      return { kind: to.kind, address: { ...address, postalCode, region: region ?? null } };
    }
    default:
      return to;
  }
}

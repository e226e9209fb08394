import type { z } from 'zod';
import type {
  RedirectOption,
  RedirectRequest,
  RedirectTarget,
} from '../../../adapters/contract/extras.ts';
import { carrierName, type Registry } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { isTerminal } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { CarrierExtras } from '../../../poller/index.ts';
import { findShipment, type TrackingDeps } from '../../../tracking/ports/shipments.ts';
import type { Answer } from '../../kit/answer.ts';
import type { Idempotency } from '../../kit/idempotency.ts';
import { invalidMember } from '../../kit/validation.ts';
import { answerOrThrow, failureProblem, requireExtras, sentence } from '../carriers/ask-carrier.ts';
import { noSuchShipment, shipmentId } from '../shipments/routes.ts';
import { type redirect, redirected as redirectAccepted } from './schema.ts';

interface RedirectsDeps {
  readonly idempotency: Pick<Idempotency, 'once'>;
  readonly tracking: TrackingDeps;
  readonly registry: Registry;
  /** Null when this hub polls no carriers. */
  readonly extras: CarrierExtras | null;
  readonly log: Logger;
}

/** Holds, returns or redirects parcels in transit, for the API and the desk alike. */
export interface Redirects {
  /**
   * What the carrier offers for a parcel now. Throws a Problem when the carrier cannot be called.
   */
  options(tenant: Tenant, id: string): Promise<RedirectOffer>;
  /**
   * Sends the request to the carrier once: for a day after the carrier accepted one, another is
   * refused unless `body.replace`.
   *
   * @param by who requests it, for the log: the name and id of a key or member.
   */
  redirect(
    tenant: Tenant,
    by: Readonly<Record<string, string>>,
    id: string,
    body: z.output<typeof redirect>,
  ): Promise<Answer>;
}

interface RedirectOffer {
  readonly id: string;
  readonly carrier: string;
  readonly options: readonly RedirectOption[];
  /** Why nothing is offered, as a sentence; null: something is. */
  readonly note: string | null;
  readonly environment: ReturnType<typeof answerOrThrow>['environment'];
}

export function createRedirects(deps: RedirectsDeps): Redirects {
  const { idempotency, tracking, registry, extras, log } = deps;

  /** A shipment that can still change; throws when it has ended. */
  async function findRedirectable(tenant: Tenant, id: string) {
    const shipment = await findShipment(tracking, tenant, shipmentId(id));
    if (shipment === null) throw noSuchShipment();
    const { status } = shipment.state;
    if (!isTerminal(status)) return shipment;
    throw new Problem(
      'conflict',
      { 'shipments.notRedirectable': { status } },
      {
        extra: { current: status },
      },
    );
  }

  return {
    async options(tenant, given) {
      const { id, carrier, trackingNumber } = await findRedirectable(tenant, given);
      const found = await requireExtras(extras).redirectOptions(tenant, carrier, trackingNumber);
      const shown = nameOf(registry, carrier);
      const { value, environment } = answerOrThrow(found, shown, 'redirects');
      if (value.outcome !== 'options' && value.outcome !== 'none')
        throw failureProblem(value, shown);
      return {
        id,
        carrier,
        environment,
        options: value.outcome === 'options' ? value.options : [],
        note: value.outcome === 'none' ? errorText(sentence(value.reason)) : null,
      };
    },
    async redirect(tenant, by, given, body) {
      const { id, carrier, trackingNumber } = await findRedirectable(tenant, given);
      const request = toRedirectRequest(trackingNumber, body);
      const shown = nameOf(registry, carrier);
      return idempotency.once(
        tenant,
        `redirect ${id}`,
        () => sendRedirect(tenant, by, { id, carrier, shown, request }),
        (earlier) => {
          if (!body.replace) throw earlierRedirectProblem(shown, earlier);
        },
      );
    },
  };

  /** Sends the request to the carrier and logs the outcome; throws unless the carrier accepted it. */
  async function sendRedirect(
    tenant: Tenant,
    by: Readonly<Record<string, string>>,
    what: {
      readonly id: string;
      readonly carrier: string;
      readonly shown: string;
      readonly request: RedirectRequest;
    },
  ): Promise<Answer> {
    const { id, carrier, shown, request } = what;
    const found = await requireExtras(extras).redirect(tenant, carrier, request);
    const { kind } = request.to;
    const { value, environment } = answerOrThrow(found, shown, 'redirects');
    const details =
      value.outcome === 'accepted' ? { reference: value.reference } : reasonOnly(value);
    // Never log the destination or the recipient.
    log.info(
      { shipment_id: id, carrier, ...by, kind, outcome: value.outcome, ...details },
      'a redirect was requested',
    );
    switch (value.outcome) {
      case 'accepted': {
        const { outcome, reference } = value;
        return { status: 202, body: { id, outcome, kind, reference, environment } };
      }
      case 'refused':
        throw new Problem('redirect_refused', {
          'shipments.carrierRefused': { shown, reason: value.reason },
        });
      case 'not_offered':
        throw new Problem('not_offered', {
          'shipments.redirectNotOffered': { sentence: { text: sentence(value.reason) } },
        });
      case 'invalid':
        throw invalidMember(value.pointer, sentence(value.reason), sentence(value.fix));
      default:
        throw failureProblem(value, shown);
    }
  }
}

/** Refuses a second request: both would be charged, and nobody could say which one applies. */
function earlierRedirectProblem(shown: string, earlier: unknown): Problem {
  const { kind, reference } = redirectAccepted.parse(earlier);
  const named = reference === null ? kind : `${kind} (${reference})`;
  return new Problem(
    'conflict',
    { 'shipments.redirectAlreadyAccepted': { shown, named } },
    {
      extra: { earlier: { kind, reference } },
    },
  );
}

function nameOf(registry: Registry, carrier: string): string {
  return carrierName(registry, carrier);
}

function reasonOnly(value: { readonly reason: string }) {
  return { reason: value.reason };
}

function toRedirectRequest(
  trackingNumber: string,
  { to, contact, instructions }: z.output<typeof redirect>,
): RedirectRequest {
  return {
    trackingNumber,
    to: toRedirectTarget(to),
    contact: contact ? { ...contact, email: contact.email ?? null } : null,
    instructions: instructions ?? null,
  };
}

function toRedirectTarget(to: z.output<typeof redirect>['to']): RedirectTarget {
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

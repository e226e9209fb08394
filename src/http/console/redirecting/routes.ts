import type { PickupPoint } from '../../../adapters/contract/extras.ts';
import { type ErrorText, Problem, STATUS_OF } from '../../../kernel/errors.ts';
import { isTerminal } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { SelfServiceOutcome } from '../../../reactions/exceptions/index.ts';
import {
  patchShipment,
  type ShipmentView,
  viewShipment,
} from '../../../tracking/ports/shipments.ts';
import { sentence } from '../../api/carriers/ask-carrier.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import type { DeskCall, DeskDeps, DeskFormCall } from '../kit/visit.ts';
import { shipmentPathOf } from '../shipments/list-page.tsx';
import { idOf, noSuchShipment } from '../shipments/shipment-id.ts';
import { destinationFrom, type Possible, redirectFrom } from './body.ts';
import { RedirectPage } from './page.tsx';

const POINTS_MAX = 20;

/** Holding, returning or redirecting a parcel: by its carrier, or by own couriers. */
export function redirectingRoutes(deps: DeskDeps): readonly Route[] {
  return [
    deskPage(deps, 'readDeskRedirect', async (call) => {
      const view = await shipmentOf(deps, call);
      return RedirectPage({ deps, call, view, possible: await possibleFor(deps, call, view) });
    }),
    deskForm(deps, 'redirectDeskShipment', async (call) => {
      const view = await shipmentOf(deps, call);
      try {
        const done = await requestChange(deps, call, view);
        await call.note(`${call.form.get('kind')} ${view.shipment.id}`);
        return { seeOther: `${shipmentPathOf(view.shipment.id)}?done=${done}` };
      } catch (error) {
        if (!(error instanceof Problem) || !isCorrectable(error)) throw error;
        const possible = await possibleFor(deps, call, view);
        const refusal = { problem: error, said: call.form };
        return { invalid: RedirectPage({ deps, call, view, possible, refusal }) };
      }
    }),
  ];
}

/** Errors that can be corrected in the form; others get their own page. */
function isCorrectable({ code }: Problem): boolean {
  return STATUS_OF[code] < 500 && code !== 'not_found' && code !== 'forbidden';
}

/** The shipment of the page's path. Throws a 404 if the merchant has no such shipment. */
async function shipmentOf({ parts }: DeskDeps, call: DeskCall): Promise<ShipmentView> {
  const view = await viewShipment(parts.tracking, call.tenant, idOf(call));
  if (view === null) throw noSuchShipment();
  return view;
}

function isOfOwnCouriers({ parts }: DeskDeps, { shipment }: ShipmentView): boolean {
  const { manifest } = parts.adapters.get(shipment.carrier) ?? {};
  return manifest?.capabilities.includes('scans') ?? false;
}

/** What can be requested for a parcel now, as the form offers it. */
async function possibleFor(
  deps: DeskDeps,
  { tenant, may }: DeskCall,
  view: ShipmentView,
): Promise<Possible> {
  const { shipment, personal } = view;
  if (isTerminal(shipment.state.status)) {
    return { kind: 'ended' };
  }
  if (isOfOwnCouriers(deps, view)) {
    const offers = await deps.parts.exceptions?.selfService
      .as('merchant')
      .offers({ tenant, shipmentId: shipment.id });
    const destination = may('people:see') ? personal.destination : null;
    return { kind: 'own', dates: offers?.reschedule?.dates ?? [], destination };
  }
  try {
    const { options, note } = await deps.redirects.options(tenant, shipment.id);
    const offered = options.filter(({ eligibility }) => eligibility !== 'not_eligible');
    if (offered.length === 0) {
      return {
        kind: 'none',
        why: note === null ? [] : [{ 'values.verbatim': { text: note } }],
      };
    }
    const wantsPoints = offered.some(({ kind }) => kind === 'pickup_point');
    const points = wantsPoints ? await pointsNear(deps, tenant, view) : [];
    return { kind: 'carrier', options, points };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { kind: 'none', why: [error.detail, error.fix].filter((each) => each !== null) };
  }
}

/** Empty when the carrier lists none, or the destination is unknown. */
async function pointsNear(
  { extras }: DeskDeps,
  tenant: Tenant,
  { shipment, personal }: ShipmentView,
): Promise<readonly PickupPoint[]> {
  const { country, postal_code: postalCode, city } = personal.destination ?? {};
  if (!extras || typeof country !== 'string' || typeof postalCode !== 'string') return [];
  const near = typeof city === 'string' && city !== '' ? { city } : {};
  const query = { country: country.toUpperCase(), postalCode, ...near, limit: POINTS_MAX };
  const found = await extras.pickupPoints(tenant, shipment.carrier, query);
  return found.outcome === 'asked' && found.value.outcome === 'points' ? found.value.points : [];
}

/** Requests what the form asks for; returns the name of the notice for the next page. */
async function requestChange(
  deps: DeskDeps,
  call: DeskFormCall,
  view: ShipmentView,
): Promise<string> {
  const { tenant, form, visitor } = call;
  const { id } = view.shipment;
  if (!isOfOwnCouriers(deps, view)) {
    const by = { [`${visitor.actor.kind}_id`]: visitor.actor.id };
    await deps.redirects.redirect(tenant, by, id, redirectFrom(form));
    return 'redirected';
  }
  switch (form.get('kind')) {
    case 'own_address': {
      if (isTerminal(view.shipment.state.status)) throw parcelEnded();
      const destination = destinationFrom(form, view.personal.destination);
      if (Object.keys(destination).length === 0) {
        throw invalidMember('/line1', 'shipments.addressEmpty', 'shipments.completeAddress');
      }
      await patchShipment(deps.parts.tracking, tenant, id, { personal: { destination } });
      return 'address';
    }
    case 'own_day': {
      const wanted = { date: form.get('date') ?? '', window: null, instructions: null };
      const outcome = await deps.parts.exceptions?.selfService
        .as('merchant')
        .reschedule({ tenant, shipmentId: id }, wanted);
      if (outcome?.outcome === 'accepted') return outcome.by === 'carrier' ? 'day' : 'day-open';
      throw dayRefused(outcome);
    }
    default:
      throw new Problem('bad_request', 'shipments.chooseParcelAction');
  }
}

function parcelEnded(): Problem {
  return new Problem('conflict', 'shipments.parcelEnded');
}

type NotAccepted = Exclude<SelfServiceOutcome, { readonly outcome: 'accepted' }>;

function dayRefused(outcome: NotAccepted | undefined): Problem {
  if (outcome === undefined) return parcelEnded();
  switch (outcome.outcome) {
    case 'invalid':
      return invalidMember('/date', outcome.reason, outcome.fix);
    case 'unavailable':
      return new Problem('conflict', 'shipments.changeInProgress', {
        fix: 'shipments.retryInMoment',
      });
    case 'not_found':
      return parcelEnded();
    default:
      return new Problem('conflict', reasonOf(outcome), {
        fix: 'shipments.checkParcelPage',
      });
  }
}

/** Only a carrier's refusal is in the carrier's own words. */
function reasonOf(outcome: Extract<NotAccepted, { readonly reason: unknown }>): ErrorText {
  return outcome.outcome === 'refused' ? sentence(outcome.reason) : outcome.reason;
}

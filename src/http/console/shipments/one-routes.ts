import { withWindow } from '../../../events/estimate.ts';
import { tags as tagsSchema } from '../../../events/shipment-attributes.ts';
import { Problem } from '../../../kernel/errors.ts';
import { NO_POSTAL_CODES } from '../../../kernel/places/postal-codes.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { messagesIn } from '../../../platform/messages/catalogue.ts';
import {
  type Delivery,
  ENDPOINTS_MAX,
  listDeliveries,
  listEndpoints,
} from '../../../reactions/merchant-webhooks/index.ts';
import { explainPrediction } from '../../../reactions/predictions/index.ts';
import { givenPlace } from '../../../tracking/ports/predictions.ts';
import {
  deleteShipment,
  findShipment,
  patchShipment,
  readShipmentNotes,
  type ShipmentView,
  shipmentJson,
  viewShipment,
} from '../../../tracking/ports/shipments.ts';
import { makeProofDocument } from '../../api/proofs/make-proof-document.ts';
import { isShown } from '../../kit/file-types.ts';
import type { Route } from '../../kit/route.ts';
import { isHeld } from '../exceptions/case-page.tsx';
import { loadCaseWork } from '../exceptions/routes.ts';
import { readersTime } from '../kit/dates.ts';
import { deskForm, deskPage } from '../kit/desk-route.ts';
import type { PageAnswer } from '../kit/page-answer.ts';
import { languageFor, timeZoneFor } from '../kit/spoken.tsx';
import type { DeskCall, DeskDeps } from '../kit/visit.ts';
import { EVERY_MESSAGE } from '../messages/sent-table.tsx';
import type { ParcelJourney } from '../scans/scan-map.tsx';
import { centreOfCode, scanPlaces } from '../scans/scan-places.ts';
import { nameOfCarrier } from '../settings/carrier-form.tsx';
import { recipientActionRoutes } from './act-routes.ts';
import { shipmentPathOf } from './list-page.tsx';
import { AT, openDeliveriesOf } from './listing.ts';
import { type ShipmentSnapshot, seeShipment, type Viewer } from './parts/shipment-snapshot.ts';
import { idOf, noSuchShipment } from './shipment-id.ts';
import { DeskShipmentPage } from './shipment-page.tsx';

const MESSAGES_SHOWN = 50;
const DELIVERIES_SHOWN = 20;
/** One parcel, and the actions of its merchant. */
export function oneShipmentRoutes(deps: DeskDeps): readonly Route[] {
  return [
    deskPage(deps, 'readDeskShipment', (call) => shipmentPage(deps, call, null)),
    ...actionRoutes(deps),
    ...recipientActionRoutes(deps, (call, link) => shipmentPage(deps, call, link)),
    ...fileRoutes(deps),
  ];
}

/** @param link a new link for its recipient; null: none. */
async function shipmentPage(
  deps: DeskDeps,
  call: DeskCall,
  link: string | null,
): Promise<PageAnswer> {
  const { parts, notifications } = deps;
  const id = idOf(call);
  const snapshot = await seeShipment(parts, call.tenant, id);
  if (snapshot === null) throw noSuchShipment();
  const filter = { ...EVERY_MESSAGE, shipmentId: id };
  const newest = { before: null, limit: MESSAGES_SHOWN };
  const viewer = viewerOf(deps, call, id);
  const { shipment } = snapshot.view;
  const openDelivery = (await openDeliveriesOf(deps, [shipment])).get(id) ?? null;
  const { estimated_delivery: estimate } = shipmentJson(shipment, parts.publicUrl());
  const openCase = snapshot.cases.find(({ state }) => state === 'open');
  const isHeldForUs = openCase !== undefined && isHeld(shipment, openCase);
  const mayWork = openCase !== undefined && call.may('shipments:change');
  const page = DeskShipmentPage({
    deps,
    call,
    snapshot,
    viewer,
    // Nothing moves before somebody answers, so an earlier estimate would mislead.
    estimate: isHeldForUs
      ? null
      : withWindow(estimate, openDelivery?.arrival ?? null, shipment.destinationZone),
    openDelivery,
    link,
    course: {
      ...placesOf(deps, snapshot, viewer, timeZoneFor(call.request)),
      // A courier's position near the door reveals where the recipient lives.
      now: viewer.seesPeople ? ((await parts.custody?.whereabouts(call.tenant, id)) ?? null) : null,
    },
    messages: await notifications.list(call.tenant, filter, newest),
    written: viewer.seesPeople ? await notifications.writtenAbout(call.tenant, id) : new Map(),
    notes: viewer.seesPeople ? await readShipmentNotes(parts.tracking, call.tenant, id) : [],
    deliveries: await deliveriesOf(deps, call, id),
    shopOrders: (await deps.shops?.ordersOf(call.tenant, id)) ?? [],
    shopWrites: await shopWritesOf(deps, call, id),
    explained: await explainPrediction(parts.db, call.tenant, id),
    notice: noticeOf(deps, call, snapshot.view),
    work:
      parts.exceptions !== undefined && mayWork
        ? await loadCaseWork(
            { exceptions: parts.exceptions, members: deps.members },
            call,
            openCase.id,
            shipmentPathOf(id),
          )
        : null,
  });
  return page;
}

/** The result of the previous form, in words. */
function noticeOf(deps: DeskDeps, { query, request }: DeskCall, { shipment }: ShipmentView) {
  const language = languageFor(request);
  const [words, texts] = [messagesIn(language).desk.redirect, messagesIn(language).desk.shipment];
  switch (query.get('done')) {
    case 'added':
      return texts.doneAdded;
    case 'known':
      return texts.doneKnown;
    case 'queued':
      return texts.doneQueued;
    case 'fresh':
      return texts.doneFresh;
    case 'tags':
      return texts.doneTags;
    case 'status':
      return texts.doneStatus;
    case 'note':
      return messagesIn(language).desk.compose.doneNote;
    case 'redirected':
      return words.doneRequested({ carrier: nameOfCarrier(deps, shipment.carrier) });
    case 'address':
      return words.doneAddress;
    case 'day':
      return words.doneDay;
    case 'day-open':
      return words.doneDayOpen;
    default:
      return null;
  }
}

/** The places of a parcel and its destination. Users who may not see people get no addresses. */
function placesOf(
  { postalCodes = NO_POSTAL_CODES }: DeskDeps,
  { view, own }: ShipmentSnapshot,
  { seesPeople }: Viewer,
  timeZone: string,
): Omit<ParcelJourney, 'now'> {
  const { events, personal } = view;
  const handedOver = own.proofs.flatMap(({ place, capturedAtMs: atMs }) =>
    seesPeople && place !== null ? [{ lat: place.lat, lng: place.lng, atMs }] : [],
  );
  const to = seesPeople ? personal.destination : null;
  const text = (name: string) => {
    const value = to?.[name];
    return typeof value === 'string' ? value : null;
  };
  const area = { postalCode: text('postal_code'), country: text('country') };
  // If only the country is known there is no mark: in its centre it would look like an address.
  const destination =
    to === null ? null : (givenPlace({ destination: to }) ?? centreOfCode(area, postalCodes));
  const eventsInReadersTime = events.map((event) => ({
    ...event,
    occurredLocal: readersTime(event, timeZone),
  }));
  return { places: scanPlaces(eventsInReadersTime, handedOver, postalCodes), destination };
}

/** Deliveries of all endpoints, newest first. */
async function deliveriesOf({ parts }: DeskDeps, { tenant }: DeskCall, shipmentId: string) {
  const { webhooks } = parts;
  const endpoints = await listEndpoints(webhooks, tenant, { after: null, limit: ENDPOINTS_MAX });
  const all: Delivery[] = [];
  const page = { before: null, limit: DELIVERIES_SHOWN };
  for (const { id } of endpoints) {
    all.push(...((await listDeliveries(webhooks, tenant, id, { shipmentId }, page)) ?? []));
  }
  return all.sort((a, b) => b.recordedAtMs - a.recordedAtMs).slice(0, DELIVERIES_SHOWN);
}

/** What was written to shops about a parcel, newest first. */
async function shopWritesOf({ shops }: DeskDeps, { tenant }: DeskCall, shipmentId: string) {
  const page = { before: null, limit: DELIVERIES_SHOWN };
  return (await shops?.writes(tenant, { shopId: null, shipmentId }, page)) ?? [];
}

/** What this member may see on a parcel's page, and where its links lead. */
function viewerOf({ parts }: DeskDeps, { may }: DeskCall, id: string): Viewer {
  return {
    nowMs: parts.clock.nowMs(),
    seesPeople: may('people:see'),
    pathOf: {
      shipment: shipmentPathOf,
      courier: (courierId) =>
        parts.custody && may('dispatch:see') ? `/console/deliveries/couriers/${courierId}` : null,
      delivery:
        parts.custody && may('dispatch:see')
          ? `/console/deliveries/${wireId('delivery', id)}`
          : null,
      proof: (fileId) => `${shipmentPathOf(id)}/proofs/${fileId}`,
      proofDocument: `${shipmentPathOf(id)}/proof.pdf`,
    },
  };
}

function actionRoutes(deps: DeskDeps): readonly Route[] {
  const { parts, polling } = deps;
  const { tracking } = parts;
  return [
    deskForm(deps, 'refreshDeskShipment', async (call) => {
      const id = idOf(call);
      const found = await findShipment(tracking, call.tenant, id);
      if (found === null) throw noSuchShipment();
      const refreshed = polling && (await polling.refresh(call.tenant, found));
      if (refreshed?.outcome !== 'queued' && refreshed?.outcome !== 'fresh') {
        throw new Problem('cannot_refresh', 'desk.refreshUnavailable', {
          fix: 'desk.checkParcelAndAccount',
        });
      }
      await call.note(id);
      return { seeOther: `${shipmentPathOf(id)}?done=${refreshed.outcome}` };
    }),
    deskForm(deps, 'tagDeskShipment', async (call) => {
      const id = idOf(call);
      const given = (call.form.get('tags') ?? '').split(',').map((each) => each.trim());
      const tags = [...new Set(given)].filter((each) => each !== '');
      if (!tagsSchema.safeParse(tags).success) {
        throw new Problem('invalid', 'desk.invalidTags');
      }
      if ((await patchShipment(tracking, call.tenant, id, { tags })) === null) {
        throw noSuchShipment();
      }
      await call.note(id);
      return { seeOther: `${shipmentPathOf(id)}?done=tags` };
    }),
    deskForm(deps, 'eraseDeskShipment', async (call) => {
      const id = idOf(call);
      if (call.form.get('sure') !== 'yes') {
        throw new Problem('bad_request', 'desk.confirmAction');
      }
      if (!(await deleteShipment(tracking, call.tenant, id))) throw noSuchShipment();
      await call.note(id);
      return { seeOther: `${AT}?done=erased` };
    }),
  ];
}

function fileRoutes(deps: DeskDeps): readonly Route[] {
  const { tracking, proofs } = deps.parts;
  return [
    deskPage(deps, 'readProofOfDeskShipment', async (call) => {
      const view = await viewShipment(tracking, call.tenant, idOf(call));
      const found = view && (await proofs.read(call.tenant, view.proofs, call.param('proof')));
      if (found === null) throw new Problem('not_found', 'desk.noSuchProof');
      const { id: proofId, mediaType } = found.proof;
      return {
        bytes: found.bytes,
        name: `proof-${proofId}`,
        extension: mediaType.replace(/^.*\//, ''),
        pictureType: isShown(mediaType) && !call.query.has('download') ? mediaType : null,
      };
    }),
    deskPage(deps, 'readProofDocumentOfDeskShipment', async (call) => {
      const made = await makeProofDocument(deps.parts, call.tenant, idOf(call), { wanted: null });
      if (made.kind !== 'made') throw new Problem('not_found', 'desk.noProofOfDelivery');
      return { bytes: made.bytes, name: made.fileName, extension: 'pdf', pictureType: null };
    }),
  ];
}

import { withWindow } from '../../../events/estimate.ts';
import type { Proofs } from '../../../intake/index.ts';
import { mayArrive } from '../../../kernel/status.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import { within } from '../../../platform/work/within.ts';
import type { SelfService, SelfServiceOffers } from '../../../reactions/exceptions/index.ts';
import { versionOf } from '../../../reactions/live/index.ts';
import type { ParcelOrder, ShopViews } from '../../../shops/index.ts';
import { pinOf } from '../../../tracking/ports/proofs.ts';
import type { PublicTrack, PublicTrackRow } from '../../../tracking/ports/public-tracks.ts';
import {
  type TrackingDeps,
  trackOfShipment,
  viewShipment,
} from '../../../tracking/ports/shipments.ts';
import { hasProofDocument } from '../../api/proofs/make-proof-document.ts';
import { sendHtml } from '../tracking/answers.ts';
import { tenantOf } from '../tracking/brand-styles.ts';
import { dueAt, trackPath } from '../tracking/pages/tracking-pages.tsx';
import type { CourierSpot } from '../tracking/pages/view/courier-view.ts';
import type { RecipientsView } from '../tracking/recipients-view.ts';
import { pageOf, sendPage, type Visit, type VisitorDeps } from '../tracking/visitor.ts';
import {
  type BrokenLink,
  type LinkHolder,
  type LinkHolderDeps,
  linkHolder,
} from './link-holder.ts';
import type { PanelInput, Trouble } from './panel/panel-view.ts';

export interface PersonalDeps extends LinkHolderDeps {
  readonly tracking: TrackingDeps;
  readonly proofs: Proofs;
  readonly service: SelfService;
  readonly log: Logger;
  /** Orders of shops; absent: no page shows what was ordered. */
  readonly orderOf?: ShopViews['orderOf'] | undefined;
  /** Positions of couriers; absent: no own couriers. */
  readonly locations?: Pick<RecipientsView, 'find' | 'ownCarrier' | 'window'> | undefined;
  readonly wait?: (ms: number) => Promise<unknown>;
}

/**
 * Some offers require a call to the carrier. If they take longer than this, the page is shown
 * without any offers and says so.
 */
const OFFERS_MS_MAX = 5_000;

/**
 * Sends the parcel's page with the panel of a personal link, or the reason why the link does not
 * work. Never cached.
 */
export async function answerPersonalPage(
  deps: VisitorDeps,
  personal: PersonalDeps | null,
  visit: Visit,
  row: PublicTrackRow,
  token: string,
): Promise<void> {
  const place = { carrier: row.carrier, number: row.trackingNumber };
  const holder =
    personal === null ? ({ kind: 'forged' } as const) : await linkHolder(personal, token, place);
  if (holder.kind === 'gone') {
    // The link's shipment is deleted. Others may track the same number, and this link must not show
    // their parcel.
    answerBrokenLink(deps, visit, place, holder.kind);
    return;
  }
  const own =
    personal === null || holder.kind !== 'holder'
      ? null
      : await personalParts(personal, holder, null);
  await sendPersonalPage(deps, visit, row, holder, own);
}

/** 410 for a link that once worked, 403 otherwise. */
function brokenLinkStatus(kind: BrokenLink): 403 | 410 {
  return kind === 'expired' || kind === 'gone' ? 410 : 403;
}

/** A page that says why a link does not work, with a link to the public page. */
export function answerBrokenLink(
  deps: Pick<VisitorDeps, 'pages'>,
  visit: Visit,
  parcel: { readonly carrier: string; readonly number: string },
  kind: BrokenLink,
): void {
  // Without a carrier in the URL, there is no parcel page to go back to.
  const home = parcel.carrier === '' ? '/track' : trackPath(parcel.carrier, parcel.number);
  sendPage(deps, visit, { status: brokenLinkStatus(kind), headers: PRIVATE }, (page) =>
    deps.pages.outcome({ ...page, home }, { what: `link_${kind}` }, parcel),
  );
}

/** The personal parts of a page. */
interface PersonalParts {
  /** If it holds the error of a submitted form, the page is sent with status 422. */
  readonly panel: PanelInput;
  /**
   * The reader's own parcel, which the number's public answer may not show; null: it is deleted.
   */
  readonly track: PublicTrack | null;
  /** Its order in a shop; null: it is in none. */
  readonly order: ParcelOrder | null;
  /** The courier's position; null: not to be shown now. */
  readonly courier: CourierSpot | null;
}

/** @param own null: the link does not work, and the page is the public one. */
export async function sendPersonalPage(
  { pages, styles, canSubscribe, clock, lastDelivery }: VisitorDeps,
  visit: Visit,
  row: PublicTrackRow,
  holder: LinkHolder,
  own: PersonalParts | null,
): Promise<void> {
  const panel = own?.panel ?? null;
  const basePage = pageOf(pages, visit);
  // The holder of a merchant's link sees that merchant's branding, whoever else has the number.
  const tenant = holder.kind === 'holder' ? holder.tenant : tenantOf(row);
  const style = await styles(tenant, basePage.language, own?.order?.brand);
  const query = new URLSearchParams(basePage.query);
  if (holder.kind === 'holder') query.set('t', holder.token);
  const page = { ...basePage, query, style, home: trackPath(row.carrier, row.trackingNumber) };
  const answer = {
    status: panel === null || panel.trouble === null ? 200 : 422,
    language: page.language,
    contentSecurityPolicy: pages.assets.contentSecurityPolicy(style, {
      hasMap: holder.kind === 'holder',
    }),
    headers: PRIVATE,
  };
  const brokenLink = holder.kind === 'holder' ? null : holder.kind;
  const track = own?.track ?? (JSON.parse(row.body) as PublicTrack);
  const due = dueAt(track, clock.nowMs(), lastDelivery(track.carrier));
  sendHtml(visit.request, visit.response, answer, () =>
    pages.track(page, track, versionOf(row.etag), {
      panel,
      courier: own?.courier ?? null,
      brokenLink,
      canSubscribe,
      due,
      isTest: tenant?.mode === 'test',
    }),
  );
}

/** The URL works like a key: no cache may store it, and no other site gets it as a referrer. */
export const PRIVATE = {
  'cache-control': 'private, no-store',
  'referrer-policy': 'no-referrer',
} as const;

type Holder = LinkHolder & { readonly kind: 'holder' };

/** Loads the personal parts of the link's page. */
export async function personalParts(
  deps: PersonalDeps,
  holder: Holder,
  trouble: Trouble | null,
): Promise<PersonalParts> {
  const order = (await deps.orderOf?.(holder.tenant, holder.shipment.id)) ?? null;
  const [panel, track, courier] = await Promise.all([
    panelOf(deps, holder, { trouble, order }),
    trackOfShipment(deps.tracking, holder.tenant, holder.shipment.id),
    courierOf(deps, holder),
  ]);
  return { panel, track: track && (await withArrival(deps, holder, track)), courier, order };
}

/**
 * Adds the planned window of arrival to a parcel that own couriers deliver, unless its estimate
 * has a time already.
 */
async function withArrival(
  { locations }: PersonalDeps,
  { shipment: { id, carrier, destinationZone: zone } }: Holder,
  track: PublicTrack,
): Promise<PublicTrack> {
  const { status, sub_status: reason, estimated_delivery: estimate } = track;
  if (carrier !== locations?.ownCarrier || !mayArrive(status, reason)) return track;
  return { ...track, estimated_delivery: withWindow(estimate, await locations.window(id), zone) };
}

/** The courier of a link's parcel; null: not visible, or the link is invalid. */
export async function courierByLink(
  deps: PersonalDeps,
  token: string,
  place: { readonly carrier: string; readonly number: string },
): Promise<CourierSpot | null> {
  const holder = await linkHolder(deps, token, place);
  return holder.kind === 'holder' ? courierOf(deps, holder) : null;
}

/** Returns the courier's position; null if there is none, or it cannot be read, which is logged. */
async function courierOf(
  { locations, log }: PersonalDeps,
  { shipment }: Holder,
): Promise<CourierSpot | null> {
  if (locations === undefined || shipment.carrier !== locations.ownCarrier) return null;
  try {
    return await locations.find(shipment.id);
  } catch (error) {
    log.warn({ err: error, shipment_id: shipment.id }, 'a courier’s place could not be looked up');
    return null;
  }
}

async function panelOf(
  deps: PersonalDeps,
  { tenant, shipment, token }: Holder,
  { trouble, order }: Pick<PersonalParts, 'order'> & { readonly trouble: Trouble | null },
): Promise<PanelInput> {
  const offers = await offersInTime(deps, { tenant, shipmentId: shipment.id });
  const view = offers?.proofAvailable
    ? await viewShipment(deps.tracking, tenant, shipment.id)
    : null;
  const proofs = view === null ? [] : await deps.proofs.list(tenant, view.proofs);
  return {
    token,
    offers,
    trouble,
    orderIds: shipment.orderIds,
    items: order?.items ?? [],
    pin: pinOf(deps.tracking, shipment),
    hasProofDocument: view !== null && (await hasProofDocument(deps, tenant, shipment.id)),
    proofs: proofs.map(({ id, kind, mediaType }) => ({ id, kind, mediaType })),
  };
}

/** Returns the offers; null if they failed to load, which is logged, or took too long. */
async function offersInTime(
  { service, log }: PersonalDeps,
  subject: Parameters<SelfService['offers']>[0],
): Promise<SelfServiceOffers | null> {
  try {
    return await within(OFFERS_MS_MAX, service.offers(subject), null);
  } catch (error) {
    log.warn(
      { err: error, shipment_id: subject.shipmentId },
      'delivery options could not be determined',
    );
    return null;
  }
}

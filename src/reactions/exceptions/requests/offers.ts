import type {
  PickupPoint,
  RedirectKind,
  RedirectOption,
} from '../../../adapters/contract/extras.ts';
import { isTerminal, type Status } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { dayIn } from '../../../kernel/time/zoned-time.ts';
import { type ShipmentView, viewShipment } from '../../../tracking/ports/shipments.ts';
import { observedOf } from '../cases/case-details.ts';
import { attemptsOf } from '../decide/attempts.ts';
import type { ExceptionsDeps } from '../deps.ts';
import type { ExceptionPolicy } from '../policy/policy.ts';
import { isOffered, isOpenTo } from './carrier-request.ts';

/** Who handles a request. */
type By = 'carrier' | 'merchant' | 'nobody';

/** The requests that are possible for a parcel now, regardless of earlier ones. */
export interface Possible {
  readonly view: ShipmentView;
  readonly reschedule: {
    readonly by: By;
    readonly dates: readonly string[];
    readonly dayOnly: boolean;
  };
  readonly redirect: { readonly by: By; readonly options: readonly RedirectOption[] };
  readonly points: readonly PickupPoint[];
}

/** How long a carrier's options are cached, so that reloading a page costs no call. */
const OPTIONS_CACHE_MS = 300_000;
/** Number of parcels in the cache; the oldest is evicted first. */
const OPTIONS_CACHED_MAX = 5_000;

interface OptionsCache {
  of(tenant: Tenant, view: ShipmentView): Promise<readonly RedirectOption[]>;
  forget(shipmentId: string): void;
}

/** Carriers' options for a parcel; none if no carrier can be asked. */
export function createOptionsCache({
  carriers,
  tracking,
  log,
}: Pick<ExceptionsDeps, 'carriers' | 'tracking' | 'log'>): OptionsCache {
  const cached = new Map<
    string,
    { untilMs: number; options: Promise<readonly RedirectOption[]> }
  >();
  async function askForOptions(tenant: Tenant, { shipment }: ShipmentView) {
    if (carriers === null) return [];
    try {
      const { carrier, trackingNumber } = shipment;
      const answer = await carriers.redirectOptions(tenant, carrier, trackingNumber);
      if (answer.outcome !== 'asked' || answer.value.outcome !== 'options') return [];
      return answer.value.options;
    } catch (error) {
      log.warn(
        { err: error, shipment_id: shipment.id },
        'a carrier could not be asked for options',
      );
      return [];
    }
  }
  return {
    of(tenant, view) {
      const nowMs = tracking.clock.nowMs();
      const { id } = view.shipment;
      const cachedOptions = cached.get(id);
      if (cachedOptions !== undefined && cachedOptions.untilMs > nowMs)
        return cachedOptions.options;
      const options = askForOptions(tenant, view);
      cached.delete(id);
      cached.set(id, { untilMs: nowMs + OPTIONS_CACHE_MS, options });
      const [oldest] = cached.keys();
      if (cached.size > OPTIONS_CACHED_MAX && oldest !== undefined) cached.delete(oldest);
      return options;
    },
    forget(shipmentId) {
      cached.delete(shipmentId);
    },
  };
}

/** Statuses in which a carrier can still change a parcel's delivery. */
const UNDER_WAY: ReadonlySet<Status> = new Set([
  'picked_up',
  'in_transit',
  'at_facility',
  'out_for_delivery',
  'delivery_attempted',
  'exception',
]);

/** Whether a carrier can still change the parcel's delivery. */
export function isUnderWay(view: ShipmentView): boolean {
  const { status, returning } = view.shipment.state;
  return !returning && !isTerminal(status) && UNDER_WAY.has(status);
}

/** The requests that are possible for a shipment; null when the tenant has no such shipment. */
export async function possibleRequests(
  deps: ExceptionsDeps,
  cache: OptionsCache,
  policy: ExceptionPolicy,
  tenant: Tenant,
  shipmentId: string,
): Promise<Possible | null> {
  const view = await viewShipment(deps.tracking, tenant, shipmentId);
  if (view === null) return null;
  const none = { by: 'nobody' as const };
  if (!isUnderWay(view)) {
    return {
      view,
      reschedule: { ...none, dates: [], dayOnly: false },
      redirect: { ...none, options: [] },
      points: [],
    };
  }
  const [options, points] = await Promise.all([
    cache.of(tenant, view),
    openPointsNearby(deps, tenant, view),
  ]);
  // Only once the parcel has trouble can a person at the merchant achieve more than the carrier
  // offers.
  const hasTrouble =
    attemptsOf(observedOf(view).events).count > 0 || view.shipment.state.status === 'exception';
  // Requests that the carrier accepts from anyone with a name and a number: a person may make them
  // at any time.
  const byMerchant = (setting: 'merchant' | 'off', ...kinds: RedirectKind[]): By => {
    const lacksContact = kinds.some((kind) => isOpenTo(options, kind));
    return (hasTrouble || lacksContact) && setting === 'merchant' ? 'merchant' : 'nobody';
  };
  const rescheduledBy: By = isOffered(options, 'reschedule', view.personal)
    ? 'carrier'
    : byMerchant(policy.self_service.reschedule, 'reschedule');
  const reschedule = options.find(({ kind }) => kind === 'reschedule');
  return {
    view,
    reschedule: {
      by: rescheduledBy,
      dates: rescheduledBy === 'nobody' ? [] : datesFor(deps, view, options, policy),
      dayOnly: rescheduledBy === 'carrier' && reschedule?.takesInstructions !== true,
    },
    redirect: redirectFor(
      ...([view, options, points] as const),
      byMerchant(policy.self_service.redirect, 'hold_at_facility'),
    ),
    points,
  };
}

/**
 * Returns the places to which the parcel can be redirected: those the carrier offers, or else those
 * a person at the merchant may ask for.
 */
function redirectFor(
  { personal }: ShipmentView,
  options: readonly RedirectOption[],
  points: readonly PickupPoint[],
  otherwise: By,
): Possible['redirect'] {
  const offered = options.filter(
    ({ kind }) =>
      (kind === 'hold_at_facility' || (kind === 'pickup_point' && points.length > 0)) &&
      isOffered(options, kind, personal),
  );
  if (offered.length > 0) return { by: 'carrier', options: offered };
  if (otherwise !== 'merchant') return { by: 'nobody', options: [] };
  const unanswered = { eligibility: 'unknown', dates: null, reasons: null, charge: null } as const;
  return {
    by: 'merchant',
    options: [
      ...(points.length > 0
        ? [{ kind: 'pickup_point', needsContact: false, ...unanswered } as const]
        : []),
      { kind: 'hold_at_facility', needsContact: false, ...unanswered },
    ],
  };
}

/** Returns the days to choose from: the carrier's, or else the next ones allowed by the policy. */
function datesFor(
  { tracking }: ExceptionsDeps,
  { shipment }: ShipmentView,
  options: readonly RedirectOption[],
  policy: ExceptionPolicy,
): readonly string[] {
  const offeredDates = isOpenTo(options, 'reschedule')
    ? options.find(({ kind }) => kind === 'reschedule')?.dates
    : null;
  if (offeredDates) return offeredDates;
  const zone = shipment.destinationZone ?? shipment.state.eventZone ?? 'UTC';
  return nextDays(dayIn(zone, tracking.clock.nowMs()), policy.self_service.reschedule_days);
}

/** The days after `today` except Sundays, on which hardly any carrier delivers. */
export function nextDays(today: string, count: number): readonly string[] {
  const days: string[] = [];
  for (let day = Date.parse(`${today}T00:00:00Z`); days.length < count; ) {
    day += 86_400_000;
    const date = new Date(day);
    if (date.getUTCDay() !== 0) days.push(date.toISOString().slice(0, 10));
  }
  return days;
}

/** Shown on a page; nobody reads a longer list. */
const POINTS_MAX = 10;

/**
 * Returns the pickup points to which the parcel could be redirected; empty if the carrier has no
 * list or cannot be reached.
 */
async function openPointsNearby(
  deps: ExceptionsDeps,
  tenant: Tenant,
  view: ShipmentView,
): Promise<readonly PickupPoint[]> {
  const points = await allPointsNearby(deps, tenant, view);
  return points.filter(({ temporarilyClosed }) => !temporarilyClosed);
}

/**
 * Returns all points that the carrier lists near the destination, including closed ones; empty if
 * the carrier has no list or cannot be reached.
 */
export async function allPointsNearby(
  { carriers, log }: ExceptionsDeps,
  tenant: Tenant,
  { shipment, personal }: ShipmentView,
): Promise<readonly PickupPoint[]> {
  const { country, postal_code: postalCode, city } = personal.destination ?? {};
  if (carriers === null || typeof country !== 'string' || typeof postalCode !== 'string') return [];
  try {
    const answer = await carriers.pickupPoints(tenant, shipment.carrier, {
      country: country.toUpperCase(),
      postalCode,
      ...(typeof city === 'string' && city !== '' ? { city } : {}),
      limit: POINTS_MAX,
    });
    if (answer.outcome !== 'asked' || answer.value.outcome !== 'points') return [];
    return answer.value.points;
  } catch (error) {
    log.warn({ err: error, shipment_id: shipment.id }, 'a carrier could not be asked for points');
    return [];
  }
}

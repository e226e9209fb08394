import {
  type BridgeReading,
  countryOfAlpha3,
  failureOfStatus,
  NO_TIME,
  type ParseOutcome,
  type Payload,
  parcelsOutcome,
  parseJsonOrNull,
  placeTimeFromIso,
  type ReportedEstimate,
  type ReportedFact,
  type ReportedLink,
  type ReportedPlace,
  readFacts,
  requestedNumber,
} from '../../sdk.ts';
import { numbers } from './numbers.ts';
import {
  answerDocument,
  CHECKPOINTS_MAX,
  type Checkpoint,
  TRACKINGS_MAX,
  type Tracking,
  webhookDocument,
} from './schema.ts';

/**
 * The version of the identity. Change it only together with the parts of an identity: a new version
 * makes every fact a new fact.
 */
const IDENTITY_VERSION = 'aftership-1';

/** Reads a tracking, a page of trackings, a webhook, or an error. */
export function parse(payload: Payload): ParseOutcome {
  const value = parseJsonOrNull(payload.text)?.value;
  const pushed = webhookDocument.safeParse(value);
  if (payload.kind !== 'track' && pushed.data?.msg !== undefined) {
    return parcelsOutcome([pushed.data.msg], 1, (tracking) => readTracking(tracking));
  }
  const { meta, data } = answerDocument.safeParse(value).data ?? {};
  const failure = failureOf(meta?.code, payload.httpStatus);
  if (failure !== null) return failure;
  if (data?.trackings !== undefined) {
    return parcelsOutcome(data.trackings, TRACKINGS_MAX, (tracking) => readTracking(tracking));
  }
  if (data === undefined || meta === undefined) {
    const reason = 'expected meta and data, or event and msg';
    return { outcome: 'unreadable', reason, trackingNumbers: [] };
  }
  return parcelsOutcome([data], 1, (tracking) => readTracking(tracking, requestedNumber(payload)));
}

const UNKNOWN_TRACKING = 4004;

/** The failure in an envelope or a status; null: there is none. */
function failureOf(code: number | undefined, status: number | undefined): ParseOutcome | null {
  const byStatus = failureOfStatus(status) ?? failureOfStatus(code);
  if (code === UNKNOWN_TRACKING || (code === undefined && status === 404)) {
    return { outcome: 'not_found', reason: 'AfterShip code 4004', trackingNumbers: [] };
  }
  return byStatus?.outcome === 'error' && code !== undefined
    ? { outcome: 'error', reason: `AfterShip code ${code}`, trackingNumbers: [] }
    : byStatus;
}

function readTracking(tracking: Tracking, requested?: string): BridgeReading {
  const { tracking_number: number, slug: carrier, shipment_package_count: pieces } = tracking;
  const trackingNumber = number === undefined ? requested : numbers.normalize(number) || undefined;
  const { facts, warnings } = readFacts(
    tracking.checkpoints.filter((checkpoint) => checkpoint?.source !== 'user'),
    CHECKPOINTS_MAX,
    'checkpoints',
    factOf,
  );
  return {
    trackingNumber,
    carrier,
    asOf: placeTimeFromIso(tracking.updated_at ?? ''),
    facts,
    warnings,
    snapshot: {
      estimatedDelivery: estimateOf(tracking),
      // False is the default, and says nothing.
      returnFlag: tracking.return_to_sender === true ? true : null,
      serviceLevel: tracking.shipment_type ?? null,
      weightG: weightOf(tracking.shipment_weight),
      piecesTotal:
        pieces !== undefined && Number.isSafeInteger(pieces) && pieces > 0 ? pieces : null,
      origin: placeOf({
        city: tracking.origin_city,
        state: tracking.origin_state,
        postal_code: tracking.origin_postal_code,
        country_region: tracking.origin_country_region,
      }),
      destination: placeOf({
        city: tracking.destination_city,
        state: tracking.destination_state,
        postal_code: tracking.destination_postal_code,
        country_region: tracking.destination_country_region,
      }),
    },
    links: linksOf(tracking.last_mile, trackingNumber),
  };
}

function factOf(checkpoint: Checkpoint): ReportedFact | null {
  const { tag, subtag, raw_tag, message, checkpoint_time = '' } = checkpoint;
  const code = subtag ?? tag;
  if (code === undefined) return null;
  const time = placeTimeFromIso(checkpoint_time) ?? NO_TIME;
  return {
    codes: {
      ...(tag !== undefined && { tag }),
      ...(subtag !== undefined && { subtag }),
      ...(raw_tag !== undefined && { raw_tag }),
    },
    identity: [IDENTITY_VERSION, code, time.local ?? ''],
    time,
    place: placeOf(checkpoint),
    text: message ?? null,
    piece: null,
    logical: false,
  };
}

type WirePlace = Pick<Checkpoint, 'city' | 'state' | 'postal_code' | 'country_region'>;

function placeOf(place: WirePlace): ReportedPlace | null {
  const { city = null, state = null, postal_code = null, country_region = '' } = place;
  const country = countryOfAlpha3(country_region);
  if ((city ?? state ?? postal_code ?? country) === null) return null;
  return { city, region: state, postalCode: postal_code, country, facility: null };
}

/** Reads the carrier's own estimate; AfterShip's prediction is no fact of the carrier. */
function estimateOf({
  courier_estimated_delivery_date: estimate,
}: Tracking): ReportedEstimate | null {
  const local = placeTimeFromIso(estimate?.estimated_delivery_date ?? '')?.local ?? null;
  return local === null ? null : { date: local.slice(0, 10), from: null, to: null };
}

const GRAMS: Readonly<Record<string, number>> = {
  g: 1,
  kg: 1_000,
  lb: 453.592_37,
  oz: 28.349_523_125,
};
/** Heavier than any parcel; such a weight is a mistake. */
const WEIGHT_G_MAX = 1e9;

function weightOf(weight: Tracking['shipment_weight']): number | null {
  const { unit = '', value = 0 } = weight ?? {};
  const grams = Object.hasOwn(GRAMS, unit) ? Math.round(value * (GRAMS[unit] ?? 0)) : 0;
  return grams > 0 && grams < WEIGHT_G_MAX ? grams : null;
}

/** The number of the carrier that delivers, if it is another one. A customer's return is no part. */
function linksOf(
  lastMile: Tracking['last_mile'],
  own: string | undefined,
): readonly ReportedLink[] {
  const trackingNumber = numbers.normalize(lastMile?.tracking_number ?? '');
  const isOther = trackingNumber !== '' && trackingNumber !== own;
  return isOther ? [{ kind: 'partner_leg', trackingNumber, carrier: null }] : [];
}

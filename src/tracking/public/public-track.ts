import { hash } from 'node:crypto';
import { estimateJson, estimateTimes } from '../../events/estimate.ts';
import type { EstimateTimes, EstimateView } from '../../events/shipment-view.ts';
import { isTerminal, type ReadStatus, type Status } from '../../kernel/status.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { FoldEstimate } from '../fold/fold-input.ts';
import type { MovedDay, ShownEstimate } from '../shipment.ts';
import { placeName, type TimelineEvent } from '../views/timeline.ts';
import { type PickupPlace, pickupPlace } from './pickup-place.ts';

type MovedWhy = MovedDay['why'];

/**
 * The data that anyone with a number may see, in the API's format: snake case, nothing personal.
 */
export interface PublicTrack {
  readonly tracking_number: string;
  readonly carrier: string;
  readonly status: Status;
  readonly sub_status: string | null;
  readonly status_text: string;
  readonly confirmed: boolean;
  readonly estimated_delivery: EstimateView | null;
  /** The estimate before the day moved; absent when it never did. */
  readonly previous_estimate?: EstimateTimes;
  /**
   * Why the hub moved the day (docs/predictions.md); absent if the carrier did, or it did not move.
   */
  readonly moved?: MovedWhy;
  /** Where it waits for collection; absent while it does not. */
  readonly pickup_point?: PickupPlace;
  readonly events: readonly PublicEvent[];
}

export interface PublicEvent {
  readonly occurred_at: string | null;
  readonly occurred_local: string | null;
  readonly time_zone: string | null;
  readonly status: ReadStatus;
  readonly sub_status: string | null;
  readonly milestone: string | null;
  readonly description: string;
  readonly location: string | null;
  /** The bridge that reported it; absent if the carrier itself did. */
  readonly via?: string;
}

/** Returns the hub's own text for a reading; never the carrier's, which may contain a name. */
export type Describe = (reading: {
  readonly status: ReadStatus;
  readonly reason: string | null;
  readonly milestone: string | null;
  readonly text?: string;
}) => string;

interface PublicTrackInput {
  readonly trackingNumber: string;
  readonly carrier: string;
  readonly status: Status;
  readonly subStatus: string | null;
  readonly confirmed: boolean;
  readonly estimatedDelivery: ShownEstimate | null;
  /** IANA zone of the destination; null if it is not known, or not public. */
  readonly destinationZone: string | null;
  readonly previousEstimate?: FoldEstimate | null;
  readonly moved?: MovedWhy | null;
  readonly events: readonly TimelineEvent[];
}

/** Returns the public part of a shipment in the format of the API. */
export function publicTrack(input: PublicTrackInput, describe: Describe): PublicTrack {
  const { estimatedDelivery: estimate, previousEstimate: previous, destinationZone: zone } = input;
  const waitsAt = pickupPlace(input.status, input.events);
  return {
    tracking_number: input.trackingNumber,
    carrier: input.carrier,
    status: input.status,
    sub_status: input.subStatus,
    status_text: describe({ status: input.status, reason: input.subStatus, milestone: null }),
    confirmed: input.confirmed,
    estimated_delivery: estimate && estimateJson(estimate, zone),
    ...(previous ? { previous_estimate: estimateTimes(previous, zone) } : {}),
    ...(input.moved ? { moved: input.moved } : {}),
    ...(waitsAt === null ? {} : { pickup_point: waitsAt }),
    events: input.events.map((event) => ({
      occurred_at: event.occurredAt,
      occurred_local: event.occurredLocal,
      time_zone: event.timeZone,
      status: event.status,
      sub_status: event.reason,
      milestone: event.milestone,
      description: describe(event),
      location: placeName(event.place),
      ...(event.bridge === undefined ? {} : { via: event.bridge }),
    })),
  };
}

const PLAIN = /^[\w.-]+$/;

/**
 * Returns the tag that identifies an answer in shared caches. The number is percent-encoded if a
 * header could not contain it.
 */
export function cacheTag(carrier: string, trackingNumber: string): string {
  const number = PLAIN.test(trackingNumber) ? trackingNumber : encodeURIComponent(trackingNumber);
  return `track:${carrier}:${number}`;
}

/** How long shared caches may serve the answer about a parcel in progress. */
const MAX_AGE_MOVING_S = 10;
/**
 * How long shared caches may serve the answer about an ended parcel, which hardly changes; this is
 * the contract's upper bound.
 */
const MAX_AGE_ENDED_S = 30;

/** The answer as it is stored and sent: bytes, entity tag and how long they may be cached. */
export interface PublicAnswer {
  readonly trackingNumber: string;
  readonly carrier: string;
  readonly body: Buffer;
  readonly etag: string;
  readonly maxAgeS: number;
  /**
   * The parcel's owner; null if several merchants have the number, so that the answer is neutral.
   */
  readonly tenant: Tenant | null;
}

/** Returns the public part of a shipment as it is stored and sent. */
export function publicAnswer(track: PublicTrack, tenant: Tenant | null = null): PublicAnswer {
  const body = Buffer.from(JSON.stringify(track), 'utf8');
  return {
    trackingNumber: track.tracking_number,
    carrier: track.carrier,
    body,
    etag: `"${hash('sha256', body, 'base64url').slice(0, 22)}"`,
    maxAgeS: isTerminal(track.status) ? MAX_AGE_ENDED_S : MAX_AGE_MOVING_S,
    tenant,
  };
}

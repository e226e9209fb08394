import { z } from 'zod';
import {
  isRecord,
  looseCode,
  looseList,
  looseObject,
  looseText,
} from '../../../kernel/wire/loose.ts';
import { EVENTS_MAX } from '../reading/facts.ts';
import type { Failure } from './problem.ts';
import type { ReadShipment } from './read-shipment.ts';
import { readUnified } from './unified.ts';

const ITEMS_MAX = 500;

const event = z.object({
  status: looseCode,
  description: looseText,
  timestamp: looseCode,
  dateTime: looseCode,
  address: looseObject({ city: looseText, postalCode: looseCode, countryCode: looseCode }),
});

const item = z.object({
  trackingID: looseCode,
  shipmentID: looseCode,
  events: looseList(event, EVENTS_MAX),
});
const items = looseList(item, ITEMS_MAX);

type Item = z.output<typeof item>;
type Event = z.output<typeof event>;

/** The inside of an answer of DHL eCommerce Asia Pacific; null when `body` is none. */
export function asianAnswer(body: Record<string, unknown>): Record<string, unknown> | null {
  const answer = body['trackItemResponse'];
  return isRecord(answer) ? answer : null;
}

/**
 * The parcels of such an answer, in the members of Unified's `ecommerce`, whose texts its events
 * share; their own numbers stand for the texts that it lacks. Where it brings no parcel, why. Shape
 * after answers in public test data, of versions 1.1 and 2; unverified.
 */
export function readAsianAnswer(
  answer: Record<string, unknown>,
  isPull: boolean,
  requested: string | undefined,
): readonly ReadShipment[] | Failure {
  const inner = isRecord(answer['bd']) ? answer['bd'] : answer;
  const parcels = items.parse(inner['items'] ?? inner['shipmentItems']);
  if (parcels.length === 0) return failureOf(answer);
  const only = parcels.length === 1 ? requested : undefined;
  return parcels.map((parcel) => readUnified(unifiedOf(parcel), isPull, only));
}

function failureOf({ responseCode, responseText }: Record<string, unknown>): Failure {
  const reason = 'the answer contains no parcel';
  if (/\btoken\b/i.test(String(responseText ?? ''))) {
    return { outcome: 'auth_error', reason: 'the access token was refused' };
  }
  return { outcome: Number(responseCode) === 0 ? 'not_found' : 'error', reason };
}

function unifiedOf(parcel: Item | null): Record<string, unknown> | null {
  if (parcel === null) return null;
  return {
    id: parcel.trackingID ?? parcel.shipmentID,
    service: 'ecommerce',
    events: parcel.events.map((one) => (one === null ? null : unifiedEventOf(one))),
  };
}

/** Times are the place's own (`LT`). */
function unifiedEventOf({ status, description, timestamp, dateTime, address }: Event) {
  const said = description?.toLowerCase() ?? '';
  return {
    timestamp: (timestamp ?? dateTime)?.replace(' ', 'T'),
    status: TEXTS.get(said) ?? description ?? status,
    description,
    location: {
      address: {
        addressLocality: address?.city,
        postalCode: address?.postalCode,
        countryCode: address?.countryCode,
      },
    },
  };
}

/** Its own texts, mapped to those of Unified that say the same. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  ['electronic notification received', 'ELECTRONIC SHIPPING INFO RECEIVED'],
  ['processing at dhlec facility', 'PACKAGE RECEIVED AT DHL ECOMMERCE DISTRIBUTION CENTER'],
  ['departed dhlec facility', 'DEPARTED FROM FACILITY'],
  ['arrival at destination country', 'ARRIVED AT DESTINATION COUNTRY'],
]);

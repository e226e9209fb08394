import {
  EMPTY_SNAPSHOT,
  failureOfStatus,
  NO_TIME,
  type ParseOutcome,
  type Payload,
  parseJsonOrNull,
  placeTimeFromIso,
  type ReportedEstimate,
  type ReportedFact,
  type ReportedPlace,
  readFacts,
  requestedNumber,
} from 'waybill/adapter';
import { numbers, PATTERN } from './numbers.ts';
import { EVENTS_MAX, type Shipment, trackingAnswer, type WireEvent } from './schema.ts';

/**
 * The version of the identity. Change it only together with the parts of an identity: a new version
 * makes every fact a new fact.
 */
const IDENTITY_VERSION = 'la-poste-1';

/** Reads an answer of Suivi v2 about one number: its parcel, or why there is none. */
export function parse(payload: Payload): ParseOutcome {
  const value = parseJsonOrNull(payload.text)?.value;
  // The document describes a list, but clients receive an object.
  const read = trackingAnswer.safeParse(
    Array.isArray(value) && value.length === 1 ? value[0] : value,
  );
  const { returnCode, shipment } = read.success ? read.data : {};
  if (returnCode === 404) {
    return { outcome: 'not_found', reason: 'La Poste return code 404', trackingNumbers: [] };
  }
  const failure = failureOfStatus(returnCode);
  if (failure !== null && failure.outcome !== 'reports') {
    return { ...failure, reason: `La Poste return code ${returnCode}` };
  }
  const number = shipment === undefined ? undefined : numberOf(shipment, payload);
  if (shipment === undefined || number === undefined) {
    return (
      failureOfStatus(payload.httpStatus) ?? {
        outcome: 'unreadable',
        reason: 'expected a shipment with idShip, or a returnCode',
        trackingNumbers: [],
      }
    );
  }
  return readParcel(number, shipment);
}

function numberOf({ idShip }: Shipment, payload: Payload): string | undefined {
  if (idShip === undefined) return requestedNumber(payload);
  const number = numbers.normalize(idShip);
  return PATTERN.test(number) ? number : undefined;
}

function readParcel(number: string, shipment: Shipment): ParseOutcome {
  const { facts, warnings } = readFacts(shipment.event, EVENTS_MAX, 'event', factOf);
  if (facts.length === 0) {
    return { outcome: 'not_yet', reason: 'a parcel without events', trackingNumbers: [number] };
  }
  const { originCountry, arrivalCountry } = shipment.contextData ?? {};
  const report = {
    trackingNumber: number,
    aliases: [],
    carrierPieceId: null,
    asOf: null,
    fullHistory: warnings.length === 0,
    facts,
    snapshot: {
      ...EMPTY_SNAPSHOT,
      estimatedDelivery: estimateOf(shipment.estimDate),
      serviceLevel: shipment.product ?? null,
      origin: countryOf(originCountry),
      destination: countryOf(arrivalCountry),
    },
    links: [],
  };
  return { outcome: 'reports', reports: [report], misses: [], warnings };
}

function factOf({ code, group, label, date }: WireEvent): ReportedFact | null {
  if (code === undefined) return null;
  const time = placeTimeFromIso(date ?? '') ?? NO_TIME;
  return {
    // One code for duties paid online and at the door; the finer code separates them.
    codes: { event: code, ...(code === 'DO4' && group !== undefined ? { group } : {}) },
    identity: [IDENTITY_VERSION, code, time.local ?? ''],
    time,
    place: null,
    text: label ?? null,
    piece: null,
    logical: false,
  };
}

function estimateOf(date: string | undefined): ReportedEstimate | null {
  const local = placeTimeFromIso(date ?? '')?.local;
  return local == null ? null : { date: local.slice(0, 10), from: null, to: null };
}

function countryOf(country = ''): ReportedPlace | null {
  if (!/^[A-Z]{2}$/.test(country)) return null;
  return { city: null, region: null, postalCode: null, country, facility: null };
}

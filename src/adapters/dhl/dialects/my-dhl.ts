import { EMPTY_SNAPSHOT, type ReportedPlace } from '../../contract/contract.ts';
import { normalize } from '../numbers.ts';
import { readCodes, UNRECOGNISED } from '../reading/codes.ts';
import { estimateAt } from '../reading/estimate.ts';
import { readSplitTime } from '../reading/event-time.ts';
import { EVENTS_MAX, factsOf, type ReadEvent } from '../reading/facts.ts';
import { readLocality } from '../reading/place.ts';
import { serviceOf } from '../reading/services.ts';
import { type MyDhlEvent, type MyDhlShipment, schema } from '../schema.ts';
import {
  aliasesOf,
  nothing,
  numberIfUnnamed,
  plausibleNumber,
  type ReadShipment,
} from './read-shipment.ts';
import { gramsOf } from './unified.ts';

/** MyDHL is Express only, so its events are those of Unified's `express`. */
const EXPRESS = serviceOf('express');
const PIECES_MAX = 100;

/**
 * One element of `shipments[]` of the MyDHL API 3.1.1. Its `status` describes the query
 * ("Success"), not the parcel. Events of pieces repeat those of the shipment.
 */
export function readMyDhl(raw: unknown, requested: string | undefined): ReadShipment {
  const parsed = schema.myDhlShipment.safeParse(raw);
  if (!parsed.success) return nothing('not an object');
  const shipment = parsed.data;
  const given = normalize(shipment.shipmentTrackingNumber ?? '');
  const spellings = [given, ...(shipment.pieces ?? []).map((each) => each?.trackingNumber ?? null)];
  const trackingNumber =
    plausibleNumber(given) ?? numberIfUnnamed(requested, spellings, shipment.events);
  if (trackingNumber === null) return nothing('no shipmentTrackingNumber');
  const pieces = (shipment.pieces ?? []).slice(0, PIECES_MAX).flatMap((piece) => {
    const number = plausibleNumber(normalize(piece?.trackingNumber ?? ''));
    return piece && number !== null ? [{ ...piece, number }] : [];
  });
  const warnings: string[] = [];
  const events = [
    ...readEvents(shipment.events, [], 'events', warnings),
    ...pieces.flatMap((piece, i) =>
      readEvents(piece.events, [piece.number], `pieces[${i}].events`, warnings).filter(isUpdate),
    ),
  ];
  const isRefused = ![null, 'Success'].includes(shipment.status);
  if (events.length === 0 && isRefused) {
    const reason = 'the query for this number did not succeed';
    return { report: null, miss: { trackingNumber, outcome: 'not_found', reason }, warnings };
  }
  const numbers = pieces.map((piece) => piece.number);
  const facts = factsOf(events, numbers, EXPRESS);
  return {
    report: {
      trackingNumber,
      aliases: numbers.length === 1 ? aliasesOf(trackingNumber, numbers) : [],
      carrierPieceId: null,
      asOf: null,
      fullHistory: facts.length > 0,
      facts,
      snapshot: {
        ...EMPTY_SNAPSHOT,
        estimatedDelivery: estimateAt(
          shipment.estimatedDeliveryDate ?? pieces[0]?.estimatedDeliveryDate ?? null,
        ),
        serviceLevel: shipment.productCode,
        weightG: gramsOf(shipment.totalWeight ?? null, unitOf(shipment)),
        piecesTotal: countOf(shipment.numberOfPieces ?? null),
        destination: placeOf(shipment.receiverDetails?.serviceArea),
        origin: placeOf(shipment.shipperDetails?.serviceArea),
      },
      links:
        numbers.length > 1
          ? numbers.map((number) => ({ kind: 'piece', trackingNumber: number, carrier: null }))
          : [],
    },
    miss: null,
    warnings,
  };
}

/**
 * A piece's event without a time and without a known code or words adds nothing to the shipment's.
 */
function isUpdate({ codes, time }: ReadEvent): boolean {
  return time.local !== null || codes['text'] !== UNRECOGNISED;
}

function readEvents(
  listed: readonly unknown[] | null | undefined,
  pieces: readonly string[],
  where: string,
  warnings: string[],
): readonly ReadEvent[] {
  const events = listed ?? [];
  if (events.length > EVENTS_MAX) warnings.push(`${where}: cut after ${EVENTS_MAX}`);
  return events.slice(0, EVENTS_MAX).flatMap((raw, i) => {
    const parsed = schema.myDhlEvent.safeParse(raw);
    if (parsed.success && (parsed.data.typeCode !== null || parsed.data.description !== null)) {
      return [{ ...readEvent(parsed.data), pieces }];
    }
    warnings.push(`${where}[${i}]: neither code nor text`);
    return [];
  });
}

function readEvent(event: MyDhlEvent): Omit<ReadEvent, 'pieces'> {
  const { typeCode, description, date, time, GMTOffset } = event;
  const place = placeOf(event.serviceArea);
  return {
    ...readCodes(EXPRESS, { statusCode: null, status: typeCode, description }),
    time: readSplitTime(date, time, GMTOffset, place, EXPRESS),
    place,
    text: description,
  };
}

/** A service area is a three-letter code and "SYDNEY-AU". */
function placeOf(areas: MyDhlEvent['serviceArea']): ReportedPlace | null {
  const area = areas?.[0];
  if (!area || (area.code === null && area.description === null)) return null;
  return { ...readLocality(area.description), postalCode: null, facility: area.code };
}

function unitOf(shipment: MyDhlShipment): string | null {
  const units = shipment.unitOfMeasurements?.toLowerCase();
  return units === 'metric' ? 'kg' : units === 'imperial' ? 'lb' : null;
}

function countOf(count: number | null): number | null {
  return count !== null && Number.isInteger(count) && count > 0 ? count : null;
}

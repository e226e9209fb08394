import { z } from 'zod';
import { looseCode, looseList, looseObject, looseText } from '../../../kernel/wire/loose.ts';
import { toPlainValue, type XmlElement } from '../../../kernel/wire/xml.ts';
import { EMPTY_SNAPSHOT, type ReportedPlace } from '../../contract/contract.ts';
import { readCodes, serviceOf, UNRECOGNISED } from '../codes.ts';
import {
  EVENTS_MAX,
  estimateAt,
  factsOf,
  type ReadEvent,
  readLocality,
  readSplitTime,
} from '../facts.ts';
import { normalize } from '../numbers.ts';
import { type MyDhlEvent, type MyDhlShipment, schema } from '../schema.ts';
import {
  aliasesOf,
  numberIfUnnamed,
  plausibleNumber,
  type ReadShipment,
  unusable,
} from './read-shipment.ts';
import { gramsOf } from './unified.ts';

/**
 * The service of all MyDHL answers: MyDHL is Express only, so its events are those of Unified's
 * `express`.
 */
const EXPRESS = serviceOf('express');
const PIECES_MAX = 100;

/**
 * Reads one element of `shipments[]` of the MyDHL API 3.1.1. Its `status` describes the query
 * ("Success"), not the parcel. Events of pieces repeat those of the shipment.
 */
export function readMyDhl(raw: unknown, requested: string | undefined): ReadShipment {
  const parsed = schema.myDhlShipment.safeParse(raw);
  if (!parsed.success) return unusable('not an object');
  const shipment = parsed.data;
  const given = normalize(shipment.shipmentTrackingNumber ?? '');
  const spellings = [given, ...(shipment.pieces ?? []).map((each) => each?.trackingNumber ?? null)];
  const trackingNumber =
    plausibleNumber(given) ?? numberIfUnnamed(requested, spellings, shipment.events);
  if (trackingNumber === null) return unusable('no shipmentTrackingNumber');
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
 * Whether a piece's event adds anything to the shipment's: without a time and without a known code
 * or words, it does not.
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

/** Reads a service area: a three-letter code and a text such as "SYDNEY-AU". */
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

const ROOTS = ['TrackingResponse', 'ShipmentTrackingErrorResponse'];
const LISTS: ReadonlySet<string> = new Set(['ShipmentEvent']);

const area = looseObject({ ServiceAreaCode: looseCode, Description: looseText });

const shipmentEvent = z.object({
  Date: looseCode,
  Time: looseCode,
  GMTOffset: looseCode,
  ServiceEvent: looseObject({ EventCode: looseCode, Description: looseText }),
  ServiceArea: area,
});

const awbInfo = z.object({
  AWBNumber: looseCode,
  Status: looseObject({ ActionStatus: looseText }),
  ShipmentInfo: looseObject({
    OriginServiceArea: area,
    DestinationServiceArea: area,
    Pieces: looseCode,
    Weight: looseCode,
    WeightUnit: looseCode,
    EstDlvyDate: looseText,
    GlobalProductCode: looseCode,
    ShipmentEvent: looseList(shipmentEvent, EVENTS_MAX),
  }),
});

type ShipmentEvent = z.output<typeof shipmentEvent>;
type ShipmentInfo = NonNullable<z.output<typeof awbInfo>['ShipmentInfo']>;

/**
 * Returns the waybills of an answer of MyDHL API XML, which DHL offers in addition to the JSON of
 * MyDHL API (developer.dhl.com, page read 2026-11-21) and used to call XML-PI; none: the query
 * failed. Null when `root` is that of another document. The shape is that of answers stored by
 * public clients; unverified.
 */
export function xmlWaybills(root: XmlElement): readonly XmlElement[] | null {
  if (!ROOTS.includes(root.name)) return null;
  return root.children.filter(({ name }) => name === 'AWBInfo');
}

/**
 * Converts one waybill to the members of MyDHL's JSON, so that one reader handles both. Shipper,
 * recipient and signer are named next to the events and not read, and neither are remarks, which
 * may name them.
 */
export function readMyDhlXml(waybill: XmlElement, requested: string | undefined): ReadShipment {
  const parsed = awbInfo.safeParse(toPlainValue(waybill, LISTS));
  if (!parsed.success) return unusable('an empty waybill');
  const { AWBNumber, Status, ShipmentInfo: shipment } = parsed.data;
  const status = Status?.ActionStatus?.toLowerCase() ?? 'success';
  if (shipment !== undefined && shipment.ShipmentEvent.length > 0) {
    return readMyDhl(shipmentOf(AWBNumber, shipment), requested);
  }
  const miss = missOf(status);
  // An unknown waybill comes without its number: then it is the requested one, if that is known.
  const unnamed = miss.outcome === 'not_found' ? normalize(requested ?? '') : null;
  const trackingNumber = plausibleNumber(normalize(AWBNumber ?? '')) ?? unnamed;
  if (trackingNumber === null) return unusable('no AWBNumber');
  return { report: null, miss: { trackingNumber, ...miss }, warnings: [] };
}

/**
 * What the status of a waybill without events means. Any other status is a failure of the query,
 * and says nothing about the parcel.
 */
function missOf(status: string) {
  if (status === 'success') {
    return {
      outcome: 'not_yet',
      reason: 'the waybill is known and has no checkpoint yet',
    } as const;
  }
  return /^no shipments? found/.test(status)
    ? ({ outcome: 'not_found', reason: 'no shipments found' } as const)
    : ({ outcome: 'error', reason: 'the query for this waybill failed' } as const);
}

function shipmentOf(number: string | undefined, shipment: ShipmentInfo): Record<string, unknown> {
  return {
    shipmentTrackingNumber: number,
    productCode: shipment.GlobalProductCode,
    // Such as "2024-02-05 23:59:00 GMT-08:00": the local time of the destination.
    estimatedDeliveryDate: shipment.EstDlvyDate?.slice(0, 19).trim(),
    totalWeight: shipment.Weight,
    unitOfMeasurements: UNITS.get(shipment.WeightUnit?.toUpperCase() ?? ''),
    numberOfPieces: shipment.Pieces,
    shipperDetails: { serviceArea: [areaOf(shipment.OriginServiceArea)] },
    receiverDetails: { serviceArea: [areaOf(shipment.DestinationServiceArea)] },
    events: shipment.ShipmentEvent.map((event) => (event === null ? null : eventOf(event))),
  };
}

/** Units of weight: kilograms and pounds. */
const UNITS: ReadonlyMap<string, string> = new Map([
  ['K', 'metric'],
  ['L', 'imperial'],
]);

function eventOf({ Date: date, Time: time, ServiceEvent, ServiceArea, ...rest }: ShipmentEvent) {
  return {
    date,
    time,
    GMTOffset: rest.GMTOffset,
    typeCode: ServiceEvent?.EventCode,
    description: onOneLine(ServiceEvent?.Description),
    serviceArea: [areaOf(ServiceArea)],
  };
}

/**
 * Converts a service area. "SALEM,OR-USA" here is what MyDHL writes with a blank after the comma.
 */
function areaOf(given: z.output<typeof area>) {
  const description = onOneLine(given?.Description)?.replaceAll(',', ', ').replaceAll(',  ', ', ');
  return { code: given?.ServiceAreaCode, description };
}

/** Joins the lines of a text: long texts are broken and indented. */
function onOneLine(text: string | undefined): string | undefined {
  return text?.split(/\s+/).join(' ');
}

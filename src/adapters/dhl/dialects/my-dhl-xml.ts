import { z } from 'zod';
import { looseCode, looseList, looseObject, looseText } from '../../../kernel/wire/loose.ts';
import { plainOf, type XmlElement } from '../../../kernel/wire/xml.ts';
import { normalize } from '../numbers.ts';
import { EVENTS_MAX } from '../reading/facts.ts';
import { readMyDhl } from './my-dhl.ts';
import { nothing, plausibleNumber, type ReadShipment } from './read-shipment.ts';

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
 * The waybills of an answer of MyDHL API XML, which DHL offers in addition to the JSON of MyDHL API
 * (developer.dhl.com, page read 2026-11-21) and used to call XML-PI; none: the query failed. Null
 * when `root` is that of another document. Shape after answers stored by public clients;
 * unverified.
 */
export function xmlWaybills(root: XmlElement): readonly XmlElement[] | null {
  if (!ROOTS.includes(root.name)) return null;
  return root.children.filter(({ name }) => name === 'AWBInfo');
}

/**
 * One waybill, in the members of MyDHL's JSON, so that one reader handles both. Shipper, recipient
 * and signer are named next to the events and not read, and neither are remarks, which may name
 * them.
 */
export function readMyDhlXml(waybill: XmlElement, requested: string | undefined): ReadShipment {
  const parsed = awbInfo.safeParse(plainOf(waybill, LISTS));
  if (!parsed.success) return nothing('an empty waybill');
  const { AWBNumber, Status, ShipmentInfo: shipment } = parsed.data;
  const status = Status?.ActionStatus?.toLowerCase() ?? 'success';
  if (shipment !== undefined && shipment.ShipmentEvent.length > 0) {
    return readMyDhl(shipmentOf(AWBNumber, shipment), requested);
  }
  const trackingNumber = plausibleNumber(normalize(AWBNumber ?? ''));
  if (trackingNumber === null) return nothing('no AWBNumber');
  return { report: null, miss: { trackingNumber, ...missOf(status) }, warnings: [] };
}

/** Any other status is a failure of the query, and says nothing of the parcel. */
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
    // "2024-02-05 23:59:00 GMT-08:00": the clock of the place it goes to.
    estimatedDeliveryDate: shipment.EstDlvyDate?.slice(0, 19).trim(),
    totalWeight: shipment.Weight,
    unitOfMeasurements: UNITS.get(shipment.WeightUnit?.toUpperCase() ?? ''),
    numberOfPieces: shipment.Pieces,
    shipperDetails: { serviceArea: [areaOf(shipment.OriginServiceArea)] },
    receiverDetails: { serviceArea: [areaOf(shipment.DestinationServiceArea)] },
    events: shipment.ShipmentEvent.map((event) => (event === null ? null : eventOf(event))),
  };
}

/** Kilograms and pounds. */
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

/** "SALEM,OR-USA" is what MyDHL writes with a blank. */
function areaOf(given: z.output<typeof area>) {
  const description = onOneLine(given?.Description)?.replaceAll(',', ', ').replaceAll(',  ', ', ');
  return { code: given?.ServiceAreaCode, description };
}

/** Long texts are broken and indented. */
function onOneLine(text: string | undefined): string | undefined {
  return text?.split(/\s+/).join(' ');
}

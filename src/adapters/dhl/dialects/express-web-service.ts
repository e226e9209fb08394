import { z } from 'zod';
import { isRecord } from '../reading/record.ts';
import type { ReadShipment } from './read-shipment.ts';
import { readWaybill } from './xml-pi.ts';

/** Around the answer, as a SOAP client in JSON leaves them. */
const WRAPPERS = ['trackShipmentRequestResponse', 'trackingResponse', 'TrackingResponse'];

const awbInfo = z.object({ AWBInfo: z.object({ ArrayOfAWBInfoItem: z.unknown() }) });

/**
 * The waybills of an answer of the Express web services, the one between XML-PI and the MyDHL API,
 * whose JSON wraps each list of its SOAP in an `ArrayOf…Item`. Null when `body` is none.
 */
export function webServiceWaybills(body: unknown): readonly unknown[] | null {
  let inner = body;
  for (const name of WRAPPERS) inner = isRecord(inner) ? (inner[name] ?? inner) : inner;
  const parsed = awbInfo.safeParse(inner);
  return parsed.success ? listOf(parsed.data.AWBInfo.ArrayOfAWBInfoItem) : null;
}

/** As XML-PI has it: events stand without the wrapper there. */
export function readWebServiceWaybill(given: unknown, asked: string | undefined): ReadShipment {
  if (!isRecord(given) || !isRecord(given['ShipmentInfo'])) return readWaybill(given, asked);
  const { ShipmentInfo: shipment } = given;
  const events = shipment['ShipmentEvent'];
  const listed = isRecord(events) ? listOf(events['ArrayOfShipmentEventItem']) : [];
  return readWaybill({ ...given, ShipmentInfo: { ...shipment, ShipmentEvent: listed } }, asked);
}

/** A list of one is often its only item. */
function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

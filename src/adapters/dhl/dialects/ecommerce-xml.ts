import { z } from 'zod';
import { looseCode, looseList, looseObject, looseText } from '../../../kernel/wire/loose.ts';
import { plainOf, type XmlElement, xmlOrNull } from '../../../kernel/wire/xml.ts';
import { normalize } from '../numbers.ts';
import { EVENTS_MAX } from '../reading/facts.ts';
import { readMyDhl } from './my-dhl.ts';
import { nothing, plausibleNumber, type ReadShipment } from './read-shipment.ts';

const LISTS: ReadonlySet<string> = new Set(['Status']);

const status = z.object({
  Disposition: looseCode,
  StatusDesc: looseText,
  Date: looseCode,
  Time: looseCode,
  Location: looseObject({ City: looseText, State: looseText, Country: looseText }),
});

const shipment = z.object({
  TrackingNbr: looseCode,
  TrackingHistory: looseObject({ Status: looseList(status, EVENTS_MAX) }),
});

/**
 * The shipments of an answer of ECommerce 1.1, the XML of Express in the United States of 2014;
 * none: the request failed. Null when `text` is no such answer. Shape after answers that public
 * clients keep; unverified.
 */
export function ecommerceXmlShipments(text: string): readonly XmlElement[] | null {
  const root = xmlOrNull(text);
  if (root?.name !== 'ECommerce') return null;
  return root.children
    .filter(({ name }) => name === 'Track')
    .flatMap(({ children }) => children.filter(({ name }) => name === 'Shipment'));
}

/** In the members of MyDHL: most dispositions are checkpoints of today. */
export function readEcommerceXml(element: XmlElement, asked: string | undefined): ReadShipment {
  const parsed = shipment.safeParse(plainOf(element, LISTS));
  if (!parsed.success) return nothing('an empty shipment');
  const { TrackingNbr: number, TrackingHistory: history } = parsed.data;
  const events = (history?.Status ?? []).map((one) =>
    one === null
      ? null
      : {
          date: one.Date,
          time: one.Time,
          typeCode: checkpointOf(one),
          description: one.StatusDesc,
          serviceArea: [{ description: areaOf(one.Location) }],
        },
  );
  if (events.length > 0) return readMyDhl({ shipmentTrackingNumber: number, events }, asked);
  const trackingNumber = plausibleNumber(normalize(number ?? ''));
  if (trackingNumber === null) return nothing('no TrackingNbr');
  const reason = 'the answer has no history of this waybill';
  return { report: null, miss: { trackingNumber, outcome: 'not_found', reason }, warnings: [] };
}

/** Dispositions that today's checkpoints have other letters for, by their words beside them. */
const CHECKPOINTS: ReadonlyMap<string, string> = new Map([
  ['GH', 'CD'], // "Clearance Delay."
  ['IB', 'AR'], // "Arrived at DHL facility."
  ['OD', 'WC'], // "With delivery courier."
  ['TB', 'IC'], // "Processing for clearance."
  ['TU', 'TR'], // "In transit."
]);

/** Letters that only beside these words are known to mean it: today's `CC` awaits its collection. */
const WORDED: readonly (readonly [disposition: string, words: string, code: string])[] = [
  ['CC', 'clearance processing complete', 'CR'],
  ['LD', 'shipment delivered', 'OK'],
];

function checkpointOf({ Disposition: given, StatusDesc: words }: z.output<typeof status>) {
  const said = words?.toLowerCase().replace(/\.$/, '');
  const worded = WORDED.find(([disposition, known]) => disposition === given && known === said);
  return worded?.[2] ?? CHECKPOINTS.get(given ?? '') ?? given;
}

/** "SALEM, OR-UNITED STATES" is how MyDHL writes it. */
function areaOf(place: z.output<typeof status>['Location']): string | undefined {
  const town = [place?.City, place?.State].filter((part) => part !== undefined).join(', ');
  const parts = [town, place?.Country].filter((part) => part !== undefined && part !== '');
  return parts.length === 0 ? undefined : parts.join('-');
}

import { z } from 'zod';
import { looseCode, looseList, looseObject, looseText } from '../../../kernel/wire/loose.ts';
import { plainOf, xmlOrNull } from '../../../kernel/wire/xml.ts';
import { EVENTS_MAX, PACKAGES_MAX } from '../schema.ts';

const DETAILS_MAX = 50;
/** An envelope and its body; deeper stands nothing of these answers. */
const WRAPPERS_MAX = 3;

const LISTS: ReadonlySet<string> = new Set(['Shipment', 'Package', 'Activity']);

const coded = looseObject({ Code: looseCode, Description: looseText });
const address = looseObject({
  City: looseText,
  StateProvinceCode: looseCode,
  PostalCode: looseCode,
  CountryCode: looseCode,
});

const activity = z.object({
  ActivityLocation: looseObject({ Address: address }),
  // The XML nests type and code; the web service and its JSON have them side by side.
  Status: looseObject({
    StatusType: coded,
    StatusCode: coded,
    Type: looseCode,
    Code: looseCode,
    Description: looseText,
  }),
  Date: looseCode,
  Time: looseCode,
  GMTDate: looseCode,
  GMTTime: looseCode,
  GMTOffset: looseCode,
});

const parcel = z.object({
  TrackingNumber: looseCode,
  Activity: looseList(activity, EVENTS_MAX),
  PackageWeight: looseObject({ UnitOfMeasurement: coded, Weight: looseCode }),
});

const shipment = z.object({
  ShipmentIdentificationNumber: looseCode,
  InquiryNumber: looseObject({ Value: looseCode }),
  Service: coded,
  ShipTo: looseObject({ Address: address }),
  Package: looseList(parcel, PACKAGES_MAX),
});

const failure = looseObject({ ErrorCode: looseCode, ErrorDescription: looseText });

const answer = z.object({
  Response: looseObject({ Error: failure }),
  Shipment: looseList(shipment, DETAILS_MAX),
});

const fault = z.object({
  detail: z.object({
    Errors: z.object({ ErrorDetail: z.object({ PrimaryErrorCode: coded }) }),
  }),
});

type Activity = z.output<typeof activity>;
type Shipment = z.output<typeof shipment>;

/**
 * What the Track tool of before 2024 answered, as XML, in a SOAP envelope or as its JSON twin, in
 * the members of today's answer, so that one reader serves all. The tool is switched off; its
 * answers live on in archives and behind those who pass them on. Null for anything else.
 */
export function onlineToolsBody(text: string, json: unknown): Record<string, unknown> | null {
  const root = text.trimStart().startsWith('<') ? xmlOrNull(text.trimStart()) : null;
  let body = root === null ? json : { [root.name]: plainOf(root, LISTS) };
  for (let i = 0; i < WRAPPERS_MAX; i += 1) {
    body = memberOf(body, 'Envelope') ?? memberOf(body, 'Body') ?? body;
  }
  const isInside = memberOf(body, 'Shipment') !== undefined;
  const part = isInside ? body : partOf(body);
  const read = answer.safeParse(part ?? memberOf(body, 'TrackResponse'));
  if (!read.success) return failureOf(memberOf(body, 'Fault'));
  const error = read.data.Response?.Error;
  if (error !== undefined) return errorBody(error.ErrorCode, error.ErrorDescription);
  const shipments = read.data.Shipment.flatMap((one) => (one === null ? [] : [shipmentOf(one)]));
  return { trackResponse: { shipment: shipments } };
}

/** A shipment or package that somebody took out of the answer, put back. Null for anything else. */
function partOf(body: unknown): Record<string, unknown> | null {
  if (memberOf(body, 'TrackingNumber') !== undefined && memberOf(body, 'Activity') !== undefined) {
    return { Shipment: { Package: body } };
  }
  const isShipment =
    memberOf(body, 'Package') !== undefined &&
    ['InquiryNumber', 'ShipmentIdentificationNumber', 'ShipmentAddress'].some(
      (name) => memberOf(body, name) !== undefined,
    );
  return isShipment ? { Shipment: body } : null;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function failureOf(given: unknown): Record<string, unknown> | null {
  const read = fault.safeParse(given);
  if (!read.success) return null;
  const { PrimaryErrorCode: error } = read.data.detail.Errors.ErrorDetail;
  return errorBody(error?.Code, error?.Description);
}

function errorBody(code: string | undefined, message: string | undefined) {
  return { response: { errors: [{ code, message }] } };
}

function shipmentOf(given: Shipment): Record<string, unknown> {
  const { City: city, CountryCode: countryCode, ...to } = given.ShipTo?.Address ?? {};
  const { StateProvinceCode: stateProvince, PostalCode: postalCode } = to;
  return {
    inquiryNumber: given.InquiryNumber?.Value ?? given.ShipmentIdentificationNumber,
    package: given.Package.map((one) =>
      one === null
        ? null
        : {
            trackingNumber: one.TrackingNumber,
            activity: one.Activity.map((each) => (each === null ? null : activityOf(each))),
            packageAddress: [
              { type: 'DESTINATION', address: { city, stateProvince, postalCode, countryCode } },
            ],
            service: {
              code: given.Service?.Code,
              description: given.Service?.Description,
            },
            weight: {
              weight: one.PackageWeight?.Weight,
              unitOfMeasurement: one.PackageWeight?.UnitOfMeasurement?.Code,
            },
          },
    ),
  };
}

/** Who signed stands beside the place and is not read. */
function activityOf(given: Activity): Record<string, unknown> {
  const { City: city, CountryCode: countryCode, ...at } = given.ActivityLocation?.Address ?? {};
  const { StatusType: kind, StatusCode: code, ...status } = given.Status ?? {};
  return {
    date: given.Date,
    time: given.Time?.replaceAll(':', ''),
    gmtDate: given.GMTDate?.replaceAll('-', ''),
    gmtTime: given.GMTTime?.replaceAll(/[:.]/g, ''),
    gmtOffset: given.GMTOffset,
    status: {
      type: kind?.Code ?? status.Type,
      code: code?.Code ?? status.Code,
      description: kind?.Description ?? status.Description,
    },
    location: {
      address: {
        city,
        stateProvince: at.StateProvinceCode,
        postalCode: at.PostalCode,
        countryCode,
      },
    },
  };
}

import { z } from 'zod';
import {
  looseCode,
  looseList,
  looseNumber,
  looseObject,
  looseText,
} from '../../kernel/wire/loose.ts';

// After the Track API description "Basic Integrated Visibility"; only the members that are read.

/** Limit of results; beyond it the rest is not read. A batch has 30 numbers, a push one. */
export const RESULTS_MAX = 100;
/** Limit of instances of one number in an answer; two have been seen. */
export const LIVES_MAX = 20;
/** Limit of events; real parcels have a few dozen scans. */
export const EVENTS_MAX = 500;
const DETAILS_MAX = 100;

const address = looseObject({
  city: looseText,
  stateOrProvinceCode: looseCode,
  postalCode: looseCode,
  countryCode: looseCode,
});

const party = looseObject({ address });
const location = looseObject({ locationContactAndAddress: party });

/** An error or alert; some answers write it as one text, "CODE - message". */
const apiError = z.preprocess(
  (given) => {
    if (typeof given !== 'string') return given;
    const [code, ...message] = given.split(/\s*[-:]\s+/);
    return { code, message: message.join(' - ') };
  },
  z.object({ code: looseCode, message: looseText }),
);
/** A list of them, or one alone. */
const apiErrors = z
  .unknown()
  .optional()
  .transform((given) => (typeof given === 'string' ? [given] : given))
  .pipe(looseList(apiError, DETAILS_MAX));

const scanEvent = z.object({
  /** The time in ISO 8601, with the offset of the place. */
  date: looseCode,
  eventType: looseCode,
  derivedStatusCode: looseCode,
  /** The code; empty for none. */
  exceptionCode: looseCode,
  eventDescription: looseText,
  exceptionDescription: looseText,
  scanLocation: address,
  locationId: looseCode,
});

const dateAndTime = z.object({ type: looseCode, dateTime: looseCode });

/**
 * A list of numbers. The description says `value`, real answers say `values`; a bare text is read
 * as a list of one.
 */
const numberList = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  looseList(looseCode, DETAILS_MAX),
);

const packageIdentifier = z.object({
  type: looseCode,
  value: numberList.optional(),
  /** The name in real data. */
  values: numberList.optional(),
});

const latestStatus = looseObject({
  code: looseCode,
  derivedCode: looseCode,
  description: looseText,
  /** The text in the requested language. */
  statusByLocale: looseText,
  ancillaryDetails: looseList(z.object({ reason: looseCode }), DETAILS_MAX),
});

const trackResult = z.object({
  trackingNumberInfo: looseObject({
    trackingNumber: looseCode,
    trackingNumberUniqueId: looseCode,
  }),
  error: looseObject({ code: looseCode, message: looseText }),
  latestStatusDetail: latestStatus,
  scanEvents: looseList(scanEvent, EVENTS_MAX),
  dateAndTimes: looseList(dateAndTime, DETAILS_MAX),
  estimatedDeliveryTimeWindow: looseObject({
    window: looseObject({ begins: looseCode, ends: looseCode }),
  }),
  serviceDetail: looseObject({ type: looseCode }),
  packageDetails: looseObject({
    count: looseCode,
    weightAndDimensions: looseObject({
      weight: looseList(z.object({ value: looseNumber, unit: looseCode }), DETAILS_MAX),
    }),
  }),
  availableImages: looseList(z.object({ type: looseCode }), DETAILS_MAX),
  additionalTrackingInfo: looseObject({
    packageIdentifiers: looseList(packageIdentifier, DETAILS_MAX),
  }),
  shipperInformation: party,
  recipientInformation: party,
  lastUpdatedDestinationAddress: address,
  originLocation: location,
  destinationLocation: location,
});

const completeTrackResult = z.object({
  trackingNumber: looseCode,
  trackResults: looseList(trackResult, LIVES_MAX),
});

/** Any body that FedEx sends: an answer, a push, an error envelope. Fails only for non-objects. */
export const trackAnswer = z.object({
  outputMetaData: z.unknown().optional(),
  output: looseObject({
    completeTrackResults: looseList(completeTrackResult, RESULTS_MAX),
    alerts: apiErrors,
  }),
  errors: apiErrors,
  error: looseCode,
});

export const tokenAnswer = z.object({
  // Longer than any code: real tokens are some kilobytes.
  access_token: z.string().optional().catch(undefined),
  expires_in: looseNumber,
  error: looseCode,
  errors: apiErrors,
});

/** Limit of documents; there is one letter for each number. */
const DOCUMENTS_MAX = 5;
const documents = looseList(z.string(), DOCUMENTS_MAX);

export const documentAnswer = z.object({
  output: looseObject({ document: documents, documents }),
});

export const jobAnswer = z.object({
  output: looseObject({
    jobId: looseCode,
    jobID: looseCode,
    jobStatus: looseCode,
    status: looseCode,
  }),
});

export type ApiError = z.output<typeof apiError>;
export type ScanEvent = z.output<typeof scanEvent>;
export type TrackResult = z.output<typeof trackResult>;
export type CompleteTrackResult = z.output<typeof completeTrackResult>;
export type TrackAnswer = z.output<typeof trackAnswer>;
export type Address = z.output<typeof address>;

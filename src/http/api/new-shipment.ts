import {
  type CarrierAdapter,
  clearWinner,
  type DetectedCarrier,
  detectCarriers,
  type Registry,
} from '../../adapters/index.ts';
import { Problem } from '../../kernel/errors.ts';
import type { NewShipment } from '../../tracking/index.ts';
import type { CreateShipment } from '../schemas/shipment-input.ts';
import { NUMBER_CHARS_MAX, RESERVED_NUMBER } from '../schemas/shipment-input.ts';
import { invalidMember } from '../validation.ts';

/** What is odd about a number although its carrier was named. */
export interface Warning {
  readonly code: 'pattern_mismatch' | 'check_digit_mismatch';
  readonly detail: string;
}

/**
 * What a merchant sent → what tracking registers: carrier settled, number in the carrier's own
 * spelling. Throws `Problem` when the carrier is unknown or cannot be told.
 */
export function newShipment(
  registry: Registry,
  wanted: CreateShipment,
): { readonly shipment: NewShipment; readonly warnings: readonly Warning[] } {
  refuseReserved(wanted.tracking_number);
  const adapter = carrierOf(registry, wanted);
  const trackingNumber = adapter.numbers.normalize(wanted.tracking_number);
  if (trackingNumber === '' || trackingNumber.length > NUMBER_CHARS_MAX) {
    throw invalidMember(
      '/tracking_number',
      'Nothing is left of it but blanks and dashes, or it is too long.',
      'Send the number as the carrier printed it.',
    );
  }
  refuseReserved(trackingNumber);
  return {
    shipment: {
      carrier: adapter.manifest.name,
      trackingNumber,
      orderIds: orderIdsOf(wanted) ?? [],
      serviceLevel: wanted.service_level ?? null,
      senderId: wanted.sender_id ?? null,
      weightG: wanted.weight_g ?? null,
      dimensions: wanted.dimensions ?? null,
      promisedDate: wanted.promised_date ?? null,
      metadata: wanted.metadata ?? {},
      tags: [...new Set(wanted.tags ?? [])],
      personal: {
        recipient: wanted.recipient ?? null,
        origin: wanted.origin ?? null,
        destination: wanted.destination ?? null,
      },
    },
    warnings: warningsOf(adapter, trackingNumber),
  };
}

function refuseReserved(number: string): void {
  if (number.toLowerCase() !== RESERVED_NUMBER) return;
  throw invalidMember(
    '/tracking_number',
    `"${RESERVED_NUMBER}" is a word of the hub's own addresses and is nobody's number.`,
    'Send the number as the carrier printed it.',
  );
}

/** `order_id` and `order_ids` together, each once; undefined when neither was sent. */
export function orderIdsOf(sent: {
  readonly order_id?: string | null | undefined;
  readonly order_ids?: readonly string[] | null | undefined;
}): string[] | undefined {
  const { order_id: one, order_ids: several } = sent;
  if (one === undefined && several === undefined) return undefined;
  return [...new Set([...(one ? [one] : []), ...(several ?? [])])];
}

/** A candidate on the wire. */
export function candidateJson(candidate: DetectedCarrier) {
  return {
    carrier: candidate.carrier,
    format: candidate.format,
    certainty: candidate.certainty,
    check_digit: candidate.checkDigit,
    tracking_number: candidate.trackingNumber,
  };
}

/** The carrier of that name, or a 422 about `pointer` that lists the names there are. */
export function namedCarrier(
  registry: Registry,
  name: string,
  pointer = '/carrier',
): CarrierAdapter {
  const adapter = registry.get(name);
  if (adapter !== undefined) return adapter;
  const names = registry.list().map(({ manifest }) => manifest.name);
  throw invalidMember(
    pointer,
    'There is no such carrier in this installation.',
    `Send one of ${names.join(', ')}.`,
  );
}

function carrierOf(registry: Registry, wanted: CreateShipment): CarrierAdapter {
  if (wanted.carrier) return namedCarrier(registry, wanted.carrier);
  const candidates = detectCarriers(registry, wanted.tracking_number);
  const winner = clearWinner(candidates);
  if (winner !== null) return namedCarrier(registry, winner.carrier);
  throw new Problem(
    'ambiguous_carrier',
    candidates.length === 0
      ? 'No carrier of this installation knows numbers of this form.'
      : 'Several carriers may have issued this number, or the only one is not sure of it.',
    {
      errors: [
        {
          pointer: '/carrier',
          reason: 'It is missing, and the number does not settle it.',
          fix: 'Send the carrier.',
        },
      ],
      extra: { candidates: candidates.map(candidateJson) },
    },
  );
}

function warningsOf({ manifest, numbers }: CarrierAdapter, trackingNumber: string): Warning[] {
  const candidates = numbers.recognise(trackingNumber);
  if (candidates.length === 0) {
    const detail = `${manifest.displayName} numbers known to us look different.`;
    return [{ code: 'pattern_mismatch', detail }];
  }
  if (candidates.every(({ checkDigit }) => checkDigit === 'invalid')) {
    return [
      {
        code: 'check_digit_mismatch',
        detail: 'The check digit is wrong: a typing error, perhaps.',
      },
    ];
  }
  return [];
}

import type { ScanDesk } from '../../../adapters/contract/contract.ts';
import {
  type CarrierAdapter,
  clearWinner,
  type DetectedCarrier,
  detectCarriers,
  type Registry,
} from '../../../adapters/index.ts';
import { closest } from '../../../kernel/closest.ts';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { internationalPhone } from '../../../kernel/places/phone.ts';
import type { NewShipment } from '../../../tracking/ports/shipments.ts';
import { invalidMember } from '../../kit/validation.ts';
import type { CreateShipment } from './input-schema.ts';
import { attributesSent, NUMBER_CHARS_MAX, RESERVED_NUMBER } from './input-schema.ts';

/** Something unusual in the request that does not prevent tracking. */
export interface Warning {
  readonly code:
    | 'pattern_mismatch'
    | 'check_digit_mismatch'
    | 'other_carrier_likelier'
    | 'phone_unusable';
  readonly detail: ErrorText;
}

/**
 * Converts a merchant's request for registration: with a determined carrier, and the number in the
 * carrier's own spelling. Throws `Problem` when the carrier is unknown or cannot be detected.
 */
export function newShipment(
  registry: Registry,
  wanted: CreateShipment & { readonly tracking_number: string },
): NewShipment {
  return readShipment(registry, wanted).shipment;
}

/** Like `newShipment`, with warnings; these require detecting who else may have issued the number. */
export function newShipmentWithWarnings(
  registry: Registry,
  wanted: CreateShipment & { readonly tracking_number: string },
): { readonly shipment: NewShipment; readonly warnings: readonly Warning[] } {
  const { shipment, adapter, candidates } = readShipment(registry, wanted);
  const found = candidates ?? detectCarriers(registry, wanted.tracking_number);
  return {
    shipment,
    warnings: [
      ...numberWarnings(adapter, shipment.trackingNumber, found),
      ...phoneWarnings(wanted),
    ],
  };
}

/**
 * A number without surrounding text: only the carrier's spelling applies, and nothing needs to be
 * extracted.
 */
const NUMBER_ALONE = /^[0-9A-Za-z]+$/;

interface ReadShipment {
  readonly shipment: NewShipment;
  readonly adapter: CarrierAdapter;
  /** Null: detection was skipped. */
  readonly candidates: readonly DetectedCarrier[] | null;
}

function readShipment(
  registry: Registry,
  wanted: CreateShipment & { readonly tracking_number: string },
): ReadShipment {
  refuseReserved(wanted.tracking_number);
  // Detection takes longer than everything else about a row that names its carrier.
  const isCarrierGiven = Boolean(wanted.carrier) && NUMBER_ALONE.test(wanted.tracking_number);
  const candidates = isCarrierGiven ? null : detectCarriers(registry, wanted.tracking_number);
  const adapter = determineCarrier(registry, wanted, candidates ?? []);
  const carrier = adapter.manifest.name;
  assertProvable(adapter, wanted.require_proof);
  // The candidate's number is without the label or URL it was pasted with.
  const own = candidates?.find((candidate) => candidate.carrier === carrier);
  const trackingNumber = own?.trackingNumber ?? adapter.numbers.normalize(wanted.tracking_number);
  if (own === undefined && wanted.tracking_number.includes('://')) {
    throw invalidMember(
      '/tracking_number',
      { 'shipments.noNumberInUrl': { displayName: adapter.manifest.displayName } },
      'shipments.usePrintedNumber',
    );
  }
  if (trackingNumber === '' || trackingNumber.length > NUMBER_CHARS_MAX) {
    throw invalidMember(
      '/tracking_number',
      { 'shipments.blankOrTooLong': { numberCharsMax: NUMBER_CHARS_MAX } },
      'shipments.usePrintedNumber',
    );
  }
  refuseReserved(trackingNumber);
  return {
    adapter,
    candidates,
    shipment: {
      carrier,
      trackingNumber,
      ...attributesSent(wanted),
      personal: {
        recipient: wanted.recipient ?? null,
        origin: wanted.origin ?? null,
        destination: wanted.destination ?? null,
      },
    },
  };
}

/** The carrier that issues numbers here; throws `Problem` when the merchant has to supply one. */
export function numberingCarrier(registry: Registry, { carrier }: CreateShipment): ScanningCarrier {
  const adapter = carrier ? namedCarrier(registry, carrier) : undefined;
  if (adapter?.scans !== undefined) return { ...adapter, scans: adapter.scans };
  const own = registry.list().flatMap(({ manifest, scans }) => (scans ? [manifest.name] : []));
  throw invalidMember('/tracking_number', 'values.isMissing', {
    'shipments.sendNumberOrCarrier': {
      carriers: own.length === 0 ? 'none' : own.join(),
    },
  });
}

/** Throws when proof is required of a carrier other than the merchant's own couriers. */
export function assertProvable(
  { manifest, scans }: CarrierAdapter,
  required: readonly string[] | null | undefined,
): void {
  if (scans !== undefined || !required?.length) return;
  throw invalidMember(
    '/require_proof',
    { 'shipments.carrierDecidesProof': { displayName: manifest.displayName } },
    'shipments.omitOrSendEmpty',
  );
}

type ScanningCarrier = CarrierAdapter & { readonly scans: ScanDesk };

function refuseReserved(number: string): void {
  if (number.toLowerCase() !== RESERVED_NUMBER) return;
  throw invalidMember(
    '/tracking_number',
    'shipments.reservedLiveNumber',
    'shipments.usePrintedNumber',
  );
}

/** The JSON of a candidate. */
export function candidateJson(candidate: DetectedCarrier) {
  return {
    carrier: candidate.carrier,
    name: candidate.displayName,
    reach: candidate.reach,
    format: candidate.format,
    certainty: candidate.certainty,
    check_digit: candidate.checkDigit,
    tracking_number: candidate.trackingNumber,
    why: candidate.why,
  };
}

/**
 * Returns the carrier of that name; throws a 422 about `pointer` that lists the known names.
 * Bridges are no carriers of shipments; `among` may name them where accounts are meant.
 */
export function namedCarrier(
  registry: Registry,
  name: string,
  pointer = '/carrier',
  among = registry.carriers(),
): CarrierAdapter {
  const adapter = among.find(({ manifest }) => manifest.name === name);
  if (adapter !== undefined) return adapter;
  const names = among.map(({ manifest }) => manifest.name);
  throw invalidMember(pointer, 'shipments.noSuchCarrier', {
    'shipments.useKnownCarrier': { meant: closest(name, names) ?? 'none', names: names.join(', ') },
  });
}

/** Returns the given or the detected carrier; throws `Problem` if neither is clear. */
function determineCarrier(
  registry: Registry,
  wanted: Pick<CreateShipment, 'carrier'>,
  candidates: readonly DetectedCarrier[],
): CarrierAdapter {
  if (wanted.carrier) return namedCarrier(registry, wanted.carrier);
  const winner = clearWinner(candidates);
  if (winner?.reach === 'direct') return namedCarrier(registry, winner.carrier);
  const names = [
    ...new Set(candidates.flatMap(({ carrier, reach }) => (reach === 'direct' ? [carrier] : []))),
  ];
  const known = registry.carriers().map(({ manifest }) => manifest.name);
  if (candidates.length === 0) {
    throw new Problem('unknown_carrier', 'shipments.unknownNumberForm', {
      errors: [
        {
          pointer: '/tracking_number',
          reason: 'shipments.noInstalledCarrierMatches',
          fix: { 'shipments.resendOrSetCarrier': { known: known.join(', ') } },
        },
      ],
    });
  }
  if (winner !== null || names.length === 0) {
    const { displayName: name } = winner ?? candidates[0] ?? { displayName: '' };
    throw new Problem(
      'unknown_carrier',
      { 'shipments.carrierNotInstalled': { name } },
      {
        errors: [
          {
            pointer: '/tracking_number',
            reason: { 'shipments.carrierNotInstalled': { name } },
            fix: { 'shipments.installOrSetCarrier': { known: known.join(', ') } },
          },
        ],
        extra: { candidates: candidates.map(candidateJson) },
      },
    );
  }
  throw new Problem('ambiguous_carrier', undecidedReason(candidates), {
    errors: [
      {
        pointer: '/carrier',
        reason: 'shipments.carrierNotIdentified',
        fix: {
          'shipments.specifyCandidateCarrier': {
            names: names.join(' or '),
            known: known.join(', '),
          },
        },
      },
    ],
    extra: { candidates: candidates.map(candidateJson) },
  });
}

function undecidedReason(candidates: readonly DetectedCarrier[]): ErrorText {
  if (candidates.every(({ checkDigit }) => checkDigit === 'invalid')) {
    return 'shipments.checkDigitsAllWrong';
  }
  return candidates.length === 1
    ? 'shipments.ambiguousNumberForm'
    : 'shipments.severalCarriersMatch';
}

/**
 * Messages to an unusable phone number would not be sent; the merchant should know before one is
 * due.
 */
function phoneWarnings({ recipient, destination }: CreateShipment): Warning[] {
  const phone = recipient?.phone;
  if (!phone || internationalPhone(phone, destination?.country ?? null) !== null) return [];
  const detail = 'shipments.phoneNotE164';
  return [{ code: 'phone_unusable', detail }];
}

/** The likelihood of a carrier from which naming another one causes a warning. */
const LIKELY_ENOUGH = 0.2;

function numberWarnings(
  { manifest, numbers }: CarrierAdapter,
  trackingNumber: string,
  candidates: readonly DetectedCarrier[],
): Warning[] {
  const warnings: Warning[] = [];
  const own = numbers.recognise(trackingNumber);
  if (own.length === 0) {
    const detail: ErrorText = {
      'shipments.unusualNumberForm': { displayName: manifest.displayName },
    };
    warnings.push({ code: 'pattern_mismatch', detail });
  } else if (own.every(({ checkDigit }) => checkDigit === 'invalid')) {
    const detail = 'shipments.wrongCheckDigit';
    warnings.push({ code: 'check_digit_mismatch', detail });
  }
  const better = clearWinner(candidates);
  const named = candidates.find(({ carrier }) => carrier === manifest.name);
  const isLikely = named?.checkDigit !== 'invalid' && (named?.certainty ?? 0) >= LIKELY_ENOUGH;
  if (better !== null && better.carrier !== manifest.name && !isLikely) {
    const { displayName: name, carrier, format, certainty, why } = better;
    const values = { displayName: manifest.displayName, name, carrier, format, certainty };
    warnings.push({
      code: 'other_carrier_likelier',
      detail: { 'shipments.likelyOtherCarrier': { ...values, why: why[0] ? ` ${why[0]}` : '' } },
    });
  }
  return warnings;
}

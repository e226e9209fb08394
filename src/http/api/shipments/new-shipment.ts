import type { ScanDesk } from '../../../adapters/contract/contract.ts';
import {
  carriersCalled,
  clearWinner,
  type DetectedCarrier,
  detectCarriers,
  type Registry,
  type ShipmentCarrier,
  shipmentCarrier,
  shipmentCarrierIds,
  withoutLabel,
} from '../../../adapters/index.ts';
import { closest } from '../../../kernel/closest.ts';
import { type ErrorText, Problem } from '../../../kernel/errors.ts';
import { isNote, isSentence } from '../../../kernel/numbers/note.ts';
import { rounded } from '../../../kernel/numbers/rounded.ts';
import { numbersIn } from '../../../kernel/numbers/several.ts';
import { internationalPhone } from '../../../kernel/places/phone.ts';
import type { NewShipment, Registered } from '../../../tracking/ports/shipments.ts';
import { invalidMember } from '../../kit/validation.ts';
import type { CreateShipment } from './input-schema.ts';
import { attributesSent, NUMBER_CHARS_MAX, RESERVED_NUMBER } from './input-schema.ts';

/** Something unusual in the request that does not prevent tracking. */
export interface Warning {
  readonly code:
    | 'pattern_mismatch'
    | 'check_digit_mismatch'
    | 'other_carrier_likelier'
    | 'phone_unusable'
    | 'looks_rounded'
    | 'carrier_guessed';
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
  const { shipment, carrier, candidates } = readShipment(registry, wanted);
  const found = candidates ?? detectCarriers(registry, wanted.tracking_number);
  return {
    shipment,
    warnings: [
      ...numberWarnings(carrier, shipment.trackingNumber, found),
      ...phoneWarnings(wanted),
    ],
  };
}

/**
 * A parcel for each number in the field, for entrances where it may hold several, with the warnings
 * of an import: without comparing carriers, which would detect them for each row.
 */
export function newShipments(
  registry: Registry,
  wanted: CreateShipment & { readonly tracking_number: string },
): { readonly shipments: readonly NewShipment[]; readonly warnings: readonly Warning[] } {
  const numbers = numbersIn(wanted.tracking_number);
  const read = numbers.map((number) =>
    readShipment(registry, { ...wanted, tracking_number: number }),
  );
  return {
    shipments: read.map(({ shipment }) => shipment),
    warnings: read.flatMap(({ shipment, carrier }) => [
      ...numberWarnings(carrier, shipment.trackingNumber, []),
      ...(wanted.carrier ? [] : [guessWarning(carrier)]),
    ]),
  };
}

/**
 * A number without surrounding text: only the carrier's spelling applies, and nothing needs to be
 * extracted.
 */
const NUMBER_ALONE = /^[0-9A-Za-z]+$/;

interface ReadShipment {
  readonly shipment: NewShipment;
  readonly carrier: ShipmentCarrier;
  /** Null: detection was skipped. */
  readonly candidates: readonly DetectedCarrier[] | null;
}

function readShipment(
  registry: Registry,
  wanted: CreateShipment & { readonly tracking_number: string },
): ReadShipment {
  refuseReserved(wanted.tracking_number);
  if (isNote(wanted.tracking_number)) throw noteNotNumber();
  const { length: count } = numbersIn(wanted.tracking_number);
  if (count > 1) {
    const reason = { 'shipments.severalNumbers': { count } };
    throw invalidMember('/tracking_number', reason, 'shipments.sendOneNumber');
  }
  if (rounded(wanted.tracking_number) === 'surely') throw roundedNumber();
  // Detection takes longer than everything else about a row that names its carrier.
  const isCarrierGiven = Boolean(wanted.carrier) && NUMBER_ALONE.test(wanted.tracking_number);
  const candidates = isCarrierGiven ? null : detectCarriers(registry, wanted.tracking_number);
  const carrier = determineCarrier(registry, wanted, candidates ?? []);
  const { name, displayName } = carrier.manifest;
  assertProvable(carrier, wanted.require_proof);
  // The candidate's number is without the label or URL it was pasted with.
  const own = candidates?.find((candidate) => candidate.carrier === name);
  const trackingNumber =
    own?.trackingNumber ?? carrier.numbers.normalize(withoutLabel(wanted.tracking_number));
  if (own === undefined && isSentence(withoutLabel(wanted.tracking_number))) throw noteNotNumber();
  if (own === undefined && wanted.tracking_number.includes('://')) {
    throw invalidMember(
      '/tracking_number',
      { 'shipments.noNumberInUrl': { displayName } },
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
  if (rounded(trackingNumber) === 'likely' && !isProven(carrier, trackingNumber)) {
    throw roundedNumber();
  }
  return {
    carrier,
    candidates,
    shipment: {
      carrier: name,
      trackingNumber,
      ...attributesSent(wanted),
      ...(wanted.same_parcel && { isSameParcel: true }),
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
  const named = carrier ? namedCarrier(registry, carrier) : undefined;
  if (named?.scans !== undefined) return { ...named, scans: named.scans };
  const own = registry.list().flatMap(({ manifest, scans }) => (scans ? [manifest.name] : []));
  throw invalidMember('/tracking_number', 'values.isMissing', {
    'shipments.sendNumberOrCarrier': {
      carriers: own.length === 0 ? 'none' : own.join(),
    },
  });
}

/** Throws when proof is required of a carrier other than the merchant's own couriers. */
export function assertProvable(
  { manifest, scans }: ShipmentCarrier,
  required: readonly string[] | null | undefined,
): void {
  if (scans !== undefined || !required?.length) return;
  throw invalidMember(
    '/require_proof',
    { 'shipments.carrierDecidesProof': { displayName: manifest.displayName } },
    'shipments.omitOrSendEmpty',
  );
}

type ScanningCarrier = ShipmentCarrier & { readonly scans: ScanDesk };

function refuseReserved(number: string): void {
  if (number.toLowerCase() !== RESERVED_NUMBER) return;
  throw invalidMember(
    '/tracking_number',
    'shipments.reservedLiveNumber',
    'shipments.usePrintedNumber',
  );
}

/** Returns the registered shipment; throws a 409 when another customer's order uses its number. */
export function assertOwnParcel({ usedBy, ...registered }: Registered) {
  if (usedBy === null) return registered;
  throw new Problem('conflict', { 'shipments.numberUsedByOrder': { order: usedBy } });
}

function noteNotNumber(): Problem {
  return invalidMember('/tracking_number', 'shipments.noteNotNumber', 'shipments.usePrintedNumber');
}

function roundedNumber(): Problem {
  return invalidMember('/tracking_number', 'shipments.roundedNumber', 'shipments.formatAsText');
}

/** Whether a check digit of the carrier speaks for the number. */
function isProven({ numbers }: ShipmentCarrier, number: string): boolean {
  return numbers.recognise(number).some(({ checkDigit }) => checkDigit === 'valid');
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
 * Returns the carrier that is called so, whose parcels can be tracked by its adapter or through a
 * bridge; throws a 422 about `pointer` that lists the carriers that the name fits, or else those with
 * an adapter.
 */
export function namedCarrier(
  registry: Registry,
  name: string,
  pointer = '/carrier',
): ShipmentCarrier {
  const own = shipmentCarrier(registry, name);
  if (own !== undefined) return own;
  const [called, ...others] = carriersCalled(registry, name);
  const carrier = others.length > 0 ? undefined : shipmentCarrier(registry, called ?? '');
  if (carrier !== undefined) return carrier;
  if (called !== undefined) {
    throw invalidMember(pointer, 'shipments.carrierNameFitsSeveral', {
      'shipments.sendOneCarrier': { carriers: [called, ...others].join(', ') },
    });
  }
  const meant = closest(name, shipmentCarrierIds(registry));
  throw noSuchCarrier(pointer, meant, registry.carriers());
}

/** A 422 about `pointer` that suggests a name and lists the names of adapters. */
export function noSuchCarrier(
  pointer: string,
  meant: string | null,
  adapters: ReturnType<Registry['list']>,
): Problem {
  const names = adapters.map(({ manifest }) => manifest.name).join(', ');
  return invalidMember(pointer, 'shipments.noSuchCarrier', {
    'shipments.useKnownCarrier': { meant: meant ?? 'none', names },
  });
}

/** Returns the given or the detected carrier; throws `Problem` if neither is clear. */
function determineCarrier(
  registry: Registry,
  wanted: Pick<CreateShipment, 'carrier'>,
  candidates: readonly DetectedCarrier[],
): ShipmentCarrier {
  if (wanted.carrier) return namedCarrier(registry, wanted.carrier);
  const winner = clearWinner(candidates);
  if (winner !== null && winner.reach !== 'detected') return namedCarrier(registry, winner.carrier);
  const reached = candidates.filter(({ reach }) => reach !== 'detected');
  const names = [...new Set(reached.map(({ carrier }) => carrier))];
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

function guessWarning({ manifest: { displayName } }: ShipmentCarrier): Warning {
  return { code: 'carrier_guessed', detail: { 'shipments.carrierGuessed': { displayName } } };
}

/** The likelihood of a carrier from which naming another one causes a warning. */
const LIKELY_ENOUGH = 0.2;

function numberWarnings(
  { manifest, numbers }: ShipmentCarrier,
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
  const zeros = rounded(trackingNumber);
  if (
    zeros === 'likely' ||
    (zeros === 'maybe' && !own.some(({ checkDigit }) => checkDigit === 'valid'))
  ) {
    warnings.push({ code: 'looks_rounded', detail: 'shipments.looksRounded' });
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

import type { ErrorText } from '../../kernel/errors.ts';
import { distanceM, type LatLng } from '../../kernel/places/distance.ts';
import type { ProofKind } from '../../kernel/proof-kinds.ts';
import {
  type CleanImage,
  IMAGE_BYTES_MAX,
  IMAGE_PIXELS_MAX,
  type ImageCleaner,
  type ImageFault,
} from '../../platform/images/clean-image.ts';
import type { EnvelopeSealer } from '../../platform/sealing/sealing.ts';
import type { Personal } from '../personal.ts';
import {
  drawSignature,
  isStrokesLike,
  readSignature,
  SIGNATURE_BYTES_MAX,
  type Signature,
  type SignatureFault,
} from './signature.ts';

/** A proof as it was sent, unchecked. */
export interface SentProof {
  readonly photos: readonly Uint8Array[];
  /** The signature, as strokes in JSON or as a picture. */
  readonly signature: Uint8Array | null;
  readonly receivedBy: string | null;
  readonly pin: string | null;
}

/** A checked proof, without harmful content. */
export interface PreparedProof {
  readonly files: readonly { readonly kind: 'photo' | 'signature'; readonly image: CleanImage }[];
  readonly strokes: Signature | null;
  /** The kinds it contains, without the PIN, which can only be checked under the parcel's lock. */
  readonly kinds: readonly ProofKind[];
}

/** Which part of a proof cannot be used, why, and how to fix it, in the API's terms. */
export interface ProofFault {
  readonly code: 'invalid' | 'too_large' | 'busy';
  readonly part: 'photo' | 'signature';
  readonly reason: ErrorText;
  readonly fix: ErrorText;
}

/** Checks a proof: decodes and encodes the submitted files again. Stores nothing. */
export async function prepareProof(
  images: ImageCleaner,
  sent: Pick<SentProof, 'photos' | 'signature' | 'receivedBy'>,
): Promise<{ readonly prepared: PreparedProof } | { readonly fault: ProofFault }> {
  const files: { kind: 'photo' | 'signature'; image: CleanImage }[] = [];
  for (const photo of sent.photos) {
    const outcome = await images.photo(photo);
    if (outcome.kind === 'refused') return { fault: imageFault('photo', outcome.fault) };
    files.push({ kind: 'photo', image: outcome.image });
  }
  const signed = sent.signature === null ? null : await prepareSignature(images, sent.signature);
  if (signed !== null && 'fault' in signed) return signed;
  if (signed !== null) files.push({ kind: 'signature', image: signed.image });
  const kinds: ProofKind[] = [
    ...(sent.photos.length > 0 ? (['photo'] as const) : []),
    ...(signed === null ? [] : (['signature'] as const)),
    ...(sent.receivedBy === null ? [] : (['name'] as const)),
  ];
  return { prepared: { files, strokes: signed?.strokes ?? null, kinds } };
}

/** Converts a signature to an image: strokes are drawn, a picture is cleaned. */
async function prepareSignature(
  images: ImageCleaner,
  bytes: Uint8Array,
): Promise<
  | { readonly image: CleanImage; readonly strokes: Signature | null }
  | { readonly fault: ProofFault }
> {
  if (!isStrokesLike(bytes)) {
    const outcome = await images.drawing(bytes);
    if (outcome.kind === 'refused') return { fault: imageFault('signature', outcome.fault) };
    return { image: outcome.image, strokes: null };
  }
  const read = readSignature(bytes);
  if ('fault' in read) return { fault: signatureFault(read.fault) };
  const { grey, widthPx, heightPx } = drawSignature(read.signature);
  return { image: await images.png(grey, widthPx, heightPx), strokes: read.signature };
}

/** Returns why a picture was refused, and what the sender can do. */
function imageFault(part: ProofFault['part'], fault: ImageFault): ProofFault {
  const mib = IMAGE_BYTES_MAX / 1_048_576;
  const megapixels = Math.floor(IMAGE_PIXELS_MAX / 1_000_000);
  const invalid = (reason: ErrorText, fix: ErrorText) =>
    ({ code: 'invalid', part, reason, fix }) as const;
  switch (fault) {
    case 'empty':
      return invalid('facilities.fileEmpty', 'shipments.sendPictureOrOmit');
    case 'too_many_bytes':
      return {
        code: 'too_large',
        part,
        reason: { 'shipments.pictureTooLarge': { mib } },
        fix: 'shipments.scaleDownPicture',
      };
    case 'unknown_form':
      return invalid(
        'shipments.notSupportedPicture',
        part === 'photo' ? 'shipments.useSupportedPhotoFormat' : 'shipments.sendStrokesOrPicture',
      );
    case 'too_many_pixels':
      return invalid({ 'shipments.tooManyPixels': { megapixels } }, 'shipments.scaleDownPicture');
    case 'unreadable':
      return invalid('shipments.pictureDamaged', 'shipments.retakeOrResend');
    case 'busy':
      return {
        code: 'busy',
        part,
        reason: 'shipments.tooManyPictures',
        fix: 'shipments.retrySameRequest',
      };
  }
}

/** Returns why strokes were refused, and what the sender can do. */
function signatureFault(fault: SignatureFault): ProofFault {
  const invalid = (reason: ErrorText, fix: ErrorText) =>
    ({ code: 'invalid', part: 'signature', reason, fix }) as const;
  switch (fault) {
    case 'too_many_bytes':
      return {
        code: 'too_large',
        part: 'signature',
        reason: {
          'shipments.signatureTooLarge': { signatureBytesMax: SIGNATURE_BYTES_MAX / 1_024 },
        },
        fix: 'shipments.useFewerPoints',
      };
    case 'unreadable':
      return invalid('shipments.strokesUnreadable', 'shipments.useStrokesFormat');
    case 'no_ink':
      return invalid('shipments.signatureEmpty', 'shipments.redoOrOmitSignature');
    case 'too_much_ink':
      return invalid('shipments.tooMuchInk', 'shipments.redoSignature');
  }
}

/** Where a proof was taken. */
interface ProofPlace extends LatLng {
  readonly accuracyM: number | null;
  /**
   * The distance to the address in whole metres; null if the address's coordinates are not known.
   */
  readonly distanceM: number | null;
}

/** The personal part of a proof, which is sealed with a key of its own. */
export interface ProofContent {
  readonly receivedBy: string | null;
  readonly place: ProofPlace | null;
  readonly signature: Signature | null;
  /** The digits of a counted wrong PIN. */
  readonly wrongPin?: string | undefined;
}

/** Seals the personal part of a proof with a new key. */
export function sealContent(content: ProofContent, sealer: EnvelopeSealer) {
  const { sealed, dataKey } = sealer.seal(Buffer.from(JSON.stringify(content), 'utf8'));
  return { content: sealed, dataKey };
}

const ERASED: ProofContent = { receivedBy: null, place: null, signature: null };

/** Opens the personal part of a proof; its members are null if it was erased. */
export function openContent(
  {
    content,
    dataKey,
  }: { readonly content: Uint8Array | null; readonly dataKey: Uint8Array | null },
  sealer: EnvelopeSealer,
): ProofContent {
  if (content === null || dataKey === null) return ERASED;
  return JSON.parse(Buffer.from(sealer.open(content, dataKey)).toString('utf8')) as ProofContent;
}

/** Returns the place with its distance to the parcel's destination; null for null. Pure. */
export function measured(
  place: (LatLng & { readonly accuracyM: number | null }) | null,
  { destination }: Pick<Personal, 'destination'>,
): ProofPlace | null {
  if (place === null) return null;
  const [lat, lng] = [destination?.['lat'], destination?.['lng']];
  const isKnown = typeof lat === 'number' && typeof lng === 'number';
  return { ...place, distanceM: isKnown ? Math.round(distanceM(place, { lat, lng })) : null };
}

/** Members of an address that identify the door. */
const ADDRESS_FIELDS = [
  'name',
  'company',
  'line1',
  'line2',
  'postal_code',
  'city',
  'country',
] as const;

/**
 * Whether two parcels go to the same person at the same door: then the PIN of one opens both. False
 * for a parcel without an address. Pure.
 */
export function isSameAddress(one: Personal, other: Personal): boolean {
  if (!one.destination?.['line1'] || !other.destination?.['line1']) return false;
  const normalized = ({ recipient, destination }: Personal) =>
    JSON.stringify([
      recipient?.['name'] ?? null,
      recipient?.['email'] ?? null,
      ...ADDRESS_FIELDS.map((member) => destination?.[member] ?? null),
    ]).toLowerCase();
  return normalized(one) === normalized(other);
}

import type { ErrorText } from '../../kernel/errors.ts';
import type { ProofKind } from '../../kernel/proof-kinds.ts';
import {
  type CleanImage,
  IMAGE_BYTES_MAX,
  IMAGE_PIXELS_MAX,
  type ImageCleaner,
  type ImageFault,
} from '../../platform/images/clean-image.ts';
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

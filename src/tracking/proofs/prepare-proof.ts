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
  /** Strokes as JSON, or a picture. */
  readonly signature: Uint8Array | null;
  readonly receivedBy: string | null;
  readonly pin: string | null;
}

/** A checked proof, without harmful content. */
export interface PreparedProof {
  readonly files: readonly { readonly kind: 'photo' | 'signature'; readonly image: CleanImage }[];
  readonly strokes: Signature | null;
  /** Without the PIN, which can only be checked under the parcel's lock. */
  readonly kinds: readonly ProofKind[];
}

/** Which part cannot be used, why, and how to fix it, in the API's terms. */
export interface ProofFault {
  readonly code: 'invalid' | 'too_large' | 'busy';
  readonly part: 'photo' | 'signature';
  readonly reason: string;
  readonly fix: string;
}

/** Decodes and re-encodes the submitted files. Stores nothing. */
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
  const invalid = (reason: string, fix: string) =>
    ({ code: 'invalid', part, reason, fix }) as const;
  switch (fault) {
    case 'empty':
      return invalid('The file is empty.', 'Send the picture, or leave the part out.');
    case 'too_many_bytes':
      return {
        code: 'too_large',
        part,
        reason: `A picture may have at most ${mib} MiB.`,
        fix: 'Scale it down before sending: 2,048 pixels a side are kept.',
      };
    case 'unknown_form':
      return invalid(
        'The file is no JPEG, PNG or WebP picture, regardless of its name and type.',
        part === 'photo'
          ? 'Send the photo as JPEG, PNG or WebP.'
          : 'Send strokes as JSON, or a picture as PNG, JPEG or WebP.',
      );
    case 'too_many_pixels':
      return invalid(
        `The picture has more than ${megapixels} million pixels.`,
        'Scale it down before sending: 2,048 pixels a side are kept.',
      );
    case 'unreadable':
      return invalid('The picture is cut short or damaged.', 'Take it again, or send it again.');
    case 'busy':
      return {
        code: 'busy',
        part,
        reason: 'Too many pictures are being processed.',
        fix: 'Send the same request again in a moment.',
      };
  }
}

function signatureFault(fault: SignatureFault): ProofFault {
  const invalid = (reason: string, fix: string) =>
    ({ code: 'invalid', part: 'signature', reason, fix }) as const;
  const example = '{"width": 300, "height": 150, "strokes": [[[10, 80], [40, 20]]]}';
  switch (fault) {
    case 'too_many_bytes':
      return {
        code: 'too_large',
        part: 'signature',
        reason: `A signature may have at most ${SIGNATURE_BYTES_MAX / 1_024} KiB.`,
        fix: 'Send fewer points: one for each two pixels is enough.',
      };
    case 'unreadable':
      return invalid('The strokes cannot be read.', `Send them like ${example}.`);
    case 'no_ink':
      return invalid('Nothing was drawn.', 'Ask for the signature again, or leave the part out.');
    case 'too_much_ink':
      return invalid('It is too much ink for a signature.', 'Ask for the signature again.');
  }
}

import type { ErrorText } from '../../../kernel/errors.ts';
import { Problem } from '../../../kernel/errors.ts';
import { LOGO_PATH } from '../../../merchants/index.ts';
import {
  IMAGE_BYTES_MAX,
  IMAGE_PIXELS_MAX,
  type ImageFault,
} from '../../../platform/images/clean-image.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import { deskRoute } from '../kit/desk-route.ts';
import { PlainField, useFaultAt } from '../kit/faults.tsx';
import { FileField } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import type { DeskDeps } from '../kit/visit.ts';

/** A picture to upload, or the address of one. An uploaded one has an address at this hub. */
export function LogoField({ stored }: { readonly stored: string }) {
  const words = useMessages().desk.branding;
  const { marks, said } = useFaultAt('file', 'file-hint');
  return (
    <div>
      <label for="file">{words.names.logo_url}</label>
      {said}
      {LOGO_PATH.test(stored) && <img class="logo" src={stored} alt={words.names.logo_url} />}
      <FileField accept="image/png,image/jpeg,image/webp" required={false} marks={marks} />
      <p id="file-hint" class="hint">
        {words.uploadHint}
      </p>
      <PlainField name="logo_url" label={words.fields.logo_url} value={stored} />
    </div>
  );
}

/**
 * Encodes an uploaded picture again and stores it.
 *
 * @returns its path at this hub
 * @throws Problem 422 when it is no picture
 */
export async function storeLogo(
  { proving: { blobs, images } }: Pick<DeskDeps, 'proving'>,
  file: Uint8Array,
): Promise<string> {
  const outcome = await images.logo(file);
  if (outcome.kind === 'refused') {
    const [reason, fix] = FAULTS[outcome.fault];
    throw invalidMember('/file', reason, fix);
  }
  return `/logos/${await blobs.put(outcome.image.bytes)}.png`;
}

const FAULTS: Readonly<Record<ImageFault, readonly [reason: ErrorText, fix: ErrorText]>> = {
  empty: ['facilities.fileEmpty', 'desk.choosePicture'],
  too_many_bytes: [
    { 'shipments.pictureTooLarge': { mib: IMAGE_BYTES_MAX / 1_048_576 } },
    'desk.choosePicture',
  ],
  unknown_form: ['shipments.notSupportedPicture', 'desk.choosePicture'],
  too_many_pixels: [
    { 'shipments.tooManyPixels': { megapixels: Math.floor(IMAGE_PIXELS_MAX / 1_000_000) } },
    'desk.choosePicture',
  ],
  unreadable: ['shipments.pictureDamaged', 'desk.choosePicture'],
  busy: ['shipments.tooManyPictures', 'desk.choosePicture'],
};

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

/** Serves uploaded logos, also to pages and mails of others. */
export function logoRoute(deps: DeskDeps): Route {
  return deskRoute(deps, 'getLogo', async (_request, response, { path }) => {
    const [, key = null] = LOGO_PATH.exec(path) ?? [];
    const bytes = key === null ? null : await deps.proving.blobs.get(key);
    // The store also holds proofs and evidence, which are encrypted and so never begin like this.
    if (bytes === null || !PNG.equals(bytes.subarray(0, PNG.length))) {
      throw new Problem('not_found', 'values.noSuchFile');
    }
    response.setHeader('content-type', 'image/png');
    response.setHeader('content-length', bytes.length);
    response.setHeader('cache-control', 'public, max-age=31536000, immutable');
    response.setHeader('cross-origin-resource-policy', 'cross-origin');
    response.writeHead(200).end(bytes);
  });
}

import { type Keyring, open, SealBroken, seal } from '../sealing/sealing.ts';
import type { PresignOptions } from './object-store.ts';

/** Creates the URL for a key; the hub's own counterpart of what S3 presigns. */
export type PresignDownload = (key: string, options: PresignOptions) => string;

/** What a presigned URL of ours permits. */
interface Download {
  readonly key: string;
  readonly fileName: string;
  readonly mediaType: string;
}

/** S3's limit, too: a longer-lived link is a secret that nobody revokes. */
export const PRESIGNED_S_MAX = 7 * 86_400;

/** Longer than any token we make, so longer ones are not even decoded. */
const TOKEN_CHARS_MAX = 4_096;
const BELONGS_TO = 'presigned download';

/**
 * The token of a presigned URL: its permission, sealed under the master key, so that it can neither
 * be changed nor read. Throws `RangeError` for more than seven days.
 */
export function sealDownload(
  keyring: Keyring,
  nowMs: number,
  key: string,
  { expiresInS, fileName, mediaType }: PresignOptions,
): string {
  if (!(expiresInS > 0 && expiresInS <= PRESIGNED_S_MAX)) {
    throw new RangeError(`a presigned URL lives 1 to ${PRESIGNED_S_MAX} s; asked: ${expiresInS}`);
  }
  const expiresAtMs = nowMs + expiresInS * 1000;
  const allowed = Buffer.from(JSON.stringify([key, fileName, mediaType, expiresAtMs]));
  return seal(keyring, allowed, BELONGS_TO).toString('base64url');
}

/**
 * Returns what a token permits; null if we did not make it, it was changed, or it has expired.
 * Never throws.
 */
export function openDownload(keyring: Keyring, nowMs: number, token: string): Download | null {
  const sealed = Buffer.from(token.slice(0, TOKEN_CHARS_MAX), 'base64url');
  // Base64 can write the same bytes in several ways; a URL of ours has one.
  if (sealed.toString('base64url') !== token) return null;
  try {
    const allowed = JSON.parse(open(keyring, sealed, BELONGS_TO).toString());
    const [key, fileName, mediaType, expiresAtMs] = allowed as [string, string, string, number];
    return nowMs < expiresAtMs ? { key, fileName, mediaType } : null;
  } catch (error) {
    if (error instanceof SealBroken) return null;
    throw error;
  }
}

/**
 * Returns `attachment` with both spellings of the name (RFC 6266), so that no name breaks the
 * header.
 */
export function attachmentNamed(fileName: string): string {
  const plain = fileName.replaceAll(/[^\w. -]/g, '_');
  const encoded = encodeURIComponent(Buffer.from(fileName).toString()).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

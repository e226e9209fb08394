/**
 * Types that a browser shows but does not run: the only ones in which a proof of delivery is
 * stored.
 */
export const DOCUMENT_TYPES = ['application/pdf', 'image/png', 'image/jpeg', 'image/gif'] as const;
type DocumentMediaType = (typeof DOCUMENT_TYPES)[number];

/** How files of these forms begin, in Latin-1. */
const BEGINNINGS: readonly (readonly [DocumentMediaType, string])[] = [
  ['application/pdf', '%PDF-'],
  ['image/png', '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', '\xff\xd8\xff'],
  ['image/gif', 'GIF87a'],
  ['image/gif', 'GIF89a'],
];

/** The media type, judged by the bytes alone, whatever name came with them; null for any other. */
export function mediaTypeOf(bytes: Uint8Array): DocumentMediaType | null {
  const beginning = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  return BEGINNINGS.find(([, begins]) => beginning.startsWith(begins))?.[0] ?? null;
}

/** A document that came as Base64 (with line breaks or as a data URL); null when it is none. */
export function documentFromBase64(
  text: string,
): { readonly mediaType: DocumentMediaType; readonly bytes: Uint8Array } | null {
  const sent = text.replace(/^data:[\w/+.-]+;base64,/, '');
  // Before the line breaks are removed: removing a million of them takes more than linear time.
  if (/[^A-Za-z0-9+/=\s]/.test(sent)) return null;
  const base64 = sent.replace(/\s/g, '');
  if (base64 === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null;
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  const mediaType = mediaTypeOf(bytes);
  return mediaType === null ? null : { mediaType, bytes };
}

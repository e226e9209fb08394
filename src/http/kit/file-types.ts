/** What files are answered as, said once for those who send them and for `/openapi.json`. */

/** What browsers show as a picture and run nothing of; all else is only ever downloaded. */
const SHOWN_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;

/** Whether a page may show the file in place. */
export const isShown = (mediaType: string): boolean =>
  SHOWN_TYPES.some((shown) => shown === mediaType);

/** A file that somebody sent in, which a page links to. */
export const SENT_FILE = {
  mediaType: 'application/octet-stream',
  otherTypes: SHOWN_TYPES,
} as const;

/** Style, scripts and icon of our own pages. */
export const PAGE_FILE = {
  mediaType: 'text/css',
  otherTypes: ['text/javascript', 'image/svg+xml'],
} as const;

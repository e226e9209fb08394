/** Media types of files, defined once for the senders and for `/openapi.json`. */

/** Types that browsers show as a picture and never run; all others are only ever downloaded. */
const SHOWN_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const;

/** Whether a page may show the file inline. */
export const isShown = (mediaType: string): boolean =>
  SHOWN_TYPES.some((shown) => shown === mediaType);

/** An uploaded file that a page links to. */
export const SENT_FILE = {
  mediaType: 'application/octet-stream',
  otherTypes: SHOWN_TYPES,
} as const;

/** Styles, scripts, icon and typeface of our own pages. */
export const PAGE_FILE = {
  mediaType: 'text/css',
  otherTypes: ['text/javascript', 'image/svg+xml', 'font/woff2'],
} as const;

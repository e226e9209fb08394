import { show } from './in-place.ts';

/** Tells the hub the reader's time zone, which only the browser knows. */
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const stated = /(?:^|;\s*)waybill_zone=([^;]*)/.exec(document.cookie)?.[1];
if (timeZone && stated !== timeZone) {
  const secure = location.protocol === 'https:' ? '; Secure' : '';
  // The Cookie Store API needs TLS.
  const cookie = `waybill_zone=${timeZone}; Max-Age=31536000; Path=/; SameSite=Lax${secure}`;
  Object.assign(document, { cookie });
  // The page was rendered in another zone.
  if (document.querySelector('time') && navigator.cookieEnabled) void show(location.href, 'try');
}

import './keys.ts';
import './live-rows.ts';
import './palette.ts';
import { applyBoard } from './board.ts';
import { applyColors, applyCopying, applyFiles, applyInserting } from './fields.ts';
import { applyForms, show } from './in-place.ts';
import { setUpSelection } from './lists.ts';
import { applyReordering } from './reorder.ts';
import { applyToasts, applyWaits } from './timers.ts';

// Makes the pages of the console quicker to use. Every page works without this script.

applyBoard();
applyColors();
applyFiles();
applyInserting();
applyForms();
setUpSelection();
applyReordering();
applyToasts();
applyWaits();
applyCopying();

// A menu longer than its place shows the open page: the sidebar, or on a phone the strip.
for (const open of document.querySelectorAll(
  '.section-pages [aria-current], .within [aria-current]',
)) {
  open.scrollIntoView({ inline: 'center', block: 'nearest' });
}

// The hub learns the reader's time zone, which only the browser knows.
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

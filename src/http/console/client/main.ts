import './keys.ts';
import './live-rows.ts';
import './palette.ts';
import './zone.ts';
import { applyBoard } from './board.ts';
import { applyColors, applyCopying, applyFiles } from './fields.ts';
import { applyForms } from './in-place.ts';
import { applyLists } from './lists.ts';
import { applyReordering } from './reorder.ts';
import { applyToasts, applyWaits } from './timers.ts';

// Makes the pages of the console quicker to use. Every page works without this script.

applyBoard();
applyColors();
applyFiles();
applyForms();
applyLists();
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

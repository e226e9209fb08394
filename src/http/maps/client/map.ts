import type { MapData } from '../map-data.ts';
import { runLivePage } from './live-page.ts';
import { itemOf, openMap } from './map-view.ts';
import { showCourier } from './recipient.ts';

// The maps of all pages: a recipient's, a dispatcher's that is live, or one that stays as it is.

const main = document.getElementById('main');
const frame = document.getElementById('map-frame');
if (frame?.dataset['live'] !== undefined) void runLivePage(frame);
else if (frame !== null) void showOnce(frame);
else if (main !== null) showCourier(main);

async function showOnce(frame: HTMLElement): Promise<void> {
  const text = document.getElementById('map-data')?.textContent;
  if (!text) return;
  const data: MapData = JSON.parse(text);
  const view = await openMap(frame, data).catch(() => null);
  // The list has everything.
  if (view === null) {
    frame.remove();
    return;
  }
  document.addEventListener('click', (event) => {
    const id = itemOf(event);
    if (id !== null) view.select(id);
  });
}

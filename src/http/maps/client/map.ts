import { PAGE_CHANGED } from '../map-data.ts';
import { runLivePage } from './live-page.ts';
import { itemOf } from './map-view.ts';
import { dataIn, drawOnPage, selectOnMap } from './page-map.ts';
import { showCourier } from './recipient.ts';

// The maps of all pages: a recipient's, a dispatcher's that is live, or one of another page.

const main = document.getElementById('main');
if (document.querySelector('#map-frame[data-live]')) runLivePage();
else {
  showPage();
  if (main !== null) showCourier(main);
}

function showPage(): void {
  const draw = () => void drawOnPage(dataIn(document), {});
  document.addEventListener(PAGE_CHANGED, draw);
  document.addEventListener('click', (event) => {
    const id = itemOf(event);
    if (id !== null) selectOnMap(id);
  });
  draw();
}

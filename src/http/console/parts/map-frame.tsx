import { inEach, useWords } from './language.ts';

const WORDS = inEach(
  {
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    all: 'All',
    square: '{size} a square',
    box: 'From {from} to {to}',
  },
  {
    de: {
      zoomIn: 'Vergrößern',
      zoomOut: 'Verkleinern',
      all: 'Alles',
      square: '{size} je Quadrat',
      box: 'Von {from} bis {to}',
    },
    es: {
      zoomIn: 'Acercar',
      zoomOut: 'Alejar',
      all: 'Todo',
      square: '{size} por cuadro',
      box: 'De {from} a {to}',
    },
    fr: {
      zoomIn: 'Agrandir',
      zoomOut: 'Réduire',
      all: 'Tout',
      square: '{size} par carré',
      box: 'De {from} à {to}',
    },
  },
);

/**
 * Where a page's script draws its map; hidden until it does. What the script says it finds here.
 *
 * @param label says what is on it and how it is moved.
 */
export function MapFrame({ label }: { readonly label: string }) {
  const words = useWords(WORDS);
  const said = { 'data-square': words.square, 'data-box': words.box };
  return (
    <div class="map-frame" id="map-frame" {...said} hidden>
      <canvas id="map" tabIndex={0} role="img" aria-label={label} />
      <div class="map-buttons">
        <button type="button" id="map-in" aria-label={words.zoomIn}>
          +
        </button>
        <button type="button" id="map-out" aria-label={words.zoomOut}>
          −
        </button>
        <button type="button" id="map-all">
          {words.all}
        </button>
      </div>
    </div>
  );
}

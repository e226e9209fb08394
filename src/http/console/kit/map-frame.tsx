import { useMessages } from './language.ts';

/**
 * The place where a page's script draws its map; hidden until then. It contains the script's
 * texts.
 *
 * @param label describes the map and how to move it.
 */
export function MapFrame({ label }: { readonly label: string }) {
  const words = useMessages().layout.map;
  const said = {
    'data-square': words.square({ size: '{size}' }),
    'data-box': words.box({ from: '{from}', to: '{to}' }),
  };
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

/** Where a page's script draws its map; hidden until it does. `label` says what is on it and how it is moved. */
export function MapFrame({ label }: { readonly label: string }) {
  return (
    <div class="map-frame" id="map-frame" hidden>
      <canvas id="map" tabIndex={0} role="img" aria-label={label} />
      <div class="map-buttons">
        <button type="button" id="map-in" aria-label="Zoom in">
          +
        </button>
        <button type="button" id="map-out" aria-label="Zoom out">
          −
        </button>
        <button type="button" id="map-all">
          All
        </button>
      </div>
    </div>
  );
}

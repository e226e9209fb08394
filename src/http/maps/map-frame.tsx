import type { MapAssets } from './map-assets.ts';

interface MapFrameProps {
  readonly id: string;
  readonly map: Pick<MapAssets, 'libraryUrl' | 'workerUrl' | 'styleUrls'>;
  readonly texts: {
    /** Describes the map. */
    readonly label: string;
    readonly zoomIn: string;
    readonly zoomOut: string;
    readonly all: string;
    /** Says that nothing is on the map; absent: something always is. */
    readonly empty?: string;
    /** Shown until the map is drawn; absent: the frame stays hidden until then. */
    readonly loading?: string;
    /** Says that the map could not be loaded, and a button that tries again. */
    readonly failed?: { readonly text: string; readonly retry: string };
  };
  /** More for the page's script. */
  readonly data?: Readonly<Record<`data-${string}`, string>>;
  /** Whether keys move the map. */
  readonly isFocusable?: boolean;
}

/** The place where a page's script draws its map; hidden until then. */
export function MapFrame({ id, map, texts, data, isFocusable = false }: MapFrameProps) {
  return (
    <div
      class="map-frame"
      id={id}
      hidden
      data-library={map.libraryUrl}
      data-worker={map.workerUrl}
      data-light={map.styleUrls.light}
      data-dark={map.styleUrls.dark}
      {...data}
    >
      <div
        class="map"
        role="img"
        aria-label={texts.label}
        data-loading={texts.loading}
        {...(isFocusable ? { tabIndex: 0 } : {})}
      />
      <div class="map-buttons">
        <button type="button" data-zoom="1" aria-label={texts.zoomIn}>
          +
        </button>
        <button type="button" data-zoom="-1" aria-label={texts.zoomOut}>
          −
        </button>
        <button type="button" data-zoom="0" aria-label={texts.all}>
          ⤢
        </button>
      </div>
      {texts.empty && (
        <p class="map-empty" hidden>
          {texts.empty}
        </p>
      )}
      {texts.failed && (
        <div class="map-failed" hidden>
          <p>{texts.failed.text}</p>
          <button type="button">{texts.failed.retry}</button>
        </div>
      )}
      <p class="credit" hidden />
    </div>
  );
}

import type { PageContext } from '../page-context.ts';
import type { CourierView } from '../view/courier-view.ts';

interface CourierCardProps {
  readonly context: PageContext;
  readonly courier: CourierView;
}

/**
 * The courier's position: in words for everybody, and in a frame that the page's script reveals
 * once it has drawn a map. The script is loaded when the live stream sends the first position.
 */
export function CourierCard({ context, courier }: CourierCardProps) {
  const { assets, language } = context;
  const texts = language.page.courier;
  const { map } = assets;
  return (
    <section
      class="courier card"
      id="courier"
      aria-labelledby="courier-title"
      data-words={courier.words}
      data-script={map.scriptUrl}
    >
      <h2 id="courier-title">{texts.title}</h2>
      <p class="word" id="courier-seen">
        {courier.seen}
      </p>
      <p id="courier-stops" hidden={courier.stops === ''}>
        {courier.stops}
      </p>
      <p class="hint" id="courier-rough" hidden={courier.rough === ''}>
        {courier.rough}
      </p>
      <div
        class="frame"
        id="courier-frame"
        hidden
        data-library={map.libraryUrl}
        data-worker={map.workerUrl}
        data-style={map.setting?.style}
        data-credit={map.setting?.credit ?? undefined}
      >
        <div class="map" role="img" aria-label={texts.map} />
        <div class="zoom">
          <button type="button" data-zoom="1" aria-label={texts.zoom_in}>
            +
          </button>
          <button type="button" data-zoom="-1" aria-label={texts.zoom_out}>
            −
          </button>
          <button type="button" data-zoom="0" aria-label={texts.zoom_all}>
            ⤢
          </button>
        </div>
        <p class="credit" hidden />
      </div>
    </section>
  );
}

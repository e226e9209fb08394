import { MapFrame } from '../../../../maps/map-frame.tsx';
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
      <MapFrame
        id="courier-frame"
        map={map}
        texts={{
          label: texts.map,
          zoomIn: texts.zoom_in,
          zoomOut: texts.zoom_out,
          all: texts.zoom_all,
        }}
      />
    </section>
  );
}

import { Hours } from '../../tracking/pages/parts/pickup-place.tsx';
import { PanelForm } from './panel-form.tsx';
import type { PanelProps } from './panel-parts.ts';
import type { PanelView, ShownPoint } from './panel-view.ts';

type Pickup = NonNullable<PanelView['pickup']>;

/** Nearby places, with one click each where the carrier can redirect parcels there. */
export function PickupForms(props: PanelProps & { readonly pickup: Pickup }) {
  const { context, panel, pickup } = props;
  const texts = context.language.page.pickup;
  return (
    <details class="way" open={panel.trouble?.form === 'redirect'}>
      <summary>{texts.title}</summary>
      {pickup.by !== null && <p class="hint by">{pickup.by}</p>}
      {pickup.canHold && (
        <PanelForm {...props} to="redirect" id="hold">
          <input type="hidden" name="kind" value="hold_at_facility" />
          <p class="name">{texts.hold}</p>
          <button type="submit" class="second">
            {texts.hold_submit}
          </button>
        </PanelForm>
      )}
      {pickup.nobody !== null && <p class="word">{pickup.nobody}</p>}
      {pickup.points.length === 0 && pickup.canChoose && <p class="word">{texts.none}</p>}
      {pickup.points.length > 0 && (
        <ul class="points" aria-label={texts.lead}>
          {pickup.points.map((point, place) => (
            <li key={point.id} class="point">
              <Point {...props} point={point} />
              {pickup.canChoose && point.isOpen && (
                <PanelForm {...props} to="redirect" id={`point-${place}`}>
                  <input type="hidden" name="kind" value="pickup_point" />
                  <input type="hidden" name="point_id" value={point.id} />
                  <button type="submit" class="second" aria-label={point.submit}>
                    {texts.submit}
                  </button>
                </PanelForm>
              )}
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}

function Point({ context, point }: PanelProps & { readonly point: ShownPoint }) {
  const texts = context.language.page.pickup;
  return (
    <div>
      <p class="name">{point.name}</p>
      <p class="hint">{[point.kind, point.distance].filter(Boolean).join(' · ')}</p>
      <p>{point.address}</p>
      {point.note !== null && <p class="wrong">{point.note}</p>}
      {point.hours.length > 0 && <Hours hours={point.hours} label={texts.hours} />}
    </div>
  );
}

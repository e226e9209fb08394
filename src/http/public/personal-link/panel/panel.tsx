import { Hours } from '../../tracking/pages/parts/pickup-place.tsx';
import {
  AddressForms,
  Field,
  fieldTrouble,
  PanelForm,
  type PanelProps,
  TroubleNote,
} from './panel-form.tsx';

import type { PanelView, ShownPoint } from './panel-view.ts';

/** What the holder of a personal link may do: plain forms that work without a script. */
export function Panel(props: PanelProps) {
  const { context, panel, view } = props;
  const { self } = context.language.page;
  const hasProof = panel.proofs.length > 0 || panel.hasProofDocument;
  const isProofTrouble = panel.trouble?.form === 'proof';
  return (
    <section class="panel card" aria-labelledby="panel" id="self">
      <h2 id="panel">{view.open ? self.title : self.title_ended}</h2>
      <p class="hint personal">{self.personal}</p>
      {panel.orders.length > 0 && (
        <p class="orders">
          {`${self.order} `}
          <span class="digits">{panel.orders.join(', ')}</span>
        </p>
      )}
      {panel.items.length > 0 && (
        <ul class="plain">
          {panel.items.map((item) => (
            <li key={item}>{item}</li>
          ))}
        </ul>
      )}
      {panel.trouble && !(isProofTrouble && hasProof) && <TroubleNote {...props} />}
      {panel.pin !== null && <PinCard {...props} pin={panel.pin} />}
      {panel.deliveryRequests.length > 0 && <DeliveryRequests {...props} />}
      {panel.address && <AddressForms {...props} address={panel.address} />}
      {panel.reschedule && <RescheduleForm {...props} reschedule={panel.reschedule} />}
      {panel.pickup && <PickupForms {...props} pickup={panel.pickup} />}
      {panel.photos && <PhotoForm {...props} photos={panel.photos} />}
      {!panel.isKnown && <p class="word">{self.unavailable}</p>}
      {panel.isKnown && panel.isEmpty && <p class="word">{self.nothing}</p>}
      {panel.isKnown && panel.isEmpty && view.open && view.carrier.url && (
        <p class="hint">{self.on_carrier({ carrier: view.carrier.name })}</p>
      )}
    </section>
  );
}

function DeliveryRequests({ context, panel }: PanelProps) {
  return (
    <div class="requests" role="status">
      <h3>{context.language.page.delivery_request.title}</h3>
      <ul>
        {panel.deliveryRequests.map(({ requestText, stateText, state }) => (
          <li key={requestText} class={`request ${state}`}>
            <strong>{requestText}</strong> <span>{stateText}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The PIN the recipient gives at the door; nobody else sees it. */
function PinCard({ context, pin }: PanelProps & { readonly pin: string }) {
  const { title, lead, value } = context.language.page.pin;
  return (
    <div class="pin">
      <h3>{title}</h3>
      <p class="digits pin-digits">
        <strong>{value({ pin })}</strong>
      </p>
      <p class="hint">{lead}</p>
    </div>
  );
}

/** Photos of the parcel: uploaded by a plain form, and stored with the case. */
function PhotoForm(props: PanelProps & { readonly photos: NonNullable<PanelView['photos']> }) {
  const { context, panel, photos } = props;
  const texts = context.language.page.photos;
  const isWrong = panel.trouble?.form === 'photos';
  return (
    <details class="way" id="photos" open={isWrong || photos.sent > 0}>
      <summary>{texts.title}</summary>
      {photos.sent > 0 && (
        <p class="word" role="status">
          {texts.sent({ n: String(photos.sent), most: String(photos.most) })}
        </p>
      )}
      {photos.sent < photos.most && (
        <PanelForm {...props} to="photos" id="photo-form" files>
          <p class="hint">{texts.lead}</p>
          <div class="field">
            <label for="photos-file">{texts.choose}</label>
            <input
              id="photos-file"
              name="photo"
              type="file"
              accept="image/jpeg,image/png,image/webp"
              multiple
              required
              {...(isWrong ? { 'aria-invalid': true, 'aria-describedby': 'trouble' } : {})}
            />
          </div>
          <button type="submit">{texts.submit}</button>
        </PanelForm>
      )}
    </details>
  );
}

type Pickup = NonNullable<PanelView['pickup']>;

/** Nearby places, with one click each where the carrier can redirect parcels there. */
function PickupForms(props: PanelProps & { readonly pickup: Pickup }) {
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
      {pickup.notPossibleText !== null && <p class="word">{pickup.notPossibleText}</p>}
      {pickup.points.length === 0 && pickup.canChoose && <p class="word">{texts.none}</p>}
      {pickup.points.length > 0 && (
        <ul class="points" aria-label={texts.lead}>
          {pickup.points.map((point, index) => (
            <li key={point.id} class="point">
              <Point {...props} point={point} />
              {pickup.canChoose && point.isOpen && (
                <PanelForm {...props} to="redirect" id={`point-${index}`}>
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

/** For the driver; carriers truncate longer texts. */
const INSTRUCTIONS_CHARS_MAX = 200;

/** Another day, and the time of day. */
function RescheduleForm(
  props: PanelProps & { readonly reschedule: NonNullable<PanelView['reschedule']> },
) {
  const { context, panel, reschedule } = props;
  const texts = context.language.page.reschedule;
  const day = fieldTrouble(panel, 'reschedule', 'date').value;
  const window = fieldTrouble(panel, 'reschedule', 'window').value;
  return (
    <details class="way" open={panel.trouble?.form === 'reschedule'}>
      <summary>{texts.title}</summary>
      <PanelForm {...props} to="reschedule" id="reschedule">
        <fieldset>
          <legend>{texts.day}</legend>
          <div class="chips">
            {reschedule.days.map(({ date, label }, index) => (
              <label key={date} class="chip">
                <input
                  type="radio"
                  name="date"
                  value={date}
                  required
                  checked={day === null ? index === 0 : day === date}
                />
                <span>{label}</span>
              </label>
            ))}
          </div>
        </fieldset>
        {reschedule.withDetails && (
          <>
            <div class="field">
              <label for="reschedule-window">{texts.window}</label>
              <select id="reschedule-window" name="window">
                <option value="">{texts.any}</option>
                {reschedule.windows.map((each) => (
                  <option key={each.window} value={each.window} selected={each.window === window}>
                    {each.label}
                  </option>
                ))}
              </select>
            </div>
            <Field
              {...props}
              form="reschedule"
              name="instructions"
              label={texts.note}
              charsMax={INSTRUCTIONS_CHARS_MAX}
              long
            />
          </>
        )}
        <button type="submit">{texts.submit}</button>
        <p class="hint">{reschedule.by}</p>
      </PanelForm>
    </details>
  );
}

import { useEffect, useRef, useState } from 'preact/hooks';
import type { StopView } from '../../driver/index.ts';
import { useApp, useWork } from '../app-context.ts';
import { nowMs } from '../phone/ports.ts';
import { watchPlace } from '../phone/watch-position.ts';
import {
  type DeliveryForm,
  EMPTY_FORM,
  type Outcome,
  PLACES,
  REASONS,
} from '../plan/delivery-plan.ts';
import { PhotoField } from './photo-field.tsx';
import { Header, Notice } from './pieces.tsx';
import { SignaturePad } from './signature-pad.tsx';
import { labelOf, useStop } from './stop.tsx';
import { type Change, type PinTrouble, useDeliveryForm } from './use-delivery-form.ts';

interface DeliveryProps {
  readonly stopId: string;
  readonly outcome: Outcome;
}

/** The form for the outcome of a stop, with its proof. */
export function DeliveryScreen({ stopId, outcome }: DeliveryProps) {
  const { say, underWay } = useApp();
  const stop = useStop(stopId);
  const { drafts, session } = useWork();
  const [first, setFirst] = useState<DeliveryForm | 'done' | null>(null);
  useEffect(() => watchPlace(nowMs), []);
  useEffect(() => {
    let isGone = false;
    async function begin(): Promise<void> {
      // Reopened while it is being stored: do not confirm twice.
      await underWay.end();
      const draft = await drafts.load(stopId, outcome);
      const { route } = await session.snapshot();
      const now = route?.stops.find(({ id }) => id === stopId);
      if (isGone || now === undefined) return;
      setFirst(now.isDone ? 'done' : (draft ?? firstForm(now)));
    }
    void begin();
    return () => {
      isGone = true;
    };
  }, [drafts, session, underWay, stopId, outcome]);
  if (stop === undefined) return <Notice>{say('stop.gone')}</Notice>;
  return (
    <>
      <Header title={say(`stop.${outcome}`)} back={{ name: 'stop', stopId }} />
      <p class="lead">{labelOf(stop)}</p>
      {first === 'done' && <Notice kind="good">{say('stop.all_done')}</Notice>}
      {first !== null && first !== 'done' && <Form stop={stop} outcome={outcome} first={first} />}
    </>
  );
}

/** The initial form: with all parcels in the van or, if there are none, all that are not done. */
function firstForm({ parcels }: StopView): DeliveryForm {
  const inVan = parcels.filter(({ shown }) => shown === 'loaded');
  const open = parcels.filter(({ shown }) => shown === 'loaded' || shown === 'to_load');
  const chosen = inVan.length > 0 ? inVan : open;
  return { ...EMPTY_FORM, shipmentIds: chosen.map(({ shipment_id }) => shipment_id) };
}

function Form({
  stop,
  outcome,
  first,
}: {
  readonly stop: StopView;
  readonly outcome: Outcome;
  readonly first: DeliveryForm;
}) {
  const { say } = useApp();
  const delivery = useDeliveryForm(stop, outcome, first);
  const { form, change, required, missing } = delivery;
  return (
    <form
      class="door"
      onSubmit={(event) => {
        event.preventDefault();
        void delivery.confirm();
      }}
    >
      {stop.parcels.length > 1 && <WhichParcels stop={stop} form={form} change={change} />}
      {outcome === 'delivered' && <WhereField form={form} change={change} />}
      {outcome === 'attempted' && <ReasonField form={form} change={change} />}
      {(outcome === 'delivered' || outcome === 'neighbour') && (
        <NameField form={form} change={change} isNeighbour={outcome === 'neighbour'} />
      )}
      {(outcome === 'delivered' || outcome === 'neighbour') && required.includes('pin') && (
        <PinField form={form} change={change} trouble={delivery.pinTrouble} />
      )}
      {outcome !== 'attempted' && outcome !== 'refused' && (
        <PhotoField
          photos={form.photos}
          isNeeded={outcome === 'damaged' || required.includes('photo')}
          onChange={(next) => change(({ photos }) => ({ photos: next(photos) }))}
          onWork={delivery.setPhotoPending}
        />
      )}
      {(outcome === 'delivered' || outcome === 'neighbour') && (
        <SignaturePad
          signature={form.signature}
          isNeeded={required.includes('signature')}
          onChange={(signature) => change({ signature })}
        />
      )}
      <label>
        {say('door.note')}
        <textarea
          rows={2}
          value={form.note}
          onInput={({ currentTarget }) => change({ note: currentTarget.value })}
          maxLength={500}
        />
      </label>
      <div class="confirm">
        <p role="status">
          {missing.length > 0 &&
            say('door.missing', { what: missing.map((each) => say(`missing.${each}`)).join(', ') })}
        </p>
        <button class="main" type="submit" disabled={!delivery.isReady}>
          {say(delivery.isSaving ? 'door.saving' : `door.confirm_${confirmOf(outcome)}`)}
        </button>
      </div>
    </form>
  );
}

const confirmOf = (outcome: Outcome) => (outcome === 'neighbour' ? 'delivered' : outcome);

interface FieldProps {
  readonly form: DeliveryForm;
  readonly change: Change;
}

function NameField({ form, change, isNeighbour }: FieldProps & { readonly isNeighbour: boolean }) {
  const { say } = useApp();
  return (
    <label>
      {say(isNeighbour ? 'door.neighbour' : 'door.received_by')}
      <input
        value={form.name}
        onInput={({ currentTarget }) => change({ name: currentTarget.value })}
        maxLength={100}
        autocomplete="off"
      />
    </label>
  );
}

function WhichParcels({ stop, form, change }: FieldProps & { readonly stop: StopView }) {
  const { say } = useApp();
  return (
    <fieldset>
      <legend>{say('door.parcels')}</legend>
      {stop.parcels.map(({ shipment_id: id, tracking_number, shown }) => (
        <label class="choice" key={id}>
          <input
            type="checkbox"
            checked={form.shipmentIds.includes(id)}
            onChange={({ currentTarget }) =>
              change({
                shipmentIds: currentTarget.checked
                  ? [...form.shipmentIds, id]
                  : form.shipmentIds.filter((each) => each !== id),
              })
            }
          />
          <span>
            {tracking_number} <span class="muted">{say(`state.${shown}`)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function WhereField({ form, change }: FieldProps) {
  const { say } = useApp();
  return (
    <fieldset>
      <legend>{say('door.where')}</legend>
      {PLACES.map((where) => (
        <label class="choice" key={where}>
          <input
            type="radio"
            name="where"
            checked={form.where === where}
            onChange={() => change({ where })}
          />
          <span>{say(`door.where_${where}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function ReasonField({ form, change }: FieldProps) {
  const { say } = useApp();
  return (
    <fieldset>
      <legend>{say('door.reason')}</legend>
      {REASONS.map((reason) => (
        <label class="choice" key={reason}>
          <input
            type="radio"
            name="reason"
            checked={form.reason === reason}
            onChange={() => change({ reason })}
          />
          <span>{say(`reason.${reason}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}

function PinField({ form, change, trouble }: FieldProps & { readonly trouble: PinTrouble | null }) {
  const { say } = useApp();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (trouble === null) return;
    input.current?.select();
    // The bar with the button covers the lower edge.
    input.current?.scrollIntoView({ block: 'center' });
  }, [trouble]);
  return (
    <label>
      {say('door.pin')} <span class="needed">{say('door.needed')}</span>
      <span class="muted">{say('door.pin_lead')}</span>
      <span role="alert">
        {trouble !== null && (
          <span class="notice bad">
            {trouble.outcome === 'wrong'
              ? say('door.pin_wrong', { left: String(trouble.attemptsLeft) })
              : say('door.pin_locked')}
          </span>
        )}
      </span>
      <input
        ref={input}
        aria-invalid={trouble !== null}
        class="code"
        inputMode="numeric"
        autocomplete="off"
        value={form.pin}
        onInput={({ currentTarget }) => change({ pin: currentTarget.value })}
        maxLength={16}
      />
    </label>
  );
}

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { StopView } from '../../driver/index.ts';
import { useApp, useWork } from '../app-context.ts';
import { followPlace, placeNow } from '../phone/place.ts';
import { nowMs } from '../phone/ports.ts';
import {
  type DoorForm,
  EMPTY_FORM,
  entriesOf,
  missingIn,
  type Outcome,
  PLACES,
  REASONS,
} from '../plan/door-plan.ts';
import { PhotoField } from './photo-field.tsx';
import { Header, Notice } from './pieces.tsx';
import { SignaturePad } from './signature-pad.tsx';
import { labelOf, useStop } from './stop.tsx';

interface DoorProps {
  readonly stopId: string;
  readonly outcome: Outcome;
}

/** What happened at the door, with what shows it. */
export function DoorScreen({ stopId, outcome }: DoorProps) {
  const { say, underWay } = useApp();
  const stop = useStop(stopId);
  const { drafts, session } = useWork();
  const [first, setFirst] = useState<DoorForm | 'done' | null>(null);
  useEffect(() => followPlace(nowMs), []);
  useEffect(() => {
    let isGone = false;
    async function begin(): Promise<void> {
      // Opened again while it is being stored: what was confirmed is not confirmed a second time.
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

/** All that are in the van; none of them is: all that are not done. */
function firstForm({ parcels }: StopView): DoorForm {
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
  readonly first: DoorForm;
}) {
  const { say, go, announce, underWay } = useApp();
  const { drafts, record } = useWork();
  const [form, setForm] = useState(first);
  const [isSaving, setSaving] = useState(false);
  const [hasPhotoToCome, setPhotoToCome] = useState(false);
  const [isTried, setTried] = useState(false);
  const saving = useRef<Promise<void>>(Promise.resolve());
  const isHere = useRef(true);
  useLayoutEffect(
    () => () => {
      isHere.current = false;
    },
    [],
  );
  const chosen = stop.parcels.filter(({ shipment_id }) => form.shipmentIds.includes(shipment_id));
  const required = [...new Set(chosen.flatMap(({ require_proof }) => require_proof))];
  const missing = missingIn(outcome, form, required);
  const change: Change = (changed) =>
    setForm((before) => {
      const next = { ...before, ...(typeof changed === 'function' ? changed(before) : changed) };
      // One after the other: the last one shall stay.
      saving.current = saving.current
        .then(() => drafts.save(stop.id, outcome, next))
        .catch(() => {});
      return next;
    });

  async function confirm(): Promise<void> {
    setTried(true);
    if (missing.length > 0 || isSaving || hasPhotoToCome) return;
    setSaving(true);
    const isStored = await underWay.run(store);
    setSaving(false);
    if (!isStored) return;
    announce(say('door.saved'));
    // Storing takes a cheap phone a while. A courier who has gone on meanwhile stays where she is.
    if (!isHere.current) return;
    const leavesCard = outcome === 'attempted' || outcome === 'neighbour';
    const neighbour = outcome === 'neighbour' ? form.name.trim() : '';
    go(leavesCard ? { name: 'card', stopId: stop.id, outcome, neighbour } : { name: 'stops' });
  }

  async function store(): Promise<boolean> {
    const label = `${labelOf(stop)}: ${say(`stop.${outcome}`)}`;
    const isStored = await record(entriesOf(outcome, form, placeNow(nowMs()), label));
    if (!isStored) return false;
    await saving.current;
    await drafts.clear(stop.id).catch(() => {});
    return true;
  }

  return (
    <form
      class="door"
      onSubmit={(event) => {
        event.preventDefault();
        void confirm();
      }}
    >
      {stop.parcels.length > 1 && <WhichParcels stop={stop} form={form} change={change} />}
      {outcome === 'delivered' && <WhereField form={form} change={change} />}
      {outcome === 'attempted' && <ReasonField form={form} change={change} />}
      {(outcome === 'delivered' || outcome === 'neighbour') && (
        <NameField form={form} change={change} isNeighbour={outcome === 'neighbour'} />
      )}
      {(outcome === 'delivered' || outcome === 'neighbour') && required.includes('pin') && (
        <PinField form={form} change={change} />
      )}
      {outcome !== 'attempted' && outcome !== 'refused' && (
        <PhotoField
          photos={form.photos}
          isNeeded={outcome === 'damaged' || required.includes('photo')}
          onChange={(next) => change(({ photos }) => ({ photos: next(photos) }))}
          onWork={setPhotoToCome}
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
          {isTried &&
            missing.length > 0 &&
            say('door.missing', { what: missing.map((each) => say(`missing.${each}`)).join(', ') })}
        </p>
        <button class="main" type="submit" disabled={isSaving || hasPhotoToCome}>
          {say(isSaving ? 'door.saving' : `door.confirm_${confirmOf(outcome)}`)}
        </button>
      </div>
    </form>
  );
}

const confirmOf = (outcome: Outcome) => (outcome === 'neighbour' ? 'delivered' : outcome);

/** What becomes of the form; a function where it depends on what is entered by then. */
type Change = (changed: Partial<DoorForm> | ((now: DoorForm) => Partial<DoorForm>)) => void;

interface FieldProps {
  readonly form: DoorForm;
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

function PinField({ form, change }: FieldProps) {
  const { say } = useApp();
  return (
    <label>
      {say('door.pin')} <span class="needed">{say('door.needed')}</span>
      <span class="muted">{say('door.pin_lead')}</span>
      <input
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

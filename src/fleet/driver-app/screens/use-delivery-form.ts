import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PinAnswer, StopView } from '../../driver/index.ts';
import { useApp, useWork } from '../app-context.ts';
import { nowMs } from '../phone/ports.ts';
import { placeSoon } from '../phone/watch-position.ts';
import {
  type DeliveryForm,
  entriesOf,
  handsOver,
  type Missing,
  missingIn,
  type Outcome,
} from '../plan/delivery-plan.ts';
import { labelOf } from './stop.tsx';

/** A change of the form; a function if it depends on the current input. */
export type Change = (
  changed: Partial<DeliveryForm> | ((now: DeliveryForm) => Partial<DeliveryForm>),
) => void;

/** Why the hub did not accept the PIN. */
export type PinTrouble = Extract<PinAnswer, { outcome: 'wrong' | 'locked' }>;

/** The input of a delivery form, stored as a draft with every change until it is confirmed. */
export function useDeliveryForm(stop: StopView, outcome: Outcome, first: DeliveryForm) {
  const { say, go, announce, underWay } = useApp();
  const { drafts, record, session } = useWork();
  const [form, setForm] = useState(first);
  const [isSaving, setSaving] = useState(false);
  const [isPhotoPending, setPhotoPending] = useState(false);
  const [hasTried, setHasTried] = useState(false);
  const [pinTrouble, setPinTrouble] = useState<PinTrouble | null>(null);
  const saving = useRef<Promise<void>>(Promise.resolve());
  const isHere = useIsHere();
  const chosen = stop.parcels.filter(({ shipment_id }) => form.shipmentIds.includes(shipment_id));
  const required = [...new Set(chosen.flatMap(({ require_proof }) => require_proof))];
  const missing = missingIn(outcome, form, required);
  const change: Change = (changed) =>
    setForm((before) => {
      const next = { ...before, ...(typeof changed === 'function' ? changed(before) : changed) };
      // Serialized, so that the last change wins.
      saving.current = saving.current
        .then(() => drafts.save(stop.id, outcome, next))
        .catch(() => {});
      return next;
    });

  async function confirm(): Promise<void> {
    setHasTried(true);
    if (missing.length > 0 || isSaving || isPhotoPending) return;
    setSaving(true);
    const trouble = await wrongPin();
    setPinTrouble(trouble);
    const isStored = trouble === null && (await underWay.run(store));
    setSaving(false);
    if (!isStored) return;
    announce(say('door.saved'));
    // Storing is slow on a cheap phone. If the courier has moved on meanwhile, stay on that screen.
    if (!isHere()) return;
    const leavesCard = outcome === 'attempted' || outcome === 'neighbour';
    const neighbour = outcome === 'neighbour' ? form.name.trim() : '';
    go(leavesCard ? { name: 'card', stopId: stop.id, outcome, neighbour } : { name: 'stops' });
  }

  /**
   * Checks the PIN during the visit, while the courier can ask for it again. If the hub does not
   * answer, the queue shows later whether it was wrong. Null: not known to be wrong.
   */
  async function wrongPin(): Promise<PinTrouble | null> {
    const asks = required.includes('pin') && handsOver(outcome);
    if (!asks || !navigator.onLine) return null;
    const answer = await session.tryPin(form.shipmentIds, form.pin.trim());
    return answer.outcome === 'wrong' || answer.outcome === 'locked' ? answer : null;
  }

  async function store(): Promise<boolean> {
    const label = `${labelOf(stop)}: ${say(`stop.${outcome}`)}`;
    const place = await placeSoon(nowMs);
    const isStored = await record(entriesOf(outcome, form, place, label));
    if (!isStored) return false;
    await saving.current;
    await drafts.clear(stop.id).catch(() => {});
    return true;
  }

  return {
    form,
    change,
    required,
    confirm,
    setPhotoPending,
    isSaving,
    pinTrouble,
    isReady: !isSaving && !isPhotoPending,
    /** The missing input is shown only once the courier has tried to confirm. */
    missing: hasTried ? missing : ([] as readonly Missing[]),
  };
}

/** Whether this screen is still the visible one. */
function useIsHere(): () => boolean {
  const isHere = useRef(true);
  useLayoutEffect(
    () => () => {
      isHere.current = false;
    },
    [],
  );
  return () => isHere.current;
}

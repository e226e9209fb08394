import type { QueueItem, RefusedItem } from '../../driver/index.ts';
import { useApp, useWork } from '../app-context.ts';
import { hashOf } from '../plan/screens.ts';
import { clockOf } from '../plan/times.ts';
import { Notice } from './pieces.tsx';

/** The screen with what is still on this phone, and what the hub refused. */
export function QueueScreen() {
  const { say, language } = useApp();
  const { snapshot, session } = useWork();
  const { waiting, refused, sending } = snapshot;
  return (
    <>
      <h1 tabIndex={-1}>{say('queue.title')}</h1>
      <p class="lead">{say('queue.lead')}</p>
      {refused.length > 0 && (
        <section>
          <h2>{say('queue.refused')}</h2>
          <ul class="items">
            {refused.map((each) => (
              <Refused key={each.item.id} refused={each} />
            ))}
          </ul>
        </section>
      )}
      <section>
        <h2>
          {say('queue.waiting')} ({waiting.length})
        </h2>
        {waiting.length === 0 && <p>{say('queue.empty')}</p>}
        <ul class="items">
          {waiting.map((item) => (
            <li key={item.id}>
              <Item item={item} />
            </li>
          ))}
        </ul>
      </section>
      {sending.kind === 'later' && (
        <p class="muted">
          {say('queue.next_try', { time: clockOf(sending.nextTryAtMs, language, null) })}
        </p>
      )}
      {waiting.length > 0 && sending.kind !== 'revoked' && (
        <button
          type="button"
          onClick={() => void session.flush()}
          disabled={sending.kind === 'sending'}
        >
          {say(sending.kind === 'sending' ? 'status.sending' : 'queue.send_now')}
        </button>
      )}
    </>
  );
}

function Item({ item }: { readonly item: QueueItem }) {
  const { say, language } = useApp();
  const text =
    item.payload.kind === 'proof' ? say('queue.proof', { what: item.label }) : item.label;
  return (
    <span class="item">
      <time dateTime={item.at}>{clockOf(item.at, language, null)}</time>
      <span>{text}</span>
    </span>
  );
}

const KNOWN = new Set([
  ...['held_by_another', 'not_yours', 'no_such_parcel', 'forbidden_move', 'overtaken'],
  ...['proof_missing', 'pin_wrong', 'pin_locked', 'invalid', 'not_taken'],
]);

/** Refusals after which sending the same again would get the same answer. */
const NOT_REPEATABLE = new Set(['held_by_another', 'overtaken', 'pin_wrong', 'pin_locked']);

function Refused({ refused: { item, refusal } }: { readonly refused: RefusedItem }) {
  const { say } = useApp();
  const { snapshot, session, again } = useWork();
  const { code, holder, missing = [] } = refusal;
  const words = [refusal.reason, refusal.fix].filter((each) => each !== '').join(' ');
  const name = holder ?? '?';
  const { payload } = item;
  const shipmentIds = payload.kind === 'proof' ? payload.proof.shipment_ids : [shipmentOf(item)];
  const stop = snapshot.route?.stops.find(({ parcels }) =>
    parcels.some(({ shipment_id }) => shipmentIds.includes(shipment_id)),
  );
  return (
    <li class="refused">
      <Item item={item} />
      <Notice kind="bad">
        <p>
          {say(`refusal.${KNOWN.has(code) ? code : 'other'}`, {
            name,
            missing: missing.map((kind) => say(`proof.${kind}`)).join(', '),
            left: String(refusal.attemptsLeft ?? 0),
          })}
        </p>
        {words !== '' && <p class="muted">{say('queue.hub_says', { words })}</p>}
      </Notice>
      <div class="row">
        {code === 'held_by_another' && (
          <button
            type="button"
            onClick={() =>
              void again(item.id, (event) =>
                event.type === 'scan' ? { ...event, handover: true } : event,
              )
            }
          >
            {say('queue.handover', { name })}
          </button>
        )}
        {!NOT_REPEATABLE.has(code) && (
          <button type="button" onClick={() => void again(item.id)}>
            {say('queue.again')}
          </button>
        )}
        {stop !== undefined && (
          <a class="button" href={hashOf({ name: 'stop', stopId: stop.id })}>
            {say('queue.open_stop')}
          </a>
        )}
        <button
          class="quiet"
          type="button"
          onClick={() => {
            if (window.confirm(say('queue.dismiss_sure'))) void session.dismiss(item.id);
          }}
        >
          {say('queue.dismiss')}
        </button>
      </div>
    </li>
  );
}

function shipmentOf({ payload }: QueueItem): string {
  if (payload.kind !== 'event' || payload.event.type === 'scan') return '';
  return payload.event.shipment_id ?? '';
}

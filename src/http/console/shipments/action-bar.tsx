import { capitalized } from '../../../kernel/capitalized.ts';
import { isTerminal } from '../../../kernel/status.ts';
import { isDemo } from '../../../kernel/tenant.ts';
import { movesFrom } from '../../../tracking/ports/shipments.ts';
import { CaseMenu, CaseStep, type CaseWorkProps, suggestedStep } from '../exceptions/case-work.tsx';
import { PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { Action } from '../kit/pieces.tsx';
import type { DeskDeps } from '../kit/visit.ts';
import { shipmentPathOf } from './list-page.tsx';
import type { ShipmentSnapshot } from './parts/shipment-snapshot.ts';

interface Props {
  readonly deps: DeskDeps;
  readonly snapshot: ShipmentSnapshot;
  /** The open case; null: there is none. */
  readonly work: CaseWorkProps | null;
}

/**
 * All actions on a parcel in its current state: the next step as the main button, a message to the
 * recipient beside it, and everything else in a menu.
 */
export function ActionBar({ deps, snapshot, work }: Props) {
  const { desk, console: hub } = useMessages();
  const words = desk.shipment;
  const { shipment, personal } = snapshot.view;
  const path = shipmentPathOf(shipment.id);
  const isMoving = !isTerminal(shipment.state.status);
  const step = work && suggestedStep({ ...work, deps });
  const mayWrite = personal.recipient !== null && step !== 'ask' && !isDemo(shipment);
  const isRefreshMain = !mayWrite && !step;
  const refresh = <Action to={`${path}/refresh`} label={words.refresh} />;
  return (
    <div class="acts work">
      {isMoving && isRefreshMain && refresh}
      {mayWrite && (
        <a class={step ? 'button' : 'button primary'} href={`/console/write?id=${shipment.id}`}>
          {words.write}
        </a>
      )}
      {work && step && <CaseStep {...work} deps={deps} act={step} button="primary" />}
      <details class="menu">
        <summary class="button further">{words.more}</summary>
        <div class="sheet groups">
          {work && <CaseMenu {...work} deps={deps} />}
          <div>
            <p class="heading">{hub.cases.head.parcel}</p>
            {isMoving && !isRefreshMain && refresh}
            {isMoving && <a href={`${path}/redirect`}>{words.redirectShort}</a>}
            {personal.recipient !== null && (
              <PostForm to={`${path}/link`} class="action">
                <button type="submit">{words.newLink}</button>
              </PostForm>
            )}
            <Correction shipment={shipment} />
            <Erasure path={path} />
          </div>
        </div>
      </details>
    </div>
  );
}

/** Sets the status by hand, as far as that is possible. */
function Correction({ shipment: { id, state } }: { readonly shipment: Shipment }) {
  const words = useMessages().desk.shipment;
  const statuses = useMessages().status.short;
  const moves = movesFrom(state.status);
  if (moves.length === 0) return null;
  return (
    <details>
      <summary>{words.correct}</summary>
      <PostForm to={`${shipmentPathOf(id)}/status`} class="stack">
        <label for="new-status">{words.status}</label>
        <select id="new-status" name="status">
          {moves.map((status) => (
            <option key={status} value={status}>
              {capitalized(statuses[status])}
            </option>
          ))}
        </select>
        <label for="note">{words.note}</label>
        <textarea id="note" class="prose" name="note" maxLength={500} rows={2} />
        <button type="submit">{words.setStatus}</button>
      </PostForm>
    </details>
  );
}

type Shipment = ShipmentSnapshot['view']['shipment'];

function Erasure({ path }: { readonly path: string }) {
  const words = useMessages().desk.shipment;
  return (
    <details class="bad">
      <summary>{words.stop}</summary>
      <PostForm to={`${path}/erase`} class="stack">
        <p>{words.stopLead}</p>
        <label class="check">
          <input type="checkbox" name="sure" value="yes" required /> {words.sure}
        </label>
        <button type="submit" class="danger">
          {words.stopSubmit}
        </button>
      </PostForm>
    </details>
  );
}

import type { Status } from '../../../kernel/status.ts';
import { PostForm } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { shipmentPathOf } from './list-page.tsx';

interface Props {
  readonly id: string;
  /** Statuses that can be set by hand; none: the parcel has ended. */
  readonly moves: readonly Status[];
  /** Whether there is a recipient to give a link to. */
  readonly hasRecipient: boolean;
}

/** Manual actions on a parcel: correcting its status, and a new link for its recipient. */
export function MoreActs({ id, moves, hasRecipient }: Props) {
  const words = useMessages().desk.shipment;
  const statuses = useMessages().status.short;
  return (
    <>
      {moves.length > 0 && (
        <details>
          <summary>{words.correct}</summary>
          <PostForm to={`${shipmentPathOf(id)}/status`} class="stack">
            <label for="new-status">{words.status}</label>
            <select id="new-status" name="status">
              {moves.map((status) => (
                <option key={status} value={status}>
                  {statuses[status]}
                </option>
              ))}
            </select>
            <label for="note">{words.note}</label>
            <textarea id="note" class="prose" name="note" maxLength={500} rows={2} />
            <button type="submit">{words.setStatus}</button>
          </PostForm>
        </details>
      )}
      {hasRecipient && (
        <PostForm to={`${shipmentPathOf(id)}/link`} class="act">
          <button type="submit">{words.newLink}</button>
        </PostForm>
      )}
    </>
  );
}

import type { Status } from '../../../kernel/status.ts';
import { shipmentPathOf } from './list-page.tsx';

interface Props {
  readonly id: string;
  readonly csrf: string;
  /** What the parcel may become by hand; none: it has ended. */
  readonly moves: readonly Status[];
  /** Whether somebody could be given a link. */
  readonly hasRecipient: boolean;
}

/** What is done to a parcel by hand: its status is set right, its recipient gets another link. */
export function MoreActs({ id, csrf, moves, hasRecipient }: Props) {
  return (
    <>
      {moves.length > 0 && (
        <details>
          <summary>Correct the status</summary>
          <form method="post" action={`${shipmentPathOf(id)}/status`} class="stack narrow">
            <input type="hidden" name="csrf" value={csrf} />
            <label for="new-status">Status</label>
            <select id="new-status" name="status">
              {moves.map((status) => (
                <option key={status} value={status}>
                  {status.replaceAll('_', ' ')}
                </option>
              ))}
            </select>
            <label for="note">Note: why, for your colleagues</label>
            <textarea id="note" name="note" maxLength={500} rows={2} />
            <button type="submit">Set the status</button>
          </form>
        </details>
      )}
      {hasRecipient && (
        <form method="post" action={`${shipmentPathOf(id)}/link`}>
          <input type="hidden" name="csrf" value={csrf} />
          <button type="submit">Make a new link for the recipient</button>
        </form>
      )}
    </>
  );
}

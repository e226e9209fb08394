import { iso, type ShipmentNote } from '../../../tracking/index.ts';
import { useMessages } from '../kit/language.ts';
import { Instant } from '../kit/pieces.tsx';
import { shipmentPathOf } from '../shipments/list-page.tsx';

interface Props {
  readonly shipmentId: string;
  readonly notes: readonly ShipmentNote[];
  /** Null: the reader may write none. */
  readonly csrf: string | null;
}

/** Colleagues' notes about a parcel, and a form for more. */
export function Notes({ shipmentId, notes, csrf }: Props) {
  const words = useMessages().desk.compose;
  if (notes.length === 0 && csrf === null) return null;
  return (
    <section aria-labelledby="notes">
      <h2 id="notes">{words.notes}</h2>
      <p class="soft">{words.notesLead}</p>
      {notes.map(({ id, text, author, writtenAtMs }) => (
        <div key={id} class="card">
          <p class="soft">
            {author === '' ? words.firstKey : author} · <Instant at={iso(writtenAtMs)} />
          </p>
          {text.split('\n').map((line, nr) => (
            <p key={nr} class="wrap">
              {line}
            </p>
          ))}
        </div>
      ))}
      {csrf !== null && (
        <form method="post" action={`${shipmentPathOf(shipmentId)}/notes`} class="stack narrow">
          <input type="hidden" name="csrf" value={csrf} />
          <label for="new-note">{words.note}</label>
          <textarea id="new-note" class="prose" name="note" maxLength={2_000} rows={2} required />
          <button type="submit">{words.addNote}</button>
        </form>
      )}
    </section>
  );
}

import type { CourierNote } from '../../../../kernel/custody.ts';
import { iso } from '../../../../tracking/index.ts';
import { useMessages } from '../../kit/language.ts';
import { Instant, Table } from '../../kit/pieces.tsx';

/**
 * Notes by couriers about a parcel. They may name people, so only users with that right see them.
 */
export function CourierNotes({ notes }: { readonly notes: readonly CourierNote[] }) {
  const words = useMessages().shipmentPage.related;
  return (
    <>
      <h2>{words.notes}</h2>
      <Table label={words.notes} head={Object.values(words.noteHead)} stacks>
        {notes.map(({ atMs, firstName, text }) => (
          <tr key={`${atMs} ${text}`}>
            <td>
              <Instant at={iso(atMs)} />
            </td>
            <td>{firstName === '' ? '–' : firstName}</td>
            <td class="wrap">{text}</td>
          </tr>
        ))}
      </Table>
    </>
  );
}

import { useMessages } from '../../../http/console/operators/parts/language.ts';
import { Instant, Table } from '../../../http/console/operators/parts/pieces.tsx';
import { iso } from '../../../tracking/index.ts';
import type { CourierNote } from '../../couriers/index.ts';

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

import type { Rising } from '../../../reactions/analytics/index.ts';
import { reasonWords, written } from './words.ts';

/** More of them nobody reads: the surest come first. */
const SHOWN_MAX = 5;

/** What trouble is more frequent than usual; nothing where there is none. */
export function RisingReasons({ rising }: { readonly rising: readonly Rising[] }) {
  if (rising.length === 0) return null;
  return (
    <section class="alarm" aria-labelledby="rising">
      <h2 id="rising">More frequent than usual</h2>
      <ul>
        {rising.slice(0, SHOWN_MAX).map(({ reason, lane, cases, parcels, share, usualShare }) => (
          <li key={`${reason} ${lane}`}>
            <strong>{reasonWords(reason)}</strong>
            {lane === null ? ' on all lanes together' : ` on ${lane}`}: {cases} of {parcels} parcels
            ({written(share, 'share')}) this week and last, {written(usualShare, 'share')} in the
            eight weeks before.
          </li>
        ))}
      </ul>
      {rising.length > SHOWN_MAX && <p>And {rising.length - SHOWN_MAX} more.</p>}
    </section>
  );
}

import type { Rising } from '../../../reactions/analytics/index.ts';
import { useMessages, useReasons, useSpoken } from '../kit/language.ts';
import { written } from './words.ts';

/** Nobody reads more of them: the most certain come first. */
const SHOWN_MAX = 5;

/** Problems that are more frequent than usual; nothing when there are none. */
export function RisingReasons({ rising }: { readonly rising: readonly Rising[] }) {
  const words = useMessages().desk.analytics;
  const reasonOf = useReasons();
  const { language } = useSpoken();
  if (rising.length === 0) return null;
  return (
    <section class="alarm" aria-labelledby="rising">
      <h2 id="rising">{words.rising}</h2>
      <ul>
        {rising.slice(0, SHOWN_MAX).map(({ reason, lane, cases, parcels, share, usualShare }) => (
          <li key={`${reason} ${lane}`}>
            <strong>{reasonOf(reason)}</strong> {words.risingWhere({ lane })}:{' '}
            {words.risingSaid({
              cases,
              parcels,
              share: written(share, 'share', language),
              usual: written(usualShare, 'share', language),
            })}
          </li>
        ))}
      </ul>
      {rising.length > SHOWN_MAX && <p>{words.more({ count: rising.length - SHOWN_MAX })}</p>}
    </section>
  );
}

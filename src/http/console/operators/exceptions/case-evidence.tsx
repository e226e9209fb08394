import type { Evidence } from '../../../../reactions/exceptions/index.ts';
import { iso } from '../../../../tracking/index.ts';
import { isShown } from '../../../kit/file-types.ts';
import { Instant } from '../../kit/pieces.tsx';

interface Props {
  readonly evidence: readonly Evidence[];
  /** Path of the case; null: for viewers, who only learn that evidence exists. */
  readonly path: string | null;
}

/** Thumbnails that open large photos, and documents to download. */
export function EvidenceList({ evidence, path }: Props) {
  return (
    <section aria-label="Photos and documents">
      <h2>Photos and documents</h2>
      <ul class="evidence">
        {evidence.map((each, nr) => (
          <li key={each.id} class="card">
            {path !== null && (
              <Preview each={each} nr={nr} address={`${path}/evidence/${each.id}`} />
            )}
            <p>
              {kindOf(each)}, {Math.ceil(each.sizeBytes / 1_024)} KiB, by {each.actor}
            </p>
            <p class="soft">
              <Instant at={iso(each.addedAtMs)} />
            </p>
            {path !== null && (
              <a href={`${path}/evidence/${each.id}?download`} download>
                Download<span class="unseen">{` number ${nr + 1}`}</span>
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Preview(props: {
  readonly each: Evidence;
  readonly nr: number;
  readonly address: string;
}) {
  const { each, nr, address } = props;
  if (!isShown(each.mediaType)) return <p class="paper">{kindOf(each)}</p>;
  return (
    <a href={address}>
      <img class="thumb" src={address} alt={`Number ${nr + 1}, larger`} loading="lazy" />
    </a>
  );
}

/** `JPEG` of `image/jpeg`. */
function kindOf({ mediaType }: Evidence): string {
  return mediaType.replace(/^.*\//, '').toUpperCase();
}

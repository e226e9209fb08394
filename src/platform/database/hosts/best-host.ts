import type { SessionAttrs } from './host-list.ts';

/** One of several servers, as a connection needs to know it. */
export interface FoundHost {
  readonly url: string;
  /** Without user and password, for logs. */
  readonly name: string;
}

/** A server's report on itself. */
export interface Probe extends FoundHost {
  readonly writes: boolean;
  /** Counts promotions: of two servers that write, the one of the later timeline is the primary. 0: a standby. */
  readonly timeline: number;
}

export interface Wanted {
  readonly wants: SessionAttrs;
  /** A primary of an earlier timeline has been replaced, although it may not know it. */
  readonly sinceTimeline: number;
}

/** Of those that will do the best; of equals the first in `urls`. Null: none will do. */
export function bestHost(
  found: readonly Probe[],
  wanted: Wanted & { readonly urls: readonly string[] },
): Probe | null {
  const { urls, wants } = wanted;
  const [best = null] = found
    .filter((probe) => isFit(probe, wanted))
    .sort(
      (a, b) =>
        (wants === 'prefer-standby' ? Number(a.writes) - Number(b.writes) : 0) ||
        b.timeline - a.timeline ||
        urls.indexOf(a.url) - urls.indexOf(b.url),
    );
  return best;
}

export function isFit({ writes, timeline }: Probe, { wants, sinceTimeline }: Wanted): boolean {
  if (writes && timeline < sinceTimeline) return false;
  if (wants === 'read-write' || wants === 'primary') return writes;
  if (wants === 'read-only' || wants === 'standby') return !writes;
  return true;
}

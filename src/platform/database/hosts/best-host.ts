import type { SessionAttrs } from './host-list.ts';

/** One of several servers: what a connection needs to know. */
export interface FoundHost {
  readonly url: string;
  /** Its name without user and password, for logs. */
  readonly name: string;
}

/** What a server reports about itself. */
export interface Probe extends FoundHost {
  readonly writes: boolean;
  /**
   * The number of promotions: of two servers that write, the one with the later timeline is the
   * primary. 0 for a standby.
   */
  readonly timeline: number;
}

export interface Wanted {
  readonly wants: SessionAttrs;
  /** A primary with an earlier timeline has been replaced, although it may not know yet. */
  readonly sinceTimeline: number;
}

/**
 * Returns the best of the suitable servers; among equals the first in `urls`. Null if none is
 * suitable.
 */
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

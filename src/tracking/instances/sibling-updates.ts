import { type Fact, type History, isSameIngestion } from '../facts/history.ts';
import type { Additions } from '../facts/ingest.ts';

/**
 * Another instance of the same number and tenant, with the carrier's id of the parcel that it is
 * about.
 */
interface SiblingInstance {
  readonly history: History;
  readonly carrierPieceId: string | null;
}

/**
 * Returns what other instances of the number received about this instance's parcel: a report
 * arrived before it was known to which instance its piece id belongs (a label printed while the
 * preceding parcel was still in transit). Those instances ignore it; here it is copied, so that the
 * result does not depend on the order of arrival. Only what `own` does not have yet. Pure.
 */
export function updatesFromSiblings(
  own: History,
  carrierPieceId: string,
  siblings: readonly SiblingInstance[],
): Additions[] {
  return siblings
    .filter((sibling) => sibling.carrierPieceId !== carrierPieceId)
    .flatMap(({ history, carrierPieceId: other }) => {
      const about = [...history.facts.values()].filter((fact) => {
        const ids = fact.observations.map((observation) => observation.carrierPieceId);
        return ids.includes(carrierPieceId) && !(other !== null && ids.includes(other));
      });
      return [...factsAbout(own, about), ...snapshotsAndPullsAbout(own, history, carrierPieceId)];
    });
}

const NOTHING: Additions = { facts: [], observations: [], snapshot: null, pull: null };

/** Returns those of these facts and their observations that `own` does not have. */
function factsAbout(own: History, about: readonly Fact[]): Additions[] {
  const facts = about.filter(({ identity }) => !own.facts.has(identity));
  const observations = about.flatMap(({ identity, observations: ingested }) => {
    const known = own.facts.get(identity)?.observations ?? [];
    return ingested
      .filter((observation) => !known.some((each) => isSameIngestion(each, observation)))
      .map((observation) => ({ identity, observation }));
  });
  if (observations.length === 0) return [];
  return [
    { ...NOTHING, facts: facts.map((fact) => ({ ...fact, observations: [] })), observations },
  ];
}

/** Returns the other instance's snapshots and pulls with this piece id that `own` does not have. */
function snapshotsAndPullsAbout(own: History, other: History, carrierPieceId: string): Additions[] {
  const snapshots = [...other.snapshots].filter(
    ([key, snapshot]) => snapshot.carrierPieceId === carrierPieceId && !own.snapshots.has(key),
  );
  const pulls = other.pulls.filter(
    (pull) =>
      pull.carrierPieceId === carrierPieceId &&
      !own.pulls.some((each) => isSameIngestion(each, pull)),
  );
  return [
    ...snapshots.map(([, snapshot]) => ({ ...NOTHING, snapshot })),
    ...pulls.map((pull) => ({ ...NOTHING, pull })),
  ];
}

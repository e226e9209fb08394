import { inRounds } from '../../platform/process/rounds.ts';
import type { Retention } from '../../platform/settings/retention.ts';
import type { ArchiveDeps } from './archive-parcels.ts';
import { dropArchivesBefore, dropUnknownFiles, rewriteErased } from './rewrite-archives.ts';

/** Number of files per step: each is read and written whole. */
const FEW = 10;
const DAY_MS = 86_400_000;

/** The archive's cleanup: removes erased parcels, files past their period, and unknown files. */
export function sweepsOfArchive(
  deps: ArchiveDeps,
  { archivesMs }: Pick<Retention, 'archivesMs'>,
): Record<string, () => Promise<number>> {
  const { clock } = deps;
  let lookedOnDay = -1;
  return {
    archivesRewritten: () => inRounds(FEW, () => rewriteErased(deps, FEW)),
    archives: () => inRounds(FEW, () => dropArchivesBefore(deps, clock.nowMs() - archivesMs, FEW)),
    archivesUnknown: async () => {
      const day = Math.floor(clock.nowMs() / DAY_MS);
      if (day === lookedOnDay) return 0;
      const gone = await dropUnknownFiles(deps, archivesMs);
      lookedOnDay = day;
      return gone;
    },
  };
}

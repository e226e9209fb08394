import { coverageOfStored, storedCodes } from '../../tracking/ports/mappings.ts';
import { withDatabase } from '../with-database.ts';
import { type MappingsCoverageArgs, mappingsCoverage } from './coverage.ts';

/** Runs `waybill mappings coverage --seen`, which also covers the codes of the stored facts. */
export function observedCoverage(
  env: NodeJS.ProcessEnv,
  args: MappingsCoverageArgs,
  write: (line: string) => void,
): Promise<number> {
  return withDatabase(env, async ({ database }) => {
    const { byCarrier, sampled } = await storedCodes(database.pipeline);
    return mappingsCoverage(
      {
        ...args,
        coverStored: (mapping) =>
          coverageOfStored(mapping, byCarrier.get(mapping.carrier.name) ?? [], sampled),
      },
      write,
    );
  });
}

import { readdirSync } from 'node:fs';

/**
 * The pure core: decisions without effects. A mutant in it that no test detects is a rule that
 * nothing enforces. A folder stands for the files directly in it.
 */
const CORE: readonly string[] = [
  'src/tracking/fold/',
  'src/tracking/instances/instances.ts',
  'src/tracking/instances/route.ts',
  'src/tracking/commands/machine.ts',
  'src/normalization/mapping/mapping.ts',
  'src/normalization/mapping/rule.ts',
  'src/normalization/mapping/rule.ts',
  'src/normalization/read-fact.ts',
  'src/normalization/read-fact.ts',
  'src/normalization/texts.ts',
  'src/adapters/detect/',
  'src/poller/policy/',
  'src/prediction/calibration/',
  'src/reactions/notifications/policy/',
  'src/reactions/notifications/triggers/milestones-of.ts',
  'src/reactions/notifications/triggers/route.ts',
];

/** Where the tests of the core are, beside it and where it is composed. */
const TESTED_IN: readonly string[] = [
  'src/tracking/',
  'src/normalization/',
  'src/poller/policy/',
  'src/prediction/calibration/',
  'src/prediction/evaluate/',
  'src/reactions/notifications/',
  'test/detection.test.ts',
];

/** Files of the core, from the root. Throws if one was moved without updating this list. */
export function coreFiles(root: string): string[] {
  const there = filesBelow(root);
  return CORE.flatMap((place) => {
    const found = there.filter((file) =>
      place.endsWith('/')
        ? file.startsWith(place) && !file.slice(place.length).includes('/')
        : file === place,
    );
    if (found.length === 0) throw new Error(`${place} does not exist: mend test/mutation/core.ts`);
    return found.filter((file) => !/(\.test|\/test-[^/]+)\.ts$/.test(file));
  });
}

export function coreTests(root: string): string[] {
  return filesBelow(root).filter(
    (file) => /^[^.]+\.test\.ts$/.test(file) && TESTED_IN.some((place) => file.startsWith(place)),
  );
}

function filesBelow(root: string): string[] {
  return ['src', 'test'].flatMap((folder) =>
    readdirSync(`${root}/${folder}`, { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name}`)
      .filter((file) => file.endsWith('.ts'))
      .sort(),
  );
}

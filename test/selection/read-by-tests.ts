/**
 * Which tests read the files that no module imports: the first pattern that fits counts. Its readers
 * are starts of paths of tests, or a module, which stands for the tests that it reaches; `$1` is what
 * the pattern captured.
 */
const READERS: readonly (readonly [file: RegExp, readers: readonly string[]])[] = [
  [
    /^config\/carrier-mappings\/([^/]+)\.yaml$/,
    ['src/normalization/', 'src/adapters/$1/', 'src/adapters/bridges/$1/', 'packages/carriers/$1/'],
  ],
  [/^config\/carriers\.yaml$/, ['src/adapters/detect/', 'test/detection.test.ts']],
  [/^config\/compat\//, ['src/http/compat/', 'test/compat/']],
  [/^config\/defaults\.yaml$/, ['src/platform/settings/', 'test/docs.test.ts']],
  [/^config\/exception-policy\.yaml$/, ['src/reactions/exceptions/']],
  [
    /^config\/messages\//,
    ['src/platform/messages/', 'src/http/', 'src/fleet/pages/', 'src/reactions/notifications/'],
  ],
  [/^config\/(?:notification-rules|templates|channels)/, ['src/reactions/notifications/']],
  [/^config\/prediction\.yaml$/, ['src/prediction/', 'src/reactions/predictions/']],
  [/^migrations\//, ['migrations/', 'src/platform/test-postgres.ts']],
  [/^docs\/openapi\.json$/, ['src/http/docs/', 'test/api-changes.test.ts']],
  [/^packages\/(?:client|python)\//, ['test/clients/', 'test/docs', 'test/packages/']],
  [/^(?:docs|examples)\/|^[A-Z]+\.md$/, ['test/docs', 'src/http/docs/', 'test/retention-doc']],
  [/^(?:deploy\/|Dockerfile$|compose\.yaml$)/, ['test/deploy/', 'test/docs.test.ts']],
  [/^\.ci\/run$/, ['test/layers.test.ts']],
  [/^(?:LICENSE|NOTICE|biome\.json|\.gitignore|\.dockerignore)$/, []],
];

/**
 * Returns the modules and tests that read a changed file, itself if it is one of them; null if
 * nothing says which: then any test may.
 *
 * @param modules the paths of all files whose imports are known.
 */
export function readersOf(file: string, modules: ReadonlySet<string>): readonly string[] | null {
  if (modules.has(file)) return [file];
  for (const [pattern, readers] of READERS) {
    const found = pattern.exec(file);
    if (found === null) continue;
    return readers.flatMap((each) => {
      const start = each.replace('$1', found[1] ?? '');
      return modules.has(start) ? [start] : [...modules].filter(isTestBelow(start));
    });
  }
  // A fixture, a style sheet, a picture: the code of the nearest folder above it reads it.
  if (!/^(?:src|packages|test|bench)\//.test(file)) return null;
  for (let folder = folderOf(file); folder.includes('/'); folder = folderOf(folder)) {
    const beside = [...modules].filter((module) => folderOf(module) === folder);
    if (beside.length > 0) return beside;
  }
  return null;
}

const isTestBelow = (start: string) => (path: string) =>
  path.startsWith(start) && /\.test\.tsx?$/.test(path);

const folderOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0));

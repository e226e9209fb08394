import { readFileSync } from 'node:fs';
import { PROJECT_ROOT } from '../../src/platform/settings/yaml-settings.ts';

/** `GET /v1/shipments/x` for each operation of the API, in order: what calling all of them sends. */
export function operationPaths(): readonly string[] {
  const { paths } = JSON.parse(readFileSync(`${PROJECT_ROOT}docs/openapi.json`, 'utf8')) as {
    readonly paths: Readonly<Record<string, object>>;
  };
  return Object.entries(paths)
    .flatMap(([path, operations]) =>
      Object.keys(operations).map(
        (method) => `${method.toUpperCase()} /v1${path.replaceAll(/\{\w+\}/g, 'x')}`,
      ),
    )
    .sort();
}

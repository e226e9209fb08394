import { readFileSync } from 'node:fs';
import type { OpenApi } from '../../packages/client/build/operations.ts';
import { PROJECT_ROOT } from '../../src/platform/settings/yaml-settings.ts';

export function apiDescription(): OpenApi {
  return JSON.parse(readFileSync(`${PROJECT_ROOT}docs/openapi.json`, 'utf8'));
}

/** `GET /v1/shipments/x` for each operation of the API, in order: what calling all of them sends. */
export function operationPaths(): readonly string[] {
  return Object.entries(apiDescription().paths)
    .flatMap(([path, operations]) =>
      Object.keys(operations).map(
        (method) => `${method.toUpperCase()} /v1${path.replaceAll(/\{\w+\}/g, 'x')}`,
      ),
    )
    .sort();
}

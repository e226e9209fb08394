import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/platform/settings/yaml-settings.ts';

/** A shop's code that uses the types: it compiles only if `type` determines `data`. */
const USES = `
import type { components, operations, paths } from './api.ts';

export function read(event: components['schemas']['MerchantEvent']): string {
  switch (event.type) {
    case 'shipment.assigned': {
      if ('deleted' in event.data) return event.data.id;
      const how: 'accepted' | 'auto' | 'dispatcher' | 'scanned' = event.data.courier.how;
      return how + event.data.tracking_number;
    }
    case 'carrier_account.health_changed':
      return event.data.previous_state;
    case 'shipment.deleted': {
      const deleted: true = event.data.deleted;
      return String(deleted);
    }
    default:
      return event.id;
  }
}

type Query = NonNullable<paths['/shipments']['get']['parameters']['query']>;
export const several: Query = { status: ['exception', 'delivered'] };

type Answers = operations['getShipment']['responses'];
export const describe = (shipment: Answers[200]['content']['application/json']): string =>
  [shipment.tracking_number, shipment.status, shipment.estimated_delivery?.date].join(' ');
export const fixOf = (problem: Answers[404]['content']['application/problem+json']): string =>
  problem.errors.map(({ fix }) => fix).join(' ');
export const letters = (page: operations['listDeadLetters']['responses'][200]) =>
  page.content['application/json'].data.map(({ received_at }) => received_at);
`;

/** An event type and a status that do not exist. */
const MISTAKES = `
import type { components, paths } from './api.ts';

export const isExploded = (event: components['schemas']['MerchantEvent']): boolean =>
  event.type === 'shipment.exploded';
type Query = NonNullable<paths['/shipments']['get']['parameters']['query']>;
export const query: Query = { status: ['lost'] };
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-clients-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('clients generated from docs/openapi.json', () => {
  it('in TypeScript compile in strict mode and distinguish events by type', {
    timeout: 120_000,
  }, async () => {
    const description = pathToFileURL(`${PROJECT_ROOT}docs/openapi.json`);
    const api = path.join(folder, 'api.ts');
    const [uses, mistakes] = [path.join(folder, 'uses.ts'), path.join(folder, 'mistakes.ts')];
    writeFileSync(api, astToString(await openapiTS(description, { silent: true })));
    writeFileSync(uses, USES);
    writeFileSync(mistakes, MISTAKES);
    const program = ts.createProgram([api, uses, mistakes], {
      strict: true,
      noEmit: true,
      exactOptionalPropertyTypes: true,
      types: [],
      module: ts.ModuleKind.NodeNext,
      allowImportingTsExtensions: true,
    });
    const found = ts
      .getPreEmitDiagnostics(program)
      .map(({ file, messageText }) => [
        path.basename(file?.fileName ?? ''),
        ts.flattenDiagnosticMessageText(messageText, '\n'),
      ]);
    expect(found).toEqual([
      ['mistakes.ts', expect.stringContaining('no overlap')],
      ['mistakes.ts', expect.stringContaining('"lost"')],
    ]);
  });

  it('in Python are complete, except for files, and distinguish events by type', {
    timeout: 600_000,
  }, ({ skip }) => {
    const run = spawnSync('test/generated-clients/python.sh', {
      cwd: PROJECT_ROOT,
      encoding: 'utf8' as const,
    });
    // The last line of the script says why it cannot run here.
    if (run.status === 77) skip(run.stdout.trim().split('\n').at(-1));
    expect([run.status, run.stdout + run.stderr]).toEqual([
      0,
      expect.stringContaining('The client is complete'),
    ]);
  });
});

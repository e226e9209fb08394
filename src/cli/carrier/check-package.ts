/**
 * The process in which `waybill carrier add` checks a package (check-contained.ts starts it;
 * forkContained says what it may do).
 */
import type { Scorecard } from '@waybill/adapter-kit';
import {
  describeModule,
  loadAdapterAt,
  mappingPath,
  memberOf,
  type OwnModules,
  type PackageDescription,
  type ParseOutcome,
  type Payload,
  runBundle,
} from '../../adapters/index.ts';
import { sandboxOf } from '../../adapters/sandbox-kit/index.ts';
import { importModule } from '../../platform/import-module.ts';
import { serveContained } from '../../platform/process/contained-process.ts';
import { shippedFile } from '../../platform/shipped.ts';
import type { AdapterKit } from './adapter-kit.ts';
import { staticSubject } from './static-subject.ts';

export type CheckRequest =
  | {
      readonly kind: 'check';
      /** The kit and the package as scripts (bundlePackage). */
      readonly kit: string;
      readonly script: string;
      /** The package's module. */
      readonly entry: string;
      /** The module of its sandbox as a script, for answers that grant tokens; null: none. */
      readonly sandbox: string | null;
    }
  | { readonly kind: 'outcomes'; readonly outcomes: readonly ParseOutcome[] };

export type CheckReply =
  | {
      readonly kind: 'checked';
      readonly card: Scorecard;
      readonly description: PackageDescription;
    }
  | { readonly kind: 'failed'; readonly message: string }
  /** Asks for the outcomes of payloads on a machine in another time zone. */
  | { readonly kind: 'elsewhere'; readonly zone: string; readonly payloads: readonly Payload[] };

/** The hub's own modules that the kit and packages import. */
async function ownModules(): Promise<OwnModules> {
  const load = (path: string) => importModule(shippedFile(`src/adapters/${path}.ts`));
  return {
    'waybill/adapter': await load('sdk'),
    'waybill/adapter/kit': await load('kit'),
    'waybill/adapter/sandbox': await load('sandbox-kit/index'),
  };
}

let received = (_outcomes: readonly ParseOutcome[]): void => {};

serveContained<CheckRequest, CheckReply | null>(
  async (request, send) => {
    if (request.kind === 'outcomes') {
      received(request.outcomes);
      return null;
    }
    // recheck's other ways to judge a pattern need a process or a thread.
    process.env['RECHECK_BACKEND'] = 'pure';
    const own = await ownModules();
    const kit = runBundle(request.kit, request.entry, own, { trusted: true }) as AdapterKit;
    const module = runBundle(request.script, request.entry, own);
    const found = await loadAdapterAt(request.entry, () => ({
      adapter: memberOf(module, 'adapter'),
      mapping: mappingPath(memberOf(module, 'mapping')),
    }));
    const grants = request.sandbox && sandboxOf(runBundle(request.sandbox, request.entry, own));
    const card = await kit.scorecardOf({
      ...(await staticSubject(found, '')),
      grants: grants || null,
      elsewhere(zone, payloads) {
        const outcomes = new Promise<readonly ParseOutcome[]>((resolve) => {
          received = resolve;
        });
        send({ kind: 'elsewhere', zone, payloads } satisfies CheckReply);
        return outcomes;
      },
    });
    return { kind: 'checked', card, description: describeModule(module) };
  },
  (_request, error) => ({
    kind: 'failed',
    message: error instanceof Error ? error.message : String(error),
  }),
);

import { shortVersion } from './changes.ts';
import { withMappings } from './with-mappings.ts';

type Write = (line: string) => void;

const UNUSABLE = 2;

/** Runs `waybill mappings versions CARRIER`: all versions that were ever active, newest first. */
export function mappingsVersions(
  env: NodeJS.ProcessEnv,
  args: { readonly carrier: string; readonly limit: number; readonly json: boolean },
  write: Write,
  writeError: Write,
): Promise<number> {
  return withMappings(env, async ({ carriers, files, mappings }) => {
    const names = carriers.map(({ name }) => name);
    if (!names.includes(args.carrier)) {
      writeError(`Unknown carrier ${args.carrier}; expected one of ${names.join(', ')}.`);
      return UNUSABLE;
    }
    const active = mappings.active(args.carrier)?.version ?? null;
    const ofFiles = files.current(args.carrier)?.version ?? null;
    for (const each of await mappings.versions(args.carrier, args.limit)) {
      const shown = {
        version: each.version,
        rules: each.rules,
        origin: each.origin,
        base_version: each.baseVersion,
        stored_at: iso(each.storedAtMs),
        activated_at: iso(each.activatedAtMs),
        activated_by: each.activatedBy,
        active: each.version === active,
        of_files: each.version === ofFiles,
      };
      if (args.json) {
        write(JSON.stringify(shown));
        continue;
      }
      const marks = [shown.active ? 'active' : '', shown.of_files ? 'the files' : ''];
      const since = shown.activated_at ?? 'never active';
      const rest = marks.filter((mark) => mark !== '').join(', ');
      write(
        `${shortVersion(each.version)}  ${each.rules} rules  ${each.origin}  ${since}  ${rest}`.trimEnd(),
      );
    }
    return 0;
  });
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

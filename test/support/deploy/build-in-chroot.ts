import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { within } from './root-file-system.ts';

/** What the last stage of a Dockerfile makes: files in a folder, and how to run them. */
export interface Image {
  readonly root: string;
  /** `uid:gid` */
  readonly user: string;
  readonly env: readonly string[];
  readonly folder: string;
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
}

/** What tells an engine something, and changes neither files nor the start. */
const WITHOUT_EFFECT = ['ARG', 'VOLUME', 'EXPOSE', 'STOPSIGNAL'];

/**
 * Builds an image without an engine: follows the Dockerfile's instructions and runs its commands in
 * a chroot. It knows the instructions that ours has, and throws for another one.
 *
 * @param context the folder with the Dockerfile.
 * @param options.base tar file of each stage's base.
 * @param options.work folder for the stages.
 * @param options.mounts what commands need from outside, by its path inside.
 */
export function buildInChroot(
  context: string,
  options: {
    readonly base: string;
    readonly work: string;
    readonly mounts: Readonly<Record<string, string>>;
  },
): Image {
  const roots = new Map<string, string>();
  let made: Image | null = null;
  for (const { name, rest } of instructionsOf(path.join(context, 'Dockerfile'))) {
    const words = rest.split(' ');
    if (WITHOUT_EFFECT.includes(name)) continue;
    if (name === 'FROM') {
      made = startStage(path.join(options.work, `stage-${roots.size}`), options.base);
      roots.set(words[2] ?? 'last', made.root);
      continue;
    }
    if (made === null) throw new Error(`Dockerfile: ${name} before FROM`);
    if (name === 'COPY') {
      const [, stage] = /^--from=(.+)$/.exec(words[0] ?? '') ?? [];
      const [source = '', target = ''] = words.slice(-2);
      const from = stage === undefined ? context : roots.get(stage);
      const to = path.join(made.root, target);
      mkdirSync(to, { recursive: true });
      run('cp', '-a', `${from}/${source}/.`, to);
    } else if (name === 'RUN') {
      const env = [...made.env, 'HOME=/root'];
      const place = { ...made, mounts: options.mounts, isReadOnly: false, env };
      run(...within(place, ['/bin/sh', '-c', rest]));
    } else made = { ...made, ...configured(made, name, rest) };
  }
  if (made === null) throw new Error('Dockerfile: no FROM');
  return made;
}

function startStage(root: string, base: string): Image {
  mkdirSync(root);
  run('tar', 'xf', base, '-C', root);
  const env = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
  return { root, user: '0:0', env, folder: '/', command: [], healthcheck: [] };
}

/** What an instruction changes about how the image is run. */
function configured({ env }: Image, name: string, rest: string): Partial<Image> {
  switch (name) {
    case 'WORKDIR':
      return { folder: rest };
    case 'USER':
      return { user: rest };
    case 'ENV':
      return { env: [...env, ...rest.split(' ')] };
    case 'CMD':
      return { command: JSON.parse(rest) };
    case 'HEALTHCHECK':
      return { healthcheck: JSON.parse(rest.replace(/^.*?CMD /, '')) };
    default:
      throw new Error(`Dockerfile: ${name} is not known here`);
  }
}

function instructionsOf(file: string): { readonly name: string; readonly rest: string }[] {
  const text = readFileSync(file, 'utf8').replaceAll(/\\\n\s*/g, '');
  return [...text.matchAll(/^([A-Z]+) (.+)$/gm)].map(([, name = '', rest = '']) => ({
    name,
    rest,
  }));
}

const run = (program: string, ...args: readonly string[]) =>
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 64 << 20 });

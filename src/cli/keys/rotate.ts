import { SEALED_COLUMNS } from '../../app/sealed-columns.ts';
import { systemRandom, systemWait, type Wait } from '../../platform/clock.ts';
import { withAdvisoryLocks } from '../../platform/database/advisory-lock.ts';
import { addKeyToFile, dropKeyFromFile, keyFileOf } from '../../platform/sealing/master-key.ts';
import { resealAll } from '../../platform/sealing/rotation/reseal-all.ts';
import { KEY_BYTES, type Keyring } from '../../platform/sealing/sealing.ts';
import { type VerbMachines, withDatabase } from '../with-database.ts';
import { type KeyUsage, keyUsage, rowsBehind, usageLines } from './usage.ts';

type Write = (line: string) => void;

export interface KeysRotateOptions {
  readonly json: boolean;
  /** Replaced in tests by one that does not wait. */
  readonly wait?: Wait;
}

const INCOMPLETE = 1;
/** Processes check the key file twice a second; after this time all seal under the new key. */
const ADOPTED_MS = 1_500;
/** The lock that allows one rotation of a database at a time. */
const LOCK = { lockClass: 0x5742_0009, keys: [0] } as const;

/**
 * `waybill keys rotate`: creates a new master key, puts it in front of the old ones in the key
 * file, and reseals what the old ones sealed, while the hub runs. Run again, it continues where a
 * former run was stopped; a further key is created only when nothing needs the older ones.
 */
export async function keysRotate(
  env: NodeJS.ProcessEnv,
  options: KeysRotateOptions,
  write: Write,
  writeError: Write,
): Promise<number> {
  return withDatabase(env, async (machines) => {
    const ended = await withAdvisoryLocks(machines.database.pipeline, LOCK, () =>
      rotate(machines, options, write, writeError),
    );
    if (ended !== null) return ended;
    writeError('Another process is rotating the key; `waybill keys status` shows the progress.');
    return INCOMPLETE;
  });
}

async function rotate(
  machines: VerbMachines,
  options: KeysRotateOptions,
  write: Write,
  writeError: Write,
): Promise<number> {
  const { config, database, keyring: loaded } = machines;
  const wait = options.wait ?? systemWait;
  const say = options.json ? writeError : write;
  const before = await keyUsage(database.pipeline, loaded);
  const missing = before.filter(({ state }) => state === 'missing');
  if (missing.length > 0) {
    for (const line of usageLines(missing)) writeError(line);
    writeError('Add the missing keys after the first one; nothing was changed.');
    return INCOMPLETE;
  }
  let keyring: Keyring = loaded;
  if (rowsBehind(before) > 0) {
    say(`Some values are still under older keys; they are being sealed under ${loaded.active.id}.`);
  } else if (config.masterKey !== null) {
    explainNewKey(loaded, write, options.json);
    return 0;
  } else {
    const file = keyFileOf({ file: config.masterKeyFile, data: config.data });
    keyring = addKeyToFile(file);
    say(`Key ${keyring.active.id} now precedes ${loaded.active.id} in ${file}.`);
    if (config.databaseUrl !== null) {
      writeError('Processes that read another key file need its new content at once.');
    }
    await wait(ADOPTED_MS);
  }
  const resealed = await resealAll(SEALED_COLUMNS, {
    pool: database.pipeline,
    keyring,
    wait,
    onProgress: progressReporter(before, say),
  });
  const after = await keyUsage(database.pipeline, keyring);
  const behind = rowsBehind(after);
  if (options.json) {
    write(JSON.stringify({ active: keyring.active.id, resealed, left: behind, keys: after }));
  } else {
    write(`${resealed} values were sealed again.`);
    for (const line of usageLines(after)) write(line);
  }
  if (behind === 0) {
    say(
      'The older keys are now needed for older backups only: remove one with `waybill keys forget ID`.',
    );
    return 0;
  }
  writeError(
    `${behind} values still need an older key: run this again once all processes have the new one.`,
  );
  return INCOMPLETE;
}

/** The new key is printed only this once, as `keys create` does: nothing of ours stores it. */
function explainNewKey({ active }: Keyring, write: Write, json: boolean): void {
  const key = Buffer.from(systemRandom(KEY_BYTES)).toString('base64');
  if (json) {
    write(JSON.stringify({ active: active.id, new_key: key }));
    return;
  }
  write('The key is in WAYBILL_MASTER_KEY, which only you can change. A new one:');
  write(key);
  write(
    '1. Set WAYBILL_MASTER_KEY=old,new for every process and restart: all can then open what the new key seals.',
  );
  write(
    '2. Set WAYBILL_MASTER_KEY=new,old for every process and restart: the new key is used from then on.',
  );
  write('3. Run `waybill keys rotate` with the same setting: it seals older values again.');
}

/** Interval of progress lines for one column: enough to see that it moves. */
const LINE_MS = 2_000;

function progressReporter(before: readonly KeyUsage[], say: Write) {
  let reportedMs = performance.now();
  const total = (column: string) =>
    before.reduce((sum, { byColumn }) => sum + (byColumn[column] ?? 0), 0);
  return (progress: { column: string; read: number; resealed: number; done: boolean }): void => {
    const nowMs = performance.now();
    if (!progress.done && nowMs - reportedMs < LINE_MS) return;
    reportedMs = nowMs;
    const { column, read, resealed } = progress;
    if (read === 0) return;
    // The hub continues to store values after they were counted.
    const most = Math.max(total(column), read);
    say(`${column}: ${read} of about ${most} checked, ${resealed} sealed again`);
  };
}

/** Runs `waybill keys status`, which shows what each master key is needed for. */
export async function keysStatus(
  env: NodeJS.ProcessEnv,
  { json }: { readonly json: boolean },
  write: Write,
): Promise<number> {
  return withDatabase(env, async ({ database, keyring }) => {
    const usage = await keyUsage(database.pipeline, keyring);
    if (json) {
      write(JSON.stringify({ active: keyring.active.id, left: rowsBehind(usage), keys: usage }));
    } else {
      for (const line of usageLines(usage)) write(line);
    }
    return usage.some(({ state }) => state === 'missing') ? INCOMPLETE : 0;
  });
}

/** Runs `waybill keys forget ID`, which removes a key that nothing needs from the key file. */
export async function keysForget(
  env: NodeJS.ProcessEnv,
  id: string,
  write: Write,
  writeError: Write,
): Promise<number> {
  return withDatabase(env, async ({ config, database, keyring }) => {
    if (!keyring.keys.has(id)) {
      writeError(`There is no key ${id} here; see \`waybill keys status\`.`);
      return INCOMPLETE;
    }
    const usage = await keyUsage(database.pipeline, keyring);
    const rows = usage.find((each) => each.id === id)?.rows ?? 0;
    if (id === keyring.active.id || rows > 0) {
      writeError(
        id === keyring.active.id
          ? `${id} is the current key; \`waybill keys rotate\` creates another.`
          : `${rows} values need key ${id}; \`waybill keys rotate\` seals them again.`,
      );
      return INCOMPLETE;
    }
    if (config.masterKey !== null) {
      write(`Nothing needs key ${id}: remove it from WAYBILL_MASTER_KEY.`);
      return 0;
    }
    dropKeyFromFile(keyFileOf({ file: config.masterKeyFile, data: config.data }), id);
    write(`Removed ${id}. Backups made before the rotation need it: store it with them.`);
    return 0;
  });
}

import os from 'node:os';

/** What the embedded server's configuration depends on. */
export interface ServerSettings {
  /** The folder of the unix socket as the server reaches it; it listens nowhere else. */
  readonly socketFolder: string;
  /**
   * False gives up durability for speed and is for disposable test databases only; `waybill start`
   * refuses to run on such a server.
   */
  readonly durable: boolean;
}

const MIB = 1024 * 1024;

/**
 * The pools of a hub's two processes use at most 76; the rest is for the queue of polls,
 * migrations, LISTEN, doctor and an operator's psql.
 */
const CONNECTIONS_MAX = 100;

/**
 * Returns the text of `waybill.conf`, written at each start so that a new version's settings apply
 * to an old cluster. An operator's own tuning goes into `local.conf`, which is read after it.
 */
export function serverSettings({ socketFolder, durable }: ServerSettings): string {
  const memory = usableMemoryBytes();
  const on = durable ? 'on' : 'off';
  const lines: readonly (readonly [string, string])[] = [
    ['listen_addresses', "''"],
    ['unix_socket_directories', quote(socketFolder)],
    ['unix_socket_permissions', '0700'],
    ['max_connections', String(CONNECTIONS_MAX)],
    // Durability: a 2xx to a carrier means the bytes survive a crash.
    ['fsync', on],
    ['full_page_writes', on],
    ['synchronous_commit', on],
    ['wal_compression', 'on'],
    // Recovery after a crash must take seconds, so the log since the last checkpoint stays small.
    ['checkpoint_timeout', '5min'],
    ['max_wal_size', '1GB'],
    ['shared_buffers', `${clamp(memory / 8, 64, 8_192)}MB`],
    ['effective_cache_size', `${clamp(memory / 2, 256, 65_536)}MB`],
    ['work_mem', '8MB'],
    ['maintenance_work_mem', `${clamp(memory / 32, 64, 512)}MB`],
    // The data folders of small installations are on SSDs; this build has no JIT.
    ['random_page_cost', '1.1'],
    ['jit', 'off'],
    ['timezone', "'UTC'"],
    ['log_timezone', "'UTC'"],
    ['lc_messages', "'C'"],
    ['idle_in_transaction_session_timeout', '60s'],
    ['tcp_keepalives_idle', '60'],
    // The server's log must contain nothing personal: no statement texts, no DETAIL with key
    // values.
    ['log_destination', "'stderr'"],
    ['logging_collector', 'off'],
    ['log_line_prefix', "'%m [%p] '"],
    ['log_min_messages', 'warning'],
    ['log_min_error_statement', 'panic'],
    ['log_error_verbosity', 'terse'],
    ['log_parameter_max_length_on_error', '0'],
    ['log_checkpoints', 'off'],
    ['log_statement', "'none'"],
  ];
  const body = lines.map(([name, value]) => `${name} = ${value}`).join('\n');
  return `# Written at each start. Your own settings: ../local.conf, read after this file.\n${body}\n`;
}

/** Returns the container's memory limit, or else the machine's memory. */
function usableMemoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < os.totalmem() ? limit : os.totalmem();
}

function clamp(bytes: number, minMib: number, maxMib: number): number {
  return Math.round(Math.min(Math.max(bytes / MIB, minMib), maxMib));
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

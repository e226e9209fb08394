import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/** The keys of the hub that the fixture was taken from: made up for it, and used nowhere else. */
export const UPGRADE_MASTER_KEY = Buffer.alloc(32, 'waybill upgrade fixture').toString('base64');
export const UPGRADE_KEY = 'wb_test_upgrade_fixture_not_a_secret';
export const UPGRADE_WEBHOOK_SECRET = 'upgrade-fixture-webhook-secret';

/** Where a version's fixture lies. */
export function fixtureFiles(version: string) {
  const name = path.join(import.meta.dirname, version.replaceAll('.', '-'));
  return { rows: `${name}.sql.br`, answers: `${name}.json` };
}

/** What the old hub said before it stopped, and which migrations had made its tables. */
export interface OldAnswers {
  /** When the rows were taken. */
  readonly madeAt: string;
  /** SHA-256 of each migration that had run, by its file name. */
  readonly migrations: Readonly<Record<string, string>>;
  /** `GET /shipments/{id}` of each. */
  readonly shipments: readonly OldShipment[];
  /** Made by the API, with the right to read shipments. */
  readonly readingKey: string;
  /** The endpoints, and what was or is to be sent to each. */
  readonly endpoints: readonly OldEndpoint[];
  readonly cases: readonly OldCase[];
  readonly deadLetters: readonly { readonly id: string; readonly carrier: string }[];
}

export interface OldShipment {
  readonly id: string;
  readonly carrier: string;
  readonly tracking_number: string;
  readonly status: string;
  readonly sub_status: string | null;
  readonly confirmed: boolean;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

export interface OldEndpoint {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly deliveries: readonly {
    readonly id: string;
    readonly type: string;
    readonly state: string;
    /** SHA-256 of the bytes that were or are to be sent. */
    readonly sha256: string;
  }[];
}

export interface OldCase {
  readonly id: string;
  readonly state: string;
  readonly closed_by: string | null;
  readonly wishes: readonly { readonly id: string; readonly state: string }[];
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export function readFixture(version: string): { rows: string; answers: OldAnswers } {
  const files = fixtureFiles(version);
  return {
    rows: brotliDecompressSync(readFileSync(files.rows)).toString('utf8'),
    answers: JSON.parse(readFileSync(files.answers, 'utf8')) as OldAnswers,
  };
}

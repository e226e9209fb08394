import { openArchive } from '../../platform/archives/parquet.ts';
import { type Finding, failed, ok } from '../../platform/checkup/finding.ts';
import type { Config } from '../../platform/settings/config.ts';

const NAME = 'archive';
const PROBE = 'doctor-probe';

/** Checks whether ended parcels can be archived; no finding if nothing is archived. */
export async function checkArchive({ archive }: Pick<Config, 'archive'>): Promise<Finding[]> {
  if (archive === null) return [];
  const store = await openArchive(archive);
  try {
    await store.put(PROBE, Buffer.from('waybill doctor'));
    await store.remove(PROBE);
    return [ok(NAME, `${store.name} can be written`)];
  } catch (error) {
    const fix =
      'Check WAYBILL_ARCHIVE, and that the hub may write and remove files there (S3: S3_ENDPOINT, S3_REGION, the access key). Until then, ended parcels stay in the database.';
    return [failed(NAME, error, fix)];
  } finally {
    store.close();
  }
}

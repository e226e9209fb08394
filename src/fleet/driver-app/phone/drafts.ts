import type { DriverFile, DriverStorage } from '../../driver/index.ts';
import type { DeliveryForm, Outcome } from '../plan/delivery-plan.ts';

/**
 * The drafts of delivery forms. A cheap phone may kill the browser while its camera takes the
 * photo; afterwards the courier finds everything as it was.
 */
export interface Drafts {
  load(stopId: string, outcome: Outcome): Promise<DeliveryForm | undefined>;
  save(stopId: string, outcome: Outcome, form: DeliveryForm): Promise<void>;
  clear(stopId: string): Promise<void>;
  /** Deletes the drafts of all stops but these: somebody else has visited the others. */
  keepOnly(stopIds: readonly string[]): Promise<void>;
}

/** Opens a courier's drafts in the phone's storage. */
export function openDrafts(storage: DriverStorage, courierId: string): Drafts {
  // Under the courier's prefix, so that they are deleted together.
  const own = `courier/${courierId}/drafts/`;
  const prefix = (stopId: string) => `${own}${stopId}/`;
  const remove = async (keys: readonly string[]): Promise<void> => {
    if (keys.length > 0) await storage.write(keys.map((key) => [key, undefined]));
  };
  return {
    load: async (stopId, outcome) =>
      (await storage.get(prefix(stopId) + outcome)) as DeliveryForm | undefined,
    save: (stopId, outcome, form) => storage.write([[prefix(stopId) + outcome, form]]),
    async clear(stopId) {
      await remove((await storage.list(prefix(stopId))).map(([key]) => key));
    },
    async keepOnly(stopIds) {
      const drafts = (await storage.list(own)).map(([key]) => key);
      await remove(drafts.filter((key) => !stopIds.some((id) => key.startsWith(prefix(id)))));
    },
  };
}

/** The longer edge of a photo. A house number is legible, and 200 photos fit on any phone. */
const EDGE_PX = 1_600;
const QUALITY = 0.8;

/**
 * Redraws a picture upright and small, which drops the file's metadata (place, camera, time).
 * Rejects if it is not a picture.
 */
export async function shrinkPhoto(file: Blob): Promise<DriverFile> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  try {
    const scale = Math.min(1, EDGE_PX / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('This browser cannot draw.');
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) =>
      canvas.toBlob(resolve, 'image/jpeg', QUALITY),
    );
    if (blob === null) throw new Error('This picture cannot be written.');
    return { type: 'image/jpeg', bytes: new Uint8Array(await blob.arrayBuffer()) };
  } finally {
    bitmap.close();
  }
}

import type { DriverFile } from '../../driver/index.ts';

/** The longer edge. A house number is legible, and 200 photos fit on any phone. */
const EDGE_PX = 1_600;
const QUALITY = 0.8;

/**
 * Draws the picture again, upright and small. This drops the file's metadata (place, camera,
 * time). Rejects if it is not a picture.
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

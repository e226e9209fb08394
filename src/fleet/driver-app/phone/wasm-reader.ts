import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';

/**
 * The width of the picture to search: enough for a label that fills the frame, and fast on a cheap
 * phone.
 */
const WIDTH_PX = 960;

/** Opens our own reader of codes. Rejects if its WebAssembly file cannot be loaded. */
export async function openWasmReader(wasmUrl: string): Promise<ReadCodes> {
  await prepareZXingModule({ overrides: { locateFile: () => wasmUrl }, fireImmediately: true });
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('This browser cannot draw.');
  return async (video) => {
    if (video.videoWidth === 0) return [];
    const scale = Math.min(1, WIDTH_PX / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const picture = context.getImageData(0, 0, canvas.width, canvas.height);
    const found = await readBarcodes(picture, {
      formats: ['Code128', 'Code39', 'EAN13', 'ITF', 'QRCode', 'DataMatrix', 'PDF417', 'Aztec'],
      maxNumberOfSymbols: 4,
    });
    return found.filter(({ isValid }) => isValid).map(({ text }) => text);
  };
}

/** Finds codes in the current picture of a video. */
export type ReadCodes = (video: HTMLVideoElement) => Promise<readonly string[]>;

import type { ReadCodes } from './wasm-reader.ts';

/** The symbologies that labels use. */
const FORMATS = [
  'code_128',
  'code_39',
  'ean_13',
  'itf',
  'qr_code',
  'data_matrix',
  'pdf417',
  'aztec',
];

interface Detector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { readonly formats: readonly string[] }): Detector;
  getSupportedFormats(): Promise<readonly string[]>;
}

/** Returns the browser's own reader; null: it has none that supports our labels. */
async function ownReader(): Promise<ReadCodes | null> {
  const own = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (own === undefined) return null;
  const known = await own.getSupportedFormats().catch((): readonly string[] => []);
  const formats = FORMATS.filter((format) => known.includes(format));
  if (!formats.includes('code_128') || !formats.includes('qr_code')) return null;
  const detector = new own({ formats });
  return async (video) => (await detector.detect(video)).map(({ rawValue }) => rawValue);
}

/** Opens the browser's reader or, if there is none, ours. Rejects if ours could not be loaded. */
export async function openReader(wasmUrl: string): Promise<ReadCodes> {
  return (await ownReader()) ?? (await import('./wasm-reader.ts')).openWasmReader(wasmUrl);
}

/**
 * Downloads our reader if it will be needed, so that scanning works offline later; does nothing if
 * the browser has its own.
 */
export async function prepareReader(wasmUrl: string): Promise<void> {
  if ((await ownReader()) !== null) return;
  await Promise.all([import('./wasm-reader.ts'), fetch(wasmUrl)]).catch(() => {});
}

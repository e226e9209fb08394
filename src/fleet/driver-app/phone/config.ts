/** The configuration that the hub writes into the page. */
export interface PageConfig {
  /** The version; it changes with every file of the app. */
  readonly version: string;
  /** The languages by tag: the native name, and the URL of the texts. */
  readonly languages: Readonly<Record<string, { readonly name: string; readonly url: string }>>;
  /** The URL of our reader of barcodes, for browsers without one. */
  readonly readerUrl: string;
}

export function readConfig(): PageConfig {
  return JSON.parse(document.getElementById('config')?.textContent ?? '') as PageConfig;
}

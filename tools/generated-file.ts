/** A file that is derived from others in this repository, with the content that it should have. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

export type Generator = (root: string) => Promise<readonly GeneratedFile[]>;

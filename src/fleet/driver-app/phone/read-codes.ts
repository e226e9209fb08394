/** Finds codes in a picture. */
export type ReadCodes = (video: HTMLVideoElement) => Promise<readonly string[]>;

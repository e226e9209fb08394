/** A stored model that cannot be trusted; the message says where, what was found, what belongs. */
export class ModelUnusable extends Error {
  override readonly name = 'ModelUnusable';
}

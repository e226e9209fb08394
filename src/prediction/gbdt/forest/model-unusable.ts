/** A stored model that is invalid; the message says where, what was found and what was expected. */
export class ModelUnusable extends Error {
  override readonly name = 'ModelUnusable';
}

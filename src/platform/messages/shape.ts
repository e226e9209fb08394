import type { SHAPE } from './shape.gen.ts';

/** `count#` is a number that the text counts or formats; any other argument is printed as it is. */
type Values<Argument extends string> = {
  readonly [A in Argument as A extends `${infer Name}#` ? Name : A]: A extends `${string}#`
    ? number
    : string | number | boolean | null;
};

type Text<Arguments extends readonly string[]> = Arguments extends readonly []
  ? string
  : (values: Values<Arguments[number]>) => string;

type Texts<S> = {
  readonly [K in keyof S]: S[K] extends readonly string[] ? Text<S[K]> : Texts<S[K]>;
};

/**
 * All texts of one language, by file and key: `messages.desk.webhooks.title`. A text with arguments
 * is a function of them: `messages.desk.webhooks.limitReached({ limit: 20 })`.
 */
export type Messages = Texts<typeof SHAPE>;

/** Argument names by file and key; a text without arguments has an empty list. */
export interface Shape {
  readonly [key: string]: Shape | readonly string[];
}

/** The texts of a language as they are in its files. */
export interface TextTree {
  readonly [key: string]: TextTree | string;
}

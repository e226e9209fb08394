/** An object without its undefined members, for options whose absence differs from `undefined`. */
export function definedOnly<Given extends object>(given: Given): DefinedOnly<Given> {
  const defined: Record<string, unknown> = {};
  for (const key in given) if (given[key] !== undefined) defined[key] = given[key];
  return defined as DefinedOnly<Given>;
}

type DefinedOnly<Given> = {
  [Key in keyof Given as undefined extends Given[Key] ? never : Key]: Given[Key];
} & {
  [Key in keyof Given as undefined extends Given[Key] ? Key : never]?: Exclude<
    Given[Key],
    undefined
  >;
};

/** An object without its undefined members, for options whose absence differs from `undefined`. */
export function definedOnly<Given extends object>(given: Given): DefinedOnly<Given> {
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as DefinedOnly<Given>;
}

type DefinedOnly<Given> = {
  [Key in keyof Given as undefined extends Given[Key] ? never : Key]: Given[Key];
} & {
  [Key in keyof Given as undefined extends Given[Key] ? Key : never]?: Exclude<
    Given[Key],
    undefined
  >;
};

/** A function or class that a pickle may name; called with the arguments that the pickle gives. */
export class PickleGlobal {
  readonly name: string;
  readonly call: (args: readonly PickleValue[]) => PickleValue;

  constructor(name: string, call: (args: readonly PickleValue[]) => PickleValue) {
    this.name = name;
    this.call = call;
  }
}

/** Base of the objects that globals and persistent ids give. */
export abstract class PickleObject {}

/** Mark on the stack at the start of a list, tuple or dict. */
export class Mark {}

/** Lists and tuples are arrays. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickleGlobal
  | PickleObject;

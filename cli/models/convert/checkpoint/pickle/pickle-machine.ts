import type { PickleBytes } from './pickle-bytes.ts';
import { Mark, type PickleGlobal, type PickleValue } from './values.ts';

export interface PickleEnvironment {
  /** The function or class of that name; undefined refuses it. */
  readonly global: (name: string) => PickleGlobal | undefined;
  /** The object that the pickle keeps outside of itself. */
  readonly persistent: (id: PickleValue) => PickleValue;
}

/** Stack and memo of the pickle language. */
export class PickleMachine {
  readonly bytes: PickleBytes;
  readonly environment: PickleEnvironment;
  readonly #stack: (PickleValue | Mark)[] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(bytes: PickleBytes, environment: PickleEnvironment) {
    this.bytes = bytes;
    this.environment = environment;
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  mark(): void {
    this.#stack.push(new Mark());
  }

  pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value instanceof Mark) throw this.#damaged('the stack is empty');
    return value;
  }

  top(): PickleValue {
    const value = this.pop();
    this.push(value);
    return value;
  }

  /** Values since the last mark, in order. */
  popToMark(): PickleValue[] {
    const values: PickleValue[] = [];
    for (;;) {
      const value = this.#stack.pop();
      if (value === undefined) throw this.#damaged('a mark is missing');
      if (value instanceof Mark) return values.reverse();
      values.push(value);
    }
  }

  remember(index = this.#memo.size): void {
    this.#memo.set(index, this.top());
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#damaged(`memo ${index} is empty`);
    this.push(value);
  }

  pushGlobal(module: string, name: string): void {
    const fullName = `${module}.${name}`;
    const global = this.environment.global(fullName);
    if (!global) {
      throw this.bytes.fault(
        `refuses ${fullName}: a checkpoint of plain tensors does not need it, and it could run code`,
      );
    }
    this.push(global);
  }

  unexpected(what: string): Error {
    return this.#damaged(`${what} is expected`);
  }

  #damaged(detail: string): Error {
    return this.bytes.fault(`the pickle is damaged at byte ${this.bytes.position}: ${detail}`);
  }
}

import type { PickleMachine } from './pickle-machine.ts';
import { PickleGlobal, type PickleValue } from './values.ts';

type Run = (machine: PickleMachine) => void;

/** The opcodes that torch.save writes for tensors, protocols 2 to 5; every other one is refused. */
const NAMED: Readonly<Record<string, readonly [code: number, run: Run]>> = {
  PROTO: [0x80, ({ bytes }) => void bytes.uint8()],
  FRAME: [0x95, ({ bytes }) => void bytes.uint64()],
  MARK: [0x28, (machine) => machine.mark()],
  POP: [0x30, (machine) => void machine.pop()],

  NONE: [0x4e, (machine) => machine.push(null)],
  NEWTRUE: [0x88, (machine) => machine.push(true)],
  NEWFALSE: [0x89, (machine) => machine.push(false)],
  BININT: [0x4a, (machine) => machine.push(machine.bytes.int32())],
  BININT1: [0x4b, (machine) => machine.push(machine.bytes.uint8())],
  BININT2: [0x4d, (machine) => machine.push(machine.bytes.uint16())],
  LONG1: [0x8a, (machine) => machine.push(machine.bytes.long(machine.bytes.uint8()))],
  BINFLOAT: [0x47, (machine) => machine.push(machine.bytes.float64())],
  BINUNICODE: [0x58, (machine) => machine.push(machine.bytes.text(machine.bytes.uint32()))],
  SHORT_BINUNICODE: [0x8c, (machine) => machine.push(machine.bytes.text(machine.bytes.uint8()))],
  BINUNICODE8: [0x8d, (machine) => machine.push(machine.bytes.text(machine.bytes.uint64()))],
  BINSTRING: [0x54, (machine) => machine.push(machine.bytes.text(machine.bytes.uint32()))],
  SHORT_BINSTRING: [0x55, (machine) => machine.push(machine.bytes.text(machine.bytes.uint8()))],

  EMPTY_TUPLE: [0x29, (machine) => machine.push([])],
  TUPLE: [0x74, (machine) => machine.push(machine.popToMark())],
  TUPLE1: [0x85, (machine) => pushTuple(machine, 1)],
  TUPLE2: [0x86, (machine) => pushTuple(machine, 2)],
  TUPLE3: [0x87, (machine) => pushTuple(machine, 3)],
  EMPTY_LIST: [0x5d, (machine) => machine.push([])],
  APPEND: [0x61, (machine) => append(machine, [machine.pop()])],
  APPENDS: [0x65, (machine) => append(machine, machine.popToMark())],
  EMPTY_DICT: [0x7d, (machine) => machine.push(new Map())],
  SETITEM: [0x73, (machine) => setItems(machine, pair(machine))],
  SETITEMS: [0x75, (machine) => setItems(machine, machine.popToMark())],

  BINPUT: [0x71, (machine) => machine.remember(machine.bytes.uint8())],
  LONG_BINPUT: [0x72, (machine) => machine.remember(machine.bytes.uint32())],
  MEMOIZE: [0x94, (machine) => machine.remember()],
  BINGET: [0x68, (machine) => machine.recall(machine.bytes.uint8())],
  LONG_BINGET: [0x6a, (machine) => machine.recall(machine.bytes.uint32())],

  GLOBAL: [0x63, (machine) => machine.pushGlobal(machine.bytes.line(), machine.bytes.line())],
  STACK_GLOBAL: [
    0x93,
    (machine) => {
      const [module, name] = pair(machine);
      if (typeof module !== 'string' || typeof name !== 'string')
        throw machine.unexpected('a name');
      machine.pushGlobal(module, name);
    },
  ],
  BINPERSID: [0x51, (machine) => machine.push(machine.environment.persistent(machine.pop()))],
  REDUCE: [0x52, reduce],
  BUILD: [0x62, build],
};

export const OPCODES: ReadonlyMap<number, Run> = new Map(Object.values(NAMED));

/** The two values on top, the lower one first. */
function pair(machine: PickleMachine): [PickleValue, PickleValue] {
  const second = machine.pop();
  return [machine.pop(), second];
}

function pushTuple(machine: PickleMachine, length: number): void {
  const values = Array.from({ length }, () => machine.pop());
  machine.push(values.reverse());
}

function append(machine: PickleMachine, values: readonly PickleValue[]): void {
  const list = machine.top();
  if (!Array.isArray(list)) throw machine.unexpected('a list');
  for (const value of values) list.push(value);
}

function setItems(machine: PickleMachine, items: readonly PickleValue[]): void {
  const dict = machine.top();
  if (!(dict instanceof Map) || items.length % 2 === 1) throw machine.unexpected('a dict');
  for (let at = 0; at < items.length; at += 2) dict.set(items[at] ?? null, items[at + 1] ?? null);
}

function reduce(machine: PickleMachine): void {
  const [callable, args] = pair(machine);
  if (!(callable instanceof PickleGlobal) || !Array.isArray(args)) {
    throw machine.unexpected('a call');
  }
  machine.push(callable.call(args));
}

/** Sets attributes of an object; those of an ordered dict (a state dict's versions) are not needed. */
function build(machine: PickleMachine): void {
  machine.pop();
  if (!(machine.top() instanceof Map)) throw machine.unexpected('an ordered dict');
}

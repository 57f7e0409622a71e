import { OPCODES } from './opcodes.ts';
import type { PickleBytes } from './pickle-bytes.ts';
import { type PickleEnvironment, PickleMachine } from './pickle-machine.ts';
import type { PickleValue } from './values.ts';

/** A checkpoint has some hundred tensors of about thirty steps each. */
const MAX_STEPS = 1_000_000;

const STOP = 0x2e;

/**
 * Reads one pickle and leaves the cursor behind it. Builds plain values, and calls only the globals
 * that the environment names: no code of the pickle runs.
 *
 * @throws ConversionError when the pickle is damaged, or asks for anything but tensors
 */
export function unpickle(bytes: PickleBytes, environment: PickleEnvironment): PickleValue {
  const machine = new PickleMachine(bytes, environment);
  for (let step = 0; step < MAX_STEPS; step++) {
    const start = bytes.position;
    const code = bytes.uint8();
    if (code === STOP) return machine.pop();
    const run = OPCODES.get(code);
    if (!run) {
      const hex = code.toString(16).padStart(2, '0');
      throw bytes.fault(`the pickle uses opcode 0x${hex} at byte ${start}, which no tensor needs`);
    }
    run(machine);
  }
  throw bytes.fault(`the pickle takes more than ${MAX_STEPS} steps`);
}

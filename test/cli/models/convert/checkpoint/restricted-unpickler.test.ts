import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConversionError } from '../../../../../cli/models/convert/conversion-error.ts';
import { CheckpointFolder, FIXTURES } from '../helpers/fixtures.ts';
import {
  bytes,
  EMPTY_DICT,
  EMPTY_TUPLE,
  floatStorage,
  global,
  integer,
  pickle,
  REDUCE,
  SETITEM,
  storages,
  tensor,
  text,
  torchStream,
  tuple,
} from '../helpers/pickles.ts';
import { readAll } from '../helpers/read-all.ts';

let folder: CheckpointFolder;
beforeEach(() => {
  folder = new CheckpointFolder();
});
afterEach(() => folder.remove());

function read(file: Buffer) {
  writeFileSync(folder.file('pytorch_model.bin'), file);
  return readAll(folder.path);
}

async function expectRefusal(file: Buffer, message: string): Promise<void> {
  const reading = read(file);
  await expect(reading).rejects.toThrow(ConversionError);
  await expect(reading).rejects.toThrow(message);
}

/** A state dict of one tensor. */
function stateDict(value: Buffer): Buffer {
  return pickle(EMPTY_DICT, text('w'), value, SETITEM);
}

describe('the restricted unpickler', () => {
  it('reads a tensor that is written by hand', async () => {
    const file = torchStream(
      stateDict(tensor(floatStorage('0', 4), 1, [3], [1])),
      storages(['0', [1, 2, 3, 4]]),
    );
    expect(Object.fromEntries(await read(file))).toEqual({ w: { shape: [3], values: [2, 3, 4] } });
  });

  it.each([
    ['builtins', 'eval'],
    ['os', 'system'],
    ['posix', 'system'],
    ['subprocess', 'Popen'],
    ['torch.storage', '_load_from_bytes'],
    ['torch._utils', '_rebuild_device_tensor_from_numpy'],
    ['numpy.core.multiarray', '_reconstruct'],
    ['collections', 'Counter'],
    ['', '__proto__'],
  ])('refuses %s.%s by its name', async (module, name) => {
    const call = Buffer.concat([global(module, name), tuple(text('1 + 1')), REDUCE]);
    await expectRefusal(torchStream(stateDict(call)), `refuses ${module}.${name}: a checkpoint`);
  });

  it('refuses a global that is named on the stack', async () => {
    const call = Buffer.concat([text('builtins'), text('exec'), bytes(0x93), EMPTY_TUPLE, REDUCE]);
    await expectRefusal(torchStream(stateDict(call)), 'refuses builtins.exec');
  });

  it.each([
    ['INST', 0x69],
    ['OBJ', 0x6f],
    ['NEWOBJ', 0x81],
    ['EXT1', 0x82],
    ['PERSID', 0x50],
    ['LONG4', 0x8b],
    ['BYTEARRAY8', 0x96],
  ])('refuses the opcode %s', async (_, opcode) => {
    const hex = opcode.toString(16);
    await expectRefusal(torchStream(stateDict(bytes(opcode))), `the pickle uses opcode 0x${hex}`);
  });

  it.each([
    [
      'a call of something other than a global',
      Buffer.concat([integer(1), EMPTY_TUPLE, REDUCE]),
      'a call is expected',
    ],
    [
      'an item of something other than a dict',
      Buffer.concat([text('a'), text('b'), text('c'), SETITEM]),
      'a dict is expected',
    ],
    [
      'an element of something other than a list',
      Buffer.concat([text('a'), text('b'), bytes(0x61)]),
      'a list is expected',
    ],
    [
      'attributes of something other than an ordered dict',
      Buffer.concat([text('a'), EMPTY_DICT, bytes(0x62)]),
      'an ordered dict is expected',
    ],
    [
      'a global whose name is a list',
      Buffer.concat([bytes(0x5d), text('eval'), bytes(0x93)]),
      'a name is expected',
    ],
    ['an empty memo', bytes(0x68, 9), 'memo 9 is empty'],
    ['a tuple without a mark', bytes(0x74), 'a mark is missing'],
    ['more values than there are', bytes(0x87), 'the stack is empty'],
    [
      'a string that is longer than the file',
      bytes(0x58, 0xff, 0xff, 0xff, 0xff),
      'the pickle ends early',
    ],
    [
      'a storage called as a function',
      Buffer.concat([global('torch', 'FloatStorage'), EMPTY_TUPLE, REDUCE]),
      "torch.FloatStorage is called with arguments that are not a tensor's",
    ],
    [
      'a tensor of a number',
      tensor(integer(3), 0, [1], [1]),
      "torch._utils._rebuild_tensor_v2 is called with arguments that are not a tensor's",
    ],
    [
      'a tensor of a negative size',
      tensor(floatStorage('0', 4), 0, [-1], [1]),
      "are not a tensor's",
    ],
    [
      'something else outside of itself',
      Buffer.concat([tuple(text('module')), bytes(0x51)]),
      'something other than storages',
    ],
  ])('refuses %s', async (_, value, message) => {
    await expectRefusal(torchStream(pickle(EMPTY_DICT, value)), message);
  });

  it('refuses a tensor that reaches past its storage', async () => {
    const file = torchStream(
      stateDict(tensor(floatStorage('0', 4), 2, [3], [1])),
      storages(['0', [1, 2, 3, 4]]),
    );
    await expectRefusal(file, 'tensor w [3] reaches to value 5 of a storage of 4');
  });

  it('refuses a tensor that repeats one value a billion times', async () => {
    const file = torchStream(
      stateDict(tensor(floatStorage('0', 1), 0, [30_000, 30_000], [0, 0])),
      storages(['0', [1]]),
    );
    await expectRefusal(file, 'tensor w [30000, 30000] reaches to value 1 of a storage of 1');
  });

  it('refuses a storage that the file does not hold', async () => {
    const dict = stateDict(tensor(floatStorage('0', 4), 0, [4], [1]));
    await expectRefusal(torchStream(dict, storages()), 'storage 0 is missing');
    await expectRefusal(
      torchStream(dict, storages(['0', [1, 2, 3, 4]]).subarray(0, -4)),
      'storage 0 needs 4 values',
    );
  });

  it('refuses a zip of big-endian values', async () => {
    const zip = readFileSync(`${FIXTURES}/views/zip/pytorch_model.bin`);
    zip.write('larger', zip.indexOf('little'));
    await expectRefusal(zip, "byte order 'larger' is not supported, only 'little'");
  });

  it('ends a pickle of a million steps', async () => {
    const file = torchStream(pickle(Buffer.alloc(1_000_001, bytes(0x4e))));
    await expectRefusal(file, 'the pickle takes more than 1000000 steps');
  });

  it('refuses lists within lists that would fill the memory when printed', async () => {
    const doubled = Buffer.concat([bytes(0x71, 0), bytes(0x68, 0), bytes(0x86)]);
    const nested = Buffer.concat([bytes(0x5d), ...Array.from({ length: 60 }, () => doubled)]);
    await expectRefusal(
      torchStream(pickle(EMPTY_DICT), pickle(bytes(0x5d), nested, bytes(0x61))),
      'the list of storages does not fit',
    );
  });

  it.each([
    ['another file', Buffer.from('hello, world'), 'not a checkpoint of torch.save'],
    ['an empty file', Buffer.alloc(0), 'not a checkpoint of torch.save'],
    ['another pickle', pickle(integer(1)), 'not a checkpoint of torch.save'],
    [
      'a checkpoint that holds a number',
      torchStream(pickle(integer(1)), storages()),
      'something other than a state dict',
    ],
    ['a zip without data.pkl', emptyZip(), 'the zip has no data.pkl'],
    [
      'a zip of compressed entries',
      emptyZip({ method: 8 }),
      'zip entry archive/version is compressed or encrypted; torch.save does neither',
    ],
    ['a zip that is cut', emptyZip().subarray(0, 10), 'the zip cannot be read'],
  ])('refuses %s', async (_, file, message) => {
    await expectRefusal(file, message);
  });
});

/** A zip of one empty entry. */
function emptyZip({ method = 0 } = {}): Buffer {
  const name = Buffer.from('archive/version');
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50);
  central.writeUInt16LE(method, 10);
  central.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length, 16);
  return Buffer.concat([local, name, central, name, end]);
}
